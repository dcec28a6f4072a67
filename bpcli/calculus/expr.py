"""Expressions: the formulas of which worked solutions are made.

An expression is a `Variable`, a `Constant` or an `Apply` of an `Operation` to expressions. Calling an operation
with an expression builds a node, calling it with numbers computes; so one backprop rule serves for numbers
(symbol-to-number) and for formulas (symbol-to-symbol differentiation).

Values are float64: scalars have shape `()`, everything else two axes, a vector being one column or one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

import numpy as np

from bpcli.document.mathtree import Math

Array: TypeAlias = Any
"""A float64 scalar or a float64 matrix (`numpy.float64` or a two-dimensional `numpy.ndarray`)."""

Shape: TypeAlias = tuple[int, ...]
"""`()` for a number, else (rows, columns)."""


Calls: TypeAlias = Iterable[tuple[Any, ...]]
"""Functions of numpy with their arguments, to be called one after another."""


class ShapeError(ValueError):
    """Operands whose shapes do not fit; the message names both shapes."""


class Expr:
    """A formula. Comparison is by identity; truth has no meaning."""

    __slots__ = ("shape",)
    shape: Shape
    # Without this, numpy would take `array * expr` apart into an array of objects.
    __array_ufunc__ = None

    def __bool__(self) -> bool:
        raise TypeError("a formula has no truth value; evaluate it first")

    if TYPE_CHECKING:  # bound where the operations are: at the foot of `ops.elementary` and of `ops.matrices`

        def __add__(self, other: Operand, /) -> Expr: ...
        def __radd__(self, other: Operand, /) -> Expr: ...
        def __sub__(self, other: Operand, /) -> Expr: ...
        def __rsub__(self, other: Operand, /) -> Expr: ...
        def __mul__(self, other: Operand, /) -> Expr: ...
        def __rmul__(self, other: Operand, /) -> Expr: ...
        def __truediv__(self, other: Operand, /) -> Expr: ...
        def __rtruediv__(self, other: Operand, /) -> Expr: ...
        def __pow__(self, other: Operand, /) -> Expr: ...
        def __matmul__(self, other: Expr, /) -> Expr: ...
        def __neg__(self) -> Expr: ...
        @property
        def T(self) -> Expr: ...


Operand: TypeAlias = "Expr | float"


class Variable(Expr):
    """A named quantity.

    `name` is its id; `math` is how it is written; `role` says what it is (`weights`, `pre_activation`, `adjoint`, …);
    `place` is where in a network it stands: the number of its layer, and within that of an inner layer, a map or a
    time step; `of` is the variable that an adjoint, a derivative or an update belongs to.
    `rank` is the number of indices its entries take: 0, 1 (a vector, whichever way it lies) or 2.
    """

    __slots__ = ("math", "name", "of", "place", "rank", "role")

    def __init__(
        self,
        name: str,
        shape: Shape,
        math: Math,
        role: str = "node",
        *,
        place: tuple[int, ...] = (),
        of: Variable | None = None,
        rank: int | None = None,
    ) -> None:
        self.name = name
        self.shape = shape
        self.math = math
        self.role = role
        self.place = place
        self.of = of
        self.rank = len(shape) if rank is None else rank

    @property
    def layer(self) -> int | None:
        """The number of its layer, for what belongs to a layer as a whole."""
        return self.place[0] if len(self.place) == 1 else None

    def __repr__(self) -> str:
        return f"Variable({self.name!r}, {self.shape})"


class Constant(Expr):
    """A number or a matrix of numbers.

    `math` is the name it goes by in a formula (η, λ, m), `texts` the way its numbers were written by the author
    (one text, or rows of texts). `variable` is set when the constant is that variable's value put into a formula.
    """

    __slots__ = ("math", "texts", "value", "variable")
    value: Array

    def __init__(
        self,
        value: Array,
        *,
        math: Math | None = None,
        texts: Any = None,
        variable: Variable | None = None,
    ) -> None:
        self.value = np.float64(value) if np.ndim(value) == 0 else np.asarray(value, dtype=np.float64)
        self.shape = self.value.shape
        self.math = math
        self.texts = texts
        self.variable = variable

    def __repr__(self) -> str:
        return f"Constant({self.value!r})"


class Apply(Expr):
    """An operation applied to its inputs."""

    __slots__ = ("inputs", "operation", "recipe")

    def __init__(self, operation: Operation, inputs: tuple[Expr, ...]) -> None:
        self.operation = operation
        self.inputs = inputs
        self.recipe: _Recipe | None = None  # written down when it is first needed: see `_recipe`
        self.shape = operation.shape(*(item.shape for item in inputs))

    def __repr__(self) -> str:
        return f"{self.operation.name}({', '.join(map(repr, self.inputs))})"


class Notation(NamedTuple):
    """How an operation is written.

    `write` receives the operands' Math, fenced where they bind less tightly than `operands` asks, and the operands
    themselves (for `·` against `⊙`). `precedence` says how tightly the result binds (see `notation.precedence`).
    """

    write: Callable[[tuple[Math, ...], tuple[Expr, ...]], Math]
    precedence: int
    # The last one serves for all further operands; a function where the operands' shapes decide.
    operands: tuple[int, ...] | Callable[[tuple[Expr, ...]], tuple[int, ...]] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One textbook operation: its value, its backprop rule, its notation. Nothing else knows it by name.

    forward      arrays → array, in its numerically stable form
    backprop     (grad, out, *inputs) → one contribution per input, written in expressions
    notation     how it is written and how tightly it binds
    shape        the inputs' shapes → the output's, or ShapeError
    definition   the textbook form in more elementary operations; None for an operation that is elementary
    entry        (index, *inputs) → the scalar formula of one entry; None where `definition` or `elementwise` gives it
    elementwise  every entry of the output depends on the same entry of the inputs (with broadcasting)
    derivative   for a function of one variable: its derivative as an operation, written f′
    expand       for such a derivative: (input, value of f at it) → the formula that a person would use
    primal       for such a derivative: the function it is the derivative of
    chain        a sum or a difference: worked in one stroke with the sums inside it
    immediate    not a step of its own when numbers are put in (a transpose, an entry)
    unfold       how it is worked with numbers: `entries` (as the explicit sum), `definition`, or at once
    parameters   what the operation was made with, for exporters (`{"slope": 0.01}`)
    work         the inputs' shapes → its multiply-adds; None: one for each entry of its largest operand or result
                 (and nothing for an immediate operation)
    fan_in       the inputs' shapes → how many entries of each input one entry of the output needs; None: one where
                 the operation is elementwise or immediate, else all
    view         for an operation that only looks at its input in another way (a transpose): array → view of it
    calls        (out, *inputs) → the calls that put the value into the array `out` without making another one;
                 None where `forward` is a numpy ufunc, or a copy of what `forward` gives is good enough
    code         how it is written in Python with numpy as `np`: a template, `np.exp({0})`, or a function of the
                 operands' texts and the operands; "" where the definition is written out
    has_pole     grows without bound at some number (a quotient, a logarithm): what is infinite there did not overflow
    caution      what to look at first where no finite number comes out, as the order of its operands
    back         how a gradient is said to go back to each input (`product`, `copied`, …; the last one for all further
                 ones), in the words of the lesson; () for a function of one variable, whose slope it is multiplied by
    summands     of a sum or product: the sizes of its operands' summands → those of its own (see `cancellation`)
    """

    name: str
    forward: Callable[..., Array]
    backprop: Callable[..., tuple[Expr | None, ...]]
    notation: Notation
    shape: Callable[..., Shape]
    definition: Callable[..., Expr] | None = None
    entry: Callable[..., Expr] | None = None
    elementwise: bool = False
    derivative: Operation | None = None
    expand: Callable[[Expr, Expr], Expr] | None = None
    primal: Callable[[], Operation] | None = None
    chain: bool = False
    immediate: bool = False
    unfold: str = ""
    parameters: tuple[tuple[str, float], ...] = ()
    work: Callable[..., int] | None = None
    fan_in: Callable[..., tuple[int, ...]] | None = None
    view: Callable[[Array], Array] | None = None
    calls: Callable[..., Calls] | None = None
    code: str | Callable[[tuple[str, ...], tuple[Expr, ...]], str] = ""
    has_pole: bool = False
    caution: str = ""
    back: tuple[str, ...] = ()
    summands: Callable[..., Array] | None = None

    @overload
    def __call__(self, first: Expr, /, *rest: Operand) -> Apply: ...
    @overload
    def __call__(self, first: float, second: Expr, /) -> Apply: ...
    @overload
    def __call__(self, *inputs: Any) -> Any: ...
    def __call__(self, *inputs: Any) -> Any:
        if any(isinstance(item, Expr) for item in inputs):
            return Apply(self, tuple(as_expr(item) for item in inputs))
        return self.forward(*inputs)

    @property
    def is_its_definition(self) -> bool:
        """Whether the value is computed by the definition itself, as that of a function of a problem file."""
        return self.definition is not None and getattr(self.forward, "__self__", None) is self.definition

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


