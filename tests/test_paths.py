"""Paths: their products add up to the gradient, their number is right, and the lecture's three are found."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from networks import random_network, scalar_of, solved

from bpcli import load_problem, solve
from bpcli.cli.entry import run
from bpcli.inquiry.paths import MOST_COUNTED, PathGraph, author_graph, find_paths, scalar_graph
from bpcli.lesson.paths import paths_lesson, paths_to_dict
from bpcli.problem.shipped import shipped_names
from bpcli.render import render

GRAPHS = [name for name in shipped_names() if load_problem(name).graph is not None]


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
    graph = author_graph(solved({"graph": {"inputs": {"a": 0.7, "b": -0.4}, "define": define}}))
    assert graph is not None
    return graph


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


@pytest.mark.parametrize("name", GRAPHS)
def test_every_graph_of_the_author(name: str) -> None:
    """Sum over paths = adjoint of the solution, where every quantity is a number."""
    solution = solve(load_problem(name))
    graph = author_graph(solution)
    if graph is None:
        return
    for variable in solution.built.parameters:
        start = graph.node(variable.name)
        assert start is not None
        found = find_paths(graph, start, graph.output, most=1000)
        assert found.total == pytest.approx(solution[f"d{solution.output.name}/d{variable.name}"], rel=1e-12)
        render(paths_lesson(found, solution.rounding), "terminal", width=80)


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


def test_three_paths_of_the_lecture() -> None:
    """−y₁, y₁h₁/H and y₂h₁/H, which come to p₁ − y₁."""
    solution = solve(load_problem("mac0460-logistic"))
    graph = author_graph(solution)
    assert graph is not None
    start = graph.node("b1")
    assert start is not None
    found = find_paths(graph, start, graph.output)
    data = paths_to_dict(found, solution.rounding)
    assert [path["nodes"] for path in data["paths"]] == [
        ["b1", "z1", "h1", "p1", "L"],
        ["b1", "z1", "h1", "H", "p1", "L"],
        ["b1", "z1", "h1", "H", "p2", "L"],
    ]
    assert [path["product"]["text"] for path in data["paths"]] == ["−y₁", "y₁ h₁/H", "y₂ h₁/H"]
    assert [path["value"] for path in data["paths"]] == pytest.approx([-1, 0.8129, 0], abs=5e-5)
    assert data["sum"] == pytest.approx(solution["p1"] - 1, rel=1e-14)
    text = render(paths_lesson(found, solution.rounding), "terminal", width=80)
    assert "∂L/∂b₁ = −y₁ + y₁ h₁/H + y₂ h₁/H ≈ −1 + 0.8129 + 0 ≈ −0.1871" in text
    assert "Because y₁ + y₂ = 1" in text
    assert "∂L/∂b₁ = p₁ − y₁ ≈ 0.8129 − 1 ≈ −0.1871" in text


@pytest.mark.parametrize("entry", ["b1[1]", "b1[2]", "b1[3]"])
def test_softmax_with_cross_entropy_closes_for_any_number_of_classes(entry: str) -> None:
    network = {
        "input": [0.3, -0.8],
        "target": [0.2, 0.5, 0.3],
        "layers": [{"weights": [[0.1, 0.4], [0.7, -0.2], [0.5, 0.5]], "bias": [0.1, 0, -0.3], "activation": "softmax"}],
        "loss": "cross_entropy",
    }
    solution, scalar = scalar_of({"network": network})
    graph = scalar_graph(scalar)
    start = graph.node(entry)
    assert start is not None
    found = find_paths(graph, start, graph.output)
    assert found.number == 4
    assert found.total == pytest.approx(solution[f"dL/d{entry}"], rel=1e-13)
    subscript = "₁₂₃"[int(entry[3]) - 1]
    text = render(paths_lesson(found, solution.rounding), "terminal", width=80)
    assert f"= y{subscript} − t{subscript} ≈" in text


def diamonds(count: int) -> PathGraph:
    """A chain of diamonds: two ways through each, 2ⁿ through all of them."""
    define = {}
    before = "x"
    for k in range(count):
        define |= {f"l{k}": f"0.5 * {before}", f"r{k}": f"sin({before})", f"d{k}": f"0.5 * (l{k} + r{k})"}
        before = f"d{k}"
    graph = author_graph(solved({"graph": {"inputs": {"x": 0.5}, "define": define}}))
    assert graph is not None
    return graph


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
    assert graph is not None
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
        (["lez5", "W1[1,2]", "--grain", "author"], "--grain scalar"),
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
    assert graph is not None
    found = find_paths(graph, 0, graph.output)
    text = render(paths_lesson(found, solve(load_problem("lez5")).rounding), "terminal", width=200)
    assert "x → a₀ → a₁ → a₂ → a₃ → … → a₃₆ → a₃₇ → a₃₈ → a₃₉ → a₄₀" in text
    assert f"≈ {'0.9000 · ' * 5}… · {'0.9000 · ' * 4}1" in text
    assert f"≈ {0.9**40:.4f}" in text
