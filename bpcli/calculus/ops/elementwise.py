"""Functions of one variable, taken entry by entry: exp, log, σ, tanh, ReLU and their kin.

Each states its derivative as an operation of its own (σ′), which prints as such, computes in its stable form,
and expands to the formula that a person would use: h ⊙ (1 − h). Stable forms: σ by the sign of its argument,
σ′(z) = σ(z)σ(−z), tanh′ = 1/cosh², softplus by log1p; see Higham, *Accuracy and Stability* (2002), ch. 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np

from bpcli.calculus.expr import Array, Calls, Constant, Expr, Notation, Operand, Operation, as_expr, broadcast_shape
from bpcli.calculus.ops.arithmetic import add, broadcast_to, divide, multiply, negate, subtract
from bpcli.calculus.ops.writing import ATOM, NOTHING, POWER, between, call, raised
from bpcli.document.mathtree import Identifier, Math, Number, Operator, Root, Subscript, Superscript

__all__ = [
    "absolute",
    "cosine",
    "elu",
    "exp",
    "floor",
    "function_of_one_variable",
    "identity",
    "leaky_relu",
    "log",
    "log2",
    "log10",
    "prime",
    "relu",
    "sigmoid",
    "sign",
    "sine",
    "softplus",
    "sqrt",
    "square",
    "tanh",
]


def prime(name: str | Math) -> Math:
    """`f′`."""
    base = Identifier(name, upright=len(name) > 1) if isinstance(name, str) else name
    return Superscript(base, Operator("′", "postfix"))


def function_of_one_variable(
    name: str,
    symbol: str | Math,
    forward: Callable[[Array], Array],
    *,
    derivative_forward: Callable[[Array], Array],
    second: Callable[[Expr], Expr] | None,
    expand: Callable[[Expr, Expr], Expr] | None = None,
    definition: Callable[[Expr], Expr] | None = None,
    derivative_definition: Callable[[Expr], Expr] | None = None,
    notation: Notation | None = None,
    unfold: str = "",
    parameters: tuple[tuple[str, float], ...] = (),
    view: Callable[[Array], Array] | None = None,
    calls: Callable[..., Calls] | None = None,
    derivative_calls: Callable[..., Calls] | None = None,
    code: str = "",
    derivative_code: str = "",
) -> Operation:
    """An elementwise function and its derivative, an operation written f′.

    `second` is f″ as an expression, None where it is 0 wherever it exists; `expand` gives f′ from the input and the
    value at it.
    """
    derivative = Operation(
        name=f"{name}_derivative",
        forward=derivative_forward,
        backprop=lambda g, out, a: (None if second is None else g * second(a),),
        notation=call(prime(symbol)),
        shape=broadcast_shape,
        definition=derivative_definition,
        elementwise=True,
        expand=expand,
        primal=lambda: whole,
        parameters=parameters,
        calls=derivative_calls,
        code=derivative_code,
    )
    whole = Operation(
        name=name,
        forward=forward,
        backprop=lambda g, out, a: (g * derivative(a),),
        notation=notation or call(symbol),
        shape=broadcast_shape,
        definition=definition,
        elementwise=True,
        derivative=derivative,
        unfold=unfold,
        parameters=parameters,
        view=view,
        calls=calls,
        code=code,
    )
    return whole


def _derivative(function: Operation) -> Operation:
    assert function.derivative is not None
    return function.derivative


def _elementary(
    name: str,
    forward: Callable[[Array], Array],
    local: Callable[[Expr, Expr], Expr],
    notation: Notation,
    code: str = "",
) -> Operation:
    """An elementary function whose derivative is written out: `local(out, input)`."""
    return Operation(
        name=name,
        forward=forward,
        backprop=lambda g, out, a: (g * local(out, a),),
        notation=notation,
        shape=broadcast_shape,
        elementwise=True,
        code=code or f"np.{name}({{0}})",
    )


exp = _elementary("exp", np.exp, lambda out, a: out, call("exp"))
log = Operation(
    name="log",
    forward=np.log,
    code="np.log({0})",
    backprop=lambda g, out, a: (g / a,),
    notation=call("ln"),
    shape=broadcast_shape,
    elementwise=True,
)


def _log_of_base(name: str, base: int, forward: Callable[[Array], Array]) -> Operation:
    symbol = Subscript(Identifier("log", upright=True), Number(str(base)))
    natural = Constant(np.log(base), math=call("ln").write((Number(str(base)),), ()))
    return Operation(
        name=name,
        forward=forward,
        backprop=lambda g, out, a: (g / (a * natural),),
        notation=call(symbol),
        shape=broadcast_shape,
        definition=lambda a: divide(log(a), natural),
        elementwise=True,
        code=f"np.{name}({{0}})",
    )


log2 = _log_of_base("log2", 2, np.log2)
log10 = _log_of_base("log10", 10, np.log10)


def _write_square(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return raised(operands[0], Number("2"))


square = _elementary("square", np.square, lambda out, a: 2 * a, Notation(_write_square, POWER, (POWER + 1,)))
sqrt = _elementary(
    "sqrt",
    np.sqrt,
    lambda out, a: 1 / (2 * out),
    Notation(lambda operands, _: Root(operands[0]), ATOM, (NOTHING,)),
)
sign = Operation(
    name="sign",
    forward=np.sign,
    code="np.sign({0})",
    backprop=lambda g, out, a: (None,),
    notation=call("sign"),
    shape=broadcast_shape,
    elementwise=True,
)
absolute = _elementary("abs", np.abs, lambda out, a: sign(a), between("|", "|"))
sine: Operation = _elementary("sin", np.sin, lambda out, a: cosine(a), call("sin"))
cosine: Operation = _elementary("cos", np.cos, lambda out, a: negate(sine(a)), call("cos"))


floor = _elementary("floor", np.floor, lambda out, a: 0 * a, between("⌊", "⌋"))


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + small), small / (1 + small))[()]


def _sigmoid_calls(out: Array, z: Array) -> Calls:
    """1/(1 + e⁻ᶻ): accurate for every z whose σ is a normal number."""
    return [(np.negative, z, out), (np.exp, out, out), (np.add, out, 1.0, out), (np.reciprocal, out, out)]


def _sigmoid_derivative(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return small / np.square(1 + small)


sigmoid: Operation = function_of_one_variable(
    "sigmoid",
    "σ",
    _sigmoid,
    derivative_forward=_sigmoid_derivative,
    second=lambda a: _derivative(sigmoid)(a) * (1 - 2 * sigmoid(a)),
    expand=lambda a, out: multiply(out, subtract(1.0, out)),
    definition=lambda a: 1 / (1 + exp(-a)),
    derivative_definition=lambda a: sigmoid(a) * (1 - sigmoid(a)),
    calls=_sigmoid_calls,
)


def _tanh_derivative(z: Array) -> Array:
    small = np.exp(-2 * np.abs(z))
    return 4 * small / np.square(1 + small)


tanh: Operation = function_of_one_variable(
    "tanh",
    "tanh",
    np.tanh,
    derivative_forward=_tanh_derivative,
    second=lambda a: -(2 * tanh(a) * _derivative(tanh)(a)),
    expand=lambda a, out: subtract(1.0, square(out)),
    definition=lambda a: (exp(a) - exp(-a)) / (exp(a) + exp(-a)),
    derivative_definition=lambda a: 1 - square(tanh(a)),
    code="np.tanh({0})",
)


def _softplus(z: Array) -> Array:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


softplus: Operation = function_of_one_variable(
    "softplus",
    "softplus",
    _softplus,
    derivative_forward=_sigmoid,
    second=lambda a: _derivative(sigmoid)(a),
    expand=lambda a, out: sigmoid(a),
    definition=lambda a: log(1 + exp(a)),
    derivative_definition=lambda a: sigmoid(a),
    calls=lambda out, z: [(np.logaddexp, z, 0.0, out)],
    derivative_calls=_sigmoid_calls,
    code="np.logaddexp({0}, np.zeros_like({0}))",
)


def _greater(first: Operand, second: Operand) -> Expr:
    """The greater of two; where they are equal, its slope is that of the first."""
    from bpcli.calculus.ops.reductions import greater

    return greater(as_expr(first), second)


def _lesser(first: Operand, second: Operand) -> Expr:
    from bpcli.calculus.ops.reductions import lesser

    return lesser(as_expr(first), second)


def _broken_line(slope: float, at_zero: float) -> Callable[[Expr], Expr] | None:
    """x above 0 and slope·x below it, as the greater (or lesser) of the two; what stands first decides at 0.

    None where the slope at 0 is neither one of the two nor half-way between them.
    """
    choose = _greater if slope <= 1 else _lesser

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
        definition=lambda a: add(_greater(0.0, a), multiply(alpha, subtract(exp(_lesser(a, 0.0)), 1.0))),
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


identity = function_of_one_variable(
    "identity",
    "id",
    np.positive,
    derivative_forward=lambda z: np.ones_like(z)[()],
    second=None,
    expand=lambda a, out: broadcast_to(a.shape)(Constant(1.0, texts="1")),
    notation=Notation(lambda operands, _: operands[0], NOTHING, (NOTHING,)),
    view=lambda z: z,
    code="{0}",
    derivative_code="np.ones_like({0})",
)
