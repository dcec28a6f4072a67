"""Rewrites of what blocks have and dense layers have not: time, windows, attention, statistics, ways round, masks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from bpcli.calculus.backprop import sum_to_shape
from bpcli.calculus.expr import Apply, Constant, Expr, Operation, Variable, substitute, variables_of
from bpcli.calculus.ops.elementary import add, divide, multiply, sqrt, subtract, sum_of
from bpcli.calculus.ops.matrices import axis_sum, matmul, transpose
from bpcli.calculus.ops.reductions import softmax
from bpcli.calculus.program import Contribution
from bpcli.mistakes.gradients import tells_of_many
from bpcli.mistakes.line import Line, Made
from bpcli.mistakes.linework import in_order
from bpcli.mistakes.rewriting import mistake

# --- time ---


def _step(variable: Variable) -> int | None:
    """The time step that a quantity of a sequence belongs to."""
    return variable.place[-1] if len(variable.place) > 1 else None


def _brought(line: Line, contributions: list[Contribution]) -> Expr:
    """The sum of some of the terms, in the shape of the line."""
    if not contributions:
        return Constant(np.zeros(line.right.shape))
    return sum_to_shape(sum_of([c.term for c in contributions]), line.right.shape)


def _later(line: Line) -> list[Contribution]:
    """The terms that come from the time step after that of the quantity itself."""
    here = _step(line.of) if line.of is not None else None
    if here is None:
        return []
    return [c for c in line.contributions if (_step(c.consumer) or here) > here and c.consumer.layer != here]


@mistake("T01", "backward")
def chain_cut(line: Line) -> Iterator[Made]:
    """Nothing comes back from the time step after."""
    later = _later(line)
    if later:
        yield lambda: _brought(line, [c for c in line.contributions if c not in later])


@mistake("T02", "backward")
def last_step_only(line: Line) -> Iterator[Made]:
    """The gradient of shared parameters from the last step, or from one of the steps, only."""
    if not line.is_of_parameter or len(line.contributions) < 2:
        return
    steps = sorted({s for c in line.contributions if (s := _step(c.consumer)) is not None}, reverse=True)
    for step in steps if len(steps) > 1 else ():
        yield partial(_brought, line, [c for c in line.contributions if _step(c.consumer) == step])


@mistake("T03", "backward")
def state_after_for_state_before(line: Line) -> Iterator[Made]:
    """h_t for h_(t−1) in the gradient of the recurrent weights."""
    if not line.is_of_parameter or line.of is None or not line.of.role.endswith("recurrent"):
        return
    following = {}
    for value in line.values:
        step = _step(value)
        if step is not None or value.role.endswith("start"):
            after = _at_step(line, value, (step or 0) + 1)
            if after is not None:
                following[id(value)] = (value, after)
    places = list(following.values())
    for value, after in places:
        yield partial(line.put, value, after)
    yield from line.throughout([value for value, _ in places], lambda v: following[id(v)][1])


def _at_step(line: Line, like: Variable, step: int) -> Variable | None:
    """The activation of a time step."""
    for variable in line.around.solution.variables.values():
        same_block = variable.place[:-1] == like.place[: len(variable.place) - 1] and variable.shape == like.shape
        if same_block and variable.role == "activation" and variable.of is None and _step(variable) == step:
            return variable
    return None


@mistake("T04", "backward")
def own_loss_left_out(line: Line) -> Iterator[Made]:
    """What comes from the loss of the step itself is left out."""
    later = _later(line)
    if later and len(later) < len(line.contributions):
        yield lambda: _brought(line, later)


# --- ways round ---


@mistake("R01", "forward", "backward")
def way_round_left_out(line: Line) -> Iterator[Made]:
    """The way round of a residual block left out, or counted twice."""
    around = [c for c in line.contributions if line.rule_of(c.consumer) == "sum"]
    if around and len(around) < len(line.contributions):
        yield lambda: _brought(line, [c for c in line.contributions if c not in around])
        yield lambda: _brought(line, [*line.contributions, *around])
    elif around:
        yield lambda: _brought(line, [*around, *around])
    if line.binding.rule == "sum" and isinstance(line.right, Apply) and line.right.operation is add:
        yield partial(line.put, line.right, line.right.inputs[0])


# --- windows ---


def _windows(line: Line, *names: str) -> list[Apply]:
    return [node for node in line.nodes if isinstance(node, Apply) and node.operation.name in names]


@mistake("C01", "forward", "backward")
def kernel_flipped(line: Line) -> Iterator[Made]:
    """The kernel flipped where it is not, or not flipped on the way back."""
    for node in _windows(line, "conv", "conv_to_input"):
        yield partial(_with_kernel_flipped, line, node)
    for node in _windows(line, "conv_to_kernel"):
        yield partial(_flipped, node)


def _with_kernel_flipped(line: Line, node: Apply) -> Expr:
    first, kernel = node.inputs
    return line.put(node, node.operation(first, _flipped(kernel)))


def _flipped(matrix: Expr) -> Expr:
    rows, columns = matrix.shape
    return in_order(tuple(range(rows))[::-1], 0)(in_order(tuple(range(columns))[::-1], 1)(matrix))


@mistake("C03", "backward")
def gradient_to_wrong_cells(line: Line) -> Iterator[Made]:
    """Max pooling: the gradient to every cell, or shared by all; mean pooling without 1/n."""
    for node in _windows(line, "max_pool_taken"):
        g, whole = node.inputs
        size = whole.shape[0] // g.shape[0], whole.shape[1] // g.shape[1]
        if size[0] * g.shape[0] == whole.shape[0] and size[1] * g.shape[1] == whole.shape[1]:
            yield partial(_spread, line, node, g, size, 1.0)
            yield partial(_spread, line, node, g, size, 1.0 / (size[0] * size[1]))
    for node in _windows(line, "conv_to_input"):
        g, kernel = node.inputs
        if isinstance(kernel, Constant):  # of a mean, whose kernel is 1/n everywhere
            yield line.instead(node, node.operation, g, Constant(np.ones(kernel.shape)))


def _spread(line: Line, node: Apply, g: Expr, size: tuple[int, int], share: float) -> Expr:
    rows = Constant(np.kron(np.eye(g.shape[0]), np.ones((size[0], 1))))
    columns = Constant(np.kron(np.eye(g.shape[1]), np.ones((1, size[1]))))
    spread = matmul(matmul(rows, g), columns)
    return line.put(node, spread if share == 1.0 else multiply(share, spread))


# --- attention ---


@mistake("A01", "forward", "backward")
def down_the_columns(line: Line) -> Iterator[Made]:
    """The softmax down the columns for along the rows."""
    for axis in (0, 1):
        yield from line.each(line.calls(softmax(axis)), partial(_with_operation, softmax(1 - axis)))
    if line.of is not None and _is_weighting(line, line.of):
        for axis in (0, 1):
            yield from line.each(line.calls(axis_sum(axis)), partial(_with_operation, axis_sum(1 - axis)))


def _with_operation(operation: Operation, node: Apply) -> Expr:
    return operation(*node.inputs)


def _is_weighting(line: Line, scores: Variable) -> bool:
    """Whether a quantity is the scores that a softmax makes weights of."""
    h = line.activation_of(scores)
    made = line.formula_of(h) if h is not None else None
    return isinstance(made, Apply) and made.operation in (softmax(0), softmax(1))


@mistake("A02", "forward", "backward")
def scale_left_out(line: Line) -> Iterator[Made]:
    """1/√d left out, 1/d for it, or the root of another size."""
    for node in line.calls(divide):
        over, under = node.inputs
        if isinstance(under, Apply) and under.operation is sqrt and isinstance(under.inputs[0], Constant):
            d = under.inputs[0]
            yield partial(line.put, node, over)
            yield line.instead(node, divide, over, d)
            yield line.instead(node, multiply, over, under)
            for size in sorted({n for v in line.around.solution.variables.values() for n in v.shape if n > 1}):
                if size != float(d.value):
                    yield line.instead(node, divide, over, sqrt(Constant(float(size), texts=str(size))))


@mistake("A03", "forward", "backward")
def queries_keys_values(line: Line) -> Iterator[Made]:
    """K not transposed; Q and K exchanged; V in the place of K."""
    letters = {v.role: v for v in line.around.solution.variables.values() if v.of is None}
    named = [v for v in line.leaves if v.role in ("queries", "keys", "values")]
    yield from line.each(
        [n for n in line.calls(transpose) if getattr(n.inputs[0], "role", "") == "keys"], lambda node: node.inputs[0]
    )
    if {"queries", "keys"} <= {v.role for v in named}:
        q, k = letters["queries"], letters["keys"]
        yield partial(_exchanged, line, q, k)
    for leaf in named:
        for role in ("queries", "keys", "values"):
            if role != leaf.role and role in letters and letters[role].shape == leaf.shape:
                yield partial(line.put, leaf, letters[role])


def _exchanged(line: Line, one: Variable, other: Variable) -> Expr:
    places = {id(one): other, id(other): one}
    return substitute(line.right, lambda node: places.get(id(node)))


@mistake("A04", "backward")
def diagonal_of_softmax(line: Line) -> Iterator[Made]:
    """A ⊙ (1 − A) for the whole Jacobian of each row."""
    if line.of is None or not _is_weighting(line, line.of):
        return
    weighting = line.activation_of(line.of)
    assert weighting is not None
    g = line.around.adjoint(weighting)
    if g is not None:
        yield lambda: multiply(g, multiply(weighting, subtract(1.0, weighting)))


# --- statistics ---


@mistake("N01", "forward")
def another_deviation(line: Line) -> Iterator[Made]:
    """The variance with n − 1 for n; the variance for the standard deviation; ε outside the root."""
    if line.binding.rule == "variance":
        n = _counted(line)
        if n > 1:
            share = Constant(n / (n - 1), texts=f"{n}/{n - 1}")
            yield lambda: multiply(share, line.right)
    for root in line.calls(sqrt):
        inner = root.inputs[0]
        if not any(tells_of_many(line, v) for v in variables_of(inner)):
            continue  # of other squares the root is another matter
        yield partial(line.put, root, inner)
        if isinstance(inner, Apply) and inner.operation is add and isinstance(inner.inputs[1], Constant):
            yield partial(line.put, root, add(sqrt(inner.inputs[0]), inner.inputs[1]))


def _counted(line: Line) -> int:
    """How many numbers a statistic is taken of."""
    largest = max((int(np.prod(node.shape)) for node in line.nodes), default=1)
    return largest // max(int(np.prod(line.right.shape)), 1)


@mistake("N02", "forward", "backward")
def gain_left_out(line: Line) -> Iterator[Made]:
    """The gain γ left out, forward or on the way back."""
    gains = [v for v in line.leaves if v.role.endswith("gain")]
    for node in line.calls(multiply):
        for gain, rest in (node.inputs, node.inputs[::-1]):
            if gain in gains and rest.shape == node.shape:
                yield partial(line.put, node, rest)


# --- masks ---


@mistake("P01", "forward", "backward")
def mask_left_out(line: Line) -> Iterator[Made]:
    """The mask of a dropout not applied, or 1/keep left out."""
    masks = [v for v in line.leaves if v.role.endswith("mask")]
    if not masks:
        return
    for node in line.calls(multiply):
        for mask, rest in (node.inputs, node.inputs[::-1]):
            if mask in masks and rest.shape == node.shape:
                yield partial(line.put, node, rest)
    for node in line.calls(divide):
        if isinstance(node.inputs[1], Constant):
            yield partial(line.put, node, node.inputs[0])
