"""Kernels and windows that slide over pictures and signals: convolution as networks have it, and pooling.

A picture is a matrix; a signal is a vector, with its kernel lying as it does. `conv` does not turn the kernel round
(it is a cross-correlation), and zeros stand on every side where there is padding. Conventions: Dumoulin and Visin,
*A guide to convolution arithmetic for deep learning* (2016).

With Σ G[i,j] K[u,v] X[i·s + u − p, j·s + v − p] linear in each of G, K and X, three operations are the partial
derivatives of one sum, and each has the other two as its backprop rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Notation, Operation, Shape, ShapeError, describe_shape
from bpcli.calculus.ops.arithmetic import At, divide, multiply, sum_of
from bpcli.calculus.ops.axes import is_first_of_largest, largest_of
from bpcli.calculus.ops.writing import ATOM, NOTHING, identifier_call
from bpcli.document.mathtree import Identifier, Math, Number

__all__ = [
    "conv",
    "conv_to_input",
    "conv_to_kernel",
    "max_pool",
    "mean_pool",
    "taken_at_maxima",
    "to_maxima",
    "to_windows",
]

Index = tuple[int, int]


class Sliding(NamedTuple):
    """How a window slides over a matrix: its size, and the step and the zeros on both sides of each axis."""

    window: Shape
    stride: int
    padding: tuple[int, int] = (0, 0)

    def positions(self, shape: Shape) -> Shape:
        """How many positions there are along each axis; what sticks out is dropped."""
        counts = tuple(
            (size + 2 * around - wide) // self.stride + 1
            for size, wide, around in zip(shape, self.window, self.padding, strict=True)
        )
        if min(counts) < 1:
            raise ShapeError(f"a window of {describe_shape(self.window)} does not fit into {describe_shape(shape)}")
        return counts

    def offsets(self) -> Iterator[Index]:
        """The places of a window, row by row."""
        return ((u, v) for u in range(self.window[0]) for v in range(self.window[1]))

    def under(self, offset: Index, positions: Shape) -> tuple[slice, slice]:
        """What lies under one place of the window in all its positions, in the padded matrix."""
        first, second = (
            slice(start, start + self.stride * (count - 1) + 1, self.stride)
            for start, count in zip(offset, positions, strict=True)
        )
        return first, second

    def place(self, position: Index, offset: Index) -> Index:
        """The entry of the matrix under a place of the window in a position; outside of it in the padding."""
        row, column = (
            at * self.stride + inside - around
            for at, inside, around in zip(position, offset, self.padding, strict=True)
        )
        return row, column

    def covering(self, entry: Index, positions: Shape) -> Iterator[tuple[Index, Index]]:
        """The positions in which the window covers an entry, each with the place of the window that does."""
        for u, v in self.offsets():
            row, column = entry[0] + self.padding[0] - u, entry[1] + self.padding[1] - v
            i, j = row // self.stride, column // self.stride
            if row % self.stride == column % self.stride == 0 and 0 <= i < positions[0] and 0 <= j < positions[1]:
                yield (i, j), (u, v)

    def padded(self, a: Array) -> Array:
        return np.pad(a, tuple((around, around) for around in self.padding))

    def cropped(self, a: Array) -> Array:
        rows, columns = a.shape
        return a[self.padding[0] : rows - self.padding[0], self.padding[1] : columns - self.padding[1]]

    def empty(self, shape: Shape) -> Array:
        """Zeros for a matrix of that shape and its padding."""
        return np.zeros(tuple(size + 2 * around for size, around in zip(shape, self.padding, strict=True)))

    def numbers(self) -> str:
        """Stride and padding in Python."""
        return f"{self.stride}, {self.padding}"


def _is_within(place: Index, shape: Shape) -> bool:
    return 0 <= place[0] < shape[0] and 0 <= place[1] < shape[1]


def _sliding(x: Shape, k: Shape, stride: int, padding: int) -> Sliding:
    """How a kernel slides: over a signal along it alone. Raises ShapeError where it lies across it."""
    if x == () or k == ():
        raise ShapeError(f"a convolution of {describe_shape(x)} and {describe_shape(k)} does not exist")
    around = (padding, padding)
    if 1 in x:
        axis = 0 if x[1] == 1 else 1
        if k[1 - axis] != 1:
            raise ShapeError(
                f"a signal of {describe_shape(x)} and a kernel of {describe_shape(k)} do not lie the same way"
            )
        around = (padding, 0) if axis == 0 else (0, padding)
    return Sliding(k, stride, around)


def _sum(terms: list[Expr]) -> Expr:
    return sum_of(terms) if terms else Constant(0.0)


def _with_numbers(name: str, *numbers: int) -> Notation:
    """`name(operands, numbers)`."""
    identifier, added = Identifier(name, upright=True), tuple(Number(str(number)) for number in numbers)

    def write(operands: tuple[Math, ...], _: tuple[Expr, ...]) -> Math:
        return identifier_call(identifier, (*operands, *added))

    return Notation(write, ATOM, (NOTHING,))


def _steps(stride: int, padding: int) -> tuple[int, ...]:
    """What is written of stride and padding: nothing where the kernel takes steps of one and there are no zeros."""
    return () if (stride, padding) == (1, 0) else (stride, padding)


# --- convolution -----------------------------------------------------------------------------------------------


@lru_cache
def conv(stride: int = 1, padding: int = 0) -> Operation:
    """(X, K) → for each position of the kernel K on X, the sum of what lies under it times the kernel."""

    def shape_of(x: Shape, k: Shape) -> Shape:
        return _sliding(x, k, stride, padding).positions(x)

    def forward(x: Array, k: Array) -> Array:
        sliding = _sliding(x.shape, k.shape, stride, padding)
        positions = sliding.positions(x.shape)
        padded, result = sliding.padded(x), np.zeros(positions)
        for offset in sliding.offsets():
            result += k[offset] * padded[sliding.under(offset, positions)]
        return result

    def entry_rule(index: Index, at: At, x: Expr, k: Expr) -> Expr:
        sliding = _sliding(x.shape, k.shape, stride, padding)
        places = ((sliding.place(index, offset), offset) for offset in sliding.offsets())
        return _sum([multiply(at(x, *place), at(k, *offset)) for place, offset in places if _is_within(place, x.shape)])

    return Operation(
        name="conv",
        forward=forward,
        code=lambda o, inputs: (
            f"conv({o[0]}, {o[1]}, {_sliding(inputs[0].shape, inputs[1].shape, stride, padding).numbers()})"
        ),
        backprop=lambda g, out, x, k: (
            conv_to_input(stride, padding, x.shape)(g, k),
            conv_to_kernel(stride, padding, k.shape)(g, x),
        ),
        notation=_with_numbers("conv", *_steps(stride, padding)),
        shape=shape_of,
        entry=entry_rule,
        work=lambda x, k: _count(shape_of(x, k)) * _count(k),
        fan_in=lambda x, k: (_count(k), _count(k)),
        parameters=(("stride", stride), ("padding", padding)),
    )


def _count(shape: Shape) -> int:
    return shape[0] * shape[1]


@lru_cache
def conv_to_input(stride: int, padding: int, shape: Shape) -> Operation:
    """(G, K) → the gradient of X, of that shape: each entry of G times the kernel, added where the kernel lay.

    With steps of one this is the full convolution of G with the kernel turned round.
    """

    def sliding_of(k: Shape) -> Sliding:
        return _sliding(shape, k, stride, padding)

    def shape_of(g: Shape, k: Shape) -> Shape:
        if g != sliding_of(k).positions(shape):
            raise ShapeError(f"{describe_shape(g)} is no gradient of a convolution of {describe_shape(shape)}")
        return shape

    def forward(g: Array, k: Array) -> Array:
        sliding = sliding_of(k.shape)
        result = sliding.empty(shape)
        for offset in sliding.offsets():
            result[sliding.under(offset, g.shape)] += k[offset] * g
        return sliding.cropped(result)

    def entry_rule(index: Index, at: At, g: Expr, k: Expr) -> Expr:
        covering = sliding_of(k.shape).covering(index, g.shape)
        return _sum([multiply(at(g, *position), at(k, *offset)) for position, offset in covering])

    return Operation(
        name="conv_to_input",
        forward=forward,
        code=lambda o, inputs: f"conv_to_input({o[0]}, {o[1]}, {sliding_of(inputs[1].shape).numbers()}, {shape})",
        backprop=lambda h, out, g, k: (
            conv(stride, padding)(h, k),
            conv_to_kernel(stride, padding, k.shape)(g, h),
        ),
        notation=_with_numbers("conv_to_input", *_steps(stride, padding)),
        shape=shape_of,
        entry=entry_rule,
        work=lambda g, k: _count(g) * _count(k),
        fan_in=lambda g, k: (_count(k), _count(k)),
        parameters=(("stride", stride), ("padding", padding)),
    )


@lru_cache
def conv_to_kernel(stride: int, padding: int, shape: Shape) -> Operation:
    """(G, X) → the gradient of the kernel, of that shape: over all positions, G times what lay under the kernel.

    With steps of one this is the convolution of X with G as the kernel.
    """

    def shape_of(g: Shape, x: Shape) -> Shape:
        if g != _sliding(x, shape, stride, padding).positions(x):
            raise ShapeError(f"{describe_shape(g)} is no gradient of a convolution of {describe_shape(x)}")
        return shape

    def forward(g: Array, x: Array) -> Array:
        sliding = _sliding(x.shape, shape, stride, padding)
        padded, result = sliding.padded(x), np.zeros(shape)
        for offset in sliding.offsets():
            result[offset] = np.sum(g * padded[sliding.under(offset, g.shape)])
        return result

    def entry_rule(index: Index, at: At, g: Expr, x: Expr) -> Expr:
        sliding = _sliding(x.shape, shape, stride, padding)
        positions = ((i, j) for i in range(g.shape[0]) for j in range(g.shape[1]))
        places = ((position, sliding.place(position, index)) for position in positions)
        return _sum(
            [multiply(at(g, *position), at(x, *place)) for position, place in places if _is_within(place, x.shape)]
        )

    return Operation(
        name="conv_to_kernel",
        forward=forward,
        code=lambda o, inputs: (
            f"conv_to_kernel({o[0]}, {o[1]}, {_sliding(inputs[1].shape, shape, stride, padding).numbers()}, {shape})"
        ),
        backprop=lambda h, out, g, x: (
            conv(stride, padding)(x, h),
            conv_to_input(stride, padding, x.shape)(g, h),
        ),
        notation=_with_numbers("conv_to_kernel", *_steps(stride, padding)),
        shape=shape_of,
        entry=entry_rule,
        work=lambda g, x: _count(g) * _count(shape),
        fan_in=lambda g, x: (_count(g), _count(g)),
        parameters=(("stride", stride), ("padding", padding)),
    )


# --- pooling ---------------------------------------------------------------------------------------------------


def _window(shape: Shape, size: int, stride: int) -> Sliding:
    """A square window; on a signal, a part of it."""
    if shape == ():
        raise ShapeError("a number cannot be pooled")
    if 1 in shape:
        return Sliding((size, 1) if shape[1] == 1 else (1, size), stride)
    return Sliding((size, size), stride)


def _pooling_notation(name: str, size: int, stride: int) -> Notation:
    return _with_numbers(name, size, *(() if stride == size else (stride,)))


def _windows_of(at: At, x: Expr, index: Index, sliding: Sliding) -> list[Expr]:
    return [at(x, *sliding.place(index, offset)) for offset in sliding.offsets()]


def _first_maxima(x: Array, sliding: Sliding) -> tuple[Array, Array]:
    """The row and the column of the first largest entry under each position of a window."""
    positions = sliding.positions(x.shape)
    under = np.stack([x[sliding.under(offset, positions)] for offset in sliding.offsets()])
    chosen = np.argmax(under, axis=0)
    rows, columns = np.indices(positions) * sliding.stride
    return rows + chosen // sliding.window[1], columns + chosen % sliding.window[1]


def _pool_code(name: str, size: int, stride: int) -> Callable[[tuple[str, ...], tuple[Expr, ...]], str]:
    """The call of a function of scripts; the shape of the window is that for the last operand."""

    def code(operands: tuple[str, ...], inputs: tuple[Expr, ...]) -> str:
        window = _window(inputs[-1].shape, size, stride).window
        return f"{name}({', '.join(operands)}, {window}, {stride})"

    return code


@lru_cache
def max_pool(size: int, stride: int) -> Operation:
    """The largest entry under each position of a window; the first of equal ones has the gradient."""

    def forward(x: Array) -> Array:
        return x[_first_maxima(x, _window(x.shape, size, stride))]

    return Operation(
        name="max_pool",
        forward=forward,
        code=_pool_code("max_pool", size, stride),
        backprop=lambda g, out, x: (to_maxima(size, stride)(g, x),),
        notation=_pooling_notation("max_pool", size, stride),
        shape=lambda x: _window(x, size, stride).positions(x),
        entry=lambda index, at, x: largest_of(_windows_of(at, x, index, _window(x.shape, size, stride))),
        fan_in=lambda x: (_count(_window(x, size, stride).window),),
        parameters=(("size", size), ("stride", stride)),
    )


@lru_cache
def to_maxima(size: int, stride: int) -> Operation:
    """(G, X) → each entry of G added where the first largest entry of its window of X is, and zeros elsewhere."""

    def shape_of(g: Shape, x: Shape) -> Shape:
        if g != _window(x, size, stride).positions(x):
            raise ShapeError(f"{describe_shape(g)} is no gradient of a pooling of {describe_shape(x)}")
        return x

    def forward(g: Array, x: Array) -> Array:
        result = np.zeros(x.shape)
        np.add.at(result, _first_maxima(x, _window(x.shape, size, stride)), g)
        return result

    def entry_rule(index: Index, at: At, g: Expr, x: Expr) -> Expr:
        sliding = _window(x.shape, size, stride)
        terms: list[Expr] = []
        for position, (u, v) in sliding.covering(index, g.shape):
            window = _windows_of(at, x, position, sliding)
            terms.append(multiply(at(g, *position), is_first_of_largest(window, u * sliding.window[1] + v)))
        return _sum(terms)

    return Operation(
        name="to_maxima",
        forward=forward,
        code=_pool_code("to_maxima", size, stride),
        backprop=lambda h, out, g, x: (taken_at_maxima(size, stride)(h, x), None),
        notation=_pooling_notation("to_maxima", size, stride),
        shape=shape_of,
        entry=entry_rule,
        fan_in=lambda g, x: (1, _count(_window(x, size, stride).window)),
        parameters=(("size", size), ("stride", stride)),
    )


@lru_cache
def taken_at_maxima(size: int, stride: int) -> Operation:
    """(H, X) → the entry of H where the first largest entry of each window of X is."""

    def shape_of(h: Shape, x: Shape) -> Shape:
        if h != x:
            raise ShapeError(f"{describe_shape(h)} and {describe_shape(x)} do not fit entry by entry")
        return _window(x, size, stride).positions(x)

    def entry_rule(index: Index, at: At, h: Expr, x: Expr) -> Expr:
        sliding = _window(x.shape, size, stride)
        window = _windows_of(at, x, index, sliding)
        taken = _windows_of(at, h, index, sliding)
        return _sum([multiply(item, is_first_of_largest(window, place)) for place, item in enumerate(taken)])

    return Operation(
        name="taken_at_maxima",
        forward=lambda h, x: h[_first_maxima(x, _window(x.shape, size, stride))],
        code=_pool_code("taken_at_maxima", size, stride),
        backprop=lambda g, out, h, x: (to_maxima(size, stride)(g, x), None),
        notation=_pooling_notation("taken_at_maxima", size, stride),
        shape=shape_of,
        entry=entry_rule,
        fan_in=lambda h, x: (_count(_window(x, size, stride).window),) * 2,
        parameters=(("size", size), ("stride", stride)),
    )


@lru_cache
def mean_pool(size: int, stride: int) -> Operation:
    """The mean of what is under each position of a window."""

    def forward(x: Array) -> Array:
        sliding = _window(x.shape, size, stride)
        positions = sliding.positions(x.shape)
        return sum(x[sliding.under(offset, positions)] for offset in sliding.offsets()) / _count(sliding.window)

    def entry_rule(index: Index, at: At, x: Expr) -> Expr:
        window = _windows_of(at, x, index, _window(x.shape, size, stride))
        return divide(sum_of(window), float(len(window)))

    return Operation(
        name="mean_pool",
        forward=forward,
        code=_pool_code("mean_pool", size, stride),
        backprop=lambda g, out, x: (to_windows(size, stride, x.shape)(g),),
        notation=_pooling_notation("mean_pool", size, stride),
        shape=lambda x: _window(x, size, stride).positions(x),
        entry=entry_rule,
        fan_in=lambda x: (_count(_window(x, size, stride).window),),
        parameters=(("size", size), ("stride", stride)),
    )


@lru_cache
def to_windows(size: int, stride: int, shape: Shape) -> Operation:
    """Each entry shared out evenly over its window of a matrix of that shape."""
    sliding = _window(shape, size, stride)
    window = _count(sliding.window)

    def shape_of(g: Shape) -> Shape:
        if g != sliding.positions(shape):
            raise ShapeError(f"{describe_shape(g)} is no gradient of a pooling of {describe_shape(shape)}")
        return shape

    def forward(g: Array) -> Array:
        result = np.zeros(shape)
        for offset in sliding.offsets():
            result[sliding.under(offset, g.shape)] += g / window
        return result

    def entry_rule(index: Index, at: At, g: Expr) -> Expr:
        terms = [at(g, *position) for position, _ in sliding.covering(index, g.shape)]
        return divide(sum_of(terms), float(window)) if terms else Constant(0.0)

    return Operation(
        name="to_windows",
        forward=forward,
        code=f"to_windows({{0}}, {sliding.window}, {stride}, {shape})",
        backprop=lambda h, out, g: (mean_pool(size, stride)(h),),
        notation=_pooling_notation("to_windows", size, stride),
        shape=shape_of,
        entry=entry_rule,
        fan_in=lambda g: (1,),
        parameters=(("size", size), ("stride", stride)),
    )
