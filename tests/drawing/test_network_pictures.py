"""Networks of every kind of block as pictures: the wires are those that exist, and every format can draw them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.expr import evaluate
from bpcli.document.mathtree import Matrix
from bpcli.drawing import FORMATS, draw
from bpcli.drawing.contents import graph_picture
from bpcli.drawing.model import DrawingError
from bpcli.drawing.panels import Panels
from bpcli.drawing.units import network_picture
from bpcli.notation.text import to_text
from bpcli.render.layout import display_width

HERE = sorted((Path(__file__).parent / "problems").glob("*.yaml"))
SHARED = sorted(
    path
    for path in Path(__file__).parents[3].glob("shared/exercises/[ng][0-9]*.yaml")
    if not path.name.endswith(".expected.yaml")
)
LAYOUTS = ("W x + b", "x W + b", "x W^T + b")
RECURRENT_IN_LAYOUTS = """
conventions: {{affine: {layout}}}
network:
  sequence: true
  input: [[1, 0], [0.5, 1], [-1, 2]]
  target: [1, 2]
  layers:
    - recurrent: {{weights: [[0.5, -0.3], [0.8, 0.2]], recurrent: [[0.1, 0.4], [-0.2, 0.3]], outputs: all}}
    - flatten
    - {{weights: {weights}, activation: softmax, mask: {mask}}}
  loss: half_squared_error
"""
WEIGHTS = np.array([[0.3, -0.2, 0.5, 0.7, -0.4, 0.1], [0.2, 0.6, -0.3, 0.4, 0.9, -0.8]])
MASK = np.array([[1, 0, 1, 1, 0, 1], [0, 1, 1, 0, 1, 1]])
IN_BLOCKS = """
network:
  input: [[1, 2, 0], [0, -1, 3], [2, 1, 1]]
  target: [1]
  layers:
    - conv: {kernels: [[[1, 0], [0.5, -1]], [[0.2, 1], [1, 0.3]]], bias: [0.1, 0.2], activation: tanh, padding: 1}
    - residual:
        activation: sigmoid
        layers:
          - conv: {kernels: [[[[0.5]], [[1]]], [[[0.2]], [[-1]]]], activation: tanh}
    - mean_pool: {size: 2}
    - flatten
    - layer_norm
    - {weights: [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]]}
  loss: half_squared_error
"""


BATCH = """
conventions: {{affine: {layout}}}
network:
  inputs: [[1, 2], [0, -1], [3, 1]]
  targets: [[1], [0], [2]]
  layers:
    - residual:
        layers:
          - {{weights: [[0.5, 0], [-1, 0.3]], bias: [0.1, 0.2], activation: tanh, mask: [[1, 0], [1, 1]]}}
          - residual: {{activation: sigmoid, layers: [{{weights: [[0.5, 0.2], [-1, 0.3]]}}]}}
    - batch_norm: {{gain: [1, 2], bias: [0.5, 0.1]}}
    - dropout: {{mask: [[1, 0], [1, 1], [0, 1]], keep: 0.5}}
    - layer_norm
    - {{weights: {last}, activation: sigmoid}}
  loss: half_squared_error
"""
TOKENS = """
network:
  input: [2, 1, 3]
  target: [1, 0]
  layers:
    - embedding: {table: [[0.3, 0.2], [-0.5, 0.1], [0.8, 0.8]]}
    - residual: {layers: [{weights: [[0.5, 0.1], [0.2, -0.4]], activation: tanh}]}
    - attention: {query: [[1, 0], [0, 1]], key: [[0.5, 0], [1, 1]], value: [[1, 2], [0, 1]], mask: causal}
    - gru:
        update_gate: {weights: [[0.1, 0.2], [0.3, 0.4]], recurrent: [[0.1, 0.2], [0.3, 0.4]], bias: [0.1, 0.2]}
        reset_gate: {weights: [[0.1, 0.2], [0.3, 0.4]], recurrent: [[0.1, 0.2], [0.3, 0.4]]}
        candidate: {weights: [[0.1, 0.2], [0.3, 0.4]], recurrent: [[0.1, 0.2], [0.3, 0.4]]}
  loss: half_squared_error
