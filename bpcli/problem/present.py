"""Diagnostics as plain text: the line of the file, a caret under the place, and what to do."""

from __future__ import annotations

from bpcli.diagnostics import Diagnostic, ProblemError, Span
from bpcli.document.safe import safe

MAX_SHOWN = 20
MAX_LINE = 100
BEFORE_CARET = 60
ELLIPSIS = "…"


def format_diagnostics(error: ProblemError, *, outcome: str = "Nothing was solved.") -> str:
    """The whole refusal of a file, without a line end at its end; `outcome` is its last sentence."""
    lines = error.source.split("\n")
    parts: list[str] = []
    for diagnostic in error.diagnostics[:MAX_SHOWN]:
        parts += _format(diagnostic, error.path, lines)
    count = len(error.diagnostics)
    if count > MAX_SHOWN:
        parts.append(f"… and {count - MAX_SHOWN} more")
    noun = "1 error" if count == 1 else f"{count} errors"
    parts.append(f"{noun} in {safe(error.path)}. {outcome}".rstrip())
    return "\n".join(parts)


def _format(diagnostic: Diagnostic, path: str, lines: list[str]) -> list[str]:
    span = diagnostic.span
    place = f"{safe(path)}:{span.line}:{span.column}" if span else safe(path)
    parts = [f"{place}: error[{diagnostic.code}]: {safe(diagnostic.message)}"]
    if span:
        gutter = max([4, *(len(str(item.line)) for item in (span, *(r.span for r in diagnostic.related)))])
        parts += _show(span, "^", diagnostic.label, lines, gutter)
        for related in diagnostic.related:
            parts += _show(related.span, "-", related.label, lines, gutter)
    else:
        gutter = 4
    if diagnostic.help:
        parts.append(f"{' ' * gutter} = help: {safe(diagnostic.help)}")
    return parts


def _show(span: Span, mark: str, label: str, lines: list[str], gutter: int) -> list[str]:
    """The line of a place, and a line that marks the place in it."""
    if not 1 <= span.line <= len(lines):
        return []
    line = lines[span.line - 1]
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    # Only what will be shown is made safe: a line may be as long as its file.
    first = max(0, start - BEFORE_CARET) if len(line) > MAX_LINE else 0
    last = min(len(line), first + MAX_LINE)
    before, marked, after = (
        safe(line[first:start]),
        safe(line[start : min(end, last)]),
        safe(line[max(start, end) : last]),
    )
    before = ELLIPSIS * (first > 0) + before
    shown = before + marked + after + ELLIPSIS * (last < len(line))
    caret = " " * _width(before) + mark * max(1, _width(marked))
    return [
        f"{span.line:>{gutter}} | {shown}".rstrip(),
        f"{' ' * gutter} | {caret} {safe(label)}".rstrip(),
    ]


def _width(text: str) -> int:
    """Columns of a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
