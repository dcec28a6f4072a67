"""Random networks: whatever a problem file can say, the gradients are those that central differences find."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from networks import CONTINUOUS, SIGNED

from bpcli import Solution, parse_problem, solve
from bpcli.calculus.backprop import sum_to_shape
from bpcli.calculus.expr import as_expr, evaluate
from bpcli.calculus.ops.losses import LOSSES, LossForm, loss
from bpcli.calculus.ops.reductions import softmax
from bpcli.calculus.ops.registry import ACTIVATIONS
from bpcli.inquiry.gradcheck import gradient_check

COUNT = int(os.environ.get("BPCLI_RANDOM_NETWORKS", "300"))
LAYOUTS = ("W x + b", "x W + b", "x W^T + b")
HIDDEN = CONTINUOUS
# What a logarithm is taken of has to lie between 0 and 1 (softmax of a single unit is 1).
PROBABILITIES = {
    "cross_entropy": ("softmax", "sigmoid"),
    "binary_cross_entropy": ("sigmoid",),
    "kl": ("softmax", "sigmoid"),
}


def numbers(random: np.random.Generator, *shape: int) -> Any:
    return random.uniform(-1.2, 1.2, shape).round(3).tolist()


def pick(random: np.random.Generator, options: Any) -> Any:
    return options[int(random.integers(len(options)))]


def random_layer(random: np.random.Generator, layout: str, fed: int, units: int, activation: str) -> dict[str, Any]:
    weights = numbers(random, *((fed, units) if layout == "x W + b" else (units, fed)))
    layer: dict[str, Any] = {"weights": weights, "activation": {"name": activation}}
    for parameter in ACTIVATIONS[activation]:
        layer["activation"][parameter] = round(float(random.uniform(0.05, 0.9)), 2)
    kind = random.integers(3)
    if kind:
        layer["bias"] = numbers(random, units) if kind == 1 else numbers(random, 1)[0]
    if not random.integers(5):
        layer["trainable"] = ["weights"] if "bias" not in layer or random.integers(2) else ["bias"]
    return layer


def random_problem(seed: int) -> dict[str, Any]:
    """A network of at most three layers of at most five units. JSON, which is YAML as well."""
    random = np.random.default_rng(seed)
    layout = LAYOUTS[seed % 3]
    name = LOSSES[seed % len(LOSSES)]
    sizes = [int(n) for n in random.integers(1, 6, size=random.integers(2, 5))]
    activations = [pick(random, HIDDEN) for _ in sizes[1:]]
    activations[-1] = pick(random, PROBABILITIES.get(name, HIDDEN))
    layers = [
        random_layer(random, layout, fed, units, activation)
        for fed, units, activation in zip(sizes, sizes[1:], activations, strict=False)
    ]
    loss_spec: dict[str, Any] = {"name": name}
    if random.integers(2):
        loss_spec["factor"] = pick(random, [0.5, 2, 0.3])
    if random.integers(2):
        loss_spec["over_outputs"] = pick(random, ["sum", "mean"])
    if name.endswith("cross_entropy"):
        loss_spec["log_base"] = pick(random, ["e", "2", "10"])
    if name == "huber":
        loss_spec["delta"] = 0.7
    network: dict[str, Any] = {"layers": layers, "loss": loss_spec}
    instances = int(random.integers(1, 5))
    x, t = numbers(random, instances, sizes[0]), random.uniform(0.05, 0.95, (instances, sizes[-1]))
    if name == "cross_entropy" or activations[-1] == "softmax":
        t = t / np.sum(t, axis=1, keepdims=True)
    if name in SIGNED:  # the margin of 1 is met by none of them exactly
        t = t * random.choice([-0.9, 0.9], t.shape)
    if instances > 1:
        network |= {"inputs": x, "targets": t.tolist()}
        loss_spec["over_batch"] = pick(random, ["mean", "sum"])
    else:
        network |= {"input": x[0], "target": t[0].tolist()}
    if random.integers(2):
        penalties = {"l2": 0.1, "l1": 0.03}
        chosen = pick(random, [["l2"], ["l1"], ["l2", "l1"]])
        network["regularization"] = {key: penalties[key] for key in chosen} | {
            "bias": bool(random.integers(2)),
            "factor": pick(random, ["1/2", 1]),
        }
    return {"network": network, "conventions": {"affine": layout}}


def solved(problem: dict[str, Any]) -> Solution:
    return solve(parse_problem(json.dumps(problem)))


def covered() -> Iterator[tuple[str, ...]]:
    for seed in range(COUNT):
        problem = random_problem(seed)
        network = problem["network"]
        yield ("layout", problem["conventions"]["affine"])
        yield ("loss", network["loss"]["name"], "batch" if "inputs" in network else "single")
        for layer in network["layers"]:
            yield ("activation", layer["activation"]["name"])
            yield ("bias", type(layer.get("bias")).__name__)


@pytest.mark.skipif(COUNT < 300, reason="fewer networks were asked for than it takes to meet everything")
def test_random_networks_meet_everything() -> None:
    """All activations, losses (one instance and a batch), layouts and kinds of bias occur among them."""
    met = set(covered())
    assert {item[1] for item in met if item[0] == "activation"} == set(CONTINUOUS)
    assert {item[1] for item in met if item[0] == "layout"} == set(LAYOUTS)
    assert {item[1] for item in met if item[0] == "bias"} == {"list", "float", "NoneType"}
    assert {item[1:] for item in met if item[0] == "loss"} == {
        (name, kind) for name in LOSSES for kind in ("batch", "single")
    }


@pytest.mark.parametrize("seed", range(COUNT))
def test_gradients_of_a_random_network_agree_with_central_differences(seed: int) -> None:
    """Every adjoint agrees to 1e-6; a program with all its lines is well formed."""
    solution = solved(random_problem(seed))
    assert solution.program.check() is solution.program
    results = gradient_check(solution)
    assert results
    has_zero = any(step.rule == "affine" and bool(np.any(step.value == 0)) for step in solution)
    for item in results:
        if has_zero and item.kink_count:
            continue  # differences go over a kink
        assert item.agrees, f"{item.name}: {item.analytic} and by differences {item.numeric}"
        # Only behind units that are all switched off is a pre-activation, without bias, exactly 0.
        assert item.kink_count == 0


@pytest.mark.parametrize("base", ["e", "2", "10"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("instances", [1, 3])
def test_softmax_with_cross_entropy_is_the_route_through_the_jacobian(base: str, layout: str, instances: int) -> None:
    """The y − t that is computed equals the product of the loss's gradient and softmax's Jacobian, as it is told."""
    random = np.random.default_rng(instances)
    columns = layout == "W x + b"
    for fed in range(1, 6):
        network = {
            "layers": [random_layer(random, layout, fed, 4, "softmax") | {"trainable": True}],
            "loss": {"name": "cross_entropy", "log_base": base},
            "inputs": numbers(random, instances, fed),
            "targets": random.dirichlet(np.ones(4), instances).tolist(),
        }
        solution = solved({"network": network, "conventions": {"affine": layout}})
        (step,) = (step for step in solution if step.id == "dJ/da1")
        assert step.binding.stable is not None
        long_way = evaluate(step.formula, solution.values)
        np.testing.assert_allclose(step.value, long_way, rtol=1e-9, atol=1e-14)
        a, t = solution.values["a1"], solution.values["t"]
        axis = 0 if columns else 1
        form = LossForm("cross_entropy", log_base=base, axis=axis)
        y = softmax(axis).forward(a)
        seed = np.full((1, instances) if columns else (instances, 1), 1 / instances)
        through_loss = as_expr(loss(form).backprop(seed, None, y, t)[0])
        through_both = as_expr(softmax(axis).backprop(evaluate(through_loss, {}), y, a)[0])
        np.testing.assert_allclose(
            step.value, evaluate(sum_to_shape(through_both, np.shape(a)), {}), rtol=1e-9, atol=1e-14
        )


@pytest.mark.parametrize("name", ["step", "sign"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_comes_back_through_a_jump(name: str, layout: str) -> None:
    """Below a unit whose slope is 0 every gradient is 0, above it they are what they are."""
    random = np.random.default_rng(5)
    layers = [random_layer(random, layout, 3, 3, name), random_layer(random, layout, 3, 3, "identity")]
    for layer in layers:
        layer.pop("trainable", None)
    network = {"layers": layers, "loss": "squared_error", "input": [0.3, -0.2, 0.7], "target": [0.1, 0.2, 0.3]}
    solution = solved({"network": network, "conventions": {"affine": layout}})
    before = np.asarray(solution["a1"])
    np.testing.assert_array_equal(solution["h1"], (before > 0) if name == "step" else np.sign(before))
    assert not np.any(solution["dL/dW1"])
    assert np.any(solution["dL/dW2"])
