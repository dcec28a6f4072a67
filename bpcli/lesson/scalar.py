"""A problem worked at scalar grain: the table of every node, then the grad_table, as in Algorithm 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpcli.calculus.expr import Constant, Expr, Variable
from bpcli.calculus.ops.elementary import multiply, sum_of
from bpcli.calculus.stages import numbers_in
from bpcli.document.document import Block, Cell, Document, Heading, Inline, InlineMath, Note, Paragraph, Table, Title
from bpcli.document.mathtree import Math, Operator, Row
from bpcli.inquiry.scalar import ScalarSolution, Term
from bpcli.lesson.options import LessonOptions
from bpcli.messages import Messages
from bpcli.notation.conventions import derivative_math
from bpcli.notation.latex import to_latex
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer

MOST_NODES = 2_000
"""A table of more nodes shows its first ones only (all with `full`)."""

EMPTY = Cell(())


def scalar_lesson(scalar: ScalarSolution, options: LessonOptions | None = None) -> Document:
    """The tables of a problem at scalar grain as a document."""
    options = options or LessonOptions()
    problem = scalar.solution.problem
    messages = Messages(options.language or problem.language)
    teller = _Teller(scalar, messages, options)
    blocks: list[Block] = [Title(problem.title, problem.source), Paragraph(messages.inline("scalar.intro"))]
    if scalar.solution.rounding.each_step:
        blocks.append(Note(messages.inline("note.each-step")))
    if options.tells("forward"):
        blocks.extend(teller.forward())
    if options.tells("backward"):
        blocks.extend(teller.backward())
    if not scalar.solution.rounding.each_step:
        blocks.append(Note(messages.inline("note.rounding")))
    return Document(tuple(blocks), messages.language)


class _Teller:
    """Writes the nodes of one scalar solution and their gradients."""

    def __init__(self, scalar: ScalarSolution, messages: Messages, options: LessonOptions) -> None:
        self.scalar = scalar
        self.program = scalar.program
        self.messages = messages
        self.writer = Writer(scalar.solution.rounding)
        self.forward_nodes, self.backward_nodes = _chosen(scalar, options.only)
        self.most = None if options.full else MOST_NODES
        self.output = self.program.leaves[self.program.output]
        self.texts = _given_texts(scalar)

    # --- tables ---

    def forward(self) -> list[Block]:
        header = tuple((self.messages.text(f"scalar.{title}"),) for title in ("node", "operation", "value", "local"))
        nodes = self.forward_nodes
        rows = [row for node in nodes[: self.most] for row in self._node_rows(node)]
        return self._table("heading.forward", header, rows, len(nodes), "llrl")

    def _node_rows(self, node: int) -> list[tuple[Cell, ...]]:
        formula = self.program.formula(node)
        operation = EMPTY if formula is self.program.leaves[node] else _cell(self.writer.math(formula))
        first = (_cell(self._name(node)), operation, _cell(self._value(node)))
        locals_ = [_cell(self._local(node, item, slope, number)) for item, slope, number in self._locals(node)] or [
            EMPTY
        ]
        return [(*(first if place == 0 else (EMPTY,) * 3), local) for place, local in enumerate(locals_)]

    def backward(self) -> list[Block]:
        if not self.backward_nodes:
            return []
        titles = ("node", "consumers", "numbers", "gradient")
        header = tuple((self.messages.text(f"scalar.{title}"),) for title in titles)
        nodes = self.backward_nodes
        rows = [row for node in nodes[: self.most] for row in self._gradient_rows(node)]
        return self._table("heading.backward", header, rows, len(nodes), "lllr")

    def _gradient_rows(self, node: int) -> list[tuple[Cell, ...]]:
        gradient = _cell(self._number(self.scalar.gradients[node]))
        name = _cell(self._name(node))
        if node == self.program.output:
            return [(name, _cell(self._derivative(node, node)), EMPTY, gradient)]
        terms = self.scalar.terms(node)
        rows: list[tuple[Cell, ...]] = []
        for place, term in enumerate(terms):
            symbols = Row((self._gradient(term.consumer), Operator("·"), self._derivative(term.consumer, node)))
            numbers = self.writer.math(self._product(term))
            if len(terms) > 1:
                numbers = self._equal(numbers, term.value)
            last = EMPTY if len(terms) > 1 else gradient
            rows.append((EMPTY if place else name, _cell(symbols), _cell(numbers), last))
        if len(terms) > 1:
            total = self.writer.math(sum_of([Constant(term.value) for term in terms]))
            rows.append((EMPTY, Cell((self.messages.text("scalar.sum"),)), _cell(total), gradient))
        return rows

    def _table(
        self, heading: str, header: tuple[Inline, ...], rows: Sequence[tuple[Cell, ...]], count: int, align: str
    ) -> list[Block]:
        blocks: list[Block] = [Heading(self.messages.text(heading)), Table(header, tuple(rows), align)]
        if self.most is not None and count > self.most:
            blocks.append(Note(self.messages.inline("scalar.more", count=count - self.most), "warning"))
        return blocks

    # --- parts of a row ---

    def _name(self, node: int) -> Math:
        return self.writer.math(self.program.leaves[node])

    def _value(self, node: int) -> Math:
        leaf = self.program.leaves[node]
        if self.program.tape.operation(node) is None and isinstance(leaf, Variable):
            return self.writer.math(Constant(self.scalar.values[node], texts=self.texts.get(node)))
        return self._number(self.scalar.values[node])

    def _number(self, value: float) -> Math:
        return self.writer.math(Constant(value))

    def _equal(self, left: Math, value: float) -> Math:
        relation = "=" if self.scalar.solution.rounding.is_exact(value) else "≈"
        return Row((left, Operator(relation, "relation"), self._number(value)))

    def _locals(self, node: int) -> list[tuple[int, Expr, float]]:
        """Of each use of a node that is not a plain number: which, the slope as a formula, its value."""
        tape = self.program.tape
        numbers = dict(enumerate(tape.slopes(self.scalar.values, node)))
        inputs = tape.inputs(node)
        places = [place for place, item in enumerate(inputs) if isinstance(self.program.leaves[item], Variable)]
        formulas = self.program.locals(node)
        return [(item, slope, numbers[place]) for place, (item, slope) in zip(places, formulas, strict=True)]

    def _local(self, node: int, item: int, slope: Expr, number: float) -> Math:
        left = Row((self._derivative(node, item), Operator("=", "relation"), self.writer.math(slope)))
        return left if isinstance(slope, Constant) else self._equal(left, number)

    def _derivative(self, node: int, item: int) -> Math:
        return derivative_math(self._name(node), self._name(item))

    def _gradient(self, node: int) -> Math:
        return derivative_math(self.writer.math(self.output), self._name(node))

    def _product(self, term: Term) -> Expr:
        return multiply(Constant(self.scalar.gradients[term.consumer]), Constant(term.local))

    # --- JSON ---

    def forward_steps(self) -> list[dict[str, Any]]:
        tape = self.program.tape
        steps: list[dict[str, Any]] = []
        for node in self.forward_nodes:
            operation = tape.operation(node)
            if operation is None:
                continue
            formula = self.program.formula(node)
            put_in = numbers_in(formula, self._known(tape.inputs(node)), {})
            step = self._step(self.program.name(node), "forward", operation.name, formula, self.scalar.values[node])
            step["inputs"] = [self.program.name(item) for item, _, _ in self._locals(node)]
            step["stages"] = [to_text(self.writer.math(put_in)), step["printed"]]
            step["local_derivatives"] = [
                {"of": self.program.name(item), "formula": self._texts(slope), "value": number}
                for item, slope, number in self._locals(node)
            ]
            steps.append(step)
        return steps

    def backward_steps(self) -> list[dict[str, Any]]:
        output = self.program.name(self.program.output)
        steps: list[dict[str, Any]] = []
        for node in self.backward_nodes:
            terms = self.scalar.terms(node)
            name = f"d{output}/d{self.program.name(node)}"
            products: list[Math] = []
            for term in terms:
                parts = (self._gradient(term.consumer), Operator("·"), self._derivative(term.consumer, node))
                products.extend((Operator("+"), *parts) if products else parts)
            formula: Expr | Math = Row(tuple(products)) if products else Constant(1.0)
            step = self._step(name, "backward", "node_gradient", formula, self.scalar.gradients[node])
            consumers = [f"d{output}/d{self.program.name(term.consumer)}" for term in terms]
            step["inputs"] = list(dict.fromkeys(consumers))
            put_in = sum_of([self._product(term) for term in terms]) if terms else Constant(1.0)
            step["stages"] = [to_text(self.writer.math(put_in)), step["printed"]]
            step["terms"] = [
                {"consumer": self.program.name(term.consumer), "local_derivative": term.local, "value": term.value}
                for term in terms
            ]
            steps.append(step)
        return steps

    def _known(self, nodes: Sequence[int]) -> dict[str, float]:
        return {self.program.name(node): self.scalar.values[node] for node in nodes}

    def _texts(self, formula: Expr | Math) -> dict[str, str]:
        math = self.writer.math(formula) if isinstance(formula, Expr) else formula
        return {"text": to_text(math), "latex": to_latex(math)}

    def _step(self, name: str, phase: str, rule: str, formula: Expr | Math, value: float) -> dict[str, Any]:
        return {
            "id": name,
            "phase": phase,
            "rule": rule,
            "inputs": [],
            "formula": self._texts(formula),
            "stages": [],
            "value": value + 0.0,
            "printed": self.scalar.solution.rounding.text(value),
        }


def scalar_to_dict(scalar: ScalarSolution, options: LessonOptions | None = None) -> dict[str, Any]:
    """The solution at scalar grain as plain data: `bpcli/solution` with one number a step."""
    options = options or LessonOptions()
    problem = scalar.solution.problem
    teller = _Teller(scalar, Messages(options.language or problem.language), options)
    steps: list[dict[str, Any]] = []
    values: dict[str, float] = {}
    output = scalar.program.name(scalar.program.output)
    for node in teller.forward_nodes:
        values[scalar.program.name(node)] = scalar.values[node] + 0.0
    for node in teller.backward_nodes:
        values[f"d{output}/d{scalar.program.name(node)}"] = scalar.gradients[node] + 0.0
    if options.tells("forward"):
        steps.extend(teller.forward_steps())
    if options.tells("backward"):
        steps.extend(teller.backward_steps())
    return {
        "format": "bpcli/solution",
        "version": 1,
        "grain": "scalar",
        "title": problem.title,
        "steps": steps,
        "values": values,
    }


def _given_texts(scalar: ScalarSolution) -> dict[int, str]:
    """The given numbers as they were written, by their nodes."""
    found: dict[int, str] = {}
    for name, texts in scalar.solution.texts.items():
        rows = ((texts,),) if isinstance(texts, str) else texts
        if texts is not None and name in scalar.program.cells:
            found.update(zip(scalar.program.cells[name], (text for row in rows for text in row), strict=True))
    return found


def _chosen(scalar: ScalarSolution, only: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """The nodes to be told about, up and down; with `only`, those that the ids name and what they need."""
    program, tape = scalar.program, scalar.program.tape
    named = [node for node, leaf in enumerate(program.leaves) if isinstance(leaf, Variable)]
    active = [node for node in reversed(named) if scalar.active[node]]
    if not only:
        return named, active
    up, down = _asked(scalar, only)
    # The gradient of a node needs those of all nodes between it and the output, and the values in their slopes.
    downstream = bytearray(len(tape))
    for node in down:
        downstream[node] = 1
    for node in range(len(tape)):
        if scalar.active[node] and any(downstream[item] for item in tape.inputs(node)):
            downstream[node] = 1
    up.extend(node for node in named if downstream[node])
    needed = tape.needed_for(up)
    return [node for node in named if needed[node]], [node for node in active if downstream[node]]


def _asked(scalar: ScalarSolution, only: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """The nodes whose values, and those whose gradients, are asked for: `a1`, `u3`, `dL/dW1[1,2]`."""
    program, solution = scalar.program, scalar.solution
    known = program.nodes()
    output = program.name(program.output)
    up: list[int] = []
    down: list[int] = []
    for text in only:
        name = text.strip()
        target, rest = (down, name.removeprefix(f"d{output}/d")) if name.startswith(f"d{output}/d") else (up, name)
        if rest in known:
            target.append(known[rest])
            continue
        parts = solution.resolve(name)
        variable = solution.variables[parts.name]
        if variable.role == "adjoint" and variable.of is not None:
            target, variable = down, variable.of
        if variable.name not in program.cells:
            solution.look_up(name)  # says what is wrong with an entry
            continue
        solution.look_up(name)
        cells = program.cells[variable.name]
        if parts.indices:
            place = parts.indices if variable.rank == 2 else parts.indices[:1]
            cells = (known[f"{variable.name}[{','.join(map(str, place))}]"],)
        target.extend(cells)
    return up, [node for node in down if scalar.active[node]]


def _cell(math: Math) -> Cell:
    return Cell((InlineMath(math),))
