"""Values used again after they have been used: a slope multiplied in twice, the delta of another instance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpcli.calculus.expr import Constant, Expr
from bpcli.mistakes.site import Proposal, Site, refuse_to_try
from bpcli.mistakes.slopes import derivative_of


def stale(site: Site) -> Iterator[Proposal]:
    """The delta of a layer with what was there before."""
    layer, around, right = site.layer, site.around, site.right
    assert layer is not None
    derivative = derivative_of(layer)
    if derivative is not None and not (layer is around.layers[-1] and around.loss_kind in ("logs", "binary")):
        # with a cross-entropy the slope twice is the slope that should have cancelled: D04
        yield "B18", lambda: right * derivative(layer.a)
    if around.instances > 1:
        yield "B18", lambda: _moved(site, right)


def _moved(site: Site, delta: Expr) -> Expr:
    """Every instance with the delta of the one before it."""
    refuse_to_try(site.around.instances**2)
    shift = np.roll(np.eye(site.around.instances), 1, axis=1)
    return delta @ Constant(shift) if site.around.columns else Constant(shift.T) @ delta
