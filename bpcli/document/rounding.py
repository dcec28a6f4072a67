"""Numbers for people: how many digits, rounded as people round (half-way cases up), at most ten that count.

A value is first taken to 12 significant digits, so that 0.285 stored as 0.28499999… still rounds to 0.29; the
rest is decimal arithmetic. Ten significant digits were measured to be the same on every processor and C library.
"""

from __future__ import annotations

import math
import sys
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

MOST_DIGITS = 10
LARGEST = Decimal(sys.float_info.max)
SMALL_DIGITS = 3  # significant digits of a number too small for the decimals asked for


class Rounding(NamedTuple):
    """How computed numbers are shown: to a number of decimals, or to `significant` digits where that is set.

    `each_step`: every quantity is rounded to what is shown before it is used further, as with a pocket calculator.
    """

    decimals: int = 4
    significant: int | None = None
    each_step: bool = False

    def text(self, value: float) -> str:
        """`value` as it is shown, with an ASCII minus; whole numbers have no decimals, and there is no −0."""
        if not math.isfinite(value):
            return "nan" if math.isnan(value) else "∞" if value > 0 else "-∞"
        exact = snapped(value)
        if exact == 0:
            return "0"
        size = exact.adjusted()
        if exact == exact.to_integral_value() and size < MOST_DIGITS:
            return f"{exact:.0f}"
        if self.significant is not None:
            return _plain(_to_digits(exact, min(self.significant, MOST_DIGITS)))
        if size >= MOST_DIGITS:
            return _scientific(_to_digits(exact, MOST_DIGITS))
        decimals = max(0, min(self.decimals, MOST_DIGITS - 1 - size))
        rounded = _to_place(exact, -decimals)
        if rounded == 0:
            return _scientific(_to_digits(exact, SMALL_DIGITS))
        return f"{rounded:f}"

    def rounded(self, value: float) -> float:
        """The number that is shown."""
        return float(self.text(value)) if math.isfinite(value) else value

    def is_exact(self, value: float) -> bool:
        """Whether what is shown is the value itself, to 12 significant digits."""
        return math.isfinite(value) and Decimal(self.text(value)) == snapped(value)


def snapped(value: float) -> Decimal:
    """`value` to 12 significant digits."""
    return Decimal(f"{value:.11e}")


def _to_place(value: Decimal, exponent: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(exponent), rounding=ROUND_HALF_UP)


def _to_digits(value: Decimal, digits: int) -> Decimal:
    """`value` to so many significant digits; 9.996 to three is 10.0, a carry bringing no digit more."""
    rounded = _to_place(value, value.adjusted() - digits + 1)
    if rounded.adjusted() >= LARGEST.adjusted() and abs(rounded) > LARGEST:
        # Up would leave the numbers that can be read again.
        return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), rounding=ROUND_DOWN)
    return _to_place(rounded, rounded.adjusted() - digits + 1)


def _plain(value: Decimal) -> str:
    return _scientific(value) if value.adjusted() < -5 or value.adjusted() >= MOST_DIGITS else f"{value:f}"


def _scientific(value: Decimal) -> str:
    mantissa, _, exponent = f"{value:e}".partition("e")
    return f"{mantissa}e{int(exponent)}"
