"""Blank answer sheets: every quantity asked for, with its shape, ready to be filled in and graded."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, NamedTuple

from bpcli.document import Block, Cell, Code, Document, InlineMath, Paragraph, Table, Title
from bpcli.grading.asked import Asked, asked, located
from bpcli.identifiers import UnknownQuantityError, nearest
from bpcli.mathtree import Math, Matrix
from bpcli.messages import Messages
from bpcli.notation.text import to_text
from bpcli.safe import safe
from bpcli.solution import Solution, Step

__all__ = ["blank_sheet", "sheet_document"]

BLANK = "null"
DOTS = "…"
MOST_DRAWN = 64
"""A larger array is named by its shape on paper; nobody writes its entries by hand."""
COMMENT_COLUMN = 40

_PLAIN_KEY = re.compile(r"[^\W\d][\w/'()\[\],.@]*")
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})


class _Line(NamedTuple):
    """One quantity of a sheet; `texts` has its shape and holds None where the student is to answer."""

    id: str
    texts: Any
    shape: tuple[int, ...]
    item: Asked
    step: Step | None


def blank_sheet(solution: Solution, format: str = "yaml", filled: Iterable[str] = ()) -> str:  # noqa: A002
    """The answer sheet of a problem as `yaml` or `csv`, as it is read back.

    The values of the quantities in `filled` are given away. Raises UnknownQuantityError for an id that is not asked.
    """
    lines = _lines(solution, filled)
    return _csv(lines) if format == "csv" else _yaml(solution, lines)


def sheet_document(solution: Solution, filled: Iterable[str] = ()) -> Document:
    """The sheet for paper: a table with room for every quantity."""
    messages = Messages(solution.problem.language)
    header = tuple((messages.text(f"sheet.{column}"),) for column in ("quantity", "id", "meaning", "answer"))
    rows = tuple(
        (
            Cell((InlineMath(_symbol(solution, line)),)),
            Cell((Code(line.id),)),
            Cell(_meaning(solution, line, messages)),
            Cell(_room(line)),
        )
        for line in _lines(solution, filled)
    )
    blocks: tuple[Block, ...] = (
        Title(solution.problem.title or messages.text("sheet.title"), solution.problem.source),
        Paragraph((messages.text("sheet.name-line"),)),
        Paragraph((_digits(solution, messages),)),
        Table(header, rows, "llll"),
    )
    return Document(blocks, messages.language)


def _lines(solution: Solution, filled: Iterable[str]) -> list[_Line]:
    items = asked(solution)
    given = _given_away(solution, items, filled)
    steps = {step.id: step for step in solution.steps}
    return [
        _Line(item.id, _texts(solution, solution[item.id], item.id in given), item.shape, item, steps.get(item.name))
        for item in items
    ]


def _given_away(solution: Solution, items: tuple[Asked, ...], filled: Iterable[str]) -> frozenset[str]:
    by_key = {item.key: item.id for item in items}
    found: set[str] = set()
    for identifier in filled:
        key = located(solution, identifier).key
        if key not in by_key:
            reason = f"`{identifier}` is not asked for in this problem"
            raise UnknownQuantityError(identifier, nearest(identifier, by_key.values()), reason)
        found.add(by_key[key])
    return frozenset(found)


def _texts(solution: Solution, value: Any, shown: bool) -> Any:
    if isinstance(value, list):
        return tuple(_texts(solution, item, shown) for item in value)
    return solution.rounding.text(value) if shown else None


# --- YAML ---


def _yaml(solution: Solution, lines: list[_Line]) -> str:
    messages = Messages(solution.problem.language)
    title = solution.problem.title
    head = [
        messages.text("sheet.heading", title=title) if title else messages.text("sheet.title"),
        messages.text("sheet.numbers"),
        _digits(solution, messages),
        messages.text("sheet.blank"),
    ]
    text = [f"# {safe(line)}" for line in head]
    text += ["", f"student:  # {messages.text('sheet.student')}", "", "answers:"]
    phase = ""
    for line in lines:
        now = "later" if line.item.moment or line.step is None else line.step.phase
        if now != phase:
            phase = now
            text.append(f"  # {messages.text(f'heading.{phase}')}")
        text += _yaml_entry(line, _comment(solution, line, messages))
    return "\n".join(text) + "\n"


def _yaml_entry(line: _Line, comment: str) -> Iterator[str]:
    key = f"  {_yaml_key(line.id)}:"
    if len(line.shape) < 2 or len(line.texts) == 1:
        entry = f"{key} {_flow(line.texts)}"
        yield f"{entry.ljust(COMMENT_COLUMN)}  # {comment}"
        return
    yield f"{key.ljust(COMMENT_COLUMN)}  # {comment}"
    for row in line.texts:
        yield f"    - {_flow(row)}"


def _yaml_key(identifier: str) -> str:
    if _PLAIN_KEY.fullmatch(identifier) and identifier.casefold() not in _YAML_WORDS:
        return identifier
    return json.dumps(identifier, ensure_ascii=False)


def _flow(texts: Any) -> str:
    if isinstance(texts, tuple):
        return f"[{', '.join(map(_flow, texts))}]"
    return BLANK if texts is None else str(texts)


def _comment(solution: Solution, line: _Line, messages: Messages) -> str:
    """`∂L/∂W⁽²⁾, gradient of the weights of layer 2 (2×2)`."""
    meaning = "".join(
        to_text(part.math) if isinstance(part, InlineMath) else str(part) for part in _meaning(solution, line, messages)
    )
    shape = f" ({'×'.join(map(str, line.shape))})" if line.shape else ""
    return safe(f"{to_text(_symbol(solution, line))}: {meaning}{shape}")


# --- CSV ---


def _csv(lines: list[_Line]) -> str:
    """One entry a line, as a spreadsheet likes it."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(("quantity", "value"))
    for line in lines:
        if not line.shape:
            writer.writerow((line.id, line.texts or ""))
        for indices in product(*(range(size) for size in line.shape)) if line.shape else ():
            value = line.texts
            for index in indices:
                value = value[index]
            writer.writerow((f"{line.id}[{','.join(str(index + 1) for index in indices)}]", value or ""))
    return stream.getvalue()


