"""What may have gone wrong in a step, from the simple to the composite: each cause as the answers that it fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bpcli.calculus.expr import Array, Expr, evaluate
from bpcli.grading.case import Case, Fit
from bpcli.grading.structure import structural
from bpcli.grading.tolerance import slack
from bpcli.mistakes import Variant

CHANCE = 0.05
"""A cause that accidental numbers would have met more often than this is possible, not certain."""


def named(case: Case, values: Mapping[str, Array], radii: Mapping[str, Array], key: str) -> Iterator[Fit]:
    """One mistake at this step."""
    for variant in case.home.variants(case.name):
        if variant.alternatives:
            yield from entry_by_entry(case, variant, values, radii, key)
        else:
            value = case.worked(variant) if values is case.values else evaluate(variant.wrong, values)
            yield from case.fitting(variant.id, value, variant.wrong, values, radii, key, {})


def entry_by_entry(
    case: Case, variant: Variant, values: Mapping[str, Array], radii: Mapping[str, Array], key: str
) -> Iterator[Fit]:
    """A mistake that may have been made in some entries and not in others."""
    explained = np.zeros(np.shape(case.wrong), dtype=bool)
    mixed = np.array(case.right, dtype=np.float64)
    used: list[Expr] = []
    tolerance = case.numbers.half
    for formula in variant.alternatives:
        value = evaluate(formula, values)
        if not case.numbers.near(value, case.loose, case.wrong & ~explained).any():
            continue
        fits = case.wrong & ~explained & case.numbers.agree(value, slack(formula, values, radii))
        if fits.any():
            explained |= fits
            used.append(formula)
            mixed = case.numbers.put(mixed, fits, value)
    if (explained == case.wrong).all():
        chance = len(variant.alternatives) ** int(case.wrong.sum()) * case.chance(case.wrong, tolerance)
        yield Fit(variant.id, mixed, used[0] if len(used) == 1 else None, True, chance, key, {})


def earlier(case: Case) -> Iterator[Fit]:
    """One mistake further up, in a line that was not answered."""
    for ancestor, chain in case.unanswered():
        for variant in case.home.variants(ancestor):
            if variant.alternatives:
                continue
            moved = dict(case.values)
            moved[ancestor] = case.worked(variant)
            if not np.all(np.isfinite(moved[ancestor])):
                continue
            for below in chain:
                moved[below] = evaluate(case.home.sites[below].right, moved)
            value = moved[case.name]
            if not case.may_fit(value):
                continue
            whole = case.put_in(ancestor, variant.wrong, chain)
            hint = {"quantity": ancestor, "formula": case.home.teller.formula(variant.wrong)}
            for fit in case.fitting(variant.id, value, whole, case.values, case.half_units, "earlier", hint):
                if fit.everywhere:
                    yield fit._replace(implied={ancestor: moved[ancestor]})


def rounded_early(case: Case) -> Iterator[Fit]:
    """Inputs of this step, and what leads to them, rounded to a few decimals before they were used."""
    above = [ancestor for ancestor, _ in case.unanswered()]
    coarsest = float(np.max(case.numbers.half[case.numbers.known], initial=0.0))
    for decimals in (1, 2, 3, 4, 5):
        if coarsest > 10.0**-decimals:
            continue
        moved = dict(case.values)
        for item in reversed(above):
            moved[item] = np.round(evaluate(case.home.sites[item].right, moved), decimals)
        formula = case.home.rounded_at(case.name, decimals)
        yield from case.fitting("F19", evaluate(formula, case.values), None, moved, {}, "rounding", {})
        if above:
            yield from case.fitting("F19", evaluate(formula, moved), None, moved, {}, "rounding", {})


def by_factor(case: Case) -> Iterator[Fit]:
    """The right formula times a constant."""
    for identifier, factor, text in case.home.factors:
        if not case.may_fit(case.right, factor):
            continue
        value = factor * np.asarray(case.right)
        key, hint = ("multiple", {"factor": text}) if identifier == "G21" else ("plain", {})
        yield from _signed(case.fitting(identifier, value, None, case.values, {}, key, hint))


def _signed(fits: Iterator[Fit]) -> Iterator[Fit]:
    for fit in fits:
        entries = fit.id == "X-sign" and not fit.everywhere
        yield fit._replace(id="X-sign-entry") if entries else fit


def rearranged(case: Case) -> Iterator[Fit]:
    """The right numbers in wrong places, and other quantities' numbers."""
    for identifier, value in structural(case.right, case.numbers, case.wrong):
        yield from case.fitting(identifier, value, None, case.values, {}, "plain", {})
    later = case.home.later(case.name)
    for other in case.home.others(case.name):
        value = case.home.true_values[other.name] if other.name in later else case.values[other.name]
        yield from case.fitting("X-label", value, other, case.values, {}, "label", {})


def named_by_factor(case: Case) -> Iterator[Fit]:
    """One mistake and a constant factor."""
    for variant in case.home.variants(case.name):
        if variant.alternatives or variant.id == "F18":
            continue
        value = np.asarray(case.worked(variant))
        for _, factor, text in case.home.factors:
            if not case.may_fit(value, factor):
                continue
            for fit in case.fitting(
                variant.id, factor * value, variant.wrong, case.values, {}, "factor", {"factor": text}
            ):
                if fit.everywhere and fit.chance * 8 < CHANCE:
                    yield fit


TOGETHER = frozenset({"F01", "F03", "F04", "F06", "F07", "F12", "F13", "F23", "G01", "B01", "B12", "D01", "D03"})
"""Slips so common that two of them come together."""


def two_slips(case: Case) -> Iterator[Fit]:
    """A common slip in this line, and another one in an unwritten line above it or in the same formula."""
    own = [variant for variant in case.home.variants(case.name) if variant.id in TOGETHER]
    for ancestor, chain in case.unanswered():
        if len(chain) != 1:
            continue  # one that this line uses
        for first in case.home.variants(ancestor):
            if first.id not in TOGETHER or first.alternatives:
                continue
            moved = {**case.values, ancestor: case.worked(first)}
            for second in own:
                if not second.alternatives:
                    for fit in _both(case, first.id, second.id, evaluate(second.wrong, moved)):
                        yield fit._replace(implied={ancestor: moved[ancestor]})
    for first_id, second_id, formula in case.home.pairs(case.name):
        yield from _both(case, first_id, second_id, evaluate(formula, case.values))


def _both(case: Case, first: str, second: str, value: Array) -> Iterator[Fit]:
    for fit in case.fitting("F25", value, None, case.values, {}, "two", {"first": first, "second": second}):
        if fit.everywhere:
            yield fit._replace(chance=4 * fit.chance)


def one_entry(case: Case) -> Iterator[Fit]:
    """All entries but one are right."""
    if case.wrong.sum() == 1 and case.numbers.known.sum() > 2:
        value = case.numbers.put(np.array(case.right), case.wrong, case.numbers.spread(case.right))
        yield Fit("X-one-entry", value, None, False, 1.0, "cause", {})
