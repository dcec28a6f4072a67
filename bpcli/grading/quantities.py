"""What can be answered in a problem: the ids, the shapes and the true values, looked up once for a whole class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from bpcli.calculus.expr import Array, Expr, Variable, evaluate, variables_of
from bpcli.calculus.program import Binding
from bpcli.calculus.terms import terms_of
from bpcli.compose.built import Built
from bpcli.document.rounding import Rounding
from bpcli.grading.asked import answer_shape, asked
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.solution.solution import Solution, run

ROUTES = ("printed", "worked", "stable")
"""The right ways of working a line: by its formula, by the form that is worked with, around an overflow."""


class Key(NamedTuple):
    """One quantity: a line of the program (or a given value) after `moment` updates, or the summands of a line.

    A parameter after k updates is the line that renews it, after k − 1: `W1@1` and `W1_new` are the same.
    """

    name: str
    moment: int = 0
    terms: bool = False


Groups: TypeAlias = tuple[str, ...]
"""For each route, the first one that does not differ from it."""


class Quantity(NamedTuple):
    """`shape` as it is written in an answer; `truths` are the true values in the order of reading, one list for
    each way of working that is right (with all digits; rounding at each step where the problem does).
    """

    key: Key
    id: str
    variable: Variable
    shape: tuple[int, ...]
    truths: tuple[tuple[float, ...], ...]
    order: tuple[int, int, int]

    @property
    def size(self) -> int:
        return len(self.truths[0])


class Place(NamedTuple):
    """What an id points at: all entries of a quantity (`entries` is None) or some of them, by their number."""

    quantity: Quantity
    shape: tuple[int, ...]
    entries: tuple[int, ...] | None = None

    @property
    def numbers(self) -> range | tuple[int, ...]:
        return range(self.quantity.size) if self.entries is None else self.entries


class Quantities:
    """The quantities of one solution. Everything is found when it is first asked for, and kept."""

    def __init__(self, solution: Solution) -> None:
        self.worked = solution
        self.solution = solution.one_update
        self.built: Built = self.solution.built
        self.bindings: dict[str, Binding] = {b.variable.name: b for b in self.built.program.bindings}
        self.renewed_by = {old.name: new.name for old, new in self.built.state}
        self._worked_from: dict[tuple[str, str], tuple[str, ...]] = {}
        self._forms: dict[tuple[str, bool], tuple[tuple[str, Expr], ...]] = {}
        self._order = {v.name: number for number, v in enumerate(solution.variables.values())}
        self._places: dict[str, Place] = {}
        self._quantities: dict[Key, Quantity] = {}
        self._moments: dict[tuple[bool, int], dict[str, Array]] = {}
        lines = self.built.program.bindings
        self.routes = tuple(
            route for route in ROUTES if any(route == "printed" or getattr(line, route) is not None for line in lines)
        )
        self._asked: tuple[tuple[Place, float, str], ...] | None = None

    def place(self, identifier: str) -> Place:
        """What an id points at. Raises UnknownQuantityError for one that names nothing."""
        found = self._places.get(identifier)
        if found is None:
            found = self._places[identifier] = self._look_up(identifier)
        return found

    def asked(self) -> tuple[tuple[Place, float, str], ...]:
        """What the problem asks for, the points for it and the id it has there, in the order of the solution.

        Raises ProblemError where its `points` name nothing.
        """
        if self._asked is None:
            self._asked = tuple((self.place(item.id), item.points, item.id) for item in asked(self.worked))
        return self._asked

    def values(self, moment: int) -> dict[str, Array]:
        """The true values of all quantities after that many updates, with all their digits."""
        return self._values(moment, as_shown=False)

    def updates(self) -> int:
        return self.solution.update_steps

    def lines(self) -> Iterator[Binding]:
        return iter(self.built.program.bindings)

    def worked_from(self, name: str, route: str) -> tuple[str, ...]:
        """The lines above that a line is worked from on a route, or around an overflow there."""
        found = self._worked_from.get((name, route))
        if found is None:
            binding = self.bindings[name]
            formulas = (binding.formula(route), binding.formula("stable" if binding.stable is not None else route))
            used = (v.name for formula in formulas for v in variables_of(formula))
            found = tuple(dict.fromkeys(item for item in used if item in self.bindings))
            self._worked_from[name, route] = found
        return found

    def routes_to(self, name: str, moment: int) -> tuple[str, ...]:
        """The first of the routes, and each further one on which a line may come out in another way."""
        return tuple(dict.fromkeys(self._alike([self._above(name, moment), self._own_groups[name]])))

    def forms(self, name: str, moment: int) -> tuple[tuple[str, Expr], ...]:
        """The right ways of working a line, each once: the route to it and the formula to work it by."""
        key = (name, moment > 0)
        if key not in self._forms:
            line = self.bindings[name]
            ways: dict[tuple[str, Expr], None] = {}
            for route, first in zip(self.routes, self._above(name, moment), strict=True):
                for formula in (line.formula(route), *line.formulas):
                    ways[first, formula] = None
            self._forms[key] = tuple(ways)
        return self._forms[key]

    def _above(self, name: str, moment: int) -> Groups:
        """Which routes lead alike to a line; after an update every line may be above it."""
        return self._groups_of_all if moment else self._groups_above[name]

    def _alike(self, parts: Iterable[Groups]) -> Groups:
        """Which routes do not differ in any of the parts."""
        columns = list(zip(self.routes, *parts, strict=True))
        return tuple(next(first for first, *groups in columns if groups == wanted) for _, *wanted in columns)

    @cached_property
    def _own_groups(self) -> dict[str, Groups]:
        """On which routes a line is worked by the same formula, for every line."""
        return {
            name: tuple(
                next(first for first in self.routes if line.formula(first) is line.formula(route))
                for route in self.routes
            )
            for name, line in self.bindings.items()
        }

    @cached_property
    def _groups_of_all(self) -> Groups:
        return self._alike(self._own_groups.values())

    @cached_property
    def _groups_above(self) -> dict[str, Groups]:
        """On which routes everything that a line rests on is worked alike, for every line."""
        found: dict[str, Groups] = {}
        for name in self.bindings:
            used = {below for route in self.routes for below in self.worked_from(name, route)}
            found[name] = self._alike(part for below in used for part in (found[below], self._own_groups[below]))
        return found

    def terms(self, name: str) -> tuple[tuple[Expr, ...], ...]:
        """The summands of a line as formulas, a row for each entry."""
        binding = self.bindings.get(name)
        rows = terms_of(binding.variable, binding.expr) if binding is not None else None
        if rows is None:
            raise UnknownQuantityError(f"terms({name})", (), f"`{name}` is not a sum of which the terms can be listed")
        return rows

    # --- looking up ---

    def _look_up(self, identifier: str) -> Place:
        parts = self.solution.resolve(identifier)
        name, moment = parts.name, parts.step or 0
        if moment > self.updates():
            self.solution.at_step(moment, identifier)  # says how many there are
        if f"{name}@0" in self.solution.variables and parts.step is not None:
            name = f"{name}@0"  # a running mean: what the updates so far have made of its start
        if moment and name in self.renewed_by:
            name, moment = self.renewed_by[name], moment - 1
        elif moment and name in self.solution.of_updates:
            moment -= 1
        quantity = self._quantity(Key(name, moment, parts.terms))
        if not parts.indices:
            return Place(quantity, quantity.shape)
        entries = np.arange(quantity.size).reshape(quantity.shape)
        if len(parts.indices) > entries.ndim or any(
            not 1 <= place <= size for place, size in zip(parts.indices, entries.shape, strict=False)
        ):
            raise UnknownQuantityError(identifier, (), f"`{identifier}` has no such entry; entries count from 1")
        chosen = np.asarray(entries[tuple(place - 1 for place in parts.indices)])
        return Place(quantity, chosen.shape, tuple(int(number) for number in chosen.flat))

    def _quantity(self, key: Key) -> Quantity:
        found = self._quantities.get(key)
        if found is None:
            found = self._quantities[key] = self._made(key)
        return found

    def _made(self, key: Key) -> Quantity:
        variable = self.solution.variables[key.name]
        ways = [False, True] if self.solution.rounding.each_step else [False]
        arrays = [self._true(key, self._values(key.moment, as_shown=way)) for way in ways]
        shape = answer_shape(variable)
        if key.terms:
            shape = arrays[0].shape if variable.rank else arrays[0].shape[1:]
        truths = tuple(tuple(float(number) + 0.0 for number in np.ravel(array)) for array in arrays)
        identifier = _canonical(key, self.renewed_by, self.solution.of_updates)
        order = (key.moment, self._order[key.name], int(not key.terms))
        return Quantity(key, identifier, variable, shape, truths, order)

    def _true(self, key: Key, values: dict[str, Array]) -> Array:
        if not key.terms:
            return np.asarray(values[key.name])
        with np.errstate(all="ignore"):
            return np.array([[float(evaluate(term, values)) for term in row] for row in self.terms(key.name)])

    def _values(self, moment: int, *, as_shown: bool) -> dict[str, Array]:
        found = self._moments.get((as_shown, moment))
        if found is None:
            if as_shown or not self.solution.rounding.each_step:
                found = self.solution.values if moment == 0 else self.solution.at_step(moment)
            else:
                found = self._exact(moment)
            self._moments[as_shown, moment] = found
        return found

    def _exact(self, moment: int) -> dict[str, Array]:
        """The values with all digits, of a problem that rounds at each step."""
        values, _ = run(self.built, self.built.values, Rounding())
        for reached in range(1, moment + 1):
            values, _ = run(self.built, {**self.built.values, **self.state_after(values, reached)}, Rounding())
        return values

    def state_after(self, values: dict[str, Array], moment: int) -> dict[str, Array]:
        """What the inputs that updates renew are at `moment`, from all values one moment before."""
        state = {old: values[new] for old, new in self.renewed_by.items()}
        if moment < len(self.built.turns):
            state.update({name: given.value for name, given in self.built.turns[moment].items()})
        counter = self.built.step_number
        if counter is not None:
            state[counter.name] = self.built.values[counter.name] + moment
        return state


def _canonical(key: Key, renewed_by: dict[str, str], of_updates: frozenset[str]) -> str:
    name = key.name
    if key.moment:
        old = next((old for old, new in renewed_by.items() if new == name), None)
        if old is not None:
            name = f"{old.removesuffix('@0')}@{key.moment + 1}"
        else:
            name = f"{name}@{key.moment + (name in of_updates)}"
    return f"terms({name})" if key.terms else name


def nested(items: tuple[Any, ...] | list[Any], shape: tuple[int, ...]) -> Any:
    """Entries in the order of reading as nested lists of that shape; the entry itself where the shape is `()`."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return list(items)
    rows, columns = shape
    return [list(items[row * columns : (row + 1) * columns]) for row in range(rows)]
