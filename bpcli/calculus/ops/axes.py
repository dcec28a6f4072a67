"""Rows and columns taken one by one: their sums, means, variances and largest entries; softmax of each.

What has a number for each row is a column, and what has one for each column is a row, so that both go on entry by
entry with the matrix they come from. Variances are divided by n: they are those of a population.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError
from bpcli.calculus.ops.arithmetic import At, broadcast_to, divide, subtract
from bpcli.calculus.ops.elementwise import sqrt, square
from bpcli.calculus.ops.reductions import axis_sum, greater, mean, softmax
from bpcli.calculus.ops.writing import call, identifier_call
from bpcli.document.mathtree import Identifier, Math, Number

__all__ = [
    "column_max",
    "column_mean",
    "column_softmax",
    "column_sum",
    "column_var",
    "layer_norm",
    "row_max",
    "row_mean",
    "row_softmax",
    "row_sum",
    "row_var",
    "var",
]

ROWS, COLUMNS = 1, 0
"""The axis that is gone through within each row, and within each column."""


def _each(shape: Shape, axis: int) -> Shape:
    """A column of a number for each row, or a row of a number for each column."""
    if shape == ():
        raise ShapeError("a number has no rows and no columns")
    return (shape[0], 1) if axis == ROWS else (1, shape[1])


def _sum(name: str, axis: int) -> Operation:
    return replace(axis_sum(axis), name=name, notation=call(name), shape=lambda shape: _each(shape, axis))


def _softmax(name: str, axis: int) -> Operation:
    def shape_of(shape: Shape) -> Shape:
        _each(shape, axis)
        return shape

    return replace(softmax(axis), name=name, notation=call(name), shape=shape_of)


row_sum = _sum("row_sum", ROWS)
column_sum = _sum("column_sum", COLUMNS)
row_softmax = _softmax("row_softmax", ROWS)
column_softmax = _softmax("column_softmax", COLUMNS)


def _mean(name: str, axis: int, summed: Operation) -> Operation:
    return Operation(
        name=name,
        forward=lambda a: np.mean(a, axis=axis, keepdims=True),
        code=f"np.mean({{0}}, axis={axis}, keepdims=True)",
        backprop=lambda g, out, a: (broadcast_to(a.shape)(g / a.shape[axis]),),
        notation=call(name),
        shape=lambda shape: _each(shape, axis),
        definition=lambda a: divide(summed(a), float(a.shape[axis])),
        fan_in=lambda a: (a[axis],),
    )


row_mean = _mean("row_mean", ROWS, row_sum)
column_mean = _mean("column_mean", COLUMNS, column_sum)


def _count(shape: Shape) -> int:
    return 1 if shape == () else shape[0] * shape[1]


def _variance(name: str, axis: int | None, mean_of: Operation) -> Operation:
    """The mean square of what is left when the mean is taken away; that the mean changes too adds nothing."""

    def shape_of(shape: Shape) -> Shape:
        return () if axis is None else _each(shape, axis)

    def size(shape: Shape) -> int:
        return _count(shape) if axis is None else shape[axis]

    return Operation(
        name=name,
        forward=lambda a: np.var(a, axis=axis, keepdims=axis is not None),
        backprop=lambda g, out, a: (g * (2 * (a - mean_of(a))) / size(a.shape),),
        notation=call(name),
        shape=shape_of,
        definition=lambda a: mean_of(square(subtract(a, mean_of(a)))),
        unfold="definition" if axis is None else "",
        fan_in=lambda a: (size(a),),
    )


var = _variance("var", None, mean)
row_var = _variance("row_var", ROWS, row_mean)
column_var = _variance("column_var", COLUMNS, column_mean)


# --- the largest entry -----------------------------------------------------------------------------------------


def largest_of(items: Sequence[Expr]) -> Expr:
    """The largest of some numbers; of equal ones the first."""
    found, *rest = items
    for item in rest:
        found = greater(found, item)
    return found


def is_first_of_largest(items: Sequence[Expr], place: int) -> Expr:
    """1 where the item at that place is the largest and the first one that is so large, 0 elsewhere.

    A number for each other item says whether it gives way: 1 or 0, as the slopes of the greater of two are.
    """
    here = items[place]
    result: Expr = Constant(1.0)
    for other, item in enumerate(items):
        if other != place:
            first, second = (here, item) if place < other else (item, here)
            slope = greater.backprop(Constant(1.0), first, first, second)[0 if place < other else 1]
            assert slope is not None
            result = result * slope
    return result


def _largest(name: str, axis: int) -> Operation:
    def line(index: tuple[int, int], at: At, a: Expr) -> list[Expr]:
        if axis == ROWS:
            return [at(a, index[0], j) for j in range(a.shape[1])]
        return [at(a, i, index[1]) for i in range(a.shape[0])]

    def mask(a: Array) -> Array:
        chosen = np.zeros(a.shape)
        np.put_along_axis(chosen, np.argmax(a, axis=axis, keepdims=True), 1.0, axis=axis)
        return chosen

    def mask_shape(shape: Shape) -> Shape:
        _each(shape, axis)
        return shape

    def mask_code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        size = inputs[0].shape[axis]
        places = f"np.arange({size})" + ("[:, None]" if axis == COLUMNS else "")
        return f"1.0 * ({places} == np.argmax({operands[0]}, axis={axis}, keepdims=True))"

    def max_code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        return f"np.sum(({operands[0]}) * ({mask_code(operands, inputs)}), axis={axis}, keepdims=True)"

    where = Operation(
        name=f"arg_{name}",
        forward=mask,
        code=mask_code,
        backprop=lambda g, out, a: (None,),
        notation=call(f"arg_{name}"),
        shape=mask_shape,
        entry=lambda index, at, a: is_first_of_largest(line(index, at, a), index[axis]),
        fan_in=lambda a: (a[axis],),
    )
    return Operation(
        name=name,
        forward=lambda a: np.max(a, axis=axis, keepdims=True),
        code=max_code,
        backprop=lambda g, out, a: (g * where(a),),
        notation=call(name),
        shape=lambda shape: _each(shape, axis),
        entry=lambda index, at, a: largest_of(line(index, at, a)),
        fan_in=lambda a: (a[axis],),
    )


row_max = _largest("row_max", ROWS)
column_max = _largest("column_max", COLUMNS)


# --- normalised ------------------------------------------------------------------------------------------------


@lru_cache
def layer_norm(epsilon: float = 1e-5) -> Operation:
    """(v − mean) / √(var + ε), of a matrix row by row (Ba, Kiros and Hinton 2016)."""
    text = f"{epsilon:g}"

    def means(shape: Shape) -> tuple[Operation, Operation]:
        """The mean and the variance that it takes: of a vector one number, of a matrix one for each row."""
        return (row_mean, row_var) if shape != () and 1 not in shape else (mean, var)

    def spread(a: Expr) -> Expr:
        """√(var + ε)."""
        return sqrt(means(a.shape)[1](a) + Constant(epsilon, texts=text))

    def forward(a: Array) -> Array:
        axis = ROWS if np.ndim(a) and 1 not in a.shape else None
        centred = a - np.mean(a, axis=axis, keepdims=axis is not None)
        return centred / np.sqrt(np.var(a, axis=axis, keepdims=axis is not None) + epsilon)

    def backprop(g: Expr, out: Expr, a: Expr) -> tuple[Expr]:
        mean_of, _ = means(a.shape)
        return ((g - mean_of(g) - out * mean_of(g * out)) / spread(a),)

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return identifier_call(Identifier("layer_norm", upright=True), (*operands, Number(text)))

    return Operation(
        name="layer_norm",
        forward=forward,
        backprop=backprop,
        notation=Notation(write, 100, (0,)),
        shape=lambda shape: shape,
        definition=lambda a: divide(subtract(a, means(a.shape)[0](a)), spread(a)),
        unfold="definition",
        parameters=(("epsilon", epsilon),),
    )
