"""Reports and classes made by hand, for tests of what is made of them."""

from __future__ import annotations

from bpcli import load_problem, solve
from bpcli.classroom.results import ClassResult, Row
from bpcli.grading.asked import asked
from bpcli.grading.model import Graded, Match, Refusal, Report

SOLUTION = solve(load_problem("lez5"))
ASKED = asked(SOLUTION)


def answer(item, verdict: str = "correct", mistake: str = "", message: str = "") -> Graded:
    """One question answered as a whole."""
    entries: object = verdict
    for size in reversed(item.shape):
        entries = [entries] * size
    points = item.points if verdict in ("correct", "follows") else 0.0
    matches = (Match(mistake, "certain", f"the mistake {mistake}"),) if mistake else ()
    expected = SOLUTION[item.quantity] if item in ASKED else 0.0
    return Graded(item.id, item.quantity, verdict, points, item.points, None, expected, entries, matches, message)


def report(student: str, file: str = "", **verdicts: str | tuple[str, str]) -> Report:
    """Everything correct but what is named: `dL_da2="wrong"`, or with a mistake, `dL_da2=("wrong", "D03")`."""
    answers = []
    for item in ASKED:
        found = verdicts.get(item.id.replace("/", "_"), "correct")
        verdict, mistake = (found, "") if isinstance(found, str) else found
        answers.append(answer(item, verdict, mistake))
    wrong = next((item.id for item in answers if item.verdict == "wrong"), None)
    score = sum(item.points for item in answers)
    return Report(file or f"{student}.yaml", student, score, float(len(ASKED)), wrong, tuple(answers))


def refused(student: str, code: str = "yaml-syntax", message: str = "no", file: str = "") -> Report:
    file = file or f"{student}.yaml"
    return Report(file, student, None, float(len(ASKED)), None, (), Refusal(code, f"{file}:3:9", message))


def class_of(*rows: Report | Row, title: str = "A class") -> ClassResult:
    made = tuple(row if isinstance(row, Row) else Row(row) for row in rows)
    return ClassResult(title, ASKED, float(len(ASKED)), made)
