"""How long grading takes: 2,000 sheets of 40 numbers, a third of them with a mistake, graded and diagnosed.

    python benchmarks/grading.py [SHEETS]

The measure is a bare script that reads the same files with `yaml.safe_load` and compares them with `numpy.isclose`.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bpcli.document.rounding import Rounding
from bpcli.grading.grade import Grader
from bpcli.grading.submission import ANSWER_LIMIT
from bpcli.problem.source import read_source
from bpcli.solution.load import load_problem, solve

PROBLEM = "lecture11"
LEFT_OUT = ("L", "b1_new", "b2_new")
MISTAKES = ("sign", "double", "transposed", "slip", "upstream")


def written_sheet(grader: Grader, chance: random.Random, *, mistaken: bool) -> str:
    """A sheet worked by hand; a mistake is followed through by everything below it."""
    rounding = Rounding(decimals=chance.randint(3, 6))
    overrides = {}
    solution = grader.solution
    if mistaken:
        name = chance.choice([step.id for step in solution.steps if step.id not in LEFT_OUT])
        value = np.array(solution.values[name])
        kind = chance.choice(MISTAKES)
        if kind == "sign":
            value = -value
        elif kind == "double":
            value = 2 * value
        elif kind == "transposed" and value.ndim == 2 and value.shape[0] == value.shape[1]:
            value = value.T
        else:
            value = value * chance.uniform(0.5, 1.5) + 0.01
        overrides[name] = value
    values = {**solution.reevaluate(overrides), **overrides}
    lines = [
        f"  {step.id}: {laid_out(values[step.id], step.binding.variable.rank, rounding)}"
        for step in solution.steps
        if step.id not in LEFT_OUT
    ]
    return "\n".join(["student: s1", "answers:", *lines]) + "\n"


def laid_out(value: Any, rank: int, rounding: Rounding) -> str:
    if rank == 0:
        return rounding.text(float(value))
    if rank == 1:
        return f"[{', '.join(rounding.text(float(item)) for item in np.ravel(value))}]"
    return f"[{', '.join('[' + ', '.join(rounding.text(float(item)) for item in row) + ']' for row in value)}]"


def bare(paths: list[Path], expected: dict[str, Any]) -> int:
    """What one would write in five lines."""
    right = 0
    for path in paths:
        answers = yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
        for name, value in answers.items():
            right += bool(np.isclose(np.array(value, dtype=float), expected[name], atol=1e-3).all())
    return right


def graded(paths: list[Path], grader: Grader) -> int:
    right = 0
    for path in paths:
        name = str(path)
        report = grader.grade(grader.read(read_source(name, ANSWER_LIMIT), name))
        right += sum(answer.verdict == "correct" for answer in report.answers)
    return right


def measured(count: int) -> tuple[int, float, float]:
    """How many numbers a sheet has, and the CPU seconds of the bare script and of bpcli for so many sheets."""
    chance = random.Random(1)
    grader = Grader(solve(load_problem(PROBLEM)))
    expected = {step.id: np.array(grader.solution[step.id]) for step in grader.solution.steps}
    numbers = sum(value.size for name, value in expected.items() if name not in LEFT_OUT)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(count):
            path = Path(folder) / f"s{number}.yaml"
            path.write_text(written_sheet(grader, chance, mistaken=number % 3 == 0), encoding="utf-8")
            paths.append(path)
        times: dict[str, list[float]] = {"bare": [], "bpcli": []}
        for _ in range(3):
            begun = time.process_time()
            bare(paths, expected)
            times["bare"].append(time.process_time() - begun)
            begun = time.process_time()
            graded(paths, Grader(grader.solution))
            times["bpcli"].append(time.process_time() - begun)
    return numbers, min(times["bare"]), min(times["bpcli"])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    numbers, script, ours = measured(count)
    print(f"{count} sheets of {numbers} numbers: bare script {script:.2f} s, bpcli {ours:.2f} s: {ours / script:.2f}")


if __name__ == "__main__":
    main()
