"""Graphs in characters.

A graph is drawn with one line for each quantity, in the order of computation: every quantity hangs on a rail of its
own that runs down to the lines that use it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.document.safe import safe
from bpcli.drawing.lines import edge_text, gradient_text, value_text
from bpcli.drawing.model import Box, Edge, Picture
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
MARK = {False: "●", True: "o"}


def picture_to_text(picture: Picture, *, width: int = 80, ascii: bool = False) -> str:  # noqa: A002
    """The graph as rails beside a list of its quantities, and below it the local derivatives."""
    rails = _rails(picture, ascii)
    lines = titled(picture.title, width, ascii)
    if rails is None or len(rails[0][0]) > width // 3:
        lines += _table(picture.boxes, [("", "")] * len(picture.boxes), width, ascii, _uses(picture))
    else:
        lines += _table(picture.boxes, rails, width, ascii, {})
    lines += _derivatives(picture, width, ascii)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def titled(title: str, width: int, plain: bool) -> list[str]:
    """A title over a double rule."""
    text = ascii_text(safe(title)) if plain else safe(title)
    return [cut(text, width, plain), ("=" if plain else "═") * width]


def cut(text: str, width: int, plain: bool) -> str:
    """The text in at most that width."""
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
    gradients = [gradient_text(box, ascii=plain) for box in boxes]
    columns = [max(map(display_width, column), default=0) for column in (names, values, gradients)]
    wide = len(rails[0][0]) + 1 + sum(columns) + 4 > width
    lines = []
    for box, (rail, below), *cells in zip(boxes, rails, names, values, gradients, strict=True):
        if wide:
            lines.append(cut(f"{rail} {cells[0]}", width, plain))
            rest = [cell for cell in cells[1:] if cell]
            if rest and display_width("   ".join(rest)) + len(below) + 5 <= width:
                rest = ["   ".join(rest)]
            lines += [cut(f"{below}     {cell}", width, plain) for cell in rest]
        else:
            row = "  ".join(padded(cell, columns[k]) for k, cell in enumerate(cells))
            lines.append(f"{rail} {row}")
        if box.id in uses:
            used = ascii_text(safe(uses[box.id])) if plain else safe(uses[box.id])
            lines.append(cut(f"     {'->' if plain else '→'} {used}", width, plain))
    return lines


def _name(box: Box, plain: bool) -> str:
    name = to_text(box.name, ascii=plain)
    return name if box.formula is None else f"{name} = {to_text(box.formula, ascii=plain)}"


def padded(text: str, width: int) -> str:
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
        cut(f"  {padded(end, room)}   {edge_text(edge, ascii=plain)}", width, plain)
        for end, edge in zip(ends, passed, strict=True)
    ]
