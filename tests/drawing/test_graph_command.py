"""`bpcli graph`, `bpcli derive` and `bpcli cost` as they are run."""

from __future__ import annotations

import pytest

from bpcli.cli.entry import run


def test_format_follows_the_name_of_the_file(tmp_path):
    """.svg, .dot and .mmd, .tex and .md."""
    for command, suffix, start in (
        ("graph", "svg", "<svg"),
        ("graph", "dot", "digraph"),
        ("graph", "mmd", "flowchart"),
        ("derive", "tex", r"\documentclass"),
        ("derive", "md", "# "),
        ("cost", "json", "{"),
    ):
        path = tmp_path / f"out.{suffix}"
        assert run([command, "lez5", "-o", str(path)]) == 0
        assert path.read_text(encoding="utf-8").startswith(start)


def test_a_network_is_drawn_as_one_unless_its_operations_are_asked_for(capsys):
    """--operations, --extended and --only draw the graph."""
    assert run(["graph", "lez5", "--format", "mermaid"]) == 0
    assert "u0_0" in capsys.readouterr().out
    for option in (["--operations"], ["--extended"], ["--only", "h1"]):
        assert run(["graph", "lez5", "--format", "mermaid", *option]) == 0
        assert "n1[" in capsys.readouterr().out


def test_a_figure_without_answers_and_one_without_numbers(capsys):
    """--blank has the weights and no activation, --symbols the names alone."""
    shown = {}
    for option in ("--blank", "--symbols"):
        assert run(["graph", "lez5", "--format", "mermaid", option]) == 0
        shown[option] = capsys.readouterr().out
    assert "0.15" in shown["--blank"]
    assert "0.6094" not in shown["--blank"]
    assert "0.15" not in shown["--symbols"]
    assert "W₁₂⁽¹⁾" in shown["--symbols"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["graph", "lez5", "--network", "--extended"],
        ["graph", "karpathy", "--network"],
        ["graph", "lez5", "--only", "nothing"],
        ["graph", "lez5", "--blank", "--symbols"],
        ["derive", "lez5", "--direction", "a,b", "--of", "dL/dW1"],
        ["derive", "lez5", "--of", "dL/dW1[9,9]"],
        ["derive", "mac0460-entropy", "--wrt", "nothing"],
    ],
)
def test_refusals(arguments, capsys):
    """Exit code 2, a message on standard error, nothing on standard output."""
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert "bug" not in captured.err


def test_hessian_with_a_direction(capsys):
    """The direction is an input with the numbers given, and the values are shown."""
    arguments = ["derive", "lez5", "--of", "dL/dW1", "--wrt", "W1", "--direction", "1,0,0,-0.5", "--values"]
    assert run([*arguments, "--width", "100"]) == 0
    assert "−0.5" in capsys.readouterr().out
