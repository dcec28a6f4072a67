"""Reports as JSON: `bpcli/report` for one file, `bpcli/reports` for several."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from bpcli.grading.model import Graded, Match, Report

__all__ = ["report_data", "report_to_json", "reports_to_json"]


def report_to_json(report: Report, feedback: str = "full") -> str:
    """One report; `feedback` says how much of it (see `grading.report`)."""
    return _text(report_data(report, feedback))


def reports_to_json(reports: Iterable[Report], feedback: str = "full") -> str:
    """Several reports."""
    found = [report_data(report, feedback) for report in reports]
    return _text({"format": "bpcli/reports", "version": 1, "reports": found})


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
        "expected": _finite(answer.expected) if full else None,
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
    from bpcli.grading.mistakes import described

    return match.hint or described(match.id).hint


def _finite(value: Any) -> Any:
    """Numbers as JSON has them: what is out of range is null."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value if math.isfinite(value) else None


def _text(data: dict[str, Any]) -> str:
    return _indented(data) + "\n"


def _indented(data: Any, depth: int = 0) -> str:
    """Indented, with lists that have no objects in them on one line."""
    pad = " " * (depth + 1)
    if isinstance(data, dict) and data:
        items = (
            f"{pad}{json.dumps(key, ensure_ascii=False)}: {_indented(value, depth + 1)}" for key, value in data.items()
        )
        return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"
    if isinstance(data, list) and any(isinstance(item, dict) for item in data):
        return "[\n" + ",\n".join(pad + _indented(item, depth + 1) for item in data) + "\n" + " " * depth + "]"
    return json.dumps(data, ensure_ascii=False, allow_nan=False)
