"""What was written for a quantity, as arrays: laid out like its value, and compared with it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bpcli.calculus.expr import Variable
from bpcli.document.mathtree import Identifier
from bpcli.grading.model import Given
from bpcli.grading.written import Numbers, largest_relative, numbers_of

NAN = math.nan
WHOLE = np.array([[1.0, 2.0], [3.0, 4.0]])


def written(value: Any, half: Any = 0.005, texts: Any = None, at: tuple[int, int] | None = None) -> Numbers:
    return numbers_of(Given(np.array(value, dtype=float), np.array(half, dtype=float), texts, at))


# --- read from what was given ---


def test_a_single_number_has_an_axis_of_its_own() -> None:
    numbers = written(0.25, 0.005, "0.25")
    assert (numbers.value.tolist(), numbers.half.tolist(), numbers.texts) == ([0.25], [0.005], ("0.25",))
    assert (numbers.at, numbers.cut) == (None, False)


def test_blanks_are_not_known() -> None:
    numbers = written([[1.0, NAN], [NAN, 4.0]], texts=[["1.00", None], [None, "4.00"]])
    assert numbers.known.tolist() == [[True, False], [False, True]]
    assert numbers.texts == ("1.00", "", "", "4.00")


@pytest.mark.parametrize(
    ("texts", "flat"),
    [
        ((("1", "2"), ("3", "4")), ("1", "2", "3", "4")),
        (np.array([["1", "2"], ["3", "4"]]), ("1", "2", "3", "4")),
        ("7", ("7",)),
        (None, ("",)),
    ],
)
def test_texts_are_read_row_by_row(texts: Any, flat: tuple[str, ...]) -> None:
    assert written(WHOLE, texts=texts).texts == flat


def test_a_zero_without_decimals_is_taken_as_zero_and_nothing_else_is() -> None:
    numbers = written([[0.0, 0.0], [7.0, 0.0]], [[0.5, 0.05], [0.5, 5.0]])
    assert numbers.half.tolist() == [[5e-11, 0.05], [0.5, 5e-11]]


# --- the part that was asked for ---


def test_one_entry_is_picked_where_one_was_asked_for() -> None:
    assert written(2.0, at=(0, 1)).pick(WHOLE).tolist() == [2.0]
    assert written(2.0, at=(0, 1)).pick(np.array(9.0)).tolist() == [9.0]
    assert written(WHOLE).pick(WHOLE).tolist() == WHOLE.tolist()
    assert written(WHOLE).pick(np.array(9.0)).tolist() == [[9.0, 9.0], [9.0, 9.0]]


def test_entries_are_put_where_they_belong() -> None:
    other = 10 * WHOLE
    some = np.array([[True, False], [False, True]])
    assert written(WHOLE).put(WHOLE, some, other).tolist() == [[10.0, 2.0], [3.0, 40.0]]
    assert written(2.0, at=(0, 1)).put(WHOLE, np.array([True]), other).tolist() == [[1.0, 20.0], [3.0, 4.0]]
    assert written(2.0).put(np.array(1.0), np.array([True]), np.array(5.0)) == 5.0
    assert WHOLE.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_written_numbers_are_laid_out_like_the_whole_with_right_ones_in_the_blanks() -> None:
    assert written([[9.0, NAN], [8.0, 7.0]]).spread(WHOLE).tolist() == [[9.0, 2.0], [8.0, 7.0]]
    assert written(9.0, at=(1, 0)).spread(WHOLE).tolist() == [[1.0, 2.0], [9.0, 4.0]]
    assert written(9.0).spread(np.array(1.0)).shape == ()


# --- compared ---


def test_near_is_within_half_a_unit_and_a_share_of_the_largest_entry() -> None:
    numbers = written([[1.0, 2.0], [3.0, 4.0]], 0.5)
    every = np.ones((2, 2), dtype=bool)
    moved = np.add(WHOLE, [[0.5, 0.6], [0.9, 0.91]])
    assert numbers.near(moved, 0.0, every).tolist() == [[True, False], [False, False]]
    assert numbers.near(moved, 0.4 / 4.91, every).tolist() == [[True, True], [True, False]]
    assert numbers.near(moved, 1.0, ~every).tolist() == [[False, False], [False, False]]
    assert numbers.near(-WHOLE, 0.5, every).tolist() == [[True, False], [False, False]]


def test_nothing_is_near_a_value_out_of_range() -> None:
    every = np.ones((2, 2), dtype=bool)
    for bad in (math.inf, -math.inf, NAN):
        assert not written(WHOLE, math.inf).near(np.array([[1.0, bad], [3.0, 4.0]]), 1.0, every).any()


def test_values_agree_within_half_a_unit_and_what_earlier_roundings_add() -> None:
    numbers = written([[1.0, 2.0], [NAN, -4.0]], 0.25)
    none, some = np.zeros((2, 2)), np.array([[0.25, 0.0], [1.0, 0.25]])
    moved = np.array([[1.5, 2.25], [3.0, -4.5]])
    assert numbers.agree(moved, none).tolist() == [[False, True], [False, False]]
    assert numbers.agree(moved, some).tolist() == [[True, True], [False, True]]


def test_the_last_bits_of_large_numbers_do_not_matter() -> None:
    assert written(1e6, 0.0).agree(np.array(1e6 + 5e-4), np.array(0.0)).all()
    assert not written(1e6, 0.0).agree(np.array(1e6 + 5e-3), np.array(0.0)).any()
    assert written(-1e6, 0.0).agree(np.array(-1e6 - 5e-4), np.array(0.0)).all()


@pytest.mark.parametrize(
    ("value", "text", "half", "agrees"),
    [(0.3125, 0.25, 0.0625, True), (0.375, 0.25, 0.0625, True), (0.4375, 0.25, 0.0625, False),
     (0.1875, 0.25, 0.0625, True), (0.125, 0.25, 0.0625, False), (-0.375, -0.25, 0.0625, True),
     (-0.375, 0.25, 0.0625, False), (0.0625, 0.0, 0.0625, True), (-0.0625, 0.0, 0.0625, True)],
)  # fmt: skip
def test_cut_off_numbers_may_be_a_whole_unit_short(value: float, text: float, half: float, agrees: bool) -> None:
    """On the side of zero only, and with the same sign; half a unit beyond it is rounding."""
    numbers = written(text, half)._replace(cut=True)
    assert bool(numbers.agree(np.array(value), np.array(0.0)).all()) is agrees


def test_cut_off_numbers_have_the_room_of_earlier_roundings_too() -> None:
    numbers = written([[0.25, 0.25], [0.25, NAN]], 0.0625)._replace(cut=True)
    found = numbers.agree(np.array([[0.5, 0.125], [0.5625, 0.25]]), np.full((2, 2), 0.125))
    assert found.tolist() == [[True, True], [False, False]]


# --- how coarse the numbers are that a formula uses ---


def test_the_coarsest_number_of_a_formula_relative_to_its_size() -> None:
    x, y, z = (Variable(name, (), Identifier(name)) for name in "xyz")
    values = {"x": np.float64(-2.0), "y": np.float64(0.0), "z": np.float64(10.0)}
    halves = {"x": np.float64(0.5), "y": np.float64(0.5), "z": np.float64(0.05)}
    assert largest_relative(x * z, values, halves) == 0.25
    assert largest_relative(z * x, values, halves) == 0.25
    assert largest_relative(z * y, values, halves) == 0.005
    assert largest_relative(x * z, values, {"z": np.float64(0.05)}) == 0.005
    assert largest_relative(x * z, values, {}) == 0.0
    assert largest_relative(x + z, values, {"x": np.float64(100.0)}) == 1.0


def test_the_size_of_a_matrix_is_its_largest_entry_and_so_is_its_rounding() -> None:
    W = Variable("W", (1, 2), Identifier("W"))
    found = largest_relative(W + W, {"W": np.array([[1.0, -4.0]])}, {"W": np.array([[0.05, 0.5]])})
    assert found == 0.125
