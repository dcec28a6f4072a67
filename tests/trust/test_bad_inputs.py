"""The catalogue of bad inputs through the real command: exit code, place, empty standard output, untouched folder."""

import atexit
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from trust.catalogue import CASES, ELSEWHERE, Case

from bpcli.cli.entry import run

ADDRESSES = 2**30
"""Bytes of address space that a process may ask for."""
MEMORY = 2**29
"""Bytes that it may use."""
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what the system reports as the memory of a process."""
SECONDS = 10

ROOT = Path(__file__).parents[2]
FIRST = {case.number: case for case in reversed(CASES)}
MAIN = sorted(FIRST.values(), key=lambda case: case.number)
OTHERS = [case for case in CASES if case is not FIRST[case.number]]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX file names and limits")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def prepared(case: Case, folder: Path) -> None:
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8", newline="")


def contents(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        small = path.is_file() and not path.is_symlink() and path.stat().st_size < 2**24
        found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if small else ""
    return found


def judge(case: Case, code: int, out: str, err: str) -> None:
    shown = f"{case.command}: exit {code}\n{out[:1500]}\n{err[:3000]}"
    assert code == case.code, shown
    assert "Traceback" not in err, shown
    assert "has a bug" not in out + err, shown
    at = 0
    for words in case.said:
        assert words in err[at:], f"not said: {words}\n{shown}"
        at = err.index(words, at)
    if case.told:
        for words in case.told:
            assert words in out, f"not told: {words}\n{shown}"
    else:
        assert out == "", shown
    if case.code == 3 and ": error[" in err:
        assert re.match(r"\S+?(:\d+:\d+)?: error\[[a-z-]+\]: \S", err), shown
        assert re.search(r"\d+ errors? in \S+\. Nothing was (solved|graded)\.\n\Z", err), shown
    for text in (out, err):
        assert all(c == "\n" or c.isprintable() for c in text), shown


@cache
def server() -> subprocess.Popen[str]:
    """A process that runs commands in forks of itself (see `forks`), until this one ends."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C"}
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "forks.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    atexit.register(process.kill)
    return process


def limited_run(command: tuple[str, ...]) -> tuple[int, str, str, int]:
    """Exit code, standard output and error, and the most bytes in use, of a process of 10 seconds."""
    running = server()
    assert running.stdin is not None
    assert running.stdout is not None
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        job = {"command": command, "folder": str(Path.cwd()), "out": out.name, "err": err.name}
        print(json.dumps({**job, "addresses": ADDRESSES, "seconds": SECONDS}), file=running.stdin, flush=True)
        ended = json.loads(running.stdout.readline())
        return ended["code"], out.read().decode(), err.read().decode(), ended["memory"] * UNIT


@posix
@pytest.mark.parametrize("case", MAIN, ids=lambda case: case.id)
def test_every_entry_as_a_process(case: Case, folder: Path) -> None:
    """The first case of every entry, in a process of 512 MB and 10 seconds."""
    prepared(case, folder)
    before = contents(folder)
    code, out, err, used = limited_run(case.command)
    judge(case, code, out, err)
    assert used <= MEMORY
    left = {name: mark for name, mark in contents(folder).items() if not name.endswith("t.json")}
    assert left == before


@posix
@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.id)
def test_every_variant(case: Case, folder: Path, capsys) -> None:
    """The other cases, in this process."""
    prepared(case, folder)
    before = contents(folder)
    code = run(list(case.command))
    out, err = capsys.readouterr()
    judge(case, code, out, err)
    left = {name: mark for name, mark in contents(folder).items() if not name.endswith("t.json")}
    assert left == before


def test_the_catalogue_is_whole() -> None:
    """110 entries: each has a case, or a test elsewhere that exists."""
    assert set(FIRST) | set(ELSEWHERE) == set(range(1, 111))
    assert not set(FIRST) & set(ELSEWHERE)
    assert len(CASES) >= 300
    assert len({case.id for case in CASES}) == len(CASES)
    for place in ELSEWHERE.values():
        path, name = place.split("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), place
