"""Names of the characters of mathematics, and how the items of a row stand beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

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
    Words,
)

_GREEK_NAMES = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon
    phi chi psi omega epsilon theta phi rho
"""
GREEK = dict(zip("αβγδεζηθικλμνξοπρςστυφχψωϵϑϕϱ", _GREEK_NAMES.split(), strict=True))
GREEK |= {letter.upper(): name.capitalize() for letter, name in list(GREEK.items())[:25] if letter != "ς"}

ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "vec"}
"""Combining characters that mathematics uses."""

VULGAR = {("1", "2"): "½", ("1", "3"): "⅓", ("2", "3"): "⅔", ("1", "4"): "¼", ("3", "4"): "¾"}

_VULGAR_SIGNS = frozenset(VULGAR.values())
_BIG = frozenset("Σ∑Π∏∫")
_PUNCTUATION = frozenset(",;:")


def split_accent(name: str) -> tuple[str, str]:
    """`ŷ` as `y` and the combining accent; no accent where the name is not one accented letter."""
    if len(name) > 2 or name.isascii():
        return name, ""
    import unicodedata

    letters = unicodedata.normalize("NFD", name)
    return (letters[0], letters[1]) if len(letters) == 2 and letters[1] in ACCENTS else (name, "")


def head(node: Math) -> Math:
    """What carries the scripts: `Σ` of `Σᵢ`, `W` of `W⁽²⁾ᵀ`."""
    while type(node) is Superscript or type(node) is Subscript:
        node = node.base
    return node


def flatten(node: Math) -> list[Math]:
    """The items of a row with the rows inside it opened; any other node is the only item."""
    if type(node) is not Row:
        return [node]
    items: list[Math] = []
    stack: list[Iterator[Math]] = [iter(node.items)]
    while stack:
        for item in stack[-1]:
            if type(item) is Row:
                stack.append(iter(item.items))
                break
            items.append(item)
        else:
            stack.pop()
    return items


def vulgar(node: Math) -> str:
    """The one-character form of a fraction such as ½, or nothing."""
    if type(node) is Number:
        return node.text if node.text in _VULGAR_SIGNS else ""
    if type(node) is Fraction and type(node.numerator) is Number and type(node.denominator) is Number:
        return VULGAR.get((node.numerator.text, node.denominator.text), "")
    return ""


def is_times(node: Math) -> bool:
    """A product written by juxtaposition."""
    return type(node) is Operator and node.symbol == INVISIBLE_TIMES


class Piece(NamedTuple):
    """An item of a row: whether a space stands before it, and whether it needs fences when written on one line."""

    node: Math
    space: bool
    fence: bool


def _form(node: Math) -> str:
    operator = head(node)
    if type(operator) is not Operator:
        return ""
    return "punctuation" if operator.symbol in _PUNCTUATION else operator.form


def _is_big(node: Math) -> bool:
    """An operator that reads like a word: `Σ`, `max`."""
    operator = head(node)
    return type(operator) is Operator and (operator.symbol in _BIG or len(operator.symbol) > 1)


def _is_quotient(node: Math, *, vulgar_forms: bool) -> bool:
    return type(node) is Fraction and not node.solid and not (vulgar_forms and vulgar(node))


def _juxtaposed(before: Math, after: Math, *, vulgar_forms: bool) -> bool:
    """Whether two neighbours with no operator between them need a space."""
    left, right = head(before), head(after)
    if type(left) is Words or type(right) is Words or _is_quotient(before, vulgar_forms=vulgar_forms):
        return True
    if type(left) is Identifier and type(right) is Identifier:
        return any(len(item.name) > (1 if vulgar_forms or item.name.isascii() else 0) for item in (left, right))
    if type(left) is Fraction:
        return left.solid and type(right) is not Fenced
    return type(left) in (Matrix, Number) and type(right) in (Matrix, Number)


def _space(before: Math, after: Math, times: bool, *, vulgar_forms: bool) -> bool:
    left, right = _form(before), _form(after)
    if right in ("punctuation", "postfix"):
        return False
    if left in ("infix", "relation", "punctuation") or right in ("infix", "relation"):
        return True
    if times:
        return not (vulgar_forms and vulgar(before)) or type(after) in (Number, Matrix)
    if left == "prefix":
        return _is_big(before) and type(after) is not Fenced
    if right == "prefix":
        return _is_big(after) and not vulgar(before)
    return _juxtaposed(before, after, vulgar_forms=vulgar_forms)


def pieces(node: Math, *, vulgar_forms: bool = True) -> Iterator[Piece]:
    """The items of a row in order, juxtaposition turned into spaces.

    `vulgar_forms` says that ½ is written as one character.
    """
    before: Math | None = None
    times = False
    items = flatten(node)
    for index, item in enumerate(items):
        if is_times(item):
            times = True
            continue
        space = before is not None and _space(before, item, times, vulgar_forms=vulgar_forms)
        fence = False
        if _is_quotient(item, vulgar_forms=vulgar_forms) and not vulgar(item):
            after = items[index + 1] if index + 1 < len(items) else None
            factor = after is not None and (is_times(after) or _form(after) in ("", "prefix"))
            divided = before is not None and type(before) is Operator and before.symbol in ("/", "÷", "⊘")
            fence = factor or divided
        yield Piece(item, space, fence)
        before, times = item, False
