"""What every shipped problem prints, held as a file that can be read: `snapshots/NAME.txt`.

Of a few problems `NAME.md` and `NAME.json` too: a network worked by hand, a batch, an optimizer with moments, a graph.
"""

import json
import math
from typing import Any

import pytest

from bpcli import load_problem, solve
from bpcli.export.json import indented, solution_to_json
from bpcli.lesson import LessonOptions, lesson
from bpcli.problem.shipped import shipped_names
from bpcli.render import render

NAMES = shipped_names()
IN_FULL = ("lez5", "xor", "adam", "micrograd")


@pytest.mark.parametrize("name", NAMES)
def test_terminal(name, snapshots):
    """The lesson at 80 columns without colour."""
    snapshots(name, "txt", render(lesson(solve(load_problem(name))), "terminal", width=80))


@pytest.mark.parametrize("name", IN_FULL)
def test_markdown(name, snapshots):
    """The lesson as Markdown."""
    snapshots(name, "md", render(lesson(solve(load_problem(name))), "markdown"))


@pytest.mark.parametrize("name", IN_FULL)
def test_json(name, snapshots):
    """The numbers, at the ten significant digits that are the same on every machine."""
    data = json.loads(solution_to_json(solve(load_problem(name))))
    snapshots(name, "json", indented(_stable(data)) + "\n")


def test_ascii(snapshots):
    """The lesson in ASCII."""
    text = render(lesson(solve(load_problem("lez5"))), "terminal", width=80, ascii=True)
    assert text.isascii()
    snapshots("lez5-ascii", "txt", text)


@pytest.mark.parametrize("detail", ["brief", "full"])
def test_detail(detail, snapshots):
    """Less and more of every step."""
    document = lesson(solve(load_problem("lez5")), LessonOptions(detail=detail))
    snapshots(f"lez5-{detail}", "txt", render(document, "terminal", width=100))


def _stable(data: Any) -> Any:
    """Floats at ten significant digits; a list of numbers as one line of text, so that the file can be read."""
    if isinstance(data, float):
        return float(f"{data:.10g}") if abs(data) > 1e-300 else 0.0
    if isinstance(data, dict):
        return {key: _stable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_stable(item) for item in data]
    assert not (isinstance(data, float) and math.isnan(data))
    return data
