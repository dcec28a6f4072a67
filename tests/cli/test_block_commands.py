"""Every command on networks of blocks, on graphs that are trained and on updates of every kind."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bpcli import load_problem, solve
from bpcli.cli.entry import run

EXERCISES = Path(__file__).parents[1] / "exercises"
PROBLEMS = (
    "n01_conv_max_pool",
    "n07_residual",
    "n13_lstm",
    "n18_attention_causal",
    "n19_attention_heads",
    "n20_own_block",
    "n22_tie",
    "n23_upstream",
    "n24_given",
    "n33_own_loss_cauchy",
    "n40_nesterov",
    "n41_given_gradients",
    "n42_online_sigmoid",
    "n27_perceptron",
    "g04_nesterov_lookahead",
    "g09_given_gradients",
    "g10_rate_list",
    "g14_schedule_cosine",
    "g15_clip_norm",
    "g18_rnn_loop",
)
FORMATS = ("terminal", "markdown", "html", "latex", "typst", "json")
WITHOUT_GRADIENTS = ("n23_upstream", "n27_perceptron", "n41_given_gradients", "g09_given_gradients")
"""Nothing is differentiated there."""


def called(*arguments: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it writes."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(list(arguments))
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(params=PROBLEMS)
def problem(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return str(EXERCISES / f"{name}.yaml")


def test_lessons_in_every_format(problem: str) -> None:
    for more in (*(("--format", item) for item in FORMATS), ("--detail", "full", "--lang", "pt"), ("--steps", "1")):
        code, out, err = called("solve", problem, *more)
        assert (code, err) == (0, ""), more
        assert len(out) > 200
    assert called("solve", problem, "--verify")[0] == 0
    assert called("solve", problem, "--grain", "scalar")[0] in (0, 2)


def test_what_is_asked_and_counted(problem: str) -> None:
    for more in (("sheet",), ("sheet", "-f", "csv"), ("sheet", "-f", "html"), ("key", "-f", "latex"), ("cost",)):
        command, *options = more
        code, out, err = called(command, problem, *options)
        assert (code, err) == (0, ""), more
        assert out
    assert called("lint", problem)[0] in (0, 1)
    expected = 2 if Path(problem).stem in WITHOUT_GRADIENTS else 0
    for options in ((), ("--values",)):
        code, _, err = called("derive", problem, *options)
        assert code == expected, err


def test_a_quiz_has_every_quantity(problem: str, tmp_path: Path) -> None:
    assert called("quiz", problem, "--to", "moodle", "-o", str(tmp_path / "quiz.xml"))[0] == 0
    assert "<question" in (tmp_path / "quiz.xml").read_text(encoding="utf-8")


def test_the_key_has_full_marks_and_a_spoiled_one_has_not(problem: str, tmp_path: Path) -> None:
    """Each value of the key, changed by itself, is found to be wrong; its neighbours are not."""
    key, spoiled = tmp_path / "key.yaml", tmp_path / "spoiled.yaml"
    assert called("key", problem, "-f", "yaml", "-o", str(key))[0] == 0
    code, _, err = called("check", problem, str(key))
    assert (code, err) == (0, "")
    text = key.read_text(encoding="utf-8")
    numbers = list(re.finditer(r"(?<=[ \[])-?\d+\.\d+", text[text.index("answers:") :]))
    start = text.index("answers:")
    for found in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
        spoiled.write_text(text[: start + found.start()] + "7.1234" + text[start + found.end() :], encoding="utf-8")
        code, out, err = called("check", problem, str(spoiled), "--explain")
        assert code == 1, out + err
        assert "7.1234" in out


def test_a_script_agrees(problem: str, tmp_path: Path) -> None:
    """It asserts the numbers of the problem itself."""
    script = tmp_path / "script.py"
    assert called("export", problem, "--to", "numpy", "-o", str(script))[0] == 0
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "agree with bpcli" in done.stdout


BATCHES = {
    "a residual block, a norm and branches": """\
network:
  inputs: [[0.5, -1], [1, 0.3], [-0.2, 0.8]]
  targets: [[0.5], [0], [1]]
  layers:
    - residual: {layers: [{weights: [[0.4, -0.3], [0.2, 0.6]], bias: [0.1, 0.2]}], activation: tanh}
    - layer_norm: {gain: [1.5, 0.5], bias: [0.1, 0.2], epsilon: 0.1}
    - branches:
        combine: concat
        branches: [{layers: [{weights: [[0.7, -0.5]], activation: sigmoid}]}, {layers: []}]
    - {weights: [[0.7, -0.5, 0.2]], bias: 0.3}
  loss: half_squared_error
  update: {learning_rate: 0.1}
  training: {epochs: 3}
""",
    "a mask and a tie": """\
network:
  inputs: [[0.5, -1], [1, 0.3], [-0.2, 0.8]]
  targets: [[0.5, 0.1], [0, 1], [1, 0.4]]
  layers:
    - {weights: [[0.4, 0], [0.2, 0.6]], mask: [[1, 0], [1, 1]], activation: tanh}
    - {weights: [[0.4, -0.3], [0.2, 0.6]], bias: [0.1, 0.2], activation: tanh}
    - {tie: 2}
  loss: half_squared_error
  update: {learning_rate: 0.1}
  training: {epochs: 3}
""",
}


def shapes_of(path: Path) -> dict[str, tuple[int, ...]]:
    solution = solve(load_problem(path))
    return {variable.name: variable.shape for variable in solution.program.inputs}


@pytest.mark.parametrize("name", BATCHES)
def test_a_checkpoint_has_every_parameter_in_its_place(name: str, tmp_path: Path) -> None:
    """What three epochs of one batch leave are the parameters after three updates; the rest of the file is the same."""
    path, trained = tmp_path / "p.yaml", tmp_path / "trained.yaml"
    path.write_text(BATCHES[name], encoding="utf-8")
    code, _, err = called("train", str(path), "--checkpoint", str(trained))
    assert (code, err) == (0, "")
    assert shapes_of(trained) == shapes_of(path)
    path.write_text(BATCHES[name].replace("learning_rate: 0.1", "learning_rate: 0.1, steps: 3"), encoding="utf-8")
    before, after = solve(load_problem(path)), solve(load_problem(trained))
    for parameter in before.built.parameters:
        np.testing.assert_allclose(after[parameter.name], before[f"{parameter.name}@3"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["n01_conv_max_pool", "n13_lstm", "n19_attention_heads", "g18_rnn_loop"])
def test_a_variant_has_other_numbers_in_the_same_places(name: str, tmp_path: Path) -> None:
    """It has every parameter in its shape, and its own key has full marks."""
    folder = tmp_path / "variants"
    code, _, err = called("generate", str(EXERCISES / f"{name}.yaml"), "--count", "1", "-o", str(folder))
    assert code == 0, err
    (variant,) = folder.glob("problems/*.yaml")
    assert shapes_of(variant) == shapes_of(EXERCISES / f"{name}.yaml")
    before, after = solve(load_problem(EXERCISES / f"{name}.yaml")), solve(load_problem(variant))
    assert any(not np.array_equal(before.values[v.name], after.values[v.name]) for v in before.built.parameters)
    assert called("key", str(variant), "-f", "yaml", "-o", str(tmp_path / "key.yaml"))[0] == 0
    assert called("check", str(variant), str(tmp_path / "key.yaml"))[0] == 0
