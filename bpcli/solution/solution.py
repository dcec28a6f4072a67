"""The Solution: a problem's program with all its values, from which everything else is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.cancellation import without_noise
from bpcli.calculus.expr import Apply, Array, Expr, Variable, evaluate, postorder, variables_of
from bpcli.calculus.program import Binding
from bpcli.calculus.terms import terms_of
from bpcli.compose.built import Built
from bpcli.compose.unroll import is_of_the_update
from bpcli.diagnostics import BpcliError
from bpcli.document.rounding import Rounding
from bpcli.problem.identifiers import Identifier, UnknownQuantityError, parse_identifier, resolve_name
from bpcli.problem.model import Problem


class NumericError(BpcliError):
    """A quantity whose value is not a finite number: an overflow, a division by zero, a logarithm of zero."""

    exit_code = 3

    def __init__(
        self, quantity: str, operation: str, operands: str, value: str, updates: int = 0, caution: str = ""
    ) -> None:
        super().__init__(quantity, operation)
        self.quantity = quantity
        self.operation = operation
        self.operands = operands
        self.value = value
        self.updates = updates
        self.caution = caution

    @property
    def way_out(self) -> str:
        if self.updates:
            return "take a smaller learning rate, or fewer steps"
        return self.caution or "change the numbers of the problem so that it stays in range"

    def __str__(self) -> str:
        when = f"after {self.updates} updates " if self.updates else ""
        return f"{when}`{self.quantity}` is not a finite number: {self.operation} of {self.operands} gives {self.value}"


class Step(NamedTuple):
    """One worked line of a solution: its program line and the value it has.

    `exact` is what the formula gives; `value` is what is used further (the same, unless every step is rounded).
    """

    binding: Binding
    value: Array
    exact: Array

    @property
    def id(self) -> str:
        return self.binding.variable.name

    @property
    def phase(self) -> str:
        return self.binding.phase

    @property
    def rule(self) -> str:
        return self.binding.rule

    @property
    def inputs(self) -> tuple[str, ...]:
        """The ids of the quantities that the formula uses."""
        return tuple(variable.name for variable in variables_of(self.binding.expr))

    @property
    def formula(self) -> Expr:
        return self.binding.expr


class Solution:
    """A solved problem: iterate over its steps, or index it by the id of a quantity.

    >>> from bpcli import load_problem, solve
    >>> solution = solve(load_problem("lez5"))
    >>> round(solution["L"], 4)
    0.3001
    """

    def __init__(self, problem: Problem, built: Built, rounding: Rounding) -> None:
        self.problem = problem
        self.built = built
        self.program = built.program
        self.rounding = rounding
        self.output = built.output
        self.variables = built.program.variables()
        self.texts = built.texts
        self.values, exact = run(built, built.values, rounding)
        self.steps = tuple(
            Step(binding, self.values[binding.variable.name], exact[binding.variable.name])
            for binding in self.program.bindings
        )
        self._states: list[dict[str, Array]] | None = None

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, identifier: str) -> Any:
        """The value of a quantity as plain numbers: a float, a list, or a list of rows.

        Raises UnknownQuantityError (with the nearest ids) for an id that names nothing.
        """
        return self.look_up(identifier)

    # --- names ---

    @property
    def loss_name(self) -> str:
        losses = [v.name for v in self.variables.values() if v.role == "loss"]
        return losses[0] if losses else self.output.name

    def resolve(self, identifier: str) -> Identifier:
        """An id with its name as the program has it."""
        parts = parse_identifier(identifier)
        if identifier.strip() in self.variables:
            return Identifier(identifier.strip())
        twins = {**self.built.twins, **self._delta_names()}
        try:
            name = resolve_name(parts.name, self.variables, twins, self.output.name, self.loss_name)
        except UnknownQuantityError as error:
            raise UnknownQuantityError(identifier.strip(), error.near) from None
        if parts.step is not None:
            worked = self.built.twins.get(f"{name}@{parts.step}", f"{name}@{parts.step}")
            if worked in self.variables and f"{name}@0" not in self.variables | {worked: None}:
                return parts._replace(name=worked, step=None)
            if parts.step == 0 and f"{name}@0" not in self.variables and name not in self.of_updates:
                return parts._replace(name=name, step=None)
        return parts._replace(name=name)

    @cached_property
    def of_updates(self) -> frozenset[str]:
        """The lines that have their values after an update."""
        return frozenset(b.variable.name for b in self.cycle.program.bindings if is_of_the_update(b))

    def _delta_names(self) -> dict[str, str]:
        """`delta2` → the gradient at layer 2's pre-activation."""
        variables = (binding.variable for binding in self.cycle.program.bindings)
        return {
            f"delta:{v.of.layer}": v.name
            for v in variables
            if v.role == "adjoint" and v.of is not None and v.of.role == "pre_activation"
        }

    def look_up(self, identifier: str) -> Any:
        parts = self.resolve(identifier)
        variable = self.variables[parts.name]
        if parts.terms:
            return self._entry(identifier, self.terms(parts.name), parts.indices)
        name = parts.name
        if parts.step is None:
            values = self.values
        elif f"{name}@0" in self.variables:  # a moment: what the updates so far have made of its start
            name, values = f"{name}@0", self.at_step(parts.step, identifier)
        elif name in self.of_updates:
            if parts.step < 1:
                raise UnknownQuantityError(identifier, (), f"`{identifier}` is there from the first update on")
            values = self.at_step(parts.step - 1, identifier)
        else:
            values = self.at_step(parts.step, identifier)
        return self._entry(identifier, plain(values[name], variable.rank), parts.indices)

    def _entry(self, identifier: str, value: Any, indices: tuple[int, ...]) -> Any:
        for place in indices:
            if not isinstance(value, list) or not 1 <= place <= len(value):
                raise UnknownQuantityError(identifier, (), f"`{identifier}` has no such entry; entries count from 1")
            value = value[place - 1]
        return value

    def terms(self, name: str) -> Any:
        """The summands of a sum: a list, or for a vector a list for each of its entries."""
        binding = self._binding(name)
        rows = terms_of(binding.variable, binding.expr) if binding is not None else None
        if rows is None:
            raise UnknownQuantityError(f"terms({name})", (), f"`{name}` is not a sum of which the terms can be listed")
        with np.errstate(all="ignore"):
            numbers = [[float(evaluate(term, self.values)) for term in row] for row in rows]
        return numbers[0] if self.variables[name].rank == 0 else numbers

    def _binding(self, name: str) -> Binding | None:
        for binding in self.program.bindings:
            if binding.variable.name == name:
                return binding
        return None

    # --- other values ---

    def reevaluate(self, overrides: Mapping[str, Array]) -> dict[str, Array]:
        """What each line gives when the quantities in `overrides` have the values given there.

        Below an overridden quantity everything is computed anew; an overridden quantity's own entry is what its
        formula gives, so that it can be compared with the override.
        """
        _, exact = run(self.built, self.built.values, self.rounding, overrides)
        return exact

    @property
    def update_steps(self) -> int:
        return self.problem.update.steps if self.problem.update is not None and self.built.state else 0

    def at_step(self, k: int, identifier: str = "") -> dict[str, Array]:
        """The values of all quantities after k updates, those that the updated parameters give."""
        if not 0 <= k <= self.update_steps:
            most = self.update_steps
            reason = f"`{identifier or k}` needs {k} updates; the problem makes {most} (`update: {{steps: {most}}}`)"
            raise UnknownQuantityError(identifier, (), reason)
        values, _ = run(self.cycle, {**self.cycle.values, **self.states()[k]}, self.rounding)
        return values

    @cached_property
    def one_update(self) -> Solution:
        """The same solution with one update worked: its lines after k updates are told by `at_step`."""
        return self if self.built.cycle is None else Solution(self.problem, self.built.cycle, self.rounding)

    @property
    def cycle(self) -> Built:
        """The program of one update."""
        return self.built.one_update

    def states(self) -> list[dict[str, Array]]:
        """Parameters and moments after 0, 1, … updates, by the names of the inputs they replace."""
        if self._states is None:
            self._states = list(self._iterated())
        return self._states

    def _iterated(self) -> Iterator[dict[str, Array]]:
        cycle = self.cycle
        state = {old.name: cycle.values[old.name] for old, _ in cycle.state}
        yield state
        values = self.values
        for k in range(1, self.update_steps + 1):
            state = {old.name: values[new.name] for old, new in cycle.state}
            if k < len(cycle.turns):
                state.update({name: given.value for name, given in cycle.turns[k].items()})
            if cycle.step_number is not None:
                state[cycle.step_number.name] = cycle.values[cycle.step_number.name] + k
            yield state
            try:
                # What an exercise states, it states of the first pass.
                values, _ = run(cycle._replace(stated={}), {**cycle.values, **state}, self.rounding)
            except NumericError as error:
                raise NumericError(error.quantity, error.operation, error.operands, error.value, k) from None


