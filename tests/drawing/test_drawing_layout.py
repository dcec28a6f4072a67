"""Where boxes and edges go: nothing over anything else, every edge forward, the same every time."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bpcli.drawing.layout import Frame, Link, layered


@st.composite
def graphs(draw):
    """Boxes of several sizes, and edges from earlier to later ones, some with labels."""
    count = draw(st.integers(1, 14))
    sizes = {f"n{k}": (draw(st.integers(20, 200)), draw(st.integers(20, 90))) for k in range(count)}
    pairs = [(a, b) for a, b in combinations(range(count), 2)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=24)) if pairs else []
    labelled = draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    links = [
        Link(f"n{a}", f"n{b}", (draw(st.integers(8, 120)), 16.0) if label else None)
        for (a, b), label in zip(chosen, labelled, strict=True)
    ]
    return sizes, links


def overlap(a: Frame, b: Frame) -> bool:
    slack = 1e-6
    return abs(a.x - b.x) < (a.width + b.width) / 2 - slack and abs(a.y - b.y) < (a.height + b.height) / 2 - slack


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_nothing_overlaps(graph):
    """No two boxes, no two labels, no label and box."""
    sizes, links = graph
    layout = layered(sizes, links)
    frames = [*layout.boxes.values(), *(label for label in layout.labels if label is not None)]
    assert not any(overlap(a, b) for a, b in combinations(frames, 2))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_edges_go_forward_from_side_to_side(graph):
    """Every edge leaves its source on the right, never turns back, and arrives at its target on the left."""
    sizes, links = graph
    layout = layered(sizes, links)
    for link, route in zip(links, layout.routes, strict=True):
        source, target = layout.boxes[link.source], layout.boxes[link.target]
        xs = [x for x, _ in route]
        assert all(b - a > -1e-6 for a, b in pairwise(xs))
        assert abs(xs[0] - (source.x + source.width / 2)) < 1e-6
        assert abs(xs[-1] - (target.x - target.width / 2)) < 1e-6
        assert xs[0] < xs[-1]
        assert abs(route[0][1] - source.y) <= source.height / 2
        assert abs(route[-1][1] - target.y) <= target.height / 2


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_level_parts_of_edges_avoid_boxes(graph):
    """Where an edge passes a layer it passes between the boxes."""
    sizes, links = graph
    layout = layered(sizes, links)
    for link, route in zip(links, layout.routes, strict=True):
        for (x0, y0), (x1, y1) in pairwise(route):
            if y0 != y1:
                continue
            for name, box in layout.boxes.items():
                if name in (link.source, link.target):
                    continue
                inside = x0 < box.x + box.width / 2 and box.x - box.width / 2 < x1
                assert not (inside and abs(y0 - box.y) < box.height / 2 - 1e-6)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_everything_is_on_the_page_and_the_same_again(graph):
    """The page holds every box, and a second run gives the same."""
    sizes, links = graph
    layout = layered(sizes, links)
    assert layout == layered(sizes, links)
    for name, box in layout.boxes.items():
        assert (box.width, box.height) == sizes[name]
        assert box.x - box.width / 2 >= -1e-6
        assert box.x + box.width / 2 <= layout.width + 1e-6
        assert box.y - box.height / 2 >= -1e-6
        assert box.y + box.height / 2 <= layout.height + 1e-6


def test_a_chain_is_a_straight_line():
    """Boxes of different heights in a row have one middle, and the edges between them are level."""
    sizes = {"a": (40.0, 20.0), "b": (60.0, 50.0), "c": (30.0, 30.0)}
    layout = layered(sizes, [Link("a", "b", (20.0, 12.0)), Link("b", "c")])
    assert len({round(box.y, 6) for box in layout.boxes.values()}) == 1


def test_inputs_stand_before_their_first_use():
    """What has nothing before it is not far from what uses it."""
    sizes = dict.fromkeys("abcdt", (40.0, 20.0))
    layout = layered(sizes, [Link("a", "b"), Link("b", "c"), Link("c", "d"), Link("t", "d")])
    assert layout.boxes["t"].x == layout.boxes["c"].x
