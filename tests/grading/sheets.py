"""Sheets for tests: the whole right sheet of a problem, and sheets with something else in it."""

from __future__ import annotations

from functools import cache
from typing import Any

from bpcli import load_problem, parse_problem, solve
from bpcli.document.rounding import Rounding
from bpcli.grading.grade import Grader
from bpcli.grading.model import Graded, Report


@cache
def grader_of(problem: str) -> Grader:
    """The grader of a shipped problem, or of the text of one."""
    return Grader(solve(parse_problem(problem) if "\n" in problem else load_problem(problem)))


def right_sheet(problem: str, rounding: Rounding | None = None) -> dict[str, Any]:
    """Every quantity as `solve` prints it."""
    solution = grader_of(problem).quantities.worked
    digits = rounding or Rounding()

    def text(value: Any) -> str:
        return f"[{', '.join(map(text, value))}]" if isinstance(value, list) else digits.text(value)

    return {step.id: text(solution[step.id]) for step in solution.steps}


def yaml_of(answers: dict[str, Any]) -> str:
    return "answers:\n" + "".join(f'  "{key}": {value}\n' for key, value in answers.items())


def check(problem: str, answers: dict[str, Any] | str, path: str = "sheet.yaml") -> Report:
    grader = grader_of(problem)
    text = answers if isinstance(answers, str) else yaml_of(answers)
    return grader.grade(grader.read(text, path))


def by_id(report: Report) -> dict[str, Graded]:
    return {answer.id: answer for answer in report.answers}


def verdicts(report: Report) -> dict[str, str]:
    return {answer.id: answer.verdict for answer in report.answers}


def others(report: Report, *left_out: str) -> set[str]:
    """The verdicts on everything but what is named."""
    return {answer.verdict for answer in report.answers if answer.id not in left_out}
