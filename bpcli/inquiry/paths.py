"""Paths: the gradient as a sum over all paths of the product of the local derivatives along each.

This is what backpropagation computes and not how: the number of paths doubles with every layer of two units, while
each edge enters the grad_table once. Paths are counted by dynamic programming and listed only where they are few.
(Bauer 1974; Goodfellow, Bengio and Courville 2016, ch. 6.5.3.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Expr, Variable, evaluate
from bpcli.calculus.local import LineDerivatives
from bpcli.calculus.lower import entries, indices
from bpcli.calculus.program import Binding
from bpcli.diagnostics import BpcliError
from bpcli.inquiry.scalar import ScalarSolution
from bpcli.solution.solution import NumericError, Solution

MOST_COUNTED = 10**300
"""More paths than this are not told apart: the count stops here."""


class PathError(BpcliError):
    """A question about paths that has no answer: a start that is a gradient, a vector where a number is needed."""

    exit_code = 2


class Edge(NamedTuple):
    """`consumer` is computed from `source`; `local` is ∂consumer/∂source, `value` its number."""

    source: int
    consumer: int
    local: Expr
    value: float


class PathGraph(NamedTuple):
    """A graph of numbers in the order in which they are computed.

    `edges[k]` leave node k, towards what uses it: one edge for each consumer, however often that names the node.
    `output` is the node that is differentiated, where it is one.
    """

    nodes: tuple[Variable, ...]
    edges: tuple[tuple[Edge, ...], ...]
    output: int | None

    def node(self, name: str) -> int:
        """The place of the node of that name, which there is."""
        return next(place for place, variable in enumerate(self.nodes) if variable.name == name)


class Path(NamedTuple):
    """One way from the start to the end; `value` is the product of its local derivatives."""

    edges: tuple[Edge, ...]
    value: float


class Paths(NamedTuple):
    """What there is between two nodes.

    `number` paths (MOST_COUNTED stands for as many or more), `steps` edges on all of them together, `edges` edges
    between the two; `listed` are the paths, at most as many as were asked for, the shortest first. `gradient` is
    the derivative that backpropagation finds.
    """

    graph: PathGraph
    start: int
    end: int
    number: int
    steps: int
    edges: int
    listed: tuple[Path, ...]
    gradient: float

    @property
    def is_complete(self) -> bool:
        return len(self.listed) == self.number

    @property
    def total(self) -> float:
        """The sum over the listed paths."""
        return sum(path.value for path in self.listed)


def find_paths(graph: PathGraph, start: int, end: int, most: int = 20) -> Paths:
    """The paths from one node to another: counted, and up to `most` of them listed."""
    counts, lengths = _counted(graph, end)
    listed = [Path(edges, _product(edges)) for edges in _walk(graph, start, end, counts, most)]
    listed.sort(key=lambda path: len(path.edges))
    between = _between(graph, start, counts)
    gradient = _grad_table(graph, end)[start]
    return Paths(graph, start, end, counts[start], lengths[start], between, tuple(listed), gradient)


def _counted(graph: PathGraph, end: int) -> tuple[list[int], list[int]]:
    """For each node the number of paths from it to `end`, and the edges on all of them together."""
    counts = [0] * len(graph.nodes)
    lengths = [0] * len(graph.nodes)
    counts[end] = 1
    for node in range(end - 1, -1, -1):
        for edge in graph.edges[node]:
            counts[node] += counts[edge.consumer]
            lengths[node] += lengths[edge.consumer] + counts[edge.consumer]
        counts[node] = min(counts[node], MOST_COUNTED)
        lengths[node] = min(lengths[node], MOST_COUNTED)
    return counts, lengths


def _walk(graph: PathGraph, start: int, end: int, counts: Sequence[int], most: int) -> Iterator[tuple[Edge, ...]]:
    """Paths one after another, never into a node from which there is no way on."""
    if not counts[start]:
        return
    path: list[Edge] = []
    open_edges: list[Iterator[Edge]] = [iter(graph.edges[start])] if start != end else []
    if start == end and most:
        yield ()
    found = 0
    while open_edges and found < most:
        edge = next(open_edges[-1], None)
        if edge is None:
            open_edges.pop()
            if path:
                path.pop()
            continue
        if not counts[edge.consumer]:
            continue
        if edge.consumer == end:
            yield (*path, edge)
            found += 1
            continue
        path.append(edge)
        open_edges.append(iter(graph.edges[edge.consumer]))


def _product(edges: Sequence[Edge]) -> float:
    """Multiplied from the output down, as backpropagation does."""
    value = 1.0
    for edge in reversed(edges):
        value *= edge.value
    return value


def _between(graph: PathGraph, start: int, counts: Sequence[int]) -> int:
    """The number of edges on any path from `start`."""
    reached = bytearray(len(graph.nodes))
    reached[start] = 1
    found = 0
    for node in range(start, len(graph.nodes)):
        if reached[node] and counts[node]:
            for edge in graph.edges[node]:
                if counts[edge.consumer]:
                    reached[edge.consumer] = 1
                    found += 1
    return found


def _grad_table(graph: PathGraph, end: int) -> list[float]:
    """Algorithm 1: the derivative of `end` with respect to every node before it, each edge taken once."""
    table = [0.0] * len(graph.nodes)
    table[end] = 1.0
    for node in range(end - 1, -1, -1):
        for edge in graph.edges[node]:
            if table[edge.consumer]:
                table[node] += table[edge.consumer] * edge.value
    return table


# --- graphs ------------------------------------------------------------------------------------------------------


def author_nodes(solution: Solution) -> tuple[Variable, ...]:
    """A node for every entry of what is given and of what is computed on the way to the output."""
    return tuple(node for variable in _quantities(solution) for node in entries(variable))


def _is_on_the_way(binding: Binding) -> bool:
    """A line of the forward pass, the first where there are several updates."""
    return binding.phase == "forward" and binding.update == 1


def _quantities(solution: Solution) -> tuple[Variable, ...]:
    lines = filter(_is_on_the_way, solution.program.bindings)
    return (*solution.program.inputs, *(binding.variable for binding in lines))


def author_graph(solution: Solution, start: str | None = None) -> PathGraph:
    """The graph of a problem's own quantities, a node for each of their entries.

    With a `start`, only what can be reached from that node has edges. Raises NumericError for a local derivative
    that is no finite number.
    """
    variables = _quantities(solution)
    nodes = author_nodes(solution)
    cells = [(variable, index) for variable in variables for index in indices(variable.shape)]
    place = {(variable.name, index): k for k, (variable, index) in enumerate(cells)}
    consumers = {name: list(filter(_is_on_the_way, users)) for name, users in solution.program.consumers().items()}
    derivatives: dict[str, LineDerivatives] = {}
    edges: list[tuple[Edge, ...]] = []
    reached = bytearray(start in (None, node.name) for node in nodes)
    for source, (variable, index) in enumerate(cells):
        found: list[Edge] = []
        for binding in consumers[variable.name] if reached[source] else ():
            name = binding.variable.name
            if name not in derivatives:
                derivatives[name] = LineDerivatives(binding)
            for at, formula in derivatives[name].by(variable, index):
                consumer = place[name, at]
                value = _value(formula, solution, nodes[consumer].name, nodes[source].name)
                found.append(Edge(source, consumer, formula, value))
                reached[consumer] = 1
        edges.append(tuple(found))
    return PathGraph(nodes, tuple(edges), place.get((solution.output.name, (0, 0))))


def _value(formula: Expr, solution: Solution, of: str, by: str) -> float:
    with np.errstate(all="ignore"):
        value = float(evaluate(formula, solution.values))
    if not np.isfinite(value):
        raise NumericError(f"d{of}/d{by}", "the local derivative", "these numbers", "something that is not finite")
    return value


def scalar_graph(scalar: ScalarSolution) -> PathGraph:
    """The graph of a problem at scalar grain; numbers in formulas are no nodes of it."""
    program, tape = scalar.program, scalar.program.tape
    named = [(node, leaf) for node, leaf in enumerate(program.leaves) if isinstance(leaf, Variable)]
    place = {node: k for k, (node, _) in enumerate(named)}
    edges: list[list[Edge]] = [[] for _ in named]
    for node, _ in named:
        slopes = dict.fromkeys(tape.inputs(node), 0.0)
        for item, slope in zip(tape.inputs(node), tape.slopes(scalar.values, node), strict=True):
            slopes[item] += slope
        locals_: dict[int, Expr] = {}
        for item, local in program.locals(node):
            locals_[item] = local if item not in locals_ else locals_[item] + local
        for item, local in locals_.items():
            edges[place[item]].append(Edge(place[item], place[node], local, slopes[item]))
    return PathGraph(tuple(leaf for _, leaf in named), tuple(map(tuple, edges)), place[program.output])
