"""PrairieLearn question folders and results, read back."""

from __future__ import annotations

import json
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from platforms import HOSTILE, read, titled

from bpcli.document.safe import safe
from bpcli.export.prairielearn import MOST_BYTES, report_to_prairielearn, solution_to_prairielearn
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.grading.model import Graded, Match, Refusal, Report
from bpcli.solution.load import load_problem, parse_problem, solve


def answers_of(server: str, monkeypatch) -> dict[str, object]:
    """What `generate` of the written server puts into `correct_answers`."""
    monkeypatch.setitem(sys.modules, "prairielearn", SimpleNamespace(to_json=lambda value: value))
    scope: dict[str, object] = {}
    exec(compile(server, "server.py", "exec"), scope)
    data: dict[str, dict[str, object]] = {"correct_answers": {}}
    scope["generate"](data)  # type: ignore[operator]
    return data["correct_answers"]


@pytest.mark.parametrize("name", ["lez5", "mazur", "xor", "adam", "batch-ridge", "mac0460-logistic"])
def test_inputs_and_answers_belong_together(name: str, monkeypatch) -> None:
    solution = solve(load_problem(name))
    files = solution_to_prairielearn(solution)
    assert list(files) == ["info.json", "question.html", "server.py"]
    page = read(files["question.html"])
    inputs = [dict(attributes) for tag, attributes in page.elements if tag.endswith("-input")]
    answers = answers_of(files["server.py"], monkeypatch)
    assert [item["answers-name"] for item in inputs] == list(answers)
    assert len(inputs) == len(asked(solution))
    for item, attributes, answer in zip(asked(solution), inputs, answers.values(), strict=True):
        assert re.fullmatch(r"q\d+_?\w*", attributes["answers-name"] or "", re.ASCII)
        value = np.asarray(solution[item.id])
        assert np.allclose(np.ravel(answer), np.ravel(value), rtol=1e-9, atol=1e-12)
        assert np.ndim(answer) == (2 if value.shape else 0)
        shown = [float(solution.rounding.text(v)) for v in np.ravel(value)]
        tolerance = float(attributes["atol"] or 0)
        assert np.all(np.abs(np.ravel(answer) - shown) <= tolerance * (1 + 1e-6))
        assert float(attributes["rtol"] or 1) == 0


def test_info_is_valid_and_stable() -> None:
    one, two, other = (solution_to_prairielearn(solve(load_problem(name))) for name in ("lez5", "lez5", "xor"))
    assert one == two
    info = json.loads(one["info.json"])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", info["uuid"])
    assert {"uuid", "title", "topic", "type"} <= info.keys()
    assert info["uuid"] != json.loads(other["info.json"])["uuid"]


def test_weights_follow_the_points() -> None:
    text = load_problem("lez5").text + "check: {points: {L: 3, y: 1}}\n"
    page = read(solution_to_prairielearn(solve(parse_problem(text)))["question.html"])
    assert [dict(a)["weight"] for tag, a in page.elements if tag.endswith("-input")] == ["1", "3"]


def test_weights_of_broken_points_are_thousandths_of_the_largest() -> None:
    text = load_problem("lez5").text + "check: {points: {L: 1.5, y: 0.5}}\n"
    page = read(solution_to_prairielearn(solve(parse_problem(text)))["question.html"])
    assert [dict(a)["weight"] for tag, a in page.elements if tag.endswith("-input")] == ["333", "1000"]


@pytest.mark.parametrize("name", ["lez5", "custom-activation", "softmax-3class"])
def test_no_placeholder_in_the_page(name: str) -> None:
    html = solution_to_prairielearn(solve(load_problem(name)))["question.html"]
    assert "{{" not in html
    assert "}}" not in html


def test_hostile_text_comes_out_as_it_is(hostile: str) -> None:
    files = solution_to_prairielearn(titled(hostile))
    assert json.loads(files["info.json"])["title"] == safe(hostile)
    html = files["question.html"]
    page, innocent = read(html), read(solution_to_prairielearn(titled("title"))["question.html"])
    assert page.text.strip().startswith(safe(hostile))
    assert "{{" not in html
    elements = [element for element in page.elements if element[0] != "span"]
    assert elements == [element for element in innocent.elements if element[0] != "span"]
    compile(files["server.py"], "server.py", "exec")


# --- results ---


def test_results_of_a_sheet() -> None:
    grader = Grader(solve(load_problem("lez5")))
    report = grader.grade(grader.read("answers:\n  a1: [0.445, 0.505]\n  L: 0.9\n", "ann.yaml"))
    data = json.loads(report_to_prairielearn(report))
    assert data["gradable"] is True
    assert data["score"] == pytest.approx(report.score / report.max_score)
    assert len(data["tests"]) == len(report.answers)
    assert sum(test["points"] for test in data["tests"]) == pytest.approx(report.score)
    assert all({"name", "points", "max_points", "message", "output"} <= test.keys() for test in data["tests"])


def test_a_refused_file_is_not_gradable() -> None:
    report = Report("x.yaml", "x", None, 5.0, None, (), Refusal("yaml-syntax", "x.yaml:3:1", "no\x1b[2J"))
    data = json.loads(report_to_prairielearn(report))
    assert data["gradable"] is False
    assert data["format_errors"] == ["x.yaml:3:1: no\\x1b[2J"]


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -1.0, 99.0, None])
def test_the_score_is_between_0_and_1(score: float | None) -> None:
    data = json.loads(report_to_prairielearn(Report("x", "x", score, 5.0, None, ())))
    assert 0 <= data["score"] <= 1
    assert 0 <= json.loads(report_to_prairielearn(Report("x", "x", 0.0, 0.0, None, ())))["score"] <= 1


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_messages_are_text(text: str) -> None:
    answer = Graded(text, "a1", "wrong", 0, 1, None, None, "wrong", (Match("D03", "certain", text),), text)
    data = json.loads(report_to_prairielearn(Report(text, text, 0.0, 1.0, text, (answer,))))
    assert data["tests"][0]["name"] == safe(text)
    assert data["tests"][0]["message"] == safe(text)
    assert data["message"] == f"First wrong step: {safe(text)}."


def test_results_stay_below_the_limit() -> None:
    answer = Graded("a1", "a1", "wrong", 0, 1, None, None, "wrong", (), "x" * 400)
    for count in (2_000, 20_000):
        written = report_to_prairielearn(Report("x", "x", 0.0, 1.0, None, (answer,) * count))
        assert len(written) < MOST_BYTES
        assert json.loads(written)["score"] == 0
