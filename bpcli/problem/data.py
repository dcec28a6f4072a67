"""The `data:` block of a network: a data set in a CSV file beside the problem file.

The first row names the columns (RFC 4180, UTF-8, commas, numbers as in a problem file). A data file is named, never
searched for: it stands in the problem's own folder or below it.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from bpcli.diagnostics import InputError, ProblemError, Span
from bpcli.problem.model import Data, Numbers
from bpcli.problem.numbers import NotANumber, parse_number
from bpcli.problem.report import Report, shortened, suggestion
from bpcli.problem.schema import Fields
from bpcli.problem.source import decode, read_source
from bpcli.problem.yaml import ScalarNode

DATA_LIMIT = 32 * 2**20
MOST_COLUMNS = 10_000
MOST_VALUES = 2_000_000
MOST_CLASSES = 1_000
WORKED_ROWS = 4
"""How many rows `solve` works unless `worked_rows` says otherwise."""


class Table(NamedTuple):
    """A CSV file: the names of its columns, its rows as texts, and the line on which each row starts."""

    path: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


class Dataset(NamedTuple):
    """The data of a network, and its first rows as numbers that a lesson can print."""

    data: Data
    input: Numbers
    target: Numbers


def read_data(fields: Fields, report: Report) -> Dataset | None:
    """The data set that `data:` names, or None after reporting why there is none.

    Raises ProblemError with the places in the data file for what is wrong there.
    """
    for key in ("input", "inputs", "target", "targets"):
        if key in fields.keys:
            advice = "the columns are named under `data:`: `data: {file: …, inputs: […], targets: […]}`"
            report.add("conflict", f"`{key}` does not go with `data`", fields.keys[key].span, help=advice)
    value: ScalarNode | Fields | None = fields.get("data")
    node = value.get("file") if isinstance(value, Fields) else value
    if node is None:
        return None
    path = _path_of(node, report)
    if path is None:
        return None
    try:
        table = read_table(path)
    except InputError as error:
        report.add("data-file", str(error), node.span)
        return None
    except ProblemError:
        report.raise_if_any()  # what is wrong in the problem file itself comes first
        raise
    return _dataset(table, value if isinstance(value, Fields) else None, node, report)


# --- the file ----------------------------------------------------------------------------------------------------


def _path_of(node: ScalarNode, report: Report) -> Path | None:
    """The path that a name stands for; only a file in the folder of the problem, or below it, may be named."""
    name = node.text
    parts = name.split("/")
    outside = "\\" in name or ":" in name or any(part in ("", ".", "..") for part in parts) or name.startswith("~")
    if outside or not name.isprintable():
        message = f"`{shortened(name)}` is not the name of a file beside the problem"
        advice = "a data file stands in the folder of the problem, or below it: `iris.csv`, `data/iris.csv`"
        report.add("data-path", message, node.span, help=advice)
        return None
    problem = Path(report.path)
    if not problem.is_file():
        message = "only a problem that is a file can name a data file"
        advice = "a problem from standard input or from a text has no folder; give `inputs:` and `targets:`"
        report.add("data-path", message, node.span, help=advice)
        return None
    path = problem.parent / name
    try:
        real = path.resolve()
        folders = (problem.parent.resolve(), problem.resolve().parent)
    except (OSError, RuntimeError):
        report.add("data-file", f"cannot read `{shortened(name)}`", node.span)
        return None
    if not any(real.is_relative_to(folder) for folder in folders):
        message = f"`{shortened(name)}` leads out of the folder of the problem"
        report.add("data-path", message, node.span, help="put the file itself there, not a link to it")
        return None
    return path


def read_table(path: Path) -> Table:
    """A CSV file with named columns. Raises ProblemError with the places of what is wrong, InputError if unreadable."""
    name = str(path)
    text = decode(read_source(path, DATA_LIMIT), name)
    report = Report(name, text)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    columns: tuple[str, ...] | None = None
    start, count = 1, 0
    try:
        for row in reader:
            line, start = start, reader.line_num + 1
            if not row:
                continue
            if columns is None:
                columns = _header(row, line, report)
                continue
            if len(row) != len(columns):
                message = f"{_fields(len(row))}, but the first row names {_columns(len(columns))}"
                report.add("ragged", message, Span(line, 1, line, 2))
                continue
            count += len(row)
            if count > MOST_VALUES:
                report.fail("too-many-nodes", f"more than {MOST_VALUES} values", Span(line, 1, line, 2))
            rows.append(tuple(row))
            lines.append(line)
    except csv.Error as error:
        report.fail("csv-syntax", f"this is not CSV: {error}", Span(start, 1, start, 2))
    if columns is None:
        report.fail("empty-file", "the file is empty", help="its first row names the columns")
    if not rows and not report.diagnostics:
        report.add("shape", "the file has no rows under the names of its columns")
    report.raise_if_any()
    return Table(name, text, columns, tuple(rows), tuple(lines))


def _header(row: Sequence[str], line: int, report: Report) -> tuple[str, ...]:
    names = tuple(name.strip() for name in row)
    span = Span(line, 1, line, 2)
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        report.fail("csv-syntax", "the columns are not separated by commas", span, help="export it again with commas")
    if len(names) > MOST_COLUMNS:
        report.fail("shape", f"{len(names)} columns", span, help=f"at most {MOST_COLUMNS} are read")
    if all(_is_number(name) for name in names):
        advice = "put names above them: `x1,x2,class`"
        report.fail("missing-header", "the first row has numbers, not the names of the columns", span, help=advice)
    for index, name in enumerate(names):
        if name and name in names[:index]:
            report.add("duplicate-name", f"two columns are named `{shortened(name)}`", span)
    return names


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except NotANumber:
        return False
    return True


def _fields(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


# --- its columns -------------------------------------------------------------------------------------------------


def _dataset(table: Table, spec: Fields | None, node: ScalarNode, report: Report) -> Dataset | None:
    targets = _chosen(table, spec, "targets", table.columns[-1:], report)
    if targets is None:
        return None
    inputs = _chosen(table, spec, "inputs", tuple(c for c in table.columns if c not in targets), report)
    if inputs is None:
        return None
    if not inputs:
        report.add("shape", "no column is left for the inputs", node.span, help="name them under `inputs:`")
        return None
    faults = Report(table.path, table.text)
    values = _numbers(table, inputs, faults)
    declared = _declared_classes(spec, report)
    classes = declared or _class_names(table, targets)
    if declared and len(targets) > 1:
        advice = "one column holds the class of each instance"
        report.add("conflict", "`classes` goes with one target column", node.span, help=advice)
        return None
    wanted = _class_indices(table, targets[0], classes, faults) if classes else _numbers(table, targets, faults)
    if faults.diagnostics:
        report.raise_if_any()
        raise faults.error()
    worked = spec.get("worked_rows", WORKED_ROWS) if spec else WORKED_ROWS
    data = Data(
        node.text,
        table.path,
        inputs,
        targets,
        classes,
        len(table.rows),
        memoryview(values).toreadonly(),
        memoryview(wanted).toreadonly(),
        min(worked, len(table.rows)),
        node.span,
    )
    return Dataset(data, _first_rows(table, data, inputs), _first_targets(table, data))


def _chosen(
    table: Table, spec: Fields | None, key: str, default: tuple[str, ...], report: Report
) -> tuple[str, ...] | None:
    """The columns named under `inputs:` or `targets:`."""
    given = spec.get(key) if spec else None
    if given is None:
        return default if spec is None or key not in spec.keys else None
    nodes: tuple[ScalarNode | None, ...] = (given,) if isinstance(given, ScalarNode) else given
    names: list[str] = []
    good = True
    for node in nodes:
        if node is None:
            good = False
        elif node.text not in table.columns:
            message = f"there is no column `{shortened(node.text)}` in the data file"
            report.add("unknown-column", message, node.span, help=suggestion(node.text, table.columns[:100]))
            good = False
        elif node.text in names:
            report.add("duplicate-name", f"column `{shortened(node.text)}` is named twice", node.span)
            good = False
        else:
            names.append(node.text)
    return tuple(names) if good else None


def _declared_classes(spec: Fields | None, report: Report) -> tuple[str, ...]:
    nodes: tuple[ScalarNode | None, ...] = (spec.get("classes") or ()) if spec else ()
    names: list[str] = []
    for node in nodes:
        if node is not None and node.text in names:
            report.add("duplicate-name", f"class `{shortened(node.text)}` is named twice", node.span)
        elif node is not None:
            names.append(node.text)
    return tuple(names)


def _class_names(table: Table, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The classes of a column in which nothing is a number, in alphabetical order; else none."""
    if len(targets) != 1:
        return ()
    index = table.columns.index(targets[0])
    names = {row[index].strip() for row in table.rows}
    if len(names) > MOST_CLASSES or "" in names or any(_is_number(name) for name in names):
        return ()
    return tuple(sorted(names))


