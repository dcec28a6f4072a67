"""The right ways of working a line are tried once each, and none of them is left out."""

import numpy as np
import pytest

from bpcli import load_problem, solve
from bpcli.calculus.expr import evaluate
from bpcli.grading.own import Filled, Own
from bpcli.grading.quantities import Key, Quantities

PROBLEMS = ("lez5", "mac0460-logistic", "mac0460-softmax", "momentum", "cs231n-neuron", "xor")


def quantities_of(name: str) -> Quantities:
    return Quantities(solve(load_problem(name)))


def own_of(quantities: Quantities) -> Own:
    """A sheet on which the first line has been answered wrongly, so that everything below it is other than true."""
    line = next(iter(quantities.lines())).variable
    value = np.full(line.shape, 0.3) if line.shape else np.float64(0.3)
    return Own(quantities, {Key(line.name, 0): Filled(value, np.zeros(line.shape), True)})


def same(one, other) -> bool:
    """The last bit of an exponential depends on where in memory it is worked."""
    return np.allclose(one, other, rtol=1e-13, atol=0, equal_nan=True)


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_way_is_left_out(name: str) -> None:
    """Each formula of a line, worked from the values of each route, gives what one of the listed ways gives."""
    quantities = quantities_of(name)
    own = own_of(quantities)
    for moment in range(min(quantities.updates(), 1) + 1):
        for line in quantities.lines():
            results = list(own.results(line.variable.name, moment))
            for route in quantities.routes:
                values = own.values(route, moment)
                for formula in (line.expr, line.worked, line.stable):
                    if formula is not None:
                        with np.errstate(all="ignore"):
                            found = evaluate(formula, values)
                        assert any(same(found, result) for result in results), (line.variable.name, route)


@pytest.mark.parametrize("name", PROBLEMS)
def test_no_way_comes_twice(name: str) -> None:
    """Ways that are listed apart differ in a formula, of the line or of one that it rests on."""
    quantities = quantities_of(name)
    fewer = 0
    for line in quantities.lines():
        forms = quantities.forms(line.variable.name, 0)
        written = set(line.formulas)
        assert len(set(forms)) == len(forms)
        assert {formula for _, formula in forms} == written
        fewer += len(forms) < len(written) * len(quantities.routes)
        routes = quantities.routes_to(line.variable.name, 0)
        assert routes[0] == "printed"
        assert {line.formula(route) for route in quantities.routes} == {line.formula(r) for r in routes}
    assert fewer or len(quantities.routes) == 1


def test_updates_lead_to_every_line_above() -> None:
    """Before the first update the parameters are given; after it they rest on the gradients."""
    quantities = quantities_of("xor")
    first = next(iter(quantities.lines())).variable.name
    assert quantities.routes_to(first, 0) == ("printed",)
    assert len(quantities.routes_to(first, 1)) > 1


def test_a_line_is_worked_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a line rests on is worked, and each line once."""
    quantities = quantities_of("lez5")
    own = own_of(quantities)
    worked: list[str] = []
    before = Own._work

    def noted(self, lines, name):
        if name not in lines.results:
            worked.append(name)
        return before(self, lines, name)

    monkeypatch.setattr(Own, "_work", noted)
    names = [line.variable.name for line in quantities.lines()]
    own.result("printed", names[1], 0)
    assert worked == [names[1]]  # the first was answered
    own.all_results("printed", 0)
    assert sorted(worked) == sorted(names)
