"""Sentences as the formats with headings use them."""

from __future__ import annotations

from bpcli.document import Block, Inline, Title

__all__ = ["capitalised", "title_of"]


def capitalised(inline: Inline) -> Inline:
    """A reason that followed a colon, as a sentence of its own."""
    if inline and isinstance(inline[0], str):
        return (inline[0][:1].upper() + inline[0][1:], *inline[1:])
    return inline


def title_of(blocks: tuple[Block, ...]) -> str:
    """The name of a document: the text of its first title."""
    return next((block.text for block in blocks if type(block) is Title), "")