"""


def known(name):
    return solve(load_problem(str(Path(__file__).parent / "problems" / f"{name}.yaml")))


def in_layout(layout):
    weights, mask = WEIGHTS * MASK, MASK
    if layout == "x W + b":
        weights, mask = weights.T, mask.T
    text = RECURRENT_IN_LAYOUTS.format(layout=layout, weights=weights.tolist(), mask=mask.tolist())
    return solve(parse_problem(text))


def batch_in(layout):
    last = "[[0.4], [-0.3]]" if layout == "x W + b" else "[[0.4, -0.3]]"
    text = BATCH.format(layout=layout, last=last)
    if layout == "x W + b":
        text = text.replace("weights: [[0.5, 0], [-1, 0.3]]", "weights: [[0.5, -1], [0, 0.3]]")
        text = text.replace("mask: [[1, 0], [1, 1]]}", "mask: [[1, 1], [0, 1]]}")
    return solve(parse_problem(text))


def networks():
    for path in (*HERE, *SHARED):
        yield pytest.param(lambda path=path: solve(load_problem(str(path))), id=path.stem)
    for layout in LAYOUTS:
        yield pytest.param(lambda layout=layout: in_layout(layout), id=layout)
        yield pytest.param(lambda layout=layout: batch_in(layout), id=f"batch, {layout}")
    yield pytest.param(lambda: solve(parse_problem(IN_BLOCKS)), id="blocks in blocks")
    yield pytest.param(lambda: solve(parse_problem(TOKENS)), id="tokens")


NETWORKS = list(networks())


def names(picture, wires):
    """Wires as pairs of names: of units, or of panels."""

    def end(panel, unit):
        shown = picture.panels[panel]
        return to_text(shown.face if unit is None else shown.units[unit].name)

    return {(end(w.before, w.source), end(w.after, w.target)) for w in wires}


# --- every format ---


@pytest.mark.parametrize("made", NETWORKS)
def test_every_format_draws_it(made):
    """Well-formed, in literal colours, within the page; with answers, without them, and in symbols."""
    solution = made()
    for network in [False, True] if solution.problem.network is not None else [False]:
        for numbers in ("all", "given", "none"):
            for kind in FORMATS if numbers == "all" else ("svg",):
                text = draw(solution, kind, network=network, numbers=numbers)
                assert text.strip()
                if kind == "svg":
                    ET.fromstring(text)
                    assert "var(" not in text.split("</style>")[0]
                    assert not re.search(r" (fill|stroke)=", text.split("</style>")[1])
                if kind == "terminal":
                    assert all(display_width(line) <= 80 for line in text.splitlines())
        wide = draw(solution, "terminal", network=network, width=120)
        assert all(display_width(line) <= 120 for line in wide.splitlines())
        plain = draw(solution, "terminal", network=network, width=60, ascii=True)
        assert plain.isascii()
        assert all(len(line) <= 60 for line in plain.splitlines())
    assert draw(solution, "dot", extended=True)


@pytest.mark.parametrize("made", NETWORKS)
def test_cards_of_a_picture_do_not_overlap(made):
    """No unit is drawn over another one."""
    solution = made()
    if solution.problem.network is None:
        return
    root = ET.fromstring(draw(solution, "svg", network=True))
    cards = [
        [float(r.get(key)) for key in ("x", "y", "width", "height")]
        for r in root.iter("{http://www.w3.org/2000/svg}rect")
        if r.get("class") in ("box", "box given", "box output") and float(r.get("rx")) > 5
    ]
    for k, (x, y, w, h) in enumerate(cards):
        for a, b, c, d in cards[:k]:
            assert x >= a + c or a >= x + w or y >= b + d or b >= y + h


# --- wires ---


def depends(solution, panels, source, j, target, i):
    """Whether the lines of unit i change with entry j of a panel, everything else kept as it is."""
    for variable in panels.groups[source].lines:
        at = panels.index(variable, j)
        for change in (1e-3, 50.0, -50.0):
            moved = np.array(solution.values[variable.name], dtype=float)
            if at is None:
                moved = moved + change
            elif panels.groups[source].grid:
                moved += change * np.random.default_rng(1).uniform(0.5, 1.5, moved.shape)
            else:
                moved[at] += change
            values = {**solution.values, variable.name: moved}
            for line, formula in zip(panels.groups[target].lines, panels.groups[target].exprs, strict=True):
                spot = None if panels.groups[target].grid else panels.index(line, i)
                with np.errstate(all="ignore"):
                    new, old = evaluate(formula, values), evaluate(formula, solution.values)
                if not np.allclose(new if spot is None else new[spot], old if spot is None else old[spot], 0, 1e-9):
                    return True
    return False


@pytest.mark.parametrize("made", NETWORKS)
def test_wires_are_the_edges_that_exist(made):
    """A unit is wired to another one just where its lines change with that one's entry."""
    solution = made()
    if solution.problem.network is None:
        return
    solution = solution.one_update
    panels = Panels(solution, 0)
    for target, group in enumerate(panels.groups):
        for i in range(group.size if group.exprs else 0):
            if group.grid:
                found = {(source, j) for source in panels.between(target) for j in range(panels.groups[source].size)}
            else:
                found = set(panels.sources(target, i))
            if group.face.role == "embedded":
                continue  # tokens choose rows, and nothing is differentiated with respect to them
            expected = {
                (source, j)
                for source in range(target)
                for j in range(panels.groups[source].size)
                if depends(solution, panels, source, j, target, i)
            }
            assert found == expected


