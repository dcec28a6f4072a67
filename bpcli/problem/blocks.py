"""How the blocks of a network are written: the record that each form asks for, and the schema of a layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bpcli.problem.kinds import Array, Choice, NamedReal, NameText, Real, Truth, Whole
from bpcli.problem.model import BlockForm, OptionForm, ParameterForm, Vocabulary
from bpcli.problem.schema import Field, FromVocabulary, Json, Kind, ListOf, Reader, Record, Variants, refuse_form
from bpcli.problem.yaml import MappingNode, Node, ScalarNode

DENSE = "dense"
MAX_UNITS = 100_000
MAX_SEED = 2**64 - 1
MAX_SIZE = 1_000


def _activation(vocabulary: Vocabulary) -> Record:
    names = sorted({name for parameters in vocabulary.activations.values() for name in parameters})
    name = Field("name", NameText("the name of an activation", "activations"), "The activation.", required=True)
    return Record("an activation", (name, *(Field(n, Real(), f"The parameter `{n}`.") for n in names)))


ACTIVATION = Variants(
    "the name of an activation",
    scalar=NameText("the name of an activation", "activations"),
    mapping=FromVocabulary(_activation),
)

DRAWN_WEIGHTS = Record(
    "weights that are drawn",
    (
        Field("shape", ListOf(Whole(1, MAX_UNITS)), "Rows and columns of the matrix: `[16, 4]`.", required=True),
        Field("seed", Whole(0, MAX_SEED), "The seed they are drawn with.", default=0),
        Field(
            "scale",
            NamedReal(("glorot", "he"), Real(above=0, maximum=1000)),
            "They are uniform on [−r, r]: `glorot` r = √(6/(in + out)), `he` r = √(6/in), or r itself.",
            default="glorot",
        ),
    ),
)
REPEATED = Record("a bias", (Field("value", Real(), "The same start for every unit.", required=True),))
MATRIX_ADVICE = "a matrix is a list of rows: `[[0.1, 0.2], [0.3, 0.4]]`; one weight is `[[0.1]]`"


class LayerNode(NamedTuple):
    """A layer, handed on as its node: the blocks of the file's own are known elsewhere."""

    @property
    def expected(self) -> str:
        return "a layer"

    def read(self, node: Node, reader: Reader) -> Node | None:
        if isinstance(node, MappingNode) or (isinstance(node, ScalarNode) and not node.is_empty):
            return node
        known = ", ".join(f"`{field.key}`" for field in record_of(reader.vocabulary.blocks[DENSE]).fields)
        refuse_form(node, reader, "a mapping", f"its keys: {known}")
        return None

    def json(self, vocabulary: Vocabulary) -> Json:
        """A dense layer, or a mapping whose one key names a block; any other one key names a block of the file's."""
        dense = record_of(vocabulary.blocks[DENSE]).json(vocabulary)
        named = {
            name: record_of(form).json(vocabulary) | {"description": form.description}
            for name, form in vocabulary.blocks.items()
        }
        block = {
            "type": "object",
            "properties": named,
            "additionalProperties": {"type": "object"},
            "minProperties": 1,
            "maxProperties": 1,
        }
        bare = [name for name, form in vocabulary.blocks.items() if not form.required]
        return {"anyOf": [dense, block, {"enum": bare}]}


class Inside(NamedTuple):
    """The layers inside a block, handed on as their nodes."""

    @property
    def expected(self) -> str:
        return "a list of layers"

    def read(self, node: Node, reader: Reader) -> tuple[Node | None, ...] | None:
        return ListOf(LayerNode()).read(node, reader)

    def json(self, vocabulary: Vocabulary) -> Json:
        return {"type": "array", "items": {"$ref": "#/definitions/layer"}}


BRANCH = Record(
    "a branch", (Field("layers", Inside(), "The layers of the branch; none: its input goes on.", required=True),)
)


def record_of(form: BlockForm, *, tied: bool = False) -> Record:
    """The mapping that a block is written as; one that is `tied` has no parameters of its own."""
    what = "a layer" if form.name == DENSE else f"`{form.name}`"
    fields = [*_parameter_fields(form.parameters), *(_option_field(option) for option in form.options)]
    if any(parameter.trained for parameter in form.parameters):
        fields.append(_trainable(form))
    if form.name == DENSE:
        tie = "The number of an earlier layer whose parameters this one uses too."
        fields.append(Field("tie", Whole(1, MAX_SIZE), tie))
    return Record(what, tuple(field._replace(required=False) if tied else field for field in fields))


def _parameter_fields(parameters: Iterable[ParameterForm]) -> list[Field]:
    """A field for each parameter; those of one group are the keys of a mapping."""
    groups: dict[str, list[ParameterForm]] = {}
    for parameter in parameters:
        group, _, name = parameter.name.rpartition(".")
        groups.setdefault(group or name, []).append(parameter)
    fields: list[Field] = []
    for name, members in groups.items():
        if members[0].name == name:
            only = members[0]
            fields.append(Field(name, _array(only), only.description, required=only.required))
            continue
        inner = (member._replace(name=member.name.rpartition(".")[2]) for member in members)
        record = Record(f"`{name}`", tuple(_parameter_fields(inner)))
        required = any(member.required for member in members)
        fields.append(Field(name, record, f"The {name.replace('_', ' ')}.", required=required))
    return fields


def _array(parameter: ParameterForm) -> Kind:
    ranks = tuple(sorted({len(shape) for shape in parameter.shapes}))
    array = Array(ranks, MATRIX_ADVICE if ranks == (2,) else "")
    if not parameter.trained:
        return array
    mapping = DRAWN_WEIGHTS if max(ranks) > 1 else REPEATED
    return Variants(array.expected, scalar=array, sequence=array, mapping=mapping)


_OPTIONS: Mapping[str, Kind] = {
    "whole": Whole(0, MAX_SIZE),
    "count": Whole(1, MAX_SIZE),
    "number": Real(above=0),
    "small": Real(minimum=0),
    "truth": Truth(),
    "activation": ACTIVATION,
    "layers": Inside(),
    "branches": ListOf(BRANCH, minimum=1),
}


def _option_field(option: OptionForm) -> Field:
    kind = _OPTIONS.get(option.kind)
    if kind is None:
        kind = Choice(" or ".join(f"`{choice}`" for choice in option.choices), option.choices)
    return Field(option.name, kind, option.description, required=option.required, default=option.default)


def _trainable(form: BlockForm) -> Field:
    names = tuple(
        dict.fromkeys(parameter.name.rpartition(".")[2] for parameter in form.parameters if parameter.trained)
    )
    listed = " and ".join(f"`{name}`" for name in names)
    return Field(
        "trainable",
        Variants(
            f"`true`, `false` or a list out of {listed}",
            scalar=Truth(),
            sequence=ListOf(Choice(f"a parameter of {'a layer' if form.name == DENSE else f'`{form.name}`'}", names)),
        ),
        "Which parameters are trained.",
        default=True,
    )
