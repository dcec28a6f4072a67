"""Commands in processes with limits, for tests of what a command may use."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ADDRESSES = 2**30
"""Bytes of address space that a process may ask for."""
MEMORY = 2**29
"""Bytes that it may use."""
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what the system reports as the memory of a process."""
SECONDS = 10
PATIENCE = 90

ROOT = Path(__file__).parents[2]


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
        print(
            json.dumps({**job, "addresses": ADDRESSES, "seconds": SECONDS, "patience": PATIENCE}),
            file=running.stdin,
            flush=True,
        )
        ended = json.loads(running.stdout.readline())
        return ended["code"], out.read().decode(), err.read().decode(), ended["memory"] * UNIT
