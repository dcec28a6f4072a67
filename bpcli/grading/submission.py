"""Answer files: YAML, JSON or CSV → a Submission.

Numbers are read from their text, because the digits written say how precise an answer is. What is wrong with a
single value concerns that answer only; what is wrong with the file (an id that names nothing, a quantity answered
twice, a syntax error) refuses the file, with every such place at once.

A quantity with one entry may be answered by a bare number, whatever its shape (`y: 0.82`). Every other shape has to
be the quantity's own: nothing is broadcast, transposed or cut to fit. In a CSV file, which has no lists of lists,
the entries of a matrix stand in one row after the other.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from bpcli.diagnostics import Diagnostic, ProblemError, Related, Span
from bpcli.grading.model import Answer, Submission, Written
from bpcli.grading.quantities import Key, Place, Quantities
from bpcli.grading.tolerance import half_unit
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.problem.numbers import NotANumber, parse_number
from bpcli.problem.report import Report, point, shortened, suggestion
from bpcli.problem.source import decode
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode, node_place, read_yaml

ANSWER_LIMIT = 2**20
KNOWN_KEYS = ("answers", "student", "variant")
LONGEST_NAME = 200
MOST_READ = 2_000
"""Numbers of an answer of another shape that are looked at."""
BLANK = Written("", float("nan"), 0.0)
PLAIN = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,20})?", re.ASCII)


def read_submission(data: bytes | str, path: str, quantities: Quantities) -> Submission:
    """The answers of a file to the problem that `quantities` belongs to.

    `path` says what the file is (`.csv`, `.json`; YAML otherwise) and names the student where the file does not.
    Raises ProblemError with everything that is wrong with the file as a whole.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix == ".csv":
        from bpcli.grading.answer_csv import read_rows

        text = decode(_limited(data, path), path)
        report = Report(path, text)
        student, pairs = "", read_rows(text, report)
    else:
        if suffix == ".json":
            # Tabs, which YAML does not have in its indentation, stand in JSON only where spaces may.
            data = data.replace(b"\t", b" ") if isinstance(data, bytes) else data.replace("\t", " ")
        document = read_yaml(data, path, ANSWER_LIMIT)
        text = document.text
        report = Report(path, text)
        student, pairs = _top(document.root, report)
    reader = _Reader(quantities, report, flat=suffix == ".csv")
    answers = tuple(answer for key, node in pairs if (answer := reader.answer(key, node)) is not None)
    report.raise_if_any()
    return Submission(path, text, student or PurePath(path).stem, answers)


def _limited(data: bytes | str, path: str) -> bytes | str:
    if len(data) > ANSWER_LIMIT:
        raise ProblemError(path, "", (Diagnostic("file-too-large", "the file is larger than 1 MiB"),))
    return data


def _top(root: MappingNode, report: Report) -> tuple[str, tuple[tuple[ScalarNode, Node], ...]]:
    """The student and the entries of `answers:`."""
    found = {key.text: (key, node) for key, node in root.entries}
    for key, _ in root.entries:
        if key.text not in KNOWN_KEYS:
            advice = suggestion(key.text, KNOWN_KEYS)
            if "answers" not in found:
                advice = f"answers stand under `answers:`, indented; {advice}"
            report.add("unknown-key", f"`{shortened(key.text)}` is not a key of an answer file", key.span, help=advice)
    student = ""
    if "student" in found:
        node = found["student"][1]
        if not isinstance(node, ScalarNode):
            report.add("wrong-type", "`student` is a name, not a list or a mapping", node_place(node))
        elif len(node.text) > LONGEST_NAME:
            report.add("text-too-long", f"a name of {len(node.text)} characters", node.span)
        elif not node.is_empty:
            student = node.text
    if "answers" not in found:
        if not report.diagnostics:
            example = "write `answers:` and under it, indented, lines such as `a1: [0.445, 0.505]`"
            report.add("missing-key", "there are no `answers:`", point(1, 1), help=example)
        return student, ()
    key, node = found["answers"]
    if isinstance(node, ScalarNode) and node.is_empty:
        return student, ()
    if not isinstance(node, MappingNode):
        message = "`answers` holds `quantity: value` lines"
        report.add("wrong-type", message, node_place(node), help="for example `a1: [0.445, 0.505]`")
        return student, ()
    return student, node.entries


