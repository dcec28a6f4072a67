"""Documents in every format: `render(document, "markdown")`.

A renderer is a module with a function from a document to text; it is imported when its format is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

from bpcli.document import Document

__all__ = ["FORMATS", "render"]

FORMATS = {
    "markdown": "bpcli.render.markdown:to_markdown",
    "terminal": "bpcli.render.terminal:to_terminal_text",
}
"""Format name → `module:function`."""


def render(document: Document, format: str, **options: object) -> str:  # noqa: A002
    """The document as text in one of `FORMATS`; the options are those of its function.

    Raises `ValueError` for a format that is not in `FORMATS`.
    """
    from importlib import import_module

    try:
        module, _, function = FORMATS[format].partition(":")
    except KeyError:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(FORMATS)}") from None
    writer: Callable[..., str] = getattr(import_module(module), function)
    return writer(document, **options)
