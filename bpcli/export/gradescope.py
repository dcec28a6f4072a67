"""`results.json` for Gradescope's autograder: valid whatever happens, so that a student is always told something."""

from __future__ import annotations

import json
import math
from typing import Any

from bpcli.classroom.results import Row
from bpcli.document.safe import safe
from bpcli.export.reports import report_data
from bpcli.messages import Messages

STATUS = {"correct": "passed", "close": "passed", "coarse": "passed", "follows": "passed"}


def row_to_gradescope(row: Row, feedback: str = "full", language: str = "en") -> str:
    """The result of one submission: a test for every answer, and the score of all; `feedback` says how much is told."""
    messages = Messages(language)
    report = row.report
    if report.error is not None and report.score is None:
        place = f"{report.error.place}: " if report.error.place else ""
        return failure_to_gradescope(f"{place}{report.error.message}")
    data = report_data(report, feedback)
    told = [messages.text("gradescope.score", points=_number(report.score), most=_number(report.max_score))]
    if data["first_wrong"]:
        told.append(messages.text("gradescope.first-wrong", name=data["first_wrong"]))
    if row.adjustment is not None:
        told.append(messages.text("gradescope.adjusted", reason=row.adjustment.reason))
    tests = [_test(number, answer, messages) for number, answer in enumerate(data["answers"], start=1)]
    return _written(report.score or 0.0, "\n".join(told), tests)


def failure_to_gradescope(message: str) -> str:
    """The result where nothing could be graded: no points, and the reason."""
    return _written(0.0, f"Nothing was graded. {message}", [])


def _written(score: float, output: str, tests: list[dict[str, Any]]) -> str:
    data = {
        "score": _finite(score),
        "output": _text(output),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _test(number: int, answer: dict[str, Any], messages: Messages) -> dict[str, Any]:
    verdict = messages.text(f"check.verdict.{answer['verdict']}")
    sentences = [answer["message"], *(mistake["message"] for mistake in answer["mistakes"])]
    lines = dict.fromkeys([f"{verdict}.", *filter(None, sentences)])
    return {
        "number": str(number),
        "name": _text(answer["id"]),
        "score": _finite(answer["points"]),
        "max_score": _finite(answer["max_points"]),
        "status": STATUS.get(answer["verdict"], "failed"),
        "output": _text("\n".join(lines)),
        "output_format": "text",
        "visibility": "visible",
        "tags": [answer["verdict"], *(_text(mistake["id"]) for mistake in answer["mistakes"])],
    }


def _text(text: str) -> str:
    """Text without anything invisible, its lines kept."""
    return "\n".join(safe(line) for line in text.split("\n"))


def _finite(value: float) -> float:
    """A score that JSON and Gradescope can hold."""
    return max(0.0, float(value)) if math.isfinite(value) else 0.0


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.10g}"
