"""The gradients of every shipped problem beside central differences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli import Solution, load_problem, parse_problem, solve
from bpcli.document.rounding import Rounding
from bpcli.inquiry.gradcheck import GradientComparison, gradient_check
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.problem.shipped import shipped_names

KINKED = {"relu-at-zero": {"dL/da1": 1, "dL/dW1": 2, "dL/db1": 1}}


def checked(text: str) -> dict[str, GradientComparison]:
    return {item.name: item for item in gradient_check(solve(parse_problem(text)))}


@pytest.mark.parametrize("name", shipped_names())
def test_gradients_of_shipped_problems_agree_with_central_differences(name: str) -> None:
    """Every adjoint, the intermediate ones included, agrees to 1e-6 and better wherever there is a derivative."""
    solution = solve(load_problem(name))
    results = gradient_check(solution)
    assert [item.name for item in results] == [s.id for s in solution if s.binding.variable.role == "adjoint"]
    for item in results:
        assert item.relative_error <= 1e-6, item
        assert item.agrees
        assert item.digits >= 8
    kinks = {item.name: item.kink_count for item in results if item.kink_count}
    assert kinks == KINKED.get(name, {})


def test_comparison_has_the_shape_of_the_variable() -> None:
    """Analytic and numeric stand side by side, entry by entry."""
    for item in gradient_check(solve(load_problem("layout-xw"))):
        assert np.shape(item.analytic) == np.shape(item.numeric) == np.shape(item.kinks)
        np.testing.assert_allclose(item.numeric, item.analytic, rtol=1e-7, atol=1e-9)


def test_names_choose_what_is_checked() -> None:
    """Only the adjoints asked for are checked, in any of their spellings; an unknown one is an error."""
    solution = solve(load_problem("lez5"))
    assert [item.name for item in gradient_check(solution, ["grad_W2", "dL/dh2"])] == ["dL/dy", "dL/dW2"]
    with pytest.raises(UnknownQuantityError):
        gradient_check(solution, ["dL/dW3"])


@pytest.mark.parametrize("at_zero", [0, 0.5, 1])
def test_relu_at_its_kink_is_reported_as_a_kink(at_zero: float) -> None:
    """Whatever is declared for the derivative at 0, the place is named as a kink and is no failure."""
    item = checked(
        f"graph:\n  inputs: {{x: 0}}\n  define:\n    L: 3 * relu(x)\nconventions: {{relu_at_zero: {at_zero}}}\n"
    )["dL/dx"]
    assert item.analytic == 3 * at_zero
    assert item.agrees
    # At ½ the convention is what central differences give.
    assert item.kink_count == (at_zero != 0.5)


@pytest.mark.parametrize("distance", [1e-4, 1e-3, 0.1])
@pytest.mark.parametrize("side", [-1, 1])
def test_point_beside_a_kink_has_a_derivative(distance: float, side: int) -> None:
    """The steps shrink until they stay on one side of the kink."""
    item = checked(f"graph:\n  inputs: {{x: {side * distance}}}\n  define:\n    L: exp(x) + abs(x)\n")["dL/dx"]
    assert item.kink_count == 0
    assert item.digits >= 6
    assert item.analytic == pytest.approx(math.exp(side * distance) + side)


@pytest.mark.parametrize("x", [1e-12, -1e-12, 1e-8])
def test_point_closer_to_a_kink_than_any_step_counts_as_a_kink(x: float) -> None:
    """Differences cannot tell it from the kink itself."""
    item = checked(f"graph:\n  inputs: {{x: {x}}}\n  define:\n    L: abs(x)\n")["dL/dx"]
    assert item.kink_count == 1
    assert item.agrees


def falsified(solution: Solution, name: str, factor: float) -> Solution:
    """The solution with one wrong gradient: the formula of an adjoint multiplied by a factor."""
    lines = tuple(
        line._replace(expr=line.expr * factor, stable=None) if line.variable.name == name else line
        for line in solution.program.bindings
    )
    built = solution.built._replace(program=solution.program._replace(bindings=lines))
    return Solution(solution.problem, built, Rounding())


@pytest.mark.parametrize(("factor", "digits"), [(2.0, 0), (1.01, 2), (1 + 1e-5, 5)])
def test_wrong_gradient_is_found(factor: float, digits: int) -> None:
    """A gradient that is off by a factor disagrees from the digit on that the factor changes."""
    wrong = falsified(solve(load_problem("lez5")), "dL/dW1", factor)
    results = {item.name: item for item in gradient_check(wrong)}
    assert not results["dL/dW1"].agrees
    assert results["dL/dW1"].digits in (digits, digits - 1)
    assert results["dL/dW2"].agrees
    assert results["dL/da1"].agrees


def test_wrong_gradient_at_a_kink_is_found() -> None:
    """A kink excuses only what lies between the slopes on its two sides."""
    solution = solve(parse_problem("graph:\n  inputs: {x: 0}\n  define:\n    L: abs(x) + 5*x\n"))
    (item,) = gradient_check(falsified(solution, "dL/dx", 2.0), ["dL/dx"])
    assert not item.agrees


def test_rounding_of_every_step_is_left_aside() -> None:
    """A problem that rounds each step is checked with all digits: the formulas are what is checked."""
    text = load_problem("lez5").text + "display: {decimals: 2, rounding: each_step}\n"
    for item in gradient_check(solve(parse_problem(text))):
        assert item.digits >= 8


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1.0, 1e3, 1e8])
def test_step_follows_the_size_of_the_variable(scale: float) -> None:
    """Large and small numbers are checked as well as those around 1."""
    item = checked(f"graph:\n  inputs: {{x: {0.7 * scale}}}\n  define:\n    L: square(x / {scale})\n")["dL/dx"]
    assert item.digits >= 8


def test_points_near_the_edge_of_a_domain_are_checked() -> None:
    """Steps that would leave the domain of a logarithm are made smaller."""
    item = checked("graph:\n  inputs: {x: 0.0001}\n  define:\n    L: log(x)\n")["dL/dx"]
    assert item.digits >= 8


def test_saturated_network_is_checked_through_its_stable_loss() -> None:
    """Where y underflows, the gradient of the pre-activation is checked all the same."""
    results = checked(
        "network:\n  input: [1]\n  target: [0, 1]\n  layers:\n    - {weights: [[1000], [0]], activation: softmax}\n"
        "  loss: cross_entropy\n"
    )
    np.testing.assert_allclose(results["dL/da1"].numeric, [[1], [-1]], rtol=1e-9)
    assert results["dL/da1"].agrees
    assert results["dL/dy"].kink_count == 1  # −t ⊘ y with y = 0: no derivative to compare with


def test_large_layers_are_checked_along_random_directions() -> None:
    """Above 10,000 entries the slope along random directions is compared, and errors are still found."""
    random = np.random.default_rng(0)
    weights = random.normal(size=(110, 100)).round(3) / 10
    text = (
        f"network:\n  input: {random.uniform(size=100).round(3).tolist()}\n  target: {[0.5] * 110}\n"
        f"  layers:\n    - {{weights: {weights.round(5).tolist()}, activation: tanh}}\n  loss: half_squared_error\n"
    )
    solution = solve(parse_problem(text))
    (item,) = gradient_check(solution, ["dL/dW1"])
    assert item.directions == 20
    assert np.shape(item.analytic) == (20,)
    assert item.digits >= 8
    (wrong,) = gradient_check(falsified(solution, "dL/dW1", 1.001), ["dL/dW1"])
    assert not wrong.agrees


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_gradients_of_every_update_agree_where_they_are_taken(steps):
    """Those of update k with the parameters before it, those at a point ahead with that point."""
    for update in ("optimizer: adam", "optimizer: nesterov, form: lookahead, state: {v_W1: [[0.3, -0.2], [0.1, 0.4]]}"):
        text = load_problem("lez5").text + f"  update: {{{update}, learning_rate: 0.5, steps: {steps}}}\n"
        results = gradient_check(solve(parse_problem(text)))
        assert len(results) >= 8 * steps
        assert all(item.agrees and not item.kink_count for item in results)
