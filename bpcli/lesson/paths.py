"""The paths between two nodes as a document: each with its product, their sum, and why nobody enumerates them."""

from __future__ import annotations

from typing import Any, NamedTuple

from bpcli.calculus.expr import Apply, Constant, Expr, Variable
from bpcli.calculus.monomials import ONE, Monomial, as_expr, monomial_of, multiplied
from bpcli.calculus.ops.elementary import multiply, sum_of
from bpcli.calculus.ops.writing import POWER
from bpcli.calculus.stages import stages
from bpcli.document.document import Block, Document, Equation, Figures, Heading, Link, Note, Paragraph, Step, Title
from bpcli.document.mathtree import Identifier, Math, Operator, Row
from bpcli.document.rounding import Rounding
from bpcli.inquiry.paths import MOST_COUNTED, Path, PathGraph, Paths
from bpcli.messages import Messages
from bpcli.notation.conventions import derivative_math
from bpcli.notation.equation import fence
from bpcli.notation.latex import to_latex
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer

ALMOST = 1e-12
MOST_TERMS = 12
"""A sum of more terms is not written out again."""
MOST_EDGES = 30
"""Of a path with more edges only both ends are shown."""
SHOWN_AT_ENDS = 5


class Closing(NamedTuple):
    """What a sum of paths comes to where some of them share all but given numbers that add up to one."""

    ones: Expr
    result: Expr


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
        self.variables = {variable.name: variable for variable in self.graph.nodes}
        self.expanded = _expanded(self.graph)
        self.values = dict(self.graph.values)
        self.left = self._derivative(paths.end, paths.start)
        self.monomials = [self._monomial(path) for path in paths.listed]

    def count(self) -> Any:
        paths = self.paths
        holes = {"start": self._name(paths.start), "end": self._name(paths.end), "count": count_text(paths.number)}
        key = "none" if not paths.number else "one" if paths.number == 1 else "many"
        return self.messages.inline(f"paths.count.{key}", **holes)

    def path(self, number: int, path: Path) -> Step:
        nodes = [self._name(self.paths.start), *(self._name(edge.consumer) for edge in path.edges)]
        equation = self._product(path, self.monomials[number - 1])
        title = self.messages.inline("paths.path", nodes=_joined(nodes, "→"))
        return Step(number, f"path-{number}", title, (), (equation,))

    def _product(self, path: Path, monomial: Monomial | None) -> Equation:
        """∂L/∂p₁ · ∂p₁/∂h₁ = (−y₁/p₁) · 1/H = … with numbers."""
        if not path.edges:
            return Equation(self.left, (Link("=", self.writer.math(Constant(1.0))),))
        edges = path.edges[::-1]
        left = _joined([self._derivative(edge.consumer, edge.source) for edge in edges], "·")
        links = [Link("=", self._dotted([edge.local for edge in edges]))]
        value = self.writer.write(Constant(path.value))
        if len(edges) <= MOST_EDGES:
            if monomial is not None:
                links.append(Link("=", self.writer.math(as_expr(monomial, self.variables))))
            numbers = self.writer.write(_all_multiplied([Constant(edge.value) for edge in edges]))
            links.append(Link("=" if numbers.exact else "≈", numbers.math))
            exact = numbers.exact and value.exact
        else:
            exact = False
            links.append(Link("≈", self._dotted([Constant(edge.value) for edge in edges])))
        links.append(Link("=" if exact else "≈", value.math))
        return Equation(left, _without_repeats(links))

    def _dotted(self, factors: list[Expr]) -> Math:
        """A product with a dot between any two factors: each of them is one edge."""
        items: list[Math] = []
        for factor in factors:
            math = self.writer.math(factor)
            items.append(fence(math) if len(factors) > 1 and _is_loose(factor) else math)
        return _joined(items, "·")

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
            blocks.extend(self._closing())
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
            symbols = self._terms()
            if symbols is not None:
                links.append(Link("=", self.writer.math(sum_of(symbols))))
            numbers = self.writer.write(sum_of([Constant(path.value) for path in paths.listed]))
            links.append(Link("=" if numbers.exact else "≈", numbers.math))
        value = self.writer.write(Constant(paths.total))
        links.append(Link("=" if value.exact and all(link.relation == "=" for link in links) else "≈", value.math))
        return Equation(self.left, _without_repeats(links))

    def _terms(self) -> list[Expr] | None:
        """What the paths come to, in symbols, where every one of them is a product of names."""
        found = [as_expr(monomial, self.variables) for monomial in self.monomials if monomial is not None]
        return found if len(found) == len(self.monomials) else None

    def _closing(self) -> list[Block]:
        closing = _closed(self.graph, self.monomials, self.expanded, self.variables)
        if closing is None:
            return []
        sentence = self.messages.inline("paths.closing", ones=self.writer.math(closing.ones))
        chain = self.writer.chain(self.left, [closing.result], stages(closing.result, self.values, {}))
        return [Note(sentence), chain]

    def _monomial(self, path: Path) -> Monomial | None:
        result = ONE
        for edge in path.edges:
            factor = monomial_of(edge.local, self.expanded)
            if factor is None:
                return None
            result = multiplied(result, factor)
        return result

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
                            "formula": self._texts(edge.local),
                            "value": edge.value,
                        }
                        for edge in path.edges
                    ],
                    "product": self._texts(as_expr(monomial, self.variables)) if monomial is not None else None,
                    "value": path.value + 0.0,
                }
                for path, monomial in zip(paths.listed, self.monomials, strict=True)
            ],
            "sum": paths.total + 0.0 if paths.is_complete else None,
            "gradient": paths.gradient + 0.0,
        }

    def _texts(self, expr: Expr) -> dict[str, str]:
        math = self.writer.math(expr)
        return {"text": to_text(math), "latex": to_latex(math)}


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


