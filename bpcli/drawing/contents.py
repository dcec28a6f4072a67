"""The graph of a solution: a box for each quantity, an edge for each use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Variable, evaluate, variables_of
from bpcli.calculus.program import Binding, Contribution, Program
from bpcli.document.mathtree import Math, Matrix, Number
from bpcli.drawing.model import Box, DrawingError, Edge, Numbers, Picture
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution

MOST_BOXES = 300
MOST_ENTRIES = 4
"""A matrix with more rows or columns is elided in its box."""
DOTS = "…"


def graph_picture(
    solution: Solution, only: Iterable[str] = (), *, extended: bool = False, numbers: Numbers = "all"
) -> Picture:
    """The quantities of a solution and how they depend on each other; of several updates the first.

    `only`: ids of quantities; they and what they are computed from are drawn. `extended`: gradients are boxes of
    their own, with the edges of their formulas. Raises UnknownQuantityError for ids that name nothing, DrawingError
    where there would be too many boxes.
    """
    names = [solution.resolve(identifier).name for identifier in only]
    if not names:
        solution = solution.one_update
    program = solution.program
    chosen = program.needed_for(names or _drawn(program, extended))
    lines = [b for b in program.bindings if b.variable.name in chosen]
    extended = extended or any(b.phase != "forward" for b in lines)
    return _Painter(solution, lines, extended, names, numbers).picture()


def _drawn(program: Program, extended: bool) -> list[str]:
    """The first forward pass, with the gradients where they are drawn; of what has no pass, its updates."""
    late: set[str] = set()  # lines of an update, and what is computed from them
    for binding in program.bindings:
        if binding.phase == "update" or any(v.name in late for v in variables_of(binding.expr)):
            late.add(binding.variable.name)
    names = [b.variable.name for b in program.bindings if b.phase == "forward" and b.variable.name not in late]
    if extended:
        names += [b.variable.name for b in program.bindings if b.phase == "backward"]
    return names or [b.variable.name for b in program.bindings]


class _Painter:
    """Makes the boxes and edges of one picture."""

    def __init__(
        self, solution: Solution, lines: list[Binding], extended: bool, names: list[str], numbers: Numbers
    ) -> None:
        self.solution = solution
        self.numbers = numbers
        self.lines = lines
        self.extended = extended
        self.writer = Writer(solution.rounding)
        bound = {b.variable.name for b in lines}
        used = {v.name: v for b in lines for v in variables_of(b.expr)}
        used |= {name: solution.variables[name] for name in names}
        self.inputs = [v for v in solution.program.inputs if v.name in used and v.name not in bound]
        self.adjoints = {
            b.variable.of.name: b
            for b in solution.program.bindings
            if b.variable.role == "adjoint" and b.variable.of is not None
        }

    def picture(self) -> Picture:
        boxes = [*map(self.given, self.inputs), *map(self.computed, self.lines)]
        if len(boxes) > MOST_BOXES:
            raise DrawingError(
                f"the picture would have {len(boxes)} boxes, and nobody reads more than {MOST_BOXES}; "
                "draw a part of it with --only and the id of a quantity"
            )
        edges = tuple(self.edge(v, b) for b in self.lines for v in variables_of(b.expr))
        messages = Messages(self.solution.problem.language)
        description = messages.text("graph.description", boxes=len(boxes), edges=len(edges))
        return Picture(self.solution.problem.title, description, _in_order(boxes, edges), edges)

    def given(self, variable: Variable) -> Box:
        value, exact = self.value(variable, given=True)
        return Box(variable.name, variable.math, None, value, exact, "input", self.gradient(variable))

    def computed(self, binding: Binding) -> Box:
        variable = binding.variable
        value, exact = self.value(variable)
        kind = "output" if variable is self.solution.output else "adjoint" if binding.phase == "backward" else "node"
        formula = self.writer.math(binding.expr)
        if formula == variable.math and binding.worked is not None:
            formula = self.writer.math(binding.worked)
        shown = None if formula in (variable.math, value) else formula
        return Box(variable.name, variable.math, shown, value, exact, kind, self.gradient(variable))

    def value(self, variable: Variable, *, given: bool = False) -> tuple[Math | None, bool]:
        solution = self.solution
        if self.numbers == "none" or (self.numbers == "given" and not given):
            return None, True
        return short_value(self.writer, solution.values[variable.name], solution.texts.get(variable.name))

    def gradient(self, variable: Variable) -> tuple[Math, Math | None, bool] | None:
        line = self.adjoints.get(variable.name)
        if line is None or self.extended or self.numbers == "given":
            return None
        return (line.variable.math, *self.value(line.variable))

    def edge(self, source: Variable, binding: Binding) -> Edge:
        target = binding.variable
        line = self.adjoints.get(source.name)
        if line is None or self.extended or self.numbers == "given":
            return Edge(source.name, target.name)
        parts = [c for c in line.contributions if c.consumer is target]
        if not parts:
            return Edge(source.name, target.name)
        sent = _sum([self.local(part) for part in parts])
        value, exact = None, True
        if self.numbers == "none" and isinstance(sent, Constant):
            return Edge(source.name, target.name, passed=True)
        if self.numbers == "all" and sent.shape == () and target.shape == () and not isinstance(sent, Constant):
            texts = self.solution.texts.get(sent.name) if isinstance(sent, Variable) else None
            with np.errstate(all="ignore"):
                value, exact = short_value(self.writer, evaluate(sent, self.solution.values), texts)
        return Edge(source.name, target.name, self.writer.math(sent), value, exact, passed=True)

    def local(self, part: Contribution) -> Expr:
        return part.term if part.local is None or part.consumer.shape != () else part.local


def _sum(terms: list[Expr]) -> Expr:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def _in_order(boxes: list[Box], edges: tuple[Edge, ...]) -> tuple[Box, ...]:
    """Inputs just before what uses them first; everything else as it is computed."""
    by_id = {box.id: box for box in boxes}
    needs: dict[str, list[str]] = {box.id: [] for box in boxes}
    for edge in edges:
        needs[edge.target].append(edge.source)
    placed: dict[str, Box] = {}
    for box in boxes:
        if box.kind == "input":
            continue
        for name in needs[box.id]:
            placed.setdefault(name, by_id[name])
        placed.setdefault(box.id, box)
    for box in boxes:
        placed.setdefault(box.id, box)
    return tuple(placed.values())


def short_value(writer: Writer, value: Array, texts: Any) -> tuple[Math, bool]:
    """A number, or a matrix with few enough rows and columns for a box; and whether that is the value itself."""
    if np.ndim(value) == 0:
        written = writer.write(Constant(value, texts=texts))
        return written.math, written.exact
    exact = texts is not None or all(writer.rounding.is_exact(float(item)) for item in np.ravel(value))
    rows, columns = np.shape(value)
    at_rows, at_columns = _shown(rows), _shown(columns)

    def cell(i: int | None, j: int | None) -> str:
        if i is None or j is None:
            return DOTS
        return str(texts[i][j]) if texts is not None else writer.rounding.text(float(value[i, j]))

    drawn = tuple(tuple(cell(i, j) for j in at_columns) for i in at_rows)
    if len(drawn) == len(drawn[0]) == 1:
        return Number(drawn[0][0]), exact
    return Matrix(drawn, None if len(at_rows) == rows and len(at_columns) == columns else (rows, columns)), exact


def _shown(count: int) -> list[int | None]:
    return list(range(count)) if count <= MOST_ENTRIES else [0, 1, None, count - 1]
