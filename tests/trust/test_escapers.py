"""Text from outside in every format that is written: read back, it is the text, and nothing else has come of it.

Of terminals, Markdown and CSV the properties stand in `tests/render/test_markdown.py`, `tests/render/test_terminal.py`
and `tests/grading/test_exports_grades.py`, for single places of a page; here are the whole pages and the others.
"""

from __future__ import annotations

import json
import re
from unicodedata import combining
from xml.etree import ElementTree as ET

import typst
from examples import tried
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from trust.any_text import Elements, flowing, texts, titled, words

from bpcli.document.document import Cell, Code, Document, Heading, Note, Paragraph, Step, Strong, Table, Title
from bpcli.document.mathtree import Identifier, Number, Operator, Row, Words
from bpcli.document.safe import safe
from bpcli.drawing import draw, svg
from bpcli.drawing.dot import quoted as dot_string
from bpcli.drawing.mermaid import quoted as mermaid_label
from bpcli.notation.latex import to_latex
from bpcli.notation.mathml import math_element
from bpcli.notation.typst import typst_string
from bpcli.render import render
from bpcli.render.answer_page import to_answer_page
from bpcli.render.latex import latex_escape
from bpcli.reports.sheet import sheet_of_problem
from bpcli.training.curve import curve_of, curve_svg


def page(text: str) -> Document:
    """The text in every place that can hold one."""
    cells = (Cell((text,)), Cell((Code(text),)))
    blocks = (
        Title(text, text),
        Heading(text),
        Paragraph((text, " ", Strong(text), " ", Code(text))),
        Note((text,), "warning"),
        Step(1, "s", (text,), (text,), ()),
        Table(((text,), ("h",)), (cells,), "lr", (text,)),
    )
    return Document(blocks)


# --- terminals ---


@given(texts)
def test_safe_text_is_printable_and_loses_nothing_that_is(text: str) -> None:
    """One line of printable characters; what was printable stays, and doing it twice changes nothing."""
    shown = safe(text)
    assert shown.isprintable()
    assert safe(shown) == shown
    rest = iter(shown)
    assert all(character in rest for character in text if safe(character) == character and not combining(character))


@tried(0.5)
@given(texts, st.integers(20, 100), st.booleans())
def test_pages_in_a_terminal(text: str, width: int, ascii: bool) -> None:  # noqa: A002
    """Nothing but printable characters and line ends."""
    shown = render(page(text), "terminal", width=width, ascii=ascii)
    assert all(line.isprintable() for line in shown.split("\n"))
    assert shown.isascii() or not ascii


# --- Markdown ---


def outline(source: str) -> list[str]:
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(source)
    inline = {child.type for token in tokens for child in token.children or []}
    assert inline <= {
        "text", "text_special", "code_inline", "strong_open", "strong_close", "em_open", "em_close", "softbreak",
    }  # fmt: skip
    return [token.type for token in tokens]


@tried(0.5)
@given(texts.filter(lambda text: flowing(text) != ""))
def test_pages_in_markdown_have_the_blocks_of_a_harmless_one(text: str) -> None:
    """Whatever the text, there is the same heading, list, quotation and table, and no element of HTML."""
    assert outline(render(page(text), "markdown")) == outline(render(page("x"), "markdown"))


# --- HTML ---


@tried(0.5)
@given(texts.filter(lambda text: flowing(text) != ""))
def test_pages_in_html(text: str) -> None:
    """The elements and attributes of a harmless page, and the text in all its places."""
    found, harmless = Elements(render(page(text), "html")), Elements(render(page("x"), "html"))
    assert found.elements == harmless.elements
    assert words(found.text).count(flowing(text)) >= 10


