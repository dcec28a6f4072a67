from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from hostile import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st

from bpcli.document.document import (
    Block,
    Cell,
    Code,
    Document,
    Equation,
    Givens,
    Heading,
    InlineMath,
    Link,
    Note,
    Paragraph,
    Step,
    Strong,
    Table,
    Title,
)
from bpcli.document.mathtree import Fenced, Identifier, Math, Matrix, Number, Operator, Row, Words
from bpcli.document.safe import safe
from bpcli.render.layout import display_width
from bpcli.render.terminal import to_terminal_text, write_terminal

A, B = Identifier("a"), Identifier("b")
V, W = Matrix((("0.5",), ("0.1",))), Matrix((("0.15", "0.20"), ("0.25", "0.30")))


def page(*blocks: Block, width: int = 80, plain: bool = False) -> str:
    return "\n" + to_terminal_text(Document(blocks), width=width, ascii=plain)


def total(*terms: Math) -> Row:
    items = [item for term in terms for item in (Operator("+"), term)]
    return Row(tuple(items[1:]))


def widest(text: str) -> int:
    return max(map(display_width, text.splitlines()))


def test_a_title_with_its_source() -> None:
    assert (
        page(Title("A network", "Lez5"), width=24)
        == """
A network           Lez5
════════════════════════
"""
    )


def test_a_title_too_long_for_its_source() -> None:
    assert (
        page(Title("A network of two layers", "Lez5, section 2"), width=24)
        == """
A network of two layers
Lez5, section 2
════════════════════════
"""
    )


def test_headings_and_what_follows_them() -> None:
    assert (
        page(Heading("Forward"), Paragraph(("One.",)), Heading("Detail", 2), Paragraph(("Two.",)), width=24)
        == """
── Forward ─────────────
One.

Detail
Two.
"""
    )


def test_a_step_hangs_after_its_number() -> None:
    step = Step(
        7, "s", ("Through ", InlineMath(A)), ("multiply by the slope of every entry",), (Paragraph(("Then.",)),)
    )
    assert (
        page(step, width=30)
        == """
 7  Through a: multiply by the
    slope of every entry

  Then.
"""
    )


def test_notes() -> None:
    notes = [Note((f"A {kind} of some length.",), kind) for kind in ("remark", "warning", "check")]
    assert (
        page(*notes, width=20)
        == """
→ A remark of some
  length.

! A warning of some
  length.

✓ A check of some
  length.
"""
    )


def test_a_flat_chain_stays_on_its_line() -> None:
    chain = Equation(A, (Link("=", B), Link("=", Number("2")), Link("≈", Number("1.5"))))
    assert page(chain) == "\n  a = b = 2 ≈ 1.5\n"


def test_a_flat_chain_too_long_starts_a_line_at_its_stages() -> None:
    chain = Equation(A, (Link("=", total(A, B, A, B)), Link("=", total(A, A, B)), Link("≈", Number("1.5"))))
    assert (
        page(chain, width=24)
        == """
a = a + b + a + b
  = a + a + b ≈ 1.5
"""
    )


def test_tall_stages_stand_under_the_formula() -> None:
    chain = Equation(A, (Link("=", total(A, B)), Link("=", total(V, V)), Link("≈", V)))
    assert (
        page(chain, width=40)
        == """
a = a + b

    ⎡0.5⎤   ⎡0.5⎤   ⎡0.5⎤
  = ⎣0.1⎦ + ⎣0.1⎦ ≈ ⎣0.1⎦
"""
    )


def test_where_the_chain_is_too_long_every_relation_starts_a_line() -> None:
    chain = Equation(A, (Link("=", total(A, B)), Link("=", total(V, V)), Link("≈", V)))
    assert (
        page(chain, width=22)
        == """
a = a + b

    ⎡0.5⎤   ⎡0.5⎤
  = ⎣0.1⎦ + ⎣0.1⎦

    ⎡0.5⎤
  ≈ ⎣0.1⎦
"""
    )


