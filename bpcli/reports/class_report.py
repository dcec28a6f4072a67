"""The report on a class: how it went, where it went wrong, and which mistake it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import fmean, median
from typing import NamedTuple

from bpcli.classroom.results import ClassResult
from bpcli.classroom.tally import SOLVED, base_of, verdict_on
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
from bpcli.grading.asked import Asked
from bpcli.grading.model import VERDICTS
from bpcli.messages import Messages
from bpcli.solution.solution import Solution

MOST_PLACES = 12
MOST_COLUMNS = 8


class MistakeCount(NamedTuple):
    """How many students made a mistake at a quantity; `mistake` is empty where none of the known ones fits."""

    quantity: str
    mistake: str
    students: int


def mistake_counts(result: ClassResult) -> tuple[MistakeCount, ...]:
    """Every pair of a quantity and a mistake, the most frequent first; of tied mistakes the most likely one counts."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in result.rows:
        counts.update(
            {
                (base_of(answer.quantity), answer.matches[0].id if answer.matches else "")
                for answer in row.report.answers
                if answer.verdict == "wrong"
            }
        )
    order = {item.quantity: number for number, item in reversed(list(enumerate(result.asked)))}
    found = [MistakeCount(quantity, mistake, count) for (quantity, mistake), count in counts.items()]
    return tuple(sorted(found, key=lambda c: (-c.students, order.get(c.quantity, len(order)), c.mistake)))


def verdict_counts(result: ClassResult) -> dict[Asked, Counter[str]]:
    """For each question, how many students have which verdict."""
    graded = [row.report for row in result.rows if row.report.answers]
    return {item: Counter(verdict_on(report, item) for report in graded) for item in result.asked}


def nobody_got(result: ClassResult) -> tuple[Asked, ...]:
    """The questions that not one student has right."""
    if not any(row.report.answers for row in result.rows):
        return ()
    counts = verdict_counts(result)
    return tuple(item for item in result.asked if not any(counts[item][verdict] for verdict in SOLVED))


def class_report(
    result: ClassResult, solution: Solution, *, names: Mapping[str, str] | None = None, full: bool = True
) -> Document:
    """The report as a document. `names` are those of the mistakes; without `full` it is the summary for a terminal."""
    teller = _Teller(result, solution, names or {}, Messages(solution.problem.language))
    return teller.full() if full else teller.summary()


