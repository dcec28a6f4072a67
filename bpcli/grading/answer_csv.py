"""Answer files as spreadsheets save them: the columns `quantity,value`, one quantity or one entry a line."""

from __future__ import annotations

import re

from bpcli.diagnostics import Span
from bpcli.problem.report import Report
from bpcli.problem.yaml import Node, ScalarNode, SequenceNode

HEADER = ("quantity", "value")
SEPARATORS = re.compile(r"[,;\s]+")
LIST = re.compile(r"[\[\],;\s]")
MOST_FIELDS = 200_000


def read_rows(text: str, report: Report) -> tuple[tuple[ScalarNode, Node], ...]:
    """The lines of the file as keys and values, with their places.

    The numbers of a list are separated by commas, semicolons or spaces, in one quoted cell or in cells of their own.
    Raises ProblemError for a file that is no such table.
    """
    lines = _records(text, report)
    if not lines:
        report.fail("empty-file", "the file is empty")
    header, *rows = lines
    if tuple(cell.text.casefold() for cell in header[:2]) != HEADER or any(cell.text for cell in header[2:]):
        advice = "the first line is `quantity,value`"
        if ";" in header[0].text:
            advice = "save the file with commas between the columns; the first line is `quantity,value`"
        report.fail(
            "bad-header", "the columns of an answer file are `quantity` and `value`", header[0].span, help=advice
        )
    return tuple(_pair(row) for row in rows)


def _pair(row: list[ScalarNode]) -> tuple[ScalarNode, Node]:
    key, *cells = row
    while cells and not cells[-1].text:
        cells.pop()  # a spreadsheet fills short rows up
    if not cells:
        return key, ScalarNode("", "", key.span)
    if len(cells) == 1 and not LIST.search(cells[0].text):
        return key, cells[0]
    items: list[Node] = []
    for cell in cells:
        parts = SEPARATORS.split(cell.text.replace("[", " ").replace("]", " ").strip())
        items.extend(ScalarNode(part, "", cell.span) for part in parts)
    span = cells[0].span
    return key, SequenceNode(tuple(items), span)


def _records(text: str, report: Report) -> list[list[ScalarNode]]:
    """The cells of every line that is not empty. Quoted cells follow RFC 4180, but end on their line."""
    records: list[list[ScalarNode]] = []
    count = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        cells: list[ScalarNode] = []
        at = 0
        while at <= len(line):
            cell, at = _cell(line, at, number, report)
            cells.append(cell)
            count += 1
        if count > MOST_FIELDS:
            report.fail("too-many-nodes", f"more than {MOST_FIELDS} values", cells[-1].span)
        if any(cell.text for cell in cells):
            records.append(cells)
    return records


def _cell(line: str, at: int, number: int, report: Report) -> tuple[ScalarNode, int]:
    """One cell, and where the next one starts."""
    start = at
    while at < len(line) and line[at] == " ":
        at += 1
    if at < len(line) and line[at] == '"':
        parts = []
        end = at
        while end < len(line) and line[end] == '"':  # `""` inside is one quote
            close = line.find('"', end + 1)
            if close < 0:
                report.fail("unclosed-quote", "this quote is never closed", Span(number, at + 1, number, at + 2))
            parts.append(line[end + 1 : close])
            end = close + 1
        rest = line.find(",", end)
        rest = len(line) if rest < 0 else rest
        text = ('"'.join(parts) + line[end:rest]).strip()
        return ScalarNode(text, "", Span(number, at + 1, number, end + 1)), rest + 1
    end = line.find(",", at)
    end = len(line) if end < 0 else end
    text = line[at:end].strip(" \t")
    return ScalarNode(text, "", Span(number, start + 1, number, max(end, start + 1) + 1)), end + 1
