"""Scripts for NumPy, PyTorch and JAX that compute the numbers of a solution and assert them.

All three are written from the same program: NumPy has its backward pass line by line, PyTorch and JAX differentiate
the forward pass themselves, which is the point of comparing them.
"""

from __future__ import annotations

from bpcli.export import SCRIPTS
from bpcli.render.formats import function_at
from bpcli.solution.solution import Solution

__all__ = ["TARGETS", "script"]

TARGETS = tuple(SCRIPTS)


def script(solution: Solution, target: str) -> str:
    """A Python script for one of `TARGETS`. Raises ValueError for another target."""
    if target not in TARGETS:
        raise ValueError(f"unknown target {target!r}; known: {', '.join(TARGETS)}")
    written: str = function_at(SCRIPTS[target])(solution)
    return written
