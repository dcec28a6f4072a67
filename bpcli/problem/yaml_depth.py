"""How deep lists and mappings are nested in text that a YAML parser gave up on.

A parser looks ahead of the last value it has handed out, and some have a limit of their own on what they meet there.
What is too deep is counted here, so that it is told the same whichever parser stopped, and where it stopped.
"""

from __future__ import annotations

import re

QUOTED = r""" "(?:[^"\\]++|\\.)*+" | '[^']*+' """
COMMENT = r" (?<!\S) \# [^\n]*+ "
INDICATOR = r" [-?:] (?=\s) "

IN_FLOW = re.compile(
    rf"""{COMMENT} | {INDICATOR} | {QUOTED} | (?P<bracket>[\[\]{{}}]) | ,
    | [^\[\]{{}},"'\s\#] (?: [^\[\]{{}},:\s]++ | :(?!\s) | [ ]++(?![\[\]{{}},:\s\#]) )*+ | \S""",
    re.VERBOSE | re.DOTALL,
)
"""A token between brackets, where a bracket is never part of a word."""

IN_BLOCK = re.compile(
    rf"""{COMMENT} | {INDICATOR} | {QUOTED} | (?P<bracket>[\[{{])
    | [^"'\s\#] (?: [^:\s]++ | :(?!\s) | [ ]++(?![:\s\#]) )*+ | \S""",
    re.VERBOSE | re.DOTALL,
)
"""A token outside of brackets, where one opens a list or a mapping only at the start of a value."""


def first_too_deep(text: str, start: int, end: int, blocks: int, brackets: int, most: int) -> int | None:
    """The bracket between `start` and `end` that opens more than `most` levels, if there is one.

    At `start`, where a token has ended, so many blocks and brackets are open.
    """
    at = start
    while at < end:
        found = (IN_FLOW if brackets else IN_BLOCK).search(text, at, end)
        if found is None:
            return None
        bracket = found["bracket"]
        if bracket is not None:
            brackets += 1 if bracket in "[{" else -1
            if blocks + brackets > most:
                return found.start()
        at = found.end()
    return None
