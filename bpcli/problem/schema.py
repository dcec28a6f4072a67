"""A small declarative schema: one declaration reads nodes and generates the JSON Schema.

A kind says what may stand at a place. `read` gives the value, or `None` after reporting why there is none,
so that reading goes on and everything is reported at once; `json` gives its JSON Schema (draft-07).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

from bpcli.diagnostics import Span
from bpcli.problem.model import Vocabulary
from bpcli.problem.report import Report, nearest, shortened, suggestion
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode, node_place

Json: TypeAlias = dict[str, Any]


class Reader(NamedTuple):
    """What a kind needs to read: where to report, and the names there are."""

    report: Report
    vocabulary: Vocabulary


class Kind(Protocol):
    @property
    def expected(self) -> str:
        """What stands here, in the words of a message."""

    def read(self, node: Node, reader: Reader) -> Any: ...

    def json(self, vocabulary: Vocabulary) -> Json: ...


def describe(node: Node) -> str:
    """What a node is, in the words of a message."""
    if isinstance(node, ScalarNode):
        return "nothing" if node.is_empty else f"`{shortened(node.text)}`"
    return "a list" if isinstance(node, SequenceNode) else "a mapping"


def refuse_form(node: Node, reader: Reader, expected: str, advice: str = "") -> None:
    message = f"expected {expected}, found {describe(node)}"
    reader.report.add("wrong-type", message, node_place(node), help=advice)


class ListOf(NamedTuple):
    """A list, read item by item; gives the values, with `None` for wrong ones."""

    item: Kind
    minimum: int = 0

    @property
    def expected(self) -> str:
        return f"a list ({self.item.expected} each)"

    def read(self, node: Node, reader: Reader) -> tuple[Any, ...] | None:
        if not isinstance(node, SequenceNode):
            refuse_form(node, reader, self.expected)
            return None
        if len(node.items) < self.minimum:
            reader.report.add("shape", "this list is empty", node_place(node))
            return None
        return tuple(self.item.read(item, reader) for item in node.items)

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": "array", "items": self.item.json(vocabulary), "minItems": self.minimum}


class MapOf(NamedTuple):
    """A mapping with names of the author's own; gives `(key, value)` pairs."""

    value: Kind
    key_pattern: str = ""

    @property
    def expected(self) -> str:
        return f"a mapping (name: {self.value.expected})"

    def read(self, node: Node, reader: Reader) -> tuple[tuple[ScalarNode, Any], ...] | None:
        if isinstance(node, ScalarNode) and node.is_empty:
            return ()
        if not isinstance(node, MappingNode):
            refuse_form(node, reader, self.expected)
            return None
        return tuple((key, self.value.read(value, reader)) for key, value in node.entries)

    def json(self, vocabulary: Vocabulary) -> Json:
        value = self.value.json(vocabulary)
        if not self.key_pattern:
            return {"type": "object", "additionalProperties": value}
        return {"type": "object", "patternProperties": {self.key_pattern: value}, "additionalProperties": False}


class Variants(NamedTuple):
    """Different things by the form they are written in."""

    expected_text: str
    scalar: Kind | None = None
    sequence: Kind | None = None
    mapping: Kind | None = None
    advice: str = ""

    @property
    def expected(self) -> str:
        return self.expected_text

    def read(self, node: Node, reader: Reader) -> Any:
        kind = self.mapping
        if isinstance(node, ScalarNode):
            kind = self.scalar
        elif isinstance(node, SequenceNode):
            kind = self.sequence
        if kind is None:
            refuse_form(node, reader, self.expected, self.advice)
            return None
        return kind.read(node, reader)

    def json(self, vocabulary: Vocabulary) -> Json:
        kinds: list[Kind] = []
        for kind in (self.scalar, self.sequence, self.mapping):
            if kind is not None and not any(kind is other for other in kinds):
                kinds.append(kind)
        return {"anyOf": [kind.json(vocabulary) for kind in kinds]}


