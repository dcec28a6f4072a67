"""Networks of blocks: gradients against central differences, and the scalar grain against the matrices."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from blocks import random_blocks
from networks import difference_quotient, distance, numbers_of, scalar_of, solved

from bpcli import Solution
from bpcli.calculus.expr import evaluate
from bpcli.compose.blocks import BLOCKS
from bpcli.inquiry.gradcheck import gradient_check
from bpcli.inquiry.scalar import ScalarSolution

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
COUNT = int(os.environ.get("BPCLI_RANDOM_BLOCKS", "20000" if LONG else "2000"))
TOGETHER = 100
STEP = 1e-4


def slope_along(solution: Solution, seed: int) -> tuple[float, float, bool]:
    """The slope of the output in a random direction of all parameters: by the gradients, by central differences, and
    whether two step sizes agree, so that no kink lies between.
    """
    program, values = solution.program, solution.built.values
    random = np.random.default_rng(seed)
    gradients = {
        v.of.name: solution.values[v.name]
        for v in program.variables().values()
        if v.role == "adjoint" and v.of is not None
    }
    trained = [variable for variable in solution.built.parameters if variable.name in gradients]
    directions = {v.name: random.choice([-1.0, 1.0], v.shape) for v in trained}
    forward = [binding for binding in program.bindings if binding.phase == "forward"]

    def moved(step: float) -> float:
        found = {**values, **{name: values[name] + step * way for name, way in directions.items()}}
        for binding in forward:
            found[binding.variable.name] = evaluate(binding.formula("computed"), found)
        return float(found[solution.output.name])

    wide = (moved(STEP) - moved(-STEP)) / (2 * STEP)
    near = (moved(STEP / 2) - moved(-STEP / 2)) / STEP
    slope = float(sum(np.sum(gradients[name] * way) for name, way in directions.items()))
    return slope, near + (near - wide) / 3, abs(wide - near) <= 1e-5 * max(1.0, abs(near))


@pytest.mark.parametrize("start", range(0, COUNT, TOGETHER))
def test_gradients_of_random_blocks_are_their_differences(start: int) -> None:
    """Whatever blocks stand one after another and inside one another, in each layout, alone and in batches."""
    kinks = 0
    for seed in range(start, start + TOGETHER):
        problem, _ = random_blocks(seed)
        slope, numeric, smooth = slope_along(solved(problem), seed)
        kinks += not smooth
        assert not smooth or abs(slope - numeric) <= 1e-7 * max(1.0, abs(numeric)), (seed, problem)
    assert kinks <= TOGETHER // 20


def test_random_blocks_meet_every_block() -> None:
    """All of them, as first layers and as inner ones."""
    met = set().union(*(random_blocks(seed)[1] for seed in range(300)))
    assert met == {*BLOCKS, "own"} - {"embedding"}


@pytest.mark.parametrize("seed", range(0, COUNT, 20))
def test_scalar_grain_of_random_blocks_is_the_matrix_program(seed: int) -> None:
    """Every entry of every quantity and of every gradient, and the slope in a random direction."""
    problem, _ = random_blocks(seed)
    solution, scalar = scalar_of(problem)
    assert scalar_distances(solution, scalar) <= 1e-11, problem
    slope, numeric, smooth = difference_quotient(solution, scalar, seed)
    assert not smooth or abs(slope - numeric) <= 1e-6 * max(1.0, abs(numeric))


def scalar_distances(solution: Solution, scalar: ScalarSolution) -> float:
    """The largest difference; scores that are −∞ are the same number."""
    worst = 0.0
    for step in solution:
        variable = step.binding.variable
        if step.phase == "forward":
            found = np.array(numbers_of(scalar, variable.name, scalar.values))
            wanted = np.ravel(step.value)
            finite = np.isfinite(wanted)
            np.testing.assert_array_equal(np.isfinite(found), finite)
            worst = max(worst, distance(found[finite], wanted[finite]))
        elif variable.role == "adjoint" and variable.of is not None:
            worst = max(worst, distance(numbers_of(scalar, variable.of.name, scalar.gradients), step.value))
    return worst


BATCH: dict[str, Any] = {"inputs": [[0.5, -1], [1, 0.3], [-0.2, 0.8]], "targets": [[0.5, 1], [0, 1], [1, 0.2]]}
ROWS: dict[str, Any] = {"input": [[0.5, -1], [1, 0.3], [-0.2, 0.8]], "sequence": True}
GATE = {"weights": [[0.3, -0.2], [0.5, 0.1]], "recurrent": [[0.2, 0.4], [-0.3, 0.1]], "bias": [0.1, -0.1]}
WEIGHTS = [[0.4, -0.3], [0.2, 0.6]]
ALONE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dense": (BATCH, {"weights": WEIGHTS, "bias": [0.1, 0.2], "activation": "tanh"}),
    "dropout": (BATCH, {"mask": [[1, 0], [1, 1], [0, 1]], "keep": 0.5}),
    "layer_norm": (BATCH, {"gain": [1.5, 0.5], "bias": [0.1, 0.2], "epsilon": 0.1}),
    "batch_norm": (BATCH, {"gain": [1.5, 0.5], "bias": [0.1, 0.2]}),
    "residual": (BATCH, {"layers": [{"weights": WEIGHTS, "activation": "sigmoid"}], "activation": "tanh"}),
    "branches": (BATCH, {"branches": [{"layers": [{"weights": WEIGHTS}]}, {"layers": []}], "combine": "product"}),
    "conv": ({"input": [[1, 0.5, -1], [2, 0, 1], [0.3, 1, 1]]}, {"kernels": [WEIGHTS, WEIGHTS], "bias": [0.1, 0.2]}),
    "max_pool": ({"input": [[1, 0.5, -1], [2, 0, 1], [0.3, 1, 1.5]]}, {"size": 2, "stride": 1}),
    "mean_pool": ({"input": [[1, 0.5, -1], [2, 0, 1], [0.3, 1, 1.5]]}, {"size": 2, "stride": 1}),
    "flatten": ({"input": [[1, 0.5], [2, 0]]}, {}),
    "embedding": ({"input": [2, 1, 2]}, {"table": WEIGHTS}),
    "attention": (ROWS, {"query": WEIGHTS, "key": WEIGHTS, "value": WEIGHTS, "mask": "causal"}),
    "recurrent": (ROWS, GATE | {"outputs": "all", "start": [0.1, 0.2]}),
    "lstm": (ROWS, dict.fromkeys(("input_gate", "forget_gate", "output_gate", "candidate"), GATE)),
    "gru": (ROWS, dict.fromkeys(("update_gate", "reset_gate", "candidate"), GATE) | {"form": "reset_after"}),
}


@pytest.mark.parametrize("layout", ["W x + b", "x W + b", "x W^T + b"])
@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_every_gradient_of_a_block_is_its_difference(name: str, layout: str) -> None:
    """Those of the parameters and those between, entry by entry; there is a case for every block."""
    given, fields = ALONE[name]
    trained = {"recurrent": GATE | {"outputs": "all"}} if given is ROWS else {"weights": WEIGHTS}
    if name in ("conv", "max_pool", "mean_pool", "flatten"):
        trained = {"conv": {"kernels": [[0.7]], "bias": [0.1]}}
    layers = [{name: fields}] if name == "embedding" else [trained, {name: fields} if fields else name]
    network = given | {"layers": [*layers, "flatten"] if given is not BATCH else layers}
    (y,) = (step.value for step in solved(forward_of(network, layout)) if step.id in ("y",))
    if given is not BATCH:
        network |= {"target": np.linspace(0.1, 0.9, np.size(y)).tolist()}
    solution = solved(forward_of(network | {"loss": "half_squared_error"}, layout))
    results = gradient_check(solution)
    assert len(results) >= 2
    assert all(item.agrees for item in results), results


def forward_of(network: dict[str, Any], layout: str) -> dict[str, Any]:
    if "loss" not in network:
        network = {key: value for key, value in network.items() if key != "targets"}
    return {"network": network, "conventions": {"affine": layout}}
