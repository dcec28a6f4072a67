"""Exercises with the numbers that they come to, computed elsewhere: by automatic differentiation and by plain loops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli import parse_problem, solve
from bpcli.export.json import solution_to_dict

EXERCISES = Path(__file__).parent / "exercises"
NAMES = sorted(path.stem for path in EXERCISES.glob("*.yaml") if not path.stem.endswith(".expected"))


def expected_of(name: str) -> dict[str, Any]:
    """The ids and their values: `"id": JSON`, one a line."""
    lines = (EXERCISES / f"{name}.expected.yaml").read_text(encoding="utf-8").splitlines()
    pairs = (json.JSONDecoder().raw_decode(line) for line in lines if line)
    return {
        key: json.loads(line[end:].lstrip(": ")) for (key, end), line in zip(pairs, filter(None, lines), strict=True)
    }


def flat(value: Any) -> list[Any]:
    return [item for part in value for item in flat(part)] if isinstance(value, list) else [value]


def test_all_exercises_are_here() -> None:
    assert len(NAMES) == 75
    assert all(expected_of(name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_exercise_has_its_numbers(name: str) -> None:
    """Every id is known, in the JSON or on request, and has its value to 1e-9."""
    solution = solve(parse_problem((EXERCISES / f"{name}.yaml").read_text(encoding="utf-8")))
    values = solution_to_dict(solution)["values"]
    for identifier, expected in expected_of(name).items():
        found = flat(values[identifier] if identifier in values else solution[identifier])
        wanted = flat(expected)
        assert [item is None or not np.isfinite(item) for item in found] == [item is None for item in wanted], (
            identifier
        )
        numbers = [(a, b) for a, b in zip(found, wanted, strict=True) if b is not None]
        np.testing.assert_allclose(*zip(*numbers, strict=True), rtol=1e-9, atol=1e-10, err_msg=identifier)
