"""The problems that ship with bpcli, found by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SUFFIX = ".yaml"


@cache
def _folder() -> Path:
    """Beside the package in a source tree, inside it once installed."""
    package = Path(__file__).parents[1]
    inside = package / "problems"
    return inside if inside.is_dir() else package.parent / "problems"


@cache
def _paths() -> dict[str, Path]:
    """Each problem stands in the folder of its subject; a name says which it is without the folder."""
    found = {path.name.removesuffix(SUFFIX): path for path in _folder().glob(f"*/*{SUFFIX}")}
    return dict(sorted(found.items()))


def shipped_names() -> tuple[str, ...]:
    """The names of all shipped problems, in alphabetical order."""
    return tuple(_paths())


def shipped_path(name: str) -> Path | None:
    """The file of the shipped problem of that name."""
    return _paths().get(name)


def shipped_folders() -> dict[str, tuple[str, ...]]:
    """The folders of the shipped problems, each a subject, with the names of the problems in them."""
    folders: dict[str, list[str]] = {}
    for name, path in sorted(_paths().items(), key=lambda item: (item[1].parent.name, item[0])):
        folders.setdefault(path.parent.name, []).append(name)
    return {folder: tuple(names) for folder, names in folders.items()}
