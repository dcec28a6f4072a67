"""A student's numbers as arrays that formulas' values are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Expr, variables_of
from bpcli.grading.model import Given
from bpcli.grading.tolerance import BARE_ZERO

GUARD = 1e-9


class Numbers(NamedTuple):
    """What was written: values and half-units with at least one axis; `known` where something was written at all.

    `at` is the entry that they are of, where only one was asked for; `cut`: further digits may have been cut off.
    """

    value: Array
    half: Array
    known: Array
    texts: tuple[str, ...]
    at: tuple[int, int] | None
    cut: bool = False

    def pick(self, whole: Array) -> Array:
        """The part of a quantity's value that was written: one entry where one was asked for."""
        array = np.asarray(whole, dtype=np.float64)
        if self.at is not None and array.ndim == 2:
            array = array[self.at]
        return np.broadcast_to(array, self.value.shape) if array.shape != self.value.shape else array

    def put(self, whole: Array, entries: Array, value: Array) -> Array:
        """`whole` with the entries of `value` at `entries`."""
        result = np.array(whole, dtype=np.float64)
        if self.at is not None and result.ndim == 2:
            result[self.at] = self.pick(value).flat[0]
            return result
        if result.ndim == 0:
            return np.float64(self.pick(value).flat[0])
        result[entries] = self.pick(value)[entries]
        return result

    def spread(self, like: Array) -> Array:
        """The written numbers laid out like the whole quantity."""
        result = np.array(like, dtype=np.float64)
        if self.at is not None and result.ndim == 2:
            result[self.at] = self.value.flat[0]
            return result
        spread: Array = np.where(self.known, self.value, self.pick(like))
        return spread.reshape(result.shape)

    def spread_half(self, like: Array) -> Array:
        """The half-units laid out like the whole quantity; none where nothing was written."""
        result = np.zeros(np.shape(like))
        if self.at is not None and result.ndim == 2:
            result[self.at] = self.half.flat[0]
            return result
        spread: Array = np.where(self.known, self.half, 0.0)
        return spread.reshape(result.shape)

    def near(self, value: Array, loose: float, entries: Array) -> Array:
        """The entries in question where a value comes close enough to be looked at more closely."""
        picked = self.pick(value)
        size = np.max(np.abs(picked), initial=0.0)
        if not np.isfinite(size):
            return entries & False
        return entries & (np.abs(picked - self.value) <= self.half + loose * size)

    def agree(self, value: Array, slack: Array) -> Array:
        """Where a value rounds to what was written, give or take what earlier roundings add."""
        picked = self.pick(value)
        allowed = self.half + self.pick(slack) + GUARD * np.maximum(np.abs(picked), np.abs(self.value))
        beyond = np.abs(picked) - np.abs(self.value)
        if self.cut:
            return self.known & (picked * self.value >= 0) & (-allowed <= beyond) & (beyond <= allowed + self.half)
        return self.known & (np.abs(picked - self.value) <= allowed)


def numbers_of(given: Given) -> Numbers:
    value = np.atleast_1d(np.asarray(given.value, dtype=np.float64))
    half = np.broadcast_to(np.atleast_1d(np.asarray(given.half_unit, dtype=np.float64)), value.shape)
    # A zero written without decimals says nothing of the precision: it is taken as the zero that it says it is.
    half = np.where((value == 0.0) & (half >= 0.5), BARE_ZERO, half)
    return Numbers(value, half, ~np.isnan(value), tuple(_flat(given.texts)), given.index)


def _flat(texts: object) -> list[str]:
    if isinstance(texts, tuple | list):
        return [item for part in texts for item in _flat(part)]
    if isinstance(texts, np.ndarray):
        return [str(item) for item in texts.ravel()]
    return ["" if texts is None else str(texts)]


def largest_relative(formula: Expr, values: Mapping[str, Array], half_units: Mapping[str, Array]) -> float:
    """The largest rounding among the numbers that a formula uses, relative to the size of the quantity."""
    largest = 0.0
    for variable in variables_of(formula):
        half = half_units.get(variable.name)
        size = float(np.max(np.abs(values[variable.name])))
        if half is not None and size > 0:
            largest = max(largest, float(np.max(half)) / size)
    return min(largest, 1.0)
