"""What a lesson says besides its numbers: one symbol for one value, no sign before 0, a word for what is missing."""

from __future__ import annotations

import re

import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.expr import Variable
from bpcli.cli.entry import run
from bpcli.document.document import Equation, Step
from bpcli.lesson import LessonOptions
from bpcli.lesson import lesson as tell
from bpcli.notation.text import to_text
from bpcli.problem.shipped import shipped_names
from bpcli.render import render

GRAPHS = [name for name in shipped_names() if load_problem(name).graph is not None]
REUSE = "graph: {inputs: {x: 3, y: 2}, define: {u: x*x*y + x, v: u + u*y, w: v*u + x}}"


def text_of(problem, **options):
    return render(tell(solve(problem), LessonOptions(**options)), "terminal", width=120)


@pytest.mark.parametrize("name", [*GRAPHS, REUSE])
def test_a_local_derivative_stands_once_for_each_consumer(name):
    """∂d/∂d₁ is 1 + 3 where d = d₁ + 3 d₁: one symbol cannot stand for both."""
    problem = load_problem(name) if name in GRAPHS else parse_problem(name)
    document = tell(solve(problem))
    for step in document.blocks:
        if not isinstance(step, Step) or not isinstance(step.body[0], Equation):
            continue
        chain = to_text(step.body[0].links[0].math)
        factors = re.findall(r"(∂\S+/∂\S+) · (∂\S+/∂\S+)", chain)
        assert len(set(factors)) == len(factors), chain


@pytest.mark.parametrize(
    ("language", "twice", "many"),
    [
        ("en", "used twice, by v and w:", "used 3 times, by v and w:"),
        ("it", "usato due volte, da v e w;", "usato 3 volte, da v e w:"),
        ("pt", "usado duas vezes, por v e w;", "usado 3 vezes, por v e w:"),
    ],
)
def test_the_uses_of_a_node_are_listed_as_people_do(language, twice, many):
    problem = parse_problem(REUSE)._replace(language=language)
    assert many in text_of(problem)
    once = parse_problem("graph: {inputs: {x: 3}, define: {u: 2*x, v: 3*u, w: v*u}}")._replace(language=language)
    assert twice in text_of(once)


@pytest.mark.parametrize("target", ["[0, 1, 0]", "[1, 0, 0]", "[0, 0, 1]"])
def test_no_sign_stands_before_a_zero(target):
    """−0 · ln 0.16 is 0 · ln 0.16."""
    layer = "{weights: [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], bias: [0, 0, 0], activation: softmax}"
    text = f"network: {{input: [1, 2], target: {target}, layers: [{layer}], loss: cross_entropy}}"
    for detail in ("normal", "full"):
        told = text_of(parse_problem(text), detail=detail)
        assert "0 · ln(" in told
        assert not re.search(r"(^|[=≈(⎢⎡⎣] ?)−0(?![.\d])", told, re.MULTILINE)


@pytest.mark.parametrize("name", shipped_names())
def test_no_sign_stands_before_a_zero_in_any_shipped_lesson(name):
    assert not re.search(r"[=≈(] ?−0(?![.\d])", text_of(load_problem(name)))


@pytest.mark.parametrize(
    ("language", "word"), [("en", "asks for no update"), ("it", "non chiede alcun agg"), ("pt", "não pede atualização")]
)
def test_a_phase_that_is_not_there_is_missed_in_words(language, word):
    problem = load_problem("cs231n-add-mul")._replace(language=language)
    assert word in text_of(problem, phases=frozenset({"update"}))
    assert word not in text_of(problem)
    assert "Update" in text_of(load_problem("uhr-identity"), phases=frozenset({"update"}))
    alone = parse_problem("network: {input: [1], layers: [{weights: [[2]]}]}")
    assert "no backward pass" in text_of(alone, phases=frozenset({"backward"}))


def test_no_reason_speaks_of_a_table_that_is_not_shown():
    for name in GRAPHS:
        for language in ("en", "it", "pt"):
            assert "grad_table" not in text_of(load_problem(name)._replace(language=language))


def test_near_names_are_names_that_are_shown(capsys):
    solution = solve(load_problem("lez5"))
    for asked in ("delta9", "dL/dh7", "h9", "dL/dq"):
        assert run(["solve", "lez5", "--only", asked]) == 2
        near = re.findall(r"`([^`]*)`", capsys.readouterr().err)[1:]
        assert near
        for name in near:
            assert name in solution.variables or re.fullmatch(r"delta\d", name)
            assert isinstance(solution.variables[solution.resolve(name).name], Variable)


def test_a_file_of_overrides_that_cannot_be_read_stops_the_grading(tmp_path, capsys):
    (tmp_path / "overrides.yaml").write_text("x: [", encoding="utf-8")
    (tmp_path / "s1.yaml").write_text("answers: {q: 3}\n", encoding="utf-8")
    assert (
        run(["check", "cs231n-add-mul", str(tmp_path / "s1.yaml"), "--overrides", str(tmp_path / "overrides.yaml")])
        == 3
    )
    assert capsys.readouterr().err.rstrip().endswith("Nothing was graded.")
