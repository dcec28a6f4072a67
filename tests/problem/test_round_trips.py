"""What is written is read back: problems in every layout, answer sheets, variants and their list, checkpoints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from examples import tried
from hypothesis import given
from hypothesis import strategies as st
from networks import random_network

from bpcli import parse_problem, solve
from bpcli.authoring.generate import Variant, sheet_of
from bpcli.authoring.redraw import drawer, redrawn, redraws
from bpcli.authoring.scaffold import Scaffold, network_text
from bpcli.classroom.variants import MANIFEST, Entry, Variants, read_variants, variants_to_yaml
from bpcli.document.rounding import Rounding
from bpcli.export.json import solution_to_json
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.problem.model import Problem
from bpcli.problem.numbers import parse_number
from bpcli.problem.yaml import read_yaml
from bpcli.reports.answer_sheet import blank_sheet
from bpcli.training.checkpoint import checkpoint_text
from bpcli.training.training import Settings, train

seeds = st.integers(0, 10**9)
names = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20).filter(str.strip)
titles = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
    | st.sampled_from('\n\t"\\')
)
"""What a title of a problem can hold: everything that can be written, lines and tabs among it."""
LAYOUTS: dict[str, Callable[[Any], str]] = {
    "JSON": json.dumps,
    "indented JSON": lambda data: json.dumps(data, indent=2, ensure_ascii=False),
    "flow": lambda data: yaml.safe_dump(data, default_flow_style=True, width=60),
    "block": lambda data: yaml.safe_dump(data, default_flow_style=False, sort_keys=False),
    "mixed": lambda data: yaml.safe_dump(data, default_flow_style=None, allow_unicode=True),
}
TITLES = (
    "A title",
    "# no comment",
    "a: b",
    "'quoted' \"twice\"",
    "- 1\n- 2",
    "σ′ ½ 深",
    "null",
    "1e3",
    "[x] {y} &z *w !t %",
)


def numbers_of(numbers: Any) -> Any:
    return None if numbers is None else np.array(numbers.values)


def contents(problem: Problem) -> Any:
    """Everything that a network's file says, without the places where it says so."""
    network = problem.network
    assert network is not None
    loss, penalty = network.loss, network.regularization
    assert loss is not None
    layers = [
        (numbers_of(layer.weights).tolist(), None if layer.bias is None else numbers_of(layer.bias).tolist(),
         layer.activation.name, {key: value.values for key, value in layer.activation.parameters.items()},
         sorted(layer.trainable))
        for layer in network.layers
    ]  # fmt: skip
    return (
        problem.title, problem.note, network.batch, numbers_of(network.input).tolist(),
        numbers_of(network.target).tolist(), layers, loss.name, loss.over_outputs, loss.over_batch, loss.log_base,
        *(None if item is None else item.values for item in (loss.factor, loss.delta)),
        penalty and [None if item is None else item.values for item in (penalty.l2, penalty.l1, penalty.factor)],
        penalty and penalty.bias, problem.conventions._replace(span=None), problem.display,
    )  # fmt: skip


# --- problems ---


@tried(0.5)
@given(seeds, st.sampled_from(TITLES))
def test_a_problem_is_the_same_in_every_layout(seed: int, title: str) -> None:
    """As JSON, in flow style and in block style: the numbers that were written, to the last bit."""
    data = {"title": title, "note": title} | random_network(seed)
    read = [contents(parse_problem(write(data))) for write in LAYOUTS.values()]
    assert all(found == read[0] for found in read)
    network = data["network"]
    _, _, batch, given, target, layers, *_ = read[0]
    assert given == (network["inputs"] if batch else network["input"])
    assert target == (network["targets"] if batch else network["target"])
    for (weights, bias, activation, *_), layer in zip(layers, network["layers"], strict=True):
        assert (weights, bias, activation) == (layer["weights"], layer.get("bias"), layer["activation"]["name"])


@tried(0.2)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.sampled_from(["sigmoid", "tanh", "relu", "softplus", "elu", "leaky_relu", "identity"]),
    st.sampled_from(["", "gradient_descent", "momentum", "rmsprop", "adagrad", "adam", "adamw"]),
    st.integers(0, 3),
    seeds,
    names,
)
def test_new_problems_can_be_solved(
    sizes: list[int], hidden: str, optimizer: str, batch: int, seed: int, title: str
) -> None:
    """What `bpcli new` writes is read as what was wanted."""
    wanted = Scaffold(tuple(sizes), hidden, optimizer=optimizer, batch=batch, seed=seed, title=title)
    problem = parse_problem(network_text(wanted))
    network = problem.network
    assert network is not None
    assert [layer.weights.shape for layer in network.layers] == list(zip(sizes[1:], sizes, strict=False))
    assert (network.update.optimizer if network.update else "") == optimizer
    assert network.batch == bool(batch)
    assert solve(problem).steps


