"""Answer keys: every quantity asked for with its value, its points, and the rule by which an answer is right."""

from __future__ import annotations

import math
from collections.abc import Iterator

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
from bpcli.lesson.conventions import digits_wanted
from bpcli.messages import Messages
from bpcli.reports.answer_sheet import SheetLine, blank_sheet, drawn, sheet_lines
from bpcli.reports.report import points_text
from bpcli.solution.solution import Solution


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
    rows = [
        (
            Cell((InlineMath(line.symbol),)),
            Cell((Code(line.id),)),
            Cell(line.meaning),
            Cell((InlineMath(drawn(line)),)),
            Cell((Figures(points_text(line.item.points)),)),
        )
        for line in lines
    ]
    total = Figures(points_text(math.fsum(line.item.points for line in lines)))
    rows.append((Cell(()), Cell(()), Cell((messages.text("key.total"),)), Cell(()), Cell((total,))))
    return Table(header, tuple(rows), "llllr")


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
