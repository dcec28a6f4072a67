"""A line of a program taken apart: the patterns that a mistake looks for, and the formula with one part rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import NamedTuple, TypeAlias, TypeVar

from bpcli.calculus.expr import Apply, Expr, Operation, Variable, postorder, substitute
from bpcli.calculus.ops.elementary import add, multiply, negate, subtract
from bpcli.calculus.ops.matrices import matmul, transpose
from bpcli.calculus.program import Binding, Contribution
from bpcli.mistakes.site import Site, Surroundings, is_activation

Made: TypeAlias = Callable[[], Expr]
"""Makes a mistaken formula when it is asked for. Raises ShapeError where the mistake is not possible."""

Node = TypeVar("Node", bound=Expr)


class Slope(NamedTuple):
    """f′(a) in a formula: the part that it is, f and f′, a, and h = f(a), by its name where it has one."""

    node: Expr
    f: Operation
    derivative: Operation
    a: Expr
    h: Expr


class Line:
    """One line, and what its formula is made of."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.binding: Binding = site.binding
        self.around: Surroundings = site.around
        self.right: Expr = site.right
        self.variable: Variable = site.binding.variable
        self.of: Variable | None = site.binding.variable.of

    # --- what there is ---

    @cached_property
    def nodes(self) -> tuple[Expr, ...]:
        """Every part of the formula, inputs first."""
        return tuple(postorder(self.right))

    @cached_property
    def leaves(self) -> tuple[Variable, ...]:
        """The quantities that it names."""
        return tuple(node for node in self.nodes if isinstance(node, Variable))

    def calls(self, *operations: Operation) -> Iterator[Apply]:
        """Where one of these operations is applied."""
        return (node for node in self.nodes if isinstance(node, Apply) and node.operation in operations)

    @cached_property
    def slopes(self) -> tuple[Slope, ...]:
        """Where the derivative f′ of an activation is taken, entry by entry: written out, or as a line of its own."""
        found = []
        for node in self.nodes:
            named = isinstance(node, Variable) and node.role == "local_derivative"
            made = self.formula_of(node) if isinstance(node, Variable) and named else node
            if not isinstance(made, Apply) or made.operation.primal is None or not made.operation.elementwise:
                continue
            f, (a,) = made.operation.primal(), made.inputs
            h = self.activation_of(a) if isinstance(a, Variable) else None
            found.append(Slope(node, f, made.operation, a, f(a) if h is None else h))
        return tuple(found)

    def slopes_of(self, *functions: Operation) -> tuple[Slope, ...]:
        """The slopes of these activations."""
        return tuple(slope for slope in self.slopes if slope.f in functions)

    def each_slope(self, slopes: Iterable[Slope], make: Callable[[Slope], Expr]) -> Iterator[Made]:
        """The formula with another factor in the place of one slope, each in its turn."""
        for slope in slopes:
            yield partial(self._with_slope, slope, make)

    def _with_slope(self, slope: Slope, make: Callable[[Slope], Expr]) -> Expr:
        return self.put(slope.node, make(slope))

    def is_given(self, variable: Variable) -> bool:
        """Whether it is a number of the problem: a parameter, an input, a target."""
        return variable.name not in self.around.bindings

    def is_adjoint(self, variable: Variable) -> bool:
        return variable.role == "adjoint"

    @cached_property
    def parameters(self) -> tuple[Variable, ...]:
        """The given quantities in the formula that a gradient is taken of: weights, and what stands for them."""
        return tuple(v for v in self.leaves if self.is_given(v) and self.around.adjoint(v) is not None)

    @cached_property
    def seeds(self) -> tuple[Variable, ...]:
        """The gradients in the formula."""
        return tuple(v for v in self.leaves if self.is_adjoint(v))

    @cached_property
    def values(self) -> tuple[Variable, ...]:
        """What the formula takes from the forward pass."""
        return tuple(v for v in self.leaves if v.of is None and v.role not in ("adjoint", "local_derivative"))

    def formula_of(self, variable: Variable) -> Expr | None:
        """The formula of the line that makes a quantity; None for what is given."""
        binding = self.around.bindings.get(variable.name)
        return None if binding is None else binding.expr

    def rule_of(self, variable: Variable) -> str:
        """Which line of the textbook makes a quantity; nothing for what is given."""
        binding = self.around.bindings.get(variable.name)
        return "" if binding is None else binding.rule

    def activation_of(self, variable: Variable) -> Variable | None:
        """h of h = f(a), for a."""
        return self.around.activated.get(variable.name)

    def pre_activation_of(self, variable: Variable) -> Variable | None:
        """a of h = f(a), for h."""
        formula = self.formula_of(variable)
        if isinstance(formula, Apply) and is_activation(formula.operation) and len(formula.inputs) == 1:
            (below,) = formula.inputs
            return below if isinstance(below, Variable) else None
        return None

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The terms of a gradient, one for every use of its quantity."""
        return self.binding.contributions

    @property
    def is_of_parameter(self) -> bool:
        """Whether the line is the gradient of a given quantity."""
        return self.of is not None and self.is_given(self.of)

    # --- the formula rewritten ---

    def put(self, node: Expr, other: Expr) -> Expr:
        """The formula with another one in the place of a part, wherever that part stands."""
        return replaced(self.right, node, other)

    def instead(self, node: Expr, operation: Callable[..., Expr], *operands: Expr) -> Made:
        """The formula with an operation on these operands in the place of a part."""
        return partial(self._instead, node, operation, operands)

    def _instead(self, node: Expr, operation: Callable[..., Expr], operands: tuple[Expr, ...]) -> Expr:
        return self.put(node, operation(*operands))

    def each(self, nodes: Iterable[Node], make: Callable[[Node], Expr]) -> Iterator[Made]:
        """The formula with one of the parts rewritten, each in its turn."""
        for node in nodes:
            yield partial(self._rewritten, (node,), make)

    def throughout(self, nodes: Iterable[Node], make: Callable[[Node], Expr]) -> Iterator[Made]:
        """The formula with all of the parts rewritten at once, where there are several."""
        found = tuple(nodes)
        if len(found) > 1:
            yield partial(self._rewritten, found, make)

    def _rewritten(self, nodes: tuple[Node, ...], make: Callable[[Node], Expr]) -> Expr:
        return rewritten(self.right, nodes, make)


def replaced(formula: Expr, node: Expr, other: Expr) -> Expr:
    """A formula with another one in the place of a part, wherever that part stands."""
    return substitute(formula, lambda part: other if part is node else None)


def exchanged(formula: Expr, places: Mapping[int, Expr]) -> Expr:
    """A formula with others in the places of several parts, which are told by their identity."""
    return substitute(formula, lambda part: places.get(id(part)))


def rewritten(formula: Expr, nodes: Iterable[Node], make: Callable[[Node], Expr]) -> Expr:
    """A formula with each of its parts `nodes` in the form that `make` gives it."""
    return exchanged(formula, {id(node): make(node) for node in nodes})


def without(factor: Expr) -> Callable[[Apply], Expr]:
    """A product without one of its factors."""

    def dropped(product: Apply) -> Expr:
        one, other = product.inputs
        return other if is_factor(factor, one) else one

    return dropped


def is_factor(factor: Expr, operand: Expr) -> bool:
    """Whether an operand is the factor, upright or transposed."""
    return operand is factor or (
        isinstance(operand, Apply) and operand.operation is transpose and operand.inputs[0] is factor
    )


def products_with(line: Line, factor: Expr) -> Iterator[Apply]:
    """The products of a formula that have this factor."""
    for product in line.calls(multiply, matmul):
        if any(is_factor(factor, operand) for operand in product.inputs):
            yield product


def summands(expr: Expr) -> list[tuple[float, Expr]]:
    """The terms of a sum with their signs."""
    found: list[tuple[float, Expr]] = []
    stack = [(1.0, expr)]
    while stack:
        sign, part = stack.pop()
        if isinstance(part, Apply) and part.operation in (add, subtract):
            first, second = part.inputs
            stack += [(sign if part.operation is add else -sign, second), (sign, first)]
        elif isinstance(part, Apply) and part.operation is negate:
            stack.append((-sign, part.inputs[0]))
        else:
            found.append((sign, part))
    return found
