"""Math as MathML Core, which browsers draw without a script: `<msup><mi>W</mi><mrow>…</mrow></msup>`.

What comes from a problem file only ever becomes character data.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from bpcli.document.mathtree import (
    BLANK,
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Identifier,
    Math,
    Matrix,
    Number,
    Operator,
    Root,
    Row,
    Subscript,
    Superscript,
    Words,
)
from bpcli.document.safe import safe
from bpcli.notation.scripts import joined_scripts
from bpcli.notation.shapes import is_tall, tail, tails
from bpcli.notation.symbols import flatten, head, is_times, split_accent
from bpcli.notation.text import elided_rows, number_text, power_base

TIMES = f"<mo>&#x{ord(INVISIBLE_TIMES):X};</mo>"
"""A product written by juxtaposition."""

SPACED_TIMES = TIMES.replace("<mo", '<mo lspace="0.17em"')
"""The same between matrices and words, which would touch."""

_HALF = '<mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac>'
_ACCENTS = {"\u0302": "^", "\u0304": "¯", "\u0303": "~", "\u0307": "˙", "\u20d7": "→"}
_LETTERS = frozenset("∂′″‴⊤∇Δ∞…")
"""Signs that stand as letters do, without space of their own."""

_SLANTED = frozenset("∂")


def math_element(math: Math, *, display: bool = False) -> str:
    """A `<math>` element; with `display`, quotients and sums have their full size."""
    style = ' displaystyle="true"' if display else ""
    return f"<math{style}>{to_mathml(math)}</math>"


def to_mathml(math: Math) -> str:
    """The formula as one MathML element, to stand in a `<math>`."""
    return _WRITERS[type(math)](math)


def _text(text: str) -> str:
    return escape(safe(text))


def _identifier(node: Identifier) -> str:
    letter, accent = split_accent(node.name)
    if accent:
        sign = f'<mo stretchy="false">{_ACCENTS[accent]}</mo>'
        return f'<mover accent="true"><mi>{_text(letter)}</mi>{sign}</mover>'
    if len(node.name) == 1:
        upright = (node.upright and node.name.isascii()) or node.name in _LETTERS - _SLANTED
        return f"<mi{_NORMAL if upright else ''}>{_text(node.name)}</mi>"
    if node.upright:
        return f"<mi>{_text(node.name)}</mi>"
    return f'<mi class="word">{_text(node.name)}</mi>'


_NORMAL = ' mathvariant="normal"'


def _number(node: Number) -> str:
    if node.text == "½":
        return _HALF
    return _number_element(node.text)


def _number_element(text: str) -> str:
    if text == BLANK:
        return '<mtext class="blank">______</mtext>'
    mantissa, e, exponent = text.partition("e")
    digits = mantissa.lstrip("-").replace(",", ".").replace(".", "", 1)
    if e and digits.isdecimal() and exponent.lstrip("+-").isdecimal():
        power = number_text(exponent.removeprefix("+").replace("-0", "-"), False)
        return (
            f"<mrow><mn>{_text(number_text(mantissa, False))}</mn><mo>×</mo>"
            f"<msup><mn>10</mn><mn>{_text(power)}</mn></msup></mrow>"
        )
    return f"<mn>{escape(number_text(text, False))}</mn>"


def _words(node: Words) -> str:
    return f'<mspace width="1em"/><mtext>{_text(node.text)}</mtext><mspace width="1em"/>'


def _operator(node: Operator) -> str:
    if is_times(node):
        return TIMES
    symbol = _text("−" if node.symbol == "-" else node.symbol)
    if node.symbol in _LETTERS:
        return f"<mi{'' if node.symbol in _SLANTED else _NORMAL}>{symbol}</mi>"
    if len(node.symbol) > 1 and node.symbol.isalpha():
        return f"<mi>{symbol}</mi>" + (_THIN if node.form == "prefix" else "")
    if node.form == "prefix":
        return f'<mo form="prefix">{_SUMS.get(symbol, symbol)}</mo>'
    if node.form == "postfix":
        space = ' lspace="0" rspace="0.2em"' if node.symbol in ",;:" else ""
        return f'<mo form="postfix"{space}>{symbol}</mo>'
    if node.symbol == "/":
        return '<mo lspace="0.1em" rspace="0.1em" stretchy="false">/</mo>'
    spaces = ' lspace="0.28em" rspace="0.28em"' if node.form == "relation" else ' lspace="0.22em" rspace="0.22em"'
    return f'<mo form="infix"{spaces} stretchy="false">{symbol}</mo>'


_THIN = '<mspace width="0.17em"/>'
_SUMS = {"Σ": "∑", "Π": "∏"}


def _row(node: Row) -> str:
    written: list[str] = []
    items = flatten(node)
    for place, item in enumerate(items):
        if is_times(item):
            near = items[max(place - 1, 0)], items[min(place + 1, len(items) - 1)]
            written.append(SPACED_TIMES if any(map(_is_wide, near)) else TIMES)
        else:
            written.append(to_mathml(item))
    return f"<mrow>{''.join(written)}</mrow>"


def _is_wide(node: Math) -> bool:
    """What needs some space beside it in a product: a matrix, a word."""
    carrier = head(node)
    return type(carrier) is Matrix or (type(carrier) is Identifier and len(carrier.name) > 1)


def _scripts(node: Superscript | Subscript) -> str:
    base, lower, upper = joined_scripts(node)
    carrier = power_base(base)
    inner = to_mathml(carrier)
    if type(carrier) is Words:
        inner = f"<mrow>{inner}</mrow>"
    raised = "".join(map(_script, upper))
    if len(upper) > 1:
        raised = f"<mrow>{raised}</mrow>"
    if lower is None:
        return f"<msup>{inner}{raised}</msup>"
    lowered = _script(lower)
    if _takes_limits(carrier):
        tags = "munderover" if upper else "munder"
        return f"<{tags}>{inner}{lowered}{raised}</{tags}>"
    return f"<msubsup>{inner}{lowered}{raised}</msubsup>" if upper else f"<msub>{inner}{lowered}</msub>"


def _takes_limits(node: Math) -> bool:
    """A sum, whose indices stand below it."""
    return type(node) is Operator and node.symbol in "Σ∑Π∏"


def _script(node: Math) -> str:
    written = to_mathml(node)
    return f"<mrow>{written}</mrow>" if type(node) is Words else written


def _fraction(node: Fraction) -> str:
    size = ""
    if type(node.numerator) is Number and type(node.denominator) is Number:
        size = ' displaystyle="false"' if len(node.numerator.text + node.denominator.text) < 3 else ""
    return f"<mfrac{size}>{_script(node.numerator)}{_script(node.denominator)}</mfrac>"


def _fenced(node: Fenced) -> str:
    opening, closing = (_fence(sign, form) for sign, form in ((node.opening, "prefix"), (node.closing, "postfix")))
    if not is_tall(node.body):
        opening, closing = (sign.replace("<mo ", '<mo stretchy="false" ') for sign in (opening, closing))
    return f"<mrow>{opening}{to_mathml(node.body)}{closing}</mrow>"


def _fence(sign: str, form: str) -> str:
    return f'<mo form="{form}" lspace="0" rspace="0">{_text(sign)}</mo>' if sign else ""


def _matrix(node: Matrix) -> str:
    rows = elided_rows(node)
    longest = tails(rows)
    drawn = [f"<mtr>{''.join(map(_cell, row, longest))}</mtr>" for row in rows]
    fences = (f'<mo form="{form}" class="bracket">{sign}</mo>' for form, sign in (("prefix", "["), ("postfix", "]")))
    opening, closing = fences
    matrix = f'<mrow class="matrix">{opening}<mtable>{"".join(drawn)}</mtable>{closing}</mrow>'
    if node.elided is None:
        return matrix
    shape = f"<mrow><mn>{node.elided[0]}</mn><mo>×</mo><mn>{node.elided[1]}</mn></mrow>"
    return f"<msub>{matrix}{shape}</msub>"


def _cell(text: str, longest: int) -> str:
    if text in _DOTS:
        return f'<mtd class="dots"><mo>{"⋯" if text == "…" else text}</mo></mtd>'
    missing = longest - (tail(text) if "e" not in text else longest)
    # The room of the digits that are not there, so that decimal points stand under each other.
    style = f' style="--tail:{missing - (missing == longest) * 0.5:g}ch"' if missing else ""
    return f"<mtd{style}>{_number_element(text)}</mtd>"


_DOTS = frozenset("…⋮⋱")


def _root(node: Root) -> str:
    return f"<msqrt>{to_mathml(node.body)}</msqrt>"


_WRITERS: dict[type[Any], Callable[[Any], str]] = {
    Identifier: _identifier,
    Number: _number,
    Words: _words,
    Operator: _operator,
    Row: _row,
    Superscript: _scripts,
    Subscript: _scripts,
    Fraction: _fraction,
    Fenced: _fenced,
    Matrix: _matrix,
    Root: _root,
}
