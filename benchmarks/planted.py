"""Plants every applicable mistake on every shipped problem and counts how often it is located and named.

    python benchmarks/planted.py [--digits 4] [--verbose] [PROBLEM …]

A sheet has every quantity to so many significant figures; one step is worked with a mistaken formula, everything
below it follows from there. *Located*: the first wrong answer of the report is that step. *Named*: the planted id is
among those reported for it; *first*: it is the first of them. A mistake that does not change the written digits cannot
be seen and is counted apart. `--every N` plants one in N of them, spread evenly.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from bpcli import Solution, load_problem, solve
from bpcli.calculus.expr import Array, evaluate
from bpcli.grading.grade import Grader
from bpcli.grading.model import Answer, Report, Submission, Written
from bpcli.mistakes import sites, variants
from bpcli.problem.shipped import shipped_names
from bpcli.solution.solution import plain


class Planted(NamedTuple):
    problem: str
    quantity: str
    id: str
    visible: bool
    located: bool
    ids: tuple[str, ...]
    certain: bool
    report: Report


def written(value: float, digits: int) -> Written:
    text = f"{value:.{digits - 1}e}"
    mantissa, _, exponent = text.partition("e")
    decimals = max(0, digits - 1 - int(exponent))
    shown = f"{value:.{decimals}f}" if -6 < int(exponent) < digits and value != 0 else f"{mantissa}e{int(exponent)}"
    if value == 0:
        shown = "0." + "0" * digits
        return Written(shown, 0.0, 0.5 * 10.0**-digits)
    return Written(shown, float(shown), 0.5 * 10.0 ** (int(exponent) - digits + 1))


def answer(name: str, value: Any, digits: int) -> Answer:
    if isinstance(value, list):
        if value and isinstance(value[0], list):
            rows = tuple(tuple(written(item, digits) for item in row) for row in value)
            return Answer(name, rows, None)
        return Answer(name, tuple(written(item, digits) for item in value), None)
    return Answer(name, written(value, digits), None)


def sheet(solution: Solution, values: dict[str, Array], digits: int) -> Submission:
    answers = tuple(
        answer(step.id, plain(values[step.id], solution.variables[step.id].rank), digits) for step in solution
    )
    return Submission("planted", "", "planted", answers)


def follow(solution: Solution, name: str, value: Array) -> dict[str, Array]:
    """The values of a sheet on which one quantity has another value."""
    values = {**solution.values, **solution.reevaluate({name: value})}
    values[name] = value
    return values


def planted(name: str, digits: int, every: int = 1) -> Iterator[Planted]:
    solution = solve(load_problem(name)).one_update
    grader = Grader(solution)
    count = 0
    for site in sites(solution):
        for variant in variants(site):
            formulas = variant.alternatives or (variant.wrong,)
            for formula in formulas:
                count += 1
                if count % every:
                    continue
                with np.errstate(all="ignore"):
                    value = evaluate(formula, solution.values)
                    if variant.alternatives:  # one entry only
                        one = np.array(solution.values[site.name])
                        one.flat[0] = np.asarray(value).flat[0]
                        value = one
                    if not np.all(np.isfinite(value)):
                        continue
                    try:
                        values = follow(solution, site.name, value)
                    except Exception:  # what follows leaves the range of numbers
                        continue
                    if not all(np.all(np.isfinite(v)) for v in values.values()):
                        continue
                    report = grader.grade(sheet(solution, values, digits))
                graded = next(item for item in report.answers if item.quantity == site.name)
                visible = graded.verdict != "correct"
                ids = tuple(match.id for match in graded.matches)
                sure = any(match.certainty == "certain" for match in graded.matches)
                located = report.first_wrong == site.name
                yield Planted(name, site.name, variant.id, visible, located, ids, sure, report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problems", nargs="*", default=shipped_names())
    parser.add_argument("--digits", type=int, default=4)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    totals: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    for name in arguments.problems:
        started = time.perf_counter()
        counts: Counter[str] = Counter()
        for case in planted(name, arguments.digits, arguments.every):
            counts["all"] += 1
            if not case.visible:
                counts["unseen"] += 1
                unseen[case.id] += 1
                continue
            counts["visible"] += 1
            counts["located"] += case.located
            counts["named"] += case.id in case.ids
            counts["first"] += case.id == next(iter(case.ids), "")
            counts["ids"] += len(case.ids)
            counts["certain"] += case.certain
            counts["false"] += case.certain and case.id not in case.ids
            if arguments.verbose and not (case.located and case.id == next(iter(case.ids), "")):
                found = next(item for item in case.report.answers if item.quantity == case.quantity)
                print(
                    f"  {case.id} at {case.quantity}: first wrong {case.report.first_wrong}, "
                    f"{[(m.id, m.certainty) for m in found.matches]}, {found.given}"
                )
        totals.update(counts)
        seconds = time.perf_counter() - started
        print(f"{name:24} {counts['all']:5} planted {counts['unseen']:4} unseen {_shares(counts)} {seconds:6.1f} s")
    print(f"{'all':24} {totals['all']:5} planted {totals['unseen']:4} unseen {_shares(totals)}")
    print("unseen:", ", ".join(f"{key} {count}" for key, count in unseen.most_common()))


def _shares(counts: Counter[str]) -> str:
    visible = max(counts["visible"], 1)
    shares = ("located", "named", "first", "certain", "false")
    told = " ".join(f"{share} {counts[share] / visible:6.1%}" for share in shares)
    return f"{told} ids {counts['ids'] / visible:.2f}"


if __name__ == "__main__":
    main()
