"""What makes an answer of another shape: a sum that was not taken, windows that slide otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.calculus.expr import Apply, Expr, ShapeError, Variable, postorder
from bpcli.calculus.ops.elementary import multiply
from bpcli.calculus.ops.matrices import axis_sum, matmul, total, transpose
from bpcli.calculus.ops.reductions import mean
from bpcli.calculus.ops.windows import conv
from bpcli.mistakes.line import Line
from bpcli.mistakes.site import Site

REDUCTIONS = frozenset(operation.name for operation in (mean, total, axis_sum(0), axis_sum(1)))
"""Sums and means: what they are taken of has another shape."""


def misshapen(site: Site) -> Iterator[tuple[str, Expr]]:
    """The mistaken formulas of a line whose values have another shape than the line's, by the ids of the mistakes."""
    line = Line(site)
    for identifier, formula in (*_not_summed(line), *_products_not_summed(line), *_other_windows(line)):
        if formula.shape != line.right.shape:
            yield identifier, formula


def _not_summed(line: Line) -> Iterator[tuple[str, Expr]]:
    """What a sum, or a mean, is taken of."""
    for node in line.nodes:
        if not isinstance(node, Apply) or node.operation.name not in REDUCTIONS:
            continue
        of = node.inputs[0]
        if line.binding.phase == "forward":
            yield "L16", of
        else:
            yield ("C04" if _is_of_map(line) else "G24"), of


def _is_of_map(line: Line) -> bool:
    """Whether the gradient is that of a number added to every cell of a map."""
    uses = [line.formula_of(c.consumer) for c in line.contributions]
    return any(
        isinstance(node, Apply) and node.operation.name == "conv"
        for formula in uses
        if formula is not None
        for node in postorder(formula)
    )


def _products_not_summed(line: Line) -> Iterator[tuple[str, Expr]]:
    """δ ⊙ h for δ hᵀ: a column, or a row, for each instance."""
    if not line.is_of_parameter or line.around.instances < 2:
        return
    for node in line.calls(matmul):
        one, other = (_upright(item) for item in node.inputs)
        if isinstance(one, Variable) and isinstance(other, Variable):
            try:
                yield "G24", multiply(one, other)
            except ShapeError:
                continue  # of several outputs and inputs the products of an instance are a matrix


def _upright(operand: Expr) -> Expr:
    return operand.inputs[0] if isinstance(operand, Apply) and operand.operation is transpose else operand


def _other_windows(line: Line) -> Iterator[tuple[str, Expr]]:
    """A convolution without its padding, without its stride, without either."""
    for node in line.nodes:
        if isinstance(node, Apply) and node.operation.name == "conv":
            for stride in (1, 2, 3):
                for padding in (0, 1, 2):
                    try:
                        yield "C02", line.put(node, conv(stride, padding)(*node.inputs))
                    except ShapeError:
                        continue
