"""The pages in docs/ say what the program says."""

import importlib.util
import re
from pathlib import Path

import pytest

from bpcli import check, load_problem, parse_problem, solve
from bpcli.problem.declaration import PROBLEM

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
FORMATS = (DOCS / "formats.md").read_text(encoding="utf-8")


def _build():
    spec = importlib.util.spec_from_file_location("build", DOCS / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = _build()


@pytest.mark.parametrize("name", BUILD.PAGES)
def test_generated_pages_are_current(name):
    """The pages made by `python docs/build.py` are those that it would make now."""
    assert (DOCS / name).read_text(encoding="utf-8") == BUILD.PAGES[name]()


def _fields(kind, seen):
    """Every key that a problem file may have, at any depth."""
    for field in getattr(kind, "fields", ()):
        seen.add(field.key)
        _fields(field.kind, seen)
    for part in ("scalar", "sequence", "mapping", "item", "value", "kind"):
        if (inner := getattr(kind, part, None)) is not None:
            _fields(inner, seen)
    return seen


def test_every_key_of_a_problem_is_described():
    """docs/formats.md names every key that may stand in a problem file."""
    keys = _fields(PROBLEM, set())
    assert {"layers", "classes", "gradient_below", "layer_index", "derivative"} <= keys
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", FORMATS)) == []


PROBLEMS = [
    text for text in re.findall(r"```yaml\n(.*?)```", FORMATS, re.DOTALL) if re.search("^(network|graph):", text, re.M)
]
ANSWERS = [text for text in re.findall(r"```yaml\n(.*?)```", FORMATS, re.DOTALL) if re.search("^answers:", text, re.M)]


@pytest.mark.parametrize("text", PROBLEMS, ids=lambda text: text.split("\n")[0])
def test_problems_can_be_solved(text):
    """Every problem in docs/formats.md is one."""
    assert solve(parse_problem(text)).steps


def test_answers_can_be_graded():
    """The answer file in docs/formats.md answers the shipped problem lez5."""
    (text,) = ANSWERS
    report = check(load_problem("lez5"), text)
    assert {answer.verdict for answer in report.answers if answer.given is not None} == {"correct"}


@pytest.mark.parametrize(
    "page", [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda p: p.name
)
def test_links_lead_somewhere(page):
    """Every relative link is a file, and its anchor a heading of that file."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-").lower() for heading in headings}, (
                target
            )
