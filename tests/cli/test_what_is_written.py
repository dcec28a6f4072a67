"""What every command that writes a file has in common: whose file it replaces, `-`, and the endings of names."""

from __future__ import annotations

import csv
import sys
from io import StringIO
from pathlib import Path

import pytest

from bpcli.cli.entry import run

SHEET = "answers: {a1: [0.445, 0.505]}\n"
WRITERS = {
    "solve": (("solve", "lez5", "-o"), "x.md"),
    "solve-html": (("solve", "lez5", "-o"), "x.html"),
    "solve-json": (("solve", "lez5", "-o"), "x.json"),
    "solve-text": (("solve", "lez5", "-o"), "x.txt"),
    "sheet": (("sheet", "lez5", "-o"), "x.yaml"),
    "sheet-csv": (("sheet", "lez5", "-o"), "x.csv"),
    "sheet-html": (("sheet", "lez5", "-o"), "x.html"),
    "key": (("key", "lez5", "-o"), "x.md"),
    "key-yaml": (("key", "lez5", "-o"), "x.yaml"),
    "check": (("check", "lez5", "s.yaml", "-o"), "x.html"),
    "check-json": (("check", "lez5", "s.yaml", "-o"), "x.json"),
    "check-class": (("check", "lez5", "s.yaml", "--csv"), "x.csv"),
    "check-reports": (("check", "lez5", "s.yaml", "--json"), "x.json"),
    "check-report": (("check", "lez5", "s.yaml", "--report"), "x.md"),
    "gradescope": (("check", "lez5", "s.yaml", "--format", "gradescope", "-o"), "x.json"),
    "practice": (("practice", "lez5", "--state"), "x.json"),
    "new": (("new", "2-2-1", "-o"), "x.yaml"),
    "moodle": (("quiz", "lez5", "--to", "moodle", "-o"), "x.xml"),
    "qti": (("quiz", "lez5", "--to", "qti", "-o"), "x.zip"),
    "derive": (("derive", "lez5", "-o"), "x.tex"),
    "graph": (("graph", "lez5", "-o"), "x.svg"),
    "cost": (("cost", "lez5", "-o"), "x.md"),
    "paths": (("paths", "lez5", "W1[1,1]", "-o"), "x.md"),
    "train": (("train", "xor", "--epochs", "2", "-o"), "x.md"),
    "train-plot": (("train", "xor", "--epochs", "2", "--plot"), "x.svg"),
    "train-checkpoint": (("train", "xor", "--epochs", "2", "--checkpoint"), "x.yaml"),
    "export": (("export", "lez5", "--to", "numpy", "-o"), "x.py"),
}
writers = pytest.mark.parametrize(("command", "name"), WRITERS.values(), ids=WRITERS)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "stdin", StringIO("0.445 0.505\n"))
    Path("s.yaml").write_text(SHEET)
    return tmp_path


@writers
def test_only_what_bpcli_made_is_replaced(command, name, capsys):
    """What a person wrote, filled in or changed is not, unless by force."""
    path = Path(name)
    path.write_text("mine")
    assert run([*command, name]) == 4
    assert "--force" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert run([*command, name, "--force"]) in (0, 1)
    made = path.read_bytes()
    assert made != b"mine"
    assert run([*command, name]) in (0, 1)
    if "practice" not in command:  # which goes on with what is kept, wherever that was kept
        path.write_bytes(made + b"\n")
        assert run([*command, name]) == 4
        assert path.read_bytes() == made + b"\n"


@writers
def test_an_empty_file_holds_nobodys_work(command, name):
    Path(name).touch()
    assert run([*command, name]) in (0, 1)
    assert Path(name).stat().st_size > 0


@writers
def test_an_ending_that_no_format_has(command, name, capsys, folder):
    """Is a mistake in the command, which says the endings there are."""
    before = sorted(folder.iterdir())
    assert run([*command, "x.zzz"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "`x.zzz` ends in .zzz; a file here ends in" in said
    assert Path(name).suffix in said
    assert sorted(folder.iterdir()) == before


@writers
def test_a_dash_is_standard_output(command, name, capfdbinary, folder, monkeypatch):
    """And then there is nothing else on it, and no file of that name."""
    binary = name.endswith(".zip")
    code = run([*command, "-"])
    out, _ = capfdbinary.readouterr()
    assert not Path("-").exists()
    if "practice" in command:
        assert code == 2
        return
    assert code in (0, 1)
    assert run([*command, name]) in (0, 1)
    written = Path(name).read_bytes()
    if command[-1] != "-o" or command[0] in ("new", "quiz", "export"):  # elsewhere the ending chooses the format
        assert len(out) == len(written) if binary else out == written
    assert out


@pytest.mark.parametrize(
    "command",
    [
        ("generate", "lez5", "--count", "2", "-o", "-"),
        ("quiz", "lez5", "--to", "prairielearn", "-o", "-"),
        ("check", "lez5", "s.yaml", "--feedback-dir", "-"),
        ("check", "lez5", "s.yaml", "--csv", "-", "--json", "-"),
        ("train", "xor", "--plot", "-", "--checkpoint", "-"),
    ],
)
def test_what_standard_output_has_no_room_for(command):
    assert run([*command]) == 2
    assert not Path("-").exists()


def test_a_table_of_grades_goes_alone_to_standard_output(capsys):
    assert run(["check", "lez5", "s.yaml", "--csv", "-"]) == 1
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert [row["file"] for row in rows] == ["s.yaml"]


def test_pages_for_students_are_theirs_once_they_are_changed(capsys):
    """No page is written where one of them was."""
    Path("t.yaml").write_text(SHEET)
    command = ["check", "lez5", "s.yaml", "t.yaml", "--feedback-dir", "pages", "--csv", "grades.csv"]
    assert run(command) == 1
    assert run(command) == 1
    page, other = sorted(Path("pages").iterdir())
    page.write_text("see me")
    other.unlink()
    assert run(command) == 4
    assert page.read_text() == "see me"
    assert not other.exists()
    assert run([*command, "--force"]) == 1
    assert page.read_text() != "see me"


def test_the_format_of_a_report_is_that_of_its_name():
    assert run(["check", "lez5", "s.yaml", "--report", "r.html"]) == 1
    assert Path("r.html").read_text().startswith("<!doctype html>")


def test_progress_of_another_machine_is_gone_on_with(monkeypatch, capsys):
    """It is as bpcli keeps it, though this machine has not made it."""
    assert run(["practice", "lez5", "--state", "p.json"]) == 0
    Path("state/bpcli/made").unlink()
    monkeypatch.setattr(sys, "stdin", StringIO("0.6 0.6\n"))
    assert run(["practice", "lez5", "--state", "p.json"]) == 0
    assert "0.6 0.6" in Path("p.json").read_text()


def test_where_nothing_can_be_kept_nothing_is_known(monkeypatch, folder, capsys):
    """Writing goes on; replacing is by force."""
    (folder / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "file"))
    assert run(["solve", "lez5", "-o", "x.md"]) == 0
    assert run(["solve", "lez5", "-o", "x.md"]) == 4
    assert run(["solve", "lez5", "-o", "x.md", "--force"]) == 0


def test_what_is_known_does_not_grow_without_end(monkeypatch):
    from bpcli.cli import made

    monkeypatch.setattr(made, "MOST_KEPT", 330)
    for number in range(40):
        made.note(str(number).encode())
    Path("old").write_text("0")
    Path("new").write_text("39")
    assert Path("state/bpcli/made").stat().st_size <= 330
    made.refuse_foreign(False, "new")
    with pytest.raises(made.OutputError):
        made.refuse_foreign(False, "old")
