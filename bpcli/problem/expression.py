"""The formula parser: text → `problem.syntax` trees with the place of every part.

Operator precedence on explicit stacks: nothing recurs, so a sum of 100,000 terms is as safe as `a + b`,
and nothing is ever evaluated.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from bpcli.diagnostics import Diagnostic, Span
from bpcli.problem.formula_errors import FormulaProblem, explain_character, explain_number_then_name
from bpcli.problem.numbers import NotANumber, parse_number
from bpcli.problem.syntax import (
    BinaryOperation,
    Call,
    Entry,
    ListLiteral,
    Name,
    NumberLiteral,
    Part,
    Range,
    Syntax,
    UnaryMinus,
)

MAX_LENGTH = 1_000
MAX_PENDING = 200  # operators and brackets that wait for their right-hand side

TOKEN = re.compile(
    r" *(?:([^\W\d]\w*)(?: *(\())?|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(\*\*|[-+*/^@()\[\],−]))",
)
NAME = re.compile(r"[^\W\d]\w*")
IS_NAME, IS_CALL, IS_NUMBER, IS_OPERATOR = 1, 2, 3, 4  # the last group of TOKEN that matched
RANGE = r"(:|[0-9]+(?: *: *[0-9]+)?)"
INDEX = re.compile(rf" *{RANGE} *(?:, *{RANGE} *)?\]")

PRECEDENCE = {"+": 10, "-": 10, "−": 10, "*": 20, "/": 20, "@": 20, "^": 40, "**": 40}
CANONICAL = {"−": "-", "**": "^"}
NEGATION = 30  # between product and power: -x^2 is -(x^2)
BRACKET = 0
CLOSING = {"(": ")", "[": "]"}


class Place(NamedTuple):
    """Where a text stands in its file: the line and column of its first character.

    With `whole`, every part is placed there, because the text does not stand in the file as it is read
    (it has escapes, or goes over several lines).
    """

    line: int
    column: int
    whole: Span | None = None


class Formula(NamedTuple):
    """A tree, the names and calls in it, in the order of the text, and how many names and numbers there are."""

    syntax: Syntax
    names: tuple[Name, ...]
    calls: tuple[Call, ...]
    size: int


class FormulaError(Exception):
    """A text that is not a formula."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


def is_name(text: str) -> bool:
    """Letters, digits and `_`, not starting with a digit, and no look-alikes of other letters."""
    if not NAME.fullmatch(text):
        return False
    if text.isascii():
        return True
    from unicodedata import normalize

    return normalize("NFKC", text) == text and all(c.isalpha() or c == "_" or "0" <= c <= "9" for c in text)


def parse_formula(text: str, place: Place, *, start: int = 0, max_length: int | None = MAX_LENGTH) -> Formula:
    """Read the formula at `text[start:]`; `place` is where `text` begins. Raises `FormulaError`.

    `^` (or `**`) binds tightest and to the right, then unary minus, then `*`, `/` and `@`, then `+` and `-`.
    """
    if max_length is not None and len(text) - start > max_length:
        _fail(
            place,
            start,
            start + 1,
            FormulaProblem(
                "formula-too-long",
                f"a formula of {len(text) - start} characters",
                f"at most {max_length} are read; break it into steps",
            ),
        )
    return _Parser(text, place).parse(start)


def _fail(place: Place, start: int, end: int, problem: FormulaProblem) -> NoReturn:
    line, column, whole = place
    span = whole or Span(line, column + start, line, column + max(end, start + 1))
    raise FormulaError(Diagnostic(problem.code, problem.message, span, help=problem.advice))


class _Open(NamedTuple):
    """An open bracket: its sign, what is called with it, and how many operands stand before it."""

    sign: str
    called: Name | None
    before: int