class _Teller:
    def __init__(self, result: ClassResult, solution: Solution, names: Mapping[str, str], messages: Messages) -> None:
        self.result = result
        self.solution = solution
        self.names = names
        self.messages = messages
        self.counts = mistake_counts(result)

    def summary(self) -> Document:
        return self.document([Paragraph((Figures(self.figures()),)), *self.places(MOST_PLACES), *self.refused()])

    def full(self) -> Document:
        messages = self.messages
        title = self.result.title or messages.text("class.title")
        blocks: list[Block] = [Title(title, messages.text("class.title")), Paragraph((Figures(self.figures()),))]
        for key, part in (
            ("class.where", self.places(len(self.counts))),
            ("class.steps", self.steps()),
            ("class.common", self.common()),
            ("class.verdicts", self.verdicts()),
            ("class.nobody", self.nobody()),
            ("class.adjusted", self.adjustments()),
            ("class.refused", self.refused()),
        ):
            if part:
                blocks += [Heading(messages.text(key)), *part]
        return self.document(blocks)

    def document(self, blocks: list[Block]) -> Document:
        return Document(tuple(blocks), self.messages.language)

    # --- parts ---

    def figures(self) -> str:
        """`214 files · 211 graded · 3 refused · mean 19.4 of 25 · median 21`."""
        result, messages = self.result, self.messages
        refused = sum(row.refused for row in result.rows)
        files = "file" if len(result.rows) == 1 else "files"
        counts = {files: len(result.rows), "graded": len(result.rows) - refused, "refused": refused}
        parts = [messages.text(f"class.count-{name}", count=count) for name, count in counts.items()]
        if scores := result.scores:
            parts.append(messages.text("class.mean", mean=_short(fmean(scores)), most=_short(result.max_score)))
            parts.append(messages.text("class.median", median=_short(median(scores))))
        return " · ".join(parts)

    def places(self, most: int) -> list[Block]:
        """For each quantity the mistake that most students made there, the most frequent first."""
        first: dict[str, MistakeCount] = {}
        for count in self.counts:
            present = first.get(count.quantity)
            if present is None or (not present.mistake and count.mistake):
                first[count.quantity] = count
        chosen = sorted(first.values(), key=lambda count: -count.students)[:most]
        rows = tuple(
            (Cell(self.quantity(c.quantity)), Cell(self.mistake(c.mistake)), Cell((str(c.students),))) for c in chosen
        )
        return [self.table(("where", "mistake", "students"), rows, "llr")] if rows else []

    def steps(self) -> list[Block]:
        """Quantities down, mistakes across."""
        totals = Counter[str]()
        cells: dict[tuple[str, str], int] = {}
        for quantity, mistake, students in self.counts:
            totals[mistake] += students
            cells[quantity, mistake] = students
        known = sorted((m for m in totals if m), key=lambda mistake: (-totals[mistake], mistake))
        columns, rest = sorted(known[:MOST_COLUMNS]), [*known[MOST_COLUMNS:], ""]
        if not columns:
            return []
        quantities = list(dict.fromkeys(count.quantity for count in self.counts))
        rows = []
        for name in quantities:
            numbers = [cells.get((name, mistake), 0) for mistake in columns]
            numbers.append(sum(cells.get((name, mistake), 0) for mistake in rest))
            rows.append((Cell(self.quantity(name)), *(Cell((str(n) if n else "",)) for n in numbers)))
        header: tuple[Inline, ...] = (
            (self.messages.text("class.column-where"),),
            *((Code(mistake),) for mistake in columns),
            (self.messages.text("class.column-other"),),
        )
        return [Table(header, tuple(rows), "l" + "r" * (len(columns) + 1))]

    def common(self) -> list[Block]:
        """The mistakes by name, wherever they were made."""
        totals = Counter[str]()
        for _, mistake, students in self.counts:
            totals[mistake] += students
        ordered = sorted(((m, n) for m, n in totals.items() if m), key=lambda item: (-item[1], item[0]))
        rows = tuple((Cell(self.mistake(mistake)), Cell((str(count),))) for mistake, count in ordered)
        return [self.table(("name", "times"), rows, "lr")] if rows else []

    def verdicts(self) -> list[Block]:
        counts = verdict_counts(self.result)
        rows = tuple(
            (Cell(self.question(item)), *(Cell((str(counts[item][verdict] or ""),)) for verdict in VERDICTS))
            for item in self.result.asked
            if counts[item]
        )
        return [self.table(("quantity", *VERDICTS), rows, "l" + "r" * len(VERDICTS))] if rows else []

    def nobody(self) -> list[Block]:
        parts: list[object] = []
        for item in nobody_got(self.result):
            parts += [", "] * bool(parts) + list(self.question(item))
        return [Paragraph(tuple(parts))] if parts else []  # type: ignore[arg-type]

    def adjustments(self) -> list[Block]:
        rows = tuple(
            (
                Cell((Code(row.report.student),)),
                Cell((Figures("–" if row.computed is None else _short(row.computed)),)),
                Cell((Figures("–" if row.report.score is None else _short(row.report.score)),)),
                Cell((row.adjustment.reason,)),
            )
            for row in self.result.rows
            if row.adjustment is not None
        )
        return [self.table(("student", "before", "after", "reason"), rows, "lrrl")] if rows else []

    def refused(self) -> list[Block]:
        return [
            Note((f"{error.place}: error[{error.code}]: {error.message}",), "warning")
            for row in self.result.rows
            if (error := row.report.error) is not None
        ]

    # --- words ---

    def table(self, columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...], align: str) -> Table:
        return Table(tuple((self.messages.text(f"class.column-{name}"),) for name in columns), rows, align)

    def question(self, item: Asked) -> Inline:
        return (Code(item.id),) if item.indices else self.quantity(item.quantity)

    def quantity(self, name: str) -> Inline:
        variable = self.solution.variables.get(name)
        return (InlineMath(variable.math),) if variable is not None else (Code(name),)

    def mistake(self, identifier: str) -> Inline:
        if not identifier:
            return (self.messages.text("class.unknown-mistake"),)
        name = self.names.get(identifier, "")
        return (Code(identifier), f"  {name}") if name else (Code(identifier),)


def _short(value: float) -> str:
    """A mean as people say it: one decimal, and none where it is whole."""
    return Rounding(decimals=1).text(value)
