"""Every operation: its value, its textbook definition, its entries, its backprop rule and the rule of that rule.

The cases are checked against the modules that define operations: an operation without a case fails the test run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, product
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from differences import central_difference

from bpcli.calculus.backprop import pull_back, sum_to_shape
from bpcli.calculus.expr import Apply, Constant, Operation, ShapeError, Variable, as_expr, evaluate
from bpcli.calculus.lower import entry_of
from bpcli.calculus.ops import arithmetic, arrays, axes, convolution, elementwise, penalties, probability, reductions
from bpcli.calculus.ops.losses import LossForm, loss
from bpcli.calculus.ops.registry import ACTIVATIONS, FUNCTIONS, INFIX, LOSSES, activation, graph_function
from bpcli.calculus.ops.shortcuts import shortcut
from bpcli.document.mathtree import Identifier
from bpcli.document.rounding import Rounding
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer

MODULES = (arithmetic, arrays, axes, convolution, elementwise, penalties, probability, reductions)
NOT_OPERATIONS = {"function_of_one_variable", "prime", "sum_of"}
OFFSETS = cycle((0.0, 0.06))
random = np.random.default_rng(7)


def real(*shape: int) -> Any:
    """Numbers of both signs, none near 0 where some operations have a kink; none is in the next call's numbers."""
    size = int(np.prod(shape)) if shape else 1
    sizes = (np.linspace(0.35, 1.9, size) + next(OFFSETS)) * np.where(random.permutation(size) % 2, -1, 1)
    return random.permutation(sizes).reshape(shape)[()]


def positive(*shape: int) -> Any:
    return np.abs(real(*shape))


def within(*shape: int) -> Any:
    """Numbers strictly between 0 and 1."""
    return positive(*shape) / 2.5


class Case(NamedTuple):
    """One operation on some arrays; `home` is the public name it is reached by."""

    home: str
    operation: Operation
    inputs: tuple[Any, ...]
    detail: str = ""

    def __str__(self) -> str:
        shapes = "+".join("x".join(map(str, np.shape(item))) or "number" for item in self.inputs)
        return "-".join(part for part in (self.home, self.operation.name, self.detail, shapes) if part)


def arithmetic_cases() -> Iterator[Case]:
    shapes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
        ((), ()), ((2, 3), (2, 3)), ((2, 3), ()), ((), (2, 3)), ((2, 3), (2, 1)), ((1, 3), (2, 3)), ((2, 1), (1, 3)),
    ]  # fmt: skip
    for name in ("add", "subtract", "multiply", "divide"):
        for left, right in shapes:
            yield Case(f"arithmetic.{name}", getattr(arithmetic, name), (real(*left), real(*right)))
    for left, right in shapes:
        yield Case("arithmetic.power", arithmetic.power, (positive(*left), real(*right)))
    yield Case("arithmetic.negate", arithmetic.negate, (real(2, 3),))
    yield Case("arithmetic.negate", arithmetic.negate, (real(),))
    for left, right in (((2, 3), (3, 1)), ((2, 3), (3, 4)), ((1, 3), (3, 2)), ((2, 1), (1, 3))):
        yield Case("arithmetic.matmul", arithmetic.matmul, (real(*left), real(*right)))
    yield Case("arithmetic.transpose", arithmetic.transpose, (real(2, 3),))
    yield Case("arithmetic.transpose", arithmetic.transpose, (real(),))
    for left, right in (((), (2, 3)), ((2, 1), (2, 3)), ((1, 3), (2, 3)), ((2, 3), (2, 3))):
        yield Case("arithmetic.broadcast_to", arithmetic.broadcast_to(right), (real(*left),))
    yield Case("arithmetic.entry", arithmetic.entry(1, 2), (real(2, 3),))
    yield Case("arithmetic.entry", arithmetic.entry(0, 0), (real(1, 1),))


