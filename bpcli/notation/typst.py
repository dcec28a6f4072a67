"""Math in the notation of Typst, without the dollars: `frac(∂ L, ∂ a^((2))) = ∇ _(y) L ⊙ σ'`.

Typst reads mathematical characters as they are. Single letters, digits and known signs stand for themselves; every
other text is a string in quotes, so that no name can be a command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bpcli.document.mathtree import (
    BLANK,
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
from bpcli.notation.symbols import GREEK, flatten, head, is_times, split_accent
from bpcli.notation.text import elided_rows, number_text, power_base

_SIGNS = {sign: sign for sign in "=+±×⊗⊙∘⊘÷≈≃≠≤≥≪≫≡≔∝∈∞∂∇∑∏∫⊤→←↦⇒…⋯⋮⋱!?<>"} | {
    "-": "−",
    "−": "−",
    "·": "⋅",
    "⋅": "⋅",
    "∗": "∗",
    "*": "∗",
    "Δ": "upright(Δ)",
    "Σ": "∑",
    "Π": "∏",
    "/": r"\/",
    ",": r"\,",
    ";": r"\;",
    ":": r"\:",
    ".": ".",
    "′": "′",
    "″": "″",
    "‴": "‴",
    "½": "inline(frac(1, 2))",
}
_ACCENTS = {"\u0302": "hat", "\u0304": "macron", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "arrow"}
_FENCES = {
    "(": r"\(",
    ")": r"\)",
    "[": r"\[",
    "]": r"\]",
    "{": r"\{",
    "}": r"\}",
    "|": "|",
    "‖": "‖",
    "⟨": "⟨",
    "⟩": "⟩",
    "⌊": "⌊",
    "⌋": "⌋",
    "⌈": "⌈",
    "⌉": "⌉",
}
_BARS = ("|", "‖")
_DIGITS = frozenset("0123456789.")
_ROOM = "#box(inset: (y: 0.12em), box(width: 4.4em, height: 1.6em, baseline: 0.5em, stroke: 0.5pt + luma(130)));"
"""A box to write a number in, with some air above and below it."""


def to_typst(math: Math) -> str:
    """The formula in Typst's mathematical mode."""
    return _WRITERS[type(math)](math)


def typst_string(text: str) -> str:
    """Text from outside as a string literal."""
    return '"' + safe(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _identifier(node: Identifier) -> str:
    name = node.name
    letter, accent = split_accent(name)
    if accent:
        return f"{_ACCENTS[accent]}({_letter(letter, upright=False)})"
    if len(name) == 1:
        return _letter(name, upright=node.upright)
    return f"op({typst_string(name)})" if node.upright else f'class("normal", italic({typst_string(name)}))'


def _letter(letter: str, *, upright: bool) -> str:
    if letter.isascii() and letter.isalpha():
        return f"upright({letter})" if upright else letter
    if letter in GREEK:
        return letter
    return _SIGNS.get(letter) or (letter if letter in "0123456789" else typst_string(letter))


def _number(node: Number) -> str:
    return _number_typst(node.text)


def _number_typst(text: str) -> str:
    if text == BLANK:
        return _ROOM
    mantissa, e, exponent = text.partition("e")
    if e and _is_plain(mantissa.removeprefix("-").replace(",", "", 1)) and _is_plain(exponent.lstrip("+-")):
        return f"{_number_typst(mantissa)} × 10^({_number_typst(str(int(exponent)))})"
    if text in _SIGNS:
        return _SIGNS[text]
    if text.startswith("-") and _is_plain(text[1:]):
        return f"−{text[1:]}"
    if "," in text and _is_plain(text.removeprefix("-").replace(",", "", 1)):
        sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
        return f'{sign}"{digits}"'  # a comma outside a text would separate
    return text if _is_plain(text) else typst_string(number_text(text, False))


def _is_plain(text: str) -> bool:
    return bool(text) and _DIGITS.issuperset(text)


def _words(node: Words) -> str:
    return f"quad {typst_string(node.text)} quad"


def _operator(node: Operator) -> str:
    if is_times(node):
        return ""
    sign = _SIGNS.get(node.symbol)
    if sign is None:
        return f"op({typst_string(node.symbol)})"
    if node.form == "prefix" and sign in "−+±":
        return f'class("unary", {sign})'
    return sign


def _row(node: Row) -> str:
    written: list[str] = []
    items = flatten(node)
    for place, item in enumerate(items):
        if is_times(item):
            near = items[max(place - 1, 0)], items[min(place + 1, len(items) - 1)]
            if any(map(_is_wide, near)):
                written.append("thin")
        else:
            written.append(to_typst(item))
    return " ".join(part for part in written if part)


def _is_wide(node: Math) -> bool:
    """What needs some space beside it in a product: a matrix, a word."""
    carrier = head(node)
    return type(carrier) is Matrix or (type(carrier) is Identifier and len(carrier.name) > 1)


def _scripts(node: Superscript | Subscript) -> str:
    base, lower, upper = joined_scripts(node)
    inner = to_typst(power_base(base))
    if type(base) in _ONE_PIECE:
        below = f"_({to_typst(lower)})" if lower is not None else ""
        return inner + below + (f"^({_upper(upper)})" if upper else "")
    below = f", b: {_argument(to_typst(lower))}" if lower is not None else ""
    above = f", t: {_argument(_upper(upper))}" if upper else ""
    return f"attach({_argument(inner)}{below}{above})"


_ONE_PIECE = (Identifier, Operator, Matrix)
"""What Typst takes whole as the base of a script."""


def _upper(scripts: list[Math]) -> str:
    return " ".join(to_typst(script) for script in scripts)


def _argument(text: str) -> str:
    """A formula as an argument of a function: not empty."""
    return text or '""'


def _fraction(node: Fraction) -> str:
    numerator, denominator = _argument(to_typst(node.numerator)), _argument(to_typst(node.denominator))
    quotient = f"frac({numerator}, {denominator})"
    small = type(node.numerator) is Number and type(node.denominator) is Number and len(numerator + denominator) < 3
    return f"inline({quotient})" if small else quotient


def _fenced(node: Fenced) -> str:
    opening, closing = _FENCES.get(node.opening, ""), _FENCES.get(node.closing, "")
    body = to_typst(node.body)
    if opening in _BARS:
        opening = f'class("opening", {opening})'
    if closing in _BARS:
        closing = f'class("closing", {closing})'
    return f"lr({opening} {body} {closing})" if is_tall(node.body) else f"{opening} {body} {closing}".strip()


def _matrix(node: Matrix) -> str:
    rows = elided_rows(node)
    longest = tails(rows)
    body = "; ".join(", ".join(map(_cell, row, longest)) for row in rows)
    matrix = f'mat(delim: "[", align: #right, {body})'
    return f"attach({matrix}, br: {node.elided[0]} × {node.elided[1]})" if node.elided else matrix


def _cell(text: str, longest: int) -> str:
    if text == "…":
        return "⋯"
    missing = longest - (tail(text) if "e" not in text and text not in "⋮⋱" else longest)
    if not missing:
        return _number_typst(text)
    # Digits that are not seen, so that decimal points stand under each other.
    unseen = "0" * missing if missing < longest else "." + "0" * (missing - 1)
    return f'{_number_typst(text)}#hide[$"{unseen}"$];'


def _root(node: Root) -> str:
    return f"sqrt({_argument(to_typst(node.body))})"


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
