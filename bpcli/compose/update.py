"""The update of a problem file as lines of its program, and what changes from one update to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Constant, Expr, Variable, variables_of
from bpcli.calculus.optimizer import Falling, Rule, Updates, parameter_math
from bpcli.calculus.program import Binding, Program
from bpcli.compose.built import Given, Inputs, Source, Turn, as_matrix
from bpcli.compose.forms import with_variables
from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.document.mathtree import Fenced, Identifier, Row, Subscript
from bpcli.problem.model import Numbers, Problem, Schedule, Update


class Renewal(NamedTuple):
    """What is renewed and by what: gradients by the names of their parameters, or a perceptron's corrections."""

    problem: Problem
    update: Update
    parameters: tuple[Variable, ...]
    adjoints: Mapping[str, Expr]
    corrections: Mapping[str, Expr] | None = None


class Renewed(NamedTuple):
    state: tuple[tuple[Variable, Variable], ...]
    step_number: Variable | None


def renewed(
    program: Program, renewal: Renewal, inputs: Inputs, turns: tuple[Turn, ...]
) -> tuple[Program, Renewed, tuple[Turn, ...]]:
    """The program with the lines of an update, and the turns with what else an update has of its own.

    Raises ProblemError for a state or gradients that do not fit the parameters.
    """
    update = renewal.update
    turned = [dict(turns[k]) if k < len(turns) else {} for k in range(max(update.steps, len(turns)))]
    given = _given_gradients(renewal, inputs, turned)
    rate = _rate(renewal, program, inputs, turned)
    make = Updates(_rule(renewal, rate), (variable for variable in program.variables()))
    gradients = given or dict(renewal.adjoints)
    if make.rule.looks_ahead and not given:
        program, gradients = _looking_ahead(program, renewal, make)
    steps: Mapping[str, Expr] = renewal.corrections or gradients
    if make.rule.clip_norm is not None or make.rule.clip_value is not None:
        known = {name: g for name, g in gradients.items() if isinstance(g, Variable)}
        steps = make.clipped(known, renewal.parameters)
    lines = make.renewals([p for p in renewal.parameters if p.name in steps], steps)
    for variable in lines.inputs:
        inputs.give(variable, Given(lines.values[variable.name], lines.texts[variable.name]))
    extended = Program(tuple(inputs.inputs), (*program.bindings, *lines.lines))
    changing = tuple(turned) if any(turned) else ()
    return extended, Renewed(lines.state, make.step), changing


def _rule(renewal: Renewal, rate: Constant | Variable | Falling) -> Rule:
    """The optimizer of a problem file; `momentum` is another name of `beta`."""
    update = renewal.update
    parameters = {
        "beta" if name == "momentum" else name: _named(name, numbers) for name, numbers in update.parameters.items()
    }
    return Rule(
        update.optimizer,
        rate,
        parameters,
        update.form,
        update.nesterov,
        None if update.clip_norm is None else _plain(update.clip_norm),
        None if update.clip_value is None else _plain(update.clip_value),
        _start(renewal),
        update.done,
        update.ascent,
    )


def _named(name: str, numbers: Numbers) -> Constant:
    return Constant(numbers.values, math=parameter_math(name), texts=str(numbers.texts))


def _plain(numbers: Numbers) -> Constant:
    return Constant(numbers.values, texts=str(numbers.texts))


def _rate(
    renewal: Renewal, program: Program, inputs: Inputs, turned: list[dict[str, Given]]
) -> Constant | Variable | Falling:
    """η as a number, as a line that works it out, or as an input with another value in each update."""
    rate = renewal.update.learning_rate
    if isinstance(rate, Schedule):
        decay = None if rate.decay is None else _plain(rate.decay)
        return Falling(rate.name, _plain(rate.start), decay, rate.every, rate.steps)
    if rate.shape == ():
        return _named("learning_rate", rate)
    name = "eta"
    while name in program.variables():
        name += "_"
    variable = Variable(name, (), Identifier("η"), "learning_rate", rank=0)
    rates = [Given(np.float64(value), str(text)) for value, text in zip(rate.values, rate.texts, strict=True)]
    for turn, given in zip(turned, rates, strict=False):
        turn[name] = given
    return inputs.give(variable, rates[0])


