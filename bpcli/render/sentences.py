"""Sentences as the formats with headings use them."""

from __future__ import annotations

from collections.abc import Callable

from bpcli.document.document import Block, Code, Inline, InlineMath, Title
from bpcli.document.mathtree import Math


def inline_text(
    inline: Inline,
    *,
    text: Callable[[str], str],
    math: Callable[[Math], str],
    code: Callable[[str], str],
    strong: Callable[[str], str],
) -> str:
    """A sentence in a format that says how each kind of part is written."""
    parts: list[str] = []
    for part in inline:
        if isinstance(part, str):
            parts.append(text(part))
        elif isinstance(part, InlineMath):
            parts.append(math(part.math))
        elif isinstance(part, Code):
            parts.append(code(part.text))
        else:
            parts.append(strong(part.text))
    return "".join(parts)


def capitalised(inline: Inline) -> Inline:
    """A reason that followed a colon, as a sentence of its own."""
    if inline and isinstance(inline[0], str):
        return (inline[0][:1].upper() + inline[0][1:], *inline[1:])
    return inline


def title_of(blocks: tuple[Block, ...]) -> str:
    """The name of a document: the text of its first title."""
    return next((block.text for block in blocks if type(block) is Title), "")
