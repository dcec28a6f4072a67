"""A problem file → `Problem`, or everything that is wrong with it, each thing with its place."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from bpcli.problem.declaration import PROBLEM
from bpcli.problem.functions import read_blocks, read_functions
from bpcli.problem.graphs import read_graph
from bpcli.problem.model import Check, Conventions, Display, Problem, Vocabulary
from bpcli.problem.networks import read_network
from bpcli.problem.report import Report, point
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.settings import read_check, read_conventions, read_display
from bpcli.problem.yaml import read_yaml


def read_problem(data: bytes | str, path: str, vocabulary: Vocabulary) -> Problem:
    """Read and check a problem file; raises `ProblemError` with every diagnostic, in the order of the file.

    `path` is only for messages: the bytes (or the text) are given.
    """
    with _collection_paused():
        return _read(data, path, vocabulary)


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Keep the garbage collector from walking a growing tree again and again, which takes longer than reading it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(data: bytes | str, path: str, vocabulary: Vocabulary) -> Problem:
    document = read_yaml(data, path)
    report = Report(path, document.text)
    reader = Reader(report, vocabulary)
    fields = PROBLEM.read_entries(document.root, reader)
    _check_one_kind(fields, report)
    functions, arities = read_functions(fields.get("functions", ()), reader)
    conventions_fields: Fields | None = fields.get("conventions")
    display_fields: Fields | None = fields.get("display")
    check_fields: Fields | None = fields.get("check")
    network_fields: Fields | None = fields.get("network")
    graph_fields: Fields | None = fields.get("graph")
    conventions = read_conventions(conventions_fields, reader) if conventions_fields else Conventions()
    display = read_display(display_fields, reader) if display_fields else Display()
    check = read_check(check_fields) if check_fields else Check()
    blocks = read_blocks(fields.get("blocks", ()), arities, reader)
    network = read_network(network_fields, reader, arities, conventions.affine, blocks) if network_fields else None
    graph = read_graph(graph_fields, reader, arities) if graph_fields else None
    report.raise_if_any()
    return Problem(
        path,
        document.text,
        fields.get("title", ""),
        fields.get("source", ""),
        fields.get("note", ""),
        fields.get("language", ""),
        network,
        graph,
        functions,
        conventions,
        display,
        check,
        blocks,
    )


def _check_one_kind(fields: Fields, report: Report) -> None:
    if "network" in fields.keys and "graph" in fields.keys:
        later = max(fields.keys["network"].span, fields.keys["graph"].span)
        advice = "a problem is one of the two"
        report.add("conflict", "`network` and `graph` exclude each other", later, help=advice)
    elif "network" not in fields.keys and "graph" not in fields.keys:
        advice = "`network:` for layers, `graph:` for formulas"
        start = point(fields.span.line, fields.span.column)
        report.add("missing-key", "a problem needs `network` or `graph`", start, help=advice)
