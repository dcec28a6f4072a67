"""The functions that formulas of a graph may call: how many arguments each takes, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from bpcli.calculus.expr import Expr, Operation, ShapeError, describe_shape
from bpcli.calculus.ops import (
    algebra,
    elementary,
    functions,
    matrices,
    piecewise,
    probability,
    reductions,
    shaping,
    statistics,
    windows,
)
from bpcli.calculus.ops.losses import LOSSES, LossForm, loss, one_hot
from bpcli.calculus.ops.piecewise import USUAL, Kinks

__all__ = ["FREE", "FUNCTIONS", "called"]

MOST_PARTS = 100
"""Arguments of `concat` and `beside`."""

PlainNumber: TypeAlias = Callable[[int, Callable[[float], bool]], float]
"""(place, what is allowed) → the plain number that an argument is; raises where it is not one or not allowed."""


class _Call(NamedTuple):
    """A call: its arguments, those of them that must be plain numbers, and the conventions of the problem."""

    arguments: tuple[Expr, ...]
    number: PlainNumber
    kinks: Kinks

    def option(self, place: int, usual: float, allowed: Callable[[float], bool]) -> float:
        """A plain number that may be left out."""
        return self.number(place, allowed) if place < len(self.arguments) else usual


class _Function(NamedTuple):
    counts: tuple[int, ...]
    make: Callable[[_Call], Any]


def _plain(operation: Operation, count: int = 1) -> _Function:
    return _Function((count,), lambda call: operation(*call.arguments))


def _is_positive(value: float) -> bool:
    return value > 0


def _is_base(value: float) -> bool:
    return value > 0 and value != 1


def _is_size(value: float) -> bool:
    return value >= 1 and value == int(value)


def _is_padding(value: float) -> bool:
    return value >= 0 and value == int(value)


def _any_number(_: float) -> bool:
    return True


def _based(make: Callable[[float], Operation], count: int) -> _Function:
    """A measure of distributions, in nats or to a base that is named last."""

    def made(call: _Call) -> Expr:
        base = call.option(count, functions.E, _is_base)
        return make(base)(*call.arguments[:count])

    return _Function((count, count + 1), made)


def _loss(name: str) -> _Function:
    return _Function((2,), lambda call: loss(LossForm(name))(*call.arguments))


def _target_first(name: str) -> _Function:
    """A loss that takes the distribution that is given before the prediction."""
    operation = replace(loss(LossForm(name)), caution=probability.FIRST.format(name=name))
    return _Function((2,), lambda call: operation(*reversed(call.arguments)))


def _huber(call: _Call) -> Expr:
    delta = call.option(2, 1.0, _is_positive)
    return loss(LossForm("huber", delta=delta))(*call.arguments[:2])


def _multiclass_hinge(call: _Call) -> Expr:
    """`multiclass_hinge(y, c)`: c is the number of the class, counted from 0, or the list with a 1 for it."""
    y, c = call.arguments[:2]
    margin = call.option(2, 1.0, _is_positive)
    target = c if c.shape != () or y.shape == () else one_hot(y.shape)(c)
    return loss(LossForm("multiclass_hinge", margin=margin))(y, target)


def _softmax(call: _Call) -> Expr:
    (a,) = call.arguments
    if a.shape != () and 1 not in a.shape:
        raise ShapeError(
            f"`softmax` of a matrix ({describe_shape(a.shape)}) could be of its rows or of its columns: "
            "write `row_softmax` or `column_softmax`"
        )
    return reductions.softmax(None)(a)


def _of_matrix(name: str, operation: Operation) -> _Function:
    """Of rows or columns, which a number does not have."""

    def made(call: _Call) -> Expr:
        (a,) = call.arguments
        if a.shape == ():
            raise ShapeError(f"`{name}` of a number, which has no rows or columns")
        return operation(a)

    return _Function((1,), made)


def _leaky_relu(call: _Call) -> Expr:
    slope = call.option(1, 0.01, _is_positive)
    return piecewise.leaky_relu(slope, call.kinks.relu_at_zero or None)(call.arguments[0])


def _extreme(of_two: Operation, of_all: Operation) -> _Function:
    return _Function((1, 2), lambda call: (of_two if len(call.arguments) == 2 else of_all)(*call.arguments))


def _conv(call: _Call) -> Expr:
    stride = call.option(2, 1, _is_size)
    padding = call.option(3, 0, _is_padding)
    return windows.conv(int(stride), int(padding))(*call.arguments[:2])


def _pool(make: Callable[[int, int], Operation]) -> _Function:
    def made(call: _Call) -> Expr:
        size = call.number(1, _is_size)
        stride = call.option(2, size, _is_size)
        return make(int(size), int(stride))(call.arguments[0])

    return _Function((2, 3), made)


def _reshape(call: _Call) -> Expr:
    rows, columns = (int(call.number(place, _is_size)) for place in (1, 2))
    return shaping.reshape(rows, columns)(call.arguments[0])


def _outer(call: _Call) -> Expr:
    """u vᵀ, however the two vectors lie."""
    u, v = call.arguments
    for item in (u, v):
        if item.shape == () or 1 not in item.shape:
            raise ShapeError(f"`outer` takes two vectors, not {describe_shape(item.shape)}")
    column = u if u.shape[1] == 1 else u.T
    row = v.T if v.shape[1] == 1 else v
    return matrices.matmul(column, row)


def _diag(call: _Call) -> Expr:
    """Of a vector the matrix with it on its diagonal, of a matrix its diagonal."""
    (a,) = call.arguments
    if a.shape == ():
        raise ShapeError("`diag` takes a vector or a square matrix, not a number")
    return reductions.diagonal(a) if 1 in a.shape else shaping.take_diagonal(a)


def _clip(call: _Call) -> Expr:
    low = call.number(1, _any_number)
    return piecewise.clip(low, call.number(2, lambda high: high >= low))(call.arguments[0])


def _layer_norm(call: _Call) -> Expr:
    return statistics.layer_norm(call.option(1, 1e-5, _is_positive))(call.arguments[0])


_PARTS = tuple(range(1, MOST_PARTS + 1))

_TABLE: dict[str, _Function] = {
    "exp": _plain(elementary.exp),
    "log": _plain(elementary.log),
    "log2": _plain(functions.log2),
    "log10": _plain(functions.log10),
    "sqrt": _plain(elementary.sqrt),
    "square": _plain(elementary.square),
    "abs": _plain(elementary.absolute),
    "sin": _plain(elementary.sine),
    "cos": _plain(elementary.cosine),
    "tan": _plain(functions.tan),
    "arctan": _plain(functions.arctan),
    "sinh": _plain(functions.sinh),
    "cosh": _plain(functions.cosh),
    "tanh": _plain(functions.tanh),
    "erf": _plain(functions.erf),
    "sigmoid": _plain(functions.sigmoid),
    "softplus": _plain(functions.softplus),
    "silu": _plain(functions.silu),
    "gelu": _plain(functions.gelu),
    "relu": _Function((1,), lambda call: piecewise.relu(call.kinks.relu_at_zero)(*call.arguments)),
    "leaky_relu": _Function((1, 2), _leaky_relu),
    "step": _Function((1,), lambda call: piecewise.step(call.kinks.step_at_zero)(*call.arguments)),
    "sign": _plain(piecewise.sign_unit),
    "floor": _plain(piecewise.floor),
    "round": _plain(piecewise.round_off),
    "clip": _Function((3,), _clip),
    "stop": _plain(piecewise.stop),
    "max": _extreme(elementary.greater, reductions.maximum),
    "min": _extreme(elementary.lesser, reductions.minimum),
    "sum": _plain(matrices.total),
    "mean": _plain(reductions.mean),
    "var": _plain(statistics.variance(None)),
    "norm2": _plain(reductions.norm2),
    "dot": _plain(reductions.dot, 2),
    "softmax": _Function((1,), _softmax),
    "row_softmax": _of_matrix("row_softmax", reductions.softmax(1)),
    "column_softmax": _of_matrix("column_softmax", reductions.softmax(0)),
    "row_sum": _of_matrix("row_sum", matrices.axis_sum(1)),
    "column_sum": _of_matrix("column_sum", matrices.axis_sum(0)),
    "row_mean": _of_matrix("row_mean", statistics.axis_mean(1)),
    "column_mean": _of_matrix("column_mean", statistics.axis_mean(0)),
    "row_max": _of_matrix("row_max", windows.row_max),
    "column_max": _of_matrix("column_max", windows.column_max),
    "row_var": _of_matrix("row_var", statistics.variance(1)),
    "column_var": _of_matrix("column_var", statistics.variance(0)),
    "layer_norm": _Function((1, 2), _layer_norm),
    "transpose": _plain(matrices.transpose),
    "outer": _Function((2,), _outer),
    "diag": _Function((1,), _diag),
    "trace": _plain(algebra.trace),
    "det": _plain(algebra.determinant),
    "inverse": _plain(algebra.inverse),
    "conv": _Function((2, 3, 4), _conv),
    "max_pool": _pool(windows.max_pool),
    "mean_pool": _pool(windows.mean_pool),
    "flip": _plain(shaping.flip),
    "flatten": _plain(shaping.flatten),
    "reshape": _Function((3,), _reshape),
    "concat": _Function(_PARTS, lambda call: shaping.concat(*call.arguments)),
    "beside": _Function(_PARTS, lambda call: shaping.beside(*call.arguments)),
    **{name: _loss(name) for name in LOSSES},
    "huber": _Function((2, 3), _huber),
    "multiclass_hinge": _Function((2, 3), _multiclass_hinge),
    # Where a distribution is compared with another, the one that is given comes first.
    "binary_cross_entropy": _target_first("binary_cross_entropy"),
    "entropy": _based(probability.entropy, 1),
    "kl": _based(probability.kl, 2),
    "cross_entropy": _based(probability.cross_entropy, 2),
}

FUNCTIONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {name: function.counts for name, function in _TABLE.items()}
)
"""Name → the numbers of arguments it may be called with."""

_TAKEN = (
    "exp log log2 log10 sqrt square abs sin cos tanh sigmoid relu leaky_relu softplus softmax max min sum mean dot "
    "norm2 transpose entropy kl cross_entropy half_squared_error squared_error binary_cross_entropy"
)
FREE = frozenset(FUNCTIONS) - frozenset(_TAKEN.split())
"""Names that came later: files that have quantities or functions of their own called so keep their meaning."""


def called(name: str, arguments: tuple[Expr, ...], number: PlainNumber, kinks: Kinks = USUAL) -> Expr:
    """What a call in a formula stands for. Raises ShapeError where the arguments do not fit."""
    made: Expr = _TABLE[name].make(_Call(arguments, number, kinks))
    return made
