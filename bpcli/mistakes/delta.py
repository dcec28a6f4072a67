"""Mistaken formulas at the output: the gradient of the prediction and of the last pre-activation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bpcli.calculus.expr import Constant, Expr
from bpcli.calculus.ops.elementary import divide, subtract
from bpcli.calculus.ops.functions import sigmoid
from bpcli.mistakes.loss import has_half, takes_mean
from bpcli.mistakes.site import Proposal, Site
from bpcli.mistakes.slopes import derivative_of, slopes
from bpcli.mistakes.stale import stale


def at_prediction(site: Site) -> Iterator[Proposal]:
    """∂L/∂y."""
    around, right = site.around, site.right
    y, t, seed, kind = around.prediction, around.t, around.seed, around.loss_kind
    assert y is not None
    assert t is not None
    e = subtract(y, t)
    if kind == "logs":
        yield "D27", lambda: -right
    else:
        yield "D01", lambda: -right
    yield from _counted(site)
    if kind == "squares":
        yield "D15", lambda: right * y
        yield "D15", lambda: -(right * y)
        yield "D15", lambda: 2 * (right * y)
        yield "D15", lambda: -(2 * (right * y))
    if kind:
        yield "D16", lambda: seed * around.summands
        yield "D20", lambda: y * (1 - y)
        yield "D20", lambda: -(y * (1 - y))
    if kind in ("logs", "binary"):
        yield "D04", lambda: seed * e
        yield "D19", lambda: seed * -divide(1.0, y)
        yield "S14", lambda: right * _natural(site)
    if kind == "binary":
        first, second = divide(t, y), divide(subtract(1.0, t), subtract(1.0, y))
        yield "L11", lambda: seed * -(first + second)
        yield "D27", lambda: seed * (first + second)
        yield "L12", lambda: seed * -first
        yield "L12", lambda: seed * second


def _natural(site: Site) -> Constant:
    """The logarithm of the loss's base: 1 for the natural one."""
    form = site.around.form
    return Constant(1.0 if form.log_base == "e" else math.log(float(form.log_base)))


def _counted(site: Site) -> Iterator[Proposal]:
    """Factors of 2, n and m too many or too few."""
    around, right = site.around, site.right
    if around.loss_kind == "squares":
        yield "D13", lambda: (2 if has_half(around.form) else 0.5) * right
    counts = [(around.outputs, takes_mean(around.form)), (around.instances, around.is_mean)]
    for count, divided in counts:
        if count > 1:
            yield "D14", lambda c=count: right / float(c)  # type: ignore[misc]
            if divided:
                yield "D14", lambda c=count: float(c) * right  # type: ignore[misc]


def output_delta(site: Site) -> Iterator[Proposal]:
    """∂L/∂a of the last layer."""
    around, right, layer = site.around, site.right, site.layer
    assert layer is not None
    y, t, seed, kind = around.prediction, around.t, around.seed, around.loss_kind
    g = around.adjoint(layer.h)
    assert y is not None
    assert t is not None
    assert g is not None
    e: Expr = seed * subtract(y, t)
    derivative = derivative_of(layer)
    yield "D01", lambda: -right
    if kind in ("logs", "binary") and not layer.is_linear:
        yield "D25", lambda: seed * subtract(layer.a, t)
    yield from _counted(site)
    if not layer.is_linear:
        yield "D03", lambda: g
        if kind == "squares":
            yield "D05", lambda: e
    for identifier, make in slopes(around, layer):
        yield identifier, lambda m=make: g * m()  # type: ignore[misc]
    if derivative is not None:
        slope = derivative(layer.a)
        if kind in ("logs", "binary"):
            yield "D04", lambda: e * slope
        if kind:
            yield "D16", lambda: seed * around.summands * slope
        if kind == "squares":
            yield "D15", lambda: g * y * slope
            yield "D15", lambda: -(g * y * slope)
    if layer.f is sigmoid:
        yield "D08", lambda: g * (1 - g)
    if layer.is_softmax:
        own = y * (1 - y)
        if kind in ("logs", "binary"):
            yield "D04", lambda: e * own
            yield "D17", lambda: g * own
            yield "D19", lambda: seed * (y - 1)
        else:
            yield "D18", lambda: g * own
    if layer.has_kink and derivative is not None:
        yield "B15", lambda: g * derivative(g)
    yield from stale(site)
