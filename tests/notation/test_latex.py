from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.document.mathtree import (
    INVISIBLE_TIMES,
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
from bpcli.notation.latex import latex_text, to_latex

PLUS, MINUS, TIMES = Operator("+"), Operator("−"), Operator(INVISIBLE_TIMES)
PARTIAL, TRANSPOSE, PRIME = Operator("∂", "prefix"), Operator("⊤", "postfix"), Operator("′", "postfix")
X, Y = Identifier("x"), Identifier("y")


def row(*items: Math) -> Row:
    return Row(items)


def layer(name: str, number: str) -> Superscript:
    return Superscript(Identifier(name), Fenced(Number(number)))


A2 = layer("a", "2")


@pytest.mark.parametrize(
    ("math", "expected"),
    [
        (Fraction(row(PARTIAL, Identifier("L")), row(PARTIAL, A2), solid=True),
         r"\frac{\partial L}{\partial a^{(2)}}"),
        (row(Superscript(Identifier("σ"), PRIME), Fenced(A2)), r"\sigma'(a^{(2)})"),
        (Superscript(layer("W", "2"), TRANSPOSE), r"W^{(2) \top}"),
        (Subscript(A2, Number("11")), r"a_{11}^{(2)}"),
        (Superscript(A2, Number("2")), r"{a^{(2)}}^2"),
        (Superscript(Superscript(X, Number("2")), Number("3")), r"{(x^2)}^3"),
        (Superscript(Subscript(A2, Number("1")), Number("2")), r"{a_1^{(2)}}^2"),
        (Superscript(Fenced(row(X, MINUS, Y), "‖", "‖"), Number("2")), r"\lVert x - y \rVert^2"),
        (Matrix((("0.1", "-0.2"), ("3", "4"))),
         r"\begin{bmatrix} 0.1 & -0.2 \\ 3\phantom{.0} & 4\phantom{.0} \end{bmatrix}"),
        (Matrix((("0,1",), ("-0,15",), ("1/3",))),
         r"\begin{bmatrix} 0{,}1\phantom{0} \\ -0{,}15 \\ 1/3\phantom{.00} \end{bmatrix}"),
        (Matrix((("1.5", "2.25"), ("…", "1e-7"))),
         r"\begin{bmatrix} 1.5 & 2.25 \\ \cdots & 1 \times 10^{-7} \end{bmatrix}"),
        (Matrix((("1", "…", "2"), ("…", "…", "…"), ("3", "…", "4")), (9, 8)),
         r"\begin{bmatrix} 1 & \cdots & 2 \\ \vdots & \ddots & \vdots \\ 3 & \cdots & 4 \end{bmatrix}_ {9 \times 8}"),
        (Fenced(Matrix((("1",),))), r"\left( \begin{bmatrix} 1 \end{bmatrix} \right)"),
        (Superscript(Fraction(X, Y), TRANSPOSE), r"\left( \frac{x}{y} \right)^{\top}"),
        (row(X, Operator("⊙"), Y), r"x \odot y"),
        (row(Number("½"), TIMES, Fraction(X, Y), TIMES, Fenced(Y)), r"\tfrac{1}{2} \frac{x}{y} (y)"),
        (row(Identifier("softmax", upright=True), Fenced(X)), r"\operatorname{softmax}(x)"),
        (row(Identifier("exp", upright=True), Fenced(row(Operator("−", "prefix"), X))), r"\exp(-x)"),
        (Identifier("net"), r"\mathit{net}"),
        (Identifier("learning_rate"), r"\mathit{learning\_rate}"),
        (Identifier("ŷ"), r"\hat{y}"),
        (Identifier("λ"), r"\lambda"),
        (Identifier("d", upright=True), r"\mathrm{d}"),
        (Number("-0.5"), "-0.5"),
        (Number("1.5e-05"), r"1.5 \times 10^{-5}"),
        (Root(row(X, PLUS, Y)), r"\sqrt{x + y}"),
        (row(X, Words("if"), Y), r"x \enspace \text{if} \enspace y"),
        (Fenced(row(X, Words("if"), Y), "{", ""), r"\left\lbrace x \enspace \text{if} \enspace y \right."),
        (row(Subscript(Operator("Σ", "prefix"), Identifier("i")), TIMES, X), r"\sum_i x"),
    ],
)  # fmt: skip
def test_how_formulas_are_written(math: Math, expected: str) -> None:
    assert to_latex(math) == expected


HOSTILE = [
    "\\input{/etc/passwd}",
    "^^5cinput{/etc/passwd}",
    "\\write18{id}",
    "\\openout",
    "\\loop\\iftrue\\repeat",
    "\\end{document}",
    "50% done",
    "a#b_c^d&e~f$g{h}\\",
    "\\verb|x|",
    "a\n\nb",
    "\x1b[2J",
    "`$$`",
    "σ′ ∂ −",
    "中文",
]
COMMAND = re.compile(r"\\([A-Za-z]+|.)")
COMMANDS = """
    mathit mathrm text backslash lbrace rbrace lbrack rbrack wedge sim grave vert Vert prime partial sigma ast cdot
    operatorname underline hspace times langle rangle surd lt gt _ % # & $ begin end enspace
"""
KNOWN = set(COMMANDS.split())


def braces_balance(latex: str) -> bool:
    depth = 0
    for character in re.sub(r"\\.", "", latex):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("build", [Identifier, Words, Number, Operator, lambda text: Matrix(((text,),))])
@pytest.mark.parametrize("markdown", [False, True])
def test_names_cannot_hold_commands(text: str, build: type[Identifier], markdown: bool) -> None:
    latex = to_latex(build(text), markdown=markdown)
    assert set(COMMAND.findall(latex)) <= KNOWN
    assert "^" not in latex
    assert "\n" not in latex
    assert not re.search(r"(?<!\\)[%$#~]", latex)
    assert braces_balance(latex)


def test_letters_of_other_scripts_pass_where_they_can_be_shown() -> None:
    assert latex_text("é") == r"\text{é}"
    assert latex_text("中") == r"\text{U+4E2D}"
    assert latex_text("中", markdown=True) == r"\text{中}"


words = st.text(min_size=1, max_size=8)
trees = st.recursive(
    st.one_of(
        st.builds(Identifier, words, st.booleans()),
        st.builds(Number, words),
        st.builds(Words, words),
        st.builds(Operator, words, st.sampled_from(["infix", "prefix", "postfix", "relation"])),
        st.builds(Matrix, st.lists(st.tuples(words, words), min_size=1, max_size=3).map(tuple)),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=4).map(lambda items: Row(tuple(items))),
        st.builds(Superscript, below, below),
        st.builds(Subscript, below, below),
        st.builds(Fraction, below, below),
        st.builds(Fenced, below, st.sampled_from("([{|‖"), st.sampled_from([*")]}|‖", ""])),
        st.builds(Root, below),
    ),
    max_leaves=10,
)


@given(trees, st.booleans())
def test_braces_balance_whatever_the_names(math: Math, markdown: bool) -> None:
    assert braces_balance(to_latex(math, markdown=markdown))


@given(trees)
def test_markdown_finds_nothing_to_escape(math: Math) -> None:
    latex = to_latex(math, markdown=True)
    assert not re.search(r"\\[^A-Za-z]", latex)
    assert not re.search(r"[<>$`*~|]|\[|\]", latex)
    assert not re.search(r"(?<![A-Za-z0-9])_[^ ]", latex)
