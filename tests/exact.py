"""Losses and gradients of networks with as many digits as it takes, by code that shares nothing with what it tests.

The formulas are those of the textbook, which lose no digits where there are hundreds of them, and the gradient is that
of central differences. Where a slope jumps, a stretch far shorter than the distance between two numbers of a computer
is put in that has the slope a problem declares.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from mpmath import mp, mpf
from networks import random_network

STEP = -40
"""Power of ten of the step; what is left out is in proportion to its square."""
BEND = mpf(10) ** -20
NEAR = 1e-12
"""Pre-activations nearer to a kink than this, for each unit of the largest, may lie on its other side once rounded."""
BROKEN = ("relu", "leaky_relu", "elu")


class Exact(NamedTuple):
    """The objective and its gradients by the names of parameters.

    `reach`: the largest pre-activation. `at_kink`: rounding may decide on a slope in between. `nothing`: a number
    smaller than this is 0.
    """

    objective: Any
    gradients: dict[str, Any]
    reach: float
    at_kink: bool
    nothing: Any


# --- problems that are hard on numbers -------------------------------------------------------------------------------


def hard_network(seed: int) -> dict[str, Any]:
    """A random network made hard: saturated units, whole numbers that cancel, targets at 0 and 1 or next to them."""
    random = np.random.default_rng([seed, 11])
    problem = random_network(seed)
    network = problem["network"]
    # One layer with weights of hundreds, or all of them with weights of about ten; whole numbers; only the targets.
    kind = ("saturated", "whole", "certain")[int(random.integers(3))]
    layers = network["layers"]
    scales = random.permutation([float(random.choice([100.0, 400.0])), *[1.0] * (len(layers) - 1)])
    if random.integers(2):
        scales = np.full(len(layers), 10.0)
    for layer, scale in zip(layers, scales, strict=True):
        weights = np.array(layer["weights"])
        if kind == "saturated":
            layer["weights"] = (weights * scale).tolist()
        if kind == "whole":
            layer["weights"] = (weights * 1.6).round().tolist()
            if "bias" in layer:
                layer["bias"] = np.round(layer["bias"]).tolist()
    if kind == "whole":
        key = "inputs" if "inputs" in network else "input"
        network[key] = np.round(network[key]).tolist()
    if kind != "whole" or random.integers(2):
        key = "targets" if "targets" in network else "target"
        network[key] = _certain(np.array(network[key]), network["loss"]["name"], random).tolist()
    return problem


def _certain(targets: Any, loss: str, random: np.random.Generator) -> Any:
    """One class for each instance, or 0 and 1 and what is next to them."""
    if loss == "cross_entropy":
        chosen = np.argmax(targets, axis=-1)[..., None]
        return (np.arange(targets.shape[-1]) == chosen).astype(float)
    return random.choice([0.0, 1.0, 1e-12, 1 - 1e-12, 0.5], targets.shape)


# --- the network, instance by instance -------------------------------------------------------------------------------


def _bent(z: Any, below: Any, at_zero: Any) -> Any:
    """`z` above 0, `below` under it, and a line of the slope `at_zero` through 0."""
    return at_zero * z if abs(z) < BEND else z if z > 0 else below


def _activated(spec: dict[str, Any], values: list[Any], at_zero: Any) -> list[Any]:
    name = spec["name"]
    if name == "softmax":
        powers = [mp.exp(z) for z in values]
        whole = mp.fsum(powers)
        return [power / whole for power in powers]
    slope, alpha = mpf(spec.get("slope", 0)), mpf(spec.get("alpha", 1))
    functions = {
        "identity": lambda z: z,
        "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
        "tanh": lambda z: (mp.exp(z) - mp.exp(-z)) / (mp.exp(z) + mp.exp(-z)),
        "softplus": lambda z: mp.log(1 + mp.exp(z)),
        "relu": lambda z: _bent(z, mpf(0), at_zero),
        "leaky_relu": lambda z: _bent(z, slope * z, slope + at_zero * (1 - slope)),
        "elu": lambda z: _bent(z, alpha * (mp.exp(z) - 1), alpha),
        "silu": lambda z: z / (1 + mp.exp(-z)),
        "gelu": lambda z: z * (1 + mp.erf(z / mp.sqrt(2))) / 2,
        "step": lambda z: mpf(1 if z >= 0 else 0),
        "sign": lambda z: mpf(0) if abs(z) < BEND else mp.sign(z),
    }
    return [functions[name](z) for z in values]


def _product(layer: dict[str, Any], weights: list[Any], bias: Any, values: list[Any], layout: str) -> list[Any]:
    rows = list(zip(*weights, strict=True)) if layout == "x W + b" else weights
    shifts = bias if isinstance(bias, list) else [bias] * len(rows)
    return [mp.fdot(row, values) + (0 if shift is None else shift) for row, shift in zip(rows, shifts, strict=True)]


def _size(error: Any) -> Any:
    return mpf(0) if abs(error) < BEND else abs(error)


def _loss(spec: dict[str, Any], predicted: list[Any], target: list[Any]) -> Any:
    name, delta = spec["name"], mpf(spec.get("delta", 1))

    def log_part(t: Any, y: Any) -> Any:
        base = spec.get("log_base", "e")
        return -t * mp.log(y) / mp.log({"e": mp.e}.get(base) or mpf(base)) if t else mpf(0)

    def huber(y: Any, t: Any) -> Any:
        size = abs(y - t)
        return size**2 / 2 if size <= delta else delta * (size - delta / 2)

    def missing(y: Any, t: Any) -> Any:
        """What is missing to the margin, and nothing where it is met."""
        return max(mpf(0), 1 - t * y)

    own = mp.fdot(target, predicted)
    terms = {
        "hinge": missing,
        "squared_hinge": lambda y, t: missing(y, t) ** 2,
        "logistic": lambda y, t: mp.log(1 + mp.exp(-t * y)),
        "multiclass_hinge": lambda y, t: (1 - t) * max(mpf(0), y - own + 1),
        "kl": lambda y, t: log_part(t, y) - log_part(t, t),
        "half_squared_error": lambda y, t: (y - t) ** 2 / 2,
        "squared_error": lambda y, t: (y - t) ** 2,
        "mean_squared_error": lambda y, t: (y - t) ** 2,
        "half_mean_squared_error": lambda y, t: (y - t) ** 2 / 2,
        "absolute_error": lambda y, t: _size(y - t),
        "huber": huber,
        "cross_entropy": lambda y, t: log_part(t, y),
        "binary_cross_entropy": lambda y, t: log_part(t, y) + log_part(1 - t, 1 - y),
    }
    value = mp.fsum(terms[name](y, t) for y, t in zip(predicted, target, strict=True))
    mean = spec.get("over_outputs", "mean" if "mean_squared" in name else "sum") == "mean"
    return mpf(spec.get("factor", 1)) * value / (len(target) if mean else 1)


def _numbers(value: Any) -> Any:
    """The numbers that a computer has, exactly."""
    return [_numbers(item) for item in value] if isinstance(value, list) else mpf(value)


class _Network:
    def __init__(self, problem: dict[str, Any]) -> None:
        self.network, self.layout = problem["network"], problem["conventions"]["affine"]
        self.at_zero = mpf(problem["conventions"]["relu_at_zero"])
        self.batch = "inputs" in self.network
        self.inputs = _numbers(self.network["inputs"] if self.batch else [self.network["input"]])
        self.targets = _numbers(self.network["targets"] if self.batch else [self.network["target"]])
        self.layers = self.network["layers"]
        self.weights = [_numbers(layer["weights"]) for layer in self.layers]
        self.biases = [_numbers(layer["bias"]) if "bias" in layer else None for layer in self.layers]

    def through(self, values: list[Any], start: int = 0) -> Iterator[tuple[dict[str, Any], list[Any], list[Any]]]:
        """Layer by layer: what it is, its pre-activations, its activations."""
        for number in range(start, len(self.layers)):
            layer = self.layers[number]
            before = _product(layer, self.weights[number], self.biases[number], values, self.layout)
            values = _activated(layer["activation"], before, self.at_zero)
            yield layer, before, values

    def entering(self, number: int) -> list[list[Any]]:
        """What goes into a layer, for each instance."""
        return [
            given if number == 0 else [after for _, _, after in self.through(given)][number - 1]
            for given in self.inputs
        ]

    def objective(self, start: int, entering: list[list[Any]]) -> Any:
        losses = []
        for values, target in zip(entering, self.targets, strict=True):
            *_, (_, _, predicted) = self.through(values, start)
            losses.append(_loss(self.network["loss"], predicted, target))
        mean = self.batch and self.network["loss"].get("over_batch", "mean") == "mean"
        return mp.fsum(losses) / (len(losses) if mean else 1) + self.penalty()

    def penalty(self) -> Any:
        spec = self.network.get("regularization")
        if not spec:
            return mpf(0)
        parameters = [entry for matrix in self.weights for row in matrix for entry in row]
        if spec["bias"]:
            for bias in self.biases:
                parameters += bias if isinstance(bias, list) else [] if bias is None else [bias]
        factor = mpf(1) / 2 if spec["factor"] == "1/2" else mpf(spec["factor"])
        squares, sizes = mp.fsum(p**2 for p in parameters), mp.fsum(map(_size, parameters))
        return mpf(spec.get("l2", 0)) * factor * squares + mpf(spec.get("l1", 0)) * sizes

    def slopes(self, number: int, row: list[Any], entering: list[list[Any]]) -> list[Any]:
        """The objective's slope in every entry of a row of parameters, by central differences."""
        step, found = mpf(10) ** STEP, []
        for place, kept in enumerate(row):
            row[place] = kept + step
            above = self.objective(number, entering)
            row[place] = kept - step
            below = self.objective(number, entering)
            row[place] = kept
            found.append((above - below) / (2 * step))
        return found

    def surroundings(self) -> tuple[float, bool]:
        """The largest number of the forward pass, and whether rounding may change a slope."""
        largest, kinks = mpf(1), []
        for given, target in zip(self.inputs, self.targets, strict=True):
            layers = list(self.through(given))
            for layer, before, _ in layers:
                largest = max([largest, *map(abs, before)])
                kinks += before if layer["activation"]["name"] in BROKEN else []
            if self.network["loss"]["name"] == "absolute_error":
                kinks += [y - t for y, t in zip(layers[-1][2], target, strict=True)]
        return float(largest), any(BEND < abs(value) < NEAR * largest for value in kinks)


