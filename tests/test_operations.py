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
from bpcli.calculus.ops import (
    algebra,
    elementary,
    functions,
    masks,
    matrices,
    penalties,
    piecewise,
    probability,
    reductions,
    shaping,
    statistics,
    windows,
)
from bpcli.calculus.ops.formulas import FUNCTIONS, called
from bpcli.calculus.ops.losses import LOSSES, LossForm, loss
from bpcli.calculus.ops.registry import ACTIVATIONS, INFIX, activation
from bpcli.calculus.ops.shortcuts import shortcut
from bpcli.document.mathtree import Identifier
from bpcli.document.rounding import Rounding
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer

MODULES = (
    algebra, elementary, functions, masks, matrices, penalties, piecewise, probability, reductions, shaping, statistics,
    windows,
)  # fmt: skip
NOT_OPERATIONS = {"function_of_one_variable", "prime", "sum_of"}
# It gives −∞, over which there are no differences; what goes on from it is computed as `causal_softmax`.
NOT_OPERATIONS |= {"causal"}
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
            yield Case(f"elementary.{name}", getattr(elementary, name), (real(*left), real(*right)))
    for left, right in shapes:
        yield Case("elementary.power", elementary.power, (positive(*left), real(*right)))
    yield Case("elementary.negate", elementary.negate, (real(2, 3),))
    yield Case("elementary.negate", elementary.negate, (real(),))
    for left, right in (((2, 3), (3, 1)), ((2, 3), (3, 4)), ((1, 3), (3, 2)), ((2, 1), (1, 3))):
        yield Case("matrices.matmul", matrices.matmul, (real(*left), real(*right)))
    yield Case("matrices.transpose", matrices.transpose, (real(2, 3),))
    yield Case("matrices.transpose", matrices.transpose, (real(),))
    for left, right in (((), (2, 3)), ((2, 1), (2, 3)), ((1, 3), (2, 3)), ((2, 3), (2, 3))):
        yield Case("matrices.broadcast_to", matrices.broadcast_to(right), (real(*left),))
    yield Case("matrices.entry", matrices.entry(1, 2), (real(2, 3),))
    yield Case("matrices.entry", matrices.entry(0, 0), (real(1, 1),))
    yield Case("matrices.as_number", matrices.as_number, (real(1, 1),))


ONLY_POSITIVE = {"log", "log2", "log10", "sqrt"}
PARAMETERS: dict[str, list[Operation]] = {
    "relu": [piecewise.relu(kink) for kink in (0.0, 0.5, 1.0)],
    "leaky_relu": [piecewise.leaky_relu(slope) for slope in (0.01, 0.2)] + [piecewise.leaky_relu(0.1, 1.0)],
    "elu": [piecewise.elu(alpha) for alpha in (1.0, 0.5)],
    "step": [piecewise.step(value) for value in (0.0, 0.5, 1.0)],
    "clip": [piecewise.clip(low, high) for low, high in ((-1.0, 1.25), (0.0, 3.0))],
}


def single_cases() -> Iterator[Case]:
    """Functions of one variable, taken entry by entry."""
    of_one = ("absolute", "cosine", "exp", "log", "sign", "sine", "sqrt", "square")
    for module, names in ((elementary, of_one), (functions, functions.__all__), (piecewise, piecewise.__all__)):
        home = module.__name__.rpartition(".")[2]
        for name in names:
            if name in NOT_OPERATIONS:
                continue
            inputs = positive if name in ONLY_POSITIVE else within if name == "tan" else real
            for operation in PARAMETERS.get(name) or [getattr(module, name)]:
                detail = "-".join(f"{key}={value:g}" for key, value in operation.parameters)
                for shape in ((), (2, 3)):
                    yield Case(f"{home}.{name}", operation, (inputs(*shape),), detail)
                if operation.derivative is not None:
                    yield Case(f"{home}.{name}", operation.derivative, (inputs(2, 3),), detail)


