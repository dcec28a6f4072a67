"""Matrices: products, transposes, entries, what is repeated over them and what is summed in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import (
    Apply,
    Array,
    Calls,
    Constant,
    Expr,
    Notation,
    Operation,
    Shape,
    ShapeError,
    describe_shape,
    is_constant,
)
from bpcli.calculus.ops.elementary import multiply, sum_of
from bpcli.calculus.ops.writing import ATOM, JUXTAPOSED, NOTHING, POWER, PRODUCT, SUM
from bpcli.document.mathtree import Fenced, Identifier, Math, Number, Operator, Row, Subscript, Superscript

__all__ = [
    "as_number",
    "axis_sum",
    "broadcast_to",
    "entry",
    "matmul",
    "total",
    "transpose",
]

At = Callable[[Expr, int, int], Expr]
"""Gives the formula of one entry of an operand; handed to `entry` rules by `lower`."""

AXIS_NAMES = ("rows", "columns")


def _matmul_shape(left: Shape, right: Shape) -> Shape:
    if left == () or right == () or left[1] != right[0]:
        raise ShapeError(
            f"the product of {describe_shape(left)} and {describe_shape(right)} does not exist: "
            "the columns of the first must be as many as the rows of the second"
        )
    return (left[0], right[1])


def _matmul_entry(index: tuple[int, int], at: At, left: Expr, right: Expr) -> Expr:
    row, column = index
    inner = left.shape[1]
    return sum_of([multiply(at(left, row, k), at(right, k, column)) for k in range(inner)])


def _write_side_by_side(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Row((operands[0], Operator("\u2062"), operands[1]))


matmul = Operation(
    name="matmul",
    summands=np.matmul,
    back=("product",),
    forward=np.matmul,
    code="({0}) @ ({1})",
    backprop=lambda g, out, a, b: (g @ b.T, a.T @ g),
    notation=Notation(_write_side_by_side, JUXTAPOSED, (JUXTAPOSED, JUXTAPOSED + 1)),
    shape=_matmul_shape,
    entry=_matmul_entry,
    work=lambda left, right: left[0] * left[1] * right[1],
    fan_in=lambda left, right: (left[1], left[1]),
)


def _transpose_shape(shape: Shape) -> Shape:
    return () if shape == () else (shape[1], shape[0])


def _write_transpose(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Superscript(operands[0], Operator("⊤", "postfix"))


transpose = Operation(
    name="transpose",
    back=("place",),
    forward=np.transpose,
    view=np.transpose,
    code="({0}).T",
    backprop=lambda g, out, a: (g.T,),
    notation=Notation(_write_transpose, POWER, (POWER + 1,)),
    shape=_transpose_shape,
    entry=lambda index, at, a: at(a, index[1], index[0]),
    immediate=True,
)


def _spread(row: int, column: int, shape: tuple[int, int]) -> Operation:
    """A number put at one place of a matrix of zeros: what the gradient of an entry is."""

    def forward(value: Array) -> Array:
        result = np.zeros(shape)
        result[row, column] = value
        return result

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        unit = Subscript(Identifier("E"), _index_math(row, column, shape))
        return unit if is_constant(inputs[0], 1.0) else Row((operands[0], Operator("\u2062"), unit))

    return Operation(
        name="spread",
        forward=forward,
        code=lambda operands, _: (
            f"({operands[0]}) * (np.arange({shape[0] * shape[1]}) == {row * shape[1] + column}).reshape({shape})"
        ),
        backprop=lambda g, out, a: (entry(row, column)(g),),
        notation=Notation(write, PRODUCT, (PRODUCT,)),
        shape=lambda _: shape,
        entry=lambda index, at, a: a if index == (row, column) else Constant(0.0),
        parameters=(("row", row), ("column", column)),
        fan_in=lambda a: (1,),
    )


def _index_math(row: int, column: int, shape: Shape, *, apart: bool = False) -> Math:
    if shape != () and 1 in shape:
        return Number(str(max(row, column) + 1))
    if row < 9 and column < 9 and not apart:
        return Number(f"{row + 1}{column + 1}")
    return Row((Number(str(row + 1)), Operator(",", "postfix"), Number(str(column + 1))))


@lru_cache(maxsize=4096)
def entry(row: int, column: int) -> Operation:
    """One entry of a matrix, counted from 0 here and from 1 where it is written."""

    def shape_of(shape: Shape) -> Shape:
        if shape == () or row >= shape[0] or column >= shape[1]:
            raise ShapeError(f"there is no entry {row + 1},{column + 1} in {describe_shape(shape)}")
        return ()

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        if type(operands[0]) is Subscript:  # w₁ has an index of its own
            return Row((operands[0], Fenced(_index_math(row, column, inputs[0].shape, apart=True), "[", "]")))
        return Subscript(operands[0], _index_math(row, column, inputs[0].shape))

    return Operation(
        name="entry",
        back=("place",),
        forward=lambda a: a[row, column],
        view=lambda a: a[row : row + 1, column : column + 1].reshape(()),
        code=f"({{0}})[{row}, {column}]",
        backprop=lambda g, out, a: (_spread(row, column, a.shape)(g),),
        notation=Notation(write, ATOM, (ATOM,)),
        shape=shape_of,
        entry=lambda index, at, a: at(a, row, column),
        immediate=True,
        parameters=(("row", row), ("column", column)),
    )


@lru_cache
def broadcast_to(shape: Shape) -> Operation:
    """A number repeated to a shape: written as the number itself, as textbooks do."""
    return Operation(
        name="broadcast",
        back=("summed",),
        forward=lambda a: np.broadcast_to(a, shape).copy() if shape else a,
        view=lambda a: np.broadcast_to(a, shape),
        code=f"({{0}}) * np.ones({shape})",
        backprop=lambda g, out, a: (total(g) if a.shape == () else g,),
        notation=Notation(lambda operands, _: operands[0], PRODUCT, (PRODUCT + 1,)),
        shape=lambda _: shape,
        entry=lambda index, at, a: (
            a if a.shape == () else at(a, min(index[0], a.shape[0] - 1), min(index[1], a.shape[1] - 1))
        ),
        immediate=True,
    )


as_number = Operation(
    name="as_number",
    forward=lambda a: np.asarray(a)[0, 0],
    view=lambda a: a[0:1, 0:1].reshape(()),
    code="({0})[0, 0]",
    backprop=lambda g, out, a: (broadcast_to(a.shape)(g),),
    notation=Notation(lambda operands, _: operands[0], NOTHING, (NOTHING,)),
    shape=lambda _: (),
    entry=lambda index, at, a: at(a, 0, 0),
    immediate=True,
)
"""The number that a matrix of one entry is, written as the matrix."""


def entries_of(at: At, expr: Expr) -> list[Expr]:
    """The formulas of all entries, row by row; of a scalar, itself."""
    if expr.shape == ():
        return [expr]
    rows, columns = expr.shape
    return [at(expr, i, j) for i in range(rows) for j in range(columns)]


def _write_sum(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Row((Operator("Σ", "prefix"), operands[0]))


def _scalar(_: Shape) -> Shape:
    return ()


total = Operation(
    name="total",
    summands=np.sum,
    back=("spread",),
    forward=lambda a: np.sum(a),
    calls=lambda out, a: [(np.add.reduce, a, None, None, out)],
    code="np.sum({0})",
    backprop=lambda g, out, a: (broadcast_to(a.shape)(g),),
    notation=Notation(_write_sum, SUM, (PRODUCT,)),
    shape=_scalar,
    entry=lambda index, at, a: sum_of(entries_of(at, a)),
    unfold="entries",
)


@lru_cache
def axis_sum(axis: int) -> Operation:
    """The sum along one axis, kept as a column (axis 1) or a row (axis 0): the sum over the instances of a batch."""

    def shape_of(shape: Shape) -> Shape:
        if shape == ():
            raise ShapeError("a number has no rows or columns to sum over")
        return (1, shape[1]) if axis == 0 else (shape[0], 1)

    def entry_rule(index: tuple[int, int], at: At, a: Expr) -> Expr:
        rows, columns = a.shape
        if axis == 0:
            return sum_of([at(a, i, index[1]) for i in range(rows)])
        return sum_of([at(a, index[0], j) for j in range(columns)])

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return Row((Subscript(Operator("Σ", "prefix"), Identifier(AXIS_NAMES[axis], upright=True)), operands[0]))

    return Operation(
        name="axis_sum",
        summands=lambda a: np.sum(a, axis=axis, keepdims=True),
        back=("spread",),
        forward=lambda a: np.sum(a, axis=axis, keepdims=True),
        calls=lambda out, a: _axis_sum_calls(out, a, axis),
        code=f"np.sum({{0}}, axis={axis}, keepdims=True)",
        backprop=lambda g, out, a: (broadcast_to(a.shape)(g),),
        notation=Notation(write, SUM, (PRODUCT,)),
        shape=shape_of,
        entry=entry_rule,
        unfold="slices",
        parameters=(("axis", axis),),
        fan_in=lambda a: (a[axis],),
    )


def _axis_sum_calls(out: Array, a: Array, axis: int) -> Calls:
    """As a product with ones, which takes half the time of a sum along an axis."""
    ones = np.ones(a.shape[axis])
    return [(np.dot, ones.reshape(1, -1), a, out) if axis == 0 else (np.dot, a, ones.reshape(-1, 1), out)]


def transposed(expr: Expr) -> Expr:
    """`exprᵀ`, and `x` for `(xᵀ)ᵀ`."""
    return expr.inputs[0] if isinstance(expr, Apply) and expr.operation is transpose else transpose(expr)


# The Python operators of formulas that are about matrices; the others stand where + and × are defined.
setattr(Expr, "__matmul__", lambda self, other: matmul(self, other))  # noqa: B010
setattr(Expr, "T", property(transposed))  # noqa: B010