def _cells(table: Table, column: str) -> Iterator[tuple[int, int, str]]:
    index = table.columns.index(column)
    for number, row in enumerate(table.rows):
        yield number, index, row[index].strip()


def _class_indices(table: Table, column: str, classes: tuple[str, ...], faults: Report) -> array[float]:
    places = {name: float(index) for index, name in enumerate(classes)}
    result = array("d")
    for number, index, text in _cells(table, column):
        if text not in places:
            message = f"column `{column}`: `{shortened(text)}` is not a class"
            faults.add("class-index", message, _place(table, number, index), help=suggestion(text, classes[:100]))
        result.append(places.get(text, 0.0))
    return result


def _numbers(table: Table, columns: tuple[str, ...], faults: Report) -> array[float]:
    """The values of some columns, row by row."""
    indices = [table.columns.index(column) for column in columns]
    known: dict[str, float] = {}
    result = array("d")
    for number, row in enumerate(table.rows):
        for index in indices:
            text = row[index].strip()
            value = known.get(text)
            if value is None:
                value = _number(table, number, index, text, faults)
                if len(known) < 100_000:
                    known[text] = value
            result.append(value)
    return result


def _number(table: Table, number: int, index: int, text: str, faults: Report) -> float:
    try:
        return parse_number(text).value
    except NotANumber as error:
        message = f"column `{table.columns[index]}`: {shortened(error.message)}"
        faults.add(error.code, message, _place(table, number, index), help=error.advice)
        return 0.0


