"""The kinds of single values and of arrays that a problem file is made of."""

from __future__ import annotations

import re
from typing import NamedTuple

from bpcli.diagnostics import Related
from bpcli.problem.model import Numbers, Vocabulary
from bpcli.problem.numbers import NotANumber, Number, parse_number
from bpcli.problem.report import Report, shortened, suggestion
from bpcli.problem.schema import Json, Reader, describe, refuse_form
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode, node_place

NUMBER_PATTERN = r"^[+−-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+−-]?[0-9]+)?$|^[+−-]?[0-9]+/[0-9]+$"


def read_number(node: ScalarNode, report: Report) -> Number | None:
    """The number written in a scalar."""
    try:
        return parse_number(node.text)
    except NotANumber as error:
        report.add(error.code, _shown(error.message), node.span, help=_shown(error.advice))
        return None


def _shown(text: str) -> str:
    return text if len(text) <= 160 else text[:120] + "…"


class Text(NamedTuple):
    """Any text; `lines` allows more than one."""

    max_length: int = 1_000
    lines: bool = False

    @property
    def expected(self) -> str:
        return "text"

    def read(self, node: Node, reader: Reader) -> str | None:
        if not isinstance(node, ScalarNode):
            refuse_form(node, reader, self.expected, "put quotes around text that has brackets or `: `")
            return None
        if len(node.text) > self.max_length:
            message = f"a text of {len(node.text)} characters"
            reader.report.add("text-too-long", message, node.span, help=f"at most {self.max_length} fit here")
            return None
        return node.text.rstrip("\n") if self.lines else " ".join(node.text.split())

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": ["string", "number"], "maxLength": self.max_length}


class Choice(NamedTuple):
    """One of a few words, fixed or from the vocabulary; with `spaces=False` its spaces do not count."""

    what: str
    names: tuple[str, ...] = ()
    vocabulary_field: str = ""
    code: str = "unknown-choice"
    spaces: bool = True

    @property
    def expected(self) -> str:
        return self.what

    def choices(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return tuple(getattr(vocabulary, self.vocabulary_field)) if self.vocabulary_field else self.names

    def read(self, node: Node, reader: Reader) -> str | None:
        if not isinstance(node, ScalarNode):
            refuse_form(node, reader, self.expected)
            return None
        names = self.choices(reader.vocabulary)
        if node.text in names:
            return node.text
        if not self.spaces:
            packed = "".join(node.text.split())
            if found := next((name for name in names if name.replace(" ", "") == packed), None):
                return found
        message = f"`{shortened(node.text)}` is not {self.what}"
        reader.report.add(self.code, message, node.span, help=suggestion(node.text, names))
        return None

    def json(self, vocabulary: Vocabulary) -> Json:
        names = list(self.choices(vocabulary))
        if self.spaces:
            return {"enum": names}
        spaced = (" *".join(re.escape(c) for c in name.replace(" ", "")) for name in names)
        return {"anyOf": [{"enum": names}, {"type": "string", "pattern": f"^ *({'|'.join(spaced)}) *$"}]}


class Truth(NamedTuple):
    @property
    def expected(self) -> str:
        return "`true` or `false`"

    def read(self, node: Node, reader: Reader) -> bool | None:
        text = node.text if isinstance(node, ScalarNode) and not node.style else ""
        if text in ("true", "True", "TRUE"):
            return True
        if text in ("false", "False", "FALSE"):
            return False
        refuse_form(node, reader, self.expected)
        return None

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": "boolean"}


def _one_number(node: Node, reader: Reader, expected: str) -> Number | None:
    if isinstance(node, ScalarNode):
        return read_number(node, reader.report)
    refuse_form(node, reader, expected)
    return None


class Real(NamedTuple):
    """One number, within bounds: `minimum` and `maximum` are allowed themselves, `above` and `below` are not."""

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def expected(self) -> str:
        return "a number"

    def read(self, node: Node, reader: Reader) -> Numbers | None:
        number = _one_number(node, reader, self.expected)
        if number is None:
            return None
        if bound := self.violated(number.value):
            message = f"`{number.text}` is out of range: it must be {bound}"
            reader.report.add("out-of-range", message, node.span)
            return None
        return Numbers(number.value, number.text, (), node.span)

    def violated(self, value: float) -> str:
        if self.minimum is not None and value < self.minimum:
            return f"at least {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"at most {self.maximum:g}"
        if self.above is not None and value <= self.above:
            return f"greater than {self.above:g}"
        if self.below is not None and value >= self.below:
            return f"less than {self.below:g}"
        return ""

    def json(self, vocabulary: Vocabulary) -> Json:
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        bounds |= {"exclusiveMinimum": self.above, "exclusiveMaximum": self.below}
        number: Json = {"type": "number"} | {name: bound for name, bound in bounds.items() if bound is not None}
        return {"anyOf": [number, {"type": "string", "pattern": NUMBER_PATTERN}]}


class NamedReal(NamedTuple):
    """One of a few words that stand for numbers, or a number."""

    names: tuple[str, ...]
    real: Real

    @property
    def expected(self) -> str:
        return ", ".join(f"`{name}`" for name in self.names) + " or a number"

    def read(self, node: Node, reader: Reader) -> str | Numbers | None:
        if isinstance(node, ScalarNode) and node.text in self.names:
            return node.text
        if isinstance(node, ScalarNode) and node.text[:1].isalpha():
            message = f"expected {self.expected}, found `{shortened(node.text)}`"
            reader.report.add("unknown-choice", message, node.span, help=suggestion(node.text, self.names))
            return None
        return self.real.read(node, reader)

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"anyOf": [{"enum": list(self.names)}, self.real.json(vocabulary)]}


