"""What a line is called and why it is worked as it is: from its role, its place, and the operations on the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpcli.calculus.expr import Apply, Expr, Variable, postorder
from bpcli.calculus.program import Binding
from bpcli.compose.blocks import BLOCKS
from bpcli.document.document import Inline
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.problem.model import Layer, Network
from bpcli.solution.solution import Solution

DENSE = "dense"
SILENT = frozenset({"copied", "place", "summed"})
"""Ways back that say nothing beside another one."""
MOST_WAYS = 8


class Telling:
    """Titles and reasons of the lines of one solution."""

    def __init__(self, solution: Solution, messages: Messages) -> None:
        self.solution = solution
        self.messages = messages
        self.network = solution.problem.network
        self.writer = Writer(solution.rounding)
        self.bindings = {binding.variable.name: binding for binding in solution.program.bindings}

    # --- names ---

    def is_plain(self, variable: Variable) -> bool:
        """Whether a quantity belongs to a dense layer as a whole, or to no layer."""
        if self.network is None or not variable.place:
            return True
        return len(variable.place) == 1 and self.network.layers[variable.place[0] - 1].kind == DENSE

    def is_textbook(self, binding: Binding) -> bool:
        """Whether the sentences of a network of dense layers, or of a graph, fit a line."""
        if not self.is_plain(binding.variable):
            return False
        if self.network is None or binding.phase != "backward":
            return True
        consumers = {item.consumer for item in binding.contributions if item.consumer.place}
        return len(consumers) <= 1 and all(self.is_plain(consumer) for consumer in consumers)

    def title(self, binding: Binding) -> Inline:
        """What a line is: its role and place, or a sentence of its own."""
        variable, messages = binding.variable, self.messages
        told = variable if variable.of is None else variable.of
        described = self._described(binding, told)
        if described is not None:
            return described
        if self.is_plain(variable) or binding.phase == "update":
            keys = self._plain_keys(binding)
            holes: dict[str, object] = {"layer": variable.layer, "name": told.math}
            return messages.inline(messages.first(keys, holes), **holes)
        prediction = self.solution.built.prediction
        if binding.phase == "forward":
            key = "title.prediction.of" if variable is prediction else "title.of-place"
            return messages.inline(key, role=_capital(self.role(told)), place=self.place(told))
        slope = binding.rule == "local_derivative"
        key = "title.slope-at" if slope else "title.gradient-at"
        return messages.inline(key, name=told.math, role=self.role(told), place=self.place(told))

    def _described(self, binding: Binding, told: Variable) -> Inline | None:
        """The author's own words for a node of a graph."""
        graph = self.solution.problem.graph
        base = told.name.partition("@")[0]
        if graph is None or base not in graph.descriptions or binding.phase == "update":
            return None
        words = graph.descriptions[base]
        if binding.phase == "forward":
            return (words,)
        return self.messages.inline("title.gradient-of", name=told.math, description=words)

    def _plain_keys(self, binding: Binding) -> tuple[str, ...]:
        variable, rule = binding.variable, binding.rule
        of = variable.of
        prediction = self.solution.built.prediction
        keys = [f"title.{rule}", f"title.{rule}.alone", "title.new"]
        if rule == "activation" and variable is prediction:
            keys.insert(0, "title.prediction")
        elif rule == "activation_gradient" and of is prediction:
            keys.insert(0, "title.prediction_gradient")
        elif rule == "local_derivative" and of is not None and variable.shape != of.shape:
            keys.insert(0, "title.jacobian")
        elif rule.endswith("_gradient") and of is self.solution.output:
            keys.insert(0, "title.seed")
        return tuple(keys)

    def role(self, variable: Variable) -> str:
        """`pre-activation`, `weights of the update gate`, …"""
        role = variable.role
        if role.startswith("own."):
            return self.messages.text("role.own", name=role.removeprefix("own."))
        group, _, part = role.rpartition(".")
        if group:
            return self.messages.text(f"role.{part}.of", group=self.messages.text(f"group.{group}"))
        key = f"role.{role}"
        return self.messages.text(key) if key in self.messages else role.replace("_", " ")

    def place(self, variable: Variable) -> str:
        """`layer 2, time step 3`."""
        if self.network is None:
            return ""
        return ", ".join(
            self.messages.text(f"place.{word}", number=number) for word, number in places(self.network, variable.place)
        )

    # --- reasons ---

    def why_forward(self, binding: Binding) -> Inline:
        """What a line of a block is for."""
        role = binding.variable.role
        kind = self._kind(binding.variable)
        part = role.rpartition(".")[2]
        for key in (f"why.role.{kind}.{role}", f"why.role.{role}", f"why.role.{kind}.{part}", f"why.role.{part}"):
            if key in self.messages:
                return self.messages.inline(key)
        return ()

    def _kind(self, variable: Variable) -> str:
        assert self.network is not None
        layer: Layer = self.network.layers[variable.place[0] - 1]
        for inner in layers_at(self.network, variable.place):
            layer = inner
        return layer.kind

    def why_back(self, binding: Binding) -> Inline:
        """One clause for each operation that the gradient passes, for each use of the quantity."""
        of = binding.variable.of
        if of is None or not binding.contributions:
            return ()
        uses = list(dict.fromkeys(item.consumer for item in binding.contributions))
        parts: list[Any] = []
        for consumer in uses:
            ways = self.ways(consumer, of)
            told = self.messages.inline("back.by", consumer=consumer.math, ways=_joined(ways, ", "))
            parts += ["; ", *told] if parts else [*told]
        whole: Inline = tuple(parts)
        count = len(binding.contributions)
        if count == 1:
            return self.messages.inline("back.once", uses=whole)
        return self.messages.inline("back.many", count=count, uses=whole)

    def ways(self, consumer: Variable, of: Variable) -> list[Inline]:
        """How the gradient at `consumer` comes back to `of`: the operations between them, from the outside in."""
        line = self.bindings.get(consumer.name)
        if line is None:
            return []
        return list(dict.fromkeys(way for path in paths_to(line.expr, of) for way in self._along(path, of)))

    def _along(self, path: list[tuple[Apply, int]], of: Variable) -> list[Inline]:
        """The clauses of one way back; those that change nothing are left out beside others."""
        told: list[tuple[str, Inline]] = []
        for node, index in path:
            operation = node.operation
            key = operation.back[min(index, len(operation.back) - 1)] if operation.back else "slope"
            others = [item for place, item in enumerate(node.inputs) if place != index]
            other = self.writer.math(others[0] if others else of)
            told.append((key, self.messages.inline(f"back.{key}", other=other)))
        loud = [words for key, words in told if key not in SILENT]
        return loud or [told[-1][1] if told else self.messages.inline("back.copied")]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(items: list[Inline], sign: str) -> Inline:
    parts: list[Any] = []
    for item in items:
        parts += [sign, *item] if parts else [*item]
    return tuple(parts)


