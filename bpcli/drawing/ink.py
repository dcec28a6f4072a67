"""Formulas as runs of text for SVG: italic or upright, on the line, raised or lowered; and about how wide they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bpcli.document.mathtree import (
    Fenced,
    Fraction,
    Identifier,
    Math,
    Number,
    Operator,
    Root,
    Row,
    Subscript,
    Superscript,
)
from bpcli.notation.symbols import head, is_times, pieces, vulgar
from bpcli.notation.text import power_base, to_text

SCRIPT = 0.7
SLACK = 1.06
"""Fonts differ: what is measured here is a little more than Times takes."""

_ADVANCES = {
    0.2: "|",
    0.25: " .,′\u00a0",
    0.28: "ijlt;:/!",
    0.34: "frI()[]{}-'",
    0.39: "sJ",
    0.45: "acez″",
    0.5: "bdghknopquvxy0123456789∂·‖",
    0.57: "FPSσ+−=<>≈⊙⊘±×",
    0.62: "ELTZ",
    0.67: "BCR",
    0.73: "ADGHKNOQUVXYwΩΣ∇",
    0.78: "m",
    0.9: "M",
    0.95: "W",
}
_ADVANCE = {character: width for width, characters in _ADVANCES.items() for character in characters}
"""How wide the letters of Times are, in parts of the size."""


class Run(NamedTuple):
    """Text in one style. `level`: 1 raised, −1 lowered. `opens`: a line may begin here."""

    text: str
    italic: bool = False
    level: int = 0
    opens: bool = False


def script_size(level: int) -> float:
    return SCRIPT if level else 1.0


def runs(math: Math) -> list[Run]:
    """The formula from left to right; quotients with a stroke, matrices on one line."""
    return list(_emit(math, 0, top=True))


def _emit(node: Math, level: int, *, top: bool = False) -> Iterator[Run]:
    if type(node) is Row:
        yield from _row(node, level, top)
    elif type(node) is Identifier:
        letter = len(node.name) <= 2 and not node.upright
        yield Run(to_text(node), letter and not node.name.isdigit(), level)
    elif type(node) is Superscript or type(node) is Subscript:
        yield from _emit(power_base(node.base), level)
        step = 1 if type(node) is Superscript else -1
        script = node.script
        prime = type(script) is Operator and script.symbol in "′″‴"
        # A script of a script stays at its height: two steps are all that can be read.
        yield from _emit(script, level if prime else level or step)
    elif type(node) is Fenced:
        yield Run(to_text(Operator(node.opening, "postfix")), False, level)
        yield from _emit(node.body, level)
        yield Run(to_text(Operator(node.closing, "postfix")), False, level) if node.closing else Run("", False, level)
    elif type(node) is Fraction and not vulgar(node):
        yield from _fraction(node, level)
    elif type(node) is Root and type(node.body) in (Identifier, Number):
        yield Run("√", False, level)
        yield from _emit(node.body, level)
    elif type(node) is Root:
        yield Run("√(", False, level)
        yield from _emit(node.body, level)
        yield Run(")", False, level)
    else:
        yield Run(to_text(node), False, level)


def _row(node: Row, level: int, top: bool) -> Iterator[Run]:
    for piece in pieces(node):
        item = piece.node
        sign = head(item)
        opens = top and type(sign) is Operator and sign.form in ("infix", "relation") and not is_times(sign)
        if piece.space:
            yield Run(" ", False, level, opens)
        if piece.fence:
            yield Run("(", False, level)
        yield from _emit(item, level)
        if piece.fence:
            yield Run(")", False, level)


def _fraction(node: Fraction, level: int) -> Iterator[Run]:
    """With the fences that the quotient has on one line of text."""
    whole, below = to_text(node), to_text(node.denominator)
    fenced_above = whole.startswith(f"({to_text(node.numerator)})/")
    fenced_below = whole.endswith(f"/({below})")
    for part, fenced in ((node.numerator, fenced_above), (node.denominator, fenced_below)):
        if part is node.denominator:
            yield Run("/", False, level)
        if fenced:
            yield Run("(", False, level)
        yield from _emit(part, level)
        if fenced:
            yield Run(")", False, level)


def width_of(line: list[Run], size: float) -> float:
    """About how wide the runs are at that size."""
    return sum(_advance(c) * script_size(run.level) for run in line for c in run.text) * size * SLACK


def _advance(character: str) -> float:
    known = _ADVANCE.get(character)
    if known is not None:
        return known
    return 0.6 if character < "\u1100" or "\u2000" <= character < "\u2e00" else 1.0


def broken(line: list[Run], size: float, width: float) -> list[list[Run]]:
    """The formula in lines of at most that width, broken before a sign where it can be."""
    lines: list[list[Run]] = []
    current: list[Run] = []
    part: list[Run] = []
    for run in [*line, Run("", opens=True)]:
        if run.opens and part:
            if current and width_of(current + part, size) > width:
                lines.append(current)
                current = part[1:] if part[0].text == " " else part
            else:
                current = current + part
            part = []
        part.append(run)
    lines.append(current)
    return [item for item in lines if item]
