"""Objectives and gradients of random networks against mpmath, and against PyTorch where it is installed.

    python benchmarks/differential.py [COUNT] [FIRST SEED] [torch]

COUNT networks with ordinary numbers and as many that are hard: saturated units, sums that cancel, units at their kink,
targets at 0 and 1 and next to them (`tests/exact.py`). Each is solved by bpcli and by PyTorch, and worked by mpmath
with hundreds of digits. With `torch`, bpcli is compared with PyTorch only, which is much faster.

Printed are errors of the objective, relative to it, and of gradients, relative to the largest of their layer, and the
networks where they are largest. `gmpy2`, where it is installed, makes mpmath several times as fast.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from exact import Errors, Exact, errors_of, exact, hard_network
from mpmath import mpf
from networks import random_network, solved
from random_networks import torch, torch_gradients

from bpcli import ProblemError

KINDS = {"ordinary": random_network, "hard": hard_network}
MARKED = 1e-12
"""Errors above this are listed."""
LISTED = 12


def by_bpcli(problem: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    solution = solved(problem)
    output, parameters = solution.output.name, [variable.name for variable in solution.built.parameters]
    return float(solution.values[output]), {name: solution.values[f"d{output}/d{name}"] for name in parameters}


def as_exact(objective: float, gradients: dict[str, Any]) -> Exact:
    numbers = {name: np.asarray(gradient).tolist() for name, gradient in gradients.items()}
    return Exact(mpf(objective), numbers, 1.0, False, mpf(0))


class Table:
    """Errors of many networks: who against whom."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Errors, int]]] = {}

    def add(self, what: str, errors: Errors, seed: int) -> None:
        self.rows.setdefault(what, []).append((errors, seed))

    def print(self) -> None:
        print(f"{'':32}{'networks':>9}   {'objective':24}{'gradients':24}{'> 1e-12':>8}")
        print(f"{'':32}{'':>9}   {'median':>10}{'largest':>10}    {'median':>10}{'largest':>10}")
        for what, rows in self.rows.items():
            columns = [np.array([errors[part] for errors, _ in rows]) for part in (0, 1)]
            figures = "    ".join(f"{np.median(column):10.1e}{np.max(column):10.1e}" for column in columns)
            marked = sum(max(errors) > MARKED for errors, _ in rows)
            print(f"{what:32}{len(rows):9,}   {figures}{marked:12,}")
        for what, rows in self.rows.items():
            worst = sorted(rows, key=lambda row: -max(row[0]))[:LISTED]
            told = ", ".join(f"{seed} ({max(errors):.0e})" for errors, seed in worst if max(errors) > MARKED)
            if told:
                print(f"  {what}: {told}")


def compare(kind: str, seed: int, table: Table, *, only_torch: bool) -> str:
    """One network; what is said of it where it cannot be compared."""
    problem = KINDS[kind](seed)
    try:
        ours = by_bpcli(problem)
    except ProblemError as error:
        return error.diagnostics[0].code
    theirs = torch_gradients(problem) if torch is not None else None
    if only_torch:
        assert theirs is not None
        if np.isfinite(theirs[0]):
            table.add(f"{kind}: bpcli, PyTorch", errors_of(*ours, as_exact(*theirs)), seed)
            return ""
        return "not finite in PyTorch"
    true = exact(problem)
    if true.at_kink:
        return "within rounding of a kink"
    table.add(f"{kind}: bpcli, mpmath", errors_of(*ours, true), seed)
    if theirs is not None and np.isfinite(theirs[0]):
        table.add(f"{kind}: PyTorch, mpmath", errors_of(*theirs, true), seed)
    return ""


def main() -> None:
    only_torch = "torch" in sys.argv
    numbers = [int(float(text)) for text in sys.argv[1:] if text != "torch"]
    count, first = (numbers + [300, 0][len(numbers) :])[:2]
    table, left_out = Table(), dict[str, list[int]]()
    for kind in KINDS:
        for seed in range(first, first + count):
            if said := compare(kind, seed, table, only_torch=only_torch):
                left_out.setdefault(f"{kind}: {said}", []).append(seed)
    table.print()
    for said, seeds in left_out.items():
        print(
            f"  left out, {said}: {len(seeds)} ({', '.join(map(str, seeds[:LISTED]))}{', …' * (len(seeds) > LISTED)})"
        )


if __name__ == "__main__":
    main()
