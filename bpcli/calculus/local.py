"""Local derivatives between single entries: ∂a⁽¹⁾₁/∂W⁽¹⁾₁₂ = x₂, read off the backprop rule of the line in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bpcli.calculus.backprop import pull_back
from bpcli.calculus.expr import Apply, Constant, Expr, Variable, is_constant, substitute
from bpcli.calculus.lower import Index, entry_of
from bpcli.calculus.ops.elementary import add, divide, multiply, negate, subtract, sum_of, without_leading_minus
from bpcli.calculus.program import Binding
from bpcli.document.mathtree import Identifier


class Local(NamedTuple):
    """The derivative of the entry at `place` of a line (counted from 0) with respect to one entry of what it uses."""

    place: Index
    formula: Expr


class LineDerivatives:
    """The local derivatives of one line: its rule is asked once, with a gradient that is only a name."""

    def __init__(self, binding: Binding) -> None:
        variable = binding.variable
        # The derivative of a number is what its rule makes of 1; that of a matrix is linear in the matrix given.
        self._given = None if variable.shape == () else Variable("", variable.shape, Identifier("G"))
        seed = Constant(1.0) if self._given is None else self._given
        self._terms: dict[str, Expr] = {}
        for source, term in pull_back(binding.expr, seed, variable):
            term = _with_jacobian_written_out(term, binding)
            known = self._terms.get(source.name)
            self._terms[source.name] = term if known is None else add(known, term)

    def by(self, source: Variable, index: Index) -> Iterator[Local]:
        """What changes with entry `index` of `source`, and how; what does not change with it is left out."""
        return (local for local in self._all(source, index) if not is_constant(local.formula, 0.0))

    def _all(self, source: Variable, index: Index) -> Iterator[Local]:
        if source.name not in self._terms:
            return
        formula = entry_of(self._terms[source.name], index)
        if self._given is None:
            yield Local((0, 0), _tidied(formula))
            return
        cells: dict[Index, Variable] = {}

        def as_number(node: Expr) -> Expr | None:
            if not (isinstance(node, Apply) and node.inputs[0] is self._given):
                return None
            at = dict(node.operation.parameters)
            cell = int(at["row"]), int(at["column"])
            return cells.setdefault(cell, Variable(f"G{cell}", (), Identifier("G")))

        formula = substitute(formula, as_number)
        names = frozenset(cell.name for cell in cells.values())
        coefficients: dict[str, list[Expr]] = {}
        for cell, term in pull_back(formula, Constant(1.0), formula, names):
            coefficients.setdefault(cell.name, []).append(term)
        for place, cell in sorted(cells.items()):
            yield Local(place, _tidied(sum_of([_minus_in_front(term) for term in coefficients[cell.name]])))


def _with_jacobian_written_out(term: Expr, binding: Binding) -> Expr:
    """softmax′(a) as diag(y) − y yᵀ, of which an entry can be written; σ′(a) has entries as it stands."""

    def written_out(node: Expr) -> Expr | None:
        if not isinstance(node, Apply) or node.operation.primal is None or node.operation.elementwise:
            return None
        below, primal = node.inputs[0], node.operation.primal()
        line = binding.expr
        is_its_own = isinstance(line, Apply) and line.operation is primal and line.inputs[0] is below
        assert node.operation.expand is not None
        return node.operation.expand(below, binding.variable if is_its_own else primal(below))

    return substitute(term, written_out)


def _minus_in_front(term: Expr) -> Expr:
    """−(y·y) for (−y)·y, which a sum takes away."""
    unsigned = without_leading_minus(term)
    return term if unsigned is None else negate(unsigned)


def _tidied(formula: Expr) -> Expr:
    """The formula without the zeros and ones that stand beside a diagonal, or at an entry that is not looked at."""

    def tidy(node: Expr) -> Expr | None:
        if not isinstance(node, Apply) or node.operation not in (add, subtract, multiply, divide, negate):
            return None
        zeros = [is_constant(item, 0.0) for item in node.inputs]
        if node.operation is add:
            return node.inputs[0] + node.inputs[1]
        if node.operation is subtract and any(zeros):
            return -node.inputs[1] if zeros[0] else node.inputs[0]
        if node.operation is multiply:
            return Constant(0.0) if any(zeros) else node.inputs[0] * node.inputs[1]
        return Constant(0.0) if node.operation is not subtract and zeros[0] else None

    return substitute(formula, tidy)
