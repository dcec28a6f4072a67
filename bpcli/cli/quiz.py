"""`bpcli quiz`: a problem for a learning platform."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.cli.language import Lang, in_language
from bpcli.cli.options import Force, ProblemSource, one_of, refuse_suffix
from bpcli.export import PLATFORMS
from bpcli.render.formats import function_at


def quiz(
    problem: ProblemSource,
    to: Annotated[
        str,
        typer.Option(
            help="Moodle XML, QTI 1.2 for Canvas, or a PrairieLearn question folder.", click_type=one_of(PLATFORMS)
        ),
    ],
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
    from bpcli.cli.output import STANDARD_OUTPUT, refuse_to_overwrite, write_file
    from bpcli.solution.load import load_problem, solve

    platform = PLATFORMS[to]
    if (platform.makes != "text" and output is None) or (platform.makes == "folder" and output == "-"):
        kind = "folder (-o questions/lez5)" if platform.makes == "folder" else f"file (-o lez5{platform.suffix})"
        raise typer.BadParameter(f"name the {kind}")
    if platform.makes != "folder":
        refuse_suffix(output, (platform.suffix,))
        refuse_to_overwrite(output, problem, force=force)
    solution = solve(in_language(lang, locale=False)(load_problem(problem)))
    made = function_at(platform.writer)(solution, **({"feedback": feedback} if platform.feedback else {}))
    if platform.makes == "folder":
        assert output is not None
        _write_folder(output, made, force)
    else:
        write_file(output or STANDARD_OUTPUT, made, force=force)


def _write_folder(output: str, files: dict[str, str], force: bool) -> None:
    from pathlib import Path

    from bpcli.cli.made import refuse_foreign
    from bpcli.cli.output import make_folder, write_file

    make_folder(output)
    paths = {str(Path(output) / name): text for name, text in files.items()}
    refuse_foreign(force, *paths)
    for path, text in paths.items():
        write_file(path, text, force=force)
