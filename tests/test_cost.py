"""Counts of operations, edges and multiply-adds: by hand for 2-2-2, and how they grow."""

from __future__ import annotations

import json

import pytest

from bpcli import load_problem, solve
from bpcli.inquiry.cost import cost_of, growth
from bpcli.lesson.costs import cost_document
from bpcli.problem.shipped import shipped_names
from bpcli.render import render


def cost(name):
    solution = solve(load_problem(name))
    return cost_of(solution.program, solution.built.parameters)


def test_forward_pass_of_a_2_2_2_network_by_hand():
    """Two products of a 2×2 matrix with a vector, two sums, two sigmoids, one loss."""
    lines = {line.variable.name: line for line in cost("lez5").lines}
    # a = W x + b: each of 2 entries needs 2 weights, 2 inputs and 1 bias; 2·2 multiply-adds and 2 additions.
    assert lines["a1"][2:] == (2, 2, 2 * (2 + 2 + 1), 2 * 2 + 2)
    assert lines["h1"][2:] == (1, 2, 2, 2)
    assert lines["L"][2:] == (1, 1, 2 + 2, 2)
    forward = cost("lez5").passes["forward"]
    assert forward == (5, 7, 2 + 2 + 2 + 2 + 1, 10 + 2 + 10 + 2 + 4, 6 + 2 + 6 + 2 + 2)


def test_backward_pass_of_a_2_2_2_network_by_hand():
    """y − t, two slopes, two ⊙, two outer products and one product with Wᵀ; the biases cost nothing."""
    counted = cost("lez5")
    work = {line.variable.name: line.work for line in counted.lines if line.phase == "backward"}
    assert work == {
        "dL/dy": 2, "f'(a2)": 2, "dL/da2": 2, "dL/dW2": 4, "dL/db2": 0,
        "dL/dh1": 4, "f'(a1)": 2, "dL/da1": 2, "dL/dW1": 4, "dL/db1": 0,
    }  # fmt: skip
    assert counted.ratio == 22 / 18


def test_one_product_for_each_edge_that_a_gradient_passes():
    """Of 28 edges those from x (4) and t (2) are passed by no gradient; the backward pass makes 22 products."""
    counted = cost("lez5")
    assert counted.active_edges == 28 - 4 - 2 == counted.passes["backward"].work


@pytest.mark.parametrize("name", shipped_names())
def test_edges_are_at_most_all_pairs(name):
    """O(edges) ≤ O(N²), with N counting what is given as well."""
    solution = solve(load_problem(name))
    counted = cost_of(solution.program, solution.built.parameters)
    given = sum(v.shape[0] * v.shape[1] if v.shape else 1 for v in solution.program.inputs)
    everything = given + sum(part.numbers for part in counted.passes.values())
    assert 0 <= counted.active_edges <= counted.passes["forward"].edges
    assert sum(part.edges for part in counted.passes.values()) <= everything**2
    assert sum(line.work for line in counted.lines) == sum(part.work for part in counted.passes.values())


def test_central_differences_need_two_passes_for_each_parameter():
    """12 parameters, 24 forward passes of 18 multiply-adds against 18 + 22."""
    assert cost("lez5").differences == (12, 24, 24 * 18, 24 * 18 / 40)


def test_growth_is_linear_in_the_layers_and_quadratic_in_the_units():
    """O(L m²): doubling L doubles the work, doubling m quadruples it, and the rest stays below that."""
    table = {(g.layers, g.units): g for g in growth((1, 2, 4, 8, 16), (50, 100, 200, 400))}
    for (layers, units), here in table.items():
        if (layers * 2, units) in table and layers > 1:
            assert table[layers * 2, units].forward / here.forward == pytest.approx(2, rel=0.01)
            assert table[layers * 2, units].backward / here.backward == pytest.approx(2, rel=0.35)
        if (layers, units * 2) in table:
            assert table[layers, units * 2].forward / here.forward == pytest.approx(4, rel=0.04)
            assert table[layers, units * 2].backward / here.backward == pytest.approx(4, rel=0.04)
        assert 2 <= here.per_weight <= 3.2


def test_growth_by_hand():
    """One layer: m² + m for the product and the bias, m for σ, m for the loss; the same again on the way back."""
    (one,) = growth((1,), (10,))
    assert (one.forward, one.backward) == (100 + 10 + 10 + 10, 10 + 10 + 100 + 10)


def test_without_gradients_there_is_no_ratio():
    """A forward pass alone has nothing to be compared with."""
    counted = cost("mac0460-entropy")
    assert counted.ratio is None
    assert counted.differences is None


def test_layers():
    """Each layer with its forward and backward work; the loss belongs to none."""
    assert cost("lez5").layers == ((1, 8, 12), (2, 8, 10), (0, 2, 0))


def test_snapshot(snapshots):
    """The tables in the terminal and as Markdown."""
    solution = solve(load_problem("lez5"))
    document = cost_document(solution, cost("lez5"), growth())
    snapshots("cost-lez5", "txt", render(document, "terminal", width=80))
    snapshots("cost-lez5", "md", render(document, "markdown"))


def test_json(capsys):
    """Every count by its name."""
    from bpcli.cli.entry import run

    assert run(["cost", "lez5", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["format"] == "bpcli/cost"
    assert data["passes"]["forward"]["edges"] == 28
    assert data["lines"][0]["id"] == "a1"
    assert data["layers"][-1]["layer"] is None
