"""A solution as JSON (`bpcli/solution`): every step, and every quantity at full double precision."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from bpcli.calculus.expr import Array
from bpcli.calculus.stages import stages
from bpcli.document.rounding import Rounding
from bpcli.document.safe import safe
from bpcli.notation.latex import to_latex
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.solution.solution import Solution, Step, plain

VERSION = 1
MOST_LATER_NUMBERS = 200_000
"""Of later update steps at most so many numbers are listed; the rest come on request (`--only W1@20`)."""


def solution_to_json(solution: Solution, **options: Any) -> str:
    """`solution_to_dict` as text, one key a line, lists of numbers on one line."""
    return indented(solution_to_dict(solution, **options)) + "\n"


def solution_to_dict(
    solution: Solution,
    *,
    only: tuple[str, ...] = (),
    phases: frozenset[str] = frozenset(),
    terms: bool = False,
    comparisons: tuple[Any, ...] = (),
) -> dict[str, Any]:
    """The solution as plain data.

    `only`: ids, of which (and of what they need) the steps and values are given; `terms` adds every `terms(…)`.
    A number out of range is null, since JSON has no infinity.
    """
    writer = Writer(solution.rounding)
    asked = [solution.resolve(identifier) for identifier in only]
    chosen = solution.program.needed_for(part.name for part in asked) if only else None
    steps = [
        _step(solution, step, writer)
        for step in solution.steps
        if (chosen is None or step.id in chosen) and (not phases or step.phase in phases)
    ]
    values: dict[str, Any] = {}
    for name, variable in solution.variables.items():
        if chosen is None or name in chosen:
            values[name] = json_value(solution.values[name], variable.rank)
    values.update({twin: values[name] for twin, name in solution.built.twins.items() if name in values})
    values.update({identifier.strip(): finite(solution[identifier]) for identifier in only})
    if terms:
        values.update(_terms(solution, chosen))
    if chosen is None and not phases:
        values.update(_later(solution))
    data = {
        "format": "bpcli/solution",
        "version": VERSION,
        "title": solution.problem.title,
        "steps": steps,
        "values": values,
    }
    if comparisons:
        data["verification"] = {
            item.name: item.told(json_value(item.numeric, 1 if item.directions else solution.variables[item.name].rank))
            for item in comparisons
        }
    return data


def _step(solution: Solution, step: Step, writer: Writer) -> dict[str, Any]:
    binding = step.binding
    math_tree = writer.math(binding.expr)
    worked = binding.formula("worked")
    shown = [to_text(writer.math(stage)) for stage in stages(worked, solution.values, solution.texts)]
    return {
        "id": step.id,
        "phase": step.phase,
        "rule": step.rule,
        "inputs": list(step.inputs),
        "formula": {"text": to_text(math_tree), "latex": to_latex(math_tree)},
        "stages": shown,
        "value": json_value(step.value, binding.variable.rank),
        "printed": printed(step.value, binding.variable.rank, solution.rounding),
    }


def json_value(value: Array, rank: int) -> Any:
    return finite(plain(value, rank))


def finite(value: Any) -> Any:
    """The number, or the lists of numbers, as JSON has them: what is out of range is null."""
    if isinstance(value, list):
        return [finite(item) for item in value]
    return value if math.isfinite(value) else None


def printed(value: Array, rank: int, rounding: Rounding) -> Any:
    """The value as it is shown, with its layout."""
    texts = np.vectorize(rounding.text, otypes=[object])(value)
    if rank == 0:
        return str(texts[()] if isinstance(texts, np.ndarray) else texts)
    return [str(t) for t in np.ravel(texts)] if rank == 1 else [[str(t) for t in row] for row in texts]


def _terms(solution: Solution, chosen: frozenset[str] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for step in solution.steps:
        if chosen is not None and step.id not in chosen:
            continue
        try:
            found[f"terms({step.id})"] = finite(solution.terms(step.id))
        except UnknownQuantityError:
            continue  # not a sum
    return found


def _later(solution: Solution) -> dict[str, Any]:
    """Parameters, prediction, loss and objective after each update: `W1@20`, `y@20`, `L@20`."""
    steps = solution.update_steps
    if not steps:
        return {}
    told = list(solution.built.parameters)
    forward = [b.variable for b in solution.cycle.program.bindings if b.phase == "forward"]
    shown = {solution.built.prediction, solution.output} if solution.output in forward else {solution.built.prediction}
    told.extend(v for v in forward if v.role in ("loss", "objective") or v in shown)
    size = sum(int(np.size(solution.values[v.name])) for v in told)
    listed = [k for k in range(1, steps + 1) if k * size <= MOST_LATER_NUMBERS]
    if steps not in listed:
        listed.append(steps)
    found: dict[str, Any] = {}
    twins = {name: twin for twin, name in solution.built.twins.items()}
    for k in listed:
        values = solution.at_step(k)
        for variable in told:
            value = json_value(values[variable.name], variable.rank)
            found[f"{variable.name}@{k}"] = value
            if variable.name in twins:
                found[f"{twins[variable.name]}@{k}"] = value
    return found


def indented(data: Any, depth: int = 0) -> str:
    """Like `json.dumps(indent=1)`, with lists of numbers and texts kept on one line."""
    pad = " " * (depth + 1)
    if isinstance(data, dict) and data:
        items = (f"{pad}{_dumped(key)}: {indented(value, depth + 1)}" for key, value in data.items())
        return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"
    if isinstance(data, list) and any(isinstance(item, dict) for item in data):
        return "[\n" + ",\n".join(pad + indented(item, depth + 1) for item in data) + "\n" + " " * depth + "]"
    return _dumped(data)


def _dumped(data: Any) -> str:
    r"""JSON on one line; what cannot be printed is escaped, since JSON too goes to terminals: `\u202e`."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if text.isprintable() and text.isascii():
        return text
    return "".join(c if safe(c) == c else json.dumps(c)[1:-1] for c in text)
