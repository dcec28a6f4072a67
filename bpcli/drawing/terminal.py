"""Pictures in characters.

A graph is drawn with one line for each quantity, in the order of computation: every quantity hangs on a rail of its
own that runs down to the lines that use it. A network is drawn from top to bottom, a row of units for each layer.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.document.safe import safe
from bpcli.drawing.lines import edge_text, value_text
from bpcli.drawing.model import Box, Edge, Picture
from bpcli.drawing.units import NetworkPicture, Unit
from bpcli.notation.ascii import ascii_text
from bpcli.notation.text import to_text
from bpcli.render.layout import display_width
from bpcli.render.prose import split_cells

MOST_RAILS = 14
"""With more rails at once the picture becomes a list."""

# Joined above, below, left and right: which strokes meet in a cell.
STROKES = {
    "": " ", "u": "╵", "d": "╷", "ud": "│", "l": "╴", "r": "╶", "lr": "─", "ul": "╯", "ur": "╰", "dl": "╮", "dr": "╭",
    "udl": "┤", "udr": "├", "ulr": "┴", "dlr": "┬", "udlr": "┼",
}  # fmt: skip
PLAIN = {
    "": " ", "u": "'", "d": ".", "ud": "|", "l": "-", "r": "-", "lr": "-", "ul": "'", "ur": "'", "dl": ".", "dr": ".",
    "udl": "+", "udr": "+", "ulr": "+", "dlr": "+", "udlr": "+",
}  # fmt: skip
CROSSING = {False: "│", True: "|"}
MARKER = 10  # room for `+12` in the place of the units left out
MOST_WEIGHTS = 2
"""Of a longer list of incoming weights the first ones are shown, and the last."""
MARK = {False: "●", True: "o"}


def picture_to_text(picture: Picture, *, width: int = 80, ascii: bool = False) -> str:  # noqa: A002
    """The graph as rails beside a list of its quantities, and below it the local derivatives."""
    rails = _rails(picture, ascii)
    lines = _titled(picture.title, width, ascii)
    if rails is None or len(rails[0][0]) > width // 3:
        lines += _table(picture.boxes, [("", "")] * len(picture.boxes), width, ascii, _uses(picture))
    else:
        lines += _table(picture.boxes, rails, width, ascii, {})
    lines += _derivatives(picture, width, ascii)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _titled(title: str, width: int, plain: bool) -> list[str]:
    text = ascii_text(safe(title)) if plain else safe(title)
    return [_cut(text, width, plain), ("=" if plain else "═") * width]


def _cut(text: str, width: int, plain: bool) -> str:
    if display_width(text) <= width:
        return text
    dots = "..." if plain else "…"
    kept, _ = split_cells(text, width - len(dots))
    return kept + dots


# --- rails ---


def _rails(picture: Picture, plain: bool) -> list[tuple[str, str]] | None:
    """The drawing left of each quantity and below it; None where too many rails run side by side."""
    row_of = {box.id: k for k, box in enumerate(picture.boxes)}
    last: dict[str, int] = {}
    needs: dict[str, list[str]] = {box.id: [] for box in picture.boxes}
    for edge in picture.edges:
        last[edge.source] = max(last.get(edge.source, 0), row_of[edge.target])
        needs[edge.target].append(edge.source)
    slots: list[str | None] = []
    drawn: list[list[str]] = []
    below: list[str] = []
    for row, box in enumerate(picture.boxes):
        joined = {slots.index(name) for name in needs[box.id]}
        ending = {k for k in joined if last[slots[k]] == row}  # type: ignore[index]
        own = _slot(slots, ending)
        if own >= MOST_RAILS:
            return None
        low, high = min(joined | {own}), max(joined | {own})
        cells = []
        for k in range(max(len(slots), own + 1)):
            cells.append(_cell(k, own, low, high, joined, ending, slots, plain))
            between = low <= k < high
            cells.append(("-" if plain else "─") if between else " ")
        drawn.append(cells)
        for k in ending:
            slots[k] = None
        while len(slots) <= own:
            slots.append(None)
        slots[own] = box.id if box.id in last else None
        below.append(" ".join(" " if name is None else CROSSING[plain] for name in slots))
    widest = max(map(len, drawn))
    return [("".join(cells).ljust(widest), text.ljust(widest)) for cells, text in zip(drawn, below, strict=True)]


def _slot(slots: Sequence[str | None], ending: set[int]) -> int:
    """The rail of a new quantity: that of one which ends here, else the first free one."""
    free = sorted(ending) or [k for k, name in enumerate(slots) if name is None]
    return free[0] if free else len(slots)


def _cell(
    k: int,
    own: int,
    low: int,
    high: int,
    joined: set[int],
    ending: set[int],
    slots: Sequence[str | None],
    plain: bool,
) -> str:
    if k == own:
        return MARK[plain]
    above = k < len(slots) and slots[k] is not None
    between = low < k < high
    if k not in joined:
        # A rail that only passes is not joined to the stroke that crosses it.
        return CROSSING[plain] if above else ("-" if plain else "─") if between else " "
    joints = "u" + ("" if k in ending else "d") + ("l" if k > low else "") + ("r" if k < high else "")
    return (PLAIN if plain else STROKES)[joints]


def _uses(picture: Picture) -> dict[str, str]:
    """For each quantity the ids of those that use it."""
    uses: dict[str, list[str]] = {}
    for edge in picture.edges:
        uses.setdefault(edge.source, []).append(edge.target)
    return {name: " ".join(dict.fromkeys(targets)) for name, targets in uses.items()}


def _table(
    boxes: Sequence[Box], rails: Sequence[tuple[str, str]], width: int, plain: bool, uses: dict[str, str]
) -> list[str]:
    """Name and formula, value, gradient in columns; where these do not fit, under each other."""
    names = [_name(box, plain) for box in boxes]
    values = [value_text(box, ascii=plain) for box in boxes]
    gradients = ["" if box.gradient is None else _gradient(box, plain) for box in boxes]
    columns = [max(map(display_width, column), default=0) for column in (names, values, gradients)]
    wide = len(rails[0][0]) + 1 + sum(columns) + 4 > width
    lines = []
    for box, (rail, below), *cells in zip(boxes, rails, names, values, gradients, strict=True):
        if wide:
            lines.append(_cut(f"{rail} {cells[0]}", width, plain))
            rest = [cell for cell in cells[1:] if cell]
            if rest and display_width("   ".join(rest)) + len(below) + 5 <= width:
                rest = ["   ".join(rest)]
            lines += [_cut(f"{below}     {cell}", width, plain) for cell in rest]
        else:
            row = "  ".join(_padded(cell, columns[k]) for k, cell in enumerate(cells))
            lines.append(f"{rail} {row}")
        if box.id in uses:
            used = ascii_text(safe(uses[box.id])) if plain else safe(uses[box.id])
            lines.append(_cut(f"     {'->' if plain else '→'} {used}", width, plain))
    return lines


def _name(box: Box, plain: bool) -> str:
    name = to_text(box.name, ascii=plain)
    return name if box.formula is None else f"{name} = {to_text(box.formula, ascii=plain)}"


def _gradient(box: Box, plain: bool) -> str:
    assert box.gradient is not None
    of, number, exact = box.gradient
    sign = "=" if exact else "~=" if plain else "≈"
    return f"{to_text(of, ascii=plain)} {sign} {to_text(number, ascii=plain)}"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _derivatives(picture: Picture, width: int, plain: bool) -> list[str]:
    """Each edge along which a gradient comes back."""
    names = {box.id: to_text(box.name, ascii=plain) for box in picture.boxes}
    passed: list[Edge] = [edge for edge in picture.edges if edge.local is not None]
    if not passed:
        return []
    arrow = "->" if plain else "→"
    ends = [f"{names[edge.source]} {arrow} {names[edge.target]}" for edge in passed]
    room = max(map(display_width, ends))
    rule = ("-" if plain else "─") * width
    return ["", rule] + [
        _cut(f"  {_padded(end, room)}   {edge_text(edge, ascii=plain)}", width, plain)
        for end, edge in zip(ends, passed, strict=True)
    ]


# --- networks ---


def network_to_text(picture: NetworkPicture, *, width: int = 80, ascii: bool = False) -> str:  # noqa: A002
    """The layers from top to bottom; every unit of a layer feeds every unit of the next."""
    lines = _titled(picture.title, width, ascii)
    if picture.caption:
        lines.append(ascii_text(picture.caption) if ascii else picture.caption)
    lines.append("")
    before: list[int] = []
    layers = []
    for k, column in enumerate(picture.columns):
        weights = _incoming(picture, k)
        layers.append([_unit_rows(unit, weights.get(j), ascii) for j, unit in enumerate(column.units)])
    widest = max((_inner(unit) for rows in layers for unit in rows if len(unit) > 1), default=0)
    for column, rows in zip(picture.columns, layers, strict=True):
        cards = len(rows[0]) > 1
        drawn, centres = _layer(column.hidden, rows, widest if cards else max(map(_inner, rows)), width, ascii)
        if before:
            label = f"{to_text(column.weights, ascii=ascii)}  {column.title}" if column.weights else column.title
            lines += _bus(before, centres, label, width, ascii)
        lines += drawn
        before = centres
    if picture.loss is not None:
        unit = _unit_rows(picture.loss, None, ascii)
        drawn, centres = _layer(0, [unit], _inner(unit), width, ascii)
        lines += _bus(before, centres, "", width, ascii) + drawn
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _incoming(picture: NetworkPicture, column: int) -> dict[int, str]:
    """The weights that lead to each unit of a column, in one text."""
    incoming: dict[int, list[str]] = {}
    for wire in picture.wires:
        if wire.column == column - 1:
            incoming.setdefault(wire.target, []).append(to_text(wire.weight))
    hidden = bool(column) and bool(picture.columns[column - 1].hidden)
    return {
        j: " ".join([*texts[:MOST_WEIGHTS], "…", texts[-1]] if hidden or len(texts) > MOST_WEIGHTS + 1 else texts)
        for j, texts in incoming.items()
    }


def _unit_rows(unit: Unit, weights: str | None, plain: bool) -> list[tuple[str, str]]:
    rows = [(to_text(of, ascii=plain), to_text(number, ascii=plain)) for of, number, _ in unit.rows]
    name = to_text(unit.name, ascii=plain)
    if len(rows) == 1:
        return [(name, rows[0][1])]
    head = [(name, "")]
    if weights is not None:
        head.append(("w", ascii_text(weights) if plain else weights))
    return head + rows


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
    boxes = [_boxed(rows[j], inner, plain) for j in chosen]
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
        text = _cut(name + " " * max(blank, 1) + number, inner, plain)
        lines.append(f"{side} {_padded(text, inner)} {side}")
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
