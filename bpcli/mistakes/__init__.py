"""The mistake catalogue: what each mistake is, and the formula it puts in the place of the right one."""

from __future__ import annotations

from bpcli.mistakes.catalogue import (
    AUXILIARY,
    CATALOGUE,
    FAMILIES,
    WITHOUT_FORMULA,
    described,
    families,
    sentences,
    words,
)
from bpcli.mistakes.misshapen import misshapen
from bpcli.mistakes.model import Mistake
from bpcli.mistakes.site import Site, Surroundings, Variant
from bpcli.mistakes.variants import paired, sites, variants

__all__ = [
    "AUXILIARY",
    "CATALOGUE",
    "FAMILIES",
    "WITHOUT_FORMULA",
    "Mistake",
    "Site",
    "Surroundings",
    "Variant",
    "described",
    "families",
    "misshapen",
    "paired",
    "sentences",
    "sites",
    "variants",
    "words",
]