def test_a_stage_too_long_is_broken_before_its_signs() -> None:
    chain = Equation(A, (Link("=", B), Link("=", total(V, V, V, V))))
    assert (
        page(chain, width=24)
        == """
a = b

    ⎡0.5⎤   ⎡0.5⎤
  = ⎣0.1⎦ + ⎣0.1⎦

      ⎡0.5⎤   ⎡0.5⎤
    + ⎣0.1⎦ + ⎣0.1⎦
"""
    )


def test_a_matrix_too_wide_loses_its_middle() -> None:
    wide = Matrix((tuple(str(n) for n in range(100, 130)),) * 2)
    assert (
        page(Equation(A, (Link("=", wide),)), width=40)
        == """
    ⎡100 101 102 103 104 … 129⎤
a = ⎣100 101 102 103 104 … 129⎦(2×30)
"""
    )
    assert (
        page(Equation(A, (Link("=", Row((Identifier("σ"), Fenced(wide)))),)), width=30)
        == """
     ⎛⎡100 101 … 129⎤      ⎞
a = σ⎝⎣100 101 … 129⎦(2×30)⎠
"""
    )


def test_an_aside_stands_at_the_margin_or_under_the_formula() -> None:
    chain = Equation(A, (Link("=", B), Link("=", V)), Row((B, Operator("=", "relation"), A)))
    assert (
        page(chain, width=50)
        == """
  a = b                                      b = a

      ⎡0.5⎤
    = ⎣0.1⎦
"""
    )
    long = chain._replace(aside=total(A, B, A, B))
    assert page(long, width=20).startswith("\na = b\na + b + a + b\n\n")


def test_givens_flow() -> None:
    named = [
        Row((Identifier(name), Operator("=", "relation"), value)) for name, value in (("x", V), ("W", W), ("b", V))
    ]
    assert (
        page(Givens(tuple(named)), width=30)
        == """
    ⎡0.5⎤       ⎡0.15 0.20⎤
x = ⎣0.1⎦   W = ⎣0.25 0.30⎦

    ⎡0.5⎤
b = ⎣0.1⎦
"""
    )


TABLE = Table(
    (("quantity",), ("value",), ("note",)),
    (
        (Cell((InlineMath(A),)), Cell((InlineMath(W),)), Cell(("right",), "good")),
        (
            Cell((InlineMath(B),)),
            Cell((InlineMath(Number("-1")),)),
            Cell(("the slope was left out, so it is wrong",), "bad"),
        ),
    ),
    "lrl",
    ("What is known",),
)


def test_a_table() -> None:
    assert (
        page(TABLE)
        == """
  What is known

  quantity         value   note
  ───────────────────────────────────────────────────────────────
  a          ⎡0.15 0.20⎤   right
             ⎣0.25 0.30⎦
  b                   −1   the slope was left out, so it is wrong
"""
    )


def test_a_table_squeezes_its_sentences_first() -> None:
    assert (
        page(TABLE, width=48)
        == """
What is known

quantity         value   note
────────────────────────────────────────────────
a          ⎡0.15 0.20⎤   right
           ⎣0.25 0.30⎦
b                   −1   the slope was left out,
                         so it is wrong
"""
    )


def test_a_table_without_room_becomes_a_list() -> None:
    assert (
        page(TABLE, width=30)
        == """
What is known

a
  value  ⎡0.15 0.20⎤
         ⎣0.25 0.30⎦
  note   right

b
  value  −1
  note   the slope was left
         out, so it is wrong
"""
    )


def test_nothing_but_ascii(lesson: Document) -> None:
    text = to_terminal_text(lesson, ascii=True)
    assert text.isascii()
    assert (
        """
 7  Through the sigmoid of layer 2: multiply, entry by entry, by its slope.

      dL/da(2) = dL/dy (*) sigma'(a(2))
      sigma'(a) = sigma(a)(1 - sigma(a)) = h(1 - h)

                  [ 0.7448]     [0.1851]    [ 0.1378]
               ~= [-0.2131] (*) [0.1733] ~= [-0.0369]
"""
        in text
    )


