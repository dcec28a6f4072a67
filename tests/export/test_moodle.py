"""Moodle XML, read back as Moodle reads it."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from platforms import read, titled

from bpcli.document.mathtree import Identifier, Row, Superscript
from bpcli.document.safe import safe
from bpcli.export.moodle import fields_of, solution_to_moodle
from bpcli.export.quiz import QuizError, quiz, tex
from bpcli.grading.asked import asked
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import load_problem, parse_problem, solve


def question_of(text: str) -> tuple[str, str]:
    root = ET.fromstring(text)
    (question,) = root.findall("question")
    assert question.get("type") == "cloze"
    return question.findtext("name/text", ""), question.findtext("questiontext/text", "")


def small(name: str) -> bool:
    items = asked(solve(load_problem(name)))
    return sum(int(np.prod(item.shape, dtype=int)) for item in items) <= 400


@pytest.mark.parametrize("name", [name for name in shipped_names() if small(name)])
def test_every_number_asked_for_has_a_field(name: str) -> None:
    solution = solve(load_problem(name))
    _, body = question_of(solution_to_moodle(solution))
    fields = fields_of(body)
    values = [float(v) for item in asked(solution) for v in np.ravel(solution[item.id])]
    assert len(fields) == len(values)
    for field, value in zip(fields, values, strict=True):
        (share, right, tolerance, _), *others = field.alternatives
        assert share == 100
        wrong = [other for other in others if other[0] != 100]
        assert len(others) - len(wrong) <= 1  # what may be left of it when digits are cut off
        assert math.isclose(right, value, rel_tol=1e-9, abs_tol=1e-12)
        assert abs(float(solution.rounding.text(value)) - right) <= tolerance * (1 + 1e-9)
        for share, other, own, feedback in wrong:
            assert share == 0
            assert abs(other - right) > tolerance + own * 0.999
            assert feedback


def test_known_mistakes_speak() -> None:
    """The slope left out of dL/da2 gives 0.7448 in place of 0.1378."""
    _, body = question_of(solution_to_moodle(solve(load_problem("lez5"))))
    field = next(f for f in fields_of(body) if abs(f.alternatives[0][1] - 0.137844) < 1e-6)
    told = next(feedback for _, value, _, feedback in field.alternatives if abs(value - 0.744807) < 1e-6)
    assert "slope" in told.lower()


def test_wrong_numbers_can_be_told_apart() -> None:
    for question in quiz(solve(load_problem("lez5"))).questions:
        for cell in question.cells:
            for number, wrong in enumerate(cell.wrong):
                assert abs(wrong.value - cell.value) > cell.tolerance
                for other in cell.wrong[:number]:
                    assert abs(wrong.value - other.value) > wrong.tolerance


def test_without_feedback_there_is_one_answer() -> None:
    _, body = question_of(solution_to_moodle(solve(load_problem("lez5")), feedback=False))
    assert {share for field in fields_of(body) for share, *_ in field.alternatives} == {100}
    text = load_problem("lez5").text + "check: {truncation: reject}\n"
    _, body = question_of(solution_to_moodle(solve(parse_problem(text)), feedback=False))
    assert {len(field.alternatives) for field in fields_of(body)} == {1}


def test_weights_follow_the_points() -> None:
    text = load_problem("lez5").text + "check: {points: {L: 3, y: 1, 'dL/dW1[1,2]': 0.5, 'dL/dW2[1]': 1}}\n"
    solution = solve(parse_problem(text))
    _, body = question_of(solution_to_moodle(solution))
    assert [field.weight for field in fields_of(body)] == [1, 1, 6, 1, 1, 1]


def test_weights_of_very_different_points_are_rounded() -> None:
    """Moodle takes whole weights, and not too large ones."""
    points = f"L: 1, 'dL/dW1[1,2]': {497 / 997}, 'dL/dW2[1,1]': {1 / 991}, 'dL/dW2[1,2]': 0"
    text = load_problem("lez5").text + f"check: {{points: {{{points}}}}}\n"
    solution = solve(parse_problem(text))
    _, body = question_of(solution_to_moodle(solution))
    weights = dict(zip((question.asked.id for question in quiz(solution).questions), fields_of(body), strict=True))
    assert {name: field.weight for name, field in weights.items()} == {
        "L": 100,
        "dL/dW1[1,2]": 50,
        "dL/dW2[1,1]": 1,  # little, but not nothing
        "dL/dW2[1,2]": 0,
    }


@pytest.mark.parametrize(
    ("display", "tolerance"), [("decimals: 2", 0.005), ("decimals: 6", 5e-7), ("significant: 3", 0.0005)]
)
def test_the_tolerance_is_that_of_the_digits(display: str, tolerance: float) -> None:
    text = load_problem("lez5").text + f"display: {{{display}}}\ncheck: {{points: {{a1: 1}}}}\n"
    _, body = question_of(solution_to_moodle(solve(parse_problem(text))))
    assert all(math.isclose(field.alternatives[0][2], tolerance) for field in fields_of(body))


def test_the_problems_own_tolerance_counts() -> None:
    text = load_problem("lez5").text + "check: {tolerance: {absolute: 0.01}, points: {L: 1}}\n"
    _, body = question_of(solution_to_moodle(solve(parse_problem(text))))
    assert fields_of(body)[0].alternatives[0][2] == pytest.approx(0.01005)


def test_too_many_numbers_are_refused() -> None:
    with pytest.raises(QuizError, match="points"):
        solution_to_moodle(solve(load_problem("digits")))


def test_hostile_text_comes_out_as_it_is(hostile: str) -> None:
    """Same title, same text, same fields, and no element that an innocent title would not make."""
    name, body = question_of(solution_to_moodle(titled(hostile)))
    _, innocent = question_of(solution_to_moodle(titled("title")))
    assert name == safe(hostile)
    assert fields_of(body) == fields_of(innocent)
    page, other = read(body), read(innocent)
    assert page.text.startswith(safe(hostile))
    spans = [element for element in page.elements if element[0] != "span"]
    assert spans == [element for element in other.elements if element[0] != "span"]
    for sign in ("\\(\\href", "$x$", "@@PLUGINFILE", "{1:NUM", "[["):
        assert sign not in body.partition("</p>")[0]


def test_formulas_hold_no_field() -> None:
    for name in ("1:NUMERICAL:=9", "{1:NUMERICAL:=9}", "}}{{x"):
        written = tex(Row((Identifier(name), Superscript(Identifier("x"), Identifier(name)))))
        assert not re.search(r"\{[0-9]*:|\{\{|\}\}", written)


def test_a_bad_field_is_noticed() -> None:
    with pytest.raises(ValueError, match="no alternative"):
        fields_of("{1:NUMERICAL:0.5&}")
    with pytest.raises(ValueError, match="no number"):
        fields_of("{1:NUMERICAL:=abc:0.1#x}")
