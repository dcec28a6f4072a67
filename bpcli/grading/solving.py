"""Causes that are solved for: a given number misread, other values of something that was not written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bpcli.calculus.expr import Array, Variable, evaluate, variables_of
from bpcli.document.rounding import Rounding
from bpcli.grading.case import Case, Fit
from bpcli.grading.tolerance import half_unit

MOST_GIVEN = 64
"""Given numbers that are tried, entry by entry."""

MOST_UNKNOWN = 12
"""Entries of an unwritten quantity that are solved for."""

STEPS = 6
"""Of Newton's method; most formulas are linear in what they are solved for, and take one."""

LIKELY = 0.2
"""A number that accident would have met more often than this is no explanation."""


def misread(case: Case) -> Iterator[Fit]:
    """The line comes out if exactly one given number is another one, with no more digits than the given ones have.

    Of several such numbers those that differ from the given one in the fewest digits: what the eye takes for another.
    """
    found: list[tuple[int, Fit]] = []
    tried = 0
    for variable, chain in _given(case):
        value = np.asarray(case.values[variable.name], dtype=np.float64)
        if value.size > MOST_GIVEN:
            continue
        place = _place_of(case.home.texts.get(variable.name))
        for at in np.ndindex(value.shape):
            tried += 1
            if tried > MOST_GIVEN:
                break
            read = _read_as(case, variable, at, chain, place)
            if read is None:
                continue
            number, worked, chance = read
            taken, given = _decimal(number, place), _decimal(float(value[at]), place)
            changed = _digits_changed(taken, given)
            if changed == 1 or (changed == 2 and chance < LIKELY) or chance < LIKELY**3:
                hint = {"quantity": _entry_name(variable, at), "number": taken, "given": given}
                misread_as = np.array(value)
                misread_as[at] = number
                implied = {variable.name: misread_as if misread_as.shape else np.float64(number)}
                found.append((changed, Fit("F21", worked, None, True, chance * tried, "misread", hint, implied)))
    fewest = min((changed for changed, _ in found), default=0)
    yield from (fit for changed, fit in found if changed == fewest)


def _digits_changed(one: str, other: str) -> int:
    """In how many characters two numbers differ, written one below the other."""
    width = max(len(one), len(other))
    return sum(a != b for a, b in zip(one.rjust(width), other.rjust(width), strict=True))


def _given(case: Case) -> Iterator[tuple[Variable, list[str]]]:
    """The given quantities that the line uses, itself or in unwritten lines above it, with those lines."""
    direct = [v for v in variables_of(case.site.right) if v.name not in case.home.sites]
    seen = {v.name for v in direct}
    for variable in direct:
        yield variable, []
    for ancestor, chain in case.unanswered():
        for variable in variables_of(case.home.sites[ancestor].right):
            if variable.name not in case.home.sites and variable.name not in seen:
                seen.add(variable.name)
                yield variable, [ancestor, *chain]


def _with(case: Case, name: str, value: Array, chain: list[str]) -> Array:
    """What the line gives with another value of a quantity, worked through the lines between."""
    moved = dict(case.values)
    moved[name] = value
    for item in chain:
        moved[item] = evaluate(case.home.sites[item].right, moved)
    return moved[case.name] if case.name in chain else evaluate(case.site.right, moved)


def _read_as(
    case: Case, variable: Variable, at: tuple[int, ...], chain: list[str], place: int
) -> tuple[float, Array, float] | None:
    """The number that explains every entry, what the line gives with it, and how likely accident would find one."""
    value = np.array(case.values[variable.name], dtype=np.float64)

    def worked(number: float) -> Array:
        moved = value.copy()
        moved[at] = number
        return _with(case, variable.name, moved if moved.shape else np.float64(number), chain)

    def probed(number: float) -> float:
        result = np.asarray(worked(number))
        return float(result.flat[case.probe if result.size > 1 else 0])

    solved = _solved(probed, float(value[at]), case.probed)
    if solved is None:
        return None
    number, slope = solved
    unit = 10.0**-place
    rounded = round(number / unit) * unit
    if rounded == float(value[at]) or abs(rounded) > 100 * max(1.0, float(np.max(np.abs(value)))):
        return None
    result = worked(rounded)
    if not np.all(np.isfinite(result)) or not case.numbers.agree(result, np.zeros(np.shape(result)))[case.wrong].all():
        return None
    ok = case.numbers.agree(result, np.zeros(np.shape(result)))
    if not ok[case.numbers.known].all():
        return None
    chance = min(1.0, 2 * max(case.probe_half, 1e-12) / (abs(slope) * unit))
    others = int((case.wrong & ok).sum()) - 1
    chance *= 0.1 ** max(others, 0)
    return rounded, result, chance


