"""The lines of an answer sheet for entries, rows, summands and later updates, and limits of what is read."""

from __future__ import annotations

import pytest

from bpcli import ProblemError, parse_problem, solve
from bpcli.authoring.lint import Finding, lint
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.notation.text import to_text
from bpcli.reports.answer_sheet import sheet_lines

NETWORK = """\
network:
  input: [1, 2]
  target: [0.5]
  layers: [{weights: [[0.1, 0.2], [0.3, 0.4]], bias: [0.5, 0], activation: sigmoid}, {weights: [[1, 2]]}]
  loss: half_squared_error
  update: {learning_rate: 0.1, optimizer: gradient_descent, steps: 3}
"""
ROW = """\
network:
  input: [1, 2]
  target: [0.5, 0.1]
  layers: [{weights: [[0.1, 0.2], [0.3, 0.4]], bias: [0.5, 0]}]
  loss: half_squared_error
conventions: {affine: x W + b}
"""


def symbols(text: str, points: str) -> dict[str, tuple[str, bool]]:
    """How each line is called, and whether it has its formula."""
    lines = sheet_lines(solve(parse_problem(text + f"check: {{points: {points}}}\n")))
    return {line.id: (to_text(line.symbol), line.formula is not None) for line in lines}


def test_entries_and_rows_and_summands_are_called_what_they_are() -> None:
    asked_for = "{'a1[2]': 1, 'dW1[1,2]': 1, 'dW1[2]': 1, 'terms(a1)': 1, 'terms(a1)[1,2]': 1, 'y@2': 1, W1@2: 1}"
    assert symbols(NETWORK, asked_for) == {
        "a1[2]": ("a⁽¹⁾₂", True),
        "dW1[1,2]": ("(∂L/∂W⁽¹⁾)₁₂", True),
        "dW1[2]": ("∂L/∂W⁽¹⁾", False),
        "terms(a1)": ("terms(a⁽¹⁾)", False),
        "terms(a1)[1,2]": ("terms(a⁽¹⁾)", False),
        "y@2": ("y⟨2⟩", False),
        "W1@2": ("W⁽¹⁾⟨2⟩", False),
    }


def test_entries_of_rows_are_entries_too() -> None:
    assert symbols(ROW, "{'a1[2]': 1}") == {"a1[2]": ("a⁽¹⁾₂", True)}


def test_what_is_out_of_range_cannot_be_asked_for() -> None:
    """∂L/∂y of a sigmoid that is 1 to the last bit, where 0 is wanted, though ∂L/∂a is 1."""
    text = (
        "network:\n  input: [1000]\n  target: [0]\n  layers: [{weights: [[1]], activation: sigmoid}]\n"
        "  loss: binary_cross_entropy\n"
    )
    with pytest.raises(ProblemError) as caught:
        asked(solve(parse_problem(text + "check: {points: {dL/dy: 1, dL/da1: 1}}\n")))
    (found,) = caught.value.diagnostics
    assert (found.code, "out of the range of numbers" in found.message) == ("not-gradable", True)


def test_tables_of_endless_values_are_refused() -> None:
    grader = Grader(solve(parse_problem(NETWORK)))
    with pytest.raises(ProblemError) as caught:
        grader.read("quantity,value\nL," + "," * 200_000 + "\n", "s.csv")
    (found,) = caught.value.diagnostics
    assert (found.code, found.span is not None and found.span.line) == ("too-many-nodes", 2)


def hidden(text: str) -> dict[tuple[str, str], Finding]:
    found = lint(solve(parse_problem(text)))
    return {(item.quantity, identifier): item for item in found if item.kind == "invisible" for identifier in item.ids}


def test_large_steps_are_not_looked_through() -> None:
    """A mistake in one of five thousand numbers would be seen anyway."""
    numbers = ", ".join(["1.5"] * 5001)
    assert (
        lint(solve(parse_problem(f"graph:\n  inputs: {{v: [{numbers}]}}\n  define: {{w: 2 * v}}\n  gradients: []\n")))
        == ()
    )


def test_zeros_that_go_into_a_line_hide_what_is_done_with_them() -> None:
    zero = "network:\n  input: [0, 0]\n  target: [1]\n  layers: [{weights: [[2, 3]], bias: [0.5]}]\n"
    found = hidden(zero + "  loss: half_squared_error\n")
    assert "zero_input" in {item.reason for item in found.values()}


def test_closed_relus_hide_what_lies_below_them() -> None:
    closed = """\
network:
  input: [1, 2]
  target: [1]
  layers:
    - {weights: [[-2, -3], [1, 1]], bias: [0.5, 0.1], activation: relu}
    - {weights: [[0.4, 0.3]], bias: [0.2]}
  loss: half_squared_error
"""
    assert "dead" in {item.reason for item in hidden(closed).values()}
