"""A large graph in brief: how long it is, its output and the gradients asked for, or the quantities named."""

from __future__ import annotations

from typing import Any

from bpcli.document import Block, Cell, Code, Document, Figures, Heading, Inline, InlineMath, Note, Table, Title
from bpcli.expr import Constant
from bpcli.large import LargeSolution
from bpcli.messages import Messages
from bpcli.rounding import Rounding
from bpcli.writer import Writer

__all__ = ["large_lesson", "large_to_dict"]

MOST_ROWS = 60


def large_lesson(
    solution: LargeSolution, rounding: Rounding, only: tuple[str, ...] = (), language: str = ""
) -> Document:
    """A table in place of a lesson: the values of `only`, or of the output and of what it is differentiated by."""
    problem = solution.problem
    assert problem.graph is not None
    messages = Messages(language or problem.language)
    writer = Writer(rounding)
    names = _told(solution, only)
    rows = tuple(
        (Cell((Code(name),)), Cell((InlineMath(writer.math(Constant(solution.values[name]))),)))
        for name in names[:MOST_ROWS]
    )
    header: tuple[Inline, ...] = ((messages.text("table.quantity"),), (messages.text("table.value"),))
    blocks: list[Block] = [
        Title(problem.title, problem.source),
        Note(messages.inline("large.brief", count=Figures(f"{len(problem.graph.definitions):,}"))),
        Heading(messages.text("heading.asked" if only else "large.heading")),
        Table(header, rows, "lr"),
    ]
    if len(names) > MOST_ROWS:
        blocks.append(Note(messages.inline("large.more", count=Figures(f"{len(names) - MOST_ROWS:,}")), "warning"))
    return Document(tuple(blocks), messages.language)


def _told(solution: LargeSolution, only: tuple[str, ...]) -> list[str]:
    if only:
        return [solution.resolve(name) for name in only]
    gradients = (f"d{solution.output}/d{name}" for name in solution.wanted)
    return [solution.output, *(name for name in gradients if name in solution.values)]


def large_to_dict(solution: LargeSolution, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """The solution as plain data, without steps: `brief` says so. `values` has all quantities, or those of `only`."""
    values = solution.values
    if only:
        values = {name.strip(): values[solution.resolve(name)] for name in only}
    return {
        "format": "bpcli/solution",
        "version": 1,
        "title": solution.problem.title,
        "brief": True,
        "steps": [],
        "values": values,
    }
