"""The conventions in force, in words: what a reader has to know before a number can be right or wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bpcli.calculus.expr import Apply, Constant, postorder
from bpcli.calculus.ops.losses import FAMILIES
from bpcli.document.document import Block, Inline, Paragraph, Strong
from bpcli.document.mathtree import Fraction
from bpcli.lesson.givens import equality
from bpcli.messages import Messages
from bpcli.notation.conventions import derivative_math
from bpcli.notation.writer import Writer
from bpcli.problem.model import Loss
from bpcli.problem.networks import LOG_LOSSES
from bpcli.solution.solution import Solution


def convention_blocks(solution: Solution, writer: Writer, messages: Messages) -> list[Block]:
    """What is a matter of convention, and what is in force here: a short paragraph for each."""
    return [
        Paragraph((Strong(messages.text(f"convention.{name}")), ": ", *told))
        for name, told in _conventions(solution, writer, messages)
    ]


def digits_wanted(solution: Solution, messages: Messages) -> str:
    """How many digits are wanted."""
    rounding = solution.rounding
    if rounding.significant is not None:
        return messages.text("sheet.significant", count=rounding.significant)
    return messages.text("sheet.decimals", count=rounding.decimals)


def _conventions(solution: Solution, writer: Writer, messages: Messages) -> Iterator[tuple[str, Inline]]:
    network, conventions = solution.problem.network, solution.problem.conventions
    bindings = solution.program.bindings
    if network is not None:
        affine = next((binding for binding in bindings if binding.rule == "affine"), None)
        if affine is not None:
            formula = equality(affine.variable.math, writer.math(affine.expr))
            yield "layout", messages.inline(f"convention.layout.{conventions.affine}", formula=formula)
        if network.loss is not None:
            if network.loss.name in FAMILIES:
                yield "loss", _loss(solution, network.loss, messages)
            if network.batch:
                count = network.input.shape[0]
                yield "batch", messages.inline(f"convention.batch.{network.loss.over_batch}", count=count)
    if base := _log_base(solution):
        yield "log", messages.inline(f"convention.log.{base}")
    yield from (("kink", told) for told in _kinks(solution, writer, messages))
    for variable in solution.variables.values():
        of = variable.of
        if variable.role != "adjoint" or of is None or of.role != "pre_activation":
            continue
        if type(variable.math) is not Fraction:
            meaning = derivative_math(solution.output.math, of.math)
            yield "delta", messages.inline("convention.delta.here", name=variable.math, meaning=meaning)
        break
    digits = (digits_wanted(solution, messages), " ")
    if solution.rounding.each_step:
        yield "digits", (*digits, *messages.inline("note.each-step"))
    else:
        yield "digits", (*digits, *messages.inline("convention.final"))


def _loss(solution: Solution, loss: Loss, messages: Messages) -> Inline:
    delta = "1" if loss.delta is None else str(loss.delta.texts)
    margin = "1" if loss.margin is None else str(loss.margin.texts)
    kind = messages.inline(f"convention.loss.{loss.name}", delta=delta, margin=margin)
    outputs = loss.over_outputs or ("mean" if FAMILIES[loss.name].mean else "sum")
    told = (*kind, *messages.inline(f"convention.outputs.{outputs}"))
    if loss.factor is not None:
        told += messages.inline("convention.factor", factor=str(loss.factor.texts))
    return (*told, ".")


def _log_base(solution: Solution) -> str:
    """The base of the logarithms in the problem; empty where there are none."""
    network = solution.problem.network
    if network is not None:
        loss = network.loss
        return loss.log_base if loss is not None and loss.name in LOG_LOSSES else ""
    natural = any(
        isinstance(node, Apply) and dict(node.operation.parameters).get("base") == math.e
        for binding in solution.program.bindings
        if binding.phase == "forward"
        for node in postorder(binding.expr)
    )
    return "e" if natural else ""


def _kinks(solution: Solution, writer: Writer, messages: Messages) -> Iterator[Inline]:
    """The derivative at 0 of every function in use that has none there."""
    told: set[str] = set()
    for binding in solution.program.bindings:
        if binding.phase != "forward":
            continue
        for node in postorder(binding.expr):
            if not isinstance(node, Apply) or node.operation.name in told:
                continue
            at_zero = dict(node.operation.parameters).get("at_zero")
            key = f"function.{node.operation.name}"
            if at_zero is not None and key in messages:
                told.add(node.operation.name)
                value = writer.math(Constant(at_zero))
                yield messages.inline("convention.kink.here", function=messages.text(key), value=value)
