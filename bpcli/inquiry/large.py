"""Large graphs of numbers: from the formulas of a file straight onto a tape.

The lesson of a hundred thousand lines would be read by nobody, so such a graph is evaluated and differentiated
without a formula for each line of its grad_table; any few lines of it are told like any problem (`part_of`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, ShapeError
from bpcli.calculus.lower import Line, NodeOf
from bpcli.calculus.ops.elementary import negate
from bpcli.calculus.ops.functions import identity
from bpcli.calculus.ops.piecewise import Kinks
from bpcli.calculus.ops.registry import INFIX
from bpcli.calculus.schedule import Schedule
from bpcli.calculus.tape import ELEMENTARY, NotFiniteError, Tape
from bpcli.compose.custom import custom_operations
from bpcli.compose.formula import FormulaError, kinks_of, translate
from bpcli.diagnostics import Diagnostic, ProblemError
from bpcli.inquiry.gradcheck import GradientComparison, compared
from bpcli.inquiry.scalar import numeric_error
from bpcli.problem.identifiers import UnknownQuantityError, resolve_name
from bpcli.problem.model import Definition, Graph, Problem
from bpcli.problem.syntax import (
    BinaryOperation,
    Call,
    Entry,
    ListLiteral,
    Name,
    NumberLiteral,
    Part,
    Syntax,
    UnaryMinus,
)

MOST_LINES = 2_000
"""A graph with more definitions than this is large."""

ELEMENTARY_OPERATIONS = frozenset(rule.operation for rule in ELEMENTARY)

Work: TypeAlias = "Syntax | tuple[Operation, int] | tuple[Call, int]"


class LargeSolution(NamedTuple):
    """The values and the grad_table of a large graph.

    `values` has every given and defined name, and `dL/d…` for every name between a wanted one and the output.
    """

    problem: Problem
    values: dict[str, float]
    wanted: tuple[str, ...]
    tape: Tape
    nodes: Mapping[str, int]

    @property
    def output(self) -> str:
        assert self.problem.graph is not None
        return self.problem.graph.output

    def resolve(self, identifier: str) -> str:
        """The name of a quantity as the values have it. Raises UnknownQuantityError with the nearest ids."""
        name = identifier.strip()
        if name in self.values:
            return name
        try:
            return resolve_name(name, self.values, {}, self.output, self.output)
        except UnknownQuantityError as error:
            raise UnknownQuantityError(name, error.near) from None


class _NotOfNumbersError(Exception):
    """A graph that is not of numbers alone, or calls what has no scalar form."""


def is_large(problem: Problem) -> bool:
    """Whether a problem is a graph with more lines than a lesson has room for, and all it is given are numbers."""
    graph = problem.graph
    return (
        graph is not None
        and len(graph.definitions) > MOST_LINES
        and all(given.numbers.shape == () for given in graph.inputs)
    )


def solve_large(problem: Problem) -> LargeSolution | None:
    """Evaluates and differentiates a large graph; None where some line is not of numbers alone.

    Time and memory grow with the length of the file. Raises ProblemError for a value that is not finite.
    """
    graph = problem.graph
    assert graph is not None
    functions, faults = custom_operations(problem.functions, kinks_of(problem.conventions))
    if faults:
        raise ProblemError(problem.path, problem.text, tuple(faults))
    builder = _Builder(functions, kinks_of(problem.conventions))
    try:
        builder.build(graph)
    except _NotOfNumbersError:
        return None
    tape = builder.tape
    try:
        values = tape.evaluate()
    except NotFiniteError as error:
        if builder.has_textbook_forms:
            return None  # a loss computed as it is written; its own stable form may do better
        raise _refused(problem, graph, builder, error) from None
    named = {name: values[node] + 0.0 for name, node in builder.nodes.items()}
    wanted = tuple(given.name for given in graph.inputs) if graph.gradients is None else graph.gradients
    if wanted:
        named.update(_gradients(graph, builder, values, wanted))
    return LargeSolution(problem, named, wanted, tape, builder.nodes)


def _gradients(graph: Graph, builder: _Builder, values: list[float], wanted: tuple[str, ...]) -> dict[str, float]:
    """The grad_table from the output back: the names between the wanted ones and the output, and the wanted ones."""
    tape, nodes = builder.tape, builder.nodes
    output = nodes[graph.output]
    table = tape.differentiate(values, output)
    changed = tape.changed_by(nodes[name] for name in wanted)
    needed = tape.needed_for([output])
    of = f"d{graph.output}/d"
    asked = frozenset(wanted)
    return {
        of + name: table[node] + 0.0
        for name, node in reversed(nodes.items())
        if (changed[node] and needed[node]) or name in asked or node == output
    }


def check_large(
    solution: LargeSolution, names: Iterable[str], advance: Callable[[], None] = lambda: None
) -> tuple[GradientComparison, ...]:
    """The derivatives among `names` against central differences; `advance` is called after each of them."""
    found = []
    of = f"d{solution.output}/d"
    for name in names:
        variable = name.removeprefix(of)
        if variable != name and variable in solution.nodes:
            found.append(_checked(solution, variable, name))
            advance()
    return tuple(found)


def _checked(solution: LargeSolution, variable: str, name: str) -> GradientComparison:
    node, start = solution.nodes[variable], solution.values[variable]
    schedule = Schedule(solution.tape.with_given(node, start), solution.nodes[solution.output])

    def along(length: float) -> float:
        try:
            return schedule.value({node: start + length})
        except NotFiniteError:
            return math.nan

    analytic = solution.values[name]
    numeric, error, kink = compared(along, analytic, max(1.0, abs(start)))
    return GradientComparison(name, np.float64(analytic), np.float64(numeric), np.bool_(kink), error)


def _refused(problem: Problem, graph: Graph, builder: _Builder, error: NotFiniteError) -> ProblemError:
    """The first definition that the faulty node belongs to, at its place in the file."""
    last = {node: name for name, node in builder.nodes.items()}
    name = next(last[node] for node in range(error.node, len(builder.tape)) if node in last)
    span = next((item.span for item in graph.definitions if item.name == name), graph.span)
    told = numeric_error(name, error)
    return ProblemError(problem.path, problem.text, (Diagnostic("not-finite", str(told), span, help=told.way_out),))


class _Builder:
    """Puts one definition after another on a tape; used once."""

    def __init__(self, functions: dict[str, Operation], kinks: Kinks) -> None:
        self.tape = Tape()
        self.nodes: dict[str, int] = {}
        self.functions = functions
        self.kinks = kinks
        self.has_textbook_forms = False
        self.cells: dict[str, tuple[int, ...]] = {}
        self._numbers: dict[float, int] = {}
        self._calls: dict[tuple[str, int], Operation] = {}

    def build(self, graph: Graph) -> None:
        for given in graph.inputs:
            self.nodes[given.name] = self.tape.number(float(given.numbers.values))
        for definition in graph.definitions:
            first = len(self.tape)
            node = self._node(definition.formula)
            # A second name for the same number gets a node of its own.
            if node < first or self.tape.operation(node) is None:
                node = self.tape.apply(identity, node)
            self.nodes[definition.name] = node

    def _node(self, root: Syntax) -> int:
        """The node of a formula; iterative, for a formula may be as long as its file."""
        apply, nodes = self.tape.apply, self.nodes
        done: list[int] = []
        work: list[Work] = [root]
        while work:
            item = work.pop()
            if isinstance(item, Name):
                done.append(nodes[item.name])
            elif isinstance(item, BinaryOperation):
                operation = INFIX[item.operator]
                if operation not in ELEMENTARY_OPERATIONS:
                    raise _NotOfNumbersError
                work.append((operation, 2))
                work.append(item.right)
                work.append(item.left)
            elif isinstance(item, NumberLiteral):
                done.append(self._number(item.value))
            elif isinstance(item, UnaryMinus):
                work.append((negate, 1))
                work.append(item.operand)
            elif isinstance(item, Call):
                work.append((item, len(item.arguments)))
                work.extend(reversed(item.arguments))
            elif isinstance(item, Entry | Part | ListLiteral):
                raise _NotOfNumbersError
            else:
                what, count = item
                operands = done[-count:]
                del done[-count:]
                done.append(apply(what, *operands) if isinstance(what, Operation) else self._called(what, operands))
        return done[0]

    def _number(self, value: float) -> int:
        if value not in self._numbers:
            self._numbers[value] = self.tape.number(value)
        return self._numbers[value]

    def _called(self, call: Call, operands: list[int]) -> int:
        known = self._calls.get((call.function, len(operands)))
        if known is not None:
            return self.tape.apply(known, *operands)
        # Numbers stay numbers: a base or a slope must be one.
        literal = tuple(
            item if isinstance(item, NumberLiteral) else Name(str(place), item.span)
            for place, item in enumerate(call.arguments)
        )
        scope = {str(place): NodeOf(node) for place, node in enumerate(operands)}
        try:
            expr = translate(call._replace(arguments=literal), scope, self.functions, self.kinks)
        except (FormulaError, ShapeError):
            raise _NotOfNumbersError from None  # the long way says what is wrong
        if not isinstance(expr, Apply):
            return self._lowered(expr)
        if _is_plain(expr) and not any(isinstance(item, NumberLiteral) for item in literal):
            self._calls[call.function, len(operands)] = expr.operation
        if _is_plain(expr):
            inputs = [self._operand(item) for item in expr.inputs]
            return self.tape.apply(expr.operation, *inputs)
        return self._lowered(expr)

    def _lowered(self, expr: Expr) -> int:
        """Anything else through its definition."""
        self.has_textbook_forms = True
        try:
            return Line(self).lowered(expr)[0]
        except NotImplementedError:
            raise _NotOfNumbersError from None

    def _operand(self, item: Expr) -> int:
        return item.node if isinstance(item, NodeOf) else self.constant(item)  # type: ignore[arg-type]

    # --- what `lower.Line` asks of its target ---

    def emit(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        if len(inputs) > 2:
            raise NotImplementedError(operation.name)
        return self.tape.apply(operation, *inputs)

    def constant(self, leaf: Constant) -> int:
        return self._number(float(leaf.value))


def _is_plain(expr: Apply) -> bool:
    """Whether this is one operation on numbers that the tape can do as it is."""
    return (
        expr.operation.elementwise
        and (len(expr.inputs) == 1 or expr.operation in ELEMENTARY_OPERATIONS)
        and all(isinstance(item, NodeOf | Constant) for item in expr.inputs)
    )


# --- a part of a large graph -------------------------------------------------------------------------------------


def part_of(problem: Problem, names: Iterable[str]) -> Problem | None:
    """The lines that some names are computed from, as a problem of its own without gradients.

    None where there are too many of them, or where one of the names is a gradient: those need the whole graph.
    """
    graph = problem.graph
    assert graph is not None
    needed = set(names)
    if not needed <= {*(given.name for given in graph.inputs), *(line.name for line in graph.definitions)}:
        return None
    kept: list[Definition] = []
    for definition in reversed(graph.definitions):
        if definition.name in needed:
            kept.append(definition)
            needed.update(_names_in(definition.formula))
            if len(kept) > MOST_LINES:
                return None
    inputs = tuple(given for given in graph.inputs if given.name in needed)
    if not kept:
        return None
    kept.reverse()
    part = graph._replace(inputs=inputs, definitions=tuple(kept), output=kept[-1].name, gradients=())
    return problem._replace(graph=part)


def _names_in(syntax: Syntax) -> Iterable[str]:
    work: list[Syntax] = [syntax]
    while work:
        item = work.pop()
        if isinstance(item, Name):
            yield item.name
        elif isinstance(item, BinaryOperation):
            work.extend((item.left, item.right))
        elif isinstance(item, Call):
            work.extend(item.arguments)
        elif isinstance(item, UnaryMinus | Entry | Part):
            work.append(item.operand)
        elif isinstance(item, ListLiteral):
            work.extend(item.items)