@tried(0.5)
@given(seeds, st.sampled_from(sorted(LAYOUTS)), st.integers(0, 99))
def test_other_numbers_are_written_in_the_place_of_the_old_ones(seed: int, layout: str, key: int) -> None:
    """A redrawn problem is read back with other numbers, and is otherwise as it was."""
    problem = parse_problem(LAYOUTS[layout]({"title": "σ′ ½ 深"} | random_network(seed)))
    ways = redraws(problem)
    again = parse_problem(redrawn(problem, ways, drawer(str(key))))
    before, after = contents(problem), contents(again)
    assert np.shape(after[3]) == np.shape(before[3])
    assert np.shape(after[4]) == np.shape(before[4])
    assert [np.shape(layer[0]) for layer in after[5]] == [np.shape(layer[0]) for layer in before[5]]
    assert [layer[2:] for layer in after[5]] == [layer[2:] for layer in before[5]]
    assert (*after[:3], *after[6:]) == (*before[:3], *before[6:])
    assert redrawn(again, redraws(again), drawer(str(key))).count("\n") == problem.text.count("\n")


@tried(0.3)
@given(seeds, st.sampled_from(sorted(LAYOUTS)))
def test_a_checkpoint_has_the_last_bit_of_every_parameter(seed: int, layout: str) -> None:
    """And says what the problem said otherwise, in any layout."""
    data = {"title": "σ′ ½ 深"} | random_network(seed)
    network = data["network"]
    if "input" in network:
        network |= {"inputs": [network.pop("input")], "targets": [network.pop("target")]}
    network["update"] = {"optimizer": "gradient_descent", "learning_rate": 0.05}
    problem = parse_problem(LAYOUTS[layout](data))
    trained = train(problem, Settings(epochs=1))
    again = parse_problem(checkpoint_text(trained))
    before, after = contents(problem), contents(again)
    assert (*after[:5], *after[6:]) == (*before[:5], *before[6:])
    values = solve(again).built.values
    for name, value in trained.parameters.items():
        assert np.array_equal(values[name], value), name


# --- numbers ---


@given(st.floats(-1.4e308, 1.4e308), st.integers(0, 10), st.booleans())
def test_a_number_that_is_shown_is_read_as_what_it_shows(value: float, digits: int, significant: bool) -> None:
    """Rounded, written, read, and rounded again: the same number."""
    rounding = Rounding(significant=max(1, digits)) if significant else Rounding(digits)
    shown = rounding.text(value)
    read = parse_number(shown).value
    assert read == rounding.rounded(value)
    assert rounding.rounded(read) == read


@given(st.from_regex(r"\A[+-]?([1-9][0-9]{0,8}|0)(\.[0-9]{0,9})?([eE][+-]?[0-9]{1,2})?\Z"))
def test_a_number_keeps_the_text_it_was_written_in(text: str) -> None:
    """In a problem and after it: `0.50` is `0.50`."""
    problem = parse_problem(f"graph:\n  inputs: {{x: {text}, v: [{text}, 1]}}\n  define: {{y: x}}\n")
    assert problem.graph is not None
    x, v = (item.numbers for item in problem.graph.inputs)
    assert (x.texts, v.texts) == (text, (text, "1"))
    assert (x.values, v.values) == (float(text), (float(text), 1.0))


# --- answers, variants ---


@tried(0.2)
@given(seeds, st.sampled_from(["yaml", "json", "csv"]))
def test_a_sheet_that_is_filled_in_has_full_marks(seed: int, kind: str) -> None:
    """Every value of a random network, written into its own sheet; the blank sheet has none."""
    solution = solve(parse_problem(json.dumps(random_network(seed))))
    grader = Grader(solution)
    everything = [item.id for item in asked(solution)]
    filled = grader.grade(grader.read(blank_sheet(solution, kind, everything), f"sheet.{kind}"))
    assert {item.verdict for item in filled.answers} == {"correct"}
    blank = grader.grade(grader.read(blank_sheet(solution, kind), f"sheet.{kind}"))
    assert {item.verdict for item in blank.answers} == {"missing"}


@tried(0.5)
@given(names, names)
def test_a_sheet_says_whose_it_is(name: str, student: str) -> None:
    """Names of variants and students in any script."""
    solution = solve(parse_problem("graph: {inputs: {x: 1}, define: {y: 2*x}}"))
    text = sheet_of(Variant(name, solution.problem.text, solution), student)
    fields = {key.text: node for key, node in read_yaml(text, "sheet.yaml").root.entries}
    assert getattr(fields["variant"], "text", None) == name
    assert getattr(fields["student"], "text", None) == student
    submission = Grader(solution).read(text, "sheet.yaml")
    assert submission.student == student


@tried(0.5)
@given(
    titles,
    st.integers(0, 2**63),
    st.dictionaries(st.from_regex(r"\A[A-Za-z][A-Za-z0-9_-]{0,9}\Z"), names, min_size=1, max_size=5),
)
def test_the_list_of_variants_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, title: str, seed: int, students: dict[str, str]
) -> None:
    """Titles and students as they are."""
    folder = tmp_path_factory.mktemp("list")
    entries = tuple(Entry(name, student, {"problem": "ab12"}) for name, student in students.items())
    variants = Variants(str(folder), title, seed, entries)
    Path(folder, MANIFEST).write_text(variants_to_yaml(variants), encoding="utf-8")
    assert read_variants(str(folder)) == variants


# --- solutions ---


@tried(0.3)
@given(seeds)
def test_json_has_the_last_bit_of_every_value(seed: int) -> None:
    """`solve --format json`, read back."""
    solution = solve(parse_problem(json.dumps(random_network(seed))))
    steps = {step["id"]: step["value"] for step in json.loads(solution_to_json(solution))["steps"]}
    assert steps == {step.id: solution[step.id] for step in solution.steps}
