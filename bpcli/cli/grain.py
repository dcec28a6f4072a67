"""How finely a problem is told: its own lines, single numbers, or, where it is very long, in brief."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bpcli.document.document import Document
    from bpcli.document.rounding import Rounding
    from bpcli.inquiry.large import LargeSolution
    from bpcli.lesson import LessonOptions
    from bpcli.problem.model import Problem
    from bpcli.solution.solution import Solution


class Grain(str, Enum):
    author = "author"
    scalar = "scalar"


def scalar_tables(solution: Solution, options: LessonOptions) -> Document:
    """The graph of single numbers: every node, and its grad_table."""
    from bpcli.inquiry.scalar import solve_scalar
    from bpcli.lesson.scalar import scalar_lesson

    return scalar_lesson(solve_scalar(solution), options)


def scalar_json(solution: Solution, options: LessonOptions) -> str:
    """The graph of single numbers as JSON."""
    from bpcli.export.json import indented
    from bpcli.inquiry.scalar import solve_scalar
    from bpcli.lesson.scalar import scalar_to_dict

    return indented(scalar_to_dict(solve_scalar(solution), options)) + "\n"


def in_brief(problem: Problem, rounding: Rounding, only: tuple[str, ...]) -> tuple[Problem, LargeSolution | None]:
    """Of a very large graph its solution in brief; of any other, and of a short part of one, what is to be worked.

    Raises UnknownQuantityError for an id in `only` that names nothing in a large graph.
    """
    from bpcli.inquiry.large import is_large, part_of, solve_large

    if not is_large(problem) or rounding.each_step:
        return problem, None
    solution = solve_large(problem)
    if solution is None:
        return problem, None
    asked = [solution.resolve(identifier) for identifier in only]
    part = part_of(problem, asked) if asked else None
    return (problem, solution) if part is None else (part, None)


def brief_lesson(solution: LargeSolution, rounding: Rounding, options: LessonOptions) -> Document:
    """The output of a large graph and its gradients, or what was asked for."""
    from bpcli.lesson.large import large_lesson

    return large_lesson(solution, rounding, options)


def brief_json(solution: LargeSolution, options: LessonOptions) -> str:
    """Every value of a large graph, or those asked for."""
    from bpcli.export.json import indented
    from bpcli.lesson.large import large_to_dict

    return indented(large_to_dict(solution, options.only, options.comparisons)) + "\n"
