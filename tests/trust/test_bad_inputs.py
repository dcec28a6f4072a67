"""The catalogue of bad inputs through the real command: exit code, place, empty standard output, untouched folder."""

import hashlib
import os
import re
from pathlib import Path

import pytest
from trust.catalogue import CASES, ELSEWHERE, Case
from trust.processes import MEMORY, limited_run

from bpcli.cli.entry import run

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
