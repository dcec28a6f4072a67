"""`bpcli check` for a class: every file graded, everything computed first and written at the end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bpcli.diagnostics import BpcliError, InputError, OutputError
from bpcli.safe import safe

if TYPE_CHECKING:
    from bpcli.grading.classroom import ClassResult, Row
    from bpcli.grading.collect import Collected
    from bpcli.grading.model import Report, Submission
    from bpcli.grading.overrides import Overrides
    from bpcli.solution import Solution

__all__ = ["grade_class"]

ALL_CORRECT, NOT_ALL_CORRECT, SOME_REFUSED = 0, 1, 5

MOST_SKIPPED_TOLD = 20
TEMPORARY_SUFFIX = ".bpcli-tmp"
STALE_AFTER = 10.0
"""Seconds: no write takes so long, so that a temporary file of this age has been left by a run that was killed."""


class _Outputs(NamedTuple):
    csv: str | None
    json: str | None
    report: str | None
    feedback_dir: str | None

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        named = (("--csv", self.csv), ("--json", self.json), ("--report", self.report))
        return tuple((option, path) for option, path in named if path is not None)


def grade_class(
    problem: str,
    paths: list[str],
    *,
    csv: str | None = None,
    json: str | None = None,
    report: str | None = None,
    feedback_dir: str | None = None,
    overrides: str | None = None,
    feedback: str = "full",
    format: str = "terminal",  # noqa: A002
    width: int | None = None,
    ascii: bool = False,  # noqa: A002
) -> int:
    """Grades every answer file among `paths` and in their folders, writes what was asked for, says how it went.

    The exit code: 0 if everything is correct, 1 if not, 5 if a file was refused.
    """
    outputs = _Outputs(csv, json, report, feedback_dir)
    if format != "gradescope":
        return _graded_class(problem, paths, outputs, overrides, feedback, _Shown(format, width, ascii))
    from bpcli.cli.output import emit
    from bpcli.export.gradescope import failure_to_gradescope

    try:
        return _graded_class(problem, paths, outputs, overrides, feedback, _Shown(format, width, ascii))
    except Exception as error:
        # A student who is told nothing learns nothing: the reason goes where the result would have been.
        if not isinstance(error, OutputError):
            told = str(error) if isinstance(error, BpcliError) else "The grader has a bug here; tell your instructor."
            emit(failure_to_gradescope(told))
        raise


class _Shown(NamedTuple):
    """How the result is shown on standard output."""

    format: str
    width: int | None
    ascii: bool


def _graded_class(
    problem: str, paths: list[str], outputs: _Outputs, overrides: str | None, feedback: str, shown: _Shown
) -> int:
    from bpcli.grading.asked import asked
    from bpcli.grading.classroom import ClassResult, refuse_ambiguous, with_overrides
    from bpcli.grading.collect import collect, same_file_key
    from bpcli.grading.overrides import read_overrides
    from bpcli.load import load_problem, solve

    solution = solve(load_problem(problem))
    items = asked(solution)
    max_score = sum(item.points for item in items)
    adjustments = read_overrides(overrides, solution, items) if overrides is not None else None
    others = {same_file_key(path): what for path, what in _left_out(solution, outputs, overrides)}
    collected = collect(paths, others)
    if shown.format == "gradescope" and len(collected.files) > 1:
        files = ", ".join(found.file for found in collected.files)
        raise InputError(f"there are {len(collected.files)} answer files, and one is graded at a time: {files}")
    _protect_inputs(solution, collected, outputs, overrides, paths)
    if not collected.files:
        raise InputError(f"there are no answer files in {', '.join(map(safe, paths))}")
    reports = refuse_ambiguous(_graded(collected, solution, max_score))
    rows = with_overrides(reports, adjustments, items, solution.problem.check.follow_through)
    result = ClassResult(solution.problem.title, items, max_score, rows)
    _warn(collected, result, adjustments)
    texts = list(_texts(result, solution, outputs, feedback))  # all of them, before the first is written
    _write(texts, outputs)
    _show(result, solution, shown)
    if result.any_refused:
        return SOME_REFUSED
    return ALL_CORRECT if result.all_correct else NOT_ALL_CORRECT


# --- which files ---


def _left_out(solution: Solution, outputs: _Outputs, overrides: str | None) -> Iterator[tuple[str, str]]:
    """Files that may lie among the answers and are none."""
    from bpcli.grading.collect import SUFFIXES

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
) -> None:
    """No output takes the place of anything that was read, or of another output."""
    from bpcli.grading.collect import same_file_key

    taken = {same_file_key(found.file): "an answer file" for found in collected.files}
    taken[same_file_key(solution.problem.path)] = "the problem"
    if overrides is not None:
        taken[same_file_key(overrides)] = "the overrides, which are only read"
    for option, path in outputs.files:
        key = same_file_key(path)
        if key in taken:
            raise OutputError(f"cannot write {safe(path)} ({option}): it is {taken[key]}")
        taken[key] = f"the file of {option}"
    if outputs.feedback_dir is not None:
        folder = same_file_key(outputs.feedback_dir)
        if folder in {same_file_key(path) for path in paths}:
            raise OutputError(f"cannot write feedback into {safe(outputs.feedback_dir)}: the answers are there")
        if os.path.lexists(outputs.feedback_dir) and not Path(outputs.feedback_dir).is_dir():
            raise OutputError(f"cannot write feedback into {safe(outputs.feedback_dir)}: it is not a folder")


# --- grading ---


def _graded(collected: Collected, solution: Solution, max_score: float) -> tuple[Report, ...]:
    from bpcli.grading.classroom import grade_files
    from bpcli.grading.grade import Grader
    from bpcli.grading.submission import ANSWER_LIMIT
    from bpcli.problem.source import read_source

    grader = Grader(solution)

    def read(path: str) -> Submission:
        return grader.read(read_source(path, ANSWER_LIMIT), path)

    reports: list[Report] = []
    with _progress(len(collected.files)) as advance:
        for report in grade_files(collected.files, read, grader.grade, max_score):
            reports.append(report)
            advance()
    return tuple(reports)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error where that is a terminal; a pipe or a log gets none."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"Checking {total} file{'s' * (total != 1)}", total=total)
        yield lambda: progress.advance(task)


def _warn(collected: Collected, result: ClassResult, overrides: Overrides | None) -> None:
    """What an instructor should know and no table says."""
    from bpcli.grading.students import look_alike_warnings

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
    if told and sys.stderr is not None:
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        text = "".join(f"{safe(line)}\n" for line in told)
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))


# --- writing ---


def _texts(result: ClassResult, solution: Solution, outputs: _Outputs, feedback: str) -> Iterator[tuple[str, str]]:
    """Every file to be written, with its text."""
    if outputs.csv is not None:
        from bpcli.export.csv import grades_to_csv

        yield outputs.csv, grades_to_csv(result)
    if outputs.json is not None:
        yield outputs.json, _json(result)
    if outputs.report is not None:
        yield outputs.report, _report(result, solution)
    if outputs.feedback_dir is not None:
        from bpcli.grading.students import FileNames

        names = FileNames()
        for row in result.rows:
            name = names.name(row.report.student, row.report.file, ".md")
            yield str(Path(outputs.feedback_dir) / name), _feedback(row, solution, feedback)


def _write(texts: Iterable[tuple[str, str]], outputs: _Outputs) -> None:
    from bpcli.cli.output import write_file

    if outputs.feedback_dir is not None:
        try:
            Path(outputs.feedback_dir).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            raise OutputError(f"cannot make the folder {safe(outputs.feedback_dir)}: {reason}") from None
    folders = {Path(path).resolve().parent for path, _ in texts}
    for folder in sorted(folders):
        _sweep(folder)
    for path, text in texts:
        write_file(path, text)


def _sweep(folder: Path) -> None:
    """Removes what runs that were killed while writing have left in a folder."""
    try:
        left = [entry for entry in os.scandir(folder) if entry.name.endswith(TEMPORARY_SUFFIX)]
    except OSError:
        return  # writing will say why
    for entry in left:
        try:
            if entry.is_file(follow_symlinks=False) and time.time() - entry.stat().st_mtime > STALE_AFTER:
                Path(entry.path).unlink()
        except OSError:
            continue  # another run was faster, or it is not ours to remove


def _show(result: ClassResult, solution: Solution, shown: _Shown) -> None:
    from bpcli.cli.output import emit, emit_with

    if shown.format == "json":
        emit(_json(result))
    elif shown.format == "gradescope":
        from bpcli.export.gradescope import row_to_gradescope

        emit(row_to_gradescope(result.rows[0]))
    elif shown.format == "markdown":
        emit(_report(result, solution))
    else:
        from bpcli.grading.class_report import class_report
        from bpcli.render.terminal import write_terminal

        document = class_report(result, solution, names=_mistake_names(), full=False)
        emit_with(lambda stream: write_terminal(document, stream, width=shown.width, ascii=shown.ascii or None))


def _report(result: ClassResult, solution: Solution) -> str:
    from bpcli.grading.class_report import class_report
    from bpcli.render import render

    return render(class_report(result, solution, names=_mistake_names()), "markdown")


def _json(result: ClassResult) -> str:
    from bpcli.export.reports import class_to_json

    return class_to_json(result)


def _mistake_names() -> dict[str, str]:
    from bpcli.grading.mistakes import CATALOGUE

    return {identifier: mistake.title for identifier, mistake in CATALOGUE.items()}
