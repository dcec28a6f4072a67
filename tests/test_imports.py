"""Imports go one way: down the list of rooms below, and third parties stay where they belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "bpcli"

# From the leaves up. A room imports from the rooms above its own line, never from its own line or from below it.
ROOMS = (
    "diagnostics",
    "document",
    "problem",
    "calculus",
    "messages",
    "notation",
    "compose",
    "solution",
    "inquiry",
    "training",
    "lesson",
    "mistakes",
    "grading",
    "classroom",
    "reports",
    "authoring",
    "render",
    "drawing",
    "export",
    "api",
    "cli",
    "__main__",
)
# The files of operations, likewise.
OPERATIONS = (
    "writing",
    "elementary",
    "matrices",
    "functions",
    "piecewise",
    "reductions",
    "masks",
    "statistics",
    "shaping",
    "windows",
    "algebra",
    "probability",
    "losses",
    "penalties",
    "saturated",
    "shortcuts",
    "registry",
    "formulas",
)
LEVEL = {room: level for level, room in enumerate(ROOMS)}
AT_THE_ROOT = {"__init__", "__main__", "api", "diagnostics"}

ONLY_IN = {
    "typer": ("bpcli.cli", "bpcli.__main__"),
    "rich": ("bpcli.cli", "bpcli.render.terminal"),
    "typst": ("bpcli.render.typeset",),
    "yaml": ("bpcli.problem.yaml",),
}
WITHOUT_NUMPY = (
    "bpcli.cli",
    "bpcli.document.document",
    "bpcli.messages",
    "bpcli.notation",
    "bpcli.problem",
    "bpcli.render",
)


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
    """Each module and package of bpcli stands on one line of the list; few modules are in no room."""
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms - {"__init__"} == set(LEVEL)
    assert {path.stem for path in PACKAGE.glob("*.py")} == AT_THE_ROOT


def test_imports_go_down() -> None:
    """No room imports from a room below it, at the top of a module or inside a function."""
    upward = [
        (importer, imported)
        for importer, imported, _ in IMPORTS
        if imported.split(".")[0] == "bpcli"
        and (here := room(importer))
        and (there := room(imported))
        and here != there
        and LEVEL[there] >= LEVEL[here]
    ]
    assert upward == []


def test_operations_stand_in_an_order() -> None:
    """Each file of operations uses those above it in this list, so that one can read them in that order."""
    here = "bpcli.calculus.ops."
    level = {name: place for place, name in enumerate(OPERATIONS)}
    assert {path.stem for path in (PACKAGE / "calculus" / "ops").glob("*.py")} - {"__init__"} == set(level)
    pairs = [
        (importer.removeprefix(here), imported.removeprefix(here))
        for importer, imported, _ in IMPORTS
        if importer.startswith(here) and imported.startswith(here)
    ]
    assert pairs
    assert [(user, used) for user, used in pairs if level[used] >= level[user]] == []


def test_calculus_imports_nothing_late() -> None:
    """No import inside a function: what an operation is made of is known before any of them is."""
    assert [item for item in IMPORTS if room(item.importer) == "calculus" and item.delayed] == []


def test_calculus_stands_alone() -> None:
    """The idea knows no file, no screen and no language: it imports nothing but what a page is made of."""
    own = {imported for importer, imported, _ in IMPORTS if room(importer) == "calculus"}
    assert {room(name) for name in own if name.startswith("bpcli.")} == {"calculus", "document"}


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
