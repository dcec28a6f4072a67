"""Documents in every format: `render(document, "markdown")`, `render_pages(document, "pdf")`.

A renderer is a module with a function from a document to text (or to bytes, one for each page or file); it is
imported when its format is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpcli.render.formats import DOCUMENTS, function_at

if TYPE_CHECKING:
    from bpcli.document.document import Document

__all__ = ["FORMATS", "PAGE_FORMATS", "render", "render_pages"]

FORMATS = {item.name: item.writer for item in sorted(DOCUMENTS) if item.makes == "text"}
"""Format name → `module:function`; the function gives text."""

PAGE_FORMATS = {item.name: item.writer for item in sorted(DOCUMENTS) if item.makes != "text"}
"""Format name → `module:function`; the function gives bytes, one file or a picture for each page."""


def render(document: Document, format: str, **options: object) -> str:  # noqa: A002
    """The document as text in one of `FORMATS`; the options are those of its function.

    Raises `ValueError` for a format that is not in `FORMATS`.
    """
    text: str = _written(FORMATS, format, document, **options)
    return text


def render_pages(document: Document, format: str) -> tuple[bytes, ...]:  # noqa: A002
    """The document in one of `PAGE_FORMATS`: one file, or a picture for each page.

    Raises `ValueError` for a format that is not in `PAGE_FORMATS`, `OutputError` where its package is missing.
    """
    pages: tuple[bytes, ...] = _written(PAGE_FORMATS, format, document)
    return pages


def _written(
    formats: Mapping[str, str],
    format: str,  # noqa: A002
    document: Document,
    **options: object,
) -> Any:
    from bpcli.render.decimal_comma import displayed

    if format not in formats:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(formats)}")
    return function_at(formats[format])(displayed(document), **options)
