"""Random networks: matrix program, scalar program, central differences and, where it is installed, PyTorch.

    python benchmarks/random_networks.py [COUNT] [FIRST SEED]

Networks of at most four layers of at most six units, with any activations, loss, layout and regulariser. Prints the
largest distance of the gradients from the matrix program's, relative to the largest entry where that exceeds 1.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from networks import difference_quotient, distance, random_network, scalar_distance, scalar_of

from bpcli import Solution

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]
else:
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)

BASES = {"e": 1.0, "2": float(np.log(2)), "10": float(np.log(10))}


class ReLU(torch.autograd.Function if torch is not None else object):  # type: ignore[misc]
    """max(slope·x, x) with the slope at 0 that the problem declares."""

    @staticmethod
    def forward(context: Any, a: Any, slope: float, at_zero: float) -> Any:
        context.save_for_backward(a)
        context.slopes = slope, at_zero
        return torch.where(a > 0, a, slope * a)

    @staticmethod
    def backward(context: Any, gradient: Any) -> tuple[Any, None, None]:
        (a,) = context.saved_tensors
        slope, at_zero = context.slopes
        local = torch.where(a > 0, 1.0, torch.where(a < 0, slope, at_zero))
        return gradient * local.to(a.dtype), None, None


def activated(spec: dict[str, Any], a: Any, at_zero: float) -> Any:
    """`a` has an instance in each row."""
    kind = spec["name"]
    if kind == "leaky_relu":
        slope = spec["slope"]
        return ReLU.apply(a, slope, slope + at_zero * (1 - slope))
    functions = {
        "identity": lambda: a,
        "sigmoid": lambda: torch.sigmoid(a),
        "tanh": lambda: torch.tanh(a),
        "relu": lambda: ReLU.apply(a, 0.0, at_zero),
        "softplus": lambda: torch.logaddexp(a, torch.zeros_like(a)),
        "elu": lambda: torch.nn.functional.elu(a, spec.get("alpha", 1.0)),
        "softmax": lambda: torch.softmax(a, dim=1),
    }
    return functions[kind]()


def terms(spec: dict[str, Any], kind: str, a: Any, y: Any, t: Any) -> Any:
    """The summands of the loss, an instance in each row; of a saturated output from its pre-activations."""
    name, base = spec["name"], BASES[spec.get("log_base", "e")]
    if name == "cross_entropy":
        return -t * (torch.log_softmax(a, dim=1) if kind == "softmax" else torch.nn.functional.logsigmoid(a)) / base
    if name == "binary_cross_entropy":
        return torch.nn.functional.binary_cross_entropy_with_logits(a, t, reduction="none") / base
    if name == "absolute_error":
        return torch.abs(y - t)
    if name == "huber":
        return torch.nn.functional.huber_loss(y, t, reduction="none", delta=spec["delta"])
    return (y - t) ** 2 * (0.5 if name.startswith("half") else 1.0)


def torch_gradients(problem: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """What PyTorch finds: the objective, and the gradient of every weight and bias by its name in bpcli."""
    network, layout = problem["network"], problem["conventions"]["affine"]
    batch = "inputs" in network
    below = torch.tensor(network["inputs"] if batch else [network["input"]], dtype=torch.float64)
    t = torch.tensor(network["targets"] if batch else [network["target"]], dtype=torch.float64)
    parameters: dict[str, Any] = {}
    a, kind = below, "identity"
    for number, layer in enumerate(network["layers"], start=1):
        weights = torch.tensor(layer["weights"], dtype=torch.float64, requires_grad=True)
        parameters[f"W{number}"] = weights
        a = below @ (weights if layout == "x W + b" else weights.T)
        if "bias" in layer:
            bias = torch.tensor(layer["bias"], dtype=torch.float64, requires_grad=True)
            parameters[f"b{number}"] = bias
            a = a + bias
        kind = layer["activation"]["name"]
        below = activated(layer["activation"], a, problem["conventions"]["relu_at_zero"])
    loss = network["loss"]
    summands = terms(loss, kind, a, below, t)
    mean = loss.get("over_outputs", "mean" if "mean_squared" in loss["name"] else "sum") == "mean"
    each = loss.get("factor", 1) * (summands.mean(dim=1) if mean else summands.sum(dim=1))
    objective = each.mean() if batch and loss["over_batch"] == "mean" else each.sum()
    penalty = network.get("regularization")
    if penalty:
        kept = [p for name, p in parameters.items() if name[0] == "W" or penalty["bias"]]
        factor = 0.5 if penalty["factor"] == "1/2" else penalty["factor"]
        objective = objective + penalty.get("l2", 0) * factor * sum((p**2).sum() for p in kept)
        objective = objective + penalty.get("l1", 0) * sum(p.abs().sum() for p in kept)
    objective.backward()
    return objective.item(), {name: parameter.grad.numpy() for name, parameter in parameters.items()}


def torch_distance(solution: Solution, problem: dict[str, Any]) -> float:
    output = solution.output.name
    _, found = torch_gradients(problem)
    return max(distance(gradient, solution.values[f"d{output}/d{name}"]) for name, gradient in found.items())


def main() -> None:
    count = int(float(sys.argv[1])) if len(sys.argv) > 1 else 2_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    worst = {"scalar program": 0.0, "central differences": 0.0, "PyTorch": 0.0}
    kinks = 0
    for seed in range(first, first + count):
        problem = random_network(seed)
        solution, scalar = scalar_of(problem)
        worst["scalar program"] = max(worst["scalar program"], scalar_distance(solution, scalar))
        slope, quotient, smooth = difference_quotient(solution, scalar, seed)
        kinks += not smooth
        if smooth:
            apart = abs(slope - quotient) / max(1.0, abs(slope))
            worst["central differences"] = max(worst["central differences"], apart)
        if torch is not None:
            worst["PyTorch"] = max(worst["PyTorch"], torch_distance(solution, problem))
    print(f"{count:,} networks, {kinks} of them at a kink within the step of the difference")
    for name, apart in worst.items():
        missing = name == "PyTorch" and torch is None
        print(f"  {name:20} {'not installed' if missing else f'{apart:.1e}'}")


if __name__ == "__main__":
    main()
