"""The picture of a network as SVG: units as cards, weights on the edges between them."""

from __future__ import annotations

from bpcli.document.mathtree import Math
from bpcli.drawing.cards import Card, Heading
from bpcli.drawing.ink import Run, runs, width_of
from bpcli.drawing.layout import Frame, Link, layered
from bpcli.drawing.svg import MARGIN, SMALL, Canvas
from bpcli.drawing.units import NetworkPicture, Panel, Wire
from bpcli.notation.text import to_text

BETWEEN = 34.0  # between units
CLOSER = 18.0  # between units where panels stand over each other
LEAST_CHANNEL, NO_WEIGHTS = 150.0, 96.0
LABEL_ROOM = 16.0
HEAD = 62.0
MOST_NAMES = 4
MOST_RIBBON = 6
"""More wires past a column are drawn as one."""
LOSS = "loss"


def network_to_svg(picture: NetworkPicture) -> str:
    """The network from left to right; the units of a layer stand at equal distances, and so do all weights."""
    return _Drawing(picture).document()


class _Stand:
    """A panel measured: its cards, how far apart their middles are, and what stands over them."""

    def __init__(self, panel: Panel, pitch: float, alone: bool) -> None:
        self.panel = panel
        self.cards = [Card(unit) for unit in panel.units]
        self.heading = Heading(panel.title, _names(panel.parameters))
        self.pitch = pitch
        self.head = 0.0 if alone else self.heading.height
        self.height = (self.slots - 1) * pitch + max(card.height for card in self.cards)
        self.width = max(card.width for card in self.cards)

    @property
    def slots(self) -> int:
        return len(self.cards) + (1 if self.panel.hidden else 0)

    def frames(self, x: float, middle: float) -> list[Frame]:
        """Where the cards stand; a gap for those left out comes before the last one."""
        places = list(range(len(self.cards)))
        if self.panel.hidden:
            places[-1] += 1
        heights = [middle + (place - places[-1] / 2) * self.pitch for place in places]
        return [Frame(x, y, self.width, card.height) for card, y in zip(self.cards, heights, strict=True)]


