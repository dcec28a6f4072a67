"""An instructor's adjustments: read from a file of their own, put on top of what was graded, never written.

```yaml
s1234567:                       # a student, or a file: group7/x.yaml
  points: {dL/dW2: 2}           # points of single answers, in place of those given …
  reason: the sheet said W2 where W1 was meant
s7654321:
  score: 20                     # … or the whole score
  reason: handed in on paper
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from bpcli.classroom.students import student_key
from bpcli.classroom.tally import earned, rows_of
from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.grading.asked import Asked, located
from bpcli.grading.model import Report
from bpcli.problem.declaration import MAX_POINTS
from bpcli.problem.identifiers import UnknownQuantityError, nearest
from bpcli.problem.model import USUAL_CHECK as USUAL
from bpcli.problem.model import Check
from bpcli.problem.numbers import NotANumber, parse_number
from bpcli.problem.report import Report as Faults
from bpcli.problem.report import nearest as nearest_key
from bpcli.problem.report import shortened
from bpcli.problem.schema import describe
from bpcli.problem.source import read_source
from bpcli.problem.yaml import Document, MappingNode, Node, ScalarNode, node_place, read_yaml
from bpcli.solution.solution import Solution

LIMIT = 2**20
MOST_CHARACTERS = 1_000
KEYS = ("points", "score", "reason")

Name: TypeAlias = str | tuple[str, ...]


class Adjustment(NamedTuple):
    """What an instructor says about one student (or file). `points` are by the ids that the problem asks with."""

    key: str
    reason: str
    score: float | None
    points: tuple[tuple[str, float], ...]
    span: Span


class Overrides(NamedTuple):
    """`by_name` has the adjustments by every name that they may mean: a student's, or the last parts of a path."""

    path: str
    text: str
    adjustments: tuple[Adjustment, ...]
    by_name: Mapping[Name, list[Adjustment]]

    def unused(self, reports: Iterable[Report]) -> tuple[Adjustment, ...]:
        """Adjustments of students that handed in nothing."""
        named = {name for report in reports for name in _names_of(report)}
        return tuple(item for item in self.adjustments if named.isdisjoint(_names(item.key)))

    def of(self, report: Report) -> Adjustment | None:
        """The adjustment of one report. Raises ProblemError where there are two, by student and by file."""
        found = sorted({item for name in _names_of(report) for item in self.by_name.get(name, ())}, key=_place)
        if len(found) > 1:
            message = f"`{shortened(found[1].key)}` and `{shortened(found[0].key)}` are both about {report.file}"
            diagnostic = Diagnostic("conflict", message, found[1].span, help="put what they say under one of them")
            raise ProblemError(self.path, self.text, (diagnostic,))
        return found[0] if found else None


def _place(adjustment: Adjustment) -> Span:
    return adjustment.span


def _names(key: str) -> tuple[Name, Name]:
    """What a key may mean: a student, or a file by the last parts of its path."""
    return student_key(key), PurePath(key).parts


def _names_of(report: Report) -> Iterator[Name]:
    yield student_key(report.student)
    parts = PurePath(report.file).parts
    for first in range(len(parts)):
        yield parts[first:]


def read_overrides(path: str, solution: Solution, items: tuple[Asked, ...]) -> Overrides:
    """The adjustments in a file. Raises InputError or ProblemError with everything that is wrong with it."""
    return parse_overrides(read_source(path, LIMIT), path, solution, items)


def parse_overrides(data: bytes | str, path: str, solution: Solution, items: tuple[Asked, ...]) -> Overrides:
    """The adjustments in the text of a file."""
    try:
        return _parsed(read_yaml(data, path, LIMIT), path, solution, items)
    except ProblemError as error:
        error.outcome = "Nothing was graded."
        raise


def _parsed(document: Document, path: str, solution: Solution, items: tuple[Asked, ...]) -> Overrides:
    faults = Faults(path, document.text)
    found: list[Adjustment] = []
    keys: dict[str, str] = {}
    for key, node in document.root.entries:
        same = keys.setdefault(student_key(key.text), key.text)
        if same != key.text:
            message = f"`{shortened(key.text)}` is the same student as `{shortened(same)}`"
            faults.add("duplicate-key", message, key.span, help="keep one of them")
        elif adjustment := _adjustment(key, node, faults, solution, items):
            found.append(adjustment)
    faults.raise_if_any()
    by_name: dict[Name, list[Adjustment]] = {}
    for adjustment in found:
        for name in _names(adjustment.key):
            by_name.setdefault(name, []).append(adjustment)
    return Overrides(path, document.text, tuple(found), by_name)