def test_wires_of_a_masked_layer():
    """An edge that the mask takes away is not there."""
    picture = network_picture(known("mask"))
    assert names(picture, picture.wires) == {
        ("x₁", "h₁⁽¹⁾"), ("x₁", "h₂⁽¹⁾"), ("x₂", "h₂⁽¹⁾"), ("h₁⁽¹⁾", "y₁"), ("h₂⁽¹⁾", "y₁"),
    }  # fmt: skip


def test_wires_of_a_residual_block():
    """The way round goes from each unit to its own sum."""
    picture = network_picture(known("residual"))
    past = [w for w in picture.wires if picture.panels[w.after].column > picture.panels[w.before].column + 1]
    assert names(picture, past) == {("h₁⁽¹⁾", "h₁⁽²⁾"), ("h₂⁽¹⁾", "h₂⁽²⁾")}
    assert all(wire.label is None for wire in past)


def test_wires_of_a_recurrent_layer():
    """A column for each step, the same weights on the way into each."""
    picture = network_picture(known("recurrent"))
    first, second = (
        [to_text(w.label) for w in picture.wires if to_text(picture.panels[w.after].face) == f"h⁽¹·{t}⁾"] for t in "¹²"
    )
    assert sorted(first) == sorted(second) == sorted(["0.5", "−0.3", "0.8", "0.2", "0.1", "0.4", "−0.2", "0.3"])
    assert [panel.column for panel in picture.panels if not panel.given] == [1, 2, 3]
    assert [to_text(name) for name in picture.panels[3].parameters] == ["W⁽¹⁾", "U⁽¹⁾"]


def test_titles_name_the_block():
    """A sum of maps belongs to the block with the way round, whatever is inside."""
    titles = [panel.title for panel in network_picture(solve(parse_problem(IN_BLOCKS))).panels]
    assert titles == [
        "", *["conv, tanh"] * 4, *["residual, sigmoid"] * 2, *["mean pool"] * 2, "flatten", "layer norm", "identity",
    ]  # fmt: skip


def test_attention_is_named_at_what_goes_on():
    """With a matrix of outputs and without; what is inside has the name of its function, or none."""
    heads = [panel.title for panel in network_picture(known("attention_heads")).panels if panel.grid]
    assert heads == ["", "", "", "softmax", ""] * 2 + ["attention"]
    tokens = [panel.title for panel in network_picture(solve(parse_problem(TOKENS))).panels if panel.grid]
    assert tokens == ["embedding", "tanh", "residual", "", "", "", "softmax", "attention"]


def test_a_unit_that_is_dropped_has_no_wire():
    picture = network_picture(known("dropout"))
    assert {(w.source, w.target) for w in picture.wires if w.after == 2} == {(0, 0), (2, 2)}


@pytest.mark.parametrize("layout", LAYOUTS[1:])
def test_layouts_have_the_same_weights_on_the_same_wires(layout):
    """But for recurrent weights, which are the same list of rows here and so another matrix."""

    def weights(of):
        picture = network_picture(in_layout(of))
        last = len(picture.panels) - 1
        return [(w.source, w.target, w.weight) for w in picture.wires if w.after == last]

    assert weights(layout) == weights("W x + b")


def test_kernels_stand_beside_their_maps():
    """A map is one unit, drawn as a matrix; the wire to it has the name of its kernel."""
    picture = network_picture(known("conv_max_pool"))
    first = picture.panels[1].units[0]
    assert [to_text(row.name) for row in first.rows] == ["K⁽¹·¹⁾", "b⁽¹⁾", "a⁽¹·¹⁾", "h⁽¹·¹⁾", "∂L/∂a⁽¹·¹⁾"]
    assert [row.parameter for row in first.rows] == [True, True, False, False, False]
    assert to_text(first.rows[1].value) == "0.1"
    wire = next(w for w in picture.wires if w.after == 2)
    assert (wire.source, wire.target, to_text(wire.label)) == (None, None, "K⁽¹·²⁾")


