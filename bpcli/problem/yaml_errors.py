"""What a YAML parser trips over, in our words and with the place that a person would point at."""

from __future__ import annotations

import re
from typing import Any

from bpcli.diagnostics import Diagnostic, Related, Span
from bpcli.problem.report import point

HEADER_MESSAGE = "nothing may follow `|` or `>` on its line"
HEADER_ADVICE = "the text starts on the next line"

QUOTE_IT = "put quotes around text that has special characters"
CLOSING = {"[": "]", "{": "}"}
KEY_WITHOUT_SPACE = re.compile(r"\s*(?:- +)?([\w.\[\]/']+):\S")


def missing_space(span: Span) -> Diagnostic:
    """`a:1` where `a: 1` was meant."""
    return Diagnostic("missing-space", "a key needs `:` and a space after it", span, help="put a space after `:`")


def explain(error: Exception, text: str, last: Span, opened: Span | None) -> Diagnostic:
    """The diagnostic for an error of PyYAML or libyaml, whose words differ and whose places almost agree.

    `last` is the place of the last value read before it, `opened` that of the innermost list or mapping it is in.
    """
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _bad_escape(_last_quote(text, last))
    context = getattr(error, "context", None) or ""
    problem = getattr(error, "problem", None) or ""
    context_mark = getattr(error, "context_mark", None)
    at, begun = _place(mark, text), _place(context_mark, text) if context_mark else None
    if opened and at == _end(text) and "node content" in problem and _character(text, opened) in CLOSING:
        return _unclosed(opened, _character(text, opened))
    for test in (_in_scalar, _in_flow, _in_block, _forbidden):
        if found := test(context, problem, text, at, begun):
            return found
    return Diagnostic("yaml-syntax", "this cannot be read as YAML", at)


def _place(mark: Any, text: str) -> Span:
    if mark.index >= len(text.rstrip()):
        return _end(text)
    return point(mark.line + 1, mark.column + 1)


def _end(text: str) -> Span:
    """The end of the file: after the last thing written."""
    end = len(text.rstrip())
    return point(text.count("\n", 0, end) + 1, end - text.rfind("\n", 0, end))


def _line(text: str, at: Span) -> str:
    return text.split("\n", at.line)[at.line - 1]


def _character(text: str, at: Span) -> str:
    return _line(text, at)[at.column - 1 : at.column]


def _before(text: str, at: Span) -> str:
    return _line(text, at)[: at.column - 1].rstrip()


def _bad_escape(span: Span | None) -> Diagnostic:
    advice = "in double quotes write `\\\\` for a backslash, or use single quotes"
    return Diagnostic("bad-escape", "this text has an escape that means nothing", span, help=advice)


def _last_quote(text: str, last: Span) -> Span:
    """The quote of a text that no value was made of: the next one after the value before it."""
    lines = text.split("\n", last.end_line)[: last.end_line - 1]
    start = sum(len(line) + 1 for line in lines) + last.end_column - 1
    at = max(start, text.find('"', start))
    return point(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _in_scalar(context: str, problem: str, text: str, at: Span, begun: Span | None) -> Diagnostic | None:
    if "quoted scalar" in context:
        if "unexpected" in problem:
            return Diagnostic("unclosed-quote", "this quote is never closed", begun, help="close it on the same line")
        return _bad_escape(begun)
    if "unexpected ':'" in problem:
        return missing_space(begun or Span(1, 1, 1, 2))
    if "simple key" in context and begun:
        if KEY_WITHOUT_SPACE.match(_line(text, begun)):
            return missing_space(begun)
        message = "this is neither a key nor part of the value above"
        return Diagnostic("yaml-syntax", message, begun, help="a key is followed by `:`; indent a value that continues")
    if "block scalar" in context:
        return Diagnostic("yaml-syntax", HEADER_MESSAGE, at, help=HEADER_ADVICE)
    return None


def _in_flow(context: str, problem: str, text: str, at: Span, begun: Span | None) -> Diagnostic | None:
    if "node content" in problem:
        if _character(text, at) in CLOSING.values():
            return Diagnostic("yaml-syntax", f"`{_character(text, at)}` closes nothing", at)
        return Diagnostic("missing-value", "a value is missing here", at, help=QUOTE_IT)
    if "flow sequence" not in context and "flow mapping" not in context:
        return None
    opening = "[" if "sequence" in context else "{"
    if begun and (at == _end(text) or at.line != begun.line):
        return _unclosed(begun, opening)
    related = (Related(begun, "opened here"),) if begun else ()
    return Diagnostic("yaml-syntax", f"expected `,` or `{CLOSING[opening]}` here", at, related=related, help=QUOTE_IT)


def _unclosed(begun: Span, opening: str) -> Diagnostic:
    message = f"this `{opening}` is never closed"
    return Diagnostic("unclosed-bracket", message, begun, help=f"close it with `{CLOSING[opening]}`")


def _in_block(context: str, problem: str, text: str, at: Span, begun: Span | None) -> Diagnostic | None:
    if "mapping values are not allowed" in problem:
        advice = "put quotes around text with a `:`; a nested key goes on a line of its own, indented"
        return Diagnostic("yaml-syntax", "a second `:` in one entry", at, help=advice)
    if "sequence entries are not allowed" in problem:
        advice = "start the list on the next line; a negative number has no space after `-`"
        return Diagnostic("yaml-syntax", "a list cannot start here", at, help=advice)
    if "mapping keys are not allowed" in problem:
        return Diagnostic("yaml-syntax", "`?` cannot stand here", at, help=QUOTE_IT)
    if "block mapping" in context or "block collection" in context:
        before = _before(text, at)
        if before and before[-1] in "\"']}":
            return Diagnostic("yaml-syntax", "the value has ended before this", at, help=QUOTE_IT)
        if before and _character(text, at) in CLOSING.values():
            return Diagnostic("yaml-syntax", f"`{_character(text, at)}` closes nothing", at)
        related = (Related(begun, "the block starts here"),) if begun else ()
        message = "this line does not fit the indentation of the lines above"
        return Diagnostic("indentation", message, at, related=related, help="align the keys of one block")
    if "<document start>" in problem or "'<document start>'" in problem:
        return Diagnostic("yaml-syntax", "the file has ended before this", at, help=QUOTE_IT)
    return None


def _forbidden(context: str, problem: str, text: str, at: Span, begun: Span | None) -> Diagnostic | None:
    if "cannot start any token" in problem:
        character = _character(text, at)
        return Diagnostic("reserved-character", f"a value cannot start with `{character}`", at, help=QUOTE_IT)
    if "anchor" in context or "alias" in context:
        advice = "text that starts with `*` or `&` needs quotes"
        return Diagnostic("anchor", "anchors and aliases are not read", begun, help=advice)
    if "tag" in context or "tag" in problem:
        return Diagnostic("tag", "tags (`!`) are not read", begun or at, help="text that starts with `!` needs quotes")
    return None