def _place(table: Table, number: int, index: int) -> Span:
    """Where a cell stands, as long as no quoted field before it goes on to another line."""
    line = table.lines[number]
    text = table.text.split("\n", line)[line - 1]
    column, field, quoted = 0, 0, False
    while column < len(text) and field < index:
        quoted ^= text[column] == '"'
        field += text[column] == "," and not quoted
        column += 1
    if field < index:
        return Span(line, 1, line, 2)
    end = column
    while end < len(text) and (quoted or text[end] != ","):
        quoted ^= text[end] == '"'
        end += 1
    return Span(line, column + 1, line, max(end, column + 1) + 1)


# --- the rows that are worked ------------------------------------------------------------------------------------


def _first_rows(table: Table, data: Data, columns: tuple[str, ...]) -> Numbers:
    indices = [table.columns.index(column) for column in columns]
    texts = tuple(
        tuple(parse_number(row[index].strip()).text for index in indices) for row in table.rows[: data.worked_rows]
    )
    values = tuple(tuple(parse_number(text).value for text in row) for row in texts)
    return Numbers(values, texts, (data.worked_rows, len(columns)), data.span)


def _first_targets(table: Table, data: Data) -> Numbers:
    if not data.classes and len(data.targets) > 1:
        return _first_rows(table, data, data.targets)
    if data.classes:
        values = tuple(data.target_values[: data.worked_rows].tolist())
        return Numbers(values, tuple(str(int(v)) for v in values), (data.worked_rows,), data.span)
    rows = _first_rows(table, data, data.targets)
    texts = tuple(row[0] for row in rows.texts)
    return Numbers(tuple(row[0] for row in rows.values), texts, (data.worked_rows,), data.span)