ONLY_POSITIVE = {"log", "log2", "log10", "sqrt"}
PARAMETERS: dict[str, list[Operation]] = {
    "relu": [elementwise.relu(kink) for kink in (0.0, 0.5, 1.0)],
    "leaky_relu": [elementwise.leaky_relu(slope) for slope in (0.01, 0.2)] + [elementwise.leaky_relu(0.1, 1.0)],
    "elu": [elementwise.elu(alpha) for alpha in (1.0, 0.5)],
}


def elementwise_cases() -> Iterator[Case]:
    for name in elementwise.__all__:
        if name in NOT_OPERATIONS:
            continue
        inputs = positive if name in ONLY_POSITIVE else real
        for operation in PARAMETERS.get(name) or [getattr(elementwise, name)]:
            detail = "-".join(f"{key}={value:g}" for key, value in operation.parameters)
            for shape in ((), (2, 3)):
                yield Case(f"elementwise.{name}", operation, (inputs(*shape),), detail)
            if operation.derivative is not None:
                yield Case(f"elementwise.{name}", operation.derivative, (inputs(2, 3),), detail)


def reduction_cases() -> Iterator[Case]:
    for name in ("total", "mean", "maximum", "minimum", "norm2"):
        for shape in ((3, 1), (2, 3), (1, 1)):
            yield Case(f"reductions.{name}", getattr(reductions, name), (real(*shape),))
    yield Case("reductions.mean_over", reductions.mean_over(Identifier("m")), (real(1, 3),))
    for axis in (0, 1):
        yield Case("reductions.axis_sum", reductions.axis_sum(axis), (real(2, 3),), f"axis={axis}")
        yield Case("reductions.softmax", reductions.softmax(axis), (real(3, 2),), f"axis={axis}")
    for name in ("greater", "lesser"):
        for left, right in (((), ()), ((2, 3), (2, 3)), ((2, 3), ())):
            yield Case(f"reductions.{name}", getattr(reductions, name), (real(*left), real(*right)))
    for left, right in (((3, 1), (3, 1)), ((3, 1), (1, 3)), ((1, 3), (1, 3))):
        yield Case("reductions.dot", reductions.dot, (real(*left), real(*right)))
    for shape in ((3, 1), (1, 3)):
        yield Case("reductions.softmax", reductions.softmax(None), (real(*shape),))
        yield Case("reductions.softmax_jacobian", reductions.softmax_jacobian(None), (real(*shape),))
        yield Case("reductions.diagonal", reductions.diagonal, (real(*shape),))


def probability_cases() -> Iterator[Case]:
    for base in (float(np.e), 2.0, 10.0, 3.0):
        for shape in ((3, 1), (1, 3)):
            p, q = (within(*shape) for _ in range(2))
            yield Case("probability.entropy", probability.entropy(base), (p,), f"base={base:g}")
            yield Case("probability.kl", probability.kl(base), (p, q), f"base={base:g}")
            yield Case("probability.cross_entropy", probability.cross_entropy(base), (p, q), f"base={base:g}")


def penalty_cases() -> Iterator[Case]:
    for factor in (0.5, 1.0, 0.3):
        yield Case("penalties.l2_penalty", penalties.l2_penalty(factor), (real(2, 3), real(3, 1)), f"factor={factor:g}")
    yield Case("penalties.l2_penalty", penalties.l2_penalty(), (real(),))
    yield Case("penalties.l1_penalty", penalties.l1_penalty, (real(2, 3), real(3, 1), real()))


def loss_forms() -> Iterator[LossForm]:
    """Every loss in every form: one instance and both layouts of a batch, factors, means, bases, thresholds."""
    for name, axis, over in product(LOSSES, (None, 0, 1), (None, "sum", "mean")):
        for factor in (1.0, 0.5, 0.3):
            bases = ("e", "2", "10") if name.endswith("cross_entropy") else ("e",)
            deltas = (0.4, 5.0) if name == "huber" else (1.0,)
            for base, delta in product(bases, deltas):
                yield LossForm(name, factor, over, base, delta, axis)


