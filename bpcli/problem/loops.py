"""Lines that are repeated: `for t in 1..3:` above them, `{t}`, `{t+1}` and `{t-1}` in their names and formulas."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from bpcli.diagnostics import Span
from bpcli.problem.expression import Place
from bpcli.problem.report import Report, shortened
from bpcli.problem.yaml import MappingNode, Node, ScalarNode

MOST_TURNS = 10_000
MOST_LINES = 1_000_000

Counters: TypeAlias = Mapping[str, int]
NO_COUNTERS: Counters = MappingProxyType({})

_HEAD = re.compile(r"\s*for\s+([A-Za-z_]\w*)\s+in\s+(-?\d{1,9})\s*\.\.\s*(-?\d{1,9})\s*:?\s*")
_NAME_BEFORE = re.compile(r"[A-Za-z_]\w*\Z")
_HOLE = re.compile(r"\{\s*([A-Za-z_]\w*)\s*(?:([+-])\s*(\d{1,9})\s*)?\}")


class TextLine(NamedTuple):
    """A line of a text block and where it stands."""

    text: str
    place: Place

    @property
    def indentation(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    @property
    def span(self) -> Span:
        start = self.place.column + self.indentation
        return Span(self.place.line, start, self.place.line, start + len(self.text.strip()))


class _Loop(NamedTuple):
    counter: str
    values: range


def filled(text: str, counters: Counters, span: Span, report: Report) -> str | None:
    """The text with numbers in the place of its counters; None after reporting one that no loop has, or a name with a
    negative number, which would be read as a difference.
    """
    if "{" not in text:
        return text
    missing: list[str] = []
    negative: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in counters:
            missing.append(found[0])
            return found[0]
        step = int(found[3] or 0)
        value = counters[found[1]] + (step if found[2] == "+" else -step)
        before = _NAME_BEFORE.search(text, 0, found.start())
        if value < 0 and before is not None:
            negative.append(
                f"`{shortened(before[0] + found[0])}` is `{shortened(before[0])}{value}` in a turn of the loop"
            )
        return str(value)

    result = _HOLE.sub(number, text)
    if negative and not missing:
        report.add("bad-name", negative[0], span, help="numbers in names are not negative: let the loop start later")
        return None
    if missing:
        advice = f"inside a loop `for {missing[0].strip('{} ')[:1] or 't'} in 1..3:`" if not counters else ""
        report.add("unknown-name", f"`{shortened(missing[0])}` is no counter here", span, help=advice)
        return None
    return result


def matching(template: str, names: Collection[str]) -> list[tuple[str, Counters]]:
    """The names that a template such as `a{t}` stands for, with the numbers in its holes."""
    holes = _HOLE.findall(template)
    if not holes:
        return [(template, NO_COUNTERS)] if template in names else []
    pieces = _HOLE.split(template)[:: len(holes[0]) + 1]
    pattern = re.compile(r"(-?\d+)".join(map(re.escape, pieces)))
    found: list[tuple[str, Counters]] = []
    for name in names:
        match = pattern.fullmatch(name)
        if match is not None:
            counters = {hole[0]: int(number) for hole, number in zip(holes, match.groups(), strict=True)}
            found.append((name, counters))
    return found


def repeated_pairs(
    pairs: Iterable[tuple[ScalarNode, Node | None]], report: Report, counters: Counters = NO_COUNTERS
) -> Iterator[tuple[ScalarNode, ScalarNode | None, Counters]]:
    """The definitions of a mapping, those of a loop once for each of its numbers."""
    for key, value in pairs:
        if not isinstance(value, MappingNode):
            assert value is None or isinstance(value, ScalarNode)  # the reader of formulas has refused the rest
            yield key, value, counters
            continue
        loop = _loop(key.text, key.span, counters, report)
        for number in loop.values if loop else ():
            yield from repeated_pairs(_scalars(value, report), report, {**counters, loop.counter: number})  # type: ignore[union-attr]


def _scalars(node: MappingNode, report: Report) -> Iterator[tuple[ScalarNode, Node | None]]:
    for key, value in node.entries:
        if isinstance(value, ScalarNode | MappingNode):
            yield key, value
        else:
            report.add("wrong-type", "expected a formula, found a list", value.span)


def repeated_lines(
    lines: list[TextLine], report: Report, counters: Counters = NO_COUNTERS
) -> Iterator[tuple[str, Place]]:
    """The lines of a text block, those of a loop once for each of its numbers."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.text.lstrip().startswith("for ") or "=" in line.text:
            text = filled(line.text, counters, line.span, report)
            if text is not None:
                place = line.place if text == line.text else line.place._replace(whole=line.span)
                yield text, place
            continue
        loop = _loop(line.text, line.span, counters, report)
        end = at
        while end < len(lines) and lines[end].indentation > line.indentation:
            end += 1
        if loop is not None and end == at:
            report.add("missing-value", "nothing is repeated here", line.span, help="indent the lines of the loop")
        for number in loop.values if loop else ():
            yield from repeated_lines(lines[at:end], report, {**counters, loop.counter: number})  # type: ignore[union-attr]
        at = end


def _loop(text: str, span: Span, counters: Counters, report: Report) -> _Loop | None:
    found = _HEAD.fullmatch(text)
    if found is None:
        message = f"`{shortened(text.strip())}` is not the head of a loop"
        report.add("formula-syntax", message, span, help="write `for t in 1..3:`")
        return None
    counter, first, last = found[1], int(found[2]), int(found[3])
    if counter in counters:
        report.add("duplicate-name", f"`{counter}` counts in a loop around this one", span, help="take another name")
        return None
    if not 0 <= last - first < MOST_TURNS:
        message = f"a loop from {first} to {last}"
        advice = f"the first number is not the larger one, and there are at most {MOST_TURNS}"
        report.add("out-of-range", message, span, help=advice)
        return None
    return _Loop(counter, range(first, last + 1))
