"""The words of the catalogue in Italian."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpcli.mistakes.entries.it.auxiliary import AUXILIARY
from bpcli.mistakes.entries.it.delta import DELTA
from bpcli.mistakes.entries.it.forward import FORWARD
from bpcli.mistakes.entries.it.loss import LOSS
from bpcli.mistakes.entries.it.scalar import SCALAR
from bpcli.mistakes.entries.it.structure import STRUCTURE
from bpcli.mistakes.entries.it.through import THROUGH
from bpcli.mistakes.entries.it.update import UPDATE
from bpcli.mistakes.entries.it.weights import WEIGHTS
from bpcli.mistakes.entries.it.words import FAMILIES, SENTENCES, WORDS
from bpcli.mistakes.model import Text

__all__ = ["FAMILIES", "SENTENCES", "TEXTS", "WORDS"]

TEXTS: Mapping[str, Text] = MappingProxyType(
    {**FORWARD, **LOSS, **DELTA, **WEIGHTS, **THROUGH, **UPDATE, **SCALAR, **STRUCTURE, **AUXILIARY}
)
