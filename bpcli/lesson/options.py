"""What a lesson is to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bpcli.solution.solution import Solution

if TYPE_CHECKING:
    from bpcli.inquiry.gradcheck import GradientComparison


class LessonOptions(NamedTuple):
    """`detail`: `brief` (formula and value), `normal` (with the numbers put in) or `full` (and every entry).

    `only`: ids of quantities; they and what they need are told. `phases`: empty for all. `full`: large matrices whole.
    `comparisons`: gradients beside their central differences, where they were asked for.
    """

    detail: str = "normal"
    phases: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    full: bool = False
    comparisons: tuple[GradientComparison, ...] = ()
    language: str = ""

    def tells(self, phase: str) -> bool:
        return not self.phases or phase in self.phases

    def chosen(self, solution: Solution) -> frozenset[str] | None:
        """The names to be told about; None for all. Raises UnknownQuantityError for an id that names nothing."""
        if not self.only:
            return None
        return solution.program.needed_for(solution.resolve(identifier).name for identifier in self.only)
