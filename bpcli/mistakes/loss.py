"""Mistaken formulas of the loss, the regulariser and the objective."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, substitute
from bpcli.calculus.ops.elementary import absolute, add, divide, log, multiply, negate, sqrt, square, subtract
from bpcli.calculus.ops.losses import FAMILIES, LOSSES, LossForm, loss
from bpcli.calculus.ops.matrices import axis_sum, total
from bpcli.calculus.ops.penalties import l2_penalty
from bpcli.calculus.ops.probability import cross_entropy, entropy, kl
from bpcli.calculus.ops.reductions import mean
from bpcli.mistakes.site import Proposal, Site, kind_of

BASES = {"e": 1.0, "2": float(np.log(2)), "10": float(np.log(10))}


def loss_of_instances(site: Site) -> Iterator[Proposal]:
    """L(y, t) of a network."""
    around = site.around
    assert around.prediction is not None
    assert around.t is not None
    yield from _loss(around.form, around.prediction, around.t)


def loss_in_a_graph(site: Site) -> Iterator[Proposal]:
    """A loss written as a function in a formula."""
    expr = site.right
    if not isinstance(expr, Apply):
        return
    for name in LOSSES:
        if expr.operation is loss(LossForm(name)):
            yield from _loss(LossForm(name), *expr.inputs)
    parameters = dict(expr.operation.parameters)
    if "base" in parameters:
        base = float(parameters["base"])
        for make in (entropy, kl, cross_entropy):
            if expr.operation is make() or expr.operation is make(base):
                for other in (float(np.e), 2.0, 10.0):
                    if other != base:
                        yield "L09", lambda m=make, o=other: m(o)(*expr.inputs)  # type: ignore[misc]
        yield "L10", lambda: negate(expr)
        if expr.operation is cross_entropy(base) or expr.operation is cross_entropy():
            p, q = expr.inputs
            yield "L12", lambda: loss(LossForm("binary_cross_entropy"))(q, p)
            yield "L13", lambda: expr.operation(q, p)


def _loss(form: LossForm, y: Expr, t: Expr) -> Iterator[Proposal]:
    kind = kind_of(form)
    if kind == "squares":
        yield from _squares(form, y, t)
    elif kind:
        yield from _logs(form, y, t, kind)


def _summed(form: LossForm, summand: Expr) -> Expr:
    result: Expr = (total if form.axis is None else axis_sum(form.axis))(summand)
    return result


def _outputs(form: LossForm, y: Expr) -> int:
    if y.shape == ():
        return 1
    return y.shape[0] * y.shape[1] if form.axis is None else y.shape[form.axis]


def _weight(form: LossForm, y: Expr) -> float:
    """The factor in front of the sum."""
    shape = (1, 1) if form.axis is None or y.shape == () else y.shape
    ones = np.zeros(shape)
    ones.flat[0] = 1.0
    first = loss(form._replace(over_outputs="sum") if takes_mean(form) else form).forward(ones, np.zeros(shape))
    return float(np.ravel(first)[0]) / (_outputs(form, y) if takes_mean(form) else 1)


def takes_mean(form: LossForm) -> bool:
    """Whether a loss is divided by the number of outputs."""
    if form.over_outputs is not None:
        return form.over_outputs == "mean"
    return FAMILIES[form.name].mean


def has_half(form: LossForm) -> bool:
    """Whether a loss of squares has the ½ that cancels the 2 of its derivative."""
    probe = np.ones((1, 1))
    return float(loss(form._replace(axis=None)).forward(probe, 0 * probe)) == 0.5


def _squares(form: LossForm, y: Expr, t: Expr) -> Iterator[Proposal]:
    n = _outputs(form, y)
    weight = _weight(form, y)
    mean_taken = takes_mean(form)
    plain = weight * n if mean_taken else weight

    def scaled(factor: float, summand: Expr) -> Expr:
        summed = _summed(form, summand)
        return summed if factor == 1 else multiply(_factor(factor), summed)

    e = subtract(y, t)
    if plain == 0.5:
        yield "L01", lambda: scaled(2 * weight, square(e))
    if n > 1:
        yield "L02", lambda: scaled(0.5 if mean_taken else 1 / n, square(e))
        yield "L03", lambda: scaled(plain if mean_taken else plain / n, square(e))
        for k in range(n):
            yield "L07", lambda k=k: scaled(weight, square(_one_output(form, e, k, n)))  # type: ignore[misc]
        yield "L08", lambda: multiply(_factor(weight), square(_summed(form, e)))
    yield "L17", lambda: scaled(weight, subtract(square(y), square(t)))
    yield "L05", lambda: scaled(weight, e)
    yield "L05", lambda: scaled(1.0, e)
    yield "L05", lambda: scaled(weight, subtract(t, y))
    yield "L05", lambda: scaled(1.0, subtract(t, y))
    yield "L06", lambda: sqrt(scaled(1.0, square(e)))
    yield "L06", lambda: sqrt(scaled(1 / n, square(e)))
    yield "L06", lambda: scaled(1.0, absolute(e))
    yield "L06", lambda: scaled(1 / n, absolute(e))
    yield "L06", lambda: scaled(weight, absolute(e))


def _crossed(form: LossForm, y: Expr, t: Expr, logs: Expr, in_base: Callable[[Expr], Expr]) -> Expr:
    """−Σᵢⱼ tᵢ ln yⱼ: every target times every logarithm."""
    return in_base(negate(multiply(_summed(form, t), _summed(form, logs))))


def _factor(value: float) -> Constant:
    return Constant(value, texts="1/2" if value == 0.5 else f"{value:g}")


def _one_output(form: LossForm, e: Expr, k: int, n: int) -> Expr:
    """The error of one output, the others being zero."""
    rows, columns = e.shape or (1, 1)
    mask = np.zeros((rows, columns))
    if form.axis is None:
        mask.flat[k] = 1.0
    elif form.axis == 0:
        mask[k, :] = 1.0
    else:
        mask[:, k] = 1.0
    return e * Constant(mask)


def _logs(form: LossForm, y: Expr, t: Expr, kind: str) -> Iterator[Proposal]:
    right = loss(form)(y, t)
    for base, scale in BASES.items():
        if base != form.log_base:
            factor = BASES[form.log_base] / scale
            yield "L09", lambda f=factor: multiply(Constant(f), right)  # type: ignore[misc]
    yield "L10", lambda: negate(right)
    scale = BASES[form.log_base]

    def in_base(summed: Expr) -> Expr:
        return summed if scale == 1 else divide(summed, Constant(scale))

    other = "cross_entropy" if kind == "binary" else "binary_cross_entropy"
    yield "L12", lambda: loss(form._replace(name=other))(y, t)
    yield "L13", lambda: loss(form)(t, y)
    if kind == "binary":
        first = multiply(t, log(y))
        second = multiply(subtract(1.0, t), log(subtract(1.0, y)))
        yield "L11", lambda: in_base(_summed(form, subtract(second, first)))
        yield "L12", lambda: in_base(_summed(form, negate(second)))
    yield "L15", lambda: _crossed(form, y, t, log(y), in_base)
    if kind == "binary":
        yield "L15", lambda: _crossed(form, y, t, log(subtract(1.0, y)), in_base)
    if _outputs(form, y) > 1:
        for k in range(_outputs(form, y)):
            summand = multiply(t, log(y))
            if kind == "binary":
                summand = add(summand, multiply(subtract(1.0, t), log(subtract(1.0, y))))
            yield (
                "L07",
                lambda s=summand, k=k: in_base(_summed(form, negate(_one_output(form, s, k, _outputs(form, y))))),  # type: ignore[misc]
            )


def _crossed_over_instances(site: Site) -> Iterator[Expr]:
    """The outer product of targets and logarithms over the whole batch, summed, with 1/m and without."""
    around = site.around
    y, t = around.prediction, around.t
    assert y is not None
    assert t is not None
    other = (subtract(1.0, t), log(subtract(1.0, y)))
    first = multiply(total(t), total(log(y)))
    for summed in (first, add(first, multiply(total(other[0]), total(other[1])))):
        yield negate(divide(summed, float(around.instances)))
        yield negate(summed)


def regularizer(site: Site) -> Iterator[Proposal]:
    """Ω(θ)."""
    expr, around = site.right, site.around
    if not isinstance(expr, Apply) or not any(expr.operation is l2_penalty(f) for f in _factors(expr.operation)):
        return
    factor = dict(expr.operation.parameters)["factor"]
    weights = tuple(v for v in expr.inputs if getattr(v, "role", "") == "weights")
    biases = tuple(layer.b for layer in around.layers if layer.b is not None)
    yield "L14", lambda: l2_penalty(2 * factor)(*expr.inputs)
    yield "L14", lambda: l2_penalty(factor / 2)(*expr.inputs)
    if len(weights) == len(expr.inputs) and biases:
        yield "L14", lambda: l2_penalty(factor)(*expr.inputs, *biases)
    elif weights:
        yield "L14", lambda: l2_penalty(factor)(*weights)
    for kept in expr.inputs:
        if len(expr.inputs) > 1:
            yield "L14", lambda kept=kept: l2_penalty(factor)(kept)  # type: ignore[misc]


def _factors(operation: Operation) -> tuple[float, ...]:
    parameters = dict(operation.parameters)
    return (parameters["factor"],) if "factor" in parameters else ()


def objective(site: Site) -> Iterator[Proposal]:
    """J = (1/m) Σ L + λ Ω."""
    around = site.around
    L, omega = around.by_role("loss"), around.by_role("regularizer")
    assert L is not None
    expr = site.right
    data: Expr = expr
    if omega is not None:
        assert isinstance(expr, Apply)
        data, penalty = expr.inputs
        yield "L14", lambda: data
        yield "L14", lambda: add(data, omega)
        yield "L14", lambda: add(data, multiply(2.0, penalty))
        yield "L14", lambda: add(data, multiply(0.5, penalty))
        yield "L14", lambda: subtract(data, penalty)
        biases = tuple(layer.b for layer in around.layers if layer.b is not None)
        if biases and around.decay is not None:
            with_biases = multiply(around.decay, l2_penalty(around.penalty_factor)(*biases))
            yield "L14", lambda: add(expr, with_biases)
    if around.instances > 1:
        if around.loss_kind in ("logs", "binary"):
            for crossed in _crossed_over_instances(site):
                yield "L15", lambda c=crossed: substitute(expr, lambda n: c if n is data else None)  # type: ignore[misc]
        for reduce in (total, mean):
            yield "L04", lambda r=reduce: substitute(expr, lambda n: r(L) if n is data else None)  # type: ignore[misc]
        if omega is not None and isinstance(data, Apply):
            # the regulariser is divided by the number of instances as well
            yield "L14", lambda: add(data, divide(penalty, float(around.instances)))
