"""The picture of a network: columns of units, the weights between them, and the numbers of one instance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Variable
from bpcli.document.mathtree import Math, Number, Subscript, Superscript, Words
from bpcli.drawing.model import DrawingError
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution

MOST_UNITS = 6
"""A wider layer shows its first units and its last one."""
SHOWN = 4
MOST_LAYERS = 40


class Unit(NamedTuple):
    """One neuron, or one input. `number` counts from 1; `rows` are its quantities: name, number, whether a gradient."""

    number: int
    name: Math
    rows: tuple[tuple[Math, Math, bool], ...]


class Column(NamedTuple):
    """One layer; `hidden` units are left out before the last one. `weights` is the matrix that leads to it."""

    title: str
    units: tuple[Unit, ...]
    hidden: int
    weights: Math | None = None


class Wire(NamedTuple):
    """A weight, from unit to unit of neighbouring columns (places from 0); with its gradient where it has one."""

    column: int
    source: int
    target: int
    name: Math
    weight: Math
    gradient: tuple[Math, Math] | None


class NetworkPicture(NamedTuple):
    """`loss` stands after the last column: its rows are those of a unit."""

    title: str
    caption: str
    description: str
    columns: tuple[Column, ...]
    wires: tuple[Wire, ...]
    loss: Unit | None


def network_picture(solution: Solution, instance: int = 1) -> NetworkPicture:
    """The units of a network with the numbers of one instance (from 1). Raises DrawingError where there is none."""
    network = solution.problem.network
    if network is None:
        raise DrawingError("this problem is a graph, not a network; leave --network out")
    count = network.input.shape[0] if network.batch else 1
    if not 1 <= instance <= count:
        raise DrawingError(f"there is no instance {instance}; the problem has {count}")
    if len(network.layers) > MOST_LAYERS:
        raise DrawingError(f"a picture of {len(network.layers)} layers cannot be read; {MOST_LAYERS} can")
    return _Painter(solution, instance - 1, count).picture()


class _Painter:
    def __init__(self, solution: Solution, instance: int, count: int) -> None:
        self.solution = solution
        self.instance = instance
        self.count = count
        self.affine = solution.problem.conventions.affine
        self.writer = Writer(solution.rounding)
        self.messages = Messages(solution.problem.language)
        self.adjoints = {v.of.name: v for v in solution.variables.values() if v.role == "adjoint" and v.of is not None}
        forward = [b.variable for b in solution.program.bindings if b.phase == "forward"]
        self.by_role = {(v.role, v.layer): v for v in (*solution.program.inputs, *forward)}

    def picture(self) -> NetworkPicture:
        columns = [self.inputs()]
        wires: list[Wire] = []
        layers = len(self.solution.problem.network.layers)  # type: ignore[union-attr]
        for layer in range(1, layers + 1):
            columns.append(self.layer(layer, layer == layers))
            wires.extend(self.wires(layer, columns[-2], columns[-1]))
        caption = ""
        if self.count > 1:
            caption = self.messages.text("graph.instance", number=self.instance + 1, count=self.count)
        sizes = ", ".join(str(len(column.units) + column.hidden) for column in columns)
        description = self.messages.text("graph.units", sizes=sizes)
        if caption:
            description += f"; {caption}"
        title = self.solution.problem.title
        return NetworkPicture(title, caption, description, tuple(columns), tuple(wires), self.loss())

    def units_of(self, variable: Variable) -> int:
        return variable.shape[0 if self.affine == "W x + b" else 1]

    def number(self, variable: Variable, unit: int) -> Math:
        """The entry of a unit in the instance that is shown."""
        if variable.shape == ():
            return self.entry(variable, None)
        at = self.instance if max(variable.shape) > 1 and variable.role != "bias" and self.count > 1 else 0
        return self.entry(variable, (unit, at) if self.affine == "W x + b" else (at, unit))

    def entry(self, variable: Variable, place: tuple[int, int] | None) -> Math:
        texts = self.solution.texts.get(variable.name)
        value = self.solution.values[variable.name]
        if place is None:
            return Number(str(texts)) if texts is not None else Number(self.writer.rounding.text(float(value)))
        row, column = place
        if texts is not None:
            return Number(str(texts[row][column]))
        return Number(self.writer.rounding.text(float(np.asarray(value)[row, column])))

    def shown(self, count: int) -> list[int]:
        return list(range(count)) if count <= MOST_UNITS else [*range(SHOWN), count - 1]

    def row(self, variable: Variable | None, unit: int, *, gradient: bool = False) -> list[tuple[Math, Math, bool]]:
        return [] if variable is None else [(variable.math, self.number(variable, unit), gradient)]

    def inputs(self) -> Column:
        x = self.by_role["input", None]
        count = self.units_of(x)
        shown = self.shown(count)
        units = tuple(Unit(i + 1, _indexed(x.math, i), tuple(self.row(x, i))) for i in shown)
        return Column("", units, count - len(shown))

    def layer(self, number: int, last: bool) -> Column:
        a, h = self.by_role["pre_activation", number], self.by_role["activation", number]
        bias = self.by_role.get(("bias", number))
        target = self.by_role.get(("target", None)) if last and self.solution.loss_name != h.name else None
        count = self.units_of(a)
        shown = self.shown(count)
        units = []
        for i in shown:
            rows = [*self.row(bias, i), *self.row(a, i), *self.row(h, i)]
            rows += self.row(target, i) if target is not None and target.shape == h.shape else []
            rows += self.row(self.adjoints.get(a.name), i, gradient=True)
            units.append(Unit(i + 1, _indexed(h.math, i), tuple(rows)))
        binding = next(b for b in self.solution.program.bindings if b.variable is h)
        title = str(getattr(getattr(binding.expr, "operation", None), "name", "")).replace("_", " ")
        return Column(title, tuple(units), count - len(shown), self.by_role["weights", number].math)

    def wires(self, layer: int, left: Column, right: Column) -> list[Wire]:
        weights = self.by_role["weights", layer]
        adjoint = self.adjoints.get(weights.name)
        result = []
        for target, to in enumerate(right.units):
            for source, of in enumerate(left.units):
                i, j = to.number - 1, of.number - 1
                place = (j, i) if self.affine == "x W + b" else (i, j)
                gradient = None if adjoint is None else (adjoint.math, self.entry(adjoint, place))
                name = _entry_name(weights.math, place)
                result.append(Wire(layer - 1, source, target, name, self.entry(weights, place), gradient))
        return result

    def loss(self) -> Unit | None:
        loss = self.by_role.get(("loss", None))
        if loss is None:
            return None
        values = np.ravel(self.solution.values[loss.name])
        number = Number(self.writer.rounding.text(float(values[self.instance if values.size > 1 else 0])))
        rows: list[tuple[Math, Math, bool]] = [(loss.math, number, False)]
        output = self.solution.output
        if output is not loss:
            rows.append((output.math, self.entry(output, None), False))
        name: Math = loss.math if len(rows) == 1 else Words(self.messages.text("graph.loss"))
        return Unit(1, name, tuple(rows))


def _indexed(math: Math, unit: int) -> Math:
    return _with_index(math, str(unit + 1))


def _entry_name(math: Math, place: tuple[int, int]) -> Math:
    row, column = place[0] + 1, place[1] + 1
    return _with_index(math, f"{row}{column}" if max(row, column) < 10 else f"{row},{column}")


def _with_index(math: Math, index: str) -> Math:
    """h₁⁽²⁾: the index next to the letter, the number of the layer after it."""
    if type(math) is Superscript:
        return Superscript(Subscript(math.base, Number(index)), math.script)
    return Subscript(math, Number(index))
