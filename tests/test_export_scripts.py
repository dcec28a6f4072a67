"""Scripts for other libraries: they run, and what they assert holds."""

from __future__ import annotations

import ast
import importlib.util
import runpy
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from shipped import covering

from bpcli import load_problem, parse_problem, solve
from bpcli.cli.entry import run
from bpcli.export.scripts import TARGETS, script
from bpcli.export.scripts.code import renamed
from bpcli.export.scripts.names import identifiers
from bpcli.problem.model import Problem
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import rounding_of

LIBRARIES = {"numpy": "numpy", "pytorch": "torch", "jax": "jax"}
INSTALLED = [name for name in TARGETS if importlib.util.find_spec(LIBRARIES[name]) is not None]


def written(problem: Problem, target: str) -> str:
    return script(solve(problem, rounding_of(problem.display)._replace(each_step=False)), target)


def assert_runs(text: str, folder: Path) -> None:
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    said = StringIO()
    with redirect_stdout(said):
        runpy.run_path(str(path), run_name="__main__")
    assert "agree with bpcli" in said.getvalue()


@pytest.mark.parametrize("name", covering())
def test_numpy_script_of_every_shipped_problem(name: str, tmp_path: Path) -> None:
    """Loss, gradients and update come to the same numbers."""
    assert_runs(written(load_problem(name), "numpy"), tmp_path)


@pytest.mark.parametrize("target", [name for name in INSTALLED if name != "numpy"])
@pytest.mark.parametrize("name", shipped_names())
def test_scripts_of_other_libraries(name: str, target: str, tmp_path: Path) -> None:
    """Where they are installed, their automatic gradients are the worked ones."""
    assert_runs(written(load_problem(name), target), tmp_path)


def assert_defined(text: str, target: str) -> None:
    """The script is Python, calls no other library and defines every name that it uses."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    known = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.Lambda):
            known |= {argument.arg for argument in node.args.args}
            known |= {node.name} if isinstance(node, ast.FunctionDef) else set()
    assert used <= known | {"print", "len", "range", "float", "max", "min", "abs", "sum"}
    assert ("np" in used) <= (target != "pytorch")


@pytest.mark.parametrize("target", ["pytorch", "jax"])
@pytest.mark.parametrize("name", covering())
def test_scripts_of_libraries_that_are_not_here(name: str, target: str) -> None:
    """They are Python, call no other library, define every name that they use, and compare every number."""
    text = written(load_problem(name), target)
    assert_defined(text, target)
    solution = solve(load_problem(name))
    assert f'"{solution.output.name}": (' in text


GIVEN = {
    "network": """
network:
  input: [1, -0.5]
  upstream: [1, -2]
  layers:
    - {weights: [[0.4, 0.3], [-0.2, 0.6]], bias: [0.1, 0], activation: tanh}
    - {weights: [[0.7, -0.3], [0.1, 0.5]], bias: [0, 0.1], activation: OUTPUT}
""",
    "graph": """
graph:
  parameters: {w: 1}
  update: {learning_rate: 0.1, steps: 2, gradients: [{w: 0.4}, {w: -0.2}]}
""",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("kind", "output"), [("network", "tanh"), ("network", "identity"), ("graph", "")])
def test_gradients_that_are_given(kind: str, output: str, target: str, tmp_path: Path) -> None:
    """Where no output is computed, the passes begin at the gradient that is given."""
    problem = parse_problem(GIVEN[kind].replace("OUTPUT", output), "p.yaml")
    text = written(problem, target)
    assert_defined(text, target)
    expected = [line for line in text.splitlines() if line.startswith('    "')]
    assert len(expected) == len(set(expected)) == (2 if kind == "graph" else 4)
    if target in INSTALLED:
        assert_runs(text, tmp_path)


NETWORK = """
functions:
  swish(x): x * sigmoid(x)
  softsign(x): {{value: x / (1 + abs(x)), derivative: 1 / (1 + abs(x))^2}}
