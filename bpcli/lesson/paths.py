"""The paths between two nodes as a document: each with its product, their sum, and why nobody enumerates them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpcli.calculus.expr import Apply, Constant, Expr, is_constant
from bpcli.calculus.ops.elementary import sum_of
from bpcli.calculus.ops.writing import POWER
from bpcli.document.document import Block, Document, Equation, Figures, Heading, Link, Note, Paragraph, Step, Title
from bpcli.document.mathtree import Identifier, Math, Operator, Row
from bpcli.document.rounding import Rounding
from bpcli.inquiry.paths import MOST_COUNTED, Edge, Path, Paths
from bpcli.messages import Messages
from bpcli.notation.conventions import derivative_math
from bpcli.notation.equation import fence
from bpcli.notation.latex import to_latex
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer

MOST_TERMS = 12
"""A sum of more terms is not written out again."""
MOST_EDGES = 30
"""Of a path with more edges only both ends are shown."""
SHOWN_AT_ENDS = 5


def paths_lesson(paths: Paths, rounding: Rounding, language: str = "", title: str = "", source: str = "") -> Document:
    """Every listed path with its product, the sum of the products beside the gradient, and how many paths there are."""
    messages = Messages(language)
    teller = _Teller(paths, Writer(rounding), messages)
    blocks: list[Block] = [Title(title, source)] if title else []
    blocks.append(Heading(messages.text("paths.heading")))
    blocks.append(Paragraph(teller.count()))
    blocks.extend(teller.path(number, path) for number, path in enumerate(paths.listed, start=1))
    blocks.extend(teller.sum())
    return Document(tuple(blocks), messages.language)


class _Teller:
    """Writes the paths of one question."""

    def __init__(self, paths: Paths, writer: Writer, messages: Messages) -> None:
        self.paths = paths
        self.graph = paths.graph
        self.writer = writer
        self.messages = messages
        self.left = self._derivative(paths.end, paths.start)

    def count(self) -> Any:
        paths = self.paths
        holes = {"start": self._name(paths.start), "end": self._name(paths.end), "count": count_text(paths.number)}
        key = "none" if not paths.number else "one" if paths.number == 1 else "many"
        return self.messages.inline(f"paths.count.{key}", **holes)

    def path(self, number: int, path: Path) -> Step:
        nodes = [self._name(self.paths.start), *(self._name(edge.consumer) for edge in path.edges)]
        equation = self._product(path)
        title = self.messages.inline("paths.path", nodes=_joined(nodes, "→"))
        return Step(number, f"path-{number}", title, (), (equation,))

    def _product(self, path: Path) -> Equation:
        """∂L/∂p₁ · ∂p₁/∂h₁ = (−y₁/p₁) · 1/H = … with numbers; a local derivative of 1 is no factor of it."""
        value = self.writer.write(Constant(path.value))
        if not path.edges:
            return Equation(self.left, (Link("=", value.math),))
        left = _joined([self._derivative(edge.consumer, edge.source) for edge in path.edges[::-1]], "·")
        factors = _factors(path)
        links = [Link("=", self._dotted([edge.local for edge in factors]))]
        numbers = [Constant(edge.value) for edge in factors]
        exact = len(numbers) <= MOST_EDGES and all(self.writer.write(number).exact for number in numbers)
        links.append(Link("=" if exact else "≈", self._dotted(numbers)))
        links.append(Link("=" if exact and value.exact else "≈", value.math))
        return Equation(left, _without_repeats(links))

    def _dotted(self, factors: Sequence[Expr]) -> Math:
        """A product with a dot between any two factors: each of them is one edge."""
        items: list[Math] = []
        for factor in factors:
            math = self.writer.math(factor)
            items.append(fence(math) if len(factors) > 1 and _is_loose(factor) else math)
        return _joined(items, "·") if items else self.writer.math(Constant(1.0))

    def sum(self) -> list[Block]:
        paths = self.paths
        if not paths.number:
            return []
        blocks: list[Block] = [Heading(self.messages.text("paths.sum"))]
        gradient = self.writer.math(Constant(paths.gradient))
        if not paths.is_complete:
            holes = {"count": count_text(paths.number), "listed": len(paths.listed)}
            blocks.append(Note(self.messages.inline("paths.too-many", **holes), "warning"))
            blocks.append(Equation(self.left, (Link("≈", gradient),)))
        else:
            blocks.append(self._total())
            key = "paths.agrees" if _agree(paths.total, paths.gradient) else "paths.differs"
            blocks.append(Note(self.messages.inline(key, gradient=self.left, value=gradient), "check"))
        holes = {
            "steps": count_text(paths.steps),
            "edges": paths.edges,
            "count": count_text(paths.number),
        }
        blocks.append(Note(self.messages.inline("paths.why" if paths.number > 1 else "paths.why-one", **holes)))
        return blocks

    def _total(self) -> Equation:
        paths = self.paths
        links: list[Link] = []
        if len(paths.listed) <= MOST_TERMS:
            numbers = self.writer.write(sum_of([Constant(path.value) for path in paths.listed]))
            links.append(Link("=" if numbers.exact else "≈", numbers.math))
        value = self.writer.write(Constant(paths.total))
        links.append(Link("=" if value.exact and all(link.relation == "=" for link in links) else "≈", value.math))
        return Equation(self.left, _without_repeats(links))

    def _name(self, node: int) -> Math:
        return self.graph.nodes[node].math

    def _derivative(self, node: int, by: int) -> Math:
        return derivative_math(self._name(node), self._name(by))

    # --- JSON ---

    def to_dict(self) -> dict[str, Any]:
        paths, names = self.paths, [variable.name for variable in self.graph.nodes]
        return {
            "format": "bpcli/paths",
            "version": 1,
            "from": names[paths.start],
            "to": names[paths.end],
            "count": paths.number,
            "count_is_exact": paths.number < MOST_COUNTED,
            "edges": paths.edges,
            "paths": [
                {
                    "nodes": [names[paths.start], *(names[edge.consumer] for edge in path.edges)],
                    "local_derivatives": [
                        {
                            "of": names[edge.consumer],
                            "by": names[edge.source],
                            "formula": _texts(self.writer.math(edge.local)),
                            "value": edge.value,
                        }
                        for edge in path.edges
                    ],
                    "product": _texts(self._dotted([edge.local for edge in _factors(path)])),
                    "value": path.value + 0.0,
                }
                for path in paths.listed
            ],
            "sum": paths.total + 0.0 if paths.is_complete else None,
            "gradient": paths.gradient + 0.0,
        }


def paths_to_dict(paths: Paths, rounding: Rounding) -> dict[str, Any]:
    """The paths as plain data (`bpcli/paths`)."""
    return _Teller(paths, Writer(rounding), Messages("")).to_dict()


def count_text(count: int) -> str:
    """A number of paths as it is read: 3, 1 048 576, about 1.3·10³⁰ is `≈ 1.3e30`."""
    if count >= MOST_COUNTED:
        return "> 1e300"
    return Figures(f"{count:,}" if count < 10**15 else f"≈ {count:.3e}".replace("e+", "e"))


def _joined(items: list[Math], sign: str) -> Math:
    """The items with a sign between any two; of very many only those at both ends."""
    if len(items) > MOST_EDGES + 1:
        items = [*items[:SHOWN_AT_ENDS], Identifier("…"), *items[-SHOWN_AT_ENDS:]]
    if len(items) == 1:
        return items[0]
    row = [items[0]]
    for item in items[1:]:
        row.extend((Operator(sign), item))
    return Row(tuple(row))


def _is_loose(factor: Expr) -> bool:
    """Whether a factor needs fences beside a dot: a sum, a negative, a fraction."""
    if isinstance(factor, Constant):
        return float(factor.value) < 0
    return isinstance(factor, Apply) and factor.operation.notation.precedence < POWER


def _agree(total: float, gradient: float) -> bool:
    return abs(total - gradient) <= 1e-9 * max(1.0, abs(gradient))


def _factors(path: Path) -> list[Edge]:
    """The edges of a path whose local derivative is not the number 1, from the output down."""
    return [edge for edge in reversed(path.edges) if not is_constant(edge.local, 1.0)]


def _texts(math: Math) -> dict[str, str]:
    return {"text": to_text(math), "latex": to_latex(math)}


def _without_repeats(links: list[Link]) -> tuple[Link, ...]:
    kept: list[Link] = []
    for link in links:
        if not kept or kept[-1].math != link.math:
            kept.append(link)
    return tuple(kept)
