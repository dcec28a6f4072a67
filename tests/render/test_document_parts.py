"""Parts of a document that few lessons have, in every format."""

from __future__ import annotations

import pytest

from bpcli.document.document import Code, Document, Heading, InlineMath, Note, Paragraph, Strong
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
from bpcli.notation.text import to_text
from bpcli.render import FORMATS, render
from bpcli.render.breaking import broken
from bpcli.render.layout import display_width


@pytest.mark.parametrize("format", FORMATS)
def test_headings_of_the_second_rank_and_notes_about_entries(format: str) -> None:  # noqa: A002
    """They are there, and not written as the others are."""
    written = render(Document((Heading("Below"), Note(("These rows",), "entries"))), format)
    deeper = render(Document((Heading("Below", 2), Note(("These rows",)))), format)
    for text in (written, deeper):
        assert text.count("Below") == 1
        assert text.count("These rows") == 1
    assert written != deeper


@pytest.mark.parametrize("format", FORMATS)
def test_every_kind_of_word_in_a_sentence(format: str) -> None:  # noqa: A002
    written = render(Document((Paragraph(("plain ", Strong("loud"), " ", Code("typed"), " ")),)), format)
    assert all(word in written for word in ("plain", "loud", "typed"))
    assert "typed" in render(Document((Paragraph((Code("typed"), InlineMath(Identifier("q")))),)), format)


SUM = Row(tuple(item for k in range(1, 9) for item in (Operator("+"), Identifier("word" + "abcdefgh"[k - 1])))[1:])


@pytest.mark.parametrize(
    ("math", "start"),
    [
        (Fraction(SUM, Identifier("n")), "(worda"),
        (Fraction(Identifier("n"), SUM), "n"),
        (Root(SUM), "√(worda"),
        (Superscript(Fenced(SUM), Number("2")), "(worda"),
        (Subscript(Fenced(SUM), Identifier("i")), "(worda"),
    ],
)
def test_wide_formulas_without_signs_of_their_own_are_opened(math: Math, start: str) -> None:
    """Each part fits, nothing is lost, and the script stays with the last part."""
    parts = [to_text(part) for part in broken(math, 30)]
    assert len(parts) > 1
    assert parts[0].startswith(start)
    assert max(map(display_width, parts)) <= 32
    whole = "".join(parts)
    assert all(f"word{letter}" in whole for letter in "abcdefgh")
    if isinstance(math, Superscript | Subscript):
        assert parts[-1].endswith(to_text(math)[-2:])
