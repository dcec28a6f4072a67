import csv
import io
import json

import pytest
from classes import ASKED, answer, class_of, refused, report
from hypothesis import given
from hypothesis import strategies as st

from bpcli.classroom.overrides import Adjustment
from bpcli.classroom.results import Row
from bpcli.diagnostics import Span
from bpcli.document.safe import safe
from bpcli.export.csv import grades_to_csv, guarded
from bpcli.export.gradescope import failure_to_gradescope, row_to_gradescope
from bpcli.problem.numbers import NotANumber, parse_number

HOSTILE = (
    *("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "a\nb", '"', ";", "|calc", "%0A"),
    *("a,b", "  x  ", "\x1b[2J", "\u202e", "\ud800", "[bold]x", "'=1", "", "\u3000=1", "-rf.yaml", "🎉", "\0"),
)


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


# --- CSV ---


def test_one_row_a_file():
    rows = parsed(grades_to_csv(class_of(report("ada"), report("bob", dL_da2=("wrong", "D03")), refused("eve"))))
    assert [row["student"] for row in rows] == ["ada", "bob", "eve"]
    assert rows[0]["score"] == "15"
    assert rows[0]["percent"] == "100"
    assert rows[1]["percent"] == "93.33"
    assert rows[1]["first_wrong"] == "dL/da2"
    assert rows[1]["mistakes"] == "dL/da2: D03"
    assert [rows[1][item.id] for item in ASKED].count("wrong") == 1
    assert rows[2]["score"] == rows[2]["percent"] == rows[2]["a1"] == ""
    assert rows[2]["error"] == "eve.yaml:3:9: yaml-syntax: no"


def test_lines_end_as_rfc_4180_says_and_ascii_has_no_mark():
    text = grades_to_csv(class_of(report("ada")))
    assert text.isascii()
    assert text.count("\r\n") == text.count("\n") == 2


def test_other_text_starts_with_the_mark_that_excel_knows():
    assert grades_to_csv(class_of(report("Amélie"))).startswith("\ufefffile,")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_come_back_as_text(text):
    (row,) = parsed(grades_to_csv(class_of(report(text, file=text or "f"))))
    assert row["student"] in (safe(text), "'" + safe(text))
    assert not row["student"].lstrip().startswith(("=", "+", "@", "|", "%", "＝"))


@pytest.mark.parametrize("number", ["-0.5", "+1", "-1e-3", "-1/3", "−2"])
def test_numbers_are_left_alone(number):
    assert guarded(number) == number


@given(st.text())
def test_no_text_is_a_formula_and_every_text_comes_back(text):
    cell = guarded(text)
    assert cell.removeprefix("'") == safe(text) or cell == safe(text)
    if cell[:1] in ("=", "+", "-", "@"):
        parse_number(cell)
    (row,) = parsed(grades_to_csv(class_of(report(text, file="f"))))
    assert row["student"] == cell


def test_an_adjustment_is_shown_with_what_it_changed():
    adjustment = Adjustment("ada", "=on paper", 12.0, (), Span(1, 1, 1, 4))
    row = Row(report("ada")._replace(score=12.0), adjustment, 15.0)
    (line,) = parsed(grades_to_csv(class_of(row)))
    assert line["score"] == "12"
    assert line["adjustment"] == "'=on paper (before: 15)"


def test_a_question_named_like_a_column_has_a_column_of_its_own():
    item = ASKED[0]._replace(id="score", quantity="score")
    result = class_of(report("ada")._replace(answers=(answer(item, "wrong"),)))._replace(asked=(item,))
    (row,) = parsed(grades_to_csv(result))
    assert row["score (verdict)"] == "wrong"


def test_no_points_at_all_is_no_percentage():
    (row,) = parsed(grades_to_csv(class_of(report("ada")._replace(score=0.0, max_score=0.0))))
    assert row["percent"] == ""


# --- Gradescope ---


def strict(text: str):
    def refuse(constant: str):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_every_answer_is_a_test():
    data = strict(row_to_gradescope(Row(report("ada", dL_da2=("wrong", "D03"), L="follows"))))
    assert data["score"] == 14
    assert data["visibility"] == "visible"
    assert [test["name"] for test in data["tests"]] == [item.id for item in ASKED]
    by_name = {test["name"]: test for test in data["tests"]}
    assert (by_name["dL/da2"]["status"], by_name["dL/da2"]["tags"]) == ("failed", ["wrong", "D03"])
    assert "the mistake D03" in by_name["dL/da2"]["output"]
    assert by_name["L"]["status"] == "passed"
    assert "First wrong step: dL/da2." in data["output"]


def test_a_refused_file_is_told_why():
    data = strict(row_to_gradescope(Row(refused("eve", message="no \x1b[2J"))))
    assert data["score"] == 0
    assert data["tests"] == []
    assert "eve.yaml:3:9: no \\x1b[2J" in data["output"]


def test_a_refused_file_that_was_given_a_score_keeps_it():
    adjustment = Adjustment("eve", "read by hand", 9.0, (), Span(1, 1, 1, 4))
    data = strict(row_to_gradescope(Row(refused("eve")._replace(score=9.0), adjustment)))
    assert data["score"] == 9
    assert "read by hand" in data["output"]


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf"), -1.0])
def test_scores_that_json_cannot_hold(score):
    item = answer(ASKED[0])._replace(points=score, max_points=score)
    data = strict(row_to_gradescope(Row(report("ada")._replace(score=score, answers=(item,)))))
    assert data["score"] == data["tests"][0]["score"] == 0


@given(st.text())
def test_every_text_makes_valid_json(text):
    item = answer(ASKED[0], "wrong", text, text)._replace(id=text)
    broken = report(text)._replace(answers=(item,), first_wrong=text)
    for written in (row_to_gradescope(Row(broken)), failure_to_gradescope(text)):
        strict(written)
        written.encode("ascii")


def test_parse_number_agrees_with_the_guard():
    with pytest.raises(NotANumber):
        parse_number("-2+3")
    assert guarded("-2+3") == "'-2+3"
