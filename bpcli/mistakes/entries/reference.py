"""The words of the reference, and the problems in which a mistake is shown best."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "list.title": "{count} mistakes",
        "list.found": "{count} mistakes with “{sought}”",
        "list.how": "bpcli mistakes ID shows one of them with a worked example.",
        "id": "id",
        "mistake": "mistake",
        "formula": "mistaken formula",
        "convention": "or a convention",
        "wrong": "Mistaken formula:",
        "what": "What happened:",
        "looks": "How to recognise it:",
        "hint": "A hint for a student:",
        "note.convention": "As often another convention as a mistake: see what the problem declares.",
        "example": "Example",
        "example.where": "From: {title}",
        "right": "Right:",
        "mistaken": "With the mistake:",
        "sources": "Seen in:",
        "sources.none": "the folklore of marking.",
    }
)

EXAMPLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "B02": ("mazur",),
        "D17": ("mac0460-softmax",),
        "G12": ("minibatch-logistic",),
        "L13": ("kl-divergence",),
        "S01": ("mac0460-logistic", "micrograd"),
        "S04": ("karpathy",),
    }
)
"""Where to look first; every other mistake is shown in the first problem in which it shows."""
