"""Update steps against loops written here, closed forms and published examples."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli import Solution, load_problem, parse_problem, solve
from bpcli.calculus.optimizer import FORMS, OPTIMIZERS

STEPS = 5
RATE = 0.1


def parabola(update: str) -> Solution:
    """L = w² from w = 1: the gradient is 2w."""
    return solve(
        parse_problem(
            "network:\n  input: 1\n  target: 0\n  layers: [{weights: [[1]]}]\n  loss: squared_error\n"
            f"  update: {{{update}, learning_rate: {RATE}, steps: {STEPS}}}\n"
        )
    )


def path_of(solution: Solution) -> list[float]:
    return [solution[f"W1@{k}"][0][0] for k in range(STEPS + 1)]


Rule = Callable[[float, float, dict[str, float], int], float]
"""(w, gradient, memory, step from 1) → the new w."""


def gradient_descent(w: float, g: float, memory: dict[str, float], k: int) -> float:
    return w - RATE * g


def heavy_ball(form: str, beta: float, nesterov: bool = False) -> Rule:
    def rule(w: float, g: float, memory: dict[str, float], k: int) -> float:
        gain = {"v = βv + g": 1.0, "v = βv + (1−β)g": 1 - beta, "v = βv + ηg": RATE}[form]
        memory["v"] = beta * memory.get("v", 0.0) + gain * g
        step = beta * memory["v"] + gain * g if nesterov else memory["v"]
        return w - (step if form == "v = βv + ηg" else RATE * step)

    return rule


def looking_ahead(beta: float) -> Rule:
    """v and the path of w both start at rest; the parabola's slope at w − ηβv is 2(w − ηβv)."""

    def rule(w: float, g: float, memory: dict[str, float], k: int) -> float:
        ahead = w - RATE * beta * memory.get("v", 0.0)
        memory["v"] = beta * memory.get("v", 0.0) + 2 * ahead
        return w - RATE * memory["v"]

    return rule


def adagrad(w: float, g: float, memory: dict[str, float], k: int) -> float:
    memory["s"] = memory.get("s", 0.0) + g * g
    return w - RATE * g / (math.sqrt(memory["s"]) + 1e-8)


def rmsprop(w: float, g: float, memory: dict[str, float], k: int) -> float:
    memory["s"] = 0.8 * memory.get("s", 0.0) + 0.2 * g * g
    return w - RATE * g / (math.sqrt(memory["s"]) + 1e-6)


def adam(decay: float, beta1: float, beta2: float) -> Rule:
    def rule(w: float, g: float, memory: dict[str, float], k: int) -> float:
        memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
        memory["s"] = beta2 * memory.get("s", 0.0) + (1 - beta2) * g * g
        m, s = memory["m"] / (1 - beta1**k), memory["s"] / (1 - beta2**k)
        return w - RATE * decay * w - RATE * m / (math.sqrt(s) + 1e-8)

    return rule


CASES: list[tuple[str, Rule]] = [
    ("optimizer: gradient_descent", gradient_descent),
    ("optimizer: momentum", heavy_ball("v = βv + g", 0.9)),
    ("optimizer: momentum, momentum: 0.5", heavy_ball("v = βv + g", 0.5)),
    ("optimizer: momentum, beta: 0.5, nesterov: true", heavy_ball("v = βv + g", 0.5, nesterov=True)),
    *(
        (f"optimizer: momentum, beta: 0.7, form: '{form}', nesterov: {str(nesterov).lower()}",
         heavy_ball(form, 0.7, nesterov))
        for form in FORMS["momentum"]
        for nesterov in (False, True)
    ),
    ("optimizer: nesterov", heavy_ball("v = βv + g", 0.9, nesterov=True)),
    ("optimizer: nesterov, beta: 0.6, form: momentum", heavy_ball("v = βv + g", 0.6, nesterov=True)),
    ("optimizer: adagrad", adagrad),
    ("optimizer: rmsprop, beta: 0.8, epsilon: 1e-6", rmsprop),
    ("optimizer: adam", adam(0.0, 0.9, 0.999)),
    ("optimizer: adam, beta1: 0.8, beta2: 0.9", adam(0.0, 0.8, 0.9)),
    ("optimizer: adamw", adam(0.01, 0.9, 0.999)),
    ("optimizer: adamw, weight_decay: 0.2", adam(0.2, 0.9, 0.999)),
]  # fmt: skip


