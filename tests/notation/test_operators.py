"""Signs and words that stand for operations, alone and in places of their own, in every notation."""

from __future__ import annotations

import pytest

from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
    Fraction,
    Identifier,
    Math,
    Number,
    Operator,
    Row,
    Superscript,
    Words,
)
from bpcli.notation.conventions import name_math
from bpcli.notation.latex import to_latex
from bpcli.notation.mathml import to_mathml
from bpcli.notation.text import to_text
from bpcli.notation.typst import to_typst

X = Identifier("x")


@pytest.mark.parametrize(
    ("sign", "latex", "typst", "text"),
    [
        (Operator("exp"), r"\exp", 'op("exp")', "exp"),
        (Operator("prox"), r"\operatorname{prox}", 'op("prox")', "prox"),
        (Operator(INVISIBLE_TIMES), "", "", ""),
        (Operator("−", "prefix"), "-", 'class("unary", −)', "−"),
    ],
)
def test_a_sign_alone(sign: Operator, latex: str, typst: str, text: str) -> None:
    assert (to_latex(sign), to_typst(sign), to_text(sign).strip()) == (latex, typst, text)


@pytest.mark.parametrize(
    ("math", "shown"),
    [
        (Operator(INVISIBLE_TIMES), "<mo>&#x2062;</mo>"),
        (Operator("max"), "<mi>max</mi>"),
        (Row((X, Operator("/"), X)), '<mo lspace="0.1em" rspace="0.1em" stretchy="false">/</mo>'),
        (Superscript(Words("rate"), Number("2")), "<msup><mrow>"),
    ],
)
def test_signs_of_pages(math: Math, shown: str) -> None:
    assert shown in to_mathml(math)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("script", [Row(()), Identifier("")])
def test_a_script_without_anything_in_it_is_none(script: Math, plain: bool) -> None:
    assert to_text(Superscript(X, script), ascii=plain) == "x"


@pytest.mark.parametrize("name", ["_", "__", "_1"])
def test_names_without_letters_are_shown_as_they_are(name: str) -> None:
    assert name_math(name) == Identifier(name)


def test_a_derivative_and_a_factor_beside_it_stay_apart() -> None:
    """∂L/∂y x on one line: without the space it would be read as a derivative by yx."""
    slope = Fraction(Identifier("∂L"), Identifier("∂y"), solid=True)
    assert to_text(Row((slope, Operator(INVISIBLE_TIMES), X))) == "∂L/∂y x"
    assert to_text(Row((slope, X))) == "∂L/∂y x"
