"""Answer sheets on paper: the problem, the conventions in force, and room for every quantity asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from bpcli.calculus.expr import Expr, Variable
from bpcli.calculus.stages import begun
from bpcli.document.document import (
    Block,
    Cell,
    Code,
    Document,
    Equation,
    Figures,
    Givens,
    Heading,
    Inline,
    InlineMath,
    Link,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.document.mathtree import BLANK
from bpcli.lesson.conventions import convention_blocks
from bpcli.lesson.givens import data_blocks, equality, given_blocks
from bpcli.lesson.options import LessonOptions
from bpcli.lesson.steps import StepTeller
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.reports.answer_sheet import SheetLine, drawn, sheet_lines
from bpcli.reports.report import points_text
from bpcli.solution.solution import Solution

MOST_BOXES = 64
"""On paper a larger array is named by its shape: nobody writes its entries by hand."""


class SheetEntry(NamedTuple):
    """One quantity of a sheet: `begun` is its line as far as it is given (None: not even its formula).

    Of a line that is worked, `told` has the whole step.
    """

    line: SheetLine
    title: Inline
    begun: Equation | None
    told: tuple[Block, ...]

    @property
    def relation(self) -> str:
        """What stands before the answer: `≈` once the numbers put in are rounded."""
        return self.begun.links[-1].relation if self.begun is not None and self.begun.links else "="


class Sheet(NamedTuple):
    """A sheet before it is laid out: its head, and the quantities asked for under the headings of their phases."""

    title: Title
    name_label: str
    head: tuple[Block, ...]
    parts: tuple[tuple[Heading, tuple[SheetEntry, ...]], ...]
    begun: bool
    language: str


def sheet_of_problem(solution: Solution, filled: Iterable[str] = (), level: str = "blank") -> Sheet:
    """The sheet of a problem; `filled` and `level` say what is given away (see `grading.sheet`).

    Raises UnknownQuantityError for an id in `filled` that is not asked.
    """
    messages = Messages(solution.problem.language)
    writer = Writer(solution.rounding)
    lines = sheet_lines(solution, filled, level)
    told = _Entries(solution, writer, messages, lines)
    parts: list[tuple[Heading, tuple[SheetEntry, ...]]] = []
    for phase in dict.fromkeys(line.phase for line in lines):
        entries = tuple(told.entry(line, level) for line in lines if line.phase == phase)
        parts.append((Heading(messages.text(f"heading.{phase}")), entries))
    title = Title(solution.problem.title or messages.text("sheet.title"), solution.problem.source)
    head = tuple(_head(solution, writer, messages))
    return Sheet(title, messages.text("sheet.name-line"), head, tuple(parts), level != "blank", messages.language)


def paper_sheet(solution: Solution, filled: Iterable[str] = (), level: str = "blank") -> Document:
    """The sheet as a document, with boxes to write in."""
    sheet = sheet_of_problem(solution, filled, level)
    blocks: list[Block] = [sheet.title, Paragraph((f"{sheet.name_label} {'_' * 40}",)), *sheet.head]
    number = 0
    messages = Messages(sheet.language)
    points = _uneven([entry.line for _, entries in sheet.parts for entry in entries])
    for heading, entries in sheet.parts:
        blocks.append(heading)
        if not sheet.begun:
            blocks.append(_table(entries, messages, points))
            continue
        for entry in entries:
            number += 1
            why = _why(entry.line, messages, points)
            blocks.append(Step(number, entry.line.id, entry.title, why, _body(entry)))
    return Document(tuple(blocks), sheet.language)


# --- the head ---


def _head(solution: Solution, writer: Writer, messages: Messages) -> Iterable[Block]:
    problem = solution.problem
    yield Heading(messages.text("heading.given"))
    if problem.note:
        yield Paragraph((problem.note,))
    yield from given_blocks(solution, writer, messages)
    formulas = tuple(
        equality(binding.variable.math, writer.math(binding.expr))
        for binding in solution.program.bindings
        if binding.rule == "definition"
    )
    if formulas:
        yield Givens(formulas)
    yield from data_blocks(solution, messages)
    yield Heading(messages.text("heading.conventions"))
    yield from convention_blocks(solution, writer, messages)


# --- the lines ---


class _Entries:
    """Begins lines: numbers that are asked for are left out of them, unless they are given away."""

    def __init__(self, solution: Solution, writer: Writer, messages: Messages, lines: tuple[SheetLine, ...]) -> None:
        self.solution = solution
        self.writer = writer
        self.teller = StepTeller(solution, writer, messages, LessonOptions())
        self.numbers = {step.id: number for number, step in enumerate(solution.steps, start=1)}
        known = {line.item.name for line in lines if line.given and not line.item.indices}
        self.unknown = {step.id: _blank(step.binding.variable) for step in solution.steps if step.id not in known}

    def entry(self, line: SheetLine, level: str) -> SheetEntry:
        step = line.step
        whole = step is not None and line.formula is not None and not line.item.indices
        if level == "blank" or step is None or line.formula is None:
            return SheetEntry(line, line.meaning, None, ())
        if whole and line.given and level == "worked":
            told = self.teller.tell(self.numbers[step.id], step)[0]
            assert isinstance(told, Step)
            return SheetEntry(line, line.meaning, None, told.body)
        chain = self.teller.begin(step, self.unknown) if whole else self._entry_begun(line, line.formula)
        links = chain.links
        if links and links[-1].math == drawn(line._replace(texts=_emptied(line.texts))):
            links = links[:-1]
        return SheetEntry(line, line.meaning, chain._replace(links=links), ())

    def _entry_begun(self, line: SheetLine, formula: Expr) -> Equation:
        known = begun(formula, self.solution.values, {**self.solution.texts, **self.unknown})
        return self.writer.chain(line.symbol, [formula], iter([known]))


def _blank(variable: Variable) -> Any:
    """Room in the place of the numbers of a quantity."""
    if variable.shape == ():
        return BLANK
    rows, columns = variable.shape
    return ((BLANK,) * columns,) * rows


def _emptied(texts: Any) -> Any:
    return tuple(map(_emptied, texts)) if isinstance(texts, tuple) else None


# --- on paper ---


def _body(entry: SheetEntry) -> tuple[Block, ...]:
    if entry.told:
        return entry.told
    room = _room(entry.line)
    equation = entry.begun or Equation(entry.line.symbol, ())
    if len(room) == 1 and isinstance(room[0], InlineMath):
        return (equation._replace(links=(*equation.links, Link(entry.relation, room[0].math))),)
    return (equation, Paragraph(room))


def _why(line: SheetLine, messages: Messages, points: bool) -> Inline:
    told: Inline = (Code(line.id),)
    if points:
        told += (" · ", *messages.inline("sheet.worth", points=Figures(points_text(line.item.points))))
    return told


def _table(entries: tuple[SheetEntry, ...], messages: Messages, points: bool) -> Table:
    """A row for every quantity, the boxes for its numbers at the end."""
    columns = ["quantity", "id", "meaning", *(["points"] if points else []), "answer"]
    header = tuple((messages.text(f"sheet.{column}"),) for column in columns)
    rows: list[tuple[Cell, ...]] = []
    for entry in entries:
        line = entry.line
        cells = [Cell((InlineMath(line.symbol),)), Cell((Code(line.id),)), Cell(entry.title)]
        if points:
            cells.append(Cell((Figures(points_text(line.item.points)),)))
        rows.append((*cells, Cell(_room(line))))
    return Table(header, tuple(rows), "lllrl" if points else "llll")


def _room(line: SheetLine) -> Inline:
    """Where an answer goes on paper: boxes in brackets of the right shape."""
    size = 1
    for length in line.shape:
        size *= length
    if size > MOST_BOXES and not line.given:
        return (f"… ({'×'.join(map(str, line.shape))})",)
    return (InlineMath(drawn(line)),)


def _uneven(lines: list[SheetLine]) -> bool:
    """Whether some quantities are worth more than others."""
    return len({line.item.points for line in lines}) > 1
