"""From matrices to scalars: the formula of a single entry, and a whole program as a graph of elementary operations.

Elementwise operations act on entries; operations that mix entries say how (`Operation.entry`); everything else is
taken through its textbook definition, down to operations that have none: + − × ÷, negation, square, exp, log, max …
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Operation, Shape, Variable, variables_of
from bpcli.calculus.ops.functions import identity
from bpcli.calculus.ops.matrices import entry
from bpcli.calculus.program import Program
from bpcli.calculus.tape import Tape
from bpcli.document.mathtree import Identifier, Number, Subscript

Index = tuple[int, int]

MOST_NODES = 300_000
"""Large graphs of numbers go onto a tape of their own, without a name for what lies between."""
BETWEEN = "between"
"""The role of a node that is no entry of a quantity."""


def entry_of(expr: Expr, index: Index = (0, 0)) -> Expr:
    """The scalar formula of entry `index` (from 0) of `expr`; of a scalar expression, of its value.

    An operation with neither an entry rule nor a definition is taken whole, and the entry out of that.
    """
    return _Entries().entry(expr, index)


class _Asked(Expr):
    """An entry that an operation's rule asks for and that is not written out yet."""

    __slots__ = ("index", "whole")

    def __init__(self, whole: Expr, index: Index) -> None:
        self.shape = ()
        self.whole = whole
        self.index = index


class _Entries:
    """Writes entries out, each once. Iterative, for a sum may be as long as its file.

    A rule is asked first for the entries of its operands that it needs, and once these are written out for its formula.
    """

    def __init__(self) -> None:
        self.done: dict[tuple[int, Index], Expr] = {}
        self.kept: dict[tuple[int, Index | None], Expr] = {}  # definitions, and what rules answer that is no number
        self.needed: list[_Asked] = []

    def entry(self, expr: Expr, index: Index) -> Expr:
        self.at(expr, *index)
        while self.needed:
            part = self.needed[-1]
            before = len(self.needed)
            formula = self._formula(part.whole, part.index)
            if len(self.needed) == before:
                self.needed.pop()
                self.done[id(part.whole), part.index] = formula
            else:
                self.needed[before:] = reversed(self.needed[before:])
        return self.at(expr, *index)

    def at(self, expr: Expr, row: int, column: int) -> Expr:
        """The formula of an entry, or a place for it where it is not written out yet."""
        if isinstance(expr, _Asked):
            return expr
        index = _clipped((row, column), expr.shape) if expr.shape else (0, 0)
        known = self.done.get((id(expr), index))
        if known is not None:
            return known
        if not isinstance(expr, Apply):
            return _entry_of_leaf(expr, index)
        asked = _Asked(expr, index)
        self.needed.append(asked)
        return asked

    def _formula(self, expr: Expr, index: Index) -> Expr:
        assert isinstance(expr, Apply)
        operation = expr.operation
        result: Expr
        if operation.elementwise:
            result = operation(*(self.at(item, *index) for item in expr.inputs))
        elif operation.entry is not None:
            numbers = (self.at(item, 0, 0) if item.shape == () else item for item in expr.inputs)
            result = operation.entry(index, self.at, *numbers)
        elif operation.definition is not None:
            if (id(expr), None) not in self.kept:
                self.kept[id(expr), None] = operation.definition(*expr.inputs)
            result = self.at(self.kept[id(expr), None], *index)
        else:
            result = expr if expr.shape == () else entry(*index)(expr)
        # A rule may answer with an operand as it stands; only its entry is a scalar.
        return result if result.shape == () else self.at(self.kept.setdefault((id(expr), index), result), *index)


def _entry_of_leaf(expr: Expr, index: Index) -> Expr:
    if expr.shape == ():
        return expr
    row, column = index
    if isinstance(expr, Constant):
        texts = expr.texts[row][column] if expr.texts is not None else None
        return Constant(expr.value[row, column], texts=texts, variable=expr.variable)
    return entry(row, column)(expr)


def _clipped(index: Index, shape: tuple[int, ...]) -> Index:
    """The entry that broadcasting puts at `index`."""
    rows, columns = shape
    return (min(index[0], rows - 1), min(index[1], columns - 1))


# --- whole programs --------------------------------------------------------------------------------------------


