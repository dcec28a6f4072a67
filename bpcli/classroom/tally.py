"""A report read question by question, whether a student answered entry by entry or all at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from bpcli.grading.asked import Asked
from bpcli.grading.model import SEVERITY, Graded, Report
from bpcli.problem.model import Check

SOLVED = ("correct", "close", "coarse", "follows")

_ENTRY = re.compile(r"(?P<base>.*)\[(?P<indices>\d+(?:,\d+)*)\]", re.DOTALL)


def base_of(quantity: str) -> str:
    """The canonical id of a quantity without the indices of an entry."""
    return _parts(quantity)[0]


def _parts(quantity: str) -> tuple[str, tuple[int, ...]]:
    found = _ENTRY.fullmatch(quantity)
    if found is None:
        return quantity, ()
    return found["base"], tuple(int(part) for part in found["indices"].split(","))


def rows_of(report: Report, item: Asked) -> Iterator[tuple[int, Graded, tuple[str, ...]]]:
    """The rows of a report that answer a question: their numbers, and the verdicts on the entries it asks for."""
    wanted = item.indices
    for number, row in enumerate(report.answers):
        base, indices = _parts(row.quantity)
        if base != item.quantity:
            continue
        if indices == wanted[: len(indices)]:
            entries: Any = row.entries
            for place in wanted[len(indices) :]:
                entries = entries[place - 1]
        elif indices[: len(wanted)] == wanted:
            entries = row.entries
        else:
            continue
        yield number, row, tuple(_flat(entries))


def _flat(entries: Any) -> Iterator[str]:
    if isinstance(entries, list | tuple):
        for entry in entries:
            yield from _flat(entry)
    else:
        yield str(entries)


def verdict_on(report: Report, item: Asked) -> str:
    """The verdict on one question; empty for a file that was not graded."""
    found = {verdict for _, _, verdicts in rows_of(report, item) for verdict in verdicts}
    return next((verdict for verdict in SEVERITY if verdict in found), "")


def earned(report: Report, item: Asked, check: Check) -> float:
    """The points that one question has brought."""
    points = 0.0
    share = item.points / math.prod(item.shape)
    for _, row, verdicts in rows_of(report, item):
        if round(row.max_points - share * len(verdicts), 9) == 0:
            points += row.points
        else:  # the row answers other questions as well
            points += share * math.fsum(map(check.share, verdicts))
    return points
