"""Initial weights that need no numbers written: `weights: {shape: [16, 4], seed: 1, scale: glorot}`.

The numbers are uniform on [−r, r], drawn row by row from Python's Mersenne Twister, whose sequence of
`random.Random(n).random()` is promised to stay the same; n = seed + layer · 2⁶⁴, so that layers differ. They are
rounded to four decimals, so that a printed number is the number.

    glorot   r = √(6 / (inputs + outputs))     (Glorot and Bengio, 2010)
    he       r = √(6 / inputs)                 (He et al., 2015)
    a number r itself
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from bpcli.problem.model import Numbers
from bpcli.problem.report import Report
from bpcli.problem.schema import Fields

MOST_WEIGHTS = 1_000_000
"""Of one network: they are kept as they are printed, too."""
DECIMALS = 4


def drawn_weights(spec: Fields, layer: int, affine: str, report: Report) -> Numbers | None:
    """The weights that a mapping in the place of a matrix describes."""
    shape: tuple[int | None, ...] | None = spec.get("shape")
    if shape is None or None in shape:
        return None
    if len(shape) != 2:
        message = f"the shape of a matrix is two numbers, not {len(shape)}"
        report.add("shape", message, spec.place("shape"), help="`shape: [outputs, inputs]`, as `conventions` say")
        return None
    rows, columns = (size or 1 for size in shape)
    outputs, inputs = (columns, rows) if affine == "x W + b" else (rows, columns)
    reach = _reach(spec, inputs, outputs)
    if reach is None:
        return None
    draw = Random(spec.get("seed", 0) + layer * 2**64).random  # noqa: S311  # weights are no secret
    span = reach + reach
    texts = tuple(tuple(_text(draw() * span - reach) for _ in range(columns)) for _ in range(rows))
    values = tuple(tuple(map(float, row)) for row in texts)
    return Numbers(values, texts, (rows, columns), spec.span)


def draws_within_limits(layers: Iterable[Fields | None], report: Report) -> bool:
    """Whether all the weights of a network that are to be drawn fit in memory; checked before any is drawn."""
    count = 0
    for layer in layers:
        spec = layer.get("weights") if layer is not None else None
        if not isinstance(spec, Fields):
            continue
        shape = spec.get("shape")
        if shape is None or len(shape) != 2 or None in shape:
            continue
        rows, columns = shape
        count += rows * columns
        if count > MOST_WEIGHTS:
            what = "a matrix" if count == rows * columns else f"{count} weights, with a matrix"
            message = f"{what} of {rows}×{columns} weights"
            report.add("out-of-range", message, spec.place("shape"), help=f"at most {MOST_WEIGHTS} fit in a network")
            return False
    return True


def _reach(spec: Fields, inputs: int, outputs: int) -> float | None:
    scale: str | Numbers | None = spec.get("scale", None if "scale" in spec.keys else "glorot")
    if scale == "glorot":
        return float((6 / (inputs + outputs)) ** 0.5)
    if scale == "he":
        return float((6 / inputs) ** 0.5)
    return float(scale.values) if scale is not None else None  # type: ignore[union-attr,arg-type]


def _text(value: float) -> str:
    text = f"{value:.{DECIMALS}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def repeated_bias(spec: Fields, units: int) -> Numbers | None:
    """A bias of one value for every unit, each its own parameter."""
    value: Numbers | None = spec.get("value")
    if value is None:
        return None
    return Numbers((value.values,) * units, (value.texts,) * units, (units,), spec.span)  # type: ignore[arg-type]
