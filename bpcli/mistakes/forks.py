"""A backward pass that visits the nodes in a wrong order: once forwards, or once for every path."""

from __future__ import annotations

from bpcli.calculus.expr import Constant, Expr, ShapeError, Variable
from bpcli.mistakes.site import Surroundings

MOST_VISITS = 200
"""Paths are as many as 2 to the number of forks: beyond this nobody follows them by hand."""


def in_forward_order(around: Surroundings, of: Variable) -> Expr:
    """What has come back to a node when the nodes are visited from the first to the last: next to nothing."""
    adjoint = around.adjoint(of)
    assert adjoint is not None
    result: Expr = Constant(0.0)
    for contribution in around.bindings[adjoint.name].contributions:
        if contribution.consumer is around.solution.output:
            result = result + contribution.term
    return result


def without_order(around: Surroundings, of: Variable) -> Expr:
    """What a node gets when each path from the output is followed down at once, with what has been added up so far.

    Where two paths meet, what came along the first is sent on again with the second.
    """
    if around.unordered is None:
        around.unordered = _visited_path_by_path(around)
    if of.name not in around.unordered:
        raise ShapeError("some node is not a number, or there are too many paths")
    return around.unordered[of.name]


def _visited_path_by_path(around: Surroundings) -> dict[str, Expr]:
    edges: dict[str, list[tuple[str, Expr]]] = {}
    for binding in around.bindings.values():
        of = binding.variable.of
        if binding.phase != "backward" or of is None:
            continue
        for contribution in binding.contributions:
            if contribution.local is None:
                return {}
            edges.setdefault(contribution.consumer.name, []).append((of.name, contribution.local))
    output = around.solution.output.name
    received: dict[str, Expr] = {output: Constant(1.0)}
    stack: list[tuple[str, int]] = [(output, 0)]
    for _ in range(MOST_VISITS):
        if not stack:
            return received
        name, place = stack.pop()
        below = edges.get(name, [])
        if place == len(below):
            continue
        stack.append((name, place + 1))
        reached, local = below[place]
        term = received[name] * local
        received[reached] = received[reached] + term if reached in received else term
        stack.append((reached, 0))
    return {}