class _Parser:
    """One formula: operands with the text they cover (brackets included), and pending operators."""

    __slots__ = ("calls", "ends", "names", "numbers", "open", "operands", "place", "starts", "text", "waiting")

    def __init__(self, text: str, place: Place) -> None:
        self.text = text
        self.place = place
        self.operands: list[Syntax] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.waiting: list[tuple[int, str, int]] = []  # precedence, operator, where it stands
        self.open: list[_Open] = []
        self.names: list[Name] = []
        self.calls: list[Call] = []
        self.numbers = 0

    def parse(self, at: int) -> Formula:
        text, end = self.text, len(self.text.rstrip(" \n"))
        match = TOKEN.match
        waiting, names = self.waiting, self.names
        first = at
        wants_operand = True
        while at < end:
            token = match(text, at)
            if token is None:
                self.fail_character(at)
            kind = token.lastindex
            if kind in (IS_NAME, IS_CALL, IS_NUMBER):
                start, end_of_word = token.span(IS_NUMBER if kind == IS_NUMBER else IS_NAME)
                at = token.end()
                word = token[1]
                if word and not word.isascii() and not is_name(word):
                    self.fail_character(start)
                if not wants_operand:
                    self.fail_juxtaposed(start, end_of_word)
                if kind == IS_NUMBER:
                    self.number(start, at)
                    wants_operand = False
                    continue
                name = Name(word, self.span(start, end_of_word))
                if kind == IS_CALL:
                    self.open_bracket(name, start)
                    continue
                names.append(name)
                self.push(name, start, at)
                wants_operand = False
                continue
            start, at = token.span(IS_OPERATOR)
            symbol = token[4]
            precedence = PRECEDENCE.get(symbol)
            if precedence is not None:
                if not wants_operand:
                    while waiting and waiting[-1][0] >= precedence and precedence != 40:
                        self.reduce()
                    waiting.append((precedence, CANONICAL.get(symbol, symbol), start))
                    wants_operand = True
                elif symbol in ("-", "−"):
                    waiting.append((NEGATION, "-", start))
                elif symbol != "+":
                    self.fail_operand(start, at, symbol)
                if len(waiting) > MAX_PENDING:
                    self.fail_depth(start)
            elif symbol == "(":
                if not wants_operand:
                    self.fail_juxtaposed(start, at)
                self.open_bracket(None, start)
            elif symbol == "[":
                if wants_operand:
                    self.open_bracket(None, start, "[")
                else:
                    at = self.entry(start, at)
            else:
                wants_operand = self.close_or_separate(symbol, start, wants_operand=wants_operand)
        return self.finish(first, end, wants_operand=wants_operand)

    def finish(self, first: int, end: int, *, wants_operand: bool) -> Formula:
        if wants_operand:
            if not self.text[first:end].strip():
                self.fail(first, end, "formula-syntax", "a formula is missing here", "")
            self.fail(
                end - 1, end, "formula-syntax", "the formula stops in the middle", "something is missing at its end"
            )
        while self.waiting:
            if self.waiting[-1][0] == BRACKET:
                _, sign, begun = self.waiting[-1]
                start = self.text.index(sign, begun)
                advice = f"close it with `{CLOSING[sign]}`"
                self.fail(start, start + 1, "formula-syntax", f"this `{sign}` is never closed", advice)
            self.reduce()
        return Formula(self.operands[0], tuple(self.names), tuple(self.calls), len(self.names) + self.numbers)

    def span(self, start: int, end: int) -> Span:
        line, column, whole = self.place
        return whole or tuple.__new__(Span, (line, column + start, line, column + end))

    def push(self, node: Syntax, start: int, end: int) -> None:
        self.operands.append(node)
        self.starts.append(start)
        self.ends.append(end)

    def number(self, start: int, end: int) -> None:
        written = self.text[start:end]
        if written == "0" and (problem := explain_number_then_name(self.text, start)):
            _fail(self.place, start, start + problem.length, problem)
        try:
            value, written = parse_number(written)
        except NotANumber as error:
            self.fail(start, end, error.code, error.message, error.advice)
        self.numbers += 1
        self.push(NumberLiteral(value, written, self.span(start, end)), start, end)

    def open_bracket(self, called: Name | None, start: int, sign: str = "(") -> None:
        self.open.append(_Open(sign, called, len(self.operands)))
        self.waiting.append((BRACKET, sign, start))
        if len(self.waiting) > MAX_PENDING:
            self.fail_depth(start)

    def reduce(self) -> None:
        """Apply the last pending operator."""
        precedence, symbol, start = self.waiting.pop()
        if precedence == NEGATION:
            self.starts[-1] = start
            self.operands[-1] = UnaryMinus(self.operands[-1], self.span(start, self.ends[-1]))
            return
        right, end = self.operands.pop(), self.ends.pop()
        self.starts.pop()
        self.ends[-1] = end
        self.operands[-1] = BinaryOperation(symbol, self.operands[-1], right, self.span(self.starts[-1], end))

    def close_or_separate(self, symbol: str, start: int, *, wants_operand: bool) -> bool:
        """Read `)`, `]` or `,`; says whether an operand must follow."""
        while self.waiting and self.waiting[-1][0] != BRACKET:
            if wants_operand:
                self.fail_operand(start, start + 1, symbol)
            self.reduce()
        if not self.open or (symbol != "," and symbol != CLOSING[self.open[-1].sign]):
            self.fail(start, start + 1, "formula-syntax", f"`{symbol}` does not belong here", "")
        sign, called, before = self.open[-1]
        is_list = sign == "["
        if symbol == ",":
            if called is None and not is_list:
                self.fail(
                    start, start + 1, "formula-syntax", "a comma outside of a call", "write a decimal with a point"
                )
            if wants_operand:
                self.fail_operand(start, start + 1, symbol)
            return True
        count = len(self.operands) - before
        if wants_operand and is_list and not count:
            self.fail(self.waiting[-1][2], start + 1, "formula-syntax", "this list is empty", "a list holds numbers")
        if wants_operand and (called is None or count):
            self.fail_operand(start, start + 1, symbol)
        self.open.pop()
        opened = self.waiting.pop()[2]
        if called is None and not is_list:
            self.starts[-1], self.ends[-1] = opened, start + 1
            return False
        arguments = tuple(self.operands[before:])
        del self.operands[before:], self.starts[before:], self.ends[before:]
        if called is None:
            self.push(ListLiteral(arguments, self.span(opened, start + 1)), opened, start + 1)
            return False
        call = Call(called.name, arguments, self.span(opened, start + 1), called.span)
        self.calls.append(call)
        self.push(call, opened, start + 1)
        return False

    def entry(self, start: int, at: int) -> int:
        """Read the indices after `[`; says where the text goes on."""
        found = INDEX.match(self.text, at)
        if found is None:
            advice = "`v[1]` or `M[1,2]`, counted from 1; of a part `v[2:3]` or `M[1,:]`"
            self.fail(start, at, "bad-index", "an index is one or two whole numbers", advice)
        operand = self.operands[-1]
        if isinstance(operand, Entry) and self.ends[-1] == operand.span.end_column - self.place.column:
            self.fail(start, found.end(), "bad-index", "an entry has no entries", "of a matrix write `M[1,2]`")
        ranges: list[Range] = []
        texts = [written for written in found.groups() if written is not None]
        for written in texts:
            ends = [end.strip() for end in written.split(":") if end]
            if any(len(end) > 9 or int(end) < 1 for end in ends):
                self.fail(start, found.end(), "bad-index", f"there is no entry `{written}`", "entries count from 1")
            if len(ends) == 2 and int(ends[0]) > int(ends[1]):
                advice = f"write `{ends[1]}:{ends[0]}`; both ends are included"
                self.fail(start, found.end(), "bad-index", f"`{written}` goes backwards", advice)
            ranges.append((int(ends[0]), int(ends[-1])) if ends else None)
        self.ends[-1] = found.end()
        span = self.span(self.starts[-1], found.end())
        if any(":" in written for written in texts):
            self.operands[-1] = Part(operand, tuple(ranges), span)
        else:
            self.operands[-1] = Entry(operand, tuple(item[0] for item in ranges if item is not None), span)
        return found.end()

    def fail(self, start: int, end: int, code: str, message: str, advice: str) -> NoReturn:
        _fail(self.place, start, end, FormulaProblem(code, message, advice))

    def fail_depth(self, start: int) -> NoReturn:
        advice = "break the formula into steps"
        self.fail(start, start + 1, "formula-too-deep", "the formula is nested too deeply", advice)

    def fail_operand(self, start: int, end: int, symbol: str) -> NoReturn:
        before = self.text[:start].rstrip()
        what = f"after `{before[-1]}`" if before and before[-1] in "+-*/^@(,−" else f"before `{symbol}`"
        self.fail(start, end, "formula-syntax", f"a value is missing {what}", "")

    def fail_juxtaposed(self, start: int, end: int) -> NoReturn:
        left = self.text[self.starts[-1] : self.ends[-1]]
        right = self.text[start:end]
        advice = f"write `{left}*{right}`" if len(left) + len(right) <= 40 else "write the `*`"
        if right == "(":
            advice = f"write `{left}*(…)`" if len(left) <= 40 else "write the `*`"
        elif re.fullmatch(r"_[0-9_]+", right):
            advice = f"write `{left}{right.replace('_', '')}`, without `_`"
        elif right[0] in ".0123456789":
            advice = ""
        self.fail(
            start, end, "missing-operator", f"an operator is missing between `{left[-40:]}` and `{right}`", advice
        )

    def fail_character(self, at: int) -> NoReturn:
        start = at + len(self.text[at:]) - len(self.text[at:].lstrip(" "))
        problem = explain_character(self.text, start)
        _fail(self.place, start, start + problem.length, problem)
