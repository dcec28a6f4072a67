"""From a graph in a problem file to its program: its definitions line by line, then the grad_table."""

from __future__ import annotations

from collections.abc import Mapping

from bpcli.calculus.backprop import differentiate
from bpcli.calculus.expr import Constant, Expr, Operation, Shape, Variable, describe_shape
from bpcli.calculus.ops.elementary import multiply, sum_of
from bpcli.calculus.ops.matrices import as_number, broadcast_to
from bpcli.calculus.program import Binding, Program
from bpcli.compose.built import Built, Inputs, Source, Turn, as_matrix
from bpcli.compose.forms import with_worked_forms
from bpcli.compose.formula import FormulaError, kinks_of, size_of, sizes_written_out, translate
from bpcli.compose.update import Renewal, renewed
from bpcli.diagnostics import Diagnostic, ProblemError
from bpcli.notation.conventions import derivative_math, name_math
from bpcli.problem.model import Graph, Numbers, Problem

MOST_PARTS = 2_000
"""Of one formula: the derivatives of a product of so many factors have the square of it."""
MOST_IN_ALL = 400_000
"""Of all formulas of a graph that is worked line by line; large graphs of numbers have room for more."""


def build_graph(problem: Problem, functions: Mapping[str, Operation]) -> Built:
    """The program of a graph problem; vectors are columns. Raises ProblemError for formulas without a meaning."""
    graph = problem.graph
    assert graph is not None
    given = Inputs()
    for item in (*graph.inputs, *graph.parameters):
        role = "parameter" if item in graph.parameters else "input"
        shape = _internal_shape(item.numbers)
        variable = Variable(item.name, shape, name_math(item.name), role, rank=len(item.numbers.shape))
        given.give(variable, as_matrix(item.numbers, shape), Source(item.numbers, role))
    scope = {variable.name: variable for variable in given.inputs}
    parameters = tuple(scope[item.name] for item in graph.parameters)
    lines = _definitions(problem, graph, scope, functions)
    output = scope[graph.output] if graph.output else None
    program = Program(tuple(given.inputs), tuple(lines))
    wanted = graph.gradients
    if wanted is None:
        wanted = tuple(v.name for v in parameters or given.inputs)
    if output is not None and wanted and (lines or graph.gradients):
        program = _with_grad_table(problem, program, output, wanted, scope)
    trained = parameters or tuple(scope[name] for name in wanted)
    state: tuple[tuple[Variable, Variable], ...] = ()
    turns: tuple[Turn, ...] = ()
    step_number: Variable | None = None
    if graph.update is not None:
        known = program.variables()
        adjoints = {} if output is None else {v.name: known.get(f"d{output.name}/d{v.name}") for v in trained}
        renewal = Renewal(problem, graph.update, trained, {n: g for n, g in adjoints.items() if g is not None})
        program, update, turns = renewed(program, renewal, given, ())
        state, step_number = update.state, update.step_number
    if output is None:  # the exercise begins with given gradients: what it comes to are the new parameters
        output = state[-1][1]
    return Built(
        with_worked_forms(program).check(),
        given.values,
        given.texts,
        output,
        trained,
        {},
        state,
        sources=given.sources,
        turns=turns,
        step_number=step_number,
    )


def _internal_shape(numbers: Numbers) -> Shape:
    if numbers.shape == ():
        return ()
    if len(numbers.shape) == 1:
        return (numbers.shape[0], 1)
    return (numbers.shape[0], numbers.shape[1])


def _definitions(
    problem: Problem, graph: Graph, scope: dict[str, Variable], functions: Mapping[str, Operation]
) -> list[Binding]:
    lines: list[Binding] = []
    faults: list[Diagnostic] = []
    total = 0
    sizes = sizes_written_out(problem.functions)
    kinks = kinks_of(problem.conventions)
    for definition in graph.definitions:
        size = size_of(definition.formula, sizes)
        total += size
        if total > MOST_IN_ALL:
            message = f"formulas of more than {MOST_IN_ALL} names, numbers and operations"
            faults.append(Diagnostic("too-many-nodes", message, definition.span, help="make it of several problems"))
            break
        if size > MOST_PARTS:
            message = f"`{definition.name}` has more than {MOST_PARTS} names, numbers and operations"
            span = definition.formula.span
            faults.append(Diagnostic("formula-too-long", message, span, help="break it into steps"))
            break
        try:
            expr = translate(definition.formula, scope, functions, kinks)
        except FormulaError as error:
            faults.append(error.diagnostic)
            # What is built on it cannot be judged; a stand-in would only bring up faults that are not there.
            break
        if definition.name == graph.output and expr.shape == (1, 1):
            expr = as_number(expr)  # a gradient is asked of it, and that is one of a number
        rank = 0 if expr.shape == () else 1 if expr.shape[1] == 1 else 2
        variable = Variable(definition.name, expr.shape, name_math(definition.name), "node", rank=rank)
        scope[definition.name] = variable
        lines.append(Binding(variable, expr, "forward", "definition"))
    if faults:
        raise ProblemError(problem.path, problem.text, tuple(faults))
    return lines


def _with_grad_table(
    problem: Problem, program: Program, output: Variable, wanted: tuple[str, ...], scope: dict[str, Variable]
) -> Program:
    """Algorithm 1: the gradient of the output for every node between the wanted ones and the output."""
    if output.shape != ():
        assert problem.graph is not None
        raise ProblemError(
            problem.path,
            problem.text,
            (
                Diagnostic(
                    "shape",
                    f"the gradient of `{output.name}` needs a number, and it is {describe_shape(output.shape)}",
                    problem.graph.span,
                    help="name a number as `output:` (a sum or a norm of it, say), or ask for `gradients: []`",
                ),
            ),
        )

    def adjoint(of: Variable) -> Variable:
        return Variable(
            f"d{output.name}/d{of.name}",
            of.shape,
            derivative_math(output.math, of.math),
            "adjoint",
            of=of,
            rank=of.rank,
        )

    extended = term_by_term(differentiate(program, output, [scope[name] for name in wanted], adjoint))
    reached = extended.variables()
    unused = [scope[name] for name in wanted if f"d{output.name}/d{name}" not in reached]
    return extended.extended(Binding(adjoint(of), _zeros(of.shape), "backward", "unused_gradient") for of in unused)


def term_by_term(program: Program) -> Program:
    """Every entry of the table as Σ gradient · local derivative, a factor 1 being written like any other."""
    lines: list[Binding] = []
    for binding in program.bindings:
        products = [
            multiply(c.seed, c.local)
            for c in binding.contributions
            if isinstance(c.seed, Variable) and c.local is not None
        ]
        if products and len(products) == len(binding.contributions) and binding.variable.shape == ():
            binding = binding._replace(expr=sum_of(products))
        lines.append(binding)
    return Program(program.inputs, tuple(lines))


def _zeros(shape: Shape) -> Expr:
    zero: Expr = Constant(0.0, texts="0")
    return zero if shape == () else broadcast_to(shape)(zero)