def loss_cases() -> Iterator[Case]:
    for form in loss_forms():
        detail = "-".join(f"{key}={value}" for key, value in form._asdict().items() if key != "name")
        shape = (3, 1) if form.axis is None else (3, 2) if form.axis == 0 else (2, 3)
        yield Case(f"losses.{form.name}", loss(form), (within(*shape), within(*shape)), detail)
    for name in LOSSES:
        yield Case(f"losses.{name}", loss(LossForm(name)), (np.float64(0.3), np.float64(0.8)))


def array_cases() -> Iterator[Case]:
    for shape in ((3, 4), (4, 1), (1, 4)):
        if shape[0] > 1:
            yield Case("arrays.rows", arrays.rows(1, 3), (real(*shape),))
        if shape[1] > 1:
            yield Case("arrays.columns", arrays.columns(0, 2), (real(*shape),))
    for first, size in ((0, 2), (1, 4), (2, 5)):
        yield Case("arrays.put_rows", arrays.put_rows(first, size), (real(2, 3),), f"{first}")
        yield Case("arrays.put_columns", arrays.put_columns(first, size), (real(3, 2),), f"{first}")
    for shapes in (((2, 3), (1, 3)), ((2, 1), (3, 1), (1, 1)), ((), (2, 1), ())):
        yield Case("arrays.below", arrays.below, tuple(real(*shape) for shape in shapes))
    for shapes in (((2, 3), (2, 1)), ((1, 2), (1, 3)), ((), (1, 2), ())):
        yield Case("arrays.side_by_side", arrays.side_by_side, tuple(real(*shape) for shape in shapes))
    for shape in ((2, 3), (3, 1), (1, 3), (1, 1)):
        yield Case("arrays.flatten", arrays.flatten, (real(*shape),))
        yield Case("arrays.flip", arrays.flip, (real(*shape),))
    for rows, columns, shape in ((3, 2, (2, 3)), (1, 6, (2, 3)), (2, 2, (4, 1))):
        yield Case("arrays.reshape", arrays.reshape(rows, columns), (real(*shape),), f"{rows}-{columns}")
    for indices in ((2, 0), (1, 1, 3), (0,)):
        detail = "-".join(map(str, indices))
        yield Case("arrays.pick_rows", arrays.pick_rows(indices), (real(4, 2),), detail)
        yield Case("arrays.put_at_rows", arrays.put_at_rows(indices, 4), (real(len(indices), 2),), detail)
    for shape in ((3, 1), (1, 3), (3, 3), (1, 1)):
        yield Case("arrays.diag", arrays.diag, (real(*shape),))
    for left, right in (((2, 1), (3, 1)), ((1, 2), (3, 1)), ((2, 1), (1, 3)), ((1, 1), (1, 1))):
        yield Case("arrays.outer", arrays.outer, (real(*left), real(*right)))
    for name in ("trace", "determinant", "inverse"):
        for size in (1, 2, 3):
            square = real(size, size) + 2 * np.eye(size)
            yield Case(f"arrays.{name}", getattr(arrays, name), (square,))


def axis_cases() -> Iterator[Case]:
    for name in axes.__all__:
        if name == "layer_norm":
            for epsilon, shape in product((1e-5, 0.1), ((3, 1), (1, 3), (2, 3))):
                yield Case("axes.layer_norm", axes.layer_norm(epsilon), (real(*shape),), f"{epsilon:g}")
            continue
        for shape in ((2, 3), (3, 1), (1, 3)):
            yield Case(f"axes.{name}", getattr(axes, name), (real(*shape),))
    for operation in (axes.row_max, axes.column_max):
        yield Case(f"axes.{operation.name}", largest_places(operation), (real(3, 2),))


def largest_places(operation: Operation) -> Operation:
    """Where the largest entries are: a part of the rule."""
    a = Variable("a", (3, 2), Identifier("a"))
    (slope,) = operation.backprop(Constant(np.ones(operation.shape(a.shape))), operation(a), a)
    assert isinstance(slope, Apply)
    assert isinstance(slope.inputs[1], Apply)
    return slope.inputs[1].operation


