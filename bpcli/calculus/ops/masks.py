"""Scores of which some do not count: a token does not see those after it."""

from __future__ import annotations

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.elementary import exp, multiply, sum_of
from bpcli.calculus.ops.matrices import At
from bpcli.calculus.ops.reductions import softmax
from bpcli.calculus.ops.writing import ATOM, NOTHING, call

__all__ = ["causal", "causal_softmax"]


def _square(shape: Shape) -> Shape:
    if shape == () or shape[0] != shape[1]:
        raise ShapeError(f"scores of tokens with each other are a square matrix, not {describe_shape(shape)}")
    return shape


def _seen(shape: Shape) -> Constant:
    """1 where a token sees another one, itself and those before it."""
    return Constant(np.tril(np.ones(shape)))


def _masked(a: Array) -> Array:
    return np.where(np.tril(np.ones(np.shape(a))) == 1, a, -np.inf)


def _masked_entry(index: tuple[int, int], at: At, a: Expr) -> Expr:
    return at(a, *index) if index[1] <= index[0] else Constant(-np.inf)


causal: Operation = Operation(
    name="causal",
    back=("place",),
    forward=_masked,
    code="np.where(np.tril(np.ones(np.shape({0}))) == 1, {0}, -np.inf)",
    backprop=lambda g, out, a: (multiply(g, _seen(a.shape)),),
    notation=call("causal"),
    shape=_square,
    entry=_masked_entry,
    fan_in=lambda a: (1,),
)
"""Scores with −∞ where a token would see one after it."""


def _entry(index: tuple[int, int], at: At, a: Expr) -> Expr:
    row, column = index
    if column > row:
        return Constant(0.0)
    return exp(at(a, row, column)) / sum_of([exp(at(a, row, k)) for k in range(row + 1)])


causal_softmax: Operation = Operation(
    name="causal_softmax",
    forward=lambda a: softmax(1)(_masked(a)),
    code="softmax(np.where(np.tril(np.ones(np.shape({0}))) == 1, {0}, -np.inf), 1)",
    backprop=lambda g, out, a: softmax(1).backprop(g, out, a),
    notation=Notation(call("causal_softmax").write, ATOM, (NOTHING,)),
    shape=_square,
    entry=_entry,
)
"""The softmax of each row over what a token sees: what the softmax of −∞ comes to, without it."""