conventions: {{affine: {affine}, relu_at_zero: {at_zero}}}
network:
  inputs: [[1, 0], [-1, 2]]
  targets: {targets}
  layers:
    - {{weights: [[0.5, -0.25], [0.1, 0.3]], bias: [0, 0.1], activation: {hidden}}}
    - {{weights: [[0.2, -0.4], [0.7, 0.6]], bias: 0.2, activation: {output}}}
  loss: {loss}
  regularization: {{l2: 0.1, l1: 0.01, bias: true}}
  update: {update}
"""
PLAIN = {
    "affine": "W x + b",
    "at_zero": "0",
    "hidden": "tanh",
    "output": "sigmoid",
    "targets": "[[1, 0], [0, 1]]",
    "loss": "half_squared_error",
    "update": "{learning_rate: 0.5}",
}
VARIANTS = [
    *({"hidden": name} for name in ("identity", "relu", "softplus", "elu", "swish", "softsign", "sigmoid")),
    *({"hidden": "relu", "at_zero": at} for at in ("1", "0.5")),
    {"hidden": "{name: leaky_relu, slope: 0.2}", "at_zero": "0.5"},
    {"hidden": "{name: elu, alpha: 2}"},
    *({"affine": layout} for layout in ("x W + b", "x W^T + b")),
    *({"loss": loss} for loss in ("squared_error", "mean_squared_error", "half_mean_squared_error")),
    *({"loss": loss} for loss in ("binary_cross_entropy", "absolute_error", "{name: huber, delta: 0.3}")),
    {"loss": "{name: cross_entropy, log_base: 2, over_batch: sum}", "output": "softmax"},
    {"loss": "{name: squared_error, factor: 0.3, over_outputs: mean}"},
    *(
        {"update": f"{{optimizer: {name}, learning_rate: 0.1}}"}
        for name in ("momentum", "rmsprop", "adagrad", "adam", "adamw")
    ),
]


@pytest.mark.parametrize("target", INSTALLED)
@pytest.mark.parametrize("lines", VARIANTS, ids=lambda lines: ",".join(lines.values()))
def test_every_kind_of_line(lines: dict[str, str], target: str, tmp_path: Path) -> None:
    """Activations, losses, layouts, optimizers, functions of the file."""
    assert_runs(written(parse_problem(NETWORK.format(**{**PLAIN, **lines})), target), tmp_path)


@pytest.mark.parametrize("target", INSTALLED)
@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum", "rmsprop", "adagrad", "adam", "adamw"])
def test_all_updates_are_made(optimizer: str, target: str, tmp_path: Path) -> None:
    """The numbers of the first pass, and the parameters after the last update."""
    update = f"{{optimizer: {optimizer}, learning_rate: 0.1, steps: 4}}"
    problem = parse_problem(NETWORK.format(**{**PLAIN, "update": update}))
    text = written(problem, target)
    assert '"W1_new": (first["W1_new"], ' in text
    after = solve(problem)["W2@4"]
    assert f'"W2@4": (W2, [{", ".join(map(str, after))}])' in text
    assert_runs(text, tmp_path)


def test_numbers_are_worked_as_people_write_them() -> None:
    """1 − β₁ and not what a computer makes of it."""
    for target in TARGETS:
        text = written(load_problem("adam"), target)
        assert "m_W1 = 0.9 * m_W1_old + (1 - 0.9) * dL_dW1" in text
        assert "0.09999999999999998" not in text


GRAPH = """
title: Every function
functions:
  twice(x, y): 2 * x * y
graph:
  inputs:
    {v: [0.3, 0.6, 0.1], M: [[1, 2, 0.5], [0.2, 0.1, 3]], p: [0.2, 0.5, 0.3], a: 0.7, b: -1.2,
     unused: 3, lambda: 2, zero: 0}
  define:
    s: softmax(v)
    e: entropy(p, 2) + kl(p, s) + cross_entropy(p, s)
    n: norm2(v) + dot(v, p) + mean(v) + max(v) + min(v)
    q: max(a, b) + min(a, b) + abs(b) + sqrt(a) + log2(a) + log10(a) + sin(a) * cos(b) + exp(2)
    w: M @ v
    z: tanh(w) + sigmoid(w) + relu(w) + leaky_relu(w, 0.1) + softplus(w) + square(w)
    m: v[1] * M[2,3] + a^3 + a**b / 2 + lambda
    c: half_squared_error(s, p) + squared_error(s, p) + binary_cross_entropy(p, s)
    o: softplus(zero) + abs(zero) + relu(zero)
    L: e + n + q + sum(z) + m + c + twice(a, b) + sum(transpose(M)) + o
