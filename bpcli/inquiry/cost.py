"""What the passes of a program cost, counted from its formulas.

A *number* is one entry of one line; an *edge* leads from one number to another that is computed from it. The forward
pass computes each number once, the backward pass makes one product for each edge that a gradient passes. Operations
say themselves how many multiply-adds they take (`Operation.work`) and how many entries of an operand one entry of
their result needs (`Operation.fan_in`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from bpcli.calculus.backprop import differentiate
from bpcli.calculus.expr import Apply, Expr, Shape, Variable, postorder, variables_of
from bpcli.calculus.ops.elementary import add
from bpcli.calculus.ops.functions import sigmoid
from bpcli.calculus.ops.losses import LossForm, loss
from bpcli.calculus.ops.matrices import matmul
from bpcli.calculus.program import Binding, Program
from bpcli.calculus.size import entries, multiply_adds_of
from bpcli.document.mathtree import Identifier

PHASES = ("forward", "backward", "update")
GROWTH_LAYERS = (1, 2, 4, 8)
GROWTH_UNITS = (10, 100, 1000)


class LineCost(NamedTuple):
    """One line of a program: its operations, the numbers it computes, the edges into them, its multiply-adds."""

    variable: Variable
    phase: str
    operations: int
    numbers: int
    edges: int
    work: int


class PassCost(NamedTuple):
    """The sums over the lines of a pass, or over those of one layer."""

    lines: int
    operations: int
    numbers: int
    edges: int
    work: int


class Differences(NamedTuple):
    """The same gradient by central differences: two forward passes for each of the parameters.

    `factor` is how many times more multiply-adds that takes than one forward and one backward pass.
    """

    parameters: int
    passes: int
    work: int
    factor: float


class Cost(NamedTuple):
    """Everything that is counted of one program.

    `active_edges` are the edges of the forward pass that a gradient passes on its way back; `layers` has for each
    layer the multiply-adds of the forward and of the backward pass, the last entry (layer 0) what is of no layer.
    """

    lines: tuple[LineCost, ...]
    passes: dict[str, PassCost]
    active_edges: int
    layers: tuple[tuple[int, int, int], ...]
    differences: Differences | None

    @property
    def ratio(self) -> float | None:
        """The multiply-adds of the backward pass over those of the forward pass."""
        forward = self.passes["forward"].work
        return self.passes["backward"].work / forward if forward and self.passes["backward"].lines else None


class Growth(NamedTuple):
    """Multiply-adds of a network of `layers` layers of `units` units, one instance."""

    layers: int
    units: int
    forward: int
    backward: int

    @property
    def per_weight(self) -> float:
        """Both passes, over L m²."""
        return (self.forward + self.backward) / (self.layers * self.units**2)


def cost_of(program: Program, parameters: Iterable[Variable] = ()) -> Cost:
    """The cost of a program; `parameters` are those whose gradient it computes."""
    lines = tuple(_line(binding) for binding in program.bindings)
    passes = {phase: _sum([line for line in lines if line.phase == phase]) for phase in PHASES}
    moved = sum(entries(variable.shape) for variable in parameters)
    differences = None
    if moved and passes["backward"].lines:
        once, back = passes["forward"].work, passes["backward"].work
        work = 2 * moved * once
        differences = Differences(moved, 2 * moved, work, work / (once + back) if once + back else 1.0)
    return Cost(lines, passes, _active_edges(program), _by_layer(lines), differences)


def _line(binding: Binding) -> LineCost:
    variable = binding.variable
    numbers = entries(variable.shape)
    nodes = [node for node in postorder(binding.expr) if isinstance(node, Apply)]
    return LineCost(
        variable,
        binding.phase,
        sum(not node.operation.immediate for node in nodes),
        numbers,
        numbers * sum(_needs(binding.expr).values()),
        sum(map(multiply_adds_of, nodes)),
    )


def _needs(root: Expr) -> dict[str, int]:
    """For each variable of a formula how many of its entries one entry of the formula needs."""
    needs: dict[int, dict[str, int]] = {}
    for node in postorder(root):
        if isinstance(node, Variable):
            needs[id(node)] = {node.name: 1}
        elif not isinstance(node, Apply):
            needs[id(node)] = {}
        else:
            merged: dict[str, int] = {}
            for item, count in zip(node.inputs, _fan_in(node), strict=True):
                for name, below in needs[id(item)].items():
                    merged[name] = max(merged.get(name, 0), count * below)
            needs[id(node)] = merged
    sizes = {variable.name: entries(variable.shape) for variable in variables_of(root)}
    return {name: min(count, sizes[name]) for name, count in needs[id(root)].items()}


def _fan_in(node: Apply) -> tuple[int, ...]:
    operation = node.operation
    shapes = [item.shape for item in node.inputs]
    if operation.fan_in is not None:
        return operation.fan_in(*shapes)
    if operation.elementwise or operation.immediate:
        return (1,) * len(shapes)
    return tuple(map(entries, shapes))


def _active_edges(program: Program) -> int:
    """The edges of the forward pass between numbers that have a gradient, or whose gradient is asked for."""
    active = {b.variable.of.name for b in program.bindings if b.phase == "backward" and b.variable.of is not None}
    edges = 0
    for binding in program.bindings:
        if binding.phase == "forward":
            needs = _needs(binding.expr)
            edges += entries(binding.variable.shape) * sum(count for name, count in needs.items() if name in active)
    return edges


def _sum(lines: Sequence[LineCost]) -> PassCost:
    return PassCost(
        len(lines),
        sum(line.operations for line in lines),
        sum(line.numbers for line in lines),
        sum(line.edges for line in lines),
        sum(line.work for line in lines),
    )


def _by_layer(lines: Sequence[LineCost]) -> tuple[tuple[int, int, int], ...]:
    numbers = sorted({line.variable.layer or 0 for line in lines}, key=lambda layer: (layer == 0, layer))
    rows = []
    for layer in numbers:
        work = dict.fromkeys(PHASES, 0)
        for line in lines:
            if (line.variable.layer or 0) == layer:
                work[line.phase] += line.work
        rows.append((layer, work["forward"], work["backward"]))
    return tuple(rows)


# --- growth ---


def growth(layers: Iterable[int] = GROWTH_LAYERS, units: Iterable[int] = GROWTH_UNITS) -> tuple[Growth, ...]:
    """Multiply-adds of networks of L layers of m units: sigmoid layers with biases under half the squared error."""
    widths = tuple(units)
    return tuple(_network_cost(deep, wide) for deep in layers for wide in widths)


@cache
def _network_cost(layers: int, units: int) -> Growth:
    program, output, parameters = _layered(layers, units)

    def adjoint(of: Variable) -> Variable:
        return Variable(f"dL/d{of.name}", of.shape, of.math, "adjoint", of=of)

    cost = cost_of(differentiate(program, output, parameters, adjoint), parameters)
    return Growth(layers, units, cost.passes["forward"].work, cost.passes["backward"].work)


def _layered(layers: int, units: int) -> tuple[Program, Variable, list[Variable]]:
    """A network by its shapes alone: nothing is computed."""
    inputs: list[Variable] = []
    lines: list[Binding] = []

    def given(name: str, shape: Shape) -> Variable:
        inputs.append(Variable(name, shape, Identifier(name)))
        return inputs[-1]

    def bound(name: str, expr: Expr) -> Variable:
        variable = Variable(name, expr.shape, Identifier(name))
        lines.append(Binding(variable, expr, "forward", "definition"))
        return variable

    below = given("x", (units, 1))
    target = given("t", (units, 1))
    parameters: list[Variable] = []
    for k in range(1, layers + 1):
        weights, bias = given(f"W{k}", (units, units)), given(f"b{k}", (units, 1))
        parameters += [weights, bias]
        below = bound(f"h{k}", sigmoid(bound(f"a{k}", add(matmul(weights, below), bias))))
    output = bound("L", loss(LossForm("half_squared_error"))(below, target))
    return Program(tuple(inputs), tuple(lines)), output, parameters
