"""What is told about a wrong answer: which causes, how certain, and the sentence with its numbers."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ReferenceType, ref

import numpy as np
import pytest
import yaml
from graded_networks import given, solved

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.expr import evaluate
from bpcli.grading.diagnose import Diagnoser
from bpcli.grading.grade import Grader
from bpcli.grading.model import Given, Match
from bpcli.solution.solution import Solution

DEEP = solved("deep")
DIAGNOSER = Diagnoser(DEEP)
V = DEEP.values
WRITTEN = {step.id: np.zeros(np.shape(step.value)) for step in DEEP}
WITHOUT_TRANSPOSE = V["W2"] @ V["dL/da2"]


def found(name: str, value: Any, answered: Any = None, digits: int = 4) -> tuple[Match, ...]:
    """Of the problem `deep`, in which everything above has been written down unless said otherwise."""
    halves = WRITTEN if answered is None else answered
    return DIAGNOSER.diagnose(name, given(np.asarray(value), digits), V, halves)


@pytest.mark.parametrize(
    ("name", "value", "identifier", "certainty", "told"),
    [
        ("dL/dh1", WITHOUT_TRANSPOSE, "B01", "certain", "W⁽²⁾ ∂L/∂a⁽²⁾ gives (0.001550, −0.1009): the weights were"),
        ("dL/dh1", 2 * WITHOUT_TRANSPOSE, "B01", "possible", "used without the transpose, and it is multiplied by 2"),
        ("h1", V["y"], "X-label", "certain", "; y gives (0.7399, 0.5418): this is the value of another quantity"),
        ("dL/dW1", 0.3 * V["dL/dW1"], "X-factor-rate", "possible", "this mistake gives (0.003137, −0.001882"),
        ("dL/dW1", 10 * V["dL/dW1"], "F18", "possible", "10 ∂L/∂a⁽¹⁾ xᵀ gives"),
        (
            "dL/dW1",
            V["dL/dW1"] * [[1, -1], [1, 1]],
            "X-sign-entry",
            "possible",
            "entry [1,2]: you wrote 6.274e−03, and",
        ),
    ],
)
def test_a_cause_is_told_with_what_it_gives(name: str, value: Any, identifier: str, certainty: str, told: str) -> None:
    (match,) = found(name, value)
    assert (match.id, match.certainty) == (identifier, certainty)
    assert told in match.message
    assert match.hint


def test_formulas_that_are_told_give_what_they_are_told_to_give() -> None:
    """With a factor, the formula is that of the mistake without it."""
    (plain,) = found("dL/dh1", WITHOUT_TRANSPOSE)
    assert plain.wrong is not None
    np.testing.assert_allclose(evaluate(plain.wrong, V), WITHOUT_TRANSPOSE)
    np.testing.assert_allclose(plain.value, WITHOUT_TRANSPOSE)
    (doubled,) = found("dL/dh1", 2 * WITHOUT_TRANSPOSE)
    assert doubled.wrong is not None
    np.testing.assert_allclose(evaluate(doubled.wrong, V), WITHOUT_TRANSPOSE)
    np.testing.assert_allclose(doubled.value, 2 * WITHOUT_TRANSPOSE)


def test_a_mistake_further_up_is_put_into_the_formula() -> None:
    """Two lines above, in one that was not written down; what lies between is put in, too."""
    wrong = np.outer(WITHOUT_TRANSPOSE * V["f'(a1)"], [0.5, -0.3])
    (match,) = found("dL/dW1", wrong, {})
    assert (match.id, match.certainty) == ("B01", "certain")
    assert "with W⁽²⁾ ∂L/∂a⁽²⁾ for ∂L/∂h⁽¹⁾ it comes to" in match.message
    assert match.wrong is not None
    np.testing.assert_allclose(evaluate(match.wrong, V), wrong)


def test_a_mistake_is_not_looked_for_in_lines_that_were_written() -> None:
    wrong = np.outer(WITHOUT_TRANSPOSE * V["f'(a1)"], [0.5, -0.3])
    assert "B01" not in [match.id for match in found("dL/dW1", wrong)]
    assert "B01" not in [match.id for match in found("dL/dW1", wrong, {"dL/dh1": np.zeros((2, 1))})]


def test_a_mistake_of_the_line_itself_is_not_sought_further_up() -> None:
    """Only a plain factor may have come in anywhere."""
    (match,) = found("dL/dh1", WITHOUT_TRANSPOSE, {})
    assert (match.id, match.certainty) == ("B01", "certain")
    several = found("dL/dW1", 2 * V["dL/dW1"], {})
    assert len(several) > 1
    assert {match.certainty for match in several} == {"tied"}


def chain(length: int) -> Solution:
    lines = "".join(f"    u{k}: u{k - 1} * b + a\n" for k in range(1, length))
    return solve(
        parse_problem(f"graph:\n  inputs: {{a: 1.37, b: 0.71}}\n  define:\n    u0: a * b\n{lines}  gradients: []\n")
    )


def worked(length: int, slip: int) -> float:
    """The last number of the chain, where a was taken away in one line instead of added."""
    value = 1.37 * 0.71
    for k in range(1, length):
        value = value * 0.71 + (-1.37 if k == slip else 1.37)
    return value


@pytest.mark.parametrize(("slip", "is_found"), [(2, False), (3, True), (14, True)])
def test_mistakes_are_sought_in_the_nearest_lines_first(slip: int, is_found: bool) -> None:
    """In a dozen of those that were not written down."""
    solution = chain(16)
    matches = Diagnoser(solution).diagnose("u15", given(np.float64(worked(16, slip)), 6), solution.values, {})
    assert [match.id for match in matches] == (["F14"] if is_found else [])
    if is_found:
        assert matches[0].wrong is not None
        assert evaluate(matches[0].wrong, solution.values) == pytest.approx(worked(16, slip))


def test_a_slip_in_some_entries_is_told_with_the_formula_of_the_entry() -> None:
    """One path to the units above was followed in the first entry alone."""
    first = V["W2"][0, 0] * V["dL/da2"][0, 0]
    (match,) = found("dL/dh1", [[first], [V["dL/dh1"][1, 0]]])
    assert (match.id, match.certainty) == ("B03", "certain")
    np.testing.assert_allclose(match.value, [[first], [V["dL/dh1"][1, 0]]])
    assert match.wrong is not None
    vague = found("dL/dh1", [[first], [V["dL/dh1"][1, 0]]], digits=1)
    assert all(item.certainty != "certain" for item in vague)


@pytest.mark.parametrize(("decimals", "is_found"), [(1, True), (2, True), (3, True), (4, True), (5, True), (6, False)])
def test_inputs_may_have_been_rounded_to_up_to_five_decimals(decimals: int, is_found: bool) -> None:
    a2 = V["W2"] @ np.round(V["h1"], decimals) + V["b2"]
    ids = [match.id for match in found("a2", a2, digits=9)]
    assert ("F19" in ids) is is_found


def test_cut_off_digits_do_not_hide_a_mistake() -> None:
    """(0.1999, −0.3399) for (0.2, −0.33999…)."""
    value = V["W1"].T @ [[0.5], [-0.3]] + V["b1"]
    cut = np.trunc(value * 1e3) / 1e3
    answer = Given(cut, np.full((2, 1), 5e-4), [[f"{cut[0, 0]:.3f}"], [f"{cut[1, 0]:.3f}"]])
    matches = DIAGNOSER.diagnose("a1", answer, V, WRITTEN)
    assert "F01" in [match.id for match in matches]


def test_a_line_that_overflows_is_compared_with_its_stable_form() -> None:
    """∂L/∂y is infinite where a sigmoid is 1 and 0 was wanted; ∂L/∂a is 1 all the same."""
    text = "network:\n  input: [1000]\n  target: [0]\n  layers: [{weights: [[1]], activation: sigmoid}]\n"
    solution = solve(parse_problem(text + "  loss: binary_cross_entropy\n"))
    (match,) = Diagnoser(solution).diagnose("dL/da1", given(np.array([[-1.0]]), 3), solution.values, {})
    assert match.id == "X-sign"
    assert Diagnoser(solution).diagnose("dL/da1", given(np.array([[1.0]]), 3), solution.values, {}) == ()


def test_one_diagnoser_serves_a_whole_class() -> None:
    grader = Grader(DEEP)
    assert grader.diagnoser is grader.diagnoser
    assert grader.diagnoser.variants("a1") is grader.diagnoser.variants("a1")


def test_nothing_of_a_problem_is_kept_when_its_grader_is_gone() -> None:
    """Grading many problems one after another needs no more memory than grading one of them."""

    def graded() -> ReferenceType[Solution]:
        solution = solve(load_problem("lez5"))
        grader = Grader(solution)
        report = grader.grade(grader.read(yaml.dump({"answers": {"a1": [9.9, 9.9]}}), "a.yaml"))
        assert report.first_wrong == "a1"
        return ref(solution)

    gone = [graded() for _ in range(3)]
    gc.collect()
    assert [reference() for reference in gone] == [None] * 3
