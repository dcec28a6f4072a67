"""Symbol-to-symbol differentiation on request: the extended program for chosen variables, and once more.

The gradient of a quantity is a program like any other, so it can be differentiated again. Where the quantity to be
differentiated is no number, one direction v makes it one: the gradient of Σ G ⊙ v, with G = ∂L/∂W, is the product of
the Hessian with v (Pearlmutter 1994, *Fast exact multiplication by the Hessian*).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from bpcli.calculus.backprop import differentiate
from bpcli.calculus.expr import (
    Apply,
    Array,
    Constant,
    Expr,
    Variable,
    describe_shape,
    evaluate,
    substitute,
    variables_of,
)
from bpcli.calculus.ops.elementary import multiply, subtract
from bpcli.calculus.ops.matrices import broadcast_to, entry, total
from bpcli.calculus.program import Binding, Program
from bpcli.compose.forms import with_worked_forms
from bpcli.compose.graph import term_by_term
from bpcli.compose.names import local_derivative
from bpcli.diagnostics import BpcliError
from bpcli.document.mathtree import Fenced, Fraction, Identifier, Math
from bpcli.notation.conventions import derivative_math
from bpcli.problem.identifiers import UnknownQuantityError, parse_identifier
from bpcli.solution.solution import Solution

SCALAR_LETTERS = ("g", "q", "r", "u", "s_")
DIRECTION_LETTERS = ("v", "d", "p", "n_")
WITHOUT_LINE = ("loss", "regularizer", "objective")
PERTURBATIONS = 3
SEED = 1986
AGREEMENT = 1e-9
MOST_SEARCHED = 400
"""Longer programs are not searched for a gradient that comes to y − t."""


class DerivationError(BpcliError):
    """A derivative that does not exist: of something that is no number, or by something it is not computed from."""

    exit_code = 2


class Derivation(NamedTuple):
    """The extended program: its lines up to `first` compute what is differentiated, the rest are derivatives.

    `derivatives` has one variable for each of `wrt`. `direction` is the input v where a product with the Hessian was
    made; `values` are the numbers of all inputs.
    """

    program: Program
    output: Variable
    wrt: tuple[Variable, ...]
    derivatives: tuple[Variable, ...]
    first: int
    values: dict[str, Array]
    direction: Variable | None = None

    def evaluate(self, overrides: Mapping[str, Array] | None = None) -> dict[str, Array]:
        """The value of every line; `overrides` takes the place of some inputs' values."""
        values = {**self.values, **(overrides or {})}
        with np.errstate(all="ignore"):
            for binding in self.program.bindings:
                values[binding.variable.name] = evaluate(binding.formula("computed"), values)
        return values


def derive(
    solution: Solution, wrt: Iterable[str] = (), of: str | None = None, direction: Array | None = None
) -> Derivation:
    """The program of a problem extended by the derivatives of its output, or of the quantity `of`.

    `wrt` are ids of variables, by default all parameters. Of a quantity that is no number the gradient of
    Σ quantity ⊙ v is made; v has the shape of the quantity and the entries `direction`, all ones unless given.
    Raises UnknownQuantityError for ids that name nothing, DerivationError for derivatives that do not exist.
    """
    chosen = tuple(_variable(solution, identifier) for identifier in wrt) or _parameters(solution)
    if of is None:
        return _first(solution, chosen, direction)
    quantity, indices, program = _quantity(solution, of)
    return _again(solution, program, quantity, indices, chosen, direction)


def _parameters(solution: Solution) -> tuple[Variable, ...]:
    inputs = {variable.name for variable in solution.program.inputs}
    found = tuple(v for v in solution.built.parameters if v.name in inputs) or tuple(
        v for v in solution.program.inputs if v.role == "input"
    )
    if not found:
        raise DerivationError("the problem has no parameters to differentiate by; name a quantity with --wrt")
    return found


def _variable(solution: Solution, identifier: str) -> Variable:
    parts = solution.resolve(identifier)
    variable = solution.variables[parts.name]
    if parts.indices or parts.terms or parts.step is not None:
        raise DerivationError(f"`{identifier}`: derivatives are taken by whole quantities; name `{parts.name}`")
    if variable.role in ("adjoint", "local_derivative") or variable.name not in _forward_names(solution):
        raise DerivationError(f"`{identifier}` is not a quantity of the forward pass")
    return variable


