"""All the mistaken formulas of a line: the families asked in turn."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress

from bpcli.calculus.expr import Expr, ShapeError
from bpcli.mistakes import changes, gradients, linework, structure
from bpcli.mistakes.delta import at_prediction, output_delta
from bpcli.mistakes.forward import activation, affine, definition, slips
from bpcli.mistakes.line import Line
from bpcli.mistakes.loss import loss_in_a_graph, loss_of_instances, objective, regularizer
from bpcli.mistakes.rewriting import rewrites_of
from bpcli.mistakes.scalar import scalar
from bpcli.mistakes.site import Proposal, Site, Surroundings, Variant, expressed
from bpcli.mistakes.slopes import slope
from bpcli.mistakes.through import hidden_delta, hidden_gradient
from bpcli.mistakes.update import update
from bpcli.mistakes.weights import bias_gradient, weights_gradient
from bpcli.solution.solution import Solution

RULES = (changes, gradients, linework, structure)
"""The modules that declare rewrites: importing them is what puts them into the list."""


def sites(solution: Solution) -> tuple[Site, ...]:
    """Every line of a solution with its surroundings, in order."""
    around = Surroundings(solution)
    return tuple(Site(binding, around) for binding in solution.program.bindings)


def variants(site: Site) -> Iterator[Variant]:
    """What the applicable mistakes make of a line. None of them is the right formula again, nor one given already."""
    yield from expressed(site, _proposals(site))


def paired(site: Site, ids: Collection[str]) -> Iterator[tuple[str, str, Expr]]:
    """Two of the rewrites with these ids in one line: the second applied to what the first has made."""
    for first in variants(site):
        if first.id in ids and not first.alternatives:
            changed = Site(site.binding._replace(expr=first.wrong), site.around)
            for identifier, made in rewrites_of(Line(changed), everywhere=True):
                if identifier in ids and identifier != first.id:
                    with suppress(ShapeError):
                        formula = made()
                        if formula.shape == site.right.shape:
                            yield first.id, identifier, formula


def _proposals(site: Site) -> Iterator[Proposal]:
    binding, around = site.binding, site.around
    of = binding.variable.of
    if binding.phase == "update":
        yield from update(site)
    elif binding.phase == "forward" and around.network is None:
        for family in _FORWARD["definition"]:
            yield from family(site)
    elif binding.rule in _FORWARD:
        for family in _FORWARD[binding.rule]:
            yield from family(site)
    elif binding.rule == "local_derivative" and site.layer is not None:
        yield from slope(site)
    elif of is around.prediction:
        yield from at_prediction(site)
    elif site.layer is not None and of is site.layer.a:
        yield from output_delta(site) if site.layer is around.layers[-1] else hidden_delta(site)
    elif site.layer is not None and of is site.layer.h:
        yield from hidden_gradient(site)
    elif site.layer is not None and of is site.layer.W:
        yield from weights_gradient(site)
    elif site.layer is not None and of is site.layer.b:
        yield from bias_gradient(site)
    elif around.network is None and (binding.contributions or of is around.solution.output):
        yield from scalar(site)
    yield from rewrites_of(Line(site))
    yield from slips(site)


_FORWARD = {
    "affine": (affine,),
    "activation": (activation,),
    "loss": (loss_of_instances,),
    "objective": (objective,),
    "regularizer": (regularizer,),
    "definition": (activation, loss_in_a_graph, definition),
}
