"""Functions of one variable, taken entry by entry: exp, log, σ, tanh, ReLU and their kin.

Each states its derivative as an operation of its own (σ′), which prints as such, computes in its stable form,
and expands to the formula that a person would use: h ⊙ (1 − h). Stable forms: σ by the sign of its argument,
σ′(z) = σ(z)σ(−z), tanh′ = 1/cosh², softplus by log1p; see Higham, *Accuracy and Stability* (2002), ch. 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bpcli.calculus.expr import Array, Calls, Constant, Expr, Notation, Operation, broadcast_shape
from bpcli.calculus.ops.elementary import add, cosine, divide, exp, log, multiply, negate, sine, square, subtract
from bpcli.calculus.ops.matrices import broadcast_to
from bpcli.calculus.ops.writing import LN, NOTHING, call, identifier_call, logarithm_symbol, short_text
from bpcli.document.mathtree import Fraction, Identifier, Math, Number, Operator, Root, Superscript

__all__ = [
    "arctan",
    "cosh",
    "erf",
    "function_of_one_variable",
    "gelu",
    "identity",
    "log2",
    "log10",
    "prime",
    "sigmoid",
    "silu",
    "sinh",
    "softplus",
    "tan",
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


E = float(np.e)


def log_of_base(base: float) -> Constant:
    """ln 2, ln 10, …: how many times a logarithm to that base is smaller than the natural one."""
    return Constant(np.log(base), math=identifier_call(LN, (Number(short_text(base)),)))


def _logarithm(name: str, base: int, forward: Callable[[Array], Array]) -> Operation:
    natural = log_of_base(base)
    return Operation(
        name=name,
        forward=forward,
        backprop=lambda g, out, a: (g / (a * natural),),
        notation=call(logarithm_symbol(base)),
        shape=broadcast_shape,
        definition=lambda a: divide(log(a), natural),
        elementwise=True,
        code=f"np.{name}({{0}})",
        has_pole=True,
        parameters=(("base", float(base)),),
    )


log2 = _logarithm("log2", 2, np.log2)
log10 = _logarithm("log10", 10, np.log10)


def logarithm(base: float) -> Callable[[Expr], Expr]:
    """log to the base, as a formula: ln, log₂ and log₁₀ by name, others as a quotient."""
    if base == np.e:
        return log
    if base == 2:
        return log2
    if base == 10:
        return log10
    return lambda a: divide(log(a), log_of_base(base))


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


# --- more curves ---------------------------------------------------------------------------------------------------

_SQRT_2, _SQRT_PI = math.sqrt(2.0), math.sqrt(math.pi)
_ERF = np.vectorize(math.erf, otypes=[np.float64])
_ERFC = np.vectorize(math.erfc, otypes=[np.float64])
_ROOT_2 = Constant(_SQRT_2, math=Root(Number("2")))
_TWO_OVER_ROOT_PI = Constant(2 / _SQRT_PI, math=Fraction(Number("2"), Root(Identifier("π"))))


def _below(z: Array) -> Array:
    """How much of the normal distribution lies below z: by erfc, which keeps its digits where little does."""
    return 0.5 * _ERFC(np.divide(np.negative(z), _SQRT_2))[()]


def _bell(z: Array) -> Array:
    """The density of the normal distribution."""
    return np.exp(-0.5 * np.square(z)) / (_SQRT_2 * _SQRT_PI)


erf: Operation = function_of_one_variable(
    "erf",
    "erf",
    lambda z: _ERF(z)[()],
    derivative_forward=lambda z: 2 / _SQRT_PI * np.exp(-np.square(z)),
    second=lambda a: -(2 * a * _derivative(erf)(a)),
    expand=lambda a, out: multiply(_TWO_OVER_ROOT_PI, exp(negate(square(a)))),
    derivative_definition=lambda a: multiply(_TWO_OVER_ROOT_PI, exp(negate(square(a)))),
    code="erf({0})",
)


def _gelu_slope(a: Expr) -> Expr:
    density = multiply(Constant(0.5, texts="1/2"), divide(multiply(a, _derivative(erf)(divide(a, _ROOT_2))), _ROOT_2))
    return add(multiply(Constant(0.5, texts="1/2"), add(1.0, erf(divide(a, _ROOT_2)))), density)


gelu: Operation = function_of_one_variable(
    "gelu",
    "gelu",
    lambda z: z * _below(z),
    derivative_forward=lambda z: _below(z) + z * _bell(z),
    second=lambda a: _gelu_second(a),
    definition=lambda a: multiply(multiply(Constant(0.5, texts="1/2"), a), add(1.0, erf(divide(a, _ROOT_2)))),
    derivative_definition=_gelu_slope,
)
"""x Φ(x), with the normal distribution Φ itself (Hendrycks and Gimpel, 2016)."""

_gelu_second: Operation = Operation(
    name="gelu_second_derivative",
    forward=lambda z: _bell(z) * (2 - np.square(z)),
    backprop=lambda g, out, a: (g * _gelu_third(a),),
    notation=call(Superscript(Identifier("gelu", upright=True), Operator("″", "postfix"))),
    shape=broadcast_shape,
    elementwise=True,
)


def _gelu_third(a: Expr) -> Expr:
    """φ(x)(x³ − 4x), with φ(x) as gelu″(x)/(2 − x²) would divide by zero: by erf′."""
    density = multiply(Constant(0.5), divide(_derivative(erf)(divide(a, _ROOT_2)), _ROOT_2))
    return density * (a * square(a) - 4 * a)


def _silu_derivative(z: Array) -> Array:
    y = _sigmoid(z)
    return y * (1 + z * _sigmoid(np.negative(z)))


silu: Operation = function_of_one_variable(
    "silu",
    "silu",
    lambda z: z * _sigmoid(z),
    derivative_forward=_silu_derivative,
    second=lambda a: _derivative(sigmoid)(a) * (2 + a * (1 - 2 * sigmoid(a))),
    definition=lambda a: multiply(a, sigmoid(a)),
    derivative_definition=lambda a: multiply(sigmoid(a), add(1.0, multiply(a, subtract(1.0, sigmoid(a))))),
)
"""x σ(x), also called swish (Elfwing et al., 2018)."""

tan: Operation = function_of_one_variable(
    "tan",
    "tan",
    np.tan,
    derivative_forward=lambda z: 1 + np.square(np.tan(z)),
    second=lambda a: 2 * (tan(a) * _derivative(tan)(a)),
    expand=lambda a, out: add(1.0, square(out)),
    definition=lambda a: divide(sine(a), cosine(a)),
    derivative_definition=lambda a: add(1.0, square(tan(a))),
    code="np.tan({0})",
)

arctan: Operation = function_of_one_variable(
    "arctan",
    "arctan",
    np.arctan,
    derivative_forward=lambda z: 1 / (1 + np.square(z)),
    second=lambda a: -(2 * a * square(_derivative(arctan)(a))),
    expand=lambda a, out: divide(1.0, add(1.0, square(a))),
    derivative_definition=lambda a: divide(1.0, add(1.0, square(a))),
    code="np.arctan({0})",
)

sinh: Operation = function_of_one_variable(
    "sinh",
    "sinh",
    np.sinh,
    derivative_forward=np.cosh,
    second=lambda a: sinh(a),
    expand=lambda a, out: cosh(a),
    definition=lambda a: divide(subtract(exp(a), exp(negate(a))), 2.0),
    derivative_definition=lambda a: cosh(a),
    code="np.sinh({0})",
)

cosh: Operation = function_of_one_variable(
    "cosh",
    "cosh",
    np.cosh,
    derivative_forward=np.sinh,
    second=lambda a: cosh(a),
    expand=lambda a, out: sinh(a),
    definition=lambda a: divide(add(exp(a), exp(negate(a))), 2.0),
    derivative_definition=lambda a: sinh(a),
    code="np.cosh({0})",
)
