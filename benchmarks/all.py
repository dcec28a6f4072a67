"""Every benchmark in short form, as one table of ratios with their aims: `python benchmarks/all.py`.

What is compared takes turns in one run, and a ratio is the median over the rounds (for grading, that of the best
times), so that what slows the machine slows both. Peers that are not installed are left out: micrograd, PyTorch. The
scripts of this folder have more to say, each about its own part.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from statistics import median
from time import perf_counter, process_time
from typing import Any, NamedTuple

import grading
import numpy as np
import scalar_graphs
import start
import training_step

from bpcli import parse_problem
from bpcli.document.document import Document, Equation, Link
from bpcli.document.mathtree import Identifier, Matrix
from bpcli.render.terminal import to_terminal_text

ROUNDS = 5


class Line(NamedTuple):
    what: str
    peer: str
    ratio: float
    aim: float


def ratio(ours: Callable[[], float], theirs: Callable[[], float], rounds: int = ROUNDS) -> float:
    """The median of `ours` over `theirs`, each of which says how long it took; a first round warms up."""
    ours(), theirs()
    return median([ours() / theirs() for _ in range(rounds)])


def seconds(work: Callable[[], object], times: int = 1) -> Callable[[], float]:
    def timed() -> float:
        began = process_time()
        for _ in range(times):
            work()
        return process_time() - began

    return timed


def starting() -> Iterator[Line]:
    names = [name for name in start.COMMANDS if name != "torch" or find_spec("torch")]
    times = start.measured(ROUNDS, names)
    aims = {("solve", "imports"): 1.15, ("solve", "numpy"): 1.9, ("solve", "torch"): 0.15, ("help", "nothing"): 7.0}
    for what, above, peer, below in start.RATIOS:
        if below in times:
            found = median([a / b for a, b in zip(times[above], times[below], strict=True)])
            yield Line(what, peer, found, aims[above, below])


def training() -> Iterator[Line]:
    xor, flowers = parse_problem(training_step.XOR), parse_problem(training_step.flowers())
    peers: tuple[tuple[str, Any, Any, float], ...] = (
        (
            "an update of 2-2-1",
            training_step.numpy_xor,
            partial(training_step.torch_training, epochs=2000, size=4),
            0.2,
        ),
        (
            "an update of 4-16-3",
            training_step.numpy_flowers,
            partial(training_step.torch_training, epochs=200, size=32),
            0.16,
        ),
    )
    for problem, (what, by_hand, eager, aim) in zip((xor, flowers), peers, strict=True):
        ours = training_step.ours(problem)
        yield Line(what, "numpy by hand", ratio(ours, by_hand(problem)), 1.0)
        if (torch := eager(problem)) is not None:
            yield Line(what, "torch, eager", ratio(ours, torch), aim)


def graphs() -> Iterator[Line]:
    if scalar_graphs.Value is None:
        return
    size, width = 10_000, 100
    nodes, given = scalar_graphs.plan(size, width), list(np.linspace(-1, 1, width))
    tape = scalar_graphs.on_tape(nodes, given)
    schedule = scalar_graphs.Schedule(tape, len(tape) - 1)
    theirs = seconds(lambda: scalar_graphs.with_micrograd(nodes, given))
    yield Line(
        "a graph of 10,000 nodes, once",
        "micrograd",
        ratio(seconds(lambda: scalar_graphs.once(nodes, given)), theirs),
        0.2,
    )
    yield Line(
        "a graph of 10,000 nodes, again", "micrograd", ratio(seconds(lambda: schedule.run({0: 0.25})), theirs), 0.05
    )


def checking() -> Iterator[Line]:
    _, script, ours = grading.measured(200)
    yield Line("200 sheets graded", "yaml.safe_load and isclose", ours / script, 1.0)


def rendering() -> Iterator[Line]:
    from rich.console import Console
    from rich.table import Table

    numbers = np.random.default_rng(0).normal(size=(100, 100))
    texts = tuple(tuple(f"{value:.4f}" for value in row) for row in numbers)
    document = Document((Equation(Identifier("W"), (Link("=", Matrix(texts)),)),), "en")

    def with_rich() -> None:
        table = Table(*("" for _ in texts[0]))
        for row in texts:
            table.add_row(*row)
        Console(file=io.StringIO(), width=1200).print(table)

    ours = seconds(lambda: to_terminal_text(document, width=1200))
    yield Line("a matrix of 100 × 100 rendered", "rich.table", ratio(ours, seconds(with_rich), 3), 0.02)


def main() -> None:
    began = perf_counter()
    print(f"{'':34}{'compared with':40}{'ratio':>8}{'aim':>9}")
    for part in (starting, checking, training, graphs, rendering):
        for line in part():
            mark = "" if line.ratio <= line.aim else "  above"
            print(f"{line.what:34}{line.peer:40}{line.ratio:8.3f}{f'≤ {line.aim:g}':>9}{mark}", flush=True)
    print(f"\n{perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
