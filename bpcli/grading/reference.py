"""The catalogue as documents: the list of all mistakes, and one mistake with a worked example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from bpcli.document import Block, Cell, Code, Document, Heading, Note, Paragraph, Strong, Table, Title
from bpcli.expr import Expr, evaluate
from bpcli.grading.mistakes import CATALOGUE, FAMILIES, Mistake, Variant, sites, variants
from bpcli.grading.mistakes.entries.reference import EXAMPLES, WORDS
from bpcli.grading.mistakes.site import Site
from bpcli.grading.mistakes.sources import SOURCES
from bpcli.load import load_problem, solve
from bpcli.shipped import shipped_names
from bpcli.solution import Solution
from bpcli.stages import stages
from bpcli.writer import Writer

__all__ = ["Example", "example", "mistake_document", "mistakes_document"]

FIRST_CHOICES = ("lez5", "mazur", "mac0460-softmax", "what-how-why-bce", "karpathy", "cs231n-neuron", "micrograd")
"""Problems in which an example is looked for first; then come all the others."""


class Example(NamedTuple):
    """A step of a shipped problem in which a mistake shows."""

    problem: str
    solution: Solution
    site: Site
    variant: Variant


def mistakes_document() -> Document:
    """Every mistake in a line, family by family."""
    blocks: list[Block] = [Title(WORDS["list.title"].format(count=len(CATALOGUE))), Paragraph((WORDS["list.how"],))]
    for letter, family in FAMILIES.items():
        entries = [entry for entry in CATALOGUE.values() if entry.family == letter]
        rows = tuple(
            (Cell((Code(entry.id),)), Cell((entry.title,)), Cell((entry.wrong,)), Cell((_mark(entry),)))
            for entry in entries
        )
        header = ((WORDS["id"],), (WORDS["mistake"],), (WORDS["formula"],), ("",))
        blocks += [Heading(family), Table(header, rows, "llll")]
    return Document(tuple(blocks))


def _mark(entry: Mistake) -> str:
    return WORDS["convention"] if entry.convention else ""


def mistake_document(identifier: str) -> Document:
    """One mistake: what it is, how to recognise it, and both formulas worked with numbers. Raises KeyError."""
    entry = CATALOGUE[identifier]
    blocks: list[Block] = [
        Title(f"{entry.id}  {entry.title}", FAMILIES[entry.family]),
        Paragraph((Strong(WORDS["wrong"]), f" {entry.wrong}")),
        Paragraph((Strong(WORDS["what"]), f" {_sentence(entry.cause)}")),
        Paragraph((Strong(WORDS["looks"]), f" {entry.looks}")),
        Paragraph((Strong(WORDS["hint"]), f" {entry.hint}")),
    ]
    if entry.convention:
        blocks.append(Note((WORDS["note.convention"],)))
    found = example(identifier)
    if found is not None:
        blocks += _worked(found)
    blocks += _sources(entry)
    return Document(tuple(blocks))


def _sentence(clause: str) -> str:
    return clause[0].upper() + clause[1:] + "."


def _worked(found: Example) -> list[Block]:
    solution, site, variant = found.solution, found.site, found.variant
    writer = Writer(solution.rounding)
    left = site.binding.variable.math

    def chain(formula: Expr) -> Block:
        with np.errstate(all="ignore"):
            return writer.chain(left, [formula], stages(formula, solution.values, solution.texts))

    return [
        Heading(WORDS["example"]),
        Paragraph((WORDS["example.where"].format(title=solution.problem.title), " (", Code(found.problem), ")")),
        Paragraph((Strong(WORDS["right"]),)),
        chain(site.right),
        Paragraph((Strong(WORDS["mistaken"]),)),
        chain(variant.wrong),
    ]


def _sources(entry: Mistake) -> list[Block]:
    if not entry.sources:
        return [Paragraph((Strong(WORDS["sources"]), f" {WORDS['sources.none']}"))]
    told = "; ".join(f"{name} ({SOURCES[name]})" if SOURCES[name] else name for name in entry.sources)
    return [Paragraph((Strong(WORDS["sources"]), f" {told}"))]


def example(identifier: str) -> Example | None:
    """The first step of a shipped problem in which the mistake gives other digits than the right formula."""
    names = shipped_names()
    chosen = EXAMPLES.get(identifier, ())
    for name in dict.fromkeys((*chosen, *FIRST_CHOICES, *names)):
        if name not in names:
            continue
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
