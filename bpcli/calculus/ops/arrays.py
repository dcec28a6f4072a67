"""Matrices as a whole and in parts: rows, columns, one below the other, side by side, laid out anew; square ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.arithmetic import At, divide, entry, matmul, multiply, negate, sum_of
from bpcli.calculus.ops.writing import ATOM, JUXTAPOSED, NOTHING, POWER, call, identifier_call
from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Identifier,
    Math,
    Number,
    Operator,
    Row,
    Subscript,
    Superscript,
)

__all__ = [
    "below",
    "columns",
    "determinant",
    "diag",
    "flatten",
    "flip",
    "inverse",
    "outer",
    "pick_rows",
    "put_at_rows",
    "put_columns",
    "put_rows",
    "reshape",
    "rows",
    "side_by_side",
    "trace",
]

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


# --- laid out anew ---------------------------------------------------------------------------------------------


def _count(shape: Shape) -> int:
    return 1 if shape == () else shape[0] * shape[1]


def _laid_out(name: str, layout: Callable[[Shape], Shape], notation: Notation) -> Operation:
    """The same entries, row by row, as a matrix of another shape."""

    def shape_of(shape: Shape) -> Shape:
        target = layout(shape)
        if _count(target) != _count(shape):
            raise ShapeError(f"{describe_shape(shape)} cannot be laid out as {describe_shape(target)}")
        return target

    def entry_rule(index: Index, at: At, a: Expr) -> Expr:
        if a.shape == ():
            return a
        place = index[0] * layout(a.shape)[1] + index[1]
        return at(a, place // a.shape[1], place % a.shape[1])

    return Operation(
        name=name,
        forward=lambda a: np.reshape(a, layout(np.shape(a))),
        code=lambda operands, inputs: f"np.reshape({operands[0]}, {layout(inputs[0].shape)})",
        backprop=lambda g, out, a: (entry(0, 0)(g) if a.shape == () else reshape(*a.shape)(g),),
        notation=notation,
        shape=shape_of,
        entry=entry_rule,
        fan_in=lambda a: (1,),
    )


flatten: Operation = _laid_out("flatten", lambda shape: (_count(shape), 1), call("flatten"))


@lru_cache
def reshape(rows: int, columns: int) -> Operation:
    """The entries, row by row, as a matrix of so many rows and columns."""

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        sizes = (Number(str(rows)), Number(str(columns)))
        return identifier_call(Identifier("reshape", upright=True), (*operands, *sizes))

    return _laid_out("reshape", lambda _: (rows, columns), Notation(write, ATOM, (NOTHING,)))


def _is_matrix(shape: Shape) -> Shape:
    if shape == ():
        raise ShapeError("a number has no entries to put elsewhere")
    return shape


flip: Operation = Operation(
    name="flip",
    forward=lambda a: a[::-1, ::-1],
    view=lambda a: a[::-1, ::-1],
    code="np.flip({0}, (0, 1))",
    backprop=lambda g, out, a: (flip(g),),
    notation=call("flip"),
    shape=_is_matrix,
    entry=lambda index, at, a: at(a, a.shape[0] - 1 - index[0], a.shape[1] - 1 - index[1]),
    fan_in=lambda a: (1,),
)


# --- rows of a table -------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def pick_rows(indices: tuple[int, ...]) -> Operation:
    """The rows of a table with these numbers, counted from 0; one may be there several times."""

    def shape_of(shape: Shape) -> Shape:
        if shape == ():
            raise ShapeError("a number has no rows")
        missing = next((index for index in indices if not 0 <= index < shape[0]), None)
        if missing is not None:
            raise ShapeError(f"there is no row {missing + 1} in {describe_shape(shape)}")
        return (len(indices), shape[1])

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        chosen = _numbers_math(indices)
        if type(operands[0]) is Subscript:
            return Row((operands[0], Fenced(chosen, "[", "]")))
        return Subscript(operands[0], Fenced(chosen, "[", "]"))

    return Operation(
        name="pick_rows",
        forward=lambda a: a[list(indices), :],
        code=f"({{0}})[np.array({list(indices)}), :]",
        backprop=lambda g, out, a: (put_at_rows(indices, a.shape[0])(g),),
        notation=Notation(write, ATOM, (ATOM,)),
        shape=shape_of,
        entry=lambda index, at, a: at(a, indices[index[0]], index[1]),
        fan_in=lambda a: (1,),
    )


@lru_cache(maxsize=4096)
def put_at_rows(indices: tuple[int, ...], count: int) -> Operation:
    """Rows added up at these places of a table of `count` rows, the others being 0: the gradient of `pick_rows`."""

    def shape_of(shape: Shape) -> Shape:
        if shape == () or shape[0] != len(indices):
            raise ShapeError(f"{describe_shape(shape)} has not {len(indices)} rows")
        return (count, shape[1])

    def forward(a: Array) -> Array:
        result = np.zeros((count, a.shape[1]))
        np.add.at(result, list(indices), a)
        return result

    def entry_rule(index: Index, at: At, a: Expr) -> Expr:
        terms = [at(a, place, index[1]) for place, row in enumerate(indices) if row == index[0]]
        return sum_of(terms) if terms else Constant(0.0)

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        name = Subscript(Identifier("rows", upright=True), _numbers_math(indices))
        return identifier_call(name, operands)

    return Operation(
        name="put_at_rows",
        forward=forward,
        code=f"1.0 * (np.arange({count})[:, None] == np.array({list(indices)})) @ ({{0}})",
        backprop=lambda g, out, a: (pick_rows(indices)(g),),
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=shape_of,
        entry=entry_rule,
        work=lambda a: _count(a),
        fan_in=lambda a: (max(indices.count(index) for index in set(indices)),),
    )


def _numbers_math(indices: tuple[int, ...]) -> Math:
    """`1, 3, 1`, counted from 1."""
    items: list[Math] = []
    for index in indices:
        if items:
            items.append(Operator(",", "postfix"))
        items.append(Number(str(index + 1)))
    return items[0] if len(items) == 1 else Row(tuple(items))


# --- products and square matrices ------------------------------------------------------------------------------


def _diag_shape(shape: Shape) -> Shape:
    if shape == ():
        raise ShapeError("a number has no diagonal")
    if 1 in shape:
        return (_count(shape), _count(shape))
    return (_square(shape)[0], 1)


def _diag_entry(index: Index, at: At, a: Expr) -> Expr:
    if 1 not in a.shape:
        return at(a, index[0], index[0])
    if index[0] != index[1]:
        return Constant(0.0)
    return at(a, index[0], 0) if a.shape[1] == 1 else at(a, 0, index[0])


def _diag_backprop(g: Expr, out: Expr, a: Expr) -> tuple[Expr]:
    back = diag(g)
    return (back.T if 1 in a.shape and a.shape[1] != 1 else back,)


diag: Operation = Operation(
    name="diag",
    forward=lambda a: np.diag(np.ravel(a)) if 1 in a.shape else np.diag(a)[:, None].copy(),
    code=lambda operands, inputs: (
        f"np.diag(np.ravel({operands[0]}))" if 1 in inputs[0].shape else f"np.diag({operands[0]})[:, None]"
    ),
    backprop=_diag_backprop,
    notation=call("diag"),
    shape=_diag_shape,
    entry=_diag_entry,
    fan_in=lambda a: (1,),
)
"""Of a vector the matrix that has it on its diagonal, of a matrix its diagonal as a column; either undoes the other."""


def _outer_shape(left: Shape, right: Shape) -> Shape:
    if left == () or right == () or 1 not in left or 1 not in right:
        raise ShapeError(f"the outer product of {describe_shape(left)} and {describe_shape(right)} does not exist")
    return (_count(left), _count(right))


def _column(a: Expr) -> Expr:
    return a if a.shape[1] == 1 else a.T


def _as_operand(column: Expr, a: Expr) -> Expr:
    return column if a.shape[1] == 1 else column.T


def _write_outer(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    turned = Superscript(operands[1], Operator("⊤", "postfix"))
    return Row((operands[0], Operator(INVISIBLE_TIMES), turned))


outer: Operation = Operation(
    name="outer",
    forward=lambda a, b: np.outer(np.ravel(a), np.ravel(b)),
    code="np.outer(np.ravel({0}), np.ravel({1}))",
    backprop=lambda g, out, a, b: (_as_operand(g @ _column(b), a), _as_operand(g.T @ _column(a), b)),
    notation=Notation(_write_outer, JUXTAPOSED, (JUXTAPOSED, POWER + 1)),
    shape=_outer_shape,
    definition=lambda a, b: matmul(_column(a), _column(b).T),
    fan_in=lambda a, b: (1, 1),
)


def _square(shape: Shape) -> Shape:
    if shape == () or shape[0] != shape[1]:
        raise ShapeError(f"{describe_shape(shape)} is not a square matrix")
    return shape


def _scalar(shape: Shape) -> Shape:
    _square(shape)
    return ()


def _identity(size: int) -> Constant:
    return Constant(np.eye(size), math=Identifier("I"))


trace: Operation = Operation(
    name="trace",
    forward=np.trace,
    code="np.trace({0})",
    backprop=lambda g, out, a: (g * _identity(a.shape[0]),),
    notation=call("tr"),
    shape=_scalar,
    entry=lambda index, at, a: sum_of([at(a, i, i) for i in range(a.shape[0])]),
    unfold="entries",
)

LARGEST_WRITTEN_OUT = 5
"""The sum for a determinant has n! products."""


def _minor(at: At, a: Expr, lines: tuple[int, ...], places: tuple[int, ...]) -> Expr:
    """The determinant of some rows and columns, by the entries of the first of these rows (Laplace)."""
    if len(lines) > LARGEST_WRITTEN_OUT:
        raise NotImplementedError(f"a determinant of {len(lines)} rows has too many products to write out")
    if not lines:
        return Constant(1.0)
    if len(lines) == 1:
        return at(a, lines[0], places[0])
    terms: list[Expr] = []
    for position, place in enumerate(places):
        below = _minor(at, a, lines[1:], (*places[:position], *places[position + 1 :]))
        product = multiply(at(a, lines[0], place), below)
        terms.append(negate(product) if position % 2 else product)
    return sum_of(terms)


def _cofactor(at: At, a: Expr, row: int, column: int) -> Expr:
    """What multiplies an entry in the determinant."""
    size = range(a.shape[0])
    minor = _minor(at, a, tuple(i for i in size if i != row), tuple(j for j in size if j != column))
    return negate(minor) if (row + column) % 2 else minor


def _all(a: Expr) -> tuple[int, ...]:
    return tuple(range(a.shape[0]))


determinant: Operation = Operation(
    name="determinant",
    forward=np.linalg.det,
    code="np.linalg.det({0})",
    backprop=lambda g, out, a: (g * (out * inverse(a).T),),
    notation=call("det"),
    shape=_scalar,
    entry=lambda index, at, a: _minor(at, a, _all(a), _all(a)),
    work=lambda a: a[0] ** 3,
)


def _inverse(a: Array) -> Array:
    """Infinite where there is none, as a quotient by 0 is."""
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return np.full(a.shape, np.inf)


def _write_inverse(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Superscript(operands[0], Row((Operator("−", "prefix"), Number("1"))))


inverse: Operation = Operation(
    name="inverse",
    forward=_inverse,
    code="np.linalg.inv({0})",
    backprop=lambda g, out, a: (-(out.T @ g @ out.T),),
    notation=Notation(_write_inverse, POWER, (POWER + 1,)),
    shape=_square,
    entry=lambda index, at, a: divide(_cofactor(at, a, index[1], index[0]), _minor(at, a, _all(a), _all(a))),
    work=lambda a: a[0] ** 3,
)
