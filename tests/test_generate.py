"""Variants: drawn the same everywhere, as easy as the original, written in the place of the old numbers."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest

from bpcli.authoring.generate import MARK, NoVariantError, recipe, sheet_of
from bpcli.authoring.lint import lint
from bpcli.authoring.redraw import drawer, givens, redrawn, redraws
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import load_problem, parse_problem, solve

MANY = ("lez5", "softmax-3class", "layout-xw", "zh-tanh-bce", "mac0460-logistic")
WITHOUT_NUMBERS = ("momentum", "momentum-parabola")

RELU = """\
title: ReLU
network:
  input: [1.5, -0.5]
  target: 0.5
  layers:
    - {weights: [[0.4, -0.2], [0.3, 0.1]], bias: [0.2, 0.1], activation: relu}
    - {weights: [[0.5, -0.6]], bias: [0.1]}
  loss: half_squared_error
"""


def of(name: str):
    return recipe(solve(load_problem(name)))


def numbers(text: str) -> list[str]:
    problem = parse_problem(text)
    return [number for given in givens(problem) for number in given.texts]


# --- where numbers are written ---


@pytest.mark.parametrize("name", shipped_names())
def test_nothing_but_given_numbers_changes(name: str) -> None:
    problem = load_problem(name)
    text = redrawn(problem, redraws(problem), drawer("any"))
    mask = re.compile(r"-?\d+(\.\d+)?")
    assert mask.sub("#", text) == mask.sub("#", problem.text)
    old, new = problem, parse_problem(text, problem.path)
    assert new._replace(text="", network=None, graph=None) == old._replace(text="", network=None, graph=None)
    if old.network is not None and new.network is not None:
        assert new.network.loss == old.network.loss
        assert new.network.update == old.network.update or old.network.update is not None
        assert [(layer.kind, layer.options.get("activation", ("",))[0]) for layer in new.network.layers] == [
            (layer.kind, layer.options.get("activation", ("",))[0]) for layer in old.network.layers
        ]


def test_comments_and_layout_survive() -> None:
    text = """\
# a comment with 0.5
network:
  input:
    - 0.5   # first
    - "-0.25"
  target: 0.3
  layers:
    - weights:
        # rows
        - [0.1,   0.2]  # one
        - - 0.3
          - −0.4
      bias: 0.15
      activation: sigmoid
  loss: {name: half_squared_error, factor: 0.5}
  update: {learning_rate: 0.5}
