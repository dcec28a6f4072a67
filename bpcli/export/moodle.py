"""Moodle XML: the problem as one question of type cloze, a table of number fields for each quantity.

A field is written `{1:NUMERICAL:=0.1378:0.00005#Right.~%0%0.7448:0.00005#Slope left out. …}`: weight, right value and
tolerance, and with no credit the numbers that known mistakes give, each with its feedback. What is written is read
back with Moodle's own grammar of such fields before it is handed out.

Points become weights, which Moodle wants whole: those of all fields together stand in the proportion of the points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from html import escape
from typing import NamedTuple
from xml.etree import ElementTree as ET

from bpcli.document.document import InlineMath
from bpcli.document.safe import safe
from bpcli.export.quiz import Cell, Quiz, inline_html, quiz, text_html
from bpcli.messages import Messages
from bpcli.solution.solution import Solution

MOST_WEIGHT = 10_000

_FIELD = re.compile(r"\{([0-9]*):(NUMERICAL|NM):((?:\\\\|\\[}~#]|[^}\\])*)\}")
_ALTERNATIVE = re.compile(
    r"(=|%(-?[0-9]+(?:[.,][0-9]*)?)%)?(.+?(?<!\\|&)(?=[~#}]|$))(#(.*?(?<!\\)(?=[~}]|$)))?", re.DOTALL
)
_NUMBER = r"-?(?:(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?)"
_NUMERICAL = re.compile(rf"({_NUMBER})(?::({_NUMBER}))?")


class Field(NamedTuple):
    """A number field as Moodle reads it: weight, and (share in percent, value, tolerance, feedback as HTML)."""

    weight: int
    alternatives: tuple[tuple[float, float, float, str], ...]


def solution_to_moodle(solution: Solution, *, feedback: bool = True) -> str:
    """The problem as Moodle XML. `feedback`: say which mistake gives the number that was entered."""
    asked = quiz(solution, feedback=feedback)
    root = ET.Element("quiz")
    question = ET.SubElement(root, "question", type="cloze")
    _text(question, "name", asked.title)
    body = "\n".join(_body(asked))
    _text(question, "questiontext", body, "html")
    _text(question, "generalfeedback", "", "html")
    for name, value in (("penalty", "0.3333333"), ("hidden", "0"), ("idnumber", "")):
        ET.SubElement(question, name).text = value
    ET.indent(root, " ")
    written = f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'
    _read_back(written, asked)
    return written


def _text(parent: ET.Element, name: str, text: str, format: str = "") -> None:  # noqa: A002
    element = ET.SubElement(parent, name, {"format": format} if format else {})
    ET.SubElement(element, "text").text = text


# --- the question ---


def _body(asked: Quiz) -> Iterator[str]:
    yield from (f"<p>{inline_html(paragraph)}</p>" for paragraph in asked.statement)
    yield f"<p>{text_html(asked.digits)}</p>"
    weights = iter(_weights(asked))
    right = Messages(asked.language).text("quiz.right")
    for question in asked.questions:
        yield f"<p><strong>{inline_html((InlineMath(question.symbol),))}</strong> {inline_html(question.meaning)}</p>"
        yield "<table>"
        for row in question.rows:
            cells = "".join(f"<td>{_field(cell, next(weights), right)}</td>" for cell in row)
            yield f"<tr>{cells}</tr>"
        yield "</table>"


def _weights(asked: Quiz) -> list[int]:
    """Whole weights of all fields, in the proportion of their points."""
    shares = [Fraction(q.share).limit_denominator(1_000) for q in asked.questions for _ in q.cells]
    unit = math.lcm(*(share.denominator for share in shares))
    whole = [int(share * unit) for share in shares]
    divisor = math.gcd(*whole) or 1
    weights = [weight // divisor for weight in whole]
    if max(weights) > MOST_WEIGHT:
        largest = max(shares)
        return [max(round(share / largest * 100), int(share > 0)) for share in shares]
    return weights


def _field(cell: Cell, weight: int, right: str) -> str:
    parts = [f"={_number(at)}:{_number(tolerance)}#{_feedback(right)}" for at, tolerance in _right(cell)]
    parts += [f"%0%{_number(w.value)}:{_number(w.tolerance)}#{_feedback(w.message)}" for w in cell.wrong]
    return f"{{{weight}:NUMERICAL:{'~'.join(parts)}}}"


def _right(cell: Cell) -> list[tuple[float, float]]:
    """The right value with its tolerance, and beside it what may be left of it where digits are cut off."""
    found = [(cell.value, cell.tolerance)]
    if cell.cut:
        found.append((cell.value - math.copysign(cell.tolerance + cell.cut / 2, cell.value), cell.cut / 2))
    return found


def _number(value: float) -> str:
    text = f"{value:.10g}"
    # Rounded up, the largest numbers of all are none that can be read again.
    return text if math.isfinite(float(text)) else repr(value)


def _feedback(text: str) -> str:
    """Text inside a field: Moodle decodes one layer of references and takes the rest for HTML."""
    shown = escape(safe(text))
    for character in "{}~#\\$":
        shown = shown.replace(character, f"&#{ord(character)};") if character != "#" else shown
    return shown.replace("&", "&#38;")


# --- reading it back ---


def fields_of(question_text: str) -> tuple[Field, ...]:
    """The number fields of a cloze question's text, by Moodle's grammar; ValueError for one it would not read."""
    from html import unescape

    # Moodle takes `&amp;lt;` for `&lt;` before it looks for fields.
    text = re.sub(r"&amp;(.{2,9}?;)", r"&\1", question_text)
    found = []
    for field in _FIELD.finditer(text):
        alternatives = []
        rest = field[3]
        while rest:
            match = _ALTERNATIVE.match(rest)
            if match is None:
                raise ValueError(f"no alternative of a field: {rest[:40]!r}")
            number = _NUMERICAL.fullmatch(match[3])
            if number is None:
                raise ValueError(f"no number with a tolerance: {match[3][:40]!r}")
            share = 100.0 if match[1] == "=" else float(match[2] or 0)
            alternatives.append((share, float(number[1]), float(number[2] or 0), unescape(match[5] or "")))
            rest = rest[match.end() :].removeprefix("~")
        found.append(Field(int(field[1] or 1), tuple(alternatives)))
    return tuple(found)


def _read_back(written: str, asked: Quiz) -> None:
    """Asserts that what was written says what it should."""
    root = ET.fromstring(written)  # noqa: S314  # our own text, written above
    title = root.findtext("question/name/text")
    fields = fields_of(root.findtext("question/questiontext/text") or "")
    cells = [cell for question in asked.questions for cell in question.cells]
    assert title == asked.title, "the title of the question is another one when it is read back"
    assert len(fields) == len(cells), "some field of the question cannot be read back"
    for field, cell in zip(fields, cells, strict=True):
        rights = [value for value, _ in _right(cell)]
        expected = [*rights, *(wrong.value for wrong in cell.wrong)]
        read = [value for _, value, _, _ in field.alternatives]
        assert len(read) == len(expected), "some answer of a field cannot be read back"
        assert all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-300) for a, b in zip(read, expected, strict=True))
        assert [share for share, *_ in field.alternatives] == [100.0] * len(rights) + [0.0] * len(cell.wrong)
