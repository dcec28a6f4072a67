"""What the README says is tried: its examples run, and its commands are the ones that are used."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from bpcli import check, load_problem, parse_problem, rendered, solve
from bpcli.cli.app import application
from bpcli.cli.entry import run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
YAML = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def test_python_examples_run():
    """Every Python example gives what it says it gives."""
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert results.attempted >= 4
    assert results.failed == 0


def test_yaml_examples_are_problems():
    """Every YAML example is a problem that can be solved."""
    examples = [text for text in YAML if not text.startswith("answers:")]
    assert len(examples) >= 2
    for text in examples:
        assert len(solve(parse_problem(text)).steps) > 0


def test_the_report_is_the_one_that_is_printed():
    """Every line of the report in the README is printed for the answers above it."""
    (answers,) = (text for text in YAML if text.startswith("answers:"))
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    solution = solve(load_problem("lez5"))
    printed = rendered(check(solution, answers), "terminal", solution=solution, width=80).splitlines()
    lines = [line for line in shown.splitlines() if line not in ("", "…")]
    assert len(lines) > 10
    assert [line for line in lines if line not in printed] == []


def test_the_test_command_is_the_one_that_is_run():
    """The command for the tests in the README is the one of the continuous integration."""
    commands = re.findall(r"```sh\n(python3 .*pytest.*)\n```", README)
    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


SHELL = [
    shlex.split(line, comments=True)
    for name in ("README.md", "CONTRIBUTING.md")
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("bpcli ")
]


@pytest.mark.parametrize("words", SHELL, ids=" ".join)
def test_commands_are_described_as_they_are(words):
    """Every command line has arguments and options that the command takes, with values of their kind."""
    command = get_command(application()).commands[words[1]]
    with command.make_context(words[1], words[2:]) as context:
        assert context.args == []


# Those that write nothing, ask nothing and take no time.
QUICK = [words for words in SHELL if not {"-o", "--csv", "--plot", "mine.yaml", "hw.yaml"} & {*words}]
QUICK = [words for words in QUICK if words[1] not in ("practice", "train")]


@pytest.mark.parametrize("words", QUICK, ids=" ".join)
def test_quick_commands_run(words, capsys):
    """What can be run anywhere runs, and prints something."""
    assert run(words[1:]) == 0
    assert len(capsys.readouterr().out) > 50
