"""The numbers answered for one quantity, gathered from a sheet, and what grading finds out about them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bpcli.grading.model import Answer, Given, Match, Written
from bpcli.grading.own import Filled
from bpcli.grading.quantities import Key, Place, Quantity, nested
from bpcli.grading.tolerance import GUARD, ends_at


class Numbers:
    """What was answered for one quantity, entry by entry, and what has been found out about it."""

    def __init__(self, quantity: Quantity) -> None:
        size = quantity.size
        self.quantity = quantity
        self.value = [math.nan] * size
        self.half = [0.0] * size
        self.texts: list[str | None] = [None] * size
        self.verdicts = ["missing"] * size
        self.expected: list[float] | tuple[float, ...] = quantity.truths[0]
        self.cut: set[int] = set()
        self.worthless: set[int] = set()
        self.misshapen: tuple[tuple[Written, ...], ...] | None = None
        self.vague: set[int] = set()  # too few digits to tell
        self.machine: set[int] = set()  # right as single precision or as a rounding error of 0
        self.trivial = False
        self.rests_on: tuple[Key, ...] = ()
        self.matches: tuple[Match, ...] = ()

    def put(self, place: Place, answer: Answer) -> None:
        if answer.fault is not None:
            self.misshapen = answer.misshapen
            for entry in place.numbers:
                self.verdicts[entry] = "invalid"
            return
        for entry, number in zip(place.numbers, _flat(answer.numbers), strict=answer.numbers is not None):
            if number.value == number.value:  # not a blank
                self.value[entry] = number.value
                self.half[entry] = number.half_unit
                self.texts[entry] = number.text
                self.verdicts[entry] = "wrong"

    @property
    def open(self) -> list[int]:
        return [entry for entry, verdict in enumerate(self.verdicts) if verdict == "wrong"]

    @property
    def is_answered(self) -> bool:
        return any(text is not None for text in self.texts)

    @property
    def has_mistake(self) -> bool:
        """Whether something is wrong, or follows from what is; digits that are too few say nothing of the work."""
        wrong = (entry for entry, verdict in enumerate(self.verdicts) if verdict == "wrong")
        return any(entry not in self.vague for entry in wrong) or "follows" in self.verdicts

    @property
    def is_exact(self) -> bool:
        """Whether the true values have no more digits than the ones written have."""
        truth = self.quantity.truths[0]
        return all(text is None or ends_at(truth[entry], self.half[entry]) for entry, text in enumerate(self.texts))

    def used(self, *, exact: bool) -> Filled:
        """The numbers as they are used further down, and how far from them: a right one that ends there not at all."""
        truth = self.quantity.truths[0]
        half = [
            0.0 if exact or (value == value and abs(value - true) <= GUARD * abs(true)) else half
            for value, half, true in zip(self.value, self.half, truth, strict=True)
        ]
        return self._arrays(half)

    def filled(self) -> Filled:
        return self._arrays(self.half)

    def _arrays(self, halves: list[float]) -> Filled:
        shape = self.quantity.variable.shape
        value, half = np.array(self.value), np.array(halves)
        if shape == ():
            return Filled(value[0], half[0], True)
        return Filled(value.reshape(shape), half.reshape(shape), not np.isnan(value).any())

    def laid_out(self) -> Any:
        """The texts in the layout of the quantity's value; only where no entry is blank."""
        shape = self.quantity.variable.shape
        return self.texts[0] if shape == () else tuple(tuple(row) for row in nested(self.texts, shape))

    def given(self) -> Given:
        """The numbers as the diagnosis reads them."""
        answered = [entry for entry, text in enumerate(self.texts) if text is not None]
        shape = self.quantity.variable.shape
        if len(answered) == 1 and self.quantity.size > 1 and shape:
            (entry,) = answered
            row, column = divmod(entry, shape[1])
            value, half = np.float64(self.value[entry]), np.float64(self.half[entry])
            return Given(value, half, self.texts[entry], (row, column))
        filled = self.filled()
        return Given(filled.value, filled.half, nested(self.texts, self.quantity.shape))


def _flat(numbers: Any) -> tuple[Written, ...]:
    if numbers is None:
        return ()
    if isinstance(numbers, Written):
        return (numbers,)
    if numbers and not isinstance(numbers[0], Written):
        return tuple(number for row in numbers for number in row)
    return tuple(numbers)
