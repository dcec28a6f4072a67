"""The words of the catalogue in Portuguese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpcli.mistakes.entries.pt.auxiliary import AUXILIARY
from bpcli.mistakes.entries.pt.delta import DELTA
from bpcli.mistakes.entries.pt.forward import FORWARD
from bpcli.mistakes.entries.pt.loss import LOSS
from bpcli.mistakes.entries.pt.scalar import SCALAR
from bpcli.mistakes.entries.pt.structure import STRUCTURE
from bpcli.mistakes.entries.pt.through import THROUGH
from bpcli.mistakes.entries.pt.update import UPDATE
from bpcli.mistakes.entries.pt.weights import WEIGHTS
from bpcli.mistakes.entries.pt.words import FAMILIES, SENTENCES, WORDS
from bpcli.mistakes.model import Text

__all__ = ["FAMILIES", "SENTENCES", "TEXTS", "WORDS"]

TEXTS: Mapping[str, Text] = MappingProxyType(
    {**FORWARD, **LOSS, **DELTA, **WEIGHTS, **THROUGH, **UPDATE, **SCALAR, **STRUCTURE, **AUXILIARY}
)
