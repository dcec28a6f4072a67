"""Mistaken formulas of the forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Operation, broadcast_shape
from bpcli.calculus.ops.elementary import absolute, add, cosine, exp, multiply, negate, sine, subtract
from bpcli.calculus.ops.functions import identity, sigmoid, tanh
from bpcli.calculus.ops.matrices import axis_sum, total
from bpcli.calculus.ops.piecewise import leaky_relu, relu
from bpcli.calculus.ops.reductions import softmax
from bpcli.calculus.ops.writing import call
from bpcli.calculus.terms import terms_of
from bpcli.document.mathtree import Identifier
from bpcli.mistakes.site import Proposal, Site

MOST_INPUTS = 12
"""Slips of a single product are looked for in sums of up to so many."""

E = Constant(np.e, math=Identifier("e"))
DEGREE = Constant(np.pi / 180, math=Identifier("°"))


def _function(name: str, forward: Callable[[Array], Array]) -> Operation:
    def refuse(*_: Expr) -> tuple[Expr | None, ...]:
        raise NotImplementedError(f"{name} occurs in mistakes only")

    return Operation(
        name=name, forward=forward, backprop=refuse, notation=call(name), shape=broadcast_shape, elementwise=True
    )


tangent = _function("tan", np.tan)


def affine(site: Site) -> Iterator[Proposal]:
    """z = W x + b."""
    around, layer = site.around, site.layer
    assert layer is not None
    W, b, below = layer.W, layer.b, layer.below

    def with_bias(product: Expr) -> Expr:
        return product if b is None else add(product, b)

    fed = around.units(below)
    yield "F01", lambda: with_bias(around.product(W.T, below))
    if b is not None:
        yield "F03", lambda: around.product(W, below)
        if fed > 1:
            yield "F05", lambda: add(around.product(W, below), multiply(Constant(float(fed)), b))
        for other in around.layers:
            if other.b is not None and other is not layer:
                yield "F04", lambda other=other: add(around.product(W, below), other.b)  # type: ignore[misc]
    if layer.number > 1:
        under = around.layers[layer.number - 2]
        yield "F12", lambda: with_bias(around.product(W, _given(around.x)))
        if not under.is_linear:
            yield "F13", lambda: with_bias(around.product(W, under.a))
    if fed <= MOST_INPUTS:
        yield (
            "F14",
            lambda: tuple(
                subtract(site.right, multiply(2.0, around.product(W * around.weights_mask(W, source=j), below)))
                for j in range(fed)
            ),
        )
        if fed > 1:
            yield (
                "F02",
                lambda: tuple(
                    with_bias(around.product(W + (W.T - W) * around.weights_mask(W, source=j), below))
                    for j in range(fed)
                ),
            )


def _given(expr: Expr | None) -> Expr:
    assert expr is not None
    return expr


def activation(site: Site) -> Iterator[Proposal]:
    """h = f(a), in a network or as a node of a graph."""
    expr, layer = site.right, site.layer
    if not isinstance(expr, Apply) or len(expr.inputs) != 1:
        return
    f, (a,) = expr.operation, expr.inputs
    if layer is not None and f is not identity:
        yield "F07" if layer is site.around.layers[-1] else "F06", lambda: a
    elif layer is None and f.derivative is not None:
        yield "F06", lambda: a
    if f is identity:
        for other in (sigmoid, tanh, relu()):
            yield "F08", lambda other=other: other(a)  # type: ignore[misc]
    if f is sigmoid:
        yield "F09", lambda: sigmoid(-a)
        yield "F10", lambda: (1 + E) ** a
        yield "F10", lambda: 1 + exp(-a)
        yield "F11", lambda: tanh(a)
        yield "F20", lambda: 1 / (1 + E * -a)
    if f is tanh:
        yield "F11", lambda: sigmoid(a)
        yield "F11", lambda: tangent(a)
    if f in (tanh, sine, cosine):
        yield "F20", lambda: f(a * DEGREE)
    if f is exp:
        yield "F20", lambda: E * a
    if f in (softmax(None), softmax(0), softmax(1)):
        axis = int(dict(f.parameters)["axis"])
        yield "F15", lambda: exp(a)
        yield "F16", lambda: sigmoid(a)
        yield "F20", lambda: a / (total(a) if axis < 0 else axis_sum(axis)(a))
    if "at_zero" in dict(f.parameters):
        yield "F17", lambda: absolute(a)
        slope = float(dict(f.parameters).get("slope", 0.0))
        for other_slope in (0.01, 0.1, 0.2):
            if other_slope != slope:
                yield "F17", lambda s=other_slope: leaky_relu(s)(a)  # type: ignore[misc]
        if slope:
            yield "F17", lambda: relu()(a)


def definition(site: Site) -> Iterator[Proposal]:
    """A node of a graph: a sum in which one term has the wrong sign."""
    rows = terms_of(site.binding.variable, site.right) if site.right.shape == () else None
    if rows is not None and 1 < len(rows[0]) <= MOST_INPUTS:
        for term in rows[0]:
            positive = term.inputs[0] if isinstance(term, Apply) and term.operation is negate else None
            doubled = multiply(2.0, term if positive is None else positive)
            yield "F14", lambda d=doubled, p=positive: (subtract if p is None else add)(site.right, d)  # type: ignore[misc]


def slips(site: Site) -> Iterator[Proposal]:
    """What happens to any number: the decimal point in the wrong place."""
    for power in (1, -1, 2, -2):
        yield "F18", lambda k=power: multiply(Constant(10.0**k, texts=_power_of_ten(k)), site.right)  # type: ignore[misc]


def _power_of_ten(power: int) -> str:
    return "1" + "0" * power if power > 0 else "0." + "0" * (-power - 1) + "1"


@lru_cache
def rounded(decimals: int) -> Operation:
    """A value rounded to so many decimals before it is used."""
    return _function(f"round{decimals}", lambda a: np.round(a, decimals))