def plain(value: Array, rank: int) -> Any:
    """A value as floats and lists: rank 0 a number, 1 a flat list, 2 a list of rows."""
    if rank == 0:
        return float(value) + 0.0
    if rank == 1:
        return [float(item) + 0.0 for item in np.ravel(value)]
    return [[float(item) + 0.0 for item in row] for row in value]


def run(
    built: Built, given: Mapping[str, Array], rounding: Rounding, overrides: Mapping[str, Array] | None = None
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Evaluates the program: the values that are used further, and what each formula gave before rounding.

    Raises NumericError for a value that is not finite, unless every line that uses it has a stable form without it.
    """
    overrides = {**built.stated, **(overrides or {})}
    values: dict[str, Array] = {**given, **{name: v for name, v in overrides.items() if name in given}}
    exact: dict[str, Array] = {}
    doubtful: dict[str, Binding] = {}
    needed = {built.output.name, *(new.name for _, new in built.state)}
    with np.errstate(all="ignore"):
        for binding in built.program.bindings:
            name = binding.variable.name
            route = "printed" if _bypasses(built, binding, overrides) else "computed"
            if built.stated and binding.worked is not None and _uses(binding.worked, built.stated):
                route = "worked" if binding.stable is None or route == "printed" else route
            formula = binding.formula(route)
            if doubtful:
                for used in variables_of(formula):
                    if used.name in doubtful:
                        raise _numeric_error(doubtful[used.name], values)
            result = without_noise(formula, evaluate(formula, values), values)
            if not _is_finite(result):
                if name in needed:
                    raise _numeric_error(binding, values)
                doubtful[name] = binding
            exact[name] = result
            values[name] = overrides[name] if name in overrides else _rounded(result, rounding)
    for binding in doubtful.values():
        has_detour = any(
            b.stable is not None and any(v is binding.variable for v in variables_of(b.expr))
            for b in built.program.bindings
        )
        if not has_detour:
            raise _numeric_error(binding, values)
    return values, exact


def _uses(formula: Expr, names: Mapping[str, Array]) -> bool:
    return any(variable.name in names for variable in variables_of(formula))


def _is_finite(value: Array) -> bool:
    return bool(np.isfinite(value).all())


def _bypasses(built: Built, binding: Binding, overrides: Mapping[str, Array]) -> bool:
    """Whether the stable form leaves out a quantity whose value has been overridden."""
    if not overrides or binding.stable is None:
        return False
    direct = {variable.name for variable in variables_of(binding.expr)}
    around = {variable.name for variable in variables_of(binding.stable)}
    skipped = built.program.needed_for(direct) - built.program.needed_for(around)
    return not skipped.isdisjoint(overrides)


def _rounded(value: Array, rounding: Rounding) -> Array:
    if not rounding.each_step:
        return value
    if np.ndim(value) == 0:
        return np.float64(rounding.rounded(float(value)))
    return np.array([[rounding.rounded(float(item)) for item in row] for row in value])


def _numeric_error(binding: Binding, values: Mapping[str, Array]) -> NumericError:
    """Names the operation at which the value left the numbers."""
    with np.errstate(all="ignore"):
        return _first_fault(binding, values)


def _first_fault(binding: Binding, values: Mapping[str, Array]) -> NumericError:
    results: dict[int, Array] = {}
    for node in postorder(binding.expr):
        if not isinstance(node, Apply):
            results[id(node)] = values[node.name] if isinstance(node, Variable) else node.value  # type: ignore[attr-defined]
            continue
        operands = [results[id(item)] for item in node.inputs]
        result = node.operation.forward(*operands)
        results[id(node)] = result
        if not _is_finite(result) and all(_is_finite(item) for item in operands):
            first = np.argmax(~np.isfinite(np.ravel(result)))
            told = ", ".join(_told(item, int(first)) for item in operands)
            value = float(np.ravel(result)[first])
            word = "something undefined" if np.isnan(value) else "a number too large to be represented"
            if node.operation.has_pole and np.isinf(value):
                word = "something infinite"
            name = node.operation.name.replace("_", " ")
            return NumericError(binding.variable.name, name, told, word, caution=node.operation.caution)
    return NumericError(binding.variable.name, "its formula", "these numbers", "something that is not finite")


def _told(operand: Array, place: int) -> str:
    flat = np.ravel(operand)
    return f"{float(flat[min(place, flat.size - 1)]):.6g}"
