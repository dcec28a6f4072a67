"""Every formula of a document."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.document.document import Document, Equation, Givens, InlineMath, Link
from bpcli.document.mathtree import Math


def formulas(document: Document) -> Iterator[Math]:
    yield from _within(document)


def _within(node: object) -> Iterator[Math]:
    if isinstance(node, InlineMath | Link):
        yield node.math
    elif isinstance(node, Givens):
        yield from node.equations
    elif isinstance(node, Equation):
        yield node.left
        yield from _within(node.links)
        if node.aside is not None:
            yield node.aside
    elif isinstance(node, tuple):
        for item in node:
            yield from _within(item)
