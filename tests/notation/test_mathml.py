"""Math as MathML: well-formed, in MathML Core's elements only, with every name as character data."""

from xml.etree import ElementTree

import pytest

from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fenced,
    Fraction,
    Identifier,
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
from bpcli.notation.mathml import math_element, to_mathml

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


def parsed(math: object) -> ElementTree.Element:
    return ElementTree.fromstring(math_element(math))  # type: ignore[arg-type]


def text(math: object) -> str:
    return "".join(parsed(math).itertext())


def test_layer_and_transpose_share_one_script():
    root = parsed(Superscript(W2, Operator("⊤", "postfix")))
    assert [element.tag for element in root.iter()].count("msup") == 1
    assert "".join(root.itertext()) == "W(2)⊤"


def test_power_of_a_power_keeps_its_fences():
    assert text(Superscript(Superscript(Identifier("x"), Number("2")), Number("3"))) == "(x2)3"


def test_both_scripts():
    assert parsed(Subscript(W2, Number("1")))[0].tag == "msubsup"


def test_juxtaposition_is_invisible_and_matrices_do_not_touch():
    times = Operator(INVISIBLE_TIMES)
    matrix = Matrix((("1",),))
    assert to_mathml(Row((Identifier("W"), times, Identifier("x")))).count("<mo>&#x2062;</mo>") == 1
    assert 'lspace="0.17em">&#x2062;' in to_mathml(Row((matrix, times, matrix)))


def test_matrix_is_fenced_and_its_points_stand_under_each_other():
    root = parsed(Matrix((("0.5",), ("-0.25",), ("3",))))
    cells = root.findall(".//mtd")
    assert [cell.get("style") for cell in cells] == ["--tail:1ch", None, "--tail:2.5ch"]
    assert "".join(root.itertext()) == "[0.5−0.253]"


def test_elided_matrix_names_its_shape():
    assert text(Matrix((("1", "…"), ("…", "…")), (40, 30))).endswith("40×30")


def test_numbers():
    assert text(Number("-1.5e-05")) == "−1.5×10−5"
    assert text(Fraction(Number("1"), Number("2"))) == "12"
    assert "mfrac" in to_mathml(Number("½"))


def test_word_root_accent_and_words():
    assert 'class="word"' in to_mathml(Identifier("net"))
    assert parsed(Root(Identifier("x")))[0].tag == "msqrt"
    assert parsed(Identifier("ŷ"))[0].tag == "mover"
    assert text(Row((Identifier("z"), Words("if")))) == "zif"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_text(hostile):
    for node in (Identifier(hostile), Identifier(hostile, True), Words(hostile), Number(hostile), Operator(hostile)):
        found = text(node)
        assert safe(hostile).replace("-", "−") == found.replace("-", "−")
