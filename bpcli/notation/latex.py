r"""Math as LaTeX, without the dollars: `\frac{\partial L}{\partial a^{(2)}} = \nabla_{y} L \odot \sigma'`.

Nothing from a problem file reaches TeX as it stands: letters and digits pass, every other character goes through a
table, so that no name can hold a command, a comment or a dollar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bpcli.document.mathtree import (
    BLANK,
    Fenced,
    Fraction,
    Identifier,
    Math,
    Matrix,
    Number,
    Operator,
    Root,
    Row,
    Subscript,
    Superscript,
    Words,
)
from bpcli.document.safe import safe
from bpcli.notation.scripts import joined_scripts
from bpcli.notation.shapes import is_tall, tail, tails
from bpcli.notation.symbols import ACCENTS, GREEK, flatten, is_times, split_accent
from bpcli.notation.text import elided_rows, power_base

_LATIN_CAPITALS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
_VARIANTS = {"ε": r"\varepsilon", "ϵ": r"\epsilon", "ϑ": r"\vartheta", "ϕ": r"\phi", "φ": r"\varphi", "ϱ": r"\varrho"}
_GREEK = (
    {letter: "\\" + name for letter, name in GREEK.items()}
    | {letter: rf"\mathrm{{{latin}}}" for letter, latin in _LATIN_CAPITALS.items()}
    | _VARIANTS
    | {"ς": r"\varsigma", "ο": "o"}
)
_FUNCTIONS = """
    arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim ln log max min sec sin sinh
    sup tan tanh
"""
_UPRIGHT = frozenset(_FUNCTIONS.split())
_SIGNS = {
    "-": "-",
    "−": "-",
    "+": "+",
    "±": r"\pm",
    "=": "=",
    "<": "<",
    ">": ">",
    "/": "/",
    ",": ",",
    ";": ";",
    ":": ":",
    ".": ".",
    "!": "!",
    "*": r"\ast",
    "∗": r"\ast",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "×": r"\times",
    "⊗": r"\otimes",
    "⊙": r"\odot",
    "∘": r"\circ",
    "⊘": r"\oslash",
    "÷": r"\div",
    "≈": r"\approx",
    "≃": r"\simeq",
    "≠": r"\neq",
    "≤": r"\le",
    "≥": r"\ge",
    "≪": r"\ll",
    "≫": r"\gg",
    "≡": r"\equiv",
    "≔": r"\mathrel{:=}",
    "∝": r"\propto",
    "∈": r"\in",
    "∞": r"\infty",
    "∂": r"\partial",
    "∇": r"\nabla",
    "Δ": r"\Delta",
    "Σ": r"\sum",
    "∑": r"\sum",
    "Π": r"\prod",
    "∏": r"\prod",
    "∫": r"\int",
    "⊤": r"\top",
    "′": r"\prime",
    "″": r"\prime\prime",
    "‴": r"\prime\prime\prime",
    "→": r"\to",
    "←": r"\gets",
    "↦": r"\mapsto",
    "⇒": r"\Rightarrow",
    "…": r"\ldots",
    "⋯": r"\cdots",
    "⋮": r"\vdots",
    "⋱": r"\ddots",
    "½": r"\tfrac{1}{2}",
    "⅓": r"\tfrac{1}{3}",
    "⅔": r"\tfrac{2}{3}",
    "¼": r"\tfrac{1}{4}",
    "¾": r"\tfrac{3}{4}",
    "√": r"\surd",
    "(": "(",
    ")": ")",
    "[": r"\lbrack",
    "]": r"\rbrack",
    "{": r"\lbrace",
    "}": r"\rbrace",
    "|": r"\vert",
    "‖": r"\Vert",
    "\\": r"\backslash",
    "^": r"\wedge",
    "~": r"\sim",
    "`": r"\grave{}",
    "'": r"\prime",
    '"': r"\prime\prime",
    "_": r"\_",
    "%": r"\%",
    "#": r"\#",
    "&": r"\&",
    "$": r"\$",
    "@": r"\text{@}",
    "?": "?",
}
_MARKDOWN_SIGNS = _SIGNS | {
    # Markdown takes a backslash before punctuation for itself, and angle brackets for HTML.
    "<": r"\lt",
    ">": r"\gt",
    "_": r"\underline{\hspace{0.5em}}",
    "%": r"\text{％}",
    "#": r"\text{＃}",
    "&": r"\text{＆}",
    "$": r"\text{＄}",
    "@": r"\text{＠}",
}
_DELIMITERS = {
    "(": ("(", ")"),
    "[": (r"\lbrack", r"\rbrack"),
    "{": (r"\lbrace", r"\rbrace"),
    "|": (r"\lvert", r"\rvert"),
    "‖": (r"\lVert", r"\rVert"),
    "⟨": (r"\langle", r"\rangle"),
    "⌊": (r"\lfloor", r"\rfloor"),
    "⌈": (r"\lceil", r"\rceil"),
}
_CLOSING = {")": "(", "]": "[", "}": "{", "|": "|", "‖": "‖", "⟩": "⟨", "⌋": "⌊", "⌉": "⌈"}
LATIN = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
    "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŊŋŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž"
)
"""The letters that every LaTeX has in its fonts."""

_ROOM = r"\rule[-0.9em]{0pt}{2.2em}\boxed{\rule[-0.3em]{0pt}{1.2em}\hspace{3.4em}}"
"""A box to write a number in, with some air above and below it."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;()+=/-")


