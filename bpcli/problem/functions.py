"""The `functions:` block: custom operations, each a formula of its parameters."""

from __future__ import annotations

import re
from typing import Any

from bpcli.diagnostics import Related, Span
from bpcli.problem.expression import Formula
from bpcli.problem.formulas import check_calls, check_new_name, read_formula, unknown_value
from bpcli.problem.model import Function
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.yaml import ScalarNode

HEAD = re.compile(r"\s*([^\s(]+)\s*\(([^()]*)\)\s*")


def read_functions(
    pairs: tuple[tuple[ScalarNode, Any], ...], reader: Reader
) -> tuple[tuple[Function, ...], dict[str, tuple[int, ...]]]:
    """Read `name(x): formula` pairs; a function may use those above it.

    Also gives the numbers of arguments of every function there is, with those whose formulas are wrong:
    that they are used is no further mistake.
    """
    functions: dict[str, Function] = {}
    arities = dict(reader.vocabulary.functions)
    places: dict[str, Span] = {}
    for key, value in pairs:
        head = _read_head(key, places, reader)
        if head is None:
            continue
        name, parameters = head
        places[name] = key.span
        if value is not None and (function := _read_body(name, parameters, key.span, value, arities, reader)):
            functions[name] = function
        arities[name] = (len(parameters),)
    return tuple(functions.values()), arities


def _read_head(key: ScalarNode, places: dict[str, Span], reader: Reader) -> tuple[str, tuple[str, ...]] | None:
    report = reader.report
    found = HEAD.fullmatch(key.text)
    if found is None:
        report.add("bad-name", f"`{key.text[:60]}` is not `name(x)`", key.span, help="name the parameters: `swish(x)`")
        return None
    name = found[1]
    parameters = tuple(part.strip() for part in found[2].split(","))
    if not all(check_new_name(part, key.span, report) for part in (name, *parameters)):
        return None
    if len(set(parameters)) < len(parameters):
        report.add("duplicate-name", f"`{key.text}` has two parameters of one name", key.span)
        return None
    if name in reader.vocabulary.functions or name in reader.vocabulary.activations:
        report.add("reserved-name", f"`{name}` exists already", key.span, help="call the function something else")
        return None
    if name in places:
        related = (Related(places[name], "first here"),)
        report.add("duplicate-name", f"`{name}` is here a second time", key.span, related=related)
        return None
    return name, parameters


def _read_body(
    name: str,
    parameters: tuple[str, ...],
    span: Span,
    value: ScalarNode | Fields,
    arities: dict[str, tuple[int, ...]],
    reader: Reader,
) -> Function | None:
    if isinstance(value, ScalarNode):
        formula = _read(value, parameters, arities, reader)
        return formula and Function(name, parameters, formula.syntax, None, span)
    value_node: ScalarNode | None = value.get("value")
    derivative_node: ScalarNode | None = value.get("derivative")
    formula = _read(value_node, parameters, arities, reader) if value_node else None
    derivative = _read(derivative_node, parameters, arities, reader) if derivative_node else None
    if derivative_node and len(parameters) > 1:
        message = f"`{name}` has {len(parameters)} parameters, and no single derivative"
        advice = "remove `derivative:`; the derivatives are derived"
        reader.report.add("conflict", message, value.keys["derivative"].span, help=advice)
        return None
    if formula is None or (derivative_node and derivative is None):
        return None
    if derivative is None or derivative_node is None:
        return Function(name, parameters, formula.syntax, None, span)
    return Function(name, parameters, formula.syntax, derivative.syntax, span, derivative_node.span)


def _read(
    node: ScalarNode, parameters: tuple[str, ...], arities: dict[str, tuple[int, ...]], reader: Reader
) -> Formula | None:
    formula = read_formula(node, reader.report)
    if formula is None:
        return None
    places = dict.fromkeys(parameters, node.span)
    good = check_calls(formula, arities, places, reader.report)
    for name in formula.names:
        if name.name not in parameters:
            good = False
            unknown_value(name.name, name.span, reader.report, known=parameters, functions=arities, later={})
    return formula if good else None
