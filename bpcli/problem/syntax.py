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


Range: TypeAlias = tuple[int, int] | None
"""First and last row or column, from 1 and both included; None (`:`) for all of them."""


class Part(NamedTuple):
    """`v[2:3]` or `M[1:2,:]`: a part of a vector or matrix, one range or a range of rows and one of columns."""

    operand: Syntax
    ranges: tuple[Range, ...]
    span: Span


class ListLiteral(NamedTuple):
    """`[1, 2]` or `[[1, 2], [3, 4]]`: a vector, or a matrix row by row."""

    items: tuple[Syntax, ...]
    span: Span


Syntax: TypeAlias = NumberLiteral | Name | UnaryMinus | BinaryOperation | Call | Entry | Part | ListLiteral
