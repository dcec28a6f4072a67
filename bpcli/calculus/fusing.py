"""One update for all parameters: where their update lines are the same formula, it is worked on one long vector.

The parameters become views into that vector, and so do their gradients and moments; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Shape, Variable, postorder, substitute
from bpcli.calculus.program import Binding, Program
from bpcli.document.mathtree import Identifier


class Member(NamedTuple):
    """A variable, and where it begins in its vector."""

    name: str
    shape: Shape
    start: int


class Arrangement(NamedTuple):
    """A program whose updates may work on vectors; `vectors` lists the members of each."""

    program: Program
    state: tuple[tuple[Variable, Variable], ...]
    vectors: dict[str, tuple[Member, ...]]


def arranged(
    program: Program, parameters: Iterable[Variable], state: tuple[tuple[Variable, Variable], ...]
) -> Arrangement:
    """`program` with one update in place of many, where that gives the same numbers; else as it is."""
    groups = [_lines_of(program, parameter) for parameter in parameters]
    described = [_described(lines) for lines in groups]
    if len(groups) < 2 or None in described or any(item[0] != described[0][0] for item in described):  # type: ignore[index]
        return Arrangement(program, state, {})
    columns = list(zip(*(item[1] for item in described), strict=True))  # type: ignore[index]
    vectors: dict[str, tuple[Member, ...]] = {}
    stand_ins: dict[str, Variable] = {}
    for place, members in enumerate(columns):
        start, listed = 0, []
        for member in members:
            listed.append(Member(member.name, member.shape, start))
            start += prod(member.shape)
        name = f"all:{place}"
        vectors[name] = tuple(listed)
        stand_ins[members[0].name] = Variable(name, (1, start), Identifier(name), members[0].role, rank=1)
    fused = {id(binding) for lines in groups for binding in lines}
    kept = [binding for binding in program.bindings if id(binding) not in fused]
    together = [
        Binding(stand_ins[line.variable.name], _with(line.expr, stand_ins), line.phase, line.rule) for line in groups[0]
    ]
    pairs = tuple((stand_ins[old.name], stand_ins[new.name]) for old, new in state if new.name in stand_ins)
    inputs = (*program.inputs, *(v for v in stand_ins.values() if v.name not in {b.variable.name for b in together}))
    return Arrangement(Program(inputs, (*kept, *together)), pairs, vectors)


def placed(arrangement: Arrangement) -> dict[str, Array]:
    """The vectors, and the views into them under their variables' names."""
    arrays: dict[str, Array] = {}
    for name, members in arrangement.vectors.items():
        size = sum(prod(member.shape) for member in members)
        vector = np.zeros((1, size))
        arrays[name] = vector
        for member in members:
            part = vector[0, member.start : member.start + prod(member.shape)]
            arrays[member.name] = part.reshape(member.shape)
    return arrays


def _lines_of(program: Program, parameter: Variable) -> list[Binding]:
    return [b for b in program.bindings if b.phase == "update" and b.variable.of is parameter]


def _described(lines: list[Binding]) -> tuple[Any, tuple[Variable, ...]] | None:
    """What the lines do, with numbers for their variables in the order in which these come up; and the variables.

    None where an operation mixes entries, or the variables are not all of one shape.
    """
    numbers: dict[str, int] = {}
    variables: list[Variable] = []
    form: list[Any] = []

    def number(variable: Variable) -> int:
        if variable.name not in numbers:
            numbers[variable.name] = len(numbers)
            variables.append(variable)
        return numbers[variable.name]

    for line in lines:
        parts: dict[int, Any] = {}
        for node in postorder(line.expr):
            if isinstance(node, Apply):
                if not node.operation.elementwise:
                    return None
                parts[id(node)] = (id(node.operation), *(parts[id(item)] for item in node.inputs))
            elif isinstance(node, Variable):
                shared = node.role == "step_number"
                parts[id(node)] = ("shared", node.name) if shared else ("variable", number(node))
            elif isinstance(node, Constant):
                if node.shape != ():
                    return None
                parts[id(node)] = ("number", float(node.value))
        form.append((number(line.variable), parts[id(line.expr)]))
    if len({variable.shape for variable in variables}) != 1:
        return None
    return tuple(form), tuple(variables)


def _with(expr: Expr, stand_ins: Mapping[str, Variable]) -> Expr:
    return substitute(expr, lambda node: stand_ins.get(node.name) if isinstance(node, Variable) else None)
