"""The typer application. Commands import what they need when they run, so that help and completion start fast."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import cleandoc
from typing import Annotated

import typer

from bpcli import __version__

COMMANDS = {
    "solve": "solve",
    "sheet": "sheet",
    "key": "sheet",
    "check": "check",
    "practice": "practice",
    "new": "new",
    "generate": "generate",
    "quiz": "quiz",
    "derive": "derive",
    "graph": "graph",
    "cost": "cost",
    "paths": "paths",
    "lint": "lint",
    "mistakes": "mistakes",
    "explain": "explain",
    "train": "train",
    "export": "export",
    "problems": "problems",
    "schema": "problems",
}
"""In the order of the help; each is the function of its name in a module of `bpcli.cli`."""

GUIDE = """\
Backpropagation, worked by hand.

  bpcli solve lez5                    a worked solution, step by step
  bpcli solve lez5 --detail full      every entry of every matrix product
  bpcli solve lez5 --only dL/dW1      one quantity, and what it needs
  bpcli solve lez5 --verify           every gradient beside its central difference
  bpcli solve mine.yaml -o key.md     your own problem, as Markdown
  bpcli new 2-3-1 -o mine.yaml        a problem file to start from
  bpcli sheet lez5 -o mine.yaml       a blank answer sheet
  bpcli key lez5                      the answer key, and what counts as right
  bpcli check lez5 mine.yaml          grade it, and learn what went wrong
  bpcli practice lez5                 one step at a time, with hints
  bpcli generate lez5 --count 9 -o d  variants for a class, each with its sheet and its key
  bpcli quiz lez5 --to moodle -o q.xml a quiz for Moodle, Canvas or PrairieLearn
  bpcli derive lez5 --wrt W1          the formulas of the gradient, and of its gradient
  bpcli graph lez5 -o network.svg     the network, or the computation graph, as a picture
  bpcli train xor                     gradient descent over a data set
  bpcli export lez5 --to pytorch      a script that computes the same numbers
  bpcli cost lez5                     what the forward and the backward pass cost
  bpcli paths lez5 W1[1,2]            the gradient as a sum over paths
  bpcli lint mine.yaml                which mistakes its numbers hide
  bpcli mistakes D03                  a mistake, with a worked example
  bpcli explain CODE                  what the code of an error means
  bpcli problems                      what ships with bpcli
  bpcli schema                        the JSON Schema of problem files, for your editor

  bpcli COMMAND --help                everything a command can do
"""


def _show_version(wanted: bool) -> None:
    if wanted:
        from bpcli.cli.output import emit

        emit(f"bpcli {__version__}\n")
        raise typer.Exit


def guide(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Backpropagation, worked by hand."""
    if context.invoked_subcommand is None:
        from bpcli.cli.output import emit

        emit(GUIDE)


def _help(command: Callable[..., None]) -> str:
    """The docstring of a command, with each of its examples on a line of its own."""
    text, separator, examples = cleandoc(command.__doc__ or "").partition("\n\nExample")
    if not separator:
        return text
    title, _, lines = examples.partition(":  ")
    shown = "\n".join(f"  {line}" for line in re.split(r"\s+\|\s+", lines))
    return f"{text}\n\n\b\nExample{title}:\n{shown}"  # the sign that keeps the lines of a paragraph


def application(arguments: Sequence[str] = ()) -> typer.Typer:
    """The application, with all its commands, or with the only one that the arguments ask for.

    typer goes through every parameter of every command, which takes longer than many a problem takes to solve.
    """
    app = typer.Typer(
        name="bpcli",
        help="Backpropagation, worked by hand.",
        add_completion=True,
        rich_markup_mode=None,  # rich would double the time that help takes
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(guide)
    for name in arguments[:1] if COMMANDS.keys() & arguments[:1] else COMMANDS:
        command = getattr(import_module(f"bpcli.cli.{COMMANDS[name]}"), name)
        app.command(help=_help(command))(command)
    return app
