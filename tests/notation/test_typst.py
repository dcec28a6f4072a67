"""Math in Typst's notation: names are letters or strings, and Typst takes every formula."""

import re

import pytest

from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Identifier,
    Matrix,
    Number,
    Operator,
    Row,
    Subscript,
    Superscript,
    Words,
)
from bpcli.document.safe import safe
from bpcli.notation.typst import to_typst, typst_string

HOSTILE = (
    "<script>alert(1)</script>",
    "&lt;&amp;",
    "]]>",
    "\x1b[2J",
    "a\"b'c",
    "\\input{x}",
    "#read(1)",
    "$x$",
    "a b",
    "σ′ ∂ −",
    "\u202e0.1",
)
W2 = Superscript(Identifier("W"), Fenced(Number("2")))


@pytest.mark.parametrize(
    ("math", "expected"),
    [
        (Superscript(W2, Operator("⊤", "postfix")), r"W^(\( 2 \) ⊤)"),
        (Subscript(Identifier("w"), Number("11")), "w_(11)"),
        (Row((Identifier("W"), Operator(INVISIBLE_TIMES), Identifier("x"))), "W x"),
        (Identifier("exp", True), 'op("exp")'),
        (Identifier("ŷ"), "hat(y)"),
        (Number("-2.5e-7"), "−2.5 × 10^(−7)"),
        (Number("½"), "inline(frac(1, 2))"),
        (Fraction(Identifier("a"), Identifier("b")), "frac(a, b)"),
        (Matrix((("1", "-2"),)), 'mat(delim: "[", align: #right, 1, −2)'),
        (Matrix((("1.5",), ("2.25",))), 'mat(delim: "[", align: #right, 1.5#hide[$"0"$];; 2.25)'),
        (Matrix((("0,1",), ("0,15",))), 'mat(delim: "[", align: #right, "0,1"#hide[$"0"$];; "0,15")'),
        (Words("if"), 'quad "if" quad'),
        (Row((Identifier("a"), Operator(",", "postfix"), Identifier("b"))), r"a \, b"),
    ],
)
def test_notation(math, expected):
    assert to_typst(math) == expected


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_strings(hostile):
    for node in (Identifier(hostile), Words(hostile), Operator(hostile), Number(hostile)):
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", to_typst(node))
        assert not set(outside) & set("#$\"'`&_{}@") or len(hostile) == 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_strings_give_back_their_text(hostile):
    assert re.sub(r"\\(.)", r"\1", typst_string(hostile)[1:-1]) == safe(hostile)
