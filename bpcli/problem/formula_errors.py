"""Why a text is not a formula, and what to write instead."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD = re.compile(r"\w+")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ", "0123456789-T")
OPERATORS = {"×": "*", "·": "*", "⋅": "*", "∗": "*", "∙": "*", "÷": "/", "∕": "/", "–": "-", "—": "-", "＋": "+"}

CHARACTERS = {
    ".": "nothing has parts here: `.` stands only in numbers",
    ":": "a formula is one expression",
    ";": "a formula is one expression",
    "=": "a formula has no `=`; arguments have no names",
    "#": "a comment goes on a line of its own",
    "'": "a formula has no text; a derivative is asked for under `gradients:`",
    '"': "a formula has no text",
    "`": "a formula has no text",
    "{": "group with `(` and `)`",
    "}": "group with `(` and `)`",
    "<": "there are no comparisons and no shifts",
    ">": "there are no comparisons and no shifts",
    "!": "there are no comparisons and no factorials",
    "|": "write `abs(x)`",
    "%": "write a share of 1: `0.5`",
    "\n": "a formula is one line",
    "√": "write `sqrt(x)`",
    "∑": "write `sum(x)`",
    "π": "write `3.141592653589793`",
    "′": "a derivative is asked for under `gradients:`",
}


class FormulaProblem(NamedTuple):
    code: str
    message: str
    advice: str = ""
    length: int = 1


def explain_number_then_name(text: str, at: int) -> FormulaProblem | None:
    """`0xF`, `0b11`: numbers of other bases, which would read as a missing operator."""
    found = re.compile(r"0([xXoObB])[0-9a-fA-F]+").match(text, at)
    if found is None:
        return None
    base = {"x": "hexadecimal", "o": "octal", "b": "binary"}[found[1].lower()]
    return FormulaProblem("not-a-number", f"`{found[0]}` is {base}", "write it in decimal", len(found[0]))


def explain_character(text: str, at: int) -> FormulaProblem:
    """What to say about the character at `at`, which no token starts with, or the word there, which is no name."""
    character = text[at]
    if word := WORD.match(text, at):
        return _explain_word(text, word[0])
    if superscript := re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|ᵀ").match(text, at):
        return _explain_superscript("x", superscript[0])
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    message = f"`{shown}` cannot stand in a formula"
    if character in OPERATORS:
        return FormulaProblem("formula-syntax", message, f"write `{OPERATORS[character]}`")
    if character in CHARACTERS:
        return FormulaProblem("formula-syntax", message, CHARACTERS[character])
    if character.isascii():
        return FormulaProblem("formula-syntax", message)
    return FormulaProblem("formula-syntax", f"{message}: it is {_describe(character)}", "formulas are written in ASCII")


def _explain_superscript(base: str, superscript: str) -> FormulaProblem:
    written = superscript.translate(SUPERSCRIPTS)
    advice = f"write `transpose({base})`" if written == "T" else f"write `{base}^{written}`"
    return FormulaProblem("formula-syntax", f"`{superscript}` cannot stand in a formula", advice, len(superscript))


def _explain_word(text: str, word: str) -> FormulaProblem:
    if found := re.fullmatch(r"(\w*?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+|ᵀ)", word):
        problem = _explain_superscript(found[1] or "x", found[2])
        return problem._replace(code="bad-name", message=f"`{word}` is not a name", length=len(word))
    from unicodedata import normalize

    plain = normalize("NFKC", word)
    odd = next((c for c in word if not c.isascii()), word[0])
    advice = f"write `{plain}`" if plain != word else "a name has letters, digits and `_`"
    message = f"`{word}` is not a name: it has {_describe(odd)}"
    return FormulaProblem("bad-name", message, advice, len(word))


def _describe(character: str) -> str:
    from unicodedata import name

    return f"U+{ord(character):04X} {name(character, '')}".rstrip()
