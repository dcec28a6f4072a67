"""The tables at the end of a lesson: every quantity, before and after an update, further updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bpcli.calculus.expr import Array, Constant, Variable
from bpcli.document.document import Block, Cell, Code, Heading, Inline, InlineMath, Paragraph, Table
from bpcli.document.mathtree import Identifier, Math, Operator, Row
from bpcli.lesson.options import LessonOptions
from bpcli.messages import Messages
from bpcli.notation.conventions import derivative_math
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution

if TYPE_CHECKING:
    from bpcli.inquiry.gradcheck import GradientComparison

SHOWN_UPDATES = 12
MANY_ENTRIES = 12
EMPTY = Cell(())


def summary_blocks(
    solution: Solution, writer: Writer, messages: Messages, options: LessonOptions, chosen: frozenset[str] | None
) -> list[Block]:
    """Every quantity with its value and its gradient (and, where it was asked for, its central difference)."""
    adjoints = {v.of.name: v for v in solution.variables.values() if v.role == "adjoint" and v.of is not None}
    with_gradients = bool(adjoints) and (not options.phases or "backward" in options.phases)
    compared = {comparison.name: comparison for comparison in options.comparisons}
    header: list[Inline] = [(messages.text("table.quantity"),), (messages.text("table.value"),)]
    if with_gradients:
        of = derivative_math(solution.output.math, Identifier("·"))
        header.append(messages.inline("table.gradient", of=of))
    if compared:
        header.extend([(messages.text("table.numeric"),), (messages.text("table.agrees"),)])
    rows: list[tuple[Cell, ...]] = []
    for variable in _told(solution, options, chosen):
        adjoint = adjoints.get(variable.name)
        if chosen is not None and adjoint is not None and adjoint.name not in chosen:
            adjoint = None
        row = [_math_cell(variable.math), _value_cell(solution, writer, variable)]
        if with_gradients:
            row.append(_value_cell(solution, writer, adjoint) if adjoint is not None else EMPTY)
        if compared:
            comparison = compared.get(adjoint.name) if adjoint is not None else None
            if comparison is None or adjoint is None:
                row.extend([EMPTY, EMPTY])
            else:
                row.append(EMPTY if comparison.directions else _math_cell(writer.value(adjoint, comparison.numeric)))
                row.append(agreement(comparison, messages))
        rows.append(tuple(row))
    blocks = _asked_blocks(solution, writer, messages, options)
    if not rows:
        return blocks
    blocks += [Heading(messages.text("heading.summary"))]
    if compared:
        blocks.append(Paragraph(messages.inline("note.verify")))
    blocks.append(Table(tuple(header), tuple(rows), "l" * len(header)))
    return blocks


def _asked_blocks(solution: Solution, writer: Writer, messages: Messages, options: LessonOptions) -> list[Block]:
    """What was asked for by an id that no step has: `W1@20`, `terms(a1)`, `W2[1,2]`."""
    rows: list[tuple[Cell, ...]] = []
    for identifier in options.only:
        parts = solution.resolve(identifier)
        if parts.step is None and not parts.indices and not parts.terms:
            continue
        value = solution[identifier]
        shape = np.shape(value)
        laid_out = np.reshape(value, shape if len(shape) == 2 else (*shape, 1)[: 2 * len(shape)])
        math = writer.math(Constant(laid_out if shape else value))
        rows.append((Cell((Code(identifier),)), _math_cell(math)))
    if not rows:
        return []
    header: tuple[Inline, ...] = ((messages.text("table.quantity"),), (messages.text("table.value"),))
    return [Heading(messages.text("heading.asked")), Table(header, tuple(rows), "ll")]


def agreement(comparison: GradientComparison, messages: Messages) -> Cell:
    """On how many digits an adjoint and its central differences agree."""
    if comparison.kink_count == np.size(comparison.kinks):
        return Cell((messages.text("table.kink"),), "warn")
    key = "table.digits.one" if comparison.digits == 1 else "table.digits"
    return Cell((messages.text(key, count=comparison.digits),), "good" if comparison.agrees else "bad")


def _told(solution: Solution, options: LessonOptions, chosen: frozenset[str] | None) -> list[Variable]:
    """The quantities of the forward pass, given and computed, in order; gradients stand beside them."""
    forward = [b.variable for b in solution.program.bindings if b.phase == "forward"]
    given = [v for v in solution.program.inputs if v.role not in ("moment", "step_number")]
    together = _in_order(given, forward)
    if chosen is None:
        return together
    # A gradient that was asked for brings the quantity it belongs to.
    wanted = set(chosen)
    for name in chosen:
        of = solution.variables[name].of
        if of is not None:
            wanted.add(of.name)
    return [variable for variable in together if variable.name in wanted]


def _in_order(given: list[Variable], forward: list[Variable]) -> list[Variable]:
    """Parameters stand before the pre-activation of their layer; everything else as it comes."""
    result = [v for v in given if v.layer is None]
    placed = set(map(id, result))
    for variable in forward:
        if variable.layer is not None:
            result.extend(p for p in given if p.layer == variable.layer and id(p) not in placed)
            placed.update(map(id, result))
        result.append(variable)
    return result


def _math_cell(math: Math) -> Cell:
    return Cell((InlineMath(math),))


def _value_cell(solution: Solution, writer: Writer, variable: Variable) -> Cell:
    return _math_cell(writer.value(variable, solution.values[variable.name], solution.texts.get(variable.name)))


def before_after_blocks(solution: Solution, writer: Writer, messages: Messages) -> list[Block]:
    """Old value, gradient and new value of every parameter, and the loss before and after."""
    if not solution.update_steps:
        return []
    variables = solution.variables
    of = derivative_math(solution.output.math, Identifier("·"))
    header: tuple[Inline, ...] = (
        (messages.text("table.quantity"),),
        (messages.text("table.old"),),
        messages.inline("table.gradient", of=of),
        (messages.text("table.new"),),
    )
    rows: list[tuple[Cell, ...]] = []
    for parameter in solution.built.parameters:
        adjoint = variables.get(f"d{solution.output.name}/d{parameter.name}", variables.get(f"g_{parameter.name}"))
        renewed = variables.get(f"{parameter.name}_new")
        if renewed is None:
            continue
        cells = (EMPTY if v is None else _value_cell(solution, writer, v) for v in (parameter, adjoint, renewed))
        rows.append((_math_cell(parameter.math), *cells))
    after = solution.at_step(1)
    for name in _losses(solution):
        variable = variables[name]
        old, new = (writer.value(variable, values[name]) for values in (solution.values, after))
        rows.append((_math_cell(variable.math), _math_cell(old), EMPTY, _math_cell(new)))
    return [Heading(messages.text("heading.before-after")), Table(header, tuple(rows), "llll")]


def _losses(solution: Solution) -> list[str]:
    """The loss of one instance and the objective, where there are both."""
    forward = (b.variable for b in solution.cycle.program.bindings if b.phase == "forward")
    names = [v.name for v in forward if v.role in ("loss", "objective") and v.shape == () and "_" not in v.name]
    if names or solution.output not in (b.variable for b in solution.cycle.program.bindings if b.phase == "forward"):
        return names
    return [solution.output.name]


def later_blocks(solution: Solution, writer: Writer, messages: Messages, options: LessonOptions) -> list[Block]:
    """What several updates come to: the prediction and the loss after each (some of them, where there are many)."""
    steps = solution.update_steps
    if steps < 2:
        return []
    prediction = solution.built.prediction
    columns = _losses(solution)
    shown: list[Variable] = [solution.variables[name] for name in columns]
    if prediction is not None and _count(solution.values[prediction.name]) <= MANY_ENTRIES:
        shown.insert(0, prediction)
    header: tuple[Inline, ...] = ((messages.text("table.updates"),), *((InlineMath(v.math),) for v in shown))
    rows: list[tuple[Cell, ...]] = []
    for k in _chosen_updates(steps):
        values = solution.at_step(k)
        cells = [_math_cell(_flat(writer, variable, values[variable.name])) for variable in shown]
        rows.append((Cell((str(k),)), *cells))
    return [Heading(messages.text("heading.later")), Table(header, tuple(rows), "r" + "l" * len(shown))]


def _flat(writer: Writer, variable: Variable, value: Array) -> Math:
    """A vector on one line, so that a table of many updates stays short."""
    if variable.rank != 1:
        return writer.value(variable, value)
    items: list[Math] = []
    for number in np.ravel(value):
        if items:
            items.append(Operator(",", "postfix"))
        items.append(writer.value(variable, number))
    return Row(tuple(items))


def _count(value: Array) -> int:
    return int(np.size(value))


def _chosen_updates(steps: int) -> list[int]:
    """0, 1, 2, 5, 10, 20, 50, … and the last; all of a few."""
    if steps <= SHOWN_UPDATES:
        return list(range(steps + 1))
    round_numbers = [digit * 10**power for power in range(len(str(steps))) for digit in (1, 2, 5)]
    return [0, *(k for k in round_numbers if k < steps), steps]
