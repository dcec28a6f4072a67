"""The lines that backpropagation writes: programs built by hand, each with one thing that must be so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bpcli import load_problem, solve
from bpcli.calculus.backprop import differentiate, pull_back, sum_to_shape
from bpcli.calculus.expr import Apply, Constant, Expr, Notation, Operation, Variable, evaluate, postorder, variables_of
from bpcli.calculus.ops import elementary, functions, matrices
from bpcli.calculus.program import Binding, Program
from bpcli.document.mathtree import Identifier
from bpcli.problem.shipped import shipped_names


def variable(name: str, shape: Any = ()) -> Variable:
    return Variable(name, shape, Identifier(name))


def adjoint(of: Variable) -> Variable:
    return Variable(f"d{of.name}", of.shape, Identifier("d"), "adjoint", of=of)


def program(inputs: tuple[Variable, ...], *lines: tuple[Variable, Expr]) -> Program:
    return Program(inputs, tuple(Binding(name, expr, "forward", "f") for name, expr in lines))


def valued(lines: Program, **given: Any) -> dict[str, Any]:
    known = {
        name: np.asarray(value, dtype=float) if np.ndim(value) else np.float64(value) for name, value in given.items()
    }
    for binding in lines.check().bindings:
        known[binding.variable.name] = evaluate(binding.expr, known)
    return known


def gradient_lines(lines: Program, first: int) -> dict[str, Binding]:
    return {binding.variable.name: binding for binding in lines.bindings[first:]}


def operations(expr: Expr) -> list[str]:
    return [node.operation.name for node in postorder(expr) if isinstance(node, Apply)]


# --- what a line is ---


def test_lines_of_gradients_say_that_they_are() -> None:
    """They belong to the backward pass, and their rule is named after what they are the gradient of."""
    x, y = Variable("x", (), Identifier("x"), "weights"), variable("y")
    extended = differentiate(program((x,), (y, x * x)), y, [x], adjoint)
    assert [(line.variable.name, line.phase, line.rule) for line in extended.bindings] == [
        ("y", "forward", "f"),
        ("dy", "backward", "node_gradient"),
        ("dx", "backward", "weights_gradient"),
    ]


@pytest.mark.parametrize("name", shipped_names())
def test_gradients_are_made_from_the_gradients_of_their_consumers(name: str) -> None:
    """By name: ∂L/∂a is worked from ∂L/∂y as it was found above. Only the output's own 1 is left unsaid."""
    solution = solve(load_problem(name))
    adjoints = {line.variable.of: line.variable for line in solution.program.bindings if line.contributions}
    for line in solution.program.bindings:
        for part in line.contributions:
            if part.consumer in adjoints and part.consumer is not solution.output:
                assert part.seed is adjoints[part.consumer]
            elif part.consumer is solution.output:
                assert isinstance(part.seed, Constant)
                assert part.seed.value == 1.0


def test_contribution_of_a_number_is_the_gradient_above_times_the_local_derivative() -> None:
    """v = u² sends ∂v/∂u = 2u back, w = 5u sends 5: each with the gradient that it is multiplied with."""
    x, u, v, w, top = (variable(name) for name in ("x", "u", "v", "w", "top"))
    forward = program((x,), (u, x + 1), (v, u * u), (w, u * 5), (top, v * w))
    extended = differentiate(forward, top, [x], adjoint)
    known = valued(extended, x=2)
    contributions = gradient_lines(extended, 4)["du"].contributions

    def numbers(of: Variable) -> set[tuple[float, ...]]:
        """The gradient of the consumer, the local derivative and their product, of each use in it."""
        return {
            tuple(float(evaluate(item, known)) for item in (part.seed, part.local, part.term) if item is not None)
            for part in contributions
            if part.consumer is of
        }

    assert len(contributions) == 3
    assert numbers(w) == {(9.0, 5.0, 45.0)}
    assert numbers(v) == {(15.0, 3.0, 45.0)}
    assert known["dx"] == 9 * 5 + 15 * 6


def test_contribution_of_a_matrix_has_no_local_derivative() -> None:
    """∂vector/∂vector is no factor that a number could be multiplied with: the rule makes the product itself."""
    x, u, y = variable("x", (2, 1)), variable("u", (2, 1)), variable("y")
    extended = differentiate(program((x,), (u, elementary.exp(x)), (y, matrices.total(u))), y, [x], adjoint)
    lines = gradient_lines(extended, 2)
    assert [part.local is None for part in lines["dx"].contributions] == [True]
    assert [part.local is None for part in lines["du"].contributions] == [False]


