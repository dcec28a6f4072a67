"""Pictures as SVG that stands alone: system fonts, colours for light and dark pages, text as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bpcli.document.mathtree import Math, Matrix
from bpcli.document.safe import safe
from bpcli.drawing.ink import Run, broken, runs, width_of
from bpcli.drawing.layout import Frame, Link, layered
from bpcli.drawing.model import Box, Edge, Picture
from bpcli.notation.text import elided_rows, number_text

MARGIN = 28.0
SIZE = 16.0
SMALL = 13.0
LINE = 21.0
PAD_X, PAD_Y = 14.0, 9.0
WIDEST = 300.0
ARROW = 7.0

LIGHT = {
    "paper": "#ffffff", "ink": "#1b2026", "quiet": "#69727d", "box": "#f6f8fa", "given": "#ffffff",
    "edge": "#c3cad2", "wire": "#aab3bd", "rule": "#d5dae0", "accent": "#1a5fb4", "back": "#b03a12",
}  # fmt: skip
DARK = {
    "paper": "#15181c", "ink": "#e9ecef", "quiet": "#98a2ad", "box": "#1f242a", "given": "#15181c",
    "edge": "#4a535d", "wire": "#5c6670", "rule": "#39414a", "accent": "#7fb2f0", "back": "#f2946b",
}  # fmt: skip

_FONTS = '"STIX Two Text", "Cambria", "Times New Roman", "Liberation Serif", "Nimbus Roman", serif'
_SHAPES = f"""
.bpcli {{ color-scheme: light dark; font-family: {_FONTS}; }}
.bpcli text {{ white-space: pre; }}
.bpcli .it {{ font-style: italic; }}
.bpcli .halo {{ paint-order: stroke; stroke-width: 4; stroke-linejoin: round; }}
.bpcli .box {{ stroke-width: 1.2; }}
.bpcli .output {{ stroke-width: 2; }}
.bpcli .wire {{ fill: none; stroke-width: 1.3; }}
.bpcli .bracket {{ fill: none; stroke-width: 1.1; }}
.bpcli .head {{ stroke: none; }}
""".strip()
_PAINT = """
.bpcli .paper { fill: paper; }
.bpcli text { fill: ink; }
.bpcli .quiet { fill: quiet; }
.bpcli .back, .bpcli .back tspan { fill: back; }
.bpcli .halo { stroke: paper; }
.bpcli .box { fill: box; stroke: edge; }
.bpcli .given { fill: given; }
.bpcli .output { stroke: accent; }
.bpcli .adjoint { stroke: back; }
.bpcli .wire { stroke: edge; }
.bpcli .weight { stroke: wire; }
.bpcli .passed { stroke: quiet; }
.bpcli .backward { stroke: back; }
.bpcli .rule { stroke: rule; }
.bpcli .bracket { stroke: ink; }
.bpcli .bracket.backward { stroke: back; }
.bpcli .head { fill: edge; }
.bpcli .head.passed { fill: quiet; }
.bpcli .head.backward { fill: back; }
""".strip()


def _painted(colours: Mapping[str, str]) -> str:
    """The rules of colour with the colours in them: few programs but browsers know variables."""
    return re.sub(r"(?<=: )\w+(?=;)", lambda name: colours[name[0]], _PAINT)


STYLE = f"{_SHAPES}\n{_painted(LIGHT)}\n@media (prefers-color-scheme: dark) {{\n{_painted(DARK)}\n}}"


def escaped(text: str) -> str:
    """Text from outside inside an element or an attribute of XML."""
    shown = safe(text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        shown = shown.replace(character, entity)
    return shown


class Canvas:
    """Collects the elements of one drawing."""

    def __init__(self) -> None:
        self.elements: list[str] = []

    def add(self, element: str) -> None:
        self.elements.append(element)

    def formula(
        self, line: Iterable[Run], x: float, y: float, size: float = SIZE, *, anchor: str = "start", kind: str = ""
    ) -> None:
        """One line of a formula; `y` is its baseline."""
        spans = []
        height = 0.0
        for run in line:
            wanted = -0.36 * size * run.level if run.level > 0 else -0.2 * size * run.level
            parts = []
            if wanted != height:
                parts.append(f'dy="{_n(wanted - height)}"')
                height = wanted
            if run.level:
                parts.append(f'font-size="{_n(size * 0.7)}"')
            if run.italic:
                parts.append('class="it"')
            text = escaped(run.text)
            spans.append(f"<tspan {' '.join(parts)}>{text}</tspan>" if parts else text)
        extra = f' class="{kind}"' if kind else ""
        place = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.add(f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{place}{extra}>{"".join(spans)}</text>')

    def words(
        self, text: str, x: float, y: float, size: float = SIZE, *, anchor: str = "start", kind: str = ""
    ) -> None:
        self.formula([Run(text)], x, y, size, anchor=anchor, kind=kind)

    def rectangle(self, frame: Frame, kind: str, radius: float = 7.0) -> None:
        x, y = frame.x - frame.width / 2, frame.y - frame.height / 2
        self.add(
            f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(frame.width)}" '
            f'height="{_n(frame.height)}" rx="{_n(radius)}"/>'
        )

    def wire(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """A curve through the points that leaves and arrives level, with an arrowhead at its end."""
        end = points[-1]
        path = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
        limit = end[0] - (ARROW - 1)
        stops = [(min(x, limit), y) for x, y in points[1:]]
        x, y = points[0]
        for to_x, to_y in stops:
            if to_y == y and to_x == x:
                continue
            if to_y == y:
                path.append(f"H{_n(to_x)}")
            else:
                bend = (to_x - x) / 2
                path.append(f"C{_n(x + bend)} {_n(y)} {_n(to_x - bend)} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
            x, y = to_x, to_y
        self.add(f'<path class="wire {kind}" d="{"".join(path)}"></path>')
        a, b = end
        self.add(f'<path class="head {kind}" d="M{_n(a)} {_n(b)}L{_n(a - ARROW)} {_n(b - 3.6)}V{_n(b + 3.6)}Z"/>')

    def line(self, x0: float, y0: float, x1: float, y1: float, kind: str, tip: str = "") -> None:
        """A straight edge; `tip` is shown when the pointer rests on it."""
        told = f"<title>{escaped(tip)}</title>" if tip else ""
        self.add(f'<path class="wire {kind}" d="M{_n(x0)} {_n(y0)}L{_n(x1)} {_n(y1)}">{told}</path>')

    def matrix(self, cells: Cells, x: float, y: float, size: float, kind: str = "") -> None:
        """A matrix with its brackets; `y` is the middle."""
        top = y - cells.height / 2
        for j, (left, width) in enumerate(cells.columns):
            for i, row in enumerate(cells.rows):
                line = [Run(row[j])]
                self.formula(line, x + left + width, top + (i + 0.76) * cells.step, size, anchor="end", kind=kind)
        bottom, right = top + cells.height, x + cells.width
        stroke = f"bracket{' backward' if kind else ''}"
        self.add(f'<path class="{stroke}" d="M{_n(x + 4)} {_n(top)}H{_n(x)}V{_n(bottom)}H{_n(x + 4)}"/>')
        self.add(f'<path class="{stroke}" d="M{_n(right - 4)} {_n(top)}H{_n(right)}V{_n(bottom)}H{_n(right - 4)}"/>')

    def document(self, width: float, height: float, title: str, description: str) -> str:
        box = f"0 0 {_n(width)} {_n(height)}"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="bpcli" viewBox="{box}" width="{_n(width)}" '
            f'height="{_n(height)}" role="img" aria-label="{escaped(title)}">'
        )
        told = f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>"
        paper = f'<rect class="paper" width="{_n(width)}" height="{_n(height)}"/>'
        return "\n".join([head, told, f"<style>{STYLE}</style>", paper, *self.elements, "</svg>"]) + "\n"


def _n(value: float) -> str:
    return f"{value + 0.0:.1f}".removesuffix(".0") if abs(value) >= 0.05 else "0"


class Cells(NamedTuple):
    """A matrix measured: its texts, and for each column where it begins and how wide it is."""

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[float, float], ...]
    step: float
    width: float
    height: float


def cells_of(matrix: Matrix, size: float) -> Cells:
    """A matrix as it is set at that size."""
    rows = tuple(tuple(number_text(cell, False) for cell in row) for row in elided_rows(matrix))
    columns: list[tuple[float, float]] = []
    at = 7.0
    for j in range(len(rows[0])):
        width = max(width_of([Run(row[j])], size) for row in rows)
        columns.append((at, width))
        at += width + 9.0
    step = size * 1.22
    return Cells(rows, tuple(columns), step, at - 9.0 + 7.0, step * len(rows) + 2.0)


# --- a graph ---


class _Part(NamedTuple):
    """One row of a box: a formula, and after it perhaps a matrix."""

    line: list[Run]
    cells: Cells | None
    size: float
    kind: str
    width: float
    height: float


class _Card(NamedTuple):
    parts: tuple[_Part, ...]
    width: float
    height: float


def picture_to_svg(picture: Picture) -> str:
    """The graph from left to right."""
    cards = {box.id: _card(box) for box in picture.boxes}
    labels = [_label(edge) for edge in picture.edges]
    links = [
        Link(edge.source, edge.target, (width_of(label, SMALL) + 8.0, SMALL * 1.25) if label else None)
        for edge, label in zip(picture.edges, labels, strict=True)
    ]
    layout = layered({name: (card.width, card.height) for name, card in cards.items()}, links)
    canvas = Canvas()
    top = MARGIN + 34.0
    canvas.words(picture.title, MARGIN, MARGIN + 12.0, 18.0)
    kinds = {box.id: box.kind for box in picture.boxes}
    for edge, route in zip(picture.edges, layout.routes, strict=True):
        kind = "backward" if kinds[edge.target] == "adjoint" else "passed" if edge.passed else ""
        canvas.wire([(x + MARGIN, y + top) for x, y in route], kind)
    for box in picture.boxes:
        frame = layout.boxes[box.id]
        _draw(canvas, box, cards[box.id], frame._replace(x=frame.x + MARGIN, y=frame.y + top))
    for label, place in zip(labels, layout.labels, strict=True):
        if label and place is not None:
            y = place.y + top + SMALL * 0.32
            canvas.formula(label, place.x + MARGIN, y, SMALL, anchor="middle", kind="back")
    title_width = width_of([Run(picture.title)], 18.0)
    width = max(layout.width, title_width) + 2 * MARGIN
    return canvas.document(width, layout.height + top + MARGIN, picture.title, picture.description)


def _label(edge: Edge) -> list[Run]:
    if edge.local is None:
        return []
    formula = runs(edge.local)
    return formula if edge.value is None else [*formula, Run(" = " if edge.exact else " ≈ "), *runs(edge.value)]


def _card(box: Box) -> _Card:
    parts: list[_Part] = []
    name = runs(box.name)
    given = box.formula is None
    head = [*name] if given else [*name, Run(" ", opens=True), Run("= "), *runs(box.formula)]  # type: ignore[arg-type]
    if given and type(box.value) is Matrix:
        parts.append(_matrix_part([*head, Run(" = ")], box.value, SIZE, ""))
    elif given:
        parts.append(_text_part(head if box.value is None else [*head, Run(" = "), *runs(box.value)], SIZE))
    else:
        parts += [_text_part(line, SIZE) for line in broken(head, SIZE, WIDEST)]
        if box.value is not None:
            parts.append(_value_part([Run("= " if box.exact else "≈ ")], box.value, ""))
    if box.gradient is not None:
        name_of, value, exact = box.gradient
        if value is None:
            parts.append(_text_part(runs(name_of), SMALL + 1, "back"))
        else:
            parts.append(_value_part([*runs(name_of), Run(" = " if exact else " ≈ ")], value, "back"))
    width = max(part.width for part in parts) + 2 * PAD_X
    return _Card(tuple(parts), width, sum(part.height for part in parts) + 2 * PAD_Y)


def _text_part(line: list[Run], size: float, kind: str = "") -> _Part:
    return _Part(line, None, size, kind, width_of(line, size), LINE)


def _value_part(lead: list[Run], value: Math, kind: str) -> _Part:
    if type(value) is Matrix:
        return _matrix_part(lead, value, SMALL + 1, kind)
    return _text_part([*lead, *runs(value)], SMALL + 1, kind)


def _matrix_part(lead: list[Run], value: Matrix, size: float, kind: str) -> _Part:
    cells = cells_of(value, size)
    return _Part(lead, cells, size, kind, width_of(lead, size) + cells.width, max(LINE, cells.height + 6.0))


def _draw(canvas: Canvas, box: Box, card: _Card, frame: Frame) -> None:
    kind = {"input": "box given", "output": "box output", "adjoint": "box adjoint"}.get(box.kind, "box")
    canvas.rectangle(frame, kind, 16.0 if box.kind == "input" and card.height < 60 else 7.0)
    y = frame.y - frame.height / 2 + PAD_Y
    for part in card.parts:
        middle = y + part.height / 2
        if part.cells is None:
            canvas.formula(part.line, frame.x, middle + part.size * 0.33, part.size, anchor="middle", kind=part.kind)
        else:
            start = frame.x + part.width / 2 - part.cells.width
            text = middle + part.size * 0.33
            canvas.formula(part.line, start - 1.0, text, part.size, anchor="end", kind=part.kind)
            canvas.matrix(part.cells, start, middle, part.size, part.kind)
        y += part.height