class Whole(NamedTuple):
    """A whole number within bounds."""

    minimum: int
    maximum: int

    @property
    def expected(self) -> str:
        return "a whole number"

    def read(self, node: Node, reader: Reader) -> int | None:
        number = _one_number(node, reader, self.expected)
        if number is None:
            return None
        if not number.value.is_integer() or not number.text.lstrip("+-").isdigit():
            reader.report.add("wrong-type", f"expected a whole number, found `{number.text}`", node.span)
            return None
        if not self.minimum <= number.value <= self.maximum:
            message = f"`{shortened(number.text)}` is out of range: it must be from {self.minimum} to {self.maximum}"
            reader.report.add("out-of-range", message, node.span)
            return None
        return int(number.text)

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


ARRAYS = ("a number", "a list of numbers", "a matrix", "a list of matrices", "a list of lists of matrices")
ARRAY_REFERENCES = tuple(
    {"$ref": f"#/definitions/{name}"} for name in ("number", "vector", "matrix", "matrices", "stacks")
)


class Array(NamedTuple):
    """A number, a list of numbers or a matrix (a list of rows of one length), where `ranks` allows it."""

    ranks: tuple[int, ...]
    advice: str = ""

    @property
    def expected(self) -> str:
        return " or ".join(ARRAYS[rank] for rank in self.ranks)

    def read(self, node: Node, reader: Reader) -> Numbers | None:
        rank = _rank(node)
        if rank not in self.ranks:
            if isinstance(node, ScalarNode) and rank == 0 and read_number(node, reader.report) is None:
                return None
            found = ARRAYS[rank] if 0 <= rank < len(ARRAYS) else describe(node)
            message = f"expected {self.expected}, found {found}"
            reader.report.add("wrong-type", message, node_place(node), help=self.advice)
            return None
        if isinstance(node, ScalarNode):
            number = read_number(node, reader.report)
            return number and Numbers(number.value, number.text, (), node.span)
        assert isinstance(node, SequenceNode)  # the rank of a mapping is none of any
        if rank > 2:
            return self._read_stack(node, rank, reader)
        return _read_vector(node, reader) if rank == 1 else _read_matrix(node, reader)

    def _read_stack(self, node: SequenceNode, rank: int, reader: Reader) -> Numbers | None:
        """Arrays of one rank and shape, one after another."""
        part = Array((rank - 1,))
        parts = [part.read(item, reader) for item in node.items]
        good = [item for item in parts if item is not None]
        if len(good) < len(parts):
            return None
        odd = next((item for item in good if item.shape != good[0].shape), None)
        if odd is not None:
            first, other = ("×".join(map(str, item.shape)) for item in (good[0], odd))
            related = (Related(good[0].span, f"{first} here"),)
            reader.report.add("ragged", f"{other}, but the first one is {first}", odd.span, related=related)
            return None
        values, texts = tuple(item.values for item in good), tuple(item.texts for item in good)
        return Numbers(values, texts, (len(good), *good[0].shape), node.span)

    def json(self, vocabulary: Vocabulary) -> Json:
        kinds = [dict(ARRAY_REFERENCES[rank]) for rank in self.ranks]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _rank(node: Node) -> int:
    if isinstance(node, ScalarNode):
        return 0
    if isinstance(node, MappingNode):
        return -1
    rank = 1
    while node.items and isinstance(node.items[0], SequenceNode):
        node, rank = node.items[0], rank + 1
    return rank


