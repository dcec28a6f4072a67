"""What is fuzzed: four functions from bytes to nothing, which raise where a promise is broken.

They need neither a fuzzer nor a test runner: `tests/trust/test_fuzz_corpus.py` calls them with the kept corpus.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from bpcli import load_problem, parse_problem, solve
from bpcli.diagnostics import Diagnostic, ProblemError
from bpcli.export.reports import report_to_json
from bpcli.grading.grade import Grader
from bpcli.grading.model import VERDICTS, Graded
from bpcli.problem.expression import FormulaError, Place, parse_formula
from bpcli.problem.present import format_diagnostics
from bpcli.render.terminal import to_terminal_text
from bpcli.reports.report import report_document

__all__ = ["TARGETS", "answers", "checker", "formula", "reader"]

CODE = re.compile(r"[a-z]+(-[a-z]+)*")
GRADED = ("lez5", "mac0460-logistic", "mazur", "cs231n-add-mul")
SUFFIXES = (".yaml", ".json", ".csv")
TINY = {
    "square": """
graph: {inputs: {x: 1.5}, define: {y: x^2}}
check: {points: {y: 1, dy/dx: 2}}
""",
    "column": """
network: {input: [0.5], layers: [{weights: [[0.3], [-0.7]], bias: [0, 0.1], activation: relu}]}
check: {points: {a1: 1, y: 2}, truncation: accept, follow_through: 0.5}
""",
    "table": """
network: {inputs: [[1, 2], [-1, 0.5]], layers: [{weights: [[0.3, 0.7], [2, -1]], activation: identity}]}
check: {points: {a1: 1}, tolerance: {absolute: 0.001}}
language: pt
""",
}
"""Problems of a line or two."""
SMALL = {
    "sum": """
graph: {inputs: {x: -2, y: 5, z: -4}, define: {q: x + y, f: q * z}, output: f}
""",
    "slopes": """
graph:
  inputs: {w: 0.5, x: 1.5, b: -0.25}
  define: {a: w*x + b, h: tanh(a), L: (h - 1)^2}
check: {points: {"terms(a)": 1, a: 1, L: 2, dL/dw: 1}, tolerance: {relative: 0.01}}
""",
    "neuron": """
network:
  input: [-1.2]
  target: 1
  layers: [{weights: [[0.7]], bias: 0.1, activation: sigmoid}]
  loss: binary_cross_entropy
check: {truncation: accept, points: {a1: 1, y: 1, L: 1, dL/da1: 1}}
""",
    "softmax": """
network:
  input: [0.5]
  target: [1, 0]
  layers: [{weights: [[0.3], [0.7]], bias: [0.1, 0], activation: softmax}]
  loss: cross_entropy
check: {follow_through: 0.5, points: {a1: 1, y: 1, dL/da1: 2, dL/dW1: 2}}
language: it
""",
    "rows": """
network:
  inputs: [[1, 2], [3, -1]]
  targets: [[1], [0]]
  layers: [{weights: [[0.5, 0.25]], bias: 1, activation: relu}]
  loss: squared_error
check: {points: {a1: 1, J: 1, "dJ/dy": 1, dJ/dW1: 1}}
""",
    "steps": """
network:
  input: [2]
  target: [1]
  layers: [{weights: [[0.3]], activation: identity}]
  loss: half_squared_error
  update: {optimizer: momentum, learning_rate: 0.1, steps: 2}
