"""The mistake catalogue: what each mistake is, and the formula it puts in the place of the right one."""

from __future__ import annotations

from bpcli.grading.mistakes.catalogue import CATALOGUE, FAMILIES, described, families, sentences, words
from bpcli.grading.mistakes.model import Mistake
from bpcli.grading.mistakes.site import Site, Surroundings, Variant
from bpcli.grading.mistakes.variants import sites, variants

__all__ = [
    "CATALOGUE",
    "FAMILIES",
    "Mistake",
    "Site",
    "Surroundings",
    "Variant",
    "described",
    "families",
    "sentences",
    "sites",
    "variants",
    "words",
]
