"""What JSON says of solutions and reports, and what quizzes are made of."""

from __future__ import annotations

import json

import pytest
from grading.sheets import check, right_sheet

from bpcli.document.document import Code, InlineMath, Strong
from bpcli.document.mathtree import Identifier
from bpcli.export import json as solutions
from bpcli.export.json import solution_to_dict
from bpcli.export.quiz import inline_html, quiz
from bpcli.export.reports import report_to_json
from bpcli.solution.load import load_problem, parse_problem, solve


def test_terms_of_what_a_quantity_needs() -> None:
    """Asked for with one quantity, the sums that it needs are there and no others."""
    solution = solve(load_problem("lez5"))
    every = {name for name in solution_to_dict(solution, terms=True)["values"] if name.startswith("terms(")}
    some = {
        name for name in solution_to_dict(solution, only=("a1",), terms=True)["values"] if name.startswith("terms(")
    }
    assert some == {"terms(a1)"}
    assert some < every


def test_of_very_many_numbers_the_last_step_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = load_problem("lez5").text.rstrip() + "\n  update: {learning_rate: 0.5, steps: 9}\n"
    solution = solve(parse_problem(text))
    monkeypatch.setattr(solutions, "MOST_LATER_NUMBERS", 40)
    values = solution_to_dict(solution)["values"]
    assert {name.partition("@")[2] for name in values if "@" in name} == {"1", "2", "9"}
    assert values["W1@9"] == solution["W1@9"]


@pytest.mark.parametrize("feedback", ["full", "hint", "verdict"])
def test_mistakes_of_a_wrong_answer(feedback: str) -> None:
    """A hint says what to think about, and is the message too; a verdict says nothing of why."""
    report = check("lez5", {**right_sheet("lez5"), "dL/da2": "[0.7448, -0.2131]"}, "s.yaml")
    (answer,) = [item for item in json.loads(report_to_json(report, feedback))["answers"] if item["id"] == "dL/da2"]
    assert answer["verdict"] == "wrong"
    told = [item["message"] for item in answer["mistakes"]]
    assert bool(told) == (feedback != "verdict")
    if feedback == "hint":
        assert answer["message"] == told[0]
        assert not any(character.isdigit() for character in told[0])
    elif feedback == "verdict":
        assert answer["message"] == ""


def test_sentences_of_a_quiz_are_text() -> None:
    inline = ("a < b ", Strong("<b>"), Code("x & y"), InlineMath(Identifier("q")))
    html = inline_html(inline)
    assert html.startswith("a &lt; b <strong>&lt;b&gt;</strong><code")
    assert "x &#38; y</code>" in html
    assert html.endswith(r"\(q\)")


def test_a_quiz_about_a_data_set_states_its_numbers() -> None:
    """What is said about the file is no equation, and is left out."""
    problem = load_problem("iris")
    points = (("L", 1.0, problem.network.span),)
    asked = quiz(solve(problem._replace(check=problem.check._replace(points=points))))
    assert len(asked.questions) == 1
    assert asked.statement
    assert all(any(isinstance(part, InlineMath) for part in sentence) for sentence in asked.statement[-1:])
