"""Answer sheets as files: every quantity asked for, with its shape, ready to be filled in and graded.

A sheet gives away as much as its `level` says. `blank`: nothing but the shapes. `half`: every line is begun, with its
formula and the numbers that are given. `worked`: the forward pass is worked, and what comes after it is begun. Beside
that, single values are given away by their ids.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, NamedTuple

from bpcli.calculus.expr import Expr
from bpcli.calculus.lower import entry_of
from bpcli.calculus.ops.matrices import entry
from bpcli.calculus.ops.writing import number_math
from bpcli.document.document import Inline, InlineMath
from bpcli.document.mathtree import BLANK, Fenced, Identifier, Math, Matrix, Row
from bpcli.document.safe import quoted, safe
from bpcli.grading.asked import Asked, asked, located
from bpcli.lesson.conventions import digits_wanted
from bpcli.lesson.words import Words
from bpcli.messages import Messages
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer
from bpcli.problem.identifiers import UnknownQuantityError, nearest
from bpcli.solution.solution import Solution, Step

FORMATS = ("yaml", "json", "csv")
"""The formats that `check` reads."""

LEVELS = ("blank", "half", "worked")

NULL = "null"
COMMENT_COLUMN = 40
MOST_DRAWN = 64
"""A larger array is drawn with dots in its middle."""
SHOWN = 3
DOTS = "…"

_PLAIN_KEY = re.compile(r"[^\W\d][\w/'()\[\],.@]*")
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})


class SheetLine(NamedTuple):
    """One quantity of a sheet.

    `texts` has its shape and holds None where the student is to answer. `formula` is the line that gives it, where
    that is one line of the solution; `step` is that line. `phase` is `forward`, `backward`, `update` or `later`.
    """

    item: Asked
    texts: Any
    symbol: Math
    meaning: Inline
    phase: str
    step: Step | None
    formula: Expr | None

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def shape(self) -> tuple[int, ...]:
        return self.item.shape

    @property
    def given(self) -> bool:
        """Whether its values are given away."""
        texts = self.texts
        while isinstance(texts, tuple):
            texts = texts[0]
        return texts is not None


def sheet_lines(solution: Solution, filled: Iterable[str] = (), level: str = "blank") -> tuple[SheetLine, ...]:
    """What is asked, in order. The values of the quantities in `filled` are given away, and those of the level.

    Raises UnknownQuantityError for an id that is not asked.
    """
    items = asked(solution)
    steps = {step.id: step for step in solution.steps}
    lines = [_line(solution, item, steps.get(item.name)) for item in items]
    given = _given_away(solution, items, filled)
    if level == "worked":
        forward = {line.id for line in lines if line.phase == "forward"}
        # Where nothing comes after the forward pass, its last line is left.
        given |= forward if len(forward) < len(lines) else forward - {lines[-1].id}
    return tuple(line._replace(texts=_texts(solution, solution[line.id], line.id in given)) for line in lines)


def blank_sheet(
    solution: Solution,
    format: str = "yaml",  # noqa: A002
    filled: Iterable[str] = (),
    level: str = "blank",
) -> str:
    """The answer sheet of a problem in one of `FORMATS`, as it is read back.

    `filled` and `level` are those of `sheet_lines`; formulas stand in comments, which only YAML has.
    """
    lines = sheet_lines(solution, filled, level)
    if format == "csv":
        return _csv(lines)
    return _json(lines) if format == "json" else _yaml(solution, lines, begun=level != "blank")


def drawn(line: SheetLine) -> Math:
    """The values of a quantity, or the room for them, as they are drawn on paper."""
    texts = _blanks(line.texts)
    if not line.shape:
        return number_math(texts)
    rows: tuple[tuple[str, ...], ...] = texts if len(line.shape) == 2 else tuple((text,) for text in texts)
    count, width = len(rows), len(rows[0])
    if count * width <= MOST_DRAWN:
        return Matrix(rows)
    at_rows, at_columns = _shown(count), _shown(width)
    cells = tuple(tuple(DOTS if i is None or j is None else rows[i][j] for j in at_columns) for i in at_rows)
    return Matrix(cells, (count, width))


# --- lines ---


def _line(solution: Solution, item: Asked, step: Step | None) -> SheetLine:
    variable = solution.variables[item.name]
    parts = solution.resolve(item.id)
    alone = item.terms or parts.step is not None or item.moment or step is None
    phase = "later" if item.moment or step is None else step.phase
    symbol: Math = solution.variables[parts.name].math
    formula = None if alone or step is None else _formula(solution, step, symbol)
    place = _place(variable.shape, item.indices)
    if item.indices and not item.terms and place is not None:
        symbol = Writer(solution.rounding).math(entry(*place)(solution.variables[parts.name]))
        formula = None if formula is None else entry_of(formula, place)
    elif item.indices or item.terms:
        formula = None
        if item.terms:
            symbol = Row((Identifier("terms", upright=True), Fenced(symbol)))
    return SheetLine(item, None, symbol, _meaning(solution, item, step), phase, step, formula)


def _formula(solution: Solution, step: Step, symbol: Math) -> Expr:
    """The formula of a line; where that is only its name again (a slope), what it is worked by."""
    binding = step.binding
    if binding.worked is not None and Writer(solution.rounding).math(binding.expr) == symbol:
        return binding.worked
    return binding.expr


def _place(shape: tuple[int, ...], indices: tuple[int, ...]) -> tuple[int, int] | None:
    """The entry (from 0) that indices (from 1) name; None for a row of a matrix."""
    if len(shape) != 2 or not indices:
        return None
    if len(indices) == 2:
        return indices[0] - 1, indices[1] - 1
    if 1 not in shape:
        return None
    return (indices[0] - 1, 0) if shape[1] == 1 else (0, indices[0] - 1)


def _meaning(solution: Solution, item: Asked, step: Step | None) -> Inline:
    """What a quantity is, in the words of the lesson's titles."""
    words = Words(solution)
    if item.terms:
        return words.inline("sheet.terms", name=solution.variables[item.name].math)
    parts = solution.one_update.resolve(item.id)
    if parts.step is not None or step is None:
        return words.inline("sheet.later", count=parts.step or 0, name=solution.variables[parts.name].math)
    return words.meaning(step.binding)


