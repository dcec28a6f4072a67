"""Every command on networks of blocks, on graphs that are trained and on updates of every kind."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
