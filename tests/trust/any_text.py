"""Any text from outside, a problem that has it in every place, and readers of what is written."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from hypothesis import strategies as st
from trust.naughty import NAUGHTY

from bpcli import Solution, load_problem, solve
from bpcli.document.safe import safe

MARKUP = "\\`*_{}[]()<>#+-=.!|~&$%^@:;,'\"/ \t\n\r"
ANY = st.characters(exclude_categories=("Cs",))
texts = (
    st.text(ANY, max_size=30)
    | st.text(st.sampled_from(MARKUP + "aZ0") | ANY, max_size=30)
    | st.sampled_from([text for text in NAUGHTY if not re.search("[\ud800-\udfff]", text)])
    | st.lists(st.sampled_from(["<b>", "&amp;", "]]>", "-->", "$", "\\", "{{", "\x1b[31m", "\u202e", "a"])).map("".join)
)


def words(text: str) -> str:
    """The text with its spaces as one each: how a page flows is not part of it."""
    return " ".join(text.split())


def flowing(text: str) -> str:
    """What a page shows of a text, lines and tabs being spaces."""
    return words(safe(re.sub(r"[\n\t]", " ", text)))


@cache
def small() -> Solution:
    return solve(load_problem("uhr-identity"))


def titled(text: str) -> Solution:
    """A small problem with that title, note and source."""
    solution = small()
    return solve(solution.problem._replace(title=text, note=text, source=text))


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.values += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)
