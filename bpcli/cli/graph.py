"""`bpcli graph`: the computation graph or the network as a picture."""

from __future__ import annotations

import sys
from enum import Enum
from typing import Annotated

import typer

from bpcli.cli.language import Lang, in_language
from bpcli.cli.options import FORMAT, Ascii, Force, Output, ProblemSource, choose_format, identifiers


class GraphFormat(str, Enum):
    terminal = "terminal"
    svg = "svg"
    dot = "dot"
    mermaid = "mermaid"


NARROWEST, DEFAULT = 40, 80


def graph(
    problem: ProblemSource,
    format: Annotated[GraphFormat | None, FORMAT] = None,  # noqa: A002
    network: Annotated[
        bool | None,
        typer.Option(
            "--network/--operations",
            help="The units with the weights between them (default for a network), or the graph of the operations.",
        ),
    ] = None,
    extended: Annotated[
        bool, typer.Option("--extended", help="The extended graph: gradients are boxes of their own.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this quantity and what it needs (p1, dL/dW2); may be repeated.", metavar="ID"),
    ] = None,
    instance: Annotated[int, typer.Option(min=1, help="Which instance of a batch the units show.")] = 1,
    blank: Annotated[
        bool, typer.Option("--blank", help="Without what is worked out: the figure of an exercise.")
    ] = False,
    symbols: Annotated[bool, typer.Option("--symbols", help="Names and symbols alone, no numbers.")] = False,
    output: Output = None,
    width: Annotated[
        int | None, typer.Option(min=NARROWEST, max=400, help="Columns of the page (by default those of the terminal).")
    ] = None,
    lang: Lang = None,
    ascii: Ascii = False,  # noqa: A002
    force: Force = False,
) -> None:
    """Draw a problem: its graph with values, gradients and local derivatives, or its network.

    Examples:  bpcli graph lez5 -o network.svg   |   bpcli graph mac0460-logistic   |
    bpcli graph lez5 --operations --extended -o extended.svg   |   bpcli graph lez5 --blank -o figure.svg
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.drawing import draw
    from bpcli.solution.load import load_problem, solve

    chosen = choose_format(format, output, GraphFormat)
    refuse_to_overwrite(output, problem, force=force)
    solution = solve(in_language(lang)(load_problem(problem)))
    names = identifiers(only)
    if network and (extended or names):
        raise typer.BadParameter("--extended and --only belong to the graph of the operations, not to --network")
    if blank and symbols:
        raise typer.BadParameter("--blank keeps the numbers that are given, --symbols keeps none; give one of them")
    as_network = network if network is not None else solution.problem.network is not None and not (extended or names)
    settings: dict[str, object] = {}
    if chosen is GraphFormat.terminal:
        from bpcli.render.terminal import terminal_width

        settings = {
            "width": width or (DEFAULT if output else max(NARROWEST, terminal_width(sys.stdout))),
            "ascii": ascii,
        }
    picture = draw(
        solution,
        chosen.value,
        network=as_network,
        extended=extended,
        only=names,
        instance=instance,
        numbers="none" if symbols else "given" if blank else "all",
        **settings,
    )
    write_text(picture, output, force=force)
