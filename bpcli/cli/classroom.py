"""`bpcli check` for a class: every file graded, everything computed first and written at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bpcli.cli.language import with_comma
from bpcli.diagnostics import BpcliError, InputError, OutputError
from bpcli.document.safe import safe

if TYPE_CHECKING:
    from bpcli.classroom.collect import Collected
    from bpcli.classroom.overrides import Overrides
    from bpcli.classroom.results import ClassResult, Row
    from bpcli.classroom.variants import ClassGrader
    from bpcli.document.document import Document
    from bpcli.grading.model import Report, Submission
    from bpcli.problem.model import Problem
    from bpcli.solution.solution import Solution

ALL_CORRECT, NOT_ALL_CORRECT, SOME_REFUSED = 0, 1, 5

MOST_SKIPPED_TOLD = 20
STANDARD_OUTPUT = "-"
STALE_AFTER = 10.0
"""Seconds: no write takes so long, so that a temporary file of this age has been left by a run that was killed."""


class _Outputs(NamedTuple):
    csv: str | None
    json: str | None
    report: tuple[str, str] | None
    """The file and its format."""
    output: str | None
    feedback_dir: str | None
    force: bool

    @property
    def named(self) -> tuple[tuple[str, str | None], ...]:
        report = self.report[0] if self.report is not None else None
        return (("--csv", self.csv), ("--json", self.json), ("--report", report), ("--output", self.output))

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        return tuple((option, path) for option, path in self.named if path is not None and path != STANDARD_OUTPUT)

    @property
    def takes_standard_output(self) -> bool:
        """Whether a file is named `-`: it goes there alone."""
        return any(path == STANDARD_OUTPUT for _, path in self.named)


def grade_class(
    problem: str,
    paths: list[str],
    *,
    csv: str | None = None,
    json: str | None = None,
    report: tuple[str, str] | None = None,
    feedback_dir: str | None = None,
    overrides: str | None = None,
    feedback: str = "full",
    format: str = "terminal",  # noqa: A002
    output: str | None = None,
    width: int | None = None,
    ascii: bool = False,  # noqa: A002
    fragment: bool = False,
    adapt: Callable[[Problem], Problem],
    decimal_comma: bool | None = None,
    force: bool = False,
) -> int:
    """Grades every answer file among `paths` and in their folders, writes what was asked for, says how it went.

    `output` takes the place of standard output, `report` is a file and its format.
    The exit code: 0 if everything is correct, 1 if not, 5 if a file was
    refused. `adapt` gives a problem its language; `decimal_comma` says how numbers are displayed.
    """
    outputs = _Outputs(csv, json, report, output, feedback_dir, force)
    shown = _Shown(format, feedback, output, width, ascii, fragment, decimal_comma)
    if format != "gradescope":
        return _graded_class(problem, paths, outputs, overrides, shown, adapt)
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.export.gradescope import failure_to_gradescope

    read = [problem, *paths, *([overrides] if overrides is not None else [])]
    refuse_to_overwrite(output, *read, force=force)
    try:
        return _graded_class(problem, paths, outputs, overrides, shown, adapt)
    except Exception as error:
        # A student who is told nothing learns nothing: the reason goes where the result would have been.
        if not isinstance(error, OutputError) and not _lies_among(output, read):
            told = str(error) if isinstance(error, BpcliError) else "The grader has a bug here; tell your instructor."
            write_text(failure_to_gradescope(told), output, force=force)
        raise


def _lies_among(output: str | None, paths: list[str]) -> bool:
    """Whether a file is there already, in one of the folders that are read: it may be an answer."""
    if output is None or not os.path.exists(output):  # noqa: PTH110
        return False
    target = Path(os.path.realpath(output))
    return any(os.path.isdir(path) and target.is_relative_to(os.path.realpath(path)) for path in paths)  # noqa: PTH112


class _Shown(NamedTuple):
    """How the result is shown, on standard output or in `output`; `feedback` is how much of it students see."""

    format: str
    feedback: str
    output: str | None
    width: int | None
    ascii: bool
    fragment: bool
    decimal_comma: bool | None


def _graded_class(
    problem: str,
    paths: list[str],
    outputs: _Outputs,
    overrides: str | None,
    shown: _Shown,
    adapt: Callable[[Problem], Problem],
) -> int:
    from bpcli.classroom.collect import collect, same_file_key
    from bpcli.classroom.overrides import read_overrides
    from bpcli.classroom.results import ClassResult, refuse_ambiguous, with_overrides
    from bpcli.classroom.variants import grader_for
    from bpcli.grading.asked import asked, refuse_long_sheet

    grader = grader_for(problem, adapt)
    solution = grader.solution
    refuse_long_sheet(solution)
    items = asked(solution)
    max_score = sum(item.points for item in items)
    adjustments = read_overrides(overrides, solution, items) if overrides is not None else None
    others = {same_file_key(path): what for path, what in _left_out(solution, outputs, overrides)}
    collected = collect(paths, others)
    if shown.format == "gradescope" and len(collected.files) > 1:
        files = ", ".join(found.file for found in collected.files)
        raise InputError(f"there are {len(collected.files)} answer files, and one is graded at a time: {files}")
    taken = _protect_inputs(solution, collected, outputs, overrides, paths)
    if not collected.files:
        raise InputError(f"there are no answer files in {', '.join(map(safe, paths))}")
    reports = refuse_ambiguous(_graded(collected, grader, max_score, keep=outputs.feedback_dir is not None))
    rows = with_overrides(reports, adjustments, items, solution.problem.check)
    result = ClassResult(solution.problem.title, items, max_score, rows)
    _warn(collected, result, adjustments)
    texts = list(_texts(result, grader, outputs, shown, taken))  # all of them, before the first is written
    _write(texts, outputs)
    if not outputs.takes_standard_output:
        _show(result, solution, shown, force=outputs.force)
    if result.any_refused:
        return SOME_REFUSED
    return ALL_CORRECT if result.all_correct else NOT_ALL_CORRECT


# --- which files ---


def _left_out(solution: Solution, outputs: _Outputs, overrides: str | None) -> Iterator[tuple[str, str]]:
    """Files that may lie among the answers and are none."""
    from bpcli.classroom.collect import SUFFIXES

    yield solution.problem.path, "the problem"
    if overrides is not None:
        yield overrides, "the overrides"
    if outputs.feedback_dir is not None:
        yield outputs.feedback_dir, "the feedback"
    for _, path in outputs.files:
        if not path.lower().endswith(SUFFIXES):
            yield path, "written by bpcli"


def _protect_inputs(
    solution: Solution, collected: Collected, outputs: _Outputs, overrides: str | None, paths: list[str]
) -> dict[str, str]:
    """No output takes the place of anything that was read, or of another output: what is where, by `same_file_key`."""
    from bpcli.classroom.collect import same_file_key
    from bpcli.cli.made import refuse_foreign

    taken = {same_file_key(found.file): "an answer file" for found in collected.files}
    taken[same_file_key(solution.problem.path)] = "the problem"
    if overrides is not None:
        taken[same_file_key(overrides)] = "the overrides, which are only read"
    for option, path in outputs.files:
        key = same_file_key(path)
        if key in taken:
            raise OutputError(f"cannot write {safe(path)} ({option}): it is {taken[key]}")
        taken[key] = f"the file of {option}"
    refuse_foreign(outputs.force, *(path for _, path in outputs.files))
    if outputs.feedback_dir is not None:
        folder = same_file_key(outputs.feedback_dir)
        if folder in {same_file_key(path) for path in paths}:
            raise OutputError(f"cannot write feedback into {safe(outputs.feedback_dir)}: the answers are there")
        if os.path.lexists(outputs.feedback_dir) and not os.path.isdir(outputs.feedback_dir):  # noqa: PTH112
            raise OutputError(f"cannot write feedback into {safe(outputs.feedback_dir)}: it is not a folder")
    return taken


# --- grading ---


def _graded(collected: Collected, grader: ClassGrader, max_score: float, *, keep: bool) -> tuple[Report, ...]:
    """The reports; without `keep`, without what only a page for the student needs."""
    from bpcli.classroom.results import grade_files
    from bpcli.cli.progress import progress
    from bpcli.grading.submission import ANSWER_LIMIT
    from bpcli.problem.source import read_source

    def read(path: str) -> Submission:
        return grader.read(read_source(path, ANSWER_LIMIT), path)

    reports: list[Report] = []
    count = len(collected.files)
    with progress(count, f"Checking {count} file{'s' * (count != 1)}") as advance:
        for report in grade_files(collected.files, read, grader.grade, max_score):
            reports.append(report if keep else report._replace(working=None))
            advance()
    return tuple(reports)


def _warn(collected: Collected, result: ClassResult, overrides: Overrides | None) -> None:
    """What an instructor should know and no table says."""
    from bpcli.classroom.students import look_alike_warnings
    from bpcli.cli.output import tell

    told = [f"skipped {item.file}: {item.reason}" for item in collected.skipped]
    if len(told) > MOST_SKIPPED_TOLD:
        told[MOST_SKIPPED_TOLD:] = [f"… and {len(told) - MOST_SKIPPED_TOLD} more files are skipped"]
    told += [f"warning: {text}" for text in look_alike_warnings(row.report.student for row in result.rows)]
    if overrides is not None:
        for item in overrides.unused(result.reports):
            place = f"{overrides.path}:{item.span.line}:{item.span.column}"
            told.append(f"warning: {place}: `{item.key}` is neither a student nor a file here")
        for row in result.rows:
            if row.adjustment is not None and row.report.score is None:
                told.append(f"warning: {row.report.file} is refused, so it has no points to adjust; give it a `score`")
    tell(*map(safe, told))


# --- writing ---


def _texts(
    result: ClassResult, grader: ClassGrader, outputs: _Outputs, shown: _Shown, taken: dict[str, str]
) -> Iterator[tuple[str, str | bytes]]:
    """Every file to be written, with what will be in it."""
    if outputs.csv is not None:
        from bpcli.export.csv import grades_to_csv

        yield outputs.csv, grades_to_csv(result)
    if outputs.json is not None:
        yield outputs.json, _json(result)
    if outputs.report is not None:
        from bpcli.cli.documents import whole

        path, format = outputs.report  # noqa: A001
        yield path, whole(_report(result, grader.solution, shown), format)
    if outputs.feedback_dir is not None:
        from bpcli.classroom.collect import same_file_key
        from bpcli.classroom.students import FileNames

        names = FileNames()
        for row in result.rows:
            path = str(Path(outputs.feedback_dir) / names.name(row.report.student, row.report.file, ".md"))
            if what := taken.get(same_file_key(path)):
                raise OutputError(f"cannot write feedback to {safe(path)}: it is {what}")
            yield path, _feedback(row, grader.grader_of(row.report.file).solution, shown)


def _write(texts: Iterable[tuple[str, str | bytes]], outputs: _Outputs) -> None:
    from bpcli.cli.made import refuse_foreign
    from bpcli.cli.output import make_folder, write_file

    refuse_foreign(outputs.force, *(path for path, _ in texts))
    if outputs.feedback_dir is not None:
        make_folder(outputs.feedback_dir)
    folders = {Path(os.path.realpath(path)).parent for path, _ in texts if path != STANDARD_OUTPUT}
    for folder in sorted(folders):
        _sweep(folder)
    for path, text in texts:
        write_file(path, text, force=outputs.force)


def _sweep(folder: Path) -> None:
    """Removes what runs that were killed while writing have left in a folder."""
    from bpcli.cli.output import TEMPORARY_SUFFIX

    try:
        with os.scandir(folder) as listing:
            left = [e for e in listing if e.name.startswith(".") and e.name.endswith(TEMPORARY_SUFFIX)]
    except OSError:
        return  # writing will say why
    for entry in left:
        try:
            if entry.is_file(follow_symlinks=False) and time.time() - entry.stat().st_mtime > STALE_AFTER:
                Path(entry.path).unlink()
        except OSError:
            continue  # another run was faster, or it is not ours to remove


def _show(result: ClassResult, solution: Solution, shown: _Shown, *, force: bool) -> None:
    from bpcli.cli.output import write_text

    if shown.format == "json":
        write_text(_json(result, shown.feedback), shown.output, force=force)
    elif shown.format == "gradescope":
        from bpcli.export.gradescope import row_to_gradescope

        write_text(
            row_to_gradescope(result.rows[0], shown.feedback, solution.problem.language), shown.output, force=force
        )
    else:
        from bpcli.cli.documents import write_document

        document = _report(result, solution, shown, full=shown.format != "terminal")
        write_document(
            document, shown.format, shown.output, shown.width, shown.ascii, fragment=shown.fragment, force=force
        )


def _report(result: ClassResult, solution: Solution, shown: _Shown, *, full: bool = True) -> Document:
    from bpcli.reports.class_report import class_report

    names = _mistake_names(result, solution.problem.language)
    return with_comma(class_report(result, solution, names=names, full=full), shown.decimal_comma)


def _json(result: ClassResult, feedback: str = "full") -> str:
    from bpcli.export.reports import class_to_json

    return class_to_json(result, feedback)


def _feedback(row: Row, solution: Solution, shown: _Shown) -> str:
    """The page of one student."""
    from bpcli.document.document import Note
    from bpcli.messages import Messages
    from bpcli.render import render
    from bpcli.reports.report import report_document

    document = report_document(row.report, solution, feedback=shown.feedback)
    if row.adjustment is not None:
        messages = Messages(document.language)
        note = Note(messages.inline("class.adjustment", reason=row.adjustment.reason))
        document = document._replace(blocks=(*document.blocks, note))
    return render(with_comma(document, shown.decimal_comma), "markdown")


def _mistake_names(result: ClassResult, language: str) -> dict[str, str]:
    from bpcli.mistakes import described

    made = {match.id for row in result.rows for answer in row.report.answers for match in answer.matches}
    return {identifier: described(identifier, language).title for identifier in sorted(made)}
