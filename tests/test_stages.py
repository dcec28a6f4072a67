"""Worked lines: numbers put in, then evaluated from the inside out."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli import Solution, load_problem, parse_problem, solve
from bpcli.calculus.expr import Constant, Expr, evaluate
from bpcli.calculus.stages import is_long, numbers_in, stages
from bpcli.document.rounding import Rounding
from bpcli.notation.equation import to_math
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer
from bpcli.problem.shipped import shipped_names
from bpcli.solution.solution import Step

FOUR = Writer(Rounding(decimals=4))


def stages_of(solution: Solution, name: str) -> list[Expr]:
    (step,) = (step for step in solution if step.id == name)
    return list(stages(step.formula, solution.values, solution.texts))


def texts_of(solution: Solution, name: str) -> list[str]:
    return [to_text(FOUR.math(stage)) for stage in stages_of(solution, name)]


def graph(inputs: str, line: str) -> Solution:
    return solve(parse_problem(f"graph:\n  inputs: {{{inputs}}}\n  define:\n    y: {line}\n  gradients: []\n"))


def every_formula(step: Step) -> list[Expr]:
    return [formula for formula in (step.formula, step.binding.worked) if formula is not None]


@pytest.mark.parametrize("name", shipped_names())
def test_each_stage_has_the_value_of_the_formula(name: str) -> None:
    """From the first line with numbers to the last, every stage evaluates to the same, and the last is the value."""
    solution = solve(load_problem(name))
    for step in solution:
        for formula in every_formula(step):
            seen = list(stages(formula, solution.values, solution.texts))
            assert isinstance(seen[-1], Constant)
            assert seen[-1].shape == step.binding.variable.shape
            for stage in seen:
                np.testing.assert_allclose(evaluate(stage, {}), step.exact, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a1", [
            "[0.15 0.20; 0.25 0.30] [0.5; 0.1] + [0.35; 0.35]",
            "[0.0950; 0.1550] + [0.35; 0.35]",
            "[0.4450; 0.5050]",
        ]),
        ("h1", ["σ([0.4450; 0.5050])", "[0.6094; 0.6236]"]),
        ("a2", [
            "[0.40 0.45; 0.50 0.55] [0.6094; 0.6236] + [0.60; 0.60]",
            "[0.5244; 0.6477] + [0.60; 0.60]",
            "[1.1244; 1.2477]",
        ]),
        ("dL/dy", ["[0.7548; 0.7769] − [0.01; 0.99]", "[0.7448; −0.2131]"]),
        ("dL/da2", ["[0.7448; −0.2131] ⊙ [0.1851; 0.1733]", "[0.1378; −0.0369]"]),
        ("dL/dW2", ["[0.1378; −0.0369] [0.6094 0.6236]", "[0.0840 0.0860; −0.0225 −0.0230]"]),
    ],
)  # fmt: skip
def test_lez5_is_worked_as_in_the_notes(name: str, expected: list[str]) -> None:
    """The 2-2-2 exercise has the lines of the notes, with their matrices put in and their products in between."""
    assert texts_of(solve(load_problem("lez5")), name) == expected


def test_lez5_equations_can_be_written_without_a_writer() -> None:
    """Formulas of names need no way to write numbers."""
    solution = solve(load_problem("lez5"))
    written = {step.id: to_text(to_math(step.formula, str, pytest.fail)) for step in solution}
    assert written["a1"] == "W⁽¹⁾ x + b⁽¹⁾"
    assert written["h1"] == "σ(a⁽¹⁾)"
    assert written["L"] == "½‖y − t‖²"
    assert written["dL/dy"] == "y − t"
    assert written["dL/dW2"] == "∂L/∂a⁽²⁾ h⁽¹⁾ᵀ"
    assert written["dL/dh1"] == "W⁽²⁾ᵀ ∂L/∂a⁽²⁾"


def test_numbers_keep_the_way_they_were_written() -> None:
    """What the author gave is put in as it was given: 0.20 stays 0.20, 1/3 stays a fraction."""
    assert texts_of(graph("a: 0.20, b: 1/3", "a + b"), "y")[0] == "0.20 + ⅓"


def test_sums_are_worked_in_one_stroke() -> None:
    """A chain of sums is one step, products inside it another."""
    assert texts_of(graph("a: 2, b: 3, c: 4, d: 5", "a*b + c*d - a"), "y") == ["2 · 3 + 4 · 5 − 2", "6 + 20 − 2", "24"]


def test_nested_functions_are_worked_from_the_inside() -> None:
    """Each layer of a formula is a line of its own."""
    texts = texts_of(graph("a: 2", "exp(log(a * 3) + 1)"), "y")
    assert texts == ["exp(ln(2 · 3) + 1)", "exp(ln(6) + 1)", "exp(1.7918 + 1)", "exp(2.7918)", "16.3097"]


def test_losses_are_written_out_with_their_summands() -> None:
    """A short loss shows every summand with its numbers."""
    texts = texts_of(solve(load_problem("lez5")), "L")
    assert len(texts) >= 3
    assert "0.7548" in texts[0]
    assert "0.01" in texts[0]
    assert texts[-1] == "0.3001"


def test_long_sums_are_not_written_out() -> None:
    """A sum over many entries would fill the page: it is worked at once."""
    vector = list(range(1, 20))
    assert len(stages_of(graph(f"v: {vector}", "sum(v)"), "y")) == 2
    assert len(stages_of(graph("v: [1, 2, 3]", "sum(v)"), "y")) == 2  # 1 + 2 + 3, then 6


def test_stages_of_a_number_are_the_number() -> None:
    """A line without operations is its own value."""
    assert texts_of(graph("a: 2", "a"), "y") == ["2"]


def test_transposes_are_taken_at_once() -> None:
    """A transpose is not a step: the matrix is put in as it then lies."""
    solution = solve(load_problem("lez5"))
    (step,) = (step for step in solution if step.id == "dL/dh1")
    start = numbers_in(step.formula, solution.values, solution.texts)
    assert to_text(FOUR.math(start)) == "[0.40 0.50; 0.45 0.55] [0.1378; −0.0369]"


def test_saturated_values_are_worked_without_warnings() -> None:
    """A loss whose textbook form leaves the range of numbers is not written out in it."""
    solution = solve(
        parse_problem(
            "network:\n  input: [1]\n  target: [0, 1]\n  layers:\n    - {weights: [[1000], [0]], activation: softmax}\n"
            "  loss: cross_entropy\n"
        )
    )
    for step in solution:
        for formula in every_formula(step):
            assert list(stages(formula, solution.values, solution.texts))


def test_stages_that_grow_too_long_are_left_out() -> None:
    """A formula that can be read may have a hundred norms to write out; what can be read is shown, and the value."""
    solution = graph("v: [1, 2, 2]", " + ".join(["norm2(v)"] * 120))
    name = solution.output.name
    (step,) = (step for step in solution if step.id == name)
    worked = stages_of(solution, name)
    equation = FOUR.chain(step.binding.variable.math, [step.formula], iter(worked))
    assert any(is_long(stage) for stage in worked)
    assert 1 < len(equation.links) < 1 + len(worked)
    assert to_text(equation.links[-1].math) == "360"
