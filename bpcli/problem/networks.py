"""The `network:` block: layers whose shapes fit, a loss, and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import prod
from typing import Any

from bpcli.diagnostics import Related, Span
from bpcli.problem.blocks import DENSE
from bpcli.problem.data import Dataset, read_data
from bpcli.problem.initial import draws_within_limits
from bpcli.problem.kinds import ARRAYS
from bpcli.problem.layers import LayerReader, Width, nodes_inside
from bpcli.problem.model import (
    BlockForm,
    Layer,
    Loss,
    Network,
    Numbers,
    OwnBlock,
    ParameterForm,
    Regularization,
    Update,
)
from bpcli.problem.report import Report, point, shortened, suggestion
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.updates import read_training, read_update
from bpcli.problem.yaml import Node, ScalarNode, SequenceNode

MOST_LAYERS = 1_000
MOST_STEPPED = 10_000_000
"""Updates times weights: more are trained with `bpcli train`, which keeps the last ones only."""
MOST_UPDATED = 60_000
"""Updates times layers: every line of every update is worked."""
LOG_LOSSES = frozenset({"cross_entropy", "binary_cross_entropy", "kl"})
CLASS_LOSSES = frozenset({"cross_entropy", "multiclass_hinge"})
"""They take the number of a class as their target."""
PARAMETERS_OF_LOSSES = (
    ("delta", frozenset({"huber"})),
    ("margin", frozenset({"multiclass_hinge"})),
    ("log_base", LOG_LOSSES),
)
ONE_INSTANCE = "`input:` and `target:` hold one instance; several go under `inputs:` and `targets:`, one row each"
DECIMAL_COMMA = "a comma separates numbers: write `0.5`, not `0,5`"


def read_network(
    fields: Fields, reader: Reader, arities: Mapping[str, tuple[int, ...]], affine: str, own: tuple[OwnBlock, ...] = ()
) -> Network | None:
    """Check everything about a network that the file alone tells; `None` if something needed is missing or wrong."""
    report = reader.report
    dataset = read_data(fields, report) if "data" in fields.keys else None
    given = dataset.input if dataset else None
    if "data" not in fields.keys:
        given = _read_input(fields, report)
    nodes: tuple[Node | None, ...] = fields.get("layers", ())
    if len(nodes) > MOST_LAYERS:
        message = f"a network of {len(nodes)} layers"
        report.add("out-of-range", message, fields.place("layers"), help=f"at most {MOST_LAYERS} are worked")
        return None
    if not draws_within_limits(nodes_inside(nodes), report):
        return None
    forms = {**reader.vocabulary.blocks, **{block.name: form_of_own(block) for block in own}}
    layers, width = _read_layers(LayerReader(reader, forms, arities, affine), fields, nodes, given)
    loss = _read_loss(fields, reader, arities)
    if dataset is not None:
        target, class_targets = _data_target(dataset, width, loss, report)
    else:
        target, class_targets = _read_target(fields, given, width, loss, report)
    regularization = _read_regularization(fields, report)
    batch = dataset is not None or "inputs" in fields.keys
    update = read_update(fields, reader)
    if update is not None:
        _check_steps(update, layers, fields, report)
        if update.instances and not batch:
            advice = "`each: instance` goes through a batch: give `inputs:` and `targets:`"
            report.add("conflict", "one instance alone has no next one", fields.place("update"), help=advice)
    _check_needs_loss(fields, update, report)
    upstream, weights = _read_upstream(fields, loss, report), _read_instance_weights(fields, given, report)
    instances = dataset.data.rows if dataset else given.shape[0] if given and batch else 1
    training = read_training(fields, instances if given else None, report)
    if given is None or not layers or len(layers) != len(nodes):
        return None
    return Network(
        given,
        target,
        batch,
        class_targets,
        tuple(layers),
        loss,
        regularization,
        update,
        training,
        fields.span,
        dataset.data if dataset else None,
        fields.get("sequence", False),
        upstream,
        weights,
        tuple((key.text, numbers) for key, numbers in fields.get("given", ()) if numbers is not None),
    )


def form_of_own(block: OwnBlock) -> BlockForm:
    """A block of the file's own asks for arrays of any shape under the names of its parameters."""
    any_shape = ((), ("",), ("", ""))
    parameters = tuple(ParameterForm(name, any_shape, f"The parameter `{name}`.") for name in block.parameters)
    return BlockForm(block.name, "A block of the file's own.", parameters)


