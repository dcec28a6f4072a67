"""The report on one submission as a Document: first what matters most, then every answer in a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Variable, variables_of
from bpcli.calculus.program import Binding
from bpcli.calculus.stages import stages
from bpcli.document.document import (
    Block,
    Cell,
    Code,
    Document,
    Equation,
    Figures,
    Inline,
    InlineMath,
    Link,
    Note,
    Paragraph,
    Strong,
    Table,
    Title,
)
from bpcli.document.mathtree import Identifier, Math, Matrix, Number, Subscript
from bpcli.grading.model import SEVERITY, Graded, Match, Report, Working
from bpcli.grading.quantities import Place, Quantities, Quantity
from bpcli.grading.tolerance import half_unit
from bpcli.inquiry.nudge import Nudge, nudge
from bpcli.lesson.words import Words
from bpcli.notation.writer import Writer
from bpcli.problem.numbers import parse_number
from bpcli.solution.solution import Solution

FEEDBACK = ("none", "verdict", "hint", "full")
"""What a student is told: the points, the verdicts too, a hint without any number too, everything."""

MARKS = {
    "correct": "✓",
    "close": "≈",
    "coarse": "~",
    "follows": "↳",
    "wrong": "✗",
    "missing": "·",
    "invalid": "?",
}
ASCII_MARKS = {**MARKS, "correct": "+", "close": "=", "follows": ">", "wrong": "x", "missing": "."}
ROLES = {
    "correct": "good",
    "close": "good",
    "coarse": "warn",
    "follows": "warn",
    "wrong": "bad",
    "missing": "",
    "invalid": "bad",
}

FEW = 50
"""So many times less precise than what is usually shown: two digits fewer."""

MOST_OTHERS = 8
"""Wrong answers that are explained beside the first."""

MOST_ROWS, MOST_COLUMNS = 12, 12
"""A larger map of marks is given as counts."""


def report_document(
    report: Report,
    solution: Solution,
    *,
    feedback: str = "full",
    ascii: bool = False,  # noqa: A002
) -> Document:
    """The report as a document; `feedback` is one of `FEEDBACK`."""
    teller = _Teller(report, solution, feedback, ascii)
    return Document(tuple(teller.blocks()), teller.words.messages.language)


def points_text(points: float) -> str:
    """Points without needless digits: `3`, `3.5`, `0.33`."""
    return f"{points:.2f}".rstrip("0").rstrip(".") if math.isfinite(points) else "–"


def written_math(variable: Variable, texts: Any) -> Math:
    """A student's numbers as they wrote them, laid out as the quantity is."""
    if variable.shape == ():
        return Number(_ascii_minus(texts))
    return Matrix(tuple(tuple(_ascii_minus(text) for text in row) for row in texts))


def _ascii_minus(text: str) -> str:
    return text.replace("−", "-")


def worked_line(binding: Binding, working: Working, writer: Writer, *, aside: Match | None = None) -> Equation:
    """A line of the program, or the mistaken formula of `aside` in its place, worked with the student's own numbers."""
    formulas = [binding.expr] if aside is None or aside.wrong is None else [aside.wrong]
    if aside is None and binding.worked is not None:
        formulas.append(binding.worked)
    steps = stages(formulas[-1], working.values, working.texts)
    return writer.chain(binding.variable.math, formulas, steps)


def mistake_blocks(
    matches: tuple[Match, ...], binding: Binding, working: Working, words: Words, writer: Writer
) -> Iterator[Block]:
    """What the catalogue says about wrong numbers, and the mistaken formula worked with the student's own."""
    if not matches:
        yield Paragraph((words.text("check.unexplained"),))
        return
    if len(matches) > 1 or matches[0].certainty != "certain":
        yield Paragraph((words.text("check.could-be" if matches[0].certainty == "tied" else "check.perhaps"),))
    for match in matches:
        yield Paragraph((Figures(f"{_sentence(match.message)} ({match.id})."),))
    if len(matches) == 1 and matches[0].wrong is not None:
        yield worked_line(binding, working, writer, aside=matches[0])


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _indices(found: Nudge) -> str:
    """The entry of a vector by its number, of a matrix by its row and column."""
    places = [i + 1 for i, n in zip(found.at, found.of.shape, strict=True) if n > 1 or found.of.rank == 2]
    return ",".join(map(str, places))


