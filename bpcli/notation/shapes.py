"""What typesetting asks before it writes: whether a formula is tall, and where the decimal points of a column stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bpcli.document.mathtree import Fenced, Fraction, Math, Matrix, Root, Row, Subscript, Superscript


def standing(node: Math) -> Iterator[Math]:
    """The parts of a formula that stand on its line: of a fraction, of a matrix the whole, of a power its base."""
    waiting: list[Math] = [node]
    while waiting:
        item = waiting.pop()
        if type(item) is Row:
            waiting.extend(item.items)
        elif type(item) is Superscript or type(item) is Subscript:
            waiting.append(item.base)
        elif type(item) is Fenced or type(item) is Root:
            waiting.append(item.body)
        else:
            yield item


def is_tall(node: Math) -> bool:
    """Whether fences around the formula have to grow with it."""
    return any(type(item) is Matrix or type(item) is Fraction for item in standing(node))


def tail(text: str) -> int:
    """Characters from the decimal point on; none in a number without one."""
    return len(text) - point if (point := text.replace(",", ".").find(".")) >= 0 and "e" not in text else 0


def tails(rows: Sequence[Sequence[str]]) -> list[int]:
    """The longest tail of each column."""
    return [max((tail(row[j]) for row in rows), default=0) for j in range(len(rows[0]) if rows else 0)]