def test_targets_stand_at_their_predictions():
    """Several parts of a prediction have each their own, and all lead to the loss."""
    picture = network_picture(known("recurrent_all"))
    rows = {to_text(p.face): [to_text(r.name) for r in p.units[0].rows] for p in picture.panels}
    assert "t⁽¹⁾" in rows["y⁽¹⁾"]
    assert "t⁽²⁾" in rows["y⁽²⁾"]
    assert [to_text(picture.panels[k].face) for k in picture.predictions] == ["y⁽¹⁾", "y⁽²⁾"]


def test_too_many_wires_without_weights_become_one():
    """Five units of an LSTM before five others: one wire with the names of the matrices."""
    gate = f"{{weights: {np.full((5, 1), 0.1).tolist()}, recurrent: {np.full((5, 5), 0.1).tolist()}}}"
    gates = ", ".join(f"{name}: {gate}" for name in ("input_gate", "forget_gate", "output_gate", "candidate"))
    text = f"network: {{sequence: true, input: [[1], [2]], layers: [lstm: {{{gates}}}]}}"
    wires = [w for w in network_picture(solve(parse_problem(text))).wires if w.source is None]
    assert len(wires) == 1
    assert to_text(wires[0].label) == "Uᵢ⁽¹⁾, U_f⁽¹⁾, Uₒ⁽¹⁾, U_g⁽¹⁾"


def test_very_many_steps_are_refused_with_a_way_out():
    steps = ", ".join(["[1]"] * 100)
    layer = "recurrent: {weights: [[1]], recurrent: [[0.5]]}"
    solution = solve(parse_problem(f"network: {{sequence: true, input: [{steps}], layers: [{layer}]}}"))
    with pytest.raises(DrawingError, match="--only"):
        network_picture(solution)


# --- numbers left out ---


@pytest.mark.parametrize("name", ["residual", "conv_max_pool", "lstm", "attention_heads"])
def test_a_blank_picture_has_nothing_that_is_worked_out(name):
    """The numbers of the file are there, and no others; no gradient."""
    solution = known(name)
    picture = network_picture(solution, numbers="given")
    rows = [row for panel in picture.panels for unit in panel.units for row in unit.rows]
    assert not any(row.gradient for row in rows)
    assert all(wire.gradient is None for wire in picture.wires)
    text = draw(solution, "svg", network=True, numbers="given")
    shown = set(re.findall(r"\d+\.\d{3,}", "".join(ET.fromstring(text).itertext())))
    assert not shown
    assert draw(solution, "svg", network=True) != text


@pytest.mark.parametrize("name", ["residual", "conv_max_pool", "gru", "attention_heads"])
def test_a_picture_in_symbols_has_no_numbers(name):
    """Units, maps and wires have their names; no value of the file or of the solution is shown."""
    solution = known(name)
    picture = network_picture(solution, numbers="none")
    values = [row.value for panel in picture.panels for unit in panel.units for row in unit.rows]
    cells = [cell for value in values if isinstance(value, Matrix) for row in value.rows for cell in row]
    assert all(value is None or isinstance(value, Matrix) for value in values)
    assert set(cells) <= {""}
    assert all(wire.weight is None and wire.gradient is None for wire in picture.wires)
    for kind in FORMATS:
        text = draw(solution, kind, network=True, numbers="none")
        if kind == "svg":
            text = "".join(ET.fromstring(re.sub("<style>.*</style>", "", text, flags=re.DOTALL)).itertext())
        assert not re.search(r"= −?\d\.|\d\.\d{3}", text)


def test_a_blank_graph_keeps_what_is_given():
    picture = graph_picture(solve(load_problem("mac0460-logistic")), numbers="given")
    assert all((box.value is not None) == (box.kind == "input") for box in picture.boxes)
    assert all(box.gradient is None for box in picture.boxes)
    assert all(edge.local is None for edge in picture.edges)


def test_a_graph_in_symbols_keeps_local_derivatives():
    picture = graph_picture(solve(load_problem("mac0460-logistic")), numbers="none")
    assert all(box.value is None for box in picture.boxes)
    assert any(edge.local is not None for edge in picture.edges)
    assert all(edge.value is None for edge in picture.edges)


# --- graphs with updates ---


def test_a_graph_with_several_updates_shows_its_first_pass():
    """And --only reaches the lines after it."""
    solution = known("graph_momentum")
    assert not any("@" in box.id or box.id.endswith("_new") for box in graph_picture(solution).boxes)
    later = {box.id for box in graph_picture(solution, ["w@2"]).boxes}
    assert {"w@2", "w"} <= later


def test_a_graph_of_given_gradients_shows_its_updates():
    picture = graph_picture(known("graph_given_gradients"))
    assert any(box.kind == "input" for box in picture.boxes)
    assert picture.edges
