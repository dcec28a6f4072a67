"""A line of a program with what stands around it: what the mistaken formulas are written with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, ShapeError, Variable, variables_of
from bpcli.calculus.ops import elementary, functions, matrices
from bpcli.calculus.ops.losses import FAMILIES as LOSS_FAMILIES
from bpcli.calculus.ops.losses import LossForm, loss
from bpcli.calculus.ops.matrices import axis_sum, total
from bpcli.calculus.ops.reductions import softmax
from bpcli.calculus.optimizer import LOOK_AHEAD
from bpcli.calculus.program import Binding
from bpcli.calculus.size import entries_made
from bpcli.compose.network import form_of
from bpcli.document.mathtree import Identifier
from bpcli.mistakes.catalogue import described
from bpcli.problem.model import Network, Numbers
from bpcli.solution.solution import Solution

TRANSPOSES = ("F01", "G01", "B01", "U04")
"""They have no meaning for a single weight."""

MOST_TRIED = 20_000_000
"""Entries of everything that the mistaken formulas of one line compute, counted again for each that is compared: where
there are more, the likelier mistakes are tried, and nobody makes the others by hand."""

Proposal: TypeAlias = tuple[str, Callable[[], "Expr | tuple[Expr, ...]"]]
"""A catalogue id and what makes its formula, or the formulas that each entry may follow.

