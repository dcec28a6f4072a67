from __future__ import annotations

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
from bpcli.notation.text import to_text

PLUS, MINUS, TIMES, DOT = Operator("+"), Operator("−"), Operator(INVISIBLE_TIMES), Operator("·")
NEGATIVE, PARTIAL = Operator("−", "prefix"), Operator("∂", "prefix")
EQUALS, TRANSPOSE, PRIME = Operator("=", "relation"), Operator("⊤", "postfix"), Operator("′", "postfix")
A, B, C, X = (Identifier(name) for name in "abcx")


def row(*items: Math) -> Row:
    return Row(items)


def layer(name: str, number: str) -> Superscript:
    return Superscript(Identifier(name), Fenced(Number(number)))


def partial(of: Math) -> Fraction:
    return Fraction(row(PARTIAL, Identifier("L")), row(PARTIAL, of), solid=True)


A2, W2 = layer("a", "2"), layer("W", "2")
SLOPE = row(Superscript(Identifier("σ"), PRIME), Fenced(A2))


@pytest.mark.parametrize(
    ("math", "unicode", "plain"),
    [
        (row(partial(A2), EQUALS, partial(Identifier("y")), Operator("⊙"), SLOPE),
         "∂L/∂a⁽²⁾ = ∂L/∂y ⊙ σ′(a⁽²⁾)", "dL/da(2) = dL/dy (*) sigma'(a(2))"),
        (row(Superscript(W2, TRANSPOSE), TIMES, partial(A2)), "W⁽²⁾ᵀ ∂L/∂a⁽²⁾", "W(2)^T dL/da(2)"),
        (row(Fraction(Number("1"), Number("2")), TIMES, Superscript(Fenced(row(A, MINUS, B), "‖", "‖"), Number("2"))),
         "½‖a − b‖²", "1/2 ||a - b||^2"),
        (Superscript(Identifier("h"), Fenced(row(Identifier("k"), MINUS, Number("1")))), "h⁽ᵏ⁻¹⁾", "h(k-1)"),
        (row(W2, Operator("←", "relation"), W2, MINUS, Identifier("η"), TIMES, partial(W2)),
         "W⁽²⁾ ← W⁽²⁾ − η ∂L/∂W⁽²⁾", "W(2) <- W(2) - eta dL/dW(2)"),
        (row(NEGATIVE, Subscript(Operator("Σ", "prefix"), Identifier("i")), Subscript(Identifier("t"), Identifier("i")),
             TIMES, Identifier("log", upright=True), TIMES, Subscript(Identifier("ŷ"), Identifier("i"))),
         "−Σᵢ tᵢ log ŷᵢ", "-sum_i t_i log yhat_i"),
        (row(Operator("∇", "prefix"), Identifier("L")), "∇L", "grad L"),
        (Subscript(Identifier("b"), Number("1")), "b₁", "b_1"),
        (Subscript(Identifier("w"), Number("11")), "w₁₁", "w_11"),
        (Subscript(Identifier("w"), row(Number("1"), Operator(","), Number("2"))), "w_(1,2)", "w_(1,2)"),
        (Subscript(Identifier("W"), Identifier("new")), "W_new", "W_new"),
        (Superscript(X, Identifier("q")), "x^q", "x^q"),
        (Superscript(X, Number("2.5")), "x^2.5", "x^2.5"),
        (row(Number("½"), TIMES, Fenced(A, "|", "|")), "½|a|", "1/2 |a|"),
        (Superscript(X, Fraction(A, B)), "x^(a/b)", "x^(a/b)"),
        (Number("-0.0369"), "−0.0369", "-0.0369"),
        (Matrix((("0.1",), ("-0.2",))), "[0.1; −0.2]", "[0.1; -0.2]"),
        (Matrix((("1", "…", "2"), ("…", "…", "…"), ("3", "…", "4")), (128, 784)),
         "[1 … 2; …; 3 … 4](128×784)", "[1 ... 2; ...; 3 ... 4](128x784)"),
        (row(A, Operator("≈", "relation"), B), "a ≈ b", "a ~= b"),
        (row(Identifier("η"), Identifier("λ")), "ηλ", "eta lambda"),
        (row(Number("2"), X), "2x", "2x"),
        (Root(X), "√x", "sqrt(x)"),
        (Root(row(A, PLUS, B)), "√(a + b)", "sqrt(a + b)"),
        (Fenced(row(X, Words("if"), X, Operator(">", "relation"), Number("0")), "{", ""),
         "{ x if x > 0", "{ x if x > 0"),
        (row(A, Operator("×"), B), "a × b", "a x b"),
    ],
)  # fmt: skip
def test_how_formulas_are_written(math: Math, unicode: str, plain: str) -> None:
    assert to_text(math) == unicode
    assert to_text(math, ascii=True) == plain


