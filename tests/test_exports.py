"""The public face of the package: complete, sorted, and light to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def test_every_list_of_names_is_true() -> None:
    """The names in each `__all__` exist, each once."""
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


@pytest.mark.parametrize("module", ["bpcli", "bpcli.api"])
def test_examples_of_the_library_run(module: str) -> None:
    """The examples in the docstrings of what is public give what they say."""
    import doctest
    import importlib

    results = doctest.testmod(importlib.import_module(module))
    assert results.attempted >= 3
    assert results.failed == 0


def test_answers_come_as_text_or_as_a_file(tmp_path: Path) -> None:
    """`check` takes the text of an answer file, or its path, and a problem in any form."""
    text = "answers:\n  q: 3\n  f: 12\n"
    path = tmp_path / "s1.yaml"
    path.write_text(text, encoding="utf-8")
    solution = bpcli.solve(bpcli.load_problem("cs231n-add-mul"))
    reports = [
        bpcli.check(solution, text),
        bpcli.check(solution.problem, path),
        bpcli.check("cs231n-add-mul", str(path)),
    ]
    assert {(report.score, report.first_wrong) for report in reports} == {(1.0, "f")}
    assert [report.student for report in reports[1:]] == ["s1", "s1"]
    with pytest.raises(bpcli.ProblemError):
        bpcli.check(solution, "answers:\n  nothing: 1\n")


def test_everything_can_be_rendered() -> None:
    """`rendered` takes a solution, a document, and a report together with its solution."""
    solution = bpcli.solve(bpcli.load_problem("cs231n-add-mul"))
    assert bpcli.rendered(solution, "html", fragment=True).startswith("<")
    report = bpcli.check(solution, "answers:\n  q: 3\n")
    assert bpcli.rendered(report, "markdown", solution=solution).startswith("# ")
    with pytest.raises(ValueError, match="solution"):
        bpcli.rendered(report)
    with pytest.raises(ValueError, match="unknown format"):
        bpcli.rendered(solution, "papyrus")
