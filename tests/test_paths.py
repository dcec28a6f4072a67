"""Paths: their products add up to the gradient, their number is right, and the lecture's three are found."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import STEP, difference_quotient, random_network, scalar_of, solved

from bpcli import Solution, load_problem, solve
from bpcli.calculus.expr import Expr, Variable, evaluate, variables_of
from bpcli.calculus.lower import entries
from bpcli.cli.entry import run
from bpcli.diagnostics import ProblemError
from bpcli.inquiry.paths import MOST_COUNTED, PathGraph, author_graph, find_paths, scalar_graph
from bpcli.lesson.paths import paths_lesson, paths_to_dict
from bpcli.problem.shipped import shipped_names
from bpcli.render import render
from bpcli.solution.solution import NumericError


def random_graph(seed: int) -> PathGraph:
    """A graph of at most fourteen numbers; a name may occur twice in a formula."""
    random = np.random.default_rng(seed)
    names = ["a", "b"]
    define = {}
    for k in range(int(random.integers(3, 13))):
        left, right = (names[int(random.integers(len(names)))] for _ in range(2))
        forms = ["{0} * {1}", "{0} + {1}", "{0} / (1.5 + {1}^2)", "tanh({0}) - {1}", "exp(-{0})", "sigmoid({0} * {1})"]
        define[f"v{k}"] = forms[int(random.integers(len(forms)))].format(left, right)
        names.append(f"v{k}")
    return author_graph(solved({"graph": {"inputs": {"a": 0.7, "b": -0.4}, "define": define}}))


def walked(graph: PathGraph, node: int, end: int) -> list[tuple[int, ...]]:
    """Every path, by recursion: what is tested does without."""
    if node == end:
        return [(end,)]
    return [(node, *rest) for edge in graph.edges[node] for rest in walked(graph, edge.consumer, end)]


@pytest.mark.parametrize("seed", range(60))
def test_the_sum_over_paths_is_the_adjoint(seed: int) -> None:
    """From every node to every later one: as many paths as there are, each once, and their sum."""
    graph = random_graph(seed)
    for end in range(len(graph.nodes)):
        for start in range(end + 1):
            found = find_paths(graph, start, end, most=10**6)
            expected = walked(graph, start, end)
            assert found.number == len(expected)
            assert found.is_complete
            assert found.steps == sum(len(path) - 1 for path in expected)
            nodes = [(start, *(edge.consumer for edge in path.edges)) for path in found.listed]
            assert sorted(nodes) == sorted(expected)
            assert found.edges == len({pair for path in expected for pair in pairwise(path)})
            assert found.total == pytest.approx(found.gradient, rel=1e-10, abs=1e-13)


def given(solution: Solution) -> list[Variable]:
    """What the output changes with: the quantities with a gradient in the solution."""
    adjoints = (b.variable.of for b in solution.program.bindings if b.variable.role == "adjoint" and b.update == 1)
    return [of for of in adjoints if of is not None]


@pytest.mark.parametrize("name", [name for name in shipped_names() if solve(load_problem(name)).output.shape == ()])
def test_every_shipped_problem(name: str) -> None:
    """From every entry of every quantity that has a gradient: the sum over paths is that gradient."""
    solution = solve(load_problem(name))
    graph = author_graph(solution)
    places = {node.name: place for place, node in enumerate(graph.nodes)}
    for variable in given(solution):
        gradients = np.ravel(solution.values[f"d{solution.output.name}/d{variable.name}"])
        for node, gradient in list(zip(entries(variable), gradients, strict=True))[:60]:
            found = find_paths(graph, places[node.name], graph.output, most=2000)
            assert found.gradient == pytest.approx(gradient, rel=1e-9, abs=1e-13), node.name
            if found.is_complete:
                assert found.total == pytest.approx(gradient, rel=1e-9, abs=1e-12), node.name


EXERCISES = sorted(Path(__file__).parents[2].glob("shared/exercises/*.yaml"))
KINDS = ("conv", "rnn", "attention", "residual", "embedding", "norm", "pool", "shared")


@pytest.mark.parametrize(
    "path",
    [path for path in EXERCISES if any(kind in path.stem for kind in KINDS) and "expected" not in path.stem],
    ids=lambda path: path.stem,
)
def test_paths_through_layers_of_every_kind(path: Path) -> None:
    """Convolutions, loops, attention: whatever is a line has its local derivatives."""
    try:
        solution = solve(load_problem(str(path)))
    except ProblemError:
        pytest.skip("this kind of layer is not there yet")
    graph = author_graph(solution)
    if graph.output is None or solution.output.shape != ():
        pytest.skip("nothing leads to a loss here")
    places = {node.name: place for place, node in enumerate(graph.nodes)}
    for variable in given(solution):
        gradients = np.ravel(solution.values[f"d{solution.output.name}/d{variable.name}"])
        for node, gradient in zip(entries(variable), gradients, strict=True):
            found = find_paths(graph, places[node.name], graph.output, most=500)
            assert found.gradient == pytest.approx(gradient, rel=1e-9, abs=1e-13), node.name
            if found.is_complete:
                assert found.total == pytest.approx(gradient, rel=1e-9, abs=1e-12), node.name


@pytest.mark.parametrize("seed", range(120))
def test_paths_of_random_networks(seed: int) -> None:
    """Any activations, losses, layouts, penalties and batches: the solution's gradient, and central differences."""
    solution, scalar = scalar_of(random_network(seed))
    slope, difference, smooth = difference_quotient(solution, scalar, seed)
    graph = author_graph(solution)
    places = {node.name: place for place, node in enumerate(graph.nodes)}
    direction = np.random.default_rng(seed).choice([-1.0, 1.0], sum(len(entries(v)) for v in solution.built.parameters))
    along = 0.0
    for node, sign in zip((n for v in solution.built.parameters for n in entries(v)), direction, strict=True):
        found = find_paths(graph, places[node.name], graph.output, most=500)
        along += sign * found.gradient
        expected = solution[f"d{solution.output.name}/d{node.name}"]
        assert found.gradient == pytest.approx(expected, rel=1e-9, abs=1e-12), node.name
        if found.is_complete:
            assert found.total == pytest.approx(expected, rel=1e-9, abs=1e-12), node.name
    assert along == pytest.approx(slope, rel=1e-9, abs=1e-11)
    assert not smooth or along == pytest.approx(difference, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("seed", range(0, 120, 6))
def test_an_edge_is_there_where_the_consumer_changes(seed: int) -> None:
    """Local derivatives are those of the line in between, by differences, and there is none where nothing changes."""
    solution = solved(random_network(seed))
    graph = author_graph(solution)
    places = {node.name: place for place, node in enumerate(graph.nodes)}
    for binding in solution.program.bindings:
        if binding.phase != "forward":
            continue
        for source in variables_of(binding.expr):
            known = {
                (edge.source, edge.consumer): edge.value
                for node in entries(source)
                for edge in graph.edges[places[node.name]]
            }
            for k, node in enumerate(entries(source)):
                left, middle, right = (_moved(binding.expr, solution, source, k, step) for step in (-STEP, 0, STEP))
                for consumer, a, b, c in zip(entries(binding.variable), left, middle, right, strict=True):
                    if abs((c - b) - (b - a)) > 0.01 * STEP * max(1.0, abs(c - a) / STEP):
                        continue  # a kink in between
                    local = known.get((places[node.name], places[consumer.name]), 0.0)
                    assert local == pytest.approx((c - a) / (2 * STEP), rel=1e-4, abs=1e-6), (node.name, consumer.name)


def _moved(formula: Expr, solution: Solution, source: Variable, entry: int, step: float) -> Any:
    """The entries of a formula after a step in one entry of what it uses."""
    changed = np.array(solution.values[source.name], dtype=float)
    changed.flat[entry] += step
    return np.ravel(evaluate(formula, dict(solution.values) | {source.name: changed}))


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_paths_of_random_networks_at_scalar_grain(seed: int) -> None:
    _, scalar = scalar_of(random_network(seed))
    graph = scalar_graph(scalar)
    nodes = scalar.program.nodes()
    for start, variable in enumerate(graph.nodes[:12]):
        found = find_paths(graph, start, graph.output, most=3000)
        if found.is_complete:
            gradient = scalar.gradients[nodes[variable.name]]
            assert found.total == pytest.approx(gradient, rel=1e-9, abs=1e-12)


def test_a_network_is_told_in_the_quantities_of_its_lesson() -> None:
    """The weight's input, the slope and the weight of each layer above, and the slope of the loss: five factors."""
    solution = solve(load_problem("lez5"))
    graph = author_graph(solution, "W1[1,2]")
    found = find_paths(graph, graph.node("W1[1,2]"), graph.output)
    data = paths_to_dict(found, solution.rounding)
    assert [path["nodes"] for path in data["paths"]] == [
        ["W1[1,2]", "a1[1]", "h1[1]", "a2[1]", "y[1]", "L"],
        ["W1[1,2]", "a1[1]", "h1[1]", "a2[2]", "y[2]", "L"],
    ]
    text = render(paths_lesson(found, solution.rounding), "terminal", width=80)
    assert "= (y₁ − t₁) · σ′(a⁽²⁾₁) · W⁽²⁾₁₁ · σ′(a⁽¹⁾₁) · x₂" in text
    assert "= (y₂ − t₂) · σ′(a⁽²⁾₂) · W⁽²⁾₂₁ · σ′(a⁽¹⁾₁) · x₂" in text


def test_softmax_sends_on_to_every_class() -> None:
    """∂yₖ/∂aᵢ is an entry of diag(y) − y yᵀ: for one instance, and for each one of a batch."""
    layer = {"weights": [[0.1, 0.4], [0.7, -0.2], [0.5, 0.5]], "bias": [0.1, 0, -0.3], "activation": "softmax"}
    network: dict[str, Any] = {"layers": [layer], "loss": "cross_entropy"}
    one = solved({"network": network | {"input": [0.3, -0.8], "target": [0.2, 0.5, 0.3]}})
    batch = solved({"network": network | {"inputs": [[0.3, -0.8], [1, 2]], "targets": [[0.2, 0.5, 0.3], [1, 0, 0]]}})
    for solution, start, third, first in (
        (one, "b1[1]", "(−y₁ · y₃)", "(y₁ − y₁ · y₁)"),
        (batch, "a1[1,1]", "(−y₁₁ · y₃₁)", "(y₁₁ − y₁₁ · y₁₁)"),
    ):
        graph = author_graph(solution, start)
        found = find_paths(graph, graph.node(start), graph.output)
        assert found.number == 3
        assert found.total == pytest.approx(solution[f"d{solution.output.name}/d{start}"], rel=1e-12)
        text = render(paths_lesson(found, solution.rounding), "terminal", width=100)
        assert first in text
        assert third in text


def test_a_derivative_that_is_no_number_is_an_error() -> None:
    """−t/y of a probability that underflows: the matrix program goes around it by y − t, a path cannot."""
    layer = {"weights": [[800.0], [-800.0]], "activation": "softmax"}
    solution = solved({"network": {"input": [1], "target": [0, 1], "layers": [layer], "loss": "cross_entropy"}})
    with pytest.raises(NumericError, match=r"dL/dy\[2\]"):
        author_graph(solution, "W1[1,1]")


def test_three_paths_of_the_lecture() -> None:
    """−y₁, y₁h₁/H and y₂h₁/H, which come to p₁ − y₁."""
    solution = solve(load_problem("mac0460-logistic"))
    graph = author_graph(solution)
    found = find_paths(graph, graph.node("b1"), graph.output)
    data = paths_to_dict(found, solution.rounding)
    assert [path["nodes"] for path in data["paths"]] == [
        ["b1", "z1", "h1", "p1", "L"],
        ["b1", "z1", "h1", "H", "p1", "L"],
        ["b1", "z1", "h1", "H", "p2", "L"],
    ]
    assert [path["product"]["text"] for path in data["paths"]] == [
        "(−y₁/p₁) · (1/H) · h₁",
        "(−y₁/p₁) · (−h₁/H²) · h₁",
        "(−y₂/p₂) · (−h₂/H²) · h₁",
    ]
    assert [path["value"] for path in data["paths"]] == pytest.approx([-1, 0.8129, 0], abs=5e-5)
    assert data["sum"] == pytest.approx(solution["p1"] - 1, rel=1e-14)
    text = render(paths_lesson(found, solution.rounding), "terminal", width=80)
    assert "∂L/∂b₁ ≈ −1 + 0.8129 + 0 ≈ −0.1871" in text


def diamonds(count: int) -> PathGraph:
    """A chain of diamonds: two ways through each, 2ⁿ through all of them."""
    define = {}
    before = "x"
    for k in range(count):
        define |= {f"l{k}": f"0.5 * {before}", f"r{k}": f"sin({before})", f"d{k}": f"0.5 * (l{k} + r{k})"}
        before = f"d{k}"
    return author_graph(solved({"graph": {"inputs": {"x": 0.5}, "define": define}}))


def test_many_paths_are_counted_and_not_listed() -> None:
    graph = diamonds(100)
    found = find_paths(graph, 0, graph.output, most=7)
    assert found.number == 2**100
    assert found.edges == 400
    assert found.steps == 200 * 2**100
    assert len(found.listed) == 7
    assert not found.is_complete
    text = render(paths_lesson(found, solve(load_problem("lez5")).rounding), "terminal", width=80)
    assert "≈ 1.268e30" in text
    assert "400 edges once" in text.replace("\n    ", " ")


def test_a_count_beyond_all_bounds_stops_growing() -> None:
    graph = diamonds(1000)
    found = find_paths(graph, 0, graph.output, most=0)
    assert found.number == MOST_COUNTED
    assert np.isfinite(found.gradient)


def test_no_path_and_the_path_of_length_zero() -> None:
    graph = author_graph(solved({"graph": {"inputs": {"a": 1, "b": 2}, "define": {"c": "2*a", "d": "3*b"}}}))
    nothing = find_paths(graph, 0, graph.output)
    assert (nothing.number, nothing.gradient, nothing.listed) == (0, 0.0, ())
    itself = find_paths(graph, graph.output, graph.output)
    assert (itself.number, itself.gradient, itself.total) == (1, 1.0, 1.0)
    for found in (nothing, itself):
        render(paths_lesson(found, solve(load_problem("lez5")).rounding), "terminal", width=80)


# --- the command -------------------------------------------------------------------------------------------------


def test_command_writes_the_paths_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paths", "lez5", "W1[1,2]", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["format"] == "bpcli/paths"
    assert (data["from"], data["to"], data["count"], len(data["paths"])) == ("W1[1,2]", "L", 2, 2)
    assert data["sum"] == pytest.approx(data["gradient"], rel=1e-13)
    assert data["gradient"] == pytest.approx(solve(load_problem("lez5"))["dL/dW1[1,2]"], rel=1e-13)


def test_command_from_one_node_to_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["paths", "mac0460-logistic", "b1", "h1"]) == 0
    assert "One path leads from b₁ to h₁." in capsys.readouterr().out
    assert run(["paths", "mac0460-logistic", "b1", "--grain", "scalar", "--most", "1"]) == 0
    assert "1 of 3 paths are shown" in capsys.readouterr().out
    assert run(["paths", "lez5", "h2[1]"]) == 0  # the second name of the prediction


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lez5", "W1"], "several entries"),
        (["lez5", "dL/dW1"], "no node of the graph"),
        (["lez5", "W7"], "no quantity `W7`"),
        (["lez5", "W1[9,9]"], "entries count from 1"),
    ],
)
def test_command_refuses_what_is_no_node(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["paths", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_long_path_is_shown_by_its_ends() -> None:
    """Forty factors would be read by nobody; the value is that of all of them."""
    define = {"a0": "x", **{f"a{k}": f"0.9 * a{k - 1}" for k in range(1, 41)}}
    graph = author_graph(solved({"graph": {"inputs": {"x": 2}, "define": define}}))
    found = find_paths(graph, 0, graph.output)
    text = render(paths_lesson(found, solve(load_problem("lez5")).rounding), "terminal", width=200)
    assert "x → a₀ → a₁ → a₂ → a₃ → … → a₃₆ → a₃₇ → a₃₈ → a₃₉ → a₄₀" in text
    assert f"≈ {'0.9000 · ' * 5}… · {'0.9000 · ' * 4}0.9000" in text
    assert f"≈ {0.9**40:.4f}" in text
