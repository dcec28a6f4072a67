"""`bpcli train` and `bpcli export` as users run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bpcli import load_problem, solve


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    command = [sys.executable, "-m", "bpcli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=60, **options)  # type: ignore[call-overload]


def test_report_of_a_training() -> None:
    """Set-up, curve, table, parameters, what next; nothing on standard error."""
    done = run("train", "xor")
    assert (done.returncode, done.stderr) == (0, "")
    for part in ("4 instances, 9 parameters", "J = 0.009", "100.0 %", "W⁽¹⁾", "--show-steps", "⠤"):
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_ascii_and_markdown() -> None:
    """The report survives where there are no braille characters, and as Markdown."""
    plain = run("train", "iris", "--epochs", 3, "--ascii")
    assert plain.returncode == 0
    assert plain.stdout.isascii()
    markdown = run("train", "iris", "--epochs", 3, "--format", "markdown").stdout
    assert markdown.startswith("# Three species")
    assert "```text\n" in markdown


def test_json_has_history_and_parameters() -> None:
    """The history by epochs, and the parameters at full precision."""
    data = json.loads(run("train", "xor", "--epochs", 3, "--format", "json").stdout)
    assert (data["format"], data["version"], data["epochs"], data["reason"]) == ("bpcli/training", 1, 3, "epochs")
    assert [m["epoch"] for m in data["history"]] == [0, 1, 2, 3]
    assert len(data["parameters"]["W1"]) == 2


def test_options_take_the_place_of_the_file() -> None:
    """Epochs, batches, rate, seed and stop can be given."""
    options = ("--epochs", 4, "--batch-size", 2, "--learning-rate", 0.25, "--shuffle", "--seed", 3, "--stop-below", 0)
    text = run("train", "xor", *options).stdout
    assert "2 instances in every update, 2 updates an epoch, shuffled with seed 3" in " ".join(text.split())
    assert "η = 0.25" in text
    assert "All 4 epochs were trained, 8 updates" in text


def test_first_updates_are_worked() -> None:
    """The numbers of the first updates, each from the parameters before it."""
    text = run("train", "xor", "--epochs", 2, "--show-steps", 2).stdout
    assert text.count("Update 1") == 1
    assert text.count("Update 2") == 1
    assert text.count("Pre-activation of layer 1") == 2


def test_checkpoint_round_trip(tmp_path: Path) -> None:
    """`solve` accepts a checkpoint, and another training goes on from it."""
    kept = tmp_path / "kept.yaml"
    first = json.loads(run("train", "iris", "--epochs", 2, "--format", "json", "--checkpoint", kept).stdout)
    solution = solve(load_problem(kept))
    assert solution["W1"] == first["parameters"]["W1"]
    assert (tmp_path / "iris.csv").is_file()
    again = run("train", kept, "--epochs", 1, "--checkpoint", kept)
    assert again.returncode == 4  # the problem itself is never replaced
    assert run("train", "iris", "--epochs", 1, "--checkpoint", kept).returncode == 0
    assert solve(load_problem(kept))["W1"] != first["parameters"]["W1"]


def test_other_files_are_not_replaced(tmp_path: Path) -> None:
    """A checkpoint replaces checkpoints; anything else only with --force."""
    there = tmp_path / "mine.yaml"
    there.write_text("precious")
    refused = run("train", "xor", "--epochs", 1, "--checkpoint", there)
    assert refused.returncode == 4
    assert "is not as bpcli made it" in refused.stderr
    assert there.read_text() == "precious"
    assert run("train", "xor", "--epochs", 1, "--checkpoint", there, "--force").returncode == 0
    assert there.read_text().startswith("# bpcli checkpoint")


def test_data_of_another_problem_is_not_replaced(tmp_path: Path) -> None:
    """A data file of the same name beside the checkpoint stays."""
    (tmp_path / "iris.csv").write_text("a,b\n1,2\n")
    refused = run("train", "iris", "--epochs", 1, "--checkpoint", tmp_path / "kept.yaml")
    assert refused.returncode == 4
    assert (tmp_path / "iris.csv").read_text() == "a,b\n1,2\n"
    assert not (tmp_path / "kept.yaml").exists()


def test_plots(tmp_path: Path) -> None:
    """SVG by ourselves, PNG by matplotlib or with a word on what is missing, nothing else."""
    assert run("train", "xor", "--epochs", 5, "--plot", tmp_path / "c.svg").returncode == 0
    ElementTree.fromstring((tmp_path / "c.svg").read_text(encoding="utf-8"))
    png = run("train", "xor", "--epochs", 5, "--plot", tmp_path / "c.png")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        assert png.returncode == 4
        assert "bpcli[plot]" in png.stderr
    else:
        assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")
    assert run("train", "xor", "--plot", tmp_path / "c.gif").returncode == 2


def test_divergence_is_told_and_has_its_exit_code() -> None:
    """Exit code 3, and a way out."""
    done = run("train", "iris", "--learning-rate", "1e6")
    assert done.returncode == 3
    assert "smaller learning rate" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("cs231n-add-mul",), 3, "only a `network:` is"),
        (("iris", "--epochs", 1_000_000, "--batch-size", 1), 3, "at most 50,000,000"),
        (("xor", "--learning-rate", "-1"), 2, "greater than 0"),
        (("xor", "--learning-rate", "nan"), 2, "greater than 0"),
        (("xor", "--epochs", 10**12), 2, "1000000"),
        (("xor", "--seed", -1), 2, "seed"),
        (("nothing-of-the-kind",), 4, "neither a file"),
    ],
)
def test_refusals(arguments: tuple[object, ...], code: int, told: str) -> None:
    """Usage is 2, a problem that cannot be trained 3, a file that is not there 4."""
    done = run("train", *arguments)
    assert done.returncode == code
    assert told in done.stderr


def test_export_writes_a_script(tmp_path: Path) -> None:
    """On standard output or in a file, and it runs."""
    assert "import torch" in run("export", "lez5", "--to", "pytorch").stdout
    target = tmp_path / "lez5.py"
    assert run("export", "lez5", "--to", "numpy", "-o", target).returncode == 0
    done = subprocess.run([sys.executable, str(target)], capture_output=True, text=True)
    assert "agree with bpcli" in done.stdout
    assert run("export", "lez5", "--to", "keras").returncode == 2
