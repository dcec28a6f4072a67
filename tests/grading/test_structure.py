"""What happens to right numbers on their way to paper: factors, transposes, exchanged entries and digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graded_networks import solved

from bpcli import parse_problem, solve
from bpcli.grading.model import Given
from bpcli.grading.structure import factors, structural
from bpcli.grading.written import Numbers, numbers_of
from bpcli.mistakes.site import Surroundings

SQUARE = np.array([[1.25, 2.5], [3.75, 4.5]])


def written(value: Any, texts: Any = None, half: float = 0.005, at: tuple[int, int] | None = None) -> Numbers:
    array = np.array(value, dtype=float)
    return numbers_of(Given(array, np.full(array.shape, half), texts, at))


def found(right: Any, numbers: Numbers) -> dict[str, list[Any]]:
    """What the right numbers are made into, by id."""
    whole = np.array(right, dtype=float)
    wrong = numbers.known & ~numbers.agree(whole, np.zeros(whole.shape))
    result: dict[str, list[Any]] = {}
    for identifier, value in structural(whole, numbers, wrong):
        result.setdefault(identifier, []).append(np.asarray(value).tolist())
    return result


# --- constants ---

ALWAYS = {
    ("X-sign", -1.0, "−1"),
    ("G21", 2.0, "2"),
    ("G21", 0.5, "½"),
    ("G21", 3.0, "3"),
    ("G21", 4.0, "4"),
    ("G21", 0.25, "¼"),
    ("F18", 10.0, "10^1"),
    ("F18", 0.1, "10^-1"),
    ("F18", 100.0, "10^2"),
    ("F18", 0.01, "10^-2"),
    ("F18", 1000.0, "10^3"),
    ("F18", 0.001, "10^-3"),
    ("X-factor-log", np.log(2.0), "ln 2"),
    ("X-factor-log", 1 / np.log(2.0), "1/ln 2"),
    ("X-factor-log", np.log(10.0), "ln 10"),
    ("X-factor-log", 1 / np.log(10.0), "1/ln 10"),
}
RATE = {("X-factor-rate", 0.3, "η = 0.3"), ("X-factor-rate", 1 / 0.3, "1/η = 3.33333")}


@pytest.mark.parametrize(
    ("problem", "more"),
    [
        ("chain", set()),
        ("deep", RATE | {("X-factor-n", 2.0, "n = 2"), ("X-factor-n", 0.5, "1/n = 1/2")}),
        (
            "batch",
            RATE
            | {("X-factor-n", 2.0, "n = 2"), ("X-factor-n", 0.5, "1/n = 1/2")}
            | {("X-factor-m", 3.0, "m = 3"), ("X-factor-m", 1 / 3, "1/m = 1/3")},
        ),
    ],
)
def test_numbers_are_often_off_by_the_constants_of_the_problem(problem: str, more: set[Any]) -> None:
    """Those of every problem, and its numbers of instances and outputs and its learning rate."""
    assert set(factors(Surroundings(solved(problem)))) == ALWAYS | more


def test_a_learning_rate_of_1_changes_nothing() -> None:
    text = (
        "network:\n  input: [1]\n  target: [0]\n  layers: [{weights: [[2]]}]\n  loss: half_squared_error\n"
        "  update: {optimizer: gradient_descent, learning_rate: 1}\n"
    )
    assert set(factors(Surroundings(solve(parse_problem(text))))) == ALWAYS


# --- places ---


def test_a_square_matrix_may_lie_the_other_way() -> None:
    assert found(SQUARE, written(SQUARE.T))["X-transposed"] == [SQUARE.T.tolist()]
    assert "X-transposed" not in found([[1.25], [2.5]], written([[2.5], [1.25]]))
    assert "X-transposed" not in found([[1.25]], written([[2.5]]))
    assert found(1.25, written(2.5)) == {}


def test_entries_may_have_changed_places() -> None:
    row = [[1.25, 2.5, 3.75]]
    assert found(row, written([[2.5, 1.25, 3.75]]))["X-swapped"] == [[[2.5, 1.25, 3.75]]]
    assert found(row, written([[2.5, 3.75, 1.25]]))["X-swapped"] == [[[2.5, 3.75, 1.25]]]


def test_each_right_entry_stands_in_one_place() -> None:
    """2.5 twice is no exchange, nor is one wrong entry, nor a number that no entry is."""
    row = [[1.25, 2.5, 3.75]]
    for other in ([[2.5, 2.5, 1.25]], [[1.25, 3.75, 3.75]], [[2.5, 9.0, 3.75]]):
        assert "X-swapped" not in found(row, written(other))


def test_exchanged_entries_are_told_as_they_are_right_not_as_they_are_rounded() -> None:
    assert found([[1.2512, 2.5]], written([[2.5, 1.25]]))["X-swapped"] == [[[2.5, 1.2512]]]


def test_entries_of_large_matrices_are_not_looked_for() -> None:
    for size, is_looked_for in ((64, True), (65, False)):
        row = np.arange(1.0, size + 1).reshape(1, -1)
        other = row.copy()
        other[0, :2] = other[0, 1::-1]
        assert ("X-swapped" in found(row, written(other))) is is_looked_for
        numbers = written(2.0, at=(0, 0))
        swapped = [value for name, value in structural(row, numbers, np.array([True])) if name == "X-swapped"]
        assert len(swapped) == (size - 1 if is_looked_for else 0)


def test_one_entry_may_be_another_one() -> None:
    """Where only W[1,2] was asked for, and W[2,1] was written."""
    numbers = written(3.75, at=(0, 1))
    values = [value.tolist() for name, value in structural(SQUARE, numbers, np.array([True])) if name == "X-swapped"]
    assert values == [
        [[1.25, 1.25], [3.75, 4.5]],
        [[1.25, 3.75], [3.75, 4.5]],
        [[1.25, 4.5], [3.75, 4.5]],
    ]
    assert SQUARE.tolist() == [[1.25, 2.5], [3.75, 4.5]]


# --- digits ---


@pytest.mark.parametrize(
    ("right", "text", "is_slip"),
    [
        (0.7448, "0.7484", True),
        (-0.7448, "-0.7484", True),
        (-0.7448, "−0.7484", True),
        (0.7448, "0.8447", False),  # not neighbours
        (0.7448, "7.0448", True),  # over the point
        (12.5, "21.5", True),
        (12.54, "21.5", True),  # to the digits written
        (12.56, "21.5", False),
        (2.0, "1/2", False),
    ],
)  # fmt: skip
def test_two_neighbouring_digits_may_have_changed_places(right: float, text: str, is_slip: bool) -> None:
    value = 0.5 if "/" in text else float(text.replace("−", "-"))
    half = 0.0 if "/" in text else 0.5 * 10.0 ** -len(text.partition(".")[2])
    assert ("X-digits" in found(right, written(value, text, half))) is is_slip


def test_every_wrong_entry_has_to_be_such_a_slip() -> None:
    right = [[1.25, 2.5, 3.75]]
    one = written([[1.52, 2.5, 3.75]], (("1.52", "2.50", "3.75"),))
    assert found(right, one)["X-digits"] == [[[1.52, 2.5, 3.75]]]
    both = written([[1.52, 2.5, 3.57]], (("1.52", "2.50", "3.57"),))
    assert found(right, both)["X-digits"] == [[[1.52, 2.5, 3.57]]]
    assert "X-digits" not in found(right, written([[1.52, 2.5, 9.0]], (("1.52", "2.50", "9.00"),)))
    assert "X-digits" not in found(right, written([[1.52, 2.5, 3.75]], (("1.52", "2.50"),)))


# --- names ---
