"""Where mistakes can be made: problems of every kind, what is proposed there, and its value worked by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.backprop import pull_back
from bpcli.calculus.expr import Variable, evaluate
from bpcli.document.mathtree import Identifier
from bpcli.mistakes import CATALOGUE, described, families, sentences, sites, variants, words
from bpcli.mistakes.forward import rounded, tangent
from bpcli.mistakes.site import same
from bpcli.problem.shipped import shipped_names
from bpcli.solution.solution import Solution


def network(update: str = "", more: str = "", *, loss: str = "half_squared_error", layer: str = "bias: [0.5]") -> str:
    """One unit: y = 2·3 + 0.5 = 6.5 beside t = 6, so that ∂L/∂y is 0.5 and ∂L/∂W¹ 1.5."""
    text = f"network:\n  input: [3]\n  target: [6]\n  layers: [{{weights: [[2]], {layer}}}]\n  loss: {loss}\n"
    return text + (f"  update: {{learning_rate: 0.1, optimizer: {update}}}\n" if update else "") + more


def graph(inputs: str, *lines: str) -> str:
    return f"graph:\n  inputs: {{{inputs}}}\n  define:\n" + "".join(f"    {line}\n" for line in lines)


BATCH = (
    "network:\n  inputs: [[1], [2]]\n  targets: [[0], [1]]\n  layers: [{weights: [[2]], bias: [0.5]}]\n"
    "  loss: {name: half_squared_error, over_batch: sum}\n"
)
WIDE = (
    "network:\n  input: [1]\n  target: [1]\n  layers:\n    - {weights: [[1], [2]], bias: [0, 1], activation: tanh}\n"
    f"    - {{weights: {[[k / 10, 1] for k in range(13)]}}}\n    - {{weights: [{[1] * 13}]}}\n"
    "  loss: half_squared_error\n"
)


def forks(count: int) -> str:
    """Every line is the sum of the one before and itself: 2ᵏ paths lead from the last to the first."""
    lines = [f"u{k}: u{k - 1} + u{k - 1}" for k in range(2, count + 1)]
    return graph("x: 1.5", "u1: x + x", *lines, f"L: u{count} * 1")


PROBLEMS = {
    **{name: network(name) for name in ("gradient_descent", "adagrad", "rmsprop", "adam", "adamw")},
    **{f"momentum-{k}": network(f"momentum, momentum: 0.9, form: {form}") for k, form in enumerate(
        ("v = βv + g", "v = βv + (1−β)g", "v = βv + ηg"))},
    "l1": network(more="  regularization: {l1: 0.1}\n"),
    "l2": network(more="  regularization: {l2: 0.1}\n"),
    "bias-too": network(more="  regularization: {l2: 0.1, bias: true}\n"),
    "only-biases": network(more="  regularization: {l2: 0.1, bias: true}\n", layer="bias: [0.5], trainable: [bias]"),
    "mean-of-outputs": network(loss="{name: half_squared_error, over_outputs: mean}"),
    "sum-of-a-batch": BATCH,
    "one-shared-bias": network(layer="bias: 0.5"),
    "wide": WIDE,
    "kink": network(layer="bias: [-6], activation: {name: leaky_relu, slope: 0.2}"),
    "renamed": graph("x: 1.5", "u: x", "L: u * u"),
    "power": graph("x: 1.5, n: 3", "L: x^n"),
    "vector": graph("v: [1.5, 2.5]", "u: v * 3", "L: sum(u)"),
    "unused": graph("x: 1.5, y: 2", "L: x * x"),
    "three-forks": forks(3),
    "many-forks": forks(13),
    "loss-of-numbers": graph("y: 6.5, t: 6", "L: half_squared_error(y, t)"),
}  # fmt: skip


@cache
def solved(name: str) -> Solution:
    return solve(parse_problem(PROBLEMS[name], f"{name}.yaml") if name in PROBLEMS else load_problem(name))


@pytest.mark.parametrize("name", [*PROBLEMS, *shipped_names()])
def test_mistakes_are_other_formulas_of_the_same_shape_that_can_be_worked(name: str) -> None:
    solution = solved(name)
    for site in sites(solution):
        for variant in variants(site):
            assert variant.id in CATALOGUE
            for formula in (variant.wrong, *variant.alternatives):
                assert formula.shape == site.right.shape
                assert not same(formula, site.right)
                with np.errstate(all="ignore"):
                    assert np.shape(evaluate(formula, solution.values)) == site.right.shape


def made(name: str, line: str, identifier: str) -> list[Any]:
    """What a mistake makes of a line, each of its formulas."""
    solution = solved(name)
    (site,) = (site for site in sites(solution) if site.name == line)
    found = [variant for variant in variants(site) if variant.id == identifier]
    formulas = [formula for variant in found for formula in variant.alternatives or (variant.wrong,)]
    return [float(np.ravel(evaluate(formula, solution.values))[0]) for formula in formulas]


@pytest.mark.parametrize(
    ("name", "line", "identifier", "values"),
    [
        ("gradient_descent", "W1_new", "U01", {2 + 0.15}),
        ("gradient_descent", "W1_new", "U02", {2 - 1.5, 2 - 0.01 * 1.5}),
        ("gradient_descent", "W1_new", "U03", {-0.15, 0.15}),
        ("gradient_descent", "b1_new", "U05", {0.5}),
        ("gradient_descent", "W1_new", "U05", set()),
        ("gradient_descent", "W1_new", "U06", {2 - 0.1 * 2}),
        # 2 − 0.1 · 0.01 · 2 − 0.1 · 1.5 / √2.25: the decay added, left out, taken away twice
        ("adamw", "W1_new", "U08", {2 + 0.002 - 0.1, 2 - 0.1, 2 - 0.004 - 0.1}),
        ("adam", "W1_new", "U08", set()),
        ("adam", "mhat_W1", "U09", {0.1 * 1.5}),
        ("adagrad", "s_W1", "U09", {-2.25, 0.1 * 2.25, 1.5}),
        ("rmsprop", "s_W1", "U09", {-0.225, 2.25, 0.9 * 2.25, 0.1 * 2.25, 0.1 * 1.5, 0.225**0.5}),
        ("momentum-0", "v_W1", "U09", {-1.5, 0.1 * 1.5, 0.9 * 1.5, 1.5}),
        ("l2", "Omega", "L14", {4, 1, (4 + 0.25) / 2}),
        ("bias-too", "Omega", "L14", {4.25, 4.25 / 4, 2, 0.125}),
        ("only-biases", "Omega", "L14", {0.25, 0.0625}),
        ("l1", "Omega", "L14", set()),
        ("bias-too", "dJ/db1", "G15", {0.5}),
        ("bias-too", "dJ/db1", "G16", set()),
        ("l2", "dJ/db1", "G16", {0.5 + 0.1 * 0.5, 0.5 + 0.1}),
        ("mean-of-outputs", "L", "L01", {0.25}),
        ("sum-of-a-batch", "dJ/dW1", "G12", {(2.5 * 1 + 3.5 * 2) / 2}),
        ("sum-of-a-batch", "dJ/db1", "G11", {(2.5 + 3.5) / 2}),
        ("sum-of-a-batch", "dJ/db1", "G12", set()),
        ("kink", "f'(a1)", "B16", {0.2, (0.2 + 1) / 2, 1.0}),
        ("renamed", "u", "L01", set()),
        ("loss-of-numbers", "L", "L01", {0.25}),
        ("power", "dL/dn", "S06", {0.0}),
        ("vector", "dL/dv", "S16", {3.0}),
        ("vector", "dL/dv", "S17", {1.0}),
        # A term of this fork twice, or both; and path by path: 2 + 4 + 8 + 12, each with what has come along before
        ("three-forks", "dL/dx", "S02", {8 + 4, 8 + 8, 26}),
        ("many-forks", "dL/dx", "S02", {2**13 * 1.5, 2**14}),
    ],
)
def test_what_a_mistake_makes_of_a_line(name: str, line: str, identifier: str, values: set[float]) -> None:
    found = sorted({round(value, 6) for value in made(name, line, identifier)})
    assert found == pytest.approx(sorted(values))


def test_slips_of_single_units_are_not_looked_for_in_wide_layers() -> None:
    """Thirteen formulas each would be tried on every sheet."""
    assert made("wide", "dL/dh1", "B05")
    assert made("wide", "dL/dh1", "B04") == []
    assert made("wide", "dL/dh2", "B01") == []


@pytest.mark.parametrize("operation", [tangent, rounded(2)])
def test_functions_of_mistakes_have_no_derivative(operation: Any) -> None:
    """A tangent in degrees occurs where a mistake is made: nothing is ever differentiated that has one in it."""
    x = Variable("x", (), Identifier("x"))
    with pytest.raises(NotImplementedError, match="occurs in mistakes only"):
        pull_back(operation(x), x, x)


@pytest.mark.parametrize("language", ["it", "pt"])
def test_mistakes_are_told_in_other_languages_and_keep_their_ids(language: str) -> None:
    for identifier, entry in CATALOGUE.items():
        told = described(identifier, language)
        assert (told.id, told.family, told.likelihood) == (identifier, entry.family, entry.likelihood)
        assert (told.title, told.hint) != (entry.title, entry.hint)
    assert families(language).keys() == families().keys()
    assert families(language) != families()
    assert sentences(language).keys() == sentences().keys()
    assert words(language).keys() == words().keys()
    assert described("D03", "de") is CATALOGUE["D03"]
