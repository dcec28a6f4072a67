"""Initial weights that need no numbers written: `weights: {shape: [16, 4], seed: 1, scale: glorot}`.

The numbers are uniform on [−r, r], drawn row by row from Python's Mersenne Twister, whose sequence of
`random.Random(n).random()` is promised to stay the same; n = seed + layer · 2⁶⁴ (and more such terms inside a
block), so that layers differ. They are rounded to four decimals, so that a printed number is the number.

    glorot   r = √(6 / (inputs + outputs))     (Glorot and Bengio, 2010)
    he       r = √(6 / inputs)                 (He et al., 2015)
    a number r itself
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from random import Random
from typing import Any

from bpcli.problem.model import Numbers, ParameterForm
from bpcli.problem.report import Report, point
from bpcli.problem.schema import Fields
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode

MOST_WEIGHTS = 1_000_000
"""Of one network: they are kept as they are printed, too."""
DECIMALS = 4


def drawn_array(
    spec: Fields, place: tuple[int, ...], index: int, parameter: ParameterForm, affine: str, report: Report
) -> Numbers | None:
    """The numbers that a mapping in the place of an array describes.

    `place` is that of the layer, `index` the number of the parameter in its block: each array has draws of its own.
    """
    shape: tuple[int | None, ...] | None = spec.get("shape")
    if shape is None or None in shape:
        return None
    ranks = sorted({len(item) for item in parameter.shapes})
    if len(shape) not in ranks:
        sizes = " or ".join(map(str, ranks))
        what = "a matrix" if ranks == [2] else f"`{parameter.name}`"
        numbers = "two numbers" if ranks == [2] else f"{sizes} numbers"
        message = f"the shape of {what} is {numbers}, not {len(shape)}"
        report.add("shape", message, spec.place("shape"), help="`shape: [outputs, inputs]`, as `conventions` say")
        return None
    counts = tuple(size or 1 for size in shape)
    outputs, inputs = _fans(counts, by_rows=affine == "x W + b" and parameter.shapes[0] == ("out", "in"))
    reach = _reach(spec, inputs, outputs)
    if reach is None:
        return None
    number = sum(item * 2 ** (64 + 32 * depth) for depth, item in enumerate(place)) + index * 2**256
    draw = Random(spec.get("seed", 0) + number).random  # noqa: S311  # weights are no secret
    span = reach + reach
    texts = _nested(counts, lambda: _text(draw() * span - reach))
    return Numbers(_floats(texts), texts, counts, spec.span)


def _fans(sizes: tuple[int, ...], *, by_rows: bool) -> tuple[int, int]:
    """How many values an array makes, and from how many: of a matrix [out][in], of kernels [map][…]."""
    if len(sizes) == 1:
        return sizes[0], 1
    if by_rows:
        return sizes[1], sizes[0]
    return sizes[0], prod(sizes[1:])


def _nested(sizes: tuple[int, ...], make: Callable[[], str]) -> Any:
    if not sizes:
        return make()
    return tuple(_nested(sizes[1:], make) for _ in range(sizes[0]))


def _floats(texts: Any) -> Any:
    return tuple(map(_floats, texts)) if isinstance(texts, tuple) else float(texts)


def draws_within_limits(nodes: Iterable[Node], report: Report) -> bool:
    """Whether all the numbers of a network that are to be drawn fit in memory; checked before any is drawn."""
    count = 0
    for node in nodes:
        shape = _shape_asked_for(node)
        if shape is None:
            continue
        sizes = [int(item.text) for item in shape.items]  # type: ignore[union-attr]
        count += prod(sizes)
        if count > MOST_WEIGHTS:
            what = "a matrix" if count == prod(sizes) else f"{count} weights, with a matrix"
            message = f"{what} of {'×'.join(map(str, sizes))} weights"
            place = point(shape.span.line, shape.span.column)
            report.add("out-of-range", message, place, help=f"at most {MOST_WEIGHTS} fit in a network")
            return False
    return True


def _shape_asked_for(node: Node) -> SequenceNode | None:
    """The list under `shape:` of a mapping, if it is one of whole numbers."""
    if not isinstance(node, MappingNode):
        return None
    for key, value in node.entries:
        if key.text == "shape" and isinstance(value, SequenceNode):
            items = value.items
            if items and all(
                isinstance(item, ScalarNode) and item.text.isdigit() and len(item.text) < 10 for item in items
            ):
                return value
    return None


def _reach(spec: Fields, inputs: int, outputs: int) -> float | None:
    scale: str | Numbers | None = spec.get("scale", None if "scale" in spec.keys else "glorot")
    if scale == "glorot":
        return float((6 / (inputs + outputs)) ** 0.5)
    if scale == "he":
        return float((6 / inputs) ** 0.5)
    return float(scale.values) if scale is not None else None  # type: ignore[union-attr]


def _text(value: float) -> str:
    text = f"{value:.{DECIMALS}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def repeated(spec: Fields, count: int) -> Numbers | None:
    """A list of one value so many times, each its own parameter."""
    value: Numbers | None = spec.get("value")
    if value is None:
        return None
    return Numbers((value.values,) * count, (value.texts,) * count, (count,), spec.span)