@pytest.mark.parametrize(
    ("math", "expected"),
    [
        (Fraction(A, B), "a/b"),
        (Fraction(row(A, PLUS, B), C), "(a + b)/c"),
        (Fraction(A, row(B, PLUS, C)), "a/(b + c)"),
        (Fraction(A, row(B, TIMES, C)), "a/(b c)"),
        (Fraction(A, row(B, DOT, C)), "a/(b · c)"),
        (Fraction(row(A, DOT, B), C), "a · b/c"),
        (Fraction(A, row(B, C)), "a/(bc)"),
        (Fraction(A, Number("-2")), "a/(−2)"),
        (Fraction(A, Fraction(B, C)), "a/(b/c)"),
        (Fraction(Fraction(A, B), C), "(a/b)/c"),
        (Fraction(partial(A), partial(B)), "(∂L/∂a)/(∂L/∂b)"),
        (row(NEGATIVE, Fraction(Subscript(Identifier("h"), Number("1")), Superscript(Identifier("H"), Number("2")))),
         "−h₁/H²"),
        (row(Fraction(Number("1"), Identifier("n")), TIMES, Operator("Σ", "prefix"), X), "(1/n) Σ x"),
        (row(A, DOT, Fraction(B, C)), "a · b/c"),
        (row(A, Operator("/"), Fraction(B, C)), "a / (b/c)"),
        (row(Identifier("η"), TIMES, partial(A)), "η ∂L/∂a"),
        (Superscript(partial(A), TRANSPOSE), "(∂L/∂a)ᵀ"),
        (Superscript(Superscript(X, Number("2")), Number("3")), "(x²)³"),
        (Superscript(row(A, PLUS, B), Number("2")), "(a + b)²"),
        (Superscript(Number("-2"), Number("2")), "(−2)²"),
        (Fraction(Identifier("exp", upright=True), row(Identifier("f"), Fenced(X))), "exp/f(x)"),
    ],
)  # fmt: skip
def test_fences_keep_the_meaning_on_one_line(math: Math, expected: str) -> None:
    assert to_text(math) == expected


def test_a_long_row_is_no_deep_row() -> None:
    terms = row(*[item for number in range(5_000) for item in (Number(str(number)), PLUS)], X)
    assert to_text(terms).startswith("0 + 1 + 2 + ")
    nested: Math = X
    for _ in range(50):
        nested = row(nested, PLUS, A)
    assert to_text(nested) == "x" + " + a" * 50


names = st.text(min_size=1, max_size=12)
leaves = st.one_of(
    st.builds(Identifier, names, st.booleans()),
    st.builds(Number, st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,3})?", fullmatch=True)),
    st.builds(Words, names),
    st.builds(Operator, st.sampled_from(["+", "−", "·", "⊙", INVISIBLE_TIMES, "Σ", "∂", "=", ","]),
              st.sampled_from(["infix", "prefix", "postfix", "relation"])),
    st.builds(Matrix, st.lists(st.tuples(names, names), min_size=1, max_size=3).map(tuple)),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.lists(below, max_size=4).map(lambda items: Row(tuple(items))),
        st.builds(Superscript, below, below),
        st.builds(Subscript, below, below),
        st.builds(Fraction, below, below, st.booleans()),
        st.builds(Fenced, below, st.sampled_from("([{|‖"), st.sampled_from(")]}|‖")),
        st.builds(Root, below),
    ),
    max_leaves=12,
)


@given(trees)
def test_any_formula_is_one_printable_line(math: Math) -> None:
    assert to_text(math).isprintable()


@given(trees)
def test_ascii_is_ascii(math: Math) -> None:
    text = to_text(math, ascii=True)
    assert text.isascii()
    assert text.isprintable()
