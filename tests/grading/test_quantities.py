"""What can be answered in a problem: ids, shapes, true values, and the right ways of working a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from grading.sheets import grader_of

from bpcli import load_problem, parse_problem, solve
from bpcli.grading.quantities import Key, Quantities, nested
from bpcli.problem.identifiers import UnknownQuantityError

UPDATES = """\
network:
  input: [1, 2]
  target: [0]
  layers:
    - {weights: [[2, 1]], bias: [0.5]}
  loss: half_squared_error
  update: {optimizer: OPTIMIZER, learning_rate: 0.25, steps: 3}
"""
SUM = "graph:\n  inputs: {a: 1, b: 2}\n  define: {s: 2 * a + 3 * b - a}\n  gradients: []\n"
SLOPES = """\
network:
  input: [1]
  target: [0]
  layers: [{weights: [[2]], activation: sigmoid}]
  loss: half_squared_error
  update: {optimizer: gradient_descent, learning_rate: 0.25, steps: 2}
"""
MOMENTUM = UPDATES.replace("OPTIMIZER", "momentum, momentum: 0.5")
ADAM = UPDATES.replace("OPTIMIZER", "adam")


def places(problem: str) -> Quantities:
    return grader_of(problem).quantities


# --- ids ---


@pytest.mark.parametrize(
    ("problem", "identifier", "key", "canonical", "shape"),
    [
        ("lez5", "a1", Key("a1"), "a1", (2,)),
        ("lez5", "dW2", Key("dL/dW2"), "dL/dW2", (2, 2)),
        ("lez5", "L", Key("L"), "L", ()),
        ("lez5", "terms(a1)", Key("a1", terms=True), "terms(a1)", (2, 2)),
        (SUM, "terms(s)", Key("s", terms=True), "terms(s)", (3,)),
        (MOMENTUM, "W1@1", Key("W1_new"), "W1_new", (1, 2)),
        (MOMENTUM, "W1_new", Key("W1_new"), "W1_new", (1, 2)),
        (MOMENTUM, "W1@3", Key("W1_new", 2), "W1@3", (1, 2)),
        (MOMENTUM, "y@2", Key("y", 2), "y@2", (1,)),
        (MOMENTUM, "terms(a1@2)", Key("a1", 2, terms=True), "terms(a1@2)", (1, 2)),
        (MOMENTUM, "v_W1", Key("v_W1"), "v_W1", (1, 2)),
        (MOMENTUM, "v_W1@2", Key("v_W1", 1), "v_W1@2", (1, 2)),
    ],
)
def test_every_id_of_a_quantity_leads_to_it(
    problem: str, identifier: str, key: Key, canonical: str, shape: tuple[int, ...]
) -> None:
    place = places(problem).place(identifier)
    assert (place.quantity.key, place.quantity.id) == (key, canonical)
    assert place.quantity.shape == place.shape == shape
    assert place.entries is None
    assert place.numbers == range(place.quantity.size)
    assert places(problem).place(canonical).quantity is place.quantity


@pytest.mark.parametrize(
    ("identifier", "shape", "entries"),
    [
        ("dW2[1]", (2,), (0, 1)),
        ("dW2[2]", (2,), (2, 3)),
        ("dW2[1,2]", (), (1,)),
        ("dW2[2,1]", (), (2,)),
        ("a1[2]", (), (1,)),
        ("terms(a1)[2,1]", (), (2,)),
    ],
)
def test_entries_are_counted_from_1_row_by_row(
    identifier: str, shape: tuple[int, ...], entries: tuple[int, ...]
) -> None:
    place = places("lez5").place(identifier)
    assert (place.shape, place.entries, place.numbers) == (shape, entries, entries)


@pytest.mark.parametrize(
    "identifier", ["dW2[0,1]", "dW2[1,0]", "dW2[3,1]", "dW2[1,3]", "a1[3]", "a1[1,1]", "L[1]", "terms(a1)[1,3]"]
)
def test_entries_that_are_not_there_are_unknown(identifier: str) -> None:
    with pytest.raises(UnknownQuantityError):
        places("lez5").place(identifier)


def test_what_is_no_sum_has_no_summands() -> None:
    with pytest.raises(UnknownQuantityError, match="not a sum"):
        places("lez5").place("terms(h1)")
    with pytest.raises(UnknownQuantityError, match="not a sum"):
        places("lez5").terms("x")


def test_there_are_no_more_updates_than_the_problem_makes() -> None:
    assert places(MOMENTUM).updates() == 3
    assert places(MOMENTUM).place("W1@3").quantity.id == "W1@3"
    for identifier in ("W1@4", "y@4"):
        with pytest.raises(UnknownQuantityError, match="needs 4 updates"):
            places(MOMENTUM).place(identifier)


def test_quantities_come_in_the_order_of_the_solution() -> None:
    """Later updates after earlier ones, and the summands of a line before the line."""
    ids = ["x", "W1", "terms(a1)", "a1", "y", "L", "dL/dy", "W1_new", "x@1", "a1@1", "W1@2", "terms(a1@2)", "a1@2"]
    found = [places(MOMENTUM).place(identifier).quantity for identifier in ids]
    found.reverse()
    assert [quantity.id for quantity in sorted(found, key=lambda quantity: quantity.order)] == ids


def test_what_is_asked_for_is_looked_up_once() -> None:
    quantities = places("lez5")
    assert quantities.asked() is quantities.asked()
    assert [(identifier, points) for _, points, identifier in quantities.asked()][:2] == [("a1", 1.0), ("h1", 1.0)]


# --- true values ---


def test_true_values_are_those_of_the_solution_in_the_order_of_reading() -> None:
    quantity = places("lez5").place("dW2").quantity
    assert quantity.truths == (tuple(np.ravel(grader_of("lez5").solution["dL/dW2"]).tolist()),)
    assert quantity.size == 4
    terms = places("lez5").place("terms(a1)").quantity
    np.testing.assert_allclose(terms.truths, [[0.5 * 0.15, 0.1 * 0.2, 0.5 * 0.25, 0.1 * 0.3]])


def test_true_values_are_no_negative_zeros() -> None:
    problem = "graph:\n  inputs: {a: 0}\n  define: {n: -a}\n  gradients: []\n"
    (truth,) = places(problem).place("n").quantity.truths[0]
    assert str(truth) == "0.0"


def test_a_problem_that_rounds_at_each_step_has_two_true_values() -> None:
    text = load_problem("lez5").text + "\ndisplay: {decimals: 2, rounding: each_step}\n"
    quantities = Quantities(solve(parse_problem(text)))
    exact, shown = quantities.place("L").quantity.truths
    assert exact == pytest.approx((0.3001,), abs=5e-5)
    assert shown == (round(shown[0], 2),)
    assert quantities.values(0)["L"] == exact[0]


@pytest.mark.parametrize("problem", [MOMENTUM, ADAM])
def test_values_with_all_their_digits_are_the_same_whatever_is_displayed(problem: str) -> None:
    """Through the updates as well, moments and the number of the step among them."""
    rounding = Quantities(solve(parse_problem(problem + "display: {decimals: 1, rounding: each_step}\n")))
    exact = places(problem)
    for moment in range(3):
        expected = exact.values(moment)
        assert exact.values(moment) is expected
        for name, value in rounding.values(moment).items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-12, atol=1e-15, err_msg=f"{name}@{moment}")


def test_what_updates_renew_is_what_they_have_made() -> None:
    quantities = places(ADAM)
    before = quantities.values(0)
    state = quantities.state_after(before, 1)
    assert state["k"] == 2.0
    np.testing.assert_array_equal(state["W1"], before["W1_new"])
    np.testing.assert_array_equal(state["m_W1@0"], before["m_W1"])
    assert state.keys() == {"k", *quantities.renewed_by}
    assert places(MOMENTUM).state_after(places(MOMENTUM).values(0), 1).keys() == {"W1", "b1", "v_W1@0", "v_b1@0"}


# --- ways of working ---


def test_a_line_may_be_worked_as_printed_or_from_what_is_known_or_around_an_overflow() -> None:
    quantities = places("mac0460-softmax")
    assert quantities.routes == ("printed", "worked", "stable") or "stable" in quantities.routes
    line = next(line for line in quantities.lines() if line.stable is not None)
    assert line.formula("printed") is line.expr
    assert line.formula("stable") is line.stable
    slope = places("lez5").bindings["f'(a2)"]
    assert slope.worked is not None
    assert slope.formula("worked") is slope.formula("stable") is slope.worked
    assert slope.formula("printed") is slope.expr
    plain = places("lez5").bindings["a1"]
    assert {plain.formula(route) for route in ("printed", "worked", "stable")} == {plain.expr}


def test_lines_above_which_nothing_branches_are_worked_in_one_way() -> None:
    quantities = places("lez5")
    assert [formula for _, formula in quantities.forms("a1", 0)] == [quantities.bindings["a1"].expr]
    assert quantities.routes_to("a1", 0) == ("printed",)
    assert len(quantities.forms("f'(a2)", 0)) == 2
    assert quantities.routes_to("dL/da2", 0) == ("printed", "worked")


def test_updates_make_every_line_rest_on_those_of_before() -> None:
    """After an update a¹ comes from weights for which slopes were needed."""
    assert places(SLOPES).routes_to("a1", 1) == ("printed", "worked")
    assert places(SLOPES).routes_to("a1", 0) == ("printed",)


# --- layouts ---


@pytest.mark.parametrize(
    ("items", "shape", "expected"),
    [
        ([7], (), 7),
        ((1, 2, 3), (3,), [1, 2, 3]),
        ([1, 2, 3, 4, 5, 6], (2, 3), [[1, 2, 3], [4, 5, 6]]),
        ([1, 2], (2, 1), [[1], [2]]),
    ],
)
def test_entries_are_laid_out_row_by_row(items: Any, shape: tuple[int, ...], expected: Any) -> None:
    assert nested(items, shape) == expected
