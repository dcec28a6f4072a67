"""Lessons of saturated networks: what the formulas give as they are written, what is true, and the way around."""

from __future__ import annotations

import pytest

from bpcli import parse_problem, solve
from bpcli.lesson import lesson
from bpcli.render import render


@pytest.mark.parametrize(
    ("weight", "target", "loss", "gradient"),
    [(800, 0, "800", "[1] − [0] = [1]"), (-800, 1, "800", "[0] − [1] = [−1]")],
)
def test_what_leaves_the_range_of_numbers_is_told_and_gone_around(
    weight: int, target: int, loss: str, gradient: str
) -> None:
    """The loss is its accurate value, and the gradient comes by the short way."""
    network = f"input: [1], target: [{target}], layers: [{{weights: [[{weight}]], activation: sigmoid}}]"
    solution = solve(parse_problem(f"network: {{{network}, loss: binary_cross_entropy}}"))
    assert solution["L"] == float(loss)
    text = " ".join(render(lesson(solution), "terminal", width=200).split())
    assert f"L = −Σ[t ln y + (1 − t) ln (1 − y)] ≈ {loss} " in text
    assert f"Computed as it is written, the formula gives ∞ here; the accurate value is {loss}." in text
    assert "∂L/∂y has an entry too large for a number; the calculation goes around it, by y − t." in text
    assert f"∂L/∂a⁽¹⁾ = y − t = {gradient}" in text
    assert "the formula has no value here (a 0 meets an ∞); the accurate value is" in text
    assert "nan" not in text


def test_what_only_the_written_formula_loses_has_its_value() -> None:
    """1/(1 − y) where y is 1 on paper and e⁻⁴⁰ less."""
    network = "input: [1], target: [0], layers: [{weights: [[40]], activation: sigmoid}]"
    solution = solve(parse_problem(f"network: {{{network}, loss: binary_cross_entropy}}"))
    text = " ".join(render(lesson(solution), "terminal", width=200).split())
    assert "∂L/∂y = −t ⊘ y + (1 − t) ⊘ (1 − y) ≈ [2.353852668e17]" in text
    assert "∂L/∂a⁽¹⁾ = y − t = [1] − [0] = [1]" in text
    assert "too large" not in text
    assert "nan" not in text
