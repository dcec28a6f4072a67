"""The catalogue: 125 mistakes by their ids, and what happens to numbers besides."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpcli.grading.mistakes.entries.auxiliary import AUXILIARY
from bpcli.grading.mistakes.entries.delta import DELTA
from bpcli.grading.mistakes.entries.forward import FORWARD
from bpcli.grading.mistakes.entries.loss import LOSS
from bpcli.grading.mistakes.entries.scalar import SCALAR
from bpcli.grading.mistakes.entries.through import THROUGH
from bpcli.grading.mistakes.entries.update import UPDATE
from bpcli.grading.mistakes.entries.weights import WEIGHTS
from bpcli.grading.mistakes.model import Mistake

__all__ = ["CATALOGUE", "FAMILIES", "described"]

CATALOGUE: Mapping[str, Mistake] = MappingProxyType(
    {entry.id: entry for entry in (*FORWARD, *LOSS, *DELTA, *WEIGHTS, *THROUGH, *UPDATE, *SCALAR)}
)
"""The mistakes of backpropagation, by id."""

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "F": "Forward pass",
        "L": "Loss",
        "D": "At the output",
        "G": "Gradients of weights and biases",
        "B": "Back through a layer",
        "U": "Update",
        "S": "Graphs of scalar operations",
    }
)
"""The first letter of an id and what it stands for."""

_AUXILIARY: Mapping[str, Mistake] = MappingProxyType({entry.id: entry for entry in AUXILIARY})


def described(identifier: str) -> Mistake:
    """The entry of an id, one of the auxiliary `X-…` among them. Raises KeyError for an id that names nothing."""
    return CATALOGUE[identifier] if identifier in CATALOGUE else _AUXILIARY[identifier]
