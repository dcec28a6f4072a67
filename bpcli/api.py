"""What a program asks of bpcli beside loading and solving: answers checked, and anything as text."""

from __future__ import annotations

from pathlib import Path

from bpcli.document.document import Document
from bpcli.grading.grade import Grader
from bpcli.grading.model import Report
from bpcli.problem.model import Problem
from bpcli.solution.load import load_problem, solve
from bpcli.solution.solution import Solution

__all__ = ["check", "rendered", "solve"]


def check(problem: Solution | Problem | str | Path, answers: str | Path) -> Report:
    """Grades an answer file, as `bpcli check` does.

    `problem` is a solution or a problem, or what `load_problem` takes. `answers` is a path (its suffix says whether
    the file is YAML, JSON or CSV) or, where it has several lines, the YAML text of such a file.

    >>> report = check("lez5", '''
    ... answers:
    ...   a1: [0.445, 0.505]
    ...   L: 0.31
    ... ''')
    >>> [(answer.id, answer.verdict) for answer in report.answers if answer.given is not None]
    [('a1', 'correct'), ('L', 'wrong')]
    >>> report.first_wrong
    'L'

    Raises ProblemError for answers that cannot be graded.
    """
    from bpcli.grading.submission import ANSWER_LIMIT
    from bpcli.problem.source import read_source

    if isinstance(problem, str | Path):
        problem = load_problem(problem)
    grader = Grader(solve(problem) if isinstance(problem, Problem) else problem)
    if isinstance(answers, str) and "\n" in answers:
        return grader.grade(grader.read(answers, "<text>"))
    return grader.grade(grader.read(read_source(Path(answers), ANSWER_LIMIT), str(answers)))


def rendered(
    content: Solution | Report | Document,
    format: str = "terminal",  # noqa: A002
    *,
    solution: Solution | None = None,
    **options: object,
) -> str:
    """A solution as a lesson, a report or a document as text: `terminal`, `markdown`, `html`, `latex` or `typst`.

    A report needs the `solution` that it speaks of. The options are those of the format: `width` and `ascii` for the
    terminal, `fragment` for HTML, LaTeX and Typst.

    >>> from bpcli import load_problem, solve
    >>> print(rendered(solve(load_problem("mac0460-entropy")), "markdown").splitlines()[0])
    # Entropy, Kullback–Leibler divergence and cross-entropy in bits

    Raises ValueError for another format, and for a report without its solution.
    """
    from bpcli.lesson import lesson
    from bpcli.render import render
    from bpcli.reports.report import report_document

    if isinstance(content, Solution):
        document = lesson(content)
    elif isinstance(content, Report):
        if solution is None:
            raise ValueError("a report is rendered with the solution it speaks of: rendered(report, solution=…)")
        document = report_document(content, solution)
    else:
        document = content
    return render(document, format, **options)


def _lesson_in_a_notebook(solution: Solution, **_: object) -> dict[str, str]:
    """A solution as Jupyter shows it."""
    from bpcli.lesson import lesson
    from bpcli.render import render

    document = lesson(solution)
    return {
        "text/plain": render(document, "terminal"),
        "text/markdown": render(document, "markdown"),
        "text/html": render(document, "html", fragment=True),
        "text/latex": render(document, "latex", fragment=True),
    }


# How a solution looks is decided far above the room that it is made in.
Solution._repr_mimebundle_ = _lesson_in_a_notebook  # type: ignore[attr-defined]
