"""The command as users run it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def bpcli() -> Run:
    """`bpcli("solve", "lez5")` → the finished process; options are those of `subprocess.run`."""

    def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **options.pop("env", {})}  # type: ignore[dict-item]
        return subprocess.run(
            [sys.executable, "-m", "bpcli", *arguments],
            capture_output="stdout" not in options,
            encoding="utf-8",
            env=environment,
            timeout=60,
            **options,  # type: ignore[call-overload]
        )

    return run