def convolution_cases() -> Iterator[Case]:
    for stride, padding, x, k in (
        (1, 0, (3, 4), (2, 2)), (1, 1, (3, 3), (2, 3)), (2, 0, (4, 5), (2, 2)), (2, 1, (3, 4), (3, 2)),
        (3, 2, (4, 3), (2, 2)), (1, 0, (5, 1), (2, 1)), (2, 2, (5, 1), (3, 1)), (1, 1, (1, 4), (1, 3)),
        (2, 0, (1, 1), (1, 1)),
    ):  # fmt: skip
        operation = convolution.conv(stride, padding)
        detail = f"{stride}-{padding}"
        g = operation.shape(x, k)
        to_input, to_kernel = convolution.conv_to_input, convolution.conv_to_kernel
        yield Case("convolution.conv", operation, (real(*x), real(*k)), detail)
        yield Case("convolution.conv_to_input", to_input(stride, padding, x), (real(*g), real(*k)), detail)
        yield Case("convolution.conv_to_kernel", to_kernel(stride, padding, k), (real(*g), real(*x)), detail)
    for size, stride, x in (
        (2, 2, (4, 4)),
        (2, 1, (3, 4)),
        (2, 3, (5, 5)),
        (3, 2, (4, 5)),
        (2, 2, (5, 1)),
        (2, 1, (1, 4)),
    ):
        for pool in (convolution.max_pool, convolution.mean_pool):
            yield Case(f"convolution.{pool.__name__}", pool(size, stride), (real(*x),), f"{size}-{stride}")
        g = convolution.max_pool(size, stride).shape(x)
        taken, shared = convolution.taken_at_maxima(size, stride), convolution.to_windows(size, stride, x)
        yield Case(
            "convolution.to_maxima", convolution.to_maxima(size, stride), (real(*g), real(*x)), f"{size}-{stride}"
        )
        yield Case("convolution.taken_at_maxima", taken, (real(*x), real(*x)), f"{size}-{stride}")
        yield Case("convolution.to_windows", shared, (real(*g),), f"{size}-{stride}")


MAKERS: tuple[Callable[[], Iterator[Case]], ...] = (
    arithmetic_cases,
    elementwise_cases,
    reduction_cases,
    probability_cases,
    penalty_cases,
    loss_cases,
    axis_cases,
    convolution_cases,
    array_cases,
)
CASES = [case for maker in MAKERS for case in maker()]
every_operation = pytest.mark.parametrize("case", CASES, ids=str)
every_composite_operation = pytest.mark.parametrize(
    "case", [case for case in CASES if case.operation.definition is not None], ids=str
)


def variables_for(inputs: tuple[Any, ...]) -> tuple[Variable, ...]:
    return tuple(Variable(f"v{i}", np.shape(item), Identifier(f"v{i}")) for i, item in enumerate(inputs))


def values_for(inputs: tuple[Any, ...]) -> dict[str, Any]:
    return {f"v{i}": item for i, item in enumerate(inputs)}


def close(actual: Any, expected: Any, tolerance: float) -> None:
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def gradients(operation: Operation, inputs: tuple[Any, ...], seed: Any) -> list[Any]:
    """The rule evaluated for arrays, each contribution brought to the shape of its input."""
    variables = variables_for(inputs)
    out = Apply(operation, variables)
    terms = operation.backprop(Constant(seed), out, *variables)
    return [
        np.zeros(v.shape)[()] if term is None else evaluate(sum_to_shape(as_expr(term), v.shape), values_for(inputs))
        for v, term in zip(variables, terms, strict=True)
    ]


def with_input(inputs: tuple[Any, ...], place: int, value: Any) -> tuple[Any, ...]:
    return (*inputs[:place], value, *inputs[place + 1 :])


