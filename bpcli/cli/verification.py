"""`--verify`: gradients beside their central differences, with a bar where there are many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpcli.cli.progress import progress

if TYPE_CHECKING:
    from bpcli.inquiry.gradcheck import GradientComparison
    from bpcli.inquiry.large import LargeSolution
    from bpcli.lesson import LessonOptions
    from bpcli.solution.solution import Solution

TITLE = "Comparing gradients"
MANY = 50
"""With fewer gradients a bar would be gone before it is seen."""


def compared(solution: Solution, chosen: frozenset[str] | None) -> tuple[GradientComparison, ...]:
    """Of the gradients among the names that are told about, or of all."""
    from bpcli.inquiry.gradcheck import checked_steps, gradient_check, refuse_long_check

    steps = checked_steps(solution)
    names = [step.id for step in steps if chosen is None or step.id in chosen]
    refuse_long_check(solution, names)
    with progress(len(names), TITLE, MANY) as advance:
        return gradient_check(solution, names, advance)


def brief_compared(solution: LargeSolution, options: LessonOptions) -> tuple[GradientComparison, ...]:
    """Of the gradients that are shown; each takes a dozen passes through the graph."""
    from bpcli.inquiry.large import check_large
    from bpcli.lesson.large import MOST_ROWS, told_names

    names = told_names(solution, options.only)[:MOST_ROWS]
    with progress(len(names), TITLE, MANY) as advance:
        return check_large(solution, names, advance)
