"""Streams, environments and disks as they come: the documented exit codes, no traceback, whole files."""

import contextlib
import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bpcli.cli import output
from bpcli.cli.entry import run
from bpcli.diagnostics import OutputError

ROOT = Path(__file__).parents[2]
WRONG = "answers: {a1: [0.445, 0.505], L: 7}\n"
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "guide": ((), 0),
    "help": (("--help",), 0),
    "version": (("--version",), 0),
    "solve": (("solve", "lez5"), 0),
    "json": (("solve", "lez5", "--format", "json"), 0),
    "check": (("check", "lez5", "wrong.yaml"), 1),
    "class": (("check", "lez5", "in"), 1),
    "mistakes": (("mistakes",), 0),
    "explain": (("explain",), 0),
    "train": (("train", "xor", "--epochs", "2"), 0),
    "graph": (("graph", "lez5"), 0),
    "derive": (("derive", "lez5"), 0),
    "cost": (("cost", "lez5"), 0),
    "paths": (("paths", "lez5", "W1[1,2]"), 0),
    "sheet": (("sheet", "lez5"), 0),
    "problems": (("problems",), 0),
    "quiz": (("quiz", "lez5", "--to", "moodle"), 0),
}
ENCODINGS = ("ascii", "latin-1", "cp1252")
"""Each command meets one of them, and each of them several commands."""
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX devices, pipes and signals")
commands = pytest.mark.parametrize(("command", "code"), COMMANDS.values(), ids=COMMANDS)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a wrong sheet, alone and in a class."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for name in ("wrong.yaml", "in/ada.yaml", "in/дан.yaml"):
        (tmp_path / name).write_text(WRONG)
    return tmp_path


def process(*command: str, env: dict[str, str] | None = None, bare: bool = False, **options):
    """The command as a process, with standard error caught."""
    environment = {"PYTHONPATH": str(ROOT), **({} if bare else os.environ), **(env or {})}
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    if "input" in settings:
        del settings["stdin"]
    return subprocess.run([sys.executable, "-m", "bpcli", *command], env=environment, timeout=90, **settings)


@commands
def test_poor_encodings(command, code, folder):
    """What a stream cannot carry is replaced by ASCII or escaped; the exit code does not change."""
    encoding = ENCODINGS[list(COMMANDS.values()).index((command, code)) % len(ENCODINGS)]
    done = process(*command, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout.decode(encoding).strip()


@posix
def test_the_c_locale(folder):
    """Without any locale, and without Python's own rescue from that."""
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for command, code in (COMMANDS["solve"], COMMANDS["class"], COMMANDS["graph"]):
        done = process(*command, env=environment)
        assert done.returncode == code, done.stderr
        assert done.stdout.isascii()


@pytest.mark.parametrize("home", [None, "", "/nowhere/at/all", "FILE"])
def test_no_home(home, folder):
    """A home that is not there costs nothing but the memory of where practice was left."""
    (folder / "file").write_text("x")
    env = {} if home is None else {"HOME": str(folder / "file") if home == "FILE" else home}
    if home == "FILE":
        env["XDG_STATE_HOME"] = str(folder / "file")
    keep = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    done = process("practice", "lez5", env={**keep, **env, "PYTHONUTF8": "1"}, bare=True, input=b"1\nquit\n")
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert process("solve", "lez5", env={**keep, **env, "PYTHONUTF8": "1"}, bare=True).returncode == 0
    assert (folder / "file").read_text() == "x"


@posix
def test_a_folder_that_is_gone(tmp_path):
    """The working folder was removed: what needs none works."""
    gone = tmp_path / "gone"
    script = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); from bpcli.cli.entry import run; "
    for command, code in ((["solve", "lez5"], 0), (["solve", "x.yaml"], 4), (["solve", "lez5", "-o", "x.md"], 4)):
        gone.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", f"{script}raise SystemExit(run({command!r}))"],
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("columns", ["0", "1", "-5", "abc", "100000000", ""])
def test_odd_terminals(columns, folder, monkeypatch, capsys):
    """A width that makes no sense is brought into 20 … 400."""
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    for command, code in (COMMANDS["solve"], COMMANDS["check"], COMMANDS["train"], COMMANDS["mistakes"]):
        assert run(list(command)) == code
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 400


