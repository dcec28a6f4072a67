"""Arguments and options that several commands share: written once, so that they read the same everywhere."""

from __future__ import annotations

from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpcli.document.rounding import Rounding

ProblemSource = Annotated[
    str, typer.Argument(help="A problem file, the name of a shipped problem, or - for standard input.")
]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Write to this file.", metavar="FILE")]
Width = Annotated[
    int | None, typer.Option(min=20, max=400, help="Columns of the page (by default those of the terminal).")
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Use ASCII characters only.")]
Decimals = Annotated[
    int | None, typer.Option(min=0, max=10, help="Decimals of computed numbers (4 unless the problem says).")
]
Significant = Annotated[
    int | None, typer.Option(min=1, max=10, help="Significant digits of computed numbers, in place of decimals.")
]
Fragment = Annotated[
    bool, typer.Option("--fragment", help="HTML, LaTeX, Typst: a part to put into a document of your own.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]

FORMAT = typer.Option("--format", "-f", help="Output format (by default after the name of -o).")
"""`Annotated[SomeFormats | None, FORMAT]`: the choice differs from command to command."""

SUFFIXES = {
    ".csv": "csv",
    ".dot": "dot",
    ".gv": "dot",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".markdown": "markdown",
    ".md": "markdown",
    ".mermaid": "mermaid",
    ".mmd": "mermaid",
    ".pdf": "pdf",
    ".png": "png",
    ".svg": "svg",
    ".tex": "latex",
    ".typ": "typst",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""What the name of a file says about its format."""

Formats = TypeVar("Formats", bound=Enum)


def choose_format(
    asked: Formats | None, output: str | None, formats: type[Formats], default: Formats | None = None
) -> Formats:
    """The format asked for, else the one that the file's name asks for, else `default` or the first of `formats`."""
    if asked is not None:
        return asked
    named = SUFFIXES.get(PurePath(output).suffix.lower()) if output else None
    return next((item for item in formats if item.value == named), default or next(iter(formats)))


def identifiers(texts: Iterable[str] | None) -> tuple[str, ...]:
    """`a1, W1[1,2]` → `a1` and `W1[1,2]`: commas and spaces separate, except between brackets."""
    return tuple(identifier for text in texts or () for identifier in _split(text))


def _split(text: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character in ", " and depth <= 0:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part for part in (*parts, current) if part]


def digits(rounding: Rounding, decimals: int | None, significant: int | None = None) -> Rounding:
    """The rounding with other digits, where some are asked for."""
    if decimals is not None and significant is not None:
        raise typer.BadParameter("choose --decimals or --significant, not both")
    if decimals is not None:
        return rounding._replace(decimals=decimals, significant=None)
    return rounding if significant is None else rounding._replace(significant=significant)
