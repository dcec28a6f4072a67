"""A tape made ready for many passes: what one output needs, level by level, on arrays where it is wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpcli.calculus.expr import Operation
from bpcli.calculus.tape import NONE, Tape

NARROW = 50
"""With fewer nodes at a time than this, lists are faster than arrays."""


class Schedule:
    """What one output of a tape needs, level by level, equal operations side by side.

    The nodes of a group do not depend on each other, so each group is one step on arrays, by the operation's own
    `forward` and `backprop`. A graph without width (a chain) is worked on lists all the same.
    """

    def __init__(self, tape: Tape, output: int) -> None:
        self.tape = tape
        self.output = output
        needed = np.frombuffer(tape.needed_for([output]), dtype=np.uint8)
        nodes = np.flatnonzero(needed)
        codes = np.array(tape.codes, dtype=np.int16)[nodes]
        levels = _levels(tape)[nodes]
        order = np.lexsort((codes, levels))
        self.nodes = nodes[order]
        places = np.full(len(tape), NONE)
        places[self.nodes] = np.arange(len(nodes))
        codes, levels = codes[order], levels[order]
        starts = np.flatnonzero(np.diff(codes, prepend=-2) | np.diff(levels, prepend=-1))
        stops = np.append(starts[1:], len(nodes))
        self.is_wide = len(nodes) >= NARROW * len(starts)
        self._places = places
        self._groups: list[tuple[Operation, slice, tuple[Any, ...]]] = []
        left, right = (np.array(side, dtype=np.int64)[self.nodes] for side in (tape.left, tape.right))
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
            if codes[start] == NONE or not self.is_wide:
                continue
            sides = [places[left[start:stop]]]
            if right[start] != NONE:
                sides.append(places[right[start:stop]])
            self._groups.append((tape.rules[codes[start]].operation, slice(start, stop), tuple(sides)))
        self._start = np.array([tape.given.get(int(node), 0.0) for node in self.nodes])

    def value(self, changes: Mapping[int, float] | None = None) -> float:
        """The output, with other numbers for given nodes. Raises NotFiniteError."""
        if not self.is_wide:
            return self.tape.evaluate(changes)[self.output]
        return float(self._values(changes)[self._places[self.output]])

    def run(self, changes: Mapping[int, float] | None = None) -> tuple[Any, Any]:
        """The values of all nodes and the derivative of the output with respect to each; both 0 where not needed.

        Raises NotFiniteError.
        """
        if not self.is_wide:
            values = self.tape.evaluate(changes)
            return np.array(values), np.array(self.tape.differentiate(values, self.output))
        at = self._values(changes)
        table = np.zeros(len(at))
        table[self._places[self.output]] = 1.0
        with np.errstate(all="ignore"):
            for operation, place, sides in reversed(self._groups):
                terms = operation.backprop(table[place], at[place], *(at[side] for side in sides))
                for side, term in zip(sides, terms, strict=True):
                    if term is not None:
                        np.add.at(table, side, term)
        return self._spread(at), self._spread(table)

    def _values(self, changes: Mapping[int, float] | None) -> Any:
        at = self._start.copy()
        for node, value in (changes or {}).items():
            if self._places[node] != NONE:
                at[self._places[node]] = value
        with np.errstate(all="ignore"):
            for operation, place, sides in self._groups:
                at[place] = operation.forward(*(at[side] for side in sides))
        if not np.isfinite(at).all():
            self.tape.evaluate(changes)  # finds the node and raises
        return at

    def _spread(self, numbers: Any) -> Any:
        result = np.zeros(len(self.tape))
        result[self.nodes] = numbers
        return result


def _levels(tape: Tape) -> Any:
    """How many steps lie between a node and the given numbers, at most."""
    levels = [0] * len(tape)
    left, right = tape.left, tape.right
    for k in range(len(levels)):
        i, j = left[k], right[k]
        if j >= 0:
            levels[k] = 1 + (levels[i] if levels[i] > levels[j] else levels[j])
        elif i >= 0:
            levels[k] = 1 + levels[i]
    return np.array(levels)
