"""The tape: a computation graph of numbers as flat lists, one place for each node, inputs before what uses them.

Node k is `operations[codes[k]]` of the nodes `left[k]` and `right[k]` (−1 where there is none). Evaluating goes up
the lists and differentiating down them, as Algorithm 1 does:

    grad_table[output] ← 1
    for k from the output down to the first node:
        grad_table[left[k]]  += grad_table[k] · ∂k/∂left[k]
        grad_table[right[k]] += grad_table[k] · ∂k/∂right[k]

Nothing recurs, so a chain of a million nodes is as good as any other graph. (Wengert 1964 calls it a list of
elementary steps; Griewank and Walther, *Evaluating Derivatives* (2008), ch. 3 and 6.)
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from bpcli.calculus.expr import Operation
from bpcli.calculus.ops.elementary import (
    absolute,
    add,
    at_least,
    cosine,
    divide,
    exp,
    greater,
    lesser,
    log,
    multiply,
    negate,
    power,
    sign,
    sine,
    sqrt,
    square,
    subtract,
)
from bpcli.calculus.ops.functions import identity, sigmoid, tanh

NONE = -1
"""In the place of an input: there is none."""

Slopes: TypeAlias = tuple[float, ...]


class Elementary(NamedTuple):
    """An elementary operation on plain numbers.

    `value` takes the inputs; `slopes` takes the value and the inputs and gives a local derivative for each input.
    """

    operation: Operation
    value: Callable[..., float]
    slopes: Callable[..., Slopes]


def _power_slopes(out: float, a: float, b: float) -> Slopes:
    # The slope in the exponent exists for a positive base only; a number as exponent has no use for it.
    return (b * math.pow(a, b - 1), out * math.log(a) if a > 0 else math.nan)


def _sign(a: float) -> float:
    return float(a > 0) - float(a < 0)


ELEMENTARY: tuple[Elementary, ...] = (
    Elementary(identity, lambda a: a, lambda out, a: (1.0,)),
    Elementary(add, operator.add, lambda out, a, b: (1.0, 1.0)),
    Elementary(subtract, operator.sub, lambda out, a, b: (1.0, -1.0)),
    Elementary(multiply, operator.mul, lambda out, a, b: (b, a)),
    Elementary(divide, operator.truediv, lambda out, a, b: (1 / b, -a / (b * b))),
    Elementary(negate, operator.neg, lambda out, a: (-1.0,)),
    Elementary(square, lambda a: a * a, lambda out, a: (2 * a,)),
    Elementary(exp, math.exp, lambda out, a: (out,)),
    Elementary(log, math.log, lambda out, a: (1 / a,)),
    Elementary(greater, lambda a, b: a if a >= b else b, lambda out, a, b: (1.0, 0.0) if a >= b else (0.0, 1.0)),
    Elementary(lesser, lambda a, b: a if a <= b else b, lambda out, a, b: (1.0, 0.0) if a <= b else (0.0, 1.0)),
    Elementary(at_least, lambda a, b: float(a >= b), lambda out, a, b: (0.0, 0.0)),
    Elementary(power, math.pow, _power_slopes),
    Elementary(sqrt, math.sqrt, lambda out, a: (0.5 / out,)),
    Elementary(absolute, abs, lambda out, a: (_sign(a),)),
    Elementary(sign, _sign, lambda out, a: (0.0,)),
    Elementary(sine, math.sin, lambda out, a: (math.cos(a),)),
    Elementary(cosine, math.cos, lambda out, a: (-math.sin(a),)),
)
"""The elementary operations: + − × ÷, negation, square, exp, log, max and min, and what cannot be made of these."""


def _sigmoid(a: float) -> float:
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    small = math.exp(a)
    return small / (1 + small)


def _sigmoid_slopes(out: float, a: float) -> Slopes:
    small = math.exp(-abs(a))
    return (small / (1 + small) ** 2,)


def _tanh_slopes(out: float, a: float) -> Slopes:
    small = math.exp(-2 * abs(a))
    return (4 * small / (1 + small) ** 2,)


COMPOSITE: tuple[Elementary, ...] = (
    Elementary(sigmoid, _sigmoid, _sigmoid_slopes),
    Elementary(tanh, math.tanh, _tanh_slopes),
)
"""Composite functions that graphs are full of, in their stable forms; not what anything is lowered to."""


def unlisted(operation: Operation) -> Elementary:
    """Any other operation on numbers (softplus, a custom function) by its own rules; slower, and as accurate."""

    def value(*inputs: float) -> float:
        with np.errstate(all="ignore"):
            return float(operation.forward(*map(np.float64, inputs)))

    def slopes(out: float, *inputs: float) -> Slopes:
        with np.errstate(all="ignore"):
            terms = operation.backprop(np.float64(1.0), np.float64(out), *map(np.float64, inputs))
            return tuple(0.0 if term is None else float(term) for term in terms)  # type: ignore[arg-type]

    return Elementary(operation, value, slopes)


class NotFiniteError(ArithmeticError):
    """A node whose value is not a finite number: which one, and what it was computed from."""

    def __init__(self, node: int, operation: Operation, operands: Slopes) -> None:
        super().__init__(node, operation, operands)
        self.node = node
        self.operation = operation
        self.operands = operands


class Tape:
    """A graph of numbers; built node by node, evaluated and differentiated as often as one likes.

    >>> from bpcli.calculus.ops.elementary import multiply
    >>> from bpcli.calculus.ops.elementary import exp
    >>> tape = Tape()
    >>> x = tape.number(0.0)
    >>> y = tape.number(3.0)
    >>> z = tape.apply(multiply, tape.apply(exp, x), y)
    >>> values = tape.evaluate()
    >>> table = tape.differentiate(values, z)
    >>> values[z], table[x], table[y]
    (3.0, 3.0, 1.0)
    """

    def __init__(self) -> None:
        self.rules: list[Elementary] = [*ELEMENTARY, *COMPOSITE]
        self.codes: list[int] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.given: dict[int, float] = {}
        self._code_of = {rule.operation: code for code, rule in enumerate(self.rules)}

    def __len__(self) -> int:
        return len(self.codes)

    # --- building ---

    def number(self, value: float) -> int:
        """A node that is given: an input, a parameter, a constant."""
        node = len(self.codes)
        self.codes.append(NONE)
        self.left.append(NONE)
        self.right.append(NONE)
        self.given[node] = value
        return node

    def apply(self, operation: Operation, left: int, right: int = NONE) -> int:
        """A node that is computed, from one or two nodes above it."""
        code = self._code_of.get(operation)
        if code is None:
            code = self._code_of[operation] = len(self.rules)
            self.rules.append(unlisted(operation))
        codes = self.codes
        codes.append(code)
        self.left.append(left)
        self.right.append(right)
        return len(codes) - 1

    def with_given(self, node: int, value: float) -> Tape:
        """The same graph where a node is given, whatever it was computed from."""
        other = Tape()
        other.rules, other._code_of = self.rules, self._code_of
        other.codes, other.left, other.right = [*self.codes], [*self.left], [*self.right]
        other.codes[node] = other.left[node] = other.right[node] = NONE
        other.given = {**self.given, node: value}
        return other

    # --- reading ---

    def operation(self, node: int) -> Operation | None:
        """The operation of a node; None for one that is given."""
        code = self.codes[node]
        return None if code == NONE else self.rules[code].operation

    def inputs(self, node: int) -> tuple[int, ...]:
        """The nodes that a node is computed from: one for each use."""
        if self.codes[node] == NONE:
            return ()
        return (self.left[node],) if self.right[node] == NONE else (self.left[node], self.right[node])

    def consumers(self) -> list[list[int]]:
        """For each node the nodes computed from it (the successors S(u)), one entry for each use."""
        found: list[list[int]] = [[] for _ in self.codes]
        for node in range(len(self.codes)):
            for item in self.inputs(node):
                found[item].append(node)
        return found

    def needed_for(self, nodes: Iterable[int]) -> bytearray:
        """1 for the nodes given and everything that they are computed from."""
        needed = bytearray(len(self.codes))
        for node in nodes:
            needed[node] = 1
        left, right = self.left, self.right
        for node in range(needed.rfind(1), -1, -1):
            if needed[node] and left[node] >= 0:
                needed[left[node]] = 1
                if right[node] >= 0:
                    needed[right[node]] = 1
        return needed

    def changed_by(self, nodes: Iterable[int]) -> bytearray:
        """1 for the nodes given and everything that is computed from them."""
        changed = bytearray(len(self.codes))
        for node in nodes:
            changed[node] = 1
        left, right = self.left, self.right
        for node in range(max(changed.find(1), 0), len(changed)):
            if left[node] >= 0 and (changed[left[node]] or (right[node] >= 0 and changed[right[node]])):
                changed[node] = 1
        return changed

    # --- computing ---

    def evaluate(
        self, changes: Mapping[int, float] | None = None, rounded: Callable[[float], float] | None = None
    ) -> list[float]:
        """The value of every node; `changes` are other numbers for given nodes.

        With `rounded` every computed value goes through it before it is used. Raises NotFiniteError.
        """
        given = {**self.given, **changes} if changes else self.given
        functions = [rule.value for rule in self.rules]
        if rounded is not None:
            functions = [_then(rounded, function) for function in functions]
        values: list[float] = []
        append = values.append
        try:
            for code, i, j in zip(self.codes, self.left, self.right, strict=True):
                if j >= 0:
                    append(functions[code](values[i], values[j]))
                elif i >= 0:
                    append(functions[code](values[i]))
                else:
                    append(given[len(values)])
        except (ArithmeticError, ValueError):
            raise self._fault(len(values), values) from None
        if not all(map(math.isfinite, values)):
            # The −∞ of a mask is given; that it comes out of an operation is a fault.
            broken = (k for k, value in enumerate(values) if not math.isfinite(value) and self.operation(k) is not None)
            if (first := next(broken, None)) is not None:
                raise self._fault(first, values)
        return values

    def slopes(self, values: Sequence[float], node: int) -> Slopes:
        """The local derivatives of a node, one for each of its inputs (nan where there is none)."""
        if self.codes[node] == NONE:
            return ()
        inputs = [values[item] for item in self.inputs(node)]
        try:
            return self.rules[self.codes[node]].slopes(values[node], *inputs)
        except (ArithmeticError, ValueError):
            return (math.nan,) * len(inputs)

    def differentiate(
        self, values: Sequence[float], output: int, rounded: Callable[[float], float] | None = None
    ) -> list[float]:
        """Algorithm 1: the derivative of the output with respect to every node (0 where it does not depend on it).

        A local derivative that does not exist makes everything below it nan.
        """
        functions = [rule.slopes for rule in self.rules]
        if rounded is not None:
            functions = [_each(rounded, function) for function in functions]
        codes, left, right = self.codes, self.left, self.right
        table = [0.0] * len(codes)
        table[output] = 1.0
        reached = bytearray(len(codes))
        reached[output] = 1
        for k in range(output, -1, -1):
            if not reached[k]:
                continue
            gradient = table[k]
            if rounded is not None:
                gradient = table[k] = rounded(gradient)
            i, j = left[k], right[k]
            if j >= 0:
                try:
                    slope, other = functions[codes[k]](values[k], values[i], values[j])
                except (ArithmeticError, ValueError):
                    slope = other = math.nan
                table[i] += gradient * slope
                table[j] += gradient * other
                reached[i] = reached[j] = 1
            elif i >= 0:
                try:
                    (slope,) = functions[codes[k]](values[k], values[i])
                except (ArithmeticError, ValueError):
                    slope = math.nan
                table[i] += gradient * slope
                reached[i] = 1
        return table

    def _fault(self, node: int, values: Sequence[float]) -> NotFiniteError:
        operation = self.operation(node)
        assert operation is not None, "given numbers are finite"
        return NotFiniteError(node, operation, tuple(values[item] for item in self.inputs(node)))


def _then(rounded: Callable[[float], float], function: Callable[..., float]) -> Callable[..., float]:
    return lambda *inputs: rounded(function(*inputs))


def _each(rounded: Callable[[float], float], function: Callable[..., Slopes]) -> Callable[..., Slopes]:
    return lambda *inputs: tuple(map(rounded, function(*inputs)))