def reduction_cases() -> Iterator[Case]:
    for shape in ((3, 1), (2, 3), (1, 1)):
        yield Case("matrices.total", matrices.total, (real(*shape),))
        for name in ("mean", "maximum", "minimum", "norm2"):
            yield Case(f"reductions.{name}", getattr(reductions, name), (real(*shape),))
    yield Case("reductions.mean_over", reductions.mean_over(Identifier("m")), (real(1, 3),))
    for axis in (0, 1):
        yield Case("matrices.axis_sum", matrices.axis_sum(axis), (real(2, 3),), f"axis={axis}")
        yield Case("reductions.softmax", reductions.softmax(axis), (real(3, 2),), f"axis={axis}")
    for name in ("greater", "lesser", "at_least", "at_most"):
        for left, right in (((), ()), ((2, 3), (2, 3)), ((2, 3), ())):
            yield Case(f"elementary.{name}", getattr(elementary, name), (real(*left), real(*right)))
    for left, right in (((3, 1), (3, 1)), ((3, 1), (1, 3)), ((1, 3), (1, 3))):
        yield Case("reductions.dot", reductions.dot, (real(*left), real(*right)))
    for shape in ((3, 1), (1, 3)):
        yield Case("reductions.softmax", reductions.softmax(None), (real(*shape),))
        yield Case("reductions.softmax_jacobian", reductions.softmax_jacobian(None), (real(*shape),))
        yield Case("reductions.diagonal", reductions.diagonal, (real(*shape),))


def shaping_cases() -> Iterator[Case]:
    parts: list[tuple[Any, Any, tuple[int, int]]] = [
        ((2, 3), "entries", (4, 1)), ((1, 2), "entries", (1, 3)), ((1, 2), None, (3, 2)), (None, (2, 2), (3, 4)),
        ((2, 3), (1, 2), (3, 3)),
    ]  # fmt: skip
    for rows, columns, shape in parts:
        yield Case("shaping.part", shaping.part(rows, columns), (real(*shape),), f"{rows}-{columns}")
    for name in ("flatten", "flip"):
        for shape in ((2, 3), (3, 1), (1, 3)):
            yield Case(f"shaping.{name}", getattr(shaping, name), (real(*shape),))
    yield Case("shaping.reshape", shaping.reshape(3, 2), (real(2, 3),))
    yield Case("shaping.reshape", shaping.reshape(2, 3), (real(6, 1),))
    yield Case("masks.causal_softmax", masks.causal_softmax, (real(3, 3),))
    yield Case("shaping.pick_rows", shaping.pick_rows((3, 1, 3)), (real(4, 2),))
    yield Case("shaping.take_diagonal", shaping.take_diagonal, (real(3, 3),))
    yield Case("shaping.concat", shaping.concat, (real(2, 1), real(), real(3, 1)))
    yield Case("shaping.concat", shaping.concat, (real(1, 3), real(2, 3)))
    yield Case("shaping.beside", shaping.beside, (real(2, 1), real(2, 3)))
    yield Case("shaping.pick_rows", shaping.pick_rows((3, 1, 3)), (real(3, 2),))
    yield Case("shaping.matrix_of", shaping.matrix_of(2, 2), (real(), real(), real(), real()))


def mask_cases() -> Iterator[Case]:
    yield Case("masks.causal_softmax", masks.causal_softmax, (real(3, 3),))


def algebra_cases() -> Iterator[Case]:
    for size in (1, 2, 3):
        square = real(size, size) + 2.5 * np.eye(size)
        yield Case("algebra.trace", algebra.trace, (square,))
        yield Case("algebra.determinant", algebra.determinant, (square,))
        yield Case("algebra.inverse", algebra.inverse, (square,))


