"""`bpcli check` and its options, as a user meets them."""

import json
from pathlib import Path

import pytest

RIGHT = """\
student: s1
answers:
  f: -12
  q: 3
  df/df: 1
  df/dz: 3
  df/dq: -4
  df/dx: -4
  df/dy: -4
"""
WRONG = RIGHT.replace("df/dq: -4", "df/dq: 4")


@pytest.fixture
def sheet(tmp_path: Path):
    def write(text: str, name: str = "mine.yaml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_right_sheet_exits_0(bpcli, sheet):
    done = bpcli("check", "cs231n-add-mul", sheet(RIGHT))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Everything is correct." in done.stdout


def test_a_wrong_sheet_exits_1_and_says_what(bpcli, sheet):
    done = bpcli("check", "cs231n-add-mul", sheet(WRONG))
    assert (done.returncode, done.stderr) == (1, "")
    assert "First wrong step: ∂f/∂q" in done.stdout


def test_a_sheet_that_is_not_finished_exits_1(bpcli, sheet):
    assert bpcli("check", "cs231n-add-mul", sheet("answers: {f: -12}\n")).returncode == 1


def test_json_is_all_that_is_printed(bpcli, sheet):
    done = bpcli("check", "cs231n-add-mul", sheet(WRONG), "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["first_wrong"] == "df/dq"


def test_a_bad_file_is_refused_with_its_place(bpcli, sheet):
    path = sheet("answers:\n  g: 1\n")
    done = bpcli("check", "cs231n-add-mul", path)
    assert (done.returncode, done.stdout) == (3, "")
    assert f"{path}:2:3: error[unknown-quantity]" in done.stderr
    assert done.stderr.endswith("Nothing was graded.\n")


def test_a_file_that_is_not_there_exits_4(bpcli):
    done = bpcli("check", "cs231n-add-mul", "nowhere.yaml")
    assert (done.returncode, done.stdout) == (4, "")
    assert "nowhere.yaml" in done.stderr


def test_answers_come_from_standard_input(bpcli):
    done = bpcli("check", "cs231n-add-mul", "-", "--format", "json", input=RIGHT)
    assert done.returncode == 0
    assert json.loads(done.stdout)["file"] == "<stdin>"


def test_a_report_is_written_in_the_format_of_its_name(bpcli, sheet, tmp_path):
    target = tmp_path / "report.md"
    done = bpcli("check", "cs231n-add-mul", sheet(WRONG), "-o", str(target))
    assert (done.returncode, done.stdout) == (1, "")
    assert target.read_text(encoding="utf-8").startswith("# cs231n-add-mul · s1\n")


def test_explain_works_the_sheet_line_by_line(bpcli, sheet):
    done = bpcli("check", "cs231n-add-mul", sheet(WRONG), "--explain", "--width", "80")
    assert "Your sheet, line by line" in done.stdout
    assert "What comes after it, from your value" in done.stdout


def test_feedback_may_be_less(bpcli, sheet):
    done = bpcli("check", "cs231n-add-mul", sheet(WRONG), "--feedback", "none", "--ascii")
    assert done.stdout.isascii()
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    "arguments",
    [("-", "-"), ("cs231n-add-mul", "a.yaml", "--explain", "--feedback", "hint"), ("cs231n-add-mul",),
     ("cs231n-add-mul", "a.yaml", "b.yaml", "--explain"), ("cs231n-add-mul", "a.yaml", "--format", "png")],
)  # fmt: skip
def test_usage_errors_exit_2(bpcli, arguments):
    assert bpcli("check", *arguments, input="").returncode == 2


def test_ids_the_problem_does_not_have_in_its_points_are_its_error(bpcli, sheet, tmp_path):
    problem = tmp_path / "p.yaml"
    problem.write_text("graph: {inputs: {x: 1}, define: {q: 2*x}}\ncheck: {points: {r: 1}}\n", encoding="utf-8")
    done = bpcli("check", str(problem), sheet("answers: {q: 2}\n"))
    assert done.returncode == 3
    assert "p.yaml:2:18: error[unknown-quantity]" in done.stderr
