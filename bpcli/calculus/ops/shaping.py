"""Entries in other places: slices, reshaped and flipped matrices, diagonals, and what is put together of parts.

A rearrangement takes every entry of its value from one place of its operand; its backprop rule puts every entry of the
gradient back into that place, and the rule of that is the rearrangement again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from bpcli.calculus.expr import (
    Array,
    Constant,
    Expr,
    Notation,
    Operation,
    Shape,
    ShapeError,
    as_many,
    count_of,
    describe_shape,
)
from bpcli.calculus.ops.elementary import sum_of
from bpcli.calculus.ops.matrices import At, as_number
from bpcli.calculus.ops.writing import ATOM, NOTHING, call, identifier_call
from bpcli.document.mathtree import Fenced, Identifier, Math, Number, Operator, Row, Superscript

__all__ = [
    "beside",
    "concat",
    "flatten",
    "flip",
    "matrix_of",
    "part",
    "pick_rows",
    "reshape",
    "take_diagonal",
]

Code: TypeAlias = "str | Callable[[tuple[str, ...], tuple[Expr, ...]], str]"
Places: TypeAlias = Callable[[Shape], Array]
"""The shape of the operand → for each entry of the value the place that it is taken from, counted row by row."""


def rearrangement(name: str, places: Places, notation: Notation, code: Code) -> Operation:
    """An operation that takes its entries from its operand, each from one place."""

    def entry(index: tuple[int, int], at: At, a: Expr) -> Expr:
        return at(a, *_row_and_column(int(places(a.shape)[index]), a.shape))

    return Operation(
        name=name,
        back=("place",),
        forward=lambda a: np.ravel(a)[places(np.shape(a))],
        code=code,
        backprop=lambda g, out, a: (_put_back(name, places, a.shape)(g),),
        notation=notation,
        shape=lambda shape: np.shape(places(shape)),
        entry=entry,
        work=lambda shape: 0,
        fan_in=lambda shape: (1,),
    )


def _row_and_column(place: int, shape: Shape) -> tuple[int, int]:
    return divmod(place, shape[1]) if shape else (0, 0)


def _put_back(name: str, places: Places, shape: Shape) -> Operation:
    """The transpose of a rearrangement: where a gradient goes."""
    taken = places(shape)

    def forward(g: Array) -> Array:
        result = np.zeros(count_of(shape))
        np.add.at(result, np.ravel(taken), np.ravel(g))
        return result.reshape(shape)

    def entry(index: tuple[int, int], at: At, g: Expr) -> Expr:
        here = index[0] * shape[1] + index[1] if shape else 0
        terms = [at(g, int(i), int(j)) for i, j in np.argwhere(taken == here)]
        return sum_of(terms) if terms else Constant(0.0)

    def code(operands: tuple[str, ...], _: tuple[Expr, ...]) -> str:
        rows = [[int(place) for place in row] for row in taken]
        size = count_of(shape)
        return f"np.bincount(np.ravel({rows}), np.ravel({operands[0]}), {size}).reshape({shape})"

    back = Superscript(Identifier(name, upright=True), Operator("⊤", "postfix"))
    return Operation(
        name=f"{name}_transposed",
        forward=forward,
        code=code,
        backprop=lambda h, out, g: (rearrangement(name, places, call(name), "")(h),),
        notation=Notation(lambda operands, _: identifier_call(back, operands), ATOM, (NOTHING,)),
        shape=lambda found: as_many(found, np.shape(taken), shape),
        entry=entry,
        work=lambda _: 0,
        fan_in=lambda _: (1,),
    )


def _grid(shape: Shape) -> Array:
    return np.arange(count_of(shape)).reshape(shape or (1, 1))


Range: TypeAlias = tuple[int, int] | None
"""First and last row or column, counted from 1 and both included; None for all of them."""


@lru_cache(maxsize=4096)
def part(rows: Range, columns: Range | str) -> Operation:
    """`M[1:2,:]`: some rows and columns; with "entries" for columns some entries of a vector, however it lies."""

    def places(shape: Shape) -> Array:
        if shape == ():
            raise ShapeError("a number has no entries")
        if columns != "entries":
            assert not isinstance(columns, str)
            return _grid(shape)[_span(rows, shape[0], shape), :][:, _span(columns, shape[1], shape)]
        if 1 not in shape:
            raise ShapeError(f"a part of {describe_shape(shape)} needs rows and columns: `M[1:2,:]`")
        chosen = _span(rows, count_of(shape), shape)
        return _grid(shape)[chosen, :] if shape[1] == 1 else _grid(shape)[:, chosen]

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        items = [_range_math(rows)]
        if columns != "entries":
            assert not isinstance(columns, str)
            items += [Operator(",", "postfix"), _range_math(columns)]
        return Row((operands[0], Fenced(items[0] if len(items) == 1 else Row(tuple(items)), "[", "]")))

    def code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        if columns != "entries":
            assert not isinstance(columns, str)
            return f"({operands[0]})[{_python(rows)}, {_python(columns)}]"
        laid_out = "(-1, 1)" if inputs[0].shape[1] == 1 else "(1, -1)"
        return f"np.ravel({operands[0]})[{_python(rows)}].reshape({laid_out})"

    return rearrangement("part", places, Notation(write, ATOM, (ATOM,)), code)


def _span(chosen: Range, count: int, shape: Shape) -> slice:
    if chosen is None:
        return slice(None)
    first, last = chosen
    if not 1 <= first <= last <= count:
        told = str(first) if first == last else f"{first}:{last}"
        raise ShapeError(f"there is no part {told} in {describe_shape(shape)}")
    return slice(first - 1, last)


def _range_math(chosen: Range) -> Math:
    if chosen is None:
        return Operator(":", "postfix")
    first, last = (Number(str(item)) for item in chosen)
    return first if chosen[0] == chosen[1] else Row((first, Operator(":", "postfix"), last))


def _python(chosen: Range) -> str:
    return ":" if chosen is None else f"{chosen[0] - 1}:{chosen[1]}"


flatten = rearrangement(
    "flatten", lambda shape: _grid(shape).reshape(-1, 1), call("flatten"), "np.reshape({0}, (-1, 1))"
)
"""All entries, row by row, as one column."""


@lru_cache
def reshape(rows: int, columns: int) -> Operation:
    """The same entries, row by row, in another shape."""

    def places(shape: Shape) -> Array:
        if count_of(shape) != rows * columns:
            raise ShapeError(f"{describe_shape(shape)} cannot be laid out as {rows}×{columns}")
        return _grid(shape).reshape(rows, columns)

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        sizes = (Number(str(rows)), Number(str(columns)))
        return identifier_call(Identifier("reshape", upright=True), (*operands, *sizes))

    return rearrangement(
        "reshape", places, Notation(write, ATOM, (NOTHING,)), f"np.reshape({{0}}, ({rows}, {columns}))"
    )


flip = rearrangement("flip", lambda shape: _grid(shape)[::-1, ::-1], call("flip"), "np.flip({0}, (0, 1))")
"""Both axes turned round."""


def _diagonal_places(shape: Shape) -> Array:
    if shape == () or shape[0] != shape[1]:
        raise ShapeError(f"{describe_shape(shape)} has no diagonal: as many rows as columns are needed")
    return np.diag(_grid(shape)).reshape(-1, 1)


take_diagonal = rearrangement("diag", _diagonal_places, call("diag"), "np.reshape(np.diag({0}), (-1, 1))")
"""The diagonal of a square matrix as a vector."""


# --- put together --------------------------------------------------------------------------------------------------


def _joined(name: str, axis: int) -> Operation:
    """Parts one below the other (`axis` 0) or beside each other; a number is a part of one entry."""

    def shape_of(*shapes: Shape) -> Shape:
        full = [shape or (1, 1) for shape in shapes]
        across = {shape[1 - axis] for shape in full}
        if len(across) > 1:
            told = " and ".join(describe_shape(shape) for shape in shapes)
            raise ShapeError(f"{told} do not fit {'below' if axis == 0 else 'beside'} each other")
        along = sum(shape[axis] for shape in full)
        return (along, *across) if axis == 0 else (*across, along)

    def entry(index: tuple[int, int], at: At, *inputs: Expr) -> Expr:
        place = index[axis]
        for item in inputs:
            length = (item.shape or (1, 1))[axis]
            if place < length:
                return at(item, place, index[1]) if axis == 0 else at(item, index[0], place)
            place -= length
        raise IndexError(index)

    def backprop(g: Expr, out: Expr, *inputs: Expr) -> tuple[Expr, ...]:
        terms: list[Expr] = []
        first = 1
        for item in inputs:
            last = first + (item.shape or (1, 1))[axis] - 1
            mine = part((first, last), None) if axis == 0 else part(None, (first, last))
            term: Expr = mine(g)
            terms.append(as_number(term) if item.shape == () else term)
            first = last + 1
        return tuple(terms)

    return Operation(
        name=name,
        back=("part",),
        forward=lambda *parts: np.concatenate([np.atleast_2d(item) for item in parts], axis=axis),
        code=lambda operands, inputs: (
            f"np.concatenate(({', '.join(_two_axes(*pair) for pair in zip(operands, inputs, strict=True))},), {axis})"
        ),
        backprop=backprop,
        notation=call(name),
        shape=shape_of,
        entry=entry,
        work=lambda *shapes: 0,
        fan_in=lambda *shapes: (1,) * len(shapes),
    )


def _two_axes(text: str, operand: Expr) -> str:
    return f"np.reshape({text}, (1, 1))" if operand.shape == () else text


concat = _joined("concat", 0)
beside = _joined("beside", 1)


@lru_cache
def matrix_of(rows: int, columns: int) -> Operation:
    """A matrix written out by its entries, each a number of its own."""

    def shape_of(*shapes: Shape) -> Shape:
        for shape in shapes:
            if shape != ():
                raise ShapeError(f"a list holds numbers, and {describe_shape(shape)} is none")
        return (rows, columns)

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        lines = [_listed(operands[i * columns : (i + 1) * columns]) for i in range(rows)]
        return _listed(operands) if 1 in (rows, columns) else _listed(lines)

    return Operation(
        name="matrix",
        forward=lambda *entries: np.array(entries, dtype=np.float64).reshape(rows, columns),
        code=lambda operands, _: f"np.stack(({', '.join(operands)},)).reshape(({rows}, {columns}))",
        backprop=lambda g, out, *entries: tuple(
            as_number(part((i + 1, i + 1), (j + 1, j + 1))(g)) for i in range(rows) for j in range(columns)
        ),
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=shape_of,
        entry=lambda index, at, *entries: entries[index[0] * columns + index[1]],
        work=lambda *shapes: 0,
        fan_in=lambda *shapes: (1,) * len(shapes),
    )


def _listed(items: Sequence[Math]) -> Math:
    parts: list[Math] = []
    for position, item in enumerate(items):
        if position:
            parts.append(Operator(",", "postfix"))
        parts.append(item)
    return Fenced(Row(tuple(parts)), "[", "]")


@lru_cache(maxsize=4096)
def pick_rows(chosen: tuple[int, ...]) -> Operation:
    """Rows of a table by their numbers, counted from 1; the same one may come twice."""

    def places(shape: Shape) -> Array:
        if shape == () or not all(1 <= row <= shape[0] for row in chosen):
            raise ShapeError(f"rows {', '.join(map(str, chosen))} are not all in {describe_shape(shape)}")
        return _grid(shape)[[row - 1 for row in chosen], :]

    numbers: list[Math] = []
    for row in chosen:
        if numbers:
            numbers.append(Operator(",", "postfix"))
        numbers.append(Number(str(row)))

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return Row((operands[0], Fenced(Row(tuple(numbers)), "[", "]")))

    return rearrangement(
        "pick_rows", places, Notation(write, ATOM, (ATOM,)), f"({{0}})[{[row - 1 for row in chosen]}, :]"
    )
