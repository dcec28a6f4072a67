"""What a gradient promises, and what really happens when one number is raised a little."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Variable, evaluate, variables_of
from bpcli.solution.solution import Solution

STEP = 0.001
"""Small enough for a slope to be seen, large enough for the change to have digits."""


class Nudge(NamedTuple):
    """One entry of a quantity raised: which, by how much, by how much the output then changes, and what was promised.

    `at` is the entry, counted from 0; `change` and `promised` are in the units of the output.
    """

    of: Variable
    at: tuple[int, ...]
    step: float
    change: float
    promised: float


def nudge(solution: Solution, name: str, wrong: Array) -> Nudge | None:
    """The entry of a wrong gradient that is off most, put to the test; None for what is the gradient of no number.

    `wrong` has the shape of the quantity. Everything below the raised entry is worked anew, everything else stays.
    """
    variable = solution.variables.get(name)
    output = solution.output
    if variable is None or variable.role != "adjoint" or variable.of is None:
        return None
    if output.shape != () or output.name not in solution.values:
        return None  # the gradient is given, and of what is not said
    of, right = variable.of, np.asarray(solution.values[name], dtype=np.float64)
    given = np.broadcast_to(np.asarray(wrong, dtype=np.float64), right.shape)
    if of.name not in solution.values or not np.all(np.isfinite(given)):
        return None
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(np.abs(given - right))), right.shape))
    raised = np.array(solution.values[of.name], dtype=np.float64)
    raised[at] += STEP
    values = {**solution.values, of.name: raised if raised.shape else np.float64(raised)}
    moved = {of.name}
    with np.errstate(all="ignore"):
        for binding in solution.program.bindings:
            here = binding.variable.name
            formula = binding.formula("computed")
            if binding.phase == "forward" and here != of.name and any(v.name in moved for v in variables_of(formula)):
                values[here] = evaluate(formula, values)
                moved.add(here)
    change = float(values[output.name]) - float(solution.values[output.name])
    if output.name not in moved or not np.isfinite(change):
        return None
    return Nudge(of, at, STEP, change, float(given[at]) * STEP)
