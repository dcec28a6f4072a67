"""Random networks of blocks: every kind, inside one another, with whatever the problem file can say about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

LAYOUTS = ("W x + b", "x W + b", "x W^T + b")
SMOOTH = ("identity", "sigmoid", "tanh", "softplus", "elu", "silu", "gelu")
HELD = ("weights", "bias", "loss", "input", "target")


class Shape(NamedTuple):
    """What goes on from a block: `units`, `matrix` (tokens or one map), `maps` or `steps`, with its sizes."""

    kind: str
    sizes: tuple[int, ...]


class Drawing:
    """Draws the layers of one network. `instances` is 0 for one instance alone."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng([seed, 11])
        self.layout = LAYOUTS[seed % 3]
        self.instances = 0
        self.met: set[str] = set()

    def pick(self, *options: Any) -> Any:
        return options[int(self.random.integers(len(options)))]

    def numbers(self, *shape: int) -> Any:
        return self.random.uniform(-1.1, 1.1, shape).round(3).tolist()

    def affine(self, fed: int, units: int) -> Any:
        return self.numbers(*((fed, units) if self.layout == "x W + b" else (units, fed)))

    def maybe(self, **fields: Any) -> dict[str, Any]:
        """Some of the fields."""
        return {key: value for key, value in fields.items() if self.random.integers(2)}

    # --- layers ---

    def layers(self, shape: Shape, depth: int) -> tuple[list[Any], Shape]:
        found: list[Any] = []
        for _ in range(depth):
            layer, shape = self.layer(shape, depth)
            found.append(layer)
        return found, shape

    def layer(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        kinds: tuple[str, ...] = {
            "units": ("dense", "dense", "dropout", "layer_norm", "batch_norm", "residual", "branches", "own"),
            "matrix": ("flatten", "conv", "max_pool", "mean_pool", "attention", "dense", "residual"),
            "maps": ("flatten", "conv", "max_pool", "mean_pool"),
            "steps": ("flatten", "recurrent", "lstm", "gru", "attention", "dense"),
        }[shape.kind]
        if not self.instances:
            kinds = tuple(kind for kind in kinds if kind != "batch_norm")
        else:
            kinds = tuple(kind for kind in kinds if kind != "own")
        if depth < 2:
            kinds = tuple(kind for kind in kinds if kind not in ("residual", "branches"))
        if shape.kind in ("matrix", "maps") and min(shape.sizes[-2:]) < 2:
            kinds = tuple(kind for kind in kinds if kind not in ("conv", "max_pool", "mean_pool"))
        kind = self.pick(*kinds)
        self.met.add(kind)
        make: Callable[[Shape, int], tuple[Any, Shape]] = getattr(self, f"_{kind}")
        return make(shape, depth)

    def _dense(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        units = int(self.random.integers(1, 4))
        fed = shape.sizes[-1]
        layer = {"weights": self.affine(fed, units), "activation": self.pick(*SMOOTH)}
        layer |= self.maybe(bias=self.pick(self.numbers(units), self.numbers(1)[0]))
        if not self.random.integers(4):
            layer["trainable"] = self.pick(False, ["weights"])
        return layer, Shape(shape.kind, (*shape.sizes[:-1], units))

    def _dropout(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        (units,) = shape.sizes
        rows = (self.instances, units) if self.instances and self.random.integers(2) else (units,)
        mask = self.random.integers(0, 2, rows).tolist()
        return {"dropout": {"mask": mask, "keep": self.pick(0.5, 0.8)}}, shape

    def _layer_norm(self, shape: Shape, depth: int, name: str = "layer_norm") -> tuple[Any, Shape]:
        (units,) = shape.sizes
        fields = {"epsilon": self.pick(0.1, 0.5)}
        return {name: fields | self.maybe(gain=self.numbers(units), bias=self.numbers(units))}, shape

    def _batch_norm(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        return self._layer_norm(shape, depth, "batch_norm")

    def _residual(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        if shape.kind == "units":
            inner, out = self.layers(shape, depth - 2)
            if out != shape:
                inner = [*inner, {"weights": self.affine(out.sizes[-1], shape.sizes[-1])}]
        else:
            width = shape.sizes[-1]
            inner = [{"weights": self.affine(width, width), "activation": self.pick(*SMOOTH)}]
        return {"residual": {"layers": inner} | self.maybe(activation=self.pick(*SMOOTH))}, shape

    def _branches(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        combine = self.pick("concat", "sum", "mean", "product")
        units, widths, branches = int(self.random.integers(1, 4)), [], []
        for _ in range(int(self.random.integers(1, 4))):
            inner, out = self.layers(shape, int(self.random.integers(0, depth - 1)))
            if combine != "concat" and out.sizes[-1] != units:
                inner = [*inner, {"weights": self.affine(out.sizes[-1], units)}]
                out = Shape("units", (units,))
            widths.append(out.sizes[-1])
            branches.append({"layers": inner})
        out = Shape("units", (sum(widths) if combine == "concat" else units,))
        return {"branches": {"branches": branches, "combine": combine}}, out

    def _own(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        (units,) = shape.sizes
        return {"gate": {"W": self.numbers(units, units), "b": self.numbers(units)}}, shape

    def _flatten(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        return "flatten", Shape("units", (int(np.prod(shape.sizes)),))

    def _conv(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        rows, columns = shape.sizes[-2:]
        channels = shape.sizes[0] if shape.kind == "maps" else 1
        maps, padding, stride = int(self.random.integers(1, 3)), self.pick(0, 0, 1), self.pick(1, 1, 2)
        size = (int(self.random.integers(1, rows + 1)), int(self.random.integers(1, columns + 1)))
        if channels > 1:
            kernels, kind = self.numbers(maps, channels, *size), "maps"
        elif self.random.integers(2):
            kernels, kind = self.numbers(maps, *size), "maps"
        else:
            kernels, kind, maps = self.numbers(*size), shape.kind, 1
        layer = {"kernels": kernels, "stride": stride, "padding": padding, "activation": self.pick(*SMOOTH)}
        layer |= self.maybe(bias=self.numbers(maps))
        out = tuple(
            (whole + 2 * padding - part) // stride + 1 for whole, part in zip((rows, columns), size, strict=True)
        )
        return {"conv": layer}, Shape(kind, (maps, *out) if kind == "maps" else out)

    def _max_pool(self, shape: Shape, depth: int, name: str = "max_pool") -> tuple[Any, Shape]:
        stride = self.pick(1, 2)
        out = tuple((whole - 2) // stride + 1 for whole in shape.sizes[-2:])
        return {name: {"size": 2, "stride": stride}}, Shape(shape.kind, (*shape.sizes[:-2], *out))

    def _mean_pool(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        return self._max_pool(shape, depth, "mean_pool")

    def _attention(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        tokens, width = shape.sizes[-2:]
        heads = self.pick(1, 1, 2)
        keys, values = heads * int(self.random.integers(1, 3)), heads * int(self.random.integers(1, 3))
        layer = {"query": self.numbers(width, keys), "key": self.numbers(width, keys), "heads": heads}
        layer |= {
            "value": self.numbers(width, values),
            "mask": self.pick("none", "causal"),
            "scale": self.pick(True, False),
        }
        out = int(self.random.integers(1, 4))
        if heads > 1 or self.random.integers(2):
            layer["output"] = self.numbers(values, out)
            values = out
        return {"attention": layer}, Shape("matrix", (tokens, values))

    def _gate(self, fed: int, units: int) -> dict[str, Any]:
        gate = {"weights": self.affine(fed, units), "recurrent": self.numbers(units, units)}
        return gate | self.maybe(bias=self.pick(self.numbers(units), self.numbers(1)[0]))

    def _handed_on(self, name: str, fields: dict[str, Any], shape: Shape, units: int) -> tuple[Any, Shape]:
        outputs = self.pick("last", "all")
        out = Shape("units", (units,)) if outputs == "last" else Shape("steps", (shape.sizes[0], units))
        return {name: fields | {"outputs": outputs}}, out

    def _recurrent(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        units = int(self.random.integers(1, 3))
        fields = self._gate(shape.sizes[-1], units) | self.maybe(start=self.numbers(units), activation="sigmoid")
        return self._handed_on("recurrent", fields, shape, units)

    def _lstm(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        units = int(self.random.integers(1, 3))
        gates = ("input_gate", "forget_gate", "output_gate", "candidate")
        fields: dict[str, Any] = {gate: self._gate(shape.sizes[-1], units) for gate in gates}
        fields |= self.maybe(start={"h": self.numbers(units), "c": self.numbers(units)})
        return self._handed_on("lstm", fields, shape, units)

    def _gru(self, shape: Shape, depth: int) -> tuple[Any, Shape]:
        units = int(self.random.integers(1, 3))
        gates = ("update_gate", "reset_gate", "candidate")
        fields: dict[str, Any] = {gate: self._gate(shape.sizes[-1], units) for gate in gates}
        fields |= self.maybe(start=self.numbers(units), form=self.pick("reset_before", "reset_after"))
        return self._handed_on("gru", fields, shape, units)


GATE = {"gate(x)": {"parameters": ["W", "b"], "define": {"z": "W @ x + b", "g": "sigmoid(z)", "out": "g * x"}}}


def random_blocks(seed: int) -> tuple[dict[str, Any], set[str]]:
    """A problem with a network of at most four blocks one after another, and the kinds that are in it."""
    draw = Drawing(seed)
    start = draw.pick("units", "units", "batch", "matrix", "maps", "steps")
    sizes = {
        "units": (int(draw.random.integers(1, 4)),),
        "batch": (int(draw.random.integers(1, 4)),),
        "matrix": (int(draw.random.integers(2, 5)), int(draw.random.integers(2, 4))),
        "maps": (2, 3, int(draw.random.integers(2, 4))),
        "steps": (int(draw.random.integers(1, 4)), int(draw.random.integers(1, 3))),
    }[start]
    if start == "batch":
        draw.instances = int(draw.random.integers(2, 4))
    shape = Shape("units" if start == "batch" else start, sizes)
    # A matrix that a convolution takes first is read as one map, one that attention takes first as tokens.
    first, shape = draw.layer(shape, 3) if start != "matrix" else draw.pick(draw._conv, draw._attention)(shape, 3)
    rest, shape = draw.layers(shape, int(draw.random.integers(0, 4)))
    layers = [first, *rest]
    if shape.kind == "maps":
        layers.append("flatten")
        shape = Shape("units", (int(np.prod(shape.sizes)),))
    if start == "matrix":
        draw.met.add("conv" if "conv" in first else "attention")
    network: dict[str, Any] = {"layers": layers, "loss": draw.pick("half_squared_error", "squared_error", "logistic")}
    if start == "batch":
        network |= {
            "inputs": draw.numbers(draw.instances, *sizes),
            "targets": draw.numbers(draw.instances, *shape.sizes),
        }
    else:
        network |= {"input": draw.numbers(*sizes), "target": draw.numbers(*shape.sizes)}
    if start == "steps":
        network["sequence"] = True
    return {"network": network, "blocks": GATE, "conventions": {"affine": draw.layout}}, draw.met
