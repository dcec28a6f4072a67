"""Central differences for tests, written without the code under test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-3


def central_difference(function: Callable[[Any], float], at: Any, step: float = STEP) -> Any:
    """The gradient of a number with respect to every entry of `at`, extrapolated once (error of order step⁴)."""
    at = np.asarray(at, dtype=float)
    result = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        shift = np.zeros(at.shape)
        shift[place] = step
        wide = (function((at + shift)[()]) - function((at - shift)[()])) / (2 * step)
        shift /= 2
        near = (function((at + shift)[()]) - function((at - shift)[()])) / step
        result[place] = near + (near - wide) / 3
    return result[()]
