"""`bpcli check` for a class, from the command line."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from bpcli.cli.entry import run

RIGHT = "answers: {a1: [0.445, 0.505], L: 0.30}\n"
PROBLEM = """
network:
  input: [1, 2]
  target: [0.5]
  layers: [{weights: [[0.1, 0.2]], bias: [0.5]}]
  loss: half_squared_error
check: {points: {a1: 1, L: 2}}
"""
ALL_RIGHT = "answers: {a1: 1, L: 0.125}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "submissions").mkdir()
    (tmp_path / "problem.yaml").write_text(PROBLEM)
    for name in ("ada", "bob"):
        (tmp_path / "submissions" / f"{name}.yaml").write_text(ALL_RIGHT)
    return tmp_path


def check(*options: str) -> int:
    return run(["check", "problem.yaml", "submissions", *options])


def grades(folder) -> list[dict[str, str]]:
    text = (folder / "grades.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_everything_correct(folder, capsys):
    assert check("--csv", "grades.csv") == 0
    assert [row["percent"] for row in grades(folder)] == ["100", "100"]
    out, err = capsys.readouterr()
    assert "2 files · 2 graded · 0 refused · mean 3 of 3 · median 3" in out
    assert err == ""


def test_something_wrong(folder):
    (folder / "submissions" / "bob.yaml").write_text("answers: {a1: 2}\n")
    assert check("--csv", "grades.csv") == 1
    assert [(row["a1"], row["L"]) for row in grades(folder)] == [("correct", "correct"), ("wrong", "missing")]


def test_a_bad_file_has_its_reason_and_an_empty_score(folder, capsys):
    (folder / "submissions" / "eve.yaml").write_text("answers: {a1: 1, a1: 2}\n")
    assert check("--csv", "grades.csv", "--json", "all.json", "--report", "class.md", "--feedback-dir", "pages") == 5
    row = grades(folder)[-1]
    assert (row["student"], row["score"]) == ("eve", "")
    assert row["error"].startswith("submissions/eve.yaml:1:18: duplicate-key: ")
    data = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    assert [report["score"] for report in data["reports"]] == [3, 3, None]
    assert data["reports"][-1]["error"]["code"] == "duplicate-key"
    assert "duplicate-key" in (folder / "class.md").read_text(encoding="utf-8")
    assert "a second time" in (folder / "pages" / "eve.md").read_text(encoding="utf-8")
    assert {path.name for path in (folder / "pages").iterdir()} == {"ada.md", "bob.md", "eve.md"}
    assert "submissions/eve.yaml:1:18: error[duplicate-key]" in capsys.readouterr().out


def test_a_second_run_gives_the_same_bytes_and_takes_no_output_for_an_answer(folder):
    options = ["--csv", "submissions/grades.csv", "--json", "submissions/all.json", "--report", "submissions/class.md"]
    options += ["--feedback-dir", "submissions/pages"]

    def outputs():
        return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    assert check(*options) == 0
    before = outputs()
    assert check(*options) == 0
    assert outputs() == before


def test_json_on_standard_output(folder, capsys):
    assert check("--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["format"], data["version"], len(data["reports"])) == ("bpcli/reports", 1, 2)


def test_the_report_on_standard_output(folder, capsys):
    assert check("--format", "markdown") == 0
    assert "## Every quantity" in capsys.readouterr().out


def test_several_files_named_are_a_class(folder, capsys):
    assert run(["check", "problem.yaml", "submissions/ada.yaml", "submissions/bob.yaml"]) == 0
    assert "2 files" in capsys.readouterr().out


def test_feedback_levels_hold_for_the_pages_and_not_for_the_instructor(folder):
    (folder / "submissions" / "bob.yaml").write_text("answers: {a1: 2, L: 7}\n")
    assert check("--feedback", "verdict", "--feedback-dir", "pages", "--json", "all.json") == 1
    assert "0.125" not in (folder / "pages" / "bob.md").read_text(encoding="utf-8")
    assert "0.125" in (folder / "all.json").read_text(encoding="utf-8")


# --- adjustments ---


def test_adjustments_are_shown_everywhere_and_their_file_is_only_read(folder, capsys):
    (folder / "submissions" / "bob.yaml").write_text("answers: {a1: 2, L: 7}\n")
    text = "bob: {points: {L: 1.5}, reason: the sheet was smudged}\nzoe: {score: 1, reason: late}\n"
    (folder / "overrides.yaml").write_text(text)
    options = ["--overrides", "overrides.yaml", "--csv", "grades.csv", "--json", "all.json", "--feedback-dir", "pages"]
    assert check(*options) == 1
    assert grades(folder)[1]["score"] == "1.5"
    assert grades(folder)[1]["adjustment"] == "the sheet was smudged (before: 0)"
    report = json.loads((folder / "all.json").read_text(encoding="utf-8"))["reports"][1]
    assert report["adjustment"] == {"reason": "the sheet was smudged", "score_before": 0.0}
    assert "smudged" in (folder / "pages" / "bob.md").read_text(encoding="utf-8")
    assert "overrides.yaml:2:1: `zoe` is neither a student nor a file here" in capsys.readouterr().err
    assert (folder / "overrides.yaml").read_text() == text


def test_a_bad_overrides_file_stops_before_anything_is_written(folder, capsys):
    (folder / "overrides.yaml").write_text("bob: {score: 1}\n")
    assert check("--overrides", "overrides.yaml", "--csv", "grades.csv") == 3
    assert "an adjustment needs a `reason`" in capsys.readouterr().err
    assert not (folder / "grades.csv").exists()


# --- what must not be overwritten ---


@pytest.mark.parametrize(
    "target", ["problem.yaml", "submissions/ada.yaml", "overrides.yaml", "./submissions/../problem.yaml"]
)
@pytest.mark.parametrize(("option", "suffix"), [("--csv", ".csv"), ("--json", ".json"), ("--report", ".md")])
@pytest.mark.parametrize("more", [(), ("--force",)])
def test_no_output_takes_the_place_of_an_input(folder, capsys, option, suffix, target, more):
    (folder / "overrides.yaml").write_text("bob: {score: 1, reason: why}\n")
    for path in (folder / "problem.yaml", folder / "overrides.yaml", folder / "submissions" / "ada.yaml"):
        path.rename(path.with_suffix(suffix))
    target = target.replace(".yaml", suffix)
    before = (folder / target).read_bytes()
    answers = ("submissions", f"submissions/ada{suffix}")
    command = ["check", f"problem{suffix}", *answers, "--overrides", f"overrides{suffix}"]
    assert run([*command, option, target, *more]) == 4
    assert f"cannot write {target} ({option})" in capsys.readouterr().err
    assert (folder / target).read_bytes() == before


@pytest.mark.parametrize("option", ["--csv", "--json", "--report", "-o"])
def test_a_file_of_another_format_is_not_written(folder, capsys, option):
    """Whatever the name says it is; the endings there are, are told."""
    assert check(option, "submissions/ada.yaml") == 2
    assert "ends in .yaml; a file here ends in ." in " ".join(capsys.readouterr().err.split())
    assert (folder / "submissions" / "ada.yaml").read_text() == ALL_RIGHT


def test_two_outputs_are_two_files(folder):
    assert check("--csv", "out", "--json", "out") == 4
    assert not (folder / "out").exists()


def test_pages_do_not_go_among_the_answers(folder):
    assert check("--feedback-dir", "submissions") == 4
    (folder / "file").write_text("")
    assert check("--feedback-dir", "file") == 4
    (folder / "ada.md").write_text(PROBLEM)
    assert run(["check", "ada.md", "submissions", "--feedback-dir", "."]) == 4
    assert (folder / "ada.md").read_text() == PROBLEM


# --- what can go wrong ---


def test_an_empty_folder_is_told(folder, capsys):
    (folder / "empty").mkdir()
    assert run(["check", "problem.yaml", "empty", "--csv", "grades.csv"]) == 4
    assert "there are no answer files in empty" in capsys.readouterr().err
    assert not (folder / "grades.csv").exists()


def test_hostile_names_are_shown_and_graded(folder, capsys):
    names = ["new\nline", "\x1b[31mred", "[bold]x[i]", "\u202elmay", "=cmd|x", "-rf"]
    for name in names:
        (folder / "submissions" / f"{name}.yaml").write_text(ALL_RIGHT)
    if os.name == "posix" and sys.platform != "darwin":
        (folder / "submissions" / os.fsdecode(b"bad\xff.yaml")).write_text(ALL_RIGHT)
        names.append("bad")
    assert check("--csv", "grades.csv", "--json", "all.json", "--report", "c.md", "--feedback-dir", "pages") == 0
    out, err = capsys.readouterr()
    assert not set(out + err) & {"\x1b", "\u202e"}
    assert len(grades(folder)) == len(names) + 2
    assert len(list((folder / "pages").iterdir())) == len(names) + 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_poor_encodings(folder, encoding):
    (folder / "submissions" / "дан.yaml").write_text("answers: {a1: 2}\n")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "bpcli", "check", "problem.yaml", "submissions", "--csv", "grades.csv"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert grades(folder)[-1]["student"] == "дан"


# --- Gradescope ---


def results(text: str):
    def refuse(constant: str):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_gradescope_in_a_file(folder):
    command = ["check", "problem.yaml", "submissions/ada.yaml", "--format", "gradescope", "-o", "results.json"]
    assert run(command) == 0
    data = results((folder / "results.json").read_text())
    assert (data["score"], len(data["tests"])) == (3, 2)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["problem.yaml", "submissions"], 4, "2 answer files"),
        (["problem.yaml", "nowhere"], 4, "does not exist"),
        (["problem.yaml", "empty"], 4, "no answer files"),
        (["problem.yaml", "bad.yaml"], 5, "bad.yaml:1:4"),
        (["bad.yaml", "submissions/ada.yaml"], 3, "bad.yaml"),
        (["nowhere", "submissions/ada.yaml"], 4, "neither a file"),
        (["problem.yaml", "submissions/ada.yaml", "--overrides", "bad.yaml"], 3, "bad.yaml"),
    ],
)
def test_gradescope_is_told_whatever_fails(folder, capsys, arguments, code, told):
    (folder / "empty").mkdir()
    (folder / "bad.yaml").write_text("a: [\n")
    assert run(["check", *arguments, "--format", "gradescope"]) == code
    data = results(capsys.readouterr().out)
    assert data["score"] == 0
    assert told in data["output"]


@pytest.mark.parametrize("target", ["problem.yaml", "submissions/ada.yaml", "overrides.yaml"])
@pytest.mark.parametrize("paths", [["submissions"], ["nowhere", "submissions/ada.yaml"]])
def test_gradescope_failures_take_no_inputs_place(folder, target, paths):
    (folder / "overrides.yaml").write_text("broken: [\n")
    for path in (folder / "problem.yaml", folder / "overrides.yaml", folder / "submissions" / "ada.yaml"):
        path.rename(path.with_suffix(".json"))
    target, paths = target.replace(".yaml", ".json"), [path.replace(".yaml", ".json") for path in paths]
    before = (folder / target).read_bytes()
    command = ["check", "problem.json", *paths, "--overrides", "overrides.json", "--format", "gradescope"]
    assert run([*command, "-o", target]) in (3, 4)
    assert (folder / target).read_bytes() == before


def test_gradescope_is_told_of_a_bug_without_its_details(folder, capsys, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("secret")

    monkeypatch.setattr("bpcli.export.gradescope.row_to_gradescope", broken)
    assert run(["check", "problem.yaml", "submissions/ada.yaml", "--format", "gradescope"]) == 70
    data = results(capsys.readouterr().out)
    assert "secret" not in data["output"]


def test_gradescope_with_less_feedback(folder, capsys):
    (folder / "submissions" / "bob.yaml").write_text("answers: {a1: 2, L: 7}\n")
    command = ["check", "problem.yaml", "submissions/bob.yaml", "--format", "gradescope", "--feedback"]
    for level, tests in (("none", 0), ("verdict", 2)):
        assert run([*command, level]) == 1
        text = capsys.readouterr().out
        assert len(results(text)["tests"]) == tests
        assert "0.125" not in text
