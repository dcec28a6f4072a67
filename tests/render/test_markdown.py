from __future__ import annotations

import pytest
from hostile import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bpcli.document.document import (
    Cell,
    Code,
    Document,
    Equation,
    Givens,
    Heading,
    InlineMath,
    Link,
    Note,
    Paragraph,
    Step,
    Strong,
    Table,
    Title,
)
from bpcli.document.mathtree import Fenced, Identifier, Matrix, Number, Operator, Row, Superscript
from bpcli.document.safe import safe
from bpcli.render import FORMATS, render

PARSERS = [MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"]) for html in (True, False)]


def markdown(*blocks: object) -> str:
    return render(Document(blocks), "markdown")  # type: ignore[arg-type]


def shown(tokens: list[Token]) -> str:
    """What a reader sees, and only that: a token that is no text must not be there."""
    text = ""
    for token in tokens:
        for child in token.children or []:
            assert child.type in (
                "text",
                "text_special",
                "code_inline",
                "strong_open",
                "strong_close",
                "em_open",
                "em_close",
            )
            text += child.content
    return text


def literal(text: str) -> str:
    return " ".join(safe(text.replace("\n", " ").replace("\t", " ")).split())


A1 = Superscript(Identifier("a"), Fenced(Number("1")))
V = Matrix((("0.5",), ("-0.1",)))


def test_a_page() -> None:
    document = [
        Title("A title", "a source"),
        Givens((Row((Identifier("x"), Operator("=", "relation"), V)), Identifier("t"))),
        Heading("Forward pass"),
        Step(
            1,
            "a1",
            ("Pre-activation ", InlineMath(A1)),
            ("weigh the ", Strong("inputs"), "."),
            (
                Equation(A1, (Link("=", Identifier("x")), Link("≈", V)), Identifier("h")),
                Equation(Identifier("L"), (Link("=", Number("0.3")),)),
                Note(("see ", Code("bpcli solve"), "."), "warning"),
            ),
        ),
        Table((("quantity",), ("value",)), ((Cell((InlineMath(A1),)), Cell((Code("a|b"),), "good")),), "lr", ("All",)),
    ]
    assert (
        markdown(*document)
        == r"""# A title

*a source*

$x = \begin{bmatrix} 0.5 \cr -0.1 \end{bmatrix}$ &emsp; $t$

## Forward pass

### 1. Pre-activation $a^{(1)}$

Weigh the **inputs**.

$$
\begin{aligned}
a^{(1)} &= x && \qquad h \cr
&\approx \begin{bmatrix} 0.5 \cr -0.1 \end{bmatrix}
\end{aligned}
$$

$$
L = 0.3
$$

> ⚠ see `bpcli solve`.

All

| quantity | value |
| :-- | --: |
| $a^{(1)}$ | `a\|b` |
"""
    )


@pytest.mark.parametrize("text", EVERYTHING)
@pytest.mark.parametrize("parser", PARSERS)
def test_data_is_shown_as_it_stands(text: str, parser: MarkdownIt) -> None:
    table = Table(((text,),), ((Cell((text,)),), (Cell((Code(text),)),)), "l")
    for blocks, opening, expected in [
        ((Paragraph((text,)),), "paragraph_open", literal(text)),
        ((Paragraph(("a ", Strong(text), " b")),), "paragraph_open", f"a {literal(text)} b"),
        ((Title(text),), "heading_open", literal(text)),
        ((Title("t", text),), "heading_open", "t" + literal(text)),
        ((Heading(text),), "heading_open", literal(text)),
        ((Note((text,)),), "blockquote_open", f"→ {literal(text)}"),
        ((Step(1, "s", (text,), (), ()),), "heading_open", f"1. {literal(text)}"),
        ((table,), "table_open", literal(text) * 2 + safe(text.replace("\n", " "))),
    ]:
        tokens = parser.parse(markdown(*blocks))
        assert tokens[0].type == opening
        assert shown(tokens).replace("  ", " ").strip() == expected.replace("  ", " ").strip()


@given(st.text(max_size=20))
def test_any_sentence_comes_back(text: str) -> None:
    for parser in PARSERS:
        tokens = parser.parse(markdown(Paragraph(("x ", text))))
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        assert " ".join(shown(tokens).split()) == literal(f"x {text}")


@given(st.text(max_size=20))
def test_any_first_word_opens_no_block(text: str) -> None:
    tokens = PARSERS[0].parse(markdown(Paragraph((text,))))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    assert shown(tokens) == literal(text)


@given(st.text(max_size=20))
def test_any_code_comes_back(text: str) -> None:
    code = safe(text.replace("\n", " "))
    tokens = PARSERS[0].parse(markdown(Table((("h",),), ((Cell((Code(text),)),),), "l")))
    assert shown(tokens) == "h" + (code if code.strip() else "")


def test_no_dollar_of_the_data_can_open_a_formula() -> None:
    text = markdown(Paragraph(("$5 and $6 for ", InlineMath(Identifier("x")))))
    assert text == "&#36;5 and &#36;6 for $x$\n"


def test_formulas_survive_a_parser_that_knows_none(lesson: Document) -> None:
    source = render(lesson, "markdown")
    tokens = PARSERS[0].parse(source)
    inlines = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inlines} <= {
        "text", "softbreak", "em_open", "em_close", "strong_open", "strong_close", "code_inline", "text_special",
    }  # fmt: skip
    seen = "\n".join(child.content for child in inlines)
    assert r"\begin{bmatrix} 0.15 & 0.20 \cr 0.25 & 0.30 \end{bmatrix}" in seen
    assert sum(child.type == "em_open" for child in inlines) == 1


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown format 'docx'; known: "):
        render(Document(()), "docx")
    assert list(FORMATS) == sorted(FORMATS)
