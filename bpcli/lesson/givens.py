"""The data of a problem at the head of its lesson: inputs, parameters, activations, the loss."""

from __future__ import annotations

from bpcli.calculus.expr import Constant, Expr, Variable, postorder
from bpcli.calculus.program import Binding
from bpcli.document.document import Block, Code, Givens, Note
from bpcli.document.mathtree import Identifier, Math, Operator, Row, Subscript
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution

MOST_GIVENS = 60
DATA = ("input", "target")
OF_THE_UPDATE = ("moment", "given_gradient", "adjoint", "step_number")


def equality(left: Math, right: Math) -> Math:
    return Row((left, Operator("=", "relation"), right))


def given_blocks(solution: Solution, writer: Writer, messages: Messages) -> list[Givens]:
    """What is given, in rows that belong together."""
    if solution.problem.graph is not None:
        return _graph_givens(solution, writer, messages)
    blocks: list[Givens] = []
    data = [_given(solution, writer, v) for v in solution.cycle.program.inputs if v.role in DATA]
    blocks.append(Givens(tuple(data)))
    for layer in range(1, len(solution.problem.network.layers) + 1):  # type: ignore[union-attr]
        row = [
            _given(solution, writer, v)
            for v in solution.program.inputs
            if v.place[:1] == (layer,) and v.role not in (*DATA, *OF_THE_UPDATE)
        ]
        row.extend(
            _formula(writer, b)
            for b in solution.cycle.program.bindings
            if b.rule == "activation" and b.variable.layer == layer
        )
        if row:
            blocks.append(Givens(tuple(row)))
    rest = [_given(solution, writer, v) for v in solution.program.inputs if _is_given_besides(solution, v)]
    if rest:
        blocks.append(Givens(tuple(rest)))
    rest = [
        _formula(writer, b) for b in solution.cycle.program.bindings if b.rule in ("loss", "regularizer", "objective")
    ]
    rest.extend(_named_constants(solution, writer))
    if rest:
        blocks.append(Givens(tuple(rest)))
    return blocks


def _is_given_besides(solution: Solution, variable: Variable) -> bool:
    """Weights of instances, learning rates, gradients and running means that the exercise gives."""
    if variable.role == "moment":
        update = solution.problem.update
        return update is not None and variable.name.partition("@")[0] in update.state
    return variable.role in ("instance_weight", "learning_rate", "given_gradient", "adjoint")


def data_blocks(solution: Solution, messages: Messages) -> list[Block]:
    """Which part of a data set is worked, and what its classes are."""
    network = solution.problem.network
    if network is None or network.data is None:
        return []
    data = network.data
    key = "data.worked.one" if data.worked_rows == 1 else "data.worked"
    told = messages.inline(key, file=Code(data.file), count=data.rows, rows=data.worked_rows)
    if data.classes:
        classes = ", ".join(f"{number} {name}" for number, name in enumerate(data.classes))
        told += messages.inline("data.classes", column=data.targets[0], classes=classes)
    return [Note(told)]


def _graph_givens(solution: Solution, writer: Writer, messages: Messages) -> list[Givens]:
    data = [_given(solution, writer, variable) for variable in solution.program.inputs[:MOST_GIVENS]]
    return [Givens(tuple(data))] if data else []


def _given(solution: Solution, writer: Writer, variable: Variable) -> Math:
    value = writer.value(variable, solution.values[variable.name], solution.texts.get(variable.name))
    return equality(variable.math, value)


def _formula(writer: Writer, binding: Binding) -> Math:
    return equality(binding.variable.math, writer.math(binding.expr))


def _named_constants(solution: Solution, writer: Writer) -> list[Math]:
    """λ, η, β, … with their numbers, each once, in the order in which the formulas use them."""
    found: dict[Math, Expr] = {}
    for binding in solution.program.bindings:
        if binding.phase == "backward":
            continue
        for node in postorder(binding.expr):
            if isinstance(node, Constant) and node.math is not None and _is_letter(node):
                found.setdefault(node.math, Constant(node.value, texts=node.texts))
    return [equality(math, writer.math(number)) for math, number in found.items()]


def _is_letter(node: Constant) -> bool:
    return type(node.math) in (Identifier, Subscript)
