"""Documents as PDF, PNG or SVG, set by the optional `typst` package: the same bytes for the same document."""

from __future__ import annotations

from typing import Any

from bpcli.diagnostics import OutputError
from bpcli.document.document import Document
from bpcli.render.typst import to_typst_document

RESOLUTION = 144.0
"""Dots per inch of a picture."""

COMMON = 0x2E80
"""Characters from here on (Chinese, Japanese, Korean, …) are in no font that comes with typst."""


def to_pdf(document: Document) -> tuple[bytes, ...]:
    """The document as one PDF file."""
    return typeset(to_typst_document(document), "pdf")


def to_png(document: Document) -> tuple[bytes, ...]:
    """The document as pictures, one for each page."""
    return typeset(to_typst_document(document), "png")


def to_svg(document: Document) -> tuple[bytes, ...]:
    """The document as scalable pictures, one for each page."""
    return typeset(to_typst_document(document), "svg")


def typeset(source: str, format: str) -> tuple[bytes, ...]:  # noqa: A002
    """A complete Typst document as files: one PDF, or a picture for each page.

    Raises OutputError where the package is missing.
    """
    typst = _package()
    # Only the fonts that come with typst, so that every machine makes the same pages; others where they lack letters.
    alone = all(ord(character) < COMMON for character in source)
    options: dict[str, Any] = {"format": format, "ignore_system_fonts": alone}
    if format == "pdf":
        options["timestamp"] = 0
    if format == "png":
        options["ppi"] = RESOLUTION
    pages = typst.compile(source.encode(), **options)
    return tuple(pages) if isinstance(pages, list) else (pages,)


def _package() -> Any:
    try:
        import typst
    except ImportError:
        raise OutputError('PDF, PNG and SVG need the package typst: pip install "bpcli[pdf]"') from None
    return typst