def _adjustment(
    key: ScalarNode, node: Node, faults: Faults, solution: Solution, items: tuple[Asked, ...]
) -> Adjustment | None:
    if not isinstance(node, MappingNode):
        message = f"expected a mapping, found {describe(node)}"
        faults.add("wrong-type", message, node_place(node), help="its keys: `points` or `score`, and `reason`")
        return None
    given = {name.text: (name, value) for name, value in node.entries}
    for name, (name_node, _) in given.items():
        if name not in KEYS:
            near = nearest_key(name, KEYS)
            advice = f"did you mean `{near}`?" if near else "known: " + ", ".join(KEYS)
            faults.add("unknown-key", f"an adjustment has no key `{shortened(name)}`", name_node.span, help=advice)
    reason = _reason(key, given.get("reason"), faults)
    score = _number(given["score"][1], faults) if "score" in given else None
    points = _points(given["points"][1], faults, solution, items) if "points" in given else ()
    if "score" in given and "points" in given:
        message = "`score` is the whole score, so `points` beside it would change nothing"
        faults.add("conflict", message, given["points"][0].span, help="keep one of the two")
    elif "score" not in given and "points" not in given:
        faults.add("missing-key", "an adjustment needs `points` or `score`", key.span)
    return Adjustment(key.text, reason, score, points, key.span)


def _reason(key: ScalarNode, given: tuple[ScalarNode, Node] | None, faults: Faults) -> str:
    if given is None:
        faults.add("missing-key", "an adjustment needs a `reason`", key.span, help="students and colleagues will ask")
        return ""
    node = given[1]
    text = " ".join(node.text.split()) if isinstance(node, ScalarNode) and not node.is_empty else ""
    if not text:
        faults.add("missing-value", f"expected a reason in words, found {describe(node)}", node_place(node))
    elif len(text) > MOST_CHARACTERS:
        advice = f"at most {MOST_CHARACTERS} fit here"
        faults.add("text-too-long", f"a reason of {len(text)} characters", node_place(node), help=advice)
    return text


def _number(node: Node, faults: Faults) -> float | None:
    if not isinstance(node, ScalarNode):
        faults.add("wrong-type", f"expected a number, found {describe(node)}", node_place(node))
        return None
    try:
        value = parse_number(node.text).value
    except NotANumber as error:
        faults.add(error.code, shortened(error.message), node.span, help=shortened(error.advice))
        return None
    if not 0 <= value <= MAX_POINTS:
        what = "points are not negative" if value < 0 else f"at most {MAX_POINTS} points are given"
        faults.add("out-of-range", what, node.span)
        return None
    return value


def _points(node: Node, faults: Faults, solution: Solution, items: tuple[Asked, ...]) -> tuple[tuple[str, float], ...]:
    if not isinstance(node, MappingNode):
        advice = "write `points: {a1: 1}`"
        faults.add("wrong-type", f"expected a mapping, found {describe(node)}", node_place(node), help=advice)
        return ()
    known = {item.key: item for item in items}
    found: dict[str, float] = {}
    for key, value in node.entries:
        points = _number(value, faults)
        try:
            name = known[located(solution, key.text).key].id
        except (UnknownQuantityError, KeyError):
            near = nearest(key.text, [item.id for item in items])
            advice = "did you mean " + " or ".join(f"`{item}`" for item in near) + "?" if near else ""
            message = f"`{shortened(key.text)}` is not asked for in this problem"
            faults.add("unknown-quantity", message, key.span, help=advice)
            continue
        if name in found:
            faults.add("duplicate-key", f"`{shortened(key.text)}` is here a second time", key.span)
        if points is not None:
            found[name] = points
    return tuple(found.items())


def adjusted(report: Report, adjustment: Adjustment, items: tuple[Asked, ...], check: Check = USUAL) -> Report:
    """The report with the instructor's points in place of those given; verdicts stay what they are."""
    if adjustment.score is not None:
        return report._replace(score=adjustment.score)
    if report.score is None:
        return report  # nothing was graded, so there are no points to change
    answers = list(report.answers)
    points = dict(adjustment.points)
    score = report.score
    for item in items:
        if item.id not in points:
            continue
        change = points[item.id] - earned(report, item, check)
        score += change
        rows = [number for number, _, _ in rows_of(report, item)]
        for number in rows:
            answers[number] = answers[number]._replace(points=answers[number].points + change / len(rows))
    return report._replace(answers=tuple(answers), score=round(score, 10))