@posix
@commands
def test_a_pipe_that_is_closed_early(command, code, folder):
    """`| head -1` is quiet."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stream:
        done = process(*command, stdout=stream)
    assert done.stderr.decode() in ("", "skipped\n"), done.stderr
    assert done.returncode in (0, code, 141)


@posix
@commands
def test_closed_standard_output(command, code, folder):
    """Output that went nowhere is no success."""
    done = process(*command, preexec_fn=lambda: os.close(1), stdout=None)
    assert done.returncode == 4, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"cannot" in done.stderr


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@commands
def test_full_standard_output(command, code, folder):
    """A full disk is said in one line."""
    with Path("/dev/full").open("wb") as full:
        done = process(*command, stdout=full)
    assert done.returncode == 4, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"No space left" in done.stderr


@posix
@pytest.mark.parametrize(
    "command", [("solve", "-"), ("check", "lez5", "-"), ("check", "-", "wrong.yaml"), ("sheet", "-")]
)
def test_closed_standard_input(command, folder):
    """Nothing can be read from a stream that is closed."""
    done = process(*command, preexec_fn=lambda: os.close(0), stdin=None)
    assert done.returncode == 4, done.stderr
    assert b"standard input is closed" in done.stderr


@posix
@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00\x1b[2J\n" * 20, b"9" * 10**7 + b"\n", b"1\n" * 300, b"\x1b]0;x\x07\nquit\n"]
)
def test_practice_with_odd_input(data, folder):
    """The end of the input, bytes, a line of 10 MB: practice ends cleanly, and prints nothing that it was given raw."""
    done = process("practice", "lez5", "--state", "kept.json", env={"PYTHONUTF8": "1"}, input=data)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr


@posix
def test_arguments_are_shown_and_do_nothing(folder, capfd):
    """What is wrong with the arguments is said with the arguments made fit to be shown."""
    bad = "\x1b[31mred\u202e\x9b"
    commands = (
        *(
            ("explain", bad),
            ("mistakes", bad),
            ("solve", bad),
            ("solve", "lez5", "--only", bad),
            (bad,),
            ("solve", f"--{bad}"),
        ),
        *(("solve", "lez5", bad), ("derive", "lez5", "--direction", bad), ("new", bad), ("paths", "lez5", bad)),
        *(
            ("solve", "lez5", "--format", bad),
            ("solve", "lez5", "--width", bad),
            ("check", "lez5", bad),
            ("generate", bad),
        ),
        ("generate", "lez5", "--roster", bad, "-o", "x"),
    )
    for command in commands:
        assert run(list(command)) in (2, 4), command
        out, err = capfd.readouterr()
        assert out == ""
        assert err
        assert all(c == "\n" or c.isprintable() for c in err), err


@posix
@pytest.mark.parametrize("name", ["a" * 300, "loop", "file/x", "nowhere/x", "in", "a/" * 3000])
def test_names_that_cannot_be_written(name, folder):
    """Names too long, links that go in circles, files for folders: exit 4, and nothing changes."""
    (folder / "loop").symlink_to("loop")
    (folder / "file").write_text("x")
    before = sorted(map(str, folder.rglob("*")))
    for command in (
        ("solve", "lez5", "-o", name),
        ("sheet", "lez5", "-o", name),
        ("new", "2-2-1", "-o", name, "--force"),
        ("quiz", "lez5", "--to", "moodle", "-o", name, "--force"),
        ("check", "lez5", "in", "--csv", name),
        ("check", "lez5", "in", "--format", "gradescope", "-o", name),
        ("train", "xor", "--epochs", "1", "--checkpoint", name),
        ("graph", "lez5", "-o", name),
    ):
        assert run(list(command)) == 4, command
    if name != "in":
        for command in (
            ("solve", name),
            ("check", "lez5", name),
            ("check", name, "wrong.yaml"),
            ("generate", name, "--count", "1", "-o", "x"),
        ):
            assert run(list(command)) == 4, command
    assert sorted(map(str, folder.rglob("*"))) == before


@posix
def test_what_is_no_file_is_written_to_and_not_replaced(folder):
    """A named pipe (`-o >(…)`) or a device stays what it is."""
    pipe = folder / "pipe.md"
    os.mkfifo(pipe)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    assert run(["solve", "lez5", "-o", str(pipe)]) == 0
    reader.join(30)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert "lez5" in found[0] or "#" in found[0]
    assert run(["solve", "lez5", "-o", os.devnull]) == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_long_name_of_wide_letters_can_be_written(folder):
    """The name of the temporary file is not longer than a file system allows."""
    name = "é" * 120 + ".md"
    assert run(["solve", "lez5", "-o", name]) == 0
    assert (folder / name).exists()


class Failing:
    """Lets the n-th call of a few functions of `os` fail."""

    def __init__(self, monkeypatch, error: BaseException, call: int) -> None:
        self.error, self.call, self.count = error, call, 0
        for owner, name in (
            (os, "open"),
            (os, "fsync"),
            (os, "replace"),
            (os, "chmod"),
            (os, "rename"),
            (os, "fdopen"),
        ):
            monkeypatch.setattr(owner, name, self.wrapped(getattr(owner, name)))

    def wrapped(self, real):
        def called(*arguments, **options):
            self.count += 1
            if self.count == self.call:
                raise self.error
            return real(*arguments, **options)

        return called


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_every_step_of_writing_may_fail(error, folder, monkeypatch):
    """Whichever call of the system fails: the old file or the new one, nothing beside it."""
    target = folder / "out.txt"
    call = 0
    while True:
        call += 1
        target.write_text("old")
        with monkeypatch.context() as patched:
            failing = Failing(patched, error, call)
            with contextlib.suppress(OutputError, KeyboardInterrupt):
                output.write_file(str(target), "new", force=True)
        stray = [path.name for path in folder.iterdir() if path.name.endswith(output.TEMPORARY_SUFFIX)]
        assert stray == [], call
        assert target.read_text() in ("old", "new")
        if failing.count < call:  # it went through without coming to the failing call
            assert target.read_text() == "new"
            break
        assert call < 50
    assert call > 3


@posix
def test_runs_at_the_same_time_leave_whole_files(folder):
    """Eight runs into one file: it is one of theirs, complete."""
    command = [sys.executable, "-m", "bpcli", "check", "lez5", "in", "--csv", "grades.csv"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env, cwd=folder)
        for _ in range(8)
    ]
    ended = [one.communicate()[1] for one in running]
    assert [one.returncode for one in running] == [1] * 8, ended
    lines = (folder / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_the_same_bytes_whatever_the_seed_of_hashes(folder):
    """Python's random hashes change nothing."""
    for command, code in (COMMANDS["json"], (("check", "lez5", "in", "--format", "json"), 1), COMMANDS["derive"]):
        found = []
        for seed in ("0", "1", "4711"):
            done = process(*command, env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"})
            assert done.returncode == code
            found.append(done.stdout)
        assert len(set(found)) == 1
