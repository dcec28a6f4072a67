"""Grades as CSV: one row a file, RFC 4180, and nothing in it that a spreadsheet would take for a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from bpcli.classroom.results import ClassResult, Row
from bpcli.classroom.tally import verdict_on
from bpcli.document.safe import safe
from bpcli.grading.asked import Asked
from bpcli.problem.numbers import NotANumber, parse_number

COLUMNS = ("file", "student", "score", "max_score", "percent", "first_wrong", "mistakes", "adjustment", "error")
FORMULA_STARTS = ("=", "+", "-", "@", "|", "%")
BYTE_ORDER_MARK = "\ufeff"

_QUOTED = re.compile(r'[",;\t\r\n]|^\s|\s$')


def grades_to_csv(result: ClassResult) -> str:
    """The grades of a class; after the fixed columns, one for every quantity asked for, with its verdict.

    Text that is not ASCII starts with a byte order mark, by which Excel knows UTF-8.
    """
    lines = [[*COLUMNS, *(_heading(item.id) for item in result.asked)]]
    lines += [_row(row, result.asked) for row in result.rows]
    text = "".join(",".join(_cell(value) for value in line) + "\r\n" for line in lines)
    return text if text.isascii() else BYTE_ORDER_MARK + text


def guarded(text: str) -> str:
    """Text that a spreadsheet shows as it stands: what would be a formula gets an apostrophe, a number does not."""
    shown = safe(text)
    if normalize("NFKC", shown).lstrip().startswith(FORMULA_STARTS) or shown.startswith(("\\t", "\\r", "\\n")):
        try:
            parse_number(shown)
        except NotANumber:
            return f"'{shown}"
    return shown


def _cell(text: str) -> str:
    text = guarded(text)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _heading(identifier: str) -> str:
    """The name of a question, apart from those of the other columns."""
    return f"{identifier} (verdict)" if identifier in COLUMNS else identifier


def _row(row: Row, asked: Iterable[Asked]) -> list[str]:
    report, error = row.report, row.report.error
    mistakes = (
        f"{answer.id}: {'/'.join(match.id for match in answer.matches)}" for answer in report.answers if answer.matches
    )
    return [
        report.file,
        report.student,
        "" if report.score is None else _number(report.score),
        _number(report.max_score),
        _percent(report.score, report.max_score),
        report.first_wrong or "",
        "; ".join(mistakes),
        _adjustment(row),
        f"{error.place}: {error.code}: {error.message}" if error else "",
        *(verdict_on(report, item) for item in asked),
    ]


def _adjustment(row: Row) -> str:
    if row.adjustment is None:
        return ""
    before = "" if row.computed is None else f" (before: {_number(row.computed)})"
    return f"{row.adjustment.reason}{before}"


def _percent(score: float | None, most: float) -> str:
    return "" if score is None or most <= 0 else _number(round(100 * score / most, 2))


def _number(value: float) -> str:
    return f"{value:.10g}"
