"""Grades a submission: a verdict for every entry, points, and what went wrong first.

**Verdicts.** An entry is `correct` when it meets the true value by the interval rule (digits asked for and not written
are zeros), or when honest rounding of the student's own numbers gives it. It is `close` when it is off by two
units in the last place at most, and `coarse` when it is right with fewer digits than asked for. It is `follows` when it
is what the student's own earlier values give, with everything below them worked anew, in any of the right ways of
working the line, or what a mistake named above in an unwritten line implies. Quantities are judged in the order of the
solution, whatever the order in the file. Where an answer is blank or invalid, what follows from the answers above it
stands in. Where all the true values end at the digits written (as in a graph of whole numbers), no answer was rounded,
and there is no room for it.

**What was not written down** may have been rounded the way the sheet is, or a digit or two finer. The line is worked
once more with all of it rounded like that; what lies between the outcome with rounding and the one without is right,
entry by entry, with room for the half-units of the written answers and for nothing else. Inside a line, products,
exponentials and constants are rounded likewise (`handwork`).

**Points** of a quantity are shared evenly by its entries; an entry earns the share that its verdict has
(`Check.share`).

**Nothing from nothing.** A wrong answer that is 0 in every entry, where the true value is not, makes what is below it
trivial: answers that follow from it earn no points, nor does an entry that is 0 only because it follows, nor one whose
interval is as wide as its value, nor any that follows on a sheet of one number.

**A lone 0.** A zero without decimals does not say how it was rounded. It is taken to be as fine as the finest number of
the sheet, and to be exact where there is nothing else to go by.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bpcli.grading.answered import Numbers
from bpcli.grading.diagnose import Diagnoser
from bpcli.grading.judging import Judging
from bpcli.grading.model import SEVERITY, Answer, Graded, Report, Submission, Working
from bpcli.grading.quantities import Key, Place, Quantities, Quantity, nested
from bpcli.grading.submission import read_submission
from bpcli.grading.tolerance import (
    Wanted,
)
from bpcli.lesson.words import Words
from bpcli.solution.solution import Solution


def grade(solution: Solution, submission: Submission) -> Report:
    """The report on one submission. For many of them make one `Grader`."""
    return Grader(solution).grade(submission)


USUAL_DECIMALS = 4
"""Where numbers are shown to significant digits: what counts for a true 0, which has none."""


class Grader:
    """Reads and grades the answers to one problem; what does not depend on the student is worked out once.

    Raises ProblemError where the problem asks for a quantity that it does not have.
    """

    def __init__(self, solution: Solution) -> None:
        self.solution = solution.one_update
        self.quantities = Quantities(solution)
        self.check = solution.problem.check
        shown = solution.rounding.decimals if solution.rounding.significant is None else USUAL_DECIMALS
        self.wanted = Wanted(self.check.digits, shown)
        self.words = Words(solution)
        self.asked = self.quantities.asked()
        self.weights: dict[Key, dict[int, float]] = {}
        for place, points, _ in self.asked:
            shares = self.weights.setdefault(place.quantity.key, {})
            for entry in place.numbers:
                shares[entry] = shares.get(entry, 0.0) + points / len(place.numbers)
        self.max_score = round(math.fsum(share for shares in self.weights.values() for share in shares.values()), 10)

    @cached_property
    def diagnoser(self) -> Diagnoser:
        """The mistaken formulas, made when an answer is first wrong and kept for all students."""
        return Diagnoser(self.solution)

    def read(self, data: bytes | str, path: str) -> Submission:
        """The submission in a file's contents. Raises ProblemError for a file that cannot be graded."""
        return read_submission(data, path, self.quantities)

    def grade(self, submission: Submission) -> Report:
        """The report on one submission."""
        rows = self._rows(submission)
        sheet = _Sheet(self, rows)
        sheet.judge()
        graded = tuple(sheet.graded(row) for row in rows)
        score = round(math.fsum(item.points for item in graded), 10)
        first = next((number for number, item in enumerate(graded) if item.verdict in ("wrong", "invalid")), None)
        report = Report(submission.path, submission.student, score, self.max_score, None, graded)
        if first is None:
            return report
        moment = rows[first].place.quantity.key.moment
        return report._replace(first_wrong=graded[first].id, working=sheet.working(moment))

    def working(self, submission: Submission, moment: int = 0) -> Working:
        """The submission put into the program, whether anything in it is wrong or not."""
        sheet = _Sheet(self, self._rows(submission))
        sheet.judge()
        return sheet.working(moment)

    def _rows(self, submission: Submission) -> list[_Row]:
        """A row for every answer and for everything that was asked and not answered, in the order of the solution."""
        rows = [_Row(self.quantities.place(answer.id), answer) for answer in submission.answers]
        answered: dict[Key, set[int]] = {}
        for row in rows:
            answered.setdefault(row.place.quantity.key, set()).update(row.place.numbers)
        for place, _, identifier in self.asked:
            done = answered.get(place.quantity.key, set())
            if done.isdisjoint(place.numbers):
                answered.setdefault(place.quantity.key, set()).update(place.numbers)
                rows.append(_Row(place, Answer(identifier, None, None)))
                continue
            for entry in place.numbers:
                if entry not in done:
                    answered.setdefault(place.quantity.key, set()).add(entry)
                    name = _entry_id(place.quantity, entry)
                    rows.append(_Row(Place(place.quantity, (), (entry,)), Answer(name, None, None)))
        rows.sort(key=lambda row: (row.place.quantity.order, row.place.numbers[0]))
        return rows


