import numpy as np
import pytest

from bpcli import ProblemError, load_problem, parse_problem, solve
from bpcli.grading.asked import asked
from bpcli.problem.shipped import shipped_names

NETWORK = """
network:
  input: [1, 2]
  target: [0.5]
  layers: [{weights: [[0.1, 0.2]], bias: [0.5], activation: sigmoid}]
  loss: half_squared_error
  update: {learning_rate: 0.1, optimizer: momentum, momentum: 0.9, steps: 3}
"""


def asked_in(points: str):
    return asked(solve(parse_problem(NETWORK + f"check: {{points: {points}}}", "p.yaml")))


@pytest.mark.parametrize("name", shipped_names())
def test_by_default_every_computed_quantity_once_for_one_point(name):
    solution = solve(load_problem(name))
    items = asked(solution)
    # A masked score is −∞, which nobody can write down.
    assert [item.id for item in items] == [step.id for step in solution.steps if np.all(np.isfinite(step.value))]
    assert {item.points for item in items} == {1.0}
    given = {variable.name for variable in solution.program.inputs}
    assert given.isdisjoint(item.name for item in items)


@pytest.mark.parametrize("name", shipped_names())
def test_shapes_are_those_of_the_values_as_they_are_written(name):
    solution = solve(load_problem(name))
    for item in asked(solution):
        assert item.shape == np.shape(solution[item.id])
        assert item.rank == len(item.shape)


def test_listed_quantities_come_in_the_order_of_the_solution():
    items = asked_in("{dL/dW1: 2, L: 0.5, a1: 1}")
    assert [(item.id, item.points) for item in items] == [("a1", 1.0), ("L", 0.5), ("dL/dW1", 2.0)]


def test_ids_stay_as_the_problem_writes_them():
    (item,) = asked_in("{dW1: 1}")
    assert (item.id, item.name, item.quantity, item.shape) == ("dW1", "dL/dW1", "dL/dW1", (1, 2))


@pytest.mark.parametrize(
    ("identifier", "quantity", "indices", "shape"),
    [
        ("dW1[1,2]", "dL/dW1", (1, 2), ()),
        ("dW1[1]", "dL/dW1", (1,), (2,)),
        ("h1", "y", (), (1,)),
        ("W1_new", "W1_new", (), (1, 2)),
        ("W1@1", "W1_new", (), (1, 2)),
        ("W1@3", "W1@3", (), (1, 2)),
        ("y@2", "y@2", (), (1,)),
        ("v_W1", "v_W1", (), (1, 2)),
        ("v_W1@2", "v_W1@2", (), (1, 2)),
        ("terms(a1)", "terms(a1)", (), (1, 2)),
        ("terms(a1)[1,2]", "terms(a1)", (1, 2), ()),
    ],
)
def test_every_kind_of_id_can_be_asked_for(identifier, quantity, indices, shape):
    from bpcli.grading.quantities import Quantities

    solution = solve(parse_problem(NETWORK + f'check: {{points: {{"{identifier}": 1}}}}', "p.yaml"))
    (item,) = asked(solution)
    assert (item.quantity, item.indices, item.shape) == (quantity, indices, shape)
    place = Quantities(solution).place(identifier)
    assert (place.quantity.id, place.shape) == (quantity, shape)


@pytest.mark.parametrize(
    ("points", "code", "told"),
    [
        ("{a1: 1, a9: 1}", "unknown-quantity", "no quantity `a9`"),
        ("{a1: 1, x: 1}", "not-gradable", "given"),
        ("{W1@0: 1}", "not-gradable", "given"),
        ("{y@4: 1}", "unknown-quantity", "needs 4 updates"),
        ('{"dW1[1,3]": 1}', "unknown-quantity", "no such entry"),
        ("{y: 1, h1: 1}", "duplicate-name", "same quantity as `y`"),
        ("{W1_new: 1, W1@1: 1}", "duplicate-name", "same quantity as `W1_new`"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_its_place(points, code, told):
    with pytest.raises(ProblemError) as caught:
        asked_in(points)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert told in diagnostic.message
    assert diagnostic.span is not None
    assert diagnostic.span.line == NETWORK.count("\n") + 1


def test_everything_wrong_with_the_points_is_told_at_once():
    with pytest.raises(ProblemError) as caught:
        asked_in("{a9: 1, x: 1, a2: 3, L: 1}")
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [
        "unknown-quantity",
        "not-gradable",
        "unknown-quantity",
    ]
    assert "`a1`" in caught.value.diagnostics[0].help
