"""When a number is right: honest handwork is, nonsense is not, and one mistake costs once. Cases were met in use."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from graded_networks import solved
from sheets import by_id, check, grader_of, verdicts

from bpcli.calculus.expr import Array
from bpcli.grading.diagnose import Diagnoser
from bpcli.grading.model import Written

SIGMOID = "network:\n  input: {x}\n  target: {t}\n  layers: [{{weights: {W}{more}, activation: {f}}}]\n  loss: {loss}\n"


def layer(x: str, t: str, W: str, f: str = "sigmoid", loss: str = "half_squared_error", more: str = "") -> str:
    return SIGMOID.format(x=x, t=t, W=W, f=f, loss=loss, more=more)


# --- honest work ---


HANDWORK = {
    "products rounded as the sheet is": (
        layer("[0.53, 0.17, 0.91]", "[0.2]", "[[0.38, 0.72, 0.34]]"),
        {"a1": "[0.632]"},
    ),
    "exponentials rounded as the sheet is": (
        layer("[1.0]", "[1, 0, 0]", "[[-2.1], [-3.3], [-2.6]]", "softmax", "cross_entropy"),
        {"a1": "[-2.1, -3.3, -2.6]", "y": "[0.524, 0.159, 0.318]"},
    ),
    "1/m as 0.3333": (
        """
network:
  inputs: [[1.0], [2.0], [3.0]]
  targets: [[-1.0], [-2.0], [0.5]]
  layers: [{weights: [[0.9]]}]
  loss: half_squared_error
