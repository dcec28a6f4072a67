"""Formulas at their corners: numbers worked by hand, conventions at 0, what is refused, names that are free."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from bpcli.diagnostics import ProblemError
from bpcli.solution.load import parse_problem, solve

GIVEN = "v: [1, 2, -3, 4], M: [[1, 2, 3], [4, 5, 6]], S: [[2, 1], [0.5, 3]], x: 0.3"
V, M, S = np.array([1.0, 2, -3, 4]), np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([[2, 1], [0.5, 3]])


def value_of(formula: str, more: str = "") -> Any:
    """The value of a formula over the given names, without gradients."""
    text = f"graph:\n  inputs: {{{GIVEN}}}\n  define: |\n    L = {formula}\n  gradients: []\n{more}"
    return np.array(solve(parse_problem(text)).values["L"])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("[1, 2]", [[1], [2]]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("[[x, 1], [2, -x]]", [[0.3, 1], [2, -0.3]]),
        ("[x, 1/2]", [[0.3], [0.5]]),
        ("[v[1], S[1,2]]", [[1], [1]]),
        ("v[2:3]", [[2], [-3]]),
        ("transpose(v)[2:3]", [[2, -3]]),
        ("M[1,:]", [[1, 2, 3]]),
        ("M[:,2]", [[2], [5]]),
        ("M[1:2,2:3]", [[2, 3], [5, 6]]),
        ("concat(v[1:2], x, [7])", [[1], [2], [0.3], [7]]),
        ("concat(M, [[7, 8, 9]])", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ("beside(M, [7, 8])", [[1, 2, 3, 7], [4, 5, 6, 8]]),
        ("beside(v[1:2], v[3:4])", [[1, -3], [2, 4]]),
        ("reshape(v, 2, 2)", [[1, 2], [-3, 4]]),
        ("row_max(M) + row_sum(M)", [[9], [21]]),
        ("M - column_mean(M)", M - M.mean(axis=0)),
        ("M - row_mean(M)", M - M.mean(axis=1, keepdims=True)),
        ("column_var(M)", [[2.25, 2.25, 2.25]]),
        ("diag(S)", [[2], [3]]),
        ("diag([1, 2])", [[1, 0], [0, 2]]),
        ("inverse(S) @ S", np.eye(2)),
        ("round(v / 2)", [[0], [1], [-2], [2]]),
        ("clip(v, -1, 2)", [[1], [2], [-1], [2]]),
        ("sign(v) + floor(v / 4)", [[1], [1], [-2], [2]]),
        ("max_pool(v, 2)", [[2], [4]]),
        ("max_pool(v, 2, 1)", [[2], [2], [4]]),
        ("mean_pool(v, 3)", [[0]]),
        ("conv(v, [1, 1], 1, 1)", [[1], [3], [-1], [1], [4]]),
        ("conv(M, [[1, 0], [0, 1]])", [[6, 8]]),
    ],
)
def test_values(formula: str, expected: Any) -> None:
    """As numpy, or a person, has it."""
    np.testing.assert_allclose(value_of(formula), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("det(S)", 5.5),
        ("trace(M @ transpose(M))", float(np.sum(M * M))),
        ("var(v)", float(np.var(V))),
        ("erf(x)", mpmath.erf("0.3")),
        ("gelu(-6 * x)", -1.8 * mpmath.ncdf("-1.8")),
        ("silu(x)", 0.3 / (1 + mpmath.exp("-0.3"))),
        ("tan(x) + arctan(x)", mpmath.tan("0.3") + mpmath.atan("0.3")),
        ("sinh(x) * cosh(x)", mpmath.sinh("0.6") / 2),
        ("huber(v, [1, 1, 1, 1])", 0.5 + 3.5 + 2.5),
        ("huber(v, [1, 1, 1, 1], 2)", 0.5 + 2 * (4 - 1) + 2 * (3 - 1)),
        ("hinge(v, [1, -1, 1, 1])", 3 + 4),
        ("squared_hinge(v, [1, -1, 1, 1])", 9 + 16),
        ("logistic(x, -1)", mpmath.log(1 + mpmath.exp("0.3"))),
        ("multiclass_hinge(v, 1)", 3.0),
        ("multiclass_hinge(v, 0, 0.5)", 1.5 + 3.5),
        ("multiclass_hinge(v, [0, 1, 0, 0])", 3.0),
        ("half_squared_error(S[1,:] @ [1, 1], 2)", 0.5),
        ("mean_squared_error(M, M + 1)", 1.0),
        ("dot(M[1,:], M[2,:])", 32.0),
    ],
)
def test_numbers(formula: str, expected: Any) -> None:
    """Against numbers worked by hand or with mpmath."""
    assert float(value_of(formula)) == pytest.approx(float(expected), rel=1e-13)


def test_small_gelu_has_its_digits() -> None:
    """Where Φ is almost 0, 1 + erf has none."""
    expected = -9 * mpmath.ncdf(-9)
    assert float(value_of("gelu(-30 * x)")) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("at_zero", [0, 0.5, 1])
def test_step_at_zero_is_a_convention(at_zero: float) -> None:
    """step(0) is what the problem says; sign(0) is 0."""
    assert float(value_of("step(x - x)", f"conventions: {{step_at_zero: {at_zero}}}\n")) == at_zero
    assert float(value_of("sign(x - x)")) == 0.0


def test_step_at_zero_is_1_unless_said_otherwise() -> None:
    assert float(value_of("step(x - x)")) == 1.0


def test_an_output_of_one_entry_is_a_number() -> None:
    """It can be differentiated."""
    text = "graph:\n  inputs: {w: [1, 2], x: [3, 4]}\n  define:\n    L: transpose(w) @ x\n"
    values = solve(parse_problem(text)).values
    assert float(values["L"]) == 11.0
    np.testing.assert_array_equal(values["dL/dw"], [[3], [4]])


def test_softmax_of_each_row_needs_no_jacobian() -> None:
    """y ⊙ (g − Σ g ⊙ y), row by row."""
    text = "graph:\n  inputs: {Z: [[1, 2, 0], [0.5, -1, 3]], G: [[1, 0, 2], [-1, 1, 0.5]]}\n  define:\n"
    values = solve(parse_problem(f"{text}    Y: row_softmax(Z)\n    L: sum(G * Y)\n")).values
    G, Y = np.array([[1, 0, 2], [-1, 1, 0.5]]), values["Y"]
    np.testing.assert_allclose(values["dL/dZ"], Y * (G - np.sum(G * Y, axis=1, keepdims=True)), rtol=1e-13)


def test_what_is_reached_through_stop_alone_has_no_gradient() -> None:
    text = "graph:\n  inputs: {w: 2, c: 3}\n  define:\n    u: c * w\n    L: stop(u) * w\n  gradients: [w]\n"
    values = solve(parse_problem(text)).values
    assert float(values["dL/dw"]) == 6.0
    assert "dL/du" not in values


@pytest.mark.parametrize(
    ("formula", "column", "code", "told"),
    [
        ("softmax(M)", 9, "shape", "row_softmax.*column_softmax"),
        ("sum(softmax(S))", 13, "shape", "row_softmax.*column_softmax"),
        ("v[3:9]", 9, "shape", "3"),
        ("M[1:2]", 9, "shape", "rows and columns"),
        ("x[1:2]", 9, "shape", "a number has no entries"),
        ("[[1, 2], [3]]", 9, "shape", "one length"),
        ("[[1, 2], 3]", 9, "shape", "one length"),
        ("conv(v, [1, 1], x)", 25, "not-a-number", "argument 3"),
        ("conv(v, [1, 1], 0)", 25, "range", "cannot take 0"),
        ("conv(v, [1, 1], 1, 0.5)", 28, "range", "cannot take 0.5"),
        ("conv(v, [[1, 1]])", 9, "shape", "1×2"),
        ("max_pool(v, 5)", 9, "shape", "does not fit"),
        ("reshape(v, 3, 2)", 9, "shape", "4×1 cannot be laid out as 3×2"),
        ("clip(x, 2, 1)", 20, "range", "cannot take 1"),
        ("concat(v, M)", 9, "shape", "4×1 and 2×3"),
        ("concat()", 9, "argument-count", "1 to 100"),
        ("det(M)", 9, "shape", "not a square"),
        ("inverse(S - S)", 5, "not-finite", "inverse"),
        ("multiclass_hinge(v, 4)", 5, "not-finite", "one hot"),
        ("row_sum(x)", 9, "shape", "no rows"),
        ("log2(x, 3)", 9, "argument-count", "takes 1 argument"),
    ],
)
def test_what_is_refused_and_where(formula: str, column: int, code: str, told: str) -> None:
    with pytest.raises(ProblemError, match=told) as caught:
        value_of(formula)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.span is not None
    assert (diagnostic.code, diagnostic.span.line, diagnostic.span.column) == (code, 4, column)


def test_hinge_of_a_network_at_the_margin_is_level() -> None:
    """t·y = 1 misses nothing, and nothing comes back."""
    text = "network:\n  input: [1]\n  target: [1]\n  layers: [{weights: [[1]]}]\n  loss: hinge\n"
    values = solve(parse_problem(text)).values
    assert float(values["L"]) == 0.0
    assert float(values["dL/dW1"][0, 0]) == 0.0


def test_divergence_of_a_network_from_a_single_class() -> None:
    """0 ln 0 is 0."""
    text = (
        "network:\n  input: [1, 2]\n  target: [0, 1]\n  layers:\n"
        "    - {weights: [[0.3, -0.2], [0.5, 0.1]], activation: softmax}\n  loss: kl\n"
    )
    values = solve(parse_problem(text)).values
    assert float(values["L"]) == pytest.approx(-math.log(float(values["y"][1, 0])), rel=1e-13)


def test_names_that_came_later_can_still_be_given() -> None:
    """A file that calls a quantity `step`, or has a `gelu` of its own, means these."""
    text = (
        "functions:\n  gelu(x): x * sigmoid(1.702 * x)\n"
        "graph:\n  inputs: {step: 0.5, var: 2}\n  define:\n    trace: gelu(step) * var\n    L: trace + step(step)\n"
    )
    expected = 2 * 0.5 / (1 + math.exp(-0.851)) + 1
    assert float(solve(parse_problem(text)).values["L"]) == pytest.approx(expected, rel=1e-13)


def test_an_activation_of_ones_own_comes_before_one_that_came_later() -> None:
    text = (
        "functions:\n  silu(x): 2 * x\nnetwork:\n  input: [1]\n  target: [1]\n"
        "  layers: [{weights: [[3]], activation: silu}]\n  loss: squared_error\n"
    )
    assert float(solve(parse_problem(text)).values["y"][0, 0]) == 6.0


def test_a_list_as_it_is_in_yaml_is_told_its_quotes() -> None:
    with pytest.raises(ProblemError) as caught:
        parse_problem("graph:\n  inputs: {x: 1}\n  define:\n    v: [1, 2]\n    L: sum(v) * x\n")
    assert caught.value.diagnostics[0].help == 'a formula that is a list stands in quotes: `"[1, 2]"`'
