"""Tables for the terminal: a header, a thin rule, columns, and no boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bpcli.document.document import Cell, InlineMath, Table
from bpcli.render.chains import fit
from bpcli.render.layout import draw
from bpcli.render.prose import Line, Page, line_width, one_line, wrap

GAP = 3
NARROWEST = 12
"""A column of text is not squeezed further than this: the table is stacked instead."""


class _Block(NamedTuple):
    """A cell as it is drawn; what is `rigid` cannot be squeezed."""

    lines: list[Line]
    width: int
    rigid: bool


def _role(line: Line, role: str) -> Line:
    return [(text, style or role) for text, style in line] if role else line


def _block(cell: Cell, page: Page) -> _Block:
    text = cell.text
    if len(text) == 1 and type(text[0]) is InlineMath:
        box = draw(text[0].math, ascii=page.ascii)
        return _Block([_role([(line, "")], cell.role) for line in box.lines], box.width, True)
    line = one_line(text, page, cell.role)
    return _Block([line] if line else [], line_width(line), False)


def _squeezed(cell: Cell, width: int, page: Page) -> _Block:
    """The cell in at most `width` cells, whatever it holds."""
    text = cell.text
    if len(text) == 1 and type(text[0]) is InlineMath:
        boxes = fit(text[0].math, width, page)
        lines: list[Line] = [_role([(line, "")], cell.role) for box in boxes for line in box.lines]
    else:
        lines = wrap(text, width, page, cell.role)
    return _Block(lines, max(map(line_width, lines), default=0), True)


def table_lines(table: Table, width: int, page: Page) -> list[Line]:
    """The table in at most `width` cells; where its columns have no room, every row becomes a short list."""
    caption = wrap(table.caption, min(width, page.measure), page, "dim")
    if caption:
        caption.append([])
    count = len(table.header)
    header = [one_line(title, page, "header") for title in table.header]
    rows = [[_block(cell, page) for cell in row[:count]] for row in table.rows]
    natural = [line_width(title) for title in header]
    for row in rows:
        for j, block in enumerate(row):
            if block.width > natural[j]:
                natural[j] = block.width
    widths = _shares(natural, rows, width)
    if widths is None:
        return caption + _stacked(table, width, page)
    if widths != natural:
        rows = [
            [
                block if block.width <= widths[j] else _squeezed(cell, widths[j], page)
                for j, (cell, block) in enumerate(zip(row, blocks, strict=False))
            ]
            for row, blocks in zip(table.rows, rows, strict=True)
        ]
    titles = [
        _Block(wrap(title, widths[j], page, "header") if natural[j] > widths[j] else [header[j]], widths[j], True)
        for j, title in enumerate(table.header)
    ]
    lines = caption + _joined(titles, widths, table.align)
    lines.append([(("-" if page.ascii else "─") * (sum(widths) + GAP * (count - 1)), "dim")])
    for row in rows:
        lines += _joined(row, widths, table.align)
    return lines


def _shares(natural: Sequence[int], rows: Sequence[Sequence[_Block]], width: int) -> list[int] | None:
    """The widths of the columns: the natural ones, or the widest columns of text squeezed."""
    widths = list(natural)
    excess = sum(widths) + GAP * (len(widths) - 1) - width
    if excess <= 0:
        return widths
    rigid = [0] * len(widths)
    for row in rows:
        for j, block in enumerate(row):
            if block.rigid and block.width > rigid[j]:
                rigid[j] = block.width
    least = [max(fixed, min(full, NARROWEST)) for fixed, full in zip(rigid, natural, strict=True)]
    while excess > 0:
        j = max(range(len(widths)), key=lambda j: (widths[j] - least[j], widths[j]))
        spare = widths[j] - least[j]
        if spare <= 0:
            return None
        second = max((widths[k] for k in range(len(widths)) if k != j and widths[k] > least[k]), default=0)
        step = max(1, min(spare, excess, widths[j] - second))
        widths[j] -= step
        excess -= step
    return widths


def _joined(row: Sequence[_Block], widths: Sequence[int], align: str) -> list[Line]:
    """One row of the table, as many lines as its tallest cell."""
    lines: list[Line] = []
    for index in range(max((len(block.lines) for block in row), default=0)):
        line: Line = []
        pending = 0
        for j, block in enumerate(row):
            content = block.lines[index] if index < len(block.lines) else []
            taken = line_width(content)
            kind = align[j] if j < len(align) else "l"
            # A drawing moves as a whole: its lines keep their places under each other.
            room = widths[j] - (max(taken, block.width) if len(block.lines) > 1 else taken)
            before = room if kind == "r" else room // 2 if kind == "c" else 0
            if content:
                if pending + before:
                    line.append((" " * (pending + before), ""))
                line += content
                pending = widths[j] - before - taken + GAP
            else:
                pending += widths[j] + GAP
        lines.append(line)
    return lines


def _stacked(table: Table, width: int, page: Page) -> list[Line]:
    """Every row as a list: the first cell, then `title  value` for each of the others."""
    labels = [one_line(title, page, "header") for title in table.header]
    label_width = min(max(map(line_width, labels[1:]), default=0), max(width * 2 // 5, 6))
    hang = 2 + label_width + 2
    narrow = width - hang < 8
    lines: list[Line] = []
    for row in table.rows:
        if lines:
            lines.append([])
        for j, cell in enumerate(row[: len(table.header)]):
            if j == 0:
                lines += _squeezed(cell, width, page).lines
                continue
            title = wrap(table.header[j], label_width if not narrow else width - 2, page, "header")
            value = _squeezed(cell, max(width - (4 if narrow else hang), 1), page).lines
            if not value:
                continue
            if narrow:
                lines += [[("  ", ""), *part] for part in title] + [[("    ", ""), *part] for part in value]
            else:
                lines += _labelled(title, value, label_width)
    return lines


def _labelled(title: Sequence[Line], value: Sequence[Line], label_width: int) -> list[Line]:
    lines: list[Line] = []
    for index in range(max(len(title), len(value))):
        label: Line = title[index] if index < len(title) else []
        content: Line = value[index] if index < len(value) else []
        gap = " " * (label_width - line_width(label) + 2)
        lines.append([("  ", ""), *label, *([(gap, ""), *content] if content else [])])
    return lines
