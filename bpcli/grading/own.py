"""A sheet put into the program: what every line gives when it is worked from the student's own earlier values.

Lines that were not answered are worked from the answers above them. People work a line in one of a few right ways:
by the formula as it is printed, by the form that is worked with (h(1 − h) for σ′(a)), or around an overflow
(the loss from the pre-activations); each way is one of the `ROUTES` through the whole program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Expr, evaluate, variables_of
from bpcli.grading.quantities import Key, Quantities
from bpcli.grading.tolerance import Style, Way, slack_apart

MOST_UPDATES = 50
"""Roundings made more than so many updates ago are not followed."""


class Filled(NamedTuple):
    """The numbers answered for one quantity, in its layout: `nan` where an entry was left blank."""

    value: Array
    half: Array
    complete: bool


class _Lines(NamedTuple):
    """The lines on one route at one moment: `open` are those whose value has not been asked for yet."""

    route: str
    moment: int
    values: dict[str, Array]
    results: dict[str, Array]
    open: set[str]


class Own:
    """The values of all quantities as they follow from one sheet, each worked when it is first asked for.

    With a `way` of rounding, what was not written down is rounded that way before it is used, from the update number
    `since` on; `halfway` then says whether some of it lay half-way.
    """

    def __init__(
        self, quantities: Quantities, answers: Mapping[Key, Filled], way: Way | None = None, since: int = 0
    ) -> None:
        self.quantities = quantities
        self.answers = answers
        self.way = way
        self.since = since
        self.halfway = False
        self._rounded: dict[tuple[Way, int], Own] = {}
        self._lines: dict[tuple[str, int], _Lines] = {}

    def values(self, route: str, moment: int) -> dict[str, Array]:
        """What is used further: the student's own numbers, and where there are none what follows from them."""
        return self._settled(route, moment, self.quantities.bindings)

    def values_for(self, route: str, moment: int, *formulas: Expr) -> dict[str, Array]:
        """The same, of the quantities in some formulas at least."""
        return self._settled(route, moment, [v.name for formula in formulas for v in variables_of(formula)])

    def result(self, route: str, name: str, moment: int) -> Array:
        """What a line gives on one route from the student's own earlier values."""
        self._settled(route, moment, self.quantities.worked_from(name, route))
        return self._work(self._at(route, moment), name)

    def all_results(self, route: str, moment: int) -> dict[str, Array]:
        """What every line gives on one route from the student's own earlier values."""
        return {name: self.result(route, name, moment) for name in self.quantities.bindings}

    def results(self, name: str, moment: int) -> Iterator[Array]:
        """What a line gives from the student's own earlier values, in each right way of working it."""
        for route, formula in self.quantities.forms(name, moment):
            if formula is self.quantities.bindings[name].formula(route):
                yield self.result(route, name, moment)
            else:
                values = self.values_for(route, moment, formula)
                with np.errstate(all="ignore"):
                    yield evaluate(formula, values)

    def term_results(self, name: str, moment: int) -> Iterator[Array]:
        """What the summands of a line are, from the student's own earlier values."""
        rows = self.quantities.terms(name)
        for route in self.quantities.routes_to(name, moment):
            values = self.values_for(route, moment, *(term for row in rows for term in row))
            with np.errstate(all="ignore"):
                yield np.array([[float(evaluate(term, values)) for term in row] for row in rows])

    def has_gaps(self, name: str, moment: int) -> bool:
        """Whether something that a line is worked from was not written down."""
        for variable in {v for _, formula in self.quantities.forms(name, moment) for v in variables_of(formula)}:
            key = Key(variable.name, moment)
            written = self.answers.get(key)
            if written is None and moment and key.name in self.quantities.renewed_by:
                key = Key(self.quantities.renewed_by[key.name], moment - 1)
                written = self.answers.get(key)
            if key.name in self.quantities.bindings and (written is None or not written.complete):
                return True
        return False

    def rounded(self, style: Style, name: str, moment: int) -> Iterator[Own]:
        """The same sheet, with what was not written down rounded in each of the ways that its style suggests.

        A way of rounding what lies half-way comes twice only where something that the line `name` rests on does.
        """
        since = max(0, moment - MOST_UPDATES)
        for way in style.ways():
            yield (up := self._with(way, since))
            for route, formula in self.quantities.forms(name, moment):
                up.values_for(route, moment, formula)
            if up.halfway:
                yield self._with(way._replace(even=True), since)

    def _with(self, way: Way, since: int) -> Own:
        if (way, since) not in self._rounded:
            self._rounded[way, since] = Own(self.quantities, self.answers, way, since)
        return self._rounded[way, since]

    def radii(self, route: str, moment: int, known: Mapping[Key, bool] | None = None) -> Radii:
        """How far each quantity that the student worked with may be from `values`, by rounding alone.

        `known` limits the written ones to those that are right, and the radii are then around the true values.
        """
        radii = Radii(self, route, max(0, moment - MOST_UPDATES), known, {})
        while radii.moment < moment:
            start = {old: radii[new] for old, new in self.quantities.renewed_by.items()}
            radii = Radii(self, route, radii.moment + 1, known, start)
        return radii

    def _at(self, route: str, moment: int) -> _Lines:
        """The lines on a route at a moment, with all that is known before one of them is worked."""
        if (route, moment) not in self._lines:
            for reached in range(moment + 1):
                if (route, reached) not in self._lines:
                    self._lines[route, reached] = self._begun(route, reached)
        return self._lines[route, moment]

    def _begun(self, route: str, moment: int) -> _Lines:
        values = dict(self.quantities.built.values)
        if moment:
            before = self._settled(route, moment - 1, self.quantities.renewed_by.values())
            values.update(self.quantities.state_after(before, moment))
        lines = _Lines(route, moment, values, {}, set(self.quantities.bindings))
        for key, own in self.answers.items():
            if key.moment != moment:
                continue
            if own.complete:
                values[key.name] = own.value
                lines.open.discard(key.name)
            elif key.name not in lines.open:  # a given number
                values[key.name] = _filled(own, values[key.name])
        return lines

    def _settled(self, route: str, moment: int, names: Iterable[str]) -> dict[str, Array]:
        """The values, with those of these quantities found, and before them those that they are worked from."""
        lines = self._at(route, moment)
        stack = [name for name in names if name in lines.open]
        while stack:
            name = stack[-1]
            below = [item for item in self.quantities.worked_from(name, route) if item in lines.open]
            if below:
                stack += below
                continue
            stack.pop()
            if name in lines.open:
                lines.values[name] = self._used(name, moment, self._work(lines, name))
                lines.open.discard(name)
        return lines.values

    def _used(self, name: str, moment: int, result: Array) -> Array:
        """What is used further of a line that was not written down, or not all of it."""
        if self.way is not None and moment >= self.since:
            result, halfway = self.way.rounded(result)
            self.halfway = self.halfway or halfway
        own = self.answers.get(Key(name, moment))
        return result if own is None else _filled(own, result)

    def _work(self, lines: _Lines, name: str) -> Array:
        """What a line gives from values that are there."""
        if name not in lines.results:
            binding = self.quantities.bindings[name]
            with np.errstate(all="ignore"):
                result = evaluate(binding.formula(lines.route), lines.values)
                if binding.stable is not None and not np.isfinite(result).all():
                    result = evaluate(binding.stable, lines.values)
            lines.results[name] = result
        return lines.results[name]


