"""The catalogue: 180 mistakes by their ids, and what happens to numbers besides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from bpcli.mistakes.entries.auxiliary import AUXILIARY as HAPPENS_TO_NUMBERS
from bpcli.mistakes.entries.delta import DELTA
from bpcli.mistakes.entries.forward import FORWARD
from bpcli.mistakes.entries.loss import LOSS
from bpcli.mistakes.entries.reference import WORDS
from bpcli.mistakes.entries.scalar import SCALAR
from bpcli.mistakes.entries.sentences import SENTENCES
from bpcli.mistakes.entries.structure import STRUCTURE
from bpcli.mistakes.entries.through import THROUGH
from bpcli.mistakes.entries.update import UPDATE
from bpcli.mistakes.entries.weights import WEIGHTS
from bpcli.mistakes.model import Mistake

CATALOGUE: Mapping[str, Mistake] = MappingProxyType(
    {entry.id: entry for entry in (*FORWARD, *LOSS, *DELTA, *WEIGHTS, *THROUGH, *UPDATE, *SCALAR, *STRUCTURE)}
)
"""The mistakes of backpropagation, by id."""

WITHOUT_FORMULA = frozenset({"F19", "F21", "F25", "G21", "L16", "G24", "C02", "C04"})
"""Mistakes without a formula of the line's own shape: rounded, solved for, composed, a plain multiple, misshapen."""

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "F": "Forward pass",
        "L": "Loss",
        "D": "At the output",
        "G": "Gradients of weights and biases",
        "B": "Back through a layer",
        "U": "Update",
        "S": "Graphs of scalar operations",
        "T": "Through time",
        "C": "Convolution and pooling",
        "A": "Attention",
        "N": "Normalisation",
        "R": "Ways round",
        "P": "Dropout",
        "X": "Numbers, whatever the formula",
    }
)
"""The first letter of an id and what it stands for."""

AUXILIARY: Mapping[str, Mistake] = MappingProxyType({entry.id: entry for entry in HAPPENS_TO_NUMBERS})
"""What happens to numbers whatever the formula, by the ids `X-…`."""


TRANSLATED = ("it", "pt")


def described(identifier: str, language: str = "en") -> Mistake:
    """The entry of an id, one of the auxiliary `X-…` among them. Raises KeyError for an id that names nothing."""
    entry = CATALOGUE[identifier] if identifier in CATALOGUE else AUXILIARY[identifier]
    if language not in TRANSLATED:
        return entry
    title, cause, looks, hint, wrong = _translation(language).TEXTS[identifier]
    return entry._replace(title=title, cause=cause, looks=looks, hint=hint, wrong=wrong or entry.wrong)


def families(language: str = "en") -> Mapping[str, str]:
    """The first letter of an id and what it stands for, in a language."""
    found: Mapping[str, str] = _translation(language).FAMILIES if language in TRANSLATED else FAMILIES
    return found


def sentences(language: str = "en") -> Mapping[str, str]:
    """The sentences of a diagnosis, by key."""
    found: Mapping[str, str] = _translation(language).SENTENCES if language in TRANSLATED else SENTENCES
    return found


def words(language: str = "en") -> Mapping[str, str]:
    """The words of the reference, by key."""
    found: Mapping[str, str] = _translation(language).WORDS if language in TRANSLATED else WORDS
    return found


@cache
def _translation(language: str) -> Any:
    """The module with the words of a language, imported when it is asked for."""
    return import_module(f"bpcli.mistakes.entries.{language}")
