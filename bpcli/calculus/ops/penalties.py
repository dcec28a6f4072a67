"""Regularisers Ω(θ): the sum of squares and the sum of sizes of all regularised parameters."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape
from bpcli.calculus.ops.elementary import absolute, multiply, sign, square, sum_of
from bpcli.calculus.ops.losses import ratio_text, rational
from bpcli.calculus.ops.matrices import total
from bpcli.calculus.ops.writing import NOTHING, PRODUCT, SUM, number_math, raised
from bpcli.document.mathtree import INVISIBLE_TIMES, Fenced, Math, Number, Operator, Row, Subscript

__all__ = ["l1_penalty", "l2_penalty"]


def _scalar(*_: Shape) -> Shape:
    return ()


def _factor_constant(factor: float) -> Constant:
    exact = rational(factor)
    return Constant(factor, texts=repr(factor) if exact is None else ratio_text(exact))


def _sum_of_norms(operands: tuple[Math, ...], inputs: tuple[Expr, ...], power: bool) -> Math:
    items: list[Math] = []
    for operand, expr in zip(operands, inputs, strict=True):
        if items:
            items.append(Operator("+"))
        scalar = expr.shape == ()
        if power:
            items.append(raised(operand if scalar else Fenced(operand, "‖", "‖"), Number("2")))
        else:
            size = Fenced(operand, "|", "|") if scalar else Fenced(operand, "‖", "‖")
            items.append(size if scalar else Subscript(size, Number("1")))
    return items[0] if len(items) == 1 else Row(tuple(items))


@lru_cache
def l2_penalty(factor: float = 0.5) -> Operation:
    """factor · Σ w²; with the usual ½ its gradient is w itself."""

    def forward(*parameters: Array) -> Array:
        return np.float64(factor * sum(float(np.sum(np.square(p))) for p in parameters))

    def backprop(g: Expr, out: Expr, *parameters: Expr) -> tuple[Expr, ...]:
        double = 2 * factor
        return tuple(g * (p if double == 1 else _factor_constant(double) * p) for p in parameters)

    def definition(*parameters: Expr) -> Expr:
        squares = sum_of([total(square(p)) for p in parameters])
        return squares if factor == 1 else multiply(_factor_constant(factor), squares)

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        norms = _sum_of_norms(operands, inputs, power=True)
        if factor == 1:
            return norms
        body = Fenced(norms) if len(inputs) > 1 else norms
        return Row((number_math(str(_factor_constant(factor).texts)), Operator(INVISIBLE_TIMES), body))

    return Operation(
        name="l2_penalty",
        forward=forward,
        backprop=backprop,
        notation=Notation(write, SUM if factor == 1 else PRODUCT, (NOTHING,)),
        shape=_scalar,
        definition=definition,
        unfold="definition",
        parameters=(("factor", factor),),
    )


def _write_l1(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
    return _sum_of_norms(operands, inputs, power=False)


l1_penalty = Operation(
    name="l1_penalty",
    forward=lambda *parameters: np.float64(sum(float(np.sum(np.abs(p))) for p in parameters)),
    backprop=lambda g, out, *parameters: tuple(g * sign(p) for p in parameters),
    notation=Notation(_write_l1, SUM, (NOTHING,)),
    shape=_scalar,
    definition=lambda *parameters: sum_of([total(absolute(p)) for p in parameters]),
    unfold="definition",
)
