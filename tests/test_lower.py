"""The scalar program of every shipped problem, and how its nodes are called."""

from __future__ import annotations

import numpy as np
import pytest
from networks import numbers_of, scalar_distance, scalar_of

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.expr import Variable
from bpcli.calculus.lower import BETWEEN, entry_of
from bpcli.calculus.tape import ELEMENTARY
from bpcli.diagnostics import BpcliError
from bpcli.inquiry.scalar import ScalarRangeError, ScalarSolution, solve_scalar
from bpcli.lesson.options import LessonOptions
from bpcli.lesson.scalar import scalar_lesson, scalar_to_dict
from bpcli.problem.shipped import shipped_names
from bpcli.render import render
from bpcli.solution.solution import NumericError

LISTED = {rule.operation for rule in ELEMENTARY}
every_problem = pytest.mark.parametrize("name", shipped_names())
MOST_NODES = 600
"""Problems with more nodes (a batch of pictures) are compared number by number, not read line by line."""


def scalar_of_name(name: str) -> ScalarSolution:
    scalar = solve_scalar(solve(load_problem(name)))
    if len(scalar.program.tape) > MOST_NODES:
        pytest.skip("too many nodes to be read")
    return scalar


@every_problem
def test_scalar_program_has_the_values_and_gradients_of_the_matrix_program(name: str) -> None:
    """Every entry of every quantity and of every adjoint, to 1e-12."""
    solution = solve(load_problem(name))
    scalar = solve_scalar(solution)
    assert scalar_distance(solution, scalar) <= 1e-12
    for variable in solution.program.inputs:
        if variable.name in scalar.program.cells:
            assert numbers_of(scalar, variable.name, scalar.values) == list(np.ravel(solution.values[variable.name]))


@every_problem
def test_every_operation_is_an_elementary_one(name: str) -> None:
    program = solve_scalar(solve(load_problem(name))).program
    operations = {program.tape.operation(node) for node in range(len(program.tape))} - {None}
    assert operations <= LISTED


@every_problem
def test_every_entry_has_the_id_that_answers_use(name: str) -> None:
    """`W1[1,2]`, `a1[2]`, `L`: looked up in the solution, each gives the value of its node."""
    scalar = scalar_of_name(name)
    solution = scalar.solution
    assert len(scalar.program.nodes()) == sum(isinstance(leaf, Variable) for leaf in scalar.program.leaves)
    between = [leaf.name for leaf in scalar.program.leaves if isinstance(leaf, Variable) and leaf.role == BETWEEN]
    assert [name[1:] for name in between] == [str(k) for k in range(1, len(between) + 1)]
    for identifier, node in scalar.program.nodes().items():
        if identifier not in between:
            assert solution[identifier] == pytest.approx(scalar.values[node], rel=1e-12, abs=1e-12)


@every_problem
def test_the_terms_of_a_gradient_add_up_to_it(name: str) -> None:
    scalar = solve_scalar(solve(load_problem(name)))
    for node, active in enumerate(scalar.active):
        if active and node != scalar.program.output:
            total = sum(term.value for term in scalar.terms(node))
            assert total == pytest.approx(scalar.gradients[node], rel=1e-12, abs=1e-15)


@every_problem
def test_tables_and_data_of_every_problem(name: str) -> None:
    """The tables fit on 80 columns; the data has a step for every computed node and every gradient."""
    scalar = scalar_of_name(name)
    for width in (80, 60):
        text = render(scalar_lesson(scalar), "terminal", width=width)
        assert max(map(len, text.splitlines())) <= width
    data = scalar_to_dict(scalar)
    assert data["grain"] == "scalar"
    ids = [step["id"] for step in data["steps"]]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(data["values"])
    computed = [node for node in scalar.program.nodes().values() if scalar.program.tape.operation(node) is not None]
    assert len(ids) == len(computed) + sum(scalar.active)


def test_what_occurs_twice_in_a_line_is_one_node() -> None:
    """tanh is made of two exponentials, not of four."""
    _, scalar = scalar_of({"graph": {"inputs": {"x": 0.3}, "define": {"y": "tanh(x)"}}})
    names = [scalar.program.tape.operation(node).name for node in scalar.program.nodes().values() if node]
    assert sorted(names) == ["add", "divide", "exp", "exp", "negate", "subtract"]


def test_a_second_name_is_a_node_of_its_own() -> None:
    _, scalar = scalar_of({"graph": {"inputs": {"x": 0.3}, "define": {"y": "x", "z": "y * y"}}})
    nodes = scalar.program.nodes()
    assert len({nodes["x"], nodes["y"], nodes["z"]}) == 3
    assert scalar.gradients[nodes["x"]] == 0.6


