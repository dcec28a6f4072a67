"""Random networks: matrix program, scalar program and central differences give the same gradients."""

from __future__ import annotations

import os

import pytest
from networks import CONTINUOUS, LAYOUTS, difference_quotient, numbers_of, random_network, scalar_distance, scalar_of

from bpcli import parse_problem, solve
from bpcli.calculus.ops.losses import LOSSES
from bpcli.inquiry.scalar import solve_scalar

COUNT = int(os.environ.get("BPCLI_LOWERED_NETWORKS", "2000"))
CHUNK = 50


@pytest.mark.parametrize("start", range(0, COUNT, CHUNK))
def test_three_ways_to_the_same_gradients(start: int) -> None:
    """Entry by entry to 1e-12; along a random direction to 1e-6, unless there is a kink within the step."""
    kinks = 0
    for seed in range(start, min(start + CHUNK, COUNT)):
        solution, scalar = scalar_of(random_network(seed))
        assert scalar_distance(solution, scalar) <= 1e-12, seed
        slope, quotient, smooth = difference_quotient(solution, scalar, seed)
        kinks += not smooth
        assert not smooth or abs(slope - quotient) <= 1e-6 * max(1.0, abs(slope)), seed
    assert kinks <= CHUNK // 5


def test_everything_that_a_network_can_have_occurs() -> None:
    met = set()
    for seed in range(200):
        problem = random_network(seed)
        network = problem["network"]
        met.add(problem["conventions"]["affine"])
        met.add((network["loss"]["name"], "inputs" in network))
        met.update(layer["activation"]["name"] for layer in network["layers"])
    assert met == {*LAYOUTS, *CONTINUOUS, *((name, batch) for name in LOSSES for batch in (True, False))}


def test_equal_entries_of_one_quantity_have_gradients_of_their_own() -> None:
    """v = (2x, 2x): each entry is worked alike, and what comes back to one is not what comes back to the other."""
    solution = solve(
        parse_problem(
            "graph: {inputs: {x: 0.5}, define: {v: 'concat(2*x, 2*x)', f: 'v[1] + 3*v[2]'}, gradients: [v, x]}"
        )
    )
    scalar = solve_scalar(solution)
    assert numbers_of(scalar, "v", scalar.gradients) == [1.0, 3.0] == solution["df/dv"]
    assert numbers_of(scalar, "x", scalar.gradients) == [8.0]
