"""Every shipped problem in every text format, and a few of them as files that can be read."""

import re
from xml.etree import ElementTree

import pytest
from formulas import formulas
from shipped import covering

from bpcli import load_problem, solve
from bpcli.lesson import lesson
from bpcli.notation.mathml import math_element
from bpcli.render import FORMATS, render

CORE = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "msup", "msub", "msubsup", "munder", "munderover"),
    *("mover", "mfrac", "msqrt", "mtable", "mtr", "mtd"),
}
CHILDREN = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "munder": 2, "munderover": 3, "mover": 2}
SUFFIXES = {"html": "html", "latex": "tex", "typst": "typ"}


@pytest.mark.parametrize("name", covering())
def test_every_problem_in_every_format(name):
    document = lesson(solve(load_problem(name)))
    for format in FORMATS:  # noqa: A001
        text = render(document, format)
        assert text.endswith("\n")
        assert render(document, format) == text


@pytest.mark.parametrize("format", SUFFIXES)
@pytest.mark.parametrize("name", ["lez5", "adam", "micrograd"])
def test_snapshots(name, format, snapshots):  # noqa: A002
    document = lesson(solve(load_problem(name)))
    snapshots(name, SUFFIXES[format], render(document, format, fragment=True))


@pytest.mark.parametrize("name", covering())
def test_every_formula_is_well_formed_core(name):
    for math in formulas(lesson(solve(load_problem(name)))):
        written = math_element(math)
        assert not re.search(r"\son\w+=|href|src=", written)
        for element in ElementTree.fromstring(written).iter():
            assert element.tag in CORE
            if element.tag in CHILDREN:
                assert len(element) == CHILDREN[element.tag], written