def _forward_names(solution: Solution) -> frozenset[str]:
    bound = {b.variable.name for b in solution.program.bindings if b.phase == "forward"}
    given = {v.name for v in solution.program.inputs if v.role not in ("moment", "step_number")}
    return frozenset(bound | given)


# --- once ---


def _first(solution: Solution, wrt: tuple[Variable, ...], direction: Array | None) -> Derivation:
    output = solution.output
    if output.name not in Program(solution.program.inputs, _lines(solution)).variables():
        raise DerivationError("gradients are given here, and no output is computed; name a quantity with --of")
    if output.shape != ():
        raise DerivationError(
            f"the gradient of `{output.name}` needs a number, and it is {describe_shape(output.shape)}; "
            f"name a number with --of (`{output.name}[1]`)"
        )
    if direction is not None:
        raise DerivationError("a direction belongs to --of with a quantity that is no number")
    program, derivatives = _gradients(solution, wrt)
    kept = _needed(program, (output, *derivatives))
    first = sum(binding.phase == "forward" for binding in kept.bindings)
    return Derivation(kept, output, wrt, derivatives, first, _values(solution, kept))


def _lines(solution: Solution) -> tuple[Binding, ...]:
    """The lines that rest on no update."""
    renewed: set[str] = set()
    kept: list[Binding] = []
    for binding in solution.program.bindings:
        if binding.phase == "update" or any(v.name in renewed for f in binding.formulas for v in variables_of(f)):
            renewed.add(binding.variable.name)
        else:
            kept.append(binding)
    return tuple(kept)


def _gradients(solution: Solution, wrt: tuple[Variable, ...]) -> tuple[Program, tuple[Variable, ...]]:
    """The program with the gradients of the output by `wrt`: the solution's own lines where it has them all."""
    output = solution.output
    lines = _lines(solution)
    known = Program(solution.program.inputs, lines).variables()
    names = [f"d{output.name}/d{of.name}" for of in wrt]
    if all(name in known for name in names):
        return Program(solution.program.inputs, lines), tuple(known[name] for name in names)
    forward = Program(solution.program.inputs, tuple(b for b in lines if b.phase == "forward"))
    is_network = solution.problem.network is not None

    def name_adjoint(of: Variable) -> Variable | None:
        name = f"d{output.name}/d{of.name}"
        if name in known:
            return known[name]
        return None if is_network and of.role in WITHOUT_LINE else _adjoint(output, of)

    def name_derivative(of: Variable, derivative: Expr) -> Variable | None:
        if not is_network:
            return None
        name = f"f'({of.name})"
        return known[name] if name in known else local_derivative(of, derivative)

    program = differentiate(forward, output, wrt, name_adjoint, name_derivative)
    program = with_worked_forms(program if is_network else term_by_term(program))
    return _with_zeros(program, output, wrt)


def _adjoint(output: Variable, of: Variable) -> Variable:
    again = type(of.math) is Fraction
    math: Math = Fenced(of.math) if again else of.math
    return Variable(
        f"{_head(output)}({of.name})" if again else _head(output) + of.name,
        of.shape,
        derivative_math(output.math, math),
        "adjoint",
        place=of.place,
        of=of,
        rank=of.rank,
    )


def _with_zeros(program: Program, output: Variable, wrt: tuple[Variable, ...]) -> tuple[Program, tuple[Variable, ...]]:
    """The derivatives by `wrt`, those of what the output does not change with being zero."""
    made = {v.of.name: v for v in program.variables().values() if v.of is not None and v.name.startswith(_head(output))}
    zeros: list[Binding] = []
    for of in wrt:
        if of.name in made:
            continue
        made[of.name] = _adjoint(output, of)
        zero: Expr = Constant(float(of is output), texts="1" if of is output else "0")
        value = zero if of.shape == () else broadcast_to(of.shape)(zero)
        zeros.append(Binding(made[of.name], value, "backward", "unused_gradient"))
    return program.extended(zeros), tuple(made[of.name] for of in wrt)


def _head(output: Variable) -> str:
    return f"d{output.name}/d"


def _needed(program: Program, wanted: Iterable[Variable]) -> Program:
    """The program without the lines and inputs that no form of anything wanted uses."""
    needed = {variable.name for variable in wanted}
    for binding in reversed(program.bindings):  # what a line uses stands above it
        if binding.variable.name in needed:
            needed |= {v.name for formula in binding.formulas for v in variables_of(formula)}
    return Program(
        tuple(v for v in program.inputs if v.name in needed),
        tuple(b for b in program.bindings if b.variable.name in needed),
    )


