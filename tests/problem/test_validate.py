import gc
import re
from pathlib import Path

import pytest
from hanging import no_hanging

from bpcli.diagnostics import ProblemError, Span
from bpcli.problem.codes import CODES
from bpcli.problem.model import Problem
from bpcli.problem.syntax import BinaryOperation
from bpcli.problem.validate import read_problem

BAD = Path(__file__).parents[1] / "problems" / "bad"
SOURCES = Path(__file__).parents[2] / "bpcli" / "problem"
EXPECTATION = re.compile(r"(?:# expect )?(?:(\d+):(\d+)|-) ([a-z-]+)")

NETWORK = """\
network:
  input: [0.5, 0.1]
  target: [0.01, 0.99]
  layers:
    - {weights: [[0.15, 0.20], [0.25, 0.30]], bias: [0.35, 0.35], activation: sigmoid}
    - {weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60, activation: sigmoid}
  loss: half_squared_error
"""


def expectations(path: Path) -> list[tuple[str, int, int]]:
    """The comments at the head of a bad file, or the lines of a file beside it."""
    sidecar = path.with_suffix(".expected")
    lines = (
        sidecar.read_text().splitlines() if sidecar.exists() else path.read_bytes().decode(errors="replace").split("\n")
    )
    found = []
    for line in lines:
        match = EXPECTATION.fullmatch(line.strip())
        if match is None:
            break
        found.append((match[3], int(match[1] or 0), int(match[2] or 0)))
    return found


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_files_give_their_diagnostics_and_no_others(path, vocabulary):
    expected = expectations(path)
    assert expected
    with pytest.raises(ProblemError) as caught:
        read_problem(path.read_bytes(), path.name, vocabulary)
    found = [(d.code, *(d.span[:2] if d.span else (0, 0))) for d in caught.value.diagnostics]
    assert found == expected
    assert {code for code, *_ in found} <= CODES.keys()


def test_the_list_of_codes_is_complete():
    sources = {path.name: path.read_text() for path in SOURCES.glob("*.py")}
    del sources["codes.py"]
    text = "".join(sources.values())
    quoted = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', text))
    assert CODES.keys() <= quoted, "explained, but never given"
    given = set(
        re.findall(r'(?:\.add|\.fail|_refuse|_fail|Diagnostic|Problem)\((?:[^"()]*?, |\s*)"([a-z]+(?:-[a-z]+)+)"', text)
    )
    assert given <= CODES.keys(), "given, but not explained"
    assert all(text.endswith(".") and "\n" not in text for text in CODES.values())


def test_every_code_has_a_bad_file():
    shown = {code for path in BAD.glob("*.yaml") for code, *_ in expectations(path)}
    assert CODES.keys() - shown == {
        "file-too-large",
        "text-too-long",
        "too-many-nodes",
        "too-many-errors",
        "function-as-name",
        # in tests/test_data_files.py, with their data files
        "csv-syntax",
        "data-file",
        "missing-header",
        "unknown-column",
    }


def read(text: str, vocabulary) -> Problem:
    return read_problem(text, "p.yaml", vocabulary)


def codes(text: str, vocabulary) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        read(text, vocabulary)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def test_a_network(vocabulary):
    problem = read("title: A  network\nlanguage: it\nnote: |\n  two\n  lines\n" + NETWORK, vocabulary)
    network = problem.network
    assert network is not None
    assert (problem.title, problem.language, problem.note, problem.source) == ("A network", "it", "two\nlines", "")
    assert not network.batch
    assert not network.class_targets
    assert network.input.values == (0.5, 0.1)
    first, second = network.layers
    assert first.weights.texts == (("0.15", "0.20"), ("0.25", "0.30"))
    assert first.weights.shape == (2, 2)
    assert first.bias is not None
    assert first.bias.shape == (2,)
    assert second.bias is not None
    assert (second.bias.shape, second.bias.texts) == ((), "0.60")
    assert first.trainable == {"weights", "bias"}
    assert first.activation.name == "sigmoid"
    assert first.activation.span == Span(10, 79, 10, 86)
    assert network.loss is not None
    assert (network.loss.name, network.loss.over_batch) == ("half_squared_error", "mean")
    assert network.update is None
    assert problem.graph is None


