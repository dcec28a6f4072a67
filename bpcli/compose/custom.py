"""Custom operations: a formula from a problem file becomes an operation like any other.

Its derivative is derived by backpropagation through the formula, or stated by the author; a stated one is compared
with central differences at many points, and refused where they disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from bpcli.calculus.backprop import pull_back
from bpcli.calculus.expr import (
    Apply,
    Constant,
    Expr,
    Notation,
    Operation,
    Variable,
    broadcast_shape,
    evaluate,
    postorder,
    substitute,
)
from bpcli.calculus.ops.matrices import broadcast_to
from bpcli.calculus.ops.piecewise import Kinks
from bpcli.calculus.ops.writing import ATOM, NOTHING, call, identifier_call
from bpcli.compose.formula import FormulaError, parts_of, sizes_written_out, translate
from bpcli.diagnostics import Diagnostic, Related
from bpcli.document.mathtree import Identifier, Math, Operator, Superscript
from bpcli.notation.conventions import name_math
from bpcli.problem.model import Function
from bpcli.problem.syntax import Call, Syntax

PROBES = np.array(
    [
        -7.3,
        -4.9,
        -3.1,
        -2.2,
        -1.7,
        -1.3,
        -0.83,
        -0.61,
        -0.37,
        -0.11,
        0.13,
        0.29,
        0.43,
        0.71,
        0.97,
        1.21,
        1.9,
        2.6,
        3.7,
        5.3,
        8.1,
    ]
)
"""Points at which a stated derivative is compared; away from 0, ±1, ±½, where formulas have their kinks."""

MOST_WRITTEN_OUT = 2_000
"""A function that calls another one twice, which calls another one twice, …: all of it is worked."""
SHORTER = "give it steps of a graph in place of functions inside functions"
STEP = 1e-4
OTHER_PROBES = (0.7,)
"""Where the second argument of a function stands meanwhile."""
AGREEMENT = 1e-5


def custom_operations(functions: Iterable[Function], kinks: Kinks) -> tuple[dict[str, Operation], list[Diagnostic]]:
    """The operations by name, and what is wrong with them. Each may use the ones above it."""
    functions = tuple(functions)
    made: dict[str, Operation] = {}
    problems: list[Diagnostic] = []
    sizes = sizes_written_out(functions)
    for function in functions:
        if sizes[function.name] > MOST_WRITTEN_OUT:
            message = (
                f"`{function.name}`, with the functions that it calls, has more than {MOST_WRITTEN_OUT} operations"
            )
            return made, [*problems, Diagnostic("formula-too-long", message, function.span, help=SHORTER)]
        try:
            operation = _make(function, made, kinks)
        except FormulaError as error:
            problems.append(error.diagnostic)
            continue
        made[function.name] = operation
        if function.derivative is not None:
            problems.extend(_checked(function, operation))
    return made, problems


def _make(function: Function, known: dict[str, Operation], kinks: Kinks) -> Operation:
    variables = tuple(Variable(name, (), name_math(name), "parameter") for name in function.parameters)
    scope = {variable.name: variable for variable in variables}

    def read(syntax: Syntax) -> Expr:
        formula = translate(syntax, scope, known, kinks)
        if not _is_entrywise(formula):
            raise _takes_lists(function, syntax, lambda part: translate(part, scope, known, kinks))
        return formula

    value = read(function.value)
    symbol = Identifier(function.name, upright=len(function.name) > 1)
    definition = _Definition(variables, value)
    if len(variables) > 1:
        several = Operation(
            name=function.name,
            forward=definition.compute,
            backprop=definition.backprop,
            notation=call(symbol),
            shape=broadcast_shape,
            definition=definition,
            elementwise=True,
        )
        if function.derivative is None:
            return several
        return _with_stated_slope(several, _Definition(variables, read(function.derivative)))
    slope = _simplified_slope(value, variables[0])
    if function.derivative is not None:
        slope = read(function.derivative)
    derivative_definition = _Definition(variables, slope)
    derivative = Operation(
        name=f"{function.name}_derivative",
        forward=derivative_definition.compute,
        backprop=derivative_definition.backprop,
        notation=_prime_notation(symbol),
        shape=broadcast_shape,
        definition=derivative_definition,
        elementwise=True,
        expand=lambda a, out: derivative_definition(a),
        primal=lambda: operation,
    )
    operation = Operation(
        name=function.name,
        forward=definition.compute,
        backprop=lambda g, out, a: (g * derivative(a),),
        notation=call(symbol),
        shape=broadcast_shape,
        definition=definition,
        elementwise=True,
        derivative=derivative,
        unfold="definition",
    )
    return operation


def _with_stated_slope(operation: Operation, slope: _Definition) -> Operation:
    """A function of two arguments whose slope in the first one is stated, as that of a loss is."""

    def backprop(g: Expr, out: Expr, *arguments: Expr) -> tuple[Expr | None, ...]:
        _, *others = operation.backprop(g, out, *arguments)
        return (g * slope(*arguments), *others)

    return replace(operation, backprop=backprop)


def _is_entrywise(formula: Expr) -> bool:
    return all(node.operation.elementwise for node in postorder(formula) if isinstance(node, Apply))


def _takes_lists(function: Function, syntax: Syntax, read: Callable[[Syntax], Expr]) -> FormulaError:
    """What to say of a formula with `sum(x)` in it: of a list, a function gives the value of every entry."""
    call = next(
        part for part in parts_of(syntax) if isinstance(part, Call) and part.arguments and not _is_entrywise(read(part))
    )
    message = f"`{call.function}` takes a list, and `{function.name}` is worked number by number"
    advice = f"write `{call.function}` where `{function.name}` is used"
    return FormulaError(Diagnostic("shape", message, call.function_span, help=advice))


class _Definition:
    """A formula over parameters, ready to be applied to expressions or to numbers."""

    def __init__(self, parameters: tuple[Variable, ...], body: Expr) -> None:
        self.parameters = parameters
        self.body = body

    def __call__(self, *arguments: Expr) -> Expr:
        given = {parameter.name: argument for parameter, argument in zip(self.parameters, arguments, strict=True)}
        result = substitute(self.body, lambda node: given.get(node.name) if isinstance(node, Variable) else None)
        shape = broadcast_shape(*(argument.shape for argument in arguments))
        # A slope that is the same everywhere is a number, whatever it is the slope at.
        return result if result.shape == shape else broadcast_to(shape)(result)

    def compute(self, *arguments: Any) -> Any:
        given = {parameter.name: argument for parameter, argument in zip(self.parameters, arguments, strict=True)}
        shape = np.broadcast_shapes(*(np.shape(argument) for argument in arguments))
        with np.errstate(all="ignore"):
            return np.broadcast_to(evaluate(self.body, given), shape)[()]

    def backprop(self, g: Expr, out: Expr, *arguments: Expr) -> tuple[Expr | None, ...]:
        slots = tuple(
            Variable(p.name, a.shape, p.math, "parameter") for p, a in zip(self.parameters, arguments, strict=True)
        )
        body = _Definition(self.parameters, self.body)(*slots)
        parts: dict[str, Expr] = {}
        for variable, term in pull_back(body, g, body) if isinstance(body, Apply) else []:
            parts[variable.name] = parts[variable.name] + term if variable.name in parts else term
        if isinstance(body, Variable):
            parts[body.name] = g
        actual = dict(zip((slot.name for slot in slots), arguments, strict=True))

        def given(node: Expr) -> Expr | None:
            return actual.get(node.name) if isinstance(node, Variable) and node in slots else None

        return tuple(substitute(parts[s.name], given) if s.name in parts else None for s in slots)


def _simplified_slope(value: Expr, x: Variable) -> Expr:
    """d value / dx: backpropagation through the formula itself."""
    if isinstance(value, Variable):
        return Constant(1.0)
    terms = [term for _, term in pull_back(value, Constant(1.0), value)] if isinstance(value, Apply) else []
    slope: Expr = terms[0] if terms else Constant(0.0)
    for term in terms[1:]:
        slope = slope + term
    assert x.shape == slope.shape
    return slope


def _prime_notation(symbol: Math) -> Notation:
    name = Superscript(symbol, Operator("′", "postfix"))
    return Notation(lambda operands, _: identifier_call(name, operands), ATOM, (NOTHING,))


def _stated_slope(function: Function, operation: Operation) -> Callable[..., Any]:
    """The slope in the first argument, as numbers."""
    if operation.derivative is not None:
        return operation.derivative.forward
    arguments = tuple(Variable(name, (), name_math(name), "parameter") for name in function.parameters)
    slope = operation.backprop(Constant(1.0), operation(*arguments), *arguments)[0]
    assert slope is not None
    return _Definition(arguments, slope).compute


def _checked(function: Function, operation: Operation) -> list[Diagnostic]:
    """The stated derivative against central differences (a kink between two points is passed over)."""
    others = tuple(np.float64(point) for point in OTHER_PROBES[: len(function.parameters) - 1])
    slope = _stated_slope(function, operation)

    def value(x: Any) -> Any:
        return operation.forward(x, *others)

    with np.errstate(all="ignore"):
        stated = np.broadcast_to(np.asarray(slope(PROBES, *others)), PROBES.shape)
        wide = (value(PROBES + STEP) - value(PROBES - STEP)) / (2 * STEP)
        near = (value(PROBES + STEP / 2) - value(PROBES - STEP / 2)) / STEP
    numeric = near + (near - wide) / 3
    scale = np.maximum(1.0, np.abs(numeric))
    smooth = np.isfinite(numeric) & (np.abs(near - wide) <= 1e-3 * scale)
    wrong = smooth & ~(np.abs(stated - numeric) <= AGREEMENT * scale)
    if not np.any(wrong):
        return []
    worst = int(np.argmax(np.where(wrong & np.isfinite(stated), np.abs(stated - numeric) / scale, 0)))
    if not wrong[worst]:
        worst = int(np.argmax(wrong))
    points = zip(function.parameters, (PROBES[worst], *others), strict=True)
    at = ", ".join(f"{name} = {point:g}" for name, point in points)
    return [
        Diagnostic(
            "wrong-derivative",
            f"the derivative stated for `{function.name}` is wrong: at {at} it gives {float(stated[worst]):.6g}, "
            f"but the slope of the value there is {float(numeric[worst]):.6g}",
            function.derivative_span or function.span,
            related=(Related(function.span, "the value it should be the derivative of"),)
            if function.derivative_span
            else (),
            help="correct it, or leave `derivative:` out and it is derived",
        )
    ]