class ScalarProgram(NamedTuple):
    """A program as a graph of numbers: the nodes on a tape, and what each is called.

    `leaves[k]` stands for node k in a formula: a variable with the node's id (`W1[1,2]`, `L`, `u3`), or a constant.
    `cells` gives the nodes of each quantity of the program, row by row. `output` is the node that is differentiated.
    """

    tape: Tape
    leaves: tuple[Variable | Constant, ...]
    cells: Mapping[str, tuple[int, ...]]
    output: int

    def name(self, node: int) -> str:
        """The id of a node; that of a constant is its number."""
        leaf = self.leaves[node]
        return leaf.name if isinstance(leaf, Variable) else str(leaf.value)

    def nodes(self) -> dict[str, int]:
        """Every node that has an id, by its id."""
        return {leaf.name: node for node, leaf in enumerate(self.leaves) if isinstance(leaf, Variable)}

    def formula(self, node: int) -> Expr:
        """What a node is computed by: an operation of the nodes it uses; of a given node, itself."""
        operation = self.tape.operation(node)
        if operation is None:
            return self.leaves[node]
        return Apply(operation, tuple(self.leaves[item] for item in self.tape.inputs(node)))

    def locals(self, node: int) -> tuple[tuple[int, Expr], ...]:
        """The local derivatives of a node as formulas, with the node that each is with respect to.

        A constant has none: nothing is differentiated with respect to it.
        """
        operation = self.tape.operation(node)
        if operation is None:
            return ()
        inputs = self.tape.inputs(node)
        parts = operation.backprop(Constant(1.0), self.leaves[node], *(self.leaves[item] for item in inputs))
        return tuple(
            (item, Constant(0.0) if part is None else part)
            for item, part in zip(inputs, parts, strict=True)
            if isinstance(self.leaves[item], Variable)
        )


def lower(program: Program, values: Mapping[str, Array], output: Variable, texts: Mapping[str, Any]) -> ScalarProgram:
    """The forward part of a program as a graph of numbers of elementary operations.

    Every entry of every quantity has a node of its own, called as it is in answers (`W1[1,2]`, `a1[2]`); what lies
    between is called u1, u2, …, and what occurs twice in one line is one node. `values` and `texts` are those of the
    program's inputs. Raises NotImplementedError for an operation that has no scalar form, TooManyNodesError for a
    program of more than `MOST_NODES` single numbers.
    """
    lowering = _Lowering(_free_letter(program.variables()))
    for variable in program.inputs:
        if variable.name in values:
            lowering.give(variable, values[variable.name], texts.get(variable.name))
    for binding in program.bindings:
        # A forward pass at another point than the given one rests on lines of the update.
        used = {variable.name for variable in variables_of(binding.expr)}
        if binding.phase == "forward" and used <= lowering.cells.keys():
            lowering.bind(binding.variable, binding.expr)
    leaves = tuple(leaf for leaf in lowering.leaves if leaf is not None)
    return ScalarProgram(lowering.tape, leaves, lowering.cells, lowering.cells[output.name][0])


def _free_letter(names: Iterable[str]) -> str:
    """A letter for what lies between that begins no name of the program."""
    known = tuple(names)
    letters = ("u", "s", "r", "q", "node")
    return next((item for item in letters if not any(name.startswith(item) for name in known)), "_")


class Target(Protocol):
    """Where the nodes of a line go: the nodes that names stand for, and ways to make more."""

    @property
    def cells(self) -> Mapping[str, tuple[int, ...]]: ...
    def emit(self, operation: Operation, inputs: tuple[int, ...], /) -> int: ...
    def constant(self, leaf: Constant, /) -> int: ...


class NodeOf(Expr):
    """One node of the tape, as an operand of a formula that is being lowered."""

    __slots__ = ("node",)

    def __init__(self, node: int) -> None:
        self.shape = ()
        self.node = node


class TooManyNodesError(ValueError):
    """A program that comes to more than `MOST_NODES` single numbers."""


