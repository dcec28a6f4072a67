"""Mistaken entries of a grad_table: forks, and the derivatives of elementary operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from typing import TypeAlias

import numpy as np

from bpcli.calculus.backprop import pull_back, sum_to_shape
from bpcli.calculus.expr import Apply, Constant, Expr, Operation, Variable, is_constant, substitute
from bpcli.calculus.ops.elementary import add, divide, exp, log, multiply, negate, power, sign, sqrt, square, subtract
from bpcli.calculus.ops.functions import log2, log10
from bpcli.calculus.ops.matrices import axis_sum, broadcast_to, total
from bpcli.calculus.ops.reductions import mean, softmax
from bpcli.calculus.program import Contribution
from bpcli.calculus.stages import is_long
from bpcli.mistakes.forks import in_forward_order, without_order
from bpcli.mistakes.line import summands as summed_up
from bpcli.mistakes.site import Proposal, Site, same

MOST_TERMS = 8
_SOFTMAXES = (softmax(None), softmax(0), softmax(1))

Rule: TypeAlias = Callable[..., "tuple[Expr | None, ...]"]


def scalar(site: Site) -> Iterator[Proposal]:
    """∂L/∂u as a sum over the uses of u."""
    binding, around = site.binding, site.around
    of = binding.variable.of
    assert of is not None
    terms = [c.term for c in binding.contributions]
    if of is around.solution.output:
        yield "S18", lambda: Constant(0.0)
        yield "S18", lambda: of
        return
    yield from _forks(site, terms)
    yield from _local_rules(site, of)
    yield from _chain(site, of)
    yield "S22", lambda: site.right * of
    yield "S21", lambda: in_forward_order(around, of)
    if _below_a_fork(site):
        yield "S02", lambda: without_order(around, of)
    for neighbour in _neighbours(site, of):
        yield "S23", lambda n=neighbour: n  # type: ignore[misc]


def _below_a_fork(site: Site) -> bool:
    """Whether some quantity between this one and the output is used more than once."""
    needed = site.around.solution.program.needed_for([site.name]) - {site.name}
    return any(name in site.around.bindings and len(site.around.bindings[name].contributions) > 1 for name in needed)


def _forks(site: Site, terms: list[Expr]) -> Iterator[Proposal]:
    right = site.right
    if not 1 < len(terms) <= MOST_TERMS:
        return

    def brought(expr: Expr) -> Expr:
        return sum_to_shape(expr, right.shape)

    for k, term in enumerate(terms):
        yield "S01", lambda t=term: brought(t)  # type: ignore[misc]
        rest = [other for j, other in enumerate(terms) if j != k]
        yield "S01", lambda r=rest: brought(_sum(r))  # type: ignore[misc]
        yield "S02", lambda t=term: right + brought(t)  # type: ignore[misc]
        if site.binding.rule == "input_gradient":
            yield "S24", lambda t=term: brought(t)  # type: ignore[misc]
    yield "S02", lambda: 2 * right
    yield "S03", lambda: brought(_product(terms))


def _sum(terms: list[Expr]) -> Expr:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def _product(terms: list[Expr]) -> Expr:
    result = terms[0]
    for term in terms[1:]:
        result = result * term
    return result


# --- the derivative of one operation, remembered wrongly ---------------------------------------------------------


def _local_rules(site: Site, of: Variable) -> Iterator[Proposal]:
    """The gradient with one operation's rule replaced by a wrong one, wherever the operation occurs in a consumer."""
    consumers = {c.consumer.name: c.consumer for c in site.binding.contributions}
    formulas = [site.around.bindings[name].expr for name in consumers]
    if any(map(is_long, formulas)):
        return  # nobody works it line by line, nor could it be told where in it the rule was taken for another
    used = {id(node.operation): node.operation for formula in formulas for node in _applications(formula)}
    for operation in used.values():
        for identifier, rule in _wrong_rules(operation, squares=_has_equal_factors(site)):
            wrong = changed(operation, backprop=rule)
            yield identifier, lambda o=operation, w=wrong: _with_rule(site, of, o, w)  # type: ignore[misc]


def _applications(expr: Expr) -> Iterator[Apply]:
    stack, seen = [expr], set()
    while stack:
        node = stack.pop()
        if isinstance(node, Apply) and id(node) not in seen:
            seen.add(id(node))
            yield node
            stack.extend(node.inputs)


