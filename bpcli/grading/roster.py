"""A class list in CSV: the students' names or numbers, one a row."""

from __future__ import annotations

import csv
from io import StringIO

from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.grading.students import student_key
from bpcli.problem.source import decode

__all__ = ["ROSTER_LIMIT", "read_roster"]

ROSTER_LIMIT = 2**20
MOST_STUDENTS = 20_000
LONGEST_NAME = 200

COLUMNS = ("student", "student id", "student number", "id number", "id", "username", "login", "email", "name")
"""Names of the column that is read, the best first. A first row with none of them is a student like the others."""


def read_roster(data: bytes | str, path: str) -> tuple[str, ...]:
    """The students of a class list, in its order.

    Columns are separated by commas, semicolons or tabs; the column `student` is read, or another that names students,
    or the first. Raises ProblemError for a list that is empty, names a student twice, or has a name that cannot be
    printed.
    """
    text = decode(data, path)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise ProblemError(path, text, (Diagnostic("bad-roster", f"this is no table in CSV: {error}"),)) from None
    heading = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next((heading.index(name) for name in COLUMNS if name in heading), None)
    students: list[str] = []
    faults: list[Diagnostic] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        place = Span(number, 1, number, 2)
        name = row[column or 0].strip() if len(row) > (column or 0) else ""
        if not name or (number == 1 and column is not None):
            continue
        if not name.isprintable() or len(name) > LONGEST_NAME:
            what = f"a name of {len(name)} characters" if name.isprintable() else "a name with invisible characters"
            faults.append(Diagnostic("bad-name", what, place))
        elif student_key(name) in seen:
            message = f"`{name}` is here a second time (first in row {seen[student_key(name)]})"
            faults.append(Diagnostic("duplicate-name", message, place, help="keep one of the rows"))
        else:
            seen[student_key(name)] = number
            students.append(name)
    if not students and not faults:
        faults.append(Diagnostic("empty-file", "there are no students in this list", help="one name or number a row"))
    if len(students) > MOST_STUDENTS:
        faults.append(Diagnostic("bad-roster", f"{len(students)} students; at most {MOST_STUDENTS} fit in one run"))
    if faults:
        raise ProblemError(path, text, tuple(faults))
    return tuple(students)
