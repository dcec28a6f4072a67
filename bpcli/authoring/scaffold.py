"""A problem file to start from: `2-3-1` becomes a network with short numbers and a comment on every part.

Numbers are drawn as those of variants are (`redraw.drawer`): one seed gives one file everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bpcli.authoring.redraw import Draw, drawer
from bpcli.calculus.ops.losses import LOSSES
from bpcli.calculus.ops.registry import ACTIVATIONS
from bpcli.calculus.optimizer import OPTIMIZERS, WITHOUT_GRADIENTS
from bpcli.diagnostics import BpcliError
from bpcli.document.safe import quoted, safe

OFFERED = tuple(name for name in OPTIMIZERS if name not in WITHOUT_GRADIENTS)
MOST_LAYERS = 20
MOST_UNITS = 100
MOST_WEIGHTS = 2_000
MOST_BATCH = 100
LONGEST_TITLE = 200

SIZES = re.compile(r"[0-9]{1,6}(?:-[0-9]{1,6})+", re.ASCII)
LOSS_OF = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy"}
PROBABILITIES = ("softmax", "sigmoid")
BETWEEN = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax", "kl": "softmax"}
"""Losses of probabilities, and the output that gives them."""

WIDTH = 88
MANY_INPUTS = 8
"""More inputs than this get smaller weights, so that no unit saturates."""


class ScaffoldError(BpcliError):
    """A network that cannot be made; says what to write instead."""

    exit_code = 2


class Scaffold(NamedTuple):
    """What a network is to be. Empty names are chosen to fit; `batch` 0 is one instance."""

    sizes: tuple[int, ...]
    hidden: str = "sigmoid"
    output: str = ""
    loss: str = ""
    optimizer: str = ""
    batch: int = 0
    seed: int = 1
    title: str = ""

    @property
    def units(self) -> int:
        return self.sizes[-1]

    def settled(self) -> Scaffold:
        """With the names that were left open. Raises ScaffoldError for what does not go together."""
        output = self.output or BETWEEN.get(self.loss) or ("sigmoid" if self.hidden != "identity" else "identity")
        loss = self.loss or LOSS_OF.get(output, "half_squared_error")
        if not self.loss and output == "sigmoid" and self.units > 1:
            loss = "half_squared_error"
        for what, name, known in (
            ("an activation", self.hidden, tuple(ACTIVATIONS)),
            ("an activation", output, tuple(ACTIVATIONS)),
            ("a loss", loss, LOSSES),
            ("an optimizer", self.optimizer or "gradient_descent", OFFERED),
        ):
            if name not in known:
                if "." in name or "/" in name:
                    raise ScaffoldError(f"`{name[:60]}` is not {what}; a file to write to is named with -o")
                raise ScaffoldError(f"`{name[:60]}` is not {what}; there are {', '.join(known)}")
        if loss in BETWEEN and output not in PROBABILITIES:
            raise ScaffoldError(f"{loss} needs outputs between 0 and 1; write --output {BETWEEN[loss]}")
        if output == "softmax" and self.units == 1:
            raise ScaffoldError("softmax of one output is always 1; write --output sigmoid, or two outputs")
        if self.hidden == "softmax" and len(self.sizes) > 2:
            raise ScaffoldError("softmax is for the output; write --hidden sigmoid --output softmax")
        if not 0 <= self.batch <= MOST_BATCH:
            raise ScaffoldError(
                f"a batch of {self.batch}; 1 to {MOST_BATCH} instances fit in a problem to work by hand"
            )
        if len(self.title) > LONGEST_TITLE:
            raise ScaffoldError(f"a title of {len(self.title)} characters; at most {LONGEST_TITLE} fit")
        return self._replace(output=output, loss=loss)


def sizes(text: str) -> tuple[int, ...]:
    """`2-3-1` as numbers. Raises ScaffoldError for what is no network to work by hand."""
    if not SIZES.fullmatch(text.strip()):
        raise ScaffoldError(
            f"`{text[:60]}` is not a network: write the units from the input to the output, such as 2-3-1"
        )
    found = tuple(map(int, text.strip().split("-")))
    if 0 in found:
        raise ScaffoldError(f"`{text}` has a layer without units; every layer needs at least one")
    if len(found) - 1 > MOST_LAYERS:
        raise ScaffoldError(f"{len(found) - 1} layers; at most {MOST_LAYERS} fit in a problem to work by hand")
    advice = "larger weights are described, not written: `weights: {shape: [16, 4], seed: 1}`"
    if max(found) > MOST_UNITS:
        raise ScaffoldError(f"a layer of {max(found)} units; at most {MOST_UNITS} are written out; {advice}")
    weights = sum(below * above for below, above in pairwise(found))
    if weights > MOST_WEIGHTS:
        raise ScaffoldError(f"{weights} weights; at most {MOST_WEIGHTS} are written out; {advice}")
    return found


def network_text(wanted: Scaffold) -> str:
    """The problem file of a network. Raises ScaffoldError for what does not go together."""
    spec = wanted.settled()
    draw = drawer(f"{spec.seed}/new/{'-'.join(map(str, spec.sizes))}")
    shape = "-".join(map(str, spec.sizes))
    lines = [
        "# A problem for bpcli: change what you like, then `bpcli solve` this file.",
        f"title: {quoted(safe(spec.title or f'A {shape} network'))}",
        "# source: where it is from, printed under the title",
        "# note: a remark, printed under that",
        "network:",
        *_data(spec, draw),
        "  layers:",
    ]
    for number, (below, above) in enumerate(pairwise(spec.sizes), start=1):
        last = number == len(spec.sizes) - 1
        lines += _layer(number, below, above, spec.output if last else spec.hidden, draw)
    lines += [
        f"  # other losses: {', '.join(name for name in LOSSES if name != spec.loss)[:70].rpartition(',')[0]}, …",
        f"  loss: {spec.loss}",
        *_update(spec.optimizer),
        "",
        "# digits of the computed numbers; `rounding: each_step` rounds every quantity before it is used",
        "display: {decimals: 4, rounding: final}",
        "# what is asked for, and its points; without this, every quantity for one point",
        "# check:",
        "#   points: {" + _asked(spec) + "}",
    ]
    return "\n".join(lines) + "\n"


def _data(spec: Scaffold, draw: Draw) -> list[str]:
    inputs, targets = "one number for each input", "one number for each output"
    if spec.output in PROBABILITIES and spec.loss in BETWEEN:
        targets = "1 for the right class, 0 for the others" if spec.output == "softmax" else "0 or 1"
    if not spec.batch:
        return [
            f"  input: {_list(_numbers(spec.sizes[0], draw, 9))}  # {inputs}",
            f"  target: {_list(_target(spec, draw))}  # {targets}",
        ]
    rows = [_numbers(spec.sizes[0], draw, 9) for _ in range(spec.batch)]
    goals = [_target(spec, draw) for _ in range(spec.batch)]
    return [
        f"  # a row for each instance: {inputs}; {targets}",
        *_rows("  inputs:", rows),
        *_rows("  targets:", goals),
    ]


def _layer(number: int, below: int, above: int, activation: str, draw: Draw) -> list[str]:
    weights = [_numbers(below, draw, 9, "0.0" if below > MANY_INPUTS else "0.") for _ in range(above)]
    role = f"{above} unit{'s' * (above > 1)}, each with {below} weight{'s' * (below > 1)} (a row) and a bias"
    return [
        f"    # layer {number}: {role}",
        *_rows("    - weights:", weights, "      "),
        f"      bias: {_list(_numbers(above, draw, 5))}",
        f"      activation: {activation}",
    ]


def _update(optimizer: str) -> list[str]:
    if not optimizer:
        return [
            "  # a step of training:",
            "  # update: {optimizer: gradient_descent, learning_rate: 0.5}",
        ]
    rate = "0.1" if optimizer != "gradient_descent" else "0.5"
    more = ", momentum: 0.9" if "momentum" in OPTIMIZERS[optimizer] else ""
    return [
        f"  # `steps:` makes more than one; other optimizers: {', '.join(n for n in OFFERED if n != optimizer)}",
        f"  update: {{optimizer: {optimizer}, learning_rate: {rate}{more}}}",
    ]


def _asked(spec: Scaffold) -> str:
    last = len(spec.sizes) - 1
    objective = "J" if spec.batch else "L"
    return f"a1: 1, y: 1, L: 1, d{objective}/da{last}: 2, d{objective}/dW1: 2"


def _numbers(count: int, draw: Draw, reach: int, start: str = "0.") -> list[str]:
    """Tenths (or hundredths, after `start`) up to `reach`, some negative, no two of one size while there are others."""
    left: list[int] = []
    found: list[str] = []
    for _ in range(count):
        left = left or list(range(1, reach + 1))
        tenth = left.pop(draw(len(left)))
        found.append(f"{'-' if draw(3) == 0 else ''}{start}{tenth}")
    return found


def _target(spec: Scaffold, draw: Draw) -> list[str]:
    if spec.output == "softmax":
        right = draw(spec.units)
        return [str(int(unit == right)) for unit in range(spec.units)]
    if spec.loss in BETWEEN:
        return [str(draw(2)) for _ in range(spec.units)]
    if spec.output in ("sigmoid", "relu", "softplus"):
        return [number.removeprefix("-") for number in _numbers(spec.units, draw, 9)]
    return _numbers(spec.units, draw, 9)


def _list(items: Sequence[str]) -> str:
    return f"[{', '.join(items)}]"


def _rows(head: str, rows: Sequence[Sequence[str]], indentation: str = "  ") -> list[str]:
    """A matrix on one line where it fits, else a row a line."""
    line = f"{head} [{', '.join(map(_list, rows))}]"
    if len(line) <= WIDTH:
        return [line]
    return [head, *(f"{indentation}  - {_list(row)}" for row in rows)]


def graph_text(seed: int = 1, title: str = "") -> str:
    """The problem file of a small graph: a neuron of two inputs and its loss."""
    if len(title) > LONGEST_TITLE:
        raise ScaffoldError(f"a title of {len(title)} characters; at most {LONGEST_TITLE} fit")
    draw = drawer(f"{seed}/new/graph")
    w1, w2, x1, x2, b = _numbers(5, draw, 9)
    return f"""\
# A problem for bpcli: change what you like, then `bpcli solve` this file.
title: {quoted(safe(title or "A neuron as a graph"))}
# source: where it is from, printed under the title
graph:
  # the given values: numbers, lists of numbers (vectors), lists of rows (matrices)
  inputs: {{w1: {w1}, w2: {w2}, b: {b}, x1: {x1}, x2: {x2}, y: {draw(2)}}}
  # names and their formulas, in order: + - * / ^ @ ( ), exp log sqrt sigmoid tanh relu sum dot …
  define:
    z: w1*x1 + w2*x2 + b
    h: sigmoid(z)
    L: (h - y)^2 / 2
  # what is differentiated, and with respect to what (without this line: every input)
  output: L
  gradients: [w1, w2, b]

# digits of the computed numbers; `rounding: each_step` rounds every quantity before it is used
display: {{decimals: 4, rounding: final}}
"""