def as_expr(value: Operand) -> Expr:
    return value if isinstance(value, Expr) else Constant(value)


def is_constant(expr: Expr, value: float) -> bool:
    """Whether `expr` is that unnamed number, repeated to a shape or not (or a matrix of nothing else)."""
    if isinstance(expr, Apply) and expr.operation.immediate and expr.inputs[0].shape == ():
        expr = expr.inputs[0]
    return isinstance(expr, Constant) and expr.math is None and bool(np.all(expr.value == value))


def fits(part: Expr, whole: Expr) -> bool:
    """Whether leaving `part` out of a sum or product with `whole` keeps its shape."""
    return part.shape == () or part.shape == whole.shape


def broadcast_shape(*shapes: Shape) -> Shape:
    """The common shape of elementwise operands: equal sizes, or 1, or a scalar.

    Raises ShapeError naming the shapes that do not fit.
    """
    result: Shape = ()
    for shape in shapes:
        if shape == () or shape == result:
            continue
        if result == ():
            result = shape
            continue
        if any(a != b and 1 not in (a, b) for a, b in zip(result, shape, strict=True)):
            raise ShapeError(f"{describe_shape(result)} and {describe_shape(shape)} do not fit entry by entry")
        rows, columns = (max(a, b) if 0 not in (a, b) else 0 for a, b in zip(result, shape, strict=True))
        result = (rows, columns)
    return result