"""


@pytest.mark.parametrize("target", INSTALLED)
def test_every_function_of_a_graph(target: str, tmp_path: Path) -> None:
    """Functions, entries, names that Python keeps for itself."""
    assert_runs(written(parse_problem(GRAPH), target), tmp_path)


@pytest.mark.parametrize("target", INSTALLED)
def test_numbers_at_the_edge(target: str, tmp_path: Path) -> None:
    """A number out of range on the way, and a saturated loss, whose textbook form would be infinite."""
    assert_runs(written(parse_problem("graph: {inputs: {x: 1}, define: {y: 'x + 1/exp(1000)'}}"), target), tmp_path)
    saturated = """network:
  input: [1]
  target: [0]
  layers: [{weights: [[40]], activation: sigmoid}]
  loss: binary_cross_entropy
"""
    assert_runs(written(parse_problem(saturated), target), tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_forward_pass_alone(target: str) -> None:
    """Without a loss there is nothing to differentiate."""
    text = written(parse_problem("network: {input: [1], layers: [{weights: [[2]]}]}"), target)
    assert "# Forward pass" in text
    assert "Backward" not in text
    ast.parse(text)


@pytest.mark.parametrize("target", TARGETS)
def test_titles_cannot_leave_their_comment(target: str) -> None:
    """Whatever a title has in it, the script is what it would be without."""
    title = '""" import os; os.system(1) \u202e {x!r} %s \\\\ # \x27\x27\x27'
    text = 'title: "' + title.replace('"""', '\\"\\"\\"') + '"\ngraph: {inputs: {x: 1}, define: {L: x * x}}\n'
    tree = ast.parse(written(parse_problem(text), target))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "os" not in imported


def test_identifiers() -> None:
    """Names become identifiers, each its own."""
    names = identifiers(["dL/da2", "f'(a1)", "W1_new", "v_W1@0", "lambda", "np", "a b", "a_b", "ﬁ", "fi", "σ", "2x"])
    assert list(names.values())[:6] == ["dL_da2", "slope_a1", "W1_new", "v_W1_old", "lambda_", "np_"]
    assert len(set(names.values())) == len(names)
    assert all(name.isidentifier() for name in names.values())


def test_unknown_target() -> None:
    """Only the libraries there are."""
    with pytest.raises(ValueError, match="numpy"):
        script(solve(load_problem("lez5")), "keras")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("sin(" * 80 + "x" + ")" * 80, "operations inside each other"),
        ("max(x, " * 12 + "1" + ")" * 12, "more than 20000 characters"),
    ],
    ids=["deep", "long"],
)
def test_a_formula_that_python_would_not_read_is_refused(
    formula: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python has a bound on brackets; and what a formula uses twice is written twice, at every depth anew."""
    file = tmp_path / "deep.yaml"
    file.write_text(f"graph:\n  inputs: {{x: 0.5}}\n  define:\n    y: {formula}\n", encoding="utf-8")
    assert run(["export", str(file), "--to", "numpy"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "break it into steps" in err


def test_names_of_the_other_libraries() -> None:
    """Names are exchanged in the syntax tree: what a text holds stays."""
    assert (
        renamed("y = np.abs(x) + np.exp(np.array([1.0]))  # np", "jnp") == "y = absolute(x) + jnp.exp(jnp.array([1.0]))"
    )
    assert renamed("y = np.array([np.e, 'np'])", "torch") == "y = torch.tensor([torch.e, 'np'])"
