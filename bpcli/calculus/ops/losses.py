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
    as_expr,
    count_of,
    describe_shape,
)
from bpcli.calculus.ops.elementary import (
    absolute,
    add,
    divide,
    exp,
    greater,
    lesser,
    log,
    multiply,
    negate,
    sign,
    square,
    subtract,
)
from bpcli.calculus.ops.functions import log_of_base, logarithm, sigmoid
from bpcli.calculus.ops.matrices import axis_sum, total
from bpcli.calculus.ops.piecewise import clip, positive
from bpcli.calculus.ops.probability import over_log, per, x_log_y
from bpcli.calculus.ops.writing import (
    ATOM,
    LN,
    NOTHING,
    PRODUCT,
    SUM,
    call,
    identifier_call,
    logarithm_of,
    number_math,
    raised,
    short_text,
)
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

    `axis`: None for one instance, else the axis of the outputs. `delta` belongs to `huber`, `margin` to the hinge of
    several classes.
    """

    name: str
    factor: float = 1.0
    over_outputs: str | None = None
    log_base: str = "e"
    delta: float = 1.0
    axis: int | None = None
    margin: float = 1.0

    @property
    def base(self) -> float:
        return float(np.e) if self.log_base == "e" else float(self.log_base)


class Family(NamedTuple):
    """One kind of summand: the loss is coefficient · Σ term(y, t).

    term, value          the terms in textbook form, and as numbers in stable form
    slope, target_slope  (whole factor, expression) of ∂Σ/∂y and of ∂Σ/∂t
    body                 how the sum is written, without its Σ where `is_norm`: ‖y − t‖² is a sum already
    code                 the terms in Python, of the texts of y and t; None where the definition is written out
    calls                (out, y, t) → the calls that put the terms into `out`; None where a copy of `value` will do
    """

    coefficient: Rational
    mean: bool
    term: Callable[[LossForm], Callable[[Expr, Expr], Expr]]
    value: Callable[[LossForm], Callable[[Array, Array], Array]]
    slope: Callable[[LossForm, Expr, Expr], tuple[int, Expr]]
    target_slope: Callable[[LossForm, Expr, Expr], tuple[int, Expr]]
    body: Callable[[LossForm, Math, Math], Math]
    is_norm: bool = False
    code: Callable[[LossForm, str, str], str] | None = None
    calls: Callable[[Array, Array, Array], Calls] | None = None


def log_scale(form: LossForm) -> float:
    return float(np.log(form.base))


def _norm_squared(_: LossForm, y: Math, t: Math) -> Math:
    return raised(Fenced(Row((y, Operator("−"), t)), "‖", "‖"), Number("2"))


def _cross_entropy_body(form: LossForm, y: Math, t: Math) -> Math:
    return Row((t, Operator(INVISIBLE_TIMES), logarithm_of(form.base, y)))


def _one_minus(of: Math) -> Math:
    return Fenced(Row((Number("1"), Operator("−"), of)))


def _binary_body(form: LossForm, y: Math, t: Math) -> Math:
    first = _cross_entropy_body(form, y, t)
    second = _cross_entropy_body(form, _one_minus(y), _one_minus(t))
    return Fenced(Row((first, Operator("+"), second)), "[", "]")


def _absolute_body(_: LossForm, y: Math, t: Math) -> Math:
    return Fenced(Row((y, Operator("−"), t)), "|", "|")


def _huber_body(form: LossForm, y: Math, t: Math) -> Math:
    name = Subscript(Identifier("huber", upright=True), Number(short_text(form.delta)))
    return Row((name, Fenced(Row((y, Operator("−"), t)))))


def _hinge_body(_: LossForm, y: Math, t: Math) -> Math:
    """max(0, 1 − t y)"""
    missing = Row((Number("1"), Operator("−"), t, Operator(INVISIBLE_TIMES), y))
    return identifier_call(Identifier("max", upright=True), (Number("0"), missing))


def _logistic_body(_: LossForm, y: Math, t: Math) -> Math:
    """ln(1 + exp(−t y))"""
    power = identifier_call(
        Identifier("exp", upright=True), (Row((Operator("−", "prefix"), t, Operator(INVISIBLE_TIMES), y)),)
    )
    return identifier_call(LN, (Row((Number("1"), Operator("+"), power)),))


def _multiclass_body(form: LossForm, y: Math, t: Math) -> Math:
    """(1 − t) max(0, y − t·y + 1)"""
    product = Row((t, Operator("·"), y))
    over = Row((y, Operator("−"), product, Operator("+"), Number(short_text(form.margin))))
    hinge = identifier_call(Identifier("max", upright=True), (Number("0"), over))
    return Row((_one_minus(t), Operator(INVISIBLE_TIMES), hinge))


def _kl_body(form: LossForm, y: Math, t: Math) -> Math:
    """t ln(t / y)"""
    return Row((t, Operator(INVISIBLE_TIMES), logarithm_of(form.base, Fenced(Row((t, Operator("⊘"), y))))))


@lru_cache
def _huber_term(delta: float) -> Operation:
    """½e² while |e| ≤ δ, δ(|e| − ½δ) beyond."""

    def forward(e: Array) -> Array:
        size = np.abs(e)
        return np.where(size <= delta, 0.5 * np.square(e), delta * (size - 0.5 * delta))[()]

    def definition(e: Expr) -> Expr:
        """c·(|e| − ½c) with c = |e|, but at most δ."""
        size = absolute(e)
        cut = lesser(size, Constant(delta, texts=short_text(delta)))
        result: Expr = multiply(cut, subtract(size, multiply(Constant(0.5, texts="1/2"), cut)))
        return result

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        name = Subscript(Identifier("huber", upright=True), Number(short_text(delta)))
        return Row((name, Fenced(operands[0])))

    return Operation(
        name="huber_term",
        forward=forward,
        code=f"np.where(np.abs({{0}}) <= {delta!r}, 0.5 * ({{0}}) ** 2, {delta!r} * (np.abs({{0}}) - {0.5 * delta!r}))",
        backprop=lambda g, out, e: (g * clip(-delta, delta)(e),),
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=lambda shape: shape,
        definition=definition,
        elementwise=True,
    )


def _with_log(form: LossForm, denominator: Expr) -> Expr:
    """A denominator, times ln of the base where that is not e."""
    return denominator if form.base == np.e else denominator * log_of_base(form.base)


def _margin(y: Expr, t: Expr) -> Expr:
    """1 − t y: what is missing to the margin of a prediction whose sign should be that of t."""
    return subtract(1.0, multiply(t, y))


def _missed(y: Expr, t: Expr) -> Expr:
    """[1 − t y > 0]"""
    return positive(_margin(y, t))


def _of_classes(form: LossForm) -> Operation:
    return total if form.axis is None else axis_sum(form.axis)


def _over_the_class(form: LossForm, y: Expr, t: Expr) -> Expr:
    """How far each score comes over that of the class, with the margin: y − t·y + 1."""
    own: Expr = _of_classes(form)(multiply(t, y))
    return add(subtract(y, own), Constant(form.margin, texts=short_text(form.margin)))


def _multiclass_slope(form: LossForm, y: Expr, t: Expr) -> tuple[int, Expr]:
    over = multiply(subtract(1.0, t), positive(_over_the_class(form, y, t)))
    return (1, subtract(over, multiply(t, _of_classes(form)(over))))


def _multiclass_target_slope(form: LossForm, y: Expr, t: Expr) -> tuple[int, Expr]:
    above = _over_the_class(form, y, t)
    over = multiply(subtract(1.0, t), positive(above))
    return (1, negate(add(greater(as_expr(0.0), above), multiply(y, _of_classes(form)(over)))))


def _multiclass_value(form: LossForm) -> Callable[[Array, Array], Array]:
    def value(y: Array, t: Array) -> Array:
        own = np.sum(np.multiply(t, y), axis=form.axis, keepdims=form.axis is not None)
        return (1 - np.asarray(t)) * np.maximum(0.0, y - own + form.margin)

    return value


def _squared(coefficient: Rational, mean: bool = False) -> Family:
    return Family(
        coefficient,
        mean,
        lambda form: lambda y, t: square(subtract(y, t)),
        lambda form: lambda y, t: np.square(y - t),
        lambda form, y, t: (2, subtract(y, t)),
        lambda form, y, t: (2, subtract(t, y)),
        _norm_squared,
        is_norm=True,
        calls=lambda out, y, t: [(np.subtract, y, t, out), (np.square, out, out)],
    )


FAMILIES: dict[str, Family] = {
    "half_squared_error": _squared(Rational(1, 2)),
    "squared_error": _squared(Rational(1)),
    "mean_squared_error": _squared(Rational(1), mean=True),
    "half_mean_squared_error": _squared(Rational(1, 2), mean=True),
    "binary_cross_entropy": Family(
        Rational(-1),
        False,
        lambda form: (
            lambda y, t: (
                multiply(t, logarithm(form.base)(y))
                + multiply(subtract(1.0, t), logarithm(form.base)(subtract(1.0, y)))
            )
        ),
        lambda form: lambda y, t: (x_log_y(t, y) + x_log_y(1 - np.asarray(t), 1 - np.asarray(y))) / log_scale(form),
        lambda form, y, t: (1, t / _with_log(form, y) - (1 - t) / _with_log(form, 1 - y)),
        lambda form, y, t: (1, logarithm(form.base)(y) - logarithm(form.base)(1 - y)),
        _binary_body,
        code=lambda form, y, t: f"(x_log_y({t}, {y}) + x_log_y(1 - ({t}), 1 - ({y}))){per(log_scale(form))}",
    ),
    "cross_entropy": Family(
        Rational(-1),
        False,
        lambda form: lambda y, t: multiply(t, logarithm(form.base)(y)),
        lambda form: lambda y, t: x_log_y(t, y) / log_scale(form),
        lambda form, y, t: (1, t / _with_log(form, y)),
        lambda form, y, t: (1, logarithm(form.base)(y)),
        _cross_entropy_body,
        code=lambda form, y, t: f"x_log_y({t}, {y}){per(log_scale(form))}",
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
        lambda form, y, t: (1, clip(-form.delta, form.delta)(subtract(y, t))),
        lambda form, y, t: (1, clip(-form.delta, form.delta)(subtract(t, y))),
        _huber_body,
    ),
    "hinge": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: greater(as_expr(0.0), _margin(y, t)),
        lambda form: lambda y, t: np.maximum(0.0, 1 - np.multiply(t, y)),
        lambda form, y, t: (1, negate(multiply(t, _missed(y, t)))),
        lambda form, y, t: (1, negate(multiply(y, _missed(y, t)))),
        _hinge_body,
    ),
    "squared_hinge": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: square(greater(as_expr(0.0), _margin(y, t))),
        lambda form: lambda y, t: np.square(np.maximum(0.0, 1 - np.multiply(t, y))),
        lambda form, y, t: (2, negate(multiply(t, greater(as_expr(0.0), _margin(y, t))))),
        lambda form, y, t: (2, negate(multiply(y, greater(as_expr(0.0), _margin(y, t))))),
        lambda form, y, t: raised(_hinge_body(form, y, t), Number("2")),
    ),
    "logistic": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: log(add(1.0, exp(negate(multiply(t, y))))),
        lambda form: lambda y, t: np.logaddexp(0.0, -np.multiply(t, y)),
        lambda form, y, t: (1, negate(multiply(t, sigmoid(negate(multiply(t, y)))))),
        lambda form, y, t: (1, negate(multiply(y, sigmoid(negate(multiply(t, y)))))),
        _logistic_body,
        code=lambda form, y, t: f"np.logaddexp(np.zeros_like({y}), -(({t}) * ({y})))",
    ),
    "multiclass_hinge": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: multiply(subtract(1.0, t), greater(as_expr(0.0), _over_the_class(form, y, t))),
        _multiclass_value,
        _multiclass_slope,
        _multiclass_target_slope,
        _multiclass_body,
    ),
    "kl": Family(
        Rational(1),
        False,
        lambda form: lambda y, t: multiply(t, logarithm(form.base)(divide(t, y))),
        lambda form: lambda y, t: (x_log_y(t, t) - x_log_y(t, y)) / log_scale(form),
        lambda form, y, t: (1, -(t / _with_log(form, y))),
        lambda form, y, t: (1, logarithm(form.base)(t / y) + over_log(form.base, Constant(1.0))),
        _kl_body,
        code=lambda form, y, t: f"(x_log_y({t}, {t}) - x_log_y({t}, {y})){per(log_scale(form))}",
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


def outputs_of(shape: Shape, axis: int | None) -> int:
    return count_of(shape) if axis is None or shape == () else shape[axis]


NEAR = 0.1


@lru_cache
def one_hot(shape: Shape) -> Operation:
    """A class, counted from 0, as a list with a 1 in its place: 1 − sign |c − k| in place k."""
    counted = np.arange(count_of(shape), dtype=float).reshape(shape)
    numbers = Constant(counted, texts=tuple(tuple(str(int(item)) for item in row) for row in counted))

    def forward(c: Array) -> Array:
        """Not numbers where there is no such class; what is almost its number stands for it."""
        found = np.where(np.abs(counted - c) < NEAR, 1.0, 0.0)
        return found if np.any(found) else np.full(shape, np.nan)

    def definition(c: Expr) -> Expr:
        return subtract(1.0, sign(absolute(subtract(c, numbers))))

    return Operation(
        name="one_hot",
        forward=forward,
        code=lambda operands, _: f"1.0 * (np.arange({count_of(shape)}).reshape({shape}) == {operands[0]})",
        backprop=lambda g, out, c: (None,),
        notation=call("one_hot"),
        shape=lambda _: shape,
        definition=definition,
    )


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
        terms = np.empty(np.shape(y))
        assert family.calls is not None
        return [
            *family.calls(terms, y, t),
            (np.add.reduce, terms, axis, None, out, axis is not None),
            (np.multiply, out, weight, out),
        ]

    def code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        weight = loss_coefficient(form, outputs_of(inputs[0].shape, axis)).value
        kept = "" if axis is None else f", axis={axis}, keepdims=True"
        assert family.code is not None
        summed = f"np.sum({family.code(form, *operands)}{kept})"
        sized = summed if weight == 1 else f"{weight!r} * {summed}"
        return f"-{sized}" if negative else sized

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
            items.append(number_math(item.text) if item.math is None else item.math)
            items.append(Operator(INVISIBLE_TIMES))
        if not family.is_norm:
            items.append(Operator("Σ", "prefix"))
        return Row((*items, body)) if items else body

    return Operation(
        name=form.name,
        forward=forward,
        calls=None if family.calls is None else loss_calls,
        code="" if family.code is None else code,
        backprop=backprop,
        notation=Notation(write, SUM if negative else PRODUCT, (SUM, SUM + 1)),
        shape=shape_of,
        definition=definition,
        unfold="entries",
        parameters=(("factor", form.factor), ("delta", form.delta), ("margin", form.margin)),
        fan_in=lambda y, t: (outputs_of(y, axis),) * 2,
    )


def negative_of(expr: Expr) -> Expr:
    """−(a ⊘ b) written as −a ⊘ b, and −(a ⊘ b − c ⊘ d) as −a ⊘ b + c ⊘ d."""
    if isinstance(expr, Apply) and expr.operation is subtract and all(_is_quotient(item) for item in expr.inputs):
        return add(negative_of(expr.inputs[0]), expr.inputs[1])
    return -expr


def _is_quotient(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.operation is divide