check: {points: {dL/dW1: 1, W1@1: 1, W1@2: 1}}
""",
}
"""Problems of a few lines, each of another kind."""


def reader(data: bytes) -> None:
    """A problem file: it is read, or refused with places in it."""
    try:
        parse_problem(data, "f.yaml")
    except ProblemError as error:
        _check_refusal(error, data)


def formula(data: bytes) -> None:
    """A formula: it is read, with every part inside of the text, or refused at a place in it."""
    text = data.decode("utf-8", "replace")
    try:
        found = parse_formula(text, Place(1, 1))
    except FormulaError as error:
        _check_diagnostic(error.diagnostic, [text], within_line=False)
        return
    for part in (*found.names, *found.calls):
        span = part.span
        assert 1 <= span.column < span.end_column <= len(text) + 1, part
    assert all(text[n.span.column - 1 : n.span.end_column - 1] == n.name for n in found.names)


def answers(data: bytes) -> None:
    """An answer file of any kind: the first byte chooses the problem and the format."""
    if not data:
        return
    grader = _grader(GRADED[data[0] % len(GRADED)])
    path = "s" + SUFFIXES[data[0] // len(GRADED) % len(SUFFIXES)]
    try:
        submission = grader.read(data[1:], path)
    except ProblemError as error:
        _check_refusal(error, data[1:])
        return
    for answer in submission.answers:
        if answer.fault is not None:
            assert answer.numbers is None
            _check_diagnostic(answer.fault, submission.text.split("\n"))


def _is_short(item: Graded) -> bool:
    """Whether some entry of an answer has fewer than two significant digits, or fewer than four decimals."""
    texts = np.ravel(np.array(item.given, dtype=object))
    decimals = [len(str(text).partition(".")[2]) for text in texts]
    return min(decimals, default=0) < 4


def checker(data: bytes) -> None:
    """A sheet made of right values, numbers and texts: its report keeps the rules of grading.

    The first byte chooses the problem and the digits; the others say what is written, one quantity after another.
    """
    if not data:
        return
    share = crc32(data)  # what takes long is done for a share of the inputs that no mutation can stay in
    names = GRADED if share % 512 == 1 else tuple(SMALL) if share % 64 == 2 else tuple(TINY)
    grader = _grader(names[data[0] % len(names)])
    in_full = (share >> 16) % 32 == 0
    sheet = _sheet(grader, data[0] // len(names), data[1:])
    try:
        submission = grader.read(*(sheet.as_yaml() if in_full else sheet.as_csv()))
    except ProblemError as error:
        _check_refusal(error, sheet.as_yaml()[0].encode("utf-8", "surrogatepass"))
        return
    report = grader.grade(submission)
    assert report.score is not None
    assert math.isfinite(report.score)
    assert 0 <= report.score <= report.max_score + 1e-9
    for item in report.answers:
        assert 0 <= item.points <= item.max_points + 1e-9, item
        assert item.verdict in VERDICTS
        assert item.verdict != "correct" or math.isclose(item.points, item.max_points)
        # What is right stays right, whatever stands beside it; a quote in it may swallow the lines below.
        # One digit, where two were asked for, says nothing by itself and may be told so.
        assert item.id not in sheet.right or item.verdict in ("correct", "close", "missing") or _is_short(item), item
    if in_full:
        json.loads(report_to_json(report), parse_constant=_refuse_constant)
        shown = to_terminal_text(report_document(report, grader.solution))
        assert shown.replace("\n", "").isprintable()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "reader": reader,
    "formula": formula,
    "answers": answers,
    "checker": checker,
}


@cache
def _grader(name: str) -> Grader:
    text = {**TINY, **SMALL}.get(name)
    return Grader(solve(load_problem(name) if text is None else parse_problem(text.encode(), f"{name}.yaml")))


class _Sheet(NamedTuple):
    """What is written for each quantity, as nested lists of texts or as one text, and which ids are right."""

    answers: list[tuple[str, Any]]
    right: set[str]

    def as_yaml(self) -> tuple[str, str]:
        lines = [f'  "{identifier}": {_in_brackets(value)}' for identifier, value in self.answers]
        return "\n".join(["answers:", *lines]) + "\n", "s.yaml"

    def as_csv(self) -> tuple[str, str]:
        quoted = [(identifier, _in_brackets(value).replace('"', '""')) for identifier, value in self.answers]
        return "quantity,value\n" + "".join(f'"{identifier}","{value}"\n' for identifier, value in quoted), "s.csv"


@cache
def _printed(grader: Grader, digits: int) -> tuple[tuple[str, Any], ...]:
    """Everything that is asked for: its id and its true entries as texts, to 1 to 8 decimals or significant digits."""
    kind = "f" if digits & 8 else "g"
    solution = grader.solution
    return tuple((item, _texts(solution[item], f".{1 + digits % 8}{kind}")) for _, _, item in grader.asked)


def _texts(value: Any, form: str) -> Any:
    return [_texts(item, form) for item in value] if isinstance(value, list) else f"{value:{form}}"


def _flat(value: Any) -> list[str]:
    return [text for item in value for text in _flat(item)] if isinstance(value, list) else [value]


def _sheet(grader: Grader, digits: int, data: bytes) -> _Sheet:
    """For every quantity one byte says what stands there; some take more bytes."""
    answers: list[tuple[str, Any]] = []
    right: set[str] = set()
    at = 0

    def take(count: int) -> bytes:
        nonlocal at
        part = data[at : at + count]
        at += count
        return part

    for identifier, value in _printed(grader, digits % 16):
        kind = (take(1) or b"\x64")[0]  # what is not said is right
        if kind < 40:
            continue
        if kind >= 250:
            answers.append((identifier, take(12).decode("latin-1")))
            continue
        if kind < 140:
            right.add(identifier)
            answers.append((identifier, value))
            continue
        texts = _flat(value)
        chosen = (take(1) or b"\0")[0] % len(texts)  # one entry is another one
        texts[chosen] = _other(kind, texts[chosen], take)
        answers.append((identifier, _laid_out(value, iter(texts))))
    return _Sheet(answers, right)


def _other(kind: int, text: str, take: Callable[[int], bytes]) -> str:
    if kind < 160:
        return text[1:] if text.startswith("-") else f"-{text}"
    if kind < 180:
        return text[: -1 - kind % 3]
    if kind < 200:
        return "0" if kind % 2 else "null"
    if kind < 220:
        return take(8).decode("latin-1")
    scaled = int.from_bytes(take(3), "little", signed=True)
    return f"{scaled / 10 ** (kind % 7):.{kind % 7}f}" if kind < 240 else f"{scaled}e{kind - 245}"


def _laid_out(like: Any, texts: Iterator[str]) -> Any:
    return [_laid_out(item, texts) for item in like] if isinstance(like, list) else next(texts)


def _in_brackets(value: Any) -> str:
    return f"[{', '.join(map(_in_brackets, value))}]" if isinstance(value, list) else value


def _check_refusal(error: ProblemError, data: bytes) -> None:
    assert error.diagnostics
    assert len(error.diagnostics) <= 100
    lines = error.source.split("\n")
    for diagnostic in error.diagnostics:
        _check_diagnostic(diagnostic, lines)
    shown = format_diagnostics(error)
    assert shown.replace("\n", "").isprintable()
    assert len(shown) < 100_000, f"{len(shown)} characters of refusal for {len(data)} bytes"


def _check_diagnostic(item: Diagnostic, lines: list[str], *, within_line: bool = True) -> None:
    assert CODE.fullmatch(item.code), item
    assert item.message, item
    for span in (item.span, *(related.span for related in item.related)):
        if span is None:
            continue
        assert span[:2] >= (1, 1), item
        assert span[:2] <= span[2:], item
        if within_line:
            assert span.line <= max(1, len(lines)), item
            assert span.column <= len(lines[span.line - 1]) + 1, item


def _refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")
