"""Several updates as one program: they are the program of one update, run again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import solved

from bpcli import Solution
from bpcli.calculus.optimizer import OPTIMIZERS

STEPS = 3
NETWORK: dict[str, Any] = {
    "inputs": [[0.5, -1], [1, 0.3], [-0.2, 0.8], [0.9, 0.1]],
    "targets": [[0.5], [0], [1], [0.3]],
    "layers": [
        {"weights": [[0.4, -0.3], [0.2, 0.6]], "bias": [0.1, -0.2], "activation": "tanh"},
        {"layer_norm": {"gain": [1.2, 0.8], "epsilon": 0.1}},
        {"weights": [[0.7, -0.5]], "bias": [0.3]},
    ],
    "loss": "half_squared_error",
}
PERCEPTRON: dict[str, Any] = {
    "inputs": [[0, 1], [1, 1], [1, 0]],
    "targets": [[1], [0], [0]],
    "layers": [{"weights": [[0.4, -0.3]], "bias": [0.1], "activation": "step"}],
}
GRAPH: dict[str, Any] = {
    "inputs": {"x": [0.5, -1]},
    "parameters": {"W": [[0.4, -0.3], [0.2, 0.6]], "b": [0.1, 0.2]},
    "define": {"a": "W @ x + b", "L": "sum(tanh(a)^2)"},
}
WARM = {"step": 2, "v_W1": [[0.1, 0.2], [0.3, 0.4]], "m_W1": [[0.1, 0.2], [0.3, 0.4]], "s_b3": [0.2]}
RATES: tuple[Any, ...] = (
    0.1,
    [0.3, 0.2, 0.1],
    {"schedule": "exponential", "start": 0.2, "decay": 0.5},
    {"schedule": "step", "start": 0.2, "decay": 0.5, "every": 2},
    {"schedule": "inverse_time", "start": 0.2, "decay": 0.5},
    {"schedule": "cosine", "start": 0.2, "steps": 3},
)


def updated(update: dict[str, Any]) -> dict[str, Any]:
    problem = PERCEPTRON if update.get("optimizer") == "perceptron" else NETWORK
    return {"network": problem | {"update": {"steps": STEPS, "learning_rate": 0.1} | update}}


CASES: dict[str, dict[str, Any]] = {
    **{name: updated({"optimizer": name}) for name in OPTIMIZERS},
    **{f"{name}, one by one": updated({"optimizer": name, "each": "instance"}) for name in OPTIMIZERS},
    **{f"{name}, warm": updated({"optimizer": name, "state": WARM}) for name in OPTIMIZERS if name != "perceptron"},
    **{f"rate {k}": updated({"optimizer": "momentum", "learning_rate": rate}) for k, rate in enumerate(RATES)},
    **{f"rate {k}, warm": updated({"learning_rate": rate, "state": {"step": 2}}) for k, rate in enumerate(RATES)},
    "clipped norm": updated({"clip": {"norm": 0.05}, "optimizer": "adam"}),
    "clipped value": updated({"clip": {"value": 0.02}, "optimizer": "momentum"}),
    "clipped both": updated({"clip": {"value": 0.02, "norm": 0.03}}),
    "ahead": updated({"optimizer": "nesterov", "form": "lookahead", "state": WARM}),
    "ahead, clipped, one by one": updated(
        {"optimizer": "nesterov", "form": "lookahead", "clip": {"norm": 0.1}, "each": "instance"}
    ),
    "uphill": updated({"optimizer": "adam", "direction": "ascent"}),
    "given gradients": updated({"gradients": [{"b3": [0.1 * k]} for k in range(1, STEPS + 1)], "optimizer": "adam"}),
    "graph": {"graph": GRAPH | {"update": {"optimizer": "adam", "learning_rate": 0.1, "steps": STEPS}}},
    "graph ahead": {
        "graph": GRAPH
        | {"update": {"optimizer": "nesterov", "form": "lookahead", "learning_rate": 0.1, "steps": STEPS}}
    },
}


def iterated(problem: dict[str, Any]) -> Solution:
    """The same problem with one update worked, the others made by running it again."""
    return solved(problem).one_update


@pytest.mark.parametrize("name", CASES)
def test_worked_updates_are_the_iterated_ones(name: str) -> None:
    """Every parameter, every running mean and every quantity between, at each update."""
    unrolled, one = solved(CASES[name]), iterated(CASES[name])
    assert len(unrolled) > len(one)
    assert max(step.binding.update for step in unrolled) == STEPS
    later = [step.id for step in unrolled if "@" in step.id]
    assert len(later) >= (STEPS - 1) * len(one.cycle.state)
    for identifier in later:
        np.testing.assert_allclose(unrolled[identifier], one[identifier], rtol=1e-12, atol=1e-14, err_msg=identifier)


@pytest.mark.parametrize("name", CASES)
def test_more_updates_begin_with_the_fewer(name: str) -> None:
    """What is there after k updates does not depend on how many follow."""
    ((kind, whole),) = CASES[name].items()
    shorter = dict(whole["update"]) | {"steps": 2}
    for key in ("learning_rate", "gradients"):
        if isinstance(shorter.get(key), list):
            shorter[key] = shorter[key][:2]
    few, many = solved({kind: whole | {"update": shorter}}), solved(CASES[name])
    for step in few:
        np.testing.assert_allclose(few[step.id], many[step.id], rtol=1e-12, atol=1e-14, err_msg=step.id)


def test_warm_states_begin_where_the_cold_ones_have_come_to() -> None:
    """Two updates, and then one that is told what they left, are three updates."""
    whole = solved(updated({"optimizer": "adam"}))
    parts = {f"{letter}_{name}": whole[f"{letter}_{name}@2"] for letter in "ms" for name in ("W1", "b1", "W3", "b3")}
    parts |= {f"{letter}_gamma2": whole[f"{letter}_gamma2@2"] for letter in "ms"}
    first, norm, last = NETWORK["layers"]
    layers = [
        first | {"weights": whole["W1@2"], "bias": whole["b1@2"]},
        {"layer_norm": norm["layer_norm"] | {"gain": whole["gamma2@2"]}},
        last | {"weights": whole["W3@2"], "bias": whole["b3@2"]},
    ]
    update = {"optimizer": "adam", "learning_rate": 0.1, "state": {"step": 2} | parts}
    again = solved({"network": NETWORK | {"layers": layers, "update": update}})
    for name in ("W1", "b1", "gamma2", "W3", "b3"):
        np.testing.assert_allclose(again[f"{name}_new"], whole[f"{name}@3"], rtol=1e-12)
