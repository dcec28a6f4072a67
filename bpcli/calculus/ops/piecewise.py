"""Functions of one variable that are made of pieces: ReLU and its kin, steps, clipped and rounded values.

Where two pieces meet there is no derivative; which of the slopes beside it stands in is part of each operation.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Calls, Constant, Expr, Notation, Operand, Operation, as_expr, broadcast_shape
from bpcli.calculus.ops.elementary import absolute, add, at_least, exp, greater, lesser, multiply, sign, subtract
from bpcli.calculus.ops.functions import function_of_one_variable
from bpcli.calculus.ops.matrices import broadcast_to
from bpcli.calculus.ops.writing import ATOM, NOTHING, between, call, identifier_call, short_text
from bpcli.document.mathtree import Fenced, Identifier, Math, Number, Operator, Row, Superscript

__all__ = [
    "clip",
    "elu",
    "floor",
    "leaky_relu",
    "positive",
    "relu",
    "round_off",
    "sign_unit",
    "step",
    "stop",
]


class Kinks(NamedTuple):
    """Conventions of a problem for where functions bend or jump: the slope of relu and the value of step at 0."""

    relu_at_zero: float = 0.0
    step_at_zero: float = 1.0


USUAL = Kinks()
LEVEL = ("level", 1.0)
"""Of a function that jumps and is level elsewhere: a lesson says what its slope of 0 means."""


def _broken_line(slope: float, at_zero: float) -> Callable[[Expr], Expr] | None:
    """x above 0 and slope·x below it, as the greater (or lesser) of the two; what stands first decides at 0.

    None where the slope at 0 is neither one of the two nor half-way between them.
    """
    choose = greater if slope <= 1 else lesser

    def definition(a: Expr) -> Expr:
        below: Operand = multiply(slope, a) if slope else 0.0
        return choose(below, a) if at_zero == slope else choose(a, below)

    def half_way(a: Expr) -> Expr:
        # The slope of |x| at 0 is 0, so that of x is left.
        return add(multiply(at_zero, a), multiply(1 - at_zero, absolute(a)))

    if at_zero in (slope, 1.0):
        return definition
    return half_way if 2 * at_zero == 1 + slope else None


def _broken_code(slope: float, at_zero: float) -> str:
    """The same in Python, written so that automatic differentiation has the slope `at_zero` at 0."""
    below = f"{slope!r} * ({{0}})" if slope else "0.0"
    strict, loose = (f"np.where({{0}} {sign} 0, {{0}}, {below})" for sign in (">", ">="))
    share = (at_zero - slope) / (1 - slope) if slope != 1 else 0.0
    if share in (0.0, 1.0):
        return loose if share else strict
    return f"{1 - share!r} * {strict} + {share!r} * {loose}"


def _above_calls(out: Array, z: Array, at_zero: float) -> tuple[Any, ...]:
    """0 under 0, 1 over it, `at_zero` at 0 (a comparison is ten times as fast as `heaviside`)."""
    if at_zero in (0.0, 1.0):
        return (np.greater_equal if at_zero else np.greater, z, 0.0, out)
    return (np.heaviside, z, at_zero, out)


def _step_calls(out: Array, z: Array, below: float, at_zero: float) -> Calls:
    """`below` under 0, 1 over it, `at_zero` at 0."""
    share = (at_zero - below) / (1 - below) if below != 1 else 0.0
    return [_above_calls(out, z, share), (np.multiply, out, 1 - below, out), (np.add, out, below, out)]


@lru_cache
def leaky_relu(slope: float = 0.01, at_zero: float | None = None) -> Operation:
    """x where x > 0, slope·x elsewhere; the derivative at 0 is `at_zero` (the slope unless declared)."""
    kink = slope if at_zero is None else slope + at_zero * (1 - slope)
    return function_of_one_variable(
        "leaky_relu",
        "leaky_relu",
        lambda z: np.where(np.asarray(z) > 0, z, slope * np.asarray(z))[()],
        derivative_forward=lambda z: _step(z, slope, kink),
        second=None,
        definition=_broken_line(slope, kink),
        parameters=(("slope", slope), ("at_zero", kink)),
        calls=(lambda out, z: [(np.multiply, z, slope, out), (partial(np.maximum, z, out, out=out),)])
        if 0 <= slope <= 1
        else None,
        derivative_calls=lambda out, z: _step_calls(out, z, slope, kink),
        code=_broken_code(slope, kink),
        derivative_code=f"np.where({{0}} > 0, 1.0, np.where({{0}} < 0, {slope!r}, {kink!r}))",
    )


def _step(z: Array, below: float, at_zero: float) -> Array:
    z = np.asarray(z)
    return np.where(z > 0, 1.0, np.where(z < 0, below, at_zero))[()]


@lru_cache
def relu(at_zero: float = 0.0) -> Operation:
    """max(0, x); its derivative at 0 is a convention of the problem (0, 1 or ½)."""
    return function_of_one_variable(
        "relu",
        "relu",
        lambda z: np.where(np.asarray(z) > 0, z, 0.0)[()],
        derivative_forward=lambda z: _step(z, 0.0, at_zero),
        second=None,
        definition=_broken_line(0.0, at_zero),
        parameters=(("at_zero", at_zero),),
        calls=lambda out, z: [(partial(np.maximum, z, 0.0, out=out),)],
        derivative_calls=lambda out, z: [_above_calls(out, z, at_zero)],
        code=_broken_code(0.0, at_zero),
        derivative_code=f"np.where({{0}} > 0, 1.0, np.where({{0}} < 0, 0.0, {at_zero!r}))",
    )


@lru_cache
def elu(alpha: float = 1.0) -> Operation:
    """x where x > 0, α(eˣ − 1) elsewhere (Clevert et al., 2016)."""
    return function_of_one_variable(
        "elu",
        "elu",
        lambda z: np.where(np.asarray(z) > 0, z, alpha * np.expm1(np.minimum(z, 0)))[()],
        derivative_forward=lambda z: np.where(np.asarray(z) > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))[()],
        second=lambda a: _elu_second(alpha)(a),
        code=f"np.where({{0}} > 0, {{0}}, {alpha!r} * (np.exp(np.where({{0}} > 0, 0.0, {{0}})) - 1))",
        derivative_code=f"np.where({{0}} > 0, 1.0, {alpha!r} * np.exp(np.where({{0}} > 0, 0.0, {{0}})))",
        definition=lambda a: add(greater(as_expr(0.0), a), multiply(alpha, subtract(exp(lesser(a, 0.0)), 1.0))),
        parameters=(("alpha", alpha),),
    )


def _elu_second(alpha: float) -> Operation:
    def forward(z: Array) -> Array:
        return np.where(np.asarray(z) > 0, 0.0, alpha * np.exp(np.minimum(z, 0)))[()]

    return Operation(
        name="elu_second_derivative",
        forward=forward,
        backprop=lambda g, out, a: (g * out,),
        notation=call(Superscript(Identifier("elu", upright=True), Operator("″", "postfix"))),
        shape=broadcast_shape,
        elementwise=True,
    )


positive = Operation(
    name="is_positive",
    forward=lambda a: np.where(np.asarray(a) > 0, 1.0, 0.0)[()],
    calls=lambda out, a: [(np.greater, a, 0.0, out)],
    code="1.0 * (({0}) > 0)",
    backprop=lambda g, out, a: (None,),
    notation=Notation(
        lambda o, _: Fenced(Row((o[0], Operator(">", "relation"), Number("0"))), "[", "]"), ATOM, (NOTHING,)
    ),
    shape=broadcast_shape,
    definition=lambda a: greater(as_expr(0.0), sign(a)),
    elementwise=True,
)
"""[a > 0]: 1 where this holds and else 0."""


# --- flat pieces ---------------------------------------------------------------------------------------------------


def _flat(a: Expr, _: Expr) -> Expr:
    """The slope of what is made of level pieces."""
    return broadcast_to(a.shape)(Constant(0.0, texts="0"))


def _step_definition(at_zero: float) -> Callable[[Expr], Expr]:
    """[x ≥ 0] or [x > 0]; with another value at 0 by the sign of x."""
    if at_zero == 1:
        return lambda a: at_least(a, 0.0)
    if at_zero == 0:
        return lambda a: positive(a)
    return lambda a: add(multiply(0.5, add(1.0, sign(a))), multiply(at_zero - 0.5, subtract(1.0, absolute(sign(a)))))


@lru_cache
def step(at_zero: float = 1.0) -> Operation:
    """1 where x > 0 and 0 where x < 0 (Heaviside), `at_zero` at 0; its slope is 0."""
    return function_of_one_variable(
        "step",
        "step",
        lambda z: np.heaviside(z, at_zero),
        derivative_forward=lambda z: np.zeros_like(z)[()],
        second=None,
        expand=_flat,
        definition=_step_definition(at_zero),
        parameters=(("value_at_zero", at_zero), LEVEL),
        code=f"np.where({{0}} > 0, 1.0, np.where({{0}} < 0, 0.0, {at_zero!r}))",
        derivative_code="np.zeros_like({0})",
    )


sign_unit = function_of_one_variable(
    "sign",
    "sign",
    np.sign,
    derivative_forward=lambda z: np.zeros_like(z)[()],
    second=None,
    expand=_flat,
    definition=lambda a: sign(a),
    parameters=(LEVEL,),
    code="np.sign({0})",
    derivative_code="np.zeros_like({0})",
)
"""The sign of x as a unit of a network has it: with a slope, which is 0."""


def _level(name: str, forward: Callable[[Array], Array], notation: Notation, code: str) -> Operation:
    return Operation(
        name=name,
        forward=forward,
        backprop=lambda g, out, a: (None,),
        notation=notation,
        shape=broadcast_shape,
        elementwise=True,
        code=code,
    )


floor = _level("floor", np.floor, between("⌊", "⌋"), "np.floor({0})")
round_off = _level("round", np.round, call("round"), "np.round({0})")
stop = _level("stop", np.positive, call("stop"), "stop({0})")
"""The value itself, through which no gradient comes back."""


@lru_cache
def clip(low: float, high: float) -> Operation:
    """x where it lies between two bounds, else the nearer one; at a bound the slope is still 1."""

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        bounds = (Number(short_text(low)), Number(short_text(high)))
        return identifier_call(Identifier("clip", upright=True), (*operands, *bounds))

    inside = Operation(
        name="clip_derivative",
        forward=lambda a: np.where((np.asarray(a) >= low) & (np.asarray(a) <= high), 1.0, 0.0)[()],
        code=f"1.0 * ((({{0}}) >= {low!r}) & (({{0}}) <= {high!r}))",
        backprop=lambda g, out, a: (None,),
        notation=call("inside"),
        shape=broadcast_shape,
        elementwise=True,
    )
    return Operation(
        name="clip",
        forward=lambda a: np.clip(a, low, high),
        calls=lambda out, a: [(np.clip, a, low, high, out)],
        code=f"np.clip({{0}}, {low!r}, {high!r})",
        backprop=lambda g, out, a: (g * inside(a),),
        notation=Notation(write, ATOM, (NOTHING,)),
        shape=broadcast_shape,
        definition=lambda a: lesser(
            greater(a, Constant(low, texts=short_text(low))), Constant(high, texts=short_text(high))
        ),
        elementwise=True,
        parameters=(("low", low), ("high", high)),
    )
