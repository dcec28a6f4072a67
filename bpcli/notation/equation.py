"""From expressions to Math: where fences go, and how numbers look once they are put in.

Precedence is passed down: an operand that binds less tightly than its place asks for is fenced. Iterative, so that
a sum of a hundred thousand terms is written as well.
"""

from __future__ import annotations

from collections.abc import Callable

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, Variable, postorder
from bpcli.calculus.ops.writing import ATOM, HALF, PRODUCT, SUM, number_math
from bpcli.document.mathtree import Fenced, Fraction, Math, Matrix, Row, Words

ShowNumber = Callable[[float], str]

MOST_SIGNS = 50_000
"""A formula of more names, numbers and signs is not written: what it shares would be written again and again."""
MOST_NESTED = 200
"""Nor is one with more fractions, powers or brackets inside each other; a row goes on at the same level."""
TOO_LONG = Words("…")


def fence(math: Math) -> Math:
    return Fenced(math)


def to_math(root: Expr, show_number: ShowNumber, show_matrix: Callable[[Constant], Matrix]) -> Math:
    """`root` written out. `show_number` and `show_matrix` write the constants that have no text of their own."""
    written: dict[int, Math] = {}
    size: dict[int, int] = {}
    depth: dict[int, int] = {}
    strength: dict[int, int] = {}
    for node in postorder(root):
        size[id(node)] = 1 + sum(size[id(item)] for item in node.inputs) if isinstance(node, Apply) else 1
        depth[id(node)] = 0
        if size[id(node)] > MOST_SIGNS:
            return TOO_LONG
        if isinstance(node, Variable):
            written[id(node)], strength[id(node)] = node.math, ATOM
        elif isinstance(node, Constant):
            written[id(node)], strength[id(node)] = _constant(node, show_number, show_matrix)
        else:
            assert isinstance(node, Apply)
            operation = node.operation
            operands = tuple(
                fence(written[id(item)]) if strength[id(item)] < needed else written[id(item)]
                for item, needed in zip(node.inputs, _needed(operation, node.inputs), strict=True)
            )
            written[id(node)] = operation.notation.write(operands, node.inputs)
            strength[id(node)] = _strength(operation, node, strength)
            inside = _depths(written[id(node)], operands)
            depth[id(node)] = max(depth[id(item)] + more for item, more in zip(node.inputs, inside, strict=True))
            if depth[id(node)] > MOST_NESTED:
                return TOO_LONG
    return written[id(root)]


def _depths(whole: Math, operands: tuple[Math, ...]) -> list[int]:
    """How many levels each operand stands below the whole: none where it is one of the items of a row."""
    items = whole.items if type(whole) is Row else (whole,)
    return [0 if type(operand) is not Fenced and any(item is operand for item in items) else 1 for operand in operands]


def _needed(operation: Operation, inputs: tuple[Expr, ...]) -> list[int]:
    """How tightly each operand must bind to stand without fences."""
    wanted = operation.notation.operands
    levels = wanted(inputs) if callable(wanted) else wanted
    return [levels[min(place, len(levels) - 1)] if levels else 0 for place in range(len(inputs))]


def _strength(operation: Operation, node: Apply, strength: dict[int, int]) -> int:
    if operation.notation.precedence == 0:  # written as its operand alone
        return strength[id(node.inputs[0])]
    return operation.notation.precedence


def _constant(node: Constant, show_number: ShowNumber, show_matrix: Callable[[Constant], Matrix]) -> tuple[Math, int]:
    if node.math is not None:
        return node.math, PRODUCT if type(node.math) is Fraction else ATOM
    if node.shape != ():
        return show_matrix(node), ATOM
    text = node.texts if isinstance(node.texts, str) else show_number(float(node.value))
    if text.startswith("-"):
        return number_math(text), SUM
    return number_math(text), PRODUCT if "/" in text and text != HALF else ATOM
