"""Where the rewrites of the catalogue are declared: an id, the phases where it applies, and the rewrite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from bpcli.calculus.stages import is_long
from bpcli.mistakes.line import Line, Made

Rewrite: TypeAlias = Callable[[Line], Iterator[Made]]


class Declared(NamedTuple):
    """One rewrite: the id of its mistake, the phases of a program whose lines it is tried on, and what it makes."""

    id: str
    phases: frozenset[str]
    rewrite: Rewrite
    everywhere: bool


REWRITES: list[Declared] = []
"""All rewrites, in the order in which they are declared."""


def mistake(identifier: str, *phases: str, everywhere: bool = True) -> Callable[[Rewrite], Rewrite]:
    """Declares a rewrite of the lines of these phases (`forward`, `backward`, `update`).

    With `everywhere` false it is tried where a line is known by its formula alone: in graphs and in blocks. The lines
    of a plain network of dense layers have the same mistake in the words of its layers (see `variants`).
    """

    def declare(rewrite: Rewrite) -> Rewrite:
        REWRITES.append(Declared(identifier, frozenset(phases), rewrite, everywhere))
        return rewrite

    return declare


def rewrites_of(line: Line, *, everywhere: bool = False) -> Iterator[tuple[str, Made]]:
    """What the rewrites that apply make of a line: ids, and what makes the formulas.

    `everywhere` tries those of graphs and blocks in a plain network as well.
    """
    if is_long(line.right):
        return  # nobody works it line by line
    plain = line.around.network is not None and not everywhere
    for declared in REWRITES:
        if line.binding.phase in declared.phases and (declared.everywhere or not plain):
            for made in declared.rewrite(line):
                yield declared.id, made
