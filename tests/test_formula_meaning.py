"""Formulas that are written well and mean nothing: each is refused at its place, in words."""

from __future__ import annotations

import pytest

from bpcli import ProblemError, parse_problem, solve

INPUTS = "{x: 2, v: [1, 2, 3], w: [1, 2], r: [[4, 5, 6]], M: [[1, 2], [3, 4]], p: [0.25, 0.75]}"


def graph(formula: str):
    return solve(parse_problem(f"graph:\n  inputs: {INPUTS}\n  define:\n    y: {formula}\n"))


@pytest.mark.parametrize(
    ("formula", "at", "message"),
    [
        ("x[1]", "x[1]", "a number has no entries"),
        ("1 + M[1]", "M[1]", "needs two numbers: row and column"),
        ("v[4]", "v[4]", "there is no entry 4 in"),
        ("M[3,1]", "M[3,1]", "there is no entry 3,1 in"),
        ("x + sum(v + w)", "v + w", ""),
        ("sum(M @ v)", "M @ v", "the columns of the first must be as many as the rows of the second"),
        ("dot(v, w)", "dot(v, w)", ""),
        ("entropy(p, x)", "x", "argument 2 of `entropy` must be a number"),
        ("entropy(p, x + 1)", "x + 1", "argument 2 of `entropy` must be a number"),
        ("entropy(p, 1)", "1", "`entropy` cannot take 1 as argument 2"),
        ("entropy(p, 2 - 3)", "2 - 3", "`entropy` cannot take -1 as argument 2"),
        ("leaky_relu(x, 0)", "0", "`leaky_relu` cannot take 0 as argument 2"),
    ],
)
def test_what_does_not_fit_is_refused_where_it_stands(formula: str, at: str, message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        graph(formula)
    (diagnostic,) = caught.value.diagnostics
    assert message in diagnostic.message
    assert diagnostic.span is not None
    line = caught.value.source.split("\n")[diagnostic.span.line - 1]
    assert line[diagnostic.span.column - 1 : diagnostic.span.end_column - 1] == at


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("r[2]", 5),
        ("r[1,3]", 6),
        ("v[2] * M[2,1]", 6),
        ("leaky_relu(-x, 0.1 * 2)", -0.4),
        ("leaky_relu(-x, 1)", -2),
        ("entropy(p, 1 + 1)", 0.8112781244591328),
    ],
)
def test_what_fits_has_its_value(formula: str, value: float) -> None:
    assert graph(formula)["y"] == pytest.approx(value)