def _values(solution: Solution, program: Program) -> dict[str, Array]:
    given = solution.built.values
    return {v.name: given[v.name] for v in program.inputs if v.name in given}


# --- twice ---


def _quantity(solution: Solution, identifier: str) -> tuple[Variable, tuple[int, ...], Program]:
    """What is to be differentiated, with the program that computes it."""
    output = solution.output
    program = Program(solution.program.inputs, _lines(solution))
    try:
        parts = solution.resolve(identifier)
    except UnknownQuantityError:
        parts = parse_identifier(identifier)
        if not parts.name.startswith(_head(output)) or output.shape != ():
            raise
        of = _variable(solution, parts.name.removeprefix(_head(output)))
        program, (quantity,) = _gradients(solution, (of,))
    else:
        if parts.name not in program.variables():
            raise DerivationError(f"`{identifier}` belongs to the update, which is not differentiated")
        quantity = solution.variables[parts.name]
    if parts.terms or parts.step is not None:
        raise DerivationError(f"`{identifier}` cannot be differentiated; name `{parts.name}` or one of its entries")
    return quantity, parts.indices, program


def _again(
    solution: Solution,
    program: Program,
    quantity: Variable,
    indices: tuple[int, ...],
    wrt: tuple[Variable, ...],
    direction: Array | None,
) -> Derivation:
    taken = set(program.variables())
    values = solution.built.values
    v: Variable | None = None
    expr: Expr
    if indices:
        expr = entry(*_place(quantity, indices))(quantity)
    elif quantity.shape == ():
        expr = quantity
    else:
        letter = _free(DIRECTION_LETTERS, taken)
        v = Variable(letter, quantity.shape, Identifier(letter), "direction", rank=quantity.rank)
        expr = total(multiply(quantity, v))
        values = {**values, letter: _direction(direction, quantity)}
    if direction is not None and v is None:
        raise DerivationError("a direction belongs to a quantity that is no number")
    scalar = quantity
    if expr is not quantity or quantity.of is not None:
        letter = _free(SCALAR_LETTERS, taken)
        scalar = Variable(letter, (), Identifier(letter))
        program = program.extended([Binding(scalar, expr, "forward", "definition")], (v,) if v is not None else ())
    program = _needed(program, (scalar,))
    for of in wrt:
        if of.name not in program.variables():
            program = program._replace(inputs=(*program.inputs, of)) if of in solution.program.inputs else program
    first = len(program.bindings)
    program = differentiate(program, scalar, wrt, lambda of: None if of is scalar else _adjoint(scalar, of))
    program = _with_known_lines(program, first)
    program, derivatives = _with_zeros(program, scalar, wrt)
    kept = _needed(program, (scalar, *derivatives))
    given = {item.name: values[item.name] for item in kept.inputs}
    return Derivation(kept, scalar, wrt, derivatives, min(first, len(kept.bindings)), given, v)


def _free(letters: Iterable[str], taken: set[str]) -> str:
    return next(letter for letter in (*letters, *(f"g_{k}" for k in range(len(taken) + 1))) if letter not in taken)


def _place(quantity: Variable, indices: tuple[int, ...]) -> tuple[int, int]:
    """Where an entry of a quantity stands, from 0. Raises DerivationError where there is none."""
    rows, columns = quantity.shape or (0, 0)
    if len(indices) == 2 and quantity.rank == 2:
        row, column = indices[0] - 1, indices[1] - 1
    elif len(indices) == 1 and quantity.rank == 1:
        row, column = (indices[0] - 1, 0) if columns == 1 else (0, indices[0] - 1)
    else:
        row = column = -1
    if not (0 <= row < rows and 0 <= column < columns):
        raise DerivationError(f"`{quantity.name}` has no entry {list(indices)}; entries count from 1")
    return row, column


def _direction(direction: Array | None, quantity: Variable) -> Array:
    if direction is None:
        return np.ones(quantity.shape)
    given = np.asarray(direction, dtype=np.float64)
    if given.size != np.prod(quantity.shape):
        raise DerivationError(
            f"the direction needs {int(np.prod(quantity.shape))} numbers, one for each entry of `{quantity.name}` "
            f"({describe_shape(quantity.shape)}), row by row; it has {given.size}"
        )
    return given.reshape(quantity.shape)


