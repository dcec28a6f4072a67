"""The interval rule against an oracle of its own in exact fractions, and roundings carried through formulas."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from grading.sheets import grader_of
from hypothesis import given
from hypothesis import strategies as st

from bpcli.grading.tolerance import Style, Way, accepts, ends_at, half_unit, is_bare_zero, slack, style_of, truncated


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("0.30", "0.005"), ("0.3", "0.05"), ("1e-3", "0.0005"), ("1.0e-3", "0.00005"), ("300", "0.5"), ("-2", "0.5"),
        ("5.", "0.5"), (".5", "0.05"), ("+1.50", "0.005"), ("1E2", "50"), ("1/3", "0"), ("0.000", "0.0005"),
        ("1.25e2", "0.5"), ("1e-400", "0"), ("1e-99999999999", "0"), ("0e99999999999", "inf"),
    ],
)  # fmt: skip
def test_the_digits_written_say_how_precise_a_number_is(text: str, half: str) -> None:
    assert half_unit(text) == float(half)


def oracle(true: Fraction, text: str, absolute: Fraction, relative: Fraction) -> Fraction:
    """How far the interval of numbers that round to `text` is from the interval around the true value."""
    mantissa, _, exponent = text.partition("e")
    _, _, decimals = mantissa.partition(".")
    half = Fraction(1, 2) * Fraction(10) ** (int(exponent or 0) - len(decimals))
    return abs(true - Fraction(text)) - half - max(absolute, relative * abs(true))


@st.composite
def triples(draw: st.DrawFn) -> tuple[float, str, float, float]:
    decimals = draw(st.integers(0, 10))
    number = draw(st.integers(-(10**6), 10**6))
    text = f"{number}e-{decimals}" if draw(st.booleans()) else f"{Decimal(number).scaleb(-decimals):f}"
    unit = 10.0**-decimals
    near = st.sampled_from([-1.0, -0.5, -0.49, 0.0, 0.3, 0.5, 0.51, 1.0, 2.5]).map(lambda d: float(text) + d * unit)
    true = draw(near | st.floats(-1e6, 1e6))
    return true, text, draw(st.sampled_from([0.0, 0.001])), draw(st.sampled_from([0.0, 0.01]))


@given(triples())
def test_the_rule_agrees_with_exact_fractions(case: tuple[float, str, float, float]) -> None:
    true, text, absolute, relative = case
    distance = oracle(Fraction(true), text, Fraction(absolute), Fraction(relative))
    accepted = accepts(true, float(text), half_unit(text), 0.0, absolute, relative)
    guard = 2e-12 * max(1e-300, abs(true), abs(float(text)))
    if distance <= 0:
        assert accepted
    elif distance > guard:
        assert not accepted


@pytest.mark.parametrize(
    ("true", "text"), [(0.125, "0.12"), (0.125, "0.13"), (2.5, "2"), (2.5, "3"), (-0.125, "-0.13")]
)
def test_both_ends_of_the_interval_belong_to_it(true: float, text: str) -> None:
    assert accepts(true, float(text), half_unit(text))


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0, 1), st.floats(0, 1))
def test_nearer_is_never_worse_and_the_sign_does_not_matter(true: float, value: float, half: float, by: float) -> None:
    accepted = accepts(true, value, half)
    assert accepted == accepts(-true, -value, half)
    if accepted:
        nearer = true + (value - true) * by
        assert accepts(true, nearer, half)
        assert accepts(true, value, half * 2)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_never_right(bad: float) -> None:
    for true, value in ((bad, 1.0), (1.0, bad), (bad, bad)):
        assert not accepts(true, value, 0.5)
        assert not accepts(true, value, 0.5, 1.0, 1.0, 1.0)
    assert not truncated(bad, 1.0, 0.5)


@pytest.mark.parametrize(
    ("true", "text", "cut"),
    [(0.1379, "0.137", True), (0.1379, "0.138", False), (-0.1379, "-0.137", True), (0.1379, "-0.137", False),
     (0.1399, "0.138", False), (0.0009, "0.000", True), (3.0, "2", False), (2.99, "2", True)],
)  # fmt: skip
def test_cut_off_digits_are_recognised(true: float, text: str, cut: bool) -> None:
    assert truncated(true, float(text), half_unit(text)) is cut


@pytest.mark.parametrize(
    ("true", "value", "half", "room", "cut"),
    [
        (0.5, 0.25, 0.125, {}, False),  # a whole unit more has another last digit
        (0.5, 0.25, 0.0625, {"slack": 0.1875}, True),
        (0.5, 0.25, 0.0625, {"absolute": 0.1875}, True),
        (0.5, 0.25, 0.0625, {"relative": 0.375}, True),
        (0.5, 0.25, 0.0625, {"absolute": 0.1875, "relative": 0.01}, True),
        (0.5, 0.25, 0.0625, {}, False),
        (0.5, 0.75, 0.125, {}, False),  # cutting off never makes a number larger
        (0.5, 0.75, 0.125, {"slack": 0.25}, True),
        (0.5, 0.75, 0.125, {"slack": 0.125}, False),
        (9e-16, 0.0, 5e-16, {}, True),
        (0.0, 0.0, 0.5, {}, True),
        (0.0, 0.0, 0.0, {}, False),  # a fraction has no digits to cut off
    ],
)
def test_cut_off_digits_end_where_the_next_last_digit_begins(
    true: float, value: float, half: float, room: dict[str, float], cut: bool
) -> None:
    assert truncated(true, value, half, **room) is cut
    assert truncated(-true, -value, half, **room) is cut


@pytest.mark.parametrize(
    ("true", "text", "ends"),
    [
        (0.25, "0.25", True),
        (0.25, "0.2500", True),
        (0.25, "0.3", False),
        (12.0, "12", True),
        (12.5, "12", False),
        (1 / 3, "0.3333333333", False),
        (1 / 3, "1/3", True),
        (0.1 + 0.2, "0.3", True),  # the last bits of a computation are no digits
        (3.0, "0.0000", True),
        (1e-13, "0", True),  # nor are they beside a 0
        (1e300, "1e-300", True),
        (math.inf, "0.5", False),
        (math.inf, "1/2", True),
        (math.nan, "0.5", False),
    ],
)
def test_numbers_that_end_where_they_are_written_are_not_rounded(true: float, text: str, ends: bool) -> None:
    assert ends_at(true, half_unit(text)) is ends
    assert ends_at(-true, half_unit(text)) is ends


@pytest.mark.parametrize(
    ("text", "bare"),
    [("0", True), ("-0", True), ("0.", True), ("0e1", True), ("0.0", False), ("1", False), ("10", False)],
)
def test_a_zero_without_decimals_says_nothing_of_its_precision(text: str, bare: bool) -> None:
    assert is_bare_zero(float(text), half_unit(text)) is bare


def test_an_exact_zero_is_right() -> None:
    """The fraction 0/1 leaves no room, and needs none."""
    assert accepts(0.0, 0.0, 0.0)
    assert not accepts(1e-300, 0.0, 0.0)


def test_slack_is_the_sum_of_slopes_times_radii() -> None:
    """For W h + b it is exactly Σ |w| · radius, entry by entry."""
    quantities = grader_of("lez5").quantities
    formula = quantities.bindings["a2"].expr
    found = slack(formula, quantities.values(0), {"h1": np.array([[0.01], [0.002]])})
    assert np.ravel(found) == pytest.approx([0.40 * 0.01 + 0.45 * 0.002, 0.50 * 0.01 + 0.55 * 0.002])


def test_slack_of_many_entries_is_of_the_size_that_roundings_add_up_to() -> None:
    """Beyond 64 entries roundings are taken as independent: √n rather than n of them."""
    n = 400
    lines = f"graph:\n  inputs: {{v: [{', '.join(['1'] * n)}]}}\n  define: {{s: sum(v)}}\n"
    quantities = grader_of(lines).quantities
    found = float(slack(quantities.bindings["s"].expr, quantities.values(0), {"v": np.full((n, 1), 0.5)}))
    assert 0.5 * math.sqrt(n) < found < 0.5 * n


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["0.4450", "12.1230", "-0.0369", "1.5000"], Style(0.00005, 0)),
        (["0.4450", "12.12", "-0.03690", "1.500"], Style(0.0, 4)),
        (["0.12", "0.45"], Style(0.005, 2)),
        (["1/3", "0"], Style()),
        (["0.1", "0.25"], Style(0.005, 2)),  # of two that are even the finer
        (["0.25", "0.1"], Style(0.005, 2)),
        (["1000", "1234"], Style(0.5, 4)),
        (["1e-323"], Style(0.0, 1)),  # no power of ten any more, to a float
        (["0.12", "0e99999"], Style(0.005, 2)),
    ],
)
def test_the_way_a_sheet_rounds_is_read_off_its_numbers(texts: list[str], style: Style) -> None:
    numbers = [(float(Fraction(text)), half_unit(text)) for text in texts]
    assert style_of(numbers)[:2] == pytest.approx(style[:2])


@pytest.mark.parametrize("even", [False, True])
@given(number=st.integers(-(10**6), 10**6), shift=st.integers(0, 9), digits=st.integers(1, 9), decimals=st.booleans())
def test_unwritten_numbers_are_rounded_as_decimals_are(
    number: int, shift: int, digits: int, decimals: bool, even: bool
) -> None:
    exact = Decimal(number).scaleb(-shift)
    place = -digits if decimals else exact.adjusted() - digits + 1
    expected = exact.quantize(Decimal(1).scaleb(place), ROUND_HALF_EVEN if even else ROUND_HALF_UP)
    found, _ = Way(digits, decimals, even).rounded(np.array([float(exact)]))
    assert found[0] == pytest.approx(float(expected), rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(
    ("value", "even", "rounded", "halfway"),
    [(0.285, False, 0.29, True), (0.285, True, 0.28, True), (-0.295, True, -0.30, True), (0.2849, False, 0.28, False)],
)
def test_numbers_half_way_are_known_as_such(value: float, even: bool, rounded: float, halfway: bool) -> None:
    found, tie = Way(2, decimals=True, even=even).rounded(np.array(value))
    assert (float(found), tie) == (pytest.approx(rounded), halfway)


def test_what_is_no_number_is_not_rounded() -> None:
    found, _ = Way(2, decimals=False).rounded(np.array([0.0, math.inf, -math.inf, math.nan]))
    assert found[:3].tolist() == [0.0, math.inf, -math.inf]
    assert math.isnan(found[3])


def test_the_style_of_a_sheet_says_how_the_rest_may_have_been_rounded() -> None:
    assert list(Style().ways()) == []
    assert list(Style(0.005, 0).ways()) == [Way(2, True), Way(3, True), Way(4, True)]
    assert list(Style(0.0, 3).ways()) == [Way(3, False), Way(4, False), Way(5, False)]
    assert {(way.digits, way.decimals) for way in Style(0.005, 2).ways()} >= {(2, True), (2, False)}
