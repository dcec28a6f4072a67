"""The numbers that a platform takes for right are those that `check` takes."""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, Decimal

import numpy as np
import pytest
from platforms import NAMES

from bpcli.export.moodle import fields_of, solution_to_moodle
from bpcli.export.qti import items_of, solution_to_qti
from bpcli.export.quiz import quiz
from bpcli.grading.grade import Grader
from bpcli.solution.load import load_problem, parse_problem, solve
from bpcli.solution.solution import Solution


def verdicts(solution: Solution, answers: dict[str, object]) -> dict[str, str]:
    grader = Grader(solution)
    report = grader.grade(grader.read(json.dumps({"answers": answers}), "answers.json"))
    return {answer.id: answer.verdict for answer in report.answers}


def cut_off(solution: Solution, value: float) -> str:
    """The value at the digits asked for, its further digits cut off instead of rounded."""
    text = solution.rounding.text(value)
    return format(Decimal(f"{value:.12g}").quantize(Decimal(text), rounding=ROUND_DOWN), "f")


@pytest.mark.parametrize("name", NAMES)
def test_digits_cut_off_are_right_where_check_takes_them(name: str) -> None:
    """One quantity at a time is cut off in a sheet that is rounded otherwise."""
    solution = solve(load_problem(name))
    questions = quiz(solution, feedback=False).questions
    key = {question.id: [cell.text for cell in question.cells] for question in questions}
    for question in questions:
        cut = [cut_off(solution, float(value)) for value in np.ravel(solution[question.id])]
        sheet = {
            name: np.reshape(texts, np.shape(solution[name])).tolist()
            for name, texts in (key | {question.id: cut}).items()
        }
        assert verdicts(solution, sheet)[question.id] == "correct"
        for cell, text in zip(question.cells, cut, strict=True):
            assert cell.low <= float(text) <= cell.high, (question.id, cell.place)
            assert cell.low <= float(cell.text) <= cell.high, (question.id, cell.place)


@pytest.mark.parametrize("truncation", ["accept", "reject"])
def test_where_check_refuses_them_a_platform_does(truncation: str) -> None:
    graph = "graph: {inputs: {x: 0.12377, y: -1}, define: {q: x*y}}\n"
    solution = solve(parse_problem(f"{graph}check: {{truncation: {truncation}}}\n"))
    ((cell,),) = (q.cells for q in quiz(solution).questions if q.id == "q")
    taken = truncation == "accept"
    for text, right in (("-0.1238", True), ("-0.1237", taken), ("-0.1239", False), ("-0.1236", False)):
        assert (verdicts(solution, {"q": text})["q"] == "correct") == right
        assert (cell.low <= float(text) <= cell.high) == right


def test_platforms_have_these_windows() -> None:
    """Moodle as a right answer with a tolerance and a second one below it, Canvas as bounds."""
    solution = solve(load_problem("lez5"))
    cells = [cell for question in quiz(solution, feedback=False).questions for cell in question.cells]
    items = items_of(_assessment(solution_to_qti(solution)))
    fields = fields_of(solution_to_moodle(solution, feedback=False).replace("&amp;", "&"))
    assert len(cells) == len(items) == len(fields)
    for cell, item, field in zip(cells, items, fields, strict=True):
        assert (item.low, item.high) == pytest.approx((cell.low, cell.high), abs=1e-3 * cell.tolerance)
        ends = [(value - tolerance, value + tolerance) for _, value, tolerance, _ in field.alternatives]
        assert min(low for low, _ in ends) == pytest.approx(cell.low, abs=1e-3 * cell.tolerance)
        assert max(high for _, high in ends) == pytest.approx(cell.high, abs=1e-3 * cell.tolerance)


def _assessment(package: bytes) -> str:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return next(archive.read(name).decode() for name in archive.namelist() if "/" in name)


def test_no_rounding_leads_across_a_kink() -> None:
    """ReLU at 0 has the slope of the convention: neither the one beside it nor anything in between is right."""
    solution = solve(load_problem("relu-at-zero"))
    (question,) = (q for q in quiz(solution).questions if q.id == "f'(a1)")
    first, second = question.cells
    assert (first.value, second.value) == (0.0, 1.0)
    for cell in (first, second):
        assert cell.tolerance < 1e-3
    assert verdicts(solution, {"f'(a1)": [1, 1]})["f'(a1)"] != "correct"
    assert any(wrong.value == 1.0 for wrong in first.wrong)


@pytest.mark.parametrize("convention", ["0", "1", "0.5"])
def test_near_a_kink_the_window_is_no_interval_between_both_slopes(convention: str) -> None:
    """A pre-activation of 0.00002 is written 0.0000, but 0.7 is a slope for nobody."""
    text = load_problem("relu-at-zero").text.replace("input: [1, 2]", "input: [1, 1.9999]")
    solution = solve(parse_problem(text.replace("relu_at_zero: 0", f"relu_at_zero: {convention}")))
    assert 0 < solution["a1[1]"] < 5e-5
    (question,) = (q for q in quiz(solution, feedback=False).questions if q.id == "f'(a1)")
    assert question.cells[0].tolerance < 1e-3


def test_canvas_asks_for_no_more_digits_than_make_a_difference() -> None:
    """A number that is 0 within honest rounding is not asked for ten million times."""
    solution = solve(load_problem("adam"))
    items = [item for item in items_of(_assessment(solution_to_qti(solution))) if item.title.startswith("W1_new")]
    assert solution["W1_new[1,2]"] < 1e-8
    for item in items:
        assert "Enter 10 times" in item.html
        assert item.high - item.low < 0.01