def _all_multiplied(factors: list[Expr]) -> Expr:
    product = factors[0]
    for factor in factors[1:]:
        product = multiply(product, factor)
    return product


def _without_repeats(links: list[Link]) -> tuple[Link, ...]:
    kept: list[Link] = []
    for link in links:
        if not kept or kept[-1].math != link.math:
            kept.append(link)
    return tuple(kept)


def _expanded(graph: PathGraph) -> dict[str, Monomial]:
    """The quantities that are products of others, down to those that are not."""
    found: dict[str, Monomial] = {}
    for variable, formula in zip(graph.nodes, graph.formulas, strict=True):
        monomial = None if formula is None else monomial_of(formula, found)
        if monomial is not None:
            found[variable.name] = monomial
    return found


def _closed(
    graph: PathGraph,
    terms: list[Monomial | None],
    expanded: dict[str, Monomial],
    variables: dict[str, Variable],
) -> Closing | None:
    """y₁ h₁/H + y₂ h₁/H is p₁ where y₁ + y₂ = 1: the terms that are some quantity times given numbers."""
    if None in terms:
        return None
    given = {variable.name for variable, formula in zip(graph.nodes, graph.formulas, strict=True) if formula is None}
    best: tuple[str, list[Monomial], list[Monomial]] | None = None
    for name, quantity in expanded.items():
        if not quantity.powers or quantity.powers.keys() <= given:
            continue
        shares: list[Monomial] = []
        rest: list[Monomial] = []
        for term in terms:
            assert term is not None
            share = multiplied(term, quantity, -1)
            is_share = bool(share.powers) and share.powers.keys() <= given and min(share.powers.values()) > 0
            (shares if is_share else rest).append(share if is_share else term)
        total = sum(_value(share, graph.values) for share in shares)
        if len(shares) > 1 and abs(total - 1) <= ALMOST and (best is None or len(shares) > len(best[1])):
            best = name, shares, rest
    if best is None:
        return None
    name, shares, rest = best
    ones = sum_of([as_expr(share, variables) for share in shares])
    return Closing(ones, sum_of([variables[name], *(as_expr(term, variables) for term in rest)]))


def _value(monomial: Monomial, values: Any) -> float:
    result = monomial.coefficient
    for name, exponent in monomial.powers.items():
        result *= values[name] ** exponent
    return result
