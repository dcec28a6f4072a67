from classes import SOLUTION, class_of, refused, report

from bpcli.classroom.overrides import Adjustment
from bpcli.classroom.results import Row
from bpcli.diagnostics import Span
from bpcli.render import render
from bpcli.reports.class_report import MistakeCount, class_report, mistake_counts, nobody_got

D03, B01 = ("wrong", "D03"), ("wrong", "B01")
CLASS = class_of(
    report("ada"),
    report("bob", dL_da2=D03, dL_dh1=B01, L="missing"),
    report("cleo", dL_da2=D03, L="wrong"),
    report("dan", dL_da2=B01, L="invalid", a1="follows"),
    refused("eve", message="a second document starts here"),
)
NAMES = {"D03": "σ′ left out", "B01": "the transpose forgotten"}


def terminal(result, **options) -> str:
    return render(class_report(result, SOLUTION, names=NAMES, full=False), "terminal", width=80, **options)


def test_mistakes_are_counted_by_question_the_most_frequent_first():
    assert mistake_counts(CLASS) == (
        MistakeCount("dL/da2", "D03", 2),
        MistakeCount("L", "", 1),
        MistakeCount("dL/da2", "B01", 1),
        MistakeCount("dL/dh1", "B01", 1),
    )


def test_a_mistake_in_two_entries_is_one_student():
    before = report("ada")
    (whole,) = (answer for answer in report("ada", dL_da2=D03).answers if answer.id == "dL/da2")
    entries = tuple(whole._replace(quantity=f"dL/da2[{n}]", entries="wrong") for n in (1, 2))
    assert mistake_counts(class_of(before._replace(answers=entries))) == (MistakeCount("dL/da2", "D03", 1),)


def test_what_nobody_got():
    assert [
        item.id for item in nobody_got(class_of(report("a", L="wrong", y="missing"), report("b", L="invalid")))
    ] == ["L"]
    assert nobody_got(class_of(refused("eve"))) == ()


def test_the_summary_says_how_it_went():
    text = terminal(CLASS)
    assert "5 files · 4 graded · 1 refused · mean 13.3 of 15 · median 13" in text
    assert "D03  σ′ left out" in text
    assert "eve.yaml:3:9: error[yaml-syntax]: a second document starts here" in text


def test_the_whole_report_has_every_part():
    text = render(class_report(CLASS, SOLUTION, names=NAMES), "markdown")
    for part in ("Where it went wrong", "Steps and mistakes", "The most common mistakes", "Every quantity", "Refused"):
        assert f"## {part}" in text
    assert "| `D03`  σ′ left out" in text or "`D03`" in text


def test_adjustments_are_told_with_their_reasons():
    adjustment = Adjustment("ada", "marked by hand", 12.0, (), Span(1, 1, 1, 4))
    row = Row(report("ada")._replace(score=12.0), adjustment, 15.0)
    text = render(class_report(class_of(row), SOLUTION), "markdown")
    assert "| `ada` | 15 | 12 | marked by hand |" in text


def test_a_class_of_refused_files_has_no_mean():
    text = terminal(class_of(refused("eve")))
    assert "1 file · 0 graded · 1 refused" in text
    assert "mean" not in text


def test_names_and_messages_are_data():
    text = terminal(class_of(refused("\x1b[2J", message="[bold]x[i] \u202e", file="a\x1b.yaml")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]x[i]" in text


def test_ascii():
    assert terminal(CLASS, ascii=True).isascii()
