"""What went wrong in a step whose inputs are right: every applicable mistake is tried on the student's own values.

A cause is named only if it reproduces what was written, to the digits in which it was written. Simple causes come
before composite ones: the first stage that explains the answer is the last one that is tried, and everything that
explains it in that stage is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Expr, Variable, evaluate, substitute, variables_of
from bpcli.grading.diagnosis_text import Teller
from bpcli.grading.model import Given, Match
from bpcli.grading.structure import factors, relabelled, structural
from bpcli.grading.tolerance import slack
from bpcli.grading.written import Numbers, largest_relative, numbers_of
from bpcli.mistakes import Variant, described, sites, variants
from bpcli.mistakes.forward import rounded
from bpcli.solution.solution import Solution

CHANCE = 0.05
"""A cause that accidental numbers would have met more often than this is possible, not certain."""

MOST_ANCESTORS = 12
MOST_ENTRIES = 20_000
NEAR = 0.02


class _Fit(NamedTuple):
    """A cause that fits: all of the answer, or only those of its entries that are wrong."""

    id: str
    value: Array
    wrong: Expr | None
    everywhere: bool
    chance: float
    key: str
    hint: Mapping[str, str]


class Diagnoser:
    """The mistaken formulas of one problem, made when a step first goes wrong and kept for all students."""

    def __init__(self, solution: Solution) -> None:
        self.true_values = solution.values
        self.program = solution.program
        self.sites = {site.name: site for site in sites(solution)}
        self.variables = solution.variables
        self.language = solution.problem.language
        self.teller = Teller(solution.variables, self.language)
        self.factors = tuple(factors(next(iter(self.sites.values())).around))
        self._variants: dict[str, tuple[Variant, ...]] = {}
        self._rounded: dict[tuple[str, int], Expr] = {}

    def variants(self, name: str) -> tuple[Variant, ...]:
        """The mistaken formulas of a line, most likely first."""
        if name not in self._variants:
            self._variants[name] = tuple(variants(self.sites[name]))
        return self._variants[name]

    def rounded_at(self, name: str, decimals: int) -> Expr:
        """The right formula of a line with the lines it uses rounded to so many decimals."""
        if (name, decimals) not in self._rounded:
            formula = substitute(self.sites[name].right, _rounding(self.sites, decimals))
            self._rounded[name, decimals] = formula
        return self._rounded[name, decimals]

    def diagnose(
        self,
        name: str,
        given: Given,
        values: Mapping[str, Array],
        half_units: Mapping[str, Array],
        answered: Collection[str] | None = None,
    ) -> tuple[Match, ...]:
        """The mistakes that reproduce a student's numbers for the quantity `name`, most likely first.

        `values` are the values to compute with: the student's own where given, the solver's elsewhere. `half_units`
        says how far each of them may be off by rounding. `answered` names the quantities that the student wrote down
        (by default those in `half_units`): a mistake may have been made in a line above that was not written down.
        """
        if name not in self.sites:
            return ()
        with np.errstate(all="ignore"):
            known = half_units.keys() if answered is None else answered
            case = _Case(self, name, numbers_of(given), {**self.true_values, **values}, half_units, known)
            if not case.wrong.any():
                return ()
            for stage in case.stages():
                fits = list(stage)
                if fits and fits[0].key == "" and all(case.is_multiple(fit.value) for fit in fits):
                    # A plain factor may have come in further up just as well.
                    fits += case.earlier()
                if fits:
                    return self._matches(name, case, _best(fits))
        return ()

    def _matches(self, name: str, case: _Case, fits: list[_Fit]) -> tuple[Match, ...]:
        result: list[Match] = []
        for fit in fits:
            sure = fit.everywhere and fit.chance < CHANCE and fit.key in ("", "true", "earlier", "label")
            certainty = "tied" if len(fits) > 1 else "certain" if sure else "possible"
            entry = described(fit.id, self.language)
            where = None if fit.everywhere else case.wrong
            message = self.teller.tell(name, case.numbers, fit.value, fit.wrong, entry, fit.key, fit.hint, where)
            result.append(Match(fit.id, certainty, message, fit.wrong, fit.value, entry.hint))
        return tuple(result)


def _best(fits: list[_Fit]) -> list[_Fit]:
    """The fits to tell: those of the whole answer if there are any, each id once, most likely first."""
    whole = [fit for fit in fits if fit.everywhere]
    chosen: dict[str, _Fit] = {}
    for fit in sorted(whole or fits, key=lambda fit: described(fit.id).likelihood):
        chosen.setdefault(fit.id, fit)
    return list(chosen.values())


class _Case:
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

    # --- stages ---

    def stages(self) -> Iterator[Iterator[_Fit]]:
        """From the simple to the composite."""
        yield self.named(self.values, self.half_units, "")
        if self.has_own_values():
            yield self.named(self.home.true_values, {}, "true")
        if np.size(self.right) <= MOST_ENTRIES:
            yield self.earlier()
        self.numbers = self.numbers._replace(cut=True)
        yield self.named(self.values, self.half_units, "cut")
        self.numbers = self.numbers._replace(cut=False)
        yield self.rounded_early()
        yield self.by_factor()
        yield self.structural()
        yield self.named_by_factor()
        yield self.one_entry()

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

    def named(self, values: Mapping[str, Array], radii: Mapping[str, Array], key: str) -> Iterator[_Fit]:
        """One mistake at this step."""
        for variant in self.home.variants(self.name):
            if variant.alternatives:
                yield from self.entry_by_entry(variant, values, radii, key)
            else:
                value = self.worked(variant) if values is self.values else evaluate(variant.wrong, values)
                yield from self.fitting(variant.id, value, variant.wrong, values, radii, key, {})

    def worked(self, variant: Variant) -> Array:
        """What a mistaken formula gives on the student's own values."""
        if id(variant) not in self._worked:
            self._worked[id(variant)] = evaluate(variant.wrong, self.values)
        return self._worked[id(variant)]

    def entry_by_entry(
        self, variant: Variant, values: Mapping[str, Array], radii: Mapping[str, Array], key: str
    ) -> Iterator[_Fit]:
        """A mistake that may have been made in some entries and not in others."""
        explained = np.zeros(np.shape(self.wrong), dtype=bool)
        mixed = np.array(self.right, dtype=np.float64)
        used: list[Expr] = []
        tolerance = self.numbers.half
        for formula in variant.alternatives:
            value = evaluate(formula, values)
            if not self.numbers.near(value, self.loose, self.wrong & ~explained).any():
                continue
            fits = self.wrong & ~explained & self.numbers.agree(value, slack(formula, values, radii))
            if fits.any():
                explained |= fits
                used.append(formula)
                mixed = self.numbers.put(mixed, fits, value)
        if (explained == self.wrong).all():
            chance = len(variant.alternatives) ** int(self.wrong.sum()) * self.chance(self.wrong, tolerance)
            yield _Fit(variant.id, mixed, used[0] if len(used) == 1 else None, True, chance, key, {})

    def fitting(
        self,
        identifier: str,
        value: Array,
        wrong: Expr | None,
        values: Mapping[str, Array],
        radii: Mapping[str, Array],
        key: str,
        hint: Mapping[str, str],
    ) -> Iterator[_Fit]:
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
        yield _Fit(identifier, told, wrong, everywhere, chance, key, hint)

    def may_fit(self, value: Array, factor: float = 1.0) -> bool:
        """A quick look at one entry, the largest of the wrong ones: most formulas need no second one."""
        flat = np.asarray(value)
        found = factor * float(flat.flat[self.probe if flat.size > 1 else 0])
        return abs(found - self.probed) <= self.probe_half + self.loose * max(self.scale, abs(found))

    def chance(self, entries: Array, tolerance: Array) -> float:
        """How likely it is that one of the formulas tried meets these entries by accident."""
        size = np.maximum(np.abs(self.numbers.pick(self.right)), np.abs(self.numbers.value))
        part = np.minimum(1.0, self.numbers.pick(tolerance) / np.maximum(size, 1e-300))
        return float(max(len(self.home.variants(self.name)), 1) * np.prod(part[entries]))

    # --- mistakes further up, in lines that were not answered ---

    def earlier(self) -> Iterator[_Fit]:
        for ancestor, chain in self.unanswered():
            for variant in self.home.variants(ancestor):
                if variant.alternatives:
                    continue
                moved = dict(self.values)
                moved[ancestor] = self.worked(variant)
                if not np.all(np.isfinite(moved[ancestor])):
                    continue
                for below in chain:
                    moved[below] = evaluate(self.home.sites[below].right, moved)
                value = moved[self.name]
                if not self.may_fit(value):
                    continue
                whole = self.put_in(ancestor, variant.wrong, chain)
                hint = {"quantity": ancestor, "formula": self.home.teller.formula(variant.wrong)}
                for fit in self.fitting(variant.id, value, whole, self.values, self.half_units, "earlier", hint):
                    if fit.everywhere:
                        yield fit

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

    # --- what happens to numbers ---

    def rounded_early(self) -> Iterator[_Fit]:
        """Inputs of this step, and what leads to them, rounded to a few decimals before they were used."""
        above = [ancestor for ancestor, _ in self.unanswered()]
        coarsest = float(np.max(self.numbers.half[self.numbers.known], initial=0.0))
        for decimals in (1, 2, 3, 4, 5):
            if coarsest > 10.0**-decimals:
                continue
            moved = dict(self.values)
            for item in reversed(above):
                moved[item] = np.round(evaluate(self.home.sites[item].right, moved), decimals)
            formula = self.home.rounded_at(self.name, decimals)
            yield from self.fitting("F19", evaluate(formula, self.values), None, moved, {}, "rounding", {})
            if above:
                yield from self.fitting("F19", evaluate(formula, moved), None, moved, {}, "rounding", {})

    def by_factor(self) -> Iterator[_Fit]:
        """The right formula times a constant."""
        for identifier, factor, _ in self.home.factors:
            if not self.may_fit(self.right, factor):
                continue
            value = factor * np.asarray(self.right)
            yield from self._signed(self.fitting(identifier, value, None, self.values, {}, "plain", {}))

    def _signed(self, fits: Iterator[_Fit]) -> Iterator[_Fit]:
        for fit in fits:
            entries = fit.id == "X-sign" and not fit.everywhere
            yield fit._replace(id="X-sign-entry") if entries else fit

    def structural(self) -> Iterator[_Fit]:
        """The right numbers in wrong places, and other quantities' numbers."""
        for identifier, value in structural(self.right, self.numbers, self.wrong):
            yield from self.fitting(identifier, value, None, self.values, {}, "plain", {})
        for other in relabelled(self.home.variables, self.name):
            yield from self.fitting("X-label", self.values[other.name], other, self.values, {}, "label", {})

    def named_by_factor(self) -> Iterator[_Fit]:
        """One mistake and a constant factor."""
        for variant in self.home.variants(self.name):
            if variant.alternatives or variant.id == "F18":
                continue
            value = np.asarray(self.worked(variant))
            for _, factor, text in self.home.factors:
                if not self.may_fit(value, factor):
                    continue
                for fit in self.fitting(
                    variant.id, factor * value, variant.wrong, self.values, {}, "factor", {"factor": text}
                ):
                    if fit.everywhere and fit.chance * 8 < CHANCE:
                        yield fit

    def one_entry(self) -> Iterator[_Fit]:
        """All entries but one are right."""
        if self.wrong.sum() == 1 and self.numbers.known.sum() > 2:
            value = self.numbers.put(np.array(self.right), self.wrong, self.numbers.spread(self.right))
            yield _Fit("X-one-entry", value, None, False, 1.0, "cause", {})


def _rounding(known: Mapping[str, object], decimals: int) -> Callable[[Expr], Expr | None]:
    operation = rounded(decimals)

    def replace(node: Expr) -> Expr | None:
        computed = isinstance(node, Variable) and node.name in known
        rounded_value: Expr | None = operation(node) if computed else None
        return rounded_value

    return replace
