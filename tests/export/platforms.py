"""Strings that platforms must show as they are, problems that have them, and a reader of what is written."""

from __future__ import annotations

from html.parser import HTMLParser

from bpcli.solution.load import load_problem, solve
from bpcli.solution.solution import Solution

NAMES = ("lez5", "xor", "batch-ridge", "mac0460-logistic", "relu-at-zero", "karpathy", "softmax-3class", "mazur")
"""Problems of every kind that make a quiz."""

HOSTILE = (
    "{1:NUMERICAL:=100~*0}",
    "]]>",
    "a]]><script>alert(1)</script>",
    "&lt;b&gt; &amp;amp; &#65;",
    "<img src=x onerror=alert(1)>",
    '"onmouseover="alert(1)',
    "\x1b]52;c;ZXZpbA==\a",
    "\x00\x7f\x9b",
    "\ufffe\uffff",
    "\ud800 lone",
    "\u202e0.1 :erocs",
    "~ = # { } : \\ ::t",
    "\\(\\href{javascript:alert(1)}{x}\\) $x$ $$y$$",
    "{{#params}} {{{x}}} {{7*7}}",
    "@@PLUGINFILE@@/x [blank] [[1]]",
    "--> <!-- <![CDATA[x]]>",
    "σ′ ∂ − é 深",
    "</pl-question-panel><pl-code>",
)


def titled(text: str) -> Solution:
    """A small problem with that title, note and source."""
    problem = load_problem("uhr-identity")
    return solve(problem._replace(title=text, note=text, source=text))


class Reader(HTMLParser):
    """The elements of a page and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader
