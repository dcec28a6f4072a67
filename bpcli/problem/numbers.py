"""What counts as a number: decimals and fractions in ASCII, read from their text and kept as written."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_LENGTH = 400

DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
FRACTION = re.compile(r"([+-]?[0-9]+)/([0-9]+)", re.ASCII)
LEADING_ZERO = re.compile(r"[+-]?0+[0-9]", re.ASCII)


class Number(NamedTuple):
    """A finite number; `text` as written, with `-` for U+2212."""

    value: float
    text: str


class NotANumber(ValueError):  # noqa: N818  # it says what it is
    """Why a text is not a number, in the words of a diagnostic."""

    def __init__(self, message: str, advice: str = "", code: str = "not-a-number") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code


def parse_number(text: str) -> Number:
    """Read `0.5`, `-2`, `1e-3`, `+.5`, `5.` or `1/3`; raises `NotANumber` saying what is wrong instead."""
    if len(text) > MAX_LENGTH:
        raise NotANumber(f"a number of {len(text)} characters", f"at most {MAX_LENGTH} characters are read")
    text = text.replace("−", "-")
    if DECIMAL.fullmatch(text):
        if LEADING_ZERO.match(text):
            raise _leading_zero(text)
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise NotANumber(f"`{text}` is out of range", "the largest number is about 1.8e308", "out-of-range")
        return Number(value, text)
    if fraction := FRACTION.fullmatch(text):
        return _fraction(text, fraction[1], fraction[2])
    raise _explain(text)


def _fraction(text: str, numerator: str, denominator: str) -> Number:
    if LEADING_ZERO.match(numerator) or LEADING_ZERO.match(denominator):
        raise _leading_zero(text)
    divisor = int(denominator)
    if divisor == 0:
        raise NotANumber(f"`{text}` divides by zero")
    try:
        return Number(int(numerator) / divisor, text)
    except OverflowError:
        raise NotANumber(f"`{text}` is out of range", code="out-of-range") from None


def _leading_zero(text: str) -> NotANumber:
    plain = re.sub(r"(?<![0-9.])0+(?=[0-9])", "", text)
    return NotANumber(f"`{text}` starts with a zero", f"elsewhere that can mean octal; write `{plain}`")


def _explain(text: str) -> NotANumber:
    for test in (_explain_word, _explain_notation, _explain_separator, _explain_character):
        if reason := test(text):
            return reason
    return NotANumber(f"`{text}` is not a number")


BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off"})
NOT_FINITE = frozenset({"nan", "inf", "infinity"})
CONSTANTS = {"pi": "3.141592653589793", "π": "3.141592653589793", "e": "2.718281828459045"}


def _explain_word(text: str) -> NotANumber | None:
    lowered = text.lower()
    if lowered in ("", "~", "null"):
        return NotANumber("a number is missing here")
    if lowered in BOOLEANS:
        return NotANumber(f"`{text}` is not a number", "write `1` or `0`")
    if lowered.lstrip("+-").removeprefix(".") in NOT_FINITE:
        return NotANumber(f"`{text}` is not a finite number")
    if lowered in CONSTANTS:
        return NotANumber(f"`{text}` is not a number", f"write its digits: `{CONSTANTS[lowered]}`")
    return None


def _explain_notation(text: str) -> NotANumber | None:
    if re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F_]+", text):
        base = {"x": "hexadecimal", "o": "octal", "b": "binary"}[text.lstrip("+-")[1].lower()]
        return NotANumber(f"`{text}` is {base}", "write it in decimal")
    if re.fullmatch(r"[+-]?[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?", text):
        return NotANumber(f"`{text}` looks like a time", "write a decimal number")
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", text):
        return NotANumber(f"`{text}` looks like a date", "write a decimal number")
    if re.fullmatch(r"[+-]?[0-9.]+#.*", text):
        return NotANumber(f"`{text}` is not a number", "put a space before `#` to start a comment")
    if text.rstrip().endswith("%"):
        return NotANumber(f"`{text}` is not a number", "write a share of 1: `50%` is `0.5`")
    if re.fullmatch(r"[+-]?[0-9.eE+-]+\s*/\s*[+-]?[0-9.eE+-]+", text):
        return NotANumber(f"`{text}` is not a number", "a fraction is two whole numbers: `1/3`")
    return None


def _explain_separator(text: str) -> NotANumber | None:
    if re.fullmatch(r"[+-]?[0-9]*,[0-9]+", text):
        return NotANumber(f"`{text}` is not a number", f"a decimal comma? write `{text.replace(',', '.')}`")
    if re.fullmatch(r"[+-]?[0-9_.eE+-]*_[0-9_.eE+-]*", text):
        return NotANumber(f"`{text}` is not a number", f"write `{text.replace('_', '')}`, without `_`")
    parts = text.split(" ")
    if len(parts) > 1 and all(DECIMAL.fullmatch(part) for part in parts if part):
        numbers = [part for part in parts if part]
        if len(numbers) == 1:
            return NotANumber(f"`{text}` has spaces around a number", f"write `{numbers[0]}`")
        return NotANumber(
            f"expected a number, found text `{text}`", f"are the commas missing? write `{', '.join(numbers)}`"
        )
    return None


def _explain_character(text: str) -> NotANumber | None:
    odd = next((character for character in text if not " " <= character <= "~"), None)
    if odd is None:
        return None
    from unicodedata import name, normalize

    what = f"U+{ord(odd):04X} {name(odd, '')}".rstrip()
    plain = normalize("NFKC", text).replace("\u2044", "/")
    advice = "write it with the digits 0 to 9"
    if odd in "“”‘’«»„":
        advice = f"write `{text.strip('“”‘’«»„')}`, without typographic quotes"
    elif odd in "\u00a0\u200b\u202f\u2009\ufeff":
        advice = f"remove the invisible {what}"
    elif plain != text and (DECIMAL.fullmatch(plain) or FRACTION.fullmatch(plain)):
        advice = f"write `{plain}`"
    return NotANumber(f"`{text}` is not a number: it has {what}", advice)
