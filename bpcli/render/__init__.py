"""Documents in every format: `render(document, "markdown")`, `render_pages(document, "pdf")`.

A renderer is a module with a function from a document to text (or to bytes, one for each page or file); it is
imported when its format is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bpcli.document.document import Document
from bpcli.render.decimal_comma import displayed

__all__ = ["FORMATS", "PAGE_FORMATS", "render", "render_pages"]

FORMATS = {
    "html": "bpcli.render.html:to_html",
    "latex": "bpcli.render.latex:to_latex_document",
    "markdown": "bpcli.render.markdown:to_markdown",
    "terminal": "bpcli.render.terminal:to_terminal_text",
    "typst": "bpcli.render.typst:to_typst_document",
}
"""Format name → `module:function`; the function gives text."""

PAGE_FORMATS = {
    "pdf": "bpcli.render.typeset:to_pdf",
    "png": "bpcli.render.typeset:to_png",
    "svg": "bpcli.render.typeset:to_svg",
}
"""Format name → `module:function`; the function gives bytes, one file or a picture for each page."""


def render(document: Document, format: str, **options: object) -> str:  # noqa: A002
    """The document as text in one of `FORMATS`; the options are those of its function.

    Raises `ValueError` for a format that is not in `FORMATS`.
    """
    text: str = _writer(FORMATS, format)(displayed(document), **options)
    return text


def render_pages(document: Document, format: str) -> tuple[bytes, ...]:  # noqa: A002
    """The document in one of `PAGE_FORMATS`: one file, or a picture for each page.

    Raises `ValueError` for a format that is not in `PAGE_FORMATS`, `OutputError` where its package is missing.
    """
    pages: tuple[bytes, ...] = _writer(PAGE_FORMATS, format)(displayed(document))
    return pages


def _writer(formats: Mapping[str, str], format: str) -> Callable[..., Any]:  # noqa: A002
    from importlib import import_module

    try:
        module, _, function = formats[format].partition(":")
    except KeyError:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(formats)}") from None
    writer: Callable[..., Any] = getattr(import_module(module), function)
    return writer
