"""Where boxes and edges go: a layered layout from left to right, the same on every machine.

Layers by longest path; an edge over several layers, and every label, takes a place of its own in the layers between,
so that nothing is drawn over it. Crossings are reduced by barycentre sweeps (Sugiyama, Tagawa and Toda 1981), heights
are found by least squares within each layer, its order kept (pool adjacent violators).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 24
SETTLING = 60
BOX_GAP = 26.0
WIRE_GAP = 12.0
CHANNEL, WIDEST_CHANNEL = 26.0, 64.0
"""Between a box and the labels beside it: room for an edge to bend, the more the further it climbs."""
STEEPEST = 2.2
PORT_GAP, PORT_REACH = 12.0, 0.6


class Frame(NamedTuple):
    """A rectangle by its centre and size."""

    x: float
    y: float
    width: float
    height: float


class Link(NamedTuple):
    """An edge to be placed; `label` is the width and height of what is written on it."""

    source: str
    target: str
    label: tuple[float, float] | None = None


class Layout(NamedTuple):
    """Frames of the boxes, for each edge the points it passes and the frame of its label, and the size of it all."""

    boxes: dict[str, Frame]
    routes: tuple[tuple[tuple[float, float], ...], ...]
    labels: tuple[Frame | None, ...]
    width: float
    height: float


class _Place:
    """A box, or the place where an edge passes a layer."""

    __slots__ = ("above", "after", "before", "below", "layer", "name", "width", "wire", "y")

    def __init__(self, layer: int, width: float, above: float, below: float, name: str = "") -> None:
        self.layer = layer
        self.width = width
        self.above = above
        self.below = below
        self.name = name
        self.wire = not name
        self.y = 0.0
        self.before: list[tuple[_Place, float]] = []
        self.after: list[tuple[_Place, float]] = []


def layered(sizes: Mapping[str, tuple[float, float]], links: Sequence[Link], channels: Sequence[float] = ()) -> Layout:
    """Places boxes of the given sizes; the boxes must be in an order in which edges go forward.

    `channels`: how far apart neighbouring layers of boxes are at least.
    """
    layer_of = layers_of(list(sizes), links)
    boxes = {name: _Place(2 * layer_of[name], w, h / 2, h / 2, name) for name, (w, h) in sizes.items()}
    chains = [_chain(link, boxes) for link in links]
    layers = _initial_order(boxes, chains)
    layers = _fewest_crossings(layers)
    _settle(layers)
    _straighten(layers, chains)
    sides, width = _columns(layers, channels)
    return _result(boxes, links, chains, sides, width)


def layers_of(names: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """The layer of each box: after all that leads to it, and what nothing leads to beside what uses it first."""
    layer = dict.fromkeys(names, 0)
    after: dict[str, list[str]] = {name: [] for name in names}
    fed: set[str] = set()
    for link in links:
        after[link.source].append(link.target)
        fed.add(link.target)
    for name in names:
        for target in after[name]:
            layer[target] = max(layer[target], layer[name] + 1)
    # What has nothing before it stands next to what uses it first.
    for name in names:
        if name not in fed and after[name]:
            layer[name] = min(layer[target] for target in after[name]) - 1
    return layer


def _chain(link: Link, boxes: Mapping[str, _Place]) -> list[_Place]:
    """The places an edge passes, from box to box; its label stands in the last one before the target."""
    source, target = boxes[link.source], boxes[link.target]
    chain = [source]
    for layer in range(source.layer + 1, target.layer):
        if layer == target.layer - 1 and link.label is not None:
            width, height = link.label
            chain.append(_Place(layer, width, height + 3.0, 3.0))
        else:
            chain.append(_Place(layer, 0.0, 2.0, 2.0))
    chain.append(target)
    for left, right in pairwise(chain):
        weight = (1.0, 2.0, 8.0)[left.wire + right.wire]
        left.after.append((right, weight))
        right.before.append((left, weight))
    return chain


# --- order ---


def _initial_order(boxes: Mapping[str, _Place], chains: Sequence[list[_Place]]) -> list[list[_Place]]:
    """What leads to the same box stands together: the order in which a walk back from the last boxes meets it."""
    layers: list[list[_Place]] = [[] for _ in range(max(p.layer for p in boxes.values()) + 1)]
    seen: set[int] = set()
    stack = [place for place in boxes.values() if not place.after]
    stack.reverse()
    while stack:
        place = stack.pop()
        if id(place) in seen:
            continue
        seen.add(id(place))
        layers[place.layer].append(place)
        stack.extend(left for left, _ in reversed(place.before))
    return layers


def _fewest_crossings(layers: list[list[_Place]]) -> list[list[_Place]]:
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        for index in range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1):
            near = layers[index - 1] if forward else layers[index + 1]
            rank = {id(place): float(k) for k, place in enumerate(near)}
            _by_barycentre(layers[index], rank, forward)
        _swap_neighbours(layers)
        count = _crossings(layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    return best


def _by_barycentre(layer: list[_Place], rank: Mapping[int, float], forward: bool) -> None:
    keys = {}
    for k, place in enumerate(layer):
        near = [rank[id(other)] for other, _ in (place.before if forward else place.after)]
        keys[id(place)] = sum(near) / len(near) if near else float(k)
    layer.sort(key=lambda place: keys[id(place)])


def _swap_neighbours(layers: list[list[_Place]]) -> None:
    """Swaps neighbours as long as that removes crossings."""
    for index, layer in enumerate(layers):
        sides = []
        if index:
            rank = {id(p): k for k, p in enumerate(layers[index - 1])}
            sides.append({id(p): sorted(rank[id(q)] for q, _ in p.before) for p in layer})
        if index + 1 < len(layers):
            rank = {id(p): k for k, p in enumerate(layers[index + 1])}
            sides.append({id(p): sorted(rank[id(q)] for q, _ in p.after) for p in layer})
        for _ in range(len(layer)):
            moved = False
            for k in range(len(layer) - 1):
                first, second = layer[k], layer[k + 1]
                kept = sum(_inversions(side[id(first)], side[id(second)]) for side in sides)
                swapped = sum(_inversions(side[id(second)], side[id(first)]) for side in sides)
                if swapped < kept:
                    layer[k], layer[k + 1] = second, first
                    moved = True
            if not moved:
                break


def _inversions(upper: Sequence[int], lower: Sequence[int]) -> int:
    return sum(a > b for a in upper for b in lower)


def _crossings(layers: Sequence[Sequence[_Place]]) -> int:
    """How many pairs of edges cross, counted between neighbouring layers."""
    total = 0
    for left, right in pairwise(layers):
        rank = {id(place): k for k, place in enumerate(right)}
        ends = [rank[id(other)] for place in left for other in _sorted_after(place, rank)]
        total += _count_inversions(ends)
    return total


def _sorted_after(place: _Place, rank: Mapping[int, int]) -> list[_Place]:
    """The places that follow, from the top down."""
    return sorted((other for other, _ in place.after), key=lambda other: rank[id(other)])


def _count_inversions(ends: Sequence[int]) -> int:
    """Pairs out of order, by a binary indexed tree."""
    size = max(ends, default=0) + 1
    tree = [0] * (size + 1)
    total = 0
    for count, end in enumerate(ends):
        below, k = 0, end + 1
        while k:
            below += tree[k]
            k -= k & -k
        total += count - below
        k = end + 1
        while k <= size:
            tree[k] += 1
            k += k & -k
    return total


# --- heights ---


def _settle(layers: Sequence[list[_Place]]) -> None:
    """Every place as near to its neighbours as the order and the distances of its layer allow."""
    for layer in layers:
        y = 0.0
        for k, place in enumerate(layer):
            y = y + _apart(layer[k - 1], place) if k else 0.0
            place.y = y
        middle = y / 2
        for place in layer:
            place.y -= middle
    for sweep in range(SETTLING):
        both = sweep >= SETTLING // 3
        order = layers if sweep % 2 == 0 else list(reversed(layers))
        for layer in order:
            wanted, weights = [], []
            for place in layer:
                near = place.before + place.after if both else (place.before if sweep % 2 == 0 else place.after)
                weight = sum(w for _, w in near)
                wanted.append(sum(other.y * w for other, w in near) / weight if weight else place.y)
                weights.append(weight or 0.1)
            for place, y in zip(layer, _kept_apart(layer, wanted, weights), strict=True):
                place.y = y


def _straighten(layers: Sequence[list[_Place]], chains: Sequence[list[_Place]]) -> None:
    """Edges over several layers made level where there is room: as a whole, else from one layer to the next."""
    place_in = {id(place): k for layer in layers for k, place in enumerate(layer)}

    def room(place: _Place) -> tuple[float, float]:
        layer, k = layers[place.layer], place_in[id(place)]
        low = layer[k - 1].y + _apart(layer[k - 1], place) if k else float("-inf")
        high = layer[k + 1].y - _apart(place, layer[k + 1]) if k + 1 < len(layer) else float("inf")
        return low, high

    for chain in sorted((chain[1:-1] for chain in chains), key=len, reverse=True):
        if len(chain) < 2:
            continue
        rooms = [room(place) for place in chain]
        low, high = max(low for low, _ in rooms), min(high for _, high in rooms)
        if low <= high:
            level = min(max(sum(place.y for place in chain) / len(chain), low), high)
            for place in chain:
                place.y = level
            continue
        for before, place in pairwise(chain):
            low, high = room(place)
            place.y = min(max(before.y, low), high) if low <= high else place.y


def _apart(upper: _Place, lower: _Place) -> float:
    gap = WIRE_GAP if upper.wire or lower.wire else BOX_GAP
    return upper.below + gap + lower.above


def _kept_apart(layer: Sequence[_Place], wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The heights nearest to the wanted ones (least squares) in the order of the layer, with its distances."""
    offsets = [0.0]
    for upper, lower in pairwise(layer):
        offsets.append(offsets[-1] + _apart(upper, lower))
    pools: list[tuple[float, float, int]] = []  # weighted sum, weight, how many
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        pools.append(((want - offset) * weight, weight, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last, before = pools.pop(), pools.pop()
            pools.append((before[0] + last[0], before[1] + last[1], before[2] + last[2]))
    levels = [total / weight for total, weight, count in pools for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


# --- result ---


def _columns(layers: Sequence[Sequence[_Place]], channels: Sequence[float]) -> tuple[list[tuple[float, float]], float]:
    """The left and right side of each layer, and the whole width."""
    sides: list[tuple[float, float]] = []
    right = 0.0
    for k, layer in enumerate(layers):
        climb = max((abs(place.y - other.y) for place in layer for other, _ in place.before), default=0.0)
        left = right + (min(max(CHANNEL, climb / STEEPEST), WIDEST_CHANNEL) if right and layer else 0.0)
        if k and k % 2 == 0 and k // 2 <= len(channels):
            spare = sides[k - 2][1] + channels[k // 2 - 1] - left
            if spare > 0:
                left += spare
                sides[k - 1] = (sides[k - 1][0] + spare / 2, sides[k - 1][1] + spare / 2)
        right = left + max((place.width for place in layer), default=0.0)
        sides.append((left, right))
    return sides, right


def _result(
    boxes: Mapping[str, _Place],
    links: Sequence[Link],
    chains: Sequence[list[_Place]],
    sides: Sequence[tuple[float, float]],
    width: float,
) -> Layout:
    places = [*boxes.values(), *(place for chain in chains for place in chain[1:-1])]
    top = min(place.y - place.above for place in places)
    height = max(place.y + place.below for place in places) - top

    def middle(place: _Place) -> float:
        return sum(sides[place.layer]) / 2

    routes: list[tuple[tuple[float, float], ...]] = []
    labels: list[Frame | None] = []
    for link, chain, (leaving, entering) in zip(links, chains, _ports(chains), strict=True):
        source, target = chain[0], chain[-1]
        # An edge crosses the rest of its own column level: beside a wider box it must not climb yet.
        start, end = source.y - top + leaving, target.y - top + entering
        points = [(middle(source) + source.width / 2, start), (sides[source.layer][1], start)]
        label: Frame | None = None
        for place in chain[1:-1]:
            left, right = sides[place.layer]
            y = place.y - top
            points += [(left, y), (right, y)] if right > left else [(left, y)]
            if place.width and link.label is not None:
                label = Frame(middle(place), y - 3.0 - link.label[1] / 2, *link.label)
        points += [(sides[target.layer][0], end), (middle(target) - target.width / 2, end)]
        routes.append(tuple(points))
        labels.append(label)
    frames = {name: Frame(middle(p), p.y - top, p.width, p.above + p.below) for name, p in boxes.items()}
    return Layout(frames, tuple(routes), tuple(labels), width, height)


def _ports(chains: Sequence[list[_Place]]) -> list[tuple[float, float]]:
    """How far above or below the middle of its box each edge leaves and enters: level where that can be."""
    leaving = [0.0] * len(chains)
    entering = [0.0] * len(chains)
    for side, near, offsets in ((0, 1, leaving), (-1, -2, entering)):
        groups: dict[int, list[int]] = {}
        for number, chain in enumerate(chains):
            groups.setdefault(id(chain[side]), []).append(number)
        for numbers in groups.values():
            place = chains[numbers[0]][side]
            numbers.sort(key=lambda number: chains[number][near].y)
            wanted = [chains[number][near].y - place.y for number in numbers]
            for number, offset in zip(numbers, _spread(wanted, place), strict=True):
                offsets[number] = offset
    return list(zip(leaving, entering, strict=True))


def _spread(wanted: Sequence[float], place: _Place) -> list[float]:
    """The ports of one side of a box, near to where the edges go, inside the side and apart from each other."""
    reach = PORT_REACH * place.above
    count = len(wanted)
    apart = min(PORT_GAP, 2 * reach / (count - 1)) if count > 1 else 0.0
    ports: list[float] = []
    for k, y in enumerate(wanted):
        low, high = -reach + k * apart, reach - (count - 1 - k) * apart
        ports.append(max(min(max(y, low), high), ports[-1] + apart if ports else low))
    for k in range(count - 2, -1, -1):
        # Where ports were pushed down one after another, they share the shift.
        if ports[k + 1] - ports[k] <= apart + 1e-9 and ports[k] > wanted[k]:
            ports[k] = max(min(ports[k], wanted[k]), ports[k] - apart / 2, -reach + k * apart)
    return ports
