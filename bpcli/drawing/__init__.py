"""Pictures of graphs and networks: what is drawn (`contents`, `units`), where (`layout`) and in which format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bpcli.drawing.contents import graph_picture
from bpcli.drawing.model import Numbers
from bpcli.drawing.units import network_picture
from bpcli.solution.solution import Solution

__all__ = ["FORMATS", "draw"]

FORMATS = {
    "terminal": ("bpcli.drawing.terminal:picture_to_text", "bpcli.drawing.terminal_network:network_to_text"),
    "svg": ("bpcli.drawing.svg:picture_to_svg", "bpcli.drawing.svg_network:network_to_svg"),
    "dot": ("bpcli.drawing.dot:picture_to_dot", "bpcli.drawing.dot:network_to_dot"),
    "mermaid": ("bpcli.drawing.mermaid:picture_to_mermaid", "bpcli.drawing.mermaid:network_to_mermaid"),
}
"""Format name → the functions that write a graph and a network."""


def draw(
    solution: Solution,
    format: str = "svg",  # noqa: A002
    *,
    network: bool = False,
    extended: bool = False,
    only: Iterable[str] = (),
    instance: int = 1,
    numbers: Numbers = "all",
    **settings: object,
) -> str:
    """A solution as a picture: its graph, or the units of its network with the numbers of one instance.

    `numbers`: `given` leaves out what is worked, `none` leaves names and symbols alone.
    `settings` are those of the format (`width` and `ascii` for the terminal). Raises ValueError for an unknown format,
    UnknownQuantityError for ids in `only` that name nothing, DrawingError for what cannot be drawn.
    """
    from importlib import import_module

    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    module, _, function = FORMATS[format][network].partition(":")
    write: Callable[..., str] = getattr(import_module(module), function)
    picture: Any
    if network:
        picture = network_picture(solution, instance, numbers)
    else:
        picture = graph_picture(solution, only, extended=extended, numbers=numbers)
    return write(picture, **settings)
