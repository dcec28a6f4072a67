"""`bpcli mistakes`: the catalogue of mistakes."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.cli.language import DecimalComma, Lang, language_of_locale, with_comma
from bpcli.cli.options import Ascii, Width


def mistakes(
    identifier: Annotated[str | None, typer.Argument(help="The id of a mistake, D03 say.", metavar="ID")] = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
) -> None:
    """List the mistakes that bpcli recognises, or show one of them with a worked example.

    Examples:  bpcli mistakes   |   bpcli mistakes D03
    """
    from bpcli.cli.output import emit_with
    from bpcli.mistakes import CATALOGUE
    from bpcli.render.terminal import write_terminal
    from bpcli.reports.reference import mistake_document, mistakes_document

    language = lang.value if lang is not None else language_of_locale() or "en"
    if identifier is None:
        document = mistakes_document(language)
    else:
        name = identifier.strip().upper()
        if name not in CATALOGUE:
            raise typer.BadParameter(f"there is no mistake `{identifier}`; `bpcli mistakes` lists them")
        document = mistake_document(name, language)
    document = with_comma(document, decimal_comma)
    emit_with(lambda stream: write_terminal(document, stream, width=width, ascii=ascii or None))
