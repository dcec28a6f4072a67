"""`bpcli sheet` and `bpcli key`: what is handed out to be filled in, and what it is graded by."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from bpcli.cli.documents import refuse_idle_options, write_document
from bpcli.cli.language import DecimalComma, Lang, in_language, with_comma
from bpcli.cli.options import FORMAT, Ascii, Force, Fragment, Output, ProblemSource, Width, choose_format, identifiers


class SheetFormat(str, Enum):
    """The answer files that `check` reads, and the formats of a document."""

    yaml = "yaml"
    csv = "csv"
    json = "json"
    html = "html"
    terminal = "terminal"
    markdown = "markdown"
    latex = "latex"
    typst = "typst"
    pdf = "pdf"
    png = "png"
    svg = "svg"


class KeyFormat(str, Enum):
    """The same, the terminal first."""

    terminal = "terminal"
    markdown = "markdown"
    html = "html"
    latex = "latex"
    typst = "typst"
    pdf = "pdf"
    png = "png"
    svg = "svg"
    yaml = "yaml"
    csv = "csv"
    json = "json"


FILES = ("yaml", "csv", "json")


class _GivenAway(NamedTuple):
    """What a sheet gives away: a level, and the values of single ids."""

    level: str = "blank"
    ids: tuple[str, ...] = ()


def sheet(
    problem: ProblemSource,
    format: Annotated[SheetFormat | None, FORMAT] = None,  # noqa: A002
    filled: Annotated[
        list[str] | None,
        typer.Option(
            help="Give something away: half (every line begun, with the given numbers put in), worked (the forward "
            "pass worked, the rest begun), or the answers to these ids (a1,h1); may be repeated.",
            metavar="IDS|half|worked",
        ),
    ] = None,
    output: Output = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    force: Force = False,
) -> None:
    """Make an answer sheet: every quantity asked for, with room for its numbers.

    YAML, CSV and JSON are files to fill in; HTML is a page that is filled in offline and saves such a file; the other
    formats are for paper, with the problem and its conventions.

    Examples:  bpcli sheet lez5 -o mine.yaml   |   bpcli sheet lez5 -o sheet.pdf --filled half   |
    bpcli sheet lez5 -o sheet.html --filled a1,h1
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.grading.asked import refuse_long_sheet
    from bpcli.solution.load import load_problem, solve

    chosen = choose_format(format, output, SheetFormat)
    refuse_idle_options(chosen.value, fragment=fragment)
    if fragment and chosen is SheetFormat.html:
        raise typer.BadParameter("an answer page stands alone; --fragment is for its latex and its typst")
    refuse_to_overwrite(output, problem, force=force)
    given_away = _given_away(filled)
    if chosen in (SheetFormat.csv, SheetFormat.json) and given_away.level == "half":
        raise typer.BadParameter(f"{chosen.value} has no room for formulas; --filled half is for the other formats")
    solution = solve(in_language(lang)(load_problem(problem)))
    refuse_long_sheet(solution)
    if chosen.value in FILES:
        from bpcli.reports.answer_sheet import blank_sheet

        write_text(blank_sheet(solution, chosen.value, given_away.ids, given_away.level), output, force=force)
    elif chosen is SheetFormat.html:
        from bpcli.render.answer_page import to_answer_page
        from bpcli.reports.sheet import sheet_of_problem

        page = sheet_of_problem(solution, given_away.ids, given_away.level)
        path = solution.problem.path
        write_text(to_answer_page(page, path, _variant(path), decimal_comma=decimal_comma), output, force=force)
    else:
        from bpcli.reports.sheet import paper_sheet

        document = paper_sheet(solution, given_away.ids, given_away.level)
        write_document(
            with_comma(document, decimal_comma), chosen, output, width, ascii, fragment=fragment, force=force
        )


def key(
    problem: ProblemSource,
    format: Annotated[KeyFormat | None, FORMAT] = None,  # noqa: A002
    output: Output = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    force: Force = False,
) -> None:
    """Make the answer key: every quantity asked for with its value and its points, and what counts as right.

    YAML, CSV and JSON give an answer file with every value, which has full marks.

    Examples:  bpcli key lez5   |   bpcli key lez5 -o key.pdf   |   bpcli key lez5 -o key.yaml
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.grading.asked import refuse_long_sheet
    from bpcli.reports.key import filled_sheet, key_document
    from bpcli.solution.load import load_problem, solve

    chosen = choose_format(format, output, KeyFormat)
    refuse_idle_options(chosen.value, fragment=fragment)
    refuse_to_overwrite(output, problem, force=force)
    solution = solve(in_language(lang)(load_problem(problem)))
    refuse_long_sheet(solution)
    if chosen.value in FILES:
        write_text(filled_sheet(solution, chosen.value), output, force=force)
        return
    write_document(
        with_comma(key_document(solution), decimal_comma), chosen, output, width, ascii, fragment=fragment, force=force
    )


def _given_away(texts: list[str] | None) -> _GivenAway:
    from bpcli.reports.answer_sheet import LEVELS

    words = identifiers(texts)
    levels = sorted({word for word in words if word in LEVELS})
    if len(levels) > 1:
        raise typer.BadParameter(f"choose one of {', '.join(LEVELS)}")
    return _GivenAway(levels[0] if levels else LEVELS[0], tuple(word for word in words if word not in LEVELS))


def _variant(path: str) -> str:
    """The name of the variant that a problem file is, where it stands in a folder of variants."""
    from bpcli.classroom.variants import KINDS, is_variants

    name, folder = Path(path).stem, Path(path).parent.parent
    is_one = Path(path).match(KINDS["problem"].format("*")) and is_variants(str(folder))
    return name if is_one else ""
