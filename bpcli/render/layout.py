"""Two-dimensional formulas in characters: matrices with brackets, quotients with a bar, tall fences.

A `Box` is a drawing whose baseline row stands on the line of the text around it. A matrix of one or two rows rests
on its last row, a taller one on its middle row, so that `=` and `+` stand at the same height everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from bpcli.document.mathtree import Fenced, Fraction, Identifier, Math, Matrix, Root, Row, Subscript, Superscript
from bpcli.notation.ascii import ascii_text
from bpcli.notation.symbols import pieces
from bpcli.notation.text import elided_rows, is_numeric, numbers_text, power_base, script_text, to_text

LONGEST_INLINE_QUOTIENT = 24
"""A quotient that needs fences on one line and is longer than this is drawn with a bar."""


class Box(NamedTuple):
    """Lines of equal display width; `baseline` is the index of the line that stands on the text line."""

    lines: tuple[str, ...]
    baseline: int
    width: int


class _Widths(dict[str, int]):
    """Terminal cells of a character, computed once."""

    def __missing__(self, character: str) -> int:
        from unicodedata import category, east_asian_width

        if category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
            width = 0
        else:
            width = 2 if east_asian_width(character) in "WF" else 1
        self[character] = width
        return width


_widths = _Widths()


def display_width(text: str) -> int:
    """How many terminal cells a line of printable text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_widths.__getitem__, text))


def text_box(text: str) -> Box:
    return Box((text,), 0, display_width(text))


def draw(math: Math, *, ascii: bool = False) -> Box:  # noqa: A002
    """The formula as it is drawn on paper, as far as characters go."""
    drawing = _DRAWINGS.get(type(math))
    if drawing is None or not _may_be_tall(math):
        return text_box(to_text(math, ascii=ascii))
    return drawing(math, ascii)


def _may_be_tall(math: Math) -> bool:
    """Whether there is a matrix or a fraction in it; without one a formula is one line, however deep it is nested."""
    stack: list[Any] = [math]
    while stack:
        node = stack.pop()
        if type(node) is Matrix or type(node) is Fraction:
            return True
        if type(node) is Row:
            stack += node.items
        elif type(node) in _DRAWINGS:
            stack += [part for part in node if isinstance(part, tuple)]
    return False


def beside(boxes: Sequence[Box]) -> Box:
    """The boxes side by side on a common baseline."""
    if len(boxes) == 1:
        return boxes[0]
    above = max((box.baseline for box in boxes), default=0)
    below = max((len(box.lines) - box.baseline for box in boxes), default=1)
    if above + below == 1:
        return Box(("".join([box.lines[0] for box in boxes]),), 0, sum(box.width for box in boxes))
    columns = []
    for box in boxes:
        blank = " " * box.width
        before = above - box.baseline
        after = above + below - before - len(box.lines)
        columns.append((*[blank] * before, *box.lines, *[blank] * after))
    return Box(tuple(map("".join, zip(*columns, strict=True))), above, sum(box.width for box in boxes))


def stack(boxes: Iterable[Box], baseline: int = 0) -> Box:
    """The boxes under each other, flush left; `baseline` counts from the first line."""
    boxes = list(boxes)
    width = max((box.width for box in boxes), default=0)
    lines = [line + " " * (width - box.width) for box in boxes for line in box.lines]
    return Box(tuple(lines), baseline, width)


_SPACE = Box((" ",), 0, 1)


def _row(node: Row, plain: bool) -> Box:
    boxes: list[Box] = []
    tall = False
    for piece in pieces(node, vulgar_forms=not plain):
        box = draw(piece.node, ascii=plain)
        if piece.fence and len(box.lines) == 1:
            box = text_box(f"({box.lines[0]})")
        if piece.space and boxes:
            boxes.append(_SPACE)
        boxes.append(box)
        tall = tall or len(box.lines) > 1
    return beside(boxes) if tall else text_box(to_text(node, ascii=plain))


def _fraction(node: Fraction, plain: bool) -> Box:
    flat = to_text(node, ascii=plain)
    if node.solid:
        return text_box(flat)
    above, below = draw(node.numerator, ascii=plain), draw(node.denominator, ascii=plain)
    if len(above.lines) == len(below.lines) == 1:
        fenced = len(flat) > above.width + below.width + 1
        if not fenced or display_width(flat) <= LONGEST_INLINE_QUOTIENT:
            return text_box(flat)
    width = max(above.width, below.width) + 2
    bar = ("-" if plain else "─") * width
    return Box((*_centred(above, width), bar, *_centred(below, width)), len(above.lines), width)


def _centred(box: Box, width: int) -> list[str]:
    left = (width - box.width) // 2
    return [" " * left + line + " " * (width - box.width - left) for line in box.lines]


