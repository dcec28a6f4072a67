"""Backpropagation: a program for a quantity becomes a longer program that also has its gradients.

    grad_table[output] ← 1
    for every line u := f(…), from the last to the first:
        grad_table[u] ← Σ over the consumers s of u:  grad_table[s] · ∂s/∂u

(Goodfellow, Bengio and Courville 2016, algorithm 6.2). Nothing is computed here: each entry of the table is a
new line of the program, a formula over the lines that are already there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from bpcli.calculus.expr import Apply, Constant, Expr, Shape, Variable, postorder, substitute, variables_of
from bpcli.calculus.ops.matrices import axis_sum, broadcast_to, total
from bpcli.calculus.program import Binding, Contribution, Program

NameAdjoint = Callable[[Variable], "Variable | None"]
NameDerivative = Callable[[Variable, Expr], "Variable | None"]


def differentiate(
    program: Program,
    output: Variable,
    wrt: Iterable[Variable],
    name_adjoint: NameAdjoint,
    name_derivative: NameDerivative | None = None,
    seeds: Mapping[str, Expr] = MappingProxyType({}),
) -> Program:
    """`program` and below it the gradient of `output` with respect to every quantity between it and `wrt`.

    `name_adjoint` names the gradient of a variable; where it gives None the gradient is not a line of its own but put
    into the formulas that use it. What the output does not change with, though it is computed from it, has no line.
    `name_derivative` names an f′(a) that comes up, for it to be a line of its own. `seeds` are gradients that come from
    elsewhere, by the names of their variables: what `output` stands for is then only a name.
    """
    active = _between(program, output, wrt, seeds)
    uses = {name: sum(c.variable.name in active for c in cs) for name, cs in program.consumers().items()}
    inputs = {variable.name for variable in program.inputs}
    contributions: dict[str, list[Contribution]] = {name: [] for name in active}
    grad_table: dict[str, Expr | None] = {}
    lines: list[Binding] = []

    def accumulate(u: Variable) -> None:
        terms = tuple(reversed(contributions[u.name]))
        if u.name in seeds:
            grad_table[u.name] = seeds[u.name]
            return
        if not terms and u is not output:  # it is used where nothing changes with it: inside a step, say
            grad_table[u.name] = None
            return
        gradient: Expr = terms[0].term if terms else Constant(1.0)
        for contribution in terms[1:]:
            gradient = gradient + contribution.term
        gradient = sum_to_shape(gradient, u.shape)
        adjoint = name_adjoint(u)
        # The 1 of the output itself goes into the formulas as it is: nobody writes ∂L/∂L · ∂L/∂y.
        grad_table[u.name] = _scalar_inside(gradient) if adjoint is None or u is output else adjoint
        if adjoint is not None:
            lines.append(Binding(adjoint, gradient, "backward", f"{u.role}_gradient", contributions=terms))

    for binding in reversed(program.bindings):
        u = binding.variable
        if u.name not in active:
            continue
        accumulate(u)
        seed = grad_table[u.name]
        for v, contribution in _contributions(binding, seed, active) if seed is not None else ():
            if name_derivative is not None:
                term, derivatives = _named_derivatives(contribution.term, name_derivative)
                lines.extend(derivatives)
                contribution = contribution._replace(term=term)
            contributions[v.name].append(contribution)
        for v in variables_of(binding.expr):
            uses[v.name] -= 1
            if v.name in active and v.name in inputs and not uses[v.name]:
                accumulate(v)
    return program.extended(lines)


def _contributions(binding: Binding, seed: Expr, active: frozenset[str]) -> Iterator[tuple[Variable, Contribution]]:
    """What a line sends back to each use of an active variable, the last use first."""
    u = binding.variable
    is_number = u.shape == ()
    # The gradient of a number is seed · local derivative; anything else has the rule make the product itself.
    terms = list(pull_back(binding.expr, Constant(1.0) if is_number else seed, u, active))
    for v, term in reversed(terms):
        local = term if is_number else None
        yield v, Contribution(u, seed, local, seed * term if is_number else term)


def pull_back(root: Expr, seed: Expr, out: Expr, active: frozenset[str] | None = None) -> list[tuple[Variable, Expr]]:
    """The chain rule inside one formula: for each use of a variable, `seed` pulled back to it.

    `out` is the name that the value of `root` already has. Broadcast axes are summed out here, and nowhere else.
    """
    depends = _depends_on(root, active)
    adjoints: dict[int, Expr] = {id(root): seed}
    uses: list[tuple[Variable, Expr]] = []
    if isinstance(root, Variable) and depends[id(root)]:
        uses.append((root, seed))
    for node in reversed(list(postorder(root))):
        if not isinstance(node, Apply) or id(node) not in adjoints or not depends[id(node)]:
            continue
        value = out if node is root else node
        for item, term in zip(
            node.inputs, node.operation.backprop(adjoints[id(node)], value, *node.inputs), strict=True
        ):
            if term is None or not depends[id(item)]:
                continue
            part = sum_to_shape(term, item.shape)
            if isinstance(item, Variable):
                uses.append((item, part))
            else:
                adjoints[id(item)] = adjoints[id(item)] + part if id(item) in adjoints else part
    return uses


def sum_to_shape(gradient: Expr, shape: Shape) -> Expr:
    """A gradient brought to the shape of its variable: what was repeated over an axis is summed over it."""
    if gradient.shape == shape:
        return gradient
    result: Expr
    if shape == ():
        result = total(gradient)
    elif gradient.shape == ():
        result = broadcast_to(shape)(gradient)
    else:
        result = axis_sum(0 if shape[0] == 1 and gradient.shape[0] != 1 else 1)(gradient)
        if result.shape != shape:  # both axes
            result = broadcast_to(shape)(total(gradient))
    return result


def _between(program: Program, output: Variable, wrt: Iterable[Variable], seeds: Mapping[str, Expr]) -> frozenset[str]:
    """The names that depend on `wrt` and that `output`, or what is seeded, depends on."""
    reached = {variable.name for variable in wrt}
    for binding in program.bindings:
        if any(variable.name in reached for variable in variables_of(binding.expr)):
            reached.add(binding.variable.name)
    ends = tuple(seeds) or (output.name,)
    return frozenset(reached & program.needed_for(ends)) | set(ends)


def _depends_on(root: Expr, active: frozenset[str] | None) -> dict[int, bool]:
    depends: dict[int, bool] = {}
    for node in postorder(root):
        if isinstance(node, Apply):
            depends[id(node)] = any(depends[id(item)] for item in node.inputs)
        else:
            depends[id(node)] = isinstance(node, Variable) and (active is None or node.name in active)
    return depends


def _scalar_inside(gradient: Expr) -> Expr:
    """A number that is only repeated to a shape is put into formulas as the number."""
    while isinstance(gradient, Apply) and gradient.operation.immediate and gradient.inputs[0].shape == ():
        gradient = gradient.inputs[0]
    return gradient


def _named_derivatives(term: Expr, name_derivative: NameDerivative) -> tuple[Expr, list[Binding]]:
    """`term` with every f′(a) that gets a name replaced by that name, and the lines that bind those names."""
    lines: list[Binding] = []

    def replace(node: Expr) -> Expr | None:
        if not isinstance(node, Apply) or node.operation.primal is None or not isinstance(node.inputs[0], Variable):
            return None
        name = name_derivative(node.inputs[0], node)
        if name is not None:
            lines.append(Binding(name, node, "backward", "local_derivative"))
        return name

    return substitute(term, replace), lines
