"""What a learning platform asks: every entry asked for as a number with a tolerance, and the statement as HTML.

**Tolerance.** Half a unit of the last digit asked for, what honest rounding of the earlier answers adds to that (as
`check` allows), and the problem's own tolerance. Whoever rounds as the problem says is right, and so is who cuts digits
off where `check` takes that.

**Feedback.** Every mistake of the catalogue that would give another number, made on the true earlier values, most
likely first; of several that give the same number the most likely one speaks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property
from html import escape
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, evaluate
from bpcli.calculus.program import Binding
from bpcli.diagnostics import BpcliError
from bpcli.document.document import Code, Inline, InlineMath, Strong
from bpcli.document.mathtree import Math
from bpcli.document.rounding import Rounding
from bpcli.document.safe import safe
from bpcli.grading.asked import Asked, asked
from bpcli.grading.diagnose import Diagnoser
from bpcli.grading.tolerance import GUARD, half_unit, slack
from bpcli.lesson.givens import equality, given_blocks
from bpcli.messages import Messages
from bpcli.mistakes import described
from bpcli.notation.latex import to_latex
from bpcli.notation.writer import Writer
from bpcli.reports.answer_sheet import sheet_lines
from bpcli.solution.solution import Solution, plain

MOST_FEEDBACK = 10
MOST_CELLS = 1_000
INERT = "mathjax_ignore tex2jax_ignore nolink"
"""Classes of text in which no platform looks for formulas or links."""

SHARES = (1.0, 1 / 32, 1 / 1024)
"""A formula moves with each of these shares of a rounding in proportion, but where it jumps."""
NO_STEP = 1e-6
CLOSE = 1e-3

_OPENING = re.compile(r"\{(?=[{:]|[0-9]+:)")
_CLOSING = re.compile(r"\}(?=\})")


class QuizError(BpcliError):
    """A problem that makes no quiz; says what to change."""

    exit_code = 3


class Wrong(NamedTuple):
    """A number that a mistake gives, and what is told to who enters it."""

    value: float
    tolerance: float
    id: str
    message: str


class Cell(NamedTuple):
    """One number asked for. `place` are its indices (from 1); `text` is the number at the digits asked for.

    Right is what lies within the tolerance, and up to `cut` beyond it towards 0, where it is what is left of the value
    when digits are cut off.
    """

    place: tuple[int, ...]
    value: float
    text: str
    tolerance: float
    wrong: tuple[Wrong, ...]
    cut: float = 0.0

    @property
    def low(self) -> float:
        """The least number that is right."""
        return self.value - self.tolerance - (self.cut if self.value > 0 else 0.0)

    @property
    def high(self) -> float:
        """The greatest number that is right."""
        return self.value + self.tolerance + (self.cut if self.value < 0 else 0.0)


class Question(NamedTuple):
    """A quantity asked for: its cells row by row (one row for a number or a vector)."""

    asked: Asked
    symbol: Math
    meaning: Inline
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row)

    @property
    def share(self) -> float:
        """The points of one cell."""
        return self.asked.points / len(self.cells)


class Quiz(NamedTuple):
    """`statement` are the paragraphs of the problem; `digits` says how numbers are to be entered."""

    title: str
    language: str
    statement: tuple[Inline, ...]
    digits: str
    questions: tuple[Question, ...]


def quiz(solution: Solution, *, feedback: bool = True) -> Quiz:
    """Everything a platform needs to ask a problem.

    Raises ProblemError where the problem asks for what it does not have, QuizError for too many numbers.
    """
    items = asked(solution)
    count = sum(int(np.prod(item.shape, dtype=int)) for item in items)
    if count > MOST_CELLS:
        advice = "name fewer under `check: {points: …}`"
        raise QuizError(f"{count} numbers are asked for, and a quiz has at most {MOST_CELLS}; {advice}")
    messages = Messages(solution.problem.language)
    cells = _Cells(solution, items, feedback)
    questions = [
        Question(line.item, line.symbol, line.meaning, cells.rows(line.item)) for line in sheet_lines(solution)
    ]
    rounding = solution.rounding
    if rounding.significant is not None:
        digits = messages.text("quiz.significant", count=rounding.significant)
    else:
        digits = messages.text("quiz.decimals", count=rounding.decimals)
    title = solution.problem.title or messages.text("quiz.title")
    return Quiz(safe(title), messages.language, tuple(_statement(solution, messages)), digits, tuple(questions))


def _statement(solution: Solution, messages: Messages) -> Iterator[Inline]:
    """The note and the data of the problem; of a graph its formulas too."""
    if solution.problem.note:
        yield (solution.problem.note,)
    writer = Writer(solution.rounding)
    for block in given_blocks(solution, writer, messages):
        yield _separated(block.equations)
    formulas = [
        equality(binding.variable.math, writer.math(binding.expr))
        for binding in solution.program.bindings
        if binding.rule == "definition"
    ]
    if formulas:
        yield _separated(tuple(formulas))


def _separated(equations: tuple[Math, ...]) -> Inline:
    parts: list[Any] = []
    for equation in equations:
        if parts:
            parts.append(", ")
        parts.append(InlineMath(equation))
    return tuple(parts)


class _Cells:
    """Makes the cells of a solution's questions."""

    def __init__(self, solution: Solution, items: tuple[Asked, ...], feedback: bool) -> None:
        self.solution = solution
        self.feedback = feedback
        self.bindings = {binding.variable.name: binding for binding in solution.program.bindings}
        halves = np.vectorize(lambda value: _half(float(value), solution.rounding), otypes=[np.float64])
        self.radii: dict[str, Array] = {
            item.name: halves(solution.values[item.name]) for item in items if not item.moment and not item.terms
        }

    def rows(self, item: Asked) -> tuple[tuple[Cell, ...], ...]:
        value = self.solution[item.id]
        line = self.bindings.get(item.name) if not item.moment and not item.terms else None
        slacks = np.zeros(item.shape) if line is None else self._slack(line, item)
        wrongs = self._wrongs(line, item) if line is not None and self.feedback else []
        check = self.solution.problem.check
        cells = []
        for index in product(*map(range, item.shape)):
            true = float(np.asarray(value)[index])
            half = _half(true, self.solution.rounding)
            room = float(slacks[index]) + max(check.absolute, check.relative * abs(true))
            tolerance = _stable(half + room, 6)
            told = self._told(true, half, tolerance, [(at[index], identifier) for at, identifier in wrongs])
            place = (*item.indices, *(number + 1 for number in index))
            cut = _cut(abs(true), half, room) if check.truncation == "accept" else 0.0
            text = self.solution.rounding.text(true)
            cells.append(Cell(place, _stable(true), text, tolerance, told, _stable(cut, 6)))
        length = item.shape[1] if len(item.shape) == 2 else len(cells)
        return tuple(tuple(cells[start : start + length]) for start in range(0, len(cells), length))

    @cached_property
    def _diagnoser(self) -> Diagnoser:
        return Diagnoser(self.solution)

    def _slack(self, line: Binding, item: Asked) -> Array:
        """What the roundings of earlier answers come to; where the formula jumps, no rounding leads across."""
        jumps = self._moved(line, NO_STEP)
        moved = [np.maximum(self._moved(line, share) - jumps, 0.0) / share for share in SHARES]
        return self._laid_out(np.min(moved, axis=0), item)

    def _moved(self, line: Binding, share: float) -> Array:
        radii = {name: share * radius for name, radius in self.radii.items()}
        return slack(line.expr, self.solution.values, radii)

    def _laid_out(self, value: Array, item: Asked) -> Array:
        """An array of the program as the answer is laid out."""
        variable = self.solution.variables[item.name]
        found = np.asarray(plain(np.broadcast_to(value, variable.shape), variable.rank))
        return np.asarray(found[tuple(place - 1 for place in item.indices)])

    def _wrongs(self, line: Binding, item: Asked) -> list[tuple[Array, str]]:
        with np.errstate(all="ignore"):
            return [
                (self._laid_out(evaluate(formula, self.solution.values), item), variant.id)
                for variant in self._diagnoser.variants(line.variable.name)
                for formula in variant.alternatives or (variant.wrong,)
            ]

    def _told(self, true: float, half: float, tolerance: float, wrongs: list[tuple[Array, str]]) -> tuple[Wrong, ...]:
        """The wrong numbers that can be told from the right one and from each other."""
        told: list[Wrong] = []
        for number, identifier in wrongs:
            value = float(number)
            if not np.isfinite(value) or len(told) == MOST_FEEDBACK:
                continue
            own = _half(value, self.solution.rounding)
            if abs(value - true) <= tolerance + own + half:
                continue
            if any(abs(value - other.value) <= own + other.tolerance for other in told):
                continue
            mistake = described(identifier, self.solution.problem.language)
            message = f"{mistake.title[:1].upper()}{mistake.title[1:]}. {mistake.hint}"
            told.append(Wrong(_stable(value), own, identifier, message))
        return tuple(told)


