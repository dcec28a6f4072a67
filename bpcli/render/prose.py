"""Sentences set in lines of a given width."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from bpcli.document.document import Inline, InlineMath, Strong
from bpcli.document.safe import safe
from bpcli.notation.ascii import ascii_text
from bpcli.notation.text import to_text
from bpcli.render.layout import display_width

Span: TypeAlias = tuple[str, str]
"""Text and the name of its style (`` for none)."""

Line: TypeAlias = list[Span]

MEASURE = 100
"""Sentences and rules are never longer than this, however wide the terminal."""

WIDEST_CHARACTER = 2
"""Cells of a character: in a narrower column no text could go on."""


class Page(NamedTuple):
    """What the text is set on: `width` in cells, the `margin` of paragraphs, the `body` indentation of steps."""

    width: int
    ascii: bool = False
    numbers: int = 2

    @property
    def measure(self) -> int:
        return min(self.width, MEASURE)

    @property
    def margin(self) -> int:
        return 2 if self.width >= 50 else 0

    @property
    def body(self) -> int:
        return self.numbers + 4 if self.width >= 50 else 2


class _Word(NamedTuple):
    spans: list[Span]
    width: int


def clean(text: str, page: Page) -> str:
    """Text from outside as it may be shown on this page."""
    text = safe(text.replace("\n", " ").replace("\t", " "))
    return ascii_text(text) if page.ascii else text


def _runs(inline: Inline, page: Page, style: str) -> Iterable[tuple[str, str, bool]]:
    """The parts of a sentence: text, style, and whether its spaces may break."""
    for part in inline:
        if isinstance(part, str):
            yield clean(part, page), style, True
        elif isinstance(part, InlineMath):
            yield to_text(part.math, ascii=page.ascii), style, False
        else:
            yield clean(part.text, page), "strong" if isinstance(part, Strong) else "code", True


def one_line(inline: Inline, page: Page, style: str = "") -> Line:
    """A sentence that is not broken."""
    return [(text, style_of) for text, style_of, _ in _runs(inline, page, style) if text]


def line_width(line: Line) -> int:
    return sum([display_width(text) for text, _ in line])


def indent(lines: Iterable[Line], by: int) -> list[Line]:
    """The lines moved to the right; empty ones stay empty."""
    if not by:
        return list(lines)
    margin = (" " * by, "")
    return [[margin, *line] if line else [] for line in lines]


def wrap(
    inline: Inline, width: int, page: Page, style: str = "", lead: Inline = (), lead_style: str = ""
) -> list[Line]:
    """The sentence in lines of at most `width` cells, formulas unbroken where they fit.

    `lead` is the beginning of it, in a style of its own.
    """
    runs = [*_runs(lead, page, lead_style), *_runs(inline, page, style)]
    return _filled(_words(runs, width), width)


def wrap_text(text: str, width: int, page: Page, style: str = "") -> list[Line]:
    return wrap((text,), width, page, style)


def _words(runs: Iterable[tuple[str, str, bool]], width: int) -> list[_Word]:
    words: list[_Word] = []
    current: list[Span] = []
    taken = 0

    def finish() -> None:
        nonlocal current, taken
        if current:
            words.append(_Word(current, taken))
            current, taken = [], 0

    for text, style, breakable in runs:
        if not breakable and display_width(text) <= width:
            current.append((text, style))
            taken += display_width(text)
            continue
        for number, chunk in enumerate(text.split(" ")):
            if number:
                finish()
            if chunk:
                current.append((chunk, style))
                taken += display_width(chunk)
    finish()
    return words


def _filled(words: list[_Word], width: int) -> list[Line]:
    lines: list[Line] = []
    line: Line = []
    used = 0
    for word in words:
        if line and used + 1 + word.width > width:
            lines.append(line)
            line, used = [], 0
        if word.width > width:
            *full, (line, used) = _cut(word, width)
            lines.extend(part for part, _ in full)
            continue
        if line:
            # A space between two words of one style has it too: an underline or a colour does not stutter.
            line.append((" ", line[-1][1] if line[-1][1] == word.spans[0][1] else ""))
            used += 1
        line.extend(word.spans)
        used += word.width
    if line:
        lines.append(line)
    return lines


def _cut(word: _Word, width: int) -> list[tuple[Line, int]]:
    """A word longer than the line, in pieces of the width of the line."""
    lines: list[tuple[Line, int]] = [([], 0)]
    width = max(width, WIDEST_CHARACTER)
    for text, style in word.spans:
        rest = text
        while rest:
            line, used = lines[-1]
            part, rest = split_cells(rest, width - used)
            if part:
                line.append((part, style))
                lines[-1] = (line, used + display_width(part))
            if rest:
                lines.append(([], 0))
    return lines


def split_cells(text: str, width: int) -> tuple[str, str]:
    """The longest beginning that takes at most `width` cells, and the rest."""
    if text.isascii():
        return text[:width], text[width:]
    taken = 0
    for index, character in enumerate(text):
        taken += display_width(character)
        if taken > width:
            return text[:index], text[index:]
    return text, ""