def _with_known_lines(program: Program, first: int) -> Program:
    """The lines from `first` on with names put in for formulas that have one: y for σ(a⁽²⁾)."""
    known: dict[tuple[int, ...], Variable] = {}
    lines: list[Binding] = []

    def named(node: Expr) -> Expr | None:
        return known.get(_key(node)) if isinstance(node, Apply) else None

    for number, binding in enumerate(program.bindings):
        expr = binding.expr
        if number >= first:
            expr = substitute(expr, named)
            binding = binding._replace(expr=expr)
        if isinstance(expr, Apply) and all(isinstance(item, Variable) for item in expr.inputs):
            known.setdefault(_key(expr), binding.variable)
        lines.append(binding)
    return Program(program.inputs, tuple(lines))


def _key(node: Apply) -> tuple[int, ...]:
    return (id(node.operation), *map(id, node.inputs))


# --- what a gradient is known to come to ---


class Simplification(NamedTuple):
    """A gradient that comes to a shorter formula than its chain rule: softmax with cross-entropy gives y − t.

    `one_hot` names the targets where they have a single 1 and no other entry than 0; scalar ones stand together.
    """

    line: Binding
    formula: Expr
    one_hot: tuple[Variable, ...]


def simplifications(solution: Solution, program: Program) -> tuple[Simplification, ...]:
    """The gradients in `program` that come to a difference y − t, those closest to the output first.

    A network says so itself, where its loss fits its last activation. In a graph each gradient is compared with the
    differences it could be, here and with other numbers in the place of everything that y is computed from.
    """
    found = [
        Simplification(line, line.stable, _one_hot(solution, line.stable))
        for line in program.bindings
        if line.phase == "backward" and line.stable is not None
    ]
    if not found and len(program.bindings) <= MOST_SEARCHED and solution.output.shape == ():
        found = _searched(solution, program)
    return tuple(found)


def _one_hot(solution: Solution, formula: Expr) -> tuple[Variable, ...]:
    for variable in variables_of(formula):
        if variable not in solution.program.inputs:
            continue
        targets = (variable,) if variable.shape != () else _siblings(solution, variable)
        values = np.concatenate([np.ravel(solution.values[target.name]) for target in targets])
        if values.size > 1 and np.all((values == 0) | (values == 1)) and np.any(values == 1):
            return targets
    return ()


def _siblings(solution: Solution, variable: Variable) -> tuple[Variable, ...]:
    """The scalar inputs that are numbered like this one: y₁ and y₂."""
    stem = variable.name.rstrip("0123456789")
    return tuple(v for v in solution.program.inputs if v.shape == () and v.name.rstrip("0123456789") == stem)


def _searched(solution: Solution, program: Program) -> list[Simplification]:
    probe = Derivation(program, solution.output, (), (), 0, _values(solution, program))
    forward = [b.variable for b in program.bindings if b.phase == "forward" and b.variable is not solution.output]
    found: dict[str, Simplification] = {}
    for line in program.bindings:
        of = line.variable.of
        if line.phase != "backward" or of is None or of is solution.output:
            continue
        for y in forward:
            below = program.needed_for([y.name])
            if y.shape != of.shape or of.name not in below or y is of:
                continue
            for t in program.inputs:
                if t.shape != y.shape or t.name in below or t.name in found:
                    continue
                moved = [v for v in program.inputs if v.name in below]
                if not _is_literal(line.expr, y, t) and _always(probe, line.variable, y, t, moved):
                    formula = subtract(y, t)
                    found[t.name] = Simplification(line, formula, _one_hot(solution, formula))
    return list(found.values())


def _is_literal(expr: Expr, y: Variable, t: Variable) -> bool:
    return isinstance(expr, Apply) and expr.operation is subtract and expr.inputs == (y, t)


def _always(probe: Derivation, adjoint: Variable, y: Variable, t: Variable, moved: list[Variable]) -> bool:
    """Whether the adjoint is y − t at the numbers of the problem and at others."""
    given = probe.evaluate()
    if not _equal(given[adjoint.name], given[y.name] - given[t.name]):
        return False
    random = np.random.default_rng(SEED)
    for _ in range(PERTURBATIONS):
        values = probe.evaluate({v.name: given[v.name] + random.uniform(-0.5, 0.5, v.shape) for v in moved})
        if not _equal(values[adjoint.name], values[y.name] - values[t.name]):
            return False
    return True


def _equal(left: Array, right: Array) -> bool:
    return bool(np.all(np.abs(np.asarray(left) - right) <= AGREEMENT * np.maximum(1.0, np.abs(right))))
