"""The HTML page: what it holds when it is parsed again, what it never holds, and who can read it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hostile import EVERYTHING

from bpcli import load_problem, solve
from bpcli.document.document import Cell, Code, Document, Heading, Note, Paragraph, Step, Strong, Table, Title
from bpcli.document.safe import safe
from bpcli.lesson import lesson as tell
from bpcli.render import render
from bpcli.render.html_style import PAGE_STYLE

VOID = {"meta", "mspace"}


class Tree(HTMLParser):
    """The elements of a page in order, its text, and whether every element is closed where it must be."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append((self.open[-1] if self.open else "", data))

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]

    def inside(self, tag: str) -> str:
        return "".join(data for parent, data in self.text if parent == tag)


@pytest.fixture
def page(lesson) -> str:
    return render(lesson, "html")


def test_page_is_self_contained(page):
    """Nothing is fetched and nothing runs."""
    tree = Tree(page)
    assert "script" not in tree.names()
    assert not re.search(r"https?:|//|url\(|@import|javascript:", page.replace("<!doctype html>", ""))
    attributes = {name for _, attrs in tree.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on") or name in ("src", "href", "srcset")}
    policy = next(attrs["content"] for tag, attrs in tree.tags if attrs.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "script-src" not in policy


def test_language_title_and_viewport(page):
    tree = Tree(page)
    assert page.startswith("<!doctype html>\n")
    assert dict(tree.tags)["html"] == {"lang": "en"}
    assert tree.inside("title") == "A 2-2-2 sigmoid network"
    assert any(attrs.get("name") == "viewport" for _, attrs in tree.tags)


def test_headings_go_down_one_at_a_time(page):
    levels = [int(tag[1]) for tag in Tree(page).names() if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_have_headers_with_scope(page):
    headers = [attrs for tag, attrs in Tree(page).tags if tag == "th"]
    assert {attrs["scope"] for attrs in headers} == {"col", "row"}


def test_light_dark_and_print(page):
    for rule in ("prefers-color-scheme: dark", "@media print", "color-scheme: light dark"):
        assert rule in page


def test_steps_are_open_unless_folded(lesson):
    def details(**options: bool) -> list[bool]:
        return ["open" in attrs for tag, attrs in Tree(render(lesson, "html", **options)).tags if tag == "details"]

    assert all(details())
    assert not any(details(folded=True))
    assert len(details()) == 10


def test_anchors_are_unique():
    steps = tuple(Step(n, "dL/dW 1", ("x",), (), ()) for n in (1, 2, 3))
    anchors = [a["id"] for tag, a in Tree(render(Document(steps), "html")).tags if tag == "section"]
    assert anchors == ["dL/dW-1", "dL/dW-1-2", "dL/dW-1-3"]


def test_fragment_styles_itself_only(lesson):
    fragment = render(lesson, "html", fragment=True)
    tree = Tree(fragment)
    assert not {"html", "head", "body", "title"} & set(tree.names())
    assert not [attrs for _, attrs in tree.tags if "id" in attrs]
    style = re.sub(r"@media[^{]*\{", "", tree.inside("style"))
    selectors = [rule.split("{")[0] for rule in re.findall(r"[^{};]*\.bpcli[^{}]*\{|^[^{}:;]+\{", style, re.MULTILINE)]
    assert selectors
    assert all(".bpcli" in selector for selector in selectors)


@pytest.mark.parametrize("hostile", EVERYTHING)
def test_hostile_text_is_text(hostile):
    """The page has the elements of a harmless one, and the text as it was typed."""

    def build(text: str) -> Document:
        cells = (Cell((text,)), Cell((Code(text),)))
        return Document(
            (
                Title(text, text),
                Heading(text),
                Paragraph((text, Strong(text), Code(text))),
                Note((text,), "warning"),
                Step(1, text, (text,), (text,), ()),
                Table(((text,), (text,)), (cells,), "lr", (text,)),
            )
        )

    tree, harmless = Tree(render(build(hostile), "html")), Tree(render(build("x"), "html"))
    assert [(tag, sorted(attrs)) for tag, attrs in tree.tags] == [(tag, sorted(attrs)) for tag, attrs in harmless.tags]
    shown = " ".join(safe(" ".join(hostile.split()) if "\n" in hostile else hostile).split())
    for tag in ("title", "h1", "h2", "code", "strong", "caption"):
        assert shown in " ".join(tree.inside(tag).split())


def test_language_is_the_documents():
    assert '<html lang="it">' in render(Document((Title("x"),), "it"), "html")


def test_wide_formulas_are_broken_and_scroll():
    solution = solve(load_problem("lez5"))
    assert "overflow-x: auto" in render(tell(solution), "html")


def test_matrices_in_tables_keep_their_padding():
    """Tables collapse their borders, and a matrix inside inherits that: its digits would lose their room."""
    table, matrix = (
        re.search(rf"\.bpcli {name} \{{(.*?)\}}", PAGE_STYLE, re.DOTALL)[1] for name in ("table", r"\.matrix mtable")
    )
    assert "border-collapse: collapse" in table
    assert "border-collapse: separate; border-spacing: 0" in matrix
    assert "background-origin: border-box" in matrix
