"""The ids of quantities: every spelling that is understood, and the nearest ids of one that is not.

`W2[1,2]`, `dL/da2`, `W1@20`, `terms(a1)[2,1]`; aliases `dW2`, `grad_W2`, `∇W2`, `delta2`, `W1+`, `W1'`, `loss`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bpcli.diagnostics import BpcliError

MOST_NEAR = 3


class UnknownQuantityError(BpcliError):
    """An id that names nothing in the problem."""

    exit_code = 2

    def __init__(self, text: str, near: tuple[str, ...] = (), reason: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.near = near
        self.reason = reason

    def __str__(self) -> str:
        message = self.reason or f"there is no quantity `{self.text}` here"
        if self.near:
            message += "; did you mean " + " or ".join(f"`{name}`" for name in self.near) + "?"
        return message


class Identifier(NamedTuple):
    """An id taken apart: `terms(name@step)[indices]`."""

    name: str
    step: int | None = None
    indices: tuple[int, ...] = ()
    terms: bool = False


_ENTRY = re.compile(r"^(?P<rest>.*\S)\s*\[\s*(?P<indices>\d{1,9}(?:\s*,\s*\d{1,9})?)\s*\]$", re.DOTALL)
_STEP = re.compile(r"^(?P<rest>.+)@(?P<step>\d{1,9})$", re.DOTALL)
_TERMS = re.compile(r"^terms\((?P<rest>.+)\)$", re.DOTALL)


def parse_identifier(text: str) -> Identifier:
    """The parts of an id; its name is not looked up yet."""
    rest = text.strip().replace("′", "'").replace("∂", "d")
    indices: tuple[int, ...] = ()
    found = _ENTRY.match(rest)
    if found:
        indices = tuple(int(part) for part in found["indices"].split(","))
        rest = found["rest"]
    terms = _TERMS.match(rest)
    if terms:
        rest = terms["rest"]
    step = _STEP.match(rest)
    return Identifier(step["rest"] if step else rest, int(step["step"]) if step else None, indices, terms is not None)


def resolve_name(name: str, known: Mapping[str, object], twins: Mapping[str, str], output: str, loss: str) -> str:
    """The name in the program that a spelling stands for.

    `output` is what is differentiated, `loss` the loss. Raises UnknownQuantityError with the nearest names.
    """
    for candidate in _spellings(name, output, loss):
        candidate = twins.get(candidate, candidate)
        if candidate in known:
            return candidate
    spelt = [*known, *(twin.replace(":", "") for twin in twins)]
    real = [twins.get(close, close) for close in nearest(name, spelt)]
    raise UnknownQuantityError(name, tuple(dict.fromkeys(real)))


def _spellings(name: str, output: str, loss: str) -> Iterable[str]:
    yield name
    if name == "loss":
        yield loss
    if name.endswith(("+", "'")):
        yield f"{name[:-1]}_new"
    for prefix in ("grad_", "∇", "d"):
        if name.startswith(prefix) and len(name) > len(prefix):
            yield f"d{output}/d{name[len(prefix) :]}"
    for top in (loss, output, "L", "J"):
        if name.startswith(f"d{top}/d"):
            yield f"d{output}/d{name[len(top) + 3 :]}"
    if name.startswith(("delta", "δ")):
        layer = name.removeprefix("delta").removeprefix("δ")
        yield f"delta:{layer}"


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three names that look like `name`, first those that differ in capitals alone."""
    import difflib

    names = list(known)
    alike = [candidate for candidate in names if candidate.lower() == name.lower()]
    close = difflib.get_close_matches(name, names, n=MOST_NEAR, cutoff=0.5)
    return tuple(dict.fromkeys((*alike, *close)))[:MOST_NEAR]