def test_a_known_value_is_called_by_its_name() -> None:
    """y = eˣ has the derivative y: nobody computes eˣ again."""
    x, y = variable("x"), variable("y")
    extended = differentiate(program((x,), (y, elementary.exp(x))), y, [x], adjoint)
    assert variables_of(gradient_lines(extended, 1)["dx"].expr) == (y,)


def test_only_the_whole_formula_is_called_by_the_name_of_the_line() -> None:
    """y = exp(exp x): the inner exponential has no name, and is not y."""
    x, y = variable("x"), variable("y")
    extended = differentiate(program((x,), (y, elementary.exp(elementary.exp(x)))), y, [x], adjoint)
    assert valued(extended, x=0.5)["dx"] == pytest.approx(np.exp(np.exp(0.5)) * np.exp(0.5))
    assert y in variables_of(gradient_lines(extended, 1)["dx"].expr)


def test_a_line_that_is_another_name_passes_the_gradient_on() -> None:
    """y := x, L := y·y."""
    x, y, top = variable("x"), variable("y"), variable("top")
    extended = differentiate(program((x,), (y, x), (top, y * y)), top, [x], adjoint)
    assert valued(extended, x=3)["dx"] == 6.0


def test_a_formula_that_is_one_variable_of_no_interest_gives_nothing() -> None:
    x, z = variable("x"), variable("z")
    assert pull_back(z, Constant(1.0), z, frozenset({"x"})) == []
    assert [(used.name, part) for used, part in pull_back(x, x, x, frozenset({"x"}))] == [("x", x)]


def test_a_part_that_is_used_twice_in_a_formula_gets_both_gradients() -> None:
    """t is one node of the formula t·sin t + t."""
    x, y = variable("x"), variable("y")
    part = x * x
    extended = differentiate(program((x,), (y, part * elementary.sine(part) + part)), y, [x], adjoint)
    t = 1.5**2
    assert valued(extended, x=1.5)["dx"] == pytest.approx((np.sin(t) + t * np.cos(t) + 1) * 2 * 1.5)


# --- where nothing changes ---


def test_what_the_output_does_not_change_with_has_no_line() -> None:
    """A sign is the same a little to either side: nothing is sent back through it, and nothing from further up."""
    x, z, u, flat, top = (variable(name) for name in ("x", "z", "u", "flat", "top"))
    forward = program((x, z), (u, x * x), (flat, elementary.sign(u)), (top, flat * z))
    extended = differentiate(forward, top, [x, z], adjoint)
    assert set(gradient_lines(extended, 3)) == {"dtop", "dflat", "dz"}


def test_what_stands_inside_a_sign_adds_nothing_to_the_rest_of_the_formula() -> None:
    x, y = variable("x"), variable("y")
    extended = differentiate(program((x,), (y, elementary.sign(x * x) + 3 * x)), y, [x], adjoint)
    assert valued(extended, x=2)["dx"] == 3.0


# --- gradients that are no lines of their own ---


def unnamed(*names: str) -> Callable[[Variable], Variable | None]:
    return lambda of: None if of.name in names else adjoint(of)


def test_a_gradient_without_a_name_is_put_into_the_formulas_that_use_it() -> None:
    x, u, y = variable("x"), variable("u"), variable("y")
    extended = differentiate(program((x,), (u, x * x), (y, elementary.sine(u))), y, [x], unnamed("u", "y"))
    assert set(gradient_lines(extended, 2)) == {"dx"}
    assert valued(extended, x=1.5)["dx"] == pytest.approx(np.cos(1.5**2) * 3)


def test_a_number_repeated_to_a_shape_is_put_in_as_the_number() -> None:
    """L = Σ u / 4 gives every entry of u the same ¼: written ¼ · cos x, without a matrix of quarters."""
    x, u, top = variable("x", (2, 1)), variable("u", (2, 1)), variable("top")
    forward = program((x,), (u, elementary.sine(x)), (top, matrices.total(u) / 4))
    extended = differentiate(forward, top, [x], unnamed("u"))
    assert "broadcast" not in operations(gradient_lines(extended, 2)["dx"].expr)
    np.testing.assert_allclose(valued(extended, x=[[0.5], [1.0]])["dx"], np.cos([[0.5], [1.0]]) / 4)