class _Drawing:
    def __init__(self, picture: NetworkPicture) -> None:
        self.picture = picture
        self.columns = picture.columns
        self.chain = all(len(column) == 1 for column in self.columns)
        self.stands = self._stands()
        self.loss = Card(picture.loss) if picture.loss is not None else None
        # Of wires from unit to unit one link tells the layout; those that pass a column, and whole ones, are routed.
        self.routed = [self._is_routed(wire) for wire in picture.wires]
        self._place()

    def _stands(self) -> list[_Stand]:
        panels = self.picture.panels
        cards = [[Card(unit) for unit in panel.units] for panel in panels]
        tallest = [max(card.height for card in column) for column in cards]
        if self.chain:
            labels = [LABEL_ROOM * (len(column) + 1) for column in cards]
            flat = [height for height, panel in zip(tallest, panels, strict=True) if not panel.grid]
            pitch = max(max(flat, default=0.0) + BETWEEN, *labels)
            return [_Stand(panel, pitch, True) for panel in panels]
        return [
            _Stand(panel, max(height + CLOSER, LABEL_ROOM * (self._labels_from(k) + 1)), False)
            for k, (panel, height) in enumerate(zip(panels, tallest, strict=True))
        ]

    def _labels_from(self, panel: int) -> int:
        """How many labels stand above each other where the wires of a panel arrive."""
        wires = [w for w in self.picture.wires if w.before == panel and w.source is not None and w.label is not None]
        return max((self._feeding(wire, hidden=True) for wire in wires), default=0)

    def _is_routed(self, wire: Wire) -> bool:
        panels = self.picture.panels
        return wire.source is None or panels[wire.after].column > panels[wire.before].column + 1

    def _place(self) -> None:
        picture = self.picture
        sizes = {str(k): (stand.width, stand.height + 2 * stand.head) for k, stand in enumerate(self.stands)}
        links: list[Link] = []
        self.link_of: dict[int, int] = {}
        seen: dict[tuple[int, int], int] = {}
        # What is given stands below what comes from before: the inputs of a sequence under its states.
        order = sorted(range(len(picture.wires)), key=lambda k: picture.panels[picture.wires[k].before].given)
        for k in order:
            wire = picture.wires[k]
            ends = (wire.before, wire.after)
            many = sum((w.before, w.after) == ends for w in picture.wires) > MOST_RIBBON
            if not self.routed[k] or many:
                if ends in seen:
                    self.link_of[k] = seen[ends]
                    continue
                seen[ends] = len(links)
            self.link_of[k] = len(links)
            links.append(Link(str(ends[0]), str(ends[1]), self._label_size(k)))
        self.to_loss: list[int] = []
        if self.loss is not None:
            sizes[LOSS] = (self.loss.width, self.loss.height)
            for prediction in picture.predictions:
                self.to_loss.append(len(links))
                links.append(Link(str(prediction), LOSS))
        self.layout = layered(sizes, links, self._channels())
        self.top = MARGIN + HEAD
        boxes = [self.layout.boxes[str(k)] for k in range(len(self.stands))]
        self.frames = [
            stand.frames(box.x + MARGIN, box.y + self.top) for stand, box in zip(self.stands, boxes, strict=True)
        ]

    def _label_size(self, k: int) -> tuple[float, float] | None:
        """The room for the name on a wire that is routed; of several with one name to one panel, the first has it."""
        wire = self.picture.wires[k]
        before = [w for w in self.picture.wires[:k] if w.source is None and w.after == wire.after]
        if not self.routed[k] or wire.label is None or any(w.label == wire.label for w in before):
            return None
        return width_of(runs(wire.label), SMALL) + 8.0, SMALL * 1.25

    def _channels(self) -> list[float]:
        """How far columns stand apart: enough for the labels before the units that they lead to."""
        channels = []
        for column in range(len(self.columns) - 1):
            room = 0.0
            for k, wire in enumerate(self.picture.wires):
                if self.picture.panels[wire.before].column == column and not self.routed[k] and wire.label is not None:
                    label = width_of(runs(wire.label), SMALL)
                    room = max(room, (label / 2 + 16.0) * (self._feeding(wire, hidden=False) + 1))
            channels.append(max(LEAST_CHANNEL, room) if room or self.chain else NO_WEIGHTS)
        height = max(stand.height for stand in self.stands)
        return [*channels, min(max(84.0, height / 8), 150.0)]

    def _feeding(self, wire: Wire, *, hidden: bool) -> int:
        """How many units of its column lead to the panel that a wire leads to."""
        column = self.picture.panels[wire.before].column
        feeding = {w.before for w in self.picture.wires if w.after == wire.after}
        panels = [self.picture.panels[k] for k in feeding if self.picture.panels[k].column == column]
        return sum(len(panel.units) + (1 if hidden and panel.hidden else 0) for panel in panels)

    # --- ink ---

    def document(self) -> str:
        picture, canvas = self.picture, Canvas()
        canvas.words(picture.title, MARGIN, MARGIN + 12.0, 18.0)
        if picture.caption:
            canvas.words(picture.caption, MARGIN, MARGIN + 32.0, SMALL, kind="quiet")
        drawn: set[int] = set()
        for k, wire in enumerate(picture.wires):
            if not self.routed[k]:
                self._straight(canvas, wire)
            elif self.link_of[k] not in drawn:
                drawn.add(self.link_of[k])
                canvas.wire(self._route(k, wire), "weight")
                if wire.source is None:
                    self._held_together(canvas, wire)
        right = max(frame.x + frame.width / 2 for frames in self.frames for frame in frames)
        if self.loss is not None:
            right = max(right, self._draw_loss(canvas))
        for panel, stand, frames in zip(picture.panels, self.stands, self.frames, strict=True):
            for card, frame in zip(stand.cards, frames, strict=True):
                card.draw(canvas, frame, "box given" if panel.given else "box")
            if panel.hidden:
                _dots(canvas, panel, frames)
            top = self.top if self.chain else frames[0].y - frames[0].height / 2
            stand.heading.draw(canvas, frames[0].x, top - (12.0 if self.chain else 7.0))
            right = max(right, frames[0].x + stand.heading.width / 2)
        for k, wire in enumerate(picture.wires):
            self._label(canvas, k, wire)
        width = max(right, MARGIN + width_of([Run(picture.title)], 18.0)) + MARGIN
        return canvas.document(width, self.top + self.layout.height + MARGIN, picture.title, picture.description)

    def _ends(self, wire: Wire) -> tuple[tuple[float, float], tuple[float, float]]:
        left = self.frames[wire.before][wire.source or 0]
        right = self.frames[wire.after][wire.target or 0]
        return (left.x + left.width / 2, left.y), (right.x - right.width / 2, right.y)

    def _straight(self, canvas: Canvas, wire: Wire) -> None:
        (x0, y0), (x1, y1) = self._ends(wire)
        tip = ""
        if wire.name is not None:
            tip = to_text(wire.name) + ("" if wire.weight is None else f" = {to_text(wire.weight)}")
        if wire.gradient is not None:
            tip += f", {to_text(wire.gradient[0])}: {to_text(wire.gradient[1])}"
        canvas.line(x0, y0, x1, y1, "weight", tip)

    def _held_together(self, canvas: Canvas, wire: Wire) -> None:
        """A stroke along the units that a wire belongs to as a whole."""
        for panel, side in ((wire.before, 0.5), (wire.after, -0.5)):
            first, last = self.frames[panel][0], self.frames[panel][-1]
            if first is not last:
                x = first.x + first.width * side
                canvas.line(x, first.y, x, last.y, "weight")

    def _route(self, k: int, wire: Wire) -> list[tuple[float, float]]:
        """The way of a wire past the columns between its ends; from unit to unit where it is of units."""
        points = [(x + MARGIN, y + self.top) for x, y in self.layout.routes[self.link_of[k]]]
        if wire.source is not None and sum(self.link_of[k] == link for link in self.link_of.values()) == 1:
            (x0, y0), (x1, y1) = self._ends(wire)
            points = [(x0, y0), (points[1][0], y0), *points[2:-2], (points[-2][0], y1), (x1, y1)]
        return points

    def _label(self, canvas: Canvas, k: int, wire: Wire) -> None:
        """At n of n + 1 parts of the way from n units, where the labels of all edges stand at equal distances."""
        label: Math | None = wire.label
        if label is None:
            return
        if self.routed[k]:
            place = self.layout.labels[self.link_of[k]]
            if place is not None:
                x, y = place.x + MARGIN, place.y + self.top + SMALL * 0.32
                canvas.formula(runs(label), x, y, SMALL, anchor="middle", kind="halo")
            return
        (x0, y0), (x1, y1) = self._ends(wire)
        count = max(self._feeding(wire, hidden=True), 2)
        part = count / (count + 1)
        x, y = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
        canvas.formula(runs(label), x, y + SMALL * 0.33, SMALL, anchor="middle", kind="halo")

    def _draw_loss(self, canvas: Canvas) -> float:
        """The loss with the wires that lead to it; where it ends."""
        assert self.loss is not None
        box = self.layout.boxes[LOSS]
        end = box._replace(x=box.x + MARGIN, y=box.y + self.top)
        last = max(panel.column for panel in self.picture.panels)
        for link, prediction in zip(self.to_loss, self.picture.predictions, strict=True):
            if self.picture.panels[prediction].column < last:
                canvas.wire([(x + MARGIN, y + self.top) for x, y in self.layout.routes[link]], "passed")
                continue
            for frame in self.frames[prediction]:
                start = frame.x + frame.width / 2
                canvas.wire([(start, frame.y), (end.x - end.width / 2, _toward(end, frame.y))], "passed")
        self.loss.draw(canvas, end, "box output")
        return end.x + end.width / 2


def _names(parameters: tuple[Math, ...]) -> list[Run]:
    """The first names of a list, and that there are more."""
    line: list[Run] = []
    for name in parameters[:MOST_NAMES]:
        line += [Run(", "), *runs(name)] if line else runs(name)
    return [*line, Run(", …")] if len(parameters) > MOST_NAMES else line


def _toward(frame: Frame, y: float) -> float:
    """Where an edge from that height meets the side of a card."""
    reach = frame.height / 2 - 12.0
    return frame.y + max(-reach, min(reach, (y - frame.y) * 0.15))


def _dots(canvas: Canvas, panel: Panel, frames: list[Frame]) -> None:
    y = (frames[-1].y + frames[-2].y) / 2
    canvas.words("⋮", frames[-1].x, y, 24.0, anchor="middle", kind="quiet")
    canvas.words(f"+ {panel.hidden}", frames[-1].x + 26.0, y - 3.0, SMALL, anchor="middle", kind="quiet")