def _with_rule(site: Site, of: Variable, operation: Operation, wrong: Operation) -> Expr:
    """∂L/∂u where `operation` is differentiated as `wrong` is."""

    def swapped(node: Expr) -> Expr | None:
        return Apply(wrong, node.inputs) if isinstance(node, Apply) and node.operation is operation else None

    parts: list[Expr] = []
    done: set[str] = set()
    for contribution in site.binding.contributions:
        name = contribution.consumer.name
        if name in done:
            continue
        done.add(name)
        formula = substitute(site.around.bindings[name].expr, swapped)
        for variable, term in pull_back(formula, _seed(site, contribution), contribution.consumer):
            if variable is of:
                back = substitute(term, lambda node: _restored(node, operation, wrong))
                parts.append(sum_to_shape(back, of.shape))
    if not parts:
        return Constant(0.0)
    return _sum(parts)


def _restored(node: Expr, operation: Operation, wrong: Operation) -> Expr | None:
    return Apply(operation, node.inputs) if isinstance(node, Apply) and node.operation is wrong else None


def _seed(site: Site, contribution: Contribution) -> Expr:
    adjoint = site.around.adjoint(contribution.consumer)
    return adjoint if adjoint is not None else contribution.seed


def _has_equal_factors(site: Site) -> bool:
    """Whether some consumer multiplies a value by itself."""
    return any(
        node.operation is multiply and same(*node.inputs)
        for c in site.binding.contributions
        for node in _applications(site.around.bindings[c.consumer.name].expr)
    )


def _wrong_rules(operation: Operation, *, squares: bool) -> Iterator[tuple[str, Rule]]:
    """What the rule of an operation is taken for."""
    if operation is multiply:
        yield "S04", lambda g, out, a, b: (g * a, g * b)
        yield "S04", lambda g, out, a, b: (g, g)
        yield "S04", lambda g, out, a, b: (g * (a + b), g * (a + b))
        if squares:
            yield "S05", lambda g, out, a, b: (g * b, None if same(a, b) else g * a)
        yield "S20", lambda g, out, a, b: (g * _is_larger(a, b), g * _is_larger(b, a))
    elif operation is square or operation is power:
        yield from _wrong_powers(operation)
    elif operation is negate:
        yield "S07", lambda g, out, a: (g,)
    elif operation is subtract:
        yield "S08", lambda g, out, a, b: (g, g)
    elif operation is divide:
        yield from _wrong_quotients()
    elif operation is exp:
        yield "S12", lambda g, out, a: (g * (a * exp(a - 1)),)
        yield "S12", lambda g, out, a: (g * a,)
    elif operation in (log, log2, log10):
        yield "S13", lambda g, out, a: (g / out,)
        yield "S13", lambda g, out, a: (g * (out / a),)
        yield "S13", lambda g, out, a: (g * a,)
        if operation is not log:
            yield "S14", lambda g, out, a: (g / a,)
    elif operation is add:
        yield "S19", lambda g, out, a, b: (0.5 * g, 0.5 * g)
    elif operation is mean or operation is total:
        yield from _wrong_counts(operation)
    elif operation in _SOFTMAXES:
        if operation is softmax(None):
            yield "D17", lambda g, out, a: (g * (out * (1 - out)),)
        yield "D24", lambda g, out, a: (g * out - a * _like(operation)(g * out),)
    elif operation.derivative is not None and operation.derivative.elementwise:
        yield "S22", lambda g, out, a: (g * out,)
    if operation.elementwise and operation not in (multiply, add, subtract, divide, power, negate, exp, sqrt):
        yield "S15", lambda g, out, *inputs: operation.backprop(g, operation(*inputs), *(out for _ in inputs))


def _wrong_powers(operation: Operation) -> Iterator[tuple[str, Rule]]:
    if operation is square:
        yield "S06", lambda g, out, a: (g * a,)
        yield "S06", lambda g, out, a: (2 * g,)
        yield "S06", lambda g, out, a: (g * (2 * square(a)),)
        return
    yield "S25", lambda g, out, a, n: (None, g * a)
    yield "S25", lambda g, out, a, n: (None, g * (n * power(a, n - 1)))
    yield "S25", lambda g, out, a, n: (None, g * (a * power(n, a - 1)))
    yield "S06", lambda g, out, a, n: (g * (power(a, n - 1)), None)
    yield "S06", lambda g, out, a, n: (g * n, None)
    yield "S06", lambda g, out, a, n: (g * (n * power(a, n)), None)
    yield "S06", lambda g, out, a, n: (g * (n * a), None)


