"""The Math tree: how mathematics is written, without saying in which format.

`notation.equation` turns expressions into these trees; the printers (`notation.text`, `notation.latex`,
the terminal's two-dimensional layout, …) turn them into characters. Nodes carry meaning in Unicode
(`σ`, `⊙`, `∂`); a printer maps them to what its format needs. Trees hold no numbers to compute with:
a `Number` is the text that will be read.

Nodes are named tuples (cheap to define and to build) that are equal only to nodes of their own class: x² is not x₂.
Printers dispatch on `type(node)`, never on tuple-ness.
"""

from typing import Any, NamedTuple, TypeAlias, TypeVar

Class = TypeVar("Class", bound=type)


def compared_by_class(cls: Class) -> Class:
    """Makes the instances of a named tuple equal to those of the same class with equal parts, and to nothing else.

    Equal nodes have equal hashes as they are.
    """
    cls.__eq__ = _alike  # type: ignore[assignment]
    cls.__ne__ = _differ  # type: ignore[assignment]
    return cls


def _alike(one: Any, other: Any) -> bool:
    """Iterative, for a sum of many terms is a deep tree."""
    waiting = [(one, other)]
    while waiting:
        first, second = waiting.pop()
        if first is second:
            continue
        if type(first) is not type(second):
            return False
        if not isinstance(first, tuple):
            if first != second:
                return False
        elif len(first) != len(second):
            return False
        else:
            waiting.extend(zip(first, second, strict=True))
    return True


def _differ(one: Any, other: Any) -> bool:
    return not _alike(one, other)


BLANK = "▢"
"""Text of a `Number`, or cell of a `Matrix`: room to write a number in."""

INVISIBLE_TIMES = "\u2062"
"""Operator symbol for a product written by juxtaposition: a space in text, nothing in LaTeX."""


@compared_by_class
class Identifier(NamedTuple):
    """A name: one letter (`W`, `σ`, `ŷ`) or a word (`net`, `exp`). `upright` for functions and words."""

    name: str
    upright: bool = False


@compared_by_class
class Number(NamedTuple):
    """A number as it is to be read, with an ASCII minus: `-0.0369`, `0.20`, `1e-5`."""

    text: str


@compared_by_class
class Words(NamedTuple):
    """Plain words inside a formula: `if`, `otherwise`."""

    text: str


@compared_by_class
class Operator(NamedTuple):
    """A sign. `form` is `infix` (spaces around), `prefix`, `postfix` (none) or `relation` (`=`, `≈`)."""

    symbol: str
    form: str = "infix"


@compared_by_class
class Row(NamedTuple):
    """Nodes side by side."""

    items: "tuple[Math, ...]"


@compared_by_class
class Superscript(NamedTuple):
    """`base` raised by `script`: powers, layer numbers `(1)`, transposes `⊤`, primes `′`."""

    base: "Math"
    script: "Math"


@compared_by_class
class Subscript(NamedTuple):
    base: "Math"
    script: "Math"


@compared_by_class
class Fraction(NamedTuple):
    """A quotient. `solid`: reads as one symbol (∂L/∂a), so linear printers never fence it whole."""

    numerator: "Math"
    denominator: "Math"
    solid: bool = False


@compared_by_class
class Fenced(NamedTuple):
    """`body` between delimiters: `(` `)`, `[` `]`, `‖` `‖`, `|` `|`, `{` `` (a brace with cases)."""

    body: "Math"
    opening: str = "("
    closing: str = ")"


@compared_by_class
class Matrix(NamedTuple):
    """A bracketed matrix of number texts (ASCII minus, as in `Number`); a column vector has one column.

    Elided rows or columns are cells with the text `…`; `elided` then holds the true shape to be shown. A matrix that
    is `whole` is never elided to fit into a page.
    """

    rows: tuple[tuple[str, ...], ...]
    elided: tuple[int, int] | None = None
    whole: bool = False


@compared_by_class
class Root(NamedTuple):
    body: "Math"


Math: TypeAlias = (
    Identifier | Number | Words | Operator | Row | Superscript | Subscript | Fraction | Fenced | Matrix | Root
)
