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


def shipped_names() -> tuple[str, ...]:
    """The names of all shipped problems, in alphabetical order."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in _folder().glob(f"*{SUFFIX}")))


def shipped_path(name: str) -> Path | None:
    """The file of the shipped problem of that name."""
    return _folder() / f"{name}{SUFFIX}" if name in shipped_names() else None
