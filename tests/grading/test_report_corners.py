"""Reports on unusual sheets: given numbers, summands, later updates, large matrices, entries answered alone."""

from __future__ import annotations

import re

import numpy as np
import pytest
from grading.sheets import check, grader_of, right_sheet, yaml_of

from bpcli.grading.diagnosis_text import MOST_NUMBERS
from bpcli.render import render
from bpcli.reports.explain import explained
from bpcli.reports.report import report_document

UPDATES = """\
title: three updates
network:
  input: [1, 3]
  target: [0]
  layers:
    - {weights: [[2, 0.5]], bias: [0.5]}
  loss: half_squared_error
  update: {optimizer: gradient_descent, learning_rate: 0.25, steps: 3}
"""
VECTOR = "title: v\ngraph:\n  inputs: {v: [%s]}\n  define: {w: 2 * v}\n  gradients: []\n"


def told(problem: str, answers: dict[str, str], **options: object) -> str:
    document = report_document(check(problem, answers), grader_of(problem).solution, **options)  # type: ignore[arg-type]
    return render(document, "terminal", width=120)


def line_by_line(problem: str, answers: dict[str, str]) -> str:
    grader = grader_of(problem)
    submission = grader.read(yaml_of(answers), "s.yaml")
    return render(explained(grader, submission, grader.grade(submission)), "terminal", width=120)


# --- what went wrong first ---


@pytest.mark.parametrize("feedback", ["full", "hint"])
def test_a_given_number_that_was_copied_wrongly_is_told_without_a_formula(feedback: str) -> None:
    text = told("lez5", {"x": "[0.5, 9]"}, feedback=feedback)
    assert "First wrong step: x" in text
    assert ("this is given, with another number" in text) is (feedback == "full")


def test_wrong_summands_are_told_in_a_sentence() -> None:
    text = told("lez5", {"terms(a1)": "[[0.075, 0.02], [0.125, 9]]"})
    assert re.search(r"First wrong step: terms\(a1\)\n\n  not what the line gives\n", text)


def test_what_later_updates_made_is_called_by_its_id() -> None:
    text = told(UPDATES, {"y@2": "[9.125]"})
    assert "First wrong step: y@2" in text


def test_an_unexplained_answer_is_told_as_such() -> None:
    text = told("lez5", {"L": "17.123"})
    assert "First wrong step: L" in text
    assert "None of the known mistakes gives these numbers" in text


def test_entries_that_were_answered_alone_are_named() -> None:
    assert "First wrong step: ∂L/∂W⁽²⁾[1,2]" in told("lez5", {"dW2[1,2]": "9"})
    assert "First wrong step: ∂L/∂W⁽²⁾[2]" in told("lez5", {"dW2[2]": "[9, 9]"})
    assert "First wrong step: a⁽¹⁾[2]" in told("lez5", {"a1[2]": "9"})


def test_what_cannot_be_read_is_not_called_right() -> None:
    """Nothing is wrong in a sheet with one answer that is no number; it is not told that nothing is wrong."""
    text = told("lez5", {"L": "abc"})
    assert "Nothing is wrong here" not in text
    assert "First wrong step" not in text
    assert "is not a number" in text


def test_a_certain_cause_is_told_without_a_perhaps() -> None:
    assert "W⁽¹⁾ x gives (0.095, 0.155): the bias was not added" in " ".join(bias_left_out("[0.095, 0.155]").split())
    assert "Several mistakes give these numbers" not in bias_left_out("[0.095, 0.155]")
    assert "Several mistakes give these numbers" in told("lez5", {**right_sheet("lez5"), "dL/da2": "[0.7448, -0.2131]"})


def bias_left_out(a1: str) -> str:
    return told("lez5", {**right_sheet("lez5"), "a1": a1})


# --- the map of the entries ---


@pytest.mark.parametrize(("count", "is_drawn"), [(12, True), (13, False)])
def test_large_quantities_are_counted_not_drawn(count: int, is_drawn: bool) -> None:
    numbers = ", ".join("1" for _ in range(count))
    answer = ", ".join(["9", *["2" for _ in range(count - 2)], "null"])
    text = told(VECTOR % numbers, {"w": f"[{answer}]"})
    drawn = " ".join(["✗", *["✓"] * (count - 2), "·"])
    assert (drawn in text) is is_drawn
    assert (f"{count - 2} ✓" in text) is not is_drawn


# --- which entries ---


@pytest.mark.parametrize("count", [MOST_NUMBERS, MOST_NUMBERS + 1])
def test_many_wrong_entries_are_counted(count: int) -> None:
    size = count + 2
    problem = VECTOR % ", ".join(str(number) for number in range(1, size + 1))
    # 2v has been worked as v² in some entries.
    right = [2.0 * number for number in range(1, size + 1)]
    wrong = [-value for value in right[:count]] + right[count:]
    (answer,) = check(problem, {"w": str(wrong)}).answers
    assert [match.id for match in answer.matches] == ["X-sign-entry"]
    places = ", ".join(str(number) for number in range(1, count + 1))
    if count > MOST_NUMBERS:
        assert places not in answer.message
        assert str(count) in answer.message
    else:
        assert places in answer.message


def test_matrices_of_many_entries_are_still_diagnosed() -> None:
    """Only what may have gone wrong further up is not looked for there."""
    size = 20_001
    problem = VECTOR % ", ".join(["1.5"] * size)
    grader = grader_of(problem)
    submission = grader.read("answers:\n  w: [" + ", ".join(["-3"] * size) + "]\n", "s.yaml")
    (answer,) = grader.grade(submission).answers
    assert [match.id for match in answer.matches] == ["X-sign"]


# --- line by line ---


def test_lines_that_nobody_asked_for_are_only_worked() -> None:
    lines = line_by_line(UPDATES + "check: {points: {y: 1}}\n", {"y": "[4]"})
    assert lines.count("Your numbers agree") == 1
    assert "∂L/∂W⁽¹⁾ =" in lines


def test_answers_about_later_updates_and_summands_are_not_mixed_up_with_the_line() -> None:
    """y@2 is wrong; y is right, and said to be."""
    right = {key: value for key, value in right_sheet(UPDATES).items() if "@" not in key}
    assert line_by_line(UPDATES, {**right, "y@2": "[9.125]", "terms(a1)": "[[9, 9]]"}) == line_by_line(UPDATES, right)


def test_a_wrong_answer_with_blanks_is_not_shown_as_a_whole() -> None:
    """Numbers that were not written would have to be put in."""
    with_blank = line_by_line("lez5", {**right_sheet("lez5"), "a1": "[9.125, null]"})
    whole = line_by_line("lez5", {**right_sheet("lez5"), "a1": "[9.125, 0.505]"})
    assert "9.125" in whole[: whole.index("What comes after it")]
    assert "9.125" not in with_blank[: with_blank.index("What comes after it")]
    assert "9.125" in with_blank


def test_true_values_far_from_the_sheet_do_not_matter_to_its_working() -> None:
    report = check("lez5", {"a1": "[9.125, null]"})
    assert report.working is not None
    assert "a1" not in report.working.texts
    np.testing.assert_allclose(np.ravel(report.working.values["a1"]), [9.125, 0.505])
