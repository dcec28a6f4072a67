"""Symbol presets and overrides change names and ids, never numbers."""

import pytest

from bpcli import ProblemError, parse_problem, solve
from bpcli.notation.conventions import PRESETS, clashes

NETWORK = """
title: named
{conventions}
network:
  input: [0.5, 0.1]
  target: [1]
  layers:
    - {{weights: [[0.1, 0.2], [0.3, -0.4]], bias: [0.1, 0.2], activation: tanh}}
    - {{weights: [[0.5, 0.6]], bias: 0.1, activation: sigmoid}}
  loss: half_squared_error
"""

IDS = {
    "goodfellow": ("a2", "y", "h2", "dL/da2", "dL/dy", "dL/dh1"),
    "nielsen": ("z2", "aL", "a2", "dC/dz2", "dC/daL", "dC/da1"),
    "ng": ("z2", "yhat", "a2", "dL/dz2", "dL/dyhat", "dL/da1"),
    "mitchell": ("net2", "o2", "o2", "dE/dnet2", "dE/do2", "dE/do1"),
    "mazur": ("net2", "out2", "out2", "dE/dnet2", "dE/dout2", "dE/dout1"),
}


def test_every_preset_is_tried():
    """The ids below cover all presets."""
    assert set(IDS) == set(PRESETS)


@pytest.mark.parametrize("preset", IDS)
def test_presets_rename_and_change_no_number(preset):
    """The same quantities under the letters of each textbook."""
    reference = solve(parse_problem(NETWORK.format(conventions="")))
    solution = solve(parse_problem(NETWORK.format(conventions=f"conventions: {{symbols: {preset}}}")))
    for theirs, ours in zip(IDS[preset], IDS["goodfellow"], strict=True):
        assert solution[theirs] == reference[ours]


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_no_clashes(preset):
    """No preset gives two quantities one name."""
    assert clashes(PRESETS[preset]) == []


@pytest.mark.parametrize("symbols", ["activation: a", "loss: x", "target: y", "prediction: W2", "bias: W"])
def test_clashing_symbols_are_refused(symbols):
    """A letter that would name two quantities is refused before anything is computed."""
    problem = parse_problem(NETWORK.format(conventions=f"conventions: {{symbols: {{{symbols}}}}}"))
    with pytest.raises(ProblemError) as caught:
        solve(problem)
    assert [d.code for d in caught.value.diagnostics] == ["symbol-clash"]


def test_delta_writes_another_name_for_the_adjoint_of_a_pre_activation():
    """With `delta: true` the gradient at a pre-activation is written δ; its ids stay."""
    from bpcli.lesson import lesson
    from bpcli.render import render

    solution = solve(parse_problem(NETWORK.format(conventions="conventions: {delta: true}")))
    assert solution["delta2"] == solution["dL/da2"]
    assert "δ⁽²⁾ = ∂L/∂y ⊙ σ′(a⁽²⁾)" in render(lesson(solution), "terminal", width=80)


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("superscript", "a⁽²⁾ = W⁽²⁾ h⁽¹⁾ + b⁽²⁾"),
        ("bracket", "a^[2] = W^[2] h^[1] + b^[2]"),
        ("subscript", "a₂ = W₂ h₁ + b₂"),
    ],
)
def test_layers_may_be_counted_in_three_places(style, written):
    """`layer_index` moves the number of the layer; ids stay."""
    from bpcli.lesson import lesson
    from bpcli.render import render

    solution = solve(parse_problem(NETWORK.format(conventions=f"conventions: {{layer_index: {style}}}")))
    assert solution["W1[1,2]"] == 0.2
    assert written in render(lesson(solution), "terminal", width=80)
