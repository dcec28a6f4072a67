"""The Document: what is said and in which order, without saying in which format.

A handful of block kinds that every renderer knows. `lesson` makes documents; renderers only write them.
"""

from typing import NamedTuple, TypeAlias

from bpcli.document.mathtree import Math, compared_by_class


@compared_by_class
class InlineMath(NamedTuple):
    """A formula inside a sentence or a table cell."""

    math: Math


class Figures(str):
    """Text with numbers in it that are written with a decimal point; a display may write them otherwise."""

    __slots__ = ()


@compared_by_class
class Strong(NamedTuple):
    text: str


@compared_by_class
class Code(NamedTuple):
    """An id, a command, a file name: shown as typed."""

    text: str


Inline: TypeAlias = tuple["str | InlineMath | Strong | Code", ...]
"""A sentence: plain text is data and never markup, whatever characters it has."""


@compared_by_class
class Title(NamedTuple):
    """The head of a document; `source` (where the problem is from) stands beside or under it."""

    text: str
    source: str = ""


@compared_by_class
class Heading(NamedTuple):
    text: str
    level: int = 1


@compared_by_class
class Paragraph(NamedTuple):
    text: Inline


@compared_by_class
class Note(NamedTuple):
    """A remark set apart. `kind`: `remark`, `warning`, `check`."""

    text: Inline
    kind: str = "remark"


@compared_by_class
class Link(NamedTuple):
    """One link of an equation chain: a relation (`=`, `≈`, `≤`) and what stands after it."""

    relation: str
    math: Math


@compared_by_class
class Equation(NamedTuple):
    """A chain `left = … = …`. `aside` (a rule used here) is shown beside or under the first line.

    The first link is the formula; the later ones are the worked stages. A renderer keeps formula and stages on
    one line where there is room and otherwise starts a line, aligned, at each relation.
    """

    left: Math
    links: tuple[Link, ...]
    aside: Math | None = None


@compared_by_class
class Givens(NamedTuple):
    """Short equations set side by side, as many to a line as fit: the data of the problem."""

    equations: tuple[Math, ...]


@compared_by_class
class Cell(NamedTuple):
    """A table cell. `role`: `` or `good`, `bad`, `warn` (colour where there is any; never the only sign)."""

    text: Inline
    role: str = ""


@compared_by_class
class Table(NamedTuple):
    """`align` has one letter a column: `l`, `r` or `c`. A cell holding one Matrix is drawn over several lines."""

    header: tuple[Inline, ...]
    rows: tuple[tuple[Cell, ...], ...]
    align: str
    caption: Inline = ()


@compared_by_class
class Step(NamedTuple):
    """A numbered step: its id (an anchor), a title, one sentence of why, and its blocks."""

    number: int
    anchor: str
    title: Inline
    why: Inline
    body: "tuple[Block, ...]"


Block: TypeAlias = Title | Heading | Paragraph | Note | Equation | Givens | Table | Step


COMMA_LANGUAGES = ("it", "pt")
"""Languages in which numbers are read with a decimal comma."""


@compared_by_class
class Document(NamedTuple):
    """Blocks in their order. `decimal_comma`: how numbers are displayed; None for the custom of the language.

    The numbers in it are written with a decimal point whatever it says: a renderer puts the comma in.
    """

    blocks: tuple[Block, ...]
    language: str = "en"
    decimal_comma: bool | None = None

    @property
    def has_decimal_comma(self) -> bool:
        return self.language in COMMA_LANGUAGES if self.decimal_comma is None else self.decimal_comma
