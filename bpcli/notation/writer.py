"""Puts formulas and numbers on paper: expressions to Math with the digits in force, and whether they are exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bpcli.calculus.expr import Array, Constant, Expr, Variable
from bpcli.calculus.stages import is_long
from bpcli.document.document import Equation, Link
from bpcli.document.mathtree import Math, Matrix
from bpcli.document.rounding import Rounding
from bpcli.notation.equation import to_math

MOST_ROWS = 10
MOST_COLUMNS = 10
SHOWN = 3  # rows or columns shown before the dots of an elided matrix; one is shown after them
DOTS = "…"


class Written(NamedTuple):
    """A formula on paper, and whether every number in it is the number itself, not a rounding of it."""

    math: Math
    exact: bool


class Writer:
    """Writes with one way of rounding; large matrices are elided unless `full`."""

    def __init__(self, rounding: Rounding, *, full: bool = False) -> None:
        self.rounding = rounding
        self.full = full
        self._exact = True

    def write(self, expr: Expr) -> Written:
        self._exact = True
        math = to_math(expr, self._number, self._matrix)
        return Written(math, self._exact)

    def math(self, expr: Expr) -> Math:
        return self.write(expr).math

    def value(self, variable: Variable, value: Array, texts: Any = None) -> Math:
        """The value of a quantity as it is shown."""
        return self.math(Constant(value, texts=texts, variable=variable))

    def chain(self, left: Math, formulas: list[Expr], stages: Iterator[Expr], aside: Math | None = None) -> Equation:
        """`left = formula = … ≈ value`: a relation is `=` as long as everything shown is exact."""
        links: list[Link] = []
        seen: list[Math] = [left]
        exact = True
        for formula in formulas:
            if is_long(formula):
                continue
            math = self.math(formula)
            if math not in seen:
                links.append(Link("=", math))
                seen.append(math)
        for stage in stages:
            if is_long(stage):
                continue
            written = self.write(stage)
            exact = exact and written.exact
            if written.math == seen[-1]:
                continue
            links.append(Link("=" if exact else "≈", written.math))
            seen.append(written.math)
        return Equation(left, tuple(links), aside)

    def _number(self, value: float) -> str:
        self._exact = self._exact and self.rounding.is_exact(value)
        return self.rounding.text(value)

    def _matrix(self, constant: Constant) -> Matrix:
        rows, columns = constant.shape
        at_rows, at_columns = self._shown(rows, MOST_ROWS), self._shown(columns, MOST_COLUMNS)
        texts = constant.texts
        drawn: list[tuple[str, ...]] = []
        for i in at_rows:
            if i is None:
                drawn.append((DOTS,) * len(at_columns))
                continue
            drawn.append(
                tuple(
                    DOTS
                    if j is None
                    else texts[i][j]
                    if texts is not None
                    else self._number(float(constant.value[i, j]))
                    for j in at_columns
                )
            )
        whole = None not in at_rows and None not in at_columns
        return Matrix(tuple(drawn), None if whole else (rows, columns))

    def _shown(self, count: int, most: int) -> list[int | None]:
        if self.full or count <= most:
            return list(range(count))
        return [*range(SHOWN), None, count - 1]
