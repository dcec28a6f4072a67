"""A class: every file graded on its own, so that a bad one costs nobody else anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from bpcli.classroom.collect import Found
from bpcli.classroom.overrides import Adjustment, Overrides, adjusted
from bpcli.classroom.students import student_key
from bpcli.diagnostics import BpcliError, InputError, ProblemError
from bpcli.grading.asked import Asked
from bpcli.grading.model import Graded, Refusal, Report, Submission
from bpcli.problem.model import USUAL_CHECK as USUAL
from bpcli.problem.model import Check

NOT_READ = frozenset({"symbolic-link", "not-a-file", "unknown-format"})
"""Refusals of files that were never taken for answers: such a file does not put another one in doubt."""


class Row(NamedTuple):
    """One file of a class.

    `report` has the adjusted points and score where an instructor adjusted them; `computed` is the score before.
    """

    report: Report
    adjustment: Adjustment | None = None
    computed: float | None = None

    @property
    def refused(self) -> bool:
        return self.report.error is not None

    @property
    def all_correct(self) -> bool:
        return not self.refused and all(answer.verdict in ("correct", "close") for answer in self.report.answers)


class ClassResult(NamedTuple):
    """Every file of a class with its row, and what was asked."""

    title: str
    asked: tuple[Asked, ...]
    max_score: float
    rows: tuple[Row, ...]

    @property
    def scores(self) -> tuple[float, ...]:
        return tuple(row.report.score for row in self.rows if row.report.score is not None)

    @property
    def any_refused(self) -> bool:
        return any(row.refused for row in self.rows)

    @property
    def all_correct(self) -> bool:
        return all(row.all_correct for row in self.rows)

    @property
    def reports(self) -> tuple[Report, ...]:
        return tuple(row.report for row in self.rows)


def grade_files(
    files: Iterable[Found],
    read: Callable[[str], Submission],
    grade: Callable[[Submission], Report],
    max_score: float,
) -> Iterator[Report]:
    """The report on every file, one after the other; a file that cannot be graded has its reason in place of a score.

    Whatever goes wrong with a file, the next one is graded as if nothing had happened.
    """
    for found in files:
        student = found.stem
        if found.refusal is not None:
            yield _refused(found.file, student, max_score, found.refusal)
            continue
        try:
            submission = read(found.file)
            student = submission.student
            yield grade(submission)
        except Exception as error:
            yield _refused(found.file, student, max_score, refusal_of(error, found.file))


def refusal_of(error: Exception, file: str) -> Refusal:
    """Why a file has no score, in one line, with its place."""
    if isinstance(error, ProblemError):
        first = error.diagnostics[0]
        place = f"{error.path}:{first.span.line}:{first.span.column}" if first.span else error.path
        more = len(error.diagnostics) - 1
        rest = f" (and {more} more error{'s' * (more > 1)})" if more else ""
        return Refusal(first.code, place, first.message + rest)
    if isinstance(error, InputError):
        return Refusal("unreadable", file, str(error))
    if isinstance(error, BpcliError):
        return Refusal("not-gradable", file, str(error))
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Refusal("internal", file, f"bpcli has a bug here ({told[:200]}); the other files are graded")


def _refused(file: str, student: str, max_score: float, refusal: Refusal) -> Report:
    answers: tuple[Graded, ...] = ()
    return Report(file, student, None, max_score, None, answers, refusal)


def refuse_ambiguous(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Two files of one student are both refused: which of them counts is not for a program to guess."""
    reports = tuple(reports)
    files: dict[str, list[str]] = {}
    for report in reports:
        if report.error is None or report.error.code not in NOT_READ:
            files.setdefault(student_key(report.student), []).append(report.file)
    result: list[Report] = []
    for report in reports:
        others = [file for file in files.get(student_key(report.student), ()) if file != report.file]
        if others and report.error is None:
            told = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
            message = f"`{report.student}` has another file: {told}; keep one, or write `student:` into each"
            refusal = Refusal("ambiguous-student", report.file, message)
            report = _refused(report.file, report.student, report.max_score, refusal)
        result.append(report)
    return tuple(result)


def with_overrides(
    reports: Iterable[Report], overrides: Overrides | None, asked: tuple[Asked, ...], check: Check = USUAL
) -> tuple[Row, ...]:
    """The rows of a class, with the instructor's adjustments put on top."""
    rows: list[Row] = []
    for report in reports:
        adjustment = overrides.of(report) if overrides is not None else None
        if adjustment is None:
            rows.append(Row(report))
        else:
            rows.append(Row(adjusted(report, adjustment, asked, check), adjustment, report.score))
    return tuple(rows)
