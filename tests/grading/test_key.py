"""Answer keys: a table to grade by, and an answer file that has full marks."""

import re
from collections import Counter

import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.cli.entry import run
from bpcli.document.document import Table
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.problem.shipped import shipped_names
from bpcli.render import FORMATS as DOCUMENTS
from bpcli.render import render
from bpcli.reports.answer_sheet import FORMATS, sheet_lines
from bpcli.reports.key import filled_sheet, key_document


def graded(solution, text, kind):
    grader = Grader(solution)
    return grader.grade(grader.read(text, f"key.{kind}"))


def changed(more):
    return solve(parse_problem(f"{load_problem('lez5').text}\n{more}", "p.yaml"))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", shipped_names())
def test_the_key_as_an_answer_file_has_full_marks(name, kind):
    solution = solve(load_problem(name))
    report = graded(solution, filled_sheet(solution, kind), kind)
    assert report.score == report.max_score
    assert {answer.verdict for answer in report.answers} == {"correct"}
    assert kind == "csv" or len(report.answers) == len(asked(solution))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("display", ["decimals: 2", "significant: 3", "decimals: 2, rounding: each_step"])
def test_it_has_full_marks_at_any_digits(display, kind):
    solution = changed(f"display: {{{display}}}")
    report = graded(solution, filled_sheet(solution, kind), kind)
    assert report.score == report.max_score


def numbers_of(texts):
    """Every number with digits after the point, without its sign."""
    if isinstance(texts, str):
        return [texts.lstrip("-")] if "." in texts and "e" not in texts else []
    return [number for part in texts for number in numbers_of(part)]


def wide(layers, *options):
    return f"new {layers} --batch 4 {' '.join(options)}"


@pytest.mark.parametrize("name", [*shipped_names(), wide("4-6-3"), wide("2-3-1"), wide("3-4-3", "--output softmax")])
def test_the_key_has_every_value_in_every_format(name, capsys):
    """None is left out, however wide a matrix is and however narrow the page."""
    if name.startswith("new "):
        assert run(name.split()) == 0
        solution = solve(parse_problem(capsys.readouterr().out, "p.yaml"))
    else:
        solution = solve(load_problem(name))
    lines = sheet_lines(solution)
    wanted = Counter(numbers_of([line.texts for line in sheet_lines(solution, [line.id for line in lines])]))
    document = key_document(solution)
    table = next(block for block in document.blocks if isinstance(block, Table))
    assert [row[1].text[0].text for row in table.rows if row[1].text] == [item.id for item in asked(solution)]
    texts = {name: render(document, name) for name in DOCUMENTS}
    texts |= {f"terminal {width}": render(document, "terminal", width=width) for width in (36, 80, 200)}
    for kind, text in texts.items():
        found = Counter(re.findall(r"\d+\.\d+", text))
        assert not wanted - found, kind
        assert "…" not in text, kind


def test_points_and_their_sum_are_those_of_the_problem():
    text = render(key_document(changed("check: {points: {a1: 1, 'dL/dW2[1,2]': 2.5}}")), "terminal", width=90)
    lines = [line.split() for line in text.splitlines()]
    assert ["all", "together", "3.5"] in lines
    assert next(line for line in lines if "dL/dW2[1,2]" in line)[-2:] == ["0.0860", "2.5"]


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        ("truncation: reject", "cut off instead of rounded count as wrong"),
        ("truncation: accept", "cut off instead of rounded count as right"),
        ("tolerance: {absolute: 0.01}", "may be off by 0.01."),
        ("tolerance: {relative: 0.05}", "may be off by 0.05 times the true value"),
        ("follow_through: 0.5", "earns 50 % of its points"),
        ("follow_through: 0", "earns no points"),
        ("follow_through: 1", "keeps its points"),
    ],
)
def test_what_counts_as_right_is_said(check, sentence):
    text = render(key_document(changed(f"check: {{{check}}}")), "terminal", width=100)
    assert sentence in " ".join(text.split())


def test_snapshots(snapshots):
    document = key_document(solve(load_problem("lez5")))
    snapshots("key-lez5", "txt", render(document, "terminal", width=80))
    snapshots("key-lez5", "md", render(document, "markdown"))


# --- the command ---


@pytest.mark.parametrize("suffix", [".yaml", ".csv", ".json"])
def test_the_command_writes_what_check_accepts(tmp_path, suffix, capsys):
    target = tmp_path / f"key{suffix}"
    assert run(["key", "mazur", "-o", str(target)]) == 0
    assert run(["check", "mazur", str(target)]) == 0
    assert capsys.readouterr().err == ""


def test_in_the_terminal_it_is_a_table(capsys):
    assert run(["key", "lez5", "--width", "80", "--ascii"]) == 0
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert "all together" in shown


def test_the_key_never_takes_the_place_of_somebody_s_answers(tmp_path, capsys):
    target = tmp_path / "mine.yaml"
    target.write_text("answers: {L: 0.3}\n", encoding="utf-8")
    assert run(["key", "lez5", "-o", str(target)]) == 4
    assert "--force" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "answers: {L: 0.3}\n"
    assert run(["key", "lez5", "-o", str(target), "--force"]) == 0
    assert run(["key", "lez5", "-o", str(target)]) == 0


@pytest.mark.parametrize("lang", ["it", "pt"])
def test_it_speaks_the_language_asked_for(lang, capsys):
    assert run(["key", "lez5", "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert {"it": "Soluzioni", "pt": "Gabarito"}[lang] in shown
    assert "0,4450" in shown
    assert run(["key", "lez5", "--lang", lang, "--format", "yaml"]) == 0
    assert "0.4450" in capsys.readouterr().out
