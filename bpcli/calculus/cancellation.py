"""Zeros that floating point misses: 0.1 + 0.2 − 0.3 is 0, and its double is 5.55e−17.

A sum is off by at most a few units in the last place of its summands (Higham 2002, section 4.2). A result that is no
larger than that is 0 as far as the numbers that it is made of go, and is taken for 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bpcli.calculus.expr import Apply, Array, Expr, Variable, postorder

TINY = 1e-13
"""Nothing larger is looked at: a result of this size that matters has summands of its own size."""
UNITS = 8 * 2.0**-53


def without_noise(expr: Expr, result: Array, values: Mapping[str, Array]) -> Array:
    """The result of a formula, with 0 for what is nothing but the rounding of its summands."""
    sizes = np.abs(result)
    if not ((sizes > 0) & (sizes < TINY)).any() or not isinstance(expr, Apply):
        return result
    noise = (sizes > 0) & (sizes <= UNITS * _summands(expr, values))
    if not noise.any():
        return result
    return np.where(noise, 0.0, result) if np.ndim(result) else np.float64(0.0)


def _summands(root: Apply, values: Mapping[str, Array]) -> Array:
    """For each entry of a formula the size of what is added up in it; the value's own size where nothing is."""
    known: dict[int, Array] = {}
    sizes: dict[int, Array] = {}
    for node in postorder(root):
        if isinstance(node, Apply):
            operation = node.operation
            inputs = [known[id(item)] for item in node.inputs]
            known[id(node)] = operation.forward(*inputs)
            parts = [sizes[id(item)] for item in node.inputs]
            if operation.summands is not None:
                sizes[id(node)] = operation.summands(*parts)
            elif operation.immediate:
                sizes[id(node)] = operation.forward(*parts)
            else:
                sizes[id(node)] = np.abs(known[id(node)])
        else:
            value = values[node.name] if isinstance(node, Variable) else node.value  # type: ignore[attr-defined]
            known[id(node)], sizes[id(node)] = value, np.abs(value)
    return sizes[id(root)]
