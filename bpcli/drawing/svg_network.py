"""The picture of a network as SVG: units as cards, weights on the edges between them."""

from __future__ import annotations

from bpcli.drawing.ink import Run, runs, width_of
from bpcli.drawing.layout import Frame
from bpcli.drawing.svg import MARGIN, SIZE, SMALL, Canvas
from bpcli.drawing.units import Column, NetworkPicture, Unit, Wire
from bpcli.notation.text import to_text

ROW = 20.0
PAD = 13.0
GAP = 14.0  # between the name of a row and its number
BETWEEN = 34.0  # between units
LEAST_CHANNEL = 150.0
LABEL_ROOM = 16.0
HEAD = 62.0


class _Card:
    """A unit measured."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.names = [runs(name) for name, _, _ in unit.rows]
        self.numbers = [runs(number) for _, number, _ in unit.rows]
        names = max((width_of(name, SMALL + 1) for name in self.names), default=0.0)
        numbers = max((width_of(number, SMALL + 1) for number in self.numbers), default=0.0)
        self.one_line = len(unit.rows) == 1
        title = width_of(runs(unit.name), SIZE)
        inner = title + width_of([Run(" = "), *self.numbers[0]], SIZE) if self.one_line else names + GAP + numbers
        self.width = max(inner, title) + 2 * PAD
        self.height = ROW + 2 * 8.0 if self.one_line else ROW * (len(unit.rows) + 1) + 2 * 8.0 + 4.0


def network_to_svg(picture: NetworkPicture) -> str:
    """The network from left to right; the units of a layer stand at equal distances, and so do all weights."""
    cards = [[_Card(unit) for unit in column.units] for column in picture.columns]
    loss = _Card(picture.loss) if picture.loss is not None else None
    widths = [max(card.width for card in column) for column in cards]
    heights = [max(card.height for card in column) for column in cards]
    pitch = max(heights) + BETWEEN
    pitch = max(pitch, *(LABEL_ROOM * (len(column) + 1) for column in cards))
    slots = max(len(column) + (1 if data.hidden else 0) for column, data in zip(cards, picture.columns, strict=True))
    height = (slots - 1) * pitch + max(heights)
    middle = MARGIN + HEAD + height / 2
    centres = _centres(widths, cards, picture)
    canvas = Canvas()
    canvas.words(picture.title, MARGIN, MARGIN + 12.0, 18.0)
    if picture.caption:
        canvas.words(picture.caption, MARGIN, MARGIN + 32.0, SMALL, kind="quiet")
    places = [_heights(column, pitch, middle) for column in picture.columns]
    frames = [
        [Frame(centres[k], y, widths[k], card.height) for card, y in zip(cards[k], places[k], strict=True)]
        for k in range(len(cards))
    ]
    for wire in picture.wires:
        _wire(canvas, wire, frames)
    right = centres[-1] + widths[-1] / 2
    if loss is not None:
        end = Frame(right + min(max(84.0, height / 8), 150.0) + loss.width / 2, middle, loss.width, loss.height)
        for frame in frames[-1]:
            start = frame.x + frame.width / 2
            canvas.wire([(start, frame.y), (end.x - end.width / 2, _toward(end, frame.y))], "passed")
        _draw(canvas, loss, end, "box output")
        right = end.x + end.width / 2
    for k, column in enumerate(picture.columns):
        for card, frame in zip(cards[k], frames[k], strict=True):
            _draw(canvas, card, frame, "box" if k else "box given")
        if column.hidden:
            _dots(canvas, column, frames[k])
        if column.title:
            top = middle - height / 2 - 12.0
            canvas.words(column.title, centres[k], top, SMALL, anchor="middle", kind="quiet")
    for wire in picture.wires:
        _weight(canvas, wire, picture, frames)
    width = max(right, MARGIN + width_of([Run(picture.title)], 18.0)) + MARGIN
    return canvas.document(width, middle + height / 2 + MARGIN, picture.title, picture.description)


def _centres(widths: list[float], cards: list[list[_Card]], picture: NetworkPicture) -> list[float]:
    """The x of each column: far enough apart for the labels before the units that they lead to."""
    centres = [MARGIN + widths[0] / 2]
    for k in range(1, len(cards)):
        labels = [width_of(runs(wire.weight), SMALL) for wire in picture.wires if wire.column == k - 1]
        room = (max(labels, default=0.0) / 2 + 16.0) * (len(cards[k - 1]) + 1)
        channel = max(LEAST_CHANNEL, room)
        centres.append(centres[-1] + widths[k - 1] / 2 + channel + widths[k] / 2)
    return centres


def _heights(column: Column, pitch: float, middle: float) -> list[float]:
    """Where the units stand; a gap for those left out comes before the last one."""
    places = list(range(len(column.units)))
    if column.hidden:
        places[-1] += 1
    return [middle + (place - places[-1] / 2) * pitch for place in places]


def _ends(wire: Wire, frames: list[list[Frame]]) -> tuple[tuple[float, float], tuple[float, float]]:
    left, right = frames[wire.column][wire.source], frames[wire.column + 1][wire.target]
    return (left.x + left.width / 2, left.y), (right.x - right.width / 2, right.y)


def _wire(canvas: Canvas, wire: Wire, frames: list[list[Frame]]) -> None:
    (x0, y0), (x1, y1) = _ends(wire, frames)
    tip = f"{to_text(wire.name)} = {to_text(wire.weight)}"
    if wire.gradient is not None:
        tip += f", {to_text(wire.gradient[0])}: {to_text(wire.gradient[1])}"
    canvas.line(x0, y0, x1, y1, "weight", tip)


def _weight(canvas: Canvas, wire: Wire, picture: NetworkPicture, frames: list[list[Frame]]) -> None:
    """At n of n + 1 parts of the way from n units, where the labels of all edges stand at equal distances."""
    (x0, y0), (x1, y1) = _ends(wire, frames)
    count = len(picture.columns[wire.column].units) + (1 if picture.columns[wire.column].hidden else 0)
    part = max(count, 2) / (max(count, 2) + 1)
    x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
    canvas.formula(runs(wire.weight), x, y + SMALL * 0.33, SMALL, anchor="middle", kind="halo")


def _toward(frame: Frame, y: float) -> float:
    """Where an edge from that height meets the side of a card."""
    reach = frame.height / 2 - 12.0
    return frame.y + max(-reach, min(reach, (y - frame.y) * 0.15))


def _dots(canvas: Canvas, column: Column, frames: list[Frame]) -> None:
    y = (frames[-1].y + frames[-2].y) / 2
    canvas.words("⋮", frames[-1].x, y, 24.0, anchor="middle", kind="quiet")
    canvas.words(f"+ {column.hidden}", frames[-1].x + 26.0, y - 3.0, SMALL, anchor="middle", kind="quiet")


def _draw(canvas: Canvas, card: _Card, frame: Frame, kind: str) -> None:
    canvas.rectangle(frame, kind, 16.0 if card.one_line else 10.0)
    if card.one_line:
        line: list[Run] = [*runs(card.unit.name), Run(" = "), *card.numbers[0]]
        canvas.formula(line, frame.x, frame.y + SIZE * 0.33, anchor="middle")
        return
    top = frame.y - frame.height / 2 + 8.0
    canvas.formula(runs(card.unit.name), frame.x, top + ROW * 0.72, SIZE, anchor="middle")
    left, right = frame.x - frame.width / 2, frame.x + frame.width / 2
    canvas.add(f'<path class="wire rule" d="M{left:.1f} {top + ROW + 1:.1f}H{right:.1f}"/>')
    for k, (_, _, gradient) in enumerate(card.unit.rows):
        y = top + 4.0 + ROW * (k + 1.72)
        shade = "back" if gradient else "quiet"
        canvas.formula(card.names[k], left + PAD, y, SMALL + 1, kind=shade)
        canvas.formula(card.numbers[k], right - PAD, y, SMALL + 1, anchor="end", kind="back" if gradient else "")
