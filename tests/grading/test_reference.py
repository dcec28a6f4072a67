"""`bpcli mistakes`, `bpcli explain` and `bpcli lint`, as documents and as commands."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bpcli.calculus.expr import evaluate
from bpcli.grading.codes import ALL_CODES
from bpcli.mistakes import AUXILIARY, CATALOGUE, WITHOUT_FORMULA, described, families, words
from bpcli.mistakes.sources import SOURCES
from bpcli.render import render
from bpcli.reports.reference import example, mistake_document, mistakes_document

WITHOUT_EXAMPLE = {"L02", "D18", "S05", "S14", "S26", "U17"} | WITHOUT_FORMULA
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


@pytest.mark.parametrize("identifier", AUXILIARY)
def test_what_happens_to_numbers_has_a_page(identifier):
    """Every id that a report shows can be looked up, in either case."""
    done = bpcli("mistakes", identifier.lower())
    assert done.returncode == 0
    assert AUXILIARY[identifier].title in done.stdout


def test_words_are_looked_for():
    """In ids, titles and texts; all the words have to be there."""
    found = bpcli("mistakes", "slope", "twice").stdout
    assert "B18" in found or "D04" in found
    assert "F01" not in found
    lost = bpcli("mistakes", "zzz")
    assert lost.returncode == 2
    assert "zzz" in lost.stderr


def test_the_list_says_which_mistakes_may_be_conventions():
    lines = render(mistakes_document(), "markdown").splitlines()
    assert (
        "| `L02` | mean instead of half the sum | L = (1/n) Σ (y − t)² where L = ½ Σ (y − t)² | or a convention |"
        in lines
    )
    assert "| `D03` | slope left out | ∂L/∂a = ∂L/∂y |  |" in lines
    assert lines[0] == "# 180 mistakes"
    assert sum("or a convention" in line for line in lines) == sum(e.convention for e in CATALOGUE.values())
    assert [line[3:] for line in lines if line.startswith("## ")] == list(families().values())[:-1]


@pytest.mark.parametrize("language", ["it", "pt"])
def test_lists_and_pages_are_in_the_language_asked_for(language):
    """The documents know it too, for what a renderer adds."""
    listed, page = mistakes_document(language), mistake_document("D03", language)
    assert (listed.language, page.language) == (language, language)
    entry, said = described("D03", language), words(language)
    text = render(listed, "terminal", width=200)
    assert entry.title in text
    assert families(language)["D"] in text
    assert said["convention"] in text
    page_text = render(page, "markdown")
    for told in (entry.title, entry.looks, entry.hint, families(language)["D"], said["what"], said["mistaken"]):
        assert told in page_text


def test_a_page_tells_where_a_mistake_was_seen_and_what_may_be_a_convention():
    text = render(mistake_document("L02"), "markdown")
    assert "dlib #1169 (https://github.com/davisking/dlib/issues/1169); PyTorch #3924" in text
    assert words()["note.convention"] in text
    assert "*Loss*" in text
    assert words()["note.convention"] not in render(mistake_document("D03"), "markdown")
    unseen = next(entry.id for entry in CATALOGUE.values() if not entry.sources)
    assert words()["sources.none"] in render(mistake_document(unseen), "markdown")
    named = next((e, n) for e in CATALOGUE.values() for n in e.sources if not SOURCES[n])
    assert f"{named[1]} (" not in render(mistake_document(named[0].id), "markdown")


def test_a_mistake_that_shows_nowhere_has_no_example():
    text = render(mistake_document("D18"), "markdown")
    assert example("D18") is None
    assert words()["example"] not in text
    with pytest.raises(KeyError):
        mistake_document("Z99")


def test_a_mistake_on_the_command_line():
    done = bpcli("mistakes", "d03")
    assert done.returncode == 0
    assert "∂L/∂y ⊙ σ′(a⁽²⁾)" in done.stdout
    assert bpcli("mistakes").stdout.count("\n") > 180
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
