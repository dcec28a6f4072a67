"""The sentences of a report, in the words of the problem's language."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.diagnostics import Diagnostic
from bpcli.grading.quantities import Quantity
from bpcli.messages import Messages
from bpcli.notation.text import to_text
from bpcli.solution import Solution

__all__ = ["Words"]

MOST_NAMED = 2


class Words:
    """Sentences about the answers to one problem."""

    def __init__(self, solution: Solution) -> None:
        self.messages = Messages(solution.problem.language)

    def text(self, key: str, **holes: object) -> str:
        return self.messages.text(key, **holes)

    def fault(self, fault: Diagnostic) -> str:
        """What is wrong with a value, and what to write instead."""
        return f"{fault.message}; {fault.help}" if fault.help else fault.message

    def follows(self, mistaken: Sequence[Quantity]) -> str:
        """Which earlier answer a value follows from."""
        if not mistaken:
            return self.text("check.follows")
        names = ", ".join(to_text(quantity.variable.math) for quantity in mistaken[:MOST_NAMED])
        return self.text("check.follows.from", names=names)