# --- words ---


def _digits(solution: Solution, messages: Messages) -> str:
    rounding = solution.rounding
    if rounding.significant is not None:
        return messages.text("sheet.significant", count=rounding.significant)
    return messages.text("sheet.decimals", count=rounding.decimals)


def _symbol(solution: Solution, line: _Line) -> Math:
    return solution.variables[solution.resolve(line.id).name].math


def _meaning(solution: Solution, line: _Line, messages: Messages) -> tuple[Any, ...]:
    """What a quantity is, in the words of the lesson's titles."""
    variable, step = solution.variables[line.item.name], line.step
    if line.item.terms:
        return messages.inline("sheet.terms", name=variable.math)
    parts = solution.resolve(line.id)
    if parts.step is not None or step is None:
        return messages.inline("sheet.later", count=parts.step or 0, name=solution.variables[parts.name].math)
    of = variable.of
    keys = [f"title.{step.rule}", "title.new"]
    if step.rule == "activation" and variable is solution.built.prediction:
        keys.insert(0, "title.prediction")
    elif step.rule == "activation_gradient" and of is solution.built.prediction:
        keys.insert(0, "title.prediction_gradient")
    elif step.rule == "local_derivative" and of is not None and variable.shape != of.shape:
        keys.insert(0, "title.jacobian")
    elif step.rule.endswith("_gradient") and of is solution.output:
        keys.insert(0, "title.seed")
    key = next(key for key in keys if key in messages)
    return messages.inline(key, layer=variable.layer, name=(variable if of is None else of).math)


def _room(line: _Line) -> tuple[Any, ...]:
    """Where the answer goes on paper: brackets of the right shape, with dots to write on."""
    if not line.shape:
        return (line.texts or DOTS,)
    rows = line.texts if len(line.shape) == 2 else tuple((text,) for text in line.texts)
    if len(rows) * len(rows[0]) > MOST_DRAWN:
        return (f"{DOTS} ({'×'.join(map(str, line.shape))})",)
    return (InlineMath(Matrix(tuple(tuple(text or DOTS for text in row) for row in rows))),)
