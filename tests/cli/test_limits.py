"""Every command at every limit that the reader has for formulas: done soon, and never a bug's exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from hanging import no_hanging

from bpcli.cli.entry import run
from bpcli.compose.custom import MOST_WRITTEN_OUT
from bpcli.compose.graph import MOST_PARTS
from bpcli.problem.expression import MAX_LENGTH, MAX_PENDING

HALF = MOST_PARTS // 2


def graph(inputs: str, *lines: str) -> str:
    return f"graph:\n  inputs: {{{inputs}}}\n  define:\n" + "".join(f"    {line}\n" for line in lines)


def network(formula: str) -> str:
    layers = "[{weights: [[0.01, 0.02]], bias: [0.001], activation: f}]"
    return (
        f"functions:\n  f(x): {formula}\n"
        f"network:\n  input: [0.1, 0.2]\n  target: [1]\n  layers: {layers}\n  loss: squared_error\n"
    )


def joined(sign: str, *names: str, count: int = HALF) -> str:
    return sign.join((names * count)[:count])


LIMITS = {
    "sum of numbers": graph("a: 2, b: 3", f"L: {joined(' + ', 'a', 'b')}"),
    "sum of vectors": graph("a: [1, 2], t: [1, 1]", f"s: {joined(' + ', 'a')}", "L: sum(s * t)"),
    "total of a sum": graph("a: [1, 2]", f"L: sum({joined(' + ', 'a', count=HALF - 1)})"),
    "product of a matrix in a sum": graph(
        "A: [[1, 2], [3, 4]], a: [1, 2]", f"s: A @ a + {joined(' + ', 'a', count=HALF - 5)}", "L: sum(s)"
    ),
    "product": graph("a: 1.001, b: 0.999", f"L: {joined('*', 'a', 'b')}"),
    "quotient": graph("a: 1.01", f"L: {joined('/', 'a')}"),
    "brackets": graph("a: 0.5", f"L: {'sin(' * (MAX_PENDING - 1)}a{')' * (MAX_PENDING - 1)}"),
    "powers": graph("a: 1.01", f"L: {joined('^', 'a', count=MAX_PENDING)}"),
    "length": network(joined("+", "x*x", count=MAX_LENGTH // 4)),
    "functions in functions": "functions:\n"
    f"  f(x): {joined('+', 'x', count=MOST_WRITTEN_OUT // 8)}\n"
    "  g(x): f(x) + f(x) + f(x)\n" + graph("a: 1.01", "L: g(a)"),
}
COMMANDS = (
    ("solve", "FILE"),
    ("solve", "FILE", "--detail", "full"),
    ("solve", "FILE", "--grain", "scalar"),
    ("check", "FILE", "ANSWERS"),
    ("lint", "FILE"),
    ("quiz", "FILE", "--to", "moodle"),
    ("key", "FILE"),
    ("sheet", "FILE"),
    ("derive", "FILE"),
    ("paths", "FILE", "a"),
    ("graph", "FILE"),
    ("cost", "FILE"),
    ("export", "FILE", "--to", "numpy"),
)


THROUGH_ALL = ("sum of numbers", "brackets", "functions in functions")
"""Limits that every command meets; the others are met by those that do most with a formula."""
MOST = (("solve", "FILE", "--detail", "full"), ("check", "FILE", "ANSWERS"), ("export", "FILE", "--to", "numpy"))
MET = [(limit, command) for limit in LIMITS for command in COMMANDS if limit in THROUGH_ALL or command in MOST]


@pytest.mark.parametrize(("limit", "command"), MET, ids=lambda item: item if isinstance(item, str) else " ".join(item))
def test_every_command_at_the_limits_of_formulas(
    limit: str, command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A formula as long or as deep as the reader allows is worked, graded and drawn, or refused with a word."""
    problem, answers = tmp_path / "p.yaml", tmp_path / "a.yaml"
    problem.write_text(LIMITS[limit], encoding="utf-8")
    answers.write_text("answers:\n  L: 7.7\n", encoding="utf-8")
    with no_hanging():
        code = run([{"FILE": str(problem), "ANSWERS": str(answers)}.get(word, word) for word in command])
    out, err = capsys.readouterr()
    # A formula too deep for Python has no script, and there are no paths from what is not a number of a graph.
    allowed = {"check": (1,), "lint": (0, 1), "export": (0, 3), "paths": (0, 2)}.get(command[0], (0,))
    assert code in allowed, err
    assert "bug" not in err
    assert out or err
