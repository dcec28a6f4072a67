"""Syntax trees of formulas as they are written in a problem file, with the place of every part.

The parser (`problem.expression`) makes them; `graph` gives them meaning. They are data: nothing here computes.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from bpcli.diagnostics import Span


class NumberLiteral(NamedTuple):
    """A number; `text` as written."""

    value: float
    text: str
    span: Span


class Name(NamedTuple):
    name: str
    span: Span


class UnaryMinus(NamedTuple):
    operand: Syntax
    span: Span


class BinaryOperation(NamedTuple):
    """`operator` is one of `+ - * / ^ @` (`**` is read as `^`)."""

    operator: str
    left: Syntax
    right: Syntax
    span: Span


class Call(NamedTuple):
    function: str
    arguments: tuple[Syntax, ...]
    span: Span
    function_span: Span


class Entry(NamedTuple):
    """`v[1]` or `M[1,2]`: the entry of a value, counted from 1."""

    operand: Syntax
    indices: tuple[int, ...]
    span: Span


Syntax: TypeAlias = NumberLiteral | Name | UnaryMinus | BinaryOperation | Call | Entry
