"""What stands in a box or on an edge, as lines of text."""

from __future__ import annotations

from bpcli.document.mathtree import Math
from bpcli.drawing.model import Box, Edge
from bpcli.drawing.units import Panel, Unit
from bpcli.notation.text import to_text


def value_text(box: Box, *, ascii: bool = False) -> str:  # noqa: A002
    """`= 0.2` or `≈ 0.9630`; nothing where no value is shown."""
    if box.value is None:
        return ""
    sign = "=" if box.exact else "~=" if ascii else "≈"
    return f"{sign} {to_text(box.value, ascii=ascii)}"


def gradient_text(box: Box, *, ascii: bool = False) -> str:  # noqa: A002
    """`∂L/∂a ≈ 0.0087`, or the name alone."""
    if box.gradient is None:
        return ""
    of, number, exact = box.gradient
    name = to_text(of, ascii=ascii)
    if number is None:
        return name
    return f"{name} {'=' if exact else '~=' if ascii else '≈'} {to_text(number, ascii=ascii)}"


def box_lines(box: Box, *, ascii: bool = False) -> list[str]:  # noqa: A002
    """The name with its formula, the value, the gradient."""
    name, value = to_text(box.name, ascii=ascii), value_text(box, ascii=ascii)
    lines = [f"{name} {value}".rstrip()]
    if box.formula is not None:
        lines = [f"{name} = {to_text(box.formula, ascii=ascii)}", value]
    return [line for line in (*lines, gradient_text(box, ascii=ascii)) if line]


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
        return [_named(name, unit.rows[0].value, ascii)]
    return [name, *(_named(to_text(row.name, ascii=ascii), row.value, ascii) for row in unit.rows)]


def _named(name: str, value: Math | None, plain: bool) -> str:
    return name if value is None else f"{name} = {to_text(value, ascii=plain)}"


def panel_line(panel: Panel, *, ascii: bool = False) -> str:  # noqa: A002
    """The title of a panel with the names of its parameters."""
    names = ", ".join(to_text(name, ascii=ascii) for name in panel.parameters)
    return ": ".join(part for part in (panel.title, names) if part)
