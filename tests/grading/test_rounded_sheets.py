"""Correctly rounded sheets are never wrong (`benchmarks/rounded_sheets.py` does the same for 10,000 of them)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "rounded_sheets.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rounded_sheets", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rounded_sheets_are_right_and_planted_mistakes_are_wrong(
    script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 to 10 decimals or significant digits, rounded at the end or at each step, all or some quantities written."""
    told: list[str] = []
    bad, verdicts, planted, caught = script.count_wrong(300, 42, told.append)
    assert bad == 0, told[0]
    assert set(verdicts) <= {"correct", "close", "coarse", "missing", "too few digits"}
    answered = sum(verdicts.values()) - verdicts["missing"]
    assert verdicts["correct"] > 0.9 * answered
    assert caught["usual"] >= 0.99 * planted["usual"] > 100
    assert caught["sparse"] >= 0.9 * planted["sparse"] > 10
    capsys.readouterr()