@tried(0.3)
@given(texts.filter(lambda text: flowing(text) != ""))
def test_pages_to_fill_in(text: str) -> None:
    """The answer sheet of a problem with that title, and the data for its script."""

    def of(title: str) -> str:
        return to_answer_page(sheet_of_problem(titled(title)), title, title)

    found, harmless = Elements(of(text)), Elements(of("x"))
    assert found.elements == harmless.elements
    assert flowing(text) in words(found.text)
    (data,) = re.findall(r'<script type="application/json" id="sheet">(.*?)</script>', of(text), re.DOTALL)
    assert json.loads(data)["variant"] == text


# --- LaTeX ---

COMMANDS = {
    "textbackslash": "\\", "textasciicircum": "^", "textasciitilde": "~", "textless": "<", "textgreater": ">",
    "textbar": "|", "textquotedbl": '"', "textquotesingle": "'", "textasciigrave": "`", "textquoteright": "’",
    "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textendash": "–", "textemdash": "—",
    "ldots": "…", "textbullet": "•", "S": "§", "textcopyright": "©", "textdegree": "°",
}  # fmt: skip
TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]+)\{\}|\\texttt\{U\+(?P<code>[0-9A-F]+)\}|(?P<other>\\(?:ensuremath|textsuperscript|textsubscript)"
    r"\{(?:[^{}]|\{[^{}]*\})*\})|\\(?P<sign>[{}_#$%&])|\{(?P<bracket>[\[\]])\}|(?P<apart>\{\})|(?P<space>~)"
    r"|(?P<plain>[^\\{}_#$%&^~])"
)


def latex_read(written: str) -> str:
    """The text of what `latex_escape` wrote; a formula or a raised letter, which are many, is one `?`."""
    text, at = "", 0
    while at < len(written):
        found = TOKEN.match(written, at)
        assert found is not None, (written, at)
        at = found.end()
        if found["word"]:
            text += COMMANDS[found["word"]]
        elif found["code"]:
            text += chr(int(found["code"], 16))
        elif found["other"]:
            text += "?"
        elif found["space"]:
            text += "\u00a0"
        else:
            text += found["sign"] or found["bracket"] or found["plain"] or ""
    return text


@given(texts)
def test_text_in_latex(text: str) -> None:
    """No character means anything to TeX, and read back it is the text, where it is not a formula."""
    written = latex_escape(text)
    read = latex_read(written)
    expected = re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_])", "’", safe(re.sub(r"[\n\t]+", " ", text)))
    pattern = "".join(".+" if part == "?" else re.escape(part) for part in re.split(r"(\?)", read))
    assert re.fullmatch(pattern, expected, re.DOTALL) or read == expected, (read, expected)
    assert "--" not in written
    assert ",," not in written


ACTIVE = re.compile(r"(?<!\\)[%#$~]")


@given(texts, st.booleans())
def test_names_in_formulas_of_tex(text: str, markdown: bool) -> None:
    """A name in a formula ends neither the formula nor a line of Markdown."""
    for math in (Identifier(text), Identifier(text, True), Words(text), Operator(text)):
        written = to_latex(math, markdown=markdown)
        assert not ACTIVE.search(written), written
        assert "\n" not in written
        assert not re.search(r"\\(?:input|write|openout|catcode|def|csname|href|url|include)", written)


# --- Typst ---


def typst_read(markup: str) -> str:
    """The text of markup in which everything but letters is escaped."""
    assert not re.search(r"[#$*_`@<>\[\]{}\\~=\-+/'\"]", re.sub(r"\\[^\w\s]|\\_", "", markup, flags=re.ASCII)), markup
    return re.sub(r"\\(.)", r"\1", markup)


@given(texts)
def test_text_in_typst(text: str) -> None:
    """As markup and as a string it is the text."""
    written = render(Document((Paragraph((text,)),)), "typst", fragment=True)
    body = written.rstrip().rsplit("#par[", 1)[1].removesuffix("]")
    assert typst_read(body) == safe(re.sub(r"[\n\t]+", " ", text))
    literal = typst_string(text)
    assert json.loads(literal) == safe(text)
    assert literal.isprintable()


