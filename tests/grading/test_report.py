"""The report on a sheet: what stands first, the table, hints, the sheet line by line, JSON."""

from __future__ import annotations

import json
import re

import pytest
from grading.sheets import check, grader_of, right_sheet, yaml_of
from grading.test_grade import SLOPE_LEFT_OUT

from bpcli.export.reports import report_data, report_to_json
from bpcli.render import render
from bpcli.reports.explain import explained
from bpcli.reports.report import FEEDBACK, points_text, report_document

MIXED = {**SLOPE_LEFT_OUT, "dL/dh1": "null", "f'(a1)": "0.O2", "dL/da1": "[0.0456, 0.9]"}


def told(answers: dict[str, str], format: str = "terminal", **options: object) -> str:  # noqa: A002
    report = check("lez5", answers, "s1234567.yaml")
    document = report_document(report, grader_of("lez5").solution, **options)  # type: ignore[arg-type]
    plain = {"ascii": True} if options.get("ascii") else {}
    return render(document, format, **plain)


def test_the_first_thing_said_is_what_went_wrong_first() -> None:
    lines = told(SLOPE_LEFT_OUT).splitlines()
    assert lines[0].split() == ["lez5", "·", "s1234567", "14", "of", "15", "points"]
    assert lines[2].strip() == "First wrong step: ∂L/∂a⁽²⁾, gradient at the pre-activation of layer 2"
    assert lines[4].split()[0] == "⎡"
    assert "0.7448" in lines[4]


def test_the_right_line_is_worked_with_the_students_own_numbers() -> None:
    """A wrong y is followed; what is wrong below it is shown with that y, and the line above is the first."""
    text = told({**right_sheet("lez5"), "a2": "[1.0, 1.0]", "y": "[0.7311, 0.7311]", "dL/dy": "[0.7211, 9]"})
    assert "First wrong step: a⁽²⁾" in text
    text = told({**right_sheet("lez5"), "L": "7", "y": "[0.75, 0.78]"})
    assert "½(0.75 − 0.01)² + ½(0.78 − 0.99)²" in text


def test_what_follows_is_counted() -> None:
    assert "The 6 answers that follow from yours keep their points." in told(SLOPE_LEFT_OUT)


def test_a_right_sheet_is_told_in_one_line() -> None:
    text = told(right_sheet("lez5"))
    assert "✓ Everything is correct." in text
    assert "First wrong" not in text


def test_an_empty_sheet_is_not_called_wrong() -> None:
    assert "Nothing is wrong here, but not everything is answered." in told({})


def test_every_verdict_has_its_sign_in_the_map() -> None:
    text = told(MIXED)
    for row in (
        "a⁽¹⁾ +✓ ✓ +correct +1 / 1",
        "∂L/∂a⁽²⁾ +✗ ✗ +wrong +0 / 1",
        "∂L/∂W⁽²⁾ +↳ ↳ +follows +1 / 1",
        "∂L/∂h⁽¹⁾ +· · +missing +0 / 1",
        r"σ′\(a⁽¹⁾\) +\? \? +invalid +0 / 1",
        "∂L/∂a⁽¹⁾ +↳ ✗ +wrong +0.5 / 1",
    ):
        assert re.search(row, text), row


def test_an_invalid_answer_is_told_with_its_place() -> None:
    assert "s1234567.yaml:13:13: `0.O2`" in told(MIXED)


def test_fewer_digits_than_usual_are_remarked() -> None:
    assert "0.30: so few digits were enough here" in told({"L": "0.30"})
    assert "so few digits" not in told({"L": "0.3001"})


def test_in_ascii_nothing_else_is_used_and_the_map_keeps_its_columns() -> None:
    text = told(MIXED, ascii=True)
    assert text.isascii()
    assert re.search(r"dL/da\(1\) +> x +wrong", text)


@pytest.mark.parametrize("feedback", FEEDBACK)
@pytest.mark.parametrize("plain", [False, True])
def test_a_report_fits_80_columns(feedback: str, plain: bool) -> None:
    for answers in (MIXED, SLOPE_LEFT_OUT, {}, right_sheet("lez5")):
        assert max(map(len, told(answers, feedback=feedback, ascii=plain).splitlines())) <= 80


def test_markdown_has_a_table_and_formulas() -> None:
    text = told(SLOPE_LEFT_OUT, "markdown")
    assert text.startswith("# lez5 · s1234567\n")
    assert r"| $\frac{\partial L}{\partial a^{(2)}}$ | ✗ ✗ | wrong | 0 / 1 |" in text


