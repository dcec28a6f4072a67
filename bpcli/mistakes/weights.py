"""Mistaken formulas of the gradients of weights and biases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpcli.calculus.backprop import sum_to_shape
from bpcli.calculus.expr import Constant, Expr, Variable, substitute, variables_of
from bpcli.calculus.ops.elementary import add, divide, multiply
from bpcli.calculus.ops.matrices import broadcast_to, total
from bpcli.mistakes.site import Layer, Proposal, Site, Surroundings, unit_matrix

MOST_OUTPUTS = 8


def _penalty(site: Site) -> Expr | None:
    """The gradient's second term, that of the regulariser."""
    omega = site.around.by_role("regularizer")
    return next((c.term for c in site.binding.contributions if c.consumer is omega), None)


def weights_gradient(site: Site) -> Iterator[Proposal]:
    """∂L/∂W."""
    around, layer = site.around, site.layer
    assert layer is not None
    d = around.adjoint(layer.a)
    assert d is not None
    W, below = layer.W, layer.below
    data, penalty = around.outer(d, below), _penalty(site)

    def whole(part: Expr) -> Expr:
        return part if penalty is None else add(part, penalty)

    yield "G01", lambda: whole(data.T)
    yield "G01", lambda: site.right.T
    yield "G03", lambda: whole(around.outer(d, layer.h))
    if layer.number > 1:
        under = around.layers[layer.number - 2]
        if not under.is_linear:
            yield "G04", lambda: whole(around.outer(d, under.a))
        assert around.x is not None
        yield "G05", lambda: whole(around.outer(d, around.x))  # type: ignore[arg-type]
    for other in around.layers[layer.number - (1 if layer.number == 1 else 0) :]:
        yield "G05", lambda o=other: whole(around.outer(d, o.h))  # type: ignore[misc]
    yield from _outer_slips(site, layer, d, data, penalty)
    yield from _of_the_batch(site, d, below, data, penalty)
    if penalty is not None:
        yield "G15", lambda: data
        yield "G15", lambda: add(data, 2 * penalty)
        yield "G15", lambda: add(data, 0.5 * penalty)
        yield "G15", lambda: add(data, W)
        yield "G15", lambda: add(data, -penalty)
        if around.instances > 1:
            yield "G15", lambda: add(data, penalty / float(around.instances))
    yield from _accumulated(site)
    yield from _of_the_output(site)


def _outer_slips(site: Site, layer: Layer, d: Variable, data: Expr, penalty: Expr | None) -> Iterator[Proposal]:
    around = site.around
    W, below = layer.W, layer.below

    def whole(part: Expr) -> Expr:
        return part if penalty is None else add(part, penalty)

    if min(W.shape) > 1:
        square = W.shape[0] == W.shape[1]
        if square:
            yield "G02", lambda: whole(multiply(data, unit_matrix(W.shape[0])))
            yield "G02", lambda: whole(_repeated(W, around.over_instances(d * below)))
            yield "G02", lambda: whole(_repeated(W, around.over_instances(d * below).T))
    yield "G06", lambda: whole(multiply(data, W))
    yield "G06", lambda: multiply(site.right, W)
    ones = Constant(np.ones(below.shape))
    yield "G07", lambda: whole(around.outer(d, ones))


def _repeated(W: Variable, vector: Expr) -> Expr:
    """One vector in every row, or in every column, of a matrix like W."""
    repeated: Expr = broadcast_to(W.shape)(vector)
    return repeated


def _of_the_batch(site: Site, d: Expr, below: Expr, data: Expr, penalty: Expr | None) -> Iterator[Proposal]:
    around = site.around
    m = around.instances
    if m == 1:
        return

    def whole(part: Expr) -> Expr:
        return part if penalty is None else add(part, penalty)

    mean_taken = around.is_mean
    yield "G12", lambda: whole(multiply(float(m), data) if mean_taken else divide(data, float(m)))
    if mean_taken:
        yield "G13", lambda: whole(divide(data, float(m)))
    for k in (0, m - 1):
        mask = np.zeros((1, m) if around.columns else (m, 1))
        mask.flat[k] = 1.0
        one = around.outer(multiply(d, Constant(mask)), below)
        yield "G14", lambda o=one: whole(o)  # type: ignore[misc]
        yield "G14", lambda o=one: whole(multiply(float(m), o))  # type: ignore[misc]


