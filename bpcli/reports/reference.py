"""The catalogue as documents: the list of all mistakes, and one mistake with a worked example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Expr, evaluate
from bpcli.calculus.stages import stages
from bpcli.document.document import Block, Cell, Code, Document, Figures, Heading, Note, Paragraph, Strong, Table, Title
from bpcli.mistakes import (
    AUXILIARY,
    CATALOGUE,
    WITHOUT_FORMULA,
    Mistake,
    Variant,
    described,
    families,
    sites,
    variants,
    words,
)
from bpcli.mistakes.entries.reference import EXAMPLES
from bpcli.mistakes.site import Site
from bpcli.mistakes.sources import SOURCES
from bpcli.notation.writer import Writer
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import load_problem, solve
from bpcli.solution.solution import Solution

FIRST_CHOICES = ("lez5", "mazur", "mac0460-softmax", "what-how-why-bce", "karpathy", "cs231n-neuron", "micrograd")
"""Problems in which an example is looked for first; then come all the others."""


class Example(NamedTuple):
    """A step of a shipped problem in which a mistake shows."""

    problem: str
    solution: Solution
    site: Site
    variant: Variant


def mistakes_document(language: str = "en", sought: str = "") -> Document:
    """Every mistake in a line, family by family; those with all the words of `sought` in their texts."""
    said = words(language)
    found = [entry for entry in (described(key, language) for key in (*CATALOGUE, *AUXILIARY)) if _has(entry, sought)]
    counted = found if sought else [entry for entry in found if entry.id in CATALOGUE]
    title = said["list.found" if sought else "list.title"].format(count=len(counted), sought=sought)
    blocks: list[Block] = [Title(title), Paragraph((said["list.how"],))]
    for letter, family in families(language).items():
        entries = [entry for entry in counted if entry.family == letter]
        if not entries:
            continue
        rows = tuple(
            (Cell((Code(entry.id),)), Cell((entry.title,)), Cell((Figures(entry.wrong),)), Cell((_mark(entry, said),)))
            for entry in entries
        )
        header = ((said["id"],), (said["mistake"],), (said["formula"],), ("",))
        blocks += [Heading(family), Table(header, rows, "llll")]
    return Document(tuple(blocks), language)


def _has(entry: Mistake, sought: str) -> bool:
    """Whether all the words looked for occur in what is said of a mistake."""
    told = " ".join((entry.id, entry.title, entry.cause, entry.looks, entry.hint)).lower()
    return all(word in told for word in sought.lower().split())


def _mark(entry: Mistake, said: Mapping[str, str]) -> str:
    return said["convention"] if entry.convention else ""


def mistake_document(identifier: str, language: str = "en") -> Document:
    """One mistake: what it is, how to recognise it, and both formulas worked with numbers. Raises KeyError."""
    said, entry = words(language), described(identifier, language)
    blocks: list[Block] = [
        Title(f"{entry.id}  {entry.title}", families(language)[entry.family]),
        Paragraph((Strong(said["wrong"]), Figures(f" {entry.wrong}"))),
        Paragraph((Strong(said["what"]), f" {_sentence(entry.cause)}")),
        Paragraph((Strong(said["looks"]), f" {entry.looks}")),
        Paragraph((Strong(said["hint"]), f" {entry.hint}")),
    ]
    if entry.convention:
        blocks.append(Note((said["note.convention"],)))
    found = example(identifier)
    if found is not None:
        blocks += _worked(found, said)
    blocks += _sources(entry, said)
    return Document(tuple(blocks), language)


def _sentence(clause: str) -> str:
    return clause[0].upper() + clause[1:] + "."


def _worked(found: Example, said: Mapping[str, str]) -> list[Block]:
    solution, site, variant = found.solution, found.site, found.variant
    writer = Writer(solution.rounding)
    left = site.binding.variable.math

    def chain(formula: Expr) -> Block:
        with np.errstate(all="ignore"):
            return writer.chain(left, [formula], stages(formula, solution.values, solution.texts))

    return [
        Heading(said["example"]),
        Paragraph((said["example.where"].format(title=solution.problem.title), " (", Code(found.problem), ")")),
        Paragraph((Strong(said["right"]),)),
        chain(site.right),
        Paragraph((Strong(said["mistaken"]),)),
        chain(variant.wrong),
    ]


def _sources(entry: Mistake, said: Mapping[str, str]) -> list[Block]:
    if not entry.sources:
        return [Paragraph((Strong(said["sources"]), f" {said['sources.none']}"))]
    told = "; ".join(f"{name} ({SOURCES[name]})" if SOURCES[name] else name for name in entry.sources)
    return [Paragraph((Strong(said["sources"]), f" {told}"))]


def example(identifier: str) -> Example | None:
    """The first step of a shipped problem in which the mistake gives other digits than the right formula."""
    if identifier not in CATALOGUE or identifier in WITHOUT_FORMULA:
        return None
    chosen = EXAMPLES.get(identifier, ())
    for name in dict.fromkeys((*chosen, *FIRST_CHOICES, *shipped_names())):
        solution, made = _mistakes_in(name)
        for site, variant in _visible(solution, made.get(identifier, ())):
            return Example(name, solution, site, variant)
    return None


@cache
def _mistakes_in(name: str) -> tuple[Solution, dict[str, list[tuple[Site, Variant]]]]:
    """A shipped problem with every mistake that is possible in it."""
    solution = solve(load_problem(name))
    made: dict[str, list[tuple[Site, Variant]]] = {}
    with np.errstate(all="ignore"):
        for site in sites(solution):
            for variant in variants(site):
                made.setdefault(variant.id, []).append((site, variant))
    return solution, made


def _visible(solution: Solution, made: Iterable[tuple[Site, Variant]]) -> Iterator[tuple[Site, Variant]]:
    with np.errstate(all="ignore"):
        for site, variant in made:
            right = solution.values[site.name]
            for formula in variant.alternatives or (variant.wrong,):
                value = evaluate(formula, solution.values)
                if np.all(np.isfinite(value)) and not np.allclose(value, right, rtol=1e-3, atol=1e-6):
                    yield site, variant._replace(wrong=formula)
