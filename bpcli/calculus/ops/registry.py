"""The names under which a problem file reaches activations, losses and the signs of formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bpcli.calculus.expr import Operation
from bpcli.calculus.ops import elementary, functions, matrices, piecewise, reductions
from bpcli.calculus.ops.losses import LOSSES
from bpcli.calculus.ops.piecewise import USUAL, Kinks

__all__ = ["ACTIVATIONS", "INFIX", "LOSSES", "activation"]


class Activation(NamedTuple):
    """What a layer may name: the parameters it takes, and the operation they make.

    `make(given, kinks, axis)` has the parameters that are given, what the conventions say of the places where functions
    bend or jump, and the axis of the units where softmax is over a batch.
    """

    parameters: tuple[str, ...]
    make: Callable[[Mapping[str, float], Kinks, int | None], Operation]


_ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation((), lambda given, kinks, axis: functions.identity),
    "sigmoid": Activation((), lambda given, kinks, axis: functions.sigmoid),
    "tanh": Activation((), lambda given, kinks, axis: functions.tanh),
    "relu": Activation((), lambda given, kinks, axis: piecewise.relu(kinks.relu_at_zero)),
    "leaky_relu": Activation(
        ("slope",),
        lambda given, kinks, axis: piecewise.leaky_relu(given.get("slope", 0.01), kinks.relu_at_zero or None),
    ),
    "softplus": Activation((), lambda given, kinks, axis: functions.softplus),
    "elu": Activation(("alpha",), lambda given, kinks, axis: piecewise.elu(given.get("alpha", 1.0))),
    "softmax": Activation((), lambda given, kinks, axis: reductions.softmax(axis)),
    "step": Activation((), lambda given, kinks, axis: piecewise.step(kinks.step_at_zero)),
    "sign": Activation((), lambda given, kinks, axis: piecewise.sign_unit),
    "silu": Activation((), lambda given, kinks, axis: functions.silu),
    "gelu": Activation((), lambda given, kinks, axis: functions.gelu),
}

ACTIVATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: activation.parameters for name, activation in _ACTIVATIONS.items()}
)
"""Name → the parameters it takes."""


def activation(name: str, parameters: Mapping[str, float], *, axis: int | None, kinks: Kinks = USUAL) -> Operation:
    """The activation of that name; `axis` is the axis of the units where softmax normalises over a batch."""
    return _ACTIVATIONS[name].make(parameters, kinks, axis)


INFIX: Mapping[str, Operation] = MappingProxyType(
    {
        "+": elementary.add,
        "-": elementary.subtract,
        "*": elementary.multiply,
        "/": elementary.divide,
        "^": elementary.power,
        "@": matrices.matmul,
    }
)