class _Line(NamedTuple):
    """A row of the table: one quantity, whichever way its entries were answered."""

    quantity: Quantity
    entries: tuple[str, ...]
    verdict: str
    points: float
    max_points: float
    answers: tuple[Graded, ...]


class _Teller:
    """Tells one report."""

    def __init__(self, report: Report, solution: Solution, feedback: str, plain: bool) -> None:
        self.report = report
        self.solution = solution
        self.feedback = feedback
        self.plain = plain
        self.words = Words(solution)
        self.language = self.words.messages.language
        self.writer = Writer(solution.rounding)
        self.quantities = Quantities(solution)

    def blocks(self) -> Iterator[Block]:
        report, words = self.report, self.words
        most = points_text(report.max_score)
        if report.error is not None:
            yield Title(f"{self._name()} · {report.student}")
            yield Note((f"{words.text('check.refused')}: {report.error.place}: {report.error.message}",), "warning")
            return
        assert report.score is not None
        yield Title(
            f"{self._name()} · {report.student}",
            Figures(words.text("check.points", points=points_text(report.score), most=most)),
        )
        if self.feedback == "none":
            return
        lines = self._lines()
        yield from self._verdict(lines)
        yield self._table(lines)
        if any(answer.verdict != "correct" for answer in report.answers):
            yield Paragraph((words.text("check.legend-ascii" if self.plain else "check.legend"),))
        if any(answer.verdict in ("missing", "invalid") for answer in report.answers) and self.feedback == "full":
            yield Paragraph((words.text("check.stands-in"),))

    def _name(self) -> str:
        """The problem's file name, or its title where it has none."""
        path = self.solution.problem.path
        return self.solution.problem.title if path.startswith("<") else PurePath(path).stem

    # --- the line that matters ---

    def _verdict(self, lines: list[_Line]) -> Iterator[Block]:
        answers = self.report.answers
        if all(answer.verdict == "correct" for answer in answers):
            yield Note((self.words.text("check.all-correct"),), "check")
            return
        first = next((answer for answer in answers if answer.verdict == "wrong"), None)
        if first is None:
            if not any(answer.verdict == "invalid" for answer in answers):
                yield Paragraph((self.words.text("check.nothing-wrong"),))
            return
        if self.feedback == "verdict":
            return
        place = self.quantities.place(first.id)
        binding = self.quantities.bindings.get(place.quantity.key.name)
        meaning: Inline = ()
        if binding is not None and not place.quantity.key.terms:
            meaning = (", ", *_lowered(self.words.meaning(binding)))
        yield Paragraph((Strong(self.words.text("check.first-wrong")), " ", *self._named(place), *meaning))
        if self.feedback == "hint":
            yield from self._hint(first, place, binding)
        else:
            yield from self._explained(first, place, binding)
            yield from self._nudged(first, place)
            yield from self._others(first)
            yield from self._afterwards(lines)

    def _hint(self, first: Graded, place: Place, binding: Binding | None) -> Iterator[Block]:
        """What to look at, without a number."""
        if first.matches:
            from bpcli.mistakes import described

            yield Paragraph((described(first.matches[0].id, self.language).hint,))
        elif binding is not None:
            inputs: list[Any] = []
            for variable in variables_of(binding.expr):
                inputs.extend((", ", InlineMath(variable.math)) if inputs else (InlineMath(variable.math),))
            sentence = self.words.inline("check.hint", name=place.quantity.variable.math, inputs="\0")
            parts: list[Any] = []
            for part in sentence:
                parts.extend(inputs if part == "\0" else [part])
            yield Paragraph((*parts, " ", self.words.text("check.hint-shape")))

    def _explained(self, first: Graded, place: Place, binding: Binding | None) -> Iterator[Block]:
        working = self.report.working
        variable = place.quantity.variable
        if working is None or binding is None or place.quantity.key.terms:
            yield Paragraph((Figures(first.message),))
            return
        if variable.name in working.texts:
            yield Equation(variable.math, (Link("=", written_math(variable, working.texts[variable.name])),))
        yield from mistake_blocks(first.matches, binding, working, self.words, self.writer)
        yield Paragraph((self.words.text("check.expected"),))
        yield worked_line(binding, working, self.writer)

    def _nudged(self, first: Graded, place: Place) -> Iterator[Block]:
        """What a wrong gradient promises beside what happens, for the student to see that it cannot be right."""
        name, moment, terms = place.quantity.key
        if moment or terms or place.entries is not None or first.given is None:
            return
        texts = np.ravel(np.array(first.given, dtype=object))
        if any(text is None for text in texts):
            return
        value = np.array([parse_number(str(text)).value for text in texts])
        found = nudge(self.solution, name, value.reshape(place.quantity.variable.shape))
        if found is None or self._looks_the_same(found):
            return
        of = found.of.math if not found.at else Subscript(found.of.math, Identifier(_indices(found)))
        numbers = {
            "step": Figures(f"{found.step:g}"),
            "change": Figures(_signed(found.change)),
            "promised": Figures(_signed(found.promised)),
        }
        output = self.solution.output.math
        yield Paragraph(self.words.inline("check.nudge", of=of, output=output, **numbers))

    @staticmethod
    def _looks_the_same(found: Nudge) -> bool:
        return _signed(found.change) == _signed(found.promised)

    def _others(self, first: Graded) -> Iterator[Block]:
        """The other wrong answers, each in a sentence."""
        others = [a for a in self.report.answers if a.matches and a is not first]
        for answer in others[:MOST_OTHERS]:
            place = self.quantities.place(answer.id)
            match = answer.matches[0]
            told = Figures(f" {_sentence(match.message)} ({match.id}).")
            yield Paragraph((Strong(self.words.text("check.also")), " ", *self._named(place), ":", told))
        if len(others) > MOST_OTHERS:
            yield Paragraph((self.words.text("check.also-more", count=len(others) - MOST_OTHERS),))

    def _afterwards(self, lines: list[_Line]) -> Iterator[Block]:
        share = self.solution.problem.check.follow_through
        count = sum(line.verdict == "follows" and line.points > 0 for line in lines)
        if not count:
            return
        key = f"check.after-{'one' if count == 1 else 'many'}{'' if share == 1.0 else '-share'}"
        yield Paragraph((Figures(self.words.text(key, count=count, share=f"{100 * share:g} %")),))

    # --- the table ---

    def _lines(self) -> list[_Line]:
        groups: dict[Any, list[tuple[Place, Graded]]] = {}
        for answer in self.report.answers:
            place = self.quantities.place(answer.id)
            groups.setdefault(place.quantity.key, []).append((place, answer))
        return [_gathered(group) for group in groups.values()]

    def _table(self, lines: list[_Line]) -> Table:
        columns = ["quantity", "entries", "verdict", "points", "note"]
        if self.feedback == "verdict":
            columns.pop()
        header = tuple((self.words.text(f"check.column-{name}"),) for name in columns)
        rows: list[tuple[Cell, ...]] = []
        for line in lines:
            marks = self._marks(line)
            earned = f"{points_text(line.points)} / {points_text(line.max_points)}" if line.max_points else ""
            role = ROLES[line.verdict]
            cells = [
                Cell(self._named(Place(line.quantity, line.quantity.shape))),
                Cell((marks[0],), role),
                Cell((self.words.text(f"check.verdict.{line.verdict}"),), role),
                Cell((Figures(earned),)),
                Cell(self._note(line)),
            ]
            rows.append(tuple(cells[: len(columns)]))
            blank = Cell(())
            rows.extend((blank, Cell((mark,), role), *[blank] * (len(columns) - 2)) for mark in marks[1:])
        return Table(header, tuple(rows), "lllrl"[: len(columns)])

    def _marks(self, line: _Line) -> list[str]:
        """The map of a quantity's entries, a text for each of its rows."""
        signs: Mapping[str, str] = ASCII_MARKS if self.plain else MARKS
        shape = line.quantity.shape
        columns = shape[-1] if shape else 1
        rows = len(line.entries) // columns
        if rows > MOST_ROWS or columns > MOST_COLUMNS:
            counts = ((verdict, line.entries.count(verdict)) for verdict in reversed(SEVERITY))
            return [", ".join(f"{count} {signs[verdict]}" for verdict, count in counts if count)]
        marks = [signs[verdict] for verdict in line.entries]
        return [" ".join(marks[row * columns : (row + 1) * columns]) for row in range(rows)]

    def _named(self, place: Place) -> Inline:
        key = place.quantity.key
        if key.moment or key.terms:
            return (Code(place.quantity.id),)
        name: Inline = (InlineMath(place.quantity.variable.math),)
        if place.entries is None:
            return name
        return (*name, _entry_suffix(place))

    def _note(self, line: _Line) -> Inline:
        worst = next(answer for answer in line.answers if answer.verdict == line.verdict)
        if line.verdict == "correct" and not worst.message and isinstance(worst.given, str):
            return self._few_digits(worst.given, worst.expected)
        if line.verdict == "wrong":
            return self._mistake_note(worst)
        if line.verdict == "missing" and worst.given is None and self.feedback != "full":
            return ()
        if line.verdict == "invalid" and worst.place is not None:
            place = f"{PurePath(self.report.file).name}:{worst.place.line}:{worst.place.column}"
            return (f"{place}: {worst.message}",)
        return (worst.message,) if worst.message else ()

    def _few_digits(self, text: str, true: float) -> Inline:
        """That fewer digits than are usual here were enough."""
        half = half_unit(text)
        usual = half_unit(self.solution.rounding.text(true))
        value = float(text.replace("−", "-")) if half else true
        if half < FEW * usual or math.isclose(value, true, rel_tol=1e-9) or self.feedback != "full":
            return ()
        return (Figures(self.words.text("check.few-digits", text=text)),)

    def _mistake_note(self, answer: Graded) -> Inline:
        if self.feedback == "hint":
            return ()
        if answer.matches:
            from bpcli.mistakes import described

            ids = " / ".join(match.id for match in answer.matches)
            return (f"{described(answer.matches[0].id, self.language).title} ({ids})",)
        if not isinstance(answer.expected, list):
            value = self.solution.rounding.text(answer.expected)
            return (Figures(self.words.text("check.wrong-expected", value=value)),)
        return (answer.message,)


