"""What a problem is at a glance, from its file alone: nothing is checked, and nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

from bpcli.problem.loops import repeated_pairs
from bpcli.problem.report import Report
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode, read_yaml

NO_PARAMETERS = frozenset({"mask", "start", "trainable"})
"""Lists in a layer that have no number to train."""
IN_A_DENSE_NETWORK = frozenset({"dense", "flatten"})
OVER_TIME_TOKENS_OR_STATISTICS = frozenset({"recurrent", "lstm", "gru", "attention", "layer_norm", "batch_norm"})

SMALL_NETWORK, LARGE_NETWORK = 12, 100
SMALL_GRAPH, LARGE_GRAPH = 10, 25
FEW_LAYERS = 2


class Overview(NamedTuple):
    """`size` counts the parameters of a network, the nodes of a graph."""

    title: str
    kind: str
    size: int
    level: str


def overview(data: bytes, path: str) -> Overview:
    """What the text of a problem file says about it."""
    root = read_yaml(data, path).root
    problem = _plain(root)
    if "network" in problem:
        network = problem["network"]
        by_rows = str(problem.get("conventions", {}).get("affine", "")).replace(" ", "") == "xW+b"
        size = sum(_parameters(layer, by_rows) for layer in network["layers"])
        return Overview(problem.get("title", ""), "network", size, _level_of_network(network, size))
    nodes, repeated = _nodes(root, path)
    return Overview(problem.get("title", ""), "graph", nodes, _level_of_graph(problem["graph"], nodes, repeated))


def _plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {key.text: _plain(value) for key, value in node.entries}
    return [_plain(item) for item in node.items] if isinstance(node, SequenceNode) else node.text


# --- size ---


def _parameters(layer: Any, by_rows: bool) -> int:
    """The numbers of a layer that can be trained; what is `tie`d was counted where it was given."""
    if not isinstance(layer, dict):
        return 0
    count = 0
    for key, value in layer.items():
        if key in ("layers", "branches") and isinstance(value, list):
            count += sum(_parameters(inner, by_rows) for inner in value)
        elif isinstance(value, list) and key not in NO_PARAMETERS:
            count += _numbers(value)
        elif key == "bias":
            count += _units(layer["weights"], by_rows) if isinstance(value, dict) else 1
        elif isinstance(value, dict) and key not in NO_PARAMETERS:
            count += prod(map(int, value["shape"])) if "shape" in value else _parameters(value, by_rows)
    missing_edges = (
        sum(float(entry) == 0 for entry in _entries(layer["mask"])) if "weights" in layer and "mask" in layer else 0
    )
    return count - missing_edges


def _numbers(value: Any) -> int:
    return sum(1 for _ in _entries(value))


def _entries(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _entries(item)
    else:
        yield value


def _units(weights: Any, by_rows: bool) -> int:
    """The units of a layer, from its weights: as many as rows, or where instances are rows times W, as columns."""
    shape = weights["shape"] if isinstance(weights, dict) else [len(weights), len(weights[0])]
    return int(shape[1 if by_rows else 0])


def _nodes(root: MappingNode, path: str) -> tuple[int, bool]:
    """The given values and the formulas of a graph, and whether some are written once and repeated."""
    graph = {key.text: value for key, value in root.entries}["graph"]
    assert isinstance(graph, MappingNode)
    count, repeated = 0, False
    for key, value in graph.entries:
        if key.text in ("inputs", "parameters") and isinstance(value, MappingNode):
            count += len(value.entries)
        elif key.text == "define" and isinstance(value, MappingNode):
            lines = [counters for _, _, counters in repeated_pairs(value.entries, Report(path, ""))]
            count, repeated = count + len(lines), any(lines)
        elif key.text == "define" and isinstance(value, ScalarNode):
            count += sum("=" in line for line in value.text.splitlines())
    return count, repeated


# --- level ---


def _level_of_network(network: dict[str, Any], size: int) -> str:
    """Introductory: a small network of one or two dense layers and at most one plain step. Advanced: what goes through
    time, tokens or statistics, or has more parameters than anybody follows by hand.
    """
    kinds = set(_kinds(network["layers"]))
    if size > LARGE_NETWORK or kinds & OVER_TIME_TOKENS_OR_STATISTICS:
        return "advanced"
    plain = kinds <= IN_A_DENSE_NETWORK and len(network["layers"]) <= FEW_LAYERS
    usual = not {"regularization", "upstream", "instance_weights", "given", "data"} & network.keys()
    special = any({"mask", "tie"} & layer.keys() for layer in network["layers"] if isinstance(layer, dict))
    small = size <= SMALL_NETWORK and plain and usual and not special
    return "introductory" if small and _is_plain(network.get("update", {})) else "intermediate"


def _kinds(layers: list[Any]) -> Iterator[str]:
    """The kinds of the layers and of those inside them."""
    for layer in layers:
        if not isinstance(layer, dict):
            yield layer
        elif {"weights", "tie"} & layer.keys():
            yield "dense"
        else:
            for name, settings in layer.items():
                yield name
                if isinstance(settings, dict):
                    yield from _kinds(settings.get("layers", []))
                    for branch in settings.get("branches", []):
                        yield from _kinds(branch["layers"])


def _level_of_graph(graph: dict[str, Any], nodes: int, repeated: bool) -> str:
    """Introductory: few nodes, all of them numbers, and at most a plain step. Advanced: many, or repeated in a loop."""
    if nodes > LARGE_GRAPH or repeated:
        return "advanced"
    given = (*graph.get("inputs", {}).values(), *graph.get("parameters", {}).values())
    small = nodes <= SMALL_GRAPH and not any(isinstance(value, list) for value in given)
    return "introductory" if small and _is_plain(graph.get("update", {})) else "intermediate"


def _is_plain(update: dict[str, Any]) -> bool:
    """Whether the update is that of the first lesson on it: gradient descent (or a perceptron) at a fixed rate."""
    usual = update.get("optimizer", "gradient_descent") in ("gradient_descent", "perceptron")
    return (
        usual
        and not {"clip", "state", "gradients"} & update.keys()
        and not isinstance(update.get("learning_rate"), dict)
    )