def _cut(size: float, half: float, room: float) -> float:
    """How far beyond the tolerance lies what is left of a number of that size when digits are cut off.

    With some `room`, also what is left of another number no more than that off.
    """
    if room or not size:
        return half if size else 0.0
    unit = 2.0 * half
    below = size - math.floor(size / unit + GUARD) * unit
    return max(below - half, 0.0) + CLOSE * half if below > half else 0.0


def _stable(value: float, digits: int = 12) -> float:
    """The digits that are the same on every processor."""
    return float(f"{value + 0.0:.{digits}g}")


def _half(value: float, rounding: Rounding) -> float:
    """Half a unit of the last digit asked for."""
    text = rounding.text(value)
    if "." in text or "e" in text:
        return half_unit(text)
    if rounding.significant is None:
        return 0.5 * 10.0**-rounding.decimals
    size = len(text.lstrip("-")) if value else 1
    return 0.5 * 10.0 ** (size - rounding.significant)


# --- HTML ---


def inline_html(inline: Inline, formula: str = r"\({}\)") -> str:
    r"""A sentence as HTML, its formulas in TeX between `\(` and `\)`. Text is text, whatever it holds."""
    parts = []
    for part in inline:
        if isinstance(part, InlineMath):
            parts.append(formula.replace("{}", tex(part.math)))
        elif isinstance(part, Strong):
            parts.append(f"<strong>{text_html(part.text)}</strong>")
        elif isinstance(part, Code):
            parts.append(f'<code class="{INERT}">{text_html(part.text)}</code>')
        else:
            parts.append(text_html(part))
    return "".join(parts)


def text_html(text: str) -> str:
    """Text as HTML in which platforms find nothing to replace: braces, brackets and dollars are references."""
    shown = escape(safe(text)).replace("&amp;", "&#38;")
    for character in "{}~\\$[]@":
        shown = shown.replace(character, f"&#{ord(character)};")
    inert = any(character in text for character in "\\$")
    return f'<span class="{INERT}">{shown}</span>' if inert else shown


def tex(math: Math) -> str:
    r"""TeX to stand in HTML: no `{1:` and no `{{`, which mean something to platforms, and no character of HTML."""
    apart = _CLOSING.sub("} ", _OPENING.sub("{ ", to_latex(math)))
    return escape(apart, quote=False).replace("&amp;", "&#38;")