def to_latex(math: Math, *, markdown: bool = False) -> str:
    r"""The formula in LaTeX.

    With `markdown` it also survives a Markdown parser that knows nothing of formulas: no backslash stands before
    punctuation (rows end in `\cr`), no underscore can open emphasis, and letters of any script are kept.
    """
    return _WRITERS[type(math)](math, markdown)


def latex_text(text: str, *, markdown: bool = False) -> str:
    r"""Plain words inside a formula: `\text{…}`, with every special character outside of it."""
    return _escaped(text, r"\text", markdown)


def _escaped(text: str, command: str, markdown: bool) -> str:
    written: list[str] = []
    run = ""

    def flush() -> None:
        if run:
            written.append(rf"{command}{{{run}}}")

    signs = _MARKDOWN_SIGNS if markdown else _SIGNS
    for character in safe(text):
        if character in _PLAIN or (character.isalpha() and (markdown or character in LATIN)):
            run += character
            continue
        if character == "_" and not markdown:
            run += r"\_"
            continue
        flush()
        run = ""
        if sign := signs.get(character) or _GREEK.get(character):
            written.append(f"{{{sign}}}")
        else:
            written.append(rf"\text{{U+{ord(character):04X}}}")
    flush()
    return "".join(written)


def _identifier(node: Identifier, markdown: bool) -> str:
    name = node.name
    letter, accent = split_accent(name)
    if accent:
        return rf"\{ACCENTS[accent]}{{{_letter(letter, markdown)}}}"
    if len(name) == 1:
        return rf"\mathrm{{{name}}}" if node.upright and name.isalnum() and name.isascii() else _letter(name, markdown)
    if node.upright:
        if name in _UPRIGHT:
            return "\\" + name
        return rf"\operatorname{{{name}}}" if name.isalpha() and name.isascii() else _escaped(name, r"\text", markdown)
    return _escaped(name, r"\mathit" if name.isascii() else r"\text", markdown)


def _letter(letter: str, markdown: bool) -> str:
    if letter.isascii() and letter.isalnum():
        return letter
    signs = _MARKDOWN_SIGNS if markdown else _SIGNS
    return _GREEK.get(letter) or signs.get(letter) or _escaped(letter, r"\text", markdown)


def _number(node: Number, markdown: bool) -> str:
    return _number_latex(node.text, markdown)


def _number_latex(text: str, markdown: bool) -> str:
    if text == BLANK:
        return _ROOM
    if "," in text and all(c in "0123456789.,-+/e" for c in text):
        return _number_latex(text.replace(",", "."), markdown).replace(".", "{,}")
    mantissa, e, exponent = text.partition("e")
    if e and mantissa and exponent.lstrip("+-").isdecimal() and mantissa.lstrip("-").replace(".", "", 1).isdecimal():
        return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent.isascii() and mantissa.isascii() else "?"
    if all(c in "0123456789.-+/" for c in text):
        return text
    if text in ("…", "⋮", "⋱", "½"):
        return _SIGNS[text]
    return _escaped(text, r"\mathrm", markdown)


def _words(node: Words, markdown: bool) -> str:
    return rf"\enspace {latex_text(node.text, markdown=markdown)} \enspace"


def _operator(node: Operator, markdown: bool) -> str:
    if is_times(node):
        return ""
    signs = _MARKDOWN_SIGNS if markdown else _SIGNS
    if node.symbol in signs:
        return signs[node.symbol]
    if node.symbol in _UPRIGHT:
        return "\\" + node.symbol
    if node.symbol.isalpha() and node.symbol.isascii() and len(node.symbol) > 1:
        return rf"\operatorname{{{node.symbol}}}"
    return _escaped(node.symbol, r"\text", markdown)


