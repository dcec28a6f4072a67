"""Math on one line of text, in Unicode or in ASCII.

`∂L/∂a⁽²⁾ = ∂L/∂y ⊙ σ′(a⁽²⁾)` is `dL/da(2) = dL/dy (*) sigma'(a(2))` in ASCII. There a script in parentheses is a layer
or an iteration (`a(2)`, `W(k-1)`), a power has a caret (`x^2`) and so has a transpose (`W(2)^T`), a lower index has an
underscore (`b_1`) and a prime stays a prime.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
from bpcli.notation.ascii import SYMBOLS, ascii_text
from bpcli.notation.symbols import ACCENTS, flatten, head, is_times, pieces, split_accent, vulgar

_SUPERSCRIPTS = dict(
    zip(
        "0123456789+−-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRUVWβγδθφ⊤′″‴*∗.",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵁⱽᵂᵝᵞᵟᶿᵠᵀ′″‴**·",
        strict=True,
    )
)
_SUBSCRIPTS = dict(zip("0123456789+−-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_MARKS = frozenset("⊤′″‴")
_ROOM = "______"

_AROUND_SIGNS = re.compile(r"\s*([^\w\s()\[\]])\s*")
"""Spaces that a script does without; those between factors side by side stay, or `a b` would read as a name."""


def to_text(math: Math, *, ascii: bool = False) -> str:  # noqa: A002
    """The formula on one line; with `ascii`, whatever its names hold, in ASCII only."""
    return _WRITERS[type(math)](math, ascii)


def number_text(text: str, plain: bool) -> str:
    """A number as it is read: with a true minus sign where there is one; a blank as a line to write on."""
    if text == BLANK:
        return _ROOM
    if plain:
        return ascii_text(safe(text))
    text = text.replace("-", "−")
    return text if _NUMERIC.issuperset(text) else safe(text)


_NUMERIC = frozenset("0123456789.,−+e…⋮⋱")
_NUMERIC_ROW = _NUMERIC | {" "}


def numbers_text(texts: Sequence[str], plain: bool) -> list[str]:
    """`number_text` of every text; a row of nothing but numbers, which most are, is looked at as a whole."""
    whole = " ".join(texts).replace("-", "−")
    if not plain and _NUMERIC_ROW.issuperset(whole) and len(found := whole.split(" ")) == len(texts):
        return found
    return [number_text(text, plain) for text in texts]


def is_numeric(texts: Sequence[str]) -> bool:
    """Whether the texts are numbers as they are read, so that every character takes one cell."""
    return _NUMERIC.issuperset("".join(texts))


def _leaf(text: str, plain: bool) -> str:
    text = safe(text)
    return ascii_text(text) if plain else text


def _identifier(node: Identifier, plain: bool) -> str:
    if plain:
        letter, accent = split_accent(node.name)
        if accent:
            return ascii_text(letter) + ACCENTS[accent]
    return _leaf(node.name, plain)


def _number(node: Number, plain: bool) -> str:
    return number_text(node.text, plain)


def _words(node: Words, plain: bool) -> str:
    return _leaf(node.text, plain)


def _operator(node: Operator, plain: bool) -> str:
    if is_times(node):
        return " "
    return _leaf("−" if node.symbol == "-" else node.symbol, plain)


def _row(node: Row, plain: bool) -> str:
    written: list[str] = []
    word_before = False
    for piece in pieces(node, vulgar_forms=not plain):
        text = to_text(piece.node, ascii=plain)
        if piece.fence:
            text = f"({text})"
        if piece.space or (word_before and not text.startswith("(")):
            written.append(" ")
        written.append(text)
        word_before = plain and _is_spelled_prefix(piece.node)
    return "".join(written)


def _is_spelled_prefix(node: Math) -> bool:
    """A prefix sign that becomes a word in ASCII: `∇L` is `grad L`."""
    operator = head(node)
    return (
        type(operator) is Operator and operator.form == "prefix" and len(word := SYMBOLS.get(operator.symbol, "")) > 1
    ) and word.isalpha()


def _fraction(node: Fraction, plain: bool) -> str:
    if not plain and (character := vulgar(node)):
        return character
    numerator = to_text(node.numerator, ascii=plain)
    denominator = to_text(node.denominator, ascii=plain)
    if not node.solid:
        if _is_compound(node.numerator, above=True):
            numerator = f"({numerator})"
        if _is_compound(node.denominator, above=False):
            denominator = f"({denominator})"
    return f"{numerator}/{denominator}"


def _is_compound(node: Math, *, above: bool) -> bool:
    """Whether a numerator (`above`) or denominator needs fences beside the stroke."""
    items = flatten(node)
    if len(items) == 1:
        only = items[0]
        if type(only) is Number:
            return not above and only.text.startswith("-")
        return type(only) is Fraction and not (above and vulgar(only))
    if any(type(item) is Words for item in items):
        return True
    for item in items:
        operator = head(item)
        if type(operator) is Operator:
            symbol, form = operator.symbol, operator.form
            product = is_times(operator) or symbol in ("·", "×")
            if form in ("infix", "relation") and not (above and product):
                return True
            if form == "prefix" and (symbol in "Σ∑Π∏" or (not above and symbol in "−-")):
                return True
        elif type(item) is Fraction and not item.solid:
            return True
    has_sign = any(type(head(item)) is Operator for item in items)
    applied = len(items) == 2 and type(items[1]) is Fenced
    return not above and not has_sign and not applied


def power_base(node: Math) -> Math:
    """The base of a script, in parentheses where the script would otherwise belong to its last part only."""
    items = flatten(node)
    if len(items) > 1:
        applied = len(items) == 2 and type(items[1]) is Fenced and type(head(items[0])) is Identifier
        operators = sum(type(item) is Operator for item in items)
        return node if applied or not operators else Fenced(node)
    only = items[0] if items else node
    if type(only) is Fraction or (type(only) is Number and only.text.startswith("-")):
        return node if vulgar(only) else Fenced(node)
    if type(only) is Superscript and type(only.script) is Number:
        return Fenced(node)
    return node


def script_text(node: Math, plain: bool, *, upper: bool) -> str:
    """A script as it follows its base: `⁽²⁾`, `ᵀ`, `₁`, or `^(…)` and `_(…)` where there are no characters for it."""
    items = flatten(node)
    marks = ""
    while upper and items and (mark := _mark(items[-1])):
        marks = mark + marks
        items.pop()
    if plain:
        marks = "".join("^T" if mark == "⊤" else ascii_text(mark) for mark in marks)
    else:
        marks = "".join(_SUPERSCRIPTS[mark] for mark in marks)
    return _script(items, plain, upper=upper) + marks if items else marks


def _mark(node: Math) -> str:
    name = node.name if type(node) is Identifier else node.symbol if type(node) is Operator else ""
    return name if name and all(c in _MARKS for c in name) else ""


def _script(items: list[Math], plain: bool, *, upper: bool) -> str:
    node = items[0] if len(items) == 1 else Row(tuple(items))
    text = to_text(node, ascii=plain)
    if not any(type(item) is Words for item in items):
        text = _AROUND_SIGNS.sub(r"\1", text)
    if not text:
        return ""
    fenced = len(items) == 1 and type(items[0]) is Fenced and text[:1] in "(["
    if plain:
        if upper and fenced:
            return text
    elif not (text.isalpha() and len(text) > 2 and len(items) == 1):
        table = _SUPERSCRIPTS if upper else _SUBSCRIPTS
        # The mark within h⁽²·³⁾ would read as a product in x^2.5.
        if all(c in table for c in text) and ("." not in text or fenced):
            return "".join(table[c] for c in text)
    sign = "^" if upper else "_"
    return sign + (text if fenced or text.replace(".", "").isalnum() else f"({text})")


def _superscript(node: Superscript, plain: bool) -> str:
    return to_text(power_base(node.base), ascii=plain) + script_text(node.script, plain, upper=True)


def _subscript(node: Subscript, plain: bool) -> str:
    return to_text(power_base(node.base), ascii=plain) + script_text(node.script, plain, upper=False)


def _fenced(node: Fenced, plain: bool) -> str:
    opening, closing = _leaf(node.opening, plain), _leaf(node.closing, plain)
    gap = " " if opening == "{" and not closing else ""
    return opening + gap + to_text(node.body, ascii=plain) + closing


def elided_rows(node: Matrix) -> list[list[str]]:
    """The cells of a matrix with `⋮` and `⋱` in its elided rows."""
    rows = [list(row) for row in node.rows]
    if node.elided is None:
        return rows
    gaps = {j for j in range(len(rows[0])) if all(row[j] == "…" for row in rows)} if rows else set()
    for row in rows:
        if row and all(cell == "…" for cell in row):
            row[:] = ["⋱" if j in gaps and len(gaps) < len(row) else "⋮" for j in range(len(row))]
    return rows


def _matrix(node: Matrix, plain: bool) -> str:
    if len(node.rows) > 1 and node.elided is not None:
        # On one line the rows follow each other, and a whole row left out is one ellipsis.
        rows = [("…",) if row and all(cell == "…" for cell in row) else row for row in node.rows]
    else:
        rows = list(node.rows)
    body = "; ".join(" ".join(number_text(cell, plain) for cell in row) for row in rows)
    shape = f"({node.elided[0]}×{node.elided[1]})" if node.elided else ""
    return f"[{body}]" + (ascii_text(shape) if plain else shape)


def _root(node: Root, plain: bool) -> str:
    sign = "sqrt" if plain else "√"
    simple = len(flatten(node.body)) == 1 and type(head(node.body)) in (Identifier, Number)
    body = to_text(node.body, ascii=plain)
    return sign + (body if (simple and not plain) or type(node.body) is Fenced else f"({body})")


_WRITERS: dict[type[Any], Callable[[Any, bool], str]] = {
    Identifier: _identifier,
    Number: _number,
    Words: _words,
    Operator: _operator,
    Row: _row,
    Superscript: _superscript,
    Subscript: _subscript,
    Fraction: _fraction,
    Fenced: _fenced,
    Matrix: _matrix,
    Root: _root,
}
