"""The sentences of a report, in the words of the problem's language."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.calculus.expr import Variable
from bpcli.calculus.program import Binding
from bpcli.diagnostics import Diagnostic
from bpcli.document.document import Inline
from bpcli.lesson.telling import Telling
from bpcli.messages import Messages
from bpcli.notation.text import to_text
from bpcli.solution.solution import Solution

MOST_NAMED = 2


class Words:
    """Sentences about the answers to one problem."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.messages = Messages(solution.problem.language)
        self.telling = Telling(solution, self.messages)

    def text(self, key: str, **holes: object) -> str:
        return self.messages.text(key, **holes)

    def inline(self, key: str, **holes: object) -> Inline:
        return self.messages.inline(key, **holes)

    def fault(self, fault: Diagnostic) -> str:
        """What is wrong with a value, and what to write instead."""
        return f"{fault.message}; {fault.help}" if fault.help else fault.message

    def follows(self, mistaken: Sequence[Variable]) -> str:
        """Which earlier answer a value follows from."""
        names = ", ".join(to_text(variable.math) for variable in mistaken[:MOST_NAMED])
        return self.text("check.follows.from", names=names)

    def meaning(self, binding: Binding) -> Inline:
        """What a line is, in the words of the lesson's titles."""
        return self.telling.title(binding)
