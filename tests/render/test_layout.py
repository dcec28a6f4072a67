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
)
from bpcli.render.layout import beside, display_width, draw, stack, text_box

PLUS, MINUS, TIMES, EQUALS = Operator("+"), Operator("−"), Operator(INVISIBLE_TIMES), Operator("=", "relation")
HALF = Fraction(Number("1"), Number("2"))
TRANSPOSE = Operator("⊤", "postfix")


def row(*items: Math) -> Row:
    return Row(items)


def matrix(*lines: str) -> Matrix:
    return Matrix(tuple(tuple(line.split()) for line in lines))


W, V, TALL = matrix("0.15 0.20", "0.25 -0.30"), matrix("0.5", "0.1"), matrix("1 2.5", "-10.25 3", "4 5")


def exp_of(index: str) -> Math:
    return row(Identifier("exp", upright=True), Fenced(Subscript(Identifier("z"), Number(index))))


UNICODE = {
    "a matrix": (W, """
⎡0.15  0.20⎤
⎣0.25 −0.30⎦
"""),
    "one row": (matrix("1 2"), """
[1 2]
"""),
    "two rows rest on the last": (row(W, TIMES, V, PLUS, V, EQUALS, Identifier("a")), """
⎡0.15  0.20⎤ ⎡0.5⎤   ⎡0.5⎤
⎣0.25 −0.30⎦ ⎣0.1⎦ + ⎣0.1⎦ = a
"""),
    "three rest on the middle, points under each other": (row(Identifier("a"), EQUALS, TALL, TIMES, V), """
    ⎡  1    2.5⎤ ⎡0.5⎤
a = ⎢−10.25 3  ⎥ ⎣0.1⎦
    ⎣  4    5  ⎦
"""),
    "a transpose": (row(Superscript(W, TRANSPOSE), TIMES, V), """
⎡0.15  0.20⎤ᵀ ⎡0.5⎤
⎣0.25 −0.30⎦  ⎣0.1⎦
"""),
    "fences grow": (row(Identifier("σ"), Fenced(V)), """
 ⎛⎡0.5⎤⎞
σ⎝⎣0.1⎦⎠
"""),
    "a norm": (
        row(HALF, TIMES, Superscript(Fenced(row(V, MINUS, V), "‖", "‖"), Number("2"))), """
 ‖⎡0.5⎤   ⎡0.5⎤‖²
½‖⎣0.1⎦ − ⎣0.1⎦‖
"""),
    "a brace": (Fenced(TALL, "{", "}"), """
⎧⎡  1    2.5⎤⎫
⎨⎢−10.25 3  ⎥⎬
⎩⎣  4    5  ⎦⎭
"""),
    "a root": (Root(V), """
 ⎛⎡0.5⎤⎞
√⎝⎣0.1⎦⎠
"""),
    "a long quotient": (row(Identifier("p"), EQUALS, Fraction(exp_of("1"), row(exp_of("1"), PLUS, exp_of("2")))), """
          exp(z₁)
p = ───────────────────
     exp(z₁) + exp(z₂)
"""),
    "a short quotient": (Fraction(Identifier("a"), row(Identifier("b"), PLUS, Identifier("c"))), """
a/(b + c)
"""),
    "an elided matrix": (Matrix((("0.1", "…", "0.2"), ("…", "…", "…"), ("0.3", "…", "-4.25")), (128, 784)), """
⎡0.1 …  0.2 ⎤
⎢ ⋮  ⋱   ⋮  ⎥
⎣0.3 … −4.25⎦(128×784)
"""),
}  # fmt: skip

ASCII = {
    "a chain": (row(Superscript(W, TRANSPOSE), TIMES, V, PLUS, V, Operator("≈", "relation"), matrix("1")), """
[0.15  0.20]^T [0.5]   [0.5]
[0.25 -0.30]   [0.1] + [0.1] ~= [1]
"""),
    "fences": (row(Identifier("σ"), Fenced(V)), """
     ([0.5])
sigma([0.1])
"""),
    "an elided matrix": (Matrix((("0.1", "…"), ("…", "…")), (28, 28)), """
[0.1 ...]
[ :  ...](28x28)
"""),
}  # fmt: skip


def drawing(math: Math, plain: bool = False) -> str:
    return "\n" + "\n".join(line.rstrip() for line in draw(math, ascii=plain).lines) + "\n"


@pytest.mark.parametrize("name", UNICODE)
def test_drawings(name: str) -> None:
    math, expected = UNICODE[name]
    assert drawing(math) == expected


@pytest.mark.parametrize("name", ASCII)
def test_drawings_in_ascii(name: str) -> None:
    math, expected = ASCII[name]
    assert drawing(math, plain=True) == expected


@pytest.mark.parametrize(("rows", "baseline"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_the_baseline_of_a_matrix(rows: int, baseline: int) -> None:
    assert draw(Matrix((("1",),) * rows)).baseline == baseline


@pytest.mark.parametrize(("text", "width"), [("a⁽²⁾ᵀ", 5), ("中文", 4), ("e\u0301", 1), ("⎡0.5⎤", 5), ("", 0)])
def test_widths_are_counted_in_cells(text: str, width: int) -> None:
    assert display_width(text) == width


def test_wide_names_keep_the_brackets_in_line() -> None:
    assert drawing(row(Identifier("中"), TIMES, V)) == "\n   ⎡0.5⎤\n中 ⎣0.1⎦\n"


def test_boxes_beside_and_under_each_other() -> None:
    box = beside([text_box("a"), draw(V), draw(TALL)])
    assert box.baseline == 1
    assert [line.rstrip() for line in stack([text_box("long"), text_box("x")]).lines] == ["long", "x"]


def test_an_empty_matrix_is_drawn() -> None:
    assert drawing(Matrix(())) == "\n[]\n"


cells = st.one_of(st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,4})?", fullmatch=True), st.sampled_from(["…", "nan", "1e-05"]))


@st.composite
def matrices(sample: st.DrawFn) -> Matrix:
    rows, columns = sample(st.integers(1, 4)), sample(st.integers(1, 4))
    return Matrix(tuple(tuple(sample(cells) for _ in range(columns)) for _ in range(rows)))


trees = st.recursive(
    st.one_of(
        matrices(),
        st.builds(Identifier, st.sampled_from(["a", "σ", "net", "ŷ", "中", "e\u0301\u0302"])),
        st.builds(Number, cells),
        st.sampled_from([PLUS, MINUS, TIMES, EQUALS, Operator("⊙"), Operator("Σ", "prefix")]),
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=5).map(lambda items: Row(tuple(items))),
        st.builds(Superscript, below, st.sampled_from([TRANSPOSE, Fenced(Number("2")), Identifier("q")])),
        st.builds(Subscript, below, below),
        st.builds(Fraction, below, below, st.booleans()),
        st.builds(Fenced, below, st.sampled_from("([{|‖⟨"), st.sampled_from([*")]}|‖⟩", ""])),
        st.builds(Root, below),
    ),
    max_leaves=12,
)


@given(trees, st.booleans())
def test_every_line_of_a_box_is_as_wide_as_the_box(math: Math, plain: bool) -> None:
    box = draw(math, ascii=plain)
    assert {display_width(line) for line in box.lines} == {box.width}
    assert 0 <= box.baseline < len(box.lines)
    if plain:
        assert "".join(box.lines).isascii()
