"""The instances of a data set: all of them as arrays, some of them as a problem, and the order of each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Array
from bpcli.compose.layout import Layout
from bpcli.problem.model import Numbers, Problem


class Data(NamedTuple):
    """All instances, a row each: inputs and targets as the network sees them, and the numbers they are made from."""

    inputs: Array
    targets: Array
    given: Array  # the targets before classes become one-hot
    weights: Array | None = None  # of the instances, (rows, 1)

    @property
    def rows(self) -> int:
        return len(self.inputs)


def data_of(problem: Problem) -> Data:
    """The data of a network problem with targets."""
    network = problem.network
    assert network is not None
    data = network.data
    if data is not None:
        inputs = np.frombuffer(data.input_values).reshape(data.rows, len(data.inputs))
        given = np.frombuffer(data.target_values).reshape(data.rows, len(data.targets))
    else:
        assert network.target is not None
        rows = network.input.shape[0] if network.batch else 1
        inputs = np.array(network.input.values, dtype=np.float64).reshape(rows, -1)
        given = np.array(network.target.values, dtype=np.float64).reshape(rows, -1)
    stated = network.instance_weights
    weights = None if stated is None else np.array(stated.values, dtype=np.float64).reshape(-1, 1)
    if not network.class_targets:
        return Data(inputs, given, given, weights)
    one_hot = np.zeros((len(given), _outputs(problem)))
    one_hot[np.arange(len(given)), given[:, 0].astype(int)] = 1.0
    return Data(inputs, one_hot, given, weights)


def _outputs(problem: Problem) -> int:
    """The units of the last layer."""
    assert problem.network is not None
    return Layout(problem.conventions.affine).fans(problem.network.layers[-1].numbers["weights"].shape)[0]


def _numbers(values: Array, like: Numbers) -> Numbers:
    """Numbers with the texts that a person would write."""
    rows = tuple(tuple(float(v) for v in row) for row in values)
    texts = tuple(tuple(_text(v) for v in row) for row in rows)
    return Numbers(rows, texts, (len(rows), len(rows[0])), like.span)


def _text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def with_rows(problem: Problem, data: Data, rows: Array) -> Problem:
    """The problem with these instances in the place of its data."""
    network = problem.network
    assert network is not None
    if not network.batch:
        return problem
    assert network.target is not None
    targets = _numbers(data.given[rows], network.target)
    if network.class_targets:
        targets = _column(targets)
    inputs = _numbers(data.inputs[rows], network.input)
    weights = network.instance_weights
    if weights is not None and data.weights is not None:
        weights = _column(_numbers(data.weights[rows], weights))
    return problem._replace(network=network._replace(input=inputs, target=targets, instance_weights=weights, data=None))


def _column(numbers: Numbers) -> Numbers:
    """The first number of each row."""
    flat = tuple(row[0] for row in numbers.values)
    return Numbers(flat, tuple(row[0] for row in numbers.texts), (len(flat),), numbers.span)


def orders(shuffle: bool, seed: int, count: int) -> Iterator[Array]:
    """The order of the instances in each epoch; NEP 19 promises that this generator's numbers stay the same."""
    draw = np.random.RandomState([seed & 0xFFFFFFFF, seed >> 32])
    order = np.arange(count)
    while True:
        yield draw.permutation(count) if shuffle else order
