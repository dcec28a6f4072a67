"""Which quantities a problem asks for, and how many points each is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Variable
from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.solution.budget import refuse_long_list
from bpcli.solution.solution import Solution

DEFAULT_POINTS = 1.0


class Asked(NamedTuple):
    """One quantity asked for: `id` as the problem writes it, `name` its name in the program.

    `indices` (from 1) is set where an entry (or a row) is asked for, `moment` where it is what so many updates
    have made of it, and `terms` where it is the summands of a sum. `shape` is that of the answer; `quantity` is the
    canonical id without the indices.
    """

    id: str
    name: str
    indices: tuple[int, ...]
    points: float
    shape: tuple[int, ...]
    quantity: str
    moment: int = 0
    terms: bool = False

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def key(self) -> tuple[str, int, bool, tuple[int, ...]]:
        """The same for every id of one quantity."""
        return self.name, self.moment, self.terms, self.indices


def asked(solution: Solution) -> tuple[Asked, ...]:
    """What is to be answered, in the order of the solution.

    That is what `check: {points: …}` of the problem lists, and otherwise every quantity that is computed, one point
    each. Raises ProblemError with the place of every id there that names nothing, or nothing that can be asked for.
    """
    points = solution.problem.check.points
    return _listed(solution.one_update, points) if points else _everything(solution)


def refuse_long_sheet(solution: Solution) -> None:
    """Raises ProblemError for a problem that asks for more numbers than a sheet has room for, at their place."""
    names = frozenset(item.name for item in asked(solution))
    refuse_long_list(solution.problem, solution.program, names, "ask for some of them: `check: {points: …}`")


def answer_shape(variable: Variable) -> tuple[int, ...]:
    """The shape of a quantity as it is written in an answer: vectors are flat, whichever way they lie."""
    if variable.rank == 0:
        return ()
    rows, columns = variable.shape
    return (rows * columns,) if variable.rank == 1 else (rows, columns)


def _everything(solution: Solution) -> tuple[Asked, ...]:
    """Every computed quantity that is a finite number; a twin (`h2` beside `y`) is no quantity of its own."""
    return tuple(
        Asked(step.id, step.id, (), DEFAULT_POINTS, answer_shape(step.binding.variable), step.id)
        if step.binding.update == 1
        else located(solution.one_update, step.id, DEFAULT_POINTS)
        for step in solution.steps
        if np.isfinite(step.value).all()
    )


def _listed(solution: Solution, points: tuple[tuple[str, float, Span], ...]) -> tuple[Asked, ...]:
    faults: list[Diagnostic] = []
    found: dict[tuple[object, ...], Asked] = {}
    for identifier, worth, span in points:
        try:
            item = located(solution, identifier, float(worth))
        except UnknownQuantityError as error:
            advice = "did you mean " + " or ".join(f"`{name}`" for name in error.near) + "?" if error.near else ""
            message = error.reason or f"there is no quantity `{error.text}` here"
            faults.append(Diagnostic("unknown-quantity", message, span, help=advice))
            continue
        if fault := _unaskable(solution, item):
            faults.append(Diagnostic("not-gradable", fault[0], span, help=fault[1]))
        first = found.setdefault(item.key, item)
        if first is not item:
            message = f"`{identifier}` is the same quantity as `{first.id}`"
            faults.append(Diagnostic("duplicate-name", message, span, help="keep one of them"))
    if faults:
        raise ProblemError(solution.problem.path, solution.problem.text, tuple(faults))
    order = {name: number for number, name in enumerate(solution.variables)}
    return tuple(sorted(found.values(), key=lambda item: (item.moment, order[item.name], item.indices)))


def located(solution: Solution, identifier: str, points: float = 0.0) -> Asked:
    """The quantity that an id stands for. Raises UnknownQuantityError for an id that names nothing."""
    parts = solution.resolve(identifier)
    name, moment = parts.name, parts.step or 0
    shape = np.shape(solution[identifier])
    renewed = {old.name: new.name for old, new in solution.built.state}
    quantity = f"{parts.name}@{moment}" if moment else name
    if moment and name in renewed:
        name, moment = renewed[name], moment - 1  # W1@1 is W1_new
        quantity = quantity if moment else name
    elif moment and f"{name}@0" in solution.variables:
        name, moment = renewed[f"{name}@0"], moment - 1  # what the updates so far have made of a mean's start
    elif moment and name in solution.of_updates:
        moment -= 1  # a line of an update has its value after it
    if parts.terms:
        quantity = f"terms({quantity})"
    return Asked(identifier, name, parts.indices, points, shape, quantity, moment, parts.terms)


def _unaskable(solution: Solution, item: Asked) -> tuple[str, str] | None:
    """Why a quantity cannot be asked for, and what to do about it."""
    given = any(variable.name == item.name for variable in solution.program.inputs)
    if given and f"{item.name}@0" not in solution.variables:
        return f"`{item.id}` is given, so it cannot be asked for", "ask for a quantity that is computed"
    if not np.isfinite(solution[item.id]).all():
        return f"`{item.id}` is out of the range of numbers here", "ask for another quantity"
    return None