def public_names(module: ModuleType) -> set[str]:
    room = module.__name__.rpartition(".")[2]
    return {f"{room}.{name}" for name in module.__all__ if name not in NOT_OPERATIONS}


def test_every_public_operation_has_a_case() -> None:
    """Whatever a module of operations or the registry offers is among the cases."""
    homes = {case.home for case in CASES}
    offered = {name for module in MODULES for name in public_names(module)} | {f"losses.{name}" for name in LOSSES}
    assert homes == offered


def test_every_loss_has_a_textbook_form() -> None:
    """A loss is worked with numbers through its definition, so each has one."""
    assert all(loss(form).definition is not None for form in loss_forms())


def test_every_name_of_a_problem_file_reaches_a_tested_operation() -> None:
    """Activations, functions of formulas and operators are all operations that have a case."""
    tested = {case.operation.name for case in CASES}
    for name, parameters in ACTIVATIONS.items():
        given = dict.fromkeys(parameters, 0.3)
        assert activation(name, given, axis=None, relu_at_zero=0.0).name in tested
    assert {operation.name for operation in INFIX.values()} <= tested
    for name, counts in FUNCTIONS.items():
        for count in counts:
            arguments = list(variables_for((within(3, 1),) * count))
            made = graph_function(name, arguments, lambda place: 2.0, relu_at_zero=0.0)(*arguments)
            assert made.operation.name in tested


@every_operation
def test_shape_rule_foretells_the_shape_of_the_value(case: Case) -> None:
    """The shape that a formula has is that of its value."""
    assert case.operation.shape(*map(np.shape, case.inputs)) == np.shape(case.operation.forward(*case.inputs))


@every_composite_operation
def test_definition_has_the_value_of_the_stable_form(case: Case) -> None:
    """The textbook form and what is computed in its place give the same numbers."""
    assert case.operation.definition is not None
    textbook = case.operation.definition(*variables_for(case.inputs))
    close(evaluate(textbook, values_for(case.inputs)), case.operation.forward(*case.inputs), 1e-13)


@every_operation
def test_entries_have_the_values_of_the_whole(case: Case) -> None:
    """The scalar formula of each entry gives that entry."""
    formula = Apply(case.operation, variables_for(case.inputs))
    value = np.asarray(case.operation.forward(*case.inputs))
    for place in np.ndindex(value.shape):
        entry = entry_of(formula, place or (0, 0))  # type: ignore[arg-type]
        assert entry.shape == ()
        close(evaluate(entry, values_for(case.inputs)), value[place], 1e-13)


@every_operation
def test_rule_agrees_with_central_differences(case: Case) -> None:
    """What an operation sends back to each input is the slope that differences find."""
    seed = real(*np.shape(case.operation.forward(*case.inputs)))
    for place, found in enumerate(gradients(case.operation, case.inputs, seed)):

        def weighted(value: Any, place: int = place) -> float:
            return float(np.sum(seed * case.operation.forward(*with_input(case.inputs, place, value))))

        close(found, central_difference(weighted, case.inputs[place]), 1e-8)


@every_operation
def test_rule_gives_for_numbers_what_its_formula_evaluates_to(case: Case) -> None:
    """One rule serves symbol-to-number and symbol-to-symbol differentiation."""
    out = case.operation.forward(*case.inputs)
    seed = real(*np.shape(out))
    numbers = case.operation.backprop(seed, out, *case.inputs)
    variables = variables_for(case.inputs)
    formulas = case.operation.backprop(
        Variable("g", np.shape(seed), Identifier("g")), Variable("out", np.shape(out), Identifier("out")), *variables
    )
    known = {**values_for(case.inputs), "g": seed, "out": out}
    for number, formula in zip(numbers, formulas, strict=True):
        assert (number is None) == (formula is None)
        if formula is not None and number is not None:
            close(evaluate(as_expr(number), {}), evaluate(formula, known), 1e-13)


