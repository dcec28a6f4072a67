"""Grading, closely: shares of points, rows of what is missing, tolerances, later updates, what a report is made of."""

from __future__ import annotations

import numpy as np
import pytest
from grading.sheets import by_id, check, grader_of, right_sheet, verdicts, yaml_of

from bpcli import load_problem, parse_problem, solve
from bpcli.grading.grade import Grader
from bpcli.grading.model import Report

UPDATES = """\
network:
  input: [1]
  target: [0]
  layers:
    - {weights: [[2]]}
  loss: half_squared_error
  update: {optimizer: gradient_descent, learning_rate: 0.25, steps: 3}
"""


def graded(problem: str, settings: str, answers: dict[str, str]) -> Report:
    """A problem with settings of its own for grading."""
    text = problem if "\n" in problem else load_problem(problem).text + "\n"
    grader = Grader(solve(parse_problem(f"{text}check: {settings}\n")))
    return grader.grade(grader.read(yaml_of(answers), "s.yaml"))


# --- points and rows ---


def test_an_entry_that_is_asked_for_twice_is_worth_both() -> None:
    """As a quarter of the matrix and by itself."""
    settings = "{points: {dL/dW2: 4, 'dL/dW2[1,1]': 2}}"
    report = graded("lez5", settings, {"dL/dW2[1,1]": "0.0840"})
    assert (report.score, report.max_score) == (3.0, 6.0)
    assert graded("lez5", settings, {"dL/dW2": "[[0.0840, 9], [9, 9]]"}).score == 3.0
    assert graded("lez5", settings, {"dL/dW2": "[[9, 0.0860], [9, 9]]"}).score == 1.0


def test_scores_are_sums_of_shares_without_their_last_bits() -> None:
    third = "graph:\n  inputs: {v: [1, 2, 3]}\n  define: {w: 2 * v, u: 3 * v, t: 4 * v}\n  gradients: []\n"
    report = check(third, {"w": "[2, 7, 7]", "u": "[3, 7, 7]", "t": "[4, 7, 7]"})
    assert [answer.points for answer in report.answers] == [1 / 3] * 3
    assert report.score == 1.0
    assert check(third, {"w": "[2, 4, 7]"}).score == round(2 / 3, 10)


def test_everything_that_was_asked_for_has_a_row() -> None:
    report = check("lez5", {"h1": "[0.6094, 0.6236]", "dL/dW2[1,2]": "0.0860", "dL/dW1": "null"})
    ids = [answer.id for answer in report.answers]
    start, entries = ids.index("dL/dW2[1,1]"), ["dL/dW2[1,1]", "dL/dW2[1,2]", "dL/dW2[2,1]", "dL/dW2[2,2]"]
    assert ids[start : start + 4] == entries
    assert [*ids[:start], "dL/dW2", *ids[start + 4 :]] == list(right_sheet("lez5"))
    rows = by_id(report)
    missing = rows["dL/dW2[2,1]"]
    assert (missing.verdict, missing.entries, missing.points, missing.max_points) == ("missing", "missing", 0.0, 0.25)
    assert (missing.quantity, missing.given, missing.place) == ("dL/dW2[2,1]", None, None)
    assert missing.expected == pytest.approx(grader_of("lez5").solution["dL/dW2"][1][0])
    assert (rows["a1"].given, rows["a1"].entries, rows["a1"].place) == (None, ["missing", "missing"], None)
    assert rows["dL/dW1"].place is not None
    assert rows["dL/dW2[1,2]"].given == "0.0860"


def test_a_row_has_what_was_written_and_what_is_right_in_its_own_shape() -> None:
    row = by_id(check("lez5", {"dL/dW2[2]": "[-0.0225, 9]"}))["dL/dW2[2]"]
    assert (row.quantity, row.verdict, row.entries) == ("dL/dW2[2]", "wrong", ["correct", "wrong"])
    assert row.given == ["-0.0225", "9"]
    assert row.expected == pytest.approx(grader_of("lez5").solution["dL/dW2"][1])
    vector = by_id(check("lez5", {"a1[2]": "0.505"}))["a1[2]"]
    assert (vector.quantity, vector.verdict, vector.entries) == ("a1[2]", "correct", "correct")


def test_a_report_says_whose_it_is_and_what_went_wrong_first() -> None:
    grader = grader_of("lez5")
    report = grader.grade(grader.read("student: Ann\nanswers: {L: 9.125, a1: [0.445, 7.125]}\n", "x/s1.yaml"))
    assert (report.file, report.student, report.first_wrong, report.error) == ("x/s1.yaml", "Ann", "a1", None)
    right = grader.grade(grader.read("answers: {L: 0.3001}\n", "s.yaml"))
    assert (right.first_wrong, right.working) == (None, None)


