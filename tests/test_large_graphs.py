"""Graphs of 100,000 lines: no recursion, linear time, told in brief."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli import parse_problem, solve
from bpcli.calculus.expr import Variable, evaluate
from bpcli.calculus.ops.functions import tanh
from bpcli.cli.entry import run
from bpcli.diagnostics import ProblemError
from bpcli.document.mathtree import Identifier
from bpcli.inquiry.large import MOST_LINES, check_large, is_large, part_of, solve_large
from bpcli.problem.identifiers import UnknownQuantityError


def graph_text(lines: int, last: str = "", inputs: str = "x: 0.5, y: 0.3") -> str:
    forms = (
        "{0} * {1}",
        "0.5*{0} + 0.25*{1}",
        "sigmoid({0}) - {1}",
        "tanh({0} + {1})",
        "max({0}, -{1}) / 1.5",
        "swish({1}) - leaky_relu({0}, 0.2)^2",
    )
    names = ["x", "y"]
    random = np.random.default_rng(4)
    text = [
        "title: Large",
        "functions:",
        "  swish(x): x * sigmoid(x)",
        "graph:",
        f"  inputs: {{{inputs}}}",
        "  define: |",
    ]
    for k, back in enumerate(random.integers(1, 30, lines)):
        text.append(f"    v{k} = {forms[k % len(forms)].format(names[-1], names[-min(int(back), len(names))])}")
        names.append(f"v{k}")
    return "\n".join([*text, *([f"    {last}"] if last else [])]) + "\n"


@pytest.mark.parametrize("last", ["", "L = half_squared_error(v2100, 0.2)", "L = v2100", "L = 3 + 0*x", "L = abs(v7)"])
def test_the_short_way_gives_what_the_long_way_gives(last: str) -> None:
    """The same quantities, with the same values and gradients."""
    problem = parse_problem(graph_text(MOST_LINES + 200, last))
    assert is_large(problem)
    short = solve_large(problem)
    assert short is not None
    long = solve(problem)
    assert set(short.values) == set(long.values)
    for name, value in short.values.items():
        assert value == pytest.approx(float(long.values[name]), rel=1e-11, abs=1e-14), name


def test_gradients_of_some_names_only() -> None:
    text = graph_text(MOST_LINES + 50) + "  gradients: [v2000, y]\n  output: v2040\n"
    problem = parse_problem(text)
    short, long = solve_large(problem), solve(problem)
    assert short is not None
    assert set(short.values) == set(long.values)


def test_a_vector_makes_a_graph_go_the_long_way() -> None:
    problem = parse_problem(graph_text(MOST_LINES + 10, inputs="x: 0.5, y: 0.3, v: [1, 2]"))
    assert not is_large(problem)
    assert not is_large(parse_problem(graph_text(MOST_LINES)))


def test_a_value_out_of_range_is_placed() -> None:
    text = graph_text(MOST_LINES + 100).replace("v50 = ", "v50 = log(x - x) + ")
    with pytest.raises(ProblemError) as caught:
        solve_large(parse_problem(text))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "not-finite"
    assert "`v50` is not a finite number: log of 0" in diagnostic.message
    assert diagnostic.span is not None
    assert diagnostic.span.line == 6 + 51


def test_a_loss_that_needs_its_stable_form_goes_the_long_way() -> None:
    """0 · ln 0 is 0 in a cross-entropy, which its textbook form does not know."""
    problem = parse_problem(graph_text(MOST_LINES + 10, "L = cross_entropy(x - x, x - x) + v2000"))
    assert solve_large(problem) is None


def test_ids_and_parts() -> None:
    problem = parse_problem(graph_text(MOST_LINES + 500))
    short = solve_large(problem)
    assert short is not None
    assert short.resolve("dx") == f"d{short.output}/dx"
    with pytest.raises(UnknownQuantityError, match="did you mean"):
        short.resolve("v99a")
    part = part_of(problem, ["v20"])
    assert part is not None
    assert solve(part)["v20"] == pytest.approx(short.values["v20"], rel=1e-14)
    assert part_of(problem, ["x"]) is None
    assert part_of(problem, [f"d{short.output}/dx"]) is None
    assert part_of(problem, [short.output]) is None


def run_bpcli(arguments: list[str], file: Path) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "bpcli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", cwd=file.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_file_of_100_000_lines(tmp_path: Path) -> None:
    """From the file to every value and gradient; what is shown of so many lines is short."""
    file = tmp_path / "large.yaml"
    file.write_text(graph_text(100_000), encoding="utf-8")
    out = run_bpcli(["solve", "large.yaml", "--format", "json"], file)
    data: dict[str, Any] = json.loads(out)
    assert data["brief"] is True
    assert data["steps"] == []
    assert {"x", "v99999", "dv99999/dx", "dv99999/dv99998"} <= set(data["values"])
    file.write_text(graph_text(10_000), encoding="utf-8")
    out = run_bpcli(["solve", "large.yaml", "--width", "80"], file)
    assert "This graph has 10,000 lines" in out
    assert len(out.splitlines()) < 30


def test_a_chain_of_100_000_definitions(tmp_path: Path) -> None:
    """As deep as it is long; the recursion limit is never met."""
    file = tmp_path / "chain.yaml"
    lines = ["    a0 = x + 0", *(f"    a{k} = 1.00001 * a{k - 1}" for k in range(1, 100_000))]
    file.write_text("\n".join(["graph:", "  inputs: {x: 2}", "  define: |", *lines]), encoding="utf-8")
    out = run_bpcli(["solve", "chain.yaml", "--only", "dx", "--format", "json"], file)
    values = json.loads(out)["values"]
    assert values["dx"] == pytest.approx(1.00001**99_999, rel=1e-10)


def test_options_that_a_lesson_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "large.yaml"
    file.write_text(graph_text(MOST_LINES + 300), encoding="utf-8")
    assert run(["solve", str(file), "--only", "v4"]) == 0
    assert "Node v₄" in capsys.readouterr().out
    assert run(["solve", str(file), "--only", "dx", "-f", "markdown"]) == 0
    assert "dx" in capsys.readouterr().out
    assert run(["solve", str(file), "--only", "v4x"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_gradients_beside_their_central_differences() -> None:
    """Given numbers and intermediate ones, wide graphs and deep ones; a wrong gradient is seen."""
    solution = solve_large(parse_problem(graph_text(MOST_LINES + 200)))
    assert solution is not None
    of = f"d{solution.output}/d"
    names = [solution.output, f"{of}x", f"{of}y", f"{of}v2190", f"{of}v3"]
    told: list[None] = []
    found = check_large(solution, names, lambda: told.append(None))
    assert [item.name for item in found] == names[1:]
    assert len(told) == len(found)
    assert all(item.agrees for item in found)
    near = f"{of}v2190"
    wrong = solution._replace(values={**solution.values, near: 1.01 * solution.values[near]})
    (item,) = check_large(wrong, [near])
    assert not item.agrees
    assert item.digits <= 2


def test_a_step_out_of_range_is_no_slope() -> None:
    """Central differences that leave the domain of a logarithm are done with smaller steps."""
    lines = [f"    v{k} = 1.0 * v{k - 1}" for k in range(1, MOST_LINES + 1)]
    text = "\n".join(["graph:", "  inputs: {x: 0.001}", "  define: |", "    v0 = log(x)", *lines])
    solution = solve_large(parse_problem(text))
    assert solution is not None
    (item,) = check_large(solution, [f"dv{MOST_LINES}/dx"])
    assert item.agrees
    assert item.numeric == pytest.approx(1000.0)


def test_verify_tells_the_gradients_that_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "large.yaml"
    file.write_text(graph_text(MOST_LINES + 300), encoding="utf-8")
    assert run(["solve", str(file), "--verify"]) == 0
    out = capsys.readouterr().out
    assert "central difference" in out
    assert out.count(" digits\n") == 2
    assert run(["solve", str(file), "--verify", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["verification"]
    assert {name.split("/")[1] for name in told} == {"dx", "dy"}
    assert all(item["agrees"] for item in told.values())
    assert run(["solve", str(file), "--only", "dx", "--verify", "--width", "90"]) == 0
    assert capsys.readouterr().out.count(" digits\n") == 1


def test_a_formula_as_deep_as_it_is_long() -> None:
    """An expression of 200,000 nested operations is built, evaluated and dropped."""
    x = Variable("x", (), Identifier("x"))
    expr: Any = x
    for _ in range(200_000):
        expr = tanh(expr)
    assert 0 < float(evaluate(expr, {"x": np.float64(1.0)})) < 0.01
    del expr
