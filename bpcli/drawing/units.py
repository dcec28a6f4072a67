"""The picture of a network: panels of units, the wires between them, and the numbers of one instance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Apply, Variable, variables_of
from bpcli.document.mathtree import BLANK, Math, Matrix, Number, Operator, Row, Subscript, Superscript, Words
from bpcli.drawing.layout import Link, layers_of
from bpcli.drawing.model import DrawingError, Numbers
from bpcli.drawing.panels import Group, Index, Panels, Weight, is_batch, layer_at
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution

MOST_UNITS = 6
"""A wider layer shows its first units and its last one; so do the rows and columns of a map."""
SHOWN = 4
MOST_LAYERS = 40
MOST_PANELS = 80
MOST_WIRES = 16
"""More wires without weights between two panels are drawn as one."""
MOST_PARAMETERS = 2
"""With more numbers for each unit than weights and these (the gates of an LSTM) only their names are shown."""
INSIDE = frozenset({"queries", "keys", "values", "scores", "weighting"})
"""Roles of what attention works out on its way; with several heads, also what each of them sees."""
STEPS = frozenset({"recurrent", "lstm", "gru"})


class Line(NamedTuple):
    """A quantity of a unit: its name, its number or its matrix (None: not shown), and whether it is a gradient.

    `parameter`: it is no value of the unit but what leads to it, a kernel.
    """

    name: Math
    value: Math | None
    gradient: bool = False
    parameter: bool = False


class Unit(NamedTuple):
    """One neuron, one input, or a whole map. `number` counts from 1."""

    number: int
    name: Math
    rows: tuple[Line, ...]


class Panel(NamedTuple):
    """The units of one layer, time step or map; `hidden` ones are left out before the last one.

    `face` is the name of what goes on from it.
    `weights` is the matrix that leads to it alone; `parameters` are the names of those that stand on no wire with
    numbers. `column` is its place from left to right.
    """

    title: str
    face: Math
    units: tuple[Unit, ...]
    hidden: int
    column: int = 0
    weights: Math | None = None
    parameters: tuple[Math, ...] = ()
    grid: bool = False
    given: bool = False


class Wire(NamedTuple):
    """What leads from unit to unit (places from 0), or from a panel to another as a whole (None for the unit).

    With its weight and the gradient of that, where it is one weight.
    """

    before: int
    source: int | None
    after: int
    target: int | None
    name: Math | None = None
    weight: Math | None = None
    gradient: tuple[Math, Math] | None = None

    @property
    def label(self) -> Math | None:
        return self.weight if self.weight is not None else self.name


class NetworkPicture(NamedTuple):
    """`loss` stands after the panels that it is computed from, `predictions`: its rows are those of a unit."""

    title: str
    caption: str
    description: str
    panels: tuple[Panel, ...]
    wires: tuple[Wire, ...]
    loss: Unit | None
    predictions: tuple[int, ...]

    @property
    def columns(self) -> list[list[int]]:
        """The panels of each column, from left to right; what is given comes last, beside what uses it next."""
        columns: list[list[int]] = [[] for _ in range(max(panel.column for panel in self.panels) + 1)]
        for k in sorted(range(len(self.panels)), key=lambda k: self.panels[k].given):
            columns[self.panels[k].column].append(k)
        return columns


def network_picture(solution: Solution, instance: int = 1, numbers: Numbers = "all") -> NetworkPicture:
    """The units of a network with the numbers of one instance (from 1), before its updates.

    Raises DrawingError where there is no network, no such instance, or more than a page can hold.
    """
    network = solution.problem.network
    if network is None:
        raise DrawingError("this problem is a graph, not a network; leave --network out")
    count = network.input.shape[0] if is_batch(network) else 1
    if not 1 <= instance <= count:
        raise DrawingError(f"there is no instance {instance}; the problem has {count}")
    if len(network.layers) > MOST_LAYERS:
        raise DrawingError(f"a picture of {len(network.layers)} layers cannot be read; {MOST_LAYERS} can")
    panels = Panels(solution.one_update, instance - 1)
    if len(panels.groups) > MOST_PANELS:
        message = f"the picture would have {len(panels.groups)} maps or time steps, and nobody reads more than"
        raise DrawingError(f"{message} {MOST_PANELS}; draw a part of it with --only and the id of a quantity")
    return _Painter(solution.one_update, panels, count, numbers).picture()


class _Painter:
    def __init__(self, solution: Solution, panels: Panels, count: int, numbers: Numbers) -> None:
        self.solution = solution
        self.panels = panels
        self.instance = panels.instance
        self.count = count
        self.numbers = numbers
        self.writer = Writer(solution.rounding)
        self.messages = Messages(solution.problem.language)
        self.adjoints = {v.of.name: v for v in solution.variables.values() if v.role == "adjoint" and v.of is not None}
        self.given = {v.name for v in solution.program.inputs}
        self.shown = [_shown(group.size) for group in panels.groups]
        self.targets = self._targets()

    def picture(self) -> NetworkPicture:
        numbers = range(len(self.panels.groups))
        columns = self._columns()
        panels = tuple(self.panel(k, columns[k]) for k in numbers)
        wires = tuple(wire for k in numbers for source in self.panels.between(k) for wire in self.wires(source, k))
        caption = ""
        if self.count > 1:
            caption = self.messages.text("graph.instance", number=self.instance + 1, count=self.count)
        description = self.messages.text("graph.units", sizes=", ".join(map(_size, self.panels.groups)))
        if caption:
            description += f"; {caption}"
        title = self.solution.problem.title
        return NetworkPicture(title, caption, description, panels, wires, self.loss(), self._predictions())

    def _columns(self) -> list[int]:
        numbers = range(len(self.panels.groups))
        links = [Link(str(source), str(k)) for k in numbers for source in self.panels.between(k)]
        layers = layers_of([str(k) for k in numbers], links)
        return [layers[str(k)] for k in numbers]

    def _predictions(self) -> tuple[int, ...]:
        """The panels that the loss is computed from; the last one where there is no loss."""
        loss = next((b for b in self.solution.program.bindings if b.variable.role == "loss"), None)
        if loss is None:
            return (len(self.panels.groups) - 1,)
        used = [self.panels.group_of[v.name] for v in variables_of(loss.expr) if v.name in self.panels.group_of]
        return tuple(dict.fromkeys(used))

    def _targets(self) -> dict[int, Variable]:
        """The target of each prediction."""
        targets = [v for v in self.solution.program.inputs if v.role == "target"]
        return dict(zip(self._predictions(), targets, strict=False)) if targets else {}

    # --- numbers ---

    def number(self, variable: Variable, unit: int) -> Math | None:
        """The entry of a unit in the instance that is shown."""
        return self.entry(variable, self.panels.index(variable, unit))

    def entry(self, variable: Variable, place: Index | None) -> Math | None:
        kept = self.kept(variable)
        if kept is not None:
            return kept.value
        texts = self.solution.texts.get(variable.name)
        value = self.solution.values[variable.name]
        if place is None:
            return Number(str(texts) if texts is not None else self.writer.rounding.text(float(value)))
        row, column = place
        if texts is not None:
            return Number(str(texts[row][column]))
        return Number(self.writer.rounding.text(float(np.asarray(value)[row, column])))

    def kept(self, variable: Variable) -> Kept | None:
        """What stands in the place of a number that is not to be shown."""
        if self.numbers == "none":
            return Kept(None)
        return Kept(Number(BLANK)) if self.numbers == "given" and variable.name not in self.given else None

    def matrix(self, variable: Variable) -> Matrix:
        """A matrix as a grid; without its numbers it has empty cells."""
        rows, columns = variable.shape
        at_rows, at_columns = _elided(rows), _elided(columns)

        def cell(i: int | None, j: int | None) -> str:
            if i is None or j is None:
                return "…"
            number = self.entry(variable, (i, j))
            return number.text if isinstance(number, Number) and number.text != BLANK else ""

        cells = tuple(tuple(cell(i, j) for j in at_columns) for i in at_rows)
        whole = len(at_rows) == rows and len(at_columns) == columns
        return Matrix(cells, None if whole else (rows, columns))

    # --- panels ---

    def panel(self, number: int, column: int) -> Panel:
        group, shown = self.panels.groups[number], self.shown[number]
        on_wires = [] if group.grid else self.panels.on_wires(number)
        weights = [v for v in dict.fromkeys(on_wires) if v.name not in self.panels.cut]
        units = (self.map(number),) if group.grid else tuple(self.unit(number, i, on_wires) for i in shown)
        alone = weights[0].math if len(weights) == 1 and weights[0].role == "weights" else None
        told = {v.name for v in self._of_units(number, on_wires)} | self.panels.cut
        names = tuple(v.math for v in self.panels.parameters(number) if v.name not in told and v.math is not alone)
        hidden = group.size - len(shown)
        parameters = () if group.grid else names
        face = group.face.math
        return Panel(self.title(group), face, units, hidden, column, alone, parameters, group.grid, group.given)

    def unit(self, number: int, i: int, on_wires: Sequence[Variable]) -> Unit:
        group = self.panels.groups[number]
        rows = [Line(v.math, self.number(v, i)) for v in (*self._of_units(number, on_wires), *self._worked(group))]
        target = self.targets.get(number)
        if target is not None and target.shape == group.face.shape:
            rows.append(Line(target.math, self.number(target, i)))
        gradient = self._gradient(group)
        if gradient is not None:
            rows.append(Line(gradient.math, self.number(gradient, i), True))
        face = group.face
        return Unit(i + 1, face.math if face.shape == () else _indexed(face.math, i), tuple(rows))

    def map(self, number: int) -> Unit:
        """A matrix as one unit, with the matrices that lead to it."""
        group = self.panels.groups[number]
        rows = []
        for parameter in self.panels.parameters(number):
            entries = self.panels.numbers_of(number, parameter)
            if parameter.shape == () or len(entries) == 1:
                number_of_map = self.entry(parameter, next(iter(entries), None))
                rows.append(Line(parameter.math, number_of_map, parameter=True))
            else:
                rows.append(Line(parameter.math, self.matrix(parameter), parameter=True))
        rows += [Line(line.math, self.matrix(line)) for line in group.lines]
        target = self.targets.get(number)
        if target is not None:
            rows.append(Line(target.math, self.matrix(target)))
        gradient = self._gradient(group)
        if gradient is not None:
            rows.append(Line(gradient.math, self.matrix(gradient), True))
        return Unit(1, group.face.math, tuple(rows))

    def _of_units(self, number: int, on_wires: Sequence[Variable]) -> list[Variable]:
        """Parameters with a number for each unit: biases, gains, masks."""
        group = self.panels.groups[number]
        wired = {v.name for v in on_wires}
        fitting = [
            v
            for v in self.panels.parameters(number)
            if v.name not in wired
            and not self.panels.is_grid(v)
            and (v.shape == () or self.panels.units_of(v) == group.size)
        ]
        return fitting if len(fitting) <= MOST_PARAMETERS else []

    def _worked(self, group: Group) -> list[Variable]:
        """The lines of a unit; the pre-activations of several gates are left out."""
        inner = [v for v in group.lines if v.role.endswith("pre_activation")]
        return [v for v in group.lines if len(inner) < 2 or v not in inner]

    def _gradient(self, group: Group) -> Variable | None:
        """∂L/∂a where there is one pre-activation, else that of what goes on."""
        if group.given or self.numbers == "given":
            return None
        inner = [v for v in group.lines if v.role == "pre_activation"]
        return self.adjoints.get((inner[0] if len(inner) == 1 else group.face).name)

    def title(self, group: Group) -> str:
        if group.given:
            return ""
        expr = group.exprs[-1]
        function = expr.operation.name.replace("_", " ") if isinstance(expr, Apply) and len(expr.inputs) == 1 else ""
        layer, rest = layer_at(self.panels.network, group)
        if layer.kind == "dense":
            return function
        kind = layer.kind.replace("_", " ")
        if layer.kind in STEPS and rest:
            return f"{kind}, t = {rest[0]}"
        if layer.kind in ("conv", "residual") and function and function != "identity":
            return f"{kind}, {function}"
        inside = group.face.role in INSIDE or (group.face.role == "seen" and rest)
        return function if inside else kind

    # --- wires ---

    def wires(self, before: int, after: int) -> list[Wire]:
        """The wires from one panel to another: from unit to unit, or one where that says more."""
        left, right = self.panels.groups[before], self.panels.groups[after]
        names = self.panels.matrices_between(before, after)
        whole = Wire(before, None, after, None, _together(names))
        if right.grid:
            return [whole]
        result: list[Wire] = []
        for target, i in enumerate(self.shown[after]):
            sources = self.panels.sources(after, i)
            for source, j in enumerate(self.shown[before]):
                if (before, j) in sources:
                    result.append(self.wire(before, source, after, target, sources[before, j]))
        if any(wire.weight is None and wire.name is None for wire in result):
            result = [Wire(before, wire.source, after, wire.target) for wire in result]
        loose = sum(wire.weight is None and wire.name is None for wire in result)
        everywhere = left.grid and len(result) == len(self.shown[after])
        return [whole] if loose > MOST_WIRES or everywhere else result

    def wire(self, before: int, source: int, after: int, target: int, weight: Weight | None) -> Wire:
        if weight is None:
            return Wire(before, source, after, target)
        adjoint = self.adjoints.get(weight.of.name)
        number = None if adjoint is None or self.numbers != "all" else self.entry(adjoint, weight.at)
        gradient = None if adjoint is None or number is None else (adjoint.math, number)
        name = _entry_name(weight.of.math, weight.at)
        return Wire(before, source, after, target, name, self.entry(weight.of, weight.at), gradient)

    def loss(self) -> Unit | None:
        loss = next((b.variable for b in self.solution.program.bindings if b.variable.role == "loss"), None)
        if loss is None:
            return None
        kept = self.kept(loss)
        values = np.ravel(self.solution.values[loss.name])
        number = Number(self.writer.rounding.text(float(values[self.instance if values.size > 1 else 0])))
        rows = [Line(loss.math, kept.value if kept is not None else number)]
        output = self.solution.output
        if output is not loss:
            rows.append(Line(output.math, self.entry(output, None)))
        name: Math = loss.math if len(rows) == 1 else Words(self.messages.text("graph.loss"))
        return Unit(1, name, tuple(rows))


class Kept(NamedTuple):
    """A number that is not shown, and what is shown instead."""

    value: Math | None


def _shown(count: int) -> list[int]:
    return list(range(count)) if count <= MOST_UNITS else [*range(SHOWN), count - 1]


def _elided(count: int) -> list[int | None]:
    return list(range(count)) if count <= MOST_UNITS else [*range(SHOWN), None, count - 1]


def _size(group: Group) -> str:
    return "×".join(map(str, group.face.shape)) if group.grid else str(group.size)


def _together(names: Sequence[Variable]) -> Math | None:
    if len(names) < 2:
        return names[0].math if names else None
    parts: list[Math] = [names[0].math]
    for variable in names[1:]:
        parts += [Operator(",", "postfix"), variable.math]
    return Row(tuple(parts))


def _indexed(math: Math, unit: int) -> Math:
    return _with_index(math, str(unit + 1))


def _entry_name(math: Math, place: Index) -> Math:
    row, column = place[0] + 1, place[1] + 1
    return _with_index(math, f"{row}{column}" if max(row, column) < 10 else f"{row},{column}")


def _with_index(math: Math, index: str) -> Math:
    """h₁⁽²⁾: the index next to the letter, the number of the layer after it."""
    if type(math) is Superscript:
        return Superscript(Subscript(math.base, Number(index)), math.script)
    return Subscript(math, Number(index))
