"""The shipped problems: found by their names, and what is told about them at a glance."""

from __future__ import annotations

import json
from collections import Counter
from math import prod

import pytest

from bpcli import load_problem, solve
from bpcli.problem.overview import overview
from bpcli.problem.shipped import shipped_folders, shipped_names, shipped_path

FOLDERS = [
    "attention",
    "basics",
    "classification",
    "convolution",
    "graphs",
    "normalisation",
    "optimizers",
    "recurrent",
    "structure",
]
DATA = ("input", "target", "mask", "start", "adjoint", "instance_weight", "moment", "step_number")
NETWORK = "network: {{input: [1], target: [1], layers: [{}]}}"
DENSE = "{weights: [[0.5]], bias: [0]}"
GRAPH = "graph: {{inputs: {}, define: {{{}}}}}"


def told(text):
    return overview(text.encode(), "a.yaml")


def of_name(name):
    path = shipped_path(name)
    return overview(path.read_bytes(), str(path))


def test_every_folder_has_problems_and_a_name_belongs_to_one_of_them():
    folders = shipped_folders()
    assert list(folders) == FOLDERS
    assert all(folders.values())
    files = [path.name for path in shipped_path("lez5").parents[1].glob("*/*.yaml")]
    assert max(Counter(files).values()) == 1
    assert sorted(name for names in folders.values() for name in names) == list(shipped_names())
    assert len(files) == len(shipped_names())


@pytest.mark.parametrize("name", ["lez5", "iris", "conv-max-pool", "rnn-loop"])
def test_a_problem_is_found_without_its_folder(name):
    assert shipped_path(name).stem == name
    assert load_problem(name).title == of_name(name).title


@pytest.mark.parametrize("name", ["basics/lez5", "../basics/lez5", "basics", "lez5.yaml", ""])
def test_nothing_else_is_a_name(name):
    assert shipped_path(name) is None


@pytest.mark.parametrize("name", shipped_names())
def test_sizes_are_those_of_the_program(name):
    """The parameters that the program of a network is given; the nodes of a graph as it is read, loops unrolled."""
    problem = load_problem(name)
    if problem.graph is not None:
        graph = problem.graph
        size = len(graph.inputs) + len(graph.parameters) + len(graph.definitions)
    else:
        solution = solve(problem)
        given = solution.program.inputs
        size = sum(prod(v.shape) for v in given if v.role.partition(".")[0] not in DATA)
        # An edge that does not exist has no parameter; the mask of dropout hides units, and not edges.
        size -= sum(int((solution.values[v.name] == 0).sum()) for v in given if v.role == "mask" and v.rank == 2)
    item = of_name(name)
    assert (item.kind, item.size) == ("graph" if problem.graph is not None else "network", size)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        (DENSE, 2),
        ("{weights: [[1, 2], [3, 4]], bias: 0.5}", 5),
        ("{weights: {shape: [16, 4], seed: 1}, bias: {value: 0}}", 80),
        ("{weights: [[1, 2], [3, 4], [5, 6]], bias: {value: 0}}", 9),
        ("{weights: [[1, 0]], mask: [[1, 0]]}", 1),
        ("{weights: [[1, 2]], bias: [1], trainable: [weights]}", 3),
        (f"{DENSE}, {{tie: 1}}", 2),
        ("dropout: {mask: [1, 0], keep: 0.5}", 0),
        ("residual: {layers: [{weights: [[1, 2], [3, 4]]}, relu_block]}", 4),
        (f"branches: {{branches: [{{layers: [{DENSE}]}}, {{layers: [{DENSE}]}}]}}", 4),
        ("gru: {update_gate: {weights: [[1]], recurrent: [[1]], bias: [0]}, start: [1]}", 3),
    ],
)
def test_parameters_are_counted_where_they_are_given(layers, size):
    listed = layers if layers.startswith("{") else f"{{{layers}}}"
    assert told(NETWORK.format(listed)).size == size


def test_units_are_columns_where_instances_are_rows():
    text = NETWORK.format("{weights: [[1, 2, 3]], bias: {value: 0}}")
    assert told(text).size == 3 + 1
    assert told(f"{text}\nconventions: {{affine: x W + b}}").size == 3 + 3


def test_nodes_of_a_loop_and_of_a_text_are_counted():
    loop = "graph:\n  inputs: {h0: 1}\n  define:\n    for t in 1..4:\n      a{t}: 2 * h{t-1}\n      h{t}: a{t}\n"
    assert told(loop).size == 1 + 8
    assert told("graph:\n  inputs: {x: 1}\n  define: |\n    y = x + 1\n    z = y * y\n").size == 3


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (NETWORK.format(DENSE), "introductory"),
        (NETWORK.format(f"{DENSE}, {DENSE}, {DENSE}"), "intermediate"),
        (NETWORK.format("{weights: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]]}"), "intermediate"),
        (NETWORK.format(f"{DENSE}, {{tie: 1}}"), "intermediate"),
        (NETWORK.format(f"{DENSE}, {{dropout: {{mask: [1], keep: 1}}}}"), "intermediate"),
        (NETWORK.format("{weights: {shape: [11, 10], seed: 1}}"), "advanced"),
        (NETWORK.format("{recurrent: {weights: [[1]], recurrent: [[1]]}}"), "advanced"),
        (NETWORK.format("{residual: {layers: [layer_norm]}}"), "advanced"),
        (GRAPH.format("{x: 1}", "y: x + 1"), "introductory"),
        (GRAPH.format("{x: [1, 2]}", "y: sum(x)"), "intermediate"),
        (GRAPH.format("{x: 1}", ", ".join(f"y{i}: x + {i}" for i in range(10))), "intermediate"),
        (GRAPH.format("{x: 1}", ", ".join(f"y{i}: x + {i}" for i in range(25))), "advanced"),
        ("graph: {inputs: {x: 1}, define: {y: x * x}, update: {optimizer: adam, learning_rate: 1}}", "intermediate"),
        ("graph: {inputs: {x: 1}, define: {y: x * x}, update: {learning_rate: 0.1, steps: 2}}", "introductory"),
    ],
)
def test_level_follows_from_the_problem(text, level):
    assert told(text).level == level


def test_levels_are_all_there():
    assert {of_name(name).level for name in shipped_names()} == {"introductory", "intermediate", "advanced"}


def test_the_list_as_data(capsys):
    from bpcli.cli.entry import run

    assert run(["problems", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["format"], data["version"]) == ("bpcli/problems", 1)
    assert [item["name"] for item in data["problems"]] == [n for names in shipped_folders().values() for n in names]
    (lez5,) = [item for item in data["problems"] if item["name"] == "lez5"]
    assert lez5 == {
        "name": "lez5",
        "folder": "basics",
        "title": "A 2-2-2 sigmoid network, forward and backward",
        "kind": "network",
        "size": 12,
        "level": "introductory",
    }
