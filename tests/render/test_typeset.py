"""PDF, PNG and SVG pages: made by the typst package, the same bytes each time, nothing off the page."""

from __future__ import annotations

import re
import sys

import pytest
from hostile import EVERYTHING
from shipped import covering

from bpcli import load_problem, solve
from bpcli.diagnostics import OutputError
from bpcli.document.document import (
    Cell,
    Code,
    Document,
    Equation,
    Heading,
    InlineMath,
    Link,
    Note,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.document.mathtree import Fenced, Identifier, Matrix, Number, Operator, Row, Words
from bpcli.lesson import LessonOptions
from bpcli.lesson import lesson as tell
from bpcli.render import render, render_pages

A4 = 595.28
MARGIN = 2.3 * 28.35


def test_missing_package_is_named(monkeypatch, lesson):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(OutputError, match=r'pip install "bpcli\[pdf\]"'):
        render_pages(lesson, "pdf")


def test_unknown_format():
    with pytest.raises(ValueError, match="unknown format"):
        render_pages(Document(()), "bmp")


class TestWithPackage:
    @pytest.fixture(autouse=True)
    def typst(self):
        return pytest.importorskip("typst", reason="the package typst is not installed")

    @pytest.mark.parametrize(("format", "start"), [("pdf", b"%PDF-"), ("png", b"\x89PNG\r\n"), ("svg", b"<svg")])
    def test_files_begin_as_they_should_and_are_always_the_same(self, lesson, format, start):  # noqa: A002
        pages = render_pages(lesson, format)
        assert all(page.startswith(start) for page in pages)
        assert (len(pages) == 1) == (format == "pdf")
        assert pages == render_pages(lesson, format)

    @pytest.mark.parametrize("name", covering())
    def test_every_shipped_problem_without_a_warning(self, typst, name):
        source = render(tell(solve(load_problem(name))), "typst")
        _, warnings = typst.compile_with_warnings(source.encode(), ignore_system_fonts=True)
        assert warnings == []

    def test_fragment_included_in_a_document(self, typst, lesson, tmp_path):
        (tmp_path / "part.typ").write_text(render(lesson, "typst", fragment=True), encoding="utf-8")
        main = tmp_path / "main.typ"
        main.write_text('#set page("a5")\n#include "part.typ"\n#include "part.typ"\n', encoding="utf-8")
        assert typst.compile(str(main), ignore_system_fonts=True).startswith(b"%PDF")

    def test_hostile_texts_are_taken(self, typst):
        blocks: list[object] = []
        for text in EVERYTHING:
            names = Row((Identifier(text, True), Operator(text), Words(text), Number(text)))
            blocks += [
                Title(text, text),
                Heading(text),
                Paragraph((text, Code(text))),
                Equation(Identifier(text), (Link("=", names),)),
                Step(1, text, (text,), (text,), (Note((text,)),)),
                Table(((text,), (text,)), ((Cell((text,)), Cell((Code(text),))),), "lr", (text,)),
            ]
        source = render(Document(tuple(blocks)), "typst")  # type: ignore[arg-type]
        assert typst.compile(source.encode()).startswith(b"%PDF")

    def test_wide_formulas_and_tables_stay_on_the_page(self):
        wide = Matrix(tuple(tuple(f"-{i}.{j:04}" for j in range(40)) for i in range(60)))
        fence = Fenced(Row((wide, Operator("+"), wide)))
        cells = tuple(Cell((InlineMath(wide),)) for _ in range(4))
        long = Row(tuple(item for n in range(60) for item in (Operator("+"), Number(f"{n}.1234"))))
        document = Document(
            (
                Equation(
                    Identifier("W"), (Link("=", wide), Link("≈", fence), Link("≈", long)), Identifier("aside" * 9)
                ),
                Equation(Identifier("averylongname" * 8), (Link("=", Number("1")),)),
                Table((("a",), ("b",), ("c",), ("d",)), (cells,), "llll"),
            )
        )
        assert widest(document) <= A4 - MARGIN + 1

    @pytest.mark.parametrize("name", ["lez5", "adam", "lecture11", "iris"])
    def test_lessons_stay_on_the_page(self, name):
        document = tell(solve(load_problem(name)), LessonOptions(full=True))
        assert widest(document) <= A4 - MARGIN + 1


def widest(document: Document) -> float:
    """How far to the right anything on the pages begins: the origin of the last glyph, stroke or picture."""
    most = 0.0
    for page in render_pages(document, "svg"):
        most = max(most, _rightmost(page.decode()))
    return most


def _rightmost(svg: str) -> float:
    """The largest horizontal place in a page, by adding up the translations of nested groups."""
    from xml.etree import ElementTree

    most = 0.0
    waiting: list[tuple[ElementTree.Element, float, float]] = [(ElementTree.fromstring(svg), 0.0, 1.0)]
    while waiting:
        element, at, scale = waiting.pop()
        tag = element.tag.rpartition("}")[2]
        if tag == "defs":
            continue
        move = element.get("transform", "")
        if found := re.fullmatch(r"translate\(([-\d.e]+)[ ,]+([-\d.e]+)\)", move):
            at += scale * float(found[1])
        elif found := re.fullmatch(
            r"matrix\(([-\d.e]+) ([-\d.e]+) ([-\d.e]+) ([-\d.e]+) ([-\d.e]+) ([-\d.e]+)\)", move
        ):
            at += scale * float(found[5])
            scale *= float(found[1])
        elif found := re.fullmatch(r"scale\(([-\d.e]+)[ ,]+([-\d.e]+)\)", move):
            scale *= float(found[1])
        if tag == "use":
            most = max(most, at + scale * float(element.get("x", "0")))
        waiting += [(child, at, scale) for child in element]
    return most
