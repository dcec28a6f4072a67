"""Entropy, cross-entropy and Kullback–Leibler divergence of discrete distributions, in nats, bits or decimal digits.

0 log 0 is 0, its limit. Formulas: Cover and Thomas, *Elements of Information Theory* (2006), ch. 2.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.elementary import divide, multiply, negate
from bpcli.calculus.ops.functions import log_of_base, logarithm
from bpcli.calculus.ops.matrices import total
from bpcli.calculus.ops.writing import POWER, SUM, logarithm_of
from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Math,
    Operator,
    Row,
)

__all__ = ["cross_entropy", "entropy", "kl"]


def over_log(base: float, expr: Expr) -> Expr:
    """`expr` over ln of the base: what a slope has where the logarithm is not the natural one."""
    return expr if base == np.e else expr / log_of_base(base)


def x_log_y(x: Array, y: Array) -> Array:
    """x ln y, with 0 ln y = 0 (its limit)."""
    x, y = np.asarray(x), np.asarray(y)
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))


def per(scale: float) -> str:
    return "" if scale == 1 else f" / {scale!r}"


def _reduced(*shapes: Shape) -> Shape:
    if len(set(shapes)) > 1:
        raise ShapeError(
            " and ".join(describe_shape(s) for s in shapes) + " are not distributions over the same values"
        )
    return ()


def _write_sum(base: float, sign: bool, first: Math, of: Math) -> Math:
    items: tuple[Math, ...] = (
        Operator("Σ", "prefix"),
        first,
        Operator(INVISIBLE_TIMES),
        logarithm_of(base, of),
    )
    return Row((Operator("−", "prefix"), *items)) if sign else Row(items)


@lru_cache
def entropy(base: float = float(np.e)) -> Operation:
    """H(p) = −Σ p log p."""
    scale = float(np.log(base))
    return Operation(
        name="entropy",
        forward=lambda p: -np.sum(x_log_y(p, p)) / scale + 0.0,
        code=f"-np.sum(x_log_y({{0}}, {{0}})){per(scale)}",
        backprop=lambda g, out, p: (g * -(logarithm(base)(p) + over_log(base, Constant(1.0))),),
        notation=Notation(lambda o, _: _write_sum(base, True, o[0], o[0]), SUM, (POWER,)),
        shape=_reduced,
        definition=lambda p: total(negate(multiply(p, logarithm(base)(p)))),
        unfold="entries",
        parameters=(("base", base),),
    )


FIRST = "`{name}(t, y)` takes the distribution that is given first, and the prediction, which must not be 0, after it"


@lru_cache
def cross_entropy(base: float = float(np.e)) -> Operation:
    """CE(p, q) = −Σ p log q."""
    scale = float(np.log(base))
    return Operation(
        name="cross_entropy",
        forward=lambda p, q: -np.sum(x_log_y(p, q)) / scale + 0.0,
        code=f"-np.sum(x_log_y({{0}}, {{1}})){per(scale)}",
        backprop=lambda g, out, p, q: (g * -logarithm(base)(q), g * -over_log(base, p / q)),
        notation=Notation(lambda o, _: _write_sum(base, True, o[0], o[1]), SUM, (POWER,)),
        shape=_reduced,
        definition=lambda p, q: total(negate(multiply(p, logarithm(base)(q)))),
        unfold="entries",
        parameters=(("base", base),),
        caution=FIRST.format(name="cross_entropy"),
    )


@lru_cache
def kl(base: float = float(np.e)) -> Operation:
    """D(p‖q) = Σ p log(p/q)."""
    scale = float(np.log(base))

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        p, q = operands
        ratio = Fenced(Fraction(p, q) if inputs[0].shape == () else Row((p, Operator("⊘"), q)))
        return _write_sum(base, False, p, ratio)

    def backprop(g: Expr, out: Expr, p: Expr, q: Expr) -> tuple[Expr, Expr]:
        return (
            g * (logarithm(base)(p / q) + over_log(base, Constant(1.0))),
            g * -over_log(base, p / q),
        )

    return Operation(
        name="kl",
        forward=lambda p, q: np.sum(x_log_y(p, p) - x_log_y(p, q)) / scale,
        code=f"np.sum(x_log_y({{0}}, {{0}}) - x_log_y({{0}}, {{1}})){per(scale)}",
        backprop=backprop,
        notation=Notation(write, SUM, (POWER,)),
        shape=_reduced,
        definition=lambda p, q: total(multiply(p, logarithm(base)(divide(p, q)))),
        unfold="entries",
        parameters=(("base", base),),
        caution=FIRST.format(name="kl"),
    )
