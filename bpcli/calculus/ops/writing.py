"""How operations are written: precedence levels and the few shapes that notation takes.

An operand that binds less tightly than its place asks for is fenced by `notation.equation`; a `write` function
therefore only puts operands side by side.
"""

from __future__ import annotations

import math

from bpcli.calculus.expr import Constant, Expr, Notation, Variable
from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Identifier,
    Math,
    Matrix,
    Number,
    Operator,
    Row,
    Subscript,
    Superscript,
)

NOTHING = 0  # an operand that is already enclosed
SUM = 30  # also a leading minus: −x needs fences inside a product and on the right of a sum
PRODUCT = 50
JUXTAPOSED = 60  # a product of matrices, written by putting them side by side
POWER = 80
ATOM = 100

HALF = "1/2"


def infix(symbol: str, precedence: int, *, left: int | None = None, right: int | None = None) -> Notation:
    """`left symbol right`, associating to the left."""

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return Row((operands[0], Operator(symbol), operands[1]))

    return Notation(write, precedence, (left or precedence, right or precedence + 1))


def identifier_call(name: Math, operands: tuple[Math, ...]) -> Math:
    """`name(first, second, …)`."""
    arguments: list[Math] = []
    for position, operand in enumerate(operands):
        if position:
            arguments.append(Operator(",", "postfix"))
        arguments.append(operand)
    body = arguments[0] if len(arguments) == 1 else Row(tuple(arguments))
    return Row((name, Fenced(body)))


def call(name: str | Math, *, upright: bool = True) -> Notation:
    """`name(operand, …)`."""
    identifier = Identifier(name, upright) if isinstance(name, str) else name

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return identifier_call(identifier, operands)

    return Notation(write, ATOM, (NOTHING,))


def between(opening: str, closing: str) -> Notation:
    """`opening operand closing`, as in |x|."""

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return Fenced(operands[0], opening, closing)

    return Notation(write, ATOM, (NOTHING,))


def bracket(sign: str) -> Notation:
    """[a ≥ b], which is 1 where this holds and else 0 (Iverson's bracket; Knuth 1992, *Two notes on notation*)."""

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return Fenced(Row((operands[0], Operator(sign, "relation"), operands[1])), "[", "]")

    return Notation(write, ATOM, (NOTHING, NOTHING))


def raised(base: Math, script: Math) -> Math:
    """`base` to the power `script`; a base that has a superscript of its own (a layer number) is fenced."""
    inner = base.base if type(base) is Subscript else base
    return Superscript(Fenced(base) if type(inner) is Superscript else base, script)


LN = Identifier("ln", upright=True)


def logarithm_symbol(base: float) -> Math:
    """`ln`, `log₂`, …"""
    if base == math.e:
        return LN
    return Subscript(Identifier("log", upright=True), Number(short_text(base)))


def logarithm_of(base: float, of: Math) -> Math:
    """`ln y`, without fences."""
    return Row((logarithm_symbol(base), Operator(INVISIBLE_TIMES), of))


def short_text(value: float) -> str:
    """A whole number without its decimal point."""
    return str(int(value)) if value == int(value) else repr(value)


def number_math(text: str) -> Math:
    """A number as it was written: `0.20`, `1/3` as a fraction, ½."""
    if text == HALF:
        return Number("½")
    numerator, _, denominator = text.partition("/")
    return Fraction(Number(numerator), Number(denominator)) if denominator else Number(text)


def leads_with_number(written: Math) -> bool:
    """Whether what is written begins with a digit, so that putting it after another factor would misread."""
    while True:
        if type(written) is Row:
            written = written.items[0]
        elif type(written) is Superscript or type(written) is Subscript:
            written = written.base
        elif type(written) is Fraction:
            written = written.numerator
        else:
            return type(written) is Number


def write_product(operands: tuple[Math, ...], inputs: tuple[Expr, ...]) -> Math:
    """⊙ between matrices; otherwise side by side where that cannot be misread, and · where it could."""
    left, right = operands
    if inputs[0].shape != () and inputs[1].shape != ():
        sign = Operator("⊙")
    elif (
        leads_with_number(right)
        or type(right) in (Matrix, Fenced)
        or (type(right) is Fraction and not right.solid)
        or not isinstance(inputs[1], Variable)
    ) and not (_is_coefficient(inputs[0]) and not leads_with_number(right) and type(right) is not Matrix):
        sign = Operator("·")
    else:
        sign = Operator(INVISIBLE_TIMES)
    return Row((left, sign, right))


def _is_coefficient(expr: Expr) -> bool:
    """A factor such as ½, 1/m or η, which nobody reads as a function of what follows; not a value put in."""
    named = isinstance(expr, Constant) and (expr.math is not None or expr.texts is not None)
    return named and expr.shape == () and expr.variable is None  # type: ignore[attr-defined]
