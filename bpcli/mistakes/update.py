"""Mistaken formulas of the update step."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.calculus.expr import Apply, Constant, Expr, Variable, substitute, variables_of
from bpcli.calculus.ops.elementary import add, divide, multiply, sqrt, square, subtract
from bpcli.mistakes.site import Proposal, Site
from bpcli.mistakes.weights import inlined


def update(site: Site) -> Iterator[Proposal]:
    """The lines of an optimizer."""
    variable = site.binding.variable
    if variable.role == "moment" and variable.of is not None:
        yield from _moment(site, variable.of)
    elif variable.role.endswith("_update"):
        yield from _renewed(site)


def _used_gradient(site: Site, of: Variable) -> Variable | None:
    """The gradient that a parameter is renewed by: as it is, clipped, or given. A perceptron has none."""
    # Where gradients are given, each update has its own in the lines of its moments.
    known = [*variables_of(site.right), *(v for v in site.around.solution.variables.values() if v.of is of)]
    for role in ("clipped", "given_gradient"):
        found = next((v for v in known if v.role == role), None)
        if found is not None:
            return found
    return site.around.adjoint(of)


def _renewed(site: Site) -> Iterator[Proposal]:
    """W − η ∂L/∂W, or W less what the optimizer makes of it."""
    expr, around = site.right, site.around
    assert isinstance(expr, Apply)  # whatever the optimizer, something is taken away
    kept, step = expr.inputs
    old = kept.inputs[0] if isinstance(kept, Apply) else kept  # a decay is taken away first
    assert isinstance(old, Variable)
    rate, gradient = around.rate, _used_gradient(site, old)
    assert rate is not None
    downhill = expr.operation is subtract
    yield "U01", lambda: add(kept, step) if downhill else subtract(kept, step)
    yield "D02", lambda: subtract(kept, -step) if downhill else add(kept, -step)
    yield "U03", lambda: -step
    yield "U03", lambda: step
    yield "U02", lambda: _with_rate(expr, rate, Constant(1.0))
    yield "U02", lambda: _with_rate(expr, rate, rate * rate)
    if gradient is None:
        return
    yield "U06", lambda: subtract(kept, rate * old)
    yield "U09" if not _is_plain(step, gradient) else "U02", lambda: subtract(kept, rate * gradient)
    yield "U04", lambda: substitute(expr, lambda node: gradient.T if node is gradient else None)
    if old.role == "bias":
        yield "U05", lambda: old
    yield from _one_after_the_other(site, old, gradient)
    yield from _decayed(site, rate, kept, old)


def _is_plain(step: Expr, gradient: Expr) -> bool:
    """Whether the step is the learning rate times the gradient."""
    return isinstance(step, Apply) and step.operation is multiply and step.inputs[1] is gradient


def _with_rate(expr: Expr, rate: Constant | Variable, other: Expr) -> Expr:
    def replaced(node: Expr) -> Expr | None:
        is_rate = node is rate or (isinstance(node, Constant) and node.math == rate.math is not None)
        return other if is_rate else None

    return substitute(expr, replaced)


def _one_after_the_other(site: Site, old: Variable, gradient: Variable) -> Iterator[Proposal]:
    """The gradient at parameters of which those of the other layers are new already."""
    around = site.around
    own = old.layer
    if own is None or not around.layers or gradient.name not in around.bindings:
        return
    above = {id(a): b for a, b in around.solution.built.state if a.layer is not None}

    def moved(kept_layers: range) -> Expr:
        deep = inlined(around, around.bindings[gradient.name].expr)

        def replace(node: Expr) -> Expr | None:
            new = above.get(id(node))
            return new if new is not None and isinstance(node, Variable) and node.layer in kept_layers else None

        changed = substitute(deep, replace)
        return substitute(site.right, lambda node: changed if node is gradient else None)

    if own < len(around.layers):
        yield "U07", lambda: moved(range(own + 1, len(around.layers) + 1))
    if own > 1:
        yield "U07", lambda: moved(range(1, own))


def _decayed(site: Site, rate: Constant | Variable, kept: Expr, old: Expr) -> Iterator[Proposal]:
    decay = site.around.decay
    if kept is not old and isinstance(kept, Apply):  # AdamW: the decay is a line of the update
        lost = kept.inputs[1]
        step = site.right.inputs[1]  # type: ignore[attr-defined]
        yield "U08", lambda: subtract(add(old, lost), step)
        yield "U08", lambda: subtract(old, step)
        yield "U08", lambda: subtract(subtract(old, 2 * lost), step)
    elif decay is not None:
        shrunk = rate * (decay * old)
        yield "U08", lambda: subtract(site.right, shrunk)
        yield "U08", lambda: subtract(site.right, 2 * shrunk)
        yield "U08", lambda: add(site.right, 2 * shrunk)
        yield "U08", lambda: add(site.right, 4 * shrunk)


def _moment(site: Site, of: Variable) -> Iterator[Proposal]:
    """v, m, s and their corrected forms: signs, factors, squares."""
    expr, around = site.right, site.around
    g = _used_gradient(site, of)
    assert isinstance(expr, Apply)
    if expr.operation is divide:  # the correction of the bias left out
        yield "U09", lambda: expr.inputs[0]
        return
    rate = around.rate
    assert rate is not None
    assert g is not None
    remembered, added = expr.inputs
    beta = remembered.inputs[0] if isinstance(remembered, Apply) else None
    squared = _has_square(added)
    fresh: Expr = square(g) if squared else g
    yield "U09", lambda: subtract(remembered, added)
    yield "U09", lambda: add(remembered, fresh)
    if beta is not None:
        yield "U09", lambda: add(remembered, multiply(subtract(1.0, beta), fresh))
        yield "U09", lambda: add(remembered, multiply(beta, fresh))
        old = remembered.inputs[1]  # type: ignore[attr-defined]
        yield "U09", lambda: add(old, added)
        yield "U09", lambda: add(multiply(subtract(1.0, beta), old), multiply(beta, fresh))
    yield "U09", lambda: add(remembered, multiply(rate, fresh))
    if squared:
        yield "U09", lambda: substitute(expr, lambda node: g if _is_square(node) else None)
        yield "U09", lambda: sqrt(expr)


def _is_square(node: Expr) -> bool:
    return isinstance(node, Apply) and node.operation is square


def _has_square(expr: Expr) -> bool:
    stack = [expr]
    while stack:
        node = stack.pop()
        if _is_square(node):
            return True
        if isinstance(node, Apply):
            stack.extend(node.inputs)
    return False
