"""Random networks against many digits (`benchmarks/differential.py` does the same for thousands, and with PyTorch)."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from exact import Exact, errors_of, exact, hard_network
from mpmath import mp, mpf
from networks import CONTINUOUS, random_network

from bpcli import parse_problem, solve
from bpcli.calculus.ops.losses import LOSSES
from bpcli.calculus.ops.registry import ACTIVATIONS, activation

ORDINARY, HARD = range(18), range(1, 42)
EXACT = 1e-13
"""Some hundred roundings of a number of 53 bits."""


def solved(problem: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    solution = solve(parse_problem(json.dumps(problem)))
    output, names = solution.output.name, [variable.name for variable in solution.built.parameters]
    return float(solution.values[output]), {name: solution.values[f"d{output}/d{name}"] for name in names}


@pytest.mark.parametrize("seed", ORDINARY)
def test_ordinary_networks(seed: int) -> None:
    """The objective and every gradient, to almost all digits that there are."""
    problem = random_network(seed)
    true = exact(problem)
    assert not true.at_kink
    assert max(errors_of(*solved(problem), true)) < EXACT


def test_everything_occurs_among_them() -> None:
    problems = [make(seed) for make, seeds in ((random_network, ORDINARY), (hard_network, HARD)) for seed in seeds]
    networks = [problem["network"] for problem in problems]
    assert {network["loss"]["name"] for network in networks} == set(LOSSES)
    assert {layer["activation"]["name"] for network in networks for layer in network["layers"]} == set(CONTINUOUS)


@pytest.mark.parametrize("seed", HARD)
def test_hard_networks(seed: int) -> None:
    """Saturated units, units at their kink, certain targets: in units of the largest gradient."""
    problem = hard_network(seed)
    true = exact(problem)
    if true.at_kink:
        pytest.skip("rounding decides on the side of a kink")
    objective, gradients = solved(problem)
    assert errors_of(objective, gradients, true).objective < EXACT
    largest = max(float(abs(entry)) for gradient in true.gradients.values() for entry in np.ravel(gradient))
    for name, gradient in true.gradients.items():
        expected = np.ravel(np.array(gradient, dtype=float))
        np.testing.assert_allclose(np.ravel(gradients[name]), expected, rtol=0, atol=EXACT * largest, err_msg=name)


def saturated(activations: list[str], loss: str, weight: float, target: list[float]) -> dict[str, Any]:
    """One unit of the input, two of every layer, the first of them far up and the second far down."""
    sizes = [1, *(2 for _ in activations)]
    layers = [
        {
            "weights": [[weight * (1 if row == 0 else -1)] * below for row in range(2)],
            "bias": [0.25, -0.5],
            "activation": {"name": name},
        }
        for name, below in zip(activations, sizes, strict=False)
    ]
    network = {"input": [1.0], "target": target, "layers": layers, "loss": {"name": loss, "log_base": "e"}}
    if not loss.endswith("cross_entropy"):
        del network["loss"]["log_base"]
    return {"network": network, "conventions": {"affine": "W x + b", "relu_at_zero": 0}}


@pytest.mark.parametrize("weight", [20.0, 37.0, 100.0, 700.0])
@pytest.mark.parametrize(
    ("activations", "loss", "target"),
    [
        (["sigmoid"], "binary_cross_entropy", [1.0, 0.0]),
        (["sigmoid"], "binary_cross_entropy", [0.0, 1.0]),
        (["sigmoid"], "binary_cross_entropy", [0.5, 1e-12]),
        (["softmax"], "cross_entropy", [0.0, 1.0]),
        (["softmax"], "cross_entropy", [1.0, 0.0]),
        (["softmax"], "cross_entropy", [0.3, 0.7]),
        (["softmax"], "squared_error", [0.25, 0.75]),
        (["tanh"], "squared_error", [0.5, 0.5]),
        (["sigmoid", "identity"], "half_squared_error", [0.5, 0.25]),
        (["tanh", "softplus"], "huber", [0.5, 0.25]),
        (["elu"], "absolute_error", [0.5, 0.25]),
    ],
)
def test_saturated_units_keep_their_slopes(
    activations: list[str], loss: str, target: list[float], weight: float
) -> None:
    """A slope of 10⁻⁴⁰⁰ is 0, but one of 10⁻¹⁷ or 10⁻⁸⁰ has all its digits: every layer in units of its own gradients.

    Except for y − t where y is almost t: there is no y between 1 − 10⁻¹⁶ and 1.
    """
    problem = saturated(activations, loss, weight, target)
    true = exact(problem)
    assert true.reach >= weight
    errors = errors_of(*solved(problem), true)
    assert errors.objective < EXACT
    assert errors.gradients < EXACT or (loss.endswith("cross_entropy") and target[0] == 1.0)


# --- activations by themselves -------------------------------------------------------------------------------------

POINTS = [
    sign * size for sign in (1, -1) for size in (1e-300, 1e-17, 1e-8, 0.1, 0.7, 1.0, 5.0, 18.0, 37.0, 300.0, 700.0)
]
TRUE = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "tanh": lambda z: (mp.exp(z) - mp.exp(-z)) / (mp.exp(z) + mp.exp(-z)),
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "relu": lambda z: max(z, mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else mpf(0.01) * z,
    "elu": lambda z: z if z > 0 else mp.exp(z) - 1,
    "silu": lambda z: z / (1 + mp.exp(-z)),
    "step": lambda z: mpf(1 if z >= 0 else 0),
    "sign": mp.sign,
}


@pytest.mark.parametrize("name", sorted(TRUE))
def test_activations_and_slopes_are_right_to_the_last_digits(name: str) -> None:
    """From 10⁻³⁰⁰ to ±700, relative to the value itself."""
    operation = activation(name, {}, axis=None)
    assert operation.derivative is not None
    with mp.workdps(1000):
        for point in POINTS:
            z, step = mpf(point), mpf(abs(point)) * mpf(10) ** -60
            value, slope = TRUE[name](z), (TRUE[name](z + step) - TRUE[name](z - step)) / (2 * step)
            for found, true in (
                (operation(np.float64(point)), value),
                (operation.derivative(np.float64(point)), slope),
            ):
                apart = abs(mpf(float(found)) - true)
                assert apart <= 4 * math.ulp(float(abs(true))), (name, point, found, mp.nstr(true, 20))


def test_the_other_activations_are_compared_in_networks() -> None:
    # Far from 0 a tail of the normal distribution changes faster than its argument is known.
    assert set(ACTIVATIONS) - set(TRUE) == {"softmax", "gelu"}


def test_the_reference_is_no_copy() -> None:
    """What is wrong by a thousandth is found to be."""
    problem = random_network(0)
    objective, gradients = solved(problem)
    true = exact(problem)
    assert isinstance(true, Exact)
    worse = {name: gradient * 1.001 for name, gradient in gradients.items()}
    assert errors_of(objective, worse, true).gradients == pytest.approx(1e-3, rel=0.01)
    assert errors_of(objective * 1.001, gradients, true).objective == pytest.approx(1e-3, rel=0.01)
