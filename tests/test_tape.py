"""The tape: elementary operations, evaluation, Algorithm 1, repeated passes, faults."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.calculus.expr import Operation
from bpcli.calculus.ops.elementary import (
    absolute,
    add,
    at_least,
    divide,
    exp,
    greater,
    lesser,
    log,
    multiply,
    power,
    sine,
    sqrt,
    square,
    subtract,
)
from bpcli.calculus.ops.functions import sigmoid, softplus, tanh
from bpcli.calculus.ops.piecewise import elu, relu
from bpcli.calculus.schedule import Schedule
from bpcli.calculus.tape import COMPOSITE, ELEMENTARY, Elementary, NotFiniteError, Tape, unlisted

POINTS = (0.3, 1.0, 2.5, -0.7)
UNARY = (sigmoid, tanh, softplus, elu(), relu(), relu(0.5), exp, square, absolute, sine)
BINARY = (add, subtract, multiply, greater)
BINARY_ELEMENTARY = (*BINARY, divide, lesser, power, at_least)


@pytest.mark.parametrize("rule", [*ELEMENTARY, *COMPOSITE], ids=lambda rule: rule.operation.name)
def test_elementary_operation_is_the_operation_of_that_name(rule: Elementary) -> None:
    """Value and local derivatives on plain numbers are those of `forward` and `backprop`, kinks and ties included."""
    general = unlisted(rule.operation)
    needs_positive = rule.operation in (log, sqrt, power)
    points = [abs(point) for point in POINTS] if needs_positive else [*POINTS, 0.0]
    samples: list[tuple[float, ...]] = [(a,) for a in points]
    if rule.operation in BINARY_ELEMENTARY:
        samples = [(a, b) for a in points for b in points if rule.operation is not divide or b]
    for sample in samples:
        value = rule.value(*sample)
        assert value == pytest.approx(general.value(*sample), rel=1e-15, abs=1e-300)
        assert rule.slopes(value, *sample) == pytest.approx(general.slopes(value, *sample), rel=1e-14, abs=1e-300)


def random_tape(seed: int, size: int, width: int) -> Tape:
    """A graph whose values stay small; each node uses nodes of at most `width` places back."""
    random = np.random.default_rng(seed)
    tape = Tape()
    for value in random.uniform(-1, 1, max(2, width)):
        tape.number(float(value))
    half = tape.number(0.5)
    while len(tape) < size:
        left, right = (len(tape) - 1 - int(random.integers(width)) for _ in range(2))
        kind = int(random.integers(len(UNARY) + len(BINARY)))
        if kind < len(UNARY):
            tape.apply(tanh, tape.apply(UNARY[kind], left))
        else:
            tape.apply(multiply, tape.apply(BINARY[kind - len(UNARY)], left, right), half)
    return tape


@pytest.mark.parametrize("seed", range(20))
def test_gradients_agree_with_central_differences(seed: int) -> None:
    tape = random_tape(seed, 60, 6)
    output = len(tape) - 1
    values = tape.evaluate()
    table = tape.differentiate(values, output)
    for node in tape.given:
        step = 1e-6
        high, low = (tape.evaluate({node: values[node] + sign * step})[output] for sign in (1, -1))
        assert table[node] == pytest.approx((high - low) / (2 * step), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(("size", "width"), [(400, 3), (5_000, 2_000)])
def test_schedule_does_what_the_lists_do(size: int, width: int) -> None:
    """Narrow graphs on lists, wide ones on arrays: the same numbers, also after inputs have changed."""
    tape = random_tape(3, size, width)
    output = len(tape) - 1
    schedule = Schedule(tape, output)
    needed = np.frombuffer(tape.needed_for([output]), dtype=np.uint8).astype(bool)
    for changes in ({}, {0: 0.25, 1: -0.5}):
        values = tape.evaluate(changes)
        found, table = schedule.run(changes)
        np.testing.assert_allclose(np.array(values)[needed], found[needed], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(table, tape.differentiate(values, output), rtol=1e-10, atol=1e-15)


def test_a_wide_graph_is_worked_on_arrays() -> None:
    tape = Tape()
    numbers = [tape.number(k / 1000) for k in range(1, 1001)]
    level = [tape.apply(exp, node) for node in numbers]
    while len(level) > 1:
        level = [tape.apply(add, a, b) for a, b in zip(level[::2], level[1::2], strict=False)] + level[
            len(level) & ~1 :
        ]
    schedule = Schedule(tape, level[0])
    assert schedule.is_wide
    values, table = schedule.run()
    assert values[level[0]] == pytest.approx(sum(map(math.exp, (k / 1000 for k in range(1, 1001)))), rel=1e-14)
    np.testing.assert_allclose(table[: len(numbers)], values[len(numbers) : 2 * len(numbers)], rtol=1e-14)
    with pytest.raises(NotFiniteError):
        schedule.run({0: 1000.0})


def test_a_node_may_be_given_in_place_of_computed() -> None:
    """exp(x)·y with exp(x) as a number: another graph, and the first one is as it was."""
    tape = Tape()
    x, y = tape.number(0.0), tape.number(3.0)
    power = tape.apply(exp, x)
    product = tape.apply(multiply, power, y)
    other = tape.with_given(power, 5.0)
    assert other.evaluate()[product] == 15.0
    assert other.evaluate({power: 2.0})[product] == 6.0
    assert other.differentiate(other.evaluate(), product)[x] == 0.0
    assert tape.evaluate()[product] == 3.0


def test_a_chain_of_a_million_nodes_is_no_matter() -> None:
    """x·(1 + 10⁻⁶)ⁿ: no recursion, whatever the depth."""
    tape = Tape()
    x, growth = tape.number(2.0), tape.number(1 + 1e-6)
    node = x
    for _ in range(1_000_000):
        node = tape.apply(multiply, node, growth)
    values = tape.evaluate()
    table = tape.differentiate(values, node)
    assert values[node] == pytest.approx(2 * math.e, rel=1e-6)
    assert table[x] == pytest.approx(math.e, rel=1e-6)
    assert table[growth] == pytest.approx(2 * math.e * 1e6, rel=1e-5)


def test_one_node_used_twice_receives_both_terms() -> None:
    tape = Tape()
    x = tape.number(3.0)
    square_of_x = tape.apply(multiply, x, x)
    values = tape.evaluate()
    assert tape.differentiate(values, square_of_x)[x] == 6.0
    assert tape.consumers()[x] == [square_of_x, square_of_x]


@pytest.mark.parametrize(
    ("operation", "operands"),
    [(log, (0.0,)), (divide, (1.0, 0.0)), (exp, (1000.0,)), (multiply, (1e200, 1e200)), (sqrt, (-1.0,))],
)
def test_value_out_of_range_names_its_node(operation: Operation, operands: tuple[float, ...]) -> None:
    tape = Tape()
    nodes = [tape.number(value) for value in operands]
    fault = tape.apply(operation, *nodes)
    tape.apply(square, fault)
    with pytest.raises(NotFiniteError) as caught:
        tape.evaluate()
    assert (caught.value.node, caught.value.operation, caught.value.operands) == (fault, operation, operands)


def test_a_slope_that_does_not_exist_concerns_what_lies_below_only() -> None:
    tape = Tape()
    zero, x = tape.number(0.0), tape.number(2.0)
    output = tape.apply(add, tape.apply(sqrt, zero), tape.apply(square, x))
    table = tape.differentiate(tape.evaluate(), output)
    assert math.isnan(table[zero])
    assert table[x] == 4.0


def test_rounding_every_step() -> None:
    """Each computed value is rounded before it is used, and so are local derivatives and gradients."""
    tape = Tape()
    x, y = tape.number(0.123), tape.number(0.2)
    product = tape.apply(multiply, x, y)
    output = tape.apply(square, product)

    def rounded(value: float) -> float:
        return round(value, 2)

    values = tape.evaluate(rounded=rounded)
    assert values[product] == 0.02
    assert values[output] == 0.0
    assert tape.differentiate(values, output, rounded)[product] == 0.04


def test_what_a_node_needs_and_what_it_changes() -> None:
    tape = Tape()
    a, b, c = (tape.number(float(k)) for k in range(3))
    ab, bc = tape.apply(add, a, b), tape.apply(add, b, c)
    top = tape.apply(exp, bc)
    assert list(tape.needed_for([top])) == [0, 1, 1, 0, 1, 1]
    assert list(tape.changed_by([a])) == [1, 0, 0, 1, 0, 0]
    assert list(tape.changed_by([])) == [0] * 6
    assert tape.operation(ab) is add
    assert tape.operation(a) is None
    assert tape.inputs(top) == (bc,)
