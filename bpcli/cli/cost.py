"""`bpcli cost`: what the forward and the backward pass cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from bpcli.cli.documents import Format, refuse_idle_options, write_document
from bpcli.cli.language import DecimalComma, Lang, in_language, with_comma
from bpcli.cli.options import FORMAT, Ascii, Force, Fragment, Output, ProblemSource, Width, choose_format

if TYPE_CHECKING:
    from bpcli.inquiry.cost import Cost, Growth


def cost(
    problem: ProblemSource,
    format: Annotated[Format | None, FORMAT] = None,  # noqa: A002
    output: Output = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    force: Force = False,
) -> None:
    """Count what the passes of a problem cost, beside central differences, and how that grows.

    Examples:  bpcli cost lez5   |   bpcli cost mine.yaml -o cost.json
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.inquiry.cost import cost_of, growth
    from bpcli.lesson.costs import cost_document
    from bpcli.solution.load import load_problem, solve

    chosen = choose_format(format, output, Format)
    refuse_to_overwrite(output, problem, force=force)
    solution = solve(in_language(lang)(load_problem(problem)))
    counted = cost_of(solution.program, solution.built.parameters)
    refuse_idle_options(chosen.value, fragment=fragment)
    if chosen is Format.json:
        write_text(_json(solution.problem.title, counted, growth()), output, force=force)
        return
    document = with_comma(cost_document(solution, counted, growth()), decimal_comma)
    write_document(document, chosen, output, width, ascii, fragment=fragment, force=force)


def _json(title: str, cost: Cost, growth: tuple[Growth, ...]) -> str:
    from bpcli.export.json import indented

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
    return indented(data) + "\n"
