"""Square matrices: trace, determinant, inverse (Petersen and Pedersen, *The Matrix Cookbook*, 2012)."""

from __future__ import annotations

from functools import cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.elementary import divide, multiply, negate, sum_of
from bpcli.calculus.ops.matrices import At
from bpcli.calculus.ops.writing import POWER, call
from bpcli.document.mathtree import Identifier, Math, Number, Superscript

__all__ = [
    "determinant",
    "inverse",
    "trace",
]

LARGEST = 8
"""A determinant written out by its entries has as many terms as its rows can be ordered; none is for larger ones."""


def _square(shape: Shape) -> Shape:
    if shape == () or shape[0] != shape[1]:
        raise ShapeError(f"{describe_shape(shape)} is not a square matrix")
    if shape[0] > LARGEST:
        raise ShapeError(f"{describe_shape(shape)} is larger than {LARGEST}×{LARGEST}, which nobody works by hand")
    return shape


def _trace_shape(shape: Shape) -> Shape:
    if shape == () or shape[0] != shape[1]:
        raise ShapeError(f"{describe_shape(shape)} is not a square matrix")
    return ()


trace = Operation(
    name="trace",
    forward=lambda a: np.trace(a),
    code="np.trace({0})",
    backprop=lambda g, out, a: (g * Constant(np.eye(a.shape[0]), math=Identifier("I")),),
    notation=call("tr"),
    shape=_trace_shape,
    entry=lambda index, at, a: sum_of([at(a, i, i) for i in range(a.shape[0])]),
    unfold="entries",
)


def _write_inverse(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Superscript(operands[0], Number("-1"))


def _inverted(a: Array) -> Array:
    """Not a number where there is no inverse: the line is refused with its name, like any other that is not finite."""
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return np.full(np.shape(a), np.nan)


def _minor(at: At, a: Expr, rows: tuple[int, ...], columns: tuple[int, ...]) -> Expr:
    """The determinant of some rows and columns, along its first row; what several minors share is made once."""

    @cache
    def of(place: int, left: tuple[int, ...]) -> Expr:
        if place == len(rows):
            return Constant(1.0)
        terms: list[Expr] = []
        for k, column in enumerate(left):
            below = of(place + 1, left[:k] + left[k + 1 :])
            number = at(a, rows[place], column)
            term: Expr = number if place + 1 == len(rows) else multiply(number, below)
            terms.append(negate(term) if k % 2 else term)
        return sum_of(terms)

    return of(0, columns)


def _inverse_entry(index: tuple[int, int], at: At, a: Expr) -> Expr:
    """The cofactor over the determinant (Cramer's rule)."""
    size = a.shape[0]
    row, column = index
    rows = tuple(k for k in range(size) if k != column)
    columns = tuple(k for k in range(size) if k != row)
    cofactor = _minor(at, a, rows, columns)
    everything = tuple(range(size))
    signed = negate(cofactor) if (row + column) % 2 else cofactor
    return divide(signed, _minor(at, a, everything, everything))


inverse: Operation = Operation(
    name="inverse",
    forward=_inverted,
    code="np.linalg.inv({0})",
    backprop=lambda g, out, a: (-(out.T @ g @ out.T),),
    notation=Notation(_write_inverse, POWER, (POWER + 1,)),
    shape=_square,
    entry=_inverse_entry,
    has_pole=True,
    work=lambda a: a[0] ** 3,
)

determinant = Operation(
    name="det",
    forward=lambda a: np.linalg.det(a),
    code="np.linalg.det({0})",
    backprop=lambda g, out, a: (g * (out * inverse(a).T),),
    notation=call("det"),
    shape=lambda shape: (_square(shape), ())[1],
    entry=lambda index, at, a: _minor(at, a, tuple(range(a.shape[0])), tuple(range(a.shape[0]))),
    work=lambda a: a[0] ** 3,
)
