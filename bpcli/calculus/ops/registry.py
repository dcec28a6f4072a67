"""The names under which a problem file reaches the operations: activations, losses, functions of formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bpcli.calculus.expr import Expr, Operation
from bpcli.calculus.ops import arithmetic, elementwise, probability, reductions
from bpcli.calculus.ops.losses import LOSSES, LossForm, loss

__all__ = ["ACTIVATIONS", "FUNCTIONS", "INFIX", "LOSSES", "activation", "graph_function"]

ACTIVATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "identity": (),
        "sigmoid": (),
        "tanh": (),
        "relu": (),
        "leaky_relu": ("slope",),
        "softplus": (),
        "elu": ("alpha",),
        "softmax": (),
    }
)
"""Name → the parameters it takes."""


def activation(name: str, parameters: Mapping[str, float], *, axis: int | None, relu_at_zero: float) -> Operation:
    """The activation of that name; `axis` is the axis of the units where softmax normalises over a batch."""
    makers: dict[str, Callable[[], Operation]] = {
        "identity": lambda: elementwise.identity,
        "sigmoid": lambda: elementwise.sigmoid,
        "tanh": lambda: elementwise.tanh,
        "relu": lambda: elementwise.relu(relu_at_zero),
        "leaky_relu": lambda: elementwise.leaky_relu(
            parameters.get("slope", 0.01), relu_at_zero if relu_at_zero else None
        ),
        "softplus": lambda: elementwise.softplus,
        "elu": lambda: elementwise.elu(parameters.get("alpha", 1.0)),
        "softmax": lambda: reductions.softmax(axis),
    }
    return makers[name]()


INFIX: Mapping[str, Operation] = MappingProxyType(
    {
        "+": arithmetic.add,
        "-": arithmetic.subtract,
        "*": arithmetic.multiply,
        "/": arithmetic.divide,
        "^": arithmetic.power,
        "@": arithmetic.matmul,
    }
)


_SIMPLE: dict[str, Operation] = {
    "exp": elementwise.exp,
    "log": elementwise.log,
    "log2": elementwise.log2,
    "log10": elementwise.log10,
    "sqrt": elementwise.sqrt,
    "square": elementwise.square,
    "abs": elementwise.absolute,
    "sin": elementwise.sine,
    "cos": elementwise.cosine,
    "tanh": elementwise.tanh,
    "sigmoid": elementwise.sigmoid,
    "softplus": elementwise.softplus,
    "sum": reductions.total,
    "mean": reductions.mean,
    "norm2": reductions.norm2,
    "transpose": arithmetic.transpose,
    "dot": reductions.dot,
}

_BASED: dict[str, Callable[..., Operation]] = {
    "entropy": probability.entropy,
    "kl": probability.kl,
    "cross_entropy": probability.cross_entropy,
}

_COMPARING = ("half_squared_error", "squared_error", "binary_cross_entropy")

FUNCTIONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        **{name: (2,) if name == "dot" else (1,) for name in _SIMPLE},
        "relu": (1,),
        "leaky_relu": (1, 2),
        "softmax": (1,),
        "max": (1, 2),
        "min": (1, 2),
        "entropy": (1, 2),
        "kl": (2, 3),
        "cross_entropy": (2, 3),
        **dict.fromkeys(_COMPARING, (2,)),
    }
)
"""Name → the numbers of arguments it may be called with."""


def graph_function(
    name: str, arguments: list[Expr], number_of: Callable[[int], float], *, relu_at_zero: float
) -> Callable[..., Any]:
    """The operation behind a call in a formula, ready for its arguments.

    `number_of(i)` gives argument i where it must be a plain number (a base, a slope); it raises where it is not.
    Arguments that were taken in this way are removed from `arguments`.
    """
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name == "relu":
        return elementwise.relu(relu_at_zero)
    if name == "leaky_relu":
        slope = number_of(1) if len(arguments) == 2 else 0.01
        del arguments[1:]
        return elementwise.leaky_relu(slope, relu_at_zero or None)
    if name == "softmax":
        return reductions.softmax(None)
    if name in ("max", "min"):
        if len(arguments) == 2:
            return reductions.greater if name == "max" else reductions.lesser
        return reductions.maximum if name == "max" else reductions.minimum
    if name in _BASED:
        needed = FUNCTIONS[name][0]
        if len(arguments) == needed:
            return _BASED[name]()
        base = number_of(needed)
        del arguments[needed:]
        return _BASED[name](base)
    comparison = loss(LossForm(name))
    # As in cross_entropy(t, y), the distribution that is given comes first.
    return (lambda t, y: comparison(y, t)) if name == "binary_cross_entropy" else comparison
