"""`bpcli quiz`: a problem for a learning platform."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from bpcli.cli.language import Lang, in_language
from bpcli.cli.options import Force, ProblemSource, refuse_suffix

SUFFIXES = {"moodle": (".xml",), "qti": (".zip",)}


class Platform(str, Enum):
    moodle = "moodle"
    qti = "qti"
    prairielearn = "prairielearn"


def quiz(
    problem: ProblemSource,
    to: Annotated[Platform, typer.Option(help="Moodle XML, QTI 1.2 for Canvas, or a PrairieLearn question folder.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="The file, or - (qti: a .zip; prairielearn: a folder).", metavar="PATH"),
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
    from bpcli.cli.output import refuse_to_overwrite, write_file, write_text
    from bpcli.solution.load import load_problem, solve

    if (to is not Platform.moodle and output is None) or (to is Platform.prairielearn and output == "-"):
        kind = "file (-o lez5.zip)" if to is Platform.qti else "folder (-o questions/lez5)"
        raise typer.BadParameter(f"name the {kind}")
    if to is not Platform.prairielearn:
        refuse_suffix(output, SUFFIXES[to.value])
        refuse_to_overwrite(output, problem, force=force)
    solution = solve(in_language(lang, locale=False)(load_problem(problem)))
    if to is Platform.prairielearn:
        from bpcli.export.prairielearn import solution_to_prairielearn

        assert output is not None
        _write_folder(output, solution_to_prairielearn(solution), force)
    elif to is Platform.qti:
        from bpcli.export.qti import solution_to_qti

        assert output is not None
        write_file(output, solution_to_qti(solution), force=force)
    else:
        from bpcli.export.moodle import solution_to_moodle

        write_text(solution_to_moodle(solution, feedback=feedback), output, force=force)


def _write_folder(output: str, files: dict[str, str], force: bool) -> None:
    from pathlib import Path

    from bpcli.cli.made import refuse_foreign
    from bpcli.cli.output import make_folder, write_file

    make_folder(output)
    paths = {str(Path(output) / name): text for name, text in files.items()}
    refuse_foreign(force, *paths)
    for path, text in paths.items():
        write_file(path, text, force=force)
