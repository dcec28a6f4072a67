"""Parts of matrices and matrices put together: rows, columns, one below the other, side by side."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.arithmetic import At
from bpcli.calculus.ops.writing import ATOM, NOTHING
from bpcli.document.mathtree import Fenced, Math, Number, Operator, Row, Subscript

__all__ = ["below", "columns", "put_columns", "put_rows", "rows", "side_by_side"]

Index = tuple[int, int]


def _range_math(first: int, last: int) -> Math:
    """`2:3`, counted from 1, both ends included; one number where they are the same."""
    if last == first + 1:
        return Number(str(last))
    return Row((Number(str(first + 1)), Operator(":"), Number(str(last))))


def _part(name: str, axis: int, first: int, last: int) -> Operation:
    """Some rows (axis 0) or columns (axis 1) of a matrix, from `first` to before `last`, counted from 0."""
    cut = (slice(first, last), slice(None)) if axis == 0 else (slice(None), slice(first, last))

    def shape_of(shape: Shape) -> Shape:
        if shape == () or not 0 <= first < last <= shape[axis]:
            raise ShapeError(f"there are no {name} {first + 1} to {last} in {describe_shape(shape)}")
        return (last - first, shape[1]) if axis == 0 else (shape[0], last - first)

    def entry_rule(index: Index, at: At, a: Expr) -> Expr:
        return at(a, index[0] + first, index[1]) if axis == 0 else at(a, index[0], index[1] + first)

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        shape = inputs[0].shape
        part = _range_math(first, last)
        if 1 in shape and shape[1 - axis] == 1:
            body = part
        else:
            comma, whole = Operator(",", "postfix"), Operator(":")
            body = Row((part, comma, whole)) if axis == 0 else Row((whole, comma, part))
        return (
            Subscript(operands[0], body)
            if type(operands[0]) is not Subscript
            else Row((operands[0], Fenced(body, "[", "]")))
        )

    put = put_rows if axis == 0 else put_columns
    return Operation(
        name=name,
        forward=lambda a: a[cut],
        view=lambda a: a[cut],
        code=f"({{0}})[{first}:{last}, :]" if axis == 0 else f"({{0}})[:, {first}:{last}]",
        backprop=lambda g, out, a: (put(first, a.shape[axis])(g),),
        notation=Notation(write, ATOM, (ATOM,)),
        shape=shape_of,
        entry=entry_rule,
        immediate=True,
        parameters=(("first", first), ("last", last)),
    )


@lru_cache(maxsize=4096)
def rows(first: int, last: int) -> Operation:
    """The rows from `first` to before `last`, counted from 0."""
    return _part("rows", 0, first, last)


@lru_cache(maxsize=4096)
def columns(first: int, last: int) -> Operation:
    """The columns from `first` to before `last`, counted from 0."""
    return _part("columns", 1, first, last)


def _put(axis: int, first: int, size: int) -> Operation:
    """Rows or columns put into a matrix of zeros: what the gradient of a part is."""

    def forward(a: Array) -> Array:
        shape = (size, a.shape[1]) if axis == 0 else (a.shape[0], size)
        result = np.zeros(shape)
        result[
            (slice(first, first + a.shape[0]),) if axis == 0 else (slice(None), slice(first, first + a.shape[1]))
        ] = a
        return result

    def entry_rule(index: Index, at: At, a: Expr) -> Expr:
        place = index[axis] - first
        if not 0 <= place < a.shape[axis]:
            return Constant(0.0)
        return at(a, place, index[1]) if axis == 0 else at(a, index[0], place)

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        """The part between zeros, as a matrix in pieces is written."""
        before, after = first, size - first - inputs[0].shape[axis]
        sign = Operator(";", "postfix") if axis == 0 else Operator(",", "postfix")
        pieces: list[Math] = [operands[0]]
        if before:
            pieces = [Number("0"), sign, *pieces]
        if after:
            pieces = [*pieces, sign, Number("0")]
        return Fenced(Row(tuple(pieces)), "[", "]")

    part = rows if axis == 0 else columns
    return Operation(
        name="put_rows" if axis == 0 else "put_columns",
        forward=forward,
        code=(
            f"np.pad({{0}}, (({first}, {size} - {first} - ({{0}}).shape[0]), (0, 0)))"
            if axis == 0
            else f"np.pad({{0}}, ((0, 0), ({first}, {size} - {first} - ({{0}}).shape[1])))"
        ),
        backprop=lambda g, out, a: (part(first, first + a.shape[axis])(g),),
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=lambda shape: (size, shape[1]) if axis == 0 else (shape[0], size),
        entry=entry_rule,
        fan_in=lambda a: (1,),
        parameters=(("first", first), ("size", size)),
    )


@lru_cache(maxsize=4096)
def put_rows(first: int, size: int) -> Operation:
    """Rows put into a matrix of zeros of `size` rows, from row `first` on."""
    return _put(0, first, size)


@lru_cache(maxsize=4096)
def put_columns(first: int, size: int) -> Operation:
    """Columns put into a matrix of zeros of `size` columns, from column `first` on."""
    return _put(1, first, size)


def _together(name: str, axis: int) -> Operation:
    def shape_of(*shapes: Shape) -> Shape:
        full = [(1, 1) if shape == () else shape for shape in shapes]
        other = 1 - axis
        if any(shape[other] != full[0][other] for shape in full):
            told = " and ".join(describe_shape(shape) for shape in shapes)
            raise ShapeError(f"{told} cannot be put {'below one another' if axis == 0 else 'side by side'}")
        total = sum(shape[axis] for shape in full)
        return (total, full[0][1]) if axis == 0 else (full[0][0], total)

    def entry_rule(index: Index, at: At, *parts: Expr) -> Expr:
        place = index[axis]
        for part in parts:
            size = 1 if part.shape == () else part.shape[axis]
            if place < size:
                if part.shape == ():
                    return part
                return at(part, place, index[1]) if axis == 0 else at(part, index[0], place)
            place -= size
        raise AssertionError("an index beyond the parts")

    def backprop(g: Expr, out: Expr, *parts: Expr) -> tuple[Expr, ...]:
        from bpcli.calculus.ops.arithmetic import entry

        cut = rows if axis == 0 else columns
        found: list[Expr] = []
        first = 0
        for part in parts:
            size = 1 if part.shape == () else part.shape[axis]
            if part.shape == ():
                found.append(entry(first, 0)(g) if axis == 0 else entry(0, first)(g))
            else:
                found.append(cut(first, first + size)(g))
            first += size
        return tuple(found)

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        sign = Operator(";" if axis == 0 else ",", "postfix")
        pieces: list[Math] = []
        for position, operand in enumerate(operands):
            if position:
                pieces.append(sign)
            pieces.append(operand)
        return Fenced(Row(tuple(pieces)), "[", "]")

    return Operation(
        name=name,
        forward=lambda *parts: np.concatenate([np.atleast_2d(part) for part in parts], axis=axis),
        code=lambda operands, _: f"np.concatenate([np.atleast_2d(a) for a in ({', '.join(operands)},)], axis={axis})",
        backprop=backprop,
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=shape_of,
        entry=entry_rule,
        fan_in=lambda *shapes: (1,) * len(shapes),
    )


below: Operation = _together("below", 0)
side_by_side: Operation = _together("side_by_side", 1)
