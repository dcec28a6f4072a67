"""What went wrong in a step whose inputs are right: every applicable mistake is tried on the student's own values.

A cause is named only if it reproduces what was written, to the digits in which it was written. Simple causes come
before composite ones: the first stage that explains the answer is the last one that is tried, and everything that
explains it in that stage is told.

`certain` is said of the only explanation, of an answer with three significant digits somewhere, by a mistake whose
value is not a plain multiple of the right one or a decimal slip; and of none that rests on later answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np

from bpcli.calculus.expr import Array, Expr, Variable, evaluate, substitute, variables_of
from bpcli.grading import causes, solving
from bpcli.grading.case import MOST_ENTRIES, Case, Fit
from bpcli.grading.diagnosis_text import Teller
from bpcli.grading.model import Given, Match, Written
from bpcli.grading.structure import factors
from bpcli.grading.written import numbers_of
from bpcli.mistakes import Variant, described, misshapen, paired, sites, variants
from bpcli.mistakes.forward import rounded
from bpcli.solution.solution import Solution

DIGITS_TO_BE_SURE = 3
OF_BLOCKS = "TCANRP"
"""The families of mistakes that only a block has."""

PLAIN = (2.0, 3.0, 4.0, 0.5, 0.25, 10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)
"""Factors of which no mistake can be told apart: a plain multiple, a decimal slip."""


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
        self.texts = solution.texts
        self._variants: dict[str, tuple[Variant, ...]] = {}
        self._pairs: dict[str, tuple[tuple[str, str, Expr], ...]] = {}
        self._later: dict[str, frozenset[str]] = {}
        self._rounded: dict[tuple[str, int], Expr] = {}

    def variants(self, name: str) -> tuple[Variant, ...]:
        """The mistaken formulas of a line, most likely first."""
        if name not in self._variants:
            self._variants[name] = tuple(variants(self.sites[name]))
        return self._variants[name]

    def pairs(self, name: str) -> tuple[tuple[str, str, Expr], ...]:
        """Two common slips in one line: their ids and the formula with both."""
        if name not in self._pairs:
            self._pairs[name] = tuple(paired(self.sites[name], causes.TOGETHER))
        return self._pairs[name]

    def later(self, name: str) -> frozenset[str]:
        """What is worked from a quantity: the student's answers there say nothing of how it was worked."""
        if name not in self._later:
            found = {name}
            for binding in self.program.bindings:
                if any(v.name in found for v in variables_of(binding.expr)):
                    found.add(binding.variable.name)
            self._later[name] = frozenset(found)
        return self._later[name]

    def others(self, name: str) -> tuple[Variable, ...]:
        """The quantities of the same shape that are not the same by an identity, as ∂L/∂b is ∂L/∂a."""
        right = self.true_values[name]
        return tuple(
            v for v in self.variables.values() if v.name != name and not _equal(self.true_values.get(v.name), right)
        )

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
            case = Case(self, name, numbers_of(given), {**self.true_values, **values}, half_units, known)
            if not case.wrong.any():
                return ()
            for stage in _stages(case):
                fits = list(stage)
                if fits and fits[0].key == "" and all(case.is_multiple(fit.value) for fit in fits):
                    # A plain factor may have come in further up just as well.
                    fits += causes.earlier(case)
                if fits:
                    return self._matches(name, case, _best(fits))
        return ()

    def of_another_shape(
        self, name: str, numbers: Sequence[Sequence[Written]], values: Mapping[str, Array]
    ) -> tuple[Match, ...]:
        """The mistakes that give numbers of another shape than the quantity has, as they were written or turned."""
        if name not in self.sites:
            return ()
        written = np.array([[number.value for number in row] for row in numbers])
        half = np.array([[number.half_unit for number in row] for row in numbers])
        found: dict[str, Match] = {}
        with np.errstate(all="ignore"):
            for identifier, formula in misshapen(self.sites[name]):
                value = np.atleast_2d(evaluate(formula, {**self.true_values, **values}))
                for laid_out in (value, value.T):
                    if _as_written(laid_out, written, half):
                        entry = described(identifier, self.language)
                        told = self.teller.shaped(entry, self.teller.formula(formula))
                        found.setdefault(identifier, Match(identifier, "certain", told, formula, value, entry.hint))
        return tuple(found.values())

    def _matches(self, name: str, case: Case, fits: list[Fit]) -> tuple[Match, ...]:
        result: list[Match] = []
        for fit in fits:
            sure = _is_sure(case, fit)
            certainty = "tied" if len(fits) > 1 else "certain" if sure else "possible"
            entry = described(fit.id, self.language)
            where = None if fit.everywhere else case.wrong
            message = self.teller.tell(name, case.numbers, fit.value, fit.wrong, entry, fit.key, fit.hint, where)
            result.append(Match(fit.id, certainty, message, fit.wrong, fit.value, entry.hint, fit.implied))
        return tuple(result)


def _stages(case: Case) -> Iterator[Iterator[Fit]]:
    """From the simple to the composite."""
    yield causes.named(case, case.values, case.half_units, "")
    if case.has_own_values():
        yield causes.named(case, case.home.true_values, {}, "true")
    if np.size(case.right) <= MOST_ENTRIES:
        yield causes.earlier(case)
    case.numbers = case.numbers._replace(cut=True)
    yield causes.named(case, case.values, case.half_units, "cut")
    case.numbers = case.numbers._replace(cut=False)
    yield causes.rounded_early(case)
    yield causes.by_factor(case)
    yield causes.rearranged(case)
    if case.is_small:
        yield solving.misread(case)
        yield causes.two_slips(case)
    yield causes.named_by_factor(case)
    if case.is_small:
        yield solving.unwritten(case)
    yield causes.one_entry(case)


def _is_sure(case: Case, fit: Fit) -> bool:
    """Whether a cause that is the only one may be called certain."""
    if not fit.everywhere or fit.chance >= causes.CHANCE or fit.key not in ("", "true", "earlier", "label", "misread"):
        return False
    if case.most_digits() < DIGITS_TO_BE_SURE:
        return False
    right = np.asarray(case.right)
    return not any(case.meets(factor * right) for factor in PLAIN)


def _as_written(value: Array, written: Array, half: Array) -> bool:
    """Whether a value of the shape that was written rounds to what was written."""
    return value.shape == written.shape and bool(np.all(np.abs(value - written) <= half + 1e-9 * np.abs(value)))


def _equal(one: Array | None, other: Array) -> bool:
    """Whether two values are one; what has another shape is of no use here either."""
    if one is None or np.shape(one) != np.shape(other):
        return True
    return bool(np.allclose(one, other, rtol=1e-9, atol=0.0))


def _order(fit: Fit) -> tuple[int, bool]:
    """Most likely first; of two that are as likely the one that knows more of where it happened."""
    return described(fit.id).likelihood, fit.id[0] not in OF_BLOCKS


def _best(fits: list[Fit]) -> list[Fit]:
    """The fits to tell: those of the whole answer if there are any, each id once, most likely first."""
    whole = [fit for fit in fits if fit.everywhere]
    chosen: dict[str, Fit] = {}
    for fit in sorted(whole or fits, key=_order):
        chosen.setdefault(fit.id, fit)
    return list(chosen.values())


def _rounding(known: Mapping[str, object], decimals: int) -> Callable[[Expr], Expr | None]:
    operation = rounded(decimals)

    def replace(node: Expr) -> Expr | None:
        computed = isinstance(node, Variable) and node.name in known
        rounded_value: Expr | None = operation(node) if computed else None
        return rounded_value

    return replace