def test_names_between_avoid_the_names_of_the_problem() -> None:
    _, scalar = scalar_of({"graph": {"inputs": {"u1": 0.3, "s": 1}, "define": {"y": "u1 * u1 + s"}}})
    assert set(scalar.program.nodes()) == {"u1", "s", "r1", "y"}


@pytest.mark.parametrize("function", ["max(v)", "min(v)", "mean(v)", "norm2(v)", "dot(v, v)", "sum(softmax(v) * v)"])
def test_functions_of_vectors(function: str) -> None:
    """Also where the extreme occurs twice: its gradient goes to the first."""
    define = {"L": function}
    solution, scalar = scalar_of({"graph": {"inputs": {"v": [0.4, 1.5, -0.3, 1.5, -0.3]}, "define": define}})
    assert scalar_distance(solution, scalar) <= 1e-14


@pytest.mark.parametrize("at_zero", [0, 0.5, 1])
@pytest.mark.parametrize("function", ["relu(x)", "leaky_relu(x, 0.2)", "leaky_relu(x, 3)"])
@pytest.mark.parametrize("x", [-1.5, 0.0, 2.0])
def test_kinks_have_the_slope_that_the_problem_says(function: str, at_zero: float, x: float) -> None:
    problem = {
        "graph": {"inputs": {"x": x}, "define": {"y": function}},
        "conventions": {"relu_at_zero": at_zero},
    }
    solution, scalar = scalar_of(problem)
    assert scalar_distance(solution, scalar) == 0.0


def test_a_textbook_form_that_overflows_says_so() -> None:
    """The matrix program goes around it; at scalar grain the node is named."""
    text = """
network:
  input: [1]
  target: [0, 1]
  layers: [{weights: [[800], [1]], activation: softmax}]
  loss: cross_entropy
"""
    solution = solve(parse_problem(text))
    with pytest.raises(ScalarRangeError, match=r"`u\d` is not a finite number: exp of 800 .*--grain scalar"):
        solve_scalar(solution)
    assert issubclass(ScalarRangeError, NumericError)
    assert ScalarRangeError.exit_code == 3


def test_a_forward_pass_alone_has_no_grad_table() -> None:
    solution, scalar = scalar_of({"network": {"input": [1], "layers": [{"weights": [[2], [3]]}]}})
    assert not any(scalar.active)
    assert "Backward" not in render(scalar_lesson(scalar), "terminal")
    assert [scalar.values[node] for node in scalar.program.cells["y"]] == solution["y"]


def test_rounding_every_step_rounds_every_node() -> None:
    problem = load_problem("lez5")
    solution = solve(problem, solve(problem).rounding._replace(each_step=True, decimals=2))
    scalar = solve_scalar(solution)
    computed = [node for node in scalar.program.nodes().values() if scalar.program.tape.operation(node) is not None]
    assert all(round(scalar.values[node], 2) == scalar.values[node] for node in computed)


def test_only_some_nodes() -> None:
    """A value needs what it is computed from, a gradient what lies between it and the output as well."""
    scalar = solve_scalar(solve(load_problem("lez5")))
    up = scalar_to_dict(scalar, LessonOptions(only=("a1[1]",)))
    assert set(up["values"]) == {"W1[1,1]", "x[1]", "u1", "W1[1,2]", "x[2]", "u2", "u3", "b1[1]", "a1[1]"}
    down = scalar_to_dict(scalar, LessonOptions(only=("dL/db2[1]",)))
    gradients = [name for name in down["values"] if name.startswith("dL/d")]
    assert gradients[0] == "dL/dL"
    assert gradients[-1] == "dL/db2[1]"
    assert "dL/db2[2]" not in gradients
    assert "dL/dy[2]" not in gradients
    whole = scalar_to_dict(scalar, LessonOptions(only=("db2",)))["values"]
    assert {"dL/db2[1]", "dL/db2[2]"} <= set(whole)
    with pytest.raises(BpcliError, match="no quantity `zz`"):
        scalar_to_dict(scalar, LessonOptions(only=("zz",)))
    with pytest.raises(BpcliError, match="entries count from 1"):
        scalar_to_dict(scalar, LessonOptions(only=("W1[3,1]",)))


def test_entry_of_one_number_of_a_product() -> None:
    solution = solve(load_problem("lez5"))
    (step,) = (step for step in solution if step.id == "a1")
    assert entry_of(step.formula, (1, 0)).shape == ()


def test_scalar_tables_of_the_lecture(snapshots) -> None:
    """The table of the slides: node, operation, value, local derivatives, gradient as a sum over consumers."""
    scalar = solve_scalar(solve(load_problem("mac0460-logistic")))
    snapshots("mac0460-logistic-scalar", "txt", render(scalar_lesson(scalar), "terminal", width=80))
