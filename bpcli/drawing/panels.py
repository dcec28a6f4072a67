"""What stands together in the picture of a network, and on which entries each of its units depends.

Read off the program: the lines of one place (a layer, one of its maps, one of its time steps) stand together where
their entries belong to the same units. A wire is an entry that a formula uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Apply, Constant, Expr, Variable, postorder, substitute, variables_of
from bpcli.calculus.lower import entry_of
from bpcli.calculus.program import Binding
from bpcli.problem.model import Layer, Network
from bpcli.solution.solution import Solution

Index = tuple[int, int]
AFTER_THE_NETWORK = frozenset({"loss", "regularizer", "objective"})


class Weight(NamedTuple):
    """The entry of a parameter that stands on a wire."""

    of: Variable
    at: Index


class Group(NamedTuple):
    """Quantities that stand together: what is given, or the lines of a place, of which the last one goes on.

    A `grid` is a matrix drawn as such, one unit; anything else has a unit for each entry, `size` of them.
    """

    lines: tuple[Variable, ...]
    exprs: tuple[Expr, ...]
    grid: bool
    size: int

    @property
    def face(self) -> Variable:
        return self.lines[-1]

    @property
    def given(self) -> bool:
        return not self.exprs


class Panels:
    """The groups of a network in the order in which they are worked, and what leads from one to another."""

    def __init__(self, solution: Solution, instance: int) -> None:
        network = solution.problem.network
        assert network is not None
        self.solution = solution
        self.network: Network = network
        self.instance = instance
        self.batch = is_batch(network)
        self.unit_axis = 0 if solution.problem.conventions.affine == "W x + b" else 1
        self.cut = {v.name for v in solution.program.inputs if v.role == "mask"}
        self.groups: list[Group] = []
        self.group_of: dict[str, int] = {}
        self._known: dict[tuple[int, int], Mapping[tuple[int, int], Weight | None]] = {}
        self._given()
        for binding in _forward(solution):
            self._place(binding)

    # --- what stands together ---

    def _given(self) -> None:
        """The input, and where sequences start if the file says so."""
        starts: dict[tuple[int, ...], list[Variable]] = {}
        for variable in self.solution.program.inputs:
            if variable.role == "input":
                self._add([variable], [])
            elif variable.role.startswith("start") and variable.name in self.solution.built.sources:
                starts.setdefault(variable.place, []).append(variable)
        for variables in starts.values():
            self._add(variables, [])

    def _add(self, lines: Sequence[Variable], exprs: Sequence[Expr]) -> None:
        for line in lines:
            self.group_of[line.name] = len(self.groups)
        face = lines[-1]
        self.groups.append(Group(tuple(lines), tuple(exprs), self.is_grid(face), self.units_of(face)))

    def _place(self, binding: Binding) -> None:
        variable = binding.variable
        latest = max((self.group_of.get(v.name, 0) for v in variables_of(binding.expr)), default=0)
        for number in range(len(self.groups) - 1, latest - 1, -1):
            group = self.groups[number]
            if not group.given and group.face.place == variable.place and self._belongs(binding, group):
                lines, exprs = (*group.lines, variable), (*group.exprs, binding.expr)
                # A number of all units may come first: the mean before what it is taken from.
                size = max(group.size, self.units_of(variable))
                self.groups[number] = Group(lines, exprs, group.grid, size)
                self.group_of[variable.name] = number
                return
        self._add([variable], [binding.expr])

    def _belongs(self, binding: Binding, group: Group) -> bool:
        """Whether the entries of a line are those of the units of a group."""
        variable = binding.variable
        if self.is_grid(variable) or group.grid:
            applied = binding.expr.inputs if isinstance(binding.expr, Apply) else ()
            return len(applied) == 1 and applied[0] is group.face and variable.shape == group.face.shape
        return (
            self.units_of(variable) == group.size
            or all(line.shape == () for line in group.lines)
            or variable.shape == ()
        )

    def is_grid(self, variable: Variable) -> bool:
        return not self.batch and variable.rank == 2 and variable.shape != ()

    def units_of(self, variable: Variable) -> int:
        if variable.shape == () or self.is_grid(variable):
            return 1
        return variable.shape[self.unit_axis] if self.batch else max(variable.shape)

    def index(self, variable: Variable, unit: int) -> Index | None:
        """Where the entry of a unit stands, in the instance that is shown; None for a number."""
        if variable.shape == ():
            return None
        rows, columns = variable.shape
        lies = self.unit_axis if self.batch or max(rows, columns) == 1 else int(columns > rows)
        at = (unit, self.instance) if lies == 0 else (self.instance, unit)
        return min(at[0], rows - 1), min(at[1], columns - 1)

    def unit_at(self, group: Group, variable: Variable, at: Index | None) -> int:
        """The unit whose entry that is."""
        if at is None or group.grid or group.size == 1:
            return 0
        return at[self.unit_axis] if self.batch else max(at)

    # --- what leads where ---

    def sources(self, number: int, unit: int) -> Mapping[tuple[int, int], Weight | None]:
        """(group, unit) → the weight on the wire from there to a unit; None where it is not one weight alone."""
        if (number, unit) not in self._known:
            self._known[number, unit] = self._sources(number, unit)
        return self._known[number, unit]

    def _sources(self, number: int, unit: int) -> dict[tuple[int, int], Weight | None]:
        group = self.groups[number]
        found: dict[tuple[int, int], Weight | None] = {}
        for variable, expr in zip(group.lines, group.exprs, strict=False):
            at = self.index(variable, unit)
            rest = expr
            for product in self._products(expr):
                rest = substitute(rest, lambda node, product=product: _zeros(node, product))  # type: ignore[misc]
                for weight, leaves in self._terms(product, at or (0, 0)):
                    self._note(found, number, leaves, weight)
            entry = entry_of(rest, at) if at is not None else entry_of(rest)
            self._note(found, number, self._leaves(entry), None)
        return found

    def between(self, number: int) -> list[int]:
        """The groups that a group is computed from."""
        group = self.groups[number]
        used = {self.group_of.get(v.name) for expr in group.exprs for v in variables_of(expr)}
        if group.face.role == "embedded":
            used |= {k for k, other in enumerate(self.groups) if other.face.role == "input"}  # tokens choose the rows
        return sorted(k for k in used if k is not None and k != number)

    def parameters(self, number: int) -> list[Variable]:
        """What a group is given beside the values that come in, each once, as its lines use them."""
        used = {v.name: v for expr in self.groups[number].exprs for v in variables_of(expr)}
        inputs = {v.name for v in self.solution.program.inputs}
        return [v for name, v in used.items() if name in inputs and name not in self.group_of and not _is_start(v)]

    def on_wires(self, number: int) -> list[Variable]:
        """The weights whose entries stand on wires, and the masks over them."""
        known = [self._weights(s) for e in self.groups[number].exprs for p in self._products(e) for s in p.inputs]
        return [v for found in known if found is not None for v in found[:2] if v is not None]

    def matrices_between(self, source: int, number: int) -> list[Variable]:
        """The matrices of parameters that work on what comes from a group."""
        before, found = set(self.groups[source].lines), {v.name: v for v in self.parameters(number) if v.rank == 2}
        chosen: dict[str, Variable] = {}
        for expr in self.groups[number].exprs:
            for node in postorder(expr):
                used = variables_of(node)
                met = [found[v.name] for v in used if v.name in found]
                if met and not before.isdisjoint(used) and chosen.keys().isdisjoint(v.name for v in met):
                    chosen |= {v.name: v for v in met}
        return list(chosen.values())

    def numbers_of(self, number: int, parameter: Variable) -> set[Index]:
        """The entries of a parameter that the formulas of a grid use one by one: the bias of a map."""
        found: set[Index] = set()
        for expr in self.groups[number].exprs:
            for node in postorder(expr):
                if isinstance(node, Apply) and node.operation.name == "entry" and node.inputs[0] is parameter:
                    found.add(_entry_index(node))
        return found

    def _note(
        self,
        found: dict[tuple[int, int], Weight | None],
        number: int,
        leaves: Iterable[tuple[Variable, Index | None]],
        weight: Weight | None,
    ) -> None:
        for variable, at in leaves:
            source = self.group_of.get(variable.name)
            if source is None or source == number:
                continue
            key = (source, self.unit_at(self.groups[source], variable, at))
            found[key] = None if key in found else weight

    def _products(self, expr: Expr) -> list[Apply]:
        """The products of a weight matrix with values: their terms stand on wires."""
        return [
            node
            for node in postorder(expr)
            if isinstance(node, Apply)
            and node.operation.name == "matmul"
            and len([side for side in node.inputs if self._weights(side) is not None]) == 1
        ]

    def _weights(self, side: Expr) -> tuple[Variable, Variable | None, bool] | None:
        """Weights, their mask, and whether they lie the other way; None where a side is something else."""
        transposed = isinstance(side, Apply) and side.operation.name == "transpose"
        inner = side.inputs[0] if transposed and isinstance(side, Apply) else side
        mask = None
        if isinstance(inner, Apply) and inner.operation.name == "multiply":
            inner, factor = inner.inputs
            if not isinstance(factor, Variable) or factor.name not in self.cut:
                return None
            mask = factor
        named = isinstance(inner, Variable) and inner.name in self.solution.built.sources
        if isinstance(inner, Variable) and named and inner.name not in self.group_of:
            return inner, mask, transposed
        return None

    def _terms(self, product: Apply, at: Index) -> Iterator[tuple[Weight, list[tuple[Variable, Index | None]]]]:
        """The terms of an entry of a product: its weight, and the entries that it multiplies."""
        left, right = product.inputs
        weights_first = self._weights(left) is not None
        known = self._weights(left if weights_first else right)
        assert known is not None
        weights, mask, transposed = known
        for k in range(left.shape[1]):
            place = (at[0], k) if weights_first else (k, at[1])
            place = (place[1], place[0]) if transposed else place
            if mask is not None and self._is_zero(mask, place):
                continue
            value = entry_of(right, (k, at[1])) if weights_first else entry_of(left, (at[0], k))
            yield Weight(weights, place), list(self._leaves(value))

    def _is_zero(self, variable: Variable, at: Index | None) -> bool:
        value = self.solution.values[variable.name]
        return bool(value[at] == 0) if at is not None and np.ndim(value) else bool(value == 0)

    def _leaves(self, formula: Expr) -> Iterator[tuple[Variable, Index | None]]:
        """The entries that the formula of one number uses, without what a mask multiplies by zero."""
        stack, seen = [formula], set()
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            leaf = _leaf(node)
            if leaf is not None:
                yield leaf
            elif isinstance(node, Variable):
                yield from ((node, (i, j)) for i in range(node.shape[0]) for j in range(node.shape[1]))
            elif isinstance(node, Apply):
                if node.operation.name == "multiply" and any(map(self._masks, node.inputs)):
                    continue
                stack.extend(node.inputs)

    def _masks(self, factor: Expr) -> bool:
        leaf = _leaf(factor)
        return leaf is not None and leaf[0].name in self.cut and self._is_zero(*leaf)


def is_batch(network: Network) -> bool:
    """Whether values hold several instances: where each update takes another one, they hold one."""
    return network.batch and not (network.update is not None and network.update.instances)


def layer_at(network: Network, group: Group) -> tuple[Layer, tuple[int, ...]]:
    """The layer of a group, inner ones too, and what is left of its place: a map, a head or a time step."""
    place = group.face.place
    layer, rest = network.layers[place[0] - 1], place[1:]
    way: list[tuple[Layer, tuple[int, ...]]] = [(layer, rest)]
    while layer.inner and rest:
        branch, rest = (rest[0] - 1, rest[1:]) if layer.kind == "branches" else (0, rest)
        if not rest or rest[0] > len(layer.inner[branch]):
            break
        layer, rest = layer.inner[branch][rest[0] - 1], rest[1:]
        way.append((layer, rest))
    # A sum with what went round belongs to the layer that has a way round: what is left is one of its maps.
    if any(line.role == "sum" for line in group.lines):
        way = [step for step in way if step[0].kind == "residual"]
    return way[-1]


def _forward(solution: Solution) -> Iterator[Binding]:
    """The lines of the network in the first pass: without the loss, and without a second pass for an update."""
    late: set[str] = set()
    for binding in solution.program.bindings:
        name = binding.variable.name
        if binding.phase != "forward" or any(v.name in late for v in variables_of(binding.expr)):
            late.add(name)
        elif binding.variable.role not in AFTER_THE_NETWORK:
            yield binding


def _is_start(variable: Variable) -> bool:
    return variable.role.startswith("start")


def _entry_index(node: Apply) -> Index:
    parameters = dict(node.operation.parameters)
    return int(parameters["row"]), int(parameters["column"])


def _leaf(node: Expr) -> tuple[Variable, Index | None] | None:
    if isinstance(node, Variable) and node.shape == ():
        return node, None
    if isinstance(node, Apply) and node.operation.name == "entry" and isinstance(node.inputs[0], Variable):
        return node.inputs[0], _entry_index(node)
    return None


def _zeros(node: Expr, product: Apply) -> Expr | None:
    return Constant(np.zeros(product.shape)) if node is product else None