def _read_row(node: SequenceNode, reader: Reader) -> list[Number] | None:
    if not node.items:
        reader.report.add("shape", "this list is empty", node_place(node))
        return None
    numbers: list[Number] = []
    for item in node.items:
        if not isinstance(item, ScalarNode):
            refuse_form(item, reader, "a number")
        elif number := read_number(item, reader.report):
            numbers.append(number)
    return numbers if len(numbers) == len(node.items) else None


def _read_vector(node: SequenceNode, reader: Reader) -> Numbers | None:
    row = _read_row(node, reader)
    if row is None:
        return None
    return Numbers(tuple(n.value for n in row), tuple(n.text for n in row), (len(row),), node.span)


def _read_matrix(node: SequenceNode, reader: Reader) -> Numbers | None:
    rows: list[list[Number]] = []
    first: SequenceNode | None = None
    good = True
    for index, item in enumerate(node.items, 1):
        if not isinstance(item, SequenceNode):
            refuse_form(item, reader, "a row (a list of numbers)")
            good = False
            continue
        row = _read_row(item, reader)
        first = first or item
        if len(item.items) != len(first.items):
            message = f"row {index} has {_numbers(len(item.items))}, but the first row has {len(first.items)}"
            label = f"{_numbers(len(item.items))}, expected {len(first.items)}"
            related = (Related(node_place(first), f"{_numbers(len(first.items))} here"),)
            reader.report.add("ragged", message, node_place(item), label=label, related=related)
            good = False
        if row is not None:
            rows.append(row)
    if not good or first is None or len(rows) != len(node.items):
        return None
    values = tuple(tuple(n.value for n in row) for row in rows)
    texts = tuple(tuple(n.text for n in row) for row in rows)
    return Numbers(values, texts, (len(rows), len(first.items)), node.span)


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


class FormulaText(NamedTuple):
    """A formula, handed on as its node: it is parsed where its names are known."""

    @property
    def expected(self) -> str:
        return "a formula"

    def read(self, node: Node, reader: Reader) -> ScalarNode | None:
        if isinstance(node, ScalarNode):
            return node
        advice = "a list of numbers is given under `inputs:`; put quotes around a formula that starts with a bracket"
        refuse_form(node, reader, self.expected, advice)
        return None

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": ["string", "number"]}


class Nested(NamedTuple):
    """A mapping, handed on as its node: what it holds is read elsewhere."""

    @property
    def expected(self) -> str:
        return "a mapping"

    def read(self, node: Node, reader: Reader) -> MappingNode:
        assert isinstance(node, MappingNode)  # Variants has looked
        return node

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": "object"}


class NameText(NamedTuple):
    """A name, handed on as its node: whether it exists is known elsewhere. `vocabulary_field` suggests some."""

    what: str
    vocabulary_field: str = ""

    @property
    def expected(self) -> str:
        return self.what

    def read(self, node: Node, reader: Reader) -> ScalarNode | None:
        if isinstance(node, ScalarNode):
            return node
        refuse_form(node, reader, self.expected)
        return None

    def json(self, vocabulary: Vocabulary) -> Json:
        if not self.vocabulary_field:
            return {"type": "string"}
        return {"anyOf": [{"enum": sorted(getattr(vocabulary, self.vocabulary_field))}, {"type": "string"}]}


def json_definitions() -> Json:
    """The definitions that the JSON Schemas of arrays refer to."""
    return {
        "number": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": NUMBER_PATTERN}]},
        "vector": {"type": "array", "items": {"$ref": "#/definitions/number"}, "minItems": 1},
        "matrix": {"type": "array", "items": {"$ref": "#/definitions/vector"}, "minItems": 1},
        "matrices": {"type": "array", "items": {"$ref": "#/definitions/matrix"}, "minItems": 1},
        "stacks": {"type": "array", "items": {"$ref": "#/definitions/matrices"}, "minItems": 1},
    }
