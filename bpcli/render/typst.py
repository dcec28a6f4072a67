"""Documents in the language of Typst: a complete document, or a fragment for `#include`.

Text is escaped character by character, formulas are written by `notation.typst`, and the layout is a handful of
functions at the head of the file, for whoever wants to change it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from bpcli.document.document import (
    Block,
    Document,
    Equation,
    Givens,
    Heading,
    Inline,
    InlineMath,
    Note,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.document.mathtree import Math, Operator
from bpcli.document.safe import safe
from bpcli.notation.typst import to_typst, typst_string
from bpcli.render.breaking import broken, is_tall, typeset_width
from bpcli.render.sentences import capitalised, inline_text, title_of
from bpcli.render.typst_style import MACROS, PAGE

LIMIT = 120
"""A formula up to so many cells is set smaller where it does not fit; a wider one is broken first."""

_MARKUP = re.compile(r"[^\w\s,;()!?%&|]|_", re.ASCII)
_EMPTY = '""'
_SIGNS = {"remark": "→", "warning": r"\!", "check": "✓"}
_ALIGN = {"l": "left", "r": "right", "c": "center"}


def to_typst_document(document: Document, *, fragment: bool = False) -> str:
    """The document for Typst; as a `fragment` it leaves the page and its fonts to the file that includes it."""
    body = "\n\n".join(_blocks(document.blocks))
    if fragment:
        return f"{MACROS}\n{body}\n"
    title = typst_string(title_of(document.blocks))
    language = typst_string(document.language.partition("-")[0])
    return f"#set document(title: {title})\n{PAGE}#set text(lang: {language})\n\n{MACROS}\n{body}\n"


def _escaped(text: str) -> str:
    """Text that Typst shows as it stands, wherever it is."""
    text = safe(re.sub(r"[\n\t]+", " ", text))
    return _MARKUP.sub(lambda found: f"\\{c}" if (c := found[0]).isascii() else c, text)


def _inline(inline: Inline) -> str:
    return inline_text(
        inline,
        text=_escaped,
        math=_math,
        code=lambda text: f"#raw({typst_string(text)});",
        strong=lambda text: f"#strong[{_escaped(text)}];",
    )


def _math(math: Math) -> str:
    return f"${to_typst(math)}$"


def _display(math: Math, relation: str = "") -> str:
    sign = f"{to_typst(Operator(relation, 'relation'))} " if relation else ""
    return f"$display({sign}{to_typst(math) or _EMPTY})$"


def _array(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items).rstrip(" ") + ")"


def _blocks(blocks: Iterable[Block]) -> list[str]:
    return [_BLOCKS[type(block)](block) for block in blocks]


def _title(block: Title) -> str:
    source = f", source: [{_escaped(block.source)}]" if block.source else ""
    return f"#bp-title([{_escaped(block.text)}]{source})"


def _heading(block: Heading) -> str:
    return f"#bp-heading({block.level + 1}, [{_escaped(block.text)}])"


def _paragraph(block: Paragraph) -> str:
    return f"#par[{_inline(block.text)}]"


def _note(block: Note) -> str:
    if block.kind == "entries":
        return f"#block(text(fill: bp-muted, smallcaps[{_inline(block.text)}]))"
    return f"#bp-note([{_SIGNS.get(block.kind, '→')}], [{_inline(block.text)}])"


def _equation(block: Equation) -> str:
    room = LIMIT - typeset_width(block.left)
    links = [
        [_display(math, "" if place else link.relation) for place, math in enumerate(broken(link.math, room))]
        for link in block.links
    ]
    long = sum(typeset_width(link.math) + 3 for link in block.links) > room
    tall = long or is_tall(block.left) or any(is_tall(link.math) for link in block.links)
    formula, stages = links[:1], links[1:]
    aside = f", aside: {_math(block.aside)}" if block.aside is not None else ""
    return (
        f"#bp-chain({_display(block.left)},\n  {_array(part for parts in formula for part in parts)},\n"
        f"  {_array(part for parts in stages for part in parts)}{aside}{', tall: true' if tall else ''})"
    )


def _givens(block: Givens) -> str:
    return f"#bp-givens({_array(_display(part) for math in block.equations for part in broken(math, LIMIT))})"


def _cell(inline: Inline, room: int) -> str:
    if len(inline) == 1 and type(inline[0]) is InlineMath:
        return f"[{' #linebreak() '.join(map(_display, broken(inline[0].math, room)))}]"
    return f"[{_inline(inline)}]"


def _table(block: Table) -> str:
    count = len(block.header)
    align = [_ALIGN.get(kind, "left") for kind in block.align.ljust(count, "l")[:count]]
    room = max(LIMIT // max(count - 1, 1), 30)
    rows = [
        _array([_cell(cell.text, room) for cell in row[:count]] + ["[]"] * (count - len(row))) for row in block.rows
    ]
    caption = f",\n  caption: [{_inline(block.caption)}]" if block.caption else ""
    drawn = "".join(f"\n    {row}," for row in rows)
    return (
        f"#bp-table({count}, {_array(f'horizon + {side}' for side in align)},\n"
        f"  {_array(f'[{_inline(title)}]' for title in block.header)},\n  ({drawn}\n  ){caption})"
    )


def _step(block: Step) -> str:
    why = f", why: [{_inline(capitalised(block.why))}]" if block.why else ""
    body = "\n\n".join(_blocks(block.body))
    return f"#bp-step([{block.number}], [{_inline(block.title)}]{why})[\n{body}\n]"


_BLOCKS: dict[type[Any], Callable[[Any], str]] = {
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Note: _note,
    Equation: _equation,
    Givens: _givens,
    Table: _table,
    Step: _step,
}