def _accumulated(site: Site) -> Iterator[Proposal]:
    """The gradient of the pass before, added: at the same parameters, or at those that the update leads to."""
    yield "G17", lambda: add(site.right, site.right)
    around = site.around
    if any(f"{layer.W.name}_new" in around.bindings for layer in around.layers):
        deep = inlined(around, site.right)
        yield "G17", lambda: add(site.right, _after_update(around, deep))


def inlined(around: Surroundings, expr: Expr, until: frozenset[str] = frozenset()) -> Expr:
    """`expr` written in what is given: every line that it uses put in, down to those named in `until`."""
    known: dict[str, Expr] = {}

    def replace(node: Expr) -> Expr | None:
        return known.get(node.name) if isinstance(node, Variable) else None

    needed = around.solution.program.needed_for(v.name for v in variables_of(expr))
    for binding in around.solution.program.bindings:
        name = binding.variable.name
        if name in needed and name not in until:
            known[name] = substitute(binding.expr, replace)
    return substitute(expr, replace)


def _after_update(around: Surroundings, expr: Expr) -> Expr:
    renewed = {id(old): inlined(around, around.bindings[new.name].expr) for old, new in around.solution.built.state}

    def replace(node: Expr) -> Expr | None:
        return renewed.get(id(node))

    return substitute(expr, replace)


def _of_the_output(site: Site) -> Iterator[Proposal]:
    """∂y/∂θ in the place of ∂L/∂θ: the chain rule from the output on, with one where the loss's gradient stands."""
    around = site.around
    y = around.prediction
    assert y is not None
    first = around.adjoint(y)
    assert first is not None
    forward = frozenset(b.variable.name for b in around.solution.program.bindings if b.phase == "forward")
    omega = around.by_role("regularizer")
    terms = [c.term for c in site.binding.contributions if c.consumer is not omega]
    deep = inlined(around, terms[0], forward | {first.name})
    n = around.outputs
    seeds: list[Expr] = [Constant(np.ones(y.shape))]
    if 1 < n <= MOST_OUTPUTS:
        seeds.extend(around.unit_mask(k, n) + Constant(np.zeros(y.shape)) for k in range(n))
    for seed in seeds:
        yield (
            "G18",
            lambda s=seed: _to_shape(  # type: ignore[misc]
                site.right, substitute(deep, lambda node: s if node is first else None)
            ),
        )


def _to_shape(right: Expr, expr: Expr) -> Expr:
    return sum_to_shape(expr, right.shape)


def bias_gradient(site: Site) -> Iterator[Proposal]:
    """∂L/∂b."""
    around, layer = site.around, site.layer
    assert layer is not None
    assert layer.b is not None
    d, b, right = around.adjoint(layer.a), layer.b, site.right
    assert d is not None
    m = around.instances
    yield "G08", lambda: Constant(0.0)
    yield "G09", lambda: right * b
    if b.shape != ():
        yield "G09", lambda: around.over_instances(d * layer.h)
        yield "G09", lambda: around.over_instances(d * layer.below)
        yield "G09", lambda: around.over_instances(d * around.over_units(layer.below))
        if around.units(d) > 1:
            yield "G10", lambda: total(d)
    else:
        n = around.units(d)
        yield "G10", lambda: right / float(n)
        for k in range(min(n, MOST_OUTPUTS)):
            yield "G10", lambda k=k: total(d * around.unit_mask(k, n))  # type: ignore[misc]
    if m > 1:
        yield "G11", lambda: right / float(m)
        if around.is_mean:
            yield "G12", lambda: float(m) * right
        for k in (0, m - 1):
            mask = np.zeros((1, m) if around.columns else (m, 1))
            mask.flat[k] = 1.0
            one = _to_shape(right, multiply(d, Constant(mask)))
            yield "G14", lambda o=one: o  # type: ignore[misc]
            yield "G14", lambda o=one: float(m) * o  # type: ignore[misc]
    if around.decay is not None:
        decay = around.decay
        omega = around.by_role("regularizer")
        if any(c.consumer is omega for c in site.binding.contributions):
            data = next(c.term for c in site.binding.contributions if c.consumer is not omega)
            yield "G15", lambda: _to_shape(right, data)
        else:
            double = 2 * around.penalty_factor
            yield "G16", lambda: add(right, decay * (double * b))
            yield "G16", lambda: add(right, decay * b)
            yield "G16", lambda: add(right, decay / float(m))
    yield from _accumulated(site)
    yield from _of_the_output(site)
