"""Practice: one quantity at a time, checked at once, with hints that tell more each time they are asked for.

A session is data and pure functions over it; the command line only reads lines and prints what comes back.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple

from bpcli.calculus.program import Binding
from bpcli.classroom.tally import SOLVED
from bpcli.document.document import Block, Document, Inline, Note, Paragraph
from bpcli.document.mathtree import Math
from bpcli.document.safe import safe
from bpcli.grading.asked import Asked, asked
from bpcli.grading.grade import Grader
from bpcli.grading.model import Graded, Report, Working
from bpcli.grading.quantities import Quantity
from bpcli.lesson.words import Words
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.reports.report import mistake_blocks, worked_line

MOST_HINTS = 3
"""Formula, numbers put in, worked."""

VERSION = 1
MOST_TYPED = 100_000


class Progress(NamedTuple):
    """Where a learner stands: answers as typed, hints seen and wrong tries, each by id, and the place in the list."""

    answers: dict[str, str] = {}  # noqa: RUF012  a named tuple's default; never changed in place
    hints: dict[str, int] = {}  # noqa: RUF012
    tries: dict[str, int] = {}  # noqa: RUF012
    at: int = 0


class Outcome(NamedTuple):
    """What an answer came to. `passed`: right, or right for the learner's own earlier values."""

    verdict: str
    passed: bool
    blocks: tuple[Block, ...]


class Practice:
    """The questions of one problem. Raises ProblemError where it asks for what it does not have."""

    def __init__(self, grader: Grader) -> None:
        self.grader = grader
        self.solution = grader.solution
        self.words = Words(grader.solution)
        self.messages: Messages = self.words.messages
        self.writer = Writer(grader.solution.rounding)
        # A quantity of a later update, or a list of terms, has no line of its own to give hints about.
        self.questions: tuple[Asked, ...] = tuple(
            item for item in asked(grader.solution) if not item.moment and not item.terms
        )

    def question(self, at: int) -> Inline:
        """`3/15  Pre-activation of layer 2: a⁽²⁾, 2 numbers`."""
        item = self.questions[at]
        binding = self.binding(item)
        count = " × ".join(map(str, item.shape)) if item.shape else "1"
        kind = ("one", "list", "rows")[len(item.shape)]
        wanted = self.messages.text(f"practice.wanted.{kind}", count=count)
        title = self.words.meaning(binding)
        return (f"{at + 1}/{len(self.questions)}  ", *title, f"  ({wanted})")

    def symbol(self, at: int) -> Math:
        """What is asked for, as it is written."""
        item = self.questions[at]
        return self.quantity(item).variable.math

    def quantity(self, item: Asked) -> Quantity:
        return self.grader.quantities.place(item.id).quantity

    def binding(self, item: Asked) -> Binding:
        return next(b for b in self.solution.program.bindings if b.variable.name == item.name)

    def start(self) -> Progress:
        """Nothing done yet."""
        return Progress()

    def first_open(self, progress: Progress) -> Progress:
        """The progress at its place, or, where that is the end, at the first question without an answer."""
        if progress.at < len(self.questions):
            return progress
        left = [place for place, item in enumerate(self.questions) if item.id not in progress.answers]
        return progress._replace(at=left[0]) if left else progress

    def report(self, progress: Progress) -> Report:
        """The report on what has been answered so far."""
        return self.grader.grade(self.grader.read(self._sheet(progress.answers), "<answers>"))

    def working(self, progress: Progress) -> Working:
        return self.grader.working(self.grader.read(self._sheet(progress.answers), "<answers>"))

    def answer(self, progress: Progress, typed: str) -> tuple[Progress, Outcome]:
        """What the typed numbers come to, and the progress with them in it.

        A wrong answer is kept only in the count of tries, so that what comes after it is not built on it.
        """
        item = self.questions[progress.at]
        found, wanted = len(_tokens(typed.replace(";", " "))), math.prod(item.shape)
        if found != wanted:
            counted = self.messages.text("practice.count", found=found, wanted=wanted)
            return progress, Outcome("invalid", False, (Note((counted,), "warning"),))
        answers = {**progress.answers, item.id: typed}
        graded = [a for a in self.report(progress._replace(answers=answers)).answers if a.id == item.id]
        given = graded[0]
        passed = given.verdict in SOLVED
        blocks = tuple(self._told(item, given, progress._replace(answers=answers)))
        if passed:
            later = progress._replace(answers=answers, at=min(progress.at + 1, len(self.questions)))
        else:
            tries = {**progress.tries, item.id: progress.tries.get(item.id, 0) + 1}
            later = progress._replace(tries=tries)
        return later, Outcome(given.verdict, passed, blocks)

    def hint(self, progress: Progress) -> tuple[Progress, tuple[Block, ...]]:
        """The next hint on the question at hand: the formula, then the numbers in it, then everything."""
        item = self.questions[progress.at]
        level = min(progress.hints.get(item.id, 0) + 1, MOST_HINTS)
        later = progress._replace(hints={**progress.hints, item.id: level})
        answers = {name: typed for name, typed in progress.answers.items() if name != item.id}
        equation = worked_line(self.binding(item), self.working(progress._replace(answers=answers)), self.writer)
        formulas = 2 if self.binding(item).worked is not None else 1
        shown = {1: formulas, 2: formulas + 1}.get(level, len(equation.links))
        # The last link is the answer itself: only the last hint gives it away.
        most = len(equation.links) if level == MOST_HINTS else max(1, len(equation.links) - 1)
        return later, (equation._replace(links=equation.links[: min(shown, most)]),)

    def _told(self, item: Asked, given: Graded, progress: Progress) -> list[Block]:
        if given.verdict in SOLVED:
            return [Note((given.message or self.messages.text("practice.right"),), "check")]
        if given.verdict == "invalid":
            return [Note((given.message,), "warning")]
        if not given.matches:
            tried = progress.tries.get(item.id, 0)
            key = "practice.wrong" if not tried else "practice.wrong-again"
            return [Note((self.messages.text(key),), "warning")]
        told = list(mistake_blocks(given.matches, self.binding(item), self.working(progress), self.words, self.writer))
        return [Note((self.messages.text("practice.not-yet"),), "warning"), *told]

    def summary(self, progress: Progress) -> Document:
        """How it went: questions answered, hints used, tries needed."""
        right = sum(1 for item in self.questions if item.id in progress.answers)
        hints = sum(progress.hints.values())
        tries = sum(progress.tries.values())
        sentence = self.messages.text(
            "practice.summary", right=right, total=len(self.questions), hints=hints, tries=tries
        )
        blocks: list[Block] = [Paragraph((sentence,))]
        missing = [item.id for item in self.questions if item.id not in progress.answers]
        if missing and right:
            blocks.append(Paragraph((self.messages.text("practice.left", names=", ".join(missing)),)))
        return Document(tuple(blocks), self.messages.language)

    def _sheet(self, answers: dict[str, str]) -> str:
        """The answers typed so far as an answer file."""
        numbers = {item.id: numbers_of(answers[item.id], item.shape) for item in self.questions if item.id in answers}
        return json.dumps({"student": "practice", "answers": numbers})


