"""What it costs to start: CPU time of whole processes, as ratios of each other.

    python benchmarks/start.py [ROUNDS]

The commands take turns within each round, and a ratio is the median over the rounds: what slows the machine for a while
slows all of them. CPU time (user and system) comes from `os.wait4`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 21

SCRIPTS = Path(__file__).resolve().parent / "same_job"

COMMANDS: dict[str, list[str]] = {
    "nothing": ["-c", "pass"],
    "imports": ["-c", "import typer, rich.console, rich.table, yaml, numpy"],
    "help": ["-m", "bpcli", "--help"],
    "solve": ["-m", "bpcli", "solve", "lez5"],
    "numpy": [str(SCRIPTS / "with_numpy.py")],
    "torch": [str(SCRIPTS / "with_torch.py")],
}

RATIOS = (
    ("bpcli solve lez5", "solve", "importing typer, rich, yaml and numpy", "imports"),
    ("bpcli solve lez5", "solve", "the same job as a numpy script", "numpy"),
    ("bpcli solve lez5", "solve", "the same job as a torch script", "torch"),
    ("bpcli --help", "help", "python -c pass", "nothing"),
)


def cpu_seconds(arguments: list[str]) -> float:
    """The CPU time of one run of Python. Raises RuntimeError where it fails."""
    # An installed bpcli has its bytecode beside it; an environment that forbids writing it would measure the compiler.
    # Threads of numpy that wait for work have processor time, too; bpcli does without them, so its peers do as well.
    same = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "", "OPENBLAS_NUM_THREADS": "1"}
    environment = {**os.environ, **same}
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} ended with exit code {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measured(rounds: int, names: list[str]) -> dict[str, list[float]]:
    for name in names:  # a first run of each compiles what has to be compiled
        cpu_seconds(COMMANDS[name])
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            times[name].append(cpu_seconds(COMMANDS[name]))
    return times


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    names = [name for name in COMMANDS if name != "torch" or find_spec("torch")]
    times = measured(rounds, names)
    for name in names:
        print(f"{1000 * median(times[name]):8.1f} ms  {name}")
    print()
    for what, above, per, below in RATIOS:
        if below in times:
            ratio = median(a / b for a, b in zip(times[above], times[below], strict=True))
            print(f"{ratio:8.2f} x   {what} / {per}")


if __name__ == "__main__":
    main()
