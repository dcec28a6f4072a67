"""A class list in CSV: the students' names or numbers, one a row."""

from __future__ import annotations

import csv
from io import StringIO

from bpcli.classroom.students import student_key
from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.problem.report import Report
from bpcli.problem.source import decode

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
    rows: list[list[str]] = []
    lines = [1]
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + 1)
    except csv.Error as error:
        place = Span(lines[-1], 1, lines[-1], 2)
        diagnostic = Diagnostic("bad-roster", f"this is no table in CSV: {error}", place)
        raise ProblemError(path, text, (diagnostic,)) from None
    heading = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next((heading.index(name) for name in COLUMNS if name in heading), None)
    students: list[str] = []
    faults = Report(path, text)
    seen: dict[str, int] = {}
    for number, row in zip(lines, rows, strict=False):
        place = Span(number, 1, number, 2)
        name = row[column or 0].strip() if len(row) > (column or 0) else ""
        if not name or (number == 1 and column is not None):
            continue
        if not name.isprintable() or len(name) > LONGEST_NAME:
            what = f"a name of {len(name)} characters" if name.isprintable() else "a name with invisible characters"
            faults.add("bad-student", what, place)
        elif student_key(name) in seen:
            message = f"`{name}` is here a second time (first in line {seen[student_key(name)]})"
            faults.add("duplicate-name", message, place, help="keep one of the rows")
        else:
            seen[student_key(name)] = number
            students.append(name)
    if not students and not faults.diagnostics:
        faults.add("empty-file", "there are no students in this list", help="one name or number a row")
    if len(students) > MOST_STUDENTS:
        faults.add("bad-roster", f"{len(students)} students; at most {MOST_STUDENTS} fit in one run")
    faults.raise_if_any()
    return tuple(students)
