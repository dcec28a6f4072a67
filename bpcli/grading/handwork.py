"""What a person rounds inside a line: its summands, products, exponentials and constants, each as the sheet is rounded.

A line that is worked with a calculator and written numbers in between is off by what those roundings amount to: the sum
of |∂line/∂part| times half a unit of each part, a part being what any of its elementary operations gives. A product of
matrices is worked as a sum of products, so that its entries are off by half a unit for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Variable, count_of, evaluate, postorder, substitute
from bpcli.calculus.ops.matrices import matmul
from bpcli.document.mathtree import Identifier
from bpcli.grading.tolerance import Style, Way, slack

MOST_PARTS = 80
MOST_ENTRIES = 400
"""Of a line with more parts, or with larger ones, no part is written down."""


class Part(NamedTuple):
    """A part of a line: what gives it, the line with a name in its place, and how many numbers were rounded for it."""

    formula: Expr
    name: Variable
    rest: Expr
    roundings: int


@lru_cache(maxsize=2048)
def parts_of(line: Expr) -> tuple[Part, ...]:
    """The parts of a line written out in elementary operations, all but the line itself; () where they are too many."""
    whole = written_out(line)
    nodes = [node for node in postorder(whole) if node is not whole and _is_rounded(node)]
    if len(nodes) > MOST_PARTS or any(count_of(node.shape) > MOST_ENTRIES for node in nodes):
        return ()
    found = []
    for number, node in enumerate(nodes):
        name = Variable(f"part {number}", node.shape, Identifier("p"))
        found.append(Part(node, name, _named(whole, node, name), _roundings(node)))
    if isinstance(whole, Apply) and whole.operation is matmul:
        name = Variable("part whole", whole.shape, Identifier("p"))
        found.append(Part(whole, name, name, max(_roundings(whole) - 1, 0)))
    return tuple(found)


def _named(whole: Expr, part: Expr, name: Variable) -> Expr:
    return substitute(whole, lambda node: name if node is part else None)


def written_out(line: Expr) -> Expr:
    """A formula in elementary operations: a sigmoid with its exponential, a loss with its squares or logarithms."""

    def by_definition(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and node.operation.definition is not None and not node.operation.is_its_definition:
            made = node.operation.definition(*node.inputs)
            return made if made.shape == node.shape else None
        return None

    return substitute(line, by_definition)


def _is_rounded(node: Expr) -> bool:
    """Whether a part is a number that is worked out, or a constant that has more digits than are written."""
    if isinstance(node, Constant):
        return node.shape == () and float(node.value) != round(float(node.value), 6)
    return isinstance(node, Apply) and not node.operation.immediate


def _roundings(node: Expr) -> int:
    if isinstance(node, Apply) and node.operation is matmul:
        shape = node.inputs[0].shape
        return shape[1] if shape else 1
    return 1


def inner_slack(line: Expr, values: Mapping[str, Array], style: Style) -> Array:
    """How far a line may be off by what was rounded inside it, entry by entry."""
    total = np.zeros(line.shape)
    with np.errstate(all="ignore"):
        for part in parts_of(line):
            value = evaluate(part.formula, values)
            radius = part.roundings * _half_units(value, style)
            if np.any(radius):
                total = total + slack(part.rest, {**values, part.name.name: value}, {part.name.name: radius})
    return np.nan_to_num(total, nan=0.0, posinf=0.0)


def by_hand(line: Expr, values: Mapping[str, Array], way: Way) -> Array:
    """What a line gives where the result of every operation is rounded in one way before it is used.

    The products of a matrix product are rounded one by one. NaN where the line has too many parts.
    """
    whole = written_out(line)
    nodes = tuple(postorder(whole))
    if len(nodes) > MOST_PARTS or any(count_of(node.shape) > MOST_ENTRIES for node in nodes):
        return np.full(line.shape, np.nan)
    found: dict[int, Array] = {}
    for node in nodes:
        if isinstance(node, Variable):
            found[id(node)] = values[node.name]
        elif isinstance(node, Constant):
            found[id(node)] = way.rounded(node.value)[0] if _is_rounded(node) else node.value
        else:
            assert isinstance(node, Apply)  # there is nothing else
            operands = [found[id(item)] for item in node.inputs]
            if node.operation is matmul:
                one, other = operands
                result = way.rounded(one[:, :, None] * other[None, :, :])[0].sum(axis=1)
            else:
                result = node.operation.forward(*operands)
            found[id(node)] = result if node is whole or node.operation.immediate else way.rounded(result)[0]
    return found[id(whole)]


def _half_units(value: Array, style: Style) -> Array:
    """Half a unit of the last place that a sheet's style gives to numbers like these; none where they end there."""
    size = np.abs(np.asarray(value, dtype=np.float64))
    by_digits = np.zeros(size.shape)
    if style.digits:
        place = np.floor(np.log10(np.where(size > 0.0, size, 1.0))) + 1 - style.digits
        by_digits = np.where(size > 0.0, 0.5 * 10.0**place, 0.0)
    half = np.maximum(by_digits, style.half)
    units = np.divide(size, 2.0 * half, out=np.zeros(size.shape), where=half > 0.0)
    ends = np.abs(units - np.round(units)) <= 1e-9 * np.maximum(units, 1.0)
    radius: Array = np.where(ends, 0.0, half)
    return radius
