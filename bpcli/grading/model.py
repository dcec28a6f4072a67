"""What grading reads and what it finds: a submission as data, a report as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bpcli.calculus.expr import Array, Expr
from bpcli.diagnostics import Diagnostic, Span

VERDICTS = ("correct", "close", "coarse", "follows", "wrong", "missing", "invalid")
SEVERITY = ("wrong", "invalid", "missing", "coarse", "follows", "close", "correct")
"""The verdict on several entries is the first of these that one of them has."""


class Written(NamedTuple):
    """A number as a student wrote it. `half_unit` is half a unit in its last written place; 0 for a fraction.

    `nan` stands for an entry that was left blank.
    """

    text: str
    value: float
    half_unit: float


class Answer(NamedTuple):
    """One line of an answer file: `id` as written; numbers nested as written, or what is wrong with them.

    `numbers` is None where nothing was answered (`null`, empty). `misshapen` has the numbers, row by row, of an answer
    that is at fault for its shape alone.
    """

    id: str
    numbers: Any  # Written | tuple[Written, ...] | tuple[tuple[Written, ...], ...] | None
    span: Span | None
    fault: Diagnostic | None = None
    misshapen: tuple[tuple[Written, ...], ...] | None = None


class Submission(NamedTuple):
    """An answer file. `text` is the file's own text, for places."""

    path: str
    text: str
    student: str
    answers: tuple[Answer, ...]


class Given(NamedTuple):
    """A student's numbers for one quantity (or one entry of it), laid out as its value is.

    Blank entries are `nan`. `index` is set when one entry was answered on its own (`W2[1,2]`); arrays are then scalars.
    """

    value: Array
    half_unit: Array
    texts: Any
    index: tuple[int, int] | None = None  # type: ignore[assignment]  # tuples have a method of that name


class Match(NamedTuple):
    """A mistake that reproduces a student's number.

    `id` is the catalogue id; `certainty` is `certain`, `tied` or `possible`; `message` says it in one sentence.
    `wrong` is the mistaken formula over the same symbols as the right one, where it can be written as one.
    `hint` helps without a number. `implied` is what quantities that were not written must have been by this mistake:
    what follows from them costs nothing more.
    """

    id: str
    certainty: str
    message: str
    wrong: Expr | None = None
    value: Array = None
    hint: str = ""
    implied: Mapping[str, Array] = MappingProxyType({})


class Graded(NamedTuple):
    """One answer of a report. `id` as the student wrote it, `quantity` its canonical id.

    `given` (texts), `expected` (floats; from the student's own earlier values for `follows`, else the true ones) and
    `entries` (verdicts) have the quantity's shape. `message` is one sentence for a student.
    """

    id: str
    quantity: str
    verdict: str
    points: float
    max_points: float
    given: Any
    expected: Any
    entries: Any
    matches: tuple[Match, ...] = ()
    message: str = ""
    place: Span | None = None


class Refusal(NamedTuple):
    """Why a file has no score."""

    code: str
    place: str
    message: str


class Working(NamedTuple):
    """A sheet put into the program: what each line is worked from, after `moment` updates.

    `values` has the student's own numbers and, where there are none, what follows from them; `results` has what each
    line gives from them; `texts` has the numbers as the student wrote them, laid out as the values are.
    """

    moment: int
    values: Mapping[str, Array]
    results: Mapping[str, Array]
    texts: Mapping[str, Any]


class Report(NamedTuple):
    """The report on one submission. A refused file has `error` and no score.

    `working` is there when something is wrong: the sheet around its first wrong step.
    """

    file: str
    student: str
    score: float | None
    max_score: float
    first_wrong: str | None
    answers: tuple[Graded, ...]
    error: Refusal | None = None
    working: Working | None = None