class _Reader:
    """Reads the answers of one file; remembers what has been answered."""

    def __init__(self, quantities: Quantities, report: Report, *, flat: bool) -> None:
        self.quantities = quantities
        self.report = report
        self.flat = flat
        self.answered: dict[Key, dict[int | None, Span]] = {}

    def answer(self, key: ScalarNode, node: Node) -> Answer | None:
        """One line of the file; None for one that refuses the file."""
        try:
            place = self.quantities.place(key.text)
        except UnknownQuantityError as error:
            message = error.reason or f"there is no quantity `{shortened(key.text)}` in this problem"
            advice = "did you mean " + " or ".join(f"`{name}`" for name in error.near) + "?" if error.near else ""
            self.report.add("unknown-quantity", message, key.span, help=advice)
            return None
        if self._is_second(place, key):
            return None
        span = node_place(node)
        if isinstance(node, ScalarNode) and node.is_empty:
            return Answer(key.text, None, key.span)
        try:
            return Answer(key.text, self._numbers(node, place), span)
        except _FaultError as fault:
            numbers = _whatever_shape(node) if fault.diagnostic.code == "shape" else None
            return Answer(key.text, None, fault.diagnostic.span, fault.diagnostic, numbers)

    def _is_second(self, place: Place, key: ScalarNode) -> bool:
        """Notes what is answered here; whether it has been answered before, as a whole or in part."""
        seen = self.answered.setdefault(place.quantity.key, {})
        wanted: tuple[int | None, ...] = place.entries if place.entries is not None else (None,)
        before = next((seen[entry] for entry in wanted if entry in seen), None)
        if before is None and seen:
            before = next(iter(seen.values())) if place.entries is None else seen.get(None)
        if before is not None:
            message = f"`{shortened(key.text)}` is answered a second time"
            related = (Related(before, "first here"),)
            self.report.add("answered-twice", message, key.span, related=related, help="keep one of them")
            return True
        seen.update(dict.fromkeys(wanted, key.span))
        return False

    def _numbers(self, node: Node, place: Place) -> Any:
        """The numbers of an answer, laid out as written; raises `_FaultError` for a shape or a value that is none."""
        shape = place.shape
        if isinstance(node, ScalarNode):
            number = _number(node)
            if len(place.numbers) != 1:
                raise _shape_fault(node, "a number", shape)
            return _laid_out([number], shape)
        if isinstance(node, MappingNode):
            raise _shape_fault(node, "a mapping", shape)
        if self.flat:
            return self._flat_numbers(node, shape, len(place.numbers))
        if len(shape) == 2:
            rows = _rows(node, shape)
            return tuple(tuple(_number(item) for item in row) for row in rows)
        if not shape or any(not isinstance(item, ScalarNode) for item in node.items):
            raise _shape_fault(node, _described(node), shape)
        if len(node.items) != shape[0]:
            raise _shape_fault(node, _described(node), shape)
        return tuple(_number(item) for item in node.items)

    def _flat_numbers(self, node: SequenceNode, shape: tuple[int, ...], size: int) -> Any:
        if len(node.items) != size:
            raise _shape_fault(node, _described(node), shape)
        return _laid_out([_number(item) for item in node.items], shape)


def _whatever_shape(node: Node) -> tuple[tuple[Written, ...], ...] | None:
    """The numbers of a list, or of a list of lists of one length, whatever shape was asked for; None for anything else.

    What they are may say which step was left out.
    """
    if not isinstance(node, SequenceNode) or not node.items:
        return None
    rows = node.items if isinstance(node.items[0], SequenceNode) else (node,)
    lists = [row.items for row in rows if isinstance(row, SequenceNode)]
    if len(lists) != len(rows) or len({len(items) for items in lists}) != 1 or len(lists) * len(lists[0]) > MOST_READ:
        return None
    try:
        return tuple(tuple(_number(item) for item in items) for items in lists)
    except _FaultError:
        return None


def _laid_out(numbers: list[Written], shape: tuple[int, ...]) -> Any:
    if not shape:
        return numbers[0]
    if len(shape) == 1:
        return tuple(numbers)
    columns = shape[1]
    return tuple(tuple(numbers[row * columns : (row + 1) * columns]) for row in range(shape[0]))


class _FaultError(Exception):
    """What makes one answer invalid."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def _number(node: Node) -> Written:
    if not isinstance(node, ScalarNode):
        what = "a list" if isinstance(node, SequenceNode) else "a mapping"
        raise _FaultError(Diagnostic("shape", f"{what} stands here in the place of a number", node_place(node)))
    if node.is_empty:
        return BLANK
    try:
        return written(node.text)
    except NotANumber as reason:
        raise _FaultError(Diagnostic(reason.code, reason.message, node.span, help=reason.advice)) from None


def written(text: str) -> Written:
    """A number as a student wrote it. Raises NotANumber saying what is wrong with it."""
    if PLAIN.fullmatch(text):
        return Written(text, float(text), half_unit(text))
    number = parse_number(text)
    return Written(text, number.value, half_unit(number.text))


def _rows(node: SequenceNode, shape: tuple[int, ...]) -> list[tuple[Node, ...]]:
    rows = [item.items for item in node.items if isinstance(item, SequenceNode)]
    if len(rows) < len(node.items) or len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise _shape_fault(node, _described(node), shape)
    return rows


def _shape_fault(node: Node, found: str, shape: tuple[int, ...]) -> _FaultError:
    message = f"{found} stands here, and the quantity is {_named(shape)}"
    return _FaultError(Diagnostic("shape", message, node_place(node), help=_example(node, shape)))


def _described(node: SequenceNode) -> str:
    """The shape of a list as it was written."""
    lengths = {len(item.items) if isinstance(item, SequenceNode) else -1 for item in node.items}
    if not lengths:
        return "an empty list"
    if lengths == {-1}:
        return _named((len(node.items),))
    if len(lengths) > 1:
        return "a list with rows of different lengths"
    return _named((len(node.items), *lengths))


def _named(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single number"
    if len(shape) == 1:
        return f"a list of {shape[0]} number{'s' * (shape[0] != 1)}"
    return f"a {shape[0]}×{shape[1]} matrix"


def _example(node: Node, shape: tuple[int, ...]) -> str:
    if isinstance(node, SequenceNode) and len(shape) == 1 and len(node.items) == 2 * shape[0]:
        return "a decimal comma makes two numbers: write `0.5`, not `0,5`"
    if not shape:
        return "write it without brackets"
    row = f"[{', '.join(['…'] * min(shape[-1], 4))}{', …' * (shape[-1] > 4)}]"
    if len(shape) == 1:
        return f"write it as `{row}`"
    return f"write it row by row: `[{', '.join([row] * min(shape[0], 2))}{', …' * (shape[0] > 2)}]`"
