"""Documents as one HTML page that needs nothing else: no script, no font, no picture is fetched.

Formulas are MathML. Steps are `<details>`, all open unless they are to be opened one at a time. Whatever a text
holds, it is character data: the elements of the page are those written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from bpcli.document.document import (
    Block,
    Document,
    Equation,
    Givens,
    Heading,
    Inline,
    Note,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.document.mathtree import Operator, Row
from bpcli.document.safe import safe
from bpcli.notation.mathml import math_element
from bpcli.render.breaking import Part, broken, is_tall, typeset_width
from bpcli.render.html_style import FRAGMENT_STYLE, PAGE_STYLE
from bpcli.render.sentences import capitalised, inline_text, title_of

LIMIT = 84
"""What is wider than a printed page is broken; narrower screens scroll."""

_LINES = re.compile("[ \n\t]*[\n\t][ \n\t]*")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; {}base-uri 'none'; form-action 'none'"
_SIGNS = {"remark": "→", "warning": "!", "check": "✓"}
_ROLES = frozenset(("good", "bad", "warn"))


def to_html(document: Document, *, fragment: bool = False, folded: bool = False) -> str:
    """The document as a page, or as a `fragment` to stand in one.

    With `folded` the steps are closed, for a reader who wants to try each before looking.
    """
    page = _Page(fragment, folded)
    body = "\n".join(page.blocks(document.blocks))
    if fragment:
        language = escape(safe(document.language))
        return f'<div class="bpcli" lang="{language}">\n<style>\n{FRAGMENT_STYLE}</style>\n{body}\n</div>\n'
    return page_html(body, title=title_of(document.blocks), language=document.language)


def page_html(body: str, *, title: str, language: str, style: str = "", script_hash: str = "") -> str:
    """A complete page around its `body`, with a `style` beside the usual one.

    The page fetches nothing, and runs no script but the one in it that has this hash.
    """
    policy = _POLICY.format(f"script-src '{script_hash}'; " if script_hash else "")
    return (
        f'<!doctype html>\n<html lang="{escape(safe(language))}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="bpcli">\n'
        f"<title>{_text(title) or 'bpcli'}</title>\n<style>\n{PAGE_STYLE}{style}</style>\n</head>\n"
        f'<body class="bpcli">\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )


def blocks_html(blocks: Iterable[Block]) -> str:
    """Blocks as a part of a page."""
    return "\n".join(_Page(fragment=False, folded=False).blocks(blocks))


def inline_html(inline: Inline) -> str:
    """A sentence as a part of a page."""
    return _inline(inline)


def _text(text: str) -> str:
    return escape(safe(_LINES.sub(" ", text)))


def _inline(inline: Inline) -> str:
    return inline_text(
        inline,
        text=_text,
        math=math_element,
        code=lambda text: f"<code>{_text(text)}</code>",
        strong=lambda text: f"<strong>{_text(text)}</strong>",
    )


def _link(part: Part) -> str:
    if not part.relation:
        return math_element(part.math, display=True)
    return math_element(Row((Operator(part.relation, "relation"), part.math)), display=True)


class _Page:
    """What is written, and what has been written so far."""

    def __init__(self, fragment: bool, folded: bool) -> None:
        self.fragment = fragment
        self.folded = folded
        self.anchors: set[str] = set()

    def blocks(self, blocks: Iterable[Block]) -> list[str]:
        return [_BLOCKS[type(block)](self, block) for block in blocks]

    def anchor(self, name: str) -> str:
        """An `id` attribute that no other step has; a fragment has none, as its page may hold several."""
        if self.fragment or not name:
            return ""
        name = unique = "-".join(safe(name).split())
        number = 1
        while unique in self.anchors:
            number += 1
            unique = f"{name}-{number}"
        self.anchors.add(unique)
        return f' id="{escape(unique)}"'

    def title(self, block: Title) -> str:
        source = f'\n<p class="source">{_text(block.source)}</p>' if block.source else ""
        return f"<header>\n<h1>{_text(block.text)}</h1>{source}\n</header>"

    def heading(self, block: Heading) -> str:
        level = min(block.level + 1, 6)
        return f"<h{level}>{_text(block.text)}</h{level}>"

    def paragraph(self, block: Paragraph) -> str:
        return f"<p>{_inline(block.text)}</p>"

    def note(self, block: Note) -> str:
        if block.kind == "entries":
            return f'<p class="entries">{_inline(block.text)}</p>'
        kind = block.kind if block.kind in _SIGNS else "remark"
        sign = f'<span aria-hidden="true">{_SIGNS[kind]}</span>'
        return f'<div class="note {kind}" role="note">{sign}<span>{_inline(block.text)}</span></div>'

    def equation(self, block: Equation) -> str:
        left = math_element(block.left, display=True)
        lines = ["".join(map(_link, line)) for line in _lines(block)]
        if block.aside is not None:
            lines = lines or [""]
            lines[0] += f'<div class="aside">{math_element(block.aside)}</div>'
        drawn = "\n".join(f'<div class="line">{line}</div>' for line in lines)
        return f'<div class="equation">{left}' + (f'<div class="lines">\n{drawn}\n</div></div>' if drawn else "</div>")

    def givens(self, block: Givens) -> str:
        items = "\n".join(f"<div>{math_element(math)}</div>" for math in block.equations)
        return f'<div class="givens">\n{items}\n</div>'

    def table(self, block: Table) -> str:
        count = len(block.header)
        align = block.align.ljust(count, "l")

        def attributes(column: int, role: str = "") -> str:
            names = [name for name in (align[column] if align[column] in "rc" else "", role) if name]
            return f' class="{" ".join(names)}"' if names else ""

        head = "".join(f'<th scope="col"{attributes(j)}>{_inline(title)}</th>' for j, title in enumerate(block.header))
        rows: list[str] = []
        for row in block.rows:
            cells: list[str] = []
            for j, cell in enumerate(row[:count]):
                role = cell.role if cell.role in _ROLES else ""
                tag, scope = ("th", ' scope="row"') if j == 0 else ("td", "")
                cells.append(f"<{tag}{scope}{attributes(j, role)}>{_inline(cell.text)}</{tag}>")
            rows.append(f"<tr>{''.join(cells)}{'<td></td>' * (count - len(cells))}</tr>")
        caption = f"<caption>{_inline(block.caption)}</caption>\n" if block.caption else ""
        body = "\n".join(rows)
        return (
            f'<div class="wide"><table>\n{caption}<thead>\n<tr>{head}</tr>\n</thead>\n'
            f"<tbody>\n{body}\n</tbody>\n</table></div>"
        )

    def step(self, block: Step) -> str:
        number = f'<span class="number">{block.number}</span>'
        head = f"<summary>{number}<h3>{_inline(block.title)}</h3></summary>"
        why = f'<p class="why">{_inline(capitalised(block.why))}</p>\n' if block.why else ""
        body = "\n".join(self.blocks(block.body))
        return (
            f'<section class="step"{self.anchor(block.anchor)}><details{"" if self.folded else " open"}>{head}\n'
            f'<div class="body">\n{why}{body}\n</div></details></section>'
        )


def _lines(block: Equation) -> list[list[Part]]:
    """The formula on a line and its stages after it; a flat chain that fits is one. Browsers break between links."""
    room = LIMIT - typeset_width(block.left)
    parts = [
        [Part("" if place else link.relation, math) for place, math in enumerate(broken(link.math, room))]
        for link in block.links
    ]
    long = sum(typeset_width(link.math) + 3 for link in block.links) > room
    if long or is_tall(block.left) or any(is_tall(link.math) for link in block.links):
        lines = [parts[:1], parts[1:]]
    else:
        lines = [parts]
    return [[part for parts in line for part in parts] for line in lines if line]


_BLOCKS: dict[type[Any], Callable[[_Page, Any], str]] = {
    Title: _Page.title,
    Heading: _Page.heading,
    Paragraph: _Page.paragraph,
    Note: _Page.note,
    Equation: _Page.equation,
    Givens: _Page.givens,
    Table: _Page.table,
    Step: _Page.step,
}
