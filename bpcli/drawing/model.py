"""What a picture of a graph holds, whatever it is drawn with."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from bpcli.diagnostics import BpcliError
from bpcli.document.mathtree import Math

Numbers: TypeAlias = Literal["all", "given", "none"]
"""Which numbers a picture shows: all; those that the exercise gives; or none, names and symbols alone."""


class DrawingError(BpcliError):
    """A picture that nobody could read, or that there is nothing for."""

    exit_code = 2


class Box(NamedTuple):
    """One quantity. `kind`: `input`, `node`, `output` or `adjoint`.

    `exact` says that the value shown is the value itself; `gradient` is the name of its gradient and that one's value.
    Values that are not to be shown are None.
    """

    id: str
    name: Math
    formula: Math | None
    value: Math | None
    exact: bool
    kind: str
    gradient: tuple[Math, Math | None, bool] | None = None


class Edge(NamedTuple):
    """`target` is computed from `source`.

    `local` is the local derivative ∂target/∂source with its value where both are numbers; of matrices it is what
    `target` sends back. `passed`: a gradient comes back along this edge.
    """

    source: str
    target: str
    local: Math | None = None
    value: Math | None = None
    exact: bool = True
    passed: bool = False


class Picture(NamedTuple):
    """Boxes in an order in which each comes after those it is computed from."""

    title: str
    description: str
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
