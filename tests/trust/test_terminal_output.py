"""Nothing but printable text and our own colours reaches a terminal, whatever stands in files, names and arguments."""

import os
import re
from pathlib import Path

import pytest
from trust.naughty import CONTROL, NAUGHTY, PLAIN

from bpcli.cli.entry import run
from bpcli.document.safe import safe

OWN = re.compile(r"\x1b\[[0-9;]*m")
ENDINGS = {0, 1, 2, 3, 4, 5}
NETWORK = "network:\n  input: [0.5]\n  target: [1]\n  layers:\n    - {weights: [[0.4]]}\n  loss: squared_error\n"
TOGETHER = (*CONTROL, *(" ".join(PLAIN[start : start + 8]) for start in range(0, len(PLAIN), 8)))
"""Every text: control characters one by one, since the first of them refuses a file; the others eight at a time."""
SOME = (*CONTROL[::8], *NAUGHTY[len(CONTROL) :: 9], *CONTROL[-12:])
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX file names")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to stand in, and no home to write to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def quoted(text: str) -> str:
    """Text in YAML as it stands, control characters and all."""
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    r"""Text in YAML by escapes: `"\x1b[2J"`."""
    made = "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in text)
    return f'"{made}"'


def written(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def assert_clean(text: str, where: object, *, colours: bool = False) -> None:
    shown = OWN.sub("", text) if colours else text
    shown = shown.replace("\r\n", "\n")  # the line ends of CSV
    foreign = sorted({hex(ord(c)) for c in shown if c != "\n" and safe(c) != c})
    assert foreign == [], (where, foreign)


def runs(capsys, *command: str) -> None:
    code = run(list(command))
    out, err = capsys.readouterr()
    assert code in ENDINGS, (command, err)
    assert "has a bug" not in out + err, (command, out, err)
    assert_clean(out, command)
    assert_clean(err, command)


def test_there_are_enough() -> None:
    """The list is long, and without repetitions."""
    assert len(NAUGHTY) >= 150
    assert len(set(NAUGHTY)) == len(NAUGHTY)


PLACES = 3
"""Of all places for a text, those that each text is put into: every place has its share of the texts."""


@pytest.mark.parametrize("write", [quoted, escaped])
def test_problem_files(write, folder, capsys):
    """Titles, sources, notes, names and formulas of a problem."""
    for text in TOGETHER:
        value = write(text)
        written(folder / "p.yaml", f"title: {value}\nsource: {value}\nnote: {value}\n{NETWORK}")
        runs(capsys, "solve", "p.yaml")
    for number, text in enumerate(SOME):
        value = write(text)
        bodies = (
            f"graph:\n  inputs: {{x: 1}}\n  define: {{y: {value}}}\n",
            f"graph:\n  inputs: {{{value}: 1}}\n  define: {{y: 1}}\n",
            f"graph:\n  inputs: {{x: {value}}}\n  define: {{y: x}}\n  output: {value}\n",
            f"functions: {{{value}: x}}\n{NETWORK}",
            f"conventions: {{symbols: {{activation: {value}}}}}\n{NETWORK}",
            f"check: {{points: {{{value}: 1}}}}\n{NETWORK}",
            NETWORK.replace("squared_error", value),
            NETWORK.replace("{weights: [[0.4]]}", f"{{weights: [[0.4]], activation: {value}}}"),
            f"{value}: 1\n{NETWORK}",
            f"language: {value}\n{NETWORK}",
        )
        for body in (*bodies, *bodies)[number % len(bodies) :][:PLACES]:
            written(folder / "p.yaml", body)
            runs(capsys, "solve", "p.yaml")


def test_every_command_shows_a_title(folder, capsys):
    """The other commands, and the other formats on standard output."""
    commands = (
        *(("solve", "p.yaml", "--format", name) for name in ("json", "markdown", "html", "latex", "typst")),
        *(("graph", "p.yaml", "--format", name) for name in ("terminal", "svg", "dot", "mermaid")),
        *(("sheet", "p.yaml", "--format", name) for name in ("yaml", "csv", "markdown")),
        *(
            ("derive", "p.yaml"),
            ("cost", "p.yaml"),
            ("cost", "p.yaml", "--format", "json"),
            ("paths", "p.yaml", "W1[1,1]"),
        ),
        *(("quiz", "p.yaml", "--to", "moodle"), ("lint", "p.yaml"), ("train", "p.yaml", "--epochs", "1")),
        ("train", "p.yaml", "--epochs", "1", "--format", "json"),
    )
    for text in SOME:
        written(folder / "p.yaml", f"title: {quoted(text)}\nsource: {quoted(text)}\n{NETWORK}")
        if run(["solve", "p.yaml"]) == 0:
            capsys.readouterr()
            for command in commands:
                runs(capsys, *command)
        capsys.readouterr()
        runs(capsys, "new", "2-2-1", "--title", text)


@pytest.mark.parametrize("write", [quoted, escaped])
def test_answer_files(write, folder, capsys):
    """Students, keys and values of answers, alone and in a class."""
    (folder / "in").mkdir()
    for number, text in enumerate(NAUGHTY):
        value = write(text)
        body = f"student: {value}\nanswers: {{L: {value}, a1: [{value}, 1]}}\n"
        written(folder / "in" / f"{number}.yaml", body)
    for form in ("terminal", "json", "markdown"):
        runs(capsys, "check", "lez5", "in", "--format", form)
    for text in SOME[::2]:
        value = write(text)
        for body in (f"answers: {{{value}: 1}}\n", f"{value}: 1\n", f"variant: {value}\nanswers: {{L: 1}}\n"):
            written(folder / "s.yaml", body)
            runs(capsys, "check", "lez5", "s.yaml")
        written(folder / "s.csv", f'quantity,value\nL,"{text}"\n"{text}",1\n')
        runs(capsys, "check", "lez5", "s.csv")
        written(folder / "s.csv", f'"{text}",value\nL,1\n')
        runs(capsys, "check", "lez5", "s.csv")
        written(folder / "s.yaml", f"student: {value}\nanswers: {{L: {value}}}\n")
        for form in ("terminal", "json", "markdown", "gradescope"):
            runs(capsys, "check", "lez5", "s.yaml", "--format", form)
        runs(capsys, "check", "lez5", "s.yaml", "s.csv", "--csv", "out.csv", "--json", "out.json", "--report", "out.md")


def test_overrides_rosters_and_data(folder, capsys):
    """Reasons and students in overrides, names in a roster, columns and classes of a data file."""
    written(folder / "in.yaml", "student: ada\nanswers: {L: 1}\n")
    for text in TOGETHER:
        written(
            folder / "o.yaml",
            f"ada: {{score: 1, reason: {quoted(text)}}}\n{quoted('x' + text)}: {{score: 1, reason: x}}\n",
        )
        runs(capsys, "check", "lez5", "in.yaml", "--overrides", "o.yaml")
        written(folder / "d.csv", f'"{text.replace(chr(34), chr(34) * 2)}",b\n1,2\n')
        written(folder / "p.yaml", "network: {data: d.csv, layers: [{weights: [[1]]}], loss: squared_error}\n")
        runs(capsys, "solve", "p.yaml")
    for text in SOME:
        cell = text.replace('"', '""')
        written(folder / "r.csv", f'student\n"{cell}"\n"{cell}"\n')
        runs(capsys, "generate", "uhr-identity", "--roster", "r.csv", "-o", "out")
        written(folder / "d.csv", f'a,class\n1,"{cell}"\n2,other\n')
        written(
            folder / "p.yaml",
            "network: {data: d.csv, layers: [{weights: [[1], [1]], activation: softmax}], loss: cross_entropy}\n",
        )
        runs(capsys, "solve", "p.yaml")
        runs(capsys, "train", "p.yaml", "--epochs", "1")


@posix
def test_file_names(folder, capsys):
    """Names of answer files, problems and folders."""
    inside = os.fsencode(folder / "in")
    Path(folder / "in").mkdir()
    for number, text in enumerate(NAUGHTY):
        raw = os.fsencode(text.replace("/", "_").replace("\0", "_").replace("\ud800", "x"))[:200]
        path = os.fsdecode(inside + b"/" + str(number).encode() + raw + b".yaml")
        Path(path).write_text("answers: {L: 1}\n" if number % 2 else "answers: [\n")
        if number % 8 == 0:
            runs(capsys, "check", "lez5", path)
            runs(capsys, "solve", path)
    for form in ("terminal", "json", "markdown"):
        runs(capsys, "check", "lez5", "in", "--format", form)
    runs(capsys, "check", "lez5", "in", "--csv", "out.csv", "--report", "out.md", "--feedback-dir", "pages")
    for page in (folder / "out.md", *(folder / "pages").iterdir()):
        assert_clean(page.read_text(encoding="utf-8"), page)


@posix
def test_arguments(folder, capsys):
    """What is typed comes back fit to be shown."""
    for text in SOME[::2]:
        plain = os.fsdecode(os.fsencode(text.replace("\0", "_"))) if "\ud800" not in text else "x"
        for command in (("solve", plain), ("explain", plain), ("mistakes", plain), ("solve", "lez5", "--only", plain)):
            runs(capsys, *command)
        runs(capsys, "new", plain or "x")
        runs(capsys, "paths", "lez5", plain)


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "NO_COLOR"])
def test_only_our_own_colours(variable, folder, capsys, monkeypatch):
    """With colours there are the sequences that set them, and no others."""
    monkeypatch.setenv(variable, "1")
    written(folder / "p.yaml", f"title: 'x[i] [bold]y[/]'\n{NETWORK}")
    for command in (("solve", "p.yaml"), ("check", "lez5", "s.yaml"), ("mistakes",), ("train", "xor", "--epochs", "2")):
        written(folder / "s.yaml", "answers: {L: 1, a1: '[red]'}\n")
        assert run(list(command)) in (0, 1)
        out, err = capsys.readouterr()
        assert_clean(out, command, colours=True)
        assert_clean(err, command, colours=True)
        assert ("\x1b[" in out) is (variable == "FORCE_COLOR") or command[0] == "train"
