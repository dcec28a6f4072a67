"""The units of a network picture measured and drawn as SVG: rows of quantities, or maps as grids of cells."""

from __future__ import annotations

from typing import NamedTuple

from bpcli.document.mathtree import Math, Matrix
from bpcli.drawing.ink import Run, runs, width_of
from bpcli.drawing.layout import Frame
from bpcli.drawing.svg import SIZE, SMALL, Canvas
from bpcli.drawing.units import Line, Unit
from bpcli.notation.text import elided_rows, number_text

ROW = 20.0
PAD = 13.0
GAP = 14.0  # between the name of a row and its number, and between grids
CELL = 22.0
WIDEST, WIDEST_OF_ALL = 350.0, 430.0
"""Grids beside each other; wider, and the next one comes below."""


class Card:
    """A unit measured."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.grids = [_Grid(line) for line in unit.rows] if any(type(r.value) is Matrix for r in unit.rows) else []
        self.names = [runs(row.name) for row in unit.rows]
        self.numbers = [_written(row.value) for row in unit.rows]
        self.one_line = len(unit.rows) == 1 and not self.grids
        if self.grids:
            self.shelves = _shelves(self.grids)
            self.width = max(sum(g.width for g in shelf) + GAP * (len(shelf) - 1) for shelf in self.shelves) + 2 * PAD
            self.height = sum(max(g.height for g in shelf) + 8.0 for shelf in self.shelves) + 10.0
            return
        names = max((width_of(name, SMALL + 1) for name in self.names), default=0.0)
        numbers = max((width_of(number, SMALL + 1) for number in self.numbers), default=0.0)
        title = width_of(runs(unit.name), SIZE)
        inner = names + (GAP if numbers else 0.0) + numbers
        if self.one_line:
            inner = width_of(self.line, SIZE)
        self.width = max(inner, title) + 2 * PAD
        self.height = ROW + 2 * 8.0 if self.one_line else ROW * (len(unit.rows) + 1) + 2 * 8.0 + 4.0

    @property
    def line(self) -> list[Run]:
        """All of a unit of one quantity."""
        name = runs(self.unit.name)
        return [*name, Run(" = "), *self.numbers[0]] if self.numbers[0] else name

    def draw(self, canvas: Canvas, frame: Frame, kind: str) -> None:
        canvas.rectangle(frame, kind, 16.0 if self.one_line else 10.0)
        if self.one_line:
            canvas.formula(self.line, frame.x, frame.y + SIZE * 0.33, anchor="middle")
        elif self.grids:
            self._draw_grids(canvas, frame)
        else:
            self._draw_rows(canvas, frame)

    def _draw_rows(self, canvas: Canvas, frame: Frame) -> None:
        top = frame.y - frame.height / 2 + 8.0
        canvas.formula(runs(self.unit.name), frame.x, top + ROW * 0.72, SIZE, anchor="middle")
        left, right = frame.x - frame.width / 2, frame.x + frame.width / 2
        canvas.add(f'<path class="wire rule" d="M{left:.1f} {top + ROW + 1:.1f}H{right:.1f}"/>')
        for k, row in enumerate(self.unit.rows):
            y = top + 4.0 + ROW * (k + 1.72)
            canvas.formula(self.names[k], left + PAD, y, SMALL + 1, kind="back" if row.gradient else "quiet")
            if self.numbers[k]:
                kind = "back" if row.gradient else ""
                canvas.formula(self.numbers[k], right - PAD, y, SMALL + 1, anchor="end", kind=kind)

    def _draw_grids(self, canvas: Canvas, frame: Frame) -> None:
        y = frame.y - frame.height / 2 + 9.0
        for shelf in self.shelves:
            tallest = max(grid.height for grid in shelf)
            x = frame.x - (sum(grid.width for grid in shelf) + GAP * (len(shelf) - 1)) / 2
            for grid in shelf:
                grid.draw(canvas, x, y + (tallest - grid.height) / 2)
                x += grid.width + GAP
            y += tallest + 8.0


class _Grid:
    """A matrix as cells under its name, or a number beside it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.rows: list[list[str]] = []
        self.name = runs(line.name)
        if type(line.value) is not Matrix:
            written = _written(line.value)
            self.name = [*self.name, Run(" = "), *written] if written else self.name
            self.width, self.height = width_of(self.name, SMALL + 1), ROW
            return
        self.rows = [[number_text(text, False) if text else "" for text in row] for row in elided_rows(line.value)]
        widest = max(width_of([Run(text)], SMALL) for row in self.rows for text in row)
        self.cell = max(CELL, widest + 12.0)
        self.width = max(self.cell * len(self.rows[0]), width_of(self.name, SMALL + 1))
        self.height = ROW + CELL * len(self.rows)

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        middle = x + self.width / 2
        shade = "back" if self.line.gradient else "quiet"
        canvas.formula(self.name, middle, y + ROW * 0.66, SMALL + 1, anchor="middle", kind=shade)
        if not self.rows:
            return
        across, down = self.cell * len(self.rows[0]), CELL * len(self.rows)
        left, top = middle - across / 2, y + ROW
        canvas.rectangle(Frame(middle, top + down / 2, across, down), "box given", 2.0)
        lines = [f"M{left + self.cell * j:.1f} {top:.1f}V{top + down:.1f}" for j in range(1, len(self.rows[0]))]
        lines += [f"M{left:.1f} {top + CELL * i:.1f}H{left + across:.1f}" for i in range(1, len(self.rows))]
        if lines:
            canvas.add(f'<path class="wire rule" d="{"".join(lines)}"/>')
        kind = "back" if self.line.gradient else ""
        for i, row in enumerate(self.rows):
            for j, text in enumerate(row):
                if text:
                    at = left + self.cell * (j + 0.5), top + CELL * (i + 0.5) + SMALL * 0.33
                    canvas.words(text, *at, SMALL, anchor="middle", kind=kind)


class Heading(NamedTuple):
    """What stands over a panel: its title, and the names of its parameters."""

    title: str
    parameters: list[Run]

    @property
    def height(self) -> float:
        return 18.0 * (bool(self.title) + bool(self.parameters))

    @property
    def width(self) -> float:
        return max(width_of([Run(self.title)], SMALL), width_of(self.parameters, SMALL))

    def draw(self, canvas: Canvas, x: float, bottom: float) -> None:
        """`bottom` is the line that the last row stands on."""
        if self.parameters:
            canvas.formula(self.parameters, x, bottom, SMALL, anchor="middle", kind="quiet")
            bottom -= 18.0
        if self.title:
            canvas.words(self.title, x, bottom, SMALL, anchor="middle", kind="quiet")


def _written(value: Math | None) -> list[Run]:
    return [] if value is None else runs(value)


def _shelves(grids: list[_Grid]) -> list[list[_Grid]]:
    """All beside each other where there is room; else the parameters first, and the maps below them."""
    if sum(grid.width + GAP for grid in grids) <= WIDEST_OF_ALL:
        return [grids]
    shelves: list[list[_Grid]] = [[]]
    for before, grid in zip([grids[0], *grids], grids, strict=False):
        taken = sum(item.width + GAP for item in shelves[-1])
        if shelves[-1] and (taken + grid.width > WIDEST or before.line.parameter is not grid.line.parameter):
            shelves.append([])
        shelves[-1].append(grid)
    return shelves
