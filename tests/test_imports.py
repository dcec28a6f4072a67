"""Imports go one way: down the list of rooms below, and third parties stay where they belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "bpcli"

# From the leaves up. A room imports from the lines above its own, never from its own line or from below it.
LAYERS = (
    ("diagnostics", "mathtree", "rounding", "safe", "shipped"),
    ("curve", "document", "identifiers", "problem"),
    ("expr",),
    ("ops",),
    ("instances", "messages", "monomials", "notation", "program", "tape"),
    ("lower", "schedule"),
    ("backprop", "formula", "fusing", "optimizer", "plan", "redraw", "stages", "terms"),
    ("cost", "custom", "network", "scaffold", "writer"),
    ("graph", "solution"),
    ("derive", "gradcheck", "load", "scalar"),
    ("large", "paths"),
    ("training",),
    ("checkpoint", "grading"),
    ("generate", "lesson"),
    ("export", "render"),
    ("api", "drawing"),
    ("cli",),
    ("__main__",),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}

# Made inside functions, each for one reason.
UPWARD = {
    ("expr", "ops"),  # the Python operators build the operations that are defined in terms of expressions
    ("solution", "lesson"),  # a solution shows itself as a lesson in a notebook
    ("solution", "render"),
}

ONLY_IN = {
    "typer": ("bpcli.cli", "bpcli.__main__"),
    "rich": ("bpcli.cli", "bpcli.render.terminal"),
    "typst": ("bpcli.render.typeset",),
    "yaml": ("bpcli.problem.yaml",),
}
WITHOUT_NUMPY = ("bpcli.cli", "bpcli.document", "bpcli.messages", "bpcli.notation", "bpcli.problem", "bpcli.render")


class Import(NamedTuple):
    importer: str
    imported: str
    delayed: bool  # inside a function, or for type checkers only


def imports() -> Iterator[Import]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        at_the_top = {id(node) for node in tree.body}
        for node in ast.walk(tree):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for imported in names:
                assert imported is not None, f"{name}: imports are absolute here"
                yield Import(name, imported, id(node) not in at_the_top)


IMPORTS = list(imports())


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def inside(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def test_every_room_has_its_place() -> None:
    """Each module and package of bpcli stands on one line of the list, and nothing else does."""
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms - {"__init__"} == set(LEVEL)
    assert len(LEVEL) == sum(map(len, LAYERS))


def test_imports_go_down() -> None:
    """No room imports from its own line or from a line below it, but for the few delayed imports named above."""
    upward = set()
    for importer, imported, delayed in IMPORTS:
        here, there = room(importer), room(imported)
        if imported.split(".")[0] != "bpcli" or not here or not there or here == there:
            continue
        if LEVEL[there] >= LEVEL[here]:
            assert delayed, f"{importer} imports {imported} at the top"
            upward.add((here, there))
    assert upward == UPWARD


@pytest.mark.parametrize("package", ONLY_IN)
def test_third_party_package_stays_in_its_room(package: str) -> None:
    """typer is for the command line, rich for the terminal, typst for typeset pages, yaml for the reader."""
    users = {importer for importer, imported, _ in IMPORTS if imported.split(".")[0] == package}
    assert users
    assert [user for user in users if not inside(user, ONLY_IN[package])] == []


def test_numpy_stays_out_of_what_only_reads_and_writes() -> None:
    """Reading, notation, rendering and the command line start without numpy."""
    users = {importer for importer, imported, _ in IMPORTS if imported.split(".")[0] == "numpy"}
    assert users
    assert [user for user in users if inside(user, WITHOUT_NUMPY)] == []


def test_test_files_have_names_of_their_own():
    """Tests are found by file name alone, so no two may share one (a `conftest` belongs to its folder)."""
    from collections import Counter

    names = Counter(path.name for path in Path(__file__).parent.rglob("*.py") if path.name != "conftest.py")
    assert [name for name, count in names.items() if count > 1] == []
