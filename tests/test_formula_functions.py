"""Functions, lists and parts in the formulas of a graph: values by plain numpy, gradients by central differences."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from differences import central_difference

from bpcli import ProblemError, Solution, parse_problem, solve
from bpcli.inquiry.scalar import solve_scalar
from bpcli.lesson import lesson
from bpcli.lesson.options import LessonOptions
from bpcli.render import render

X = np.array([[1.0, -2.0, 0.5, 3.0], [0.25, 1.5, -1.0, 2.0], [-0.75, 0.6, 1.2, -0.4]])
K = np.array([[1.0, -1.0], [0.5, 2.0]])
S = np.array([[2.0, 1.0], [0.5, 3.0]])
V = np.array([0.55, -1.2, 2.1, 0.8])
U = np.array([1.0, 0.3, -0.6, 2.2])
T = np.array([1.0, -1.0, 1.0, -1.0])
P = np.array([0.1, 0.2, 0.3, 0.4])
INPUTS = {"X": X, "K": K, "S": S, "v": V, "u": U, "t": T, "p": P}
ERF = np.vectorize(math.erf)


def column(values: Any) -> Any:
    return np.asarray(values).reshape(-1, 1)


def softmax(a: Any, axis: int) -> Any:
    powers = np.exp(a - a.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def convolved(x: Any, k: Any, stride: int = 1, padding: int = 0) -> Any:
    """Four loops, as in a textbook."""
    x = np.pad(x, padding)
    rows = (x.shape[0] - k.shape[0]) // stride + 1
    columns = (x.shape[1] - k.shape[1]) // stride + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for p in range(k.shape[0]):
                for q in range(k.shape[1]):
                    out[i, j] += x[i * stride + p, j * stride + q] * k[p, q]
    return out


def pooled(x: Any, size: int, stride: int, of: Callable[[Any], float]) -> Any:
    rows, columns = ((n - size) // stride + 1 for n in x.shape)
    return np.array(
        [[of(x[i * stride : i * stride + size, j * stride : j * stride + size]) for j in range(columns)]
         for i in range(rows)]
    )  # fmt: skip


def normalised(a: Any, epsilon: float) -> Any:
    return (a - a.mean()) / np.sqrt(a.var() + epsilon)


FORMULAS: dict[str, Callable[..., Any]] = {
    "row_softmax(X)": lambda X, **_: softmax(X, 1),
    "column_softmax(X)": lambda X, **_: softmax(X, 0),
    "row_sum(X)": lambda X, **_: column(X.sum(1)),
    "column_sum(X)": lambda X, **_: X.sum(0).reshape(1, -1),
    "row_mean(X)": lambda X, **_: column(X.mean(1)),
    "column_mean(X)": lambda X, **_: X.mean(0).reshape(1, -1),
    "row_max(X)": lambda X, **_: column(X.max(1)),
    "column_max(X)": lambda X, **_: X.max(0).reshape(1, -1),
    "row_var(X)": lambda X, **_: column(X.var(1)),
    "column_var(X)": lambda X, **_: X.var(0).reshape(1, -1),
    "var(X)": lambda X, **_: X.var(),
    "X - column_mean(X)": lambda X, **_: X - X.mean(0),
    "X - row_mean(X)": lambda X, **_: X - column(X.mean(1)),
    "conv(X, K)": lambda X, K, **_: convolved(X, K),
    "conv(X, K, 2, 1)": lambda X, K, **_: convolved(X, K, 2, 1),
    "conv(v, u[1:2])": lambda v, u, **_: column([v[i] * u[0] + v[i + 1] * u[1] for i in range(3)]),
    "conv(v, [1, 2], 1, 1)": lambda v, **_: column(np.convolve(v, [2, 1])),
    "max_pool(X, 2)": lambda X, **_: pooled(X, 2, 2, np.max),
    "max_pool(X, 2, 1)": lambda X, **_: pooled(X, 2, 1, np.max),
    "mean_pool(X, 3)": lambda X, **_: pooled(X, 3, 3, np.mean),
    "mean_pool(v, 2)": lambda v, **_: column([v[:2].mean(), v[2:].mean()]),
    "flip(X)": lambda X, **_: X[::-1, ::-1],
    "flatten(X)": lambda X, **_: column(X.ravel()),
    "reshape(X, 2, 6)": lambda X, **_: X.reshape(2, 6),
    "concat(v, u, 3)": lambda v, u, **_: column([*v, *u, 3]),
    "concat(X, transpose(v))": lambda X, v, **_: np.vstack([X, v]),
    "beside(v, u)": lambda v, u, **_: np.stack([v, u], axis=1),
    "outer(v, u)": lambda v, u, **_: np.outer(v, u),
    "diag(v)": lambda v, **_: np.diag(v),
    "diag(S)": lambda S, **_: column(np.diag(S)),
    "trace(S @ K)": lambda S, K, **_: np.trace(S @ K),
    "inverse(S)": lambda S, **_: np.linalg.inv(S),
    "det(S)": lambda S, **_: np.linalg.det(S),
    "layer_norm(v, 0.01)": lambda v, **_: column(normalised(v, 0.01)),
    "layer_norm(X)": lambda X, **_: np.stack([normalised(row, 1e-5) for row in X]),
    "erf(v)": lambda v, **_: column(ERF(v)),
    "gelu(v)": lambda v, **_: column(v * 0.5 * (1 + ERF(v / math.sqrt(2)))),
    "silu(v)": lambda v, **_: column(v / (1 + np.exp(-v))),
    "tan(v)": lambda v, **_: column(np.tan(v)),
    "arctan(v)": lambda v, **_: column(np.arctan(v)),
    "sinh(v)": lambda v, **_: column(np.sinh(v)),
    "cosh(v)": lambda v, **_: column(np.cosh(v)),
    "sign(v) + step(v)": lambda v, **_: column(np.sign(v) + (v > 0)),
    "floor(v) * round(v)": lambda v, **_: column(np.floor(v) * np.round(v)),
    "clip(v, -1, 1)": lambda v, **_: column(np.clip(v, -1, 1)),
    "v[2:3]": lambda v, **_: column(v[1:3]),
    "X[2,:]": lambda X, **_: X[1:2],
    "X[:,3]": lambda X, **_: X[:, 2:3],
    "X[1:2,:]": lambda X, **_: X[:2],
    "X[2:3,2:4]": lambda X, **_: X[1:3, 1:4],
    "([1, 2, -3, 0.5] - v) * u": lambda v, u, **_: column((np.array([1, 2, -3, 0.5]) - v) * u),
    "[[1, 2], [3, 4]] @ S": lambda S, **_: np.array([[1, 2], [3, 4]]) @ S,
    "[v[1], 2, u[1] * 3]": lambda v, u, **_: column([v[0], 2, u[0] * 3]),
    "[[v[1], 1], [u[2], 2]]": lambda v, u, **_: np.array([[v[0], 1], [u[1], 2]]),
    "half_mean_squared_error(v, u)": lambda v, u, **_: ((v - u) ** 2).mean() / 2,
    "mean_squared_error(X, 2 * X)": lambda X, **_: (X**2).mean(),
    "absolute_error(v, u)": lambda v, u, **_: np.abs(v - u).sum(),
    "huber(v, u, 0.5)": lambda v, u, **_: sum(0.5 * e * e if e <= 0.5 else 0.5 * (e - 0.25) for e in np.abs(v - u)),
    "hinge(v, t)": lambda v, t, **_: np.maximum(0, 1 - t * v).sum(),
    "squared_hinge(v, t)": lambda v, t, **_: (np.maximum(0, 1 - t * v) ** 2).sum(),
    "logistic(v, t)": lambda v, t, **_: np.log(1 + np.exp(-t * v)).sum(),
    "multiclass_hinge(v, 2)": lambda v, **_: sum(max(0, v[j] - v[2] + 1) for j in (0, 1, 3)),
    "multiclass_hinge(v, 0, 0.5)": lambda v, **_: sum(max(0, v[j] - v[0] + 0.5) for j in (1, 2, 3)),
    "kl(p, softmax(v))": lambda p, v, **_: (p * np.log(p / (np.exp(v) / np.exp(v).sum()))).sum(),
    "half_squared_error(transpose(v) @ u, 2)": lambda v, u, **_: (v @ u - 2) ** 2 / 2,
}  # fmt: skip
every_formula = pytest.mark.parametrize("formula", FORMULAS)


def shaped(value: Any) -> Any:
    """The value as ids give it: a column is a flat list."""
    value = np.asarray(value)
    return value.ravel() if value.ndim == 2 and value.shape[1] == 1 else value


def solved(formula: str, inputs: dict[str, Any] = INPUTS, **more: Any) -> Solution:
    used = {name: np.asarray(value).tolist() for name, value in inputs.items() if name in formula}
    graph = {"inputs": used, "define": {"q": formula, "L": "sum(q * q)"}, **more}
    return solve(parse_problem(json.dumps({"graph": graph})))


@every_formula
def test_a_formula_has_the_value_of_plain_numpy(formula: str) -> None:
    expected = shaped(FORMULAS[formula](**INPUTS))
    np.testing.assert_allclose(solved(formula)["q"], expected, rtol=1e-12, atol=1e-14)


@every_formula
def test_its_gradients_are_those_of_central_differences(formula: str) -> None:
    solution = solved(formula)
    checked = 0
    for name, value in INPUTS.items():
        if name not in solution.variables:
            continue

        def along(moved: Any, name: str = name) -> float:
            return float(np.sum(np.square(FORMULAS[formula](**{**INPUTS, name: moved}))))

        found = solution[f"dL/d{name}"]
        np.testing.assert_allclose(np.asarray(found), central_difference(along, value), rtol=1e-7, atol=1e-7)
        checked += 1
    assert checked


@every_formula
def test_it_can_be_told_and_taken_apart(formula: str) -> None:
    """In full detail, in LaTeX, and as a graph of numbers with the same values."""
    solution = solved(formula)
    assert "None" not in render(lesson(solution, LessonOptions(detail="full")), "terminal")
    assert render(lesson(solution), "latex")
    scalar = solve_scalar(solution)
    nodes = scalar.program.cells["q"]
    np.testing.assert_allclose(
        [scalar.values[node] for node in nodes], np.ravel(solution.values["q"]), rtol=1e-10, atol=1e-12
    )
    for name in solution.variables:
        if f"dL/d{name}" in solution.variables and name in scalar.program.cells:
            found = [scalar.gradients[node] for node in scalar.program.cells[name]]
            np.testing.assert_allclose(found, np.ravel(solution.values[f"dL/d{name}"]), rtol=1e-9, atol=1e-11)


def test_the_first_of_the_largest_takes_the_gradient() -> None:
    """Where several entries of a window are the largest, the first one is chosen, row by row."""
    inputs = {"X": np.array([[2.0, 2.0], [2.0, 1.0]])}
    assert solved("max_pool(X, 2)", inputs)["dL/dX"] == [[4, 0], [0, 0]]
    assert solved("row_max(X)", inputs)["dL/dX"] == [[4, 0], [4, 0]]
    assert solved("column_max(X)", inputs)["dL/dX"] == [[4, 4], [0, 0]]


def test_no_gradient_comes_through_stop() -> None:
    text = "graph:\n  inputs: {x: 3, w: 2}\n  define:\n    a: 2*x\n    k: stop(a)\n    L: k*w\n"
    solution = solve(parse_problem(text))
    assert (solution["L"], solution["dL/dw"], solution["dL/dx"]) == (12, 6, 0)
    assert "dL/da" not in solution.variables


@pytest.mark.parametrize(
    ("formula", "code", "words"),
    [
        ("softmax(X)", "shape", "row_softmax.*column_softmax"),
        ("inverse(X)", "shape", "3×4"),
        ("trace(v)", "shape", "4×1"),
        ("X[1:9,:]", "shape", "1:9"),
        ("v[3:2]", "bad-index", "backwards"),
        ("v[0:2]", "bad-index", "0:2"),
        ("X[2:3]", "shape", "rows and columns"),
        ("reshape(X, 5, 2)", "shape", "5×2"),
        ("reshape(X, 1.5, 2)", "range", "1.5"),
        ("conv(K, X)", "shape", "does not fit"),
        ("conv(X, K, 0)", "range", "`conv`"),
        ("conv(X, K, v)", "not-a-number", "argument 3"),
        ("max_pool(X, 9)", "shape", "9×9"),
        ("concat(X, S)", "shape", "below"),
        ("outer(X, v)", "shape", "two vectors"),
        ("diag(X)", "shape", "diagonal"),
        ("clip(v, 2, 1)", "range", "argument 3"),
        ("[[1, 2], [3]]", "shape", "one length"),
        ("[1, v]", "shape", "one length"),
        ("[1, (2]", "formula-syntax", "belong"),
        ("[1, 2", "formula-syntax", "never closed"),
        ("[]", "formula-syntax", "empty"),
        ("huber(v, u, -1)", "range", "huber"),
        ("row_sum(3)", "shape", "row_sum"),
        ("hinge(v, X)", "shape", "4×1.*3×4"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(formula: str, code: str, words: str) -> None:
    with pytest.raises(ProblemError, match=words) as caught:
        solved(formula)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("formula", ["inverse([[1, 2], [2, 4]])", "inverse(S - S)", "det(S) / det(S - S)"])
def test_a_matrix_without_an_inverse_is_refused_by_name(formula: str) -> None:
    with pytest.raises(ProblemError, match="not a finite number"):
        solved(formula)


def test_an_output_of_one_entry_is_a_number() -> None:
    text = "graph:\n  inputs: {A: [[1, 2]], x: [3, 4]}\n  define:\n    y: A @ x\n"
    solution = solve(parse_problem(text))
    assert solution["y"] == 11
    assert solution["dy/dA"] == [[3, 4]]


@pytest.mark.parametrize("name", ["cross_entropy", "kl", "binary_cross_entropy"])
def test_the_wrong_order_of_a_distribution_and_its_target_is_pointed_out(name: str) -> None:
    """Where a logarithm of a target's 0 is taken, the error says what stands first."""
    problem = json.dumps({"graph": {"inputs": {"y": [0.3, 0.7], "t": [0, 1]}, "define": {"L": f"{name}(y, t)"}}})
    with pytest.raises(ProblemError) as caught:
        solve(parse_problem(problem))
    (diagnostic,) = caught.value.diagnostics
    assert f"`{name}(t, y)`" in diagnostic.help