def window_cases() -> Iterator[Case]:
    slidings = [(1, 0), (2, 0), (1, 1), (2, 1)]
    for stride, padding in slidings:
        operation = windows.conv(stride, padding)
        for whole, kernel in (((4, 5), (2, 3)), ((5, 1), (2, 1)), ((1, 5), (1, 3)), ((3, 3), (3, 3))):
            yield Case("windows.conv", operation, (real(*whole), real(*kernel)), f"{stride}-{padding}")
    for whole, kernel in (((4, 4), (2, 2)), ((5, 1), (2, 1))):
        X, K = (Variable(name, shape, Identifier(name)) for name, shape in (("X", whole), ("K", kernel)))
        g = Variable("g", windows.conv(2, 1)(X, K).shape, Identifier("g"))
        to_input, to_kernel = windows.conv(2, 1).backprop(g, g, X, K)
        yield Case("windows.conv", to_input.operation, (real(*g.shape), real(*kernel)), "input")
        yield Case("windows.conv", to_kernel.operation, (real(*g.shape), real(*whole)), "kernel")
    for shape in ((4, 5), (5, 1), (1, 6)):
        for size, stride in ((2, 2), (2, 1)):
            yield Case("windows.max_pool", windows.max_pool(size, stride), (real(*shape),), f"{size}-{stride}")
            yield Case("windows.mean_pool", windows.mean_pool(size, stride), (real(*shape),), f"{size}-{stride}")
    for name in ("row_max", "column_max"):
        yield Case(f"windows.{name}", getattr(windows, name), (real(2, 3),))
        X = Variable("X", (2, 3), Identifier("X"))
        g = Variable("g", getattr(windows, name)(X).shape, Identifier("g"))
        (taken,) = getattr(windows, name).backprop(g, g, X)
        yield Case(f"windows.{name}", taken.operation, (real(*g.shape), real(2, 3)), "back")


def statistics_cases() -> Iterator[Case]:
    for axis in (0, 1):
        yield Case("statistics.axis_mean", statistics.axis_mean(axis), (real(2, 3),), f"axis={axis}")
    for axis in (None, 0, 1):
        yield Case("statistics.variance", statistics.variance(axis), (real(2, 3),), f"axis={axis}")
    for shape in ((4, 1), (1, 4), (3, 4)):
        yield Case("statistics.layer_norm", statistics.layer_norm(0.01), (real(*shape),))


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
            bases = ("e", "2", "10") if name.endswith("cross_entropy") or name == "kl" else ("e",)
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


MAKERS: tuple[Callable[[], Iterator[Case]], ...] = (
    arithmetic_cases,
    single_cases,
    shaping_cases,
    algebra_cases,
    mask_cases,
    window_cases,
    statistics_cases,
    reduction_cases,
    probability_cases,
    penalty_cases,
    loss_cases,
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
        assert activation(name, given, axis=None).name in tested
    assert {operation.name for operation in INFIX.values()} <= tested
    for name, counts in FUNCTIONS.items():
        for count in counts[:4]:
            made = called(name, arguments_for(name, count), lambda place, allowed: float(place))
            assert isinstance(made, Apply)
            assert made.operation.name in tested, name


SQUARE = {"trace", "det", "inverse"}
NUMBERS_LAST = {"reshape": (6, 1), "conv": (3, 3), "max_pool": (3, 3), "mean_pool": (3, 3)}


def arguments_for(name: str, count: int) -> tuple[Any, ...]:
    """Arguments that fit a function: vectors, or matrices where it asks for them."""
    shape = (2, 2) if name in SQUARE else NUMBERS_LAST.get(name, (2, 1) if name == "reshape" else (3, 1))
    return variables_for((within(*(shape if name != "reshape" else (2, 1))),) * count)


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


def test_scores_of_later_tokens_are_masked() -> None:
    """Above the diagonal there is −∞, and nothing comes back from there."""
    scores = real(3, 3)
    ahead = np.triu(np.ones((3, 3)), 1) == 1
    np.testing.assert_array_equal(masks.causal.forward(scores), np.where(ahead, -np.inf, scores))
    a = Variable("a", (3, 3), Identifier("a"))
    (back,) = masks.causal.backprop(Constant(scores), masks.causal(a), a)
    np.testing.assert_array_equal(evaluate(back, {"a": scores}), np.where(ahead, 0, scores))


def test_stop_has_the_value_and_no_gradient() -> None:
    """Differences see the slope 1 of `stop(x)`; that none of it comes back is what it is for."""
    x = Variable("x", (2, 3), Identifier("x"))
    numbers = real(2, 3)
    close(piecewise.stop.forward(numbers), numbers, 0)
    assert piecewise.stop.backprop(x, piecewise.stop(x), x) == (None,)


@pytest.mark.parametrize("case", [case for case in CASES if case.home != "piecewise.stop"], ids=str)
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
        scalar = matrices.total(elementary.multiply(Constant(weights), gradient))
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
        (elementary.add, (2, 3), (3, 2)),
        (matrices.matmul, (2, 3), (2, 3)),
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
    function = activation(name, {}, axis=form.axis)
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
