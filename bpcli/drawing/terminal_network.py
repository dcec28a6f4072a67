"""Networks in characters: from top to bottom, a row of units for each layer.

Where every unit of a row feeds every unit of the next, a stroke joins them all; elsewhere it is said what leads where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bpcli.document.mathtree import Math, Matrix
from bpcli.document.safe import safe
from bpcli.drawing.lines import panel_line
from bpcli.drawing.terminal import PLAIN, STROKES, cut, padded, titled
from bpcli.drawing.units import NetworkPicture, Unit
from bpcli.notation.ascii import ascii_text
from bpcli.notation.text import elided_rows, number_text, to_text
from bpcli.render.layout import display_width

MARKER = 10  # room for `+12` in the place of the units left out
MOST_WEIGHTS = 2
"""Of a longer list of incoming weights the first ones are shown, and the last."""

Rows = list[tuple[str, str]]


def network_to_text(picture: NetworkPicture, *, width: int = 80, ascii: bool = False) -> str:  # noqa: A002
    """The layers from top to bottom, with what leads from one to the next."""
    lines = titled(picture.title, width, ascii)
    if picture.caption:
        lines.append(ascii_text(picture.caption) if ascii else picture.caption)
    lines.append("")
    before: list[int] = []
    cards = [
        [_unit_rows(unit, _incoming(picture, k, j), ascii) for j, unit in enumerate(panel.units)]
        for k, panel in enumerate(picture.panels)
    ]
    flat = [u for rows, panel in zip(cards, picture.panels, strict=True) if not panel.grid for u in rows]
    widest = max((_inner(unit) for unit in flat if len(unit) > 1), default=0)
    for c, column in enumerate(picture.columns):
        for number, panels in enumerate([column] if _joined(picture, c) else [[k] for k in column]):
            rows = [unit for k in panels for unit in cards[k]]
            hidden = sum(picture.panels[k].hidden for k in panels)
            grid = any(picture.panels[k].grid for k in panels)
            inner = widest if len(rows[0]) > 1 and not grid else max(map(_inner, rows))
            drawn, centres = _layer(hidden, rows, inner, width, ascii)
            if c and _joined(picture, c):
                panel = picture.panels[panels[0]]
                label = panel_line(panel, ascii=ascii)
                label = f"{to_text(panel.weights, ascii=ascii)}  {label}" if panel.weights else label
                lines += _bus(before, centres, label, width, ascii)
            elif c or number:
                lines += _heading(picture, panels[0], width, ascii)
            lines += drawn
        before = centres if len(column) == 1 or _joined(picture, c) else []
    if picture.loss is not None:
        unit = _unit_rows(picture.loss, None, ascii)
        drawn, centres = _layer(0, [unit], _inner(unit), width, ascii)
        if before and list(picture.predictions) == picture.columns[-1]:
            lines += _bus(before, centres, "", width, ascii)
        else:
            lines += ["", *_arrows([(unit[0][0], _faces(picture, picture.predictions))], width, ascii)]
        lines += drawn
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _joined(picture: NetworkPicture, column: int) -> bool:
    """Whether every unit of a column is fed by every unit of the one before, and by no others."""
    if not column:
        return len(picture.columns[0]) == 1
    above, below = picture.columns[column - 1], picture.columns[column]
    if len(above) > 1 or len(below) > 1:
        return False
    wires = [wire for wire in picture.wires if wire.after in below]
    if any(wire.before not in above for wire in wires):
        return False
    all_of_them = len(picture.panels[above[0]].units) * len(picture.panels[below[0]].units)
    return any(wire.source is None for wire in wires) or len(wires) == all_of_them


def _heading(picture: NetworkPicture, k: int, width: int, plain: bool) -> list[str]:
    """What a panel is called, and what leads to it: to all of it alike, or to each unit by itself."""
    panel = picture.panels[k]
    label = panel_line(panel, ascii=plain)
    if panel.weights is not None:
        label = f"{to_text(panel.weights, ascii=plain)}  {label}"
    fed = [(panel.face, _sources(picture, k, j, by_panel=True)) for j in range(len(panel.units))]
    if all(names == fed[0][1] for _, names in fed):
        fed = fed[:1]
    else:
        fed = [(unit.name, _sources(picture, k, j, by_panel=False)) for j, unit in enumerate(panel.units)]
    lines = _arrows([(to_text(of, ascii=plain), names) for of, names in fed if names], width, plain)
    shown = ascii_text(safe(label)) if plain else safe(label)
    return ["", *([cut(f"  {shown}", width, plain)] if shown else []), *lines]


def _sources(picture: NetworkPicture, k: int, j: int, *, by_panel: bool) -> list[Math]:
    """What leads to a unit, unit by unit; or by panels, where all units of one do."""
    wires = [w for w in picture.wires if w.after == k and w.target in (None, j)]
    names: list[Math] = []
    for wire in wires:
        panel = picture.panels[wire.before]
        together = by_panel and sum(w.before == wire.before for w in wires) == len(panel.units)
        whole = wire.source is None or panel.grid or together
        names.append(panel.face if whole else panel.units[wire.source or 0].name)
    return list(dict.fromkeys(names))


def _arrows(fed: Iterable[tuple[str, Sequence[Math]]], width: int, plain: bool) -> list[str]:
    arrow = "<-" if plain else "←"
    return [
        cut(f"  {name} {arrow} {', '.join(to_text(source, ascii=plain) for source in names)}", width, plain)
        for name, names in fed
    ]


def _faces(picture: NetworkPicture, panels: Iterable[int]) -> list[Math]:
    return [picture.panels[k].face for k in panels]


def _incoming(picture: NetworkPicture, panel: int, unit: int) -> str | None:
    """The weights that lead to a unit, in one text."""
    wires = [w for w in picture.wires if w.after == panel and w.target == unit and w.label is not None]
    if not wires:
        return None
    texts = [to_text(w.label) for w in wires if w.label is not None]
    hidden = any(picture.panels[w.before].hidden for w in wires)
    return " ".join([*texts[:MOST_WEIGHTS], "…", texts[-1]] if hidden or len(texts) > MOST_WEIGHTS + 1 else texts)


def _unit_rows(unit: Unit, weights: str | None, plain: bool) -> Rows:
    rows = [line for row in unit.rows for line in _value_rows(to_text(row.name, ascii=plain), row.value, plain)]
    name = to_text(unit.name, ascii=plain)
    if len(unit.rows) == 1 and len(rows) == 1:
        return [(name, rows[0][1])]
    if any(type(row.value) is Matrix for row in unit.rows):
        return rows
    head = [(name, "")]
    if weights is not None:
        head.append(("w", ascii_text(weights) if plain else weights))
    return head + rows


def _value_rows(name: str, value: Math | None, plain: bool) -> Rows:
    """A quantity in one row, a matrix in a row for each of its own."""
    if type(value) is not Matrix:
        return [(name, "" if value is None else to_text(value, ascii=plain))]
    cells = [[number_text(cell, plain) if cell else "·" for cell in row] for row in elided_rows(value)]
    if plain:
        cells = [[ascii_text(cell) if cell != "·" else "." for cell in row] for row in cells]
    widths = [max(display_width(row[j]) for row in cells) for j in range(len(cells[0]))]
    texts = [
        " ".join(" " * (w - display_width(cell)) + cell for w, cell in zip(widths, row, strict=True)) for row in cells
    ]
    return [(name if k == 0 else "", text) for k, text in enumerate(texts)]


def _inner(unit: Sequence[tuple[str, str]]) -> int:
    """The width inside the box of a unit, an even number, so that boxes of all layers have a common middle."""
    taken = max(display_width(name) + 2 + display_width(number) for name, number in unit)
    return taken + taken % 2


def _layer(
    hidden: int, rows: Sequence[list[tuple[str, str]]], inner: int, width: int, plain: bool
) -> tuple[list[str], list[int]]:
    """The boxes of a layer side by side, as many as there is room for, and the middles of their tops."""
    inner = min(inner, max(width - 4, 8))
    across = inner + 4
    fits = max(1, (width + 2) // (across + 2))
    chosen = list(range(len(rows)))
    if len(rows) > fits or hidden:
        keep = max(1, (width - MARKER) // (across + 2))
        if len(rows) > keep:
            hidden += len(rows) - keep
            chosen = [*range(keep - 1), len(rows) - 1] if keep > 1 else [0]
    tallest = max(len(rows[j]) for j in chosen)
    boxes = [_boxed([*rows[j], *[("", "")] * (tallest - len(rows[j]))], inner, plain) for j in chosen]
    gap = "  "
    if hidden:
        more = f" +{hidden} "
        boxes.insert(max(len(boxes) - 1, 1), [" " * len(more)] * 1 + [more] + [" " * len(more)] * (len(boxes[0]) - 2))
    total = sum(display_width(box[0]) for box in boxes) + len(gap) * (len(boxes) - 1)
    left = max((width - total) // 2, 0)
    centres: list[int] = []
    at = left
    for box in boxes:
        taken = display_width(box[0])
        if taken == across:
            centres.append(at + taken // 2)
        at += taken + len(gap)
    return [" " * left + gap.join(parts) for parts in zip(*boxes, strict=True)], centres


def _boxed(rows: Sequence[tuple[str, str]], inner: int, plain: bool) -> list[str]:
    top, side, bottom = (("+", "-", "+"), "|", ("+", "-", "+")) if plain else (("╭", "─", "╮"), "│", ("╰", "─", "╯"))
    lines = [top[0] + top[1] * (inner + 2) + top[2]]
    for name, number in rows:
        blank = inner - display_width(name) - display_width(number)
        text = cut(name + " " * max(blank, 1) + number, inner, plain)
        lines.append(f"{side} {padded(text, inner)} {side}")
    lines.append(bottom[0] + bottom[1] * (inner + 2) + bottom[2])
    return lines


def _bus(above: Sequence[int], below: Sequence[int], label: str, width: int, plain: bool) -> list[str]:
    """From every box above to every box below."""
    strokes = PLAIN if plain else STROKES
    low, high = min((*above, *below)), max((*above, *below))
    upper = [strokes["ud"] if k in above else " " for k in range(high + 1)]
    lower = [("v" if plain else "▼") if k in below else " " for k in range(high + 1)]
    middle = []
    for k in range(high + 1):
        joints = ("u" if k in above else "") + ("d" if k in below else "")
        joints += ("l" if low < k <= high else "") + ("r" if low <= k < high else "")
        middle.append(strokes[joints if low <= k <= high else ""])
    text = "".join(middle)
    shown = ascii_text(safe(label)) if plain else safe(label)
    if shown and high + 4 + display_width(shown) <= width:
        text += "   " + shown
    return ["".join(upper), text, "".join(lower)]