def test_everything_a_network_may_have(vocabulary):
    problem = read(
        """\
functions:
  swish(x): x * sigmoid(x)
  softsign(x): {value: x / (1 + abs(x)), derivative: 1 / (1 + abs(x))^2}
network:
  inputs: [[1, 2], [3, 4]]
  targets: [1, 0]
  layers:
    - {weights: [[1, 2]], activation: {name: leaky_relu, slope: 0.01}, trainable: [weights]}
    - {weights: [[1]], bias: [0], activation: swish, trainable: false}
  loss: {name: huber, delta: 1/2, factor: 2, over_outputs: mean, over_batch: sum}
  regularization: {l2: 0.1, l1: 1e-3, factor: 1/2, bias: true}
  update: {optimizer: momentum, learning_rate: 0.5, steps: 3, beta: .9, nesterov: true, form: v = beta v + (1-beta) g}
  training: {epochs: 10, batch_size: 1, shuffle: true, seed: 7, learning_rate: 1, stop: {objective_below: 0.1}}
conventions:
  affine: Wx+b
  symbols: {preset: ng, loss: ℓ}
  delta: true
  relu_at_zero: 1/2
display: {significant: 6, rounding: each_step}
check: {tolerance: {absolute: 0.01}, follow_through: 0.5, truncation: reject, points: {a1: 1, 'dL/dW2[1,2]': 2}}
""",
        vocabulary,
    )
    network = problem.network
    assert network is not None
    assert network.batch
    assert network.input.shape == (2, 2)
    assert (network.target and network.target.values, network.class_targets) == (((1.0,), (0.0,)), False)
    assert network.layers[0].activation.parameters["slope"].texts == "0.01"
    assert [layer.trainable for layer in network.layers] == [{"weights"}, frozenset()]
    assert network.loss is not None
    assert network.loss.delta is not None
    assert network.loss.delta.values == 0.5
    assert network.regularization is not None
    assert network.regularization.bias
    assert network.update is not None
    assert network.update.form == "v = βv + (1−β)g"
    assert (network.update.steps, network.update.nesterov, network.update.parameters["beta"].texts) == (3, True, ".9")
    assert network.training is not None
    assert (network.training.epochs, network.training.seed, network.training.objective_below) == (10, 7, 0.1)
    assert problem.conventions.affine == "W x + b"
    assert (problem.conventions.preset, dict(problem.conventions.symbols)) == ("ng", {"loss": "ℓ"})
    assert (problem.conventions.delta, problem.conventions.relu_at_zero) == (True, 0.5)
    assert (problem.display.significant, problem.display.decimals, problem.display.rounding) == (6, None, "each_step")
    assert [(name, points) for name, points, _ in problem.check.points] == [("a1", 1.0), ("dL/dW2[1,2]", 2.0)]
    assert (problem.check.absolute, problem.check.follow_through, problem.check.truncation) == (0.01, 0.5, "reject")
    swish, softsign = problem.functions
    assert (swish.name, swish.parameters, swish.derivative) == ("swish", ("x",), None)
    assert isinstance(softsign.derivative, BinaryOperation)
    assert softsign.derivative_span == Span(3, 54, 3, 72)


@pytest.mark.parametrize(
    ("written", "batch", "input_shape", "target_shape", "classes"),
    [
        ("{input: 1, target: 0, layers: [{weights: [[1]]}], loss: squared_error}", False, (1,), (1,), False),
        ("{input: [1], target: [0], layers: [{weights: [[1]]}]}", False, (1,), (1,), False),
        ("{inputs: [1, 2, 3], targets: [1, 2, 3], layers: [{weights: [[1]]}]}", True, (3, 1), (3, 1), False),
        ("{inputs: [[1, 2]], targets: [[1]], layers: [{weights: [[1, 1]]}]}", True, (1, 2), (1, 1), False),
        ("{input: 1, target: 1, layers: [{weights: [[1], [2]]}], loss: cross_entropy}", False, (1,), (), True),
        ("{input: 1, target: [0, 1], layers: [{weights: [[1], [2]]}], loss: cross_entropy}", False, (1,), (2,), False),
        (
            "{inputs: [1, 2], targets: [1, 0], layers: [{weights: [[1], [2]]}], loss: cross_entropy}",
            True,
            (2, 1),
            (2,),
            True,
        ),
        ("{input: 1, target: 1, layers: [{weights: [[1]]}], loss: cross_entropy}", False, (1,), (1,), False),
    ],
)
def test_one_instance_or_a_batch(written, batch, input_shape, target_shape, classes, vocabulary):
    network = read(f"network: {written}", vocabulary).network
    assert network is not None
    assert network.target is not None
    assert (network.batch, network.input.shape) == (batch, input_shape)
    assert (network.target.shape, network.class_targets) == (target_shape, classes)


