"""Text from outside in what other programs read: JSON, YAML, Python, learning platforms."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from examples import tried
from hypothesis import given
from hypothesis import strategies as st
from trust.any_text import Elements, flowing, texts, titled

from bpcli import Solution, parse_problem
from bpcli.authoring.scaffold import Scaffold, graph_text, network_text
from bpcli.document.safe import safe
from bpcli.export.json import indented
from bpcli.export.moodle import solution_to_moodle
from bpcli.export.prairielearn import solution_to_prairielearn
from bpcli.export.qti import solution_to_qti
from bpcli.export.quiz import text_html
from bpcli.export.scripts import TARGETS, script
from bpcli.export.scripts.pieces import quoted as python_string
from bpcli.problem.yaml import read_yaml
from bpcli.reports.answer_sheet import blank_sheet

# --- JSON, YAML, Python ---

values = st.recursive(
    texts | st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_json_is_read_back_and_printable(data: Any) -> None:
    """Any data come back, and no line of it could move a cursor."""
    written = indented(data)
    assert json.loads(written) == data
    assert all(line.isprintable() for line in written.split("\n"))


@given(texts.filter(lambda text: len(text) <= 100))
def test_titles_of_new_problems(text: str) -> None:
    """`bpcli new --title` writes YAML that says the title."""
    for written in (network_text(Scaffold((2, 1), title=text)), graph_text(title=text)):
        problem = parse_problem(written)
        assert text == "" or problem.title == safe(text).strip()
        assert read_yaml(written, "new.yaml").root


@tried(0.3)
@given(texts)
def test_strings_and_comments_of_python(text: str) -> None:
    """A string is the text, and a title is in a comment that it does not leave."""
    assert ast.literal_eval(python_string(text)) == safe(text)
    for target in TARGETS:
        written, harmless = script(titled(text), target), script(titled("x"), target)
        assert code_of(written) == code_of(harmless)


def code_of(source: str) -> list[str]:
    """The tokens of a script that are not comments."""
    ast.parse(source)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type not in (tokenize.COMMENT, tokenize.NL)]


@tried(0.3)
@given(texts)
def test_comments_of_answer_sheets(text: str) -> None:
    """A title stands in a comment of the sheet, and adds no key to it."""
    written = blank_sheet(titled(text))
    fields = [key.text for key, _ in read_yaml(written, "sheet.yaml").root.entries]
    assert fields == [key.text for key, _ in read_yaml(blank_sheet(titled("x")), "sheet.yaml").root.entries]


# --- learning platforms ---


@tried(0.3)
@given(texts)
def test_text_for_platforms(text: str) -> None:
    """Text as HTML in which no platform finds a field, a template or a formula."""
    written = text_html(text)
    assert not set(re.sub(r'<span class="[\w -]+">', "", written).removesuffix("</span>")) & set("{}~\\$[]@<>\"'")
    found = Elements(written)
    assert found.text == safe(text)
    assert {tag for tag, _ in found.elements} <= {"span"}


@pytest.mark.parametrize("platform", ["moodle", "qti", "prairielearn"])
@tried(0.15)
@given(text=texts.filter(lambda text: flowing(text) != ""))
def test_questions_of_platforms(platform: str, text: str) -> None:
    """XML or a folder whose pages have the elements of harmless ones, the title in its place."""
    title, found = question(platform, titled(text))
    other, harmless = question(platform, titled("x"))
    assert title == other.replace("x", safe(text))
    elements = [element for element in found.elements if element[0] != "span"]
    assert elements == [element for element in harmless.elements if element[0] != "span"]
    assert safe(text) in found.text


def question(platform: str, solution: Solution) -> tuple[str, Elements]:
    """The title of an export and the elements of its page."""
    if platform == "moodle":
        root = ET.fromstring(solution_to_moodle(solution))
        return root.findtext("question/name/text", ""), Elements(root.findtext("question/questiontext/text", ""))
    if platform == "prairielearn":
        files = solution_to_prairielearn(solution)
        ast.parse(files["server.py"])
        return json.loads(files["info.json"])["title"], Elements(files["question.html"])
    with zipfile.ZipFile(io.BytesIO(solution_to_qti(solution))) as package:
        root = ET.fromstring(package.read(next(name for name in package.namelist() if name != "imsmanifest.xml")))
    assessment = root[0]
    material = [element.text or "" for element in root.iter() if element.tag.endswith("mattext")]
    return assessment.attrib["title"], Elements("".join(material))
