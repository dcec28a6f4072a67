"""A class run that is killed or interrupted leaves every output as it was, or as it becomes; never anything between."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from bpcli.cli.entry import run

GOOD = "answers: {a1: [0.445, 0.505], L: 0.30}\n"
OUTPUTS = ("grades.csv", "all.json", "class.md")
TIMES = int(os.environ.get("BPCLI_KILLS", "20"))
"""How often a run is killed; the long run is `BPCLI_KILLS=200`."""


def command(folder: Path) -> list[str]:
    out = folder / "out"
    return [
        *(
            "check",
            "lez5",
            str(folder / "submissions"),
            "--csv",
            str(out / OUTPUTS[0]),
            "--json",
            str(out / OUTPUTS[1]),
        ),
        *("--report", str(out / OUTPUTS[2]), "--feedback-dir", str(out / "feedback")),
    ]


def contents(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def settled(found: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in found.items() if not name.endswith(".bpcli-tmp")}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "out").mkdir()
    for number in range(40):
        (tmp_path / "submissions" / f"s{number:02}.yaml").write_text(GOOD)
    return tmp_path


def started(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bpcli", *command(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # A shell lets what it starts in the background ignore SIGINT, and so would all that follows.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_run_leaves_old_or_new_files_and_the_next_one_sweeps(folder):
    assert run(command(folder)) == 1
    old = contents(folder)
    for path in (folder / "submissions").iterdir():
        path.write_text(GOOD.replace("0.30", "0.31"))
    begun = time.monotonic()
    assert run(command(folder)) == 1
    new = contents(folder)
    assert new.keys() == old.keys()
    taken = time.monotonic() - begun
    chance = random.Random(1)
    for _ in range(TIMES):
        for name, data in old.items():
            (folder / "out" / name).write_bytes(data)
        process = started(folder)
        time.sleep(chance.uniform(0.0, 0.5 + taken))
        process.kill()
        process.communicate()
        for name, data in settled(contents(folder)).items():
            assert data in (old[name], new[name])
    stray = folder / "out" / ".grades.csv.abc.bpcli-tmp"
    stray.write_text("file,stud")
    for path in (folder / "out").rglob("*.bpcli-tmp"):
        os.utime(path, (0, 0))  # as if some time had passed
    assert run(command(folder)) == 1
    assert contents(folder) == new


def test_the_temporary_file_of_a_run_that_is_still_going_is_not_swept(folder):
    going = folder / "out" / ".grades.csv.abc.bpcli-tmp"
    going.write_text("file,stud")
    assert run(command(folder)) == 1
    assert going.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT for another process")
def test_an_interrupted_run_says_so_and_leaves_the_old_files(folder):
    assert run(command(folder)) == 1
    old = contents(folder)
    for path in (folder / "submissions").iterdir():
        path.write_text("answers: {a1: [" + "0.1, " * 50_000 + "1]}")  # work for a while
    process = started(folder)
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert contents(folder) == old


@pytest.mark.parametrize("output", ["--csv", "--json", "--report"])
def test_nothing_is_written_where_one_thing_cannot_be_computed(folder, monkeypatch, output):
    assert run(command(folder)) == 1
    old = contents(folder)
    for path in (folder / "submissions").iterdir():
        path.write_text(GOOD.replace("0.30", "0.31"))
    target = {
        "--csv": "bpcli.export.csv.grades_to_csv",
        "--json": "bpcli.export.reports.class_to_json",
        "--report": "bpcli.reports.class_report.class_report",
    }[output]

    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(target, broken)
    assert run(command(folder)) == 70
    assert contents(folder) == old


@pytest.mark.parametrize("call", range(6))
def test_a_full_disk_leaves_every_file_whole(folder, monkeypatch, call):
    assert run(command(folder)) == 1
    old = contents(folder)
    for path in (folder / "submissions").iterdir():
        path.write_text(GOOD.replace("0.30", "0.31"))
    real, calls = os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) > call:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    assert run(command(folder)) == 4
    found = contents(folder)
    assert found.keys() == old.keys()
    json.loads(found["all.json"])
