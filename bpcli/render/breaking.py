"""Where a formula may be broken, and how the links of a chain are set in lines: what every format needs to know.

Widths are in cells, those of the drawing in characters: typeset formulas take about as much room for the same digits.
"""

from __future__ import annotations

from typing import NamedTuple

from bpcli.document.document import Equation
from bpcli.document.mathtree import (
    BLANK,
    Fenced,
    Fraction,
    Math,
    Matrix,
    Number,
    Operator,
    Root,
    Row,
    Subscript,
    Superscript,
)
from bpcli.notation.shapes import standing
from bpcli.notation.symbols import flatten, is_times
from bpcli.render.layout import draw


class Part(NamedTuple):
    """A piece of a line: a relation (none where a formula is continued) and what stands after it."""

    relation: str
    math: Math


def is_tall(math: Math) -> bool:
    """Whether the formula takes more than one line of characters."""
    return len(draw(math).lines) > 1


def has_blanks(math: Math) -> bool:
    """Whether a number or a matrix has room to write in."""
    if type(math) is Matrix:
        return any(BLANK in row for row in math.rows)
    return type(math) is Number and math.text == BLANK


def broken(math: Math, width: int) -> list[Math]:
    """The formula in parts to be set under each other, none much wider than `width`.

    It is broken before its signs, and where there are none inside its fences; a matrix too wide loses its middle
    columns, unless it is to be whole. What then is still too wide stays so.
    """
    if draw(math).width <= width:
        return [math]
    terms = terms_of(math)
    if len(terms) < 2:
        return _opened(math, width)
    lines: list[list[Math]] = []
    used = width + 1
    for term in terms:
        for piece in broken(term, width):
            taken = draw(piece).width
            if used + 1 + taken > width:
                lines.append([piece])
                used = taken
            else:
                lines[-1].append(piece)
                used += 1 + taken
    return [_row(line) for line in lines]


def _opened(math: Math, width: int) -> list[Math]:
    """A formula without signs of its own, broken inside its widest part."""
    if type(math) is Fraction and not math.solid:
        return broken(Row((_apart(math.numerator), Operator("/"), _apart(math.denominator))), width)
    if type(math) is Root:
        return broken(Row((Operator("√", "prefix"), Fenced(math.body))), width)
    if type(math) is Fenced:
        first, *rest = broken(math.body, width - 1)
        if not rest:
            return [math]
        return [math._replace(body=first, closing=""), *rest[:-1], math._replace(body=rest[-1], opening="")]
    if type(math) is Superscript or type(math) is Subscript:
        *before, last = broken(math.base, width - draw(math.script).width)
        return [*before, math._replace(base=last)]
    items = flatten(math)
    if len(items) > 1:
        widest = max(range(len(items)), key=lambda place: draw(items[place]).width)
        room = width - draw(Row(tuple(items[:widest]))).width
        first, *rest = broken(items[widest], max(room, width // 2))
        parts = [[*items[:widest], first], *[[part] for part in rest]]
        parts[-1].extend(items[widest + 1 :])
        return [_row(part) for part in parts]
    return [_narrowed(math, width)]


def _row(items: list[Math]) -> Math:
    return items[0] if len(items) == 1 else Row(tuple(items))


def _apart(math: Math) -> Math:
    """A numerator or a denominator as it stands beside a stroke."""
    return math if len(flatten(math)) == 1 else Fenced(math)


def _narrowed(math: Math, width: int) -> Math:
    low, high = 0, most_columns(math) - 2
    best = math
    while low <= high:
        kept = (low + high) // 2
        narrower = with_columns(math, kept)
        if draw(narrower).width <= width:
            best, low = narrower, kept + 1
        else:
            high = kept - 1
    return best


def typeset_width(math: Math) -> int:
    """The cells that a formula takes where ∂L/∂a is set as a fraction, and scripts stand above each other."""
    return draw(_set_above(math)).width


def _set_above(math: Math) -> Math:
    """The formula without what stands above or below something wider."""
    if type(math) is Row:
        return Row(tuple(map(_set_above, math.items)))
    if type(math) is Fenced:
        return math._replace(body=_set_above(math.body))
    if type(math) is Fraction and math.solid:
        return max((_set_above(math.numerator), _set_above(math.denominator)), key=lambda part: draw(part).width)
    if type(math) is Subscript and type(math.base) is Superscript:
        wider = max((math.script, math.base.script), key=lambda part: draw(part).width)
        return Subscript(_set_above(math.base.base), wider)
    return math


def chain_lines(equation: Equation, measure: int, limit: int) -> list[list[Part]]:
    """The links of a chain in lines, each to begin under the relation of the first.

    All on one line where that is flat and fits into `measure`; otherwise the formula, then the stages on one line if
    they fit, else a line for each. A stage wider than `limit` is broken.
    """
    left = typeset_width(equation.left) + 1
    if left > measure // 2:  # it gets a line of its own
        left = 4
    parts = [Part(link.relation, link.math) for link in equation.links]
    widths = [typeset_width(part.math) + 3 for part in parts]
    tall = is_tall(equation.left) or any(is_tall(part.math) for part in parts)
    if not tall and left + sum(widths) <= measure:
        return [parts] if parts else []
    if len(parts) > 2 and left + sum(widths[1:]) <= measure:
        return [parts[:1], parts[1:]]
    lines: list[list[Part]] = []
    for part in parts:
        first, *more = broken(part.math, limit - left)
        lines.append([Part(part.relation, first)])
        lines += [[Part("", piece)] for piece in more]
    return lines


def terms_of(math: Math) -> list[Math]:
    """A formula cut before its signs: sums first, then products."""
    items = flatten(math)
    for breaks in (_is_sum_sign, _is_product_sign, is_times):
        groups: list[list[Math]] = [[]]
        for item in items:
            if breaks(item) and groups[-1]:
                groups.append([])
            if breaks is not is_times or not is_times(item):
                groups[-1].append(item)
        if len(groups) > 1:
            return [_row(group) for group in groups if group]
    return [math]


def _is_sum_sign(node: Math) -> bool:
    return type(node) is Operator and (
        node.form == "relation" or (node.form == "infix" and node.symbol in ("+", "−", "-", "±"))
    )


def _is_product_sign(node: Math) -> bool:
    return type(node) is Operator and node.form == "infix" and not is_times(node)


def most_columns(math: Math) -> int:
    matrices = (item for item in standing(math) if type(item) is Matrix)
    return max((len(item.rows[0]) for item in matrices if item.rows), default=0)


def with_columns(math: Math, kept: int) -> Math:
    """The formula with every matrix that may be cut to its first `kept` columns, an ellipsis and its last column."""
    if type(math) is Matrix:
        columns = len(math.rows[0]) if math.rows else 0
        if math.whole or columns <= kept + 2:
            return math
        rows = tuple((*row[:kept], "…", row[-1]) for row in math.rows)
        return Matrix(rows, math.elided or (len(math.rows), columns))
    if type(math) is Row:
        return Row(tuple(with_columns(item, kept) for item in math.items))
    if type(math) is Superscript or type(math) is Subscript:
        return math._replace(base=with_columns(math.base, kept))
    if type(math) is Fenced or type(math) is Root:
        return math._replace(body=with_columns(math.body, kept))
    return math
