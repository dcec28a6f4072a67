r"""Documents as LaTeX: a complete document for pdflatex or lualatex, or a fragment for `\input`.

Every character of a text goes through a table; none reaches TeX that could be a command, a comment or a parameter,
and a letter that TeX has no font for is named by its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from unicodedata import decomposition

from bpcli.document.document import (
    Block,
    Document,
    Equation,
    Givens,
    Heading,
    Inline,
    InlineMath,
    Note,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.document.mathtree import Identifier, Math, Operator
from bpcli.document.safe import safe
from bpcli.notation.latex import LATIN, to_latex
from bpcli.render.breaking import Part, broken, chain_lines, has_blanks, most_columns
from bpcli.render.latex_style import MACROS, PREAMBLE, matrices_of
from bpcli.render.layout import draw
from bpcli.render.sentences import capitalised, inline_text

MEASURE = 72
"""Cells of a line that are about as wide as the text."""

LIMIT = 110
"""What is somewhat wider is made smaller; what is wider than this is broken first."""

_PLAIN = LATIN | frozenset("0123456789 .,:;()+=/-!?*@")
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "[": "{[}",
    "]": "{]}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "’": r"\textquoteright{}",
    "‘": r"\textquoteleft{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "…": r"\ldots{}",
    "•": r"\textbullet{}",
    "§": r"\S{}",
    "©": r"\textcopyright{}",
    "°": r"\textdegree{}",
    "\u00a0": "~",
    "✓": r"\ensuremath{\checkmark}",
    "✗": r"\ensuremath{\times}",
    "↳": r"\ensuremath{\hookrightarrow}",
}
PAGE = 36
"""Lines of a table that stay together; a longer one goes on over the page."""

_LIGATURES = re.compile(r"([-,])(?=\1)")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_SIGNS = {"remark": r"$\to$", "warning": r"\textbf{!}", "check": r"$\checkmark$"}
_SIZES = ((66, ""), (76, r"\small "), (86, r"\footnotesize "), (98, r"\scriptsize "), (10_000, r"\tiny "))


def to_latex_document(document: Document, *, fragment: bool = False) -> str:
    r"""The document for LaTeX; as a `fragment` it has neither preamble nor `\begin{document}`."""
    columns = max(map(_columns, document.blocks), default=0)
    matrices = matrices_of(columns)
    body = "\n\n".join(_blocks(document.blocks))
    if fragment:  # what it changes of matrices is undone at its end
        return f"{MACROS}\\begingroup\n{matrices}\n{body}\n\\endgroup\n"
    return f"{PREAMBLE}{MACROS}{matrices}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


def latex_escape(text: str) -> str:
    """Text that LaTeX shows as it stands."""
    text = _APOSTROPHE.sub("’", safe(re.sub(r"[\n\t]+", " ", text)))
    runs: list[tuple[str, str]] = []
    for character in text:
        command, written = _character(character)
        if runs and runs[-1][0] == command:
            runs[-1] = (command, runs[-1][1] + written)
        else:
            runs.append((command, written))
    return _LIGATURES.sub(r"\1{}", "".join(f"{command}{{{run}}}" if command else run for command, run in runs))


def _character(character: str) -> tuple[str, str]:
    """How one character is written, and the command that it stands in."""
    if character in _PLAIN:
        return "", character
    if special := _SPECIAL.get(character):
        return "", special
    kind, _, code = decomposition(character).partition(" ")
    if kind in ("<super>", "<sub>") and " " not in code:
        command = r"\textsuperscript" if kind == "<super>" else r"\textsubscript"
        return command, latex_escape(chr(int(code, 16)))
    sign = to_latex(Identifier(character))
    if r"\text" in sign:
        return "", rf"\texttt{{U+{ord(character):04X}}}"
    return "", rf"\ensuremath{{{sign}}}"


def _inline(inline: Inline) -> str:
    return inline_text(
        inline,
        text=latex_escape,
        math=_math,
        code=lambda text: rf"\texttt{{{latex_escape(text)}}}",
        strong=lambda text: rf"\textbf{{{latex_escape(text)}}}",
    )


def _math(math: Math) -> str:
    return f"${to_latex(math)}$"


def _columns(block: Block) -> int:
    """The columns of the widest matrix in a block, before any is broken."""
    kind = type(block)
    if kind is Step:
        return max(map(_columns, block.body), default=0)  # type: ignore[union-attr]
    if kind is Equation:
        return max(most_columns(link.math) for link in block.links) if block.links else 0  # type: ignore[union-attr]
    if kind is Givens:
        return max(map(most_columns, block.equations), default=0)  # type: ignore[union-attr]
    if kind is Table:
        parts = (part for row in block.rows for cell in row for part in cell.text)  # type: ignore[union-attr]
        return max((most_columns(part.math) for part in parts if type(part) is InlineMath), default=0)
    return 0


def _blocks(blocks: Iterable[Block]) -> list[str]:
    return [_BLOCKS[type(block)](block) for block in blocks]


def _title(block: Title) -> str:
    return rf"\bptitle{{{latex_escape(block.text)}}}{{{latex_escape(block.source)}}}"


def _heading(block: Heading) -> str:
    if block.level > 1:
        return rf"\subsection*{{{latex_escape(block.text)}}}"
    return rf"\bpheading{{{latex_escape(block.text)}}}"


def _paragraph(block: Paragraph) -> str:
    return _inline(block.text) + r"\par"


def _note(block: Note) -> str:
    if block.kind == "entries":
        return rf"\bpentries{{{_inline(block.text)}}}"
    return rf"\bpremark{{{_SIGNS.get(block.kind, _SIGNS['remark'])}}}{{{_inline(block.text)}}}"


def _part(part: Part) -> str:
    relation = to_latex(Operator(part.relation, "relation")) + " " if part.relation else r"\quad "
    return relation + to_latex(part.math)


def _equation(block: Equation) -> str:
    first, *rest = ["{}" + " ".join(map(_part, line)) for line in chain_lines(block, MEASURE, LIMIT)] or [""]
    aside = to_latex(block.aside) if block.aside is not None else ""
    lines = [rf"\bpchain{{{to_latex(block.left)}}}{{{first}}}{{{aside}}}", *[rf"\bpnext{{{line}}}" for line in rest]]
    return "\n".join(lines) + r"\bpend"


def _givens(block: Givens) -> str:
    items = [rf"\bpfit{{{to_latex(part)}}}" for math in block.equations for part in broken(math, LIMIT)]
    return "\\begin{bpgivens}\n" + "\\bpgap\n".join(items) + "\n\\end{bpgivens}"


def _only_formula(inline: Inline) -> Math | None:
    """The formula that is all there is to see in a cell."""
    parts = [part for part in inline if part != ""]
    return parts[0].math if len(parts) == 1 and type(parts[0]) is InlineMath else None


def _cell(inline: Inline, room: int) -> str:
    formula = _only_formula(inline)
    if formula is not None:
        parts = [rf"$\displaystyle {to_latex(part)}$" for part in broken(formula, room)]
        stacked = r" \\ ".join(parts)
        return stacked if len(parts) == 1 else rf"\begin{{tabular}}{{@{{}}l@{{}}}}{stacked}\end{{tabular}}"
    return _inline(inline)


def _table(block: Table) -> str:
    count = len(block.header)
    align = "".join(kind if kind in "lrc" else "l" for kind in block.align.ljust(count, "l")[:count])
    room = max(LIMIT // max(count - 1, 1), 24)
    rows = [_line([_inline(title) for title in block.header], count) + r" \midrule"]
    rows += [_line([_cell(cell.text, room) for cell in row[:count]], count) for row in block.rows]
    body = " \\addlinespace[0.5em]\n".join(rows).replace(r"\midrule \addlinespace[0.5em]", r"\midrule")
    caption = rf"{_inline(block.caption)}\par\nopagebreak" + "\n" if block.caption else ""
    height = sum(max((_height(cell.text) for cell in row), default=1) + 0.4 for row in block.rows)
    if height <= PAGE and not any(map(_is_form, (cell.text for row in block.rows for cell in row))):
        return f"{caption}\\bptable{{{align}}}{{%\n\\toprule\n{body}\n\\bottomrule\n}}"
    widths = [_width(title) for title in block.header]
    for row in block.rows:
        for j, cell in enumerate(row[:count]):
            widths[j] = max(widths[j], _width(cell.text, room))
    total = sum(widths) + 3 * (count - 1)
    size = next(size for most, size in _SIZES if total <= most or most == _SIZES[-1][0])
    body = body.replace(r"\midrule", r"\midrule\endhead", 1)
    return (
        f"{caption}{{{size}\\setlength{{\\LTleft}}{{0pt}}\\setlength{{\\LTpre}}{{0.6em}}"
        f"\\begin{{longtable}}{{@{{}}{align}@{{}}}}\n\\toprule\n{body}\n\\bottomrule\n\\end{{longtable}}}}"
    )


def _line(cells: list[str], count: int) -> str:
    return " & ".join([*cells, *[""] * (count - len(cells))]) + r" \\"


def _is_form(inline: Inline) -> bool:
    """Whether there is room to write in: boxes are high, and a table of them goes on over the page."""
    return any(type(part) is InlineMath and has_blanks(part.math) for part in inline)


def _height(inline: Inline) -> int:
    return max((len(draw(part.math).lines) for part in inline if type(part) is InlineMath), default=1)


def _width(inline: Inline, room: int = LIMIT) -> int:
    formula = _only_formula(inline)
    if formula is not None:
        # The columns of a matrix stand further apart than those of a drawing.
        return max(draw(part).width + most_columns(part) for part in broken(formula, room))
    return sum(draw(part.math).width if type(part) is InlineMath else len(str(part)) for part in inline)


def _step(block: Step) -> str:
    why = _inline(capitalised(block.why))
    body = "\n\n".join(_blocks(block.body))
    return f"\\begin{{bpstep}}{{{block.number}}}{{{_inline(block.title)}}}{{{why}}}\n{body}\n\\end{{bpstep}}"


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
