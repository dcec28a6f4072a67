"""`bpcli new`: a problem file to start from."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.cli.options import Force, named_file, refuse_suffix


def new(
    network: Annotated[
        str | None, typer.Argument(help="Units of each layer, from the input to the output: 2-3-1.")
    ] = None,
    hidden: Annotated[str, typer.Option(help="Activation of the hidden layers.", metavar="NAME")] = "sigmoid",
    out: Annotated[
        str, typer.Option("--output", help="Activation of the output (by default after the loss).", metavar="NAME")
    ] = "",
    loss: Annotated[str, typer.Option(help="The loss (by default after the output).", metavar="NAME")] = "",
    optimizer: Annotated[str, typer.Option(help="Add a step of this optimizer.", metavar="NAME")] = "",
    batch: Annotated[int, typer.Option(help="So many instances; 0 for one, written without a batch.")] = 0,
    graph: Annotated[bool, typer.Option("--graph", help="A graph of formulas, not a network.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Other numbers.")] = 1,
    title: Annotated[str, typer.Option(help="The title of the problem.")] = "",
    file: Annotated[
        str | None,
        typer.Option("--file", "-o", help="Write to this file.", metavar="FILE", callback=named_file),
    ] = None,
    force: Force = False,
) -> None:
    """Make a problem file to start from, with short numbers and a comment on every part.

    Examples:  bpcli new 2-3-1 --hidden tanh -o mine.yaml   |   bpcli new 3-4-3 --output softmax --batch 2   |
    bpcli new --graph -o graph.yaml
    """
    from bpcli.authoring.scaffold import Scaffold, graph_text, network_text, sizes
    from bpcli.cli.output import refuse_to_overwrite, write_text

    if graph == (network is not None):
        raise typer.BadParameter("name the units of each layer (bpcli new 2-3-1), or write --graph")
    if graph:
        text = graph_text(seed, title)
    else:
        assert network is not None
        text = network_text(Scaffold(sizes(network), hidden, out, loss, optimizer, batch, seed, title))
    refuse_suffix(file, (".yaml", ".yml"))
    refuse_to_overwrite(file, force=force)
    write_text(text, file, force=force)