@pytest.mark.parametrize(
    ("layout", "good"),
    [
        ("W x + b", "[[1, 2], [3, 4], [5, 6]]"),
        ("x W^T + b", "[[1, 2], [3, 4], [5, 6]]"),
        ("x W + b", "[[1, 2, 3], [4, 5, 6]]"),
    ],
)
def test_shapes_follow_the_layout_of_weights(layout, good, vocabulary):
    for weights in ("[[1, 2], [3, 4], [5, 6]]", "[[1, 2, 3], [4, 5, 6]]"):
        layer = f"{{weights: {weights}, bias: [1, 2, 3]}}"
        text = f"network: {{input: [1, 2], layers: [{layer}]}}\nconventions: {{affine: {layout}}}\n"
        if weights == good:
            assert read(text, vocabulary).conventions.affine == layout
        else:
            assert codes(text, vocabulary) == ["shape", "shape"]


def test_a_mismatch_names_both_places(vocabulary):
    text = NETWORK.replace("[[0.40, 0.45], [0.50, 0.55]]", "[[0.4, 0.45, 0.1], [0.5, 0.55, 0.2]]")
    with pytest.raises(ProblemError) as caught:
        read(text, vocabulary)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == "layer 2 has weights 2×3, but layer 1 has 2 units"
    assert (diagnostic.span, diagnostic.label) == (Span(6, 17, 6, 18), "2×3, expected 2 columns")
    (related,) = diagnostic.related
    assert (related.span, related.label) == (Span(5, 17, 5, 18), "2 units come from here")


def test_a_graph(vocabulary):
    problem = read(
        """\
graph:
  inputs: {x: -2, v: [1, 2], M: [[1, 2], [3, 4]], ŷ: 1/3}
  define:
    q: x + ŷ
    "f": "q * v[1]"
  gradients: [q, x]
""",
        vocabulary,
    )
    graph = problem.graph
    assert graph is not None
    assert [(item.name, item.numbers.shape) for item in graph.inputs] == [
        ("x", ()),
        ("v", (2,)),
        ("M", (2, 2)),
        ("ŷ", ()),
    ]
    assert [(item.name, item.formula.span) for item in graph.definitions] == [
        ("q", Span(4, 8, 4, 13)),
        ("f", Span(5, 11, 5, 19)),
    ]
    assert (graph.output, graph.gradients) == ("f", ("q", "x"))


def test_a_text_block_has_exact_places(vocabulary):
    text = """\
graph:
  inputs:
  define: |

      # a comment
      y = 2 * 3
        z=y^2

  output: y
  gradients: []
"""
    graph = read(text, vocabulary).graph
    assert graph is not None
    y, z = graph.definitions
    assert (y.span, y.formula.span) == (Span(6, 7, 6, 8), Span(6, 11, 6, 16))
    assert (z.span, z.formula.span) == (Span(7, 9, 7, 10), Span(7, 11, 7, 14))
    assert (graph.output, graph.gradients, graph.inputs) == ("y", (), ())
    assert read(text.replace("\n", "\r\n"), vocabulary).graph == graph


def test_lines_in_quotes_may_be_comments(vocabulary):
    graph = read('graph:\n  define: "y = 2\\n\\n# note\\nz = y"\n', vocabulary).graph
    assert graph is not None
    assert [definition.name for definition in graph.definitions] == ["y", "z"]


def test_text_that_is_not_in_the_file_as_read_is_placed_as_a_whole(vocabulary):
    graph = read('graph:\n  define:\n    y: "1 +\\u0020 2"\n    z: 1 +\n      y\n', vocabulary).graph
    assert graph is not None
    y, z = (definition.formula for definition in graph.definitions)
    assert isinstance(y, BinaryOperation)
    assert y.span == y.left.span == Span(3, 8, 3, 21)
    assert z.span == Span(4, 8, 5, 8)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("exp", "function-as-name"),
        ("exp + 1", "function-as-name"),
        ("q", "unknown-name"),
        ("sigmoud(x)", "unknown-function"),
        ("max()", "argument-count"),
        ("kl(x)", "argument-count"),
        ("dot(x, x, x)", "argument-count"),
        ("\u0445", "unknown-name"),
        ("q" * 5_000, "unknown-name"),
    ],
)
def test_names_in_formulas(formula, code, vocabulary):
    assert codes(f"graph:\n  inputs: {{x: 1}}\n  define: {{y: '{formula}'}}\n", vocabulary) == [code]


