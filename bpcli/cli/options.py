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


def named_file(value: str | None) -> str | None:
    """`-` is standard output, where everything goes for which no file is named."""
    return None if value == "-" else value


Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", help="Write to this file (- is standard output).", metavar="FILE", callback=named_file
    ),
]
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
Force = Annotated[bool, typer.Option("--force", help="Replace a file even if bpcli has not made it as it is.")]

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
    ".txt": "terminal",
    ".typ": "typst",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""What the name of a file says about its format."""

Formats = TypeVar("Formats", bound=Enum)


def choose_format(
    asked: Formats | None, output: str | None, formats: type[Formats], default: Formats | None = None
) -> Formats:
    """The format asked for, else the one that the file's name asks for, else `default` or the first of `formats`.

    Refuses a file whose name asks for a format that is none of these, whatever is asked for.
    """
    known = {item.value: item for item in formats}
    suffixes = {suffix: known[name] for suffix, name in SUFFIXES.items() if name in known}
    refuse_suffix(output, suffixes)
    if asked is not None:
        return asked
    named = suffixes.get(_suffix(output)) if output else None
    return named or default or next(iter(formats))


def refuse_several_on_standard_output(**files: str | None) -> None:
    """Refuses more than one `-` among files, by the options that name them."""
    there = [option for option, path in files.items() if path == "-"]
    if len(there) > 1:
        raise typer.BadParameter(f"only one of {' and '.join(there)} can be -, standard output")


def refuse_suffix(path: str | None, suffixes: Iterable[str], option: str = "-o") -> None:
    """Refuses a file whose name ends as none of the files does that a command can write there."""
    if path is None or not _suffix(path):
        return
    endings = tuple(suffixes)
    if _suffix(path) not in endings:
        told = ", ".join(endings[:-1]) + " or " * (len(endings) > 1) + endings[-1]
        raise typer.BadParameter(
            f"`{path}` ends in {PurePath(path).suffix}; a file here ends in {told}", param_hint=option
        )


def _suffix(path: str) -> str:
    return PurePath(path).suffix.lower()


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
