"""What a problem costs, counted from shapes before it is spent: ten seconds and half a gigabyte have to do.

A few words can ask for more numbers than fit into memory, or for more work than anybody waits for. Each limit is a
count of what a task makes; a problem beyond it is refused at the line that asks for most.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TypeAlias

from bpcli.calculus.expr import Variable
from bpcli.calculus.program import Binding, Program
from bpcli.calculus.size import entries, entries_made, multiply_adds
from bpcli.compose.built import Built
from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.problem.model import Problem

Amount: TypeAlias = tuple[Variable, int]

MOST_COMPUTED = 20_000_000
"""Numbers computed for one solution, those between the lines included."""
MOST_WORK = 20_000_000_000
"""Multiplications of one solution, all updates included."""
MOST_LISTED = 1_500_000
"""Numbers written out: as JSON, as a sheet, as a key."""
MOST_WHOLE = 200_000
"""Numbers of matrices that are printed whole."""
MOST_TERMS = 20_000
"""Terms of the entries that are worked out in full."""
SHOWN = 16
"""Entries of a matrix that are worked out where it is not printed whole."""
MOST_SINGLE = 150_000
"""Numbers that are told one by one, each with its gradient."""
MOST_LINTED = 30_000
"""Numbers that mistakes are tried on; a mistake may take what belongs to any of the layers."""
MOST_COMPARED = 2_500_000
"""Lines computed anew for central differences."""


def refuse_long_work(problem: Problem, built: Built) -> None:
    """Before anything is computed: what the lines take, and what all updates do."""
    lines = built.program.bindings
    _require(problem, [(b.variable, entries_made(b.expr)) for b in lines], MOST_COMPUTED, "numbers to compute")
    updates = problem.update.steps if problem.update is not None else 1
    cycle = built if built.cycle is None else built.cycle
    work = [(b.variable, multiply_adds(b.expr) * updates) for b in cycle.program.bindings]
    _require(problem, work, MOST_WORK, "multiplications")


def refuse_long_list(problem: Problem, program: Program, names: Container[str] | None, advice: str) -> None:
    """Before the numbers of some quantities, or of all, are written out."""
    listed = [variable for variable in _variables(program) if names is None or variable.name in names]
    _require(problem, _sizes(listed), MOST_LISTED, "numbers to write out", advice)


def refuse_whole_matrices(problem: Problem, program: Program) -> None:
    _require(
        problem, _sizes(_variables(program)), MOST_WHOLE, "numbers to print", "leave out --full, or ask for --only"
    )


def refuse_long_terms(problem: Problem, program: Program, chosen: frozenset[str] | None, *, whole: bool) -> None:
    """Before entries of products are worked term by term: all of them, or the first ones."""
    amounts = []
    for line in program.bindings:
        if chosen is None or line.variable.name in chosen:
            count = entries(line.variable.shape)
            terms = -(-multiply_adds(line.expr) // count)
            amounts.append((line.variable, terms * (count if whole else min(count, SHOWN))))
    _require(problem, amounts, MOST_TERMS, "terms to show", "leave out --detail full, or ask for some of it: --only")


def refuse_single_numbers(problem: Problem, program: Program) -> None:
    """Before each number becomes a node of its own: more nodes than this there are in any case."""
    forward = [b for b in program.bindings if b.phase == "forward"]
    amounts = [*_sizes(program.inputs), *((b.variable, multiply_adds(b.expr)) for b in forward)]
    _require(problem, amounts, MOST_SINGLE, "single numbers", "--grain author tells the problem whole")


def refuse_long_lint(problem: Problem, lines: Iterable[Binding]) -> None:
    layers = len(problem.network.layers) if problem.network is not None else 0
    amounts = [(b.variable, entries(b.variable.shape) + layers) for b in lines]
    _require(problem, amounts, MOST_LINTED, "numbers to try mistakes on")


def refuse_many_differences(problem: Problem, amounts: Iterable[Amount]) -> None:
    """Before central differences: the lines that each adjoint has computed anew."""
    advice = "ask for some of the gradients: --only dL/dW1"
    _require(problem, list(amounts), MOST_COMPARED, "lines to compute for differences", advice)


def not_enough_memory(problem: Problem, built: Built) -> ProblemError:
    """For a machine that has less than these limits ask for: the largest quantity, at its place."""
    largest, count = max(_sizes(_variables(built.program)), key=lambda amount: amount[1])
    message = f"not enough memory: the largest quantity is `{largest.name}` with {count:,} numbers"
    diagnostic = Diagnostic("too-large", message, place_of(problem, largest), help="make the problem smaller")
    return ProblemError(problem.path, problem.text, (diagnostic,))


def _variables(program: Program) -> Iterable[Variable]:
    return program.variables().values()


def _sizes(variables: Iterable[Variable]) -> list[Amount]:
    return [(variable, entries(variable.shape)) for variable in variables]


def _require(problem: Problem, amounts: list[Amount], most: int, what: str, advice: str = "") -> None:
    total = sum(count for _, count in amounts)
    if total <= most:
        return
    variable, count = max(amounts, key=lambda amount: amount[1])
    message = f"{total:,} {what}, {count:,} of them for `{variable.name}`; at most {most:,} fit"
    span = place_of(problem, variable)
    advice = advice or "make the problem smaller"
    raise ProblemError(problem.path, problem.text, (Diagnostic("too-large", message, span, help=advice),))


def place_of(problem: Problem, variable: Variable) -> Span | None:
    """Where a file asks for a quantity: its layer, or its name in a graph."""
    while variable.of is not None:
        variable = variable.of
    if problem.network is not None:
        if variable.role in ("input", "target"):
            return problem.network.span
        layers = problem.network.layers
        return layers[(variable.layer or len(layers)) - 1].span  # a loss is as long as the last one
    if problem.graph is None:
        return None
    places = {item.name: item.span for item in (*problem.graph.inputs, *problem.graph.parameters)}
    places.update((item.name, item.span) for item in problem.graph.definitions)
    return places.get(variable.name, problem.graph.span)
