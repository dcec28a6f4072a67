"""A choice of shipped problems that has every word of the problem format that occurs in any of them.

For tests that take long with each problem and whose subject is the kinds of lines: what is told twice by two problems
of one kind is told once. Tests of values, gradients and words of lessons go through all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import bpcli
from bpcli.calculus.ops.formulas import FUNCTIONS
from bpcli.calculus.ops.registry import LOSSES
from bpcli.problem.shipped import shipped_names

SCHEMA = Path(bpcli.__file__).parent / "problem.schema.json"
PROBLEMS = Path(__file__).parent.parent / "problems"
ALSO = ("kl-divergence", "rnn-loop", "lstm-gomez", "bptt")
"""What their words have in common with others, they have in another place: a loss, a loop, an option of a block."""
WORDS_OF_PEOPLE = re.compile(r"^\s*(title|source|note|statement):.*$", re.MULTILINE)


def _words(part: Any) -> Iterator[str]:
    """The keys and the choices that a schema knows."""
    if isinstance(part, dict):
        yield from part.get("properties", {})
        yield from (choice for choice in part.get("enum", ()) if isinstance(choice, str))
        if isinstance(part.get("const"), str):
            yield part["const"]
        for item in part.values():
            yield from _words(item)
    elif isinstance(part, list):
        for item in part:
            yield from _words(item)


@cache
def _used() -> dict[str, frozenset[str]]:
    """The words of the format in each shipped problem."""
    known = (
        frozenset(_words(json.loads(SCHEMA.read_text(encoding="utf-8"))))
        | frozenset(FUNCTIONS)
        | frozenset(LOSSES)
        | {"for"}
    )
    files = {path.stem: path for path in PROBLEMS.rglob("*.yaml")}
    found = {}
    for name in shipped_names():
        text = WORDS_OF_PEOPLE.sub("", files[name].read_text(encoding="utf-8"))
        found[name] = frozenset(re.findall(r"\w+", text)) & known
    return found


@cache
def covering() -> tuple[str, ...]:
    """The chosen problems: always the one that brings most words that are missing, the shortest of several."""
    used = _used()
    missing = frozenset().union(*used.values())
    chosen: list[str] = []
    while missing:
        best = max(used, key=lambda name: (len(used[name] & missing), -len(used[name])))
        missing -= used[best]
        chosen.append(best)
    return tuple(sorted({*chosen, *ALSO}))