def numbers_of_the_solution(digits: int = 3) -> set[str]:
    """The first digits of every true value that is not given."""
    values: list[float] = []
    for step in grader_of("lez5").solution.steps:
        values.extend(float(item) for item in step.value.flat)
    return {f"{abs(value):.{digits}f}" for value in values}


@pytest.mark.parametrize("feedback", ["none", "verdict", "hint"])
@pytest.mark.parametrize("mistaken", ["dL/da2", "L", "a1", "dL/dW2", "dL/dh1", "f'(a1)"])
def test_less_than_full_feedback_gives_no_number_away(feedback: str, mistaken: str) -> None:
    value = {"L": "7", "dL/dW2": "[[7, 7], [7, 7]]"}.get(mistaken, "[7, 7]")
    report = check("lez5", {mistaken: value}, "s.yaml")
    text = render(report_document(report, grader_of("lez5").solution, feedback=feedback), "terminal")
    data = report_to_json(report, feedback)
    for number in numbers_of_the_solution():
        assert number not in text
        assert number not in data


def test_a_hint_names_the_step_and_what_to_think_about() -> None:
    text = told(SLOPE_LEFT_OUT, feedback="hint")
    assert "First wrong step: ∂L/∂a⁽²⁾" in text
    assert "0.7448" not in text
    unknown = told({**right_sheet("lez5"), "dL/da2": "[0.77, 0.99]"}, feedback="hint")
    assert "it is worked from ∂L/∂y, σ′(a⁽²⁾)" in unknown


def test_verdicts_alone_say_nothing_of_why() -> None:
    text = told(MIXED, feedback="verdict")
    assert "First wrong" not in text
    assert "note" not in text
    assert told(MIXED, feedback="none").count("\n") == 2


def test_entries_answered_one_by_one_are_one_row_of_the_table() -> None:
    text = told({"dL/dW2[1,1]": "0.0840", "dL/dW2[1,2]": "9", "dL/dW2[2,1]": "-0.0225"})
    assert re.search(r"∂L/∂W⁽²⁾ +✓ ✗ +wrong +0\.5 / 1", text)
    assert "First wrong step: ∂L/∂W⁽²⁾[1,2]" in text


def test_the_sheet_is_worked_line_by_line_up_to_what_differs_and_beyond() -> None:
    grader = grader_of("lez5")
    submission = grader.read(yaml_of(MIXED), "s.yaml")
    text = render(explained(grader, submission, grader.grade(submission)), "terminal")
    first, _, rest = text.partition("What comes after it, from your value")
    assert first.count("Your numbers agree.") == 7
    assert "Gradient at the pre-activation of layer 2" in first
    assert "Here you wrote something else" in first
    assert "≈ ⎣−0.2131⎦ [0.6094 0.6236]" in rest or "= ⎣−0.2131⎦ [0.6094 0.6236]" in rest
    assert "You left it blank" in rest
    assert "Your answer cannot be read" in rest


def test_json_keeps_the_contract() -> None:
    data = json.loads(report_to_json(check("lez5", {**MIXED, "L": "null"}, "s1.yaml")))
    assert {key: data[key] for key in ("format", "version", "file", "student", "first_wrong")} == {
        "format": "bpcli/report", "version": 1, "file": "s1.yaml", "student": "s1", "first_wrong": "dL/da2",
    }  # fmt: skip
    answer = next(item for item in data["answers"] if item["id"] == "dL/da2")
    assert answer["given"] == ["0.7448", "-0.2131"]
    assert answer["expected"] == pytest.approx(grader_of("lez5").solution["dL/da2"])
    assert answer["entries"] == ["wrong", "wrong"]
    assert {match["id"] for match in answer["mistakes"]} >= {"D03"}
    assert set(answer["mistakes"][0]) == {"id", "certainty", "message"}
    blank = next(item for item in data["answers"] if item["id"] == "L")
    assert (blank["verdict"], blank["given"], blank["mistakes"]) == ("missing", None, [])


def test_json_names_quantities_as_the_student_did() -> None:
    (answer,) = (a for a in report_data(check("lez5", {"dW2[1,2]": "9"}))["answers"] if a["verdict"] == "wrong")
    assert (answer["id"], answer["quantity"], answer["given"], answer["entries"]) == (
        "dW2[1,2]",
        "dL/dW2[1,2]",
        "9",
        "wrong",
    )


@pytest.mark.parametrize(("points", "text"), [(3.0, "3"), (3.5, "3.5"), (1 / 3, "0.33"), (10.0, "10"), (0.0, "0")])
def test_points_have_no_needless_digits(points: float, text: str) -> None:
    assert points_text(points) == text
