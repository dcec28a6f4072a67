"""Windows that slide over a matrix: convolution as deep learning has it (no flip), and pooling.

Of a vector the windows slide along it. `places[o, k]` says where entry k of window o lies, counted row by row, and −1
where it lies on the zeros around the matrix. A convolution is linear in both operands, and its two backprop rules are
the other two thirds of one trilinear form, so that each of the three is differentiated with the other two
(Dumoulin and Visin 2016, *A guide to convolution arithmetic*).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import (
    Array,
    Constant,
    Expr,
    Notation,
    Operation,
    Shape,
    ShapeError,
    as_many,
    count_of,
    describe_shape,
)
from bpcli.calculus.ops.elementary import at_least, greater, multiply, subtract, sum_of
from bpcli.calculus.ops.matrices import At
from bpcli.calculus.ops.writing import ATOM, NOTHING, call, identifier_call
from bpcli.document.mathtree import Identifier, Math, Number, Operator, Subscript, Superscript

__all__ = [
    "column_max",
    "conv",
    "max_pool",
    "mean_pool",
    "row_max",
]


class Sliding(NamedTuple):
    """How windows slide: their step, and how many zeros stand on every side."""

    stride: int = 1
    padding: int = 0


@lru_cache(maxsize=256)
def _windows(whole: Shape, window: Shape, sliding: Sliding) -> tuple[Shape, Array]:
    """The shape of what the windows are laid out as, and for each window the places of its entries."""
    stride, padding = sliding
    if whole == () or window == ():
        raise ShapeError("windows slide over a vector or a matrix, and a number is neither")
    # Along a vector there is nothing to slide over, nor zeros to stand beside it.
    lies = [whole[axis] == window[axis] == 1 for axis in (0, 1)]
    steps = [1 if flat else stride for flat in lies]
    around = [0 if flat else padding for flat in lies]
    counts = [(whole[axis] + 2 * around[axis] - window[axis]) // steps[axis] + 1 for axis in (0, 1)]
    if min(counts) < 1:
        told = f" with {padding} zeros around it" if padding else ""
        raise ShapeError(f"a window of {describe_shape(window)} does not fit into {describe_shape(whole)}{told}")
    rows = np.arange(counts[0])[:, None] * steps[0] + np.arange(window[0])[None, :] - around[0]
    columns = np.arange(counts[1])[:, None] * steps[1] + np.arange(window[1])[None, :] - around[1]
    r = rows[:, None, :, None]
    c = columns[None, :, None, :]
    inside = (r >= 0) & (r < whole[0]) & (c >= 0) & (c < whole[1])
    places = np.where(inside, r * whole[1] + c, -1).reshape(counts[0] * counts[1], window[0] * window[1])
    return (counts[0], counts[1]), places


def _seen(whole: Array, places: Array) -> Array:
    """What each window sees; zeros where it stands out."""
    return np.append(np.ravel(whole), 0.0)[places]


def _gathered(values: Array, places: Array, shape: Shape) -> Array:
    """Values at places, summed up where they lie."""
    size = count_of(shape)
    found = np.bincount(np.where(places < 0, size, places).ravel(), values.ravel(), size + 1)
    return found[:size].reshape(shape)


def _index(place: int, shape: Shape) -> tuple[int, int]:
    return divmod(place, shape[1])


# --- convolution -----------------------------------------------------------------------------------------------


@lru_cache
def conv(stride: int = 1, padding: int = 0) -> Operation:
    """Each entry is the sum of a window of the matrix times the kernel, entry by entry."""
    sliding = Sliding(stride, padding)

    def forward(X: Array, K: Array) -> Array:
        shape, places = _windows(np.shape(X), np.shape(K), sliding)
        return (_seen(X, places) @ np.ravel(K)).reshape(shape)

    def entry(index: tuple[int, int], at: At, X: Expr, K: Expr) -> Expr:
        shape, places = _windows(X.shape, K.shape, sliding)
        window = places[index[0] * shape[1] + index[1]]
        return _sum(
            multiply(at(X, *_index(int(place), X.shape)), at(K, *_index(k, K.shape)))
            for k, place in enumerate(window)
            if place >= 0
        )

    return Operation(
        name="conv",
        back=("conv_input", "conv_kernel"),
        forward=forward,
        code=lambda operands, inputs: _code("conv", operands, _windows(inputs[0].shape, inputs[1].shape, sliding)),
        backprop=lambda g, out, X, K: (
            _to_input(sliding, X.shape)(g, K),
            _to_kernel(sliding, K.shape)(g, X),
        ),
        notation=_named("conv", stride, padding),
        shape=lambda X, K: _windows(X, K, sliding)[0],
        entry=entry,
        work=lambda X, K: count_of(_windows(X, K, sliding)[0]) * count_of(K),
        fan_in=lambda X, K: (count_of(K), count_of(K)),
    )


@lru_cache
def _to_kernel(sliding: Sliding, kernel: Shape) -> Operation:
    """What comes back to the kernel: for each of its entries the gradients, each times what that entry met."""

    def forward(g: Array, X: Array) -> Array:
        _, places = _windows(np.shape(X), kernel, sliding)
        return (np.ravel(g) @ _seen(X, places)).reshape(kernel)

    def entry(index: tuple[int, int], at: At, g: Expr, X: Expr) -> Expr:
        _, places = _windows(X.shape, kernel, sliding)
        met = places[:, index[0] * kernel[1] + index[1]]
        return _sum(
            multiply(at(g, *_index(o, g.shape)), at(X, *_index(int(place), X.shape)))
            for o, place in enumerate(met)
            if place >= 0
        )

    return Operation(
        name="conv_to_kernel",
        forward=forward,
        code=lambda operands, inputs: _code(
            "conv_to_kernel", operands, _windows(inputs[1].shape, kernel, sliding), kernel
        ),
        backprop=lambda h, out, g, X: (
            conv(*sliding)(X, h),
            _to_input(sliding, X.shape)(g, h),
        ),
        notation=call(Subscript(Identifier("conv", upright=True), Identifier("K"))),
        shape=lambda g, X: as_many(g, _windows(X, kernel, sliding)[0], kernel),
        entry=entry,
        work=lambda g, X: count_of(g) * count_of(kernel),
        fan_in=lambda g, X: (count_of(g), count_of(g)),
    )


@lru_cache
def _to_input(sliding: Sliding, whole: Shape) -> Operation:
    """What comes back to the matrix: for each of its entries the gradients of the windows that saw it, each times the
    entry of the kernel that met it.
    """

    def forward(g: Array, K: Array) -> Array:
        _, places = _windows(whole, np.shape(K), sliding)
        return _gathered(np.outer(np.ravel(g), np.ravel(K)), places, whole)

    def entry(index: tuple[int, int], at: At, g: Expr, K: Expr) -> Expr:
        _, places = _windows(whole, K.shape, sliding)
        met = np.argwhere(places == index[0] * whole[1] + index[1])
        return _sum(multiply(at(g, *_index(int(o), g.shape)), at(K, *_index(int(k), K.shape))) for o, k in met)

    return Operation(
        name="conv_to_input",
        forward=forward,
        code=lambda operands, inputs: _code(
            "conv_to_input", operands, _windows(whole, inputs[1].shape, sliding), whole
        ),
        backprop=lambda h, out, g, K: (
            conv(*sliding)(h, K),
            _to_kernel(sliding, K.shape)(g, h),
        ),
        notation=call(Superscript(Identifier("conv", upright=True), Operator("⊤", "postfix"))),
        shape=lambda g, K: as_many(g, _windows(whole, K, sliding)[0], whole),
        entry=entry,
        work=lambda g, K: count_of(g) * count_of(K),
        fan_in=lambda g, K: (count_of(K), count_of(K)),
    )


def _sum(terms: Iterable[Expr]) -> Expr:
    found = list(terms)
    return sum_of(found) if found else Constant(0.0)


def _code(name: str, operands: tuple[str, ...], windows: tuple[Shape, Array], shape: Shape | None = None) -> str:
    """In Python the windows are looked up in a table."""
    laid_out, places = windows
    table = [[int(place) for place in row] for row in places]
    if name == "conv":
        X, K = operands
        return f"np.reshape(windows({X}, np.array({table})) @ np.ravel({K}), {laid_out})"
    if name == "conv_to_kernel":
        g, X = operands
        return f"np.reshape(np.ravel({g}) @ windows({X}, np.array({table})), {shape})"
    g, K = operands
    assert shape is not None
    size = count_of(shape)
    held = [[size if place < 0 else place for place in row] for row in table]
    summed = f"np.bincount(np.ravel({held}), np.ravel(np.outer({g}, {K})), {size + 1})"
    return f"np.reshape({summed}[:{size}], {shape})"


def _named(name: str, *parameters: int) -> Notation:
    """`conv(X, K)`, with what is not the usual after the operands."""
    usual = (1, 0)
    extra = tuple(Number(str(item)) for item in parameters) if parameters != usual else ()

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return identifier_call(Identifier(name, upright=True), (*operands, *extra))

    return Notation(write, ATOM, (NOTHING,))


# --- the largest of each window -------------------------------------------------------------------------------------

Windows = Callable[[Shape], tuple[Shape, Array]]
"""The shape of an operand → how its windows are laid out, and the places of the entries of each."""


def _largest(name: str, windows: Windows, notation: Notation) -> Operation:
    """The largest entry of each window; where several are, the first of them takes the gradient."""

    def chosen(X: Array) -> Array:
        """The place of the largest entry of each window, the first where there are several."""
        shape, places = windows(np.shape(X))
        seen = np.ravel(X)[places]
        return places[np.arange(len(places)), np.argmax(seen, axis=1)].reshape(shape)

    def entry(index: tuple[int, int], at: At, X: Expr) -> Expr:
        shape, places = windows(X.shape)
        found = [at(X, *_index(int(place), X.shape)) for place in places[index[0] * shape[1] + index[1]]]
        return reduce(greater, found)

    def taken_entry(index: tuple[int, int], at: At, g: Expr, X: Expr) -> Expr:
        """The gradients of the windows in which this entry is the first of the largest."""
        _, places = windows(X.shape)
        here = index[0] * X.shape[1] + index[1]
        terms: list[Expr] = []
        for o, k in np.argwhere(places == here):
            mine = at(X, *index)
            others = [(j, at(X, *_index(int(place), X.shape))) for j, place in enumerate(places[o]) if j != k]
            signs = [at_least(mine, x) if j > k else subtract(1.0, at_least(x, mine)) for j, x in others]
            terms.append(reduce(multiply, signs, at(g, *_index(int(o), g.shape))))
        return _sum(terms)

    taken = Operation(
        name=f"{name}_taken",
        forward=lambda g, X: _gathered(np.asarray(g), chosen(X), np.shape(X)),
        code=lambda operands, inputs: _largest_code(
            operands[1], windows(inputs[1].shape)[1], inputs[1].shape, operands[0]
        ),
        backprop=lambda h, out, g, X: (picked(h, X), None),
        notation=call(Superscript(Identifier(name, upright=True), Operator("⊤", "postfix"))),
        shape=lambda g, X: as_many(g, windows(X)[0], X),
        entry=taken_entry,
    )
    picked = Operation(
        name=f"{name}_picked",
        forward=lambda h, X: np.ravel(h)[chosen(X)],
        backprop=lambda g, out, h, X: (taken(g, X), None),
        notation=call(f"at_{name}"),
        shape=lambda h, X: as_many(h, X, windows(X)[0]),
        code="{0}",
    )
    return Operation(
        name=name,
        back=("largest",),
        forward=lambda X: np.ravel(X)[chosen(X)],
        code=lambda operands, inputs: (
            f"np.reshape(largest(windows({operands[0]}, np.array({_table(windows(inputs[0].shape)[1])}))), "
            f"{windows(inputs[0].shape)[0]})"
        ),
        backprop=lambda g, out, X: (taken(g, X),),
        notation=notation,
        shape=lambda X: windows(X)[0],
        entry=entry,
        fan_in=lambda X: (windows(X)[1].shape[1],),
    )


def _table(places: Array) -> list[list[int]]:
    return [[int(place) for place in row] for row in places]


def _largest_code(X: str, places: Array, shape: Shape, g: str) -> str:
    table = f"np.array({_table(places)})"
    first = f"np.argmax(np.ravel({X})[{table}], 1)"
    chosen = f"{table}[np.arange({len(places)}), {first}]"
    return f"np.reshape(np.bincount({chosen}, np.ravel({g}), {count_of(shape)}), {shape})"


def _window_of(shape: Shape, size: int) -> Shape:
    """Of a vector windows have one row or column."""
    if shape == ():
        raise ShapeError("windows slide over a vector or a matrix, and a number is neither")
    return tuple(1 if length == 1 else size for length in shape)


@lru_cache
def max_pool(size: int, stride: int) -> Operation:
    """The largest entry of each window; what sticks out is dropped."""

    def windows(shape: Shape) -> tuple[Shape, Array]:
        return _windows(shape, _window_of(shape, size), Sliding(stride))

    return _largest("max_pool", windows, _named("max_pool", size, stride))


@lru_cache
def mean_pool(size: int, stride: int) -> Operation:
    """The mean of each window: a convolution with a kernel of equal entries."""

    def kernel(shape: Shape) -> Constant:
        window = _window_of(shape, size)
        share = f"1/{count_of(window)}"
        return Constant(np.full(window, 1 / count_of(window)), texts=((share,) * window[1],) * window[0])

    slide = conv(stride, 0)
    return Operation(
        name="mean_pool",
        back=("shared_window",),
        forward=lambda X: slide.forward(X, kernel(np.shape(X)).value),
        code=lambda operands, inputs: _code(
            "conv",
            (operands[0], f"np.array({kernel(inputs[0].shape).value.tolist()})"),
            _windows(inputs[0].shape, _window_of(inputs[0].shape, size), Sliding(stride)),
        ),
        backprop=lambda g, out, X: (_to_input(Sliding(stride), X.shape)(g, kernel(X.shape)),),
        notation=_named("mean_pool", size, stride),
        shape=lambda X: slide.shape(X, _window_of(X, size)),
        definition=lambda X: slide(X, kernel(X.shape)),
        fan_in=lambda X: (count_of(_window_of(X, size)),),
    )


def _lines(axis: int) -> Windows:
    """Every row (`axis` 1) or column as a window."""

    def windows(shape: Shape) -> tuple[Shape, Array]:
        if shape == ():
            raise ShapeError("a number has no rows or columns")
        grid = np.arange(count_of(shape)).reshape(shape)
        return ((shape[0], 1), grid) if axis == 1 else ((1, shape[1]), grid.T)

    return windows


row_max = _largest("row_max", _lines(1), call("row_max"))
column_max = _largest("column_max", _lines(0), call("column_max"))
