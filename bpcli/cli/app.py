"""The typer application. Commands import what they need when they run, so that help and completion start fast."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bpcli import __version__
from bpcli.cli.problems import problems, schema
from bpcli.cli.sheet import sheet
from bpcli.cli.solve import solve

__all__ = ["app"]

GUIDE = """\
Backpropagation, worked by hand.

  bpcli solve lez5                    a worked solution, step by step
  bpcli solve lez5 --detail full      every entry of every matrix product
  bpcli solve lez5 --only dL/dW1      one quantity, and what it needs
  bpcli solve lez5 --verify           every gradient beside its central difference
  bpcli solve mine.yaml -o key.md     your own problem, as Markdown
  bpcli sheet lez5 -o mine.yaml       a blank answer sheet
  bpcli problems                      what ships with bpcli
  bpcli schema                        the JSON Schema of problem files, for your editor

  bpcli COMMAND --help                everything a command can do
"""

app = typer.Typer(
    name="bpcli",
    help="Backpropagation, worked by hand.",
    add_completion=True,
    rich_markup_mode=None,  # rich would double the time that help takes
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"bpcli {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
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


app.command()(solve)
app.command()(sheet)
app.command()(problems)
app.command()(schema)
