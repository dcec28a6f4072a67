"""A loss and the activation below it together: softmax with cross-entropy, σ with its binary form.

Both come to a multiple of y − t, and have a form that stays finite where y underflows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Calls, Expr, Notation, Operation
from bpcli.calculus.ops.elementary import subtract
from bpcli.calculus.ops.losses import LossForm, log_scale, loss, loss_coefficient, outputs_of
from bpcli.calculus.ops.probability import over_log
from bpcli.calculus.ops.reductions import axis_of
from bpcli.calculus.ops.writing import ATOM, NOTHING
from bpcli.document.mathtree import Fenced, Identifier, Row

__all__ = ["Shortcut", "shortcut"]


class Shortcut(NamedTuple):
    """What a loss and the activation below it come to together.

    `loss`: (a, t) → the loss in a stable form; `gradient`: (upstream, a, y, t) → ∂/∂a, a multiple of y − t.
    """

    loss: Operation
    gradient: Callable[[Expr, Expr, Expr], Expr]


def shortcut(activation: str, form: LossForm) -> Shortcut | None:
    """The known simplification of a loss after an activation: softmax with cross-entropy, σ with its binary form.

    Stable also where y underflows: −ln softmax is computed from a by a shifted log-sum-exp, −ln σ by softplus.
    """
    if (activation, form.name) not in _SHORTCUTS:
        return None
    return _SHORTCUTS[activation, form.name](form)


def _shortcut_of(
    name: str,
    values: Callable[[Array, Array, int | None], Array],
    slope: Callable[[Expr, Expr], Expr],
    calls: Callable[[Array, Array, Array, int | None, float], Calls],
    terms: str,
) -> Callable[[LossForm], Shortcut]:
    def make(form: LossForm) -> Shortcut:
        axis = form.axis
        scale = log_scale(form)

        def forward(a: Array, t: Array) -> Array:
            weight = loss_coefficient(form, outputs_of(np.shape(a), axis)).value / scale
            return weight * np.sum(values(a, t, axis), axis=axis, keepdims=axis is not None) + 0.0

        def code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
            shape = inputs[0].shape
            weight = loss_coefficient(form, outputs_of(shape, axis)).value / scale
            along = axis_of(shape, axis)
            kept = "" if axis is None else f", axis={axis}, keepdims=True"
            text = f"np.sum({terms.format(*operands, axis=along)}{kept})"
            return text if weight == 1 else f"{weight!r} * {text}"

        def gradient(g: Expr, y: Expr, t: Expr) -> Expr:
            item = loss_coefficient(form, outputs_of(y.shape, axis))
            factor = item.as_constant()
            direct = over_log(form.base, slope(y, t))
            return g * (direct if factor is None else factor * direct)

        def refuse(*_: Expr) -> tuple[Expr | None, ...]:
            raise NotImplementedError(f"{name} is a way to compute, not a line of a lesson")

        operation = Operation(
            name=name,
            forward=forward,
            backprop=refuse,
            notation=Notation(lambda o, _: Row((Identifier(name, upright=True), Fenced(o[0]))), ATOM, (NOTHING,)),
            shape=loss(form).shape,
            calls=lambda out, a, t: calls(
                out, a, t, axis, loss_coefficient(form, outputs_of(np.shape(a), axis)).value / scale
            ),
            code=code,
        )
        return Shortcut(operation, gradient)

    return make


def _softmax_terms(a: Array, t: Array, axis: int | None) -> Array:
    """t (ln Σ eᵃ − a), a shifted by its largest entry.

    The ones in the sum stand outside of it: what the others add to ln 1 would be lost beside a one.
    """
    shifted = a - np.max(a, axis=axis, keepdims=True)
    powers = np.exp(shifted)
    ones = np.equal(powers, 1.0).astype(float)
    count = np.sum(ones, axis=axis, keepdims=True)
    others = np.sum(powers - ones, axis=axis, keepdims=True)
    return np.asarray(t) * (np.log(count) + np.log1p(others / count) - shifted)


def _sigmoid_terms(a: Array, t: Array, _: int | None) -> Array:
    """−t ln σ(a) − (1 − t) ln(1 − σ(a)) as two numbers of one sign: ln(1 + e^−|a|), and |a| times what t misses."""
    return np.log1p(np.exp(-np.abs(a))) + a * (np.greater(a, 0.0) - np.asarray(t))


def _softmax_term_calls(out: Array, a: Array, t: Array, axis: int | None, weight: float) -> Calls:
    shifted, powers, ones = np.empty(np.shape(a)), np.empty(np.shape(a)), np.empty(np.shape(a))
    row = np.empty(np.max(a, axis=axis, keepdims=True).shape)
    count = np.empty(row.shape)
    return [
        (np.maximum.reduce, a, axis, None, row, True),
        (np.subtract, a, row, shifted),
        (np.exp, shifted, powers),
        (np.equal, powers, 1.0, ones),
        (np.subtract, powers, ones, powers),
        (np.add.reduce, ones, axis, None, count, True),
        (np.add.reduce, powers, axis, None, row, True),
        (np.divide, row, count, row),
        (np.log1p, row, row),
        (np.log, count, count),
        (np.add, row, count, row),
        (np.subtract, row, shifted, shifted),
        (np.multiply, shifted, t, shifted),
        (np.add.reduce, shifted, axis, None, out, axis is not None),
        (np.multiply, out, weight, out),
    ]


def _sigmoid_term_calls(out: Array, a: Array, t: Array, axis: int | None, weight: float) -> Calls:
    terms, linear = np.empty(np.shape(a)), np.empty(np.shape(a))
    return [
        (np.abs, a, terms),
        (np.negative, terms, terms),
        (np.exp, terms, terms),
        (np.log1p, terms, terms),
        (np.greater, a, 0.0, linear),
        (np.subtract, linear, t, linear),
        (np.multiply, linear, a, linear),
        (np.add, terms, linear, terms),
        (np.add.reduce, terms, axis, None, out, axis is not None),
        (np.multiply, out, weight, out),
    ]


_SHORTCUTS: dict[tuple[str, str], Callable[[LossForm], Shortcut]] = {
    ("softmax", "cross_entropy"): _shortcut_of(
        "softmax_cross_entropy",
        _softmax_terms,
        subtract,
        _softmax_term_calls,
        "-({1}) * log_softmax({0}, {axis})",
    ),
    ("sigmoid", "binary_cross_entropy"): _shortcut_of(
        "sigmoid_binary_cross_entropy",
        _sigmoid_terms,
        subtract,
        _sigmoid_term_calls,
        "np.logaddexp({0}, np.zeros_like({0})) - ({1}) * ({0})",
    ),
}
