"""What the numbers of a problem hide."""

import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.authoring.lint import _flat, lint
from bpcli.document.rounding import Rounding
from bpcli.mistakes import sites

SYMMETRIC = """
title: symmetric
network:
  input: [0.5, 0.1]
  target: [0.01, 0.99]
  layers:
    - {weights: [[0.15, 0.20], [0.20, 0.30]], bias: [0.35, 0.15], activation: sigmoid}
    - {weights: [[0.40, 0.45], [0.45, 0.55]], bias: [0.60, 0.10], activation: sigmoid}
  loss: half_squared_error
"""

SATURATED = """
title: saturated
network:
  input: [5, 1]
  target: 1
  layers:
    - {weights: [[1.5, 2.0], [2.5, 3.0]], bias: [0.5, 0.5], activation: sigmoid}
    - {weights: [[0.4, 0.45]], bias: [0.6], activation: sigmoid}
  loss: half_squared_error
"""


def findings(text, **digits):
    return lint(solve(parse_problem(text)), Rounding(**digits) if digits else None)


def hidden(found):
    return {(item.quantity, identifier): item for item in found if item.kind == "invisible" for identifier in item.ids}


def test_symmetric_weights_hide_a_transpose():
    found = hidden(findings(SYMMETRIC))
    assert found["a1", "F01"].reason == "symmetric"
    assert found["dL/dh1", "B01"].reason == "symmetric"
    assert not found["dL/dh1", "B01"].always


def test_two_outputs_hide_mean_against_half_the_sum():
    item = hidden(lint(solve(load_problem("lez5"))))["L", "L02"]
    assert item.reason == "two_outputs"
    assert item.always


def test_zero_biases_hide_what_is_done_with_them():
    found = hidden(lint(solve(load_problem("mac0460-softmax"))))
    assert found["a1", "F03"].reason == "zero_bias"


def test_closed_and_open_relus():
    found = hidden(lint(solve(load_problem("relu-at-zero"))))
    assert found["dL/da1", "B15"].reason in ("dead", "open")
    assert ("h1", "F06") in found


def test_gradients_below_the_printed_digits():
    lost = [item.quantity for item in findings(SATURATED, decimals=3) if item.kind == "digits"]
    assert "dL/dW1" in lost
    assert not [item for item in findings(SATURATED, significant=4) if item.kind == "digits"]


def test_mistakes_that_look_alike():
    """Leaving out the slope and cancelling it are one number whatever the problem."""
    alike = [item for item in lint(solve(load_problem("lez5"))) if item.kind == "alike"]
    assert any(set(item.ids) == {"D03", "D05"} and item.always and item.quantity == "dL/da2" for item in alike)


def test_fewer_digits_hide_more():
    def count(decimals):
        return len([item for item in findings(SYMMETRIC, decimals=decimals) if not item.always])

    assert count(2) > count(6)


@pytest.mark.parametrize("name", ["adam", "micrograd", "layout-xw", "custom-activation", "mac0460-entropy", "ridge"])
def test_every_kind_of_problem_can_be_linted(name):
    for item in lint(solve(load_problem(name))):
        assert item.kind in ("invisible", "alike", "digits")


def test_what_a_leaky_unit_has_to_do_with_it():
    """With slopes of 1 and 0.1 it hides nothing by itself; with 1 alone all units are open."""
    text = """
network:
  input: [1, 2]
  target: [1]
  loss: squared_error
  layers:
    - {weights: [[W, -1], [1, 1]], activation: leaky_relu}
    - {weights: [[1, 2]], activation: identity}
"""
    for weight, reason in (("0.5", ""), ("9", "open")):
        around = {site.name: site for site in sites(solve(parse_problem(text.replace("W", weight))))}
        assert _flat(around["h1"]) == reason