def count_of(shape: Shape) -> int:
    """How many entries there are."""
    return 1 if shape == () else shape[0] * shape[1]


def as_many(found: Shape, wanted: Shape, result: Shape) -> Shape:
    """`result`, where an operand has as many entries as what it is the gradient of. Raises ShapeError otherwise."""
    if count_of(found) != count_of(wanted):
        raise ShapeError(f"{describe_shape(found)} is no gradient of {describe_shape(wanted)}")
    return result


def describe_shape(shape: Shape) -> str:
    return "a number" if shape == () else f"{shape[0]}×{shape[1]}"


def postorder(root: Expr) -> Iterator[Expr]:
    """Every distinct node below and including `root`, inputs first; iterative, so depth does not matter."""
    seen: set[int] = set()
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in seen:
            continue
        if ready or not isinstance(node, Apply):
            seen.add(id(node))
            yield node
        else:
            stack.append((node, True))
            stack.extend((item, False) for item in reversed(node.inputs) if id(item) not in seen)


def variables_of(root: Expr) -> tuple[Variable, ...]:
    """The distinct variables of a formula, in the order in which it names them."""
    if not isinstance(root, Apply):
        return (root,) if isinstance(root, Variable) else ()
    if _is_flat(root):
        return tuple(dict.fromkeys([item for item in root.inputs if isinstance(item, Variable)]))
    return _recipe(root).variables


def evaluate(root: Expr, values: Mapping[str, Array]) -> Array:
    """The value of a formula; each shared node is computed once. Raises KeyError for an unknown variable."""
    if not isinstance(root, Apply):
        return _leaf_value(root, values)
    if _is_flat(root):
        return root.operation.forward(*[_leaf_value(item, values) for item in root.inputs])
    recipe = _recipe(root)
    results = [values[variable.name] for variable in recipe.variables]
    results += recipe.constants
    for forward, places in recipe.steps:
        results.append(forward(*[results[place] for place in places]))
    return results[-1]


def _leaf_value(node: Expr, values: Mapping[str, Array]) -> Array:
    return values[node.name] if isinstance(node, Variable) else node.value  # type: ignore[attr-defined]


def _is_flat(root: Apply) -> bool:
    """Whether an operation is applied to leaves alone, as in most lines: then there is nothing to plan."""
    for item in root.inputs:  # noqa: SIM110 - a loop is twice as fast as `any` here, where most time is spent
        if isinstance(item, Apply):
            return False
    return True


class _Recipe(NamedTuple):
    """A formula as a list of steps: grading works the same ones again and again.

    The results of the steps are numbered on from the variables and the constants.
    """

    variables: tuple[Variable, ...]
    constants: tuple[Array, ...]
    steps: tuple[tuple[Callable[..., Array], tuple[int, ...]], ...]


def _recipe(root: Apply) -> _Recipe:
    if root.recipe is None:
        nodes = tuple(postorder(root))
        variables = tuple(node for node in nodes if isinstance(node, Variable))
        constants = tuple(node for node in nodes if isinstance(node, Constant))
        calls = tuple(node for node in nodes if isinstance(node, Apply))
        places = {id(node): place for place, node in enumerate((*variables, *constants, *calls))}
        steps = tuple((node.operation.forward, tuple(places[id(item)] for item in node.inputs)) for node in calls)
        root.recipe = _Recipe(variables, tuple(node.value for node in constants), steps)
    return root.recipe


def substitute(root: Expr, replace: Callable[[Expr], Expr | None]) -> Expr:
    """`root` with every node for which `replace` gives another put in its place; shared nodes stay shared.

    `replace` sees a node after its inputs have been replaced.
    """
    results: dict[int, Expr] = {}
    for node in postorder(root):
        new = node
        if isinstance(node, Apply):
            inputs = tuple(results[id(item)] for item in node.inputs)
            if any(a is not b for a, b in zip(inputs, node.inputs, strict=True)):
                new = Apply(node.operation, inputs)
        replacement = replace(new)
        results[id(node)] = new if replacement is None else replacement
    return results[id(root)]
