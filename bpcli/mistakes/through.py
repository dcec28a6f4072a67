"""Mistaken formulas on the way back through a hidden layer."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.calculus.expr import Expr
from bpcli.calculus.ops.elementary import divide
from bpcli.calculus.ops.functions import sigmoid
from bpcli.calculus.ops.matrices import axis_sum
from bpcli.mistakes.site import Layer, Proposal, Site, Surroundings, unit_matrix
from bpcli.mistakes.slopes import derivative_of, slopes
from bpcli.mistakes.stale import stale

MOST_UNITS = 12


def hidden_gradient(site: Site) -> Iterator[Proposal]:
    """∂L/∂h of a hidden layer: Wᵀ δ of the layer above."""
    around, layer = site.around, site.layer
    assert layer is not None
    above = around.layers[layer.number]
    W, d, raw = above.W, around.adjoint(above.a), around.adjoint(above.h)
    assert d is not None
    assert raw is not None
    n = around.units(above.h)
    yield "B01", lambda: around.product(W, d)
    yield from _updated_weights(around, above, d)
    if n > 1:
        if n <= MOST_UNITS:
            rows = [W * around.weights_mask(W, unit=i) for i in range(n)]
            yield "B04", lambda: around.back(rows[0], d)
            yield "B03", lambda: tuple(around.back(row, d) for row in rows)
            yield "B06", lambda: _product_of([around.back(row, d) for row in rows])
        yield "B05", lambda: site.right / float(n)
        yield "B07", lambda: around.over_units(d)
    yield "B07", lambda: d
    if not above.is_linear:
        yield "B08", lambda: around.back(W, raw)
    for other in around.layers:
        if other is not above:
            yield "B09", lambda o=other: around.back(o.W, d)  # type: ignore[misc]
    b = above.b
    if b is not None and around.units(site.right) > 1:
        yield "B10", lambda: _shifted(around, site.right, around.over_units(d * b))
    sums = axis_sum(0 if around.transposed_weights else 1)
    if around.units(site.right) > 1:
        yield "B11", lambda: around.back(divide(W, sums(W)), d)
        yield "B11", lambda: around.back(divide(W, sums(W)), raw)


def _updated_weights(around: Surroundings, above: Layer, d: Expr) -> Iterator[Proposal]:
    new = around.bindings.get(f"{above.W.name}_new")
    if new is not None:
        yield "B02", lambda: around.back(new.expr, d)


def _product_of(factors: list[Expr]) -> Expr:
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def _shifted(around: Surroundings, right: Expr, first: Expr) -> Expr:
    """Every entry moved on by one unit, and `first` at the first one."""
    n = around.units(right)
    moved = unit_matrix(n, k=-1) @ right if around.columns else right @ unit_matrix(n, k=1)
    return moved + around.unit_mask(0, n) * first


def hidden_delta(site: Site) -> Iterator[Proposal]:
    """∂L/∂a of a hidden layer."""
    around, layer = site.around, site.layer
    assert layer is not None
    g = around.adjoint(layer.h)
    assert g is not None
    if not layer.is_linear:
        yield "B12", lambda: g
    for identifier, make in slopes(around, layer):
        yield identifier, lambda m=make: g * m()  # type: ignore[misc]
    derivative = derivative_of(layer)
    if layer.f is sigmoid:
        yield "D08", lambda: g * (1 - g)
    if layer.has_kink and derivative is not None:
        yield "B15", lambda: g * derivative(g)
    yield from stale(site)