@every_operation
def test_second_derivatives_agree_with_central_differences(case: Case) -> None:
    """The formula of a gradient can be differentiated again."""
    variables = variables_for(case.inputs)
    values = values_for(case.inputs)
    seed = real(*np.shape(case.operation.forward(*case.inputs)))
    first = case.operation.backprop(Constant(seed), Apply(case.operation, variables), *variables)
    for term, variable in zip(first, variables, strict=True):
        if term is None:
            continue
        gradient = sum_to_shape(as_expr(term), variable.shape)
        weights = real(*variable.shape)
        scalar = reductions.total(arithmetic.multiply(Constant(weights), gradient))
        for place, other in enumerate(variables):
            close(
                slope_of(scalar, other, values),
                central_difference(
                    lambda value, name=other.name, formula=scalar: float(evaluate(formula, {**values, name: value})),
                    case.inputs[place],
                ),
                1e-7,
            )


def slope_of(scalar: Any, variable: Variable, values: dict[str, Any]) -> Any:
    out = Variable("s", (), Identifier("s"))
    parts = [term for used, term in pull_back(scalar, Constant(1.0), out) if used is variable]
    known = {**values, "s": evaluate(scalar, values)}
    return sum((evaluate(part, known) for part in parts), start=np.zeros(variable.shape)[()])


@every_operation
def test_operation_can_be_written(case: Case) -> None:
    """Every operation has a notation, and so has its derivative."""
    variables = variables_for(case.inputs)
    out = Apply(case.operation, variables)
    writer = Writer(Rounding())
    for formula in (out, *case.operation.backprop(Variable("g", out.shape, Identifier("g")), out, *variables)):
        if formula is not None:
            assert to_text(writer.math(formula))


def test_shapes_that_do_not_fit_are_refused_by_name() -> None:
    """Operands that do not fit raise an error that names both shapes."""
    for operation, left, right in (
        (arithmetic.add, (2, 3), (3, 2)),
        (arithmetic.matmul, (2, 3), (2, 3)),
        (reductions.dot, (3, 1), (2, 1)),
        (loss(LossForm("squared_error")), (2, 1), (3, 1)),
        (probability.kl(), (2, 1), (3, 1)),
    ):
        with pytest.raises(ShapeError, match=f"{left[0]}×{left[1]}.*{right[0]}×{right[1]}"):
            operation(*variables_for((real(*left), real(*right))))


# --- loss and activation together ---

SHORTCUTS = [(name, form) for form in loss_forms() for name in ACTIVATIONS if shortcut(name, form) is not None]


def test_shortcuts_are_those_of_the_textbooks() -> None:
    """Softmax goes with cross-entropy and σ with its binary form, whatever base, factor and layout."""
    pairs = {(name, form.name) for name, form in SHORTCUTS}
    assert pairs == {("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")}
    assert len(SHORTCUTS) == 2 * 3 * 3 * 3 * 3


@pytest.mark.parametrize(
    ("name", "form"), SHORTCUTS, ids=lambda item: "-".join(map(str, item)) if isinstance(item, tuple) else item
)
def test_shortcut_is_the_long_way(name: str, form: LossForm) -> None:
    """The stable loss and y − t equal the loss of the activation and the product of the two rules."""
    short = shortcut(name, form)
    assert short is not None
    shape = (3, 1) if form.axis is None else (3, 2) if form.axis == 0 else (2, 3)
    function = activation(name, {}, axis=form.axis, relu_at_zero=0.0)
    long = loss(form)
    a = real(*shape)
    t = within(*shape)
    if name == "softmax":
        t = t / np.sum(t, axis=form.axis, keepdims=True)
    y = function.forward(a)
    L = long.forward(y, t)
    close(short.loss.forward(a, t), L, 1e-13)
    seed = real(*np.shape(L))
    through_loss, _ = gradients(long, (y, t), seed)
    (through_both,) = gradients(function, (a,), through_loss)
    direct = short.gradient(Constant(seed), Constant(y), Constant(t))
    close(evaluate(direct, {}), through_both, 1e-12)
