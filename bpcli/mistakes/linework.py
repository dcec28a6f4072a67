"""Rewrites of the lines of a forward pass: an operand in another order, a bias lost, an exponent remembered wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import permutations

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Operation, Shape, Variable
from bpcli.calculus.ops.elementary import add, divide, exp, multiply, negate, power, subtract
from bpcli.calculus.ops.functions import sigmoid, tanh
from bpcli.calculus.ops.matrices import matmul, transpose
from bpcli.calculus.ops.reductions import dot
from bpcli.calculus.ops.writing import call
from bpcli.document.mathtree import Identifier
from bpcli.mistakes.line import Line, Made
from bpcli.mistakes.rewriting import mistake

MOST_ORDERED = 4
"""All orders of up to so many entries are tried; of more, only the reversed one."""

SHORT_E = (Constant(2.72, texts="2.72"), Constant(2.718, texts="2.718"), Constant(2.7, texts="2.7"))


def _biases(line: Line) -> Iterator[tuple[Apply, Expr]]:
    """The sums of which one operand is a bias, with the other operand."""
    for node in line.calls(add):
        for bias, rest in (node.inputs[::-1], node.inputs):
            if isinstance(bias, Variable) and bias.role.endswith("bias"):
                yield node, rest


@mistake("F03", "forward", everywhere=False)
def bias_left_out(line: Line) -> Iterator[Made]:
    """W x for W x + b."""
    for node, rest in _biases(line):
        yield partial(line.put, node, rest)
    if line.variable.role == "node":  # in a graph a bias is a number like any other
        for node in line.calls(add):
            for one, rest in (node.inputs[::-1], node.inputs):
                if isinstance(one, Variable) and line.is_given(one) and one.shape in ((), node.shape):
                    yield partial(line.put, node, rest)


@mistake("F23", "forward")
def bias_subtracted(line: Line) -> Iterator[Made]:
    """W x − b."""
    for node, rest in _biases(line):
        bias = node.inputs[1] if node.inputs[0] is rest else node.inputs[0]
        yield line.instead(node, subtract, rest, bias)


@mistake("F01", "forward", everywhere=False)
def weights_transposed(line: Line) -> Iterator[Made]:
    """Wᵀ x for W x."""
    parameters = set(map(id, line.parameters))
    for node in line.calls(matmul):
        for k, operand in enumerate(node.inputs):
            if id(operand) in parameters:
                turned = [transpose(item) if j == k else item for j, item in enumerate(node.inputs)]
                yield partial(_product, line, node, turned)


def _product(line: Line, node: Apply, operands: list[Expr]) -> Expr:
    return line.put(node, matmul(*operands))


@mistake("F22", "forward")
def another_order(line: Line) -> Iterator[Made]:
    """The inputs, or the units below, in another order."""
    for node in line.calls(matmul, dot):
        for operand in node.inputs:
            inner = operand.inputs[0] if isinstance(operand, Apply) and operand.operation is transpose else operand
            if isinstance(inner, Variable) and line.around.adjoint(inner) not in line.leaves:
                yield from _reordered(line, inner)


def _reordered(line: Line, vector: Variable) -> Iterator[Made]:
    is_matrix = len(vector.shape) == 2 and 1 not in vector.shape
    if vector.shape == () or (is_matrix and vector.rank == 2 and line.around.instances == 1):
        return
    axis = 0 if vector.shape[-1] == 1 else 1 if vector.shape[0] == 1 else line.around.unit_axis
    n = vector.shape[axis]
    if n < 2:
        return
    usual = tuple(range(n))
    orders = [o for o in permutations(usual) if o != usual] if n <= MOST_ORDERED else [usual[::-1]]
    for order in orders:
        yield partial(_in_order, line, vector, order, axis)


def _in_order(line: Line, vector: Variable, order: tuple[int, ...], axis: int) -> Expr:
    return line.put(vector, in_order(order, axis)(vector))


@lru_cache
def in_order(order: tuple[int, ...], axis: int) -> Operation:
    """The rows (axis 0) or the columns of a matrix in another order, written π(x)."""

    def forward(a: Array) -> Array:
        return np.take(a, order, axis=axis)

    def refuse(*_: Expr) -> tuple[Expr | None, ...]:
        raise NotImplementedError("another order occurs in mistakes only")

    def shape(a: Shape) -> Shape:
        return a

    return Operation(name="in_order", forward=forward, backprop=refuse, notation=call(Identifier("π")), shape=shape)


@mistake("F24", "forward")
def exponent_slips(line: Line) -> Iterator[Made]:
    """e^(−a) for e^(−2a) or the other way, 2^(−a) for e^(−a), e taken as 2.72."""
    yield from line.each(line.calls(tanh), lambda node: tanh(divide(node.inputs[0], 2.0)))
    yield from line.each(line.calls(tanh), lambda node: tanh(multiply(2.0, node.inputs[0])))
    yield from line.each(line.calls(sigmoid), lambda node: sigmoid(multiply(2.0, node.inputs[0])))
    yield from line.each(line.calls(sigmoid), lambda node: sigmoid(divide(node.inputs[0], 2.0)))
    for base in (Constant(2.0, texts="2"), *SHORT_E):
        yield from line.each(line.calls(sigmoid), partial(_sigmoid_with, base))
        yield from line.each(line.calls(tanh), partial(_tanh_with, base))
        yield from line.each(line.calls(exp), partial(_power_of, base))
    yield from line.each(line.calls(exp), lambda node: exp(multiply(2.0, node.inputs[0])))
    yield from line.each(line.calls(exp), lambda node: exp(negate(node.inputs[0])))


def _power_of(base: Expr, node: Apply) -> Expr:
    return power(base, node.inputs[0])


def _sigmoid_with(base: Expr, node: Apply) -> Expr:
    return divide(1.0, add(Constant(1.0), power(base, negate(node.inputs[0]))))


def _tanh_with(base: Expr, node: Apply) -> Expr:
    up, down = power(base, node.inputs[0]), power(base, negate(node.inputs[0]))
    return divide(subtract(up, down), add(up, down))
