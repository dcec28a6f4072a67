"""Random networks, and how their scalar program is compared with their matrix program and with differences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from bpcli import Solution, parse_problem, solve
from bpcli.calculus.ops.losses import LOSSES
from bpcli.calculus.ops.registry import ACTIVATIONS
from bpcli.inquiry.scalar import ScalarSolution, solve_scalar

LAYOUTS = ("W x + b", "x W + b", "x W^T + b")
MOST_LAYERS, MOST_UNITS = 4, 6
# What a logarithm is taken of has to lie between 0 and 1 (softmax of a single unit is 1).
PROBABILITIES = {
    "cross_entropy": ("softmax", "sigmoid"),
    "binary_cross_entropy": ("sigmoid",),
    "kl": ("softmax", "sigmoid"),
}
CONTINUOUS = tuple(name for name in ACTIVATIONS if name not in ("step", "sign"))
"""Activations without jumps: over a jump differences say nothing."""
SIGNED = ("hinge", "squared_hinge", "logistic")
STEP = 1e-4


def random_network(seed: int) -> dict[str, Any]:
    """A problem with a network of at most four layers of at most six units: any activations, loss, layout, penalty."""
    random = np.random.default_rng([seed, 5])

    def pick(*options: Any) -> Any:
        return options[int(random.integers(len(options)))]

    def numbers(*shape: int) -> Any:
        return random.uniform(-1.2, 1.2, shape).round(3).tolist()

    layout = LAYOUTS[seed % 3]
    name = LOSSES[seed // 3 % len(LOSSES)]
    sizes = random.integers(1, MOST_UNITS + 1, size=int(random.integers(2, MOST_LAYERS + 2))).tolist()
    kinds = [pick(*CONTINUOUS) for _ in sizes[2:]] + [pick(*PROBABILITIES.get(name, CONTINUOUS))]
    layers = []
    for fed, units, kind in zip(sizes, sizes[1:], kinds, strict=False):
        activation = {"name": kind} | {key: round(random.uniform(0.05, 0.9), 2) for key in ACTIVATIONS[kind]}
        layer = {"weights": numbers(*((fed, units) if layout == "x W + b" else (units, fed))), "activation": activation}
        bias = pick(None, numbers(units), numbers(1)[0])
        layers.append(layer if bias is None else layer | {"bias": bias})
    loss: dict[str, Any] = {"name": name, "over_outputs": pick("sum", "mean"), "factor": pick(1, 0.5, 2, 0.3)}
    if name.endswith("cross_entropy"):
        loss["log_base"] = pick("e", "2", "10")
    if name == "huber":
        loss["delta"] = pick(0.3, 0.7)
    network: dict[str, Any] = {"layers": layers, "loss": loss}
    instances = int(random.integers(1, 4))
    inputs, targets = numbers(instances, sizes[0]), random.uniform(0.05, 0.95, (instances, sizes[-1]))
    if name == "cross_entropy" or kinds[-1] == "softmax":
        targets = targets / np.sum(targets, axis=1, keepdims=True)
    if name in SIGNED:  # the margin of 1 is met by none of them exactly
        targets = targets * random.choice([-0.9, 0.9], targets.shape)
    if instances > 1:
        loss["over_batch"] = pick("mean", "sum")
        network |= {"inputs": inputs, "targets": targets.tolist()}
    else:
        network |= {"input": inputs[0], "target": targets[0].tolist()}
    penalties = pick({}, {"l2": 0.1}, {"l1": 0.03}, {"l2": 0.1, "l1": 0.03})
    if penalties:
        network["regularization"] = penalties | {"bias": pick(True, False), "factor": pick("1/2", 1)}
    return {"network": network, "conventions": {"affine": layout, "relu_at_zero": pick(0, 1, 0.5)}}


def solved(problem: dict[str, Any]) -> Solution:
    return solve(parse_problem(json.dumps(problem)))


def distance(found: Any, expected: Any) -> float:
    """The largest difference, relative to the largest number where that is more than 1."""
    found, expected = np.ravel(found), np.ravel(expected)
    masked = np.isinf(expected)  # a score that does not count
    assert np.array_equal(found[masked], expected[masked])
    found, expected = np.where(masked, 0.0, found), np.where(masked, 0.0, expected)
    return float(np.max(np.abs(found - expected)) / max(1.0, float(np.max(np.abs(expected)))))


def numbers_of(scalar: ScalarSolution, name: str, numbers: Sequence[float]) -> list[float]:
    """The numbers of the entries of a quantity, row by row, out of a list with one for each node."""
    return [numbers[node] for node in scalar.program.cells[name]]


def scalar_distance(solution: Solution, scalar: ScalarSolution) -> float:
    """How far any value or gradient of the scalar program lies from the matrix program's, entry by entry."""
    worst = 0.0
    for step in solution.one_update:
        variable = step.binding.variable
        if step.phase == "forward":
            worst = max(worst, distance(numbers_of(scalar, variable.name, scalar.values), step.value))
        elif variable.role == "adjoint" and variable.of is not None:
            worst = max(worst, distance(numbers_of(scalar, variable.of.name, scalar.gradients), step.value))
    return worst


def difference_quotient(solution: Solution, scalar: ScalarSolution, seed: int) -> tuple[float, float, bool]:
    """The slope of the output in a random direction: by the gradients, and by central differences.

    The third says whether two step sizes give the same: whether there is no kink in between.
    """
    tape, output = scalar.program.tape, scalar.program.output
    nodes = [node for variable in solution.built.parameters for node in scalar.program.cells[variable.name]]
    direction = np.random.default_rng(seed).choice([-1.0, 1.0], len(nodes))

    def moved(step: float) -> float:
        changes = {node: scalar.values[node] + step * sign for node, sign in zip(nodes, direction, strict=True)}
        return tape.evaluate(changes)[output]

    wide = (moved(STEP) - moved(-STEP)) / (2 * STEP)
    near = (moved(STEP / 2) - moved(-STEP / 2)) / STEP
    slope = float(np.dot(direction, [scalar.gradients[node] for node in nodes]))
    smooth = abs(wide - near) <= 1e-5 * max(1.0, abs(near))
    return slope, near + (near - wide) / 3, smooth


def scalar_of(problem: dict[str, Any]) -> tuple[Solution, ScalarSolution]:
    solution = solved(problem)
    return solution, solve_scalar(solution)