def test_the_lesson(lesson: Document) -> None:
    text = to_terminal_text(lesson)
    assert (
        """
 7  Through the sigmoid of layer 2: multiply, entry by entry, by its slope.

      ∂L/∂a⁽²⁾ = ∂L/∂y ⊙ σ′(a⁽²⁾)              σ′(a) = σ(a)(1 − σ(a)) = h(1 − h)

                 ⎡ 0.7448⎤   ⎡0.1851⎤   ⎡ 0.1378⎤
               ≈ ⎣−0.2131⎦ ⊙ ⎣0.1733⎦ ≈ ⎣−0.0369⎦
"""
        in text
    )
    assert text == to_terminal_text(lesson)


@pytest.mark.parametrize("width", range(20, 201))
def test_no_line_is_wider_than_the_page(lesson: Document, width: int) -> None:
    for plain in (False, True):
        text = to_terminal_text(lesson, width=width, ascii=plain)
        assert widest(text) <= width
        assert not any(line.endswith(" ") for line in text.splitlines())


def test_the_width_is_kept_within_reason(lesson: Document) -> None:
    assert to_terminal_text(lesson, width=-3) == to_terminal_text(lesson, width=20)
    assert to_terminal_text(lesson, width=10**9) == to_terminal_text(lesson, width=400)


names = st.one_of(st.text(max_size=30), st.sampled_from(EVERYTHING))
formulas = st.recursive(
    st.one_of(
        st.builds(Identifier, names),
        st.builds(Words, names),
        st.builds(Matrix, st.lists(st.tuples(*[names] * 6), min_size=1, max_size=3).map(tuple)),
        st.sampled_from([Operator("+"), Operator("=", "relation"), Operator("⊙")]),
    ),
    lambda below: st.one_of(
        st.builds(Row, st.lists(below, max_size=6).map(tuple)),
        st.builds(Fenced, below),
    ),
    max_leaves=8,
)
inlines = st.lists(
    st.one_of(names, st.builds(InlineMath, formulas), st.builds(Strong, names), st.builds(Code, names)), max_size=3
).map(tuple)
blocks = st.one_of(
    st.builds(Title, names, names),
    st.builds(Heading, names, st.integers(1, 3)),
    st.builds(Paragraph, inlines),
    st.builds(Note, inlines, st.sampled_from(["remark", "warning", "check"])),
    st.builds(Givens, st.lists(formulas, max_size=3).map(tuple)),
    st.builds(Equation, formulas, st.lists(st.builds(Link, st.just("="), formulas), max_size=3).map(tuple), formulas),
    st.builds(
        Table,
        st.tuples(inlines, inlines),
        st.lists(st.tuples(st.builds(Cell, inlines), st.builds(Cell, inlines)), max_size=3).map(tuple),
        st.sampled_from(["ll", "lr", "cc"]),
    ),
)
steps = st.builds(Step, st.integers(1, 10**6), names, inlines, inlines, blocks.map(lambda block: (block,)))
pages = st.lists(st.one_of(blocks, steps), max_size=3)


@given(pages, st.integers(20, 120), st.booleans())
def test_any_document_fits_any_page(content: list[Block], width: int, plain: bool) -> None:
    text = to_terminal_text(Document(tuple(content)), width=width, ascii=plain)
    for line in text.split("\n"):
        assert line.isprintable()
        assert display_width(line) <= width
    if plain:
        assert text.isascii()


@pytest.mark.parametrize("text", EVERYTHING)
def test_data_appears_as_it_stands_and_does_nothing(text: str) -> None:
    shown = " ".join(safe(text.replace("\n", " ").replace("\t", " ")).split())
    document = Document(
        (
            Title(text),
            Heading(text),
            Paragraph((text, Strong(text), Code(text), InlineMath(Identifier(text)))),
            Step(1, text, (text,), (), ()),
            Table(((text,),), ((Cell((text,)),),), "l"),
        )
    )
    output = to_terminal_text(document, width=400)
    assert shown in output.splitlines()[0]
    assert output.count(shown) >= 6
    assert output.replace("\n", "").isprintable()
    coloured = to_terminal_text(document, width=400, color=True)
    assert "\x1b" not in re.sub(r"\x1b\[[0-3;]*6?m", "", coloured)