def test_a_matrix_without_a_name_stays_the_way_it_lies() -> None:
    """Only repeated numbers are taken out of what repeats them: a transpose is not one."""
    x, u, M, top = variable("x", (2, 3)), variable("u", (2, 3)), variable("M", (3, 2)), variable("top")
    forward = program((x, M), (u, elementary.sine(x)), (top, matrices.total(elementary.multiply(u.T, M))))
    extended = differentiate(forward, top, [x], unnamed("u"))
    values = np.arange(6.0).reshape(2, 3)
    weights = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    np.testing.assert_allclose(valued(extended, x=values, M=weights)["dx"], weights.T * np.cos(values))


# --- derivatives with a name ---


def test_derivatives_of_functions_get_lines_where_they_have_names() -> None:
    """σ′(a) is a line above the gradient that uses it; sin, which has no derivative of its own, has none."""
    a, y, top = variable("a"), variable("y"), variable("top")
    asked: list[tuple[Variable, str]] = []

    def name(of: Variable, derivative: Expr) -> Variable:
        assert isinstance(derivative, Apply)
        asked.append((of, derivative.operation.name))
        return Variable(f"f'({of.name})", (), Identifier("f"), "local_derivative", of=of)

    forward = program((a,), (y, functions.sigmoid(a)), (top, elementary.sine(y)))
    extended = differentiate(forward, top, [a], adjoint, name)
    lines = gradient_lines(extended, 2)
    assert list(lines) == ["dtop", "dy", "f'(a)", "da"]
    assert asked == [(a, "sigmoid_derivative")]
    line = lines["f'(a)"]
    assert (line.phase, line.rule, operations(line.expr)) == ("backward", "local_derivative", ["sigmoid_derivative"])
    assert line.variable in variables_of(lines["da"].expr)
    y_value = 1 / (1 + np.exp(-0.4))
    assert valued(extended, a=0.4)["da"] == pytest.approx(np.cos(y_value) * y_value * (1 - y_value))


def test_derivatives_inside_a_formula_keep_their_formula() -> None:
    """A name is for f′ of a quantity; f′ of a formula stays where it is, as does one that gets no name."""
    a, y = variable("a"), variable("y")
    inside = differentiate(
        program((a,), (y, functions.tanh(3 * a))), y, [a], adjoint, lambda of, derivative: variable("named")
    )
    assert set(gradient_lines(inside, 1)) == {"dy", "da"}
    plain = differentiate(program((a,), (y, functions.tanh(a))), y, [a], adjoint, lambda of, derivative: None)
    assert operations(gradient_lines(plain, 1)["da"].expr) == ["tanh_derivative"]


# --- shapes ---


@pytest.mark.parametrize(
    ("given", "shape", "written"),
    [
        ((2, 3), (2, 3), []),
        ((2, 3), (), ["total"]),
        ((), (2, 1), ["broadcast"]),
        ((3, 2), (1, 2), ["axis_sum"]),
        ((3, 2), (3, 1), ["axis_sum"]),
        ((3, 1), (1, 1), ["axis_sum"]),
        ((1, 3), (1, 1), ["axis_sum"]),
        ((3, 2), (1, 1), ["total", "broadcast"]),
    ],
)
def test_what_was_repeated_over_an_axis_is_summed_over_it(given: Any, shape: Any, written: list[str]) -> None:
    """One sum where one axis was repeated, the sum of everything where both were, nothing where none was."""
    g = variable("g", given)
    brought = sum_to_shape(g, shape)
    value = np.arange(1.0, 1.0 + np.prod(given)).reshape(given)
    axes = tuple(axis for axis in range(len(shape)) if shape and given and shape[axis] < given[axis])
    expected = np.sum(value) if shape == () else np.broadcast_to(np.sum(value, axis=axes, keepdims=True), shape)
    assert brought.shape == shape
    assert operations(brought) == written
    np.testing.assert_array_equal(evaluate(brought, {"g": value if given else np.float64(value)}), expected)


def test_a_rule_that_forgets_an_input_is_an_error() -> None:
    """Gradients with a part missing would look right."""
    forgetful = Operation(
        name="forgetful",
        forward=np.add,
        backprop=lambda g, out, a, b: (g,),
        notation=Notation(lambda operands, _: operands[0], 0),
        shape=lambda a, b: a,
    )
    x, y = variable("x"), variable("y")
    with pytest.raises(ValueError, match="shorter"):
        pull_back(forgetful(x, y), Constant(1.0), variable("out"))