OTHERS = {"perceptron", "lookahead"}
"""They go by no gradient at w, and have loops of their own below."""


def test_every_optimizer_is_tested() -> None:
    """The cases name every optimizer and every form."""
    assert {text.split(",")[0].removeprefix("optimizer: ") for text, _ in CASES} | OTHERS >= set(OPTIMIZERS)
    forms = {form for forms in FORMS.values() for form in forms}
    assert all(any(form in text for text, _ in CASES) for form in forms - OTHERS)


@pytest.mark.parametrize("beta", [0.5, 0.9])
def test_a_gradient_at_the_point_ahead_follows_the_textbook_loop(beta: float) -> None:
    """Sutskever's form: the slope is taken at w − ηβv, and L stays the loss at w."""
    w, memory, expected, rule = 1.0, {}, [1.0], looking_ahead(beta)
    for k in range(1, STEPS + 1):
        w = rule(w, 2 * w, memory, k)
        expected.append(w)
    solution = parabola(f"optimizer: nesterov, form: lookahead, beta: {beta}")
    assert path_of(solution) == pytest.approx(expected, rel=1e-12)
    assert [solution[f"L@{k}"] for k in range(STEPS + 1)] == pytest.approx([w * w for w in expected], rel=1e-12)


@pytest.mark.parametrize(("unit", "low"), [("step", 0.0), ("sign", -1.0)])
@pytest.mark.parametrize("each", ["instance", "batch"])
def test_the_perceptron_follows_its_rule(unit: str, low: float, each: str) -> None:
    """w += η(t − y)x and b += η(t − y): instance after instance, or the sum over all of them."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    t = np.array([low, low, low, 1.0])
    w, b, steps, rate = np.array([0.3, -0.2]), 0.1, 10, 0.25
    solution = solve(
        parse_problem(
            f"network:\n  inputs: {x.tolist()}\n  targets: {[[item] for item in t.tolist()]}\n"
            f"  layers: [{{weights: [{w.tolist()}], bias: [{b}], activation: {unit}}}]\n"
            f"  update: {{optimizer: perceptron, learning_rate: {rate}, steps: {steps}, each: {each}}}\n"
        )
    )
    for k in range(1, steps + 1):
        chosen = [(k - 1) % 4] if each == "instance" else range(4)
        a = x @ w + b
        y = (a >= 0).astype(float) if unit == "step" else np.sign(a)
        for i in chosen:
            w, b = w + rate * (t[i] - y[i]) * x[i], b + rate * (t[i] - y[i])
        np.testing.assert_allclose(solution[f"W1@{k}"], [w], atol=1e-12)
        np.testing.assert_allclose(solution[f"b1@{k}"], [b], atol=1e-12)


@pytest.mark.parametrize(("update", "rule"), CASES, ids=[text for text, _ in CASES])
def test_updates_follow_the_textbook_loop(update: str, rule: Rule) -> None:
    """Five steps on a parabola are those of a few lines of plain Python."""
    w, memory, expected = 1.0, {}, [1.0]
    for k in range(1, STEPS + 1):
        w = rule(w, 2 * w, memory, k)
        expected.append(w)
    solution = parabola(update)
    assert path_of(solution) == pytest.approx(expected, rel=1e-12)
    assert solution["W1_new"][0][0] == pytest.approx(expected[1], rel=1e-12)


@pytest.mark.parametrize("update", [text for text, _ in CASES])
def test_updates_of_a_whole_network_follow_from_its_gradients(update: str) -> None:
    """In a network of matrices and vectors each entry is updated by the rule, from its own gradient."""
    rule = dict(CASES)[update]
    text = load_problem("lez5").text + f"  update: {{{update}, learning_rate: {RATE}, steps: {STEPS}}}\n"
    solution = solve(parse_problem(text))
    for name in ("W1", "b1", "W2", "b2"):
        w = np.array(solution[name])
        memories: dict[tuple[int, ...], dict[str, float]] = {place: {} for place in np.ndindex(w.shape)}
        for k in range(1, STEPS + 1):
            gradient = np.array(solution[f"dL/d{name}@{k - 1}"])
            w = np.array([rule(w[place], gradient[place], memories[place], k) for place in memories]).reshape(w.shape)
            np.testing.assert_allclose(solution[f"{name}@{k}"], w, rtol=1e-10)


def test_gradient_descent_on_a_parabola_has_a_closed_form() -> None:
    """w_k = (1 − 2η)^k."""
    path = path_of(parabola("optimizer: gradient_descent"))
    assert path == pytest.approx([(1 - 2 * RATE) ** k for k in range(STEPS + 1)], rel=1e-14)


def test_momentum_on_a_parabola_has_a_closed_form() -> None:
    """w_{k+1} = (1 + β − 2η) w_k − β w_{k−1}: solved by the roots of its characteristic polynomial."""
    path = path_of(parabola("optimizer: momentum"))
    beta = 0.9
    roots = np.roots([1, -(1 + beta - 2 * RATE), beta])
    weights = np.linalg.solve(np.vander(roots, 2, increasing=True).T, np.array([1, 1 - 2 * RATE], dtype=complex))
    assert path == pytest.approx([float(np.real(np.sum(weights * roots**k))) for k in range(STEPS + 1)], rel=1e-12)


def test_first_step_of_adam_has_the_size_of_the_learning_rate() -> None:
    """Both moments are corrected to the gradient itself, whose size cancels."""
    assert parabola("optimizer: adam")["W1_new"][0][0] == pytest.approx(1 - RATE, abs=1e-8)


def test_published_momentum() -> None:
    """The heavy-ball example: 0.8, 0.46, 0.062, and −0.709 after six steps."""
    solution = solve(load_problem("momentum"))
    assert [round(solution[f"W1@{k}"][0][0], 3) for k in (1, 2, 3, 6)] == [0.8, 0.46, 0.062, -0.709]


def test_published_adamw() -> None:
    """The optimizer applied to the four given gradients takes the path that the walkthrough prints."""
    walkthrough = solve(load_problem("adamw"))
    rule, w, memory = adam(0.1, 0.9, 0.999), 0.5, {}
    for k, gradient in enumerate((0.2, 0.15, 0.25, 0.05), start=1):
        w = rule(w, gradient, memory, k)
        assert walkthrough[f"theta{k}"] == pytest.approx(w, rel=1e-12)
    assert [round(walkthrough[f"theta{k}"], 3) for k in (1, 2, 3)] == [0.395, 0.293, 0.191]


def test_moments_count_updates_like_parameters() -> None:
    """`v_W1@k` is the velocity after k updates: 0 at the start, and `v_W1` after the first."""
    solution = solve(load_problem("momentum"))
    velocities = [solution[f"v_W1@{k}"][0][0] for k in range(4)]
    assert velocities == pytest.approx([0, 2, 3.4, 3.98])
    assert solution["v_W1"] == [[2.0]]


def test_quantities_after_updates_are_those_of_the_updated_parameters() -> None:
    """`L@k` is the loss that the parameters after k updates give."""
    solution = solve(load_problem("lecture11"))
    parameters: dict[str, Any] = {name: solution.at_step(20)[name] for name in ("W1", "b1", "W2", "b2")}
    h1 = 1 / (1 + np.exp(-(parameters["W1"] @ solution.values["x"] + parameters["b1"])))
    y = 1 / (1 + np.exp(-(parameters["W2"] @ h1 + parameters["b2"])))
    assert solution["L@20"] == pytest.approx(0.5 * float(np.sum((y - solution.values["t"]) ** 2)), rel=1e-12)
    assert solution["W1@0"] == solution["W1"]
    assert solution["L@0"] == solution["L"]
