"""Scripts for NumPy, PyTorch and JAX that compute the numbers of a solution and assert them.

All three are written from the same program: NumPy has its backward pass line by line, PyTorch and JAX differentiate
the forward pass themselves, which is the point of comparing them.
"""

from __future__ import annotations

from collections.abc import Callable

from bpcli.solution.solution import Solution

__all__ = ["TARGETS", "script"]

TARGETS = ("numpy", "pytorch", "jax")


def script(solution: Solution, target: str) -> str:
    """A Python script for one of `TARGETS`. Raises ValueError for another target."""
    from importlib import import_module

    if target not in TARGETS:
        raise ValueError(f"unknown target {target!r}; known: {', '.join(TARGETS)}")
    write: Callable[[Solution], str] = import_module(f"bpcli.export.scripts.{target}").write
    return write(solution)
