"""Straight-line programs: each line binds a name to a formula over the names above it.

A network or a graph becomes a program; backpropagation and update steps extend it with lines of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bpcli.calculus.expr import Expr, Variable, variables_of


class ProgramError(ValueError):
    """A program that is not one: a name bound twice or used before it is bound, shapes that disagree."""


class Contribution(NamedTuple):
    """One term of an adjoint: what comes back from one use of the variable.

    `seed` is the adjoint of the consumer, `local` the local derivative ∂consumer/∂variable where the consumer
    is a number, and `term` their product (or what the consumer's backprop rule makes of the seed).
    """

    consumer: Variable
    seed: Expr
    local: Expr | None
    term: Expr


class Binding(NamedTuple):
    """One line of a program: `variable := expr`.

    phase          `forward`, `backward` or `update`
    rule           which line of the textbook it is (`affine`, `activation`, `weights_gradient`, …)
    worked         the formula a person would work with where that is not `expr` itself: h ⊙ (1 − h) for σ′(a)
    stable         another formula of the same value, computed in place of `expr` because it cannot overflow
    accurate       the same again where `stable` (or `expr`) loses digits in numbers that are computed and not written
    contributions  of an adjoint: its terms, one for every use of its variable
    update         the number of the update that it belongs to
    """

    variable: Variable
    expr: Expr
    phase: str
    rule: str
    worked: Expr | None = None
    stable: Expr | None = None
    accurate: Expr | None = None
    contributions: tuple[Contribution, ...] = ()
    update: int = 1

    def formula(self, route: str) -> Expr:
        """The formula of the line on a route: the only way to choose between its forms.

        printed   the line as it is shown first
        worked    as a person works it with numbers
        computed  as the solver computes it: in its accurate or its stable form where it has one
        stable    as a person computes it who knows the stable form
        planned   as training computes it: stable, and a slope from the value that is there, h ⊙ (1 − h)
        """
        if route == "computed" and self.accurate is not None:
            return self.accurate
        if route in ("computed", "stable", "planned") and self.stable is not None:
            return self.stable
        uses_worked = route in ("worked", "stable") or (route == "planned" and self.rule == "local_derivative")
        return self.worked if uses_worked and self.worked is not None else self.expr

    @property
    def shown(self) -> list[Expr]:
        """What a lesson shows of the line before its numbers: as printed and, where that is another form, as worked."""
        return [self.expr] if self.worked is None else [self.expr, self.worked]

    @property
    def formulas(self) -> tuple[Expr, ...]:
        """Every formula of the line: as it reads, as it is worked, as it is computed."""
        several = (self.expr, self.worked, self.stable, self.accurate)
        return tuple(formula for formula in several if formula is not None)


class Program(NamedTuple):
    """Inputs (given) and bindings (computed), in an order in which each line can be computed."""

    inputs: tuple[Variable, ...]
    bindings: tuple[Binding, ...]

    def extended(self, bindings: Iterable[Binding], inputs: Iterable[Variable] = ()) -> Program:
        return Program((*self.inputs, *inputs), (*self.bindings, *bindings))

    def variables(self) -> dict[str, Variable]:
        """Every variable by its name."""
        named = {variable.name: variable for variable in self.inputs}
        named.update((binding.variable.name, binding.variable) for binding in self.bindings)
        return named

    def consumers(self) -> dict[str, list[Binding]]:
        """For each name the bindings whose formula uses it, in order (the successors S(u) of a graph)."""
        result: dict[str, list[Binding]] = {name: [] for name in self.variables()}
        for binding in self.bindings:
            for variable in variables_of(binding.expr):
                result[variable.name].append(binding)
        return result

    def needed_for(self, names: Iterable[str]) -> frozenset[str]:
        """The names given and everything that they are computed from."""
        by_name: Mapping[str, Binding] = {binding.variable.name: binding for binding in self.bindings}
        needed: set[str] = set()
        stack = list(names)
        while stack:
            name = stack.pop()
            if name in needed:
                continue
            needed.add(name)
            if name in by_name:
                stack.extend(variable.name for variable in variables_of(by_name[name].expr))
        return frozenset(needed)

    def check(self) -> Program:
        """The program itself, if every name is bound once and used only below its binding, with its shape.

        Raises ProgramError otherwise.
        """
        known = {variable.name: variable for variable in self.inputs}
        if len(known) < len(self.inputs):
            raise ProgramError("an input is given twice")
        for binding in self.bindings:
            name = binding.variable.name
            for formula in binding.formulas:
                for used in variables_of(formula):
                    if known.get(used.name) is not used:
                        raise ProgramError(f"{name} uses {used.name} before it is bound")
                if formula.shape != binding.variable.shape:
                    raise ProgramError(f"{name} has shape {binding.variable.shape}, its formula {formula.shape}")
            if name in known:
                raise ProgramError(f"{name} is bound twice")
            known[name] = binding.variable
        return self
