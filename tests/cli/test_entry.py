"""How a command ends when something unforeseen ends it, and what it shows on a terminal while it works."""

from __future__ import annotations

import io
import json
import os
import runpy
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import bpcli.solution.load
from bpcli.__main__ import THREADS, leave, main
from bpcli.cli.app import COMMANDS, application
from bpcli.cli.entry import run
from bpcli.cli.progress import progress

SCHEMA = Path(bpcli.__file__).with_name("problem.schema.json")


@pytest.mark.parametrize(
    ("ending", "code", "told"),
    [
        (RecursionError(), 3, "nested too deeply"),
        (MemoryError(), 3, "not enough memory"),
        (OSError(5, "Input/output error", "disk"), 4, "cannot read or write disk: Input/output error"),
        (ZeroDivisionError("by zero"), 70, "bpcli has a bug here (ZeroDivisionError: by zero)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_end_is_one_line_and_an_exit_code(ending, code, told, monkeypatch, capsys):
    def end(_):
        raise ending

    monkeypatch.setattr(bpcli.solution.load, "load_problem", end)
    monkeypatch.delenv("BPCLI_TRACEBACK", raising=False)
    assert run(["solve", "lez5"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize("where", ["bpcli.cli.app.application", "bpcli.solution.load.load_problem"])
def test_an_interruption_is_no_bug(where, monkeypatch, capsys):
    """Neither before a command runs nor in it."""

    def end(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(where, end)
    assert run(["solve", "lez5"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err in ("", "interrupted\n")


def test_whoever_asks_for_it_gets_the_traceback(monkeypatch):
    def end(_):
        raise ZeroDivisionError

    monkeypatch.setattr(bpcli.solution.load, "load_problem", end)
    monkeypatch.setenv("BPCLI_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run(["solve", "lez5"])


@pytest.mark.parametrize(
    ("command", "set_to", "found"), [("problems", None, "1"), ("problems", "2", "2"), ("train", None, None)]
)
def test_threads_are_for_training_and_for_whoever_sets_them(monkeypatch, capsys, command, set_to, found):
    monkeypatch.setenv(THREADS, "")
    monkeypatch.delenv(THREADS)
    if set_to is not None:
        monkeypatch.setenv(THREADS, set_to)
    monkeypatch.setattr(sys, "argv", ["bpcli", command, "--help"])
    monkeypatch.setattr(os, "_exit", lambda code: None)
    main()
    assert os.environ.get(THREADS) == found
    monkeypatch.delenv(THREADS, raising=False)


def test_the_module_is_the_command(monkeypatch, capsys):
    monkeypatch.setenv(THREADS, "1")
    monkeypatch.setattr(sys, "argv", ["bpcli", "problems"])
    monkeypatch.delitem(sys.modules, "bpcli.__main__", raising=False)
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    runpy.run_module("bpcli", run_name="__main__")
    assert codes == [0]
    assert "lez5" in capsys.readouterr().out


def test_a_stream_that_cannot_be_flushed_is_left_to_the_usual_way_out(monkeypatch) -> None:
    """Closed or full: the interpreter has its own words and its own exit code for that."""

    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(SystemExit) as ended:
        leave(3)
    assert ended.value.code == 3
    assert codes == []


def test_no_stream_at_all_is_no_matter(monkeypatch) -> None:
    """As under `pythonw`, or where the shell has closed them."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    leave(5)
    assert codes == [5]


def test_the_schema_is_the_one_that_ships(capsys):
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(SCHEMA.read_text(encoding="utf-8"))


class Terminal(io.StringIO):
    """Standard error as a person sees it."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch) -> Terminal:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_a_bar_is_for_terminals(monkeypatch):
    shown = terminal(monkeypatch)
    with progress(3, "Grading") as advance:
        for _ in range(3):
            advance()
    assert "Grading" in shown.getvalue()
    assert "3/3" in shown.getvalue()
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    with progress(3, "Grading") as advance:
        advance()
    assert log.getvalue() == ""


def test_training_shows_how_far_it_is(monkeypatch, capsys):
    shown = terminal(monkeypatch)
    assert run(["train", "xor", "--epochs", "3"]) == 0
    assert "3/3" in shown.getvalue()
    assert "4 instances, 9 parameters" in capsys.readouterr().out


def test_a_training_is_written_with_its_curve(tmp_path, capsys):
    """The file has what the terminal shows."""
    path = tmp_path / "report.txt"
    assert run(["train", "xor", "--epochs", "3", "--format", "terminal", "-o", str(path)]) == 0
    assert run(["train", "xor", "--epochs", "3", "--format", "terminal", "--width", "80"]) == 0
    shown = capsys.readouterr().out
    written = path.read_text(encoding="utf-8")
    assert "⠤" in written or "⣀" in written
    assert [line.rstrip() for line in written.split("\n") if line.strip()] == [
        line.rstrip() for line in shown.split("\n") if line.strip()
    ]


def test_single_numbers_of_a_problem(capsys):
    """The graph of single numbers, as a table and as JSON."""
    assert run(["solve", "karpathy", "--grain", "scalar"]) == 0
    assert "local derivatives" in capsys.readouterr().out
    assert run(["solve", "karpathy", "--grain", "scalar", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["values"]


def test_practice_needs_standard_input_for_answers(capsys):
    assert run(["practice", "-"]) == 2
    assert "standard input is where you answer" in " ".join(capsys.readouterr().err.split())


def test_practice_begins_anew_where_what_was_kept_is_no_file(tmp_path, monkeypatch, capsys):
    """A folder of that name is left alone, and said to be in the way."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("0.445 0.505\n"))
    assert run(["practice", "lez5", "--state", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert "a⁽¹⁾" in out
    assert "your progress cannot be kept" in err


@pytest.mark.parametrize("stream", [None, "closed", "terminal"])
def test_practice_with_standard_input_that_ends(stream, tmp_path, monkeypatch, capsys):
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    source = {None: None, "closed": io.StringIO(), "terminal": Keyboard("0.445 0.505\n")}[stream]
    if stream == "closed":
        source.close()
    monkeypatch.setattr(sys, "stdin", source)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert run(["practice", "lez5"]) == 0
    assert "a⁽¹⁾" in capsys.readouterr().out
    (kept,) = tmp_path.rglob("practice-*.json")
    assert ("0.445" in kept.read_text(encoding="utf-8")) == (stream == "terminal")


def test_practice_without_a_home_is_not_kept(monkeypatch, capsys):
    def nowhere():
        raise RuntimeError("no home")

    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    monkeypatch.setattr(sys, "stdin", io.StringIO("0.445 0.505\nquit\n"))
    assert run(["practice", "lez5"]) == 0
    assert "a⁽¹⁾" in capsys.readouterr().out


def test_variants_go_into_a_folder(tmp_path, capsys):
    """A file of that name stays, and so does what cannot be read as what was made before."""
    (tmp_path / "file").write_text("x")
    assert run(["generate", "uhr-identity", "--count", "1", "-o", str(tmp_path / "file")]) == 4
    assert "it is not a folder" in capsys.readouterr().err
    folder = tmp_path / "hw"
    assert run(["generate", "uhr-identity", "--count", "2", "-o", str(folder)]) == 0
    assert run(["generate", "uhr-identity", "--count", "1", "-o", str(folder), "--force"]) == 0
    assert "of an earlier run are left" in capsys.readouterr().err
    problem = min((folder / "problems").iterdir())
    problem.unlink()
    problem.mkdir()
    assert run(["generate", "uhr-identity", "--count", "1", "-o", str(folder), "--force"]) == 4
    assert problem.name in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "x"


def test_a_command_is_all_that_is_loaded_for_it() -> None:
    """Its help and its mistakes are as they are beside the others; a name that is none gets the nearest."""
    alone = get_command(application(["solve", "lez5"]))
    assert list(alone.commands) == ["solve"]
    assert alone.commands["solve"].help == get_command(application()).commands["solve"].help
    assert list(get_command(application(["solv"])).commands) == list(COMMANDS)
    assert list(get_command(application(["--help"])).commands) == list(COMMANDS)
