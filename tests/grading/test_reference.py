"""`bpcli mistakes`, `bpcli explain` and `bpcli lint`, as documents and as commands."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bpcli.expr import evaluate
from bpcli.grading.codes import ALL_CODES
from bpcli.grading.mistakes import CATALOGUE
from bpcli.grading.reference import example, mistake_document, mistakes_document
from bpcli.render import render

WITHOUT_EXAMPLE = {"F19", "L02", "D18", "S05", "S14"}
"""No single formula, or no shipped problem in which it shows."""


def bpcli(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "bpcli", *arguments], capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def test_the_list_has_every_mistake():
    text = render(mistakes_document(), "markdown")
    for identifier in CATALOGUE:
        assert identifier in text


@pytest.mark.parametrize("identifier", CATALOGUE)
def test_every_mistake_has_a_page(identifier):
    """Both formulas with their numbers, from a problem in which the mistake shows."""
    found = example(identifier)
    text = render(mistake_document(identifier), "terminal", width=100)
    assert CATALOGUE[identifier].looks.split()[0] in text
    assert identifier in WITHOUT_EXAMPLE or found is not None
    if found is not None:
        wrong = evaluate(found.variant.wrong, found.solution.values)
        assert not np.allclose(wrong, found.solution.values[found.site.name], rtol=1e-3, atol=1e-6)
        assert "With the mistake" in text


def test_a_mistake_on_the_command_line():
    done = bpcli("mistakes", "d03")
    assert done.returncode == 0
    assert "∂L/∂y ⊙ σ′(a⁽²⁾)" in done.stdout
    assert bpcli("mistakes").stdout.count("\n") > 125
    assert bpcli("mistakes", "Z99").returncode == 2


def test_codes_are_explained():
    assert "key stands twice" in bpcli("explain", "duplicate-key").stdout
    assert "slope" in bpcli("explain", "D03").stdout
    assert bpcli("explain").returncode == 0
    refused = bpcli("explain", "duplicate-kee")
    assert refused.returncode == 2
    assert "duplicate-key" in refused.stderr


def test_every_code_in_the_source_is_explained():
    """Whatever is handed to a `Diagnostic` or a `Refusal` as its code."""
    package = Path(__file__).parents[2] / "bpcli"
    given = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called, code = getattr(node.func, "id", getattr(node.func, "attr", "")), str(node.args[0].value)
            tells = called in ("Diagnostic", "Refusal") or (called == "add" and len(node.args) > 1 and "-" in code)
            if tells and re.fullmatch(r"[a-z]+(-[a-z]+)*", code):
                given.add(code)
    assert given <= ALL_CODES.keys()


def test_lint_on_the_command_line():
    quiet = bpcli("lint", "lez5")
    assert quiet.returncode == 0
    assert "--all" in quiet.stdout
    told = bpcli("lint", "lez5", "--all")
    assert "L02" in told.stdout
    assert "two outputs" in told.stdout
    hidden = bpcli("lint", "mac0460-softmax")
    assert hidden.returncode == 1
    assert "F03" in hidden.stdout
