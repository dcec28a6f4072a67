"""A few words that ask for very much: worked within ten seconds and half a gigabyte, or refused at their place."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest
from trust.processes import MEMORY, limited_run

from bpcli import ProblemError, parse_problem, solve
from bpcli.calculus.ops.reductions import MOST_IN_JACOBIAN
from bpcli.cli.entry import run
from bpcli.solution import budget
from bpcli.solution.load import build

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX limits")

SHEET = "answers: {L: 2}\n"


def network(*layers: str, target: object = 1, loss: str = "half_squared_error", more: str = "") -> str:
    rows = "".join(f"    - {{weights: {layer}}}\n" for layer in layers)
    return f"network:\n  input: [1, 2]\n  target: {target}\n  layers:\n{rows}  loss: {loss}\n{more}"


def drawn(rows: int, columns: int, activation: str = "sigmoid") -> str:
    return f"{{shape: [{rows}, {columns}], seed: 1}}, activation: {activation}"


SOFTMAX = network(drawn(20_000, 2, "softmax"), target=0, loss="cross_entropy")
WIDE = network(drawn(1000, 2), drawn(700, 1000), drawn(1, 700))
WIDEST = network(drawn(1000, 2), drawn(900, 1000), drawn(1, 900))
DEEP = "network:\n  input: 0.5\n  target: 1\n  layers:\n" + "    - {weights: [[1.5]], activation: sigmoid}\n" * 300
DEEP += "  loss: half_squared_error\n"
TERMS = network(drawn(300, 2), drawn(300, 300), drawn(1, 300), more="check: {points: {terms(a2): 1}}\n")
SECOND_LAYER = "6:7: error[too-large]"
CASES = {
    "softmax-solve": (SOFTMAX, ("solve",), 0, ""),
    "softmax-verify": (SOFTMAX, ("solve", "--verify"), 0, ""),
    "softmax-lint": (SOFTMAX, ("lint",), 0, ""),
    "softmax-check": (SOFTMAX, ("check", "s.yaml"), 1, ""),
    "softmax-sheet": (SOFTMAX, ("sheet",), 0, ""),
    "softmax-terms": (SOFTMAX, ("solve", "--detail", "full"), 3, "5:7: error[too-large]"),
    "wide-solve": (WIDE, ("solve",), 0, ""),
    "wide-check": (WIDE, ("check", "s.yaml"), 1, ""),
    "wide-verify": (WIDE, ("solve", "--verify"), 3, "5:7: error[too-large]"),
    "wide-scalar": (WIDE, ("solve", "--grain", "scalar"), 3, SECOND_LAYER),
    "wide-paths": (WIDE, ("paths", "W1[1,1]"), 3, SECOND_LAYER),
    "wide-terms": (WIDE, ("solve", "--detail", "full"), 3, SECOND_LAYER),
    "wide-whole": (WIDE, ("solve", "--full"), 3, SECOND_LAYER),
    "widest-json": (WIDEST, ("solve", "--format", "json"), 3, SECOND_LAYER),
    "widest-export": (WIDEST, ("export", "--to", "numpy"), 0, ""),
    "deep-lint": (DEEP, ("lint",), 3, "5:7: error[too-large]"),
    "deep-verify": (DEEP, ("solve", "--verify"), 3, "5:7: error[too-large]"),
    "deep-check": (DEEP, ("check", "s.yaml"), 1, ""),
    "terms-key": (TERMS, ("key",), 3, "9:18: error[unknown-quantity]"),
    "terms-check": (TERMS, ("check", "s.yaml"), 3, "9:18: error[unknown-quantity]"),
    "emoji": ('note: "😀' + "x" * (17 * 2**20) + '"\n', ("solve",), 3, "error[file-too-large]"),
    "long-graph": (
        "graph:\n  inputs: {x0: 0.5}\n  define: |\n"
        + "".join(f"    x{i} = x{i - 1} * 0.9 + 0.01\n" for i in range(1, 700_000)),
        ("solve",),
        3,
        "500004:1: error[too-many-nodes]",
    ),
}


@posix
@pytest.mark.parametrize(("text", "command", "code", "said"), CASES.values(), ids=CASES)
def test_much_is_worked_in_time_or_refused_at_its_place(text, command, code, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(text, encoding="utf-8")
    Path("s.yaml").write_text(SHEET)
    ended, out, err, used = limited_run((command[0], "p.yaml", *command[1:]))
    assert ended == code, err[:2000]
    assert said in err
    assert (out == "") == (code == 3)
    assert used <= MEMORY


def test_a_refusal_says_how_much_and_a_way_out(capsys, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(WIDE)
    assert run(["solve", str(path), "--grain", "scalar"]) == 3
    err = capsys.readouterr().err
    assert re.search(r"1,\d{3},\d{3} single numbers, 700,000 of them for `W2`; at most 100,000 fit", err)
    assert "--grain author tells the problem whole" in err


@pytest.mark.parametrize(
    ("limit", "text", "place"),
    [
        ("MOST_COMPUTED", network("[[1, 2], [3, 4]]", "[[1, 2]]"), (5, 7)),
        ("MOST_WORK", network("[[1, 2]]", more="  update: {learning_rate: 0.1, steps: 3}\n"), (5, 7)),
        ("MOST_COMPUTED", "graph: {inputs: {x: [1, 2, 3]}, define: {\n a: x * 2, L: sum(a)}}", (2, 2)),
    ],
)
def test_a_solution_is_counted_before_it_is_computed(limit, text, place, monkeypatch):
    monkeypatch.setattr(budget, limit, 3)
    monkeypatch.setattr("bpcli.solution.load.Solution", None)  # which nobody comes to
    with pytest.raises(ProblemError) as caught:
        solve(parse_problem(text))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "too-large"
    assert diagnostic.span[:2] == place


def test_a_machine_without_memory_is_told_the_largest_quantity(monkeypatch):
    def none_left(*_):
        raise MemoryError

    monkeypatch.setattr("bpcli.solution.load.Solution", none_left)
    with pytest.raises(ProblemError) as caught:
        solve(parse_problem(network("[[1, 2], [3, 4], [5, 6]]", "[[1, 2, 3]]")))
    (diagnostic,) = caught.value.diagnostics
    assert "the largest quantity is `W1` with 6 numbers" in diagnostic.message
    assert diagnostic.span[:2] == (5, 7)


@pytest.mark.parametrize("affine", ["W x + b", "x W + b"])
def test_a_wide_softmax_has_the_gradient_that_its_jacobian_gives(affine):
    """y ⊙ (g − gᵀy) is the product with diag(y) − y yᵀ."""
    n = MOST_IN_JACOBIAN + 1
    shape = [n, 2] if affine == "W x + b" else [2, n]
    text = network(f"{{shape: {shape}, seed: 1}}, activation: softmax", target=[1] * n)
    solution = solve(parse_problem(f"{text}conventions: {{affine: {affine}}}\n"))
    y, g = np.array(solution["y"]), np.array(solution["dL/dy"])
    jacobian = np.diag(y) - np.outer(y, y)
    np.testing.assert_allclose(solution["dL/da1"], jacobian @ g, rtol=1e-9, atol=1e-16)
    assert "f'(a1)" not in solution.variables


@pytest.mark.parametrize(
    "block",
    [
        "{conv: {kernels: [[[1, 2], [3, 4]]], bias: [0]}}",
        "{residual: {layers: [{weights: [[1]]}]}}",
    ],
)
def test_blocks_are_counted_by_their_lines(block, monkeypatch):
    """Whatever stands inside a layer is refused at that layer."""
    shown = "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]" if "conv" in block else "[1]"
    first = "{conv: {kernels: [[[1]]], bias: [0]}}" if "conv" in block else "{weights: [[1]]}"
    text = f"network:\n  input: {shown}\n  layers:\n    - {first}\n    - {block}\n"
    problem = parse_problem(text)
    built = build(problem)
    inside = [v for v in built.program.variables().values() if v.place[:1] == (2,)]
    assert inside
    assert {budget.place_of(problem, variable)[:2] for variable in inside} == {(5, 7)}
    monkeypatch.setattr(budget, "MOST_COMPUTED", 1)
    with pytest.raises(ProblemError) as caught:
        solve(problem)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["too-large"]
