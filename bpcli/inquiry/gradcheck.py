"""Gradients checked against central differences: every adjoint of a solution, the intermediate ones included.

A variable is given another value, everything below it is computed anew, and the slope of the output is compared with
the adjoint. The differences are extrapolated to step 0 (Richardson; the table stops as Ridders 1982 stops it), so that
eight digits and more can be expected to agree. Where the output has a kink the two one-sided slopes differ, and the
adjoint has only to lie between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Variable, variables_of
from bpcli.calculus.program import Binding, Program
from bpcli.calculus.size import entries, multiply_adds
from bpcli.compose.built import Built
from bpcli.document.rounding import Rounding
from bpcli.solution.budget import refuse_many_differences
from bpcli.solution.solution import NumericError, Solution, Step, run

AGREEMENT = 1e-6
"""Relative errors up to this one count as agreement."""

MOST_DIGITS = 12
MOST_ENTRIES = 10_000
"""A variable with more entries is checked along random directions in place of entry by entry, and so is one whose
entries, each times the lines below it, are more than this; so many numbers are reckoned as a line."""
NUMBERS_A_LINE = 400
RUNS = 18
"""Evaluations that the slope at an entry takes, at most."""

DIRECTIONS = 20
SEED = 1970

FIRST_STEP = 1e-2  # relative to the size of the entry, or of 1
EPSILON = float(np.finfo(np.float64).eps)
SHRINK = 4.0  # from one row of the extrapolation table to the next
MOST_ROWS = 9
ENOUGH = 1e-10  # the estimated relative error at which the table stops
NOISE = 1e-6  # slopes smaller than this part of the output are compared with it, not with each other
KINK_STEP = 1e-6
KINK = 1e-3  # one-sided slopes that differ by this part of themselves belong to a kink

UNROUNDED = Rounding(each_step=False)

Along = Callable[[float], float]
"""The output after a step of that length in one direction; `nan` where it is not a number."""


class GradientComparison(NamedTuple):
    """One adjoint beside the central differences that should equal it.

    `analytic` and `numeric` have the shape of the variable. With `directions` they have instead one entry for each of
    so many random directions: the slopes along them. `kinks` marks the entries where the output has no derivative.
    """

    name: str
    analytic: Array
    numeric: Array
    kinks: Array
    relative_error: float
    directions: int = 0

    @property
    def digits(self) -> int:
        """On how many digits the two agree in the worst entry, kinks apart: at most 12."""
        if self.relative_error == 0:
            return MOST_DIGITS
        if not self.relative_error < 1:
            return 0
        return min(MOST_DIGITS, math.floor(-math.log10(self.relative_error)))

    @property
    def agrees(self) -> bool:
        return self.relative_error <= AGREEMENT

    @property
    def kink_count(self) -> int:
        return int(np.count_nonzero(self.kinks))

    def told(self, numeric: Any) -> dict[str, Any]:
        """The comparison as plain data, with `numeric` laid out as the caller does it."""
        return {"numeric": numeric, "digits": self.digits, "agrees": self.agrees, "kinks": self.kink_count}


class _Slope(NamedTuple):
    """A slope from differences, and the size of the output around it."""

    value: float
    output: float


def gradient_check(
    solution: Solution, names: Iterable[str] | None = None, advance: Callable[[], None] = lambda: None
) -> tuple[GradientComparison, ...]:
    """The adjoints of a solution against central differences, in the order of the solution.

    `names` are ids of adjoints (`dL/dW1`), all of them unless given; `advance` is called after each. Numbers are not
    rounded on the way, whatever the problem says about display.
    """
    values, _ = run(solution.built, solution.built.values, UNROUNDED)
    found = []
    for step in checked_steps(solution, names):
        found.append(_check(solution, step.binding, values))
        advance()
    return tuple(found)


def checked_steps(solution: Solution, names: Iterable[str] | None = None) -> list[Step]:
    """The steps whose value is an adjoint."""
    wanted = None if names is None else {solution.resolve(name).name for name in names}
    return [
        step for step in solution if step.binding.variable.role == "adjoint" and (wanted is None or step.id in wanted)
    ]


def refuse_long_check(solution: Solution, names: Iterable[str]) -> None:
    """Raises ProblemError for adjoints whose check would take longer than anybody waits."""
    steps = checked_steps(solution, names)
    amounts = []
    for step in steps:
        of = _taken_at(solution.built, step.binding)
        lines = _lines_between(solution, of)
        slopes = DIRECTIONS if _is_large(of, lines) else entries(of.shape)
        amounts.append((step.binding.variable, int(RUNS * slopes * _length(lines))))
    refuse_many_differences(solution.problem, amounts)


def _length(lines: Sequence[Binding]) -> float:
    return len(lines) + sum(multiply_adds(line.expr) for line in lines) / NUMBERS_A_LINE


def _is_large(variable: Variable, lines: Sequence[Binding]) -> bool:
    count = entries(variable.shape)
    return count > DIRECTIONS and count * max(1.0, _length(lines)) > MOST_ENTRIES


def _check(solution: Solution, binding: Binding, values: dict[str, Array]) -> GradientComparison:
    adjoint, of = binding.variable, _taken_at(solution.built, binding)
    lines = _lines_between(solution, of)
    output = _output_as_function_of(solution, of, lines, values)
    start, gradient = np.asarray(values[of.name]), np.asarray(values[adjoint.name])
    if _is_large(of, lines):
        return _check_directions(adjoint.name, output, start, gradient)
    numeric, errors = np.zeros(start.shape), np.zeros(start.shape)
    kinks = np.zeros(start.shape, dtype=bool)
    for place in np.ndindex(start.shape):
        shift = np.zeros(start.shape)
        shift[place] = 1.0
        along = _line(output, start, shift)
        # What is −∞ stays so wherever it is moved.
        size = max(1.0, abs(float(start[place]))) if np.isfinite(start[place]) else 1.0
        numeric[place], errors[place], kinks[place] = compared(along, float(gradient[place]), size)
    worst = float(np.max(errors)) if errors.size else 0.0
    return GradientComparison(adjoint.name, gradient[()], numeric[()], kinks[()], worst)


def _check_directions(name: str, output: Callable[[Array], float], start: Array, gradient: Array) -> GradientComparison:
    """Slopes along random directions; a direction moves every entry, up or down by the same amount."""
    random = np.random.default_rng(SEED)
    size = max(1.0, float(np.max(np.abs(start)))) / math.sqrt(start.size)
    rows: list[tuple[float, float, float, bool]] = []
    for _ in range(DIRECTIONS):
        direction = random.choice((-1.0, 1.0), start.shape)
        expected = float(np.sum(gradient * direction))
        # The parts of a direction cancel: its slope is as exact as the length of the gradient allows.
        length = float(np.sqrt(np.sum(np.square(gradient))))
        rows.append((expected, *compared(_line(output, start, direction), expected, size, length)))
    analytic, numeric, errors, kinks = (np.array(column) for column in zip(*rows, strict=True))
    return GradientComparison(name, analytic, numeric, kinks, float(np.max(errors)), DIRECTIONS)


def _lines_between(solution: Solution, variable: Variable) -> tuple[Binding, ...]:
    """What has to be computed anew for the output when `variable` has another value."""
    built = solution.built
    _, needed = _output_after(built, variable)
    changed = {variable.name}
    lines = []
    for binding in built.program.bindings:
        name = binding.variable.name
        if name in needed and name != variable.name and any(v.name in changed for v in variables_of(binding.expr)):
            changed.add(name)
            lines.append(binding)
    return tuple(lines)


def _output_as_function_of(
    solution: Solution, variable: Variable, lines: tuple[Binding, ...], values: dict[str, Array]
) -> Callable[[Array], float]:
    """The output when `variable` has another value."""
    built = solution.built
    below = built._replace(program=Program(built.program.inputs, lines), state=())
    target, _ = _output_after(built, variable)
    prediction = _prediction(built).name

    def output(value: Array) -> float:
        try:
            result, _ = run(below, values, UNROUNDED, {variable.name: value})
        except NumericError:
            return math.nan
        if target in result:
            return float(result[target])
        # The gradient at the prediction is given; the sum of its products with the prediction has that gradient.
        return float(np.sum(values[f"d{target}/d{prediction}"] * result[prediction]))

    return output


def _taken_at(built: Built, binding: Binding) -> Variable:
    """The variable that an adjoint belongs to; where gradients are taken at a point ahead, that variable there."""
    of = binding.variable.of
    assert of is not None
    base = next((old.name for old, new in built.state if new is of), of.name.partition("@")[0])
    ahead = f"{base}_ahead" + (f"@{binding.update - 1}" if binding.update > 1 else "")
    is_ahead = any(b.rule == "look_ahead" for b in built.program.bindings)
    return built.program.variables().get(ahead, of) if is_ahead else of


def _output_after(built: Built, variable: Variable) -> tuple[str, frozenset[str]]:
    """The first output that depends on a variable, and what that needs: each update has an output of its own, and a
    gradient at the point ahead another one there.
    """
    name = built.output.name
    passes = [name, f"{name}_ahead"] if any(b.rule == "look_ahead" for b in built.program.bindings) else [name]
    updates = max(b.update for b in built.program.bindings)
    for candidate in (f"{one}@{k}" if k else one for k in range(updates) for one in passes):
        needed = built.program.needed_for([candidate])
        if variable.name in needed:
            return candidate, needed
    return name, built.program.needed_for([name if name in built.program.variables() else _prediction(built).name])


def _prediction(built: Built) -> Variable:
    return built.output if built.prediction is None else built.prediction


def _line(output: Callable[[Array], float], start: Array, direction: Array) -> Along:
    return lambda length: output((start + length * direction)[()])


def compared(along: Along, analytic: float, size: float, least: float = 0.0) -> tuple[float, float, bool]:
    """The numeric slope, its relative error, and whether there is a kink instead of a slope.

    Errors are relative to the slope, to `least`, or to the noise of the output, whichever is the largest.
    """
    slope = _central_slope(along, FIRST_STEP * size)
    if not math.isfinite(analytic):
        return slope.value, 0.0, True
    scale = max(abs(analytic), abs(slope.value), least, NOISE * slope.output / size)
    error = abs(analytic - slope.value) / scale if scale else 0.0
    if error <= AGREEMENT:
        return slope.value, error, False
    if _is_kink(along, analytic, KINK_STEP * size):
        return slope.value, 0.0, True
    return slope.value, error if math.isfinite(error) else math.inf, False


def _central_slope(along: Along, step: float) -> _Slope:
    """Central differences at shrinking steps, extrapolated to step 0; the entry with the smallest estimated error."""
    best, best_error, output = math.nan, math.inf, 0.0
    above: list[float] = []
    for _ in range(MOST_ROWS):
        right, left = along(step), along(-step)
        row = [(right - left) / (2 * step)]
        if not math.isfinite(row[0]):
            above, step = [], step / SHRINK
            continue
        output = max(output, abs(right), abs(left))
        rounding = EPSILON * output / step
        factor = 1.0
        for column, coarse in enumerate(above):
            factor *= SHRINK * SHRINK
            row.append(row[column] + (row[column] - coarse) / (factor - 1))
            error = max(abs(row[-1] - row[-2]), abs(row[-1] - coarse)) + rounding
            if error < best_error:
                best, best_error = row[-1], error
        if best_error <= ENOUGH * max(abs(best), NOISE * output):
            break
        above, step = row, step / SHRINK
    return _Slope(best, output)


def _is_kink(along: Along, analytic: float, step: float) -> bool:
    """Whether the slopes to the right and to the left differ, with the adjoint between them."""
    here = along(0.0)
    for length in (step, step / 10):
        right = (along(length) - here) / length
        left = (here - along(-length)) / length
        low, high = min(left, right), max(left, right)
        margin = KINK * max(abs(low), abs(high))
        if high - low > margin and low - margin <= analytic <= high + margin:
            return True
    return False
