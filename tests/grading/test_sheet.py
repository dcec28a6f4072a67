import csv
import io

import pytest
import yaml

from bpcli import load_problem, parse_problem, solve
from bpcli.cli.entry import run
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.problem.shipped import shipped_names
from bpcli.reports.answer_sheet import blank_sheet

FORMATS = ("yaml", "json", "csv")


def graded(solution, text, kind):
    grader = Grader(solution)
    return grader.grade(grader.read(text, f"sheet.{kind}"))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", shipped_names())
def test_a_sheet_handed_back_untouched_is_all_missing(name, kind):
    solution = solve(load_problem(name))
    report = graded(solution, blank_sheet(solution, kind), kind)
    assert report.score == 0
    assert report.error is None
    assert {answer.verdict for answer in report.answers} == {"missing"}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", shipped_names())
def test_a_sheet_filled_with_the_values_of_the_solution_has_full_marks(name, kind):
    solution = solve(load_problem(name))
    everything = [item.id for item in asked(solution)]
    report = graded(solution, blank_sheet(solution, kind, everything), kind)
    assert report.score == report.max_score
    assert {answer.verdict for answer in report.answers} == {"correct"}


@pytest.mark.parametrize("name", shipped_names())
def test_a_sheet_is_yaml_for_every_reader_and_survives_a_round_trip(name):
    solution = solve(load_problem(name))
    data = yaml.safe_load(blank_sheet(solution))
    assert list(data["answers"]) == [item.id for item in asked(solution)]
    again = yaml.safe_dump(data, allow_unicode=True)
    assert {answer.verdict for answer in graded(solution, again, "yaml").answers} == {"missing"}


def test_one_line_says_what_to_write_and_where():
    sheet = blank_sheet(solve(load_problem("lez5")))
    lines = sheet.splitlines()
    assert lines[0] == "# Answer sheet: A 2-2-2 sigmoid network, forward and backward"
    assert "# Digits wanted after the point: 4." in lines
    assert "  a1: [null, null]                        # a⁽¹⁾: Pre-activation of layer 1 (2)" in lines
    assert any(line.startswith("student:") for line in lines)


def test_significant_digits_are_asked_for_where_the_problem_shows_them():
    problem = load_problem("lez5")._replace(display=load_problem("lez5").display._replace(significant=6))
    assert "Significant digits wanted: 6." in blank_sheet(solve(problem))


def test_a_matrix_has_its_rows_on_lines_of_their_own():
    sheet = blank_sheet(solve(load_problem("lez5")), filled=["dW2"])
    assert "    - [0.0840, 0.0860]\n    - [-0.0225, -0.0230]\n" in sheet


def test_what_is_given_away_is_found_by_any_of_its_names():
    solution = solve(load_problem("lez5"))
    assert blank_sheet(solution, filled=["h2", "delta2"]) == blank_sheet(solution, filled=["y", "dL/da2"])


def test_giving_away_what_is_not_asked_is_an_error():
    problem = parse_problem(load_problem("lez5").text + "check: {points: {a1: 1, a2: 1}}", "p.yaml")
    with pytest.raises(UnknownQuantityError, match="`h1` is not asked for"):
        blank_sheet(solve(problem), filled=["h1"])


@pytest.mark.parametrize("name", ["null", "true", "yes", "no", "n"])
def test_names_that_are_words_of_yaml_stay_names(name):
    problem = parse_problem(f"graph: {{inputs: {{u: 2}}, define: {{'{name}': u*u, L: '{name} + 1'}}}}", "p.yaml")
    solution = solve(problem)
    sheet = blank_sheet(solution, filled=[name])
    assert next(iter(yaml.safe_load(sheet)["answers"])) == name
    assert graded(solution, sheet, "yaml").score == 1


def test_titles_cannot_leave_their_comment():
    problem = load_problem("lez5")._replace(title="a\nanswers: {a1: [1, 1]}\u2028b: \x1b[2J")
    sheet = blank_sheet(solve(problem))
    assert "\x1b" not in sheet
    assert all(value is not None for value in yaml.safe_load(sheet)["answers"])


def test_csv_has_one_entry_a_line():
    rows = list(csv.reader(io.StringIO(blank_sheet(solve(load_problem("lez5")), "csv"))))
    assert rows[0] == ["quantity", "value"]
    assert ["dL/dW2[2,1]", ""] in rows
    assert ["L", ""] in rows


# --- the command ---


@pytest.mark.parametrize("suffix", [".yaml", ".csv", ".md"])
def test_the_format_follows_the_name_of_the_file(tmp_path, suffix):
    target = tmp_path / f"mine{suffix}"
    assert run(["sheet", "lez5", "-o", str(target)]) == 0
    start = {".yaml": b"# Answer sheet", ".csv": b"quantity,value", ".md": b"# A 2-2-2"}[suffix]
    assert target.read_bytes().startswith(start)


def test_an_untouched_sheet_may_be_replaced(tmp_path):
    target = tmp_path / "mine.yaml"
    assert run(["sheet", "lez5", "-o", str(target)]) == 0
    assert run(["sheet", "lez5", "--filled", "a1,h1", "-o", str(target)]) == 0
    assert "0.4450" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("edit", [("L: null", "L: 0.3"), ("student:", "student: Ada"), ("# Answer", "# my Answer")])
def test_what_someone_wrote_is_never_overwritten(tmp_path, capsys, edit):
    target = tmp_path / "mine.yaml"
    assert run(["sheet", "lez5", "-o", str(target)]) == 0
    written = target.read_text(encoding="utf-8").replace(*edit)
    target.write_text(written, encoding="utf-8")
    assert run(["sheet", "lez5", "-o", str(target)]) == 4
    assert "--force" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == written
    assert run(["sheet", "lez5", "-o", str(target), "--force"]) == 0
    assert target.read_text(encoding="utf-8") != written


def test_a_file_that_is_no_sheet_is_not_overwritten(tmp_path):
    target = tmp_path / "thesis.yaml"
    target.write_bytes(b"\xff\x00")
    assert run(["sheet", "lez5", "-o", str(target)]) == 4
    assert target.read_bytes() == b"\xff\x00"


def test_a_sheet_never_takes_the_place_of_its_problem(tmp_path):
    problem = tmp_path / "problem.yaml"
    problem.write_text(load_problem("lez5").text, encoding="utf-8")
    assert run(["sheet", str(problem), "-o", str(problem), "--force"]) == 4
    assert problem.read_text(encoding="utf-8") == load_problem("lez5").text


def test_an_id_that_names_nothing_is_a_usage_error(capsys):
    assert run(["sheet", "lez5", "--filled", "a9"]) == 2
    assert "did you mean" in capsys.readouterr().err
