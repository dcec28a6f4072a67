"""A number raised a little: what happens to the output, and what a gradient promised."""

from __future__ import annotations

import numpy as np
import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.inquiry.nudge import STEP, nudge
from bpcli.render import render
from bpcli.reports.report import report_document


def _loss(a1: np.ndarray) -> float:
    """lez5 in plain NumPy, from the first pre-activation on."""
    values = solve(load_problem("lez5")).values
    h1 = 1 / (1 + np.exp(-a1))
    y = 1 / (1 + np.exp(-(values["W2"] @ h1 + values["b2"])))
    return float(np.sum((y - values["t"]) ** 2) / 2)


def test_the_change_is_that_of_plain_numpy() -> None:
    """The entry that is off most is raised, and everything below it worked anew."""
    solution = solve(load_problem("lez5"))
    a1, right = solution.values["a1"], solution.values["dL/da1"]
    wrong = right + np.array([[0.001], [0.05]])
    found = nudge(solution, "dL/da1", wrong)
    assert found is not None
    assert (found.of.name, found.at, found.step) == ("a1", (1, 0), STEP)
    raised = a1.copy()
    raised[1, 0] += STEP
    assert found.change == pytest.approx(_loss(raised) - _loss(a1), abs=1e-12)
    assert found.promised == pytest.approx(float(wrong[1, 0]) * STEP)
    assert found.change == pytest.approx(float(right[1, 0]) * STEP, rel=1e-3)


def test_a_given_number_may_be_raised() -> None:
    solution = solve(parse_problem("graph:\n  inputs: {x: 3}\n  define: {y: x * x}\n"))
    found = nudge(solution, "dy/dx", np.float64(3.0))
    assert found is not None
    assert found.change == pytest.approx(3.001**2 - 9)
    assert found.promised == pytest.approx(0.003)


@pytest.mark.parametrize("name", ["a1", "f'(a1)", "nothing"])
def test_what_is_no_gradient_promises_nothing(name: str) -> None:
    assert nudge(solve(load_problem("lez5")), name, np.zeros((2, 1))) is None


def test_where_the_gradient_is_given_there_is_no_output_to_change() -> None:
    text = "network:\n  input: [1]\n  layers: [{weights: [[2]], activation: sigmoid}]\n  upstream: [0.5]\n"
    solution = solve(parse_problem(text))
    (name,) = (
        v.name for v in solution.variables.values() if v.role == "adjoint" and v.of is not None and v.of.name == "W1"
    )
    assert nudge(solution, name, np.zeros((1, 1))) is None


def test_a_report_tells_a_wrong_gradient_what_it_promises() -> None:
    from bpcli.grading.grade import Grader

    solution = solve(load_problem("lez5"))
    grader = Grader(solution)
    report = grader.grade(grader.read("answers:\n  dL/dy: [0.7448, -0.2131]\n  dL/da2: [0.7448, -0.2131]\n", "s.yaml"))
    text = render(report_document(report, solution), "terminal")
    assert "this gradient promises 0.000745" in " ".join(text.split())
    assert "changes by 0.000138" in " ".join(text.split())
