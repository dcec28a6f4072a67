"""What an answer sheet cannot tell: mistakes that leave the asked-for digits as they are, or give the same digits.

Every applicable mistake is made at every step, and what it gives is compared with the right value and with what the
other mistakes give, to the digits in which answers are asked for. An author who sees what is hidden can change the
numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Expr, evaluate, variables_of
from bpcli.calculus.size import entries
from bpcli.document.rounding import Rounding
from bpcli.mistakes import Site, Variant, sites, variants
from bpcli.solution.budget import refuse_long_lint
from bpcli.solution.solution import NumericError, Solution, run

MOST_ENTRIES = 5_000
SMALL = 0.01
EXACT = Rounding()
ABOUT_BIAS = ("F03", "F04", "F05", "G09", "G16", "U06", "L14")
ABOUT_OUTPUTS = ("L02", "L03", "D13", "D14")
ABOUT_TRANSPOSE = ("F01", "F02", "B01")


class Finding(NamedTuple):
    """Something that a sheet does not show.

    kind      `invisible` (the mistake changes no digit), `alike` (several mistakes give the same digits) or `digits`
              (the value itself is lost in rounding)
    quantity  the step
    ids       the mistakes
    reason    a key of `REASONS` that says why; empty where nothing simple does
    always    it is so whatever the numbers are: nothing can be done about it in the problem
    """

    kind: str
    quantity: str
    ids: tuple[str, ...]
    reason: str = ""
    always: bool = False


def lint(
    solution: Solution, digits: Rounding | None = None, advance: Callable[[], None] = lambda: None
) -> tuple[Finding, ...]:
    """What answers to this problem, rounded as `digits` says (as the problem displays them), do not show.

    `advance` is called after each line that is gone through.
    """
    rounding = digits or solution.rounding
    refuse_long_lint(
        solution.problem,
        [line for line in solution.program.bindings if entries(line.variable.shape) <= MOST_ENTRIES],
    )
    found: list[Finding] = []
    draws = _drawn(solution)
    with np.errstate(all="ignore"):
        for site in sites(solution):
            if np.size(solution.values[site.name]) <= MOST_ENTRIES:
                found.extend(_of_step(solution, site, rounding, draws))
            advance()
    return tuple(found)


def _of_step(solution: Solution, site: Site, rounding: Rounding, draws: list[dict[str, Array]]) -> list[Finding]:
    right = solution.values[site.name]
    shown = _shown(right, rounding)
    found: list[Finding] = []
    if _is_lost(right, rounding):
        found.append(Finding("digits", site.name, (), "small"))
    made: dict[str, list[tuple[Variant, set[tuple[str, ...]]]]] = {}
    for variant in variants(site):
        made.setdefault(variant.id, []).append((variant, _results(solution, variant, rounding)))
    by_result: dict[tuple[str, ...], dict[str, Variant]] = {}
    for identifier, several in made.items():
        results = set().union(*(result for _, result in several))
        if not results:
            continue  # nothing finite comes out of it: nobody writes that down
        if results <= {shown}:
            always = all(_always_equal(draws, variant.wrong, site.right) for variant, _ in several)
            found.append(
                Finding("invisible", site.name, (identifier,), _why_hidden(site, several[0][0], right), always)
            )
            continue
        for variant, own in several:
            for result in own - {shown}:
                by_result.setdefault(result, {}).setdefault(identifier, variant)
    groups: dict[tuple[str, ...], bool] = {}
    for group in by_result.values():
        if len(group) > 1:
            first, *others = group.values()
            always = all(_always_equal(draws, first.wrong, other.wrong) for other in others)
            ids = tuple(group)
            groups[ids] = groups.get(ids, True) and always
    found.extend(Finding("alike", site.name, ids, "", always) for ids, always in groups.items())
    return found


def _results(solution: Solution, variant: Variant, rounding: Rounding) -> set[tuple[str, ...]]:
    """What the mistake looks like on paper: one picture, or one for each entry that may have been worked so."""
    if not variant.alternatives:
        value = evaluate(variant.wrong, solution.values)
        return {_shown(value, rounding)} if np.all(np.isfinite(value)) else set()
    return {_shown(evaluate(formula, solution.values), rounding) for formula in variant.alternatives}


def _shown(value: Array, rounding: Rounding) -> tuple[str, ...]:
    return tuple(rounding.text(float(item)) for item in np.ravel(value))


def _is_lost(value: Array, rounding: Rounding) -> bool:
    """Whether fewer than two digits of every entry would be seen in the decimals asked for."""
    if rounding.significant is not None:
        return False
    sizes = np.abs(np.ravel(value))
    return bool(np.any(sizes > 0) and np.all(sizes[sizes > 0] < 10.0 ** (1 - rounding.decimals)))


def _drawn(solution: Solution) -> list[dict[str, Array]]:
    """All the values of the problem with other numbers put in, as far as these stay in range."""
    found: list[dict[str, Array]] = []
    for seed, low in ((1, -1.0), (2, -1.0), (3, 0.1)):
        draw = np.random.default_rng(seed)
        given = {
            v.name: np.float64(draw.uniform(low, 0.9)) if v.shape == () else draw.uniform(low, 0.9, v.shape)
            for v in solution.program.inputs
        }
        try:
            values, _ = run(solution.built, given, EXACT)
        except NumericError:
            continue
        found.append(values)
    return found


def _always_equal(draws: list[dict[str, Array]], one: Expr, other: Expr) -> bool:
    """Whether two formulas agree on other numbers as well: it lies in the sizes or in the formulas themselves."""
    pairs = [(evaluate(one, values), evaluate(other, values)) for values in draws]
    return bool(pairs) and all(np.allclose(a, b, rtol=1e-9, atol=1e-15) for a, b in pairs)


def _why_hidden(site: Site, variant: Variant, right: Array) -> str:
    """The property of the numbers that hides a mistake; empty where nothing simple does."""
    around = site.around
    layer = site.layer
    if not np.any(right):
        return "zero"
    if layer is not None:
        weights = around.solution.values[layer.W.name]
        above = around.layers[layer.number] if layer.number < len(around.layers) else None
        used = weights if site.binding.phase == "forward" or above is None else around.solution.values[above.W.name]
        if variant.id in ABOUT_TRANSPOSE and used.shape[0] == used.shape[1] and np.array_equal(used, used.T):
            return "symmetric"
        if layer.b is not None and not np.any(around.solution.values[layer.b.name]) and variant.id in ABOUT_BIAS:
            return "zero_bias"
    if around.outputs == 2 and variant.id in ABOUT_OUTPUTS:
        return "two_outputs"
    if any(not np.any(around.solution.values[v.name]) for v in variables_of(site.right)):
        return "zero_input"
    return _flat(site)


def _flat(site: Site) -> str:
    """What the activations of this layer or the one below have to do with it: all open, some dead, saturated."""
    values = site.around.solution.values
    layer = site.layer
    if layer is None:
        return ""
    below = site.around.layers[layer.number - 2] if layer.number > 1 else None
    for each in (layer, below):
        if each is None or each.f.derivative is None or not each.f.derivative.elementwise:
            continue
        slope = each.f.derivative.forward(values[each.a.name])
        if each.has_kink:
            if np.array_equal(values[each.h.name], values[each.a.name]):
                return "open"
            if np.any(np.equal(slope, 0)):
                return "dead"
        elif not each.is_linear and np.any(np.abs(slope) < SMALL):
            return "saturated"
    return ""
