"""Losses at textbook grain, with y the prediction and t the target.

`half_squared_error` is one operation whose rule is `y − t`, so the line of a lesson is the line of a textbook.
A loss reduces over the outputs: of everything (one instance: a number), or along one axis (a batch: one loss for
each instance). Formulas: Goodfellow, Bengio and Courville, *Deep Learning* (2016), ch. 5.5, 6.2; Huber (1964).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as Rational
from functools import lru_cache
from typing import NamedTuple

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
)
from bpcli.calculus.ops.arithmetic import add, divide, multiply, negate, subtract
from bpcli.calculus.ops.elementwise import absolute, log, log2, log10, sign, square
from bpcli.calculus.ops.reductions import axis_sum, lesser, total
from bpcli.calculus.ops.writing import PRODUCT, SUM, raised
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

__all__ = ["LOSSES", "LossForm", "log_scale", "loss", "loss_coefficient", "outputs_of", "ratio_text", "rational"]


class LossForm(NamedTuple):
    """What distinguishes one use of a loss from another (see formats: `{name, factor, over_outputs, log_base}`).

    `axis`: None for one instance, else the axis of the outputs.
    """

    name: str
    factor: float = 1.0
    over_outputs: str | None = None
    log_base: str = "e"
    delta: float = 1.0
    axis: int | None = None


class Family(NamedTuple):
    """One kind of summand: the loss is coefficient · Σ term(y, t)."""

    coefficient: Rational
    mean: bool
    term: Callable[[LossForm], Callable[[Expr, Expr], Expr]]
    value: Callable[[LossForm], Callable[[Array, Array], Array]]  # the terms as numbers, in stable form
    slope: Callable[[LossForm, Expr, Expr], tuple[int, Expr]]  # (whole factor, expression) of ∂term/∂y
    target_slope: Callable[[LossForm, Expr, Expr], tuple[int, Expr]]  # the same for ∂term/∂t
    body: Callable[[LossForm, Math, Math], Math]  # how Σ term is written


def _log(form: LossForm) -> Operation:
    return {"e": log, "2": log2, "10": log10}[form.log_base]


def log_scale(form: LossForm) -> float:
    return {"e": 1.0, "2": float(np.log(2)), "10": float(np.log(10))}[form.log_base]


def _t_log_y(t: Array, y: Array) -> Array:
    """t ln y, with 0 ln 0 = 0 (its limit)."""
    t, y = np.asarray(t), np.asarray(y)
    return np.where(t == 0, 0.0, t * np.log(np.where(t == 0, 1.0, y)))


def _over_log(form: LossForm, denominator: Expr) -> Expr:
    if form.log_base == "e":
        return denominator
    name = Row((Identifier("ln", upright=True), Fenced(Number(form.log_base))))
    return denominator * Constant(log_scale(form), math=name)


def _norm_squared(_: LossForm, y: Math, t: Math) -> Math:
    return raised(Fenced(Row((y, Operator("−"), t)), "‖", "‖"), Number("2"))


def _log_of(form: LossForm, of: Math) -> Math:
    base = Identifier("ln", upright=True)
    name: Math = base if form.log_base == "e" else Subscript(Identifier("log", upright=True), Number(form.log_base))
    return Row((name, Operator(INVISIBLE_TIMES), of))


def _cross_entropy_body(form: LossForm, y: Math, t: Math) -> Math:
    return Row((t, Operator(INVISIBLE_TIMES), _log_of(form, y)))


def _one_minus(of: Math) -> Math:
    return Fenced(Row((Number("1"), Operator("−"), of)))


def _binary_body(form: LossForm, y: Math, t: Math) -> Math:
    first = Row((t, Operator(INVISIBLE_TIMES), _log_of(form, y)))
    second = Row((_one_minus(t), Operator(INVISIBLE_TIMES), _log_of(form, _one_minus(y))))
    return Fenced(Row((first, Operator("+"), second)), "[", "]")


def _absolute_body(_: LossForm, y: Math, t: Math) -> Math:
    return Fenced(Row((y, Operator("−"), t)), "|", "|")


def _huber_body(form: LossForm, y: Math, t: Math) -> Math:
    name = Subscript(Identifier("huber", upright=True), Number(_number_text(form.delta)))
    return Row((name, Fenced(Row((y, Operator("−"), t)))))


def _number_text(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


@lru_cache
def _huber_term(delta: float) -> Operation:
    """½e² while |e| ≤ δ, δ(|e| − ½δ) beyond."""

    def forward(e: Array) -> Array:
        size = np.abs(e)
        return np.where(size <= delta, 0.5 * np.square(e), delta * (size - 0.5 * delta))[()]

    def definition(e: Expr) -> Expr:
        """c·(|e| − ½c) with c = |e|, but at most δ."""
        size = absolute(e)
        cut = lesser(size, Constant(delta, texts=_number_text(delta)))
        result: Expr = multiply(cut, subtract(size, multiply(Constant(0.5, texts="1/2"), cut)))
        return result

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        name = Subscript(Identifier("huber", upright=True), Number(_number_text(delta)))
        return Row((name, Fenced(operands[0])))

    return Operation(
        name="huber_term",
        forward=forward,
        code=f"np.where(np.abs({{0}}) <= {delta!r}, 0.5 * ({{0}}) ** 2, {delta!r} * (np.abs({{0}}) - {0.5 * delta!r}))",
        backprop=lambda g, out, e: (g * _clip(delta)(e),),
        notation=Notation(write, 100, (0,)),
        shape=lambda shape: shape,
        definition=definition,
        elementwise=True,
    )


@lru_cache
def _clip(delta: float) -> Operation:
    """The error, cut off at ±δ: the slope of the Huber loss."""

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        text = _number_text(delta)
        bounds = Row((Operator(",", "postfix"), Number(f"-{text}"), Operator(",", "postfix"), Number(text)))
        return Row((Identifier("clip", upright=True), Fenced(Row((operands[0], *bounds.items)))))

    def inside(e: Array) -> Array:
        return np.where(np.abs(e) <= delta, 1.0, 0.0)[()]

    mask = Operation(
        name="clip_derivative",
        forward=inside,
        code=f"1.0 * (np.abs({{0}}) <= {delta!r})",
        backprop=lambda g, out, e: (None,),
        notation=Notation(lambda o, _: Row((Identifier("inside", upright=True), Fenced(o[0]))), 100, (0,)),
        shape=lambda shape: shape,
        elementwise=True,
    )
    return Operation(
        name="clip",
        forward=lambda e: np.clip(e, -delta, delta),
        calls=lambda out, e: [(np.clip, e, -delta, delta, out)],
        code=f"np.clip({{0}}, {-delta!r}, {delta!r})",
        backprop=lambda g, out, e: (g * mask(e),),
        notation=Notation(write, 100, (0,)),
        shape=lambda shape: shape,
        elementwise=True,
        parameters=(("delta", delta),),
    )


def _squared(coefficient: Rational, mean: bool = False) -> Family:
    return Family(
        coefficient,
        mean,
        lambda form: lambda y, t: square(subtract(y, t)),
        lambda form: lambda y, t: np.square(y - t),
        lambda form, y, t: (2, subtract(y, t)),
        lambda form, y, t: (2, subtract(t, y)),
        _norm_squared,
    )


FAMILIES: dict[str, Family] = {
    "half_squared_error": _squared(Rational(1, 2)),
    "squared_error": _squared(Rational(1)),
    "mean_squared_error": _squared(Rational(1), mean=True),
    "half_mean_squared_error": _squared(Rational(1, 2), mean=True),
    "binary_cross_entropy": Family(
        Rational(-1),
        False,
        lambda form: lambda y, t: multiply(t, _log(form)(y)) + multiply(subtract(1.0, t), _log(form)(subtract(1.0, y))),
        lambda form: lambda y, t: (_t_log_y(t, y) + _t_log_y(1 - np.asarray(t), 1 - np.asarray(y))) / log_scale(form),
        lambda form, y, t: (1, t / _over_log(form, y) - (1 - t) / _over_log(form, 1 - y)),
        lambda form, y, t: (1, _log(form)(y) - _log(form)(1 - y)),
        _binary_body,
    ),
    "cross_entropy": Family(
        Rational(-1),
        False,
        lambda form: lambda y, t: multiply(t, _log(form)(y)),
        lambda form: lambda y, t: _t_log_y(t, y) / log_scale(form),
        lambda form, y, t: (1, t / _over_log(form, y)),
        lambda form, y, t: (1, _log(form)(y)),
        _cross_entropy_body,
    ),
    "absolute_error": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: absolute(subtract(y, t)),
        lambda form: lambda y, t: np.abs(y - t),
        lambda form, y, t: (1, sign(subtract(y, t))),
        lambda form, y, t: (1, sign(subtract(t, y))),
        _absolute_body,
    ),
    "huber": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: _huber_term(form.delta)(subtract(y, t)),
        lambda form: lambda y, t: _huber_term(form.delta).forward(y - t),
        lambda form, y, t: (1, _clip(form.delta)(subtract(y, t))),
        lambda form, y, t: (1, _clip(form.delta)(subtract(t, y))),
        _huber_body,
    ),
}

LOSSES = tuple(FAMILIES)


class Coefficient(NamedTuple):
    """A factor in front of a sum: its value, its symbols (`1/(2n)`) and its number (`1/6`)."""

    value: float
    math: Math | None
    text: str

    def as_constant(self) -> Constant | None:
        """None for 1; a plain −1 or whole number stays a number."""
        if self.value == 1 and self.math is None:
            return None
        return Constant(self.value, math=self.math, texts=self.text)


def rational(value: float) -> Rational | None:
    """`value` as a fraction with a small denominator, where it is one."""
    near = Rational(value).limit_denominator(1000)
    return near if float(near) == value else None


def loss_coefficient(form: LossForm, outputs: int, times: int = 1) -> Coefficient:
    """The loss's coefficient times a whole number, without the sign of a negative family."""
    family = FAMILIES[form.name]
    mean = family.mean if form.over_outputs is None else form.over_outputs == "mean"
    exact = rational(form.factor)
    size = abs(family.coefficient) * times
    if exact is None:
        value = form.factor * float(size)
        text = repr(value)
        if not mean:
            return Coefficient(value, None, text)
        math = Fraction(Number(text), Identifier("n"))
        return Coefficient(value / outputs, math, f"{text}/{outputs}")
    whole = size * exact
    text = ratio_text(whole)
    if not mean:
        return Coefficient(float(whole), None, text)
    below: Math = Identifier("n")
    if whole.denominator != 1:
        below = Row((Number(str(whole.denominator)), Operator(INVISIBLE_TIMES), below))
    math = Fraction(Number(str(whole.numerator)), below)
    return Coefficient(float(whole / outputs), math, f"{whole.numerator}/{whole.denominator * outputs}")


