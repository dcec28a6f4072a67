"""`bpcli sheet`: a blank answer sheet."""

from __future__ import annotations

from enum import Enum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bpcli.solution import Solution

__all__ = ["sheet"]


class SheetFormat(str, Enum):
    yaml = "yaml"
    csv = "csv"
    markdown = "markdown"


SUFFIXES = {
    ".yaml": SheetFormat.yaml,
    ".yml": SheetFormat.yaml,
    ".csv": SheetFormat.csv,
    ".md": SheetFormat.markdown,
    ".markdown": SheetFormat.markdown,
}


def sheet(
    problem: Annotated[
        str, typer.Argument(help="A problem file, the name of a shipped problem, or - for standard input.")
    ],
    format: Annotated[  # noqa: A002
        SheetFormat | None, typer.Option("--format", "-f", help="Format (by default after the name of -o, or yaml).")
    ] = None,
    filled: Annotated[
        list[str] | None,
        typer.Option(help="Give away these answers (a1,h1); may be repeated.", metavar="IDS"),
    ] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write to this file.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file even if something is written in it.")] = False,
) -> None:
    """Make a blank answer sheet: every quantity asked for, with its shape.

    Examples:  bpcli sheet lez5 -o mine.yaml   |   bpcli sheet lez5 --filled a1,h1   |
    bpcli sheet lez5 --format markdown
    """
    from bpcli.cli.output import emit, refuse_to_overwrite, write_file
    from bpcli.cli.solve import split_identifiers
    from bpcli.load import load_problem, solve

    refuse_to_overwrite(output, problem)
    solution = solve(load_problem(problem))
    ids = tuple(identifier for text in filled or () for identifier in split_identifiers(text))
    chosen = format or (SUFFIXES.get(PurePath(output).suffix.lower()) if output else None) or SheetFormat.yaml
    text = _text(solution, chosen, ids)
    if output is None:
        emit(text)
        return
    if not force:
        _refuse_written(output, solution, text)
    write_file(output, text)


def _text(solution: Solution, format: SheetFormat, filled: tuple[str, ...] = ()) -> str:  # noqa: A002
    from bpcli.grading.sheet import blank_sheet, sheet_document

    if format is SheetFormat.markdown:
        from bpcli.render import render

        return render(sheet_document(solution, filled), "markdown")
    return blank_sheet(solution, format.value, filled)


def _refuse_written(output: str, solution: Solution, text: str) -> None:
    """What someone wrote by hand is not replaced: only a sheet of this problem as it was handed out."""
    from bpcli.diagnostics import BpcliError, OutputError
    from bpcli.problem.source import decode, read_source
    from bpcli.safe import safe

    if not Path(output).exists():
        return
    try:
        present = decode(read_source(output), output)
    except BpcliError:
        present = None
    if present is None or not any(_same(present, other) for other in (text, *_blanks(solution))):
        message = f"{safe(output)} is there already, and is not a blank sheet of this problem"
        raise OutputError(f"{message}; choose another name, or replace it with --force")


def _blanks(solution: Solution) -> tuple[str, ...]:
    return tuple(_text(solution, format) for format in SheetFormat)  # noqa: A001


def _same(present: str, sheet: str) -> bool:
    return present.rstrip() == sheet.replace("\r\n", "\n").rstrip()
