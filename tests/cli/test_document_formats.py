"""`--format` and the name of `-o`: every format of a document, to a file or to standard output."""

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("command", [("derive", "cs231n-add-mul"), ("cost", "lez5"), ("paths", "cs231n-add-mul", "x")])
def test_other_commands_have_the_same_formats(command, tmp_path):
    """Derivations, costs and paths are documents too."""
    for name, start in (("a.html", "<!doctype html>"), ("a.typ", "#set document"), ("a.md", "#")):
        path = tmp_path / name
        assert run([*command, "-o", str(path)]) == 0
        assert path.read_text(encoding="utf-8").startswith(start)


def test_reports_in_every_format(capsys, tmp_path):
    """The report on one sheet, and on a class, is a document."""
    for student in ("s1", "s2"):
        (tmp_path / f"{student}.yaml").write_text("answers: {q: 3}\n", encoding="utf-8")
    for answers in (tmp_path / "s1.yaml", tmp_path):
        for format, start in (("html", "<!doctype html>"), ("latex", "\\documentclass"), ("markdown", "# ")):  # noqa: A001
            assert run(["check", "cs231n-add-mul", str(answers), "--format", format]) == 1
            assert capsys.readouterr().out.startswith(start)


@pytest.mark.parametrize(("format", "start"), [("html", "<div"), ("latex", "% Needs"), ("typst", "#let")])
def test_fragment(bpcli, format, start):  # noqa: A002
    done = bpcli("solve", "cs231n-add-mul", "--format", format, "--fragment")
    assert done.returncode == 0
    assert done.stdout.startswith(start)


def test_folded_steps(bpcli):
    assert "<details open" not in bpcli("solve", "cs231n-add-mul", "-f", "html", "--folded").stdout


@pytest.mark.parametrize("options", [("--fragment",), ("--folded",), ("-f", "markdown", "--fragment")])
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
