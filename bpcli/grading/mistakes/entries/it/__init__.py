"""The words of the catalogue in Italian."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpcli.grading.mistakes.entries.it.auxiliary import AUXILIARY
from bpcli.grading.mistakes.entries.it.delta import DELTA
from bpcli.grading.mistakes.entries.it.forward import FORWARD
from bpcli.grading.mistakes.entries.it.loss import LOSS
from bpcli.grading.mistakes.entries.it.scalar import SCALAR
from bpcli.grading.mistakes.entries.it.through import THROUGH
from bpcli.grading.mistakes.entries.it.update import UPDATE
from bpcli.grading.mistakes.entries.it.weights import WEIGHTS
from bpcli.grading.mistakes.entries.it.words import FAMILIES, SENTENCES, WORDS
from bpcli.grading.mistakes.model import Text

__all__ = ["FAMILIES", "SENTENCES", "TEXTS", "WORDS"]

TEXTS: Mapping[str, Text] = MappingProxyType(
    {**FORWARD, **LOSS, **DELTA, **WEIGHTS, **THROUGH, **UPDATE, **SCALAR, **AUXILIARY}
)
