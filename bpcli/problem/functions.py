"""The `functions:` block: custom operations, each a formula of its parameters."""

from __future__ import annotations

import re
from typing import Any

from bpcli.diagnostics import Related, Span
from bpcli.problem.expression import Formula
from bpcli.problem.formulas import check_calls, check_new_name, check_value_name, read_formula, unknown_value
from bpcli.problem.model import Definition, Function, OwnBlock
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
    vocabulary = reader.vocabulary
    if (name in vocabulary.functions or name in vocabulary.activations) and name not in vocabulary.free:
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
    if derivative_node and len(parameters) > 2:
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


def read_blocks(
    pairs: tuple[tuple[ScalarNode, Fields | None], ...], arities: dict[str, tuple[int, ...]], reader: Reader
) -> tuple[OwnBlock, ...]:
    """Read the blocks of the file's own: `name(x): {parameters: [W], define: {z: W @ x}}`."""
    blocks: dict[str, OwnBlock] = {}
    for key, value in pairs:
        found = HEAD.fullmatch(key.text)
        names = [part.strip() for part in found[2].split(",")] if found else []
        if found is None or len(names) != 1:
            advice = "name what comes in: `gate(x)`"
            reader.report.add("bad-name", f"`{key.text[:60]}` is not `name(x)`", key.span, help=advice)
            continue
        name, argument = found[1], names[0]
        if not (check_new_name(name, key.span, reader.report) and check_new_name(argument, key.span, reader.report)):
            continue
        if name in reader.vocabulary.blocks or name in blocks:
            message = f"`{name}` exists already"
            reader.report.add("reserved-name", message, key.span, help="call the block something else")
            continue
        if value is not None and (block := _read_block(name, argument, key.span, value, arities, reader)):
            blocks[name] = block
    return tuple(blocks.values())


def _read_block(
    name: str, argument: str, span: Span, value: Fields, arities: dict[str, tuple[int, ...]], reader: Reader
) -> OwnBlock | None:
    report = reader.report
    places = {argument: span}
    parameters: list[str] = []
    for node in value.get("parameters", ()):
        if node is None:
            continue
        if node.text in places:
            related = (Related(places[node.text], "first here"),)
            report.add("duplicate-name", f"`{node.text}` is here a second time", node.span, related=related)
        elif check_value_name(node.text, node.span, arities, report):
            places[node.text] = node.span
            parameters.append(node.text)
    definitions: list[Definition] = []
    for key, node in value.get("define", ()):
        formula = node and read_formula(node, report)
        if formula is None:
            continue
        good = check_calls(formula, arities, places, report)
        for used in formula.names:
            if used.name not in places:
                good = False
                unknown_value(used.name, used.span, report, known=places, functions=arities, later={})
        if key.text in places:
            related = (Related(places[key.text], "first here"),)
            report.add("duplicate-name", f"`{key.text}` is here a second time", key.span, related=related)
        elif check_value_name(key.text, key.span, arities, report) and good:
            definitions.append(Definition(key.text, formula.syntax, key.span))
        places.setdefault(key.text, key.span)
    if not definitions:
        if "define" in value.keys and not value.get("define", ()):
            report.add("missing-value", f"`{name}` has no lines", value.place("define"))
        return None
    return OwnBlock(name, argument, tuple(parameters), tuple(definitions), span)
