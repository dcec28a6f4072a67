"""A large graph in brief: how long it is, its output and the gradients asked for, or the quantities named."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.expr import Constant
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
    Table,
    Title,
)
from bpcli.document.rounding import Rounding
from bpcli.inquiry.gradcheck import GradientComparison
from bpcli.inquiry.large import LargeSolution
from bpcli.lesson.options import LessonOptions
from bpcli.lesson.tables import agreement
from bpcli.messages import Messages
from bpcli.notation.writer import Writer

MOST_ROWS = 60


def large_lesson(solution: LargeSolution, rounding: Rounding, options: LessonOptions) -> Document:
    """A table in place of a lesson: the values of `only`, or of the output and of what it is differentiated by."""
    problem = solution.problem
    assert problem.graph is not None
    messages = Messages(options.language or problem.language)
    writer = Writer(rounding)
    names = told_names(solution, options.only)
    compared = {comparison.name: comparison for comparison in options.comparisons}

    def number(value: float) -> Cell:
        return Cell((InlineMath(writer.math(Constant(value))),))

    rows: list[tuple[Cell, ...]] = []
    for name in names[:MOST_ROWS]:
        row = [Cell((Code(name),)), number(solution.values[name])]
        if name in compared:
            row += [number(float(compared[name].numeric)), agreement(compared[name], messages)]
        elif compared:
            row += [Cell(()), Cell(())]
        rows.append(tuple(row))
    header: list[Inline] = [(messages.text("table.quantity"),), (messages.text("table.value"),)]
    blocks: list[Block] = [
        Title(problem.title, problem.source),
        Note(messages.inline("large.brief", count=Figures(f"{len(problem.graph.definitions):,}"))),
        Heading(messages.text("heading.asked" if options.only else "large.heading")),
    ]
    if compared:
        header += [(messages.text("table.numeric"),), (messages.text("table.agrees"),)]
        blocks.append(Paragraph(messages.inline("note.verify")))
    blocks.append(Table(tuple(header), tuple(rows), "lrrl"[: len(header)]))
    if len(names) > MOST_ROWS:
        blocks.append(Note(messages.inline("large.more", count=Figures(f"{len(names) - MOST_ROWS:,}")), "warning"))
    return Document(tuple(blocks), messages.language)


def told_names(solution: LargeSolution, only: tuple[str, ...]) -> list[str]:
    """What the table is about, of which the first MOST_ROWS are shown."""
    if only:
        return [solution.resolve(name) for name in only]
    gradients = (f"d{solution.output}/d{name}" for name in solution.wanted)
    return [solution.output, *(name for name in gradients if name in solution.values)]


def large_to_dict(
    solution: LargeSolution, only: tuple[str, ...] = (), comparisons: tuple[GradientComparison, ...] = ()
) -> dict[str, Any]:
    """The solution as plain data, without steps: `brief` says so. `values` has all quantities, or those of `only`."""
    values = solution.values
    if only:
        values = {name.strip(): values[solution.resolve(name)] for name in only}
    data: dict[str, Any] = {
        "format": "bpcli/solution",
        "version": 1,
        "title": solution.problem.title,
        "brief": True,
        "steps": [],
        "values": values,
    }
    if comparisons:
        data["verification"] = {item.name: item.told(_finite(item.numeric)) for item in comparisons}
    return data


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