def paths_to(root: Expr, of: Variable) -> list[list[tuple[Apply, int]]]:
    """The ways from a formula down to a variable: operations, each with the number of the input that leads on.

    At most `MOST_WAYS` of them.
    """
    found: list[list[tuple[Apply, int]]] = []
    stack: list[tuple[Expr, list[tuple[Apply, int]]]] = [(root, [])]
    leads = {id(of)}
    for node in postorder(root):
        if isinstance(node, Apply) and any(id(item) in leads for item in node.inputs):
            leads.add(id(node))
    while stack and len(found) < MOST_WAYS:
        node, path = stack.pop()
        if node is of:
            found.append(path)
        elif isinstance(node, Apply):
            steps = [(item, [*path, (node, index)]) for index, item in enumerate(node.inputs) if id(item) in leads]
            stack.extend(reversed(steps))
    return found


def layers_at(network: Network, place: tuple[int, ...]) -> Iterator[Layer]:
    """The layers that a place leads through, from the outside in."""
    layers, rest = network.layers, place
    while rest and layers:
        layer = layers[rest[0] - 1]
        yield layer
        rest = rest[1:]
        if not layer.inner or not rest:
            return
        if _branches(layer):
            layers, rest = layer.inner[rest[0] - 1], rest[1:]
        else:
            layers = layer.inner[0]


def _branches(layer: Layer) -> bool:
    form = BLOCKS[layer.kind].form if layer.kind in BLOCKS else None
    return form is not None and any(option.kind == "branches" for option in form.options)


def places(network: Network, place: tuple[int, ...]) -> list[tuple[str, int]]:
    """What each number of a place counts: (`layer`, 2), (`step`, 3)."""
    found: list[tuple[str, int]] = []
    layers, rest, word = network.layers, place, "layer"
    while rest:
        layer = layers[rest[0] - 1]
        found.append((word, rest[0]))
        rest, word = rest[1:], "inner"
        if not rest:
            break
        if not layer.inner:
            counts = BLOCKS[layer.kind].counts if layer.kind in BLOCKS else ()
            found += [(counts[min(depth, len(counts) - 1)], number) for depth, number in enumerate(rest) if counts]
            break
        if _branches(layer):
            found.append(("branch", rest[0]))
            layers, rest = layer.inner[rest[0] - 1], rest[1:]
        else:
            layers = layer.inner[0]
            if len(rest) == 1 and rest[0] > len(layers):
                break
    return found
