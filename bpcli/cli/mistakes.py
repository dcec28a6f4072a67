"""`bpcli mistakes`: the catalogue of mistakes."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.cli.language import DecimalComma, Lang, language_of_locale, with_comma
from bpcli.cli.options import Ascii, Width


def mistakes(
    sought: Annotated[
        list[str] | None, typer.Argument(help="The id of a mistake, D03 say, or words to look for.", metavar="ID|WORD")
    ] = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
) -> None:
    """List the mistakes that bpcli recognises, look for words in them, or show one with a worked example.

    Examples:  bpcli mistakes   |   bpcli mistakes D03   |   bpcli mistakes slope
    """
    from bpcli.cli.output import emit_with
    from bpcli.document.document import Table
    from bpcli.mistakes import AUXILIARY, CATALOGUE
    from bpcli.render.terminal import write_terminal
    from bpcli.reports.reference import mistake_document, mistakes_document

    language = lang.value if lang is not None else language_of_locale() or "en"
    asked = " ".join(sought or ()).strip()
    ids = {key.upper(): key for key in (*CATALOGUE, *AUXILIARY)}
    if asked.upper() in ids:
        document = mistake_document(ids[asked.upper()], language)
    else:
        document = mistakes_document(language, asked)
        if not any(isinstance(block, Table) for block in document.blocks):
            raise typer.BadParameter(f"no mistake has the id or the words `{asked}`; `bpcli mistakes` lists them all")
    document = with_comma(document, decimal_comma)
    emit_with(lambda stream: write_terminal(document, stream, width=width, ascii=ascii or None))
