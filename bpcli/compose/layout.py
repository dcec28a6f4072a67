"""How a course lays out a network: whether an instance is a column or a row, and on which side the weights stand."""

from __future__ import annotations

from typing import NamedTuple

from bpcli.calculus.expr import Expr, Shape
from bpcli.calculus.ops import matrices


class Layout(NamedTuple):
    """The way an affine map is written: `W x + b`, `x W + b` or `x W^T + b`."""

    affine: str = "W x + b"

    @property
    def columns(self) -> bool:
        """Whether an instance is a column; else it is a row."""
        return self.affine == "W x + b"

    @property
    def unit_axis(self) -> int:
        """The axis along which the units of one instance lie."""
        return 0 if self.columns else 1

    def instances(self, units: int, count: int = 1) -> Shape:
        """The shape of so many instances of so many units."""
        return (units, count) if self.columns else (count, units)

    def units_of(self, shape: Shape) -> int:
        return 1 if shape == () else shape[self.unit_axis]

    def fans(self, weights: Shape) -> tuple[int, int]:
        """How many units weights make, and from how many."""
        return (weights[1], weights[0]) if self.affine == "x W + b" else (weights[0], weights[1])

    def product(self, weights: Expr, x: Expr) -> Expr:
        """The product of an affine map."""
        if self.affine == "W x + b":
            return matrices.matmul(weights, x)
        if self.affine == "x W + b":
            return matrices.matmul(x, weights)
        return matrices.matmul(x, matrices.transpose(weights))

    def product_of_rows(self, weights: Expr, rows: Expr) -> Expr:
        """The same for values that are rows whatever the layout: the tokens of a sequence."""
        return matrices.matmul(rows, weights if self.affine == "x W + b" else matrices.transpose(weights))

    def as_row(self, bias: Expr) -> Expr:
        """A bias as it is added to rows."""
        return matrices.transpose(bias) if self.columns and bias.shape != () else bias

    def from_row(self, row: Expr) -> Expr:
        """A row of a matrix as one instance."""
        return matrices.transpose(row) if self.columns else row

    def from_column(self, column: Expr) -> Expr:
        """A column of numbers as one instance."""
        return column if self.columns else matrices.transpose(column)

    def to_row(self, instance: Expr) -> Expr:
        return matrices.transpose(instance) if self.columns else instance

    def outer(self, units: Expr, inputs: Expr) -> Expr:
        """What a correction of the units makes of the weights: (t − y) xᵀ in the layout's way, summed over a batch."""
        if self.affine == "W x + b":
            return matrices.matmul(units, matrices.transpose(inputs))
        if self.affine == "x W + b":
            return matrices.matmul(matrices.transpose(inputs), units)
        return matrices.matmul(matrices.transpose(units), inputs)
