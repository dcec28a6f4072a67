"""What an update costs, against the same network written by hand: `python benchmarks/training_step.py`.

Everything is run in turn in one process, several times over, and the medians of the rounds' ratios are printed: the
machine's moods cancel. PyTorch is compared with where it is installed (eager mode, as a student would write it).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from bpcli import load_problem, parse_problem
from bpcli.problem.model import Problem
from bpcli.training.training import settings_of, train

ROUNDS = 5

XOR = """
title: XOR
network:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [0, 1, 1, 0]
  layers:
    - {weights: {shape: [2, 2], seed: 1}, bias: {value: 0.1}, activation: sigmoid}
    - {weights: {shape: [1, 2], seed: 1}, bias: {value: 0.1}, activation: sigmoid}
  loss: half_squared_error
  update: {learning_rate: 0.5}
  training: {epochs: 2000}
"""


def flowers() -> str:
    draw = random.Random(0)
    rows = [[round(draw.uniform(0, 5), 1) for _ in range(4)] for _ in range(150)]
    classes = [draw.randrange(3) for _ in rows]
    return f"""
title: 4-16-3
network:
  inputs: {rows}
  targets: {classes}
  layers:
    - {{weights: {{shape: [16, 4], seed: 1}}, bias: {{value: 0}}, activation: tanh}}
    - {{weights: {{shape: [3, 16], seed: 1}}, bias: {{value: 0}}, activation: softmax}}
  loss: cross_entropy
  update: {{learning_rate: 0.05}}
  training: {{epochs: 200, batch_size: 32, shuffle: true}}
"""


WIDE = """
title: 784-512-512-10
network:
  data: images.csv
  layers:
    - {weights: {shape: [512, 784], seed: 1, scale: he}, bias: {value: 0}, activation: relu}
    - {weights: {shape: [512, 512], seed: 1, scale: he}, bias: {value: 0}, activation: relu}
    - {weights: {shape: [10, 512], seed: 1}, bias: {value: 0}, activation: softmax}
  loss: cross_entropy
  update: {learning_rate: 0.05}
  training: {epochs: 20}
