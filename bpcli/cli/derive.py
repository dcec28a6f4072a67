"""`bpcli derive`: the formulas of the gradients, and of their gradients."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from bpcli.cli.documents import refuse_idle_options, write_document
from bpcli.cli.language import DecimalComma, Lang, in_language, with_comma
from bpcli.cli.options import FORMAT, Ascii, Force, Fragment, Output, ProblemSource, Width, choose_format, identifiers


class DeriveFormat(str, Enum):
    terminal = "terminal"
    markdown = "markdown"
    html = "html"
    latex = "latex"
    typst = "typst"
    pdf = "pdf"
    png = "png"
    svg = "svg"


def derive(
    problem: ProblemSource,
    wrt: Annotated[
        list[str] | None,
        typer.Option(
            "--wrt", help="Differentiate by this quantity (W1); may be repeated. Default: all parameters.", metavar="ID"
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            help="Differentiate this in place of the loss: a number (L, dL/dW1[1,2]), or a gradient (dL/dW1), which is "
            "multiplied by a direction: the Hessian times v.",
            metavar="ID",
        ),
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(help="The entries of the direction, row by row (1,0,0,0). Default: all ones.", metavar="NUMBERS"),
    ] = None,
    values: Annotated[bool, typer.Option("--values", help="Also the values of the derivatives asked for.")] = False,
    format: Annotated[DeriveFormat | None, FORMAT] = None,  # noqa: A002
    output: Output = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    force: Force = False,
) -> None:
    """Print the program of a problem extended by its derivatives, as formulas.

    Examples:  bpcli derive lez5   |   bpcli derive lez5 --wrt W1 -o gradient.tex   |
    bpcli derive lez5 --of dL/dW1 --wrt W1 --direction 1,0,0,0 --values
    """
    from bpcli.cli.output import refuse_to_overwrite
    from bpcli.inquiry.derive import derive as extend
    from bpcli.lesson.derivation import derivation_document
    from bpcli.solution.load import load_problem, solve

    chosen = choose_format(format, output, DeriveFormat)
    refuse_to_overwrite(output, problem, force=force)
    solution = solve(in_language(lang)(load_problem(problem)))
    names = identifiers(wrt)
    derivation = extend(solution, names, of, _numbers(direction))
    chosen = choose_format(format, output, DeriveFormat)
    refuse_idle_options(chosen.value, fragment=fragment)
    document = derivation_document(solution, derivation, with_values=values)
    write_document(with_comma(document, decimal_comma), chosen, output, width, ascii, fragment=fragment, force=force)


def _numbers(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.replace(",", " ").replace("−", "-").split()]
    except ValueError:
        raise typer.BadParameter(f"`{text}` is not a list of numbers such as 1,0,-0.5") from None
