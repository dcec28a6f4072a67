"""Numbers as people round and read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli import load_problem, parse_problem, solve
from bpcli.document.rounding import MOST_DIGITS, Rounding, snapped

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)
DECIMALS = st.integers(0, 9)


@pytest.mark.parametrize(
    ("decimals", "value", "text"),
    [
        (2, 0.285, "0.29"),  # stored as 0.28499999…
        (2, 1.005, "1.01"),
        (1, 0.25, "0.3"),
        (1, 0.35, "0.4"),
        (2, -0.285, "-0.29"),
        (0, 2.5, "3"),
        (4, 0.44499999999999995, "0.4450"),
        (4, 1.23456, "1.2346"),
        (4, 2.0, "2"),
        (4, 0.0, "0"),
        (4, -0.0, "0"),
        (4, 1e-320, "1.00e-320"),
        (4, 0.00004, "4.00e-5"),
        (4, -0.000031415, "-3.14e-5"),
        (4, 0.00005, "0.0001"),
        (4, 123456.789, "123456.7890"),
        (2, 1e22, "1.000000000e22"),
        (4, 12345678901.5, "1.234567890e10"),
        (4, 1e-300, "1.00e-300"),
        (4, 0.0000099996, "1.00e-5"),  # a carry brings no digit more
        (4, float("inf"), "∞"),
        (4, float("-inf"), "-∞"),
        (4, float("nan"), "nan"),
    ],
)
def test_text_of_a_number(decimals: int, value: float, text: str) -> None:
    """Half-way cases go up, whole numbers have no decimals, there is no −0, small and huge ones have a power of ten."""
    assert Rounding(decimals).text(value) == text


@pytest.mark.parametrize(
    ("digits", "value", "text"),
    [
        (3, 0.00123456, "0.00123"),
        (3, 123456.0, "123456"),
        (3, 12.3456, "12.3"),
        (2, 0.0955, "0.096"),
        (6, 0.1, "0.100000"),
        (3, 9.996, "10.0"),
        (3, 0.09996, "0.100"),
    ],
)
def test_significant_digits(digits: int, value: float, text: str) -> None:
    """With `significant` the digits that count are counted; whole numbers stay as they are."""
    assert Rounding(significant=digits).text(value) == text


@given(FINITE, DECIMALS)
def test_shown_number_is_within_half_a_unit(value: float, decimals: int) -> None:
    """What is shown lies within half a unit of its own last place."""
    text = Rounding(decimals).text(value)
    shown = Decimal(text)
    unit = Decimal(1).scaleb(shown.as_tuple().exponent)  # type: ignore[arg-type]
    assert abs(shown - snapped(value)) <= unit / 2


@given(FINITE, DECIMALS)
def test_rounding_again_changes_nothing(value: float, decimals: int) -> None:
    """A rounded number is its own rounding."""
    rounding = Rounding(decimals)
    once = rounding.rounded(value)
    assert rounding.rounded(once) == once
    assert rounding.text(once) == rounding.text(value) or abs(once) >= 10**MOST_DIGITS or float(once).is_integer()


@given(st.decimals(-1000, 1000, places=6), DECIMALS)
def test_decimals_round_half_up_as_on_paper(value: Decimal, decimals: int) -> None:
    """A decimal number of a few digits is rounded as if it had never been binary."""
    expected = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if expected != 0 or value == 0:
        assert Decimal(Rounding(decimals).text(float(value))) == expected


@given(FINITE, DECIMALS)
def test_signs_are_symmetric(value: float, decimals: int) -> None:
    """−x is shown as x with a minus."""
    rounding = Rounding(decimals)
    text = rounding.text(abs(value))
    assert rounding.text(-abs(value)) == (f"-{text}" if text != "0" else text)


@given(FINITE)
def test_twelve_digits_decide_what_is_exact(value: float) -> None:
    """A number is exact when nothing of its first twelve digits is lost."""
    for rounding in (Rounding(4), Rounding(significant=6)):
        assert rounding.is_exact(value) == (Decimal(rounding.text(value)) == snapped(value))


def test_last_bits_do_not_count() -> None:
    """0.1 + 0.2 is exactly 0.3 to whoever reads it."""
    assert Rounding(4).is_exact(0.1 + 0.2)
    assert not Rounding(4).is_exact(1 / 3)
    assert Rounding(4).text(0.1 + 0.2) == "0.3000"


def test_rounding_each_step_uses_what_is_printed() -> None:
    """With `each_step` every quantity is computed from the printed values of the ones before."""
    text = load_problem("lez5").text + "display: {decimals: 2, rounding: each_step}\n"
    solution = solve(parse_problem(text))
    assert solution["a1"] == [0.45, 0.51]  # 0.445 and 0.505 go up
    assert solution["h1"] == [0.61, 0.62]  # σ(0.45), σ(0.51)
    assert solution["a2"] == [1.12, 1.25]  # 0.4·0.61 + 0.45·0.62 + 0.6 = 1.123, 0.5·0.61 + 0.55·0.62 + 0.6 = 1.246
    for step in solution:
        assert all(solution.rounding.rounded(float(v)) == float(v) for v in step.value.ravel())


def test_rounding_at_the_end_keeps_every_digit() -> None:
    """With `final`, what is shown does not change what is computed."""
    exact = solve(load_problem("lez5"))
    shown = solve(parse_problem(load_problem("lez5").text + "display: {decimals: 1}\n"))
    assert shown["dL/dW1"] == exact["dL/dW1"]
    assert shown.rounding.decimals == 1
