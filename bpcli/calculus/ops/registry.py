"""The names under which a problem file reaches activations, losses and the signs of formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bpcli.calculus.expr import Operation
from bpcli.calculus.ops import elementary, functions, matrices, piecewise, reductions
from bpcli.calculus.ops.losses import LOSSES

__all__ = ["ACTIVATIONS", "INFIX", "LOSSES", "activation"]


class Activation(NamedTuple):
    """What a layer may name: the parameters it takes, and the operation they make.

    `make(given, kink)` has the parameters that are given, and what the conventions say of what happens at 0.
    """

    parameters: tuple[str, ...]
    make: Callable[[Mapping[str, float], Kinks], Operation]


class Kinks(NamedTuple):
    """Conventions of a problem: the slope of relu and the value of step at 0, and the axis of the units where softmax
    is over a batch.
    """

    relu_at_zero: float
    axis: int | None = None
    step_at_zero: float = 1.0


_ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation((), lambda given, kinks: functions.identity),
    "sigmoid": Activation((), lambda given, kinks: functions.sigmoid),
    "tanh": Activation((), lambda given, kinks: functions.tanh),
    "relu": Activation((), lambda given, kinks: piecewise.relu(kinks.relu_at_zero)),
    "leaky_relu": Activation(
        ("slope",), lambda given, kinks: piecewise.leaky_relu(given.get("slope", 0.01), kinks.relu_at_zero or None)
    ),
    "softplus": Activation((), lambda given, kinks: functions.softplus),
    "elu": Activation(("alpha",), lambda given, kinks: piecewise.elu(given.get("alpha", 1.0))),
    "softmax": Activation((), lambda given, kinks: reductions.softmax(kinks.axis)),
    "step": Activation((), lambda given, kinks: piecewise.step(kinks.step_at_zero)),
    "sign": Activation((), lambda given, kinks: piecewise.sign_unit),
    "silu": Activation((), lambda given, kinks: functions.silu),
    "gelu": Activation((), lambda given, kinks: functions.gelu),
}

ACTIVATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: activation.parameters for name, activation in _ACTIVATIONS.items()}
)
"""Name → the parameters it takes."""


def activation(
    name: str, parameters: Mapping[str, float], *, axis: int | None, relu_at_zero: float, step_at_zero: float = 1.0
) -> Operation:
    """The activation of that name; `axis` is the axis of the units where softmax normalises over a batch."""
    return _ACTIVATIONS[name].make(parameters, Kinks(relu_at_zero, axis, step_at_zero))


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