def test_messages_stay_short(vocabulary):
    name = "q" * 500
    text = f"graph:\n  inputs: {{{name}: 1}}\n  define: |\n    y = {name}1 + {name}2(1)\n    {name}3 = 1\n"
    with pytest.raises(ProblemError) as caught:
        read(text, vocabulary)
    assert [d.code for d in caught.value.diagnostics] == ["bad-name", "unknown-name", "unknown-function", "bad-name"]
    assert all(len(d.message) < 120 and len(d.help) < 1000 for d in caught.value.diagnostics[:2])


def test_nearest_names_are_suggested(vocabulary):
    with pytest.raises(ProblemError) as caught:
        read("graph:\n  inputs: {weight: 1}\n  define:\n    y: weigth + sigmiod(1)\n", vocabulary)
    assert [d.help.split(" known")[0] for d in caught.value.diagnostics] == [
        "did you mean `weight`?",
        "did you mean `sigmoid`?",
    ]


def test_names_that_other_formats_would_change_stay_text(vocabulary):
    graph = read("graph:\n  inputs: {no: 1, on: 2, n: 3, y: 4}\n  define: {yes: no + on + n + y}\n", vocabulary).graph
    assert graph is not None
    assert [item.name for item in graph.inputs] == ["no", "on", "n", "y"]


def test_functions_may_use_those_above(vocabulary):
    problem = read("functions:\n  f(x): x^2\n  g(a, b): f(a) + b\ngraph:\n  define: {y: 'g(1, 2)'}\n", vocabulary)
    assert [function.parameters for function in problem.functions] == [("x",), ("a", "b")]


def test_very_many_mistakes_are_cut_off(vocabulary):
    lines = "\n".join(f"    y{i} = q{i}" for i in range(5_000))
    with no_hanging():
        found = codes(f"graph:\n  define: |\n{lines}\n", vocabulary)
    assert len(found) == 100
    assert found[-1] == "too-many-errors"


def test_a_large_graph_is_read_in_seconds(vocabulary):
    lines = "\n".join(f"    z{i + 1} = w*z{i} + b" for i in range(100_000))
    with no_hanging():
        graph = read(f"graph:\n  inputs: {{w: 0.5, b: 1, z0: 1}}\n  define: |\n{lines}\n", vocabulary).graph
    assert graph is not None
    assert len(graph.definitions) == 100_000
    assert graph.definitions[-1].formula.span == Span(100_003, 15, 100_003, 27)


def test_a_formula_of_a_graph_may_be_long(vocabulary):
    text = "graph:\n  inputs: {x: 1}\n  define: |\n    y = x" + "+x" * 100_000 + "\n"
    assert read(text, vocabulary).graph is not None


def test_too_long_texts(vocabulary):
    assert codes(f"title: {'x' * 1001}\n{NETWORK}", vocabulary) == ["text-too-long"]
    assert codes(f"conventions: {{symbols: {{loss: {'x' * 17}}}}}\n{NETWORK}", vocabulary) == ["text-too-long"]


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_as_it_was(enabled, vocabulary):
    was_enabled = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        read(NETWORK, vocabulary)
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()


@pytest.mark.parametrize(
    ("file", "advice"),
    [
        ("decimal_comma", "a comma separates numbers"),
        ("decimal_comma_target", "a comma separates numbers"),
        ("batch_width", ""),
        ("commas_missing", "are the commas missing?"),
    ],
)
def test_advice_for_numbers_that_were_meant_otherwise(file, advice, vocabulary):
    with pytest.raises(ProblemError) as caught:
        read_problem((BAD / f"{file}.yaml").read_bytes(), file, vocabulary)
    help_text = caught.value.diagnostics[0].help
    assert help_text.startswith(advice)
    assert bool(help_text) == bool(advice)
