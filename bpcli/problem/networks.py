"""The `network:` block: layers whose shapes fit, a loss, and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from bpcli.diagnostics import Related, Span
from bpcli.problem.data import Dataset, read_data
from bpcli.problem.initial import drawn_weights, draws_within_limits, repeated_bias
from bpcli.problem.model import (
    Activation,
    Layer,
    Loss,
    Network,
    Numbers,
    Regularization,
    Update,
)
from bpcli.problem.report import Report, point, suggestion
from bpcli.problem.schema import Fields, Reader
from bpcli.problem.updates import read_training, read_update
from bpcli.problem.yaml import ScalarNode, SequenceNode

MOST_LAYERS = 1_000
MOST_STEPPED = 10_000_000
"""Updates times weights: more are trained with `bpcli train`, which keeps the last ones only."""
MOST_UPDATED = 60_000
"""Updates times layers: every line of every update is worked."""
ALL_PARAMETERS = frozenset({"weights", "bias"})
LOG_LOSSES = frozenset({"cross_entropy", "binary_cross_entropy", "kl"})
CLASS_LOSSES = frozenset({"cross_entropy", "multiclass_hinge"})  # a target may be the number of a class
DECIMAL_COMMA = "a comma separates numbers: write `0.5`, not `0,5`"


class _Width(NamedTuple):
    """How many values go on to the next layer, and where that was written."""

    size: int
    span: Span
    label: str


def read_network(fields: Fields, reader: Reader, arities: Mapping[str, tuple[int, ...]], affine: str) -> Network | None:
    """Check everything about a network; `None` if something needed is missing or wrong."""
    report = reader.report
    dataset = read_data(fields, report) if "data" in fields.keys else None
    given = dataset.input if dataset else None
    if "data" not in fields.keys:
        given = _read_input(fields, report)
    width = None
    if given is not None:
        label = f"{_values(given.shape[-1])} here"
        width = _Width(given.shape[-1], _place(given), label)
    layers: list[Layer] = []
    layer_fields: tuple[Fields | None, ...] = fields.get("layers", ())
    if not layer_fields:
        width = None
    if len(layer_fields) > MOST_LAYERS:
        message = f"a network of {len(layer_fields)} layers"
        report.add("out-of-range", message, fields.place("layers"), help=f"at most {MOST_LAYERS} are worked")
        return None
    if not draws_within_limits(layer_fields, report):
        return None
    for number, layer in enumerate(layer_fields, 1):
        if layer is None:
            width = None
            continue
        weights = _read_weights(layer, number, affine, report)
        width = _check_weights(weights, number, width, affine, fields, report)
        bias = _read_bias(layer, width)
        if width and bias and bias.shape and bias.shape[0] != width.size:
            _refuse_bias(bias, number, width, report)
        activation = _read_activation(layer, reader, arities)
        if weights and activation:
            layers.append(Layer(weights, bias, activation, _read_trainable(layer), layer.span))
    loss = _read_loss(fields, reader)
    if dataset is not None:
        target, class_targets = _data_target(dataset, width, loss, report)
    else:
        target, class_targets = _read_target(fields, given, width, loss, report)
    _check_needs_loss(fields, report)
    regularization = _read_regularization(fields, report)
    update = read_update(fields, reader)
    if update is not None:
        _check_steps(update, layers, fields, report)
    instances = dataset.data.rows if dataset else given.shape[0] if given and len(given.shape) == 2 else 1
    training = read_training(fields, instances if given else None, report)
    if given is None or not layers or len(layers) != len(layer_fields):
        return None
    return Network(
        given,
        target,
        dataset is not None or "inputs" in fields.keys,
        class_targets,
        tuple(layers),
        loss,
        regularization,
        update,
        training,
        fields.span,
        dataset.data if dataset else None,
    )


def _check_steps(update: Update, layers: list[Layer], fields: Fields, report: Report) -> None:
    weights = sum(layer.weights.shape[0] * layer.weights.shape[1] for layer in layers)
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
    return Numbers((numbers.values,), (numbers.texts,), (1,), numbers.span)  # type: ignore[arg-type]


def _as_rows(numbers: Numbers) -> Numbers:
    """Bare numbers as instances of one value each."""
    values = tuple((value,) for value in numbers.values)  # type: ignore[union-attr]
    texts = tuple((text,) for text in numbers.texts)
    return Numbers(values, texts, (len(values), 1), numbers.span)  # type: ignore[arg-type]


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
    return numbers if len(numbers.shape) == 2 else _as_rows(numbers)


def _read_weights(layer: Fields, number: int, affine: str, report: Report) -> Numbers | None:
    value: Numbers | Fields | None = layer.get("weights")
    return drawn_weights(value, number, affine, report) if isinstance(value, Fields) else value


def _read_bias(layer: Fields, width: _Width | None) -> Numbers | None:
    value: Numbers | Fields | None = layer.get("bias")
    if isinstance(value, Fields):
        return repeated_bias(value, width.size) if width else None
    return value


def _check_weights(
    weights: Numbers | None, number: int, width: _Width | None, affine: str, network: Fields, report: Report
) -> _Width | None:
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
    return _Width(goes_out, span, f"{_units(goes_out)} come{'s' if goes_out == 1 else ''} from here")


def _refuse_bias(bias: Numbers, number: int, width: _Width, report: Report) -> None:
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


def _read_activation(layer: Fields, reader: Reader, arities: Mapping[str, tuple[int, ...]]) -> Activation | None:
    if "activation" not in layer.keys:
        return Activation("identity", MappingProxyType({}), layer.span)
    value: ScalarNode | Fields | None = layer.get("activation")
    node = value.get("name") if isinstance(value, Fields) else value
    if node is None:
        return None
    known = reader.vocabulary.activations
    custom = arities.keys() - reader.vocabulary.functions.keys()
    name: str = node.text
    if name not in known and name not in custom:
        message = f"`{name[:60]}` is not an activation"
        reader.report.add("unknown-activation", message, node.span, help=suggestion(name, {*known, *custom}))
        return None
    if name in custom and 1 not in arities[name]:
        message = f"`{name}` has {arities[name][0]} parameters; an activation has one"
        reader.report.add("argument-count", message, node.span)
        return None
    parameters: dict[str, Numbers] = {}
    if isinstance(value, Fields):
        for key, number in value.values.items():
            if key == "name":
                continue
            if key not in known.get(name, ()):
                allowed = ", ".join(f"`{parameter}`" for parameter in known.get(name, ()))
                advice = f"its parameters: {allowed}" if allowed else "it has no parameters"
                message = f"`{key}` is not a parameter of `{name}`"
                reader.report.add("unknown-parameter", message, value.keys[key].span, help=advice)
            elif number is not None:
                parameters[key] = number
    return Activation(name, MappingProxyType(parameters), node.span)


def _read_trainable(layer: Fields) -> frozenset[str]:
    value = layer.get("trainable", True)
    if isinstance(value, bool):
        return ALL_PARAMETERS if value else frozenset()
    return frozenset(name for name in value if name is not None)


def _read_loss(fields: Fields, reader: Reader) -> Loss | None:
    value: str | Fields | None = fields.get("loss")
    if value is None:
        return None
    if isinstance(value, str):
        return Loss(value, fields.nodes["loss"].span)
    name: str | None = value.get("name")
    if name is None:
        return None
    for key, losses in (("delta", {"huber"}), ("margin", {"multiclass_hinge"}), ("log_base", LOG_LOSSES)):
        if key in value.keys and name not in losses:
            message = f"`{key}` is not a parameter of `{name}`"
            advice = "it goes with " + " or ".join(f"`{loss}`" for loss in sorted(losses))
            reader.report.add("unknown-parameter", message, value.keys[key].span, help=advice)
    return Loss(
        name,
        value.nodes["name"].span,
        value.get("factor"),
        value.get("over_outputs"),
        value.get("over_batch", "mean"),
        value.get("log_base", "e"),
        value.get("delta"),
        value.get("margin"),
    )


def _read_target(
    fields: Fields, given: Numbers | None, width: _Width | None, loss: Loss | None, report: Report
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
    dataset: Dataset, width: _Width | None, loss: Loss | None, report: Report
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


def _refuse_target(target: Numbers, width: _Width, loss: Loss | None, fields: Fields, key: str, report: Report) -> None:
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


def _check_classes(target: Numbers, fields: Fields, key: str, width: _Width | None, report: Report) -> Numbers:
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


def _check_needs_loss(fields: Fields, report: Report) -> None:
    if "loss" in fields.keys:
        return
    for key in ("regularization", "update", "training"):
        if key in fields.keys:
            message = f"`{key}` needs a loss"
            report.add(
                "missing-key", message, fields.keys[key].span, help="give `loss:`, for example `loss: squared_error`"
            )


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