def numbers_of(typed: str, shape: tuple[int, ...]) -> Any:
    """Typed numbers as they stand in an answer file: `0.1 0.2; 0.3 0.4` → rows; texts, never evaluated.

    Spaces, commas and brackets separate numbers, `;` or a line end separates rows; one number stands for itself.
    """
    rows = [_tokens(row) for row in re.split(r"[;\n]|\]\s*,?\s*\[", typed[:MOST_TYPED])]
    rows = [row for row in rows if row]
    flat = [token for row in rows for token in row]
    if len(shape) == 2:
        rows_wanted, columns = shape
        if len(rows) == 1 and len(flat) == rows_wanted * columns and rows_wanted > 1:
            return [flat[place : place + columns] for place in range(0, len(flat), columns)]
        return rows
    if shape == () and len(flat) == 1:
        return flat[0]
    return flat


def _tokens(row: str) -> list[str]:
    return [safe(token) for token in re.split(r"[\s,\[\]]+", row) if token]


def progress_to(progress: Progress, fingerprint: str) -> str:
    """The progress as text, to be kept until the next time."""
    data = {"format": "bpcli/practice", "version": VERSION, "problem": fingerprint, **progress._asdict()}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def progress_from(text: str, fingerprint: str, questions: int) -> Progress | None:
    """The progress kept for that very problem; None for another one, or for a file that is not one of ours."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # nested so deeply that it is none of ours
        return None
    if not isinstance(data, dict) or data.get("format") != "bpcli/practice" or data.get("problem") != fingerprint:
        return None
    answers, hints, tries = _map(data, "answers", str), _map(data, "hints", int), _map(data, "tries", int)
    at = data.get("at")
    if answers is None or hints is None or tries is None or not isinstance(at, int):
        return None
    if any("\ud800" <= character <= "\udfff" for typed in answers.values() for character in typed):
        return None  # half of a character: nobody has typed it
    return Progress(answers, hints, tries, min(max(at, 0), questions))


def _map(data: dict[str, Any], key: str, kind: type) -> Any:
    found = data.get(key)
    if isinstance(found, dict) and all(isinstance(value, kind) for value in found.values()):
        return found
    return None