class FromVocabulary(NamedTuple):
    """A record whose keys are names of the vocabulary."""

    record: Callable[[Vocabulary], Record]

    @property
    def expected(self) -> str:
        return "a mapping"

    def read(self, node: Node, reader: Reader) -> Fields | None:
        return self.record(reader.vocabulary).read(node, reader)

    def json(self, vocabulary: Vocabulary) -> Json:
        return self.record(vocabulary).json(vocabulary)


class Field(NamedTuple):
    """A key of a record. With `nullable`, a key without a value counts as given."""

    key: str
    kind: Kind
    description: str
    required: bool = False
    default: Any = None
    nullable: bool = False


class Fields(NamedTuple):
    """What a record was read as; a key that was given but wrong has the value `None`."""

    values: dict[str, Any]
    keys: dict[str, ScalarNode]
    nodes: dict[str, Node]
    span: Span

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default` where it is absent or wrong."""
        value = self.values.get(key)
        return default if value is None else value

    def place(self, key: str) -> Span:
        """Where to point for the value of a key that was given."""
        return node_place(self.nodes[key])


class Record(NamedTuple):
    """A mapping with fixed keys."""

    what: str
    fields: tuple[Field, ...]
    one_of: tuple[str, ...] = ()  # exactly one of these keys is given
    any_of: tuple[str, ...] = ()  # at least one of these

    @property
    def expected(self) -> str:
        return "a mapping"

    def read(self, node: Node, reader: Reader) -> Fields | None:
        if not isinstance(node, MappingNode):
            known = ", ".join(f"`{field.key}`" for field in self.fields)
            refuse_form(node, reader, self.expected, f"its keys: {known}")
            return None
        return self.read_entries(node, reader)

    def read_entries(self, node: MappingNode, reader: Reader) -> Fields:
        by_key = {field.key: field for field in self.fields}
        result = Fields({}, {}, {}, node.span)
        misspelled: set[str | None] = set()
        for key, value in node.entries:
            field = by_key.get(key.text)
            if field is None:
                misspelled.add(self.refuse_key(key, value, reader))
                continue
            result.keys[key.text] = key
            result.nodes[key.text] = value
            if isinstance(value, ScalarNode) and value.is_empty and not field.nullable:
                advice = f"give {field.kind.expected}, or remove the key"
                reader.report.add("missing-value", f"`{key.text}` has no value", value.span, help=advice)
                result.values[key.text] = None
            else:
                result.values[key.text] = field.kind.read(value, reader)
        for field in self.fields:
            if field.required and field.key not in result.keys and field.key not in misspelled:
                message = f"`{field.key}` is missing in {self.what}"
                advice = f"`{field.key}:` {field.description[0].lower()}{field.description[1:].rstrip('.')}"
                reader.report.add("missing-key", message, node_place(node), help=advice)
        return result

    def refuse_key(self, key: ScalarNode, value: Node, reader: Reader) -> str | None:
        """Report a key; gives the one that was probably meant."""
        known = [field.key for field in self.fields]
        head, colon, rest = key.text.partition(":")
        if colon and rest and head in known and isinstance(value, ScalarNode) and value.is_empty:
            message = f"`{shortened(key.text)}` has no space after `:`"
            reader.report.add("missing-space", message, key.span, help=f"write `{head}: {shortened(rest)}`")
            return head
        message = f"`{shortened(key.text)}` is not a key of {self.what}"
        reader.report.add("unknown-key", message, key.span, help=suggestion(key.text, known))
        return nearest(key.text, known)

    def json(self, vocabulary: Vocabulary) -> Json:
        properties: Json = {}
        for field in self.fields:
            schema = field.kind.json(vocabulary)
            # Nothing that stands beside a reference is read.
            schema = ({"allOf": [schema]} if "$ref" in schema else schema) | {"description": field.description}
            if field.default is not None:
                schema["default"] = field.default
            if field.nullable:
                schema = {"anyOf": [schema, {"type": "null"}], "description": field.description}
            properties[field.key] = schema
        result: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        if required := [field.key for field in self.fields if field.required]:
            result["required"] = required
        for together, keys in (("oneOf", self.one_of), ("anyOf", self.any_of)):
            if keys:
                result[together] = [{"required": [key]} for key in keys]
        return result
