"""Graphs of numbers: nanoseconds and bytes a node to build, evaluate and differentiate, against micrograd.

    python benchmarks/scalar_graphs.py [LARGEST]

Graphs of 10³, 10⁴, 10⁵ and 10⁶ nodes: `wide` (a hundred layers, each node using one or two of the layer below) and
`chain` (as deep as it has nodes). `once` builds, evaluates and differentiates; `again` evaluates and differentiates
what has been built, for other inputs, which micrograd can only do by building anew. micrograd stops at a depth of about
1,000. CPU times, medians of rounds; bytes are what is held once everything has been computed.
"""

from __future__ import annotations

import gc
import random
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any, NamedTuple

from bpcli.calculus.ops.elementary import add, multiply
from bpcli.calculus.schedule import Schedule
from bpcli.calculus.tape import Tape

try:
    from micrograd.engine import Value
except ImportError:
    Value = None

LAYERS = 100
ROUNDS = 5


class Node(NamedTuple):
    """What to build: the kind of operation and the places of its inputs."""

    kind: int
    left: int
    right: int


def plan(size: int, width: int) -> list[Node]:
    """Layers over `width` given numbers: halved, then added or multiplied, so that all values lie between −2 and 2."""
    source = random.Random(size)
    nodes = []
    for place in range(width, size):
        start = place - place % width - width
        left = start + source.randrange(width)
        right = start + source.randrange(width) if width > 1 else 0
        nodes.append(Node(source.choice((1, 2)) if place // width % 2 else 0, left, right))
    return nodes


def on_tape(nodes: Sequence[Node], given: Sequence[float]) -> Tape:
    tape = Tape()
    place = [tape.number(value) for value in given]
    half = tape.number(0.5)
    apply = tape.apply
    for kind, left, right in nodes:
        if kind == 0:
            place.append(apply(multiply, place[left], half))
        elif kind == 1:
            place.append(apply(add, place[left], place[right]))
        else:
            place.append(apply(multiply, place[left], place[right]))
    return tape


def with_micrograd(nodes: Sequence[Node], given: Sequence[float]) -> Any:
    place = [Value(value) for value in given]
    half = Value(0.5)
    for kind, left, right in nodes:
        if kind == 0:
            place.append(place[left] * half)
        elif kind == 1:
            place.append(place[left] + place[right])
        else:
            place.append(place[left] * place[right])
    place[-1].backward()
    return place[0].grad


def timed(work: Callable[[], Any]) -> float:
    gc.collect()
    start = process_time()
    work()
    return process_time() - start


def median(numbers: Sequence[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]


def bytes_of(work: Callable[[], Any]) -> int:
    """What stays allocated while the result is held."""
    tracemalloc.start()
    held = work()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del held
    return size


def once(nodes: Sequence[Node], given: Sequence[float]) -> tuple[Tape, list[float], list[float]]:
    tape = on_tape(nodes, given)
    values = tape.evaluate()
    return tape, values, tape.differentiate(values, len(tape) - 1)


def measure(name: str, size: int, width: int) -> None:
    nodes = plan(size, width)
    given = [random.Random(1).uniform(-1, 1) for _ in range(width)]
    tape = on_tape(nodes, given)
    schedule = Schedule(tape, len(tape) - 1)
    has_peer = Value is not None and (width > 1 or size <= 900)
    rows: list[list[float]] = []
    for _ in range(ROUNDS if size <= 100_000 else 3):
        build = timed(lambda: on_tape(nodes, given))
        up = timed(tape.evaluate)
        values = tape.evaluate()
        down = timed(lambda values=values: tape.differentiate(values, len(tape) - 1))  # type: ignore[misc]
        again = timed(lambda: schedule.run({0: 0.25}))
        peer = timed(lambda: with_micrograd(nodes, given)) if has_peer else float("nan")
        rows.append([build, up, down, again, peer, peer / (build + up + down), peer / again])
    build, up, down, again, peer, first, later = (median(column) for column in zip(*rows, strict=True))
    ns = [seconds / size * 1e9 for seconds in (build, up, down, again, peer)]
    memory = bytes_of(lambda: once(nodes, given)) / size
    cells = "".join(f"{number:9.0f}" for number in ns)
    print(f"{name:6}{size:>9,}{cells}{first:8.1f}×{later:7.1f}×{memory:8.0f}", flush=True)


def main() -> None:
    largest = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000
    titles = ("build", "evaluate", "differ.", "again", "microgr.")
    print(f"{'':6}{'nodes':>9}" + "".join(f"{title:>9}" for title in titles) + f"{'once':>9}{'again':>8}{'bytes':>8}")
    for name in ("wide", "chain"):
        size = 1_000
        while size <= largest:
            measure(name, size, size // LAYERS if name == "wide" else 1)
            size *= 10


if __name__ == "__main__":
    main()
