import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.problem.numbers import MAX_LENGTH, NotANumber, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("-0.0", 0.0),
        ("5.", 5.0),
        ("+.5", 0.5),
        (".5", 0.5),
        ("0.15", 0.15),
        ("1e-3", 1e-3),
        ("1E5", 1e5),
        ("1.0e3", 1e3),
        ("-2e-4", -2e-4),
        ("5e-324", 5e-324),
        ("1e-400", 0.0),
        ("1/3", 1 / 3),
        ("-2/7", -2 / 7),
        ("0.000", 0.0),
        ("10", 10.0),
        ("0e5", 0.0),
    ],
)
def test_numbers_are_read_and_kept_as_written(text, value):
    number = parse_number(text)
    assert number.value == value
    assert number.text == text


def test_the_minus_sign_of_print_is_a_minus():
    assert parse_number("−1.5e−3") == (-1.5e-3, "-1.5e-3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing"),
        ("null", "missing"),
        ("~", "missing"),
        (".nan", "finite"),
        ("NaN", "finite"),
        ("-.Inf", "finite"),
        ("Infinity", "finite"),
        ("1e400", "out of range"),
        ("-1.0e+400", "out of range"),
        ("1" * 390 + "/1", "out of range"),
        ("010", "write `10`"),
        ("-007", "write `-7`"),
        ("00.5", "write `0.5`"),
        ("08", "write `8`"),
        ("01/2", "write `1/2`"),
        ("0x1F", "hexadecimal"),
        ("0o10", "octal"),
        ("0b11", "binary"),
        ("1_000", "write `1000`"),
        ("1:30", "time"),
        ("190:20:30", "time"),
        ("true", "`1` or `0`"),
        ("NO", "`1` or `0`"),
        ("2024-01-01", "date"),
        ("2024-13-45", "date"),
        ("0,5", "write `0.5`"),
        ("1/0", "zero"),
        ("1 / 3", "two whole numbers"),
        ("0.1/3", "two whole numbers"),
        ("½", "write `1/2`"),
        ("²", "SUPERSCRIPT TWO"),
        ("π", "3.14159"),
        ("pi", "3.14159"),
        ("e", "2.71828"),
        ("√2", "SQUARE ROOT"),
        ("٣", "ARABIC-INDIC"),
        ("１２", "write `12`"),
        ("𝟏𝟐", "write `12`"),
        ("1\u00a0", "U+00A0 NO-BREAK SPACE"),
        ("\u200b1", "U+200B"),
        ("1 000", "commas"),
        ("1 2 3", "write `1, 2, 3`"),
        (" 1", "write `1`"),
        ("1.5#c", "space before `#`"),
        ("“1.5”", "U+201C"),
        ("50%", "share"),
        ("1e", "not a number"),
        ("1.2.3", "not a number"),
        ("--1", "not a number"),
        ("abc", "not a number"),
        (".", "not a number"),
        ("1e1.5", "not a number"),
        ("9" * 5000, "5000 characters"),
        ("0x" + "f" * 5000, "5002 characters"),
        ("0." + "1" * 10**6, "characters"),
    ],
)
def test_what_is_not_a_number_says_why(text, said):
    with pytest.raises(NotANumber) as caught:
        parse_number(text)
    assert said in f"{caught.value.message} | {caught.value.advice}"
    assert len(caught.value.message) <= MAX_LENGTH + 100


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back(value):
    assert parse_number(repr(value)).value == value


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**30))
def test_fractions_are_rounded_once(numerator, denominator):
    assert parse_number(f"{numerator}/{denominator}").value == float(Fraction(numerator, denominator))


@given(st.text(max_size=20) | st.text("0123456789+-./eE_,:xX −½", max_size=12))
def test_any_text_is_a_finite_number_or_says_why(text):
    try:
        number = parse_number(text)
    except NotANumber:
        return
    assert math.isfinite(number.value)
    assert float(Fraction(number.text)) == number.value
