"""The `graph:` block: given values, and names with formulas of the names above them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from io import StringIO
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from bpcli.diagnostics import Related, Span
from bpcli.problem.expression import Formula, FormulaError, Place, parse_formula
from bpcli.problem.formulas import MAX_NAME, check_calls, check_value_name, formula_place, read_formula, unknown_value
from bpcli.problem.loops import TextLine, filled, matching, repeated_lines, repeated_pairs
from bpcli.problem.model import Definition, Graph, Input, Numbers, Update
from bpcli.problem.report import Report, point
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.updates import read_update
from bpcli.problem.yaml import Node, ScalarNode

MAX_FORMULA = 2**20
MAX_PARTS = 1_000_000
"""Names and numbers of a whole graph: so many fit into half a gigabyte with all that is computed from them."""

LONG = 2**23
WORD = re.compile(r"[\w.]+")


class _Line(NamedTuple):
    """A definition before its names are looked up; without a formula where it could not be read."""

    name: str
    span: Span
    formula: Formula | None


def read_graph(fields: Fields, reader: Reader, arities: Mapping[str, tuple[int, ...]]) -> Graph | None:
    """Check everything about a graph; `None` if something needed is missing or wrong."""
    report = reader.report
    given: tuple[tuple[ScalarNode, Numbers | None], ...] = fields.get("inputs", ())
    trained: tuple[tuple[ScalarNode, Numbers | None], ...] = fields.get("parameters", ())
    places: dict[str, Span] = {}
    taken = arities.keys() - reader.vocabulary.free
    for key, _ in (*given, *trained):
        check_value_name(key.text, key.span, taken, report)
        if key.text in places:
            related = (Related(places[key.text], "first here"),)
            report.add("duplicate-name", f"`{key.text}` is an input and a parameter", key.span, related=related)
        places[key.text] = key.span
    update = read_update(fields, reader)
    if update is not None and update.instances:
        report.add("conflict", "a graph has no instances: `each: instance` is for networks", fields.place("update"))
    lines = _read_lines(fields, update, report)
    if lines is None:
        return None
    known = _check_names(lines, places, arities, taken, report)
    output = _read_output(fields, lines, known, report)
    gradients = _read_gradients(fields, known, report)
    descriptions = _read_descriptions(fields, known, report)
    if report.diagnostics:
        return None
    definitions = tuple(Definition(line.name, line.formula.syntax, line.span) for line in lines if line.formula)
    return Graph(
        _inputs(given),
        definitions,
        output,
        gradients,
        fields.span,
        _inputs(trained),
        update,
        MappingProxyType(descriptions),
    )


def _inputs(pairs: tuple[tuple[ScalarNode, Numbers | None], ...]) -> tuple[Input, ...]:
    return tuple(Input(key.text, numbers, key.span) for key, numbers in pairs if numbers is not None)


def _read_lines(fields: Fields, update: Update | None, report: Report) -> list[_Line] | None:
    """The definitions; none where the gradients are given, which then are all there is."""
    define: Any = fields.get("define")
    if define is None:
        if "define" in fields.keys:
            return None
        if update is None or not update.gradients:
            start = point(fields.span.line, fields.span.column)
            advice = "`define:` names and their formulas"
            report.add("missing-key", "`define` is missing in a graph", start, help=advice)
            return None
        return []
    found_before = len(report.diagnostics)
    read = _read_text(define, report) if isinstance(define, ScalarNode) else _read_pairs(define, report)
    lines = _within_limits(read, report)
    if not lines and len(report.diagnostics) == found_before:
        advice = "write `name = formula` lines, or a mapping `name: formula`"
        report.add("missing-value", "nothing is defined", fields.place("define"), help=advice)
    return lines


def _within_limits(read: Iterator[_Line], report: Report) -> list[_Line]:
    """The lines, counted while they are read. Raises ProblemError at the one that is too many."""
    lines: list[_Line] = []
    parts = 0
    for line in read:
        parts += 1 + (line.formula.size if line.formula else 0)
        if parts > MAX_PARTS:
            _refuse_parts(line.span, report)
        lines.append(line)
    return lines


def _refuse_parts(place: Span, report: Report) -> NoReturn:
    message = f"a graph of more than {MAX_PARTS} names and numbers"
    report.fail("too-many-nodes", message, place, help="make it of several problems")


def _refuse_far_too_many(node: ScalarNode, report: Report) -> None:
    """Before a single formula of a very long text is read: names and numbers counted by their looks alone."""
    count = 0
    for number, text in enumerate(StringIO(node.text), node.span.line + 1):
        count += len(WORD.findall(text.partition("#")[0]))
        if count > 2 * MAX_PARTS:
            _refuse_parts(Span(number, 1, number, 2), report)


def _read_pairs(pairs: tuple[tuple[ScalarNode, Node | None], ...], report: Report) -> Iterator[_Line]:
    """Definitions as a mapping; `for t in 1..3:` holds more of them."""
    for key, value, counters in repeated_pairs(pairs, report):
        if value is None:
            yield _Line(key.text, key.span, None)
            continue
        name = filled(key.text, counters, key.span, report)
        text = filled(value.text, counters, value.span, report)
        if name is None or text is None:
            continue
        if text == value.text:
            yield _Line(name, key.span, read_formula(value, report, max_length=MAX_FORMULA))
        else:
            yield _Line(name, key.span, read_formula(value._replace(text=text, style="|"), report))


def _read_text(node: ScalarNode, report: Report) -> Iterator[_Line]:
    """Read `name = formula` lines out of a text block; the lines of a loop are indented."""
    if node.style != "|" and (node.style == ">" or node.span.line != node.span.end_line):
        message = "these lines are joined into one"
        report.add("wrong-type", message, node.span, help="write `define: |`, which keeps the lines")
        return
    if node.style != "|":
        place = formula_place(node)
        yield from (line for text in node.text.split("\n") if (line := _read_line(text, place, report)))
        return
    if len(node.text) > LONG:
        _refuse_far_too_many(node, report)
    for text, place in repeated_lines(_text_lines(node, report), report):
        line = _read_line(text, place, report)
        if line:
            yield line


def _text_lines(node: ScalarNode, report: Report) -> list[TextLine]:
    """The block's lines, which are the file's lines without their indentation."""
    lines: list[TextLine] = []
    source = islice(StringIO(report.text), node.span.line, None)
    for number, (line, whole) in enumerate(zip(StringIO(node.text), source, strict=False), node.span.line + 1):
        text = line.rstrip("\n")
        if text.strip() and text.lstrip()[0] != "#":
            lines.append(TextLine(text, Place(number, len(whole.rstrip("\n")) - len(text) + 1)))
    return lines


def _read_line(text: str, place: Place, report: Report) -> _Line | None:
    equals = text.find("=")
    head = text[:equals] if equals >= 0 else text
    name = head.strip()
    start = len(head) - len(head.lstrip())
    line, column, whole = place
    span = whole or Span(line, column + start, line, column + start + max(len(name), 1))
    if equals < 0:
        if not name or name[0] == "#":
            return None
        report.add("formula-syntax", "expected `name = formula`", span, help="each line defines one name")
        return None
    if name.endswith(":"):
        report.add("formula-syntax", "expected `name = formula`", span, help="write `=`, not `:=`")
        return None
    try:
        return _Line(name, span, parse_formula(text, place, start=equals + 1, max_length=MAX_FORMULA))
    except FormulaError as error:
        report.put(error.diagnostic)
        return _Line(name, span, None)


def _check_names(
    lines: list[_Line],
    places: Mapping[str, Span],
    arities: Mapping[str, tuple[int, ...]],
    taken: Collection[str],
    report: Report,
) -> dict[str, Span]:
    """Look up every name and call in order; gives all the names of the graph with their places.

    `taken` are names of functions that no quantity may have.
    """
    known = dict(places)
    later: dict[str, Span] | None = None
    for name, span, formula in lines:
        if formula:
            if formula.calls:
                check_calls(formula, arities, known, report)
            for used in formula.names:
                if used.name not in known:
                    if later is None:
                        later = {line.name: line.span for line in reversed(lines)}
                    unknown_value(
                        used.name, used.span, report, known=known, functions=arities, later=later, defining=name
                    )
        if name in known:
            what = "is an input already" if name in places else "is defined a second time"
            related = (Related(known[name], "first here"),)
            report.add("duplicate-name", f"`{name}` {what}", span, related=related, help="give it another name")
        elif len(name) > MAX_NAME or not name.isidentifier() or not name.isascii() or name in taken:
            check_value_name(name, span, taken, report)
        known.setdefault(name, span)
    return known


def _read_output(fields: Fields, lines: list[_Line], known: dict[str, Span], report: Report) -> str:
    node: ScalarNode | None = fields.get("output")
    if node is None:
        return lines[-1].name if lines else ""
    if node.text not in known:
        unknown_value(node.text, node.span, report, known=known, functions=(), later={})
    return node.text


def _read_descriptions(fields: Fields, known: dict[str, Span], report: Report) -> dict[str, str]:
    """What nodes are called, by their names: `a{t}` speaks of every a with a number."""
    found: dict[str, str] = {}
    for key, text in fields.get("describe", ()):
        if text is None:
            continue
        names = matching(key.text, known)
        if not names:
            unknown_value(key.text, key.span, report, known=known, functions=(), later={})
        for name, counters in names:
            told = filled(text, counters, key.span, report)
            if told is not None:
                found[name] = told
    return found


def _read_gradients(fields: Fields, known: dict[str, Span], report: Report) -> tuple[str, ...] | None:
    nodes: tuple[ScalarNode | None, ...] | None = fields.get("gradients")
    if nodes is None:
        return None
    asked: dict[str, Span] = {}
    for node in nodes:
        if node is None:
            continue
        if node.text not in known:
            unknown_value(node.text, node.span, report, known=known, functions=(), later={})
        elif node.text in asked:
            related = (Related(asked[node.text], "first here"),)
            report.add("duplicate-name", f"`{node.text}` is asked for twice", node.span, related=related)
        asked.setdefault(node.text, node.span)
    return tuple(asked)