def _wrong_counts(operation: Operation) -> Iterator[tuple[str, Rule]]:
    """The ÷n of a mean taken twice, left out, or taken for a sum."""
    if operation is mean:
        yield "S29", lambda g, out, a: (broadcast_to(a.shape)(g) / float(np.prod(a.shape)) ** 2,)
        yield "S29", lambda g, out, a: (broadcast_to(a.shape)(g),)
    else:
        yield "S29", lambda g, out, a: (broadcast_to(a.shape)(g) / float(np.prod(a.shape)),)


def _like(operation: Operation) -> Operation:
    """The sum over what a softmax is taken over."""
    axis = int(dict(operation.parameters)["axis"])
    return total if axis < 0 else axis_sum(axis)


def _wrong_quotients() -> Iterator[tuple[str, Rule]]:
    yield "S09", lambda g, out, a, b: (g / b, g * (a / square(b)))
    yield "S10", lambda g, out, a, b: (g / b, -(g * (a / b)))
    yield "S10", lambda g, out, a, b: (g / b, g / square(b))
    yield "S10", lambda g, out, a, b: (g / b, -(g / square(b)))
    yield "S11", lambda g, out, a, b: (g * b, -(g * (a / square(b))))
    yield "S11", lambda g, out, a, b: (g, -(g * (a / square(b))))


def _is_larger(one: Expr, other: Expr) -> Expr:
    """1 where `one` is the larger, 0 where it is not."""
    return 0.5 * (1 + sign(one - other))


# --- the chain -------------------------------------------------------------------------------------------------


def _chain(site: Site, of: Variable) -> Iterator[Proposal]:
    """The upstream gradient or the local derivative left out, in all terms; a sum that splits what it gets."""
    contributions = site.binding.contributions
    locals_ = [c.local for c in contributions]
    if all(local is not None for local in locals_):
        known = [local for local in locals_ if local is not None]
        if not all(is_constant(c.seed, 1.0) for c in contributions):
            yield "S16", lambda: _sum(known)
        if not all(is_constant(local, 1.0) for local in known):
            yield "S17", lambda: _sum([_seed(site, c) for c in contributions])
        for summands in sorted({len(_terms(site, c.consumer)) for c in contributions} - {1}):
            yield (
                "S19",
                lambda k=summands: _sum(  # type: ignore[misc]
                    [c.term * (1 / k) if is_constant(c.local, 1.0) else c.term for c in contributions]  # type: ignore[arg-type]
                ),
            )
    elif len(contributions) == 1:
        (only,) = contributions
        formula = site.around.bindings[only.consumer.name].expr
        alone = [t for v, t in pull_back(formula, _ones_like(only.consumer), only.consumer) if v is of]
        if alone:  # at a point ahead the consumer uses the variable there
            yield "S16", lambda: sum_to_shape(alone[0], of.shape)
        yield "S17", lambda: _seed(site, only)


def _terms(site: Site, consumer: Variable) -> list[tuple[float, Expr]]:
    """The terms of the sum that a line is."""
    return summed_up(site.around.bindings[consumer.name].expr)


def _ones_like(variable: Variable) -> Expr:
    return Constant(np.ones(variable.shape))


def _neighbours(site: Site, of: Variable) -> Iterator[Expr]:
    """The gradients of the other inputs of what uses `of`."""
    seen: set[int] = {id(of)}
    by_consumer = {contribution.consumer.name: contribution for contribution in site.binding.contributions}
    for name, contribution in by_consumer.items():
        formula = site.around.bindings[name].expr
        for variable, term in pull_back(formula, _seed(site, contribution), contribution.consumer):
            if id(variable) not in seen:
                seen.add(id(variable))
                adjoint = site.around.adjoint(variable)
                if adjoint is None:
                    yield term
                elif not same(site.around.bindings[adjoint.name].expr, site.right):
                    yield adjoint
