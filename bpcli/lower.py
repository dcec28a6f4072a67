"""From matrices to scalars: the formula of a single entry of any expression.

Elementwise operations act on entries; operations that mix entries say how (`Operation.entry`); everything else is
taken through its textbook definition.
"""

from __future__ import annotations

from bpcli.expr import Apply, Constant, Expr, Shape
from bpcli.ops.arithmetic import entry

__all__ = ["entry_of"]

Index = tuple[int, int]


def entry_of(expr: Expr, index: Index = (0, 0)) -> Expr:
    """The scalar formula of entry `index` (from 0) of `expr`; of a scalar expression, of its value.

    Raises NotImplementedError for an operation with neither an entry rule nor a definition.
    """
    if isinstance(expr, Apply):
        return _entry_of_apply(expr, index)
    if expr.shape == ():
        return expr
    row, column = _clipped(index, expr.shape)
    if isinstance(expr, Constant):
        texts = expr.texts[row][column] if expr.texts is not None else None
        return Constant(expr.value[row, column], texts=texts, variable=expr.variable)
    return entry(row, column)(expr)


def _entry_of_apply(expr: Apply, index: Index) -> Expr:
    operation = expr.operation
    result: Expr
    if operation.elementwise:
        result = operation(*(entry_of(item, index) for item in expr.inputs))
    elif operation.entry is not None:
        result = operation.entry(index, lambda item, row, column: entry_of(item, (row, column)), *expr.inputs)
    elif operation.definition is not None:
        result = entry_of(operation.definition(*expr.inputs), index)
    else:
        raise NotImplementedError(f"{operation.name} has no formula for one entry")
    # An entry rule may answer with an operand as it stands; only its entry is a scalar.
    return result if result.shape == () else entry_of(result, index)


def _clipped(index: Index, shape: Shape) -> Index:
    """The entry that broadcasting puts at `index`."""
    rows, columns = shape
    return (min(index[0], rows - 1), min(index[1], columns - 1))
