"""What is fuzzed: four functions from bytes to nothing, which raise where a promise is broken.

They need neither a fuzzer nor a test runner: `tests/trust/test_fuzz_corpus.py` calls them with the kept corpus.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from bpcli import load_problem, parse_problem, solve
from bpcli.diagnostics import Diagnostic, ProblemError
from bpcli.export.reports import report_to_json
from bpcli.grading.grade import Grader
from bpcli.grading.report import report_document
from bpcli.problem.expression import FormulaError, Place, parse_formula
from bpcli.problem.present import format_diagnostics
from bpcli.render.terminal import to_terminal_text

__all__ = ["TARGETS", "answers", "checker", "formula", "reader"]

CODE = re.compile(r"[a-z]+(-[a-z]+)*")
GRADED = ("lez5", "mac0460-logistic", "mazur", "cs231n-add-mul")
SUFFIXES = (".yaml", ".json", ".csv")


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


def checker(data: bytes) -> None:
    """A sheet made of right values, numbers and texts: its report keeps the rules of grading."""
    if not data:
        return
    name = GRADED[data[0] % len(GRADED)]
    grader = _grader(name)
    text = _sheet(name, data[1:])
    try:
        submission = grader.read(text, "s.yaml")
    except ProblemError as error:
        _check_refusal(error, text.encode("utf-8", "surrogatepass"))
        return
    report = grader.grade(submission)
    assert report.score is not None
    assert math.isfinite(report.score)
    assert 0 <= report.score <= report.max_score + 1e-9
    for item in report.answers:
        assert 0 <= item.points <= item.max_points + 1e-9, item
        assert item.verdict in ("correct", "follows", "wrong", "missing", "invalid")
        assert item.verdict != "correct" or math.isclose(item.points, item.max_points)
    json.loads(report_to_json(report), parse_constant=_refuse_constant)
    shown = to_terminal_text(report_document(report, grader.solution))
    assert all(c == "\n" or c.isprintable() for c in shown)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "reader": reader,
    "formula": formula,
    "answers": answers,
    "checker": checker,
}


@cache
def _grader(name: str) -> Grader:
    return Grader(solve(load_problem(name)))


@cache
def _right(name: str) -> tuple[tuple[str, tuple[str, ...], Any], ...]:
    """Every step of a problem: its id, its entries as they are printed, and how they are laid out."""
    solution = _grader(name).solution
    return tuple((step.id, tuple(_flat(solution[step.id])), solution[step.id]) for step in solution.steps)


def _flat(value: Any) -> list[str]:
    return [f"{value:.4f}"] if not isinstance(value, list) else [text for item in value for text in _flat(item)]


def _sheet(name: str, data: bytes) -> str:
    """For every quantity one byte says what stands there; some take more bytes."""
    lines = ["answers:"]
    at = 0

    def take(count: int) -> bytes:
        nonlocal at
        part = data[at : at + count]
        at += count
        return part

    for identifier, entries, value in _right(name):
        kind = (take(1) or b"\0")[0]
        if kind < 40:
            continue
        texts = list(entries)
        if kind >= 140:  # one entry is another one
            chosen = (take(1) or b"\0")[0] % len(texts)
            texts[chosen] = _other(kind, texts[chosen], take)
        if kind >= 250:
            lines.append(f'  "{identifier}": {take(12).decode("latin-1")}')
        else:
            lines.append(f'  "{identifier}": {_laid_out(value, iter(texts))}')
    return "\n".join(lines) + "\n"


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


def _laid_out(value: Any, texts: Any) -> str:
    if not isinstance(value, list):
        return str(next(texts))
    return f"[{', '.join(_laid_out(item, texts) for item in value)}]"


def _check_refusal(error: ProblemError, data: bytes) -> None:
    assert error.diagnostics
    assert len(error.diagnostics) <= 100
    lines = error.source.split("\n")
    for diagnostic in error.diagnostics:
        _check_diagnostic(diagnostic, lines)
    shown = format_diagnostics(error)
    assert all(c == "\n" or c.isprintable() for c in shown)
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
