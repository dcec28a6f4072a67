"""The Math tree: how mathematics is written, without saying in which format.

`notation.equation` turns expressions into these trees; the printers (`notation.text`, `notation.latex`,
the terminal's two-dimensional layout, …) turn them into characters. Nodes carry meaning in Unicode
(`σ`, `⊙`, `∂`); a printer maps them to what its format needs. Trees hold no numbers to compute with:
a `Number` is the text that will be read.

Nodes are named tuples (cheap to define and to build), so printers must dispatch on `type(node)`,
never on `==` or on tuple-ness.
"""

from typing import NamedTuple, TypeAlias

BLANK = "▢"
"""Text of a `Number`, or cell of a `Matrix`: room to write a number in."""

INVISIBLE_TIMES = "\u2062"
"""Operator symbol for a product written by juxtaposition: a space in text, nothing in LaTeX."""


class Identifier(NamedTuple):
    """A name: one letter (`W`, `σ`, `ŷ`) or a word (`net`, `exp`). `upright` for functions and words."""

    name: str
    upright: bool = False


class Number(NamedTuple):
    """A number as it is to be read, with an ASCII minus: `-0.0369`, `0.20`, `1e-5`."""

    text: str


class Words(NamedTuple):
    """Plain words inside a formula: `if`, `otherwise`."""

    text: str


class Operator(NamedTuple):
    """A sign. `form` is `infix` (spaces around), `prefix`, `postfix` (none) or `relation` (`=`, `≈`)."""

    symbol: str
    form: str = "infix"


class Row(NamedTuple):
    """Nodes side by side."""

    items: "tuple[Math, ...]"


class Superscript(NamedTuple):
    """`base` raised by `script`: powers, layer numbers `(1)`, transposes `⊤`, primes `′`."""

    base: "Math"
    script: "Math"


class Subscript(NamedTuple):
    base: "Math"
    script: "Math"


class Fraction(NamedTuple):
    """A quotient. `solid`: reads as one symbol (∂L/∂a), so linear printers never fence it whole."""

    numerator: "Math"
    denominator: "Math"
    solid: bool = False


class Fenced(NamedTuple):
    """`body` between delimiters: `(` `)`, `[` `]`, `‖` `‖`, `|` `|`, `{` `` (a brace with cases)."""

    body: "Math"
    opening: str = "("
    closing: str = ")"


class Matrix(NamedTuple):
    """A bracketed matrix of number texts (ASCII minus, as in `Number`); a column vector has one column.

    Elided rows or columns are cells with the text `…`; `elided` then holds the true shape to be shown. A matrix that
    is `whole` is never elided to fit into a page.
    """

    rows: tuple[tuple[str, ...], ...]
    elided: tuple[int, int] | None = None
    whole: bool = False


class Root(NamedTuple):
    body: "Math"


Math: TypeAlias = (
    Identifier | Number | Words | Operator | Row | Superscript | Subscript | Fraction | Fenced | Matrix | Root
)
