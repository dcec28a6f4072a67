"""What the README says is tried: its examples run, and its commands are the ones that are used."""

import doctest
import re
from pathlib import Path

from bpcli import parse_problem, solve

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_examples_run():
    """Every Python example gives what it says it gives."""
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert results.attempted >= 4
    assert results.failed == 0


def test_yaml_examples_are_problems():
    """Every YAML example is a problem that can be solved."""
    examples = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert len(examples) >= 2
    for text in examples:
        assert len(solve(parse_problem(text)).steps) > 0


def test_the_test_command_is_the_one_that_is_run():
    """The command for the tests in the README is the one of the continuous integration."""
    commands = re.findall(r"```sh\n(python3 .*pytest.*)\n```", README)
    assert len(commands) == 1
    assert commands[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_commands_are_described_as_they_are():
    """Every option of `bpcli solve` that the README names exists."""
    from inspect import signature

    from bpcli.cli.solve import solve as command

    known = {f"--{name.replace('_', '-')}" for name in signature(command).parameters}
    named = set(re.findall(r"bpcli solve \S+ (--[a-z-]+)", README))
    assert len(named) >= 6
    assert named <= known