"""


def wide() -> Problem:
    draw = random.Random(0)
    rows = [
        ",".join([*(draw.choice(("0", "0.5", "1")) for _ in range(784)), str(draw.randrange(10))]) for _ in range(256)
    ]
    with TemporaryDirectory() as folder:
        header = ",".join([*(f"p{i}" for i in range(784)), "digit"])
        Path(folder, "images.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
        Path(folder, "wide.yaml").write_text(WIDE, encoding="utf-8")
        return load_problem(Path(folder, "wide.yaml"))


def ours(problem: Problem) -> Callable[[], float]:
    """The time of the updates alone, measurements of the objective included."""
    settings = settings_of(problem)
    return lambda: train(problem, settings).seconds


def data_of(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    network = problem.network
    assert network is not None
    assert network.target is not None
    if (data := network.data) is not None:
        inputs = np.frombuffer(data.input_values).reshape(data.rows, -1)
        targets = np.frombuffer(data.target_values)
    else:
        inputs, targets = np.array(network.input.values), np.array(network.target.values)
    return inputs, np.eye(int(targets.max()) + 1)[targets.astype(int)] if network.class_targets else targets


def weights_of(problem: Problem) -> list[np.ndarray]:
    assert problem.network is not None
    arrays = []
    for layer in problem.network.layers:
        assert layer.bias is not None
        arrays += [np.array(layer.weights.values).T.copy(), np.array(layer.bias.values)]
    return arrays


def numpy_xor(problem: Problem) -> Callable[[], float]:
    X, t = data_of(problem)

    def run() -> float:
        W1, b1, W2, b2 = weights_of(problem)
        history = []
        began = perf_counter()
        for epoch in range(2000):
            h = 1 / (1 + np.exp(-(X @ W1 + b1)))
            y = 1 / (1 + np.exp(-(h @ W2 + b2)))
            if epoch % 2 == 0:
                history.append(0.5 * np.mean((y - t) ** 2))
            d2 = (y - t) * y * (1 - y) / len(X)
            d1 = d2 @ W2.T * h * (1 - h)
            W2 -= 0.5 * (h.T @ d2)
            b2 -= 0.5 * d2.sum(axis=0)
            W1 -= 0.5 * (X.T @ d1)
            b1 -= 0.5 * d1.sum(axis=0)
        return perf_counter() - began

    return run


def numpy_flowers(problem: Problem) -> Callable[[], float]:
    X, T = data_of(problem)
    rng = np.random.default_rng(0)

    def softmax(a: np.ndarray) -> np.ndarray:
        e = np.exp(a - a.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def run() -> float:
        W1, b1, W2, b2 = weights_of(problem)
        history = []
        began = perf_counter()
        for _ in range(200):
            order = rng.permutation(len(X))
            for start in range(0, len(X), 32):
                rows = order[start : start + 32]
                x, t = X[rows], T[rows]
                h = np.tanh(x @ W1 + b1)
                y = softmax(h @ W2 + b2)
                d2 = (y - t) / len(x)
                d1 = d2 @ W2.T * (1 - h**2)
                W2 -= 0.05 * (h.T @ d2)
                b2 -= 0.05 * d2.sum(axis=0)
                W1 -= 0.05 * (x.T @ d1)
                b1 -= 0.05 * d1.sum(axis=0)
            y = softmax(np.tanh(X @ W1 + b1) @ W2 + b2)
            history.append(-np.mean(np.sum(T * np.log(y), axis=1)))
        return perf_counter() - began

    return run


def torch_training(problem: Problem, epochs: int, size: int) -> Callable[[], float] | None:
    """The same training in PyTorch, eager, with its own layers and optimizer."""
    try:
        import torch
    except ImportError:
        return None
    X, T = (torch.tensor(item) for item in data_of(problem))
    assert problem.network is not None
    activations = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
    names = [layer.activation.name for layer in problem.network.layers]
    rate = problem.network.update.learning_rate.values  # type: ignore[union-attr]

    def run() -> float:
        values = [torch.tensor(array.T.copy() if array.ndim == 2 else array) for array in weights_of(problem)]
        layers = [torch.nn.Linear(W.shape[1], W.shape[0], dtype=torch.float64) for W in values[::2]]
        for layer, W, b in zip(layers, values[::2], values[1::2], strict=True):
            layer.weight.data, layer.bias.data = W, b
        optimizer = torch.optim.SGD([p for layer in layers for p in layer.parameters()], lr=rate)
        began = perf_counter()
        for _ in range(epochs):
            order = torch.randperm(len(X)) if size < len(X) else torch.arange(len(X))
            for rows in order.split(size):
                h, t = X[rows], T[rows]
                for layer, name in zip(layers, names, strict=True):
                    h = layer(h)
                    h = activations[name](h) if name in activations else h
                loss = (
                    torch.nn.functional.cross_entropy(h, t) if names[-1] == "softmax" else 0.5 * (h - t).square().mean()
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return perf_counter() - began

    return run


def products(problem: Problem) -> Callable[[], float]:
    """The eight matrix products of an update of 784-512-512-10, into arrays that are there."""
    X, T = data_of(problem)
    W1, _, W2, _, W3, _ = weights_of(problem)
    h1, h2, y = np.empty((256, 512)), np.empty((256, 512)), np.empty((256, 10))
    d1, d2 = np.empty((256, 512)), np.empty((256, 512))
    g1, g2, g3 = np.empty_like(W1), np.empty_like(W2), np.empty_like(W3)

    def run() -> float:
        began = perf_counter()
        for _ in range(20):
            np.matmul(X, W1, h1)
            np.matmul(h1, W2, h2)
            np.matmul(h2, W3, y)
            np.matmul(h2.T, T, g3)
            np.matmul(T, W3.T, d2)
            np.matmul(h1.T, d2, g2)
            np.matmul(d2, W2.T, d1)
            np.matmul(X.T, d1, g1)
        return perf_counter() - began

    return run


def compare(title: str, runs: dict[str, Callable[[], float] | None], updates: int) -> None:
    present = {name: run for name, run in runs.items() if run is not None}
    for run in present.values():
        run()
    rounds = [{name: run() for name, run in present.items()} for _ in range(ROUNDS)]
    mine = median(item["bpcli"] for item in rounds) / updates * 1e6
    print(f"{title}: {mine:.1f} µs an update")
    for name in present:
        if name != "bpcli":
            print(f"    bpcli / {name}: {median(item['bpcli'] / item[name] for item in rounds):.3f}")


def main() -> None:
    xor, iris, large = parse_problem(XOR), parse_problem(flowers()), wide()
    compare(
        "XOR 2-2-1, full batch",
        {"bpcli": ours(xor), "numpy by hand": numpy_xor(xor), "torch eager": torch_training(xor, 2000, 4)},
        2000,
    )
    compare(
        "150 × 4-16-3, mini-batch 32",
        {"bpcli": ours(iris), "numpy by hand": numpy_flowers(iris), "torch eager": torch_training(iris, 200, 32)},
        1000,
    )
    compare(
        "784-512-512-10, batch 256",
        {"bpcli": ours(large), "its matrix products": products(large), "torch eager": torch_training(large, 20, 256)},
        20,
    )


if __name__ == "__main__":
    main()