# --- tolerances ---


@pytest.mark.parametrize(
    ("settings", "text", "verdict"),
    [
        ("{tolerance: {relative: 0.01}}", "0.3030", "correct"),  # 0.3001
        ("{tolerance: {relative: 0.01}}", "0.3060", "wrong"),
        ("{tolerance: {absolute: 0.01}}", "0.3060", "correct"),
        ("{tolerance: {absolute: 0.01}}", "0.3160", "wrong"),
        ("{tolerance: {relative: 0.01}}", "0.29", "correct"),  # cut off beside the tolerance
        ("{tolerance: {relative: 0.03}}", "0.28", "wrong"),
        ("{tolerance: {absolute: 0.03}}", "0.28", "correct"),
        ("{tolerance: {absolute: 0.003}}", "0.29", "correct"),
        ("{tolerance: {relative: 0.01}, truncation: reject}", "0.29", "wrong"),
    ],
)
def test_tolerances_are_absolute_or_relative_to_the_true_value(settings: str, text: str, verdict: str) -> None:
    assert verdicts(graded("lez5", settings, {**right_sheet("lez5"), "L": text}))["L"] == verdict


CUT = "graph:\n  inputs: {a: 1.2625}\n  define: {p: a * a, r: 6 * p}\n  gradients: []\n"


def test_what_is_right_for_another_reason_was_not_cut_off() -> None:
    """9.5 is 9.5634 cut off, and 6 · 1.59 rounded."""
    for settings, messages in (("{truncation: reject}", [""]), ("{truncation: accept}", ["", "cut"])):
        row = by_id(graded(CUT, settings, {"p": "1.59", "r": "9.5"}))["r"]
        assert row.verdict == "correct"
        assert any(message in row.message for message in messages if message) is (settings == "{truncation: accept}")
    refused = by_id(graded(CUT, "{truncation: reject}", {"p": "1.5939", "r": "9.5"}))["r"]
    assert (refused.verdict, "cut" in refused.message) == ("wrong", True)


# --- summands and later updates ---


@pytest.mark.parametrize("moment", ["", "@1"])
def test_summands_of_any_moment_are_added_up(moment: str) -> None:
    two = UPDATES.replace("input: [1]", "input: [1, 3]").replace("[[2]]", "[[2, 0.5]]").replace("0.25", "0.01")
    values = grader_of(two).quantities.place(f"terms(a1{moment})").quantity.truths[0]
    total = values[0] + 7.0
    sheet = {f"terms(a1{moment})": f"[[{values[0]!r}, 7]]", f"a1{moment}": f"[{total!r}]"}
    found = verdicts(check(two, sheet))
    assert [found[name] for name in sheet] == ["wrong", "follows"]
    assert verdicts(check(two, {**sheet, f"a1{moment}": f"[{total + 1!r}]"}))[f"a1{moment}"] == "wrong"


def test_what_comes_after_an_update_rests_on_that_update() -> None:
    """y@2 comes from W¹ after two updates, whatever was right before."""
    found = verdicts(check(UPDATES, {"W1@1": "1.5", "W1@2": "1.2", "y@2": "1.2", "W1@3": "0.9"}))
    assert [found[name] for name in ("W1@1", "W1@2", "y@2", "W1@3")] == ["correct", "wrong", "follows", "follows"]
    early = verdicts(check(UPDATES, {"W1@1": "1.6", "W1@2": "1.125", "y@2": "1.125"}))
    assert [early[name] for name in ("W1@1", "W1@2", "y@2")] == ["wrong", "correct", "correct"]


def test_mistakes_after_an_update_are_named() -> None:
    """The update of the second step was added."""
    row = by_id(check(UPDATES, {"W1@1": "1.5", "dL/dW1@1": "1.5", "W1@2": "1.875"}))["W1@2"]
    assert (row.verdict, row.matches[0].id) == ("wrong", "U01")


def test_a_wrong_step_is_shown_with_the_numbers_of_its_moment() -> None:
    report = check(UPDATES, {"W1@1": "1.6", "y@1": "[1.6]", "y@2": "[7.125]", "W1@2": "1.2"})
    assert report.first_wrong == "W1@1"
    assert report.working is not None
    assert report.working.moment == 0
    report = check(UPDATES, {"W1@1": "1.5", "y@1": "[7.125]", "L@1": "null"})
    assert (report.first_wrong, report.working and report.working.moment) == ("y@1", 1)
    assert report.working is not None
    assert float(np.ravel(report.working.values["y"])[0]) == 7.125
    assert float(np.ravel(report.working.results["y"])[0]) == 1.5
    assert float(np.ravel(report.working.values["W1"])[0]) == 1.5
    assert report.working.texts == {"y": (("7.125",),)}


