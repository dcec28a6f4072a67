"""The reports of a class as JSON (`bpcli/reports`)."""

from __future__ import annotations

import re
from typing import Any

from bpcli.export.json import indented
from bpcli.grading.classroom import ClassResult, Row
from bpcli.grading.report_json import report_data
from bpcli.safe import safe

__all__ = ["class_to_dict", "class_to_json"]

VERSION = 1

_SURROGATE = re.compile("[\ud800-\udfff]")


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
