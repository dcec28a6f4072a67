"""How large formulas are, from their shapes alone: entries of values, multiply-adds."""

from __future__ import annotations

from bpcli.calculus.expr import Apply, Expr, Shape, postorder


def entries(shape: Shape) -> int:
    """How many numbers a value of that shape is."""
    return shape[0] * shape[1] if shape else 1


def entries_made(root: Expr) -> int:
    """The entries of everything that is computed on the way to the value of a formula, the value included."""
    return sum(entries(node.shape) for node in postorder(root) if isinstance(node, Apply))


def multiply_adds(root: Expr) -> int:
    """The multiply-adds of a formula."""
    return sum(multiply_adds_of(node) for node in postorder(root) if isinstance(node, Apply))


def multiply_adds_of(node: Apply) -> int:
    """The multiply-adds of one operation: what it says, or one for each entry of its largest operand or result."""
    shapes = [item.shape for item in node.inputs]
    if node.operation.work is not None:
        return node.operation.work(*shapes)
    if node.operation.immediate:
        return 0
    return max(entries(shape) for shape in (node.shape, *shapes))
