"""A report read question by question: a matrix may be asked for whole and answered in parts, or the other way."""

from __future__ import annotations

from typing import Any

import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.classroom.tally import base_of, earned, rows_of, verdict_on
from bpcli.grading.asked import Asked
from bpcli.grading.asked import asked as asked_of
from bpcli.grading.grade import Grader
from bpcli.grading.model import Graded, Report
from bpcli.problem.model import Check

WHOLE, HALF, QUARTER = (Check(follow_through=share) for share in (1.0, 0.5, 0.25))
RIGHT, FOLLOWS, WRONG, BLANK, BAD = "correct", "follows", "wrong", "missing", "invalid"


def asked(identifier: str, indices: tuple[int, ...] = (), points: float = 1.0) -> Asked:
    """A 2×2 matrix, a row or an entry of it."""
    name = base_of(identifier)
    return Asked(identifier, name, indices, points, (2, 2)[len(indices) :], name)


def row(quantity: str, entries: Any, points: float = 0.0, most: float = 1.0) -> Graded:
    return Graded(quantity, quantity, "", points, most, None, None, entries)


def report(*rows: Graded) -> Report:
    return Report("s.yaml", "s", 0.0, 1.0, None, rows)


MATRIX = row("dL/dW2", [[RIGHT, WRONG], [FOLLOWS, BLANK]])


@pytest.mark.parametrize(
    ("quantity", "base"),
    [("dL/dW2[1,2]", "dL/dW2"), ("a1[3]", "a1"), ("a1", "a1"), ("f'(a1)[2]", "f'(a1)"), ("W[x]", "W[x]")],
)
def test_an_entry_belongs_to_its_quantity(quantity: str, base: str) -> None:
    assert base_of(quantity) == base


@pytest.mark.parametrize(
    ("item", "verdicts"),
    [
        (asked("dL/dW2"), (RIGHT, WRONG, FOLLOWS, BLANK)),
        (asked("dL/dW2[2]", (2,)), (FOLLOWS, BLANK)),
        (asked("dL/dW2[2,1]", (2, 1)), (FOLLOWS,)),
        (asked("dL/dW2[1,2]", (1, 2)), (WRONG,)),
    ],
)
def test_part_of_a_matrix_that_was_answered_as_a_whole(item: Asked, verdicts: tuple[str, ...]) -> None:
    assert list(rows_of(report(row("a1", [RIGHT]), MATRIX), item)) == [(1, MATRIX, verdicts)]


def test_a_matrix_that_was_answered_in_parts() -> None:
    parts = (row("W[1]", [RIGHT, WRONG]), row("W[2,1]", FOLLOWS), row("W[2,2]", BLANK), row("V[2,2]", WRONG))
    found = list(rows_of(report(*parts), asked("W")))
    assert found == [(0, parts[0], (RIGHT, WRONG)), (1, parts[1], (FOLLOWS,)), (2, parts[2], (BLANK,))]
    assert [number for number, _, _ in rows_of(report(*parts), asked("W[2]", (2,)))] == [1, 2]
    assert [(number, said) for number, _, said in rows_of(report(*parts), asked("W[1,2]", (1, 2)))] == [(0, (WRONG,))]


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([RIGHT, RIGHT], RIGHT),
        ([RIGHT, FOLLOWS], FOLLOWS),
        ([BLANK, FOLLOWS], BLANK),
        ([[BLANK, RIGHT], [WRONG, RIGHT]], WRONG),
        ([WRONG, BAD], WRONG),
        (RIGHT, RIGHT),
    ],
)
def test_the_worst_entry_decides(entries: Any, verdict: str) -> None:
    assert verdict_on(report(row("W", entries)), asked("W")) == verdict


def test_a_question_without_rows_has_no_verdict_and_no_points() -> None:
    assert verdict_on(report(MATRIX), asked("a1")) == ""
    assert earned(report(MATRIX), asked("a1"), WHOLE) == 0.0


def test_a_question_that_rows_of_its_own_answer_has_their_points() -> None:
    parts = (row("W[1]", [RIGHT, WRONG], 0.25, 0.5), row("W[2]", [RIGHT, FOLLOWS], 0.375, 0.5))
    assert earned(report(*parts), asked("W"), HALF) == 0.625
    assert earned(report(parts[0]), asked("W"), WHOLE) == 0.25


def test_a_row_that_answers_other_questions_too_is_shared_by_entries() -> None:
    """Four entries for four points: each brings its own point, or what following through is worth."""
    whole = row("W", [[RIGHT, WRONG], [FOLLOWS, BLANK]], 1.5, 4.0)
    assert earned(report(whole), asked("W[1]", (1,), 2.0), HALF) == 1.0
    assert earned(report(whole), asked("W[2]", (2,), 2.0), HALF) == 0.5
    assert earned(report(whole), asked("W[2,1]", (2, 1), 1.0), QUARTER) == 0.25
    assert (
        earned(report(row("W", [RIGHT, RIGHT], 2.0, 2.0)), asked("W[1,1]", (1, 1), 1.0)._replace(indices=(1,)), HALF)
        == 1.0
    )


def test_points_that_an_instructor_gave_count_as_they_are() -> None:
    assert earned(report(row("W", [[WRONG, WRONG], [BLANK, WRONG]], 0.75, 1.0)), asked("W"), WHOLE) == 0.75


def test_rows_that_answer_other_questions_too_bring_no_more_than_the_question_is_worth() -> None:
    """W for two points, its rows for three more each, answered row by row: half a point an entry."""
    rows = row("W[1]", [RIGHT, RIGHT], 4.0, 4.0), row("W[2]", [RIGHT, WRONG], 2.0, 4.0)
    assert earned(report(*rows), asked("W", points=2.0), WHOLE) == 1.5
    assert earned(report(*rows), asked("W[1]", (1,), points=3.0), WHOLE) == 3.0


def test_the_points_of_all_questions_are_the_score() -> None:
    """Whatever is asked for beside a part of it, and however it is answered."""
    text = load_problem("lez5").text + "\ncheck: {points: {dL/dW2: 2, 'dL/dW2[1]': 3, 'dL/dW2[2,1]': 1, a1: 1}}\n"
    solution = solve(parse_problem(text))
    grader = Grader(solution)
    sheets = (
        "dL/dW2: [[0.0840, 0.0860], [-0.0225, 9]]",
        "dL/dW2[1]: [0.0840, 9]\n  dL/dW2[2]: [-0.0225, 9]",
        "dL/dW2[1,1]: 0.0840\n  dL/dW2[2,1]: -0.0225\n  a1: [0.445, 9]",
    )
    for sheet in sheets:
        graded = grader.grade(grader.read(f"answers:\n  {sheet}\n", "s.yaml"))
        points = [earned(graded, item, WHOLE) for item in asked_of(solution)]
        assert sum(points) == pytest.approx(graded.score)