""",
        {"y": "[[0.9, 1.8, 2.7]]", "L": "[1.8050, 7.2200, 2.4200]", "J": "3.8146"},
    ),
    "a number rounded here, in full there": (
        layer("[1.0]", "[1, 0]", "[[2.03], [-0.29]]", "softmax", "cross_entropy"),
        {"y": "[0.911, 0.0895]", "dL/dy": "[-1.10, 0]", "dL/da1": "[-0.0911, 0.0895]"},
    ),
    "a quotient by its result": (
        "graph:\n  inputs: {x1: -1.4, x2: 1.6}\n  define: {u1: x2 / x1, u3: u1 + u1, v1: x1 + u3}\n",
        {"u1": "-1.143", "dv1/du1": "2.000", "dv1/dx1": "-0.6329"},
    ),
}


@pytest.mark.parametrize(("problem", "answers"), HANDWORK.values(), ids=HANDWORK)
def test_what_is_rounded_inside_a_line_is_no_mistake(problem: str, answers: dict[str, str]) -> None:
    found = verdicts(check(problem, answers))
    assert {found[name] for name in answers} <= {"correct", "close"}


def test_a_term_without_weight_follows_through_a_saturated_probability() -> None:
    """From y = 1 and t = 1, −t/y + (1 − t)/(1 − y) is −1: the second term has no weight, whatever it divides by."""
    problem = layer("[1.2]", "[1]", "[[0.9]]", loss="binary_cross_entropy", more=", bias: [0.1]")
    found = by_id(check(problem, {"a1": "[11.8]", "y": "[1.000]", "dL/dy": "[-1.000]"}))
    assert [found[name].verdict for name in ("a1", "y", "dL/dy")] == ["wrong", "follows", "follows"]


def test_numbers_of_a_machine_are_right() -> None:
    """1e-17 for 0, and what single precision makes of a number: both are said."""
    text = "graph:\n  inputs: {a: 0.1}\n  define: {z: 0.3 - 3 * a, w: a / 3}\n  gradients: []\n"
    rows = by_id(check(text, {"z": "1e-17", "w": repr(float(np.float32(0.1) / np.float32(3)))}))
    assert [rows[name].verdict for name in ("z", "w")] == ["correct", "correct"]
    assert "precision" in rows["w"].message


# --- digits ---


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("0.6094", "correct"),
        ("0.61", "correct"),  # two significant digits
        ("0.6096", "close"),
        ("0.6099", "wrong"),
        ("0.6", "coarse"),
        ("1", "wrong"),
    ],
)
def test_digits_are_information(text: str, verdict: str) -> None:
    """The value is 0.60945."""
    report = check("graph:\n  inputs: {a: 1.2189}\n  define: {y: a * 0.5}\n  gradients: []\n", {"y": text})
    row = by_id(report)["y"]
    assert row.verdict == verdict
    assert row.points == {"correct": 1.0, "close": 1.0, "coarse": 0.5}.get(verdict, 0.0)
    assert ("too few digits" in row.message) == (text == "1")


def test_a_problem_says_how_many_digits_it_wants_and_what_they_are_worth() -> None:
    text = (
        "graph:\n  inputs: {a: 1.2189}\n  define: {y: a * 0.5}\n  gradients: []\n"
        "check: {digits: 3, close: 0.25, coarse: 0.125}\n"
    )
    shares = {"0.609": 1.0, "0.61": 0.125, "0.6095": 1.0, "0.6096": 0.25}
    assert {text_: check(text, {"y": text_}).score for text_ in shares} == shares


def test_a_division_by_a_written_zero_makes_nothing_right() -> None:
    """Only what a concrete rounding of the numbers above gives is right: 0.31/0.0001 is 3100."""
    text = "graph:\n  inputs: {x: 0.31, w: 0.3}\n  define: {u: x - w, v: u * u, z: x / v}\n"
    sheet = {"u": "0.01", "v": "0.00"}
    for nonsense in ("5.00", "-40.00", "77777.00"):
        assert by_id(check(text, {**sheet, "z": nonsense}))["z"].points == 0.0
    assert verdicts(check(text, {**sheet, "z": "3100.00"}))["z"] == "correct"


def test_points_of_a_whole_and_of_its_entry_are_counted_once() -> None:
    problem = layer("[0.5, 0.1]", "[0.01, 0.99]", "[[0.15, 0.20], [0.25, 0.30]]")
    report = check(problem + 'check: {points: {dL/dW1: 4, "dL/dW1[1,2]": 3}}\n', "answers:\n")
    assert sum(row.max_points for row in report.answers) == report.max_score == 7.0


# --- one mistake, one loss ---


def _numbers(values: Array) -> str:
    rows = [", ".join(f"{value:.4f}" for value in row) for row in np.atleast_2d(values)]
    return f"[{', '.join(f'[{row}]' for row in rows)}]"


def _lez5_without_its_first_bias() -> dict[str, Array]:
    """lez5 in plain NumPy with b⁽¹⁾ left out."""
    values: Mapping[str, Any] = grader_of("lez5").solution.values
    h1 = 1 / (1 + np.exp(-(values["W1"] @ values["x"])))
    y = 1 / (1 + np.exp(-(values["W2"] @ h1 + values["b2"])))
    d2 = (y - values["t"]) * y * (1 - y)
    return {"y": y, "dL/da2": d2, "dL/dW2": d2 @ h1.T}


def test_a_mistake_in_a_line_that_was_not_written_costs_once() -> None:
    work = _lez5_without_its_first_bias()
    rows = by_id(
        check("lez5", {"y": _numbers(work["y"].T)[1:-1], "dL/dW2": _numbers(work["dL/dW2"])}),
    )
    assert [match.id for match in rows["y"].matches] == ["F03"]
    assert (rows["y"].verdict, rows["dL/dW2"].verdict, rows["dL/dW2"].points) == ("wrong", "follows", 1.0)


# --- solved for ---


def test_a_given_number_misread_is_found() -> None:
    """W = (2.0, 4.0) for (2.0, 3.0): the number that the line comes out with differs in one digit."""
    problem = layer("[0.4, 0.5]", "[1]", "[[2.0, 3.0]]")
    (match,) = by_id(check(problem, {"a1": "[2.80]"}))["a1"].matches
    assert match.id == "F21"
    assert "W⁽¹⁾[1,2] is 4.0; 3.0 is given" in match.message


def test_two_common_slips_in_one_step_are_told_as_two() -> None:
    """The bias left out in a line that was not written, and the activation skipped."""
    values = solved("deep").values
    h1 = values["W1"] @ values["x"]
    found = Diagnoser(solved("deep")).diagnose("h1", _given(h1), values, {"x": np.zeros(())})
    assert [match.id for match in found] == ["F25"]
    assert "the bias was not added" in found[0].message


def test_values_of_something_unwritten_are_solved_for() -> None:
    """∂L/∂W = δ hᵀ with an h that nothing explains: three by two entries, two unknown."""
    solution = solved("tanh")
    h1 = np.array([[0.3776], [0.2264]])
    delta = solution.values["dL/da2"]
    found = Diagnoser(solution).diagnose(
        "dL/dW2", _given(delta @ h1.T), solution.values, {"dL/da2": np.zeros(delta.shape)}
    )
    assert [match.id for match in found] == ["X-unwritten"]
    assert "0.3776" in found[0].message


def _given(value: Array) -> Any:
    from graded_networks import given

    return given(value, 6)


def test_a_sum_over_the_instances_that_was_not_taken_is_told() -> None:
    """A row for each instance; the losses of a batch for their mean."""
    solution = solved("batch")
    diagnoser = Diagnoser(solution)
    losses = tuple(Written(f"{x:.6f}", round(float(x), 6), 5e-7) for x in np.ravel(solution.values["L"]))
    assert [m.id for m in diagnoser.of_another_shape("J", (losses,), solution.values)] == ["L16"]
    bias = solution.values["dJ/da2"].T
    rows = tuple(tuple(Written(f"{x:.6f}", round(float(x), 6), 5e-7) for x in row) for row in bias)
    assert [m.id for m in diagnoser.of_another_shape("dJ/db2", rows, solution.values)] == ["G24"]


# --- certain ---


def test_one_digit_is_never_certain() -> None:
    for text in ("[0.3]", "[2.8]", "[0.26]"):
        for match in by_id(check(layer("[0.4, 0.5]", "[1]", "[[2.0, 3.0]]"), {"f'(a1)": text}))["f'(a1)"].matches:
            assert match.certainty != "certain"


def test_later_answers_say_nothing_of_a_mistake() -> None:
    """∂L/∂b copied from a wrong ∂L/∂a is no other quantity whose value it would be."""
    answers = {"dL/dy": "[0.745, -0.213]", "dL/da2": "[0.9299, -0.0398]", "dL/db2": "[0.9299, -0.0398]"}
    row = by_id(check("lez5", answers))["dL/da2"]
    assert "X-label" not in [match.id for match in row.matches]


# --- careless sheets ---


@pytest.fixture(scope="module")
def careless() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "careless_sheets.py"
    spec = importlib.util.spec_from_file_location("careless_sheets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("problem", ["lez5", "mazur", "zh-tanh-bce", "batch-ridge", "softmax-3class"])
def test_careless_sheets_earn_little(problem: str, careless: ModuleType) -> None:
    """Ones everywhere, the key in whole numbers; the key as it is displayed earns everything."""
    grader = grader_of(problem)
    assert careless.earned(grader, lambda value: "1") <= 0.25
    assert careless.earned(grader, lambda value: f"{round(value)}") <= 0.5
    assert careless.earned(grader, grader.solution.rounding.text) == pytest.approx(1.0)
