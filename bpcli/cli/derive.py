"""`bpcli derive`: the formulas of the gradients, and of their gradients."""

from __future__ import annotations

from enum import Enum
from pathlib import PurePath
from typing import Annotated

import typer

__all__ = ["derive"]


class DeriveFormat(str, Enum):
    terminal = "terminal"
    markdown = "markdown"
    latex = "latex"


SUFFIXES = {".md": DeriveFormat.markdown, ".markdown": DeriveFormat.markdown, ".tex": DeriveFormat.latex}


def derive(
    problem: Annotated[
        str, typer.Argument(help="A problem file, the name of a shipped problem, or - for standard input.")
    ],
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
    format: Annotated[  # noqa: A002
        DeriveFormat | None, typer.Option("--format", "-f", help="Output format (by default after the name of -o).")
    ] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write to this file.", metavar="FILE")] = None,
    width: Annotated[
        int | None, typer.Option(min=20, max=400, help="Columns of the page (by default those of the terminal).")
    ] = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="Use ASCII characters only.")] = False,  # noqa: A002
) -> None:
    """Print the program of a problem extended by its derivatives, as formulas.

    Examples:  bpcli derive lez5   |   bpcli derive lez5 --wrt W1 -o gradient.tex   |
    bpcli derive lez5 --of dL/dW1 --wrt W1 --direction 1,0,0,0 --values
    """
    from bpcli.cli.output import put_document, refuse_to_overwrite, write_text
    from bpcli.cli.solve import split_identifiers
    from bpcli.derive import derive as extend
    from bpcli.lesson.derivation import derivation_document
    from bpcli.load import load_problem, solve

    refuse_to_overwrite(output, problem)
    solution = solve(load_problem(problem))
    names = tuple(name for text in wrt or () for name in split_identifiers(text))
    derivation = extend(solution, names, of, _numbers(direction))
    chosen = format or (SUFFIXES.get(PurePath(output).suffix.lower()) if output else None) or DeriveFormat.terminal
    if chosen is DeriveFormat.latex:
        from bpcli.export.equations import derivation_to_latex

        write_text(derivation_to_latex(solution, derivation), output)
        return
    document = derivation_document(solution, derivation, with_values=values)
    put_document(document, chosen.value, output, width, ascii)


def _numbers(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.replace(",", " ").replace("−", "-").split()]
    except ValueError:
        raise typer.BadParameter(f"`{text}` is not a list of numbers such as 1,0,-0.5") from None
