"""An answer sheet as a page: filled in offline, and saved as an answer file that `bpcli check` takes.

The page is one file and fetches nothing. Its only script, known to the page by its hash, runs in the browser alone;
without it the page is printed. Whatever a text of the problem holds, it is character data.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from itertools import product
from pathlib import Path, PurePath
from typing import Any

from bpcli.document.document import Block, Code, Document, Figures, Inline, InlineMath, Paragraph
from bpcli.document.mathtree import Operator, Row
from bpcli.document.safe import safe
from bpcli.messages import Messages
from bpcli.notation.mathml import math_element
from bpcli.render.decimal_comma import displayed
from bpcli.render.html import blocks_html, inline_html, page_html
from bpcli.reports.answer_sheet import SheetLine, drawn
from bpcli.reports.report import points_text
from bpcli.reports.sheet import Sheet, SheetEntry

LONGEST_NAME = 200
"""What `check` reads as the name of a student."""

LONGEST_NUMBER = 40

MOST_BESIDE = 2
"""Columns of a matrix that stands beside another one; a broader one has a line of its own."""

_HERE = Path(__file__)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def answer_file_name(problem: str) -> str:
    """`problems/lez5.yaml` → `lez5.answers.json`, with nothing in it that a file system could stumble over."""
    stem = _NOT_IN_NAMES.sub("-", PurePath(problem.replace("\\", "/")).stem).strip("-.")[:80]
    return f"{stem or 'sheet'}.answers.json"


def to_answer_page(sheet: Sheet, problem: str = "", variant: str = "", *, decimal_comma: bool | None = None) -> str:
    """The page. `problem` (a path) names the file that it saves, `variant` is written into it.

    `decimal_comma` is that of a document; whichever way numbers are displayed, either may be typed.
    """
    messages = Messages(sheet.language)
    script = _HERE.with_name("answer_page.js").read_text(encoding="utf-8")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    name = answer_file_name(problem)
    data = {
        "file": name,
        "key": f"bpcli:{name}:{_mark(sheet)}",
        "variant": variant or None,
        "fields": [
            {"id": line.id, "shape": list(line.shape), "given": line.texts if line.given else None}
            for line in _lines(sheet)
        ],
        "words": {
            "answered": messages.text("page.answered", done="{done}", total="{total}"),
            "odd": messages.text("page.not-numbers", count="{count}"),
            "saved": messages.text("page.saved", file="{file}"),
            "sure": messages.text("page.clear-sure"),
        },
    }
    body = "\n".join(_Page(sheet, messages, decimal_comma).body())
    page = f'{body}\n<script type="application/json" id="sheet">{_embedded(data)}</script>\n<script>{script}</script>'
    return page_html(
        page,
        title=sheet.title.text,
        language=sheet.language,
        style=_HERE.with_name("answer_page.css").read_text(encoding="utf-8"),
        script_hash=f"sha256-{digest}",
    )


def _embedded(data: Any) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(data, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _mark(sheet: Sheet) -> str:
    """Tells sheets of the same name apart, so that what is kept for one is not put into another."""
    told = repr((sheet.title, sheet.head, [(line.id, line.shape, line.given) for line in _lines(sheet)]))
    return sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _lines(sheet: Sheet) -> Iterator[SheetLine]:
    return (entry.line for _, entries in sheet.parts for entry in entries)


# --- the page ---


class _Page:
    """Writes a sheet; its numbers are displayed as the readers of its language write them."""

    def __init__(self, sheet: Sheet, messages: Messages, decimal_comma: bool | None) -> None:
        self.sheet = sheet
        self.messages = messages
        self.decimal_comma = decimal_comma
        self.has_points = len({line.item.points for line in _lines(sheet)}) > 1

    def body(self) -> Iterator[str]:
        sheet, text = self.sheet, self.messages.text
        yield self.blocks(sheet.title)
        yield f'<p class="about">{_text(text("page.about"))} {_text(text("page.numbers"))}</p>'
        yield f'<noscript><p class="about">{_text(text("page.no-script"))}</p></noscript>'
        yield (
            f'<p class="name"><label for="student">{_text(text("sheet.name-line"))}</label> '
            f'<input id="student" type="text" maxlength="{LONGEST_NAME}" autocomplete="off" spellcheck="false" '
            f'placeholder="{_text(text("sheet.student"))}"></p>'
        )
        yield self.blocks(*sheet.head)
        yield f'<div class="{"begun" if sheet.begun else "unbegun"}">'
        for heading, entries in sheet.parts:
            yield self.blocks(heading)
            yield '<div class="fields">'
            yield from map(self.field, entries)
            yield "</div>"
        yield "</div>"
        yield self.bar()

    def field(self, entry: SheetEntry) -> str:
        """One quantity: what it is, its line as far as it is given, and its boxes."""
        line = entry.line
        points = ""
        if self.has_points:
            worth = self.messages.inline("sheet.worth", points=Figures(points_text(line.item.points)))
            points = f'<span class="worth">{self.sentence(worth)}</span>'
        head = f"<h3>{self.sentence(entry.title)} {self.sentence((Code(line.id),))}{points}</h3>"
        if entry.told:
            return f'<section class="field">{head}\n{self.blocks(*entry.told)}</section>'
        if entry.begun is not None and entry.begun.links:
            chain, left = self.blocks(entry.begun) + "\n", ""
        else:
            chain, left = "", math_element(line.symbol, display=True)
        sign = math_element(Row((Operator(entry.relation, "relation"),)))
        room = self.sentence((InlineMath(drawn(line)),)) if line.given else _boxes(line)
        broad = " broad" if len(line.shape) == 2 and line.shape[1] > MOST_BESIDE else ""
        write = f'<div class="write">{left}{sign}{room}</div>'
        return f'<section class="field{broad}">{head}\n{chain}{write}</section>'

    def bar(self) -> str:
        text = self.messages.text
        buttons = (
            _button("sign", "±", "key", text("page.sign")),
            _button("exponent", "10ⁿ", "key", text("page.exponent")),
            _button("clear", text("page.clear")),
            _button("save", text("page.save")),
        )
        return (
            f'<div class="bar" id="bar" hidden><output id="status" aria-live="polite"></output>{"".join(buttons)}</div>'
        )

    def blocks(self, *blocks: Block) -> str:
        return blocks_html(displayed(Document(blocks, self.sheet.language, self.decimal_comma)).blocks)

    def sentence(self, inline: Inline) -> str:
        shown = displayed(Document((Paragraph(inline),), self.sheet.language, self.decimal_comma)).blocks[0]
        assert isinstance(shown, Paragraph)
        return inline_html(shown.text)


def _boxes(line: SheetLine) -> str:
    """A box for every number, laid out as the quantity is."""
    if not line.shape:
        return _box(line.id)
    rows, columns = (line.shape[0], 1) if len(line.shape) == 1 else line.shape
    places = product(*(range(1, length + 1) for length in line.shape))
    boxes = "".join(_box(f"{line.id}[{','.join(map(str, place))}]") for place in places)
    return (
        f'<div class="matrix-box" role="group" aria-label="{_text(line.id)} ({rows}×{columns})" '
        f'style="--columns:{columns}">{boxes}</div>'
    )


def _box(name: str) -> str:
    label = _text(name)
    return (
        f'<input class="box" type="text" inputmode="decimal" autocomplete="off" spellcheck="false" '
        f'maxlength="{LONGEST_NUMBER}" name="{label}" aria-label="{label}">'
    )


def _button(name: str, text: str, kind: str = "", label: str = "") -> str:
    kinds = f' class="{kind}"' if kind else ""
    labels = f' aria-label="{_text(label)}"' if label else ""
    return f'<button type="button" id="{name}"{kinds}{labels}>{_text(text)}</button>'


def _text(text: str) -> str:
    return escape(safe(text))
