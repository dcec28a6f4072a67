"""Rewrites of the lines of a backward pass: a factor lost or taken for its kin, a slope remembered wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from bpcli.calculus.expr import (
    Apply,
    Constant,
    Expr,
    Operation,
    Variable,
    count_of,
    postorder,
    substitute,
    variables_of,
)
from bpcli.calculus.ops.elementary import absolute, add, divide, log, multiply, negate, square, subtract
from bpcli.calculus.ops.functions import cosh, sigmoid, tanh
from bpcli.calculus.ops.matrices import axis_sum, broadcast_to, matmul, total, transpose
from bpcli.calculus.ops.reductions import mean, softmax
from bpcli.calculus.stages import is_long
from bpcli.mistakes.line import Line, Made, exchanged, products_with, without
from bpcli.mistakes.rewriting import mistake
from bpcli.mistakes.weights import inlined

MOST_INSTANCES = 8


# --- on the way back ---


@mistake("B19", "backward")
def gradient_for_weights(line: Line) -> Iterator[Made]:
    """(dW)ᵀ δ for Wᵀ δ."""
    if not line.is_of_parameter:
        yield from line.each(line.parameters, lambda p: _adjoint(line, p))


def _adjoint(line: Line, of: Variable) -> Variable:
    adjoint = line.around.adjoint(of)
    assert adjoint is not None  # what `parameters` are
    return adjoint


@mistake("B20", "backward")
def output_for_delta(line: Line) -> Iterator[Made]:
    """Wᵀ y for Wᵀ δ."""
    if line.is_of_parameter or not line.parameters:
        return
    for seed in line.seeds:
        assert seed.of is not None
        for value in (line.activation_of(seed.of), seed.of):
            if value is not None:
                yield partial(line.put, seed, value)


@mistake("B21", "backward")
def bias_on_the_way_back(line: Line) -> Iterator[Made]:
    """Wᵀ δ + b, |W|ᵀ δ."""
    if line.is_of_parameter:
        return
    yield from line.each(line.parameters, absolute)
    for parameter in _added_in_consumers(line):
        yield partial(add, line.right, parameter)


def _added_in_consumers(line: Line) -> Iterator[Variable]:
    """The biases of the lines that use this quantity."""
    for consumer in {c.consumer.name: c.consumer for c in line.contributions}.values():
        formula = line.formula_of(consumer)
        stack = [] if formula is None else [formula]
        while stack:
            part = stack.pop()
            if isinstance(part, Apply) and part.operation is add:
                stack.extend(part.inputs)
            elif isinstance(part, Variable) and line.is_given(part) and line.around.adjoint(part) is not None:
                yield part


@mistake("B01", "backward", everywhere=False)
def untransposed(line: Line) -> Iterator[Made]:
    """W δ for Wᵀ δ."""
    parameters = set(map(id, line.parameters))
    turned = [node for node in line.calls(transpose) if id(node.inputs[0]) in parameters]
    yield from line.each(turned, lambda node: node.inputs[0])
    beside = [p for p in line.calls(matmul) if any(id(operand) in parameters for operand in p.inputs)]
    yield from line.each(
        beside, lambda p: matmul(*(transpose(item) if id(item) in parameters else item for item in p.inputs))
    )


@mistake("B02", "backward", everywhere=False)
def updated_weights(line: Line) -> Iterator[Made]:
    """The new weights for the old ones."""
    if line.is_of_parameter:
        return
    for parameter in line.parameters:
        new = line.around.bindings.get(f"{parameter.name}_new")
        if new is not None:
            yield partial(line.put, parameter, new.expr)


@mistake("B07", "backward", everywhere=False)
def weights_left_out(line: Line) -> Iterator[Made]:
    """Σ δ for Wᵀ δ: a parameter is no factor of the way back."""
    for parameter in line.parameters:
        for product in products_with(line, parameter):
            yield partial(_without_weights, line, product, parameter)
    if line.right.shape == () and not is_long(line.right):
        yield partial(_without_all_weights, line)


def _without_weights(line: Line, product: Apply, parameter: Variable) -> Expr:
    rest = without(parameter)(product)
    if rest.shape == product.shape:
        return line.put(product, rest)
    summed = total(rest) if product.operation is matmul else rest
    return line.put(product, broadcast_to(product.shape)(summed))


def _without_all_weights(line: Line) -> Expr:
    """The whole chain from the output on, with no parameter as a factor of it."""
    around = line.around
    forward = frozenset(b.variable.name for b in around.solution.program.bindings if b.phase == "forward")
    deep = inlined(around, line.right, forward)
    kept = {id(v) for c in line.contributions if c.local is not None for v in variables_of(c.local)}

    def dropped(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and node.operation is multiply:
            for one, other in (node.inputs, node.inputs[::-1]):
                if isinstance(one, Variable) and line.is_given(one) and id(one) not in kept:
                    return other
        return None

    return substitute(deep, dropped)


# --- the gradient of a parameter ---


@mistake("G19", "backward")
def weights_for_input(line: Line) -> Iterator[Made]:
    """δ W for δ xᵀ."""
    if not line.is_of_parameter or line.of is None:
        return
    for seed in line.seeds:
        yield partial(_times_itself, line, seed)
    yield from line.each([v for v in line.values if v.shape == ()], lambda _: _given(line))


def _given(line: Line) -> Variable:
    assert line.of is not None  # a gradient is of something
    return line.of


def _times_itself(line: Line, seed: Variable) -> Expr:
    of, delta = _given(line), seed
    if len(of.shape) == 2 and seed.shape != of.shape and 1 not in seed.shape:
        return multiply(line.around.over_instances(delta), of)
    return multiply(delta, of)


@mistake("G22", "backward")
def input_squared(line: Line) -> Iterator[Made]:
    """δ (x²)ᵀ for δ xᵀ."""
    if line.is_of_parameter:
        yield from line.each(line.values, square)


@mistake("G20", "backward")
def wrong_count(line: Line) -> Iterator[Made]:
    """The gradient divided by Σ x, by the number of features, by the number of outputs."""
    if not line.is_of_parameter:
        return
    counts = {n for v in (*line.values, *line.seeds) for n in (*v.shape, int(np.prod(v.shape))) if n > 1}
    if line.around.network is not None:
        counts -= {line.around.instances}  # that is a matter of sum and mean
    for count in sorted(counts):
        yield partial(divide, line.right, Constant(float(count), texts=str(count)))
    for value in line.values:
        if value.shape != ():
            yield partial(_over_sum, line, value)


def _over_sum(line: Line, value: Variable) -> Expr:
    return divide(line.right, total(value))


@mistake("G23", "backward")
def instance_forgotten(line: Line) -> Iterator[Made]:
    """The sum over all instances but one."""
    around = line.around
    m = around.instances
    if around.network is None or not line.is_of_parameter or not 2 < m <= MOST_INSTANCES:
        return
    for seed in line.seeds:
        for k in range(m):
            mask = np.ones((1, m) if around.columns else (m, 1))
            mask.flat[k] = 0.0
            yield line.instead(seed, multiply, seed, Constant(mask))
            if around.is_mean:
                yield partial(_of_the_others, line, seed, Constant(mask), m)


def _of_the_others(line: Line, seed: Variable, mask: Constant, m: int) -> Expr:
    share = Constant(m / (m - 1), texts=f"{m}/{m - 1}")
    return line.put(seed, multiply(share, multiply(seed, mask)))


@mistake("G03", "backward", everywhere=False)
def own_activation(line: Line) -> Iterator[Made]:
    """The activation of the line itself for that of the line below it."""
    if not line.is_of_parameter:
        return
    for seed in line.seeds:
        own = line.activation_of(seed.of) if seed.of is not None else None
        if own is not None:
            for value in line.values:
                yield partial(line.put, value, own)


@mistake("G04", "backward", everywhere=False)
def pre_activation_below(line: Line) -> Iterator[Made]:
    """z of the line below for its h."""
    if line.is_of_parameter:
        found = [(v, line.pre_activation_of(v)) for v in line.values]
        for value, below in found:
            if below is not None:
                yield partial(line.put, value, below)


@mistake("G08", "backward", everywhere=False)
def bias_without_gradient(line: Line) -> Iterator[Made]:
    """Zero, for the gradient of a bias."""
    if line.of is not None and line.of.role.endswith("bias"):
        yield lambda: Constant(0.0)


@mistake("G01", "backward", everywhere=False)
def outer_product_transposed(line: Line) -> Iterator[Made]:
    """h δᵀ for δ hᵀ."""
    if line.is_of_parameter and len(line.right.shape) == 2:
        yield lambda: transpose(line.right)


# --- slopes ---


@mistake("D12", "backward")
def slope_of_tanh(line: Line) -> Iterator[Made]:
    """1 − a², 1 + tanh²(a), 1 − tanh(a), −tanh²(a) for 1 − tanh²(a)."""
    slopes = line.slopes_of(tanh)
    yield from line.each_slope(slopes, lambda s: subtract(1.0, square(s.a)))
    yield from line.each_slope(slopes, lambda s: add(Constant(1.0), square(s.h)))
    yield from line.each_slope(slopes, lambda s: subtract(1.0, s.h))
    yield from line.each_slope(slopes, lambda s: negate(square(s.h)))


@mistake("D23", "backward")
def hyperbolic_secant(line: Line) -> Iterator[Made]:
    """sech(a), sech(h), sech²(h) for sech²(a)."""
    slopes = line.slopes_of(tanh)
    yield from line.each_slope(slopes, lambda s: divide(1.0, cosh(s.a)))
    yield from line.each_slope(slopes, lambda s: divide(1.0, cosh(s.h)))


@mistake("S22", "backward", everywhere=False)
def times_the_value(line: Line) -> Iterator[Made]:
    """The gradient multiplied by the value of the node that it goes through."""
    for contribution in line.contributions:
        if contribution.consumer.shape in ((), line.right.shape):
            yield partial(_times_consumer, line, contribution.consumer)


def _times_consumer(line: Line, consumer: Variable) -> Expr:
    return multiply(line.right, consumer)


@mistake("B13", "backward", everywhere=False)
def slope_elsewhere(line: Line) -> Iterator[Made]:
    """The slope at the activation, or a (1 − a), for the slope at the pre-activation."""
    yield from line.each_slope(line.slopes, lambda s: s.derivative(s.h))
    yield from line.each_slope(line.slopes_of(sigmoid), lambda s: multiply(s.a, subtract(1.0, s.a)))


@mistake("D09", "backward", everywhere=False)
def half_a_slope(line: Line) -> Iterator[Made]:
    """h, or 1 − h, for h (1 − h)."""
    yield from line.each_slope(line.slopes_of(sigmoid), lambda s: s.h)
    yield from line.each_slope(line.slopes_of(sigmoid), lambda s: subtract(1.0, s.h))


@mistake("D11", "backward", everywhere=False)
def slope_of_another(line: Line) -> Iterator[Made]:
    """1 − h² for h (1 − h), or the other way."""
    yield from line.each_slope(line.slopes_of(sigmoid), lambda s: subtract(1.0, square(s.h)))
    yield from line.each_slope(line.slopes_of(tanh), lambda s: multiply(s.h, subtract(1.0, s.h)))


@mistake("B12", "backward", everywhere=False)
def slope_left_out(line: Line) -> Iterator[Made]:
    """The gradient without f′(a)."""
    for slope in line.slopes:
        for product in products_with(line, slope.node):
            yield partial(_without_slope, line, product, slope.node)


def _without_slope(line: Line, product: Apply, slope: Expr) -> Expr:
    return line.put(product, without(slope)(product))


@mistake("S27", "backward", "forward")
def sign_inside_lost(line: Line) -> Iterator[Made]:
    """σ(x) for σ(−x)."""
    turned = [
        node
        for node in line.nodes
        if isinstance(node, Apply)
        and len(node.inputs) == 1
        and (node.operation.derivative is not None or node.operation.primal is not None)
        and isinstance(node.inputs[0], Apply)
        and node.inputs[0].operation is negate
    ]
    yield from line.each(turned, _without_inner_sign)


def _without_inner_sign(node: Apply) -> Expr:
    (inner,) = node.inputs
    assert isinstance(inner, Apply)  # a minus
    return node.operation(inner.inputs[0])


@mistake("U03", "backward")
def step_for_gradient(line: Line) -> Iterator[Made]:
    """−η ∂L/∂a: the step in the place of the gradient."""
    rate = line.around.rate
    if isinstance(rate, Constant) and line.binding.contributions:
        yield lambda: negate(multiply(rate, line.right))


# --- statistics, and counts ---


@mistake("S28", "backward")
def statistics_taken_as_constants(line: Line) -> Iterator[Made]:
    """Mean, variance and maximum do not move with what they are taken of: their paths are missed."""
    if any(_is_statistic(line, seed) for seed in line.seeds):
        yield partial(_without_statistics, line, 1)
        yield partial(_without_statistics, line, 4)


def _is_statistic(line: Line, seed: Variable) -> bool:
    """Whether a gradient is that of a mean, a variance, a norm, a maximum, or of what is made of them alone."""
    return seed.of is not None and tells_of_many(line, seed.of)


def tells_of_many(line: Line, of: Variable) -> bool:
    """Whether a quantity is a mean, a variance, a norm, a maximum, or made of such alone."""
    formula = line.formula_of(of)
    if formula is None or of is line.around.solution.output or of.role in ("loss", "objective"):
        return False
    used = variables_of(formula)
    if all(tells_of_many(line, v) for v in used):
        return bool(used)
    return any(count_of(of.shape) < count_of(v.shape) for v in used) and any(map(_is_of_one, _reductions(formula)))


def _reductions(formula: Expr) -> Iterator[Apply]:
    reduced = (mean, total, axis_sum(0), axis_sum(1))
    for part in postorder(formula):
        if isinstance(part, Apply) and (part.operation in reduced or part.operation.name in ("max", "min", "norm2")):
            yield part


def _is_of_one(reduction: Apply) -> bool:
    """Whether it is taken of one quantity, and its own statistics: a weighted sum of two is none."""
    return sum(v.shape == reduction.inputs[0].shape for v in variables_of(reduction)) == 1


def _without_statistics(line: Line, depth: int) -> Expr:
    """The gradient with those of statistics at zero, and written out where lines above it have such terms as well."""
    formula = line.right
    for _ in range(depth):
        known: dict[int, Expr] = {}
        for part in variables_of(formula):
            if not line.is_adjoint(part):
                continue
            if _is_statistic(line, part):
                known[id(part)] = Constant(np.zeros(part.shape))
            elif depth > 1:
                above = line.around.bindings[part.name].expr
                if any(_is_statistic(line, v) for v in variables_of(above) if line.is_adjoint(v)):
                    known[id(part)] = above
        if not known:
            break
        formula = exchanged(formula, known)
    return formula


@mistake("D14", "backward", everywhere=False)
def divided_again(line: Line) -> Iterator[Made]:
    """Divided by the count of a mean once too often, or not at all."""
    counts = {
        int(np.prod(node.inputs[0].shape))
        for binding in line.around.bindings.values()
        if binding.phase == "forward"
        for node in _means(binding.expr)
    }
    for count in sorted(counts - {1}):
        number = Constant(float(count), texts=str(count))
        yield partial(divide, line.right, number)
        yield partial(multiply, number, line.right)


def _means(formula: Expr) -> Iterator[Apply]:
    return (part for part in postorder(formula) if isinstance(part, Apply) and part.operation is mean)


# --- softmax ---


@mistake("D24", "backward")
def logits_for_probabilities(line: Line) -> Iterator[Made]:
    """pᵢ (δᵢⱼ − aⱼ) for pᵢ (δᵢⱼ − pⱼ)."""
    of = line.of
    h = line.activation_of(of) if of is not None else None
    made = line.formula_of(h) if h is not None else None
    g = line.around.adjoint(h) if h is not None else None
    if of is None or h is None or g is None or not isinstance(made, Apply):
        return
    if made.operation in (softmax(None), softmax(0), softmax(1)):
        axis = int(dict(made.operation.parameters)["axis"])
        summed = total if axis < 0 else axis_sum(axis)
        yield lambda: subtract(multiply(g, h), multiply(of, summed(multiply(g, h))))


@mistake("S26", "backward", everywhere=False)
def log_of_softmax(line: Line) -> Iterator[Made]:
    """g − p, or g (1 − p), for g − p Σ g; the softmax taken of the gradient."""
    of = line.of
    p = line.activation_of(of) if of is not None else None
    made = line.formula_of(p) if p is not None else None
    if of is None or p is None or not isinstance(made, Apply) or made.operation.name != "softmax":
        return
    for binding in line.around.bindings.values():
        is_log = isinstance(binding.expr, Apply) and binding.expr.operation is log and binding.expr.inputs[0] is p
        g = line.around.adjoint(binding.variable) if is_log else None
        if g is not None:
            yield partial(subtract, g, p)
            yield partial(_times_complement, g, p)
            yield partial(_less_softmax, g, made.operation)


def _times_complement(g: Expr, p: Expr) -> Expr:
    return multiply(g, subtract(1.0, p))


def _less_softmax(g: Expr, softmax_of: Operation) -> Expr:
    return subtract(g, softmax_of(g))


@mistake("D26", "backward")
def product_exchanged(line: Line) -> Iterator[Made]:
    """A matrix product where ⊙ belongs, or the other way."""
    yield from line.each(
        [p for p in line.calls(multiply) if all(len(item.shape) == 2 for item in p.inputs)], lambda p: matmul(*p.inputs)
    )
    columns = [p for p in line.calls(multiply) if all(item.shape[-1:] == (1,) for item in p.inputs)]
    yield from line.each(columns, lambda p: matmul(transpose(p.inputs[0]), p.inputs[1]))
    yield from line.each(line.calls(matmul), lambda p: multiply(*p.inputs))
