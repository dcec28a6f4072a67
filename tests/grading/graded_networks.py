"""Small problems in which every mistake of the catalogue has a place, and sheets of answers to them."""

from __future__ import annotations

from functools import cache

import numpy as np

from bpcli import parse_problem, solve
from bpcli.calculus.expr import Array
from bpcli.grading.model import Given
from bpcli.solution.solution import Solution

PROBLEMS = {
    "deep": """
network:
  input: [0.5, -0.3]
  target: [0.2, 0.9]
  layers:
    - {weights: [[0.35, -0.2], [0.25, 0.3]], bias: [0.1, -0.15], activation: sigmoid}
    - {weights: [[0.4, 0.45], [-0.5, 0.55]], bias: [0.6, 0.2], activation: sigmoid}
  loss: half_squared_error
  update: {optimizer: gradient_descent, learning_rate: 0.3}
""",
    "tanh": """
network:
  input: [0.5, -0.3]
  target: [0.2, -0.9, 0.4]
  layers:
    - {weights: [[0.35, -0.2], [0.25, 0.3]], bias: [0.1, -0.15], activation: tanh}
    - {weights: [[0.4, 0.45], [-0.5, 0.55], [0.7, -0.8]], bias: [0.6, 0.2, -0.1], activation: identity}
  loss: mean_squared_error
  update: {optimizer: momentum, learning_rate: 0.3, momentum: 0.9}
""",
    "relu": """
network:
  input: [0.5, -0.3]
  target: [0.2, 1.9]
  layers:
    - {weights: [[0.35, -0.2], [-0.85, 0.3], [0.3, 0.5]], bias: [0.1, -0.15, 0], activation: relu}
    - {weights: [[0.4, 0.45, 0.2], [-0.5, 0.55, 0.1]], bias: [0.6, 0.2], activation: relu}
  loss: squared_error
""",
    "softmax": """
network:
  input: [0.5, -0.3]
  target: [0, 1, 0]
  layers:
    - {weights: [[0.35, -0.2], [0.25, 0.3]], bias: [0.1, -0.15], activation: sigmoid}
    - {weights: [[0.4, 0.45], [-0.5, 0.55], [0.7, -0.8]], bias: [0.6, 0.2, -0.1], activation: softmax}
  loss: cross_entropy
""",
    "brier": """
network:
  input: [0.5, -0.3]
  target: [0, 1, 0]
  layers:
    - {weights: [[0.4, 0.45], [-0.5, 0.55], [0.7, -0.8]], bias: [0.6, 0.2, -0.1], activation: softmax}
  loss: squared_error
""",
    "logistic": """
network:
  input: [0.5, -0.3]
  target: [0.3, 0.8]
  layers:
    - {weights: [[0.4, 0.45], [-0.5, 0.55]], bias: [0.6, 0.2], activation: sigmoid}
  loss: binary_cross_entropy
""",
    "batch": """
network:
  inputs: [[0.5, -0.3], [1.2, 0.7], [-0.4, 0.9]]
  targets: [[0.2, 0.9], [0.6, 0.1], [0.4, 0.5]]
  layers:
    - {weights: [[0.35, -0.2], [0.25, 0.3]], bias: [0.1, -0.15], activation: sigmoid}
    - {weights: [[0.4, 0.45], [-0.5, 0.55]], bias: [0.6, 0.2], activation: sigmoid}
  loss: half_squared_error
  regularization: {l2: 0.1}
  update: {optimizer: gradient_descent, learning_rate: 0.3}
""",
    "epsilon": """
network:
  input: [0.5, -0.3]
  target: 0.9
  layers:
    - {weights: [[0.35, -0.2]], bias: [0.1]}
  loss: half_squared_error
  update: {optimizer: adam, learning_rate: 0.1, epsilon: 0.1}
""",
    "logits": """
graph:
  inputs: {a: [0.5, -0.3, 0.8], t: [0.1, 0.7, 0.4]}
  define:
    p: softmax(a)
    l: log(p)
    L: -dot(t, l)
""",
    "fork": """
graph:
  inputs: {a: 1.3, b: -0.7, c: 2.2}
  define:
    p: a * b
    q: p * p
    r: q / c
    s: exp(p)
    u: r + s
    n: -u
    w: log2(c)
    d: w - n
    e: d^3
    f: log(e)
    L: f * d
""",
    "chain": """
graph:
  inputs: {x: 0.8, y: 1.7}
  define: {q: square(x), t: sigmoid(q), v: t * y, z: sin(v), L: z / y}
""",
}


@cache
def solved(name: str) -> Solution:
    return solve(parse_problem(f"title: {name}\n{PROBLEMS[name]}", f"{name}.yaml"))


def to_significant(value: Array, digits: int) -> tuple[Array, Array, Array]:
    """Values to so many significant figures: the numbers, their half-units, their texts."""
    numbers = np.asarray(value, dtype=np.float64)
    texts = np.empty(numbers.shape, dtype=object)
    halves = np.empty(numbers.shape)
    rounded = np.empty(numbers.shape)
    for place in np.ndindex(*numbers.shape):
        text = f"{numbers[place]:.{digits - 1}e}"
        texts[place], rounded[place] = text, float(text)
        halves[place] = 0.5 * 10.0 ** (int(text.partition("e")[2]) - digits + 1)
    return rounded, halves, texts


def given(value: Array, digits: int = 4) -> Given:
    numbers, halves, texts = to_significant(value, digits)
    return Given(numbers, halves, texts.tolist())