def _solved(probed: Callable[[float], float], start: float, wanted: float) -> tuple[float, float] | None:
    """The number at which a function has a value, and its slope there; None where it does not move or is not found."""
    number, step = start, max(1e-4, 1e-4 * abs(start))
    slope = 0.0
    for _ in range(STEPS):
        here = probed(number)
        slope = (probed(number + step) - probed(number - step)) / (2 * step)
        if not np.isfinite(here) or not np.isfinite(slope) or abs(slope) < 1e-12:
            return None
        if abs(wanted - here) <= 1e-12 * max(abs(wanted), 1.0):
            break
        number += (wanted - here) / slope
    return number, slope


def _place_of(texts: object) -> int:
    """How many decimals the given numbers of a quantity have at most."""
    if isinstance(texts, str):
        half = half_unit(texts)
        return max(0, round(-np.log10(2 * half))) if half else 4
    if isinstance(texts, list | tuple | np.ndarray):
        return max((_place_of(item) for item in texts), default=0)
    return 0


def _decimal(number: float, place: int) -> str:
    return f"{number:.{place}f}".replace("-", "−")


def _entry_name(variable: Variable, at: tuple[int, ...]) -> str:
    """W⁽¹⁾[1,2], as entries are named in answers."""
    shape = variable.shape
    if int(np.prod(shape)) == 1:
        return variable.name
    inside = [i + 1 for i, n in zip(at, shape, strict=True) if n > 1 or variable.rank == 2]
    return f"{variable.name}[{','.join(map(str, inside))}]"


def unwritten(case: Case) -> Iterator[Fit]:
    """The answer is right for other values of one quantity that was not written down."""
    for variable in variables_of(case.site.right):
        if variable.name not in case.home.sites or variable.name in case.answered:
            continue
        size = int(np.prod(variable.shape))
        if not 0 < size <= MOST_UNKNOWN or int(case.numbers.known.sum()) <= size:
            continue
        found = _solved_for(case, variable)
        if found is not None:
            told = ", ".join(Rounding(significant=4).text(float(x)) for x in np.ravel(found))
            hint = {"quantity": variable.name, "number": told if size == 1 else f"({told})"}
            worked = _with(case, variable.name, found, [])
            yield Fit("X-unwritten", worked, None, True, 0.0, "unwritten", hint, {variable.name: found})


def _solved_for(case: Case, variable: Variable) -> Array | None:
    """The values of a quantity with which the line gives the whole answer, by Gauss and Newton."""
    value = np.array(case.values[variable.name], dtype=np.float64)
    wanted = case.numbers.value[case.numbers.known]
    # An entry counts by how finely it was written.
    weights = 1.0 / np.maximum(case.numbers.half[case.numbers.known], 1e-12)[:, None]
    for _ in range(STEPS):
        base = case.numbers.pick(_with(case, variable.name, value, []))[case.numbers.known]
        columns = []
        for k in range(value.size):
            moved = value.copy()
            step = max(1e-5, 1e-5 * abs(float(value.flat[k])))
            moved.flat[k] += step
            ahead = case.numbers.pick(_with(case, variable.name, moved, []))[case.numbers.known]
            columns.append((ahead - base) / step)
        jacobian = np.stack(columns, axis=1)
        if not np.all(np.isfinite(jacobian)) or np.linalg.matrix_rank(jacobian) < value.size:
            return None
        change = np.linalg.lstsq(jacobian * weights, (wanted - base) * weights[:, 0], rcond=None)[0]
        value = value + change.reshape(value.shape)
        if np.max(np.abs(change)) <= 1e-10 * max(1.0, float(np.max(np.abs(value)))):
            break
    result = _with(case, variable.name, value, [])
    # The best values go through the middle of what was rounded: an entry may be off by more than its own rounding.
    fits = case.numbers.agree(result, case.numbers.spread_half(result))
    return value if fits[case.numbers.known].all() else None
