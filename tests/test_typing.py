"""Whoever uses bpcli from Python has its types."""

from __future__ import annotations

from pathlib import Path

import pytest

import bpcli

USER = """
import bpcli

solution: bpcli.Solution = bpcli.solve(bpcli.load_problem("lez5"))
score: float | None = bpcli.check(bpcli.load_problem("lez5"), "answers.yaml").score
for step in solution:
    print(step.id, step.value)
solution.nothing
title: int = bpcli.load_problem("lez5").title
"""


def test_the_package_says_that_it_has_types() -> None:
    assert (Path(bpcli.__file__).parent / "py.typed").is_file()


def test_a_user_s_file_is_checked_strictly(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    options = ["--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}", "--follow-imports=silent"]
    told, _, _ = api.run([*options, str(tmp_path / "user.py")])
    errors = [line.partition("error: ")[2] for line in told.splitlines() if "error: " in line]
    assert len(errors) == 2, told
    assert errors[0].startswith('"Solution" has no attribute "nothing"')
    assert errors[1].startswith("Incompatible types in assignment")
