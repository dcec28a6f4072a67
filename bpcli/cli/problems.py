"""`bpcli problems` and `bpcli schema`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.options import Ascii, Width

if TYPE_CHECKING:
    from bpcli.document.document import Document
    from bpcli.problem.overview import Overview


class ListFormat(str, Enum):
    terminal = "terminal"
    json = "json"


def problems(
    format: Annotated[ListFormat, typer.Option("--format", "-f", help="Output format.")] = ListFormat.terminal,  # noqa: A002
    width: Width = None,
    ascii: Ascii = False,  # noqa: A002
) -> None:
    """List the problems that ship with bpcli, by their folders.

    The size is the number of parameters of a network, and the number of nodes of a graph.

    Examples:  bpcli problems   |   bpcli problems --format json   |   bpcli solve mazur
    """
    from bpcli.cli.output import emit, emit_with
    from bpcli.problem.overview import overview
    from bpcli.problem.shipped import shipped_folders, shipped_path

    found: dict[str, dict[str, Overview]] = {}
    for folder, names in shipped_folders().items():
        paths = {name: path for name in names if (path := shipped_path(name)) is not None}
        found[folder] = {name: overview(path.read_bytes(), str(path)) for name, path in paths.items()}
    if format is ListFormat.json:
        emit(_json(found))
        return
    from bpcli.render.terminal import write_terminal

    document = _document(found)
    emit_with(lambda stream: write_terminal(document, stream, width=width, ascii=ascii or None))


def _json(found: Mapping[str, Mapping[str, Overview]]) -> str:
    import json

    listed = [
        {"name": name, "folder": folder, **item._asdict()}
        for folder, items in found.items()
        for name, item in items.items()
    ]
    data = {"format": "bpcli/problems", "version": 1, "problems": listed}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _document(found: Mapping[str, Mapping[str, Overview]]) -> Document:
    """One table, so that its columns stand under each other, with a row for each folder above its problems."""
    from bpcli.document.document import Cell, Document, Table

    rows: list[tuple[Cell, ...]] = []
    for folder, items in found.items():
        rows += [(Cell(()),) * 5] * bool(rows)
        rows.append((Cell((folder + "/",), "header"), *(Cell(()),) * 4))
        for name, item in items.items():
            cells = (name, item.title, item.kind, str(item.size), item.level)
            rows.append(tuple(Cell((text,)) for text in cells))
    header = (("problem",), ("title",), ("kind",), ("size",), ("level",))
    return Document((Table(header, tuple(rows), "lllrl"),))


def schema() -> None:
    """Print the JSON Schema (draft-07) of problem files.

    An editor completes and checks a problem file that begins with
    `# yaml-language-server: $schema=problem.schema.json`.

    Example:  bpcli schema > problem.schema.json
    """
    import json

    from bpcli.cli.output import emit
    from bpcli.problem.declaration import json_schema
    from bpcli.solution.load import vocabulary

    emit(json.dumps(json_schema(vocabulary()), indent=2, ensure_ascii=False) + "\n")
