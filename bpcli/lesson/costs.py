"""The cost of a problem's passes as a document."""

from __future__ import annotations

from bpcli.document.document import Block, Cell, Document, Figures, Heading, Inline, InlineMath, Paragraph, Table, Title
from bpcli.inquiry.cost import Cost, Differences, Growth, PassCost
from bpcli.messages import Messages
from bpcli.solution.solution import Solution

COLUMNS = ("lines", "operations", "numbers", "edges", "work")
MOST_LINES = 60


def cost_document(solution: Solution, cost: Cost, growth: tuple[Growth, ...], language: str = "") -> Document:
    """Counts of the passes, of the layers and of the lines, central differences, and growth."""
    messages = Messages(language or solution.problem.language)
    blocks: list[Block] = [
        Title(solution.problem.title, solution.problem.source),
        Heading(messages.text("cost.heading")),
        _passes(cost, messages),
        Paragraph(messages.inline("cost.why")),
    ]
    if cost.ratio is not None:
        forward = cost.passes["forward"]
        measure = messages.inline(
            "cost.measure",
            numbers=_grouped(forward.numbers),
            edges=_grouped(forward.edges),
            active=_grouped(cost.active_edges),
        )
        blocks.append(Paragraph(measure))
    if any(layer for layer, _, _ in cost.layers) and cost.ratio is not None:
        blocks += [Heading(messages.text("cost.layers")), _layers(cost, messages)]
    if len(cost.lines) <= MOST_LINES:
        blocks += [Heading(messages.text("cost.lines")), _lines(cost, messages)]
    if cost.differences is not None:
        blocks.append(Heading(messages.text("cost.differences")))
        blocks += _differences(cost, cost.differences, messages)
    blocks += [
        Heading(messages.text("cost.growth")),
        Paragraph(messages.inline("cost.why-growth")),
        _growth(growth, messages),
    ]
    return Document(tuple(blocks), messages.language)


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _text(text: str) -> Cell:
    return Cell((text,))


def _figures(text: str) -> Cell:
    return Cell((Figures(text),))


def _count(number: int) -> Cell:
    return Cell((_grouped(number),))


def _header(messages: Messages, *keys: str) -> tuple[Inline, ...]:
    return tuple((messages.text(f"cost.{key}"),) for key in keys)


def _passes(cost: Cost, messages: Messages) -> Table:
    header = _header(messages, "pass", *(f"count-{column}" for column in COLUMNS))
    rows = [
        (_text(messages.text(f"cost.{phase}")), *map(_count, counts))
        for phase, counts in cost.passes.items()
        if counts.lines
    ]
    if cost.ratio is not None:
        forward, backward = cost.passes["forward"], cost.passes["backward"]
        rows.append((_text(messages.text("cost.ratio")), *_ratios(forward, backward)))
    return Table(header, tuple(rows), "l" + "r" * len(COLUMNS))


def _ratios(forward: PassCost, backward: PassCost) -> list[Cell]:
    return [_figures(f"{back / ahead:.2f}" if ahead else "") for ahead, back in zip(forward, backward, strict=True)]


def _layers(cost: Cost, messages: Messages) -> Table:
    rows = [
        (
            _text(str(layer) if layer else messages.text("cost.rest")),
            _count(forward),
            _count(backward),
            _figures(f"{backward / forward:.2f}" if forward else ""),
        )
        for layer, forward, backward in cost.layers
    ]
    return Table(_header(messages, "layer", "forward", "backward", "ratio"), tuple(rows), "lrrr")


def _lines(cost: Cost, messages: Messages) -> Table:
    header: tuple[Inline, ...] = (
        (messages.text("table.quantity"),),
        *_header(messages, *(f"count-{column}" for column in COLUMNS[1:])),
    )
    rows = tuple(
        (Cell((InlineMath(line.variable.math),)), *map(_count, (line.operations, line.numbers, line.edges, line.work)))
        for line in cost.lines
    )
    return Table(header, rows, "lrrrr")


def _differences(cost: Cost, differences: Differences, messages: Messages) -> list[Block]:
    both = cost.passes["forward"].work + cost.passes["backward"].work
    rows = (
        (_text(messages.text("cost.backpropagation")), _count(2), _count(both)),
        (_text(messages.text("cost.by-differences")), _count(differences.passes), _count(differences.work)),
    )
    why = messages.inline(
        "cost.why-differences",
        parameters=_grouped(differences.parameters),
        passes=_grouped(differences.passes),
        factor=Figures(f"{differences.factor:.3g}")
        if differences.factor < 1000
        else _grouped(round(differences.factor)),
    )
    return [Table(_header(messages, "method", "passes", "count-work"), rows, "lrr"), Paragraph(why)]


def _growth(growth: tuple[Growth, ...], messages: Messages) -> Table:
    rows = tuple(
        (
            _count(item.layers),
            _count(item.units),
            _count(item.forward),
            _count(item.backward),
            _figures(f"{item.per_weight:.2f}"),
        )
        for item in growth
    )
    return Table(_header(messages, "hidden", "units", "forward", "backward", "per-weight"), rows, "rrrrr")
