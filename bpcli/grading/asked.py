"""Which quantities a problem asks for, and how many points each is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.expr import Variable
from bpcli.identifiers import Identifier, UnknownQuantityError
from bpcli.solution import Solution

__all__ = ["Asked", "answer_shape", "asked"]

DEFAULT_POINTS = 1.0


class Asked(NamedTuple):
    """One quantity asked for: `id` as the problem writes it, `name` its name in the program.

    `indices` (from 1) is set where one entry is asked for; `shape` is then `()`.
    """

    id: str
    name: str
    indices: tuple[int, ...]
    points: float
    shape: tuple[int, ...]

    @property
    def rank(self) -> int:
        return len(self.shape)


def asked(solution: Solution) -> tuple[Asked, ...]:
    """What is to be answered, in the order of the solution.

    That is what `check: {points: …}` of the problem lists, and otherwise every quantity that is computed, one point
    each. Raises ProblemError with the place of every id there that names nothing, or nothing that can be asked for.
    """
    points = solution.problem.check.points
    return _listed(solution, points) if points else _everything(solution)


def answer_shape(variable: Variable) -> tuple[int, ...]:
    """The shape of a quantity as it is written in an answer: vectors are flat, whichever way they lie."""
    if variable.rank == 0:
        return ()
    rows, columns = variable.shape
    return (rows * columns,) if variable.rank == 1 else (rows, columns)


def _everything(solution: Solution) -> tuple[Asked, ...]:
    """Every computed quantity that is a finite number; a twin (`h2` beside `y`) is no quantity of its own."""
    return tuple(
        Asked(step.id, step.id, (), DEFAULT_POINTS, answer_shape(step.binding.variable))
        for step in solution.steps
        if np.isfinite(step.value).all()
    )


def _listed(solution: Solution, points: tuple[tuple[str, float, Span], ...]) -> tuple[Asked, ...]:
    faults: list[Diagnostic] = []
    found: list[Asked] = []
    first: dict[tuple[str, tuple[int, ...]], str] = {}
    for identifier, worth, span in points:
        try:
            parts = solution.resolve(identifier)
        except UnknownQuantityError as error:
            advice = "did you mean " + " or ".join(f"`{name}`" for name in error.near) + "?" if error.near else ""
            faults.append(
                Diagnostic("unknown-quantity", f"there is no quantity `{error.text}` here", span, help=advice)
            )
            continue
        if fault := _unaskable(solution, identifier, parts):
            faults.append(Diagnostic("not-gradable", fault[0], span, help=fault[1]))
            continue
        key = (parts.name, parts.indices)
        if key in first:
            message = f"`{identifier}` is the same quantity as `{first[key]}`"
            faults.append(Diagnostic("duplicate-name", message, span, help="keep one of them"))
            continue
        first[key] = identifier
        shape = () if parts.indices else answer_shape(solution.variables[parts.name])
        found.append(Asked(identifier, parts.name, parts.indices, float(worth), shape))
    if faults:
        raise ProblemError(solution.problem.path, solution.problem.text, tuple(faults))
    order = {step.id: number for number, step in enumerate(solution.steps)}
    return tuple(sorted(found, key=lambda item: (order[item.name], item.indices)))


def _unaskable(solution: Solution, identifier: str, parts: Identifier) -> tuple[str, str] | None:
    """Why a quantity cannot be asked for, and what to do about it."""
    if parts.terms or parts.step is not None:
        what = "the terms of a sum" if parts.terms else "a quantity after several updates"
        return f"`{identifier}` is {what}, and these are not graded", "ask for a quantity of the worked solution"
    if any(variable.name == parts.name for variable in solution.program.inputs):
        return f"`{identifier}` is given, so it cannot be asked for", "ask for a quantity that is computed"
    shape = answer_shape(solution.variables[parts.name])
    if parts.indices:
        if len(parts.indices) != len(shape):
            example = f"{parts.name}[{','.join('1' * len(shape))}]" if shape else parts.name
            return f"`{identifier}` is not one entry of `{parts.name}`", f"write it as `{example}`"
        if any(not 1 <= place <= size for place, size in zip(parts.indices, shape, strict=True)):
            size = "×".join(map(str, shape))
            return f"`{identifier}` has no such entry", f"`{parts.name}` has {size} entries, counted from 1"
    if not np.isfinite(solution.values[parts.name]).all():
        return f"`{identifier}` is out of the range of numbers here", "ask for another quantity"
    return None
