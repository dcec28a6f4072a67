"""Every format: well formed, alone, and with names as they are."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from io import BytesIO
from shutil import which

import pytest
from shipped import covering

from bpcli import load_problem, parse_problem, solve
from bpcli.drawing import FORMATS, dot, draw, mermaid
from bpcli.drawing.contents import graph_picture
from bpcli.drawing.model import DrawingError
from bpcli.drawing.units import network_picture
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.render.layout import display_width

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>alert("1")</script> & <!-- ]]> `x` $$y$$ "q" \\n \u202e\x1b[31m --> {{'


def shipped(name):
    return solve(load_problem(name))


def hostile():
    text = "graph: {inputs: {end: 1, graph: 2}, define: {subgraph: end*graph, node: subgraph + end}}"
    problem = parse_problem(text)._replace(title=HOSTILE)
    return solve(problem)


def drawings(solution, kind, **settings):
    yield draw(solution, kind, **settings)
    yield draw(solution, kind, extended=True, **settings)
    if solution.problem.network is not None:
        yield draw(solution, kind, network=True, **settings)


@pytest.mark.parametrize("name", covering())
def test_svg_stands_alone(name):
    """It is XML, fetches nothing, runs nothing, and knows light and dark pages."""
    for text in drawings(shipped(name), "svg"):
        root = ET.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert root.find(f"{SVG}title") is not None
        assert root.find(f"{SVG}desc") is not None
        assert "prefers-color-scheme: dark" in text
        rest = text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|href|url\(|@import|<script|<image|<foreignObject|\bon\w+=", rest)
        kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert kinds <= {"svg", "title", "desc", "style", "rect", "path", "text", "tspan"}


@pytest.mark.parametrize("name", ["lez5", "micrograd", "batch-ridge"])
def test_svg_needs_no_browser(name):
    """Its colours are written in, each both for light pages and, in a media query alone, for dark ones."""
    for text in drawings(shipped(name), "svg"):
        assert "var(" not in text
        light, dark = re.search(
            r"<style>(.*)@media \(prefers-color-scheme: dark\) \{(.*)\}</style>", text, re.DOTALL
        ).groups()
        painted = [re.findall(r"(?:fill|stroke): ([^;]+);", part) for part in (light, dark)]
        assert all(re.fullmatch(r"none|#[0-9a-f]{6}", colour) for part in painted for colour in part)
        assert len([colour for colour in painted[0] if colour != "none"]) == len(painted[1])
        assert not re.search(r" (fill|stroke)=", text.split("</style>")[1])


@pytest.mark.skipif(which("rsvg-convert") is None, reason="librsvg is not here")
@pytest.mark.parametrize("name", ["lez5", "micrograd"])
def test_librsvg_draws_it_on_white(name, tmp_path):
    image = pytest.importorskip("matplotlib.image")
    for text in drawings(shipped(name), "svg"):
        drawn = subprocess.run(["rsvg-convert"], input=text.encode(), capture_output=True, check=True)
        pixels = image.imread(BytesIO(drawn.stdout))[:, :, :3]
        assert pixels[:5, :5].min() == 1.0
        assert pixels.mean() > 0.9
        assert pixels.min() < 0.3


def test_a_picture_of_a_network_says_what_it_shows():
    assert "<desc>units of each layer, from the input to the output: 2, 2, 2</desc>" in draw(
        shipped("lez5"), "svg", network=True
    )
    assert "; instance 1 of 3</desc>" in draw(shipped("batch-ridge"), "svg", network=True)


@pytest.mark.parametrize("name", covering())
def test_terminal_fits_the_page(name):
    """At most 80 columns, and in ASCII where that is asked for."""
    for text in drawings(shipped(name), "terminal", width=80):
        assert all(display_width(line) <= 80 for line in text.splitlines())
    for text in drawings(shipped(name), "terminal", width=60, ascii=True):
        assert text.isascii()
        assert all(len(line) <= 60 for line in text.splitlines())


@pytest.mark.parametrize("kind", FORMATS)
def test_hostile_names_are_shown_as_they_are(kind):
    """No title or name can become a part of the language it is written in."""
    text = draw(hostile(), kind)
    assert "\x1b" not in text
    assert "\u202e" not in text
    if kind == "svg":
        root = ET.fromstring(text)
        shown = root.find(f"{SVG}title").text
        assert shown.startswith('</title><script>alert("1")</script> & <!-- ]]>')
        assert "<script" not in text
    if kind in ("dot", "mermaid"):
        assert not re.search(r"^\s*(end|graph|subgraph|node)\b(?!.*flowchart)", text.split("\n", 4)[-1], re.MULTILINE)


def test_strings_of_dot():
    """Quotes and backslashes are escaped, lines are joined by the one escape that is meant."""
    assert dot.quoted('a"b\\n') == r'"a\"b\\n"'
    assert dot.quoted(["x", "y"]) == r'"x\ny"'
    assert dot.quoted("a&lt;b") == '"a&amp;lt;b"'


def test_labels_of_mermaid():
    """What means something in Mermaid or in HTML is a character code."""
    assert mermaid.quoted('a"b') == '"a#34;b"'
    assert mermaid.quoted("<b>#1;") == '"#60;b#62;#35;1#59;"'
    assert mermaid.quoted(["x_1", "y"]) == '"x#95;1<br/>y"'
    assert mermaid.quoted("`**x**`") == '"#96;#42;#42;x#42;#42;#96;"'


def test_every_edge_of_a_graph_has_its_local_derivative():
    """The labels are ∂target/∂source, with their values."""
    picture = graph_picture(shipped("cs231n-add-mul"))
    assert all(edge.passed and edge.local is not None for edge in picture.edges)
    text = draw(shipped("mac0460-logistic"), "terminal")
    assert "−h₁/H² ≈ −0.2523" in text
    assert "∂L/∂w₁₁ ≈ −0.0374" in text


def test_only_draws_what_a_quantity_needs():
    """And nothing below it; a gradient brings the extended graph."""
    solution = shipped("mac0460-logistic")
    assert {b.id for b in graph_picture(solution, ["H"]).boxes} == {
        "H", "h1", "h2", "z1", "z2", "w11", "w12", "w21", "w22", "x1", "x2", "b1", "b2",
    }  # fmt: skip
    assert "dL/dp1" in {b.id for b in graph_picture(solution, ["dL/dp1"]).boxes}
    with pytest.raises(UnknownQuantityError):
        graph_picture(solution, ["q9"])


def test_too_many_boxes_are_refused_with_a_way_out():
    """More than a page can hold: the message names --only."""
    lines = "\n".join(f"    v{k} = v{k - 1} + x" for k in range(1, 400))
    text = f"graph:\n  inputs: {{x: 1, v0: 1}}\n  define: |\n{lines}\n"
    solution = solve(parse_problem(text))
    with pytest.raises(DrawingError, match="--only"):
        graph_picture(solution)
    assert graph_picture(solution, ["v20"]).boxes


def test_what_is_no_network_has_no_units():
    """And an instance that is not there is refused."""
    with pytest.raises(DrawingError, match="not a network"):
        network_picture(shipped("karpathy"))
    with pytest.raises(DrawingError, match="no instance 5"):
        network_picture(shipped("xor"), 5)


def test_very_many_layers_are_refused():
    layers = ", ".join(["{weights: [[1]]}"] * 200)
    with pytest.raises(DrawingError, match="200 layers"):
        network_picture(solve(parse_problem(f"network: {{input: 1, layers: [{layers}]}}")))


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="unknown format 'gif'"):
        draw(shipped("lez5"), "gif")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_network_without_a_loss_has_no_box_for_it(kind):
    """Its units and weights are drawn, and no gradient."""
    network = "network: {input: [1, 2], layers: [{weights: [[0.25, 3]], bias: 1, activation: tanh}]"
    bare = draw(solve(parse_problem(network + "}")), kind, network=True)
    whole = draw(solve(parse_problem(network + ", target: 1, loss: squared_error}")), kind, network=True)
    for text in (bare, whole):
        assert "0.25" in text
    assert "loss" not in bare.lower()
    assert "\u2202" not in bare
    assert len(bare) < len(whole)


@pytest.mark.parametrize("plain", [False, True])
def test_very_many_rails_become_a_list_of_uses(plain):
    """A quantity names those that use it where the lines between them would fill the page."""
    inputs = ", ".join(f"x{k}: {k}" for k in range(1, 21))
    define = "y: " + " + ".join(f"x{k}" for k in range(1, 21)) + ", z: x1 * x2"
    text = draw(solve(parse_problem(f"graph: {{inputs: {{{inputs}}}, define: {{{define}}}}}")), "terminal", ascii=plain)
    arrow = "->" if plain else "\u2192"
    assert [line.strip() for line in text.splitlines()].count(f"{arrow} y") == 18
    assert f"{arrow} y z" in text


def test_roots_of_names_have_no_brackets():
    text = draw(solve(parse_problem("graph: {inputs: {x: 4, w: 5}, define: {y: sqrt(x) + sqrt(x + w)}}")), "svg")
    shown = "".join(ET.fromstring(text).itertext())
    assert "\u221ax" in shown
    assert "\u221a(x" in shown


def test_wide_layers_are_elided():
    """The first units and the last one stand for 64; the number of the others is told."""
    column = network_picture(shipped("digits")).panels[0]
    assert [unit.number for unit in column.units] == [1, 2, 3, 4, 64]
    assert column.hidden == 59


@pytest.mark.parametrize("name", ["layout-wx", "layout-xw", "layout-xwt"])
def test_layout_of_the_formulas_changes_no_picture(name):
    """The same network written in three ways has the same weights on the same edges."""

    def weights(of):
        return [
            (w.source, w.target, w.weight, w.gradient and w.gradient[1]) for w in network_picture(shipped(of)).wires
        ]

    assert weights(name) == weights("layout-wx")


@pytest.mark.parametrize(
    ("case", "name", "settings"),
    [
        ("graph-lez5", "lez5", {"network": True}),
        ("graph-lez5-operations", "lez5", {}),
        ("graph-lez5-extended", "lez5", {"extended": True}),
        ("graph-mac0460-logistic", "mac0460-logistic", {}),
        ("graph-digits", "digits", {"network": True}),
    ],
)
def test_snapshots(case, name, settings, snapshots):
    """Every format of every kind of picture."""
    for kind, suffix in (("terminal", "txt"), ("svg", "svg"), ("dot", "dot"), ("mermaid", "mmd")):
        snapshots(case, suffix, draw(shipped(name), kind, **settings))


def test_ascii_snapshot(snapshots):
    """Rails and boxes without a single character beyond ASCII."""
    snapshots("graph-micrograd-ascii", "txt", draw(shipped("micrograd"), "terminal", ascii=True))