# For each delimiter: the sign for one line, then top, middle, bottom of a tall one; the centre of a brace is apart.
_FENCES = {
    "(": ("(", "⎛", "⎜", "⎝"),
    ")": (")", "⎞", "⎟", "⎠"),
    "[": ("[", "⎡", "⎢", "⎣"),
    "]": ("]", "⎤", "⎥", "⎦"),
    "{": ("{", "⎧", "⎪", "⎩"),
    "}": ("}", "⎫", "⎪", "⎭"),
    "|": ("|", "│", "│", "│"),
    "‖": ("‖", "‖", "‖", "‖"),
}
_BRACE_CENTRES = {"{": "⎨", "}": "⎬"}


def _fence(sign: str, height: int, plain: bool) -> list[str]:
    """One delimiter, drawn over `height` lines."""
    one = to_text(Identifier(sign), ascii=plain)
    if plain or sign not in _FENCES or height == 1:
        return [one] * height
    _, top, middle, bottom = _FENCES[sign]
    column = [top, *[middle] * (height - 2), bottom]
    if height > 2 and sign in _BRACE_CENTRES:
        column[height // 2] = _BRACE_CENTRES[sign]
    return column


def _fenced(node: Fenced, plain: bool) -> Box:
    body = draw(node.body, ascii=plain)
    height = len(body.lines)
    if height == 1:
        return text_box(to_text(node, ascii=plain))
    return _between(body, node.opening, node.closing, plain)


def _between(body: Box, opening: str, closing: str, plain: bool) -> Box:
    height = len(body.lines)
    left, right = _fence(opening, height, plain), _fence(closing, height, plain)
    lines = tuple(map("".join, zip(left, body.lines, right, strict=True)))
    return Box(lines, body.baseline, body.width + display_width(left[0]) + display_width(right[0]))


def _superscript(node: Superscript, plain: bool) -> Box:
    base = draw(power_base(node.base), ascii=plain)
    if len(base.lines) == 1:
        return text_box(to_text(node, ascii=plain))
    return _with_script(base, 0, script_text(node.script, plain, upper=True))


def _subscript(node: Subscript, plain: bool) -> Box:
    base = draw(power_base(node.base), ascii=plain)
    if len(base.lines) == 1:
        return text_box(to_text(node, ascii=plain))
    return _with_script(base, -1, script_text(node.script, plain, upper=False))


def _with_script(base: Box, index: int, script: str) -> Box:
    """A tall base with a script at the end of one of its lines."""
    written = base.lines[index].rstrip() + script
    taken = display_width(written)
    width = max(base.width, taken)
    lines = [line + " " * (width - base.width) for line in base.lines]
    lines[index] = written + " " * (width - taken)
    return Box(tuple(lines), base.baseline, width)


def _matrix(node: Matrix, plain: bool) -> Box:
    rows = [numbers_text(row, plain) for row in elided_rows(node)]
    columns = [_aligned(column) for column in zip(*rows, strict=True)]
    lines = [" ".join(row) for row in zip(*columns, strict=True)] or [""]
    body = Box(tuple(lines), len(lines) // 2, display_width(lines[0]))
    box = _between(body, "[", "]", plain)
    if node.elided is None:
        return box
    shape = f"({node.elided[0]}×{node.elided[1]})"
    return _with_script(box, -1, ascii_text(shape) if plain else shape)


def _aligned(cells: tuple[str, ...]) -> list[str]:
    """A column of numbers under each other by their decimal points; what is no number stands in the middle."""
    tails = list(map(_tail, cells))
    longest = 0
    if min(tails) != max(tails):
        tails = [0 if "..." in cell else tail for cell, tail in zip(cells, tails, strict=True)]
        longest = max(tails)
        cells = tuple(
            [
                cell if cell in _ELLIPSES else cell + " " * (longest - tail)
                for cell, tail in zip(cells, tails, strict=True)
            ]
        )
    widths = list(map(len if is_numeric(cells) else display_width, cells))
    width = max(widths)
    if min(widths) == width:
        return list(cells)
    return [
        cell.center(width) if cell in _ELLIPSES else " " * (width - taken) + cell
        for cell, taken in zip(cells, widths, strict=True)
    ]


def _tail(cell: str) -> int:
    """How much of a number stands behind and at its decimal point or comma."""
    at = cell.rfind(".")
    if at < 0:
        at = cell.rfind(",")
    return len(cell) - at if at >= 0 else 0


_ELLIPSES = frozenset(("…", "⋮", "⋱", "...", ":"))


def _root(node: Root, plain: bool) -> Box:
    body = draw(node.body, ascii=plain)
    if len(body.lines) == 1:
        return text_box(to_text(node, ascii=plain))
    sign = text_box("sqrt" if plain else "√")
    return beside([sign, body if type(node.body) is Fenced else _between(body, "(", ")", plain)])


_DRAWINGS: dict[type[Any], Callable[[Any, bool], Box]] = {
    Row: _row,
    Fraction: _fraction,
    Fenced: _fenced,
    Superscript: _superscript,
    Subscript: _subscript,
    Matrix: _matrix,
    Root: _root,
}
