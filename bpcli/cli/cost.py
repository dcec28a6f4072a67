"""`bpcli cost`: what the forward and the backward pass cost."""

from __future__ import annotations

from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bpcli.cost import Cost, Growth

__all__ = ["cost"]


class CostFormat(str, Enum):
    terminal = "terminal"
    markdown = "markdown"
    json = "json"


SUFFIXES = {".md": CostFormat.markdown, ".markdown": CostFormat.markdown, ".json": CostFormat.json}


def cost(
    problem: Annotated[
        str, typer.Argument(help="A problem file, the name of a shipped problem, or - for standard input.")
    ],
    format: Annotated[  # noqa: A002
        CostFormat | None, typer.Option("--format", "-f", help="Output format (by default after the name of -o).")
    ] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write to this file.", metavar="FILE")] = None,
    width: Annotated[
        int | None, typer.Option(min=20, max=400, help="Columns of the page (by default those of the terminal).")
    ] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="Use ASCII characters only.")] = False,  # noqa: A002
) -> None:
    """Count what the passes of a problem cost, beside central differences, and how that grows.

    Examples:  bpcli cost lez5   |   bpcli cost mine.yaml -o cost.json
    """
    from bpcli.cli.output import put_document, refuse_to_overwrite, write_text
    from bpcli.cost import cost_of, growth
    from bpcli.lesson.costs import cost_document
    from bpcli.load import load_problem, solve

    refuse_to_overwrite(output, problem)
    solution = solve(load_problem(problem))
    counted = cost_of(solution.program, solution.built.parameters)
    chosen = format or (SUFFIXES.get(PurePath(output).suffix.lower()) if output else None) or CostFormat.terminal
    if chosen is CostFormat.json:
        write_text(_json(solution.problem.title, counted, growth()), output)
        return
    put_document(cost_document(solution, counted, growth()), chosen.value, output, width, ascii)


def _json(title: str, cost: Cost, growth: tuple[Growth, ...]) -> str:
    import json

    lines = [
        {"id": line.variable.name, **{key: value for key, value in line._asdict().items() if key != "variable"}}
        for line in cost.lines
    ]
    data = {
        "format": "bpcli/cost",
        "version": 1,
        "title": title,
        "passes": {phase: counts._asdict() for phase, counts in cost.passes.items() if counts.lines},
        "ratio": cost.ratio,
        "active_edges": cost.active_edges,
        "layers": [
            {"layer": layer or None, "forward": forward, "backward": backward}
            for layer, forward, backward in cost.layers
        ],
        "lines": lines,
        "differences": cost.differences._asdict() if cost.differences else None,
        "growth": [{**item._asdict(), "per_weight": item.per_weight} for item in growth],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
