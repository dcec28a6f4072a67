"""What stands in a box or on an edge, as lines of text."""

from __future__ import annotations

from bpcli.drawing.model import Box, Edge
from bpcli.drawing.units import Unit
from bpcli.notation.text import to_text


def value_text(box: Box, *, ascii: bool = False) -> str:  # noqa: A002
    """`= 0.2` or `≈ 0.9630`."""
    sign = "=" if box.exact else "~=" if ascii else "≈"
    return f"{sign} {to_text(box.value, ascii=ascii)}"


def box_lines(box: Box, *, ascii: bool = False) -> list[str]:  # noqa: A002
    """The name with its formula, the value, the gradient."""
    name, value = to_text(box.name, ascii=ascii), value_text(box, ascii=ascii)
    lines = [f"{name} {value}"]
    if box.formula is not None:
        lines = [f"{name} = {to_text(box.formula, ascii=ascii)}", value]
    if box.gradient is not None:
        of, number, exact = box.gradient
        sign = "=" if exact else "~=" if ascii else "≈"
        lines.append(f"{to_text(of, ascii=ascii)} {sign} {to_text(number, ascii=ascii)}")
    return lines


def edge_text(edge: Edge, *, ascii: bool = False) -> str:  # noqa: A002
    """The local derivative of an edge that has one, with its value where that is one number."""
    assert edge.local is not None
    text = to_text(edge.local, ascii=ascii)
    if edge.value is None:
        return text
    sign = "=" if edge.exact else "~=" if ascii else "≈"
    return f"{text} {sign} {to_text(edge.value, ascii=ascii)}"


def unit_lines(unit: Unit, *, ascii: bool = False) -> list[str]:  # noqa: A002
    """The name of a unit and its quantities; one line where there is one quantity."""
    name = to_text(unit.name, ascii=ascii)
    if len(unit.rows) == 1:
        return [f"{name} = {to_text(unit.rows[0][1], ascii=ascii)}"]
    rows = [f"{to_text(of, ascii=ascii)} = {to_text(number, ascii=ascii)}" for of, number, _ in unit.rows]
    return [name, *rows]
