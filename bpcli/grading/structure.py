"""What happens to right numbers: signs, factors, transposes, exchanged entries, other quantities' values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from bpcli.calculus.expr import Array, Constant
from bpcli.grading.written import Numbers
from bpcli.mistakes import Surroundings

MOST_ENTRIES = 64


def factors(around: Surroundings) -> Iterator[tuple[str, float, str]]:
    """Constants by which a number is often off: an auxiliary id, the factor, how it is written."""
    yield "X-sign", -1.0, "−1"
    for factor, text in ((2.0, "2"), (0.5, "½"), (3.0, "3"), (4.0, "4"), (0.25, "¼")):
        yield "G21", factor, text
    for count, identifier, letter in ((around.instances, "X-factor-m", "m"), (around.outputs, "X-factor-n", "n")):
        if count > 1:
            yield identifier, float(count), f"{letter} = {count}"
            yield identifier, 1.0 / count, f"1/{letter} = 1/{count}"
    if isinstance(around.rate, Constant):
        rate = float(around.rate.value)
        if rate != 1.0:
            yield "X-factor-rate", rate, f"η = {rate:g}"
            yield "X-factor-rate", 1.0 / rate, f"1/η = {1 / rate:g}"
    for power in (1, -1, 2, -2, 3, -3):
        yield "F18", 10.0**power, f"10^{power}"
    for base in (2.0, 10.0):
        yield "X-factor-log", float(np.log(base)), f"ln {base:g}"
        yield "X-factor-log", 1.0 / float(np.log(base)), f"1/ln {base:g}"


def structural(right: Array, numbers: Numbers, wrong: Array) -> Iterator[tuple[str, Array]]:
    """Right numbers rearranged, as far as they may explain the wrong entries."""
    whole = np.asarray(right)
    if whole.ndim == 2 and whole.shape[0] == whole.shape[1] > 1:
        yield "X-transposed", whole.T
    if whole.ndim == 2 and 1 < whole.size <= MOST_ENTRIES and numbers.at is None:
        exchanged = _exchanged(whole, numbers, wrong)
        if exchanged is not None:
            yield "X-swapped", exchanged
    if numbers.at is not None and whole.ndim == 2 and whole.size <= MOST_ENTRIES:
        for other in np.ndindex(*whole.shape):
            if other != numbers.at:
                moved = whole.copy()
                moved[numbers.at] = whole[other]
                yield "X-swapped", moved
    copied = _miscopied(whole, numbers, wrong)
    if copied is not None:
        yield "X-digits", copied


def _exchanged(whole: Array, numbers: Numbers, wrong: Array) -> Array | None:
    """The right numbers in the order in which they were written, if the wrong entries are such an exchange."""
    places = list(zip(*np.nonzero(wrong), strict=True))
    if len(places) < 2:
        return None
    free = list(places)
    result = whole.copy()
    for place in places:
        found = next((p for p in free if abs(whole[p] - numbers.value[place]) <= numbers.half[place]), None)
        if found is None:
            return None
        free.remove(found)
        result[place] = whole[found]
    return result


def _miscopied(whole: Array, numbers: Numbers, wrong: Array) -> Array | None:
    """What was written, if exchanging two neighbouring digits of each wrong entry makes it right."""
    picked = numbers.pick(whole)
    if len(numbers.texts) != numbers.value.size:
        return None
    for place in np.argwhere(wrong):
        at = tuple(place)
        text = numbers.texts[int(np.ravel_multi_index(at, wrong.shape))]
        if not any(abs(value - picked[at]) <= numbers.half[at] for value in _neighbours_exchanged(text)):
            return None
    return numbers.spread(whole)


def _neighbours_exchanged(text: str) -> Iterator[float]:
    digits = [i for i, character in enumerate(text) if character.isdecimal()]
    for i, j in pairwise(digits):
        if text[i] != text[j]:
            letters = list(text)
            letters[i], letters[j] = letters[j], letters[i]
            try:
                yield float("".join(letters).replace("−", "-"))
            except ValueError:
                return
