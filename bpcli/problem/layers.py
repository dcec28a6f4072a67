"""The layers of a network: each block read after its form, with the shapes that can be told from the file alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bpcli.diagnostics import Related, Span
from bpcli.problem.blocks import DENSE, record_of
from bpcli.problem.initial import drawn_array, repeated
from bpcli.problem.model import EMPTY, Activation, BlockForm, Layer, Numbers, ParameterForm
from bpcli.problem.report import Report, point, shortened, suggestion
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode

SWAPPED: dict[tuple[str, ...], tuple[str, ...]] = {("out", "in"): ("in", "out")}
"""The weights of `x W + b` lie the other way."""


class Width(NamedTuple):
    """How many values go on to the next layer, and where that was written."""

    size: int
    span: Span
    label: str


class LayerReader(NamedTuple):
    """What reading a layer needs to know: the forms there are, the functions, and how weights lie."""

    reader: Reader
    forms: Mapping[str, BlockForm]
    arities: Mapping[str, tuple[int, ...]]
    affine: str

    @property
    def report(self) -> Report:
        return self.reader.report

    def shapes_of(self, parameter: ParameterForm) -> tuple[tuple[str, ...], ...]:
        if self.affine != "x W + b":
            return parameter.shapes
        return tuple(SWAPPED.get(shape, shape) for shape in parameter.shapes)

    # --- one layer ---

    def read(self, node: Node, place: tuple[int, ...]) -> tuple[Layer | None, Fields | None]:
        """A layer, and its fields as they stand."""
        found = self._form(node)
        if found is None:
            return None, None
        form, inner = found
        record = record_of(form, tied=isinstance(inner, MappingNode) and any(k.text == "tie" for k, _ in inner.entries))
        fields = Fields({}, {}, {}, node.span) if inner is None else record.read(inner, self.reader)
        if fields is None:
            return None, None
        if form.name == DENSE and "tie" in fields.keys:
            return self._tied(fields), fields
        if inner is None:
            self._require(form, node)
        numbers = self._numbers(form, fields, place)
        options = self._options(form, fields)
        within = self._inside(form, fields, place)
        if numbers is None or options is None or within is None:
            return None, fields
        return Layer(form.name, numbers, options, _trainable(form, fields), node.span, within), fields

    def _form(self, node: Node) -> tuple[BlockForm, Node | None] | None:
        """The form of a block, and the mapping that fills it; a mapping without a block's name is a dense layer."""
        if isinstance(node, ScalarNode):
            if node.text in self.forms:
                return self.forms[node.text], None
            self._refuse_block(node)
            return None
        assert isinstance(node, MappingNode)
        dense = self.forms[DENSE]
        keys = {key.text for key, _ in node.entries}
        named = [(key, value) for key, value in node.entries if key.text in self.forms]
        if not named:
            own = {field.key for field in record_of(dense).fields}
            if len(node.entries) == 1 and not keys & own and isinstance(node.entries[0][1], MappingNode):
                self._refuse_block(node.entries[0][0])
                return None
            return dense, node
        key, value = named[0]
        if len(node.entries) > 1:
            other = next(item for item, _ in node.entries if item is not key)
            advice = f"what belongs to `{key.text}` stands inside it: `{key.text}: {{…}}`"
            message = f"`{shortened(other.text)}` stands beside `{key.text}` in one layer"
            self.report.add("conflict", message, other.span, help=advice)
            return None
        empty = isinstance(value, ScalarNode) and value.is_empty
        return self.forms[key.text], None if empty else value

    def _refuse_block(self, key: ScalarNode) -> None:
        message = f"`{shortened(key.text)}` is not a layer"
        self.report.add("unknown-block", message, key.span, help=suggestion(key.text, self.forms))

    def _require(self, form: BlockForm, node: Node) -> None:
        """Report what a block without a mapping leaves out."""
        for name in form.required:
            advice = f"write `{form.name}: {{{name}: …}}`"
            message = f"`{name}` is missing in `{form.name}`"
            self.report.add("missing-key", message, point(node.span.line, node.span.column), help=advice)

    # --- its parts ---

    def _numbers(
        self, form: BlockForm, fields: Fields, place: tuple[int, ...]
    ) -> MappingProxyType[str, Numbers] | None:
        found: dict[str, Numbers] = {}
        later: list[tuple[ParameterForm, Fields]] = []
        good = True
        for index, parameter in enumerate(form.parameters):
            holder, key = _place_in(fields, parameter.name)
            if holder is None or key not in holder.keys:
                good = good and not parameter.required
                continue
            value = holder.get(key)
            if isinstance(value, Fields) and "value" in value.keys:
                later.append((parameter, value))
                continue
            if isinstance(value, Fields):
                value = drawn_array(value, place, index, parameter, self.affine, self.report)
            if value is None:
                good = good and not parameter.required  # the others are read on, for all to be told at once
                continue
            found[parameter.name] = value
        sizes = self._sizes(form, found)
        for parameter, value in later:
            count = sizes.get(parameter.shapes[0][0])
            made = repeated(value, count[0]) if count else None
            if made is not None:
                found[parameter.name] = made
            else:
                good = good and False
        return MappingProxyType(found) if good else None

    def _sizes(self, form: BlockForm, found: Mapping[str, Numbers]) -> dict[str, tuple[int, Numbers, str]]:
        """The size that each letter of the form stands for; a second, other size for one letter is reported."""
        sizes: dict[str, tuple[int, Numbers, str]] = {}
        for parameter in form.parameters:
            numbers = found.get(parameter.name)
            if numbers is None:
                continue
            shape = next((s for s in self.shapes_of(parameter) if len(s) == len(numbers.shape)), ())
            for letter, size in zip(shape, numbers.shape, strict=True):
                if not letter:
                    continue
                known = sizes.setdefault(letter, (size, numbers, parameter.name))
                if known[0] != size and form.name != DENSE:
                    shown = "×".join(map(str, numbers.shape))
                    other = "×".join(map(str, known[1].shape))
                    self.report.add(
                        "shape",
                        f"`{parameter.name}` is {shown}, and `{known[2]}` {other}: {size} in the place of {known[0]}",
                        numbers.span if not numbers.shape else point(numbers.span.line, numbers.span.column),
                        related=(Related(known[1].span, f"{other} here"),),
                    )
                    break
        return sizes

    def _options(self, form: BlockForm, fields: Fields) -> MappingProxyType[str, Any] | None:
        found: dict[str, Any] = {}
        for option in form.options:
            if option.kind in ("layers", "branches"):
                continue
            if option.kind == "activation":
                value: Any = self._activation(fields, option.name, option.default)
            else:
                value = fields.get(option.name, option.default)
            if value is None and option.required:
                return None  # reported by the record
            found[option.name] = value
        return MappingProxyType(found)

    def _inside(self, form: BlockForm, fields: Fields, place: tuple[int, ...]) -> tuple[tuple[Layer, ...], ...] | None:
        found: list[tuple[Layer, ...]] = []
        for option in form.options:
            if option.kind not in ("layers", "branches"):
                continue
            value = fields.get(option.name)
            if value is None:
                return None
            if option.kind == "layers":
                sequences = [(place, value)]
            else:
                if any(branch is None or branch.get("layers") is None for branch in value):
                    return None
                sequences = [((*place, i), branch.get("layers")) for i, branch in enumerate(value, 1)]
            for start, nodes in sequences:
                layers = [
                    self.read(node, (*start, k))[0] if node is not None else None for k, node in enumerate(nodes, 1)
                ]
                good = [layer for layer in layers if layer is not None]
                if len(good) < len(layers):
                    return None
                found.append(tuple(good))
        return tuple(found)

    def _tied(self, fields: Fields) -> Layer | None:
        for key in fields.keys:
            if key not in ("tie", "activation"):
                message = f"`{key}` does not go with `tie`"
                advice = "a tied layer has the parameters of the other one, and an activation of its own"
                self.report.add("conflict", message, fields.keys[key].span, help=advice)
                return None
        activation = self._activation(fields, "activation", "identity")
        tie: int | None = fields.get("tie")
        if tie is None:
            return None
        options: MappingProxyType[str, Any] = MappingProxyType({"activation": activation})
        return Layer(DENSE, EMPTY, options, frozenset(), fields.span, tie=tie)

    def _activation(self, fields: Fields, key: str, default: str | None) -> Activation:
        """The activation; after reporting one that is none, the default: what else is wrong is told as well."""
        usual = Activation(default or "identity", MappingProxyType({}), fields.span)
        value: ScalarNode | Fields | None = fields.get(key)
        node = value.get("name") if isinstance(value, Fields) else value
        if node is None:
            return usual
        known = self.reader.vocabulary.activations
        custom = self.arities.keys() - self.reader.vocabulary.functions.keys()
        name: str = node.text
        if name not in known and name not in custom:
            message = f"`{name[:60]}` is not an activation"
            self.report.add("unknown-activation", message, node.span, help=suggestion(name, {*known, *custom}))
            return usual
        if name in custom and 1 not in self.arities[name]:
            message = f"`{name}` has {self.arities[name][0]} parameters; an activation has one"
            self.report.add("argument-count", message, node.span)
            return usual
        parameters: dict[str, Numbers] = {}
        if isinstance(value, Fields):
            for parameter, number in value.values.items():
                if parameter == "name":
                    continue
                if parameter not in known.get(name, ()):
                    allowed = ", ".join(f"`{item}`" for item in known.get(name, ()))
                    advice = f"its parameters: {allowed}" if allowed else "it has no parameters"
                    message = f"`{parameter}` is not a parameter of `{name}`"
                    self.report.add("unknown-parameter", message, value.keys[parameter].span, help=advice)
                elif number is not None:
                    parameters[parameter] = number
        return Activation(name, MappingProxyType(parameters), node.span)


def _place_in(fields: Fields, name: str) -> tuple[Fields | None, str]:
    """The fields that hold a parameter: those of its group, where it has one."""
    group, _, key = name.rpartition(".")
    return (fields.get(group) if group else fields), key


def _trainable(form: BlockForm, fields: Fields) -> frozenset[str]:
    trained = [parameter.name for parameter in form.parameters if parameter.trained]
    value = fields.get("trainable", True)
    if isinstance(value, bool):
        return frozenset(trained) if value else frozenset()
    return frozenset(name for name in trained if name.rpartition(".")[2] in value)


def nodes_inside(nodes: tuple[Node | None, ...]) -> Iterator[Node]:
    """Every node below these, in the order of the file."""
    stack = [node for node in reversed(nodes) if node is not None]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, SequenceNode):
            stack.extend(reversed(node.items))
        elif isinstance(node, MappingNode):
            stack.extend(value for _, value in reversed(node.entries))
