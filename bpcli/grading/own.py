"""A sheet put into the program: what every line gives when it is worked from the student's own earlier values.

Lines that were not answered are worked from the answers above them. People work a line in one of a few right ways:
by the formula as it is printed, by the form that is worked with (h(1 − h) for σ′(a)), or around an overflow
(the loss from the pre-activations); each way is one of the `ROUTES` through the whole program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bpcli.expr import Array, Expr, evaluate, variables_of
from bpcli.grading.quantities import Key, Quantities, formula_on
from bpcli.grading.tolerance import Style, Way, slack

__all__ = ["Filled", "Own", "Radii"]

MOST_UPDATES = 50
"""Roundings made more than so many updates ago are not followed."""


class Filled(NamedTuple):
    """The numbers answered for one quantity, in its layout: `nan` where an entry was left blank."""

    value: Array
    half: Array
    complete: bool


class Own:
    """The values of all quantities as they follow from one sheet.

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
        self.routes = quantities.routes
        self._rounded: dict[tuple[Way, int], Own] = {}
        self._values: dict[tuple[str, int], dict[str, Array]] = {}
        self._results: dict[tuple[str, int], dict[str, Array]] = {}

    def values(self, route: str, moment: int) -> dict[str, Array]:
        """What is used further: the student's own numbers, and where there are none what follows from them."""
        self._run(route, moment)
        return self._values[route, moment]

    def result(self, route: str, name: str, moment: int) -> Array:
        """What a line gives on one route from the student's own earlier values."""
        self._run(route, moment)
        return self._results[route, moment][name]

    def all_results(self, route: str, moment: int) -> dict[str, Array]:
        """What every line gives on one route from the student's own earlier values."""
        self._run(route, moment)
        return self._results[route, moment]

    def results(self, name: str, moment: int) -> Iterator[Array]:
        """What a line gives from the student's own earlier values, in each right way of working it."""
        for route, formula in self.forms(name):
            if formula is formula_on(self.quantities.bindings[name], route):
                yield self.result(route, name, moment)
            else:
                with np.errstate(all="ignore"):
                    yield evaluate(formula, self.values(route, moment))

    def forms(self, name: str) -> Iterator[tuple[str, Expr]]:
        """The right ways of working a line: the route to it and the formula to work it by."""
        binding = self.quantities.bindings[name]
        for route in self.routes:
            usual = formula_on(binding, route)
            yield route, usual
            for other in (binding.expr, binding.worked, binding.stable):
                if other is not None and other is not usual:
                    yield route, other

    def term_results(self, name: str, moment: int) -> Iterator[Array]:
        """What the summands of a line are, from the student's own earlier values."""
        rows = self.quantities.terms(name)
        for route in self.routes:
            values = self.values(route, moment)
            with np.errstate(all="ignore"):
                yield np.array([[float(evaluate(term, values)) for term in row] for row in rows])

    def has_gaps(self, name: str, moment: int) -> bool:
        """Whether something that a line is worked from was not written down."""
        for variable in {v for _, formula in self.forms(name) for v in variables_of(formula)}:
            key = Key(variable.name, moment)
            written = self.answers.get(key)
            if written is None and moment and key.name in self.quantities.renewed_by:
                key = Key(self.quantities.renewed_by[key.name], moment - 1)
                written = self.answers.get(key)
            if key.name in self.quantities.bindings and (written is None or not written.complete):
                return True
        return False

    def rounded(self, style: Style, moment: int) -> Iterator[Own]:
        """The same sheet, with what was not written down rounded in each of the ways that its style suggests."""
        since = max(0, moment - MOST_UPDATES)
        for way in style.ways():
            yield (up := self._with(way, since))
            for route in self.routes:
                up.values(route, moment)
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

    def _run(self, route: str, moment: int) -> None:
        if (route, moment) in self._values:
            return
        values = dict(self.quantities.built.values)
        if moment:
            for earlier in range(moment):
                self._run(route, earlier)
            values.update(self.quantities.state_after(self._values[route, moment - 1], moment))
        results: dict[str, Array] = {}
        answers = self.answers
        for variable in self.quantities.built.program.inputs:
            if (own := answers.get(Key(variable.name, moment))) is not None:
                values[variable.name] = _filled(own, values[variable.name])
        with np.errstate(all="ignore"):
            for binding in self.quantities.lines():
                name = binding.variable.name
                result = evaluate(formula_on(binding, route), values)
                if binding.stable is not None and not np.isfinite(result).all():
                    result = evaluate(binding.stable, values)
                results[name] = result
                own = answers.get(Key(name, moment))
                if own is not None and own.complete:
                    values[name] = own.value
                    continue
                if self.way is not None and moment >= self.since:
                    result, halfway = self.way.rounded(result)
                    self.halfway = self.halfway or halfway
                values[name] = result if own is None else _filled(own, result)
        self._values[route, moment] = values
        self._results[route, moment] = results


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
        return [variable.name for variable in variables_of(formula_on(binding, self.route))]

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
        radius = self.through(formula_on(binding, self.route))
        if written is not None:
            radius = np.where(np.isnan(written.value), radius, written.half)
        return radius

    def through(self, expr: Expr) -> Array:
        """How far a formula over these quantities may be off by rounding."""
        return slack(expr, self._values(), {v.name: self[v.name] for v in variables_of(expr)})

    def _values(self) -> Mapping[str, Array]:
        if self.known is None:
            return self.own.values(self.route, self.moment)
        return self.own.quantities.values(self.moment)
