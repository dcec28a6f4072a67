"""Elementary operations: + − × ÷, powers, √, exp, ln, | |, sign, sin, cos, the greater and the lesser of two.

Everything that a formula can say comes to these in the end (`calculus.lower`), and the tape computes with them alone.

At the foot, the Python operators of formulas. They are for writing rules and tidy as they build: `1·x`, `x + 0`,
`−(−x)`, `(−1)·x`, `−((−x)·y)`. Calling an operation (`add(a, b)`) never tidies: what an author wrote stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bpcli.calculus.expr import (
    Apply,
    Array,
    Constant,
    Expr,
    Notation,
    Operand,
    Operation,
    as_expr,
    broadcast_shape,
    fits,
    is_constant,
)
from bpcli.calculus.ops.writing import (
    ATOM,
    NOTHING,
    POWER,
    PRODUCT,
    SUM,
    between,
    bracket,
    call,
    infix,
    raised,
    write_product,
)
from bpcli.document.mathtree import Fraction, Math, Number, Operator, Root, Row

__all__ = [
    "absolute",
    "add",
    "at_least",
    "at_most",
    "cosine",
    "divide",
    "exp",
    "greater",
    "lesser",
    "log",
    "multiply",
    "negate",
    "power",
    "sign",
    "sine",
    "sqrt",
    "square",
    "subtract",
    "sum_of",
]

add = Operation(
    name="add",
    summands=np.add,
    back=("copied",),
    forward=np.add,
    code="({0}) + ({1})",
    backprop=lambda g, out, a, b: (g, g),
    notation=infix("+", SUM),
    shape=broadcast_shape,
    elementwise=True,
    chain=True,
)

subtract = Operation(
    name="subtract",
    summands=np.add,
    back=("copied", "opposite"),
    forward=np.subtract,
    code="({0}) - ({1})",
    backprop=lambda g, out, a, b: (g, -g),
    notation=infix("−", SUM),
    shape=broadcast_shape,
    elementwise=True,
    chain=True,
)


def _write_negative(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return Row((Operator("−", "prefix"), operands[0]))


negate = Operation(
    name="negate",
    summands=np.positive,
    back=("opposite",),
    forward=np.negative,
    code="-({0})",
    backprop=lambda g, out, a: (-g,),
    notation=Notation(_write_negative, SUM, (PRODUCT,)),
    shape=broadcast_shape,
    elementwise=True,
)

multiply = Operation(
    name="multiply",
    summands=np.multiply,
    back=("times",),
    forward=np.multiply,
    code="({0}) * ({1})",
    backprop=lambda g, out, a, b: (g * b, g * a),
    notation=Notation(write_product, PRODUCT, (PRODUCT, PRODUCT + 1)),
    shape=broadcast_shape,
    elementwise=True,
)


def _write_quotient(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
    if inputs[1].shape == ():
        return Fraction(operands[0], operands[1])
    return Row((operands[0], Operator("⊘"), operands[1]))


def _quotient_operands(inputs: tuple[Expr, ...]) -> tuple[int, int]:
    """Above and below a fraction stroke nothing needs fences; beside ⊘ it does."""
    return (NOTHING, NOTHING) if inputs[1].shape == () else (PRODUCT, PRODUCT + 1)


divide = Operation(
    name="divide",
    back=("over", "quotient"),
    forward=np.divide,
    code="({0}) / ({1})",
    backprop=lambda g, out, a, b: (g / b, -(g * (a / square(b)))),
    notation=Notation(_write_quotient, PRODUCT, _quotient_operands),
    shape=broadcast_shape,
    elementwise=True,
    has_pole=True,
)


def _power_backprop(g: Expr, out: Expr, base: Expr, exponent: Expr) -> tuple[Expr | None, Expr | None]:
    lowered: Expr
    if isinstance(exponent, Constant) and exponent.shape == ():
        degree = float(exponent.value)
        if degree == 1:
            return (g, None)
        lowered = base if degree == 2 else power(base, degree - 1)
        return (g * (Constant(degree, texts=exponent.texts) * lowered), None)
    lowered = power(base, exponent - 1)
    return (g * (exponent * lowered), g * (out * log(base)))


def _write_power(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return raised(operands[0], operands[1])


power = Operation(
    name="power",
    forward=np.power,
    code="({0}) ** ({1})",
    backprop=_power_backprop,
    notation=Notation(_write_power, POWER, (POWER + 1, NOTHING)),
    shape=broadcast_shape,
    elementwise=True,
)


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
    has_pole=True,
    parameters=(("base", float(np.e)),),
    backprop=lambda g, out, a: (g / a,),
    notation=call("ln"),
    shape=broadcast_shape,
    elementwise=True,
)


def _write_square(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
    return raised(operands[0], Number("2"))


square: Operation = _elementary("square", np.square, lambda out, a: 2 * a, Notation(_write_square, POWER, (POWER + 1,)))
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


def _comparison(name: str, sign: str, holds: Callable[[Array, Array], Array]) -> Operation:
    """1 where the comparison holds and else 0."""
    return Operation(
        name=name,
        forward=lambda a, b: np.where(holds(a, b), 1.0, 0.0)[()],
        code=f"1.0 * (({{0}}) {sign} ({{1}}))",
        backprop=lambda g, out, a, b: (None, None),
        notation=bracket("≥" if sign == ">=" else "≤"),
        shape=broadcast_shape,
        elementwise=True,
        parameters=(("at_tie", 1.0),),
    )


at_least = _comparison("max_of_two_is_first", ">=", np.greater_equal)
at_most = _comparison("min_of_two_is_first", "<=", np.less_equal)


def _choice(name: str, sign: str, forward: Callable[[Array, Array], Array], chooses_first: Operation) -> Operation:
    """The greater or lesser of two, entry by entry; where they are equal the gradient goes to the first."""
    return Operation(
        name=name,
        forward=forward,
        code=f"np.where({{0}} {sign} {{1}}, {{0}}, {{1}})",
        backprop=lambda g, out, a, b: (g * chooses_first(a, b), g * (1 - chooses_first(a, b))),
        notation=call(name.removesuffix("_of_two")),
        shape=broadcast_shape,
        elementwise=True,
    )


greater: Operation = _choice("max_of_two", ">=", np.maximum, at_least)
lesser: Operation = _choice("min_of_two", "<=", np.minimum, at_most)


def sum_of(terms: Sequence[Expr]) -> Expr:
    """`first + second − third …`: a sum written out, a negative term being taken away."""
    total = terms[0]
    for term in terms[1:]:
        if isinstance(term, Apply) and term.operation is negate:
            total = subtract(total, term.inputs[0])
        else:
            total = add(total, term)
    return total


# --- the Python operators ------------------------------------------------------------------------------------------


def _plus(self: Expr, other: Operand) -> Expr:
    other = as_expr(other)
    if is_constant(other, 0.0) and fits(other, self):
        return self
    if is_constant(self, 0.0) and fits(self, other):
        return other
    return add(self, other)


def _minus(self: Expr, other: Operand) -> Expr:
    return subtract(self, as_expr(other))


def _times(self: Expr, other: Operand) -> Expr:
    other = as_expr(other)
    for factor, rest in ((self, other), (other, self)):
        if fits(factor, rest):
            if is_constant(factor, 1.0):
                return rest
            if is_constant(factor, -1.0):
                return _negative(rest)
    return multiply(self, other)


def _over(self: Expr, other: Operand) -> Expr:
    return divide(self, as_expr(other))


def _to_the(self: Expr, other: Operand) -> Expr:
    return power(self, as_expr(other))


def _negative(self: Expr) -> Expr:
    if isinstance(self, Apply) and self.operation is negate:
        return self.inputs[0]
    if isinstance(self, Constant) and self.math is None and self.shape == () and self.texts is None:
        return Constant(-self.value)
    unsigned = without_leading_minus(self)
    return negate(self) if unsigned is None else unsigned


def without_leading_minus(expr: Expr) -> Expr | None:
    """`x·y` for `(−x)·y`, and so for quotients; None where no minus leads."""
    products: list[Apply] = []
    first = expr
    while isinstance(first, Apply) and first.operation in (multiply, divide):
        products.append(first)
        first = first.inputs[0]
    if not products or not isinstance(first, Apply) or first.operation is not negate:
        return None
    unsigned = first.inputs[0]
    for product in reversed(products):
        unsigned = Apply(product.operation, (unsigned, product.inputs[1]))
    return unsigned


for _name, _operator in {
    "__add__": _plus,
    "__radd__": lambda self, other: _plus(as_expr(other), self),
    "__sub__": _minus,
    "__rsub__": lambda self, other: _minus(as_expr(other), self),
    "__mul__": _times,
    "__rmul__": lambda self, other: _times(as_expr(other), self),
    "__truediv__": _over,
    "__rtruediv__": lambda self, other: _over(as_expr(other), self),
    "__pow__": _to_the,
    "__neg__": _negative,
}.items():
    setattr(Expr, _name, _operator)
