"""Equations set in a given width: a formula, and the chain of its worked stages under it."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.document.document import Equation, Givens
from bpcli.document.mathtree import Math, Operator
from bpcli.notation.text import to_text
from bpcli.render.breaking import most_columns, terms_of, with_columns
from bpcli.render.layout import Box, beside, display_width, draw, stack, text_box
from bpcli.render.prose import WIDEST_CHARACTER, Line, Page, split_cells

GAP = 3
ASIDE_GAP = 4
WIDEST_GAP = 6
"""Columns of givens that would stand further apart than this are not aligned."""


def _space(width: int) -> Box:
    return text_box(" " * width)


def _relation(symbol: str, page: Page) -> Box:
    return text_box(to_text(Operator(symbol, "relation"), ascii=page.ascii))


def _lines(box: Box) -> list[Line]:
    return [[(line, "")] for line in box.lines]


def _is_tall(box: Box) -> bool:
    return len(box.lines) > 1


# Fitting one formula into a width


def fit(math: Math, width: int, page: Page, drawn: Box | None = None) -> list[Box]:
    """The formula as boxes under each other, none wider than `width`; `drawn` is its drawing where it has one already.

    It is broken before its signs; a matrix too wide loses its middle columns; the last resort is running text.
    """
    box = drawn or draw(math, ascii=page.ascii)
    if box.width <= width:
        return [box]
    terms = terms_of(math)
    if len(terms) > 1:
        return _packed(terms, width, page)
    narrowed = _narrowed(math, box.width, width, page)
    return [narrowed] if narrowed else _running_text(math, width, page)


def _packed(terms: Sequence[Math], width: int, page: Page) -> list[Box]:
    """As many terms to a line as fit; a term too wide is broken in its turn."""
    rows: list[list[Box]] = [[]]
    used = 0
    for number, term in enumerate(terms):
        for part in fit(term, width, page):
            gap = 1 if number and rows[-1] else 0
            if rows[-1] and used + gap + part.width > width:
                rows.append([])
                used = 0
            if rows[-1] and gap:
                rows[-1].append(_space(gap))
                used += gap
            rows[-1].append(part)
            used += part.width
    return [beside(row) for row in rows if row]


def _narrowed(math: Math, whole: int, width: int, page: Page) -> Box | None:
    """The widest drawing that fits with middle columns of its matrices left out; brackets are never cut.

    Columns are about equally wide, so the first try is their share of the width of the `whole`: drawing is what takes
    time, and this is at most a few columns off.
    """
    low, high = 0, most_columns(math) - 2
    best: Box | None = None
    kept = (high + 2) * width // whole - 2
    while low <= high:
        kept = min(max(kept, low), high)
        box = draw(with_columns(math, kept), ascii=page.ascii)
        if box.width <= width:
            best, low = box, kept + 1
        else:
            high = kept - 1
        column = max(1, box.width // (kept + 2))
        kept += (width - box.width) // column or (1 if box.width <= width else -1)
    return best


def _running_text(math: Math, width: int, page: Page) -> list[Box]:
    """The formula on one line, then broken at its spaces, and inside a word only where nothing else helps."""
    boxes: list[Box] = []
    line = ""
    width = max(width, WIDEST_CHARACTER)
    for word in to_text(math, ascii=page.ascii).split(" "):
        if line and display_width(line) + 1 + display_width(word) > width:
            boxes.append(text_box(line))
            line = ""
        line = f"{line} {word}" if line else word
        while display_width(line) > width:
            part, line = split_cells(line, width)
            boxes.append(text_box(part))
    return [*boxes, text_box(line)]


# Equations


def equation_lines(equation: Equation, width: int, measure: int, page: Page) -> list[Line]:
    """The chain in at most `width` cells, and in `measure` where it can be broken.

    Everything on one line where it is flat and fits; otherwise the formula first and the stages under it, on one
    line if they fit, else a line for each relation, the relations under each other.
    """
    left = draw(equation.left, ascii=page.ascii)
    relations = [_relation(link.relation, page) for link in equation.links]
    stages = [draw(link.math, ascii=page.ascii) for link in equation.links]
    aside = draw(equation.aside, ascii=page.ascii) if equation.aside else None
    if not stages:
        return [line for box in fit(equation.left, width, page, left) for line in _lines(box)]

    chain = _chain(relations, stages)
    tall = _is_tall(left) or any(map(_is_tall, stages))
    measure = min(width, measure)
    if not tall and left.width + 1 + chain.width <= measure:
        return _with_aside(beside([left, _space(1), chain]), aside, equation, measure, page)

    column = left.width + 1
    widest = max(relation.width + 1 + stage.width for relation, stage in zip(relations, stages, strict=True))
    if column + widest > width or column > width // 2:
        column = min(column, 2)

    first = _formula(equation, left, relations[0], stages[0], column, width, page)
    lines = _with_aside(first[0], aside, equation, measure, page) if len(first) == 1 else _stacked(first)
    if len(first) > 1 and aside is not None and equation.aside is not None:
        lines += [_dimmed(line) for line in _stacked(fit(equation.aside, width, page))]

    rest = list(zip(relations[1:], stages[1:], equation.links[1:], strict=True))
    if not rest:
        return lines
    chain = _chain(relations[1:], stages[1:])
    groups: list[list[Box]]
    if column + chain.width <= measure:
        groups = [[beside([_space(column), chain])]]
    else:
        groups = []
        for relation, stage, link in rest:
            start = [_space(column), relation, _space(1)]
            hang = column + relation.width + 1
            if hang + stage.width <= width:
                groups.append([beside([*start, stage])])
            else:
                head, *more = fit(link.math, max(width - hang, 4), page, stage)
                groups.append([beside([*start, head]), *[beside([_space(hang), box]) for box in more]])
    for group in groups:
        if tall:
            lines.append([])
        lines += _stacked(group)
    return lines


def _chain(relations: Sequence[Box], stages: Sequence[Box]) -> Box:
    parts: list[Box] = []
    for relation, stage in zip(relations, stages, strict=True):
        parts += [_space(1), relation, _space(1), stage]
    return beside(parts[1:]) if parts else _space(0)


def _formula(
    equation: Equation, left: Box, relation: Box, stage: Box, column: int, width: int, page: Page
) -> list[Box]:
    """The first line of an equation, broken after its left side where it does not fit."""
    whole = beside([left, _space(1), relation, _space(1), stage])
    if whole.width <= width:
        return [whole]
    hang = left.width + 1 + relation.width + 1
    if left.width + 1 == column and width - hang >= width // 2:
        head, *more = fit(equation.links[0].math, width - hang, page, stage)
        return [beside([left, _space(1), relation, _space(1), head]), *[beside([_space(hang), box]) for box in more]]
    hang = column + relation.width + 1
    head, *more = fit(equation.links[0].math, max(width - hang, 4), page, stage)
    return [
        *fit(equation.left, width, page, left),
        beside([_space(column), relation, _space(1), head]),
        *[beside([_space(hang), box]) for box in more],
    ]


def _stacked(boxes: Sequence[Box]) -> list[Line]:
    """The lines of boxes under each other, a blank line around tall ones."""
    lines: list[Line] = []
    tall = False
    for box in boxes:
        if lines and (tall or _is_tall(box)):
            lines.append([])
        lines += _lines(box)
        tall = _is_tall(box)
    return lines


def _dimmed(line: Line) -> Line:
    return [(text, "dim") for text, _ in line]


def _with_aside(box: Box, aside: Box | None, equation: Equation, width: int, page: Page) -> list[Line]:
    """A formula with the rule it uses at the right margin, or under it where there is no room."""
    lines = _lines(box)
    if aside is None or equation.aside is None:
        return lines
    if box.width + ASIDE_GAP + aside.width <= width and not _is_tall(aside):
        gap = " " * (width - box.width - aside.width)
        lines[box.baseline] += [(gap, ""), (aside.lines[0], "dim")]
        return lines
    return [*lines, *[_dimmed(line) for line in _stacked(fit(equation.aside, width, page))]]


# Givens


def givens_lines(givens: Givens, width: int, measure: int, page: Page) -> list[Line]:
    """Short equations side by side, in columns where that costs no line."""
    boxes: list[Box] = []
    for math in givens.equations:
        parts = fit(math, width, page)
        boxes.append(parts[0] if len(parts) == 1 else stack(parts))
    rows = _flowed(boxes, measure)
    if len(rows) > 1:
        rows = _in_columns(boxes, len(rows), measure) or rows
    return _stacked(rows)


def _flowed(boxes: Sequence[Box], width: int) -> list[Box]:
    rows: list[list[Box]] = []
    used = 0
    for box in boxes:
        if not rows or used + GAP + box.width > width:
            rows.append([box])
            used = box.width
        else:
            rows[-1] += [_space(GAP), box]
            used += GAP + box.width
    return [beside(row) for row in rows]


def _in_columns(boxes: Sequence[Box], lines: int, width: int) -> list[Box]:
    """The same in aligned columns, if there is an arrangement in as many lines."""
    for count in range(len(boxes), 1, -1):
        rows = [boxes[start : start + count] for start in range(0, len(boxes), count)]
        if len(rows) > lines:
            break
        widths = [max(row[j].width for row in rows if j < len(row)) for j in range(count)]
        gaps = max((w - b.width for row in rows for b, w in zip(row[:-1], widths, strict=False)), default=0)
        if sum(widths) + GAP * (count - 1) <= width and gaps <= WIDEST_GAP:
            return [beside(_row_of(row, widths)) for row in rows]
    return []


def _row_of(row: Sequence[Box], widths: Sequence[int]) -> list[Box]:
    parts: list[Box] = []
    for box, width in zip(row, widths, strict=False):
        parts += [box, _space(width - box.width + GAP)]
    return parts[:-1]
