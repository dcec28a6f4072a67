"""Other forms of a line: the one a person would work with, and the one that cannot overflow."""

from __future__ import annotations

from collections.abc import Mapping

from bpcli.calculus.expr import Apply, Expr, Variable, postorder, substitute
from bpcli.calculus.ops.saturated import accurate
from bpcli.calculus.ops.shortcuts import Shortcut
from bpcli.calculus.program import Binding, Program


def with_stable_gradient(
    program: Program, together: Shortcut, output: Variable, a: Variable, y: Variable, t: Variable
) -> Program:
    """∂/∂a computed as the multiple of y − t that it is, while the line still reads as the chain rule.

    What y = σ(a) loses near 1 is taken from a, in ∂/∂y too.
    """
    upstream: Expr | None = None
    lines: list[Binding] = []
    for binding in program.bindings:
        of = binding.variable.of
        if binding.variable.role == "adjoint" and of is y:
            upstream = binding.contributions[0].seed
            binding = binding._replace(accurate=accurate(binding.expr, y, a, t))
        if binding.variable.role == "adjoint" and of is a and upstream is not None:
            stable = together.gradient(upstream, y, t)
            binding = binding._replace(stable=stable, accurate=accurate(stable, y, a, t))
        lines.append(binding)
    return Program(program.inputs, tuple(lines))


def with_worked_forms(program: Program) -> Program:
    """Gives each line that uses an f′(a) the formula that a person would work with: h ⊙ (1 − h)."""
    values_of: dict[tuple[int, str], Variable] = {}
    lines: list[Binding] = []
    for binding in program.bindings:
        expr = binding.expr
        if isinstance(expr, Apply) and len(expr.inputs) == 1 and isinstance(expr.inputs[0], Variable):
            values_of[id(expr.operation), expr.inputs[0].name] = binding.variable

        def expanded(node: Expr) -> Expr | None:
            if not isinstance(node, Apply) or node.operation.primal is None or node.operation.expand is None:
                return None
            below = node.inputs[0]
            primal = node.operation.primal()
            known = values_of.get((id(primal), below.name)) if isinstance(below, Variable) else None
            return node.operation.expand(below, known if known is not None else primal(below))

        if binding.phase == "backward" and _uses_derivatives(expr):
            worked = substitute(expr, expanded)
            if worked is not expr:
                binding = binding._replace(worked=worked)
        lines.append(binding)
    return Program(program.inputs, tuple(lines))


def _uses_derivatives(expr: Expr) -> bool:
    return any(isinstance(node, Apply) and node.operation.primal is not None for node in postorder(expr))


def with_variables(binding: Binding, others: Mapping[str, Variable]) -> Binding:
    """A line with other variables in the place of those of these names."""

    def replace(node: Expr) -> Expr | None:
        return others.get(node.name) if isinstance(node, Variable) else None

    def moved(expr: Expr | None) -> Expr | None:
        return None if expr is None else substitute(expr, replace)

    contributions = tuple(
        item._replace(
            consumer=others.get(item.consumer.name, item.consumer),
            seed=substitute(item.seed, replace),
            local=moved(item.local),
            term=substitute(item.term, replace),
        )
        for item in binding.contributions
    )
    return binding._replace(
        expr=substitute(binding.expr, replace),
        worked=moved(binding.worked),
        stable=moved(binding.stable),
        accurate=moved(binding.accurate),
        contributions=contributions,
    )
