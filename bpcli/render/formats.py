"""The formats of documents, and of what else commands write: whatever offers a format reads this list.

It imports nothing, so that help starts fast; a writer is imported when its format is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["DATA", "DOCUMENTS", "SUFFIXES", "Format", "function_at"]


class Format(NamedTuple):
    """A format: its name, the suffixes of its files, and `module:function`, from a document to what is in them.

    `makes` is `text`, `bytes` (one file) or `pictures` (bytes, a file for each page). `has_parts`: it can be written as
    a part of somebody's own document.
    """

    name: str
    suffixes: tuple[str, ...]
    writer: str
    makes: str = "text"
    has_parts: bool = False


DOCUMENTS = (
    Format("terminal", (".txt",), "bpcli.render.terminal:to_terminal_text"),
    Format("markdown", (".markdown", ".md"), "bpcli.render.markdown:to_markdown"),
    Format("html", (".htm", ".html"), "bpcli.render.html:to_html", has_parts=True),
    Format("latex", (".tex",), "bpcli.render.latex:to_latex_document", has_parts=True),
    Format("typst", (".typ",), "bpcli.render.typst:to_typst_document", has_parts=True),
    Format("pdf", (".pdf",), "bpcli.render.typeset:to_pdf", "bytes"),
    Format("png", (".png",), "bpcli.render.typeset:to_png", "pictures"),
    Format("svg", (".svg",), "bpcli.render.typeset:to_svg", "pictures"),
)
"""In the order in which commands offer them."""

DATA = {"yaml": (".yaml", ".yml"), "csv": (".csv",), "json": (".json",)}
"""The formats that programs read, with their suffixes."""

_PICTURES = {"dot": (".dot", ".gv"), "mermaid": (".mermaid", ".mmd")}

SUFFIXES = dict(
    sorted(
        (suffix, name)
        for name, suffixes in (*((item.name, item.suffixes) for item in DOCUMENTS), *DATA.items(), *_PICTURES.items())
        for suffix in suffixes
    )
)
"""What the name of a file says about its format."""


def function_at(place: str) -> Callable[..., Any]:
    """The function at `module:function`."""
    from importlib import import_module

    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
