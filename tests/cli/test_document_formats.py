"""`--format` and the name of `-o`: every format of a document, to a file or to standard output."""

import subprocess
import sys

import pytest
from typer.main import get_command

from bpcli.cli.app import application
from bpcli.cli.entry import run


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("lesson.html", "<!doctype html>"),
        ("lesson.tex", "\\documentclass"),
        ("lesson.typ", "#set document"),
        ("lesson.md", "# "),
    ],
)
def test_the_name_of_the_file_gives_the_format(bpcli, tmp_path, name, start):
    done = bpcli("solve", "cs231n-add-mul", "-o", str(tmp_path / name))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


COMMANDS = {
    "solve": ["cs231n-add-mul"],
    "derive": ["cs231n-add-mul"],
    "paths": ["cs231n-add-mul", "x"],
    "cost": ["lez5"],
    "sheet": ["cs231n-add-mul"],
    "key": ["cs231n-add-mul"],
    "check": ["cs231n-add-mul", "answers.yaml"],
}
"""The commands that write documents, with what they are called with."""

DOCUMENTS = {
    "html": ("<!doctype html>", "<div"),
    "latex": ("\\documentclass", "% Needs"),
    "typst": ("#set document", "#let"),
}
"""How a document begins, and how a part of one."""


@pytest.fixture
def answers(tmp_path, monkeypatch):
    (tmp_path / "answers.yaml").write_text("answers: {q: 3}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_every_command_that_writes_documents_is_here():
    """Whoever offers `latex` is asked for documents and for parts of them below."""
    commands = {
        command.name
        for command in get_command(application()).commands.values()
        if any(_offers_latex(item) for item in command.params)
    }
    assert commands == set(COMMANDS)


def _offers_latex(option):
    return "latex" in getattr(option.type, "choices", ())


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_documents_and_parts_of_them(command, kind, answers, capsys):
    start, part = DOCUMENTS[kind]
    code = 1 if command == "check" else 0
    assert run([command, *COMMANDS[command], "-f", kind]) == code
    assert capsys.readouterr().out.startswith(start)
    if (command, kind) == ("sheet", "html"):
        assert run([command, *COMMANDS[command], "-f", kind, "--fragment"]) == 2
        assert "an answer page stands alone" in capsys.readouterr().err
        return
    assert run([command, *COMMANDS[command], "-f", kind, "--fragment"]) == code
    assert capsys.readouterr().out.startswith(part)


@pytest.mark.parametrize("kind", ["markdown", "terminal"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_part_of_what_is_no_document_is_refused(command, kind, answers, capsys):
    assert run([command, *COMMANDS[command], "-f", kind, "--fragment"]) == 2
    assert "--fragment is for html, latex and typst" in capsys.readouterr().err


def test_reports_in_every_format(capsys, tmp_path):
    """The report on one sheet, and on a class, is a document."""
    for student in ("s1", "s2"):
        (tmp_path / f"{student}.yaml").write_text("answers: {q: 3}\n", encoding="utf-8")
    for answers in (tmp_path / "s1.yaml", tmp_path):
        for format, start in (("html", "<!doctype html>"), ("latex", "\\documentclass"), ("markdown", "# ")):  # noqa: A001
            assert run(["check", "cs231n-add-mul", str(answers), "--format", format]) == 1
            assert capsys.readouterr().out.startswith(start)


def test_folded_steps(bpcli):
    assert "<details open" not in bpcli("solve", "cs231n-add-mul", "-f", "html", "--folded").stdout


@pytest.mark.parametrize("options", [("--folded",), ("-f", "markdown", "--folded")])
def test_an_option_without_use_is_refused(bpcli, options):
    done = bpcli("solve", "cs231n-add-mul", *options)
    assert done.returncode == 2
    assert "is for" in done.stderr


class TestPages:
    @pytest.fixture(autouse=True)
    def typst(self):
        pytest.importorskip("typst", reason="the package typst is not installed")

    def test_pdf_to_a_pipe(self):
        command = [sys.executable, "-m", "bpcli", "solve", "cs231n-add-mul", "--format", "pdf"]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0
        assert done.stdout.startswith(b"%PDF-")

    def test_pictures_of_several_pages_are_numbered(self, bpcli, tmp_path):
        assert bpcli("solve", "lez5", "-o", str(tmp_path / "l.svg")).returncode == 0
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names[:2] == ["l-1.svg", "l-2.svg"]

    def test_several_pages_need_names(self, bpcli):
        done = bpcli("solve", "lez5", "--format", "png")
        assert done.returncode == 4
        assert "name one with -o" in done.stderr
