"""When a written number is right: the interval rule, cut-off digits, and how roundings travel through formulas.

A written decimal stands for every number that rounds to it: half a unit in its last place to either side, both
ends included, so that rounding half up, half down and half to even are all right. It is right when that interval
meets [true − tolerance, true + tolerance].
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Apply, Array, Expr, Variable, evaluate, postorder, variables_of

GUARD = 1e-12
"""The ends of an interval belong to it; the last bits of a computation may put a number just outside."""

BARE_ZERO = 5e-11
"""What a lone `0` leaves open: nothing smaller is ever shown."""

ONE_BY_ONE = 64
"""Up to so many entries are moved one at a time; more are moved together, in fixed patterns of signs."""

FINER = 2
"""Up to so many more digits than are written may be kept on the way."""

HALFWAY = 5e-15
"""Numbers are half-way between two others where they are to 15 digits."""

PATTERNS = 16
SPREADS = 3.0
"""Roundings are independent: they add up to more than three standard deviations practically never."""

NUMERAL = re.compile(r"[+-]?([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")


@lru_cache(maxsize=1024)
def _half_of_place(exponent: int) -> float:
    return float(f"5e{exponent - 1}")


def half_unit(text: str) -> float:
    """Half a unit in the last written place: 0.005 for `0.30`, 0.0005 for `1e-3`, 0.5 for `300`, 0 for `1/3`."""
    found = NUMERAL.fullmatch(text)
    return _half_of_place(int(found[3] or 0) - len(found[2])) if found else 0.0


def is_bare_zero(value: float, half: float) -> bool:
    """Whether a zero was written without decimals: it says nothing of the precision it was written with."""
    return value == 0.0 and half >= 0.5


def accepts(
    true: float, value: float, half: float, slack: float = 0.0, absolute: float = 0.0, relative: float = 0.0
) -> bool:
    """Whether the numbers that round to the written `value` meet [true − tolerance, true + tolerance].

    `slack` is what honest rounding of earlier answers adds. What is not finite is never right.
    """
    distance = abs(true - value)
    if not math.isfinite(distance):
        return False
    # What is allowed beside the written digits: earlier roundings, the tolerance, the last bits of the computation.
    room = slack + max(absolute, relative * abs(true)) + GUARD * max(abs(true), abs(value))
    return distance <= half + room


def truncated(
    true: float, value: float, half: float, slack: float = 0.0, absolute: float = 0.0, relative: float = 0.0
) -> bool:
    """Whether `value` is the true value with its further digits cut off instead of rounded."""
    if not math.isfinite(true) or true * value < 0.0:
        return False
    guard = GUARD * max(abs(true), abs(value))
    room = slack + max(absolute, relative * abs(true))
    beyond = abs(true) - abs(value)
    # A whole unit more would have been written with another last digit.
    return -room - guard <= beyond < 2.0 * half + room - guard


CLOSE_UNITS = 2.0
"""An answer is close when it is off by at most so many units in its last place."""

CLOSE_DIGITS = 3
"""And has at least so many significant digits."""

MOST_APART = 60
"""Parts of a formula whose uses of a variable are told apart."""

SMALL_PART = 0.1
"""Of a value: a half-unit as large does not tell right from wrong, and a slack as large is no longer of first order."""

SINGLE = 2.0**-23
"""The spacing of single precision numbers at 1."""
SINGLE_DIGITS = 7
MACHINE_ZERO = 1e-12


class Wanted(NamedTuple):
    """How many digits are asked for: `digits` decimals, or else two significant ones and no more decimals than shown.

    Missing trailing digits are zeros as far as that goes: `0.3` is 0.30, and right for 0.3001.
    """

    digits: int | None
    shown: int

    def half(self, true: float) -> float:
        """The largest half-unit that counts for a number that should be `true`."""
        if self.digits is not None:
            return _half_of_place(-self.digits)
        shown = _half_of_place(-self.shown)
        if true == 0.0 or not math.isfinite(true):
            return shown
        return max(shown, _half_of_place(math.floor(math.log10(abs(true)) + 1e-12) - 1))


def is_close(true: float, value: float, half: float) -> bool:
    """Whether only the last digit is off: by two units at most, in an answer of three significant digits or more."""
    if half <= 0.0 or value == 0.0 or not math.isfinite(true):
        return False
    return abs(true - value) <= 2.0 * CLOSE_UNITS * half * (1 + 1e-9) and digits_of(value, half) >= CLOSE_DIGITS


def is_coarse(true: float, value: float, half: float) -> bool:
    """Whether the digits that were written are right, and say something: the half-unit is a tenth of the value or less.

    A whole number so coarse that its interval holds most numbers of the kind does not tell right from wrong.
    """
    return accepts(true, value, half) and half <= SMALL_PART * abs(true)


def digits_of(value: float, half: float) -> int:
    """The significant digits of a written number that is not 0; 17 for a fraction."""
    return 17 if half <= 0.0 else math.floor(math.log10(abs(value) / (2.0 * half)) + 1e-9) + 1


def of_a_machine(true: float, value: float, half: float) -> bool:
    """Whether a number is what single precision makes of the true one, or the rounding error that stands for 0."""
    if true == 0.0:
        return 0.0 < abs(value) <= MACHINE_ZERO
    if not math.isfinite(true):
        return False
    return digits_of(value, half) >= SINGLE_DIGITS and abs(true - value) <= SINGLE * abs(true) if value else False


def ends_at(true: float, half: float) -> bool:
    """Whether a number has no digits beyond the last written place, so that writing it rounds nothing."""
    if half == 0.0 or not math.isfinite(true):
        return half == 0.0
    units = true / (2.0 * half)
    if not math.isfinite(units):
        return True  # written to a place far below the last one of a float
    return abs(units - round(units)) <= GUARD * max(abs(units), 1.0)


class Way(NamedTuple):
    """A way of rounding numbers that are not written down: to so many decimals or significant digits."""

    digits: int
    decimals: bool
    even: bool = False

    def rounded(self, value: Array) -> tuple[Array, bool]:
        """The values, rounded, and whether one of them lay half-way, so that rounding half to `even` matters."""
        with np.errstate(all="ignore"):
            size = np.abs(value)
            place = self.digits if self.decimals else self.digits - 1 - np.floor(np.log10(size))
            scale = np.float64(10.0) ** place  # infinite where a float would raise
            units = size * scale
            whole = np.floor(units)
            part = units - whole - 0.5
            halfway = np.abs(part) <= HALFWAY * units
            up = np.where(halfway, whole % 2.0 == 1.0 if self.even else True, part > 0.0)
            result = (whole + up) / scale
            return np.copysign(np.where(np.isfinite(result), result, size), value), bool(halfway.any())


class Style(NamedTuple):
    """How a student rounds, read off the numbers of a sheet: to a decimal place, or to significant digits.

    `half` is half a unit of the usual last place and `digits` the usual count of significant digits; the one of
    the two that more numbers agree on is set, both where that is even. `finest` is half a unit of the finest place.
    """

    half: float = 0.0
    digits: int = 0
    finest: float = 0.0

    def ways(self) -> Iterator[Way]:
        """How numbers that were not written down may have been rounded: like the others, or a little finer."""
        for finer in range(FINER + 1):
            if self.half:
                yield Way(finer + self.places, decimals=True)
            if self.digits:
                yield Way(finer + self.digits, decimals=False)

    @property
    def places(self) -> int:
        """The usual count of decimals, where that is set."""
        return -round(math.log10(2.0 * self.half))

    @property
    def zero(self) -> float:
        """Half a unit of a zero that was written without decimals: that of the finest place on the sheet."""
        return max(self.finest, BARE_ZERO)


def style_of(numbers: Iterable[tuple[float, float]]) -> Style:
    """The style of written numbers (value, half unit): what most of them have, of two that are even the finer one.

    Zeros and fractions say nothing about it.
    """
    places: dict[int, int] = {}
    digits: dict[int, int] = {}
    finest = math.inf
    for value, half in numbers:
        if half > 0.0 and value != 0.0 and math.isfinite(half):
            place = round(math.log10(2.0 * half))
            count = math.floor(math.log10(abs(value)) + 1e-12) - place + 1
            finest = min(finest, half)
            places[place] = places.get(place, 0) + 1
            digits[count] = digits.get(count, 0) + 1
    if not places:
        return Style()
    place, by_place = max(places.items(), key=lambda item: (item[1], -item[0]))
    count, by_digits = max(digits.items(), key=lambda item: (item[1], item[0]))
    half = _half_of_place(place) if by_place >= by_digits else 0.0
    return Style(half, max(count, 1) if by_digits >= by_place else 0, finest)


class Apart(NamedTuple):
    """A formula in which every use of a variable is a variable of its own, and whose uses they are."""

    formula: Expr
    uses: tuple[tuple[str, str], ...]


@lru_cache(maxsize=2048)
def apart(expr: Expr) -> Apart:
    """A number may be used rounded in one place of a line and in full in another: each place moves by itself.

    A formula of very many parts stays as it is.
    """
    uses: list[tuple[str, str]] = []
    count = 0

    def rebuilt(node: Expr) -> Expr:
        nonlocal count
        count += 1
        if isinstance(node, Variable):
            uses.append((f"{node.name} use {len(uses)}", node.name))
            return Variable(uses[-1][0], node.shape, node.math, node.role)
        if not isinstance(node, Apply) or count > MOST_APART:
            return node
        return Apply(node.operation, tuple(rebuilt(item) for item in node.inputs))

    several = sum(1 for node in postorder(expr)) <= MOST_APART
    formula = rebuilt(expr) if several else expr
    if not several or count > MOST_APART or len(uses) == len(variables_of(expr)):
        return Apart(expr, ())
    return Apart(formula, tuple(uses))


def slack_apart(expr: Expr, values: Mapping[str, Array], radii: Mapping[str, Array]) -> Array:
    """`slack` where each use of a variable moves by itself."""
    formula, uses = apart(expr)
    if not uses:
        return slack(expr, values, radii)
    moved = {name: values[of] for name, of in uses}
    return slack(formula, moved, {name: radii[of] for name, of in uses if of in radii})


def slack(expr: Expr, values: Mapping[str, Array], radii: Mapping[str, Array]) -> Array:
    """How far a formula moves when each of its variables moves by its radius: Σ |∂formula/∂variable| · radius.

    Entry by entry, and exact where a variable comes in linearly. `radii` may leave variables out.
    """
    with np.errstate(all="ignore"):
        base = evaluate(expr, values)
        total = np.zeros(np.shape(base))
        for variable in variables_of(expr):
            radius = radii.get(variable.name)
            if radius is not None and np.any(radius):
                total = total + _spread(expr, values, variable, radius, base)
    return total


def _spread(expr: Expr, values: Mapping[str, Array], variable: Variable, radius: Array, base: Array) -> Array:
    """How far the formula moves with one variable, upwards or downwards, whichever is further."""
    moved = dict(values)
    value = np.asarray(values[variable.name], dtype=np.float64)
    radius = np.broadcast_to(radius, value.shape)

    def change(by: Array) -> Array:
        moved[variable.name] = value + by
        up = np.abs(evaluate(expr, moved) - base)
        moved[variable.name] = value - by
        down = np.abs(evaluate(expr, moved) - base)
        # One of the two may leave the range of numbers: the root of a rounded 0 moved below 0.
        return np.nan_to_num(np.fmax(up, down), nan=0.0)

    if value.size == 1 or _entry_by_entry(expr, variable):
        return change(radius)
    if value.size <= ONE_BY_ONE:
        total = np.zeros(np.shape(base))
        for place in range(value.size):
            if radius.flat[place]:
                by = np.zeros(value.shape)
                by.flat[place] = radius.flat[place]
                total = total + change(by)
        return total
    signs = np.random.default_rng(0)
    squares = np.zeros(np.shape(base))
    for _ in range(PATTERNS):
        squares = squares + change(radius * signs.choice((-1.0, 1.0), value.shape)) ** 2
    return SPREADS * np.sqrt(squares / PATTERNS)


def _entry_by_entry(expr: Expr, variable: Variable) -> bool:
    """Whether every entry of the result uses only the same entry of the variable."""
    return expr.shape == variable.shape and all(
        node.operation.elementwise for node in postorder(expr) if isinstance(node, Apply)
    )
