"""Entropy, cross-entropy and Kullback–Leibler divergence of discrete distributions, in nats, bits or decimal digits.

0 log 0 is 0, its limit. Formulas: Cover and Thomas, *Elements of Information Theory* (2006), ch. 2.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.arithmetic import divide, multiply, negate
from bpcli.calculus.ops.elementwise import log, log2, log10
from bpcli.calculus.ops.reductions import total
from bpcli.calculus.ops.writing import POWER, SUM
from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Identifier,
    Math,
    Number,
    Operator,
    Row,
    Subscript,
)

__all__ = ["cross_entropy", "entropy", "kl"]


def logarithm(base: float) -> Callable[[Expr], Expr]:
    """log to the base, as a formula: ln, log₂ and log₁₀ by name, others as a quotient."""
    if base == np.e:
        return log
    if base == 2:
        return log2
    if base == 10:
        return log10
    return lambda a: divide(log(a), log_of_base(base))


def log_of_base(base: float) -> Constant:
    return Constant(np.log(base), math=Row((Identifier("ln", upright=True), Fenced(Number(_text(base))))))


def _text(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _log_math(base: float, of: Math) -> Math:
    name: Math = Identifier("ln", upright=True)
    if base != np.e:
        name = Subscript(Identifier("log", upright=True), Number(_text(base)))
    return Row((name, Operator(INVISIBLE_TIMES), of))


def _slope_over_log(base: float, expr: Expr) -> Expr:
    return expr if base == np.e else expr / log_of_base(base)


def _x_log_y(x: Array, y: Array) -> Array:
    x, y = np.asarray(x), np.asarray(y)
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))


def _per(scale: float) -> str:
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
        _log_math(base, of),
    )
    return Row((Operator("−", "prefix"), *items)) if sign else Row(items)


@lru_cache
def entropy(base: float = float(np.e)) -> Operation:
    """H(p) = −Σ p log p."""
    scale = float(np.log(base))
    return Operation(
        name="entropy",
        forward=lambda p: -np.sum(_x_log_y(p, p)) / scale + 0.0,
        code=f"-np.sum(x_log_y({{0}}, {{0}})){_per(scale)}",
        backprop=lambda g, out, p: (g * -(logarithm(base)(p) + _slope_over_log(base, Constant(1.0))),),
        notation=Notation(lambda o, _: _write_sum(base, True, o[0], o[0]), SUM, (POWER,)),
        shape=_reduced,
        definition=lambda p: total(negate(multiply(p, logarithm(base)(p)))),
        unfold="entries",
        parameters=(("base", base),),
    )


@lru_cache
def cross_entropy(base: float = float(np.e)) -> Operation:
    """CE(p, q) = −Σ p log q."""
    scale = float(np.log(base))
    return Operation(
        name="cross_entropy",
        forward=lambda p, q: -np.sum(_x_log_y(p, q)) / scale + 0.0,
        code=f"-np.sum(x_log_y({{0}}, {{1}})){_per(scale)}",
        backprop=lambda g, out, p, q: (g * -logarithm(base)(q), g * -_slope_over_log(base, p / q)),
        notation=Notation(lambda o, _: _write_sum(base, True, o[0], o[1]), SUM, (POWER,)),
        shape=_reduced,
        definition=lambda p, q: total(negate(multiply(p, logarithm(base)(q)))),
        unfold="entries",
        parameters=(("base", base),),
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
            g * (logarithm(base)(p / q) + _slope_over_log(base, Constant(1.0))),
            g * -_slope_over_log(base, p / q),
        )

    return Operation(
        name="kl",
        forward=lambda p, q: np.sum(_x_log_y(p, p) - _x_log_y(p, q)) / scale,
        code=f"np.sum(x_log_y({{0}}, {{0}}) - x_log_y({{0}}, {{1}})){_per(scale)}",
        backprop=backprop,
        notation=Notation(write, SUM, (POWER,)),
        shape=_reduced,
        definition=lambda p, q: total(multiply(p, logarithm(base)(divide(p, q)))),
        unfold="entries",
        parameters=(("base", base),),
    )
