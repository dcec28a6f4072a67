"""Arithmetic: + − × ÷, powers, products of matrices, transposes and entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import (
    Apply,
    Array,
    Constant,
    Expr,
    Notation,
    Operation,
    Shape,
    ShapeError,
    broadcast_shape,
    describe_shape,
    is_constant,
)
from bpcli.calculus.ops.writing import ATOM, JUXTAPOSED, NOTHING, POWER, PRODUCT, SUM, infix, raised, write_product
from bpcli.document.mathtree import Fenced, Fraction, Identifier, Math, Number, Operator, Row, Subscript, Superscript

__all__ = [
    "add",
    "broadcast_to",
    "divide",
    "entry",
    "matmul",
    "multiply",
    "negate",
    "power",
    "subtract",
    "sum_of",
    "transpose",
]

At = Callable[[Expr, int, int], Expr]
"""Gives the formula of one entry of an operand; handed to `entry` rules by `lower`."""


add = Operation(
    name="add",
    forward=np.add,
    code="({0}) + ({1})",
    backprop=lambda g, out, a, b: (g, g),
    notation=infix("+", SUM),
    shape=broadcast_shape,
    elementwise=True,
    chain=True,
)

subtract = Operation(
    name="subtract",
    forward=np.subtract,
    code="({0}) - ({1})",
    backprop=lambda g, out, a, b: (g, -g),
    notation=infix("−", SUM),
    shape=broadcast_shape,
    elementwise=True,
    chain=True,
)


def _write_negative(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Row((Operator("−", "prefix"), operands[0]))


negate = Operation(
    name="negate",
    forward=np.negative,
    code="-({0})",
    backprop=lambda g, out, a: (-g,),
    notation=Notation(_write_negative, SUM, (PRODUCT,)),
    shape=broadcast_shape,
    elementwise=True,
)

multiply = Operation(
    name="multiply",
    forward=np.multiply,
    code="({0}) * ({1})",
    backprop=lambda g, out, a, b: (g * b, g * a),
    notation=Notation(write_product, PRODUCT, (PRODUCT, PRODUCT + 1)),
    shape=broadcast_shape,
    elementwise=True,
)


def _write_quotient(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
    if inputs[1].shape == ():
        return Fraction(operands[0], operands[1])
    return Row((operands[0], Operator("⊘"), operands[1]))


def _quotient_operands(inputs: tuple[Expr, ...]) -> tuple[int, int]:
    """Above and below a fraction stroke nothing needs fences; beside ⊘ it does."""
    return (NOTHING, NOTHING) if inputs[1].shape == () else (PRODUCT, PRODUCT + 1)


divide = Operation(
    name="divide",
    forward=np.divide,
    code="({0}) / ({1})",
    backprop=lambda g, out, a, b: (g / b, -(g * (a / _square(b)))),
    notation=Notation(_write_quotient, PRODUCT, _quotient_operands),
    shape=broadcast_shape,
    elementwise=True,
)


def _square(expr: Expr) -> Expr:
    from bpcli.calculus.ops.elementwise import square

    return square(expr)


def _power_backprop(g: Expr, out: Expr, base: Expr, exponent: Expr) -> tuple[Expr | None, Expr | None]:
    from bpcli.calculus.ops.elementwise import log

    lowered: Expr
    if isinstance(exponent, Constant) and exponent.shape == ():
        degree = float(exponent.value)
        if degree == 1:
            return (g, None)
        lowered = base if degree == 2 else power(base, degree - 1)
        return (g * (Constant(degree, texts=exponent.texts) * lowered), None)
    lowered = power(base, exponent - 1)
    return (g * (exponent * lowered), g * (out * log(base)))


def _write_power(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return raised(operands[0], operands[1])


power = Operation(
    name="power",
    forward=np.power,
    code="({0}) ** ({1})",
    backprop=_power_backprop,
    notation=Notation(_write_power, POWER, (POWER + 1, NOTHING)),
    shape=broadcast_shape,
    elementwise=True,
)


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
        forward=lambda a: np.broadcast_to(a, shape).copy() if shape else a,
        view=lambda a: np.broadcast_to(a, shape),
        code=f"({{0}}) * np.ones({shape})",
        backprop=lambda g, out, a: (_total(g) if a.shape == () else g,),
        notation=Notation(lambda operands, _: operands[0], PRODUCT, (PRODUCT + 1,)),
        shape=lambda _: shape,
        entry=lambda index, at, a: (
            a if a.shape == () else at(a, min(index[0], a.shape[0] - 1), min(index[1], a.shape[1] - 1))
        ),
        immediate=True,
    )


def _total(expr: Expr) -> Expr:
    from bpcli.calculus.ops.reductions import total

    return total(expr)


def sum_of(terms: Sequence[Expr]) -> Expr:
    """`first + second − third …`: a sum written out, a negative term being taken away."""
    total = terms[0]
    for term in terms[1:]:
        if isinstance(term, Apply) and term.operation is negate:
            total = subtract(total, term.inputs[0])
        else:
            total = add(total, term)
    return total
