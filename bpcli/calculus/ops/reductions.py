"""Sums and their kin: totals, sums over instances, means, extremes, dot products, lengths; softmax."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import (
    Array,
    Calls,
    Constant,
    Expr,
    Notation,
    Operation,
    Shape,
    ShapeError,
    count_of,
    describe_shape,
)
from bpcli.calculus.ops.elementary import divide, exp, greater, lesser, multiply, sqrt, square
from bpcli.calculus.ops.matrices import At, axis_sum, broadcast_to, entries_of, matmul, total
from bpcli.calculus.ops.writing import ATOM, NOTHING, PRODUCT, call
from bpcli.document.mathtree import Fenced, Fraction, Identifier, Math, Number, Operator, Row, Subscript, Superscript

__all__ = [
    "diagonal",
    "dot",
    "maximum",
    "mean",
    "mean_over",
    "minimum",
    "norm2",
    "softmax",
    "softmax_jacobian",
]

MOST_IN_JACOBIAN = 100
"""The Jacobian of a softmax over more entries than this is multiplied out: as a matrix it has the square of them."""


def _scalar(_: Shape) -> Shape:
    return ()


mean = Operation(
    name="mean",
    back=("shared",),
    forward=lambda a: np.mean(a),
    code="np.mean({0})",
    backprop=lambda g, out, a: (broadcast_to(a.shape)(g / count_of(a.shape)),),
    notation=call("mean"),
    shape=_scalar,
    definition=lambda a: divide(total(a), float(count_of(a.shape))),
    unfold="definition",
)


def _mean_calls(out: Array, a: Array) -> Calls:
    return [(np.add.reduce, a, None, None, out), (np.divide, out, np.size(a), out)]


def mean_over(count: Math) -> Operation:
    """The mean over `count` instances, written `1/m Σ L`; its derivative is the named factor 1/m."""

    def factor(a: Expr) -> Constant:
        return Constant(1 / count_of(a.shape), math=Fraction(Number("1"), count), texts=f"1/{count_of(a.shape)}")

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return Row((Fraction(Number("1"), count), Operator("\u2062"), Operator("Σ", "prefix"), operands[0]))

    return Operation(
        name="mean",
        back=("shared",),
        forward=lambda a: np.mean(a),
        calls=_mean_calls,
        code="np.mean({0})",
        backprop=lambda g, out, a: (broadcast_to(a.shape)(g * factor(a)),),
        notation=Notation(write, PRODUCT, (PRODUCT,)),
        shape=_scalar,
        definition=lambda a: multiply(Constant(1 / count_of(a.shape), texts=f"1/{count_of(a.shape)}"), total(a)),
        unfold="definition",
    )


def _extreme(
    name: str,
    forward: Callable[[Array], Array],
    index: Callable[[Array], int],
    choose: Callable[[Expr, Expr], Expr],
) -> Operation:
    """The largest or smallest entry; its gradient goes to the first entry that has it."""

    def entry_rule(_: tuple[int, int], at: At, a: Expr) -> Expr:
        found, *rest = entries_of(at, a)
        for item in rest:
            found = choose(found, item)
        return found

    def mask(a: Array) -> Array:
        chosen = np.zeros(np.shape(a))
        chosen.flat[index(a)] = 1.0
        return chosen[()]

    def mask_shape(shape: Shape) -> Shape:
        return shape

    where = Operation(
        name=f"arg{name}",
        forward=mask,
        code=lambda operands, inputs: (
            f"(np.arange({count_of(inputs[0].shape)}) == np.arg{name}({operands[0]})).reshape({inputs[0].shape})"
        ),
        backprop=lambda g, out, a: (None,),
        notation=call(f"arg{name}"),
        shape=mask_shape,
    )
    return Operation(
        name=name,
        forward=forward,
        code=f"np.ravel({{0}})[np.arg{name}({{0}})]",
        backprop=lambda g, out, a: (g * where(a),),
        notation=call(name),
        shape=_scalar,
        entry=entry_rule,
    )


maximum = _extreme("max", np.max, lambda a: int(np.argmax(a)), lambda a, b: greater(a, b))
minimum = _extreme("min", np.min, lambda a: int(np.argmin(a)), lambda a, b: lesser(a, b))


def _dot_shape(left: Shape, right: Shape) -> Shape:
    """Numbers with numbers, and lists of one length, whichever way each of them lies."""
    if left not in (right, right[::-1]):
        raise ShapeError(f"the dot product of {describe_shape(left)} and {describe_shape(right)} does not exist")
    return ()


def _alike(a: Expr, b: Expr) -> Expr:
    return a if a.shape == b.shape else a.T


dot = Operation(
    name="dot",
    forward=lambda a, b: np.sum(np.ravel(a) * np.ravel(b)),
    code="np.sum(np.ravel({0}) * np.ravel({1}))",
    backprop=lambda g, out, a, b: (g * _alike(b, a), g * _alike(a, b)),
    notation=Notation(lambda o, _: Row((o[0], Operator("·"), o[1])), PRODUCT, (PRODUCT + 1, PRODUCT + 1)),
    shape=_dot_shape,
    definition=lambda a, b: total(multiply(a, _alike(b, a))),
    unfold="entries",
)


def _write_norm(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Subscript(Fenced(operands[0], "‖", "‖"), Number("2"))


norm2 = Operation(
    name="norm2",
    forward=lambda a: np.sqrt(np.sum(np.square(a))),
    backprop=lambda g, out, a: (g * (a / out),),
    notation=Notation(_write_norm, ATOM, (NOTHING,)),
    shape=_scalar,
    definition=lambda a: sqrt(total(square(a))),
    unfold="definition",
)


# --- softmax -----------------------------------------------------------------------------------------------


def _softmax_forward(axis: int | None) -> Callable[[Array], Array]:
    def forward(a: Array) -> Array:
        shifted = np.exp(a - np.max(a, axis=axis, keepdims=True))
        return shifted / np.sum(shifted, axis=axis, keepdims=True)

    return forward


def _softmax_calls(out: Array, a: Array, axis: int | None) -> Calls:
    row = np.empty(np.max(a, axis=axis, keepdims=True).shape)
    return [
        (np.maximum.reduce, a, axis, None, row, True),
        (np.subtract, a, row, out),
        (np.exp, out, out),
        (np.add.reduce, out, axis, None, row, True),
        (np.divide, out, row, out),
    ]


def axis_of(shape: Shape, axis: int | None) -> int:
    """The axis along which a vector or the instances of a batch are summed."""
    return axis if axis is not None else (0 if shape == () or shape[1] == 1 else 1)


def diagonal_shape(shape: Shape) -> Shape:
    return (count_of(shape), count_of(shape))


def _diagonal_part(g: Expr, a: Expr) -> Expr:
    """The entries on the diagonal of a square matrix, laid out as `a` is."""
    identity = Constant(np.eye(count_of(a.shape)), math=Identifier("I"))
    column: Expr = axis_sum(1)(multiply(g, identity))
    return column if a.shape[1] == 1 else column.T


diagonal = Operation(
    name="diagonal",
    forward=lambda a: np.diag(np.ravel(a)),
    code="np.diag(np.ravel({0}))",
    backprop=lambda g, out, a: (_diagonal_part(g, a),),
    notation=call("diag"),
    shape=diagonal_shape,
    entry=lambda index, at, a: (
        (at(a, index[0], 0) if a.shape[1] == 1 else at(a, 0, index[0])) if index[0] == index[1] else Constant(0.0)
    ),
    fan_in=lambda a: (1,),
)


def _as_column(y: Expr) -> Expr:
    return y if y.shape != () and y.shape[1] == 1 else y.T


@lru_cache
def softmax_jacobian(axis: int | None) -> Operation:
    """∂softmax(a)/∂a = diag(y) − y yᵀ for one instance: a symmetric matrix (Goodfellow et al. 2016, ch. 6.2)."""

    def forward(a: Array) -> Array:
        y = np.ravel(_softmax_forward(axis)(a))
        jacobian = 0.0 - np.outer(y, y)
        # y(1 − y), with 1 − y as the sum of the others: the difference has no digits where y is almost 1.
        np.fill_diagonal(jacobian, 0.0)
        np.fill_diagonal(jacobian, 0.0 - np.sum(jacobian, axis=1))
        return jacobian

    def expand(a: Expr, out: Expr) -> Expr:
        column = _as_column(out)
        return diagonal(out) - column @ column.T

    def backprop(g: Expr, out: Expr, a: Expr) -> tuple[Expr]:
        # dJ = diag(dy) − dy yᵀ − y dyᵀ, so ⟨G, dJ⟩ = dyᵀ (diag G − (G + Gᵀ) y), and dy = J da with J symmetric.
        y = _as_column(softmax(axis)(a))
        inner = _diagonal_part(g, y) - (g + g.T) @ y
        pulled = matmul(softmax_jacobian(axis)(a), inner)
        return (pulled if a.shape == y.shape else pulled.T,)

    return Operation(
        name="softmax_jacobian",
        forward=forward,
        backprop=backprop,
        notation=call(Superscript(Identifier("softmax", upright=True), Operator("′", "postfix"))),
        shape=diagonal_shape,
        definition=lambda a: expand(a, softmax(axis)(a)),
        expand=expand,
        primal=lambda: softmax(axis),
        parameters=(("axis", -1 if axis is None else axis),),
    )


@lru_cache
def softmax(axis: int | None = None) -> Operation:
    """eᵃ / Σ eᵃ over all entries (`axis` None), or over the classes of each instance of a batch."""

    def definition(a: Expr) -> Expr:
        powers = exp(a)
        return divide(powers, total(powers) if axis is None else axis_sum(axis)(powers))

    def backprop(g: Expr, out: Expr, a: Expr) -> tuple[Expr]:
        if axis is not None:  # a batch: the Jacobian of each instance, multiplied out
            return (out * (g - axis_sum(axis)(g * out)),)
        if count_of(a.shape) > MOST_IN_JACOBIAN:
            return (out * (g - total(g * out)),)
        jacobian = softmax_jacobian(axis)(a)
        if a.shape == ():
            return (jacobian * g,)
        return (jacobian @ g if a.shape[1] == 1 else g @ jacobian,)

    return Operation(
        name="softmax",
        back=("softmax",),
        forward=_softmax_forward(axis),
        calls=lambda out, a: _softmax_calls(out, a, axis),
        code=lambda operands, inputs: f"softmax({operands[0]}, {axis_of(inputs[0].shape, axis)})",
        backprop=backprop,
        notation=call("softmax"),
        shape=lambda shape: shape,
        definition=definition,
        derivative=softmax_jacobian(None) if axis is None else None,
        unfold="definition",
        parameters=(("axis", -1 if axis is None else axis),),
        fan_in=lambda a: (count_of(a) if axis is None else a[axis],),
    )
