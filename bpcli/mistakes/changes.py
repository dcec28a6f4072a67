"""Rewrites of the lines of an update: another step, another sign, another moment.

A rewrite of the new value is tried with the moments named and with them written out, for a sheet on which only the new
values stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bpcli.calculus.expr import Apply, Constant, Expr, Variable, postorder
from bpcli.calculus.ops.elementary import add, divide, multiply, negate, power, sqrt, subtract
from bpcli.calculus.optimizer import SYMBOLS
from bpcli.document.mathtree import Identifier
from bpcli.mistakes.line import Line, Made, exchanged, replaced, rewritten
from bpcli.mistakes.rewriting import mistake
from bpcli.mistakes.weights import inlined

EPSILON = Identifier(SYMBOLS["epsilon"])


def _is_new_value(line: Line) -> bool:
    return line.variable.role.endswith("_update")


def _old(line: Line) -> Variable:
    assert line.of is not None  # an update is of something
    return line.of


def _step(line: Line) -> Expr:
    """What is added to, or taken from, the old value."""
    assert isinstance(line.right, Apply)
    return line.right.inputs[1]


def _gradients(line: Line) -> tuple[Variable, ...]:
    """The gradients of this update."""
    return tuple(
        v for v in line.around.solution.variables.values() if v.role in ("adjoint", "clipped") and _has_new(line, v)
    )


def _has_new(line: Line, gradient: Variable) -> bool:
    of = gradient.of
    return of is not None and any(of is old for old, _ in line.around.solution.built.state)


def _written_out(line: Line) -> Expr:
    """The new value by the old one, the gradient and what is remembered from the update before."""
    update = {b.variable.name for b in line.around.bindings.values() if b.phase == "update"}
    every = frozenset(line.around.bindings) - update
    return inlined(line.around, line.right, every)


def _forms(line: Line) -> Iterator[Expr]:
    """The formula as it stands, and with the moments written out."""
    yield line.right
    if _is_new_value(line):
        whole = _written_out(line)
        if whole is not line.right:
            yield whole


def _calls(formula: Expr, *operations: object) -> list[Apply]:
    return [node for node in postorder(formula) if isinstance(node, Apply) and node.operation in operations]


# --- the step ---


@mistake("U10", "update")
def of_another_parameter(line: Line) -> Iterator[Made]:
    """The gradient, the step or the value of another parameter."""
    if not _is_new_value(line):
        return
    old, gradients = _old(line), _gradients(line)
    own = [g for g in gradients if g in line.leaves]
    for other in gradients:
        if other in own:
            continue
        for gradient in own:
            yield partial(line.put, gradient, other)
            yield line.instead(gradient, add, gradient, other)
    for parameter, _ in line.around.solution.built.state:
        if parameter is not old and parameter.role == old.role and old in line.leaves:
            yield partial(line.put, old, parameter)


@mistake("U11", "update")
def old_value_negated(line: Line) -> Iterator[Made]:
    """−W − η g."""
    if _is_new_value(line) and _old(line) in line.leaves:
        yield lambda: line.put(_old(line), negate(_old(line)))


@mistake("U12", "update")
def divided_by_the_rate(line: Line) -> Iterator[Made]:
    """W − g/η."""
    rate = line.around.rate
    if rate is None or not _is_new_value(line):
        return
    for product in line.calls(multiply):
        for factor, rest in (product.inputs, product.inputs[::-1]):
            if _is_rate(factor, rate):
                yield line.instead(product, divide, rest, factor)


def _is_rate(node: Expr, rate: Constant | Variable) -> bool:
    return node is rate or (isinstance(node, Constant) and node.math is not None and node.math == rate.math)


@mistake("U13", "update")
def value_and_gradient_exchanged(line: Line) -> Iterator[Made]:
    """g − η W."""
    if not _is_new_value(line) or _old(line) not in line.leaves:
        return
    old = _old(line)
    for gradient in line.leaves:
        if line.is_adjoint(gradient) or gradient.role == "clipped":
            places = {id(old): gradient, id(gradient): old}
            yield partial(exchanged, line.right, places)


# --- moments, and their correction for the start at zero ---


def _corrections(formula: Expr) -> list[Apply]:
    """m / (1 − βᵏ)."""
    return [node for node in _calls(formula, divide) if _complement_of_power(node.inputs[1]) is not None]


def _complement_of_power(node: Expr) -> Apply | None:
    """βᵏ of 1 − βᵏ."""
    if isinstance(node, Apply) and node.operation is subtract:
        inner = node.inputs[1]
        if isinstance(inner, Apply) and inner.operation is power:
            return inner
    return None


def _some_and_all(formula: Expr, nodes: list[Apply], make: Callable[[Apply], Expr]) -> Iterator[Made]:
    if len(nodes) > 1:
        yield partial(rewritten, formula, tuple(nodes), make)
    for node in nodes:
        yield partial(rewritten, formula, (node,), make)


@mistake("U14", "update")
def not_corrected(line: Line) -> Iterator[Made]:
    """The moments as they are, not corrected for their start at zero."""
    for form in _forms(line):
        yield from _some_and_all(form, _corrections(form), lambda node: node.inputs[0])
    yield from _uncorrected_names(line)


def _uncorrected_names(line: Line) -> Iterator[Made]:
    corrected = [v for v in line.leaves if line.rule_of(v) == "bias_correction"]
    formulas = {id(v): line.around.bindings[v.name].expr for v in corrected}
    names = {key: formula.inputs[0] for key, formula in formulas.items() if isinstance(formula, Apply)}
    if names:
        yield partial(exchanged, line.right, names)


@mistake("U15", "update")
def corrected_kept(line: Line) -> Iterator[Made]:
    """The corrected moments are kept and go into the next ones."""
    for form in _forms(line):
        kept = {
            id(old): divide(old, subtract(1.0, power(beta, subtract(step, 1.0))))
            for old, beta, step in _remembered(line, form)
        }
        if kept:
            yield partial(exchanged, form, kept)


def _remembered(line: Line, form: Expr) -> Iterator[tuple[Variable, Expr, Expr]]:
    """What is remembered of each moment, with the β and the k of its correction."""
    olds = {new.name: old for old, new in line.around.solution.built.state if new.role == "moment"}
    present = {id(node) for node in postorder(form)}
    for binding in line.around.bindings.values():
        if binding.rule != "bias_correction" or not isinstance(binding.expr, Apply):
            continue
        moment, divisor = binding.expr.inputs
        found = _complement_of_power(divisor)
        old = olds.get(moment.name) if isinstance(moment, Variable) else None
        if old is not None and found is not None and id(old) in present:
            yield old, found.inputs[0], found.inputs[1]


@mistake("U19", "update")
def beta_for_its_complement(line: Line) -> Iterator[Made]:
    """β for 1 − β, βᵏ for 1 − βᵏ."""
    for form in _forms(line):
        powers = [node for node in _calls(form, subtract) if _complement_of_power(node) is not None]
        plain = [
            node
            for node in _calls(form, subtract)
            if isinstance(node.inputs[1], Constant) and node.inputs[1].math is not None
        ]
        yield from _some_and_all(form, powers, lambda node: node.inputs[1])
        yield from _some_and_all(form, plain, lambda node: node.inputs[1])
    # √s + ε with the root of the correction in front of it, as it is programmed: there ε is not corrected.
    whole = _written_out(line) if _is_new_value(line) else line.right
    for node, moment, correction, epsilon in _corrected_roots(whole):
        found = _complement_of_power(correction)
        if found is not None:
            other = divide(add(sqrt(moment), epsilon), sqrt(found))
            yield partial(replaced, whole, node, other)


# --- the root, and ε ---


def _roots(formula: Expr) -> list[tuple[Apply, Apply, Expr]]:
    """√s + ε: the sum, the root, ε."""
    found = []
    for node in _calls(formula, add):
        first, second = node.inputs
        is_epsilon = isinstance(second, Constant) and second.math == EPSILON
        if is_epsilon and isinstance(first, Apply) and first.operation is sqrt:
            found.append((node, first, second))
    return found


def _corrected_roots(formula: Expr) -> Iterator[tuple[Apply, Expr, Expr, Expr]]:
    """√(s/c) + ε: the sum, s, the correction c, ε."""
    for node, root, epsilon in _roots(formula):
        inner = root.inputs[0]
        if isinstance(inner, Apply) and inner.operation is divide:
            yield node, inner.inputs[0], inner.inputs[1], epsilon


@mistake("U16", "update")
def epsilon_before_correction(line: Line) -> Iterator[Made]:
    """√s + ε is corrected as a whole, ε with it."""
    whole = _written_out(line) if _is_new_value(line) else line.right
    for node, moment, correction, epsilon in _corrected_roots(whole):
        other = divide(add(sqrt(moment), epsilon), sqrt(correction))
        yield partial(replaced, whole, node, other)
        under = sqrt(divide(add(moment, epsilon), correction))
        yield partial(replaced, whole, node, under)


@mistake("U17", "update")
def epsilon_under_the_root(line: Line) -> Iterator[Made]:
    """√(s + ε) for √s + ε."""
    for form in _forms(line):
        for node, root, epsilon in _roots(form):
            other = sqrt(add(root.inputs[0], epsilon))
            yield partial(replaced, form, node, other)


@mistake("U18", "update")
def root_forgotten(line: Line) -> Iterator[Made]:
    """s + ε for √s + ε."""
    for form in _forms(line):
        for node, root, epsilon in _roots(form):
            other = add(root.inputs[0], epsilon)
            yield partial(replaced, form, node, other)


# --- velocities ---


@mistake("U20", "update")
def look_ahead_turned(line: Line) -> Iterator[Made]:
    """The point ahead on the other side; βv taken from the gradient for added to it."""
    if line.binding.rule == "look_ahead" and isinstance(line.right, Apply):
        turned = add if line.right.operation is subtract else subtract
        yield partial(turned, *line.right.inputs)
    if line.binding.rule == "nesterov" or line.around.solution.problem.update is not None:
        for form in _forms(line) if _is_new_value(line) else ():
            for node in _calls(form, add):
                gradient, ahead = node.inputs
                if isinstance(gradient, Variable) and isinstance(ahead, Apply) and ahead.operation is multiply:
                    yield partial(rewritten, form, (node,), lambda n: subtract(*n.inputs))


@mistake("U21", "update")
def velocity_forgotten(line: Line) -> Iterator[Made]:
    """The velocity before left out, or that of another parameter."""
    olds = [old for old, new in line.around.solution.built.state if new.role == "moment"]
    for form in _forms(line):
        present = {id(node) for node in postorder(form)}
        used = [old for old in olds if id(old) in present]
        for old in used:
            nothing = multiply(0.0, old)
            yield partial(replaced, form, old, nothing)
            for other in olds:
                if other is not old and other.name.split("_")[0] == old.name.split("_")[0]:
                    yield partial(replaced, form, old, other)
