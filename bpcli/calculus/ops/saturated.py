"""Formulas of y = σ(a) where it has come so near to 0 or 1 that its distance from there has no digits left.

Each is an ordinary formula of y, except that what y has lost is taken from a, where y is σ(a) as it was computed: a
y that was rounded, stated or written by somebody else is taken at its word.
"""

from __future__ import annotations

import numpy as np

from bpcli.calculus.expr import Apply, Array, Expr, Notation, Operation, broadcast_shape, is_constant, substitute
from bpcli.calculus.ops.elementary import divide, subtract
from bpcli.calculus.ops.functions import sigmoid

__all__ = ["accurate"]

NEAR = 1e-6
"""From here on a difference has lost ten of sixteen digits."""


def accurate(formula: Expr, y: Expr, a: Expr, t: Expr) -> Expr:
    """The formula with what σ loses in 1 − y and y − t, and with 0 for 0/0: what has the weight 0 counts nothing."""

    def replace(node: Expr) -> Expr | None:
        if not isinstance(node, Apply):
            return None
        if node.operation is subtract and node.inputs[1] is y and is_constant(node.inputs[0], 1.0):
            return _complement(y, a)
        if node.operation is subtract and node.inputs[0] is y and node.inputs[1] is t:
            return _difference(y, a, t)
        return _quotient(*node.inputs) if node.operation is divide else None

    return substitute(formula, replace)


def _is_sigmoid(y: Array, a: Array) -> Array:
    return np.equal(y, sigmoid.forward(a))


def _complement_forward(y: Array, a: Array) -> Array:
    plain: Array = np.subtract(1.0, y)
    if not np.any(plain < NEAR):
        return plain
    found: Array = np.where((plain < NEAR) & _is_sigmoid(y, a), sigmoid.forward(np.negative(a)), plain)
    return found[()]


def _difference_forward(y: Array, a: Array, t: Array) -> Array:
    plain: Array = np.subtract(y, t)
    if not np.any(np.abs(plain) < NEAR):
        return plain
    exact = (1 - np.asarray(t)) * sigmoid.forward(a) - t * sigmoid.forward(np.negative(a))
    found: Array = np.where((np.abs(plain) < NEAR) & _is_sigmoid(y, a), exact, plain)
    return found[()]


def _quotient_forward(p: Array, q: Array) -> Array:
    found: Array = np.where(np.equal(p, 0.0), 0.0, np.divide(p, q))
    return found[()]


def _refuse(*_: Expr) -> tuple[Expr | None, ...]:
    raise NotImplementedError("a way to compute, not a line of a lesson")


def _way_to_compute(name: str, forward: object, notation: Notation) -> Operation:
    return Operation(
        name=name,
        forward=forward,  # type: ignore[arg-type]
        backprop=_refuse,
        notation=notation,
        shape=broadcast_shape,
        elementwise=True,
    )


_complement = _way_to_compute("complement", _complement_forward, subtract.notation)
_difference = _way_to_compute("difference", _difference_forward, subtract.notation)
_quotient = _way_to_compute("quotient", _quotient_forward, divide.notation)
