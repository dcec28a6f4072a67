"""Numbers with a decimal comma, for readers who write them so: on display only, never in a file that is read again.

Numbers stand in formulas (`Number`, the cells of a `Matrix`) and in texts that say so (`Figures`). Ids, code, file
names, titles of problems and everything else that is text stay as they are. In a list of such numbers a semicolon
takes the place of the comma: `(0,12; 0,3)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bpcli.document.document import (
    Block,
    Cell,
    Document,
    Equation,
    Figures,
    Givens,
    Heading,
    Inline,
    InlineMath,
    Link,
    Note,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.document.mathtree import (
    Fenced,
    Fraction,
    Math,
    Matrix,
    Number,
    Operator,
    Root,
    Row,
    Subscript,
    Superscript,
)

_POINT = re.compile(r"(?<![\w.,])(\d+)\.(\d+)(?![\d.,]*\.\d)")
_GROUPED = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?!\d)")
_LIST = re.compile(r"[(\[]([^()\[\]]*, [^()\[\]]*)[)\]]")
_ITEM = re.compile(r"[−-]?\d+(?:\.\d+)?(?:e[−+-]?\d+)?|…")


def displayed(document: Document) -> Document:
    """The document as its readers write numbers."""
    return with_decimal_comma(document) if document.has_decimal_comma else document


def with_decimal_comma(document: Document) -> Document:
    """The document with commas in the place of decimal points."""
    return document._replace(blocks=tuple(map(_block, document.blocks)), decimal_comma=False)


def _block(block: Block) -> Block:
    return _BLOCKS[type(block)](block)


def _title(title: Title) -> Title:
    return Title(_text(title.text), _text(title.source))


def _step(step: Step) -> Step:
    body = tuple(map(_block, step.body))
    return step._replace(title=_inline(step.title), why=_inline(step.why), body=body)


def _equation(equation: Equation) -> Equation:
    links = tuple(Link(link.relation, _math(link.math)) for link in equation.links)
    aside = None if equation.aside is None else _math(equation.aside)
    return Equation(_math(equation.left), links, aside)


def _table(table: Table) -> Table:
    return table._replace(
        header=tuple(map(_inline, table.header)),
        rows=tuple(tuple(Cell(_inline(cell.text), cell.role) for cell in row) for row in table.rows),
        caption=_inline(table.caption),
    )


_BLOCKS: Mapping[type, Callable[[Any], Block]] = {
    Title: _title,
    Heading: lambda heading: heading._replace(text=_text(heading.text)),
    Paragraph: lambda paragraph: Paragraph(_inline(paragraph.text)),
    Note: lambda note: note._replace(text=_inline(note.text)),
    Equation: _equation,
    Givens: lambda givens: Givens(tuple(map(_math, givens.equations))),
    Table: _table,
    Step: _step,
}


def _inline(inline: Inline) -> Inline:
    return tuple(
        InlineMath(_math(part.math)) if isinstance(part, InlineMath) else _text(part) if isinstance(part, str) else part
        for part in inline
    )


# --- texts ---


def _text(text: str) -> str:
    """Only a text that has figures is read: any other may be a name."""
    if not isinstance(text, Figures):
        return text
    spaced = _GROUPED.sub(lambda found: found[0].replace(",", " "), str(text))
    listed = _LIST.sub(_separated, spaced)
    return _POINT.sub(r"\1,\2", listed)


def _separated(found: re.Match[str]) -> str:
    items = found[1].split(", ")
    if "." not in found[1] or not all(_ITEM.fullmatch(item) for item in items):
        return found[0]
    return f"{found[0][0]}{'; '.join(items)}{found[0][-1]}"


# --- formulas ---


def _math(math: Math) -> Math:
    change = _MATHS.get(type(math))
    return math if change is None else change(math)


def _number(text: str) -> str:
    return text.replace(".", ",")


def _row(row: Row) -> Row:
    has_decimals = any(type(item) is Number and "." in item.text for item in row.items)
    separator = Operator(";", "postfix")
    return Row(
        tuple(
            separator if has_decimals and type(item) is Operator and item.symbol == "," else _math(item)
            for item in row.items
        )
    )


_MATHS: Mapping[type, Callable[[Any], Math]] = {
    Number: lambda number: Number(_number(number.text)),
    Matrix: lambda matrix: matrix._replace(rows=tuple(tuple(map(_number, row)) for row in matrix.rows)),
    Row: _row,
    Superscript: lambda node: Superscript(_math(node.base), _math(node.script)),
    Subscript: lambda node: Subscript(_math(node.base), _math(node.script)),
    Fraction: lambda node: node._replace(numerator=_math(node.numerator), denominator=_math(node.denominator)),
    Fenced: lambda node: node._replace(body=_math(node.body)),
    Root: lambda node: Root(_math(node.body)),
}