class _Lowering:
    """Lowers one line after another onto a tape; used once."""

    def __init__(self, letter: str) -> None:
        self.tape = Tape()
        self.letter = letter
        self.leaves: list[Variable | Constant | None] = []  # None: what lies between, until its line is whole
        self.cells: dict[str, tuple[int, ...]] = {}
        self.between = 0
        self.constants: dict[tuple[float, str | None], int] = {}

    def give(self, variable: Variable, value: Array, texts: Any) -> None:
        """Nodes for the entries of an input."""
        nodes = [self.tape.number(float(item)) for item in np.ravel(value)]
        self.leaves.extend(entries(variable))
        self.cells[variable.name] = tuple(nodes)

    def bind(self, variable: Variable, expr: Expr) -> None:
        """Nodes for the entries of a computed quantity, and for what lies between."""
        first = len(self.tape)
        nodes = Line(self).lowered(expr)
        uses = Counter(nodes)
        named: list[int] = []
        for leaf, node in zip(entries(variable), nodes, strict=True):
            known = self.leaves[node]
            # A score that does not count is −∞, given as that and by no operation.
            if isinstance(known, Constant) and np.isinf(known.value):
                node = self.tape.number(float(known.value))
                self.leaves.append(None)
            # What is another quantity already (y = x) gets a node of its own, and so do equal entries of one quantity.
            elif known is not None or uses[node] > 1:
                node = self.emit(identity, (node,))
            self.leaves[node] = leaf
            named.append(node)
        self.cells[variable.name] = tuple(named)
        for node in range(first, len(self.leaves)):
            if self.leaves[node] is None:
                self.between += 1
                number = str(self.between)
                math = Subscript(Identifier(self.letter), Number(number))
                self.leaves[node] = Variable(self.letter + number, (), math, BETWEEN)

    def emit(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        if len(inputs) > 2:
            raise NotImplementedError(f"{operation.name} has no form in operations of one or two numbers")
        if len(self.tape) >= MOST_NODES:
            raise TooManyNodesError
        self.leaves.append(None)
        return self.tape.apply(operation, *inputs)

    def constant(self, leaf: Constant) -> int:
        """A node for a number in a formula: one for each number that is written in the same way."""
        key = (float(leaf.value), str(leaf.texts) if leaf.math is None else repr(leaf.math))
        if key not in self.constants:
            self.constants[key] = self.tape.number(float(leaf.value))
            self.leaves.append(leaf)
        return self.constants[key]


class Line:
    """Lowers one formula. Iterative: a formula may be a sum of a hundred thousand terms."""

    def __init__(self, lowering: Target) -> None:
        self.lowering = lowering
        self.done: dict[int, tuple[int, ...]] = {}
        self.parts: dict[int, tuple[Expr, ...] | None] = {}
        self.shared: dict[tuple[int, ...], int] = {}
        self.alive: list[Expr] = []  # what `done` and `parts` know by its id must not be freed meanwhile

    def lowered(self, root: Expr) -> tuple[int, ...]:
        """The nodes of the entries of `root`, row by row."""
        done = self.done
        stack = [root]
        while stack:
            expr = stack[-1]
            if id(expr) in done:
                stack.pop()
                continue
            self.alive.append(expr)
            if not isinstance(expr, Apply):
                done[id(expr)] = self._leaf(expr)
                continue
            waiting = [item for item in expr.inputs if id(item) not in done]
            if not waiting:
                if id(expr) not in self.parts:
                    self.parts[id(expr)] = self._expanded(expr)
                parts = self.parts[id(expr)]
                if parts is None:
                    done[id(expr)] = self._entrywise(expr)
                    continue
                waiting = [item for item in parts if id(item) not in done]
                if not waiting:
                    done[id(expr)] = tuple(node for part in parts for node in done[id(part)])
                    continue
            stack.extend(reversed(waiting))
        return done[id(root)]

    def _leaf(self, expr: Expr) -> tuple[int, ...]:
        if isinstance(expr, NodeOf):
            return (expr.node,)
        if isinstance(expr, Variable):
            return self.lowering.cells[expr.name]
        assert isinstance(expr, Constant)
        if expr.shape == ():
            return (self.lowering.constant(expr),)
        items = (_entry_of_leaf(expr, index) for index in indices(expr.shape))
        return tuple(self.lowering.constant(item) for item in items)  # type: ignore[arg-type]

    def _expanded(self, expr: Apply) -> tuple[Expr, ...] | None:
        """Formulas whose entries, one after the other, are those of `expr`; None where it acts entry by entry."""
        operation = expr.operation
        if operation.definition is not None:
            return (operation.definition(*expr.inputs),)
        if operation.elementwise:
            return None
        if operation.entry is None:
            raise NotImplementedError(f"{operation.name} has no form in elementary operations")
        return tuple(operation.entry(index, self._at, *expr.inputs) for index in indices(expr.shape))

    def _at(self, expr: Expr, row: int, column: int) -> Expr:
        nodes = self.done[id(expr)]
        if expr.shape == ():
            return NodeOf(nodes[0])
        return NodeOf(nodes[row * expr.shape[1] + column])

    def _entrywise(self, expr: Apply) -> tuple[int, ...]:
        rows, columns = expr.shape or (1, 1)
        sides = [_broadcast(self.done[id(item)], item.shape, rows, columns) for item in expr.inputs]
        code = id(expr.operation)
        nodes: list[int] = []
        for inputs in zip(*sides, strict=True):
            key = (code, *inputs)
            if key not in self.shared:
                self.shared[key] = self.lowering.emit(expr.operation, inputs)
            nodes.append(self.shared[key])
        return tuple(nodes)


def _broadcast(nodes: tuple[int, ...], shape: tuple[int, ...], rows: int, columns: int) -> tuple[int, ...]:
    """The nodes of an operand repeated to the shape of the result."""
    if len(nodes) == rows * columns:
        return nodes
    if len(nodes) == 1:
        return nodes * (rows * columns)
    if shape[0] == 1:
        return nodes * rows
    return tuple(node for node in nodes for _ in range(columns))


def indices(shape: Shape) -> Iterator[Index]:
    """The places of a quantity's entries, row by row; a number has one."""
    rows, columns = shape or (1, 1)
    return ((i, j) for i in range(rows) for j in range(columns))


def entries(variable: Variable) -> list[Variable]:
    """A variable for each entry of a quantity, row by row, called as it is in answers."""
    if variable.shape == ():
        return [variable]
    found: list[Variable] = []
    for i, j in indices(variable.shape):
        place = f"{i + 1},{j + 1}" if variable.rank == 2 else str(max(i, j) + 1)
        math = entry(i, j).notation.write((variable.math,), (variable,))
        name = f"{variable.name}[{place}]"
        found.append(Variable(name, (), math, variable.role, place=variable.place, of=variable, rank=0))
    return found
