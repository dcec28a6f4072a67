"""The extended program as a document: its lines as formulas, nothing put in, and what is worth knowing about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from bpcli.calculus.expr import Apply, Constant, Expr, Shape, Variable, evaluate
from bpcli.calculus.program import Binding
from bpcli.calculus.stages import stages
from bpcli.document.document import (
    Block,
    Cell,
    Document,
    Equation,
    Heading,
    Inline,
    InlineMath,
    Link,
    Note,
    Table,
    Title,
)
from bpcli.document.mathtree import Math, Operator, Row
from bpcli.inquiry.derive import Derivation, Simplification, simplifications
from bpcli.lesson.steps import shape_text
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution


def derivation_document(
    solution: Solution, derivation: Derivation, *, with_values: bool = False, language: str = ""
) -> Document:
    """The program line by line, the derivatives under what they are derivatives of."""
    messages = Messages(language or solution.problem.language)
    writer = Writer(solution.rounding)
    blocks: list[Block] = [Title(solution.problem.title, solution.problem.source)]
    if derivation.direction is not None:
        shape = shape_text(derivation.direction.shape)
        blocks.append(Note(messages.inline("derive.direction", name=derivation.direction.math, shape=shape)))
    for key, equations in zip(("program", "derivatives"), program_equations(derivation, writer), strict=True):
        if equations:
            blocks.append(Heading(messages.text(f"derive.{key}")))
            blocks.append(_program_table(equations, messages))
    if derivation.output is solution.output:
        known = simplifications(solution, derivation.program)
        if known:
            blocks.append(Heading(messages.text("derive.known")))
            told: set[str] = set()
            for item in known:
                blocks.extend(_simplification(solution, derivation, item, writer, messages))
                names = [target.math for target in item.one_hot if target.name not in told]
                told.update(target.name for target in item.one_hot)
                if names:
                    blocks.append(Note(messages.inline("derive.one-hot", names=_listed(names)), "check"))
    if with_values:
        blocks.append(Heading(messages.text("derive.values")))
        blocks.append(_values_table(derivation, writer, messages))
    return Document(tuple(blocks), messages.language)


def program_equations(
    derivation: Derivation, writer: Writer
) -> tuple[list[tuple[Equation, Shape]], list[tuple[Equation, Shape]]]:
    """The lines that compute, and the lines that differentiate, each with the shape of what it binds."""
    lines = derivation.program.bindings
    return (
        list(_equations(lines[: derivation.first], writer)),
        list(_equations(lines[derivation.first :], writer)),
    )


def _equations(lines: Iterable[Binding], writer: Writer) -> Iterator[tuple[Equation, Shape]]:
    for binding in lines:
        left = binding.variable.math
        chain: list[Math] = [left]
        for formula in (binding.expr, _definition(binding) if binding.worked is None else binding.worked):
            math = None if formula is None else writer.math(formula)
            if math is not None and math not in chain:
                chain.append(math)
        if len(chain) > 1:
            yield Equation(left, tuple(Link("=", math) for math in chain[1:])), binding.variable.shape


def _definition(binding: Binding) -> Expr | None:
    """What f′ is where a line does no more than give it a name."""
    expr = binding.expr
    if binding.rule != "local_derivative" or not isinstance(expr, Apply) or expr.operation.definition is None:
        return None
    return expr.operation.definition(*expr.inputs)


def _program_table(equations: list[tuple[Equation, Shape]], messages: Messages) -> Table:
    header: tuple[Inline, ...] = (
        (messages.text("table.quantity"),),
        (messages.text("table.formula"),),
        (messages.text("derive.shape"),),
    )
    rows = tuple(
        (
            Cell((InlineMath(equation.left),)),
            Cell((InlineMath(_joined([link.math for link in equation.links])), "")),
            Cell((shape_text(shape),)),
        )
        for equation, shape in equations
    )
    return Table(header, rows, "lll")


def _joined(formulas: list[Math]) -> Math:
    items: list[Math] = [formulas[0]]
    for formula in formulas[1:]:
        items.extend((Operator("=", "relation"), formula))
    return items[0] if len(items) == 1 else Row(tuple(items))


def _listed(names: list[Math]) -> Math:
    items: list[Math] = []
    for name in names:
        items.extend((Operator(",", "postfix"), name) if items else (name,))
    return Row(tuple(items))


def _simplification(
    solution: Solution, derivation: Derivation, item: Simplification, writer: Writer, messages: Messages
) -> list[Block]:
    """The shorter formula, and both ways worked with the numbers of the problem."""
    line = item.line
    values = derivation.evaluate()
    name, short = line.variable.math, writer.math(item.formula)
    blocks: list[Block] = [Note(messages.inline("derive.simplification", name=name, formula=short))]
    with np.errstate(all="ignore"):
        long_way = evaluate(line.formula("worked"), values)
    if np.all(np.isfinite(long_way)):
        blocks.append(writer.chain(name, [line.expr], stages(line.expr, values, solution.texts)))
    else:
        blocks.append(Note(messages.inline("derive.out-of-range", name=name), "warning"))
    blocks.append(writer.chain(name, [item.formula], stages(item.formula, values, solution.texts)))
    return blocks


def _values_table(derivation: Derivation, writer: Writer, messages: Messages) -> Table:
    values = derivation.evaluate()
    shown: list[Variable] = [*([derivation.direction] if derivation.direction is not None else [])]
    shown += [derivation.output, *derivation.derivatives]
    rows = tuple(
        (
            Cell((InlineMath(variable.math),)),
            Cell((InlineMath(writer.math(Constant(values[variable.name]))),)),
        )
        for variable in shown
    )
    header: tuple[Inline, ...] = ((messages.text("table.quantity"),), (messages.text("table.value"),))
    return Table(header, rows, "ll")
