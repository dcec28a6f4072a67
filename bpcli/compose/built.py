"""What building gives: a program with the numbers it starts from, and where each of them stands in the file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Shape, Variable
from bpcli.calculus.program import Program
from bpcli.problem.model import Numbers


class Source(NamedTuple):
    """Where the numbers of an input stand: in `numbers`, or in the part of them that `at` leads to.

    `role` is what they are to the program, `place` the layer they belong to; they lie the other way in the file if
    `transposed`.
    """

    numbers: Numbers
    role: str
    place: tuple[int, ...] = ()
    at: tuple[int, ...] = ()
    transposed: bool = False


class Given(NamedTuple):
    """The value of an input, and the texts it was written as."""

    value: Array
    texts: Any


Turn = Mapping[str, Given]
"""What the inputs are in one update, by their names: the instance it uses, its learning rate, its given gradients."""


class Built(NamedTuple):
    """A program with the numbers it starts from.

    `twins` maps the second name of a quantity to its first (`h2` → `y`); `state` lists the variables that an update
    renews, each with the variable that holds its new value; `turns` says what else changes from update to update.
    `stated` are the computed quantities whose values the exercise states. `sources` says where the numbers of the
    inputs stand in the file. `cycle` is the program of one update where `program` works several; None where it is
    itself that program.
    """

    program: Program
    values: dict[str, Array]
    texts: dict[str, Any]
    output: Variable
    parameters: tuple[Variable, ...]
    twins: dict[str, str]
    state: tuple[tuple[Variable, Variable], ...] = ()
    prediction: Variable | None = None
    sources: Mapping[str, Source] = MappingProxyType({})
    turns: tuple[Turn, ...] = ()
    stated: Mapping[str, Array] = MappingProxyType({})
    cycle: Built | None = None
    step_number: Variable | None = None

    @property
    def one_update(self) -> Built:
        """The program of one update."""
        return self.cycle or self


def as_matrix(numbers: Numbers, shape: Shape) -> Given:
    """The numbers as float64 in that shape, and the texts they were written as."""
    return laid_out(numbers.values, numbers.texts, shape)


def laid_out(values: Any, texts: Any, shape: Shape) -> Given:
    """Nested numbers and texts as an array of that shape."""
    array = np.array(values, dtype=np.float64)
    written = np.array(texts, dtype=object)
    if shape == ():
        return Given(np.float64(array.reshape(())), str(written.reshape(())[()]))
    return Given(array.reshape(shape), tuple(tuple(row) for row in written.reshape(shape)))


def turned(given: Given) -> Given:
    """The same, lying the other way."""
    return Given(given.value.T, tuple(zip(*given.texts, strict=True)))


class Inputs:
    """Collects the inputs of a program with their numbers, and where those stand."""

    def __init__(self) -> None:
        self.inputs: list[Variable] = []
        self.values: dict[str, Array] = {}
        self.texts: dict[str, Any] = {}
        self.sources: dict[str, Source] = {}

    def give(self, variable: Variable, given: Given, source: Source | None = None) -> Variable:
        self.inputs.append(variable)
        self.values[variable.name], self.texts[variable.name] = given
        if source is not None:
            self.sources[variable.name] = source
        return variable
