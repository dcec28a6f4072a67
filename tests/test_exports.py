"""The public face of the package: complete, sorted, and light to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import bpcli


def test_public_names_are_complete_and_sorted() -> None:
    """`__all__` names everything that can be asked for, in order, and everything in it can be had."""
    assert list(bpcli.__all__) == sorted(bpcli.__all__)
    assert set(bpcli.__all__) - {"__version__"} == set(bpcli._HOME)
    for name in bpcli.__all__:
        assert getattr(bpcli, name) is not None
    assert set(dir(bpcli)) == set(bpcli.__all__)


def test_unknown_name_is_an_attribute_error() -> None:
    """A name that does not exist is refused as by any module."""
    with pytest.raises(AttributeError, match="nonsense"):
        bpcli.nonsense  # noqa: B018


def test_import_is_light() -> None:
    """Importing the package imports none of its heavy dependencies; they come with the first use."""
    heavy = ("numpy", "yaml", "rich", "typer")
    code = f"import bpcli, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_module_lists_what_it_offers() -> None:
    """The names in each module's `__all__` exist, each once."""
    import importlib
    import pkgutil

    for module_info in pkgutil.walk_packages(bpcli.__path__, "bpcli."):
        if module_info.name.endswith("__main__"):
            continue
        module = importlib.import_module(module_info.name)
        offered = getattr(module, "__all__", [])
        assert len(set(offered)) == len(offered)
        for name in offered:
            assert hasattr(module, name), f"{module_info.name}.{name}"
