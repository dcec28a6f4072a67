"""`bpcli mistakes`: the catalogue of mistakes."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["mistakes"]


def mistakes(
    identifier: Annotated[str | None, typer.Argument(help="The id of a mistake, D03 say.", metavar="ID")] = None,
    width: Annotated[
        int | None, typer.Option(min=20, max=400, help="Columns of the page (by default those of the terminal).")
    ] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="Use ASCII characters only.")] = False,  # noqa: A002
) -> None:
    """List the mistakes that bpcli recognises, or show one of them with a worked example.

    Example:  bpcli mistakes   then   bpcli mistakes D03
    """
    from bpcli.cli.output import emit_with
    from bpcli.grading.mistakes import CATALOGUE
    from bpcli.grading.reference import mistake_document, mistakes_document
    from bpcli.render.terminal import write_terminal

    if identifier is None:
        document = mistakes_document()
    else:
        name = identifier.strip().upper()
        if name not in CATALOGUE:
            raise typer.BadParameter(f"there is no mistake `{identifier}`; `bpcli mistakes` lists them")
        document = mistake_document(name)
    emit_with(lambda stream: write_terminal(document, stream, width=width, ascii=ascii or None))
