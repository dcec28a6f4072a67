"""The summands of a sum: `terms(a1)[2,1]` is the first product in the second entry of W⁽¹⁾x."""

from __future__ import annotations

from bpcli.calculus.expr import Apply, Constant, Expr, Variable
from bpcli.calculus.lower import entry_of
from bpcli.calculus.ops.elementary import add, multiply, negate, subtract
from bpcli.calculus.ops.matrices import axis_sum, matmul, total

MOST_TERMS = 10_000
"""More summands than this are not listed."""

SUMS = (total, axis_sum(0), axis_sum(1))


def terms_of(variable: Variable, expr: Expr) -> tuple[tuple[Expr, ...], ...] | None:
    """For a vector a row of summands for each entry, for a number one row; None where the formula is no sum.

    Scalar formulas over the variables of the program. A bias added to a product of matrices is not among them.
    """
    if variable.rank == 2:
        return None
    product = _product_inside(expr)
    if product is not None:
        return _products(variable, product)
    if variable.rank == 0:
        summands = _summands(expr)
        return (summands,) if summands is not None else None
    return None


def _product_inside(expr: Expr) -> Apply | None:
    """The product of matrices that the formula is, or that it adds a bias to."""
    while isinstance(expr, Apply) and expr.operation is add:
        expr = expr.inputs[0]
    return expr if isinstance(expr, Apply) and expr.operation is matmul else None


def _products(variable: Variable, product: Apply) -> tuple[tuple[Expr, ...], ...] | None:
    left, right = product.inputs
    inner = left.shape[1]
    rows, columns = product.shape
    if rows * columns * inner > MOST_TERMS:
        return None
    places = [(i, j) for i in range(rows) for j in range(columns)]
    return tuple(
        tuple(multiply(entry_of(left, (i, k)), entry_of(right, (k, j))) for k in range(inner)) for i, j in places
    )


def _summands(expr: Expr) -> tuple[Expr, ...] | None:
    if isinstance(expr, Apply) and expr.operation.definition is not None and expr.operation.unfold:
        expr = expr.operation.definition(*expr.inputs)
    if isinstance(expr, Apply) and expr.operation in SUMS:
        below = expr.inputs[0]
        if below.shape == ():
            return None
        rows, columns = below.shape
        if rows * columns > MOST_TERMS:
            return None
        return tuple(entry_of(below, (i, j)) for i in range(rows) for j in range(columns))
    flat = _flattened(expr)
    return flat if len(flat) > 1 else None


def _flattened(expr: Expr) -> tuple[Expr, ...]:
    """The summands of a + b − c, the sign of each with it; a minus before a sum goes to each of its summands."""
    result: list[Expr] = []
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    while stack:
        item, negative = stack.pop()
        if isinstance(item, Apply) and item.operation in (add, subtract):
            stack.append((item.inputs[1], negative != (item.operation is subtract)))
            stack.append((item.inputs[0], negative))
        elif isinstance(item, Apply) and item.operation is negate:
            stack.append((item.inputs[0], not negative))
        else:
            signed: Expr = negate(item) if negative else item
            result.append(signed)
    return tuple(result) if len(result) > 1 or not isinstance(result[0], Constant) else ()