def _gathered(group: Iterable[tuple[Place, Graded]]) -> _Line:
    """The answers to one quantity, or to entries of it, as one row."""
    group = list(group)
    quantity = group[0][0].quantity
    entries = ["missing"] * quantity.size
    for place, answer in group:
        for number, verdict in zip(place.numbers, _flat(answer.entries), strict=True):
            entries[number] = verdict
    answers = tuple(answer for _, answer in group)
    given = [answer.verdict for answer in answers]
    return _Line(
        quantity,
        tuple(entries),
        next(verdict for verdict in SEVERITY if verdict in given),
        math.fsum(answer.points for answer in answers),
        math.fsum(answer.max_points for answer in answers),
        answers,
    )


def _flat(entries: Any) -> list[str]:
    if not isinstance(entries, list):
        return [entries]
    return [item for part in entries for item in (part if isinstance(part, list) else [part])]


def _entry_suffix(place: Place) -> str:
    """`[1,2]` for one entry, `[1]` for a row."""
    assert place.entries is not None
    shape = place.quantity.shape
    if len(shape) == 1:
        return f"[{place.entries[0] + 1}]"
    row, column = divmod(place.entries[0], shape[1])
    return f"[{row + 1}]" if place.shape else f"[{row + 1},{column + 1}]"


def _lowered(inline: Inline) -> Inline:
    """A title inside a sentence."""
    first, *rest = inline
    return (first[:1].lower() + first[1:], *rest) if isinstance(first, str) else inline


def _sentence(text: str) -> str:
    """A message as a sentence of its own."""
    return text[:1].upper() + text[1:].rstrip(".")
