"""`bpcli check`: a student's numbers graded, and what went wrong first."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.documents import FILE_FORMATS, refuse_idle_options, write_document
from bpcli.cli.language import DecimalComma, Lang, Language, in_language, with_comma
from bpcli.cli.options import (
    Ascii,
    Force,
    Fragment,
    Output,
    Width,
    choose_format,
    format_option,
    refuse_several_on_standard_output,
    refuse_suffix,
)

if TYPE_CHECKING:
    from bpcli.classroom.variants import ClassGrader
    from bpcli.document.document import Document
    from bpcli.grading.grade import Grader
    from bpcli.grading.model import Report, Submission

ALL_CORRECT, NOT_ALL_CORRECT = 0, 1
STANDARD_INPUT = "-"


CHECK_FORMATS = (*FILE_FORMATS, "json", "gradescope")


class Feedback(str, Enum):
    none = "none"
    verdict = "verdict"
    hint = "hint"
    full = "full"


def check(
    problem: Annotated[str, typer.Argument(help="A problem file, a shipped problem, or a folder of variants.")],
    answers: Annotated[
        list[str], typer.Argument(help="Answer files (YAML, JSON, CSV), folders of them, or - for standard input.")
    ],
    format: Annotated[str | None, format_option(CHECK_FORMATS)] = None,  # noqa: A002
    output: Output = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Work the sheet line by line with the student's own numbers.")
    ] = False,
    feedback: Annotated[
        Feedback, typer.Option(help="What is told: points only, verdicts, hints without numbers, or everything.")
    ] = Feedback.full,
    csv: Annotated[
        str | None, typer.Option("--csv", help="Several files: write a table of grades.", metavar="FILE")
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", help="Several files: write all reports as JSON.", metavar="FILE")
    ] = None,
    report: Annotated[
        str | None, typer.Option("--report", help="Several files: write a report on the class.", metavar="FILE")
    ] = None,
    feedback_dir: Annotated[
        str | None, typer.Option("--feedback-dir", help="Several files: a page for each student.", metavar="FOLDER")
    ] = None,
    overrides: Annotated[
        str | None, typer.Option(help="A file of points adjusted by hand; it is only read.", metavar="FILE")
    ] = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    force: Force = False,
) -> None:
    """Grade answers: follow an error through, and name the mistake.

    Exit code 0 if everything is correct, 1 if not, 3 if the file cannot be graded, 5 if some of a class cannot.

    Examples:  bpcli check lez5 mine.yaml   |   bpcli check lez5 mine.yaml --explain   |
    bpcli check lez5 submissions/ --csv grades.csv
    """
    if explain and feedback is not Feedback.full:
        raise typer.BadParameter("--explain shows every number; leave --feedback out")
    if problem == STANDARD_INPUT and STANDARD_INPUT in answers:
        raise typer.BadParameter("the problem and the answers cannot both come from standard input")
    chosen = choose_format(format, output, CHECK_FORMATS)
    refuse_idle_options(chosen, fragment=fragment)
    refuse_suffix(csv, (".csv",), "--csv")
    refuse_suffix(json, (".json",), "--json")
    refuse_several_on_standard_output(**{"--csv": csv, "--json": json, "--report": report})
    if feedback_dir == "-":
        raise typer.BadParameter("pages for students go into a folder", param_hint="--feedback-dir")
    class_options = (csv, json, report, feedback_dir, overrides)
    single = len(answers) == 1 and (answers[0] == STANDARD_INPUT or not os.path.isdir(answers[0]))  # noqa: PTH112
    if single and chosen != "gradescope" and not any(class_options):
        with _grading():
            code = _check_one(
                problem,
                answers[0],
                chosen,
                output,
                explain,
                feedback.value,
                width,
                ascii,
                fragment,
                lang,
                decimal_comma,
                force,
            )
        if code != ALL_CORRECT:
            raise typer.Exit(code)
        return
    if explain or (output is not None and chosen != "gradescope"):
        option = "--explain" if explain else "--output"
        raise typer.BadParameter(f"{option} is for one answer file; see --report, --json and --feedback-dir")
    if STANDARD_INPUT in answers:
        raise typer.BadParameter("standard input is one answer file: check it alone")
    from bpcli.cli.classroom import grade_class

    with _grading():
        code = grade_class(
            problem,
            answers,
            csv=csv,
            json=json,
            report=(report, choose_format(None, report, FILE_FORMATS, "markdown")) if report else None,
            feedback_dir=feedback_dir,
            overrides=overrides,
            feedback=feedback.value,
            format=chosen,
            output=output,
            width=width,
            ascii=ascii,
            fragment=fragment,
            adapt=in_language(lang, locale=chosen not in ("json", "gradescope")),
            decimal_comma=decimal_comma,
            force=force,
        )
    if code != ALL_CORRECT:
        raise typer.Exit(code)


def _check_one(
    problem: str,
    path: str,
    format: str,  # noqa: A002
    output: str | None,
    explain: bool,
    feedback: str,
    width: int | None,
    ascii: bool,  # noqa: A002
    fragment: bool,
    lang: Language | None,
    decimal_comma: bool | None,
    force: bool,
) -> int:
    from bpcli.cli.output import refuse_to_overwrite

    refuse_to_overwrite(output, problem, path, force=force)
    from bpcli.classroom.variants import grader_for
    from bpcli.grading.asked import refuse_long_sheet

    graders = grader_for(problem, in_language(lang, locale=format != "json"))
    refuse_long_sheet(graders.solution)
    submission = _read(graders, path)
    grader = graders.grader_of(submission.path)
    report = grader.grade(submission)
    if format == "json":
        from bpcli.cli.output import write_text
        from bpcli.export.reports import report_to_json

        write_text(report_to_json(report, feedback), output, force=force)
    else:
        document = _document(grader, submission, report, explain, feedback, ascii and format == "terminal")
        write_document(
            with_comma(document, decimal_comma), format, output, width, ascii, fragment=fragment, force=force
        )
    return ALL_CORRECT if all(answer.verdict in ("correct", "close") for answer in report.answers) else NOT_ALL_CORRECT


def _read(grader: ClassGrader, path: str) -> Submission:
    from bpcli.diagnostics import InputError
    from bpcli.grading.submission import ANSWER_LIMIT
    from bpcli.problem.source import read_source

    if path != STANDARD_INPUT:
        return grader.read(read_source(path, ANSWER_LIMIT), path)
    if sys.stdin is None:
        raise InputError("cannot read answers: standard input is closed")
    return grader.read(sys.stdin.buffer.read(ANSWER_LIMIT + 1), "<stdin>")


@contextmanager
def _grading() -> Iterator[None]:
    """Whatever file is refused meanwhile, its last sentence is that nothing was graded."""
    from bpcli.diagnostics import ProblemError

    try:
        yield
    except ProblemError as error:
        error.outcome = "Nothing was graded."
        raise


def _document(
    grader: Grader,
    submission: Submission,
    report: Report,
    explain: bool,
    feedback: str,
    ascii: bool,  # noqa: A002
) -> Document:
    from bpcli.reports.report import report_document

    document = report_document(report, grader.solution, feedback=feedback, ascii=ascii)
    if explain:
        from bpcli.reports.explain import explained

        more = explained(grader, submission, report)
        document = document._replace(blocks=(*document.blocks, *more.blocks))
    return document
