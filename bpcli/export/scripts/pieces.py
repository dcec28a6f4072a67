"""What the scripts for all libraries share: which lines they have, their names, their head and their assertions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Variable, evaluate, variables_of
from bpcli.calculus.program import Binding
from bpcli.document.safe import safe
from bpcli.export.scripts.code import Coder, array_text, renamed, used_names
from bpcli.export.scripts.names import identifiers
from bpcli.solution.solution import Solution

TOLERANCE = "1e-10"

VOCABULARY = {
    "softmax": """\
def softmax(z, axis):
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)""",
    "log_softmax": """\
def log_softmax(z, axis):
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))""",
    "x_log_y": '''\
def x_log_y(x, y):
    """x log y, and 0 where x is 0."""
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))''',
    "absolute": '''\
def absolute(x):
    """|x| with the slope 0 at 0, where that of the library is 1."""
    return x * np.sign(x)''',
    "windows": """\
def windows(x, places):
    return np.append(np.ravel(x), 0.0)[places]""",
    "largest": """\
def largest(x):
    return np.max(x, axis=1)""",
    "erf": """\
def erf(x):
    from math import erf as of_number

    return np.vectorize(of_number, otypes=[float])(x)""",
    "stop": """\
def stop(x):
    return x""",
}
"""Functions that operations are written with and no library has under one name."""

IN_LIBRARY = {
    "torch": {
        "windows": """\
def windows(x, places):
    return torch.cat((torch.ravel(x), torch.zeros(1)))[places]""",
        "largest": """\
def largest(x):
    return torch.amax(x, 1)""",
        "erf": "erf = torch.erf",
        "stop": """\