It is made when it is asked for: shapes that do not fit raise ShapeError, and the mistake is not possible here.
"""


class Variant(NamedTuple):
    """What a mistake makes of a line. Where `alternatives` are given, each entry may follow another one of them."""

    id: str
    wrong: Expr
    alternatives: tuple[Expr, ...] = ()


class Layer(NamedTuple):
    number: int
    W: Variable
    b: Variable | None
    below: Variable
    a: Variable
    h: Variable
    f: Operation

    @property
    def is_linear(self) -> bool:
        return self.f is functions.identity

    @property
    def is_softmax(self) -> bool:
        return self.f in (softmax(None), softmax(0), softmax(1))

    @property
    def has_kink(self) -> bool:
        """ReLU and its leaky kin: their slope at zero is a convention."""
        return "at_zero" in dict(self.f.parameters)


class Surroundings:
    """A solution's network taken apart: layers, adjoints, loss; for a graph, its bindings only."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.bindings = {binding.variable.name: binding for binding in solution.program.bindings}
        network = solution.problem.network
        # What is known of layers, losses and batches is known of networks of dense layers; the lines of any other
        # are taken as those of a graph are, by their formulas.
        self.network = network if network is not None and _is_plain(network) else None
        self.columns = solution.problem.conventions.affine == "W x + b"
        self.transposed_weights = solution.problem.conventions.affine == "x W + b"
        self.layers = tuple(self._layers())
        self.prediction = self.layers[-1].h if self.layers else None
        given = {variable.role: variable for variable in solution.program.inputs if variable.layer is None}
        self.x, self.t = given.get("input"), given.get("target")
        self.unordered: dict[str, Expr] | None = None  # see `forks`
        self._adjoints = {
            id(variable.of): variable for variable in solution.variables.values() if variable.role == "adjoint"
        }

    def _layers(self) -> Iterator[Layer]:
        if self.network is None:
            return
        named = {(v.role, v.layer): v for v in self.solution.variables.values() if v.of is None}
        for binding in self.solution.program.bindings:
            if binding.rule != "activation":
                continue
            h, expr = binding.variable, binding.expr
            assert isinstance(expr, Apply)
            (a,) = expr.inputs
            assert isinstance(a, Variable)
            assert h.layer is not None
            W, b = named["weights", h.layer], named.get(("bias", h.layer))
            below = next(v for v in variables_of(self.bindings[a.name].expr) if v is not W and v is not b)
            yield Layer(h.layer, W, b, below, a, h, expr.operation)

    @cached_property
    def activated(self) -> dict[str, Variable]:
        """h by the name of a, for each line h = f(a)."""
        found: dict[str, Variable] = {}
        for binding in self.bindings.values():
            expr = binding.expr
            if binding.phase == "forward" and isinstance(expr, Apply) and len(expr.inputs) == 1:
                (below,) = expr.inputs
                if isinstance(below, Variable) and is_activation(expr.operation):
                    found[below.name] = binding.variable
        return found

    def adjoint(self, of: Variable) -> Variable | None:
        return self._adjoints.get(id(of))

    def by_role(self, role: str) -> Variable | None:
        return next((v for v in self.solution.variables.values() if v.role == role), None)

    # --- sizes ---

    @property
    def unit_axis(self) -> int:
        return 0 if self.columns else 1

    @property
    def instances(self) -> int:
        return self.x.shape[1 - self.unit_axis] if self.x is not None and self.x.shape else 1

    @property
    def outputs(self) -> int:
        return self.units(self.prediction) if self.prediction is not None else 1

    def units(self, expr: Expr) -> int:
        return expr.shape[self.unit_axis] if expr.shape else 1

    def over_units(self, expr: Expr) -> Expr:
        result: Expr = axis_sum(self.unit_axis)(expr)
        return result

    def over_instances(self, expr: Expr) -> Expr:
        if self.instances == 1:
            return expr
        result: Expr = axis_sum(1 - self.unit_axis)(expr)
        return result

    def unit_mask(self, unit: int, units: int) -> Constant:
        """One at one unit, zero at the others, to multiply values of a layer by."""
        mask = np.zeros((units, 1) if self.columns else (1, units))
        mask.flat[unit] = 1.0
        return Constant(mask)

    # --- products, in the layout of the course ---

    def product(self, W: Expr, h: Expr) -> Expr:
        """W h of the forward pass."""
        if self.columns:
            return W @ h
        return h @ W if self.transposed_weights else h @ W.T

    def back(self, W: Expr, d: Expr) -> Expr:
        """Wᵀ δ of the backward pass."""
        if self.columns:
            return W.T @ d
        return d @ W.T if self.transposed_weights else d @ W

    def outer(self, d: Expr, h: Expr) -> Expr:
        """δ hᵀ, summed over the instances, of the shape of the weights."""
        if self.columns:
            return d @ h.T
        return h.T @ d if self.transposed_weights else d.T @ h

    def weights_mask(self, W: Variable, unit: int | None = None, source: int | None = None) -> Constant:
        """One at the weights that lead to `unit` (or come from `source`), zero at the others."""
        mask = np.zeros(W.shape)
        laid_out = mask.T if self.transposed_weights else mask
        if unit is not None:
            laid_out[unit, :] = 1.0
        if source is not None:
            laid_out[:, source] = 1.0
        return Constant(mask)

    # --- the loss ---

    @cached_property
    def form(self) -> LossForm:
        """Of a network that has a loss: without one, nothing here is worked backwards."""
        assert self.network is not None
        assert self.network.loss is not None
        return form_of(self.network.loss, None if not self.network.batch else self.unit_axis)

    @cached_property
    def loss_kind(self) -> str:
        """`squares`, `logs` (a cross-entropy), `binary` (its binary form), or nothing of the kind."""
        return kind_of(self.form)

    @cached_property
    def summands(self) -> Expr:
        """The loss entry by entry, factor and all, before it is summed."""
        assert self.prediction is not None
        assert self.t is not None
        whole = _defined(loss(self.form), self.prediction, self.t)
        assert isinstance(whole, Apply)
        return whole.inputs[0]

    @cached_property
    def seed(self) -> Expr:
        """What the loss of an instance is multiplied by in the objective: 1, or 1/m."""
        assert self.prediction is not None
        adjoint = self.adjoint(self.prediction)
        assert adjoint is not None
        return self.bindings[adjoint.name].contributions[0].seed

    @property
    def is_mean(self) -> bool:
        """Whether the objective is the mean over several instances."""
        return not (isinstance(self.seed, Constant) and bool(np.all(self.seed.value == 1.0)))

    # --- constants ---

    @cached_property
    def rate(self) -> Constant | Variable | None:
        """η: a number, or what has another value in each update."""
        update = self.solution.problem.update
        if update is None:
            return None
        numbers = update.learning_rate
        if not isinstance(numbers, Numbers) or numbers.shape:
            return self.by_role("learning_rate")
        return Constant(numbers.values, math=Identifier("η"), texts=str(numbers.texts))

    @cached_property
    def decay(self) -> Constant | None:
        """λ of the squared regulariser."""
        spec = self.network.regularization if self.network is not None else None
        if spec is None or spec.l2 is None:
            return None
        return Constant(spec.l2.values, math=Identifier("λ"), texts=str(spec.l2.texts))

    @property
    def penalty_factor(self) -> float:
        """The factor of the squared regulariser: ½ unless the problem says."""
        spec = self.network.regularization if self.network is not None else None
        return float(spec.factor.values) if spec is not None and spec.factor else 0.5