def _row(node: Row, markdown: bool) -> str:
    written: list[str] = []
    before = ""
    factor = False
    for item in flatten(node):
        part = to_latex(item, markdown=markdown)
        if not part:
            factor = True
            continue
        if before and (factor or _needs_space(before, part)):
            written.append(" ")
        written.append(part)
        sign = type(item) is Operator and item.form
        before = "" if part == "-" and sign == "prefix" else part
        factor = sign in ("infix", "relation")
    return "".join(written)


def _needs_space(before: str, after: str) -> bool:
    """Space around everything but tight neighbours (`2x`, `f(x)`, `-1`): TeX ignores it, readers do not."""
    if before in ("-", "+", "=") or after in ("-", "+", "="):
        return True
    if before.startswith("\\") and before[-1].isalpha() and after[0].isalpha():
        return True
    return not (after[0] in "(,;" or before == "(")


def _fenced(node: Fenced, markdown: bool) -> str:
    body = to_latex(node.body, markdown=markdown)
    opening = _DELIMITERS[node.opening][0] if node.opening in _DELIMITERS else ""
    closing = _DELIMITERS[_CLOSING[node.closing]][1] if node.closing in _CLOSING else ""
    if is_tall(node.body) or bool(opening) != bool(closing):
        return rf"\left{opening or '.'} {body} \right{closing or '.'}"
    if opening == "(":
        return f"({body}{closing}" if closing == ")" else f"({body} {closing}"
    return f"{opening} {body} {closing}".strip()


def _scripts(node: Superscript | Subscript, markdown: bool) -> str:
    """All the scripts of one base together: TeX refuses `W^{(2)}^{T}`."""
    base, lower, upper = joined_scripts(node)
    inner = to_latex(power_base(base), markdown=markdown)
    if type(base) is Superscript or type(base) is Subscript or (type(base) is Number and "e" in base.text):
        inner = f"{{{inner}}}"
    written = inner
    if lower is not None:
        script = to_latex(lower, markdown=markdown).strip()
        guard = " " if markdown and not inner[-1:].isalnum() else ""
        written += f"_{guard}{script}" if len(script) == 1 and script.isalnum() else f"_{guard}{{{script}}}"
    if upper:
        written += _upper(upper, markdown)
    return written


def _upper(scripts: Sequence[Math], markdown: bool) -> str:
    parts = [to_latex(script, markdown=markdown).strip() for script in scripts]
    if all(part and not part.replace(r"\prime", "") for part in parts):
        return "'" * sum(part.count(r"\prime") for part in parts)
    joined = " ".join(parts)
    return f"^{joined}" if len(joined) == 1 and joined.isalnum() else f"^{{{joined}}}"


def _fraction(node: Fraction, markdown: bool) -> str:
    numerator = to_latex(node.numerator, markdown=markdown)
    denominator = to_latex(node.denominator, markdown=markdown)
    small = type(node.numerator) is Number and type(node.denominator) is Number and len(numerator + denominator) < 3
    return rf"\{'tfrac' if small else 'frac'}{{{numerator}}}{{{denominator}}}"


def _matrix(node: Matrix, markdown: bool) -> str:
    end = r" \cr " if markdown else r" \\ "
    rows = elided_rows(node)
    longest = [0] * len(rows[0]) if markdown and rows else tails(rows)
    body = end.join(" & ".join(_cell(*cell, markdown) for cell in zip(row, longest, strict=True)) for row in rows)
    shape = rf"_ {{{node.elided[0]} \times {node.elided[1]}}}" if node.elided else ""
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}{shape}"


def _cell(text: str, longest: int, markdown: bool) -> str:
    if text == "…":
        return r"\cdots"
    number = _number_latex(text, markdown)
    missing = longest - tail(text)
    if missing <= 0 or "e" in text or text in _WITHOUT_DIGITS:
        return number
    # Digits that are not seen, so that decimal points stand under each other in a column that is flush right.
    return rf"{number}\phantom{{{'0' * missing if missing < longest else '.' + '0' * (missing - 1)}}}"


_WITHOUT_DIGITS = frozenset(("⋮", "⋱", BLANK))


def _root(node: Root, markdown: bool) -> str:
    return rf"\sqrt{{{to_latex(node.body, markdown=markdown)}}}"


_WRITERS: dict[type[Any], Callable[[Any, bool], str]] = {
    Identifier: _identifier,
    Number: _number,
    Words: _words,
    Operator: _operator,
    Row: _row,
    Superscript: _scripts,
    Subscript: _scripts,
    Fraction: _fraction,
    Fenced: _fenced,
    Matrix: _matrix,
    Root: _root,
}