def stop(x):
    return x.detach()""",
    },
    "jnp": {"erf": "from jax.scipy.special import erf", "stop": "stop = jax.lax.stop_gradient"},
}
"""Those of them that another library says in other words."""


OF_INSTANCES = ("input", "target", "instance_weight")
"""Inputs of which each update has those of its instance, where it goes through the instances one by one."""


class Pieces(NamedTuple):
    """The parts of a script: the values it asserts, the lines of each phase that these need."""

    solution: Solution
    coder: Coder
    names: dict[str, str]
    formulas: dict[str, Expr]
    inputs: tuple[Variable, ...]
    forward: tuple[Binding, ...]
    backward: tuple[Binding, ...]
    update: tuple[Binding, ...]
    gradients: tuple[Variable, ...]  # what is differentiated by
    renewed: tuple[Variable, ...]
    seeded: tuple[str, str] | None = None  # a prediction and its given gradient, where no output is computed


def pieces_of(solution: Solution) -> Pieces:
    """What a script for this solution is made of."""
    program, built = solution.program, solution.built
    variables = program.variables()
    network = solution.problem.network is not None
    wanted = built.parameters if network else tuple(v for v in program.inputs)
    gradients = tuple(v for v in wanted if f"d{solution.output.name}/d{v.name}" in variables)
    parameters = {v.name for v in built.parameters}
    renewed = tuple(new for old, new in built.state if old.name in parameters)
    lines = {b.variable.name: b for b in program.bindings}
    checked = _checked_names(solution, gradients, renewed)
    seeded = _seeded(solution)
    formulas = {name: _formula(solution, binding) for name, binding in lines.items()}
    formulas |= {name: Constant(value) for name, value in built.stated.items()}
    needed = _needed(formulas, (*checked, *(seeded or ())))
    names = identifiers([*(v.name for v in program.inputs), *lines], [f.name for f in solution.problem.functions])
    # A point ahead is a line of the update, and stands among those of the forward pass there.
    back = next((k for k, b in enumerate(program.bindings) if b.phase == "backward"), len(program.bindings))
    ahead = [binding for binding in program.bindings if binding.rule == "look_ahead"]
    phases: dict[str, list[Binding]] = {"forward": [], "backward": [], "update": []}
    for k, binding in enumerate(program.bindings):
        if binding.variable.name in needed:
            phases["forward" if ahead and k < back else binding.phase].append(binding)
    used = {
        v.name for b in program.bindings if b.variable.name in needed for v in variables_of(formulas[b.variable.name])
    }
    inputs = tuple(v for v in program.inputs if v.name in used or v in gradients)
    functions = {f.name: _function_name(f.name) for f in solution.problem.functions}
    return Pieces(
        solution,
        Coder(names, functions),
        names,
        formulas,
        inputs,
        tuple(phases["forward"]),
        tuple(phases["backward"]),
        tuple(phases["update"]),
        gradients,
        renewed,
        seeded,
    )


def _seeded(solution: Solution) -> tuple[str, str] | None:
    prediction, program = solution.built.prediction, solution.program
    if prediction is None:
        return None
    seed = f"d{solution.output.name}/d{prediction.name}"
    return (prediction.name, seed) if any(v.name == seed for v in program.inputs) else None


def _function_name(name: str) -> str:
    return identifiers([name])[name]


def _formula(solution: Solution, binding: Binding) -> Expr:
    """The textbook form of a loss where it is as accurate as the stable one; else what plans compute by."""
    if binding.phase == "forward" and binding.stable is not None:
        with np.errstate(all="ignore"):
            plain = evaluate(binding.formula("printed"), solution.values)
        if np.allclose(plain, solution.values[binding.variable.name], rtol=1e-12, atol=1e-12):
            return binding.expr
    return binding.formula("planned")


def _needed(formulas: dict[str, Expr], names: Iterable[str]) -> frozenset[str]:
    needed: set[str] = set()
    stack = list(names)
    while stack:
        name = stack.pop()
        if name in formulas and name not in needed:
            needed.add(name)
            stack.extend(v.name for v in variables_of(formulas[name]))
    return frozenset(needed)


def quoted(text: str) -> str:
    """A Python string of any text."""
    import json

    return json.dumps(safe(text), ensure_ascii=False)


def head(solution: Solution, library: str) -> list[str]:
    """Comments at the top: nothing in a title can end a comment."""
    lines = [f"# {safe(solution.problem.title)}".rstrip()] if solution.problem.title else []
    if solution.problem.source:
        lines.append(f"# {safe(solution.problem.source)}")
    return [*lines, f"# The numbers of this problem once more, computed with {library}."]


def given(pieces: Pieces, variable: Variable, maker: str, *, options: str = "", scalars: bool = True) -> str:
    """`W1 = np.array([[…]])`."""
    value: Array = pieces.solution.values[variable.name]
    name = pieces.names[variable.name]
    if variable.shape == () and scalars:
        return f"{name} = {array_text(value)}"
    if np.size(value) > 1 and not np.any(value):
        return f"{name} = {maker.partition('.')[0]}.zeros({variable.shape}{options})"
    return f"{name} = {maker}({array_text(value)}{options})"


def line_of(pieces: Pieces, binding: Binding, module: str = "np") -> str:
    """A line of the program as an assignment."""
    return renamed(
        f"{pieces.names[binding.variable.name]} = {pieces.coder.code(pieces.formulas[binding.variable.name])}", module
    )


def prelude(pieces: Pieces, lines: Iterable[str], module: str = "np", provided: Iterable[str] = ()) -> list[str]:
    """The functions that the lines call, each after those it calls itself."""
    functions = [renamed(text, module) for text in pieces.coder.functions.values()]
    mentioned = used_names([*lines, *functions])
    own = IN_LIBRARY.get(module, {})
    needed = [name for name in VOCABULARY if name in mentioned and name not in provided]
    return [*(own[name] if name in own else renamed(VOCABULARY[name], module) for name in needed), *functions]


def passes(pieces: Pieces, sections: Iterable[str], maker: str, renewed: str = "{}") -> list[str]:
    """The sections of a pass: once, or in a loop where there are several updates.

    `maker` makes an array of nested lists; `renewed` says how a parameter takes its new value.
    """
    sections = [section for section in sections if section]
    steps = pieces.solution.update_steps
    if steps < 2:
        return sections
    names = pieces.names
    first = ", ".join(f"{quoted(name)}: {names[name]}" for name in _checked(pieces))
    lines = [f"    first = {{{first}}}"]
    known = {variable.name for variable in pieces.inputs}
    parameters = {variable.name for variable in pieces.gradients}
    for old, new in pieces.solution.built.state:
        if old.name in known:
            value = renewed.format(names[new.name]) if old.name in parameters else names[new.name]
            lines.append(f"{names[old.name]} = {value}")
    lines += [f"{names[v.name]} = {names[v.name]} + 1" for v in pieces.inputs if v.role == "step_number"]
    lines += _turns(pieces, maker)
    body = "\n\n".join([*sections, "\n".join(["# Next pass", "if step == 0:", *lines])])
    return [f"for step in range({steps}):\n" + "\n".join(f"    {line}".rstrip() for line in body.split("\n"))]


def _turns(pieces: Pieces, maker: str) -> list[str]:
    """Inputs that have another value in each update: its instance, its learning rate, its given gradients."""
    solution, lines = pieces.solution, []
    network, update = solution.problem.network, solution.problem.update
    one_by_one = network is not None and update is not None and update.instances
    for variable in pieces.inputs:
        values = [turn[variable.name].value for turn in solution.cycle.turns if variable.name in turn]
        if one_by_one and network is not None and variable.role in OF_INSTANCES:
            values = values[: network.input.shape[0]]
        if values:
            made = (array_text(v) if variable.shape == () else f"{maker}({array_text(v, 8)})" for v in values)
            listed = ", ".join(made)
            lines.append(f"{pieces.names[variable.name]} = [{listed}][(step + 1) % {len(values)}]")
    return lines


def _checked(pieces: Pieces) -> list[str]:
    return _checked_names(pieces.solution, pieces.gradients, pieces.renewed)


def _checked_names(solution: Solution, gradients: Iterable[Variable], renewed: Iterable[Variable]) -> list[str]:
    output = solution.output.name
    computed = [output] if output in solution.variables else []  # only its gradient may be given
    names = (*computed, *(f"d{output}/d{v.name}" for v in gradients), *(v.name for v in renewed))
    return list(dict.fromkeys(names))


def assertions(pieces: Pieces, compare: str) -> list[str]:
    """The table of what bpcli found, and the loop that prints and compares."""
    solution, names, steps = pieces.solution, pieces.names, pieces.solution.update_steps
    lines = ["expected = {"]
    for name in _checked(pieces):
        known = array_text(np.asarray(solution.values[name]), 4)
        value = names[name] if steps < 2 else f"first[{quoted(name)}]"
        lines.append(f"    {quoted(name)}: ({value}, {known}),")
    for variable in solution.built.parameters if steps > 1 else ():
        known = array_text(np.asarray(solution.states()[steps][variable.name]), 4)
        lines.append(f"    {quoted(f'{variable.name}@{steps}')}: ({names[variable.name]}, {known}),")
    return [
        *lines,
        "}",
        "for name, (value, known) in expected.items():",
        '    print(name, value, sep="\\n")',
        f"    {compare}",
        'print("All", len(expected), "agree with bpcli.")',
    ]
