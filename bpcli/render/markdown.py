"""Documents as Markdown with formulas between dollars, as GitHub and Jupyter show them.

What is data is escaped so that a CommonMark parser shows it as it was typed. A literal dollar is written as an
entity: a backslash before it does not stop a formula on GitHub.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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
from bpcli.document.mathtree import Math, Operator
from bpcli.document.safe import safe
from bpcli.notation.latex import to_latex
from bpcli.render.sentences import capitalised, inline_text

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~&]")
_AT_START = re.compile(r"([#+\-=>:]|\d{1,9}[.)])")
_BLANKS = " \n\t"
_SIGNS = {"remark": "→", "warning": "⚠", "check": "✓"}
_ALIGN = {"l": ":--", "r": "--:", "c": ":-:"}


def to_markdown(document: Document) -> str:
    """The document in GitHub-flavoured Markdown."""
    return "\n\n".join(_blocks(document.blocks)) + "\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it stands, wherever in a line it is."""
    text = " ".join(safe(text.replace("\n", " ").replace("\t", " ")).split())
    return _SPECIAL.sub(r"\\\g<0>", text).replace("$", "&#36;")


def _spaced(text: str) -> str:
    """Escaped text that keeps one space at an end where there was any."""
    escaped = escape(text)
    if not escaped:
        return " " if text else ""
    return f"{' ' * (text[0] in _BLANKS)}{escaped}{' ' * (text[-1] in _BLANKS)}"


def _guarded(line: str) -> str:
    """A line that begins no list, heading or rule."""
    line = line.strip()
    if found := _AT_START.match(line):
        end = found.end() - 1
        return f"{line[:end]}\\{line[end:]}"
    return line


def _code(text: str, *, in_table: bool) -> str:
    text = safe(text.replace("\n", " "))
    if not text.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    code = f"{fence}{pad}{text}{pad}{fence}"
    # A pipe ends a cell even inside code, unless it is escaped there too.
    return code.replace("|", r"\|") if in_table else code


def _math(math: Math) -> str:
    return f"${to_latex(math, markdown=True).strip()}$"


def _inline(inline: Inline, *, in_table: bool = False) -> str:
    return inline_text(
        inline, text=_spaced, math=_math, code=lambda text: _code(text, in_table=in_table), strong=_strong
    )


def _strong(text: str) -> str:
    escaped = escape(text)
    # Asterisks beside punctuation may not close: such a text is better plain than with asterisks in sight.
    return f"**{escaped}**" if escaped and escaped[0].isalnum() and escaped[-1].isalnum() else _spaced(text)


def _sentence(inline: Inline) -> str:
    return _guarded(_inline(inline))


def _blocks(blocks: Iterable[Block]) -> list[str]:
    return [text for block in blocks if (text := _BLOCKS[type(block)](block))]


def _title(block: Title) -> str:
    source = escape(block.source)
    return f"# {_heading_text(block.text)}" + (f"\n\n*{source}*" if source else "")


def _heading_text(text: str) -> str:
    """Escaped text in a heading, where trailing `#` would be taken for decoration."""
    return re.sub(r"#(?=#*$)", r"\\#", escape(text))


def _heading(block: Heading) -> str:
    return f"{'#' * min(block.level + 1, 6)} {_heading_text(block.text)}"


def _paragraph(block: Paragraph) -> str:
    return _sentence(block.text)


def _note(block: Note) -> str:
    return f"> {_SIGNS.get(block.kind, '→')} {_inline(block.text).strip()}"


def _relation(symbol: str) -> str:
    return to_latex(Operator(symbol, "relation"), markdown=True)


def _equation(block: Equation) -> str:
    left = to_latex(block.left, markdown=True)
    aside = rf" \qquad {to_latex(block.aside, markdown=True)}" if block.aside else ""
    stages = [rf"&{_relation(link.relation)} {to_latex(link.math, markdown=True)}" for link in block.links]
    if len(stages) < 2:
        body = f"{left} {stages[0][1:]}{aside}" if stages else left + aside
    else:
        stages[0] += aside.replace(r"\qquad ", r"&& \qquad ", 1) if aside else ""
        lines = [f"{left} {stages[0]}", *stages[1:]]
        body = "\\begin{aligned}\n" + " \\cr\n".join(lines) + "\n\\end{aligned}"
    return f"$$\n{body}\n$$"


def _givens(block: Givens) -> str:
    """Formulas in one paragraph, so that they wrap as the page is wide."""
    return " &emsp; ".join(_math(math) for math in block.equations)


def _cell(inline: Inline) -> str:
    return _inline(inline, in_table=True).strip()


def _table(block: Table) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    count = len(block.header)
    align = block.align.ljust(count, "l")
    lines = [line(map(_cell, block.header)), line(_ALIGN.get(kind, ":--") for kind in align[:count])]
    for row in block.rows:
        cells = [_cell(cell.text) for cell in row[:count]]
        lines.append(line([*cells, *[""] * (count - len(cells))]))
    caption = _sentence(block.caption)
    return (f"{caption}\n\n" if caption else "") + "\n".join(lines)


def _step(block: Step) -> str:
    title = re.sub(r"#(?=#*$)", r"\\#", _inline(block.title).strip())
    parts = [f"### {block.number}. {title}".rstrip(), _sentence(capitalised(block.why)), *_blocks(block.body)]
    return "\n\n".join(part for part in parts if part)


_BLOCKS: dict[type[Any], Callable[[Any], str]] = {
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Note: _note,
    Equation: _equation,
    Givens: _givens,
    Table: _table,
    Step: _step,
}
