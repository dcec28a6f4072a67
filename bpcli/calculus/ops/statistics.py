"""Means and variances of rows, columns and whole matrices, and what is normalised by them.

Variances are those of a population: divided by n.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, count_of
from bpcli.calculus.ops.elementary import add, divide, multiply, sqrt, square, subtract
from bpcli.calculus.ops.matrices import axis_sum, broadcast_to
from bpcli.calculus.ops.reductions import mean
from bpcli.calculus.ops.writing import ATOM, NOTHING, call, identifier_call, short_text
from bpcli.document.mathtree import Identifier, Math, Number

__all__ = [
    "axis_mean",
    "layer_norm",
    "variance",
]

NAMES = {0: "column", 1: "row"}


def _along(shape: Shape, axis: int | None) -> int:
    return count_of(shape) if axis is None else shape[axis]


@lru_cache
def axis_mean(axis: int) -> Operation:
    """The mean of each row (axis 1, a column of them) or of each column (axis 0, a row of them)."""
    summed = axis_sum(axis)
    return Operation(
        name=f"{NAMES[axis]}_mean",
        forward=lambda a: np.mean(a, axis=axis, keepdims=True),
        code=f"np.mean({{0}}, axis={axis}, keepdims=True)",
        backprop=lambda g, out, a: (broadcast_to(a.shape)(g / float(a.shape[axis])),),
        notation=call(f"{NAMES[axis]}_mean"),
        shape=summed.shape,
        definition=lambda a: divide(summed(a), float(a.shape[axis])),
        unfold="definition",
        fan_in=lambda shape: (shape[axis],),
    )


def _mean(axis: int | None) -> Operation:
    return mean if axis is None else axis_mean(axis)


@lru_cache
def variance(axis: int | None) -> Operation:
    """The mean of the squared distances from the mean, of all entries or of each row or column."""
    name = "var" if axis is None else f"{NAMES[axis]}_var"

    def definition(a: Expr) -> Expr:
        result: Expr = _mean(axis)(square(subtract(a, _mean(axis)(a))))
        return result

    return Operation(
        name=name,
        forward=lambda a: np.var(a, axis=axis, keepdims=axis is not None)[()],
        code=f"np.mean(np.square({{0}} - np.mean({{0}}{_kept(axis)})){_kept(axis)})",
        backprop=lambda g, out, a: (
            g * (Constant(2 / _along(a.shape, axis), texts=f"2/{_along(a.shape, axis)}") * (a - _mean(axis)(a))),
        ),
        notation=call(name),
        shape=_mean(axis).shape,
        definition=definition,
        unfold="definition",
        fan_in=lambda shape: (_along(shape, axis),),
    )


def _kept(axis: int | None) -> str:
    return "" if axis is None else f", axis={axis}, keepdims=True"


def _axis_of_normalisation(shape: Shape) -> int | None:
    """A vector is normalised as a whole, however it lies, and a matrix row by row."""
    if shape == ():
        raise ShapeError("a number cannot be normalised by its own mean")
    return None if 1 in shape else 1


@lru_cache
def layer_norm(epsilon: float = 1e-5) -> Operation:
    """(v − mean)/√(var + ε), of a vector or of each row (Ba, Kiros and Hinton 2016), without gain and bias."""
    small = Constant(epsilon, texts=short_text(epsilon))

    def scale(a: Expr) -> Expr:
        return sqrt(add(variance(_axis_of_normalisation(a.shape))(a), small))

    def forward(a: Array) -> Array:
        axis = _axis_of_normalisation(np.shape(a))
        centred = a - np.mean(a, axis=axis, keepdims=True)
        return centred / np.sqrt(np.mean(np.square(centred), axis=axis, keepdims=True) + epsilon)

    def backprop(g: Expr, out: Expr, a: Expr) -> tuple[Expr]:
        """(g − mean(g) − n · mean(g n))/√(var + ε): through the values, through the mean, through the variance."""
        of = _mean(_axis_of_normalisation(a.shape))
        whole = broadcast_to(a.shape)(g) if g.shape == () else g
        return ((whole - of(whole) - out * of(multiply(whole, out))) / scale(a),)

    def code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        kept = _kept(_axis_of_normalisation(inputs[0].shape))
        centred = f"({operands[0]} - np.mean({operands[0]}{kept}))"
        return f"{centred} / np.sqrt(np.mean(np.square({centred}){kept}) + {epsilon!r})"

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return identifier_call(Identifier("layer_norm", upright=True), (*operands, Number(short_text(epsilon))))

    def definition(a: Expr) -> Expr:
        return divide(subtract(a, _mean(_axis_of_normalisation(a.shape))(a)), scale(a))

    return Operation(
        name="layer_norm",
        forward=forward,
        code=code,
        backprop=backprop,
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=lambda shape: (_axis_of_normalisation(shape), shape)[1],
        definition=definition,
        unfold="definition",
        parameters=(("epsilon", epsilon),),
        fan_in=lambda shape: (_along(shape, _axis_of_normalisation(shape)),),
    )