def _is_plain(network: Network) -> bool:
    """Whether a network is a list of dense layers with a loss of its own, one instance or a batch."""
    dense = all(layer.kind == "dense" and layer.tie is None and "mask" not in layer.numbers for layer in network.layers)
    known_loss = network.loss is None or network.loss.name in LOSS_FAMILIES
    vectors = not network.sequence and len(network.input.shape) == (2 if network.batch else 1)
    plain = network.upstream is None and network.instance_weights is None and not network.given
    ahead = network.update is not None and network.update.form == LOOK_AHEAD
    return dense and known_loss and vectors and plain and not ahead


def is_activation(operation: Operation) -> bool:
    """Whether an operation is a function of one variable, or the softmax of a vector or of rows."""
    return operation.derivative is not None or operation.name == "softmax"


def unit_matrix(n: int, k: int = 0) -> Constant:
    """Ones on the diagonal, or `k` beside it. Raises ShapeError where it is too large to be tried."""
    refuse_to_try(n * n)
    return Constant(np.eye(n, k=k))


def refuse_to_try(count: int) -> None:
    """Raises ShapeError for a formula that computes so many numbers: the mistake is not possible here."""
    if count > MOST_TRIED:
        raise ShapeError(f"{count:,} numbers, and at most {MOST_TRIED:,} are tried")


def _defined(operation: Operation, *inputs: Expr) -> Expr:
    assert operation.definition is not None
    return operation.definition(*inputs)


def kind_of(form: LossForm) -> str:
    """What the summand of a loss is made of."""
    letter = Variable("y", (), Identifier("y"))
    term = LOSS_FAMILIES[form.name].term(form)(letter, Variable("t", (), Identifier("t")))
    assert isinstance(term, Apply)
    kinds = {elementary.square: "squares", elementary.multiply: "logs", elementary.add: "binary"}
    return kinds.get(term.operation, "")


class Site(NamedTuple):
    """A line and its surroundings."""

    binding: Binding
    around: Surroundings

    @property
    def name(self) -> str:
        return self.binding.variable.name

    @property
    def right(self) -> Expr:
        return self.binding.expr

    @property
    def layer(self) -> Layer | None:
        number = self.binding.variable.layer
        if number is None or not self.around.layers:
            return None
        return self.around.layers[number - 1]


def expressed(site: Site, proposals: Iterable[Proposal]) -> Iterator[Variant]:
    """The proposals that are possible at a site and are not the right formula, each formula of an id once."""
    shape = site.right.shape
    # Most likely mistakes first, so that what is tried first is also what is told first.
    ordered = sorted(proposals, key=lambda proposal: described(proposal[0]).likelihood)
    seen: dict[str, list[Expr]] = {}
    if np.prod(shape) == 1 and shape:  # a transpose changes nothing
        ordered = [proposal for proposal in ordered if proposal[0] not in TRANSPOSES]
    room = MOST_TRIED
    right = site.binding.formulas
    for identifier, make in ordered:
        if room <= 0:
            return
        try:
            made = make()
        except ShapeError:
            continue
        several = made if isinstance(made, tuple) else (made,)
        known = seen.setdefault(identifier, [])
        kept: list[Expr] = []
        for formula in several:
            room -= entries_made(formula) * (1 + len(known))
            if room < 0:
                break
            fitted = _fitted(formula, shape)
            if fitted is not None and not any(same(fitted, other) for other in (*right, *known)):
                known.append(fitted)
                kept.append(fitted)
        if not kept:
            continue
        yield Variant(identifier, kept[0], tuple(kept) if isinstance(made, tuple) else ())


def _fitted(formula: Expr, shape: tuple[int, ...]) -> Expr | None:
    """The formula repeated to the shape of the line, where it can be; nothing is ever cut off."""
    if formula.shape == shape:
        return formula
    if shape == ():
        number: Expr = total(formula)
        return number if np.prod(formula.shape) == 1 else None
    if formula.shape == () or all(a in (1, b) for a, b in zip(formula.shape, shape, strict=True)):
        repeated: Expr = matrices.broadcast_to(shape)(formula)
        return repeated
    return None


def same(one: Expr, other: Expr) -> bool:
    """Whether two formulas are the same, term by term."""
    pairs = [(one, other)]
    while pairs:
        a, b = pairs.pop()
        if a is b:
            continue
        if isinstance(a, Constant) and isinstance(b, Constant):
            if a.shape != b.shape or not np.array_equal(a.value, b.value):
                return False
        elif isinstance(a, Apply) and isinstance(b, Apply) and a.operation is b.operation:
            if len(a.inputs) != len(b.inputs):
                return False
            pairs.extend(zip(a.inputs, b.inputs, strict=True))
        else:
            return False
    return True