def _filled(own: Filled, result: Array) -> Array:
    """The student's numbers, with what follows in the place of blanks."""
    return own.value if own.complete else np.where(np.isnan(own.value), result, own.value)


class Radii(Mapping[str, Array]):
    """Radii by name, each computed when it is asked for.

    What was written may have been used with the digits that were rounded away: half a unit. What was not written is
    off by what the roundings before it amount to. `start` has the radii of what the updates so far have made.
    """

    def __init__(
        self, own: Own, route: str, moment: int, known: Mapping[Key, bool] | None, start: Mapping[str, Array]
    ) -> None:
        self.own = own
        self.route = route
        self.moment = moment
        self.known = known
        self._found: dict[str, Array] = {}
        self._start = start

    def __getitem__(self, name: str) -> Array:
        stack = [name]
        while stack:
            top = stack[-1]
            if top not in self._found:
                below = [used for used in self._worked_from(top) if used not in self._found]
                if below:
                    stack.extend(below)
                    continue
                self._found[top] = self._radius(top)
            stack.pop()
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.own.quantities.solution.variables)

    def __len__(self) -> int:
        return len(self.own.quantities.solution.variables)

    def _worked_from(self, name: str) -> list[str]:
        """The quantities whose radii that of `name` is made from."""
        written = self.own.answers.get(Key(name, self.moment))
        binding = self.own.quantities.bindings.get(name)
        if binding is None or (written is not None and written.complete):
            return []
        return [variable.name for variable in variables_of(binding.formula(self.route))]

    def _radius(self, name: str) -> Array:
        quantities = self.own.quantities
        key = Key(name, self.moment)
        written = self.own.answers.get(key)
        binding = quantities.bindings.get(name)
        if written is not None and written.complete:
            is_known = self.known is None or self.known.get(key, True)
            return written.half if is_known else np.zeros(np.shape(written.half))
        if binding is None:
            return self._start.get(name, np.float64(0.0))
        radius = self.through(binding.formula(self.route))
        if written is not None:
            radius = np.where(np.isnan(written.value), radius, written.half)
        return radius

    def through(self, expr: Expr) -> Array:
        """How far a formula over these quantities may be off by rounding."""
        return slack_apart(expr, self._values(expr), {v.name: self[v.name] for v in variables_of(expr)})

    def _values(self, expr: Expr) -> Mapping[str, Array]:
        if self.known is None:
            return self.own.values_for(self.route, self.moment, expr)
        return self.own.quantities.values(self.moment)
