"""`bpcli solve`: a worked solution of a problem."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.documents import Format, refuse_idle_options, write_document
from bpcli.cli.grain import Grain, brief_json, brief_lesson, in_brief, scalar_json, scalar_tables
from bpcli.cli.language import DecimalComma, Lang, in_language, with_comma
from bpcli.cli.options import (
    FORMAT,
    Ascii,
    Decimals,
    Force,
    Fragment,
    Output,
    ProblemSource,
    Significant,
    Width,
    choose_format,
    digits,
    identifiers,
)
from bpcli.cli.output import write_text
from bpcli.cli.verification import brief_compared, compared

if TYPE_CHECKING:
    from bpcli.document.document import Document
    from bpcli.lesson import LessonOptions
    from bpcli.solution.solution import Solution


class RoundingMode(str, Enum):
    final = "final"
    each_step = "each-step"


class Phase(str, Enum):
    forward = "forward"
    backward = "backward"
    update = "update"


class Detail(str, Enum):
    brief = "brief"
    normal = "normal"
    full = "full"


def solve(
    problem: ProblemSource,
    format: Annotated[Format | None, FORMAT] = None,  # noqa: A002
    output: Output = None,
    decimals: Decimals = None,
    significant: Significant = None,
    rounding: Annotated[
        RoundingMode | None,
        typer.Option(help="Round only what is shown, or every quantity before it is used (as by hand)."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this quantity and what it needs (a1, dL/dW2, W1@20); may be repeated.", metavar="ID"),
    ] = None,
    phase: Annotated[list[Phase] | None, typer.Option(help="Only this phase; may be repeated.")] = None,
    detail: Annotated[Detail, typer.Option(help="How much of each step is shown.")] = Detail.normal,
    grain: Annotated[
        Grain, typer.Option(help="The problem's own lines, or its graph of single numbers: node, value, gradient.")
    ] = Grain.author,
    steps: Annotated[
        int | None,
        typer.Option(help="Work so many updates line by line (unless given: all, if there are at most 3).", min=1),
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compare gradients with central differences.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Print large matrices whole.")] = False,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    folded: Annotated[
        bool, typer.Option("--folded", help="HTML: steps closed, to be tried and then opened one at a time.")
    ] = False,
    force: Force = False,
) -> None:
    """Work a problem: the forward pass, the backward pass and the update, step by step.

    Examples:  bpcli solve lez5   |   bpcli solve mine.yaml --decimals 6 -o key.md   |
    bpcli solve mazur --only dL/dW1 --detail full
    """
    from bpcli.cli.output import refuse_to_overwrite
    from bpcli.lesson.options import LessonOptions
    from bpcli.solution.load import load_problem, rounding_of
    from bpcli.solution.load import solve as work

    chosen = choose_format(format, output, Format)
    refuse_to_overwrite(output, problem, force=force)
    loaded = in_language(lang, locale=chosen is not Format.json)(load_problem(problem))
    shown = digits(rounding_of(loaded.display), decimals, significant)
    if rounding is not None:
        shown = shown._replace(each_step=rounding is RoundingMode.each_step)
    options = LessonOptions(
        detail=detail.value,
        phases=frozenset(item.value for item in phase or ()),
        only=identifiers(only),
        full=full,
    )
    refuse_idle_options(chosen.value, fragment=fragment, folded=folded)
    brief = None
    document: Callable[[], Document]
    json: Callable[[], str]
    if grain is Grain.author:
        loaded, brief = in_brief(loaded, shown, options.only)
    if brief is not None:
        if verify:
            options = options._replace(comparisons=brief_compared(brief, options))
        document, json = partial(brief_lesson, brief, shown, options), partial(brief_json, brief, options)
    else:
        solution = work(loaded, shown, steps)
        if grain is Grain.scalar:
            document, json = partial(scalar_tables, solution, options), partial(scalar_json, solution, options)
        else:
            _refuse_too_much(solution, options, chosen)
            if verify:
                options = options._replace(comparisons=compared(solution, options.chosen(solution)))
            document, json = partial(_lesson, solution, options), partial(_json, solution, options)
    if chosen is Format.json:
        write_text(json(), output, force=force)
    else:
        page = with_comma(document(), decimal_comma)
        write_document(page, chosen, output, width, ascii, fragment=fragment, folded=folded, force=force)


def _refuse_too_much(solution: Solution, options: LessonOptions, format: Format) -> None:  # noqa: A002
    """Before any long work: an id that names nothing, and more than is told."""
    from bpcli.solution.budget import refuse_long_list, refuse_long_terms, refuse_whole_matrices

    problem, program = solution.problem, solution.program
    chosen = options.chosen(solution)
    if chosen is None and format is Format.json:
        refuse_long_list(problem, program, None, "ask for some of them: --only")
    if chosen is None and options.full and format is not Format.json:
        refuse_whole_matrices(problem, program)
    if options.detail == "full":
        refuse_long_terms(problem, program, chosen, whole=options.full or format is Format.json)


def _json(solution: Solution, options: LessonOptions) -> str:
    from bpcli.export.json import solution_to_json

    return solution_to_json(
        solution,
        only=options.only,
        phases=options.phases,
        terms=options.detail == "full",
        comparisons=options.comparisons,
    )


def _lesson(solution: Solution, options: LessonOptions) -> Document:
    from bpcli.lesson import lesson

    return lesson(solution, options)