def _given_gradients(renewal: Renewal, inputs: Inputs, turned: list[dict[str, Given]]) -> dict[str, Expr]:
    """Inputs for the gradients that the exercise gives, one after another."""
    update = renewal.update
    if not update.gradients:
        return {}
    found: dict[str, Expr] = {}
    by_name = {parameter.name: parameter for parameter in renewal.parameters}
    for k, gradients in enumerate(update.gradients):
        for name, numbers in gradients.items():
            of = by_name.get(name)
            if of is None:
                known = ", ".join(f"`{item}`" for item in by_name)
                raise _refused(renewal, "unknown-name", f"`{name}` is not a parameter", numbers.span, f"known: {known}")
            given = _fitting(renewal, numbers, of, f"the gradient of `{name}`")
            if name not in found:
                math = Row((Identifier("g"), Fenced(of.math)))
                variable = Variable(f"g_{name}", of.shape, math, "given_gradient", place=of.place, of=of, rank=of.rank)
                found[name] = inputs.give(variable, given, Source(numbers, "gradients"))
            turned[k if len(update.gradients) > 1 else 0][f"g_{name}"] = given
    for turn in turned[1:] if len(update.gradients) == 1 else ():
        turn.update(turned[0])
    for k, gradients in enumerate(update.gradients):
        missing = next((name for name in found if name not in gradients), None)
        if missing is not None:
            message = f"update {k + 1} has no gradient of `{missing}`"
            raise _refused(renewal, "missing-key", message, update.span, "give each parameter one in every update")
    return found


def _start(renewal: Renewal) -> dict[str, tuple[np.ndarray, object]]:
    """The moments that are there already, in the shapes of their parameters."""
    by_name = {parameter.name: parameter for parameter in renewal.parameters}
    found: dict[str, tuple[np.ndarray, object]] = {}
    for key, numbers in renewal.update.state.items():
        of = by_name.get(key[2:])
        if of is None:
            known = ", ".join(f"`{key[:2]}{item}`" for item in by_name)
            message = f"`{key[2:]}` is not a parameter"
            raise _refused(renewal, "unknown-name", message, numbers.span, f"known: {known}")
        found[key] = tuple(_fitting(renewal, numbers, of, f"`{key}`"))
    return found


def _fitting(renewal: Renewal, numbers: Numbers, of: Variable, what: str) -> Given:
    expected = int(np.prod(of.shape, dtype=int))
    if int(np.prod(numbers.shape, dtype=int)) != expected or len(numbers.shape) > max(of.rank, len(of.shape)):
        shown = "×".join(map(str, numbers.shape)) or "a number"
        wanted = "×".join(map(str, of.shape)) or "a number"
        raise _refused(renewal, "shape", f"{what} is {shown}, and `{of.name}` is {wanted}", numbers.span)
    return as_matrix(numbers, of.shape)


def _refused(renewal: Renewal, code: str, message: str, span: Span, advice: str = "") -> ProblemError:
    problem = renewal.problem
    return ProblemError(problem.path, problem.text, (Diagnostic(code, message, span, help=advice),))


def _looking_ahead(program: Program, renewal: Renewal, make: Updates) -> tuple[Program, dict[str, Expr]]:
    """The gradients at the point that the velocity leads to: the forward pass again, there, and back from it.

    The passes at the parameters themselves stay: what is called L is the loss of the parameters, wherever the gradient
    is taken.
    """
    ahead = make.look_ahead(renewal.parameters)
    points = make.lines
    make.lines = []
    moved: dict[str, Variable] = dict(ahead)
    forward = [b for b in program.bindings if b.phase == "forward"]
    backward = [b for b in program.bindings if b.phase == "backward"]
    again: list[Binding] = []
    for binding in forward:
        if not any(v.name in moved for v in variables_of(binding.expr)):
            continue
        of = binding.variable
        math = Subscript(of.math, Identifier("ahead", upright=True))
        variable = Variable(f"{of.name}_ahead", of.shape, math, of.role, place=of.place, rank=of.rank)
        again.append(with_variables(binding, moved)._replace(variable=variable))
        moved[of.name] = variable
    there = [with_variables(binding, moved) for binding in backward]
    lines = (*forward, *points, *again, *there)
    gradients: dict[str, Expr] = dict(renewal.adjoints)
    return Program(program.inputs, lines), gradients
