"""Backpropagation extends a program with the gradient of its output: what every such program must be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bpcli import Solution, load_problem, parse_problem, solve
from bpcli.calculus.backprop import differentiate
from bpcli.calculus.expr import Expr, Variable, evaluate, variables_of
from bpcli.calculus.ops import elementary, matrices
from bpcli.calculus.program import Binding, Program, ProgramError
from bpcli.document.mathtree import Identifier
from bpcli.problem.shipped import shipped_names

LAYOUTS = ("layout-wx", "layout-xw", "layout-xwt")


def solved(text: str) -> Solution:
    return solve(parse_problem(text))


def graph(inputs: str, *lines: str, more: str = "") -> Solution:
    body = "".join(f"    {line}\n" for line in lines)
    return solved(f"graph:\n  inputs: {{{inputs}}}\n  define:\n{body}{more}")


def variable(name: str, shape: Any = ()) -> Variable:
    return Variable(name, shape, Identifier(name))


def adjoint(of: Variable) -> Variable:
    return Variable(f"d{of.name}", of.shape, Identifier("d"), "adjoint", of=of)


def gradients_of(program: Program, output: Variable, wrt: list[Variable], values: dict[str, Any]) -> dict[str, Any]:
    known = dict(values)
    for binding in differentiate(program, output, wrt, adjoint).check().bindings:
        known[binding.variable.name] = evaluate(binding.expr, known)
    return known


# --- every shipped problem ---


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_problem_is_a_program(name: str) -> None:
    """Each name is bound once, below everything that it uses, by formulas of its shape."""
    solution = solve(load_problem(name))
    assert solution.program.check() is solution.program
    assert len(solution) > 0


@pytest.mark.parametrize("name", shipped_names())
def test_adjoint_has_the_shape_of_its_variable(name: str) -> None:
    """A gradient has as many entries as what it is the gradient of, laid out in the same way."""
    solution = solve(load_problem(name))
    for step in solution:
        of = step.binding.variable.of
        assert np.shape(step.value) == step.binding.variable.shape
        if step.binding.variable.role == "adjoint":
            assert of is not None
            assert step.binding.variable.shape == of.shape
            assert step.binding.variable.rank == of.rank


@pytest.mark.parametrize("name", shipped_names())
def test_worked_and_stable_forms_have_the_value_of_the_formula(name: str) -> None:
    """What a person works with and what is computed are the formula in other words."""
    solution = solve(load_problem(name))
    for step in solution:
        plain = evaluate(step.formula, solution.values)
        np.testing.assert_allclose(step.exact, plain, rtol=1e-10, atol=1e-13)
        if step.binding.worked is not None:
            np.testing.assert_allclose(evaluate(step.binding.worked, solution.values), plain, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", shipped_names())
def test_adjoint_is_the_sum_of_its_contributions(name: str) -> None:
    """grad_table[u] = Σ over the consumers of u, each contribution named with the line that it comes from."""
    solution = solve(load_problem(name))
    for step in solution:
        parts = step.binding.contributions
        if not parts:
            continue
        total = sum(np.sum(evaluate(part.term, solution.values)) for part in parts)
        assert np.sum(step.value) == pytest.approx(total, rel=1e-10, abs=1e-13)
        of = step.binding.variable.of
        assert of is not None
        lines = {binding.variable.name: binding for binding in solution.program.bindings}
        assert all(of in variables_of(lines[part.consumer.name].expr) for part in parts)


# --- single rules ---


def test_value_used_twice_gets_both_contributions() -> None:
    """u is used by two lines; its gradient is the sum of what both send back."""
    solution = graph("x: 3", "u: x * 2", "v: u * u", "w: u * 5", "L: v + w")
    assert solution["dL/du"] == 2 * 6 + 5
    assert solution["dL/dx"] == 2 * (2 * 6 + 5)
    (step,) = (step for step in solution if step.id == "dL/du")
    assert sorted({part.consumer.name for part in step.binding.contributions}) == ["v", "w"]


def test_value_used_twice_in_one_formula_gets_both_contributions() -> None:
    """The same name twice on one line counts twice."""
    assert graph("x: 3", "L: x * x + x")["dL/dx"] == 7


def test_input_that_nothing_uses_has_gradient_zero() -> None:
    """An input without influence is in the grad_table, with 0 in its own shape."""
    solution = graph("x: 3, y: 4, v: [1, 2]", "L: x * x")
    assert solution["dL/dy"] == 0
    assert solution["dL/dv"] == [0, 0]


def test_gradient_of_the_output_itself_is_one() -> None:
    """The recursion starts from ∂L/∂L = 1."""
    assert graph("x: 3", "L: x * x", more="  gradients: [L, x]\n")["dL/dL"] == 1


def test_shared_bias_has_the_sum_of_the_gradients_of_its_units() -> None:
    """One number that every unit adds gets what all of them send back."""
    solution = solve(load_problem("mazur-shared-bias"))
    for layer in (1, 2):
        assert solution[f"dL/db{layer}"] == pytest.approx(sum(solution[f"dL/da{layer}"]), rel=1e-14)


def test_shared_bias_of_a_batch_is_summed_over_units_and_instances() -> None:
    """The gradient of one number is one number, however many units and instances use it."""
    solution = solved(
        "network:\n  inputs: [[1, 2], [3, -1], [0, 1]]\n  targets: [[1, 0], [0, 1], [1, 1]]\n"
        "  layers:\n    - {weights: [[0.1, 0.2], [0.3, -0.4]], bias: 0.5, activation: sigmoid}\n"
        "  loss: half_squared_error\n"
    )
    assert solution["dJ/db1"] == pytest.approx(np.sum(solution["dJ/da1"]), rel=1e-14)


def test_frozen_parameters_have_no_gradient() -> None:
    """What is not trained has no adjoint and no update."""
    names = {step.id for step in solve(load_problem("mazur"))}
    assert {"dL/dW1", "dL/dW2", "W1_new", "W2_new"} <= names
    assert not {"dL/db1", "dL/db2", "b1_new", "b2_new"} & names


def test_nothing_below_a_frozen_first_layer_is_differentiated() -> None:
    """Backpropagation stops where no trained parameter lies below."""
    solution = solved(
        "network:\n  input: [1, 2]\n  target: 1\n  layers:\n"
        "    - {weights: [[0.1, 0.2]], bias: [0.3], activation: tanh, trainable: false}\n"
        "    - {weights: [[0.4]], bias: [0.5]}\n  loss: half_squared_error\n"
    )
    adjoints = [step.id for step in solution if step.binding.variable.role == "adjoint"]
    assert adjoints == ["dL/dy", "dL/da2", "dL/dW2", "dL/db2"]


def test_layouts_agree() -> None:
    """One network in the three affine layouts has the same values, transposed where its layout is."""
    columns, rows, torch = (solve(load_problem(name)) for name in LAYOUTS)
    ids = [step.id for step in columns]
    assert ids == [step.id for step in rows] == [step.id for step in torch]
    for name in ids:
        value, other, third = (np.asarray(solution.values[name]) for solution in (columns, rows, torch))
        np.testing.assert_allclose(other.T, value, rtol=1e-13, atol=1e-15)
        is_weights = name.endswith(("W1", "W2"))
        np.testing.assert_allclose(third if is_weights else third.T, value, rtol=1e-13, atol=1e-15)


def network(inputs: list[list[float]], targets: list[list[float]], more: str = "", layout: str = "W x + b") -> str:
    data = (
        f"  inputs: {inputs}\n  targets: {targets}\n"
        if len(inputs) > 1
        else f"  input: {inputs[0]}\n  target: {targets[0]}\n"
    )
    return (
        f"network:\n{data}  layers:\n"
        "    - {weights: [[0.2, -0.4], [0.3, 0.5]], bias: [0.1, -0.1], activation: tanh}\n"
        "    - {weights: [[0.6, -0.3], [-0.1, 0.4]], bias: [0, 0.2], activation: softmax}\n"
        f"  loss: cross_entropy\n{more}conventions: {{affine: {layout}}}\n"
    )


BATCH = [[1.0, 2.0], [0.5, -1.0], [-0.3, 0.7]]
TARGETS = [[1, 0], [0, 1], [0.25, 0.75]]


@pytest.mark.parametrize("layout", ["W x + b", "x W^T + b"])
@pytest.mark.parametrize("over", ["mean", "sum"])
def test_gradients_of_a_batch_are_those_of_its_instances_together(over: str, layout: str) -> None:
    """The batch has the mean (or sum) of the gradients that its instances have alone."""
    text = network(BATCH, TARGETS, layout=layout).replace(
        "loss: cross_entropy", f"loss: {{name: cross_entropy, over_batch: {over}}}"
    )
    batch = solved(text)
    singles = [solved(network([x], [t], layout=layout)) for x, t in zip(BATCH, TARGETS, strict=True)]
    together = np.mean if over == "mean" else np.sum
    for parameter in ("W1", "b1", "W2", "b2"):
        expected = together([single[f"dL/d{parameter}"] for single in singles], axis=0)
        np.testing.assert_allclose(batch[f"dJ/d{parameter}"], expected, rtol=1e-12, atol=1e-15)
    assert batch["L"] == pytest.approx([single["L"] for single in singles])


def test_l2_regulariser_adds_its_share_to_the_weights_alone() -> None:
    """With Ω = ½Σw² the gradient of weights gains λw and that of biases stays as it was."""
    plain = solved(network(BATCH[:1], TARGETS[:1]))
    decayed = solved(network(BATCH[:1], TARGETS[:1], "  regularization: {l2: 0.1}\n"))
    for layer in (1, 2):
        expected = np.add(plain[f"dL/dW{layer}"], 0.1 * np.array(plain[f"W{layer}"]))
        np.testing.assert_allclose(decayed[f"dJ/dW{layer}"], expected, rtol=1e-13)
        np.testing.assert_allclose(decayed[f"dJ/db{layer}"], plain[f"dL/db{layer}"], rtol=1e-13)
    squares = sum(np.sum(np.square(plain[name])) for name in ("W1", "W2"))
    assert decayed["Omega"] == pytest.approx(squares / 2)
    assert decayed["J"] == pytest.approx(plain["L"] + 0.1 * squares / 2)


def test_l1_and_l2_together_with_biases() -> None:
    """Both penalties add up, and reach the biases where the problem says so."""
    plain = solved(network(BATCH[:1], TARGETS[:1]))
    more = "  regularization: {l2: 0.1, l1: 0.01, factor: 1, bias: true}\n"
    decayed = solved(network(BATCH[:1], TARGETS[:1], more))
    for name in ("W1", "b1", "W2", "b2"):
        w = np.array(plain[name])
        expected = np.array(plain[f"dL/d{name}"]) + 2 * 0.1 * w + 0.01 * np.sign(w)
        np.testing.assert_allclose(decayed[f"dJ/d{name}"], expected, rtol=1e-12, atol=1e-15)


def test_gradient_of_an_entry_goes_to_that_entry() -> None:
    """v[2] sends its gradient back to the second entry and 0 to the others."""
    solution = graph("v: [1, 2, 3], M: [[1, 2], [3, 4]]", "L: v[2]^2 * M[1,2]")
    assert solution["dL/dv"] == [0, 8, 0]
    assert solution["dL/dM"] == [[0, 4], [0, 0]]


# --- programs built by hand ---


def chain(length: int) -> tuple[Program, Variable, Variable]:
    x = variable("x")
    lines: list[Binding] = []
    below = x
    for number in range(length):
        here = variable(f"u{number}")
        lines.append(Binding(here, elementary.sine(below), "forward", "definition"))
        below = here
    return Program((x,), tuple(lines)), x, below


def slope_of_chain(length: int) -> float:
    slope, value = 1.0, 0.5
    for _ in range(length):
        slope, value = slope * math.cos(value), math.sin(value)
    return slope


def test_chain_of_20_000_lines_is_differentiated() -> None:
    """The depth of a program is not limited by the depth of the stack."""
    program, x, top = chain(20_000)
    known = gradients_of(program, top, [x], {"x": np.float64(0.5)})
    assert known["dx"] == pytest.approx(slope_of_chain(20_000), rel=1e-9)


def test_formula_of_20_000_operations_is_differentiated() -> None:
    """Neither is the depth of one formula."""
    x, y = variable("x"), variable("y")
    formula: Expr = x
    for _ in range(20_000):
        formula = elementary.sine(formula)
    known = gradients_of(Program((x,), (Binding(y, formula, "forward", "f"),)), y, [x], {"x": np.float64(0.5)})
    assert known["dx"] == pytest.approx(slope_of_chain(20_000), rel=1e-9)


def test_only_what_lies_between_is_differentiated() -> None:
    """A line has an adjoint if it depends on what is asked for and the output depends on it."""
    x, z, between, beside, after, top = (variable(name) for name in ("x", "z", "between", "beside", "after", "top"))
    program = Program(
        (x, z),
        (
            Binding(between, x * x, "forward", "f"),
            Binding(beside, z * z, "forward", "f"),
            Binding(top, between * beside, "forward", "f"),
            Binding(after, x + top, "forward", "f"),
        ),
    )
    known = gradients_of(program, top, [x], {"x": np.float64(2), "z": np.float64(3)})
    assert {name for name in known if name.startswith("d")} == {"dx", "dbetween", "dtop"}
    assert known["dx"] == 2 * 2 * 9


def test_gradients_can_be_differentiated_again() -> None:
    """The extended program is a program: the gradient of the gradient of Σx³ is 6x on the diagonal."""
    x, y = variable("x", (3, 1)), variable("y")
    program = Program((x,), (Binding(y, matrices.total(x**3), "forward", "f"),))
    extended = differentiate(program, y, [x], adjoint)
    (gradient,) = (binding.variable for binding in extended.bindings if binding.variable.name == "dx")
    square = variable("square")
    longer = extended.extended([Binding(square, matrices.total(gradient), "backward", "f")])
    second = differentiate(
        longer, square, [x], lambda of: Variable(f"dd{of.name}", of.shape, Identifier("d"), "adjoint", of=of)
    ).check()
    known: dict[str, Any] = {"x": np.array([[1.0], [2.0], [-3.0]])}
    for binding in second.bindings:
        known[binding.variable.name] = evaluate(binding.expr, known)
    np.testing.assert_allclose(known["ddx"], 6 * known["x"])


def test_program_with_a_name_bound_twice_is_refused() -> None:
    """A straight-line program binds each name once, after what it uses, with its shape."""
    x, y = variable("x"), variable("y")
    line = Binding(y, x * x, "forward", "f")
    with pytest.raises(ProgramError, match="y is bound twice"):
        Program((x,), (line, line)).check()
    with pytest.raises(ProgramError, match="y uses x before it is bound"):
        Program((), (line,)).check()
    with pytest.raises(ProgramError, match="an input is given twice"):
        Program((x, x), (line,)).check()
    with pytest.raises(ProgramError, match="y has shape"):
        Program((x,), (Binding(variable("y", (2, 1)), x * x, "forward", "f"),)).check()
