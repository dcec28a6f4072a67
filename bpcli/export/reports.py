"""The reports of a class as JSON (`bpcli/reports`)."""

from __future__ import annotations

from typing import Any

from bpcli.export.json import indented
from bpcli.grading.classroom import ClassResult, Row
from bpcli.grading.report_json import report_to_dict

__all__ = ["class_to_dict", "class_to_json"]

VERSION = 1


def class_to_json(result: ClassResult) -> str:
    """`class_to_dict` as text, one key a line."""
    return indented(class_to_dict(result)) + "\n"


def class_to_dict(result: ClassResult) -> dict[str, Any]:
    """Every report in the order of the files; a refused file has its error and a null score."""
    return {"format": "bpcli/reports", "version": VERSION, "reports": [_row(row) for row in result.rows]}


def _row(row: Row) -> dict[str, Any]:
    """A report; where an instructor adjusted it, with the reason and the score before."""
    data = report_to_dict(row.report)
    if row.adjustment is not None:
        data["adjustment"] = {"reason": row.adjustment.reason, "score_before": row.computed}
    return data