def _read_layers(
    layer_reader: LayerReader, fields: Fields, nodes: tuple[Node | None, ...], given: Numbers | None
) -> tuple[list[Layer], Width | None]:
    """The layers, and how many values the last one gives where dense layers tell."""
    report = layer_reader.report
    layers: list[Layer] = []
    width: Width | None = None
    levels = 2 if {"inputs", "data"} & fields.keys.keys() else 1
    if given is not None and nodes and not fields.get("sequence", False) and len(given.shape) == levels:
        width = Width(given.shape[-1], _place(given), f"{_values(given.shape[-1])} here")
    for number, node in enumerate(nodes, 1):
        layer, layer_fields = (None, None) if node is None else layer_reader.read(node, (number,))
        if layer is None:
            width = None
            continue
        if number == 1 and given is not None:
            _check_input(given, fields, layer, layer_reader.forms[layer.kind], report)
        if layer.tie is not None:
            width = _check_tie(layer, number, layers, layer_reader.affine, layer_fields, report)
        elif layer.kind == DENSE:
            weights, bias = layer.numbers["weights"], layer.numbers.get("bias")
            width = _check_weights(weights, number, width, layer_reader.affine, fields, report)
            if width and bias and bias.shape and bias.shape[0] != width.size:
                _refuse_bias(bias, number, width, report)
            _check_mask(layer, number, report)
        elif not layer_reader.forms[layer.kind].keeps_width:
            width = None
        layers.append(layer)
    return layers, width


def _check_input(given: Numbers, fields: Fields, first: Layer, form: BlockForm, report: Report) -> None:
    """A matrix is the input of a sequence or of a block that works on matrices."""
    if "input" not in fields.keys or len(given.shape) < 2 or fields.get("sequence", False):
        return
    # A dense layer takes the rows that other blocks hand it; what is given to it is one instance.
    if first.kind == DENSE or not form.takes & {"matrix", "maps"}:
        found = ARRAYS[len(given.shape)]
        message = f"expected a number or a list of numbers, found {found}"
        advice = f"{ONE_INSTANCE}; a matrix is the input of a convolution, or with `sequence: true` one row a time step"
        report.add("wrong-type", message, _place(given), help=advice)


def _check_tie(
    layer: Layer, number: int, layers: list[Layer], affine: str, fields: Fields | None, report: Report
) -> Width | None:
    assert layer.tie is not None
    assert fields is not None
    other = layers[layer.tie - 1] if layer.tie <= len(layers) else None
    if layer.tie >= number or (other is not None and (other.kind != DENSE or other.tie is not None)):
        message = f"layer {number} cannot have the parameters of layer {layer.tie}"
        advice = "`tie:` is the number of an earlier layer with weights of its own"
        report.add("out-of-range", message, fields.place("tie"), help=advice)
        return None
    if other is None:
        return None
    rows, columns = other.numbers["weights"].shape
    size = columns if affine == "x W + b" else rows
    return Width(size, layer.span, f"{_units(size)} come{'s' if size == 1 else ''} from here")


def _check_mask(layer: Layer, number: int, report: Report) -> None:
    """A mask has the shape of the weights, is 0 or 1, and where it is 0 so are they."""
    mask, weights = layer.numbers.get("mask"), layer.numbers["weights"]
    if mask is None:
        return
    if mask.shape != weights.shape:
        shown, expected = ("×".join(map(str, item.shape)) for item in (mask, weights))
        related = (Related(_place(weights), f"{expected} here"),)
        message = f"layer {number} has a mask {shown}, but weights {expected}"
        report.add("shape", message, _place(mask), related=related)
        return
    for i, (kept, row) in enumerate(zip(mask.values, weights.values, strict=True), 1):
        for j, (edge, weight) in enumerate(zip(kept, row, strict=True), 1):
            if edge not in (0.0, 1.0):
                message = f"entry {i},{j} of the mask is {edge:g}"
                report.add(
                    "out-of-range", message, _place(mask), help="1 where there is an edge, 0 where there is none"
                )
                return
            if edge == 0.0 and weight != 0.0:
                message = f"weight {i},{j} is {weight:g}, and the mask has no edge there"
                related = (Related(_place(mask), "the mask"),)
                report.add("conflict", message, _place(weights), related=related, help="write 0, or 1 in the mask")
                return


