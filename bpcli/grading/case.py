"""One wrong answer among the values around it: which of its entries are wrong, and whether a cause reproduces them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Expr, Variable, evaluate, substitute, variables_of
from bpcli.grading.tolerance import slack
from bpcli.grading.written import Numbers, largest_relative
from bpcli.mistakes import Variant

if TYPE_CHECKING:
    from bpcli.grading.diagnose import Diagnoser

MOST_ANCESTORS = 12
MOST_ENTRIES = 20_000
NEAR = 0.02


class Fit(NamedTuple):
    """A cause that fits: all of the answer, or only those of its entries that are wrong.

    `key` says how it is told (the sentences of a diagnosis), `hint` fills the holes of that sentence; `implied` is what
    quantities that were not written must have been by it.
    """

    id: str
    value: Array
    wrong: Expr | None
    everywhere: bool
    chance: float
    key: str
    hint: Mapping[str, str]
    implied: Mapping[str, Array] = MappingProxyType({})


class Case:
    """One wrong answer: what was written, the values around it, and which entries are wrong."""

    def __init__(
        self,
        home: Diagnoser,
        name: str,
        numbers: Numbers,
        values: dict[str, Array],
        half_units: Mapping[str, Array],
        answered: Collection[str],
    ) -> None:
        self.answered = answered
        self._worked: dict[int, Array] = {}
        self.home = home
        self.name = name
        self.numbers = numbers
        self.values = values
        self.half_units = half_units
        self.site = home.sites[name]
        formula = self.site.binding
        self.right = evaluate(formula.expr, values)
        if formula.stable is not None and not np.all(np.isfinite(self.right)):
            self.right = evaluate(formula.stable, values)
        ok = numbers.agree(self.right, slack(formula.expr, values, half_units))
        self.correct = ok
        self.wrong = numbers.known & ~ok
        at = int(np.argmax(np.where(self.wrong, np.abs(numbers.value), -1.0)))
        self.probed, self.probe_half = float(numbers.value.flat[at]), float(numbers.half.flat[at])
        self.probe = at if numbers.at is None else int(np.ravel_multi_index(numbers.at, np.shape(self.right)))
        self.scale = float(
            max(np.max(np.abs(self.right)), np.max(np.abs(numbers.value), where=numbers.known, initial=0))
        )
        self.loose = NEAR + 4 * largest_relative(formula.expr, values, half_units)

    @property
    def is_small(self) -> bool:
        """Whether it is no work to try the line over and over, with one number changed at a time."""
        sizes = [np.size(self.values[v.name]) for v in variables_of(self.site.right)]
        return max(sizes, default=0) <= MOST_ENTRIES and np.size(self.right) <= MOST_ENTRIES

    def is_multiple(self, value: Array) -> bool:
        """Whether a value is a constant times the right one."""
        right, other = np.ravel(self.right), np.ravel(value)
        return right.shape == other.shape and bool(
            np.allclose(right * np.dot(other, other), other * np.dot(right, other), rtol=1e-6, atol=0)
        )

    def has_own_values(self) -> bool:
        """Whether the line was worked from the student's own numbers, at the parameters that the problem gives."""
        given = self.home.program.inputs
        if any(not np.array_equal(self.values[v.name], self.home.true_values[v.name]) for v in given):
            return False
        return any(v.name in self.answered for v in variables_of(self.site.right))

    def worked(self, variant: Variant) -> Array:
        """What a mistaken formula gives on the student's own values."""
        if id(variant) not in self._worked:
            self._worked[id(variant)] = evaluate(variant.wrong, self.values)
        return self._worked[id(variant)]

    def fitting(
        self,
        identifier: str,
        value: Array,
        wrong: Expr | None,
        values: Mapping[str, Array],
        radii: Mapping[str, Array],
        key: str,
        hint: Mapping[str, str],
    ) -> Iterator[Fit]:
        """The cause, if it reproduces every entry that is wrong (and the others are right or fit as well)."""
        if not self.may_fit(value) or not (self.numbers.near(value, self.loose, self.wrong) == self.wrong).all():
            return
        spread = slack(wrong, values, radii) if wrong is not None and radii else np.zeros(np.shape(value))
        ok = self.numbers.agree(value, spread)
        if not ok[self.wrong].all():
            return
        everywhere = bool(ok[self.numbers.known].all())
        told = value if everywhere else self.numbers.put(np.array(self.right), self.wrong, value)
        used = self.numbers.known if everywhere else self.wrong
        chance = self.chance(used & ~(self.correct & ok) if everywhere else used, self.numbers.half + spread)
        yield Fit(identifier, told, wrong, everywhere, chance, key, hint)

    def may_fit(self, value: Array, factor: float = 1.0) -> bool:
        """A quick look at one entry, the largest of the wrong ones: most formulas need no second one."""
        flat = np.asarray(value)
        found = factor * float(flat.flat[self.probe if flat.size > 1 else 0])
        return abs(found - self.probed) <= self.probe_half + self.loose * max(self.scale, abs(found))

    def most_digits(self) -> int:
        """The significant digits of the wrong entry that has most of them."""
        most = 0
        for value, half in zip(self.numbers.value[self.wrong], self.numbers.half[self.wrong], strict=True):
            if value != 0.0:
                most = max(most, 17 if half <= 0.0 else int(np.floor(np.log10(abs(value) / (2 * half)) + 1 + 1e-9)))
        return most

    def meets(self, value: Array) -> bool:
        """Whether a value rounds to every entry that is wrong."""
        return bool(self.numbers.agree(value, np.zeros(np.shape(value)))[self.wrong].all())

    def chance(self, entries: Array, tolerance: Array) -> float:
        """How likely it is that one of the formulas tried meets these entries by accident."""
        size = np.maximum(np.abs(self.numbers.pick(self.right)), np.abs(self.numbers.value))
        part = np.minimum(1.0, self.numbers.pick(tolerance) / np.maximum(size, 1e-300))
        return float(max(len(self.home.variants(self.name)), 1) * np.prod(part[entries]))

    def unanswered(self) -> Iterator[tuple[str, list[str]]]:
        """The lines above that were not answered, the nearest first, each with what lies between it and this one."""
        order = {binding.variable.name: place for place, binding in enumerate(self.home.program.bindings)}
        reached: set[str] = {self.name}
        stack = [self.name]
        while stack:
            for variable in variables_of(self.home.sites[stack.pop()].right):
                if variable.name in order and variable.name not in reached and variable.name not in self.answered:
                    reached.add(variable.name)
                    stack.append(variable.name)
        above = sorted(reached - {self.name}, key=lambda item: -order[item])
        for ancestor in above[:MOST_ANCESTORS]:
            chain: list[str] = []
            touched = {ancestor}
            for item in sorted(reached, key=lambda item: order[item]):
                if item != ancestor and any(v.name in touched for v in variables_of(self.home.sites[item].right)):
                    touched.add(item)
                    chain.append(item)
            yield ancestor, chain

    def put_in(self, ancestor: str, wrong: Expr, chain: list[str]) -> Expr:
        """The line's formula with the mistaken one in the place of the ancestor."""
        known: dict[str, Expr] = {ancestor: wrong}

        def replace(node: Expr) -> Expr | None:
            return known.get(node.name) if isinstance(node, Variable) else None

        for item in chain:
            known[item] = substitute(self.home.sites[item].right, replace)
        return known[self.name]
