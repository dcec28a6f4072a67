"""Mistaken slopes of an activation: the same ones wherever a slope is used, at the output and in hidden layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpcli.calculus.expr import Expr, Operation
from bpcli.calculus.ops.elementary import multiply, square, subtract
from bpcli.calculus.ops.functions import sigmoid, tanh
from bpcli.calculus.ops.piecewise import leaky_relu, relu
from bpcli.calculus.ops.reductions import diagonal
from bpcli.mistakes.site import Layer, Proposal, Site, Surroundings


def derivative_of(layer: Layer) -> Operation | None:
    """f′ where it acts entry by entry."""
    derivative = layer.f.derivative
    return derivative if derivative is not None and derivative.elementwise and not layer.is_linear else None


def slope(site: Site) -> Iterator[Proposal]:
    """f′(a) as a line of its own."""
    layer, around = site.layer, site.around
    assert layer is not None
    y = layer.h
    if layer.is_softmax:
        name = "D17" if around.loss_kind in ("logs", "binary") else "D18"
        yield name, lambda: diagonal(multiply(y, subtract(1.0, y)))
        return
    yield from slopes(around, layer)
    derivative = derivative_of(layer)
    if derivative is not None:
        yield "F06", lambda: layer.f(layer.a)


def slopes(around: Surroundings, layer: Layer) -> Iterator[Proposal]:
    """What is taken for f′(a), as formulas of the shape of a."""
    a, h = layer.a, layer.h
    derivative = derivative_of(layer)
    if derivative is None:
        return
    at_output = layer is around.layers[-1]
    yield "D06" if at_output else "B13", lambda: derivative(h)
    if layer.f is sigmoid:
        yield "D07" if at_output else "B13", lambda: multiply(a, subtract(1.0, a))
        yield from _of_sigmoid(h, derivative, a)
    if layer.f is tanh:
        yield "D11", lambda: multiply(h, subtract(1.0, h))
        yield "D22", lambda: -derivative(a)
    if layer.has_kink:
        yield from _at_kink(layer)
        yield "B17", lambda: layer.f(a)
    for other in around.layers:
        if other is not layer and derivative_of(other) is not None:
            yield "B14", lambda o=other: derivative_of(o)(o.a)  # type: ignore[misc]


def _of_sigmoid(h: Expr, derivative: Callable[[Expr], Expr], a: Expr) -> Iterator[Proposal]:
    yield "D09", lambda: h
    yield "D09", lambda: subtract(1.0, h)
    yield "D10", lambda: subtract(h, subtract(1.0, h))
    yield "D10", lambda: subtract(subtract(1.0, h), h)
    yield "D10", lambda: multiply(h, 1 + h)
    yield "D11", lambda: subtract(1.0, square(h))
    yield "D21", lambda: 0.25 + 0 * h
    yield "D22", lambda: -derivative(a)


def _at_kink(layer: Layer) -> Iterator[Proposal]:
    parameters = dict(layer.f.parameters)
    for at_zero in (0.0, 0.5, 1.0):
        if at_zero != parameters["at_zero"]:
            other = leaky_relu(parameters["slope"], at_zero) if "slope" in parameters else relu(at_zero)
            assert other.derivative is not None
            yield "B16", lambda o=other.derivative: o(layer.a)  # type: ignore[misc]
