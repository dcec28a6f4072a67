"""Operations of one's own: derived, stated, and stated wrongly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli import ProblemError, Solution, load_problem, parse_problem, solve
from bpcli.inquiry.gradcheck import gradient_check


def graph(functions: str, formula: str, x: float = 0.7) -> Solution:
    return solve(
        parse_problem(f"functions:\n  {functions}\ngraph:\n  inputs: {{x: {x}}}\n  define:\n    L: {formula}\n")
    )


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_derivative_is_derived_from_the_formula() -> None:
    """Without a stated derivative it is found by backpropagation through the formula."""
    solution = graph("swish(x): x * sigmoid(x)", "swish(x)^2")
    s = sigmoid(0.7)
    assert solution["L"] == pytest.approx((0.7 * s) ** 2)
    assert solution["dL/dx"] == pytest.approx(2 * 0.7 * s * (s + 0.7 * s * (1 - s)))


def test_stated_derivative_is_the_one_that_is_used() -> None:
    """A correct statement is accepted, and its formula is what a person works with."""
    solution = graph("softsign(x): {value: x / (1 + abs(x)), derivative: 1 / (1 + abs(x))^2}", "3 * softsign(x)")
    assert solution["dL/dx"] == pytest.approx(3 / 1.7**2, rel=1e-14)


def test_wrong_derivative_is_refused_with_both_numbers_and_the_point() -> None:
    """The error says where the two differ, what was stated there and what the slope is."""
    with pytest.raises(ProblemError) as caught:
        graph("cube(x): {value: x^3, derivative: 2*x^2}", "cube(x)")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "wrong-derivative"
    assert diagnostic.message == (
        "the derivative stated for `cube` is wrong: at x = 1.9 it gives 7.22, but the slope of the value there is 10.83"
    )
    assert diagnostic.help
    assert diagnostic.span is not None
    assert diagnostic.related


@pytest.mark.parametrize(
    "functions",
    [
        "f(x): {value: sin(x), derivative: -cos(x)}",
        "f(x): {value: exp(x), derivative: 1.001*exp(x)}",
        "f(x): {value: relu(x), derivative: 1}",
        "f(x): {value: x^2, derivative: 2*x + 0.001}",
        "f(x): {value: log(x), derivative: 1/x^2}",
    ],
)
def test_any_wrong_derivative_is_refused(functions: str) -> None:
    """Signs, factors, missing cases and small constants are all noticed."""
    with pytest.raises(ProblemError, match="is wrong"):
        graph(functions, "f(x)")


@pytest.mark.parametrize(
    "functions",
    [
        "f(x): {value: relu(x), derivative: (x + abs(x)) / (2*x)}",
        "f(x): {value: log(x), derivative: 1/x}",
        "f(x): {value: sqrt(x), derivative: 1/(2*sqrt(x))}",
        "f(x): {value: x^4 * 1e6, derivative: 4e6 * x^3}",
        "f(x): {value: 3, derivative: 0}",
        "f(x): {value: tanh(x), derivative: 1 - tanh(x)^2}",
    ],
)
def test_right_derivative_is_accepted(functions: str) -> None:
    """Kinks, points outside the domain and large values do not make a right derivative wrong."""
    solution = graph(functions, "f(x)")
    assert all(item.agrees for item in gradient_check(solution))


def test_function_of_two_variables_is_derived_in_both() -> None:
    """More than one parameter is allowed; each gets its partial derivative."""
    text = "functions:\n  hyp(a, b): sqrt(a^2 + b^2)\ngraph:\n  inputs: {u: 3, v: 4}\n  define:\n    L: hyp(u, v)\n"
    solution = solve(parse_problem(text))
    assert solution["L"] == 5
    assert [solution["dL/du"], solution["dL/dv"]] == pytest.approx([0.6, 0.8])


def test_function_may_use_the_ones_above_it() -> None:
    """Definitions build on each other, in order."""
    text = (
        "functions:\n  swish(x): x * sigmoid(x)\n  twice(x): swish(swish(x))\n"
        "graph:\n  inputs: {x: 0.7}\n  define:\n    L: twice(x)\n"
    )
    solution = solve(parse_problem(text))
    inner = 0.7 * sigmoid(0.7)
    assert solution["L"] == pytest.approx(inner * sigmoid(inner))
    assert all(item.agrees for item in gradient_check(solution))


@pytest.mark.parametrize("batch", [False, True])
def test_custom_activation_of_a_layer_acts_entry_by_entry(batch: bool) -> None:
    """In a network it is an activation like any other, for one instance and for a batch."""
    text = load_problem("custom-activation").text
    if batch:
        text = text.replace("input: [0.8, -0.4]", "inputs: [[0.8, -0.4], [0.1, 0.2], [-1, 1]]")
        text = text.replace("target: [0.3, -0.2]", "targets: [[0.3, -0.2], [0, 0], [1, 1]]")
    solution = solve(parse_problem(text))
    a = np.array(solution["a1"])
    np.testing.assert_allclose(solution["h1"], a / (1 + np.exp(-a)), rtol=1e-13)
    assert all(item.digits >= 8 for item in gradient_check(solution))


def test_custom_relu_follows_the_convention_at_zero() -> None:
    """`relu_at_zero` holds inside functions too."""
    text = (
        "functions:\n  f(x): 2 * relu(x)\nconventions: {relu_at_zero: 0.5}\n"
        "graph:\n  inputs: {x: 0}\n  define:\n    L: f(x)\n"
    )
    assert solve(parse_problem(text))["dL/dx"] == 1.0


@pytest.mark.parametrize(
    "formula", ["sum(x)", "dot(x, x)", "2 * max(x)", "softmax(x)", "transpose(x)", "exp(norm2(x))"]
)
@pytest.mark.parametrize("form", ["{formula}", "{{value: x, derivative: '{formula}'}}"])
def test_what_takes_a_list_is_refused_at_its_place(formula: str, form: str) -> None:
    """A function is worked entry by entry, and no entry has a sum over the others."""
    written = form.format(formula=formula)
    with pytest.raises(ProblemError) as caught:
        graph(f"f(x): {written}", "f(x)")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "shape"
    name = formula.removeprefix("2 * ").removeprefix("exp(").partition("(")[0]
    assert diagnostic.message == f"`{name}` takes a list, and `f` is worked number by number"
    assert diagnostic.span is not None
    line = caught.value.source.split("\n")[diagnostic.span.line - 1]
    assert line[diagnostic.span.column - 1 :].startswith(name)


@pytest.mark.parametrize("batch", [False, True])
def test_a_function_whose_slope_is_the_same_everywhere(batch: bool) -> None:
    """Its derivative has the shape of what it is taken at."""
    data = "inputs: [[1, 2], [3, 4]]\n  targets: [[1], [0]]" if batch else "input: [1, 2]\n  target: [1]"
    text = (
        f"functions:\n  twice(x): 2 * x\nnetwork:\n  {data}\n"
        "  layers: [{weights: [[0.5, -1]], activation: twice}]\n  loss: half_squared_error\n"
    )
    values = solve(parse_problem(text)).values
    if batch:
        assert np.ravel(values["dJ/dW1"]).tolist() == [-19.0, -28.0]
    else:
        assert np.ravel(values["dL/dW1"]).tolist() == [-8.0, -16.0]
