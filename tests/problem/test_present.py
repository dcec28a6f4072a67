import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.diagnostics import Diagnostic, ProblemError, Related, Span
from bpcli.document.safe import safe
from bpcli.problem.present import format_diagnostics
from bpcli.problem.validate import read_problem

REFUSAL = """\
title: The refusal
network:
  input: [0.5, 0.1]
  layers:
    - weights: [[0.15, 0.20], [0.25, 0.30]]
      activation: sigmod
    - weights: [[0.4, 0.45, 0.1], [0.5, 0.55, 0.2], [0.1, 0.2, 0.3]]
"""

SHOWN = """\
problem.yaml:6:19: error[unknown-activation]: `sigmod` is not an activation
   6 |       activation: sigmod
     |                   ^^^^^^
     = help: did you mean `sigmoid`? known: elu, identity, leaky_relu, relu, sigmoid, softmax, softplus, tanh
problem.yaml:7:16: error[shape]: layer 2 has weights 3×3, but layer 1 has 2 units
   7 |     - weights: [[0.4, 0.45, 0.1], [0.5, 0.55, 0.2], [0.1, 0.2, 0.3]]
     |                ^ 3×3, expected 2 columns
   5 |     - weights: [[0.15, 0.20], [0.25, 0.30]]
     |                - 2 units come from here
2 errors in problem.yaml. Nothing was solved."""


def test_a_refusal(vocabulary):
    with pytest.raises(ProblemError) as caught:
        read_problem(REFUSAL, "problem.yaml", vocabulary)
    assert format_diagnostics(caught.value) == SHOWN


def shown(source: str, span: Span | None, **rest: object) -> list[str]:
    diagnostic = Diagnostic("code", "message", span)._replace(**rest)
    return format_diagnostics(ProblemError("f.yaml", source, (diagnostic,)), outcome="").split("\n")


def test_without_a_place():
    assert shown("", None, help="do") == ["f.yaml: error[code]: message", "     = help: do", "1 error in f.yaml."]


def test_carets_stand_under_wide_and_invisible_characters():
    assert shown("重み: x", Span(1, 5, 1, 6))[1:3] == ["   1 | 重み: x", "     |       ^"]
    assert shown("a\u202eb: x", Span(1, 6, 1, 7))[1:3] == ["   1 | a⟨U+202E⟩b: x", "     |             ^"]


def test_long_lines_are_clipped_around_the_caret():
    first, second = shown("a" * 10_000 + "X" + "b" * 10_000, Span(1, 10_001, 1, 10_002))[1:3]
    assert len(first) < 120
    assert first.index("X") == second.index("^")


def test_places_over_several_lines_and_past_the_end():
    assert shown("a: b\n  c\n", Span(1, 4, 2, 4))[2] == "     |    ^"
    assert shown("a:", Span(1, 3, 1, 3))[2] == "     |   ^"
    assert len(shown("a:", Span(9, 3, 9, 4))) == 2


def test_line_numbers_of_large_files_are_aligned():
    related = (Related(Span(7, 1, 7, 2), "here"),)
    lines = shown("x\n" * 123_456, Span(123_456, 1, 123_456, 2), related=related)
    assert lines[1:] == ["123456 | x", "       | ^", "     7 | x", "       | - here", "1 error in f.yaml."]


def test_only_the_first_are_shown():
    error = ProblemError("f", "x", tuple(Diagnostic("code", f"number {i}", Span(1, 1, 1, 2)) for i in range(50)))
    text = format_diagnostics(error)
    assert text.count("error[code]") == 20
    assert text.endswith("… and 30 more\n50 errors in f. Nothing was solved.")


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("plain", "plain"),
        ("σ′(a) ≈ ½", "σ′(a) ≈ ½"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\tb\nc\rd\x00", "a\\tb\\nc\\rd\\x00"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("\u202e0.1\u2066", "⟨U+202E⟩0.1⟨U+2066⟩"),
        ("a\u200bb\ufeff\u00a0", "a⟨U+200B⟩b⟨U+FEFF⟩⟨U+00A0⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("bad\udcffname", "bad\\xffname"),
        ("\u3164\ufe0f", "⟨U+3164⟩⟨U+FE0F⟩"),
        ("e\u0301", "e\u0301"),
        ("z" + "\u0301" * 5, "z\u0301\u0301\u0301⟨U+0301⟩⟨U+0301⟩"),
    ],
)
def test_safe(text, visible):
    assert safe(text) == visible


@given(st.text())
def test_safe_text_is_printable_and_stays_as_it_is(text):
    assert safe(text).isprintable()
    assert safe(safe(text)) == safe(text)
    safe(text).encode()


@given(st.text(max_size=200), st.integers(1, 3), st.integers(1, 300), st.integers(0, 50))
def test_any_place_in_any_text_is_shown_on_printable_lines(text, line, column, length):
    for item in shown(text, Span(line, column, line, column + length)):
        assert item.isprintable()