def _check_steps(update: Update, layers: list[Layer], fields: Fields, report: Report) -> None:
    weights = sum(
        prod(numbers.shape) for layer in layers for numbers in layer.numbers.values() if len(numbers.shape) > 1
    )
    most = max(1, min(MOST_STEPPED // max(1, weights), MOST_UPDATED // max(1, len(layers))))
    if update.steps > most:
        message = f"{update.steps} updates of {weights} weights in {len(layers)} layer{'s' * (len(layers) != 1)}"
        advice = f"at most {most} of them are worked; `bpcli train` does more"
        report.add("out-of-range", message, fields.place("update"), help=advice)


def _place(numbers: Numbers) -> Span:
    return point(numbers.span.line, numbers.span.column) if numbers.shape else numbers.span


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _has_decimal_commas(fields: Fields, key: str) -> bool:
    """Whether a list looks like `[0,5, 1,2]`: every second comma without a space."""
    node = fields.nodes.get(key)
    if not isinstance(node, SequenceNode):
        return False
    gaps = [right.span.column - left.span.end_column for left, right in pairwise(node.items)]
    return set(gaps[::2]) == {1} and 1 not in gaps[1::2]


def _as_list(numbers: Numbers) -> Numbers:
    """One number as a list of one."""
    return Numbers((numbers.values,), (numbers.texts,), (1,), numbers.span)


def _as_rows(numbers: Numbers) -> Numbers:
    """Bare numbers as instances of one value each."""
    values = tuple((value,) for value in numbers.values)
    texts = tuple((text,) for text in numbers.texts)
    return Numbers(values, texts, (len(values), 1), numbers.span)


def _read_input(fields: Fields, report: Report) -> Numbers | None:
    one, many = "input" in fields.keys, "inputs" in fields.keys
    if one and many:
        advice = "`input:` is one instance, `inputs:` a batch: keep one of them"
        report.add("conflict", "`input` and `inputs` exclude each other", fields.keys["inputs"].span, help=advice)
        return None
    if not one and not many:
        start = point(fields.span.line, fields.span.column)
        advice = "`input:` one instance, or `inputs:` a batch, one row each"
        report.add("missing-key", "`input` is missing in a network", start, help=advice)
        return None
    for given, wrong, right in ((one, "targets", "target"), (many, "target", "targets")):
        if given and wrong in fields.keys:
            key = "input" if one else "inputs"
            message = f"`{wrong}` does not go with `{key}`"
            report.add("conflict", message, fields.keys[wrong].span, help=f"write `{right}:`")
    numbers: Numbers | None = fields.get("input" if one else "inputs")
    if numbers is None:
        return None
    if one:
        return numbers if numbers.shape else _as_list(numbers)
    if fields.get("sequence", False):
        advice = "one sequence at a time: `input:` has a row for each time step"
        report.add("conflict", "`sequence` does not go with `inputs`", fields.keys["inputs"].span, help=advice)
        return None
    return numbers if len(numbers.shape) == 2 else _as_rows(numbers)


def _check_weights(
    weights: Numbers | None, number: int, width: Width | None, affine: str, network: Fields, report: Report
) -> Width | None:
    """Check that the weights of a layer take what comes in; gives what goes out."""
    if weights is None:
        return None
    rows, columns = weights.shape
    by_rows = affine == "x W + b"
    comes_in, goes_out = (rows, columns) if by_rows else (columns, rows)
    span = _place(weights)
    if width and comes_in != width.size:
        source = f"layer {number - 1} has {_units(width.size)}"
        if number == 1:
            source = "the input has " + _values(width.size)
        side = "rows" if by_rows else "columns"
        side = side if width.size != 1 else side[:-1]
        advice = ""
        if number == 1 and width.size == 2 * comes_in and _has_decimal_commas(network, "input"):
            advice = DECIMAL_COMMA
        elif goes_out == width.size:
            advice = f"under `affine: {affine}` weights are {'[in][out]' if by_rows else '[out][in]'}: transposed?"
        report.add(
            "shape",
            f"layer {number} has weights {rows}×{columns}, but {source}",
            span,
            label=f"{rows}×{columns}, expected {width.size} {side}",
            related=(Related(width.span, width.label),),
            help=advice,
        )
    return Width(goes_out, span, f"{_units(goes_out)} come{'s' if goes_out == 1 else ''} from here")


def _refuse_bias(bias: Numbers, number: int, width: Width, report: Report) -> None:
    count = bias.shape[0]
    biases = "1 bias" if count == 1 else f"{count} biases"
    advice = "one bias shared by all units is one number: `bias: 0.1`" if count == 1 else ""
    report.add(
        "shape",
        f"layer {number} has {biases}, but {_units(width.size)}",
        _place(bias),
        label=f"{biases}, expected {width.size}",
        related=(Related(width.span, width.label),),
        help=advice,
    )


def _read_loss(fields: Fields, reader: Reader, arities: Mapping[str, tuple[int, ...]]) -> Loss | None:
    value: ScalarNode | Fields | None = fields.get("loss")
    node = value.get("name") if isinstance(value, Fields) else value
    if node is None:
        return None
    name: str = node.text
    custom = arities.keys() - reader.vocabulary.functions.keys()
    if name not in reader.vocabulary.losses and name not in custom:
        message = f"`{shortened(name)}` is not a loss"
        reader.report.add(
            "unknown-loss", message, node.span, help=suggestion(name, (*reader.vocabulary.losses, *sorted(custom)))
        )
        return None
    if name in custom and 2 not in arities[name]:
        message = f"`{name}` has {arities[name][0]} parameters; a loss has two, the prediction and the target"
        reader.report.add("argument-count", message, node.span, help=f"write `{name}(y, t)`")
        return None
    if not isinstance(value, Fields):
        return Loss(name, node.span)
    for key, losses in PARAMETERS_OF_LOSSES:
        if key in value.keys and name not in losses:
            message = f"`{key}` is not a parameter of `{name}`"
            advice = "it goes with " + " or ".join(f"`{loss}`" for loss in sorted(losses))
            reader.report.add("unknown-parameter", message, value.keys[key].span, help=advice)
    return Loss(
        name,
        node.span,
        value.get("factor"),
        value.get("over_outputs"),
        value.get("over_batch", "mean"),
        value.get("log_base", "e"),
        value.get("delta"),
        value.get("margin"),
    )


def _read_target(
    fields: Fields, given: Numbers | None, width: Width | None, loss: Loss | None, report: Report
) -> tuple[Numbers | None, bool]:
    """The target, and whether it is classes."""
    batch = "inputs" in fields.keys
    key = "targets" if batch else "target"
    target: Numbers | None = fields.get(key)
    if target is None:
        if loss and given is not None and not {"target", "targets"} & fields.keys.keys():
            message = f"a loss needs a target, and `{key}` is missing"
            report.add("missing-key", message, loss.span, help=f"give `{key}:`, or remove `loss:`")
        return None, False
    if batch and given is not None and target.shape[0] != given.shape[0]:
        count, expected = target.shape[0], given.shape[0]
        report.add(
            "shape",
            f"{count} target{'' if count == 1 else 's'} for {expected} input{'' if expected == 1 else 's'}",
            _place(target),
            label=f"{count}, expected {expected}",
            related=(Related(_place(given), f"{expected} instance{'' if expected == 1 else 's'} here"),),
        )
        return None, False
    is_bare = len(target.shape) == (1 if batch else 0)
    if is_bare and loss and loss.name in CLASS_LOSSES and (width is None or width.size > 1):
        return _check_classes(target, fields, key, width, report), True
    if is_bare:
        target = _as_rows(target) if batch else _as_list(target)
    if width and target.shape[-1] != width.size:
        _refuse_target(target, width, loss, fields, key, report)
    return target, False


def _data_target(
    dataset: Dataset, width: Width | None, loss: Loss | None, report: Report
) -> tuple[Numbers | None, bool]:
    """The target of the first rows of a data set, and whether it is classes."""
    data, target = dataset.data, dataset.target
    if width is None:
        return target, False
    related = (Related(width.span, width.label),)
    if len(data.targets) > 1:
        if width.size != len(data.targets):
            message = f"{len(data.targets)} target columns, but the last layer has {_units(width.size)}"
            report.add("shape", message, data.span, related=related)
        return target, False
    count = len(data.classes)
    if count and width.size != count and not (width.size == 1 and count == 2):
        message = f"column `{data.targets[0]}` has {count} classes, but the last layer has {_units(width.size)}"
        report.add("shape", message, data.span, related=related, help=f"classes: {', '.join(data.classes[:20])}")
    elif not count and width.size > 1:
        if loss is None or loss.name not in CLASS_LOSSES:
            message = f"one target column, but the last layer has {_units(width.size)}"
            report.add("shape", message, data.span, related=related)
        for row, value in enumerate(data.target_values.tolist(), 1):
            if not (float(value).is_integer() and 0 <= value < width.size):
                message = f"row {row} of the data has the target {value:g}, which is not a class"
                advice = f"classes are whole numbers from 0 to {width.size - 1}"
                report.add("class-index", message, data.span, related=related, help=advice)
                break
    if width.size > 1:
        return target, True
    return _as_rows(target), False


def _refuse_target(target: Numbers, width: Width, loss: Loss | None, fields: Fields, key: str, report: Report) -> None:
    count = target.shape[-1]
    which = "each target" if key == "targets" else "the target"
    advice = ""
    if count == 2 * width.size and _has_decimal_commas(fields, key):
        advice = DECIMAL_COMMA
    elif count == 1 and loss and loss.name in CLASS_LOSSES:
        advice = "a class is a number without brackets: `target: 2`"
    report.add(
        "shape",
        f"{which} has {_values(count)}, but the last layer has {_units(width.size)}",
        _place(target),
        label=f"{_values(count)}, expected {width.size}",
        related=(Related(width.span, width.label),),
        help=advice,
    )


def _check_classes(target: Numbers, fields: Fields, key: str, width: Width | None, report: Report) -> Numbers:
    node: Any = fields.nodes[key]
    items = node.items if target.shape else (node,)
    texts = target.texts if isinstance(target.texts, tuple) else (target.texts,)
    for item, text in zip(items, texts, strict=True):
        if not str(text).lstrip("+").isdigit():
            advice = "classes are whole numbers, counted from 0; a one-hot target is a list"
            report.add("class-index", f"`{text}` is not a class", item.span, help=advice)
        elif width and int(str(text)) >= width.size:
            message = f"there is no class {text}: the last layer has {_units(width.size)}"
            advice = f"classes are counted from 0: 0 to {width.size - 1}"
            related = (Related(width.span, width.label),)
            report.add("class-index", message, item.span, related=related, help=advice)
    return target


def _check_needs_loss(fields: Fields, update: Update | None, report: Report) -> None:
    if "loss" in fields.keys or "upstream" in fields.keys:
        return
    free = update is not None and (update.gradients or update.optimizer == "perceptron")
    for key in ("regularization", "update", "training"):
        if key in fields.keys and not (key == "update" and free):
            message = f"`{key}` needs a loss"
            report.add(
                "missing-key", message, fields.keys[key].span, help="give `loss:`, for example `loss: squared_error`"
            )


def _read_upstream(fields: Fields, loss: Loss | None, report: Report) -> Numbers | None:
    """The gradient at the prediction, which stands in the place of target and loss."""
    value: Numbers | None = fields.get("upstream")
    if value is None:
        return None
    for key in ("loss", "target", "targets", "regularization"):
        if key in fields.keys:
            message = f"`{key}` does not go with `upstream`"
            advice = "`upstream:` is the gradient at the prediction, which a loss would give: keep one of them"
            report.add("conflict", message, fields.keys[key].span, help=advice)
            return None
    if not value.shape:
        return _as_list(value)
    return _as_rows(value) if "inputs" in fields.keys and len(value.shape) == 1 else value


def _read_instance_weights(fields: Fields, given: Numbers | None, report: Report) -> Numbers | None:
    value: Numbers | None = fields.get("instance_weights")
    if value is None or given is None:
        return None
    if "inputs" not in fields.keys:
        advice = "they weigh the instances of a batch: give `inputs:` and `targets:`"
        report.add("conflict", "`instance_weights` without a batch", fields.keys["instance_weights"].span, help=advice)
        return None
    if value.shape[0] != given.shape[0]:
        message = f"{value.shape[0]} weights for {given.shape[0]} instances"
        related = (Related(_place(given), f"{given.shape[0]} instances here"),)
        report.add("shape", message, _place(value), related=related)
        return None
    return value


def _read_regularization(fields: Fields, report: Report) -> Regularization | None:
    value: Fields | None = fields.get("regularization")
    if value is None:
        return None
    if not {"l1", "l2"} & value.keys.keys():
        advice = "give `l2:` or `l1:`, the factor λ of the penalty"
        report.add(
            "missing-key", "a regularization needs `l2` or `l1`", fields.keys["regularization"].span, help=advice
        )
    return Regularization(value.span, value.get("l2"), value.get("l1"), value.get("factor"), value.get("bias", False))
