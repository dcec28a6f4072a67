"""Reports as JSON: one (`bpcli/report`), or those of a class (`bpcli/reports`)."""

from __future__ import annotations

import re
from typing import Any

from bpcli.classroom.results import ClassResult, Row
from bpcli.document.safe import safe
from bpcli.export.json import finite, indented
from bpcli.grading.model import Graded, Match, Report

VERSION = 1

_SURROGATE = re.compile("[\ud800-\udfff]")


def report_to_json(report: Report, feedback: str = "full") -> str:
    """One report; `feedback` says how much of it (see `grading.report`)."""
    return indented(report_data(report, feedback)) + "\n"


def report_data(report: Report, feedback: str = "full") -> dict[str, Any]:
    """A report as plain data. With less feedback than `full` nothing in it gives a number away."""
    data: dict[str, Any] = {
        "format": "bpcli/report",
        "version": 1,
        "file": report.file,
        "student": report.student,
        "score": report.score,
        "max_score": report.max_score,
        "first_wrong": report.first_wrong if feedback != "none" else None,
        "answers": [_answer(answer, feedback) for answer in report.answers] if feedback != "none" else [],
    }
    if report.error is not None:
        code, place, message = report.error
        data["error"] = {"code": code, "place": place, "message": message}
    return data


def _answer(answer: Graded, feedback: str) -> dict[str, Any]:
    full = feedback == "full"
    data: dict[str, Any] = {
        "id": answer.id,
        "quantity": answer.quantity,
        "verdict": answer.verdict,
        "points": answer.points,
        "max_points": answer.max_points,
        "given": answer.given,
        "expected": finite(answer.expected) if full else None,
        "entries": answer.entries,
        "mistakes": [],
        "message": "",
    }
    if full or feedback == "hint":
        data["mistakes"] = [
            {"id": match.id, "certainty": match.certainty, "message": match.message if full else _hint(match)}
            for match in answer.matches
        ]
    if full or (feedback == "hint" and answer.verdict != "wrong"):
        data["message"] = answer.message
    elif data["mistakes"]:
        data["message"] = data["mistakes"][0]["message"]
    if answer.place is not None:
        data["place"] = {"line": answer.place.line, "column": answer.place.column}
    return data


def _hint(match: Match) -> str:
    from bpcli.mistakes import described

    return match.hint or described(match.id).hint


def class_to_json(result: ClassResult, feedback: str = "full") -> str:
    """`class_to_dict` as text, one key a line."""
    return indented(_encodable(class_to_dict(result, feedback))) + "\n"


def class_to_dict(result: ClassResult, feedback: str = "full") -> dict[str, Any]:
    """Every report in the order of the files; a refused file has its error and a null score."""
    reports = [_row(row, feedback) for row in result.rows]
    return {"format": "bpcli/reports", "version": VERSION, "reports": reports}


def _row(row: Row, feedback: str) -> dict[str, Any]:
    """A report; where an instructor adjusted it, with the reason and the score before."""
    data = report_data(row.report, feedback)
    if row.adjustment is not None:
        data["adjustment"] = {"reason": row.adjustment.reason, "score_before": row.computed}
    return data


def _encodable(data: Any) -> Any:
    """The same data, without the halves of characters that a file name may have and UTF-8 has not."""
    if isinstance(data, dict):
        return {key: _encodable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_encodable(value) for value in data]
    return safe(data) if isinstance(data, str) and _SURROGATE.search(data) else data