def exact(problem: dict[str, Any]) -> Exact:
    """The objective and its gradients, in as many digits as the most saturated unit takes."""
    with mp.workdps(50):
        reach, at_kink = _Network(problem).surroundings()
    # As many digits as lie between 1 and what is left of it behind a saturated unit, between a gradient and the least
    # number that a computer has, and between a number and its step.
    depth = int(min(1.3 * reach, 290))
    with mp.workdps(120 + depth + int(0.44 * min(reach, 30_000))):
        network = _Network(problem)
        gradients: dict[str, Any] = {}
        for number, (weights, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            entering = network.entering(number)
            name = number + 1
            gradients[f"W{name}"] = [network.slopes(number, row, entering) for row in weights]
            if isinstance(bias, list):
                gradients[f"b{name}"] = network.slopes(number, bias, entering)
            elif bias is not None:
                gradients[f"b{name}"] = _shared(network, number, entering)
        return Exact(network.objective(0, network.inputs), gradients, reach, at_kink, mpf(10) ** -(50 + depth))


def _shared(network: _Network, number: int, entering: list[list[Any]]) -> Any:
    """The slope in a bias that all units of a layer share."""
    step, kept, found = mpf(10) ** STEP, network.biases[number], []
    for sign in (1, -1):
        network.biases[number] = kept + sign * step
        found.append(network.objective(number, entering))
    network.biases[number] = kept
    return (found[0] - found[1]) / (2 * step)


# --- comparing -------------------------------------------------------------------------------------------------------

LEAST = mpf(10) ** -280
"""Below this a computer has fewer digits, and then none."""


class Errors(NamedTuple):
    """Of the objective in units of itself (or 1e-16 of…), of the gradients in units of the largest of their layer."""

    objective: float
    gradients: float


def flat(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return [float(number) for number in value.ravel()]
    return [number for item in value for number in flat(item)] if isinstance(value, list) else [value]


def largest(*values: Any) -> Any:
    return max(abs(mpf(number)) for value in values for number in flat(value))


def apart(found: Any, true: Any) -> Any:
    return max(abs(mpf(one) - other) for one, other in zip(flat(found), flat(true), strict=True))


def errors_of(objective: Any, gradients: dict[str, Any], true: Exact) -> Errors:
    """How far off numbers are; where all of a layer is 0, in units of the largest gradient."""
    overall = largest(*true.gradients.values())
    worst = mpf(0)
    for name, gradient in true.gradients.items():
        size = largest(*(true.gradients[kind + name[1:]] for kind in "Wb" if kind + name[1:] in true.gradients))
        unit = size if size > max(LEAST, true.nothing) else overall
        worst = max(worst, apart(gradients[name], gradient) / unit if unit > max(LEAST, true.nothing) else 0)
    size = abs(true.objective)
    return Errors(float(abs(mpf(objective) - true.objective) / size) if size > LEAST else 0.0, float(worst))
