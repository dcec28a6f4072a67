"""Pictures as Graphviz DOT: `dot -Tpdf graph.dot`."""

from __future__ import annotations

from collections.abc import Sequence

from bpcli.document.safe import safe
from bpcli.drawing.lines import box_lines, edge_text, unit_lines
from bpcli.drawing.model import Picture
from bpcli.drawing.units import NetworkPicture
from bpcli.notation.text import to_text

HEAD = """\
  rankdir=LR; bgcolor="transparent"; nodesep=0.3; ranksep=0.6;
  node [shape=box, style="rounded,filled", fillcolor="#f6f8fa", color="#c3cad2", fontname="Times"];
  edge [color="#69727d", fontname="Times", fontsize=11, fontcolor="#b03a12", arrowsize=0.7];"""
KINDS = {
    "input": ' fillcolor="#ffffff"',
    "output": ' color="#1a5fb4" penwidth=2',
    "adjoint": ' color="#b03a12"',
}


def quoted(text: str | Sequence[str]) -> str:
    """A string of DOT that shows the text, or the lines, as they are: no escape of the language has a meaning in it."""
    lines = [text] if isinstance(text, str) else text
    shown = [safe(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines]
    return '"' + "\\n".join(shown) + '"'


def picture_to_dot(picture: Picture) -> str:
    """The graph, Graphviz deciding where its boxes go."""
    number = {box.id: f"n{k}" for k, box in enumerate(picture.boxes, start=1)}
    lines = [f"digraph bpcli {{\n{HEAD}", f"  label={quoted(picture.title)}; labelloc=t;"]
    lines += [f"  {number[box.id]} [label={quoted(box_lines(box))}{KINDS.get(box.kind, '')}];" for box in picture.boxes]
    for edge in picture.edges:
        label = f" [label={quoted(edge_text(edge))}]" if edge.local is not None else ""
        lines.append(f"  {number[edge.source]} -> {number[edge.target]}{label};")
    return "\n".join([*lines, "}", ""])


def network_to_dot(picture: NetworkPicture) -> str:
    """The units of the network, each layer a rank."""
    lines = [
        f"digraph bpcli {{\n{HEAD}",
        "  ranksep=1.6; splines=line;",
        f"  label={quoted(picture.title)}; labelloc=t;",
    ]
    for column in picture.columns:
        names = []
        for k in column:
            panel = picture.panels[k]
            for j, unit in enumerate(panel.units):
                names.append(f"u{k}_{j}")
                lines.append(f"  u{k}_{j} [label={quoted(unit_lines(unit))}];")
            if panel.hidden:
                names.append(f"u{k}_more")
                lines.append(f'  u{k}_more [label="⋮ + {panel.hidden}" shape=none style=""];')
        lines.append(f"  {{ rank=same; {'; '.join(names)} }}")
    for wire in picture.wires:
        ends = f"{_end(wire.before, wire.source)} -> {_end(wire.after, wire.target)}"
        label = f" [taillabel={quoted(to_text(wire.label))} labeldistance=4]" if wire.label is not None else ""
        lines.append(f"  {ends}{label};")
    if picture.loss is not None:
        lines.append(f"  loss [label={quoted(unit_lines(picture.loss))}{KINDS['output']}];")
        lines += [f"  u{k}_{j} -> loss;" for k in picture.predictions for j in range(len(picture.panels[k].units))]
    return "\n".join([*lines, "}", ""])


def _end(panel: int, unit: int | None) -> str:
    """A unit; for a wire from a panel as a whole, its first one."""
    return f"u{panel}_{unit or 0}"