def _given_away(solution: Solution, items: tuple[Asked, ...], filled: Iterable[str]) -> set[str]:
    by_key = {item.key: item.id for item in items}
    found: set[str] = set()
    for identifier in filled:
        key = located(solution.one_update, identifier).key
        if key not in by_key:
            reason = f"`{identifier}` is not asked for in this problem"
            raise UnknownQuantityError(identifier, nearest(identifier, by_key.values()), reason)
        found.add(by_key[key])
    return found


def _texts(solution: Solution, value: Any, shown: bool) -> Any:
    if isinstance(value, list):
        return tuple(_texts(solution, item, shown) for item in value)
    return solution.rounding.text(value) if shown else None


def _blanks(texts: Any) -> Any:
    return tuple(map(_blanks, texts)) if isinstance(texts, tuple) else BLANK if texts is None else texts


def _shown(count: int) -> list[int | None]:
    return list(range(count)) if count <= 2 * SHOWN else [*range(SHOWN), None, count - 1]


# --- YAML ---


def _yaml(solution: Solution, lines: tuple[SheetLine, ...], *, begun: bool) -> str:
    messages = Messages(solution.problem.language)
    title = solution.problem.title
    head = [
        messages.text("sheet.heading", title=title) if title else messages.text("sheet.title"),
        messages.text("sheet.numbers"),
        digits_wanted(solution, messages),
        messages.text("sheet.blank"),
    ]
    text = [f"# {safe(line)}" for line in head]
    text += ["", f"student:  # {messages.text('sheet.student')}", "", "answers:"]
    writer = Writer(solution.rounding)
    phase = ""
    for line in lines:
        if line.phase != phase:
            phase = line.phase
            text.append(f"  # {messages.text(f'heading.{phase}')}")
        if begun and line.formula is not None:
            text.append(f"  # {safe(f'{to_text(line.symbol)} = {to_text(writer.math(line.formula))}')}")
        text += _yaml_entry(line)
    return "\n".join(text) + "\n"


def _yaml_entry(line: SheetLine) -> Iterator[str]:
    key = f"  {_yaml_key(line.id)}:"
    comment = _comment(line)
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
    return quoted(identifier)


def _flow(texts: Any) -> str:
    if isinstance(texts, tuple):
        return f"[{', '.join(map(_flow, texts))}]"
    return NULL if texts is None else str(texts)


def _comment(line: SheetLine) -> str:
    """`∂L/∂W⁽²⁾: gradient of the weights of layer 2 (2×2)`."""
    meaning = "".join(to_text(part.math) if isinstance(part, InlineMath) else str(part) for part in line.meaning)
    shape = f" ({'×'.join(map(str, line.shape))})" if line.shape else ""
    return safe(f"{to_text(line.symbol)}: {meaning}{shape}")


# --- JSON and CSV ---


def _json(lines: tuple[SheetLine, ...]) -> str:
    """One quantity a line; numbers are texts, so that no program that saves the file changes their digits."""
    entries = [f"    {quoted(line.id)}: {json.dumps(line.texts)}" for line in lines]
    return '{\n  "student": null,\n  "answers": {\n' + ",\n".join(entries) + "\n  }\n}\n"


def _csv(lines: tuple[SheetLine, ...]) -> str:
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
