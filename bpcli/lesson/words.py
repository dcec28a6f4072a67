"""The sentences of a report, in the words of the problem's language."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.calculus.expr import Variable
from bpcli.calculus.program import Binding
from bpcli.diagnostics import Diagnostic
from bpcli.document.document import Inline
from bpcli.messages import Messages
from bpcli.notation.text import to_text
from bpcli.solution.solution import Solution

MOST_NAMED = 2


class Words:
    """Sentences about the answers to one problem."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.messages = Messages(solution.problem.language)

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
        variable = binding.variable
        of = variable.of
        prediction = self.solution.built.prediction
        keys = [f"title.{binding.rule}", f"title.{binding.rule}.alone", "title.new"]
        if binding.rule == "activation" and variable is prediction:
            keys.insert(0, "title.prediction")
        elif binding.rule == "activation_gradient" and of is prediction:
            keys.insert(0, "title.prediction_gradient")
        elif binding.rule == "local_derivative" and of is not None and variable.shape != of.shape:
            keys.insert(0, "title.jacobian")
        elif binding.rule.endswith("_gradient") and of is self.solution.output:
            keys.insert(0, "title.seed")
        holes = {"layer": variable.layer, "name": (variable if of is None else of).math}
        return self.inline(self.messages.first(keys, holes), **holes)
