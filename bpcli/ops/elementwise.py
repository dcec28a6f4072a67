"""Functions of one variable, taken entry by entry: exp, log, σ, tanh, ReLU and their kin.

Each states its derivative as an operation of its own (σ′), which prints as such, computes in its stable form,
and expands to the formula that a person would use: h ⊙ (1 − h). Stable forms: σ by the sign of its argument,
σ′(z) = σ(z)σ(−z), tanh′ = 1/cosh², softplus by log1p; see Higham, *Accuracy and Stability* (2002), ch. 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from bpcli.expr import Array, Constant, Expr, Notation, Operand, Operation, as_expr, broadcast_shape
from bpcli.mathtree import Identifier, Math, Number, Operator, Root, Subscript, Superscript
from bpcli.ops.arithmetic import add, broadcast_to, divide, multiply, negate, subtract
from bpcli.ops.writing import ATOM, NOTHING, POWER, between, call, raised

__all__ = [
    "absolute",
    "cosine",
    "elu",
    "exp",
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
) -> Operation:
    """An elementwise function and its derivative, an operation written f′.

    `second` is f″ as an expression, None where it is 0 wherever it exists; `expand` gives f′ from the input and the value at it.
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
) -> Operation:
    """An elementary function whose derivative is written out: `local(out, input)`."""
    return Operation(
        name=name,
        forward=forward,
        backprop=lambda g, out, a: (g * local(out, a),),
        notation=notation,
        shape=broadcast_shape,
        elementwise=True,
    )


exp = _elementary("exp", np.exp, lambda out, a: out, call("exp"))
log = Operation(
    name="log",
    forward=np.log,
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
    backprop=lambda g, out, a: (None,),
    notation=call("sign"),
    shape=broadcast_shape,
    elementwise=True,
)
absolute = _elementary("abs", np.abs, lambda out, a: sign(a), between("|", "|"))
sine: Operation = _elementary("sin", np.sin, lambda out, a: cosine(a), call("sin"))
cosine: Operation = _elementary("cos", np.cos, lambda out, a: negate(sine(a)), call("cos"))


def _sigmoid(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + small), small / (1 + small))[()]


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
)


def _greater(first: Operand, second: Operand) -> Expr:
    """The greater of two; where they are equal, its slope is that of the first."""
    from bpcli.ops.reductions import greater

    return greater(as_expr(first), second)


def _lesser(first: Operand, second: Operand) -> Expr:
    from bpcli.ops.reductions import lesser

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
)