@tried(0.04)
@given(st.lists(texts.filter(lambda text: safe(text).strip() != ""), min_size=12, max_size=12))
def test_typst_takes_it(many: list[str]) -> None:
    """The compiler finds the texts in the strings, and no error in a page of them."""
    source = "".join(f"#metadata({typst_string(text)}) <t>\n" for text in many)
    found = json.loads(typst.query(source.encode(), "<t>", field="value"))
    assert found == [safe(text) for text in many]
    pages = Document(tuple(block for text in many for block in page(text).blocks))
    assert typst.compile(render(pages, "typst").encode(), format="svg")


# --- XML: formulas and pictures ---


@given(texts)
def test_names_in_mathml(text: str) -> None:
    """Elements of MathML around the text."""
    for math in (Identifier(text, True), Words(text), Operator(text), Row((Number("1"), Words(text)))):
        root = ET.fromstring(math_element(math))
        assert {element.tag for element in root.iter()} <= {
            "math",
            "mrow",
            "mi",
            "mo",
            "mn",
            "mtext",
            "mspace",
            "mover",
        }
        attributes = {name for element in root.iter() for name in element.attrib}
        assert attributes <= {"accent", "lspace", "rspace", "class", "mathvariant", "stretchy", "form", "width"}


@given(texts)
def test_text_in_svg(text: str) -> None:
    """Inside an element, and as an attribute of one."""
    escaped = svg.escaped(text)
    element = ET.fromstring(f"<a b='{escaped}' c=\"{escaped}\">{escaped}</a>")
    assert (element.text or "") == safe(text)
    assert element.attrib == {"b": safe(text), "c": safe(text)}
    assert len(element) == 0


@tried(0.3)
@given(texts)
def test_titles_of_pictures(text: str) -> None:
    """A network, a graph and a loss curve with that title."""
    plain = [len(list(ET.fromstring(picture).iter())) for picture in pictures("x")]
    for picture, count in zip(pictures(text), plain, strict=True):
        root = ET.fromstring(picture)
        title = root.find("{http://www.w3.org/2000/svg}title")
        assert title is not None
        assert (title.text or "") in (safe(text), "bpcli")
        assert len(list(root.iter())) <= count
        assert all(line.isprintable() for line in picture.split("\n"))


def pictures(text: str) -> tuple[str, ...]:
    curve = curve_of(text, [(0, 1.0), (1, 0.5)], "epoch", "J")
    return draw(titled(text), "svg", network=True), draw(titled(text), "svg"), curve_svg(curve)


# --- graphs as text ---


@given(st.lists(texts, min_size=1, max_size=3))
def test_strings_of_dot_are_read_back(lines: list[str]) -> None:
    """By the grammar of Graphviz: `\\"` in a string, then `\\n` and `\\\\` in a label, then references of HTML."""
    written = dot_string(lines)
    assert written[0] == written[-1] == '"'
    inner = written[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', re.sub(r'\\\\|\\"', "", inner))
    found = [""]
    for sign in re.findall(r"\\.|[^\\]", inner, re.DOTALL):
        if sign == r"\n":
            found.append("")
        else:
            assert sign in ('\\"', "\\\\") or len(sign) == 1
            found[-1] += sign[-1]
    assert [line.replace("&amp;", "&") for line in found] == [safe(line) for line in lines]


@given(st.lists(texts, min_size=1, max_size=3))
def test_labels_of_mermaid_are_read_back(lines: list[str]) -> None:
    """Codes of characters are the only thing in a label beside plain text and our line ends."""
    written = mermaid_label(lines)
    shown = written[1:-1].split("<br/>")
    assert not set("".join(shown)) & set('"`&<>\\|*_~$')
    assert [re.sub(r"#(\d+);", lambda code: chr(int(code[1])), line) for line in shown] == [safe(t) for t in lines]
