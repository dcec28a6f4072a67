"""A class, where something goes wrong with a file or a folder: each has its row with the reason."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from grading.sheets import grader_of

from bpcli.classroom.collect import Found, collect
from bpcli.classroom.results import grade_files, refusal_of
from bpcli.diagnostics import BpcliError, Diagnostic, InputError, ProblemError, Span
from bpcli.grading.model import Refusal

GOOD = "answers:\n  L: 0.3\n"
LONG = Diagnostic("unknown-key", "`x` is not a key", Span(3, 7, 3, 8))


def reasons(*paths: Path) -> dict[str, tuple[str, str]]:
    found = collect([str(path) for path in paths]).files
    return {Path(item.file).name: (item.refusal.code, item.refusal.message) for item in found if item.refusal}


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (ProblemError("s.yaml", "", (LONG,)), Refusal("unknown-key", "s.yaml:3:7", "`x` is not a key")),
        (
            ProblemError("s.yaml", "", (LONG, LONG)),
            Refusal("unknown-key", "s.yaml:3:7", "`x` is not a key (and 1 more error)"),
        ),
        (
            ProblemError("s.yaml", "", (Diagnostic("empty", "nothing is here"), LONG, LONG)),
            Refusal("empty", "s.yaml", "nothing is here (and 2 more errors)"),
        ),
        (InputError("s.yaml is a folder"), Refusal("unreadable", "x/s.yaml", "s.yaml is a folder")),
        (BpcliError("too large"), Refusal("not-gradable", "x/s.yaml", "too large")),
        (
            ZeroDivisionError("by 0"),
            Refusal(
                "internal", "x/s.yaml", "bpcli has a bug here (ZeroDivisionError: by 0); the other files are graded"
            ),
        ),
        (
            MemoryError(),
            Refusal("internal", "x/s.yaml", "bpcli has a bug here (MemoryError); the other files are graded"),
        ),
    ],
)
def test_every_error_is_a_reason_in_one_line(error: Exception, refusal: Refusal) -> None:
    assert refusal_of(error, "x/s.yaml") == refusal


def test_reports_of_unreadable_files_stand_among_the_others() -> None:
    grader = grader_of("lez5")
    refusal = Refusal("symbolic-link", "x/b.yaml", "a symbolic link")

    def read(path: str) -> Any:
        if path == "x/c.yaml":
            raise InputError("gone")
        return grader.read(GOOD, path)

    files = [Found("x/a.yaml"), Found("x/b.yaml", refusal), Found("x/c.yaml"), Found("x/d.yaml")]
    reports = list(grade_files(files, read, grader.grade, grader.max_score))
    assert [report.student for report in reports] == ["a", "b", "c", "d"]
    assert [report.error and report.error.code for report in reports] == [None, "symbolic-link", "unreadable", None]
    assert [report.score for report in reports] == [1.0, None, None, 1.0]
    assert {report.max_score for report in reports} == {grader.max_score}


def refuse(*_: Any, **__: Any) -> Any:
    raise PermissionError(13, "Permission denied")


def test_folders_that_cannot_be_listed_have_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "a.yaml").write_text(GOOD)
    listed = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: refuse() if str(path).endswith("locked") else listed(path))
    assert reasons(tmp_path) == {"locked": ("unreadable", "this folder cannot be read: Permission denied")}


class Unreadable:
    """An entry of a folder that is gone, or locked, when it is looked at."""

    def __init__(self, name: str) -> None:
        self.name = name

    def is_dir(self, **_: Any) -> bool:
        return False

    def is_symlink(self) -> bool:
        return False

    stat = refuse


def test_files_that_cannot_be_looked_at_have_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Listing(list[Any]):
        def __enter__(self) -> Listing:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", lambda path: Listing([Unreadable("a.yaml")]))
    assert reasons(tmp_path) == {"a.yaml": ("unreadable", "it cannot be read: Permission denied")}


def test_tables_that_cannot_be_opened_are_refused_when_they_are_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether bpcli wrote them cannot be told before."""
    (tmp_path / "a.csv").write_text("quantity,value\n")
    monkeypatch.setattr("builtins.open", refuse)
    collected = collect([str(tmp_path)])
    assert [Path(item.file).name for item in collected.files] == ["a.csv"]
    assert (reasons(tmp_path), collected.skipped) == ({}, ())