def test_a_sheet_is_worked_with_texts_as_they_were_written() -> None:
    grader = grader_of("lez5")
    sheet = {"a1": "[0.4450, 9.125]", "h1": "[0.61, null]", "terms(a2)": "[[1, 2], [3, 4]]"}
    working = grader.working(grader.read(yaml_of(sheet), "s.yaml"))
    assert working.moment == 0
    assert working.texts["a1"] == (("0.4450",), ("9.125",))
    assert "h1" not in working.texts
    assert working.texts["x"] == grader.solution.texts["x"]
    assert "a2" not in working.texts
    np.testing.assert_allclose(np.ravel(working.values["h1"])[0], 0.61)
    np.testing.assert_allclose(np.ravel(working.values["h1"])[1], 1 / (1 + np.exp(-9.125)))


# --- roundings on the way ---


def test_a_logarithm_of_a_rounded_zero_leads_nowhere() -> None:
    """To two decimals p is 0.00, and nobody goes on from there: only finer roundings make room."""
    text = "graph:\n  inputs: {a: 0.0123}\n  define: {p: a * a, q: log(p), r: 2 * q}\n  gradients: []\n"
    true = 4 * np.log(0.0123)
    assert verdicts(check(text, {"r": f"{true:.2f}"}))["r"] == "correct"
    assert verdicts(check(text, {"r": f"{true + 1:.2f}"}))["r"] == "wrong"


def test_entries_are_worthless_only_where_they_come_from_nothing() -> None:
    """A zero for a product is passed on as a zero; other answers beside it keep their points."""
    text = "graph:\n  inputs: {a: 2, b: 3}\n  define: {p: a * b, q: 5 * p, s: a + b, t: 2 * s}\n  gradients: []\n"
    rows = by_id(check(text, {"p": "0", "q": "0", "s": "6", "t": "12"}))
    assert [(rows[name].verdict, rows[name].points) for name in "pqst"] == [
        ("wrong", 0.0),
        ("follows", 0.0),
        ("wrong", 0.0),
        ("follows", 1.0),
    ]


def test_wrong_answers_make_no_room_around_the_true_value() -> None:
    """3 ± 0.5 is not 1.5876, so that 6.0 is neither three times it nor the true 4.7628."""
    text = "graph:\n  inputs: {a: 1.26}\n  define: {p: a * a, q: 3 * p}\n  gradients: []\n"
    assert verdicts(check(text, {"p": "3", "q": "6.0"}))["q"] == "wrong"
    assert verdicts(check(text, {"p": "2", "q": "6.0"}))["q"] == "correct"
    assert verdicts(check(text, {"p": "3", "q": "9.0"}))["q"] == "follows"


def test_a_lone_zero_is_as_fine_as_the_finest_number_of_the_sheet() -> None:
    text = (
        "graph:\n  inputs: {a: 0.0012}\n  define: {p: a * a / 40, q: 1000 * a, r: 10 * a, s: a / 3}\n  gradients: []\n"
    )
    assert verdicts(check(text, {"p": "0", "q": "1.20", "r": "0.012"}))["p"] == "correct"
    assert verdicts(check(text, {"s": "0", "q": "1.20", "r": "0.012"}))["s"] == "wrong"


def test_only_lines_that_are_worked_have_causes() -> None:
    """A given number that was copied wrongly and a summand have none."""
    rows = by_id(check("lez5", {"x": "[0.5, 9]", "terms(a1)": "[[0.075, 0.02], [0.125, 9]]", "dL/dy": "[9, 9]"}))
    assert [(rows[name].verdict, rows[name].matches) for name in ("x", "terms(a1)")] == [("wrong", ())] * 2
    assert rows["a1"].matches == ()


@pytest.mark.parametrize(("q", "verdict"), [("107.0", "follows"), ("107.2", "follows"), ("107.4", "wrong")])
def test_what_follows_may_have_been_worked_with_more_digits_than_were_written(q: str, verdict: str) -> None:
    """2.14 may have been 2.1449: fifty times it is up to a quarter more than 107."""
    text = "graph:\n  inputs: {a: 1.26}\n  define: {p: a * a, q: 50 * p}\n  gradients: []\n"
    assert verdicts(check(text, {"p": "2.14", "q": q}))["q"] == verdict
