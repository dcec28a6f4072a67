"""A sheet worked again line by line with the student's own numbers, up to the first line that differs and beyond."""

from __future__ import annotations

from collections.abc import Iterator

from bpcli.calculus.program import Binding
from bpcli.document.document import Block, Document, Equation, Heading, Link, Note, Step
from bpcli.grading.grade import Grader
from bpcli.grading.model import Graded, Report, Submission, Working
from bpcli.notation.writer import Writer
from bpcli.reports.report import mistake_blocks, worked_line, written_math


def explained(grader: Grader, submission: Submission, report: Report) -> Document:
    """The lines of the solution, each from the values that the student has for what it uses."""
    return Document(tuple(_Explainer(grader, submission, report).blocks()), grader.words.messages.language)


class _Explainer:
    """Goes through one sheet."""

    def __init__(self, grader: Grader, submission: Submission, report: Report) -> None:
        self.words = grader.words
        self.writer = Writer(grader.solution.rounding)
        self.grader = grader
        self.working: Working = grader.working(submission)
        self.answers: dict[str, list[Graded]] = {}
        for answer in report.answers:
            key = grader.quantities.place(answer.id).quantity.key
            if not key.moment and not key.terms:
                self.answers.setdefault(key.name, []).append(answer)

    def blocks(self) -> Iterator[Block]:
        yield Heading(self.words.text("check.explain"))
        stopped = False
        for number, binding in enumerate(self.grader.quantities.lines(), start=1):
            verdicts = {answer.verdict for answer in self.answers.get(binding.variable.name, ())}
            yield Step(
                number, binding.variable.name, self.words.meaning(binding), (), tuple(self._body(binding, verdicts))
            )
            if "wrong" in verdicts and not stopped:
                stopped = True
                yield Heading(self.words.text("check.explain-rest"))

    def _body(self, binding: Binding, verdicts: set[str]) -> Iterator[Block]:
        variable = binding.variable
        yield worked_line(binding, self.working, self.writer)
        if "wrong" in verdicts:
            yield Note((self.words.text("check.explain-differs"),), "warning")
            if variable.name in self.working.texts:
                wrote = written_math(variable, self.working.texts[variable.name])
                yield Equation(variable.math, (Link("=", wrote),))
            matches = next((answer.matches for answer in self.answers[variable.name] if answer.verdict == "wrong"), ())
            yield from mistake_blocks(matches, binding, self.working, self.words, self.writer)
        elif "invalid" in verdicts:
            yield Note((self.words.text("check.explain-invalid"),), "warning")
        elif "missing" in verdicts:
            yield Note((self.words.text("check.explain-blank"),))
        elif verdicts:
            yield Note((self.words.text("check.explain-agrees"),), "check")
