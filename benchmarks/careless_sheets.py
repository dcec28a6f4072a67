"""What careless sheets earn: numbers that were not worked, or not written out, on every shipped problem.

    python benchmarks/careless_sheets.py [SEED]

A sheet answers every quantity that a problem asks for: the key rounded to whole numbers, one constant everywhere,
random numbers of as many decimals; and, for comparison, the key at the displayed digits. Printed: the mean share of the
points over all problems, and the largest.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator

import numpy as np

from bpcli.calculus.expr import Array
from bpcli.grading.grade import Grader
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import load_problem, rounding_of, solve

TOO_LARGE = 400
Style = Callable[[float], str]


def laid_out(values: Array, shape: tuple[int, ...], style: Style) -> str:
    texts = [style(float(value)) for value in np.ravel(values)]
    if not shape:
        return texts[0]
    if len(shape) == 1:
        return f"[{', '.join(texts)}]"
    rows = [texts[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]
    return f"[{', '.join(f'[{chr(44).join(row)}]' for row in rows)}]"


def earned(grader: Grader, style: Style) -> float:
    """The share of the points of a sheet that is written in a style."""
    lines = []
    for place, _, identifier in grader.asked:
        truth = np.array(place.quantity.truths[0])[list(place.numbers)]
        lines.append(f'  "{identifier}": {laid_out(truth, place.shape, style)}')
    report = grader.grade(grader.read("answers:\n" + "\n".join(lines) + "\n", "sheet.yaml"))
    return (report.score or 0.0) / report.max_score


def graders() -> Iterator[Grader]:
    for name in shipped_names():
        problem = load_problem(name)
        grader = Grader(solve(problem, rounding_of(problem.display)))
        if grader.max_score and sum(step.value.size for step in grader.solution) <= TOO_LARGE:
            yield grader


def styles(chance: random.Random) -> dict[str, list[Style]]:
    """What a sheet may be filled with; the share of several of a kind is their mean."""
    constants = ("0", "1", "-1", "0.5", "0.1", "1.0", "0.0", "1e1", "2", "0.25")
    random_of = {
        f"random, {decimals} decimals": [lambda _, d=decimals: f"{chance.uniform(-1, 1):.{d}f}"]  # type: ignore[misc]
        for decimals in (0, 1, 2, 4)
    }
    return {
        "whole numbers": [lambda value: f"{round(value)}"],
        **{f"all {text}": [lambda _, t=text: t] for text in constants},  # type: ignore[misc]
        **random_of,
    }


def measured(seed: int = 0) -> dict[str, tuple[float, float]]:
    """The mean and the largest share of the points for each kind of sheet."""
    chance = random.Random(seed)
    kinds = styles(chance)
    shares: dict[str, list[float]] = {kind: [] for kind in (*kinds, "the key as displayed")}
    for grader in graders():
        for kind, several in kinds.items():
            shares[kind].append(float(np.mean([earned(grader, style) for style in several])))
        shares["the key as displayed"].append(earned(grader, grader.solution.rounding.text))
    return {kind: (float(np.mean(found)), max(found)) for kind, found in shares.items()}


def main() -> None:
    for kind, (mean, most) in measured(int(sys.argv[1]) if len(sys.argv) > 1 else 0).items():
        print(f"{kind:24} mean {mean:6.1%}  most {most:6.1%}")


if __name__ == "__main__":
    main()