def test_colours_are_for_headings_and_verdicts() -> None:
    document = Document((Title("T", "s"), Heading("H"), TABLE))
    text = to_terminal_text(document, width=72, color=True)
    assert text.startswith("\x1b[1mT\x1b[0m")
    assert "\x1b[1;36mH\x1b[0m" in text
    assert "\x1b[32mright\x1b[0m" in text
    assert "\x1b[31mthe slope was left out, so it is wrong\x1b[0m" in text
    assert re.sub(r"\x1b\[[\d;]*m", "", text) == to_terminal_text(document, width=72)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return monkeypatch


def written(stream: io.StringIO, **options: object) -> str:
    write_terminal(Document((Heading("H"), TABLE)), stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_pipe_gets_80_columns_and_no_colour(bare_environment: pytest.MonkeyPatch) -> None:
    assert written(io.StringIO()) == to_terminal_text(Document((Heading("H"), TABLE)), width=80)
    bare_environment.setenv("COLUMNS", "48")
    assert widest(written(io.StringIO())) == 48


def test_colours_are_for_terminals_and_can_be_refused(bare_environment: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;36mH" in written(Terminal())
    assert "\x1b" not in written(Terminal(), color=False)
    assert "\x1b[1;36mH" in written(io.StringIO(), color=True)
    bare_environment.setenv("NO_COLOR", "1")
    assert "36m" not in written(Terminal())
    bare_environment.delenv("NO_COLOR")
    bare_environment.setenv("FORCE_COLOR", "1")
    assert "36mH" in written(io.StringIO())
    bare_environment.delenv("FORCE_COLOR")
    bare_environment.setenv("TERM", "dumb")
    assert "\x1b" not in written(Terminal())


def test_a_wide_page_is_not_cropped_by_a_dumb_terminal(bare_environment: pytest.MonkeyPatch) -> None:
    bare_environment.setenv("TERM", "dumb")
    assert widest(written(Terminal(), width=95)) == 95


class Latin(io.StringIO):
    encoding = "iso-8859-1"


def test_a_stream_that_cannot_carry_the_text_gets_ascii(bare_environment: pytest.MonkeyPatch) -> None:
    assert written(Latin()).isascii()
    assert not written(Latin(), ascii=False).isascii()
    assert written(io.StringIO(), ascii=True).isascii()


def test_a_stream_that_can_carry_the_text_gets_it_whole(bare_environment: pytest.MonkeyPatch) -> None:
    stream = Latin()
    write_terminal(Document((Paragraph(("caf\u00e9",)),)), stream)
    assert stream.getvalue().strip() == "caf\u00e9"


def test_a_list_in_a_narrow_step_has_its_titles_above_its_values() -> None:
    table = Table((("of",), ("the gradient",)), ((Cell(("W",)), Cell(("0.5",))),), "ll")
    text = page(Step(1, "t", ("why",), (), (Table(table.header * 3, (table.rows[0] * 3,), "l" * 6),)), width=20)
    lines = [line.strip() for line in text.splitlines()]
    assert lines[lines.index("the gradient") + 1] == "0.5"
    assert widest(text) <= 20


def test_hundreds_of_rows() -> None:
    table = Table(TABLE.header, TABLE.rows * 150, "lrl")
    assert page(table).count("the slope was left out") == 150


def test_plain_text_does_not_wait_for_rich() -> None:
    code = (
        "import sys\n"
        "from bpcli.document.document import Document, Heading\n"
        "from bpcli.render import render\n"
        "render(Document((Heading('H'),)), 'terminal')\n"
        "sys.exit(any(name == 'rich' or name == 'numpy' for name in sys.modules))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