"""
    text = text.replace("target: 0.3", "target: [0.3, 0.6]")
    problem = parse_problem(text)
    found = redrawn(problem, redraws(problem), drawer("x"))
    assert len(found.splitlines()) == len(text.splitlines())
    for line in ("# a comment with 0.5", "        # rows", "  update: {learning_rate: 0.5}"):
        assert line in found.splitlines()
    assert "# first" in found
    assert "# one" in found
    assert parse_problem(found).network is not None


def test_a_draw_depends_on_its_key_alone() -> None:
    draw = drawer("1/v001/0")
    assert [draw(100) for _ in range(8)] == [7, 28, 26, 51, 76, 98, 96, 14]


# --- what is accepted ---


@pytest.mark.parametrize("name", MANY)
def test_variants_keep_the_conditions(name: str) -> None:
    """Eighty of them, of five problems."""
    original = solve(load_problem(name))
    way = recipe(original)
    most = sum(not finding.always for finding in lint(original))
    seen = set()
    for number in range(16):
        variant = way.variant(11, f"v{number:03}")
        solution = solve(parse_problem(variant.text))
        assert [item.id for item in asked(solution)] == [item.id for item in asked(original)]
        for binding in solution.program.bindings:
            if binding.rule == "activation" and binding.expr.operation.name == "sigmoid":
                h = solution.values[binding.variable.name]
                assert np.all(h * (1 - h) >= 0.019)
        if number % 10 == 0:
            assert sum(not finding.always for finding in lint(solution)) <= most
        for text in numbers(variant.text):
            assert -Decimal(text).as_tuple().exponent <= 2
        seen.add(variant.text.partition("\n")[2])
    assert len(seen) == 16


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_problem_has_variants_or_says_why_not(name: str) -> None:
    network = load_problem(name).network
    in_a_file = network is not None and network.data is not None
    if in_a_file or name in WITHOUT_NUMBERS:
        with pytest.raises(NoVariantError, match="file of their own" if in_a_file else "no numbers to draw"):
            of(name)
        return
    way = of(name)
    variant = way.variant(1, "v001")
    first = variant.text.partition("\n")[0]
    assert first == f"# {MARK}: variant v001, seed 1."
    assert variant.solution.problem.title == way.original.problem.title


def test_no_dead_unit_unless_asked() -> None:
    solution = solve(parse_problem(RELU))
    way = recipe(solution)
    for number in range(15):
        variant = way.variant(2, f"s{number}")
        assert np.all(variant.solution.values["a1"] > 0.004)
    allowed = recipe(solution, allow_dead=True)
    assert any(np.any(allowed.variant(2, f"s{number}").solution.values["a1"] < 0) for number in range(15))


def test_targets_stay_what_they_are() -> None:
    """Probabilities sum to 1, class numbers name a class, one-hot rows stay one-hot."""
    for name, fits in (
        ("softmax-3class", lambda s: list(s.values["t"].ravel()) == [1, 0, 0]),
        ("mac0460-softmax", lambda s: sorted(s.values["t"].ravel()) == [0, 1]),
        ("class-targets", lambda s: np.all(s.values["t"].sum(axis=0) == 1)),
        ("lez5", lambda s: abs(s.values["t"].sum() - 1) < 1e-12),
        ("mac0460-entropy", lambda s: all(abs(s.values[n].sum() - 1) < 1e-12 for n in "pqr")),
        ("xor", lambda s: np.array_equal(s.values["t"], [[0, 1, 1, 0]])),
    ):
        way = of(name)
        for number in range(4):
            assert fits(way.variant(3, f"v{number}").solution), name


def test_what_is_kept_stays() -> None:
    original = solve(load_problem("lez5"))
    variant = recipe(original, ("x", "W1")).variant(1, "v1").solution
    for name, same in (("x", True), ("W1", True), ("b1", False), ("W2", False)):
        assert np.array_equal(variant.values[name], original.values[name]) is same
    graph = solve(load_problem("mac0460-logistic"))
    variant = recipe(graph, ("w11",)).variant(1, "v1").solution
    assert variant.values["w11"] == 0.65
    assert variant.values["w12"] != 1.19


def test_the_note_may_be_dropped() -> None:
    original = solve(load_problem("lez5"))
    kept, dropped = (recipe(original, drop_note=drop).variant(1, "v1") for drop in (False, True))
    assert kept.solution.problem.note == original.problem.note
    assert dropped.solution.problem.note == ""
    assert dropped.solution.problem.source == original.problem.source
    assert np.array_equal(kept.solution.values["dL/dW1"], dropped.solution.values["dL/dW1"])


def test_settings_of_a_graph_stay() -> None:
    variant = of("adamw").variant(1, "v1").solution
    assert [float(variant.values[name]) for name in ("beta1", "beta2", "eta", "decay")] == [0.9, 0.999, 0.1, 0.01]


@pytest.mark.parametrize("identifier", ["a1", "L", "nothing"])
def test_only_what_is_given_can_be_kept(identifier: str) -> None:
    with pytest.raises(UnknownQuantityError):
        recipe(solve(load_problem("lez5")), (identifier,))


def test_a_search_without_success_says_why() -> None:
    text = RELU.replace("[1.5, -0.5]", "[-1.5, -0.5]").replace("[[0.4, -0.2], [0.3, 0.1]]", "[[0.4, 0.2], [0.3, 0.1]]")
    text = text.replace("bias: [0.2, 0.1]", "bias: [0, 0]")
    way = recipe(solve(parse_problem(text)), ("x",))._replace(attempts=50)
    with pytest.raises(NoVariantError, match=r"50 draws.*--allow-dead"):
        way.variant(1, "v001")


# --- the same everywhere ---


def test_one_seed_and_name_one_text() -> None:
    texts = [of("lez5").variant(seed, name).text for seed, name in ((7, "ann"), (7, "ann"), (8, "ann"), (7, "bob"))]
    assert texts[0] == texts[1]
    assert len({text.partition("\n")[2] for text in texts}) == 3


SCRIPT = """
import sys
from bpcli import load_problem, solve
from bpcli.authoring.generate import recipe
for name in ("lez5", "layout-xw", "mac0460-entropy"):
    way = recipe(solve(load_problem(name)))
    for number in range(3):
        sys.stdout.buffer.write(way.variant(5, f"v{number}").text.encode())
"""


def test_hash_seeds_change_nothing() -> None:
    found = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, env=environment, check=True)
        found.add(hashlib.sha256(ended.stdout).hexdigest())
    assert len(found) == 1


# --- sheets ---


def test_the_sheet_names_variant_and_student() -> None:
    variant = of("lez5").variant(1, "v001")
    grader = Grader(variant.solution)
    for student, expected in (("", "v001"), ("s123", "s123"), ("null", "null"), ('a "b": #c', 'a "b": #c')):
        text = sheet_of(variant, student)
        assert "variant: v001\n" in text
        submission = grader.read(text, "v001.yaml")
        assert submission.student == expected
        assert grader.grade(submission).score == 0
