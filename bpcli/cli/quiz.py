"""`bpcli quiz`: a problem for a learning platform."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from bpcli.cli.language import Lang, in_language
from bpcli.cli.options import Force, ProblemSource


class Platform(str, Enum):
    moodle = "moodle"
    qti = "qti"
    prairielearn = "prairielearn"


def quiz(
    problem: ProblemSource,
    to: Annotated[Platform, typer.Option(help="Moodle XML, QTI 1.2 for Canvas, or a PrairieLearn question folder.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="The file (qti: a .zip; prairielearn: a folder).", metavar="PATH"),
    ] = None,
    feedback: Annotated[
        bool, typer.Option("--feedback/--no-feedback", help="Moodle: say which mistake gives the number entered.")
    ] = True,
    lang: Lang = None,
    force: Force = False,
) -> None:
    """Make a quiz: every number asked for, with a tolerance from the digits asked for.

    Examples:  bpcli quiz lez5 --to moodle -o lez5.xml   |   bpcli quiz lez5 --to qti -o lez5.zip   |
    bpcli quiz lez5 --to prairielearn -o questions/lez5
    """
    from bpcli.cli.output import refuse_present, write_file, write_text
    from bpcli.solution.load import load_problem, solve

    if to is not Platform.moodle and output is None:
        kind = "file (-o lez5.zip)" if to is Platform.qti else "folder (-o questions/lez5)"
        raise typer.BadParameter(f"name the {kind}")
    if output is not None:
        refuse_present(output, force)
    solution = solve(in_language(lang, locale=False)(load_problem(problem)))
    if to is Platform.prairielearn:
        from bpcli.export.prairielearn import solution_to_prairielearn

        assert output is not None
        _write_folder(output, solution_to_prairielearn(solution))
    elif to is Platform.qti:
        from bpcli.export.qti import solution_to_qti

        assert output is not None
        write_file(output, solution_to_qti(solution))
    else:
        from bpcli.export.moodle import solution_to_moodle

        write_text(solution_to_moodle(solution, feedback=feedback), output)


def _write_folder(output: str, files: dict[str, str]) -> None:
    from pathlib import Path

    from bpcli.cli.output import make_folder, write_file

    make_folder(output)
    for name, text in files.items():
        write_file(str(Path(output) / name), text)