class _Row(NamedTuple):
    place: Place
    answer: Answer


def _entry_id(quantity: Quantity, entry: int) -> str:
    indices = np.unravel_index(entry, quantity.shape)
    return f"{quantity.id}[{','.join(str(int(index) + 1) for index in indices)}]"


class _Sheet(Judging):
    """One submission while it is graded, and the report on it."""

    def __init__(self, grader: Grader, rows: list[_Row]) -> None:
        super().__init__(grader, rows)
        self.marks = grader

    # --- the report ---

    def working(self, moment: int) -> Working:
        texts = dict(self.marks.solution.texts) if moment == 0 else {}
        for key, item in self.numbers.items():
            if key.moment == moment and not key.terms and item.is_answered:
                texts.pop(key.name, None)
                if None not in item.texts:
                    texts[key.name] = item.laid_out()
        values, results = self.own.values("printed", moment), self.own.all_results("printed", moment)
        return Working(moment, values, results, texts)

    def graded(self, row: _Row) -> Graded:
        place, answer = row
        item = self.numbers[place.quantity.key]
        verdicts = [item.verdicts[entry] for entry in place.numbers]
        verdict = next(candidate for candidate in SEVERITY if candidate in verdicts)
        weights = self.marks.weights.get(place.quantity.key, {})
        check = self.grader.check
        points = most = 0.0
        for entry, found in zip(place.numbers, verdicts, strict=True):
            weight = weights.get(entry, 0.0)
            most += weight
            if found != "follows" or entry not in item.worthless:
                points += weight * check.share(found)
        matches = item.matches if verdict == "wrong" or answer.misshapen is not None else ()
        shape = place.shape
        texts = [item.texts[entry] for entry in place.numbers]
        graded = Graded(
            answer.id,
            place.quantity.id if place.entries is None else _place_id(place),
            verdict,
            points,
            most,
            nested(texts, shape) if any(text is not None for text in texts) else None,
            nested([item.expected[entry] for entry in place.numbers], shape),
            nested(verdicts, shape),
            matches,
            place=answer.span,
        )
        return graded._replace(message=self._message(graded, item, row))

    def _message(self, graded: Graded, item: Numbers, row: _Row) -> str:
        words = self.marks.words
        if row.answer.fault is not None:
            told = words.fault(row.answer.fault)
            return f"{told}; {graded.matches[0].message}" if graded.matches else told
        entries = set(row.place.numbers)
        if graded.verdict == "wrong":
            if graded.matches:
                return graded.matches[0].message
            if item.vague & entries:
                return words.text("check.vague")
            if self.grader.check.truncation == "reject" and item.cut & entries:
                return words.text("check.cut-refused")
            given = item.quantity.key.name not in self.quantities.bindings
            return words.text("check.wrong-given" if given else "check.wrong")
        if graded.verdict == "follows":
            if item.worthless & entries:
                return words.text("check.from-nothing")
            mistaken = [self.numbers[below].quantity for below in item.rests_on if self.numbers[below].has_mistake]
            return words.follows([quantity.variable for quantity in mistaken])
        if graded.verdict == "missing":
            return words.text("check.incomplete" if graded.given is not None else "check.missing")
        if graded.verdict in ("close", "coarse"):
            return words.text(f"check.{graded.verdict}")
        if item.machine & entries:
            return words.text("check.machine")
        return words.text("check.cut") if item.cut & entries else ""


def _place_id(place: Place) -> str:
    """The canonical id of some entries of a quantity."""
    if place.entries is not None and len(place.entries) == 1 and not place.shape:
        return _entry_id(place.quantity, place.entries[0])
    assert place.entries is not None
    row = int(np.unravel_index(place.entries[0], place.quantity.shape)[0])
    return f"{place.quantity.id}[{row + 1}]"
