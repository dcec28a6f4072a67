"""A solved problem at scalar grain: every entry a node of its own, every operation an elementary one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bpcli.calculus.lower import MOST_NODES, ScalarProgram, TooManyNodesError, lower
from bpcli.calculus.tape import NotFiniteError
from bpcli.diagnostics import BpcliError, Diagnostic, ProblemError
from bpcli.solution.budget import place_of, refuse_single_numbers
from bpcli.solution.solution import NumericError, Solution


class ScalarRangeError(NumericError):
    """A node that overflows although the quantities of the problem do not: its textbook form does."""

    def __str__(self) -> str:
        return (
            f"{super().__str__()}; at scalar grain every operation is worked as its definition is written, "
            "and without `--grain scalar` it is gone around"
        )


class NoScalarFormError(BpcliError):
    """A problem that cannot be told number by number."""

    exit_code = 2


class Term(NamedTuple):
    """One term of an entry of the grad_table: what one use of the node sends back."""

    consumer: int
    local: float
    value: float


class ScalarSolution(NamedTuple):
    """A scalar program with its values and its grad_table.

    `active` are the nodes that something wanted changes and that change the output; the others have no gradient.
    """

    solution: Solution
    program: ScalarProgram
    values: Sequence[float]
    gradients: Sequence[float]
    active: bytes
    consumers: Sequence[Sequence[int]]

    def terms(self, node: int) -> list[Term]:
        """Σ over the consumers s: grad_table[s] · ∂s/∂node, one term for each use, in the order of the program."""
        found: list[Term] = []
        tape = self.program.tape
        for consumer in dict.fromkeys(self.consumers[node]):
            if not self.active[consumer]:
                continue
            slopes = tape.slopes(self.values, consumer)
            for item, slope in zip(tape.inputs(consumer), slopes, strict=True):
                if item == node:
                    found.append(Term(consumer, slope, self.gradients[consumer] * slope))
        return found


def solve_scalar(solution: Solution) -> ScalarSolution:
    """Lowers a solution's program, evaluates it and fills its grad_table; of several updates the first one's.

    Raises NumericError where a textbook form leaves the range of numbers (the matrix program may go around it).
    """
    refuse_single_numbers(solution.problem, solution.program)
    solution = solution.one_update  # at scalar grain a step of the optimizer is no line
    forward = {binding.variable.name for binding in solution.program.bindings if binding.phase == "forward"}
    if solution.output.name not in forward.union(variable.name for variable in solution.program.inputs):
        raise NoScalarFormError("this problem has no scalar form: gradients are given, and no output is computed")
    try:
        program = lower(solution.program, solution.built.values, solution.output, solution.texts)
    except TooManyNodesError:
        message = f"more than {MOST_NODES:,} single numbers"
        problem = solution.problem
        span = place_of(problem, solution.output)
        advice = "--grain author tells the problem whole"
        raise ProblemError(problem.path, problem.text, (Diagnostic("too-large", message, span, help=advice),)) from None
    except NotImplementedError as error:
        raise NoScalarFormError(f"this problem has no scalar form: {error}") from None
    rounded = solution.rounding.rounded if solution.rounding.each_step else None
    tape = program.tape
    try:
        values = tape.evaluate(rounded=rounded)
    except NotFiniteError as error:
        raise numeric_error(program.name(error.node), error, ScalarRangeError) from None
    active = _active(program, solution)
    gradients: list[float] = []
    if solution.output.shape == ():
        gradients = tape.differentiate(values, program.output, rounded)
        for node, gradient in enumerate(gradients):
            if active[node] and not np.isfinite(gradient):
                name = f"d{solution.output.name}/d{program.name(node)}"
                raise NumericError(name, "the sum over its consumers", "these numbers", "something that is not finite")
    return ScalarSolution(solution, program, values, gradients, bytes(active), tape.consumers())


def _active(program: ScalarProgram, solution: Solution) -> bytearray:
    """1 for the nodes between the wanted ones and the output."""
    tape = program.tape
    if solution.output.shape != ():
        return bytearray(len(tape))
    parameters = solution.built.parameters
    changed = tape.changed_by(node for variable in parameters for node in program.cells[variable.name])
    needed = tape.needed_for([program.output])
    active = bytearray(a & b for a, b in zip(changed, needed, strict=True))
    if parameters:
        active[program.output] = 1
    return active


def numeric_error(name: str, error: NotFiniteError, kind: type[NumericError] = NumericError) -> NumericError:
    """The node at which the value left the numbers, told like any such quantity."""
    operands = ", ".join(f"{item:.6g}" for item in error.operands)
    return kind(name, error.operation.name.replace("_", " "), operands, "no finite number")