def ratio_text(value: Rational) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def coefficient_math(item: Coefficient) -> Math:
    """How the coefficient is written in a formula: ½, 1/(2n), 0.3."""
    if item.math is not None:
        return item.math
    if item.text == "1/2":
        return Number("½")
    numerator, _, denominator = item.text.partition("/")
    return Fraction(Number(numerator), Number(denominator)) if denominator else Number(item.text)


def outputs_of(shape: Shape, axis: int | None) -> int:
    if shape == ():
        return 1
    return shape[0] * shape[1] if axis is None else shape[axis]


@lru_cache
def loss(form: LossForm) -> Operation:
    """The operation (y, t) → the loss of one instance, or of each instance of a batch."""
    family = FAMILIES[form.name]
    negative = family.coefficient < 0
    axis = form.axis
    reduce = total if axis is None else axis_sum(axis)

    def shape_of(y: Shape, t: Shape) -> Shape:
        if y != t:
            raise ShapeError(f"a prediction of {describe_shape(y)} cannot be compared with {describe_shape(t)}")
        if axis is None or y == ():
            return ()
        return (1, y[1]) if axis == 0 else (y[0], 1)

    def forward(y: Array, t: Array) -> Array:
        weight = loss_coefficient(form, outputs_of(np.shape(y), axis)).value * (-1 if negative else 1)
        terms = family.value(form)(y, t)
        return weight * np.sum(terms, axis=axis, keepdims=axis is not None) + 0.0

    def loss_calls(out: Array, y: Array, t: Array) -> Calls:
        weight = loss_coefficient(form, outputs_of(np.shape(y), axis)).value
        error = np.empty(np.shape(y))
        return [
            (np.subtract, y, t, error),
            (np.square, error, error),
            (np.add.reduce, error, axis, None, out, axis is not None),
            (np.multiply, out, weight, out),
        ]

    def code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        """With 0 log 0 = 0, which a plain product would make not a number."""
        weight = loss_coefficient(form, outputs_of(inputs[0].shape, axis)).value / log_scale(form)
        y, t = operands
        terms = f"x_log_y({t}, {y})"
        if form.name == "binary_cross_entropy":
            terms += f" + x_log_y(1 - ({t}), 1 - ({y}))"
        kept = "" if axis is None else f", axis={axis}, keepdims=True"
        return f"-{weight!r} * np.sum({terms}{kept})" if weight != 1 else f"-np.sum({terms}{kept})"

    def weighted(g: Expr, y: Expr, times: int, slope: Expr) -> Expr:
        factor = loss_coefficient(form, outputs_of(y.shape, axis), times).as_constant()
        signed = negative_of(slope) if negative else slope
        return g * (signed if factor is None else factor * signed)

    def backprop(g: Expr, out: Expr, y: Expr, t: Expr) -> tuple[Expr, Expr]:
        return (weighted(g, y, *family.slope(form, y, t)), weighted(g, y, *family.target_slope(form, y, t)))

    def definition(y: Expr, t: Expr) -> Expr:
        factor = loss_coefficient(form, outputs_of(y.shape, axis)).as_constant()
        term = family.term(form)(y, t)
        summand = term if factor is None else multiply(Constant(factor.value, texts=factor.texts), term)
        result: Expr = reduce(negate(summand) if negative else summand)
        return result

    def write(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
        item = loss_coefficient(form, outputs_of(inputs[0].shape, axis))
        body = family.body(form, *operands)
        items: list[Math] = [Operator("−", "prefix")] if negative else []
        if item.value != 1 or item.math is not None:
            items.append(coefficient_math(item))
            items.append(Operator(INVISIBLE_TIMES))
        if family.body is not _norm_squared:
            items.append(Operator("Σ", "prefix"))
        return Row((*items, body)) if items else body

    return Operation(
        name=form.name,
        forward=forward,
        calls=loss_calls if family.body is _norm_squared else None,
        code=code if negative else "",
        backprop=backprop,
        notation=Notation(write, SUM if negative else PRODUCT, (SUM, SUM + 1)),
        shape=shape_of,
        definition=definition,
        unfold="entries",
        parameters=(("factor", form.factor), ("delta", form.delta)),
        fan_in=lambda y, t: (outputs_of(y, axis),) * 2,
    )


def negative_of(expr: Expr) -> Expr:
    """−(a ⊘ b) written as −a ⊘ b, and −(a ⊘ b − c ⊘ d) as −a ⊘ b + c ⊘ d."""
    if isinstance(expr, Apply) and expr.operation is subtract and all(_is_quotient(item) for item in expr.inputs):
        return add(negative_of(expr.inputs[0]), expr.inputs[1])
    return -expr


def _is_quotient(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.operation is divide
