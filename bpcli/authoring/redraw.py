"""New numbers for a problem, written in the place of the old ones: short decimals, everything else left as it stands.

**What is drawn.** The numbers that a problem gives one by one: inputs, targets, weights, biases; of a graph its
inputs. What stays: settings (learning rates, factors, strengths), arrays whose numbers are all 0 or 1 (indicators,
truth tables, a bias of 0), weights that a `shape:` describes, rows of a data file, and the inputs of a graph that
have the name of a setting (`eta`, `beta1`).

**How.** A number is drawn from a grid, the multiples of 1, 0.1, 0.05 or 0.01: the coarsest on which the original
numbers of its array lie. The grid reaches as far as the largest of them in size, and at least to its ninth multiple
(of whole numbers to the third); targets that lie between 0 and 1 stay there. Some are negative where some were. None is
0, and in an array no two have the same size as long as the grid has enough of them. Rows that sum to 1 are drawn as
rows that sum to 1. Class numbers and targets of 0 and 1 are shuffled, or drawn where there is one instance, unless
the inputs stay as they are.

**From what.** `random.Random(key).random()`, the sequence that Python promises to keep, and nothing else of `random`:
one key gives one file on every machine and under every version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple, TypeAlias

from bpcli.compose.layout import Layout
from bpcli.diagnostics import Span
from bpcli.problem.model import Numbers, Problem
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, SequenceNode, read_yaml

SETTINGS = frozenset(
    {
        *("alpha", "beta", "beta1", "beta2", "gamma", "eta", "rho", "lambda", "lam", "epsilon", "eps"),
        *("α", "β", "β1", "β2", "γ", "η", "ρ", "λ", "ε"),
        *("learning_rate", "lr", "momentum", "decay", "weight_decay"),
    }
)
"""Names that an input of a graph has when it is a setting and no data."""

GRIDS = tuple(map(Decimal, ("1", "0.1", "0.05", "0.01")))
MOST_REACH = 999

LEAST_REACH = 9
LEAST_WHOLE_REACH = 3
TARGET_STEPS = 5

Draw: TypeAlias = Callable[[int], int]
"""`draw(n)` is one of 0, …, n − 1."""


class Given(NamedTuple):
    """An array of numbers and where each of them is written. `name` is that of an input of a graph."""

    role: str  # input, target, given (of a graph), or that of a parameter
    name: str
    numbers: Numbers
    places: tuple[Span, ...]

    @property
    def key(self) -> Span:
        return self.numbers.span

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(_flat(self.numbers.texts))

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(_flat(self.numbers.values))

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        length = self.numbers.shape[-1] if self.numbers.shape else 1
        values = self.values
        return tuple(values[start : start + length] for start in range(0, len(values), length))

    @property
    def is_indicator(self) -> bool:
        return all(value in (0.0, 1.0) for value in self.values)


class Redraw(NamedTuple):
    """How an array is drawn: the function gives the texts of its entries in the order of reading."""

    given: Given
    texts: Callable[[Draw], Sequence[str]]


def givens(problem: Problem) -> tuple[Given, ...]:
    """The numbers of a problem that stand in its file one by one."""
    nodes = {(node.span[:2], type(node)): node for node in _nodes(read_yaml(problem.text, problem.path).root)}
    found: list[Given] = []
    for role, name, numbers in _arrays(problem):
        node = nodes.get((numbers.span[:2], SequenceNode if numbers.shape else ScalarNode))
        leaves = tuple(_scalars(node)) if node is not None else ()
        if tuple(leaf.text.replace("−", "-") for leaf in leaves) == tuple(_flat(numbers.texts)):
            found.append(Given(role, name, numbers, tuple(leaf.span for leaf in leaves)))
    return tuple(found)


def redraws(problem: Problem, keep: frozenset[Span] = frozenset()) -> tuple[Redraw, ...]:
    """How the arrays of a problem are drawn anew; those whose places are in `keep` stay."""
    arrays = givens(problem)
    still = all(given.is_indicator or given.key in keep for given in arrays if given.role == "input")
    found: list[Redraw] = []
    for given in arrays:
        is_setting = given.role == "given" and given.name.casefold() in SETTINGS
        texts = None if given.key in keep or is_setting else _way_of_drawing(problem, given, still)
        if texts is not None:
            found.append(Redraw(given, texts))
    return tuple(found)


def redrawn(problem: Problem, ways: Sequence[Redraw], draw: Draw) -> str:
    """The text of the problem with other numbers in the places of the old ones."""
    changes = [change for way in ways for change in zip(way.given.places, way.texts(draw), strict=True)]
    lines = problem.text.split("\n")
    for span, text in sorted(changes, reverse=True):
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + text + line[span.end_column - 1 :]
    return "\n".join(lines)


def drawer(key: str) -> Draw:
    """Numbers that `key` alone decides."""
    source = Random(key)  # noqa: S311  # exercises are no secret

    def draw(count: int) -> int:
        return min(int(source.random() * count), count - 1)

    return draw


# --- what is there ---


def _arrays(problem: Problem) -> Iterator[tuple[str, str, Numbers]]:
    network, graph = problem.network, problem.graph
    if graph is not None:
        for item in (*graph.inputs, *graph.parameters):
            yield "given", item.name, item.numbers
    if network is None:
        return
    if network.data is None:
        yield "input", "", network.input
        if network.target is not None:
            yield "target", "", network.target
    stack = list(reversed(network.layers))
    while stack:
        layer = stack.pop()
        for role, numbers in layer.numbers.items():
            yield role, "", numbers
        stack.extend(inner for layers in reversed(layer.inner) for inner in reversed(layers))


def _nodes(root: Node) -> Iterator[Node]:
    stack: list[Node] = [root]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, SequenceNode):
            stack.extend(node.items)
        elif isinstance(node, MappingNode):
            stack.extend(value for _, value in node.entries)


def _scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _scalars(item)


def _flat(nested: Any) -> Iterator[Any]:
    if isinstance(nested, tuple):
        for item in nested:
            yield from _flat(item)
    else:
        yield nested


# --- how it is drawn ---


def _way_of_drawing(problem: Problem, given: Given, still: bool) -> Callable[[Draw], Sequence[str]] | None:
    """None where the numbers stay. `still`: the inputs of the network stay."""
    if given.role == "target" and (given.is_indicator or _are_classes(problem)):
        return None if still else _targets(problem, given)
    if given.is_indicator:
        return None
    grid = _Grid.of(given)
    if given.role in ("target", "given") and _sum_to_one(given):
        return lambda draw: [text for row in given.rows for text in grid.parts_of_one(len(row), draw)]
    return lambda draw: grid.numbers(len(given.places), draw)


def _are_classes(problem: Problem) -> bool:
    return problem.network is not None and problem.network.class_targets


def _sum_to_one(given: Given) -> bool:
    return all(len(row) > 1 and min(row) >= 0 and abs(sum(row) - 1) < 1e-9 for row in given.rows)


def _targets(problem: Problem, given: Given) -> Callable[[Draw], Sequence[str]] | None:
    """Classes and targets of 0 and 1: one instance gets any of them, those of a batch change places."""
    network = problem.network
    assert network is not None
    texts = given.texts
    if network.batch:
        size = len(texts) // given.numbers.shape[0]
        rows = [texts[start : start + size] for start in range(0, len(texts), size)]
        return lambda draw: [text for row in _shuffled(rows, draw) for text in row]
    if network.class_targets:
        classes = Layout(problem.conventions.affine).fans(network.layers[-1].numbers["weights"].shape)[0]
        return lambda draw: [str(draw(classes))]
    if len(texts) == 1:
        return lambda draw: [str(draw(2))]
    return lambda draw: _shuffled(texts, draw)


def _shuffled(items: Sequence[Any], draw: Draw) -> list[Any]:
    left = list(items)
    return [left.pop(draw(len(left))) for _ in items]


class _Grid(NamedTuple):
    """The multiples of `unit` up to that of number `reach`. `places`: decimals written; None for as many as needed."""

    unit: Decimal
    reach: int
    signed: bool
    places: int | None

    @classmethod
    def of(cls, given: Given) -> _Grid:
        exact = [_decimal(text, value) for text, value in zip(given.texts, given.values, strict=True)]
        largest = max(map(abs, exact))
        within_one = given.role == "target" and min(exact) >= 0 and largest <= 1
        unit = _coarsest(exact, largest, TARGET_STEPS if within_one else 0)
        reach = int(largest / unit)
        if within_one:
            reach = min(reach, int(1 / unit) - 1)
        else:
            reach = max(reach, LEAST_REACH if unit < 1 else LEAST_WHOLE_REACH)
        padded = any("." in text and text.endswith("0") for text in given.texts)
        places = max(_decimals(number) for number in (*exact, unit)) if padded else None
        return cls(unit, reach, min(exact) < 0, places)

    def numbers(self, count: int, draw: Draw) -> list[str]:
        """So many, no two of one size while there are others."""
        left: list[int] = []
        drawn: list[str] = []
        for _ in range(count):
            left = left or list(range(1, self.reach + 1))
            multiple = left.pop(draw(len(left)))
            drawn.append(self.text(-multiple if self.signed and draw(2) else multiple))
        return drawn

    def parts_of_one(self, count: int, draw: Draw) -> list[str]:
        """Positive numbers that sum to 1."""
        unit = self.unit
        while 1 / unit < 2 * count:
            unit /= 10
        whole = int(1 / unit)
        ends = [0, *sorted(_shuffled(range(1, whole), draw)[: count - 1]), whole]
        finer = self._replace(unit=unit)
        return [finer.text(high - low) for low, high in pairwise(ends)]

    def text(self, multiple: int) -> str:
        number = multiple * self.unit
        return f"{number.normalize():f}" if self.places is None else f"{number:.{self.places}f}"


def _decimal(text: str, value: float) -> Decimal:
    return Decimal(text) if "/" not in text else Decimal(f"{value:.2f}")


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _coarsest(numbers: Sequence[Decimal], largest: Decimal, least: int) -> Decimal:
    """The coarsest grid that has all of the numbers, and at least so many steps up to 1; else a fine one."""
    for unit in GRIDS:
        if all(number % unit == 0 for number in numbers) and 1 / unit >= least and largest / unit <= MOST_REACH:
            return unit
    return Decimal(1).scaleb(max(-2, largest.adjusted() - 2) if largest >= Decimal("0.1") else largest.adjusted() - 1)
