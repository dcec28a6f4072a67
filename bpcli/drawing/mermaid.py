"""Pictures as Mermaid flowcharts, which GitHub and many wikis draw."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.document.safe import safe
from bpcli.drawing.lines import box_lines, edge_text, unit_lines
from bpcli.drawing.model import Picture
from bpcli.drawing.units import NetworkPicture
from bpcli.notation.text import to_text

CLASSES = (
    "  classDef input fill:#ffffff,stroke:#c3cad2,color:#1b2026",
    "  classDef node fill:#f6f8fa,stroke:#c3cad2,color:#1b2026",
    "  classDef output fill:#f6f8fa,stroke:#1a5fb4,stroke-width:2px,color:#1b2026",
    "  classDef adjoint fill:#f6f8fa,stroke:#b03a12,color:#1b2026",
)
CLASS_OF = {"input": "input", "output": "output", "adjoint": "adjoint"}
MEANS_SOMETHING = frozenset('"`#&<>;\\|*_~$')
"""Characters with a meaning of their own in Mermaid, in its Markdown or in the HTML that it makes."""


def quoted(text: str | Sequence[str]) -> str:
    """A label that shows the text, or the lines, as they are."""
    lines = [text] if isinstance(text, str) else text
    shown = ("".join(f"#{ord(c)};" if c in MEANS_SOMETHING else c for c in safe(line)) for line in lines)
    return '"' + "<br/>".join(shown) + '"'


def picture_to_mermaid(picture: Picture) -> str:
    """The graph as a flowchart from left to right."""
    number = {box.id: f"n{k}" for k, box in enumerate(picture.boxes, start=1)}
    lines = ["flowchart LR"]
    lines += [
        f"  {number[box.id]}[{quoted(box_lines(box))}]:::{CLASS_OF.get(box.kind, 'node')}" for box in picture.boxes
    ]
    for edge in picture.edges:
        label = f"|{quoted(edge_text(edge))}|" if edge.local is not None else ""
        lines.append(f"  {number[edge.source]} -->{label} {number[edge.target]}")
    return "\n".join([*lines, *CLASSES, ""])


def network_to_mermaid(picture: NetworkPicture) -> str:
    """The units of the network, the weights on the edges."""
    lines = ["flowchart LR"]
    for k, panel in enumerate(picture.panels):
        for j, unit in enumerate(panel.units):
            lines.append(f"  u{k}_{j}[{quoted(unit_lines(unit))}]:::{'input' if panel.given else 'node'}")
        if panel.hidden:
            lines.append(f"  u{k}_more[{quoted(f'⋮ + {panel.hidden}')}]:::input")
    for wire in picture.wires:
        label = f"|{quoted(to_text(wire.label))}|" if wire.label is not None else ""
        ends = f"u{wire.before}_{wire.source or 0}", f"u{wire.after}_{wire.target or 0}"
        lines.append(f"  {ends[0]} -->{label} {ends[1]}")
    if picture.loss is not None:
        lines.append(f"  loss[{quoted(unit_lines(picture.loss))}]:::output")
        lines += [f"  u{k}_{j} --> loss" for k in picture.predictions for j in range(len(picture.panels[k].units))]
    return "\n".join([*lines, *CLASSES, ""])
