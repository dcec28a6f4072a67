"""Answer keys: every quantity asked for with its value, its points, and the rule by which an answer is right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bpcli.calculus.ops.writing import number_math
from bpcli.document.document import (
    Block,
    Cell,
    Code,
    Document,
    Figures,
    Heading,
    Inline,
    InlineMath,
    Note,
    Paragraph,
    Strong,
    Table,
    Title,
)
from bpcli.document.mathtree import Math, Matrix
from bpcli.lesson.conventions import digits_wanted
from bpcli.messages import Messages
from bpcli.reports.answer_sheet import SheetLine, blank_sheet, sheet_lines
from bpcli.reports.report import points_text
from bpcli.solution.solution import Solution

MOST_ROWS, MOST_CELLS = 16, 44
"""The rows, and the cells of the columns, of a matrix that is told in one piece."""


def filled_sheet(solution: Solution, format: str = "yaml") -> str:  # noqa: A002
    """The answer file with every value, in one of `grading.sheet.FORMATS`: it has full marks."""
    return blank_sheet(solution, format, [line.id for line in sheet_lines(solution)])


def key_document(solution: Solution) -> Document:
    """The key as a table, with what counts as right under it."""
    messages = Messages(solution.problem.language)
    lines = sheet_lines(solution)
    lines = sheet_lines(solution, [line.id for line in lines])
    name = messages.text("key.title")
    blocks: list[Block] = [
        Title(solution.problem.title or name, solution.problem.source),
        Paragraph((Strong(name), ". ", digits_wanted(solution, messages))),
        _table(lines, messages),
        Heading(messages.text("key.rules")),
    ]
    blocks.extend(Note(rule) for rule in _rules(solution, messages))
    return Document(tuple(blocks), messages.language)


def _table(lines: tuple[SheetLine, ...], messages: Messages) -> Table:
    columns = ("sheet.quantity", "sheet.id", "sheet.meaning", "key.value", "sheet.points")
    header: tuple[Inline, ...] = tuple((messages.text(column),) for column in columns)
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        first, *more = _pieces(line, messages)
        rows.append(
            (
                Cell((InlineMath(line.symbol),)),
                Cell((Code(line.id),)),
                Cell(line.meaning),
                Cell((InlineMath(first.values),)),
                Cell((Figures(points_text(line.item.points)),)),
            )
        )
        rows.extend((Cell(()), Cell(()), Cell(part.place), Cell((InlineMath(part.values),)), Cell(())) for part in more)
    total = Figures(points_text(math.fsum(line.item.points for line in lines)))
    rows.append((Cell(()), Cell(()), Cell((messages.text("key.total"),)), Cell(()), Cell((total,))))
    return Table(header, tuple(rows), "llllr")


class _Piece(NamedTuple):
    """Some rows and columns of a matrix, and which they are."""

    place: Inline
    values: Math


def _pieces(line: SheetLine, messages: Messages) -> list[_Piece]:
    """The values of a quantity, all of them: a matrix too large for a page in pieces."""
    if not line.shape:
        return [_Piece((), number_math(line.texts))]
    rows: tuple[tuple[str, ...], ...] = line.texts if len(line.shape) == 2 else tuple((text,) for text in line.texts)
    pieces: list[_Piece] = []
    for top in range(0, len(rows), MOST_ROWS):
        for left, right in _columns(rows):
            some = tuple(row[left:right] for row in rows[top : top + MOST_ROWS])
            numbers = {"top": top + 1, "bottom": top + len(some), "left": left + 1, "right": right}
            pieces.append(_Piece(messages.inline("key.piece", **numbers), Matrix(some, whole=True)))
    return pieces


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """First and last columns (exclusive) of pieces that are wide enough to read and narrow enough for any page."""
    left = used = 0
    for column in range(len(rows[0])):
        width = 2 + max(len(row[column]) for row in rows)
        if used and used + width > MOST_CELLS:
            yield left, column
            left, used = column, 0
        used += width
    yield left, len(rows[0])


def _rules(solution: Solution, messages: Messages) -> Iterator[Inline]:
    check = solution.problem.check
    yield messages.inline("key.interval")
    yield messages.inline(f"key.truncation.{check.truncation}")
    for name, value in (("absolute", check.absolute), ("relative", check.relative)):
        if value:
            yield messages.inline(f"key.{name}", value=Figures(f"{value:g}"))
    share = check.follow_through
    follow = "all" if share == 1 else "some" if share else "none"
    yield messages.inline(f"key.follow.{follow}", share=Figures(f"{100 * share:g} %"))
