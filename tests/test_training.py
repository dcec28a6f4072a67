"""Training: the same numbers as worked updates, the losses that are promised, and how it stops."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.optimizer import FORMS
from bpcli.problem.model import Problem
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import rounding_of
from bpcli.training.checkpoint import CheckpointError, checkpoint_text
from bpcli.training.curve import curve_lines, curve_of, curve_svg
from bpcli.training.training import Settings, TrainingError, settings_of, train, worked_steps

PROMISED = {"xor": 0.01, "iris": 0.1, "digits": 0.05}


def trainable() -> list[str]:
    """What is updated with the gradient of all its instances at once."""
    networks = {name: n for name in shipped_names() if (n := load_problem(name).network) is not None}
    return [name for name, n in networks.items() if n.update is not None and not n.update.instances]


def network(update: str = "{learning_rate: 0.1}", **lines: str) -> Problem:
    """A small batch problem; `lines` replace lines of it."""
    text = {
        "functions": "  swish(x): x * sigmoid(x)",
        "inputs": "[[1, 0.5], [-1, 2], [0.2, -0.7], [0.4, 0.1], [2, -1]]",
        "targets": "[0, 2, 1, 0, 1]",
        "hidden": "tanh",
        "output": "softmax",
        "loss": "cross_entropy",
        "affine": "W x + b",
        "shapes": "[4, 2] [3, 4]",
        "bias": "{value: 0.2}",
        "more": "",
        **lines,
    }
    first, second = text["shapes"].replace("] [", "]|[").split("|")
    return parse_problem(
        f"""
functions:
{text["functions"]}
conventions: {{affine: {text["affine"]}}}
network:
  inputs: {text["inputs"]}
  targets: {text["targets"]}
  layers:
    - {{weights: {{shape: {first}, seed: 3}}, bias: {{value: 0.1}}, activation: {text["hidden"]}}}
    - {{weights: {{shape: {second}, seed: 4}}, bias: {text["bias"]}, activation: {text["output"]}}}
  loss: {text["loss"]}
  update: {update}
  {text["more"]}
"""
    )


def assert_same_as_worked(problem: Problem, settings: Settings) -> None:
    """Training gives the parameters that its updates give when each is worked by itself."""
    trained = train(problem, settings)
    state = {}
    for solution in worked_steps(problem, settings, trained.updates):
        state = {old.name: solution.values[new.name] for old, new in solution.built.state}
    assert trained.parameters
    for name, value in trained.parameters.items():
        np.testing.assert_allclose(value, state[name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", trainable())
def test_full_batch_training_is_what_solve_updates(name: str) -> None:
    """Five epochs of a shipped problem come to its parameters after five updates."""
    problem = load_problem(name)
    settings = settings_of(problem)._replace(epochs=5, batch_size=None, objective_below=None, learning_rate=None)
    if problem.network.data is not None:
        assert_same_as_worked(problem, settings)
        return
    trained = train(problem, settings)
    update = problem.network.update._replace(steps=5)
    solution = solve(
        problem._replace(network=problem.network._replace(update=update)),
        rounding_of(problem.display)._replace(each_step=False),
    )
    state = solution.states()[5]
    for parameter, value in trained.parameters.items():
        np.testing.assert_allclose(value, state[parameter], rtol=0, atol=1e-12)


OPTIMIZERS = [
    "{learning_rate: 0.1}",
    *(f'{{optimizer: momentum, learning_rate: 0.1, form: "{form}"}}' for form in FORMS["momentum"]),
    "{optimizer: momentum, learning_rate: 0.1, nesterov: true}",
    "{optimizer: rmsprop, learning_rate: 0.01}",
    "{optimizer: adagrad, learning_rate: 0.1}",
    "{optimizer: adam, learning_rate: 0.01}",
    "{optimizer: adamw, learning_rate: 0.01, weight_decay: 0.1}",
]


@pytest.mark.parametrize("update", OPTIMIZERS)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_optimizer_and_size_of_batch(update: str, size: int) -> None:
    """One at a time, mini-batches with a smaller last one, and the whole: the same as worked updates."""
    assert_same_as_worked(network(update), Settings(epochs=3, batch_size=size, shuffle=True, seed=7))


VARIANTS = [
    *({"hidden": name} for name in ("sigmoid", "relu", "softplus", "elu", "identity", "swish")),
    {"hidden": "{name: leaky_relu, slope: 0.1}"},
    {"more": "regularization: {l2: 0.1, l1: 0.01, bias: true}"},
    {"more": "instance_weights: [2, -1, 0.5, 0, 3]"},
    {"more": "instance_weights: [2, -1, 0.5, 0, 3]", "affine": "x W + b", "shapes": "[2, 4] [4, 3]"},
    {"affine": "x W + b", "shapes": "[2, 4] [4, 3]"},
    {"affine": "x W^T + b"},
    {
        "bias": "0.2",
        "output": "sigmoid",
        "loss": "half_squared_error",
        "targets": "[[0, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 0, 1]]",
    },
    {
        "loss": "squared_error",
        "output": "sigmoid",
        "targets": "[[0, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 0, 1]]",
    },
    *(
        {"loss": loss, "output": "sigmoid", "targets": "[[0, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 0, 1]]"}
        for loss in ("binary_cross_entropy", "absolute_error", "huber", "half_mean_squared_error")
    ),
    {"loss": "{name: cross_entropy, over_batch: sum, log_base: 2}"},
    {"targets": "[[1, 0, 0], [0.2, 0.2, 0.2], [0, 1, 0], [1, 0, 0], [0, 1, 0]]"},
]


@pytest.mark.parametrize("lines", VARIANTS, ids=lambda lines: ",".join(lines.values())[:40])
def test_every_kind_of_line(lines: dict[str, str]) -> None:
    """Activations, losses, regularisers, layouts: the same as worked updates."""
    assert_same_as_worked(network(**lines), Settings(epochs=3, batch_size=2, shuffle=True))


@pytest.mark.parametrize("name", PROMISED)
def test_promised_losses_are_reached(name: str) -> None:
    """What the notes of the shipped problems say about their training is so."""
    trained = train(load_problem(name))
    assert trained.history[-1].objective < PROMISED[name]
    assert trained.history[-1].accuracy > 0.95
    assert str(PROMISED[name]) in load_problem(name).note


def test_training_is_reproducible() -> None:
    """The same seed gives the same numbers, another one others."""
    problem = load_problem("iris")
    settings = settings_of(problem)._replace(epochs=3)
    first, again = train(problem, settings), train(problem, settings)
    other = train(problem, settings._replace(seed=5))
    assert first.history == again.history
    assert first.history != other.history


def test_stopping_rules() -> None:
    """The objective, the gradient and the clock end a training, and the report says which."""
    problem = load_problem("xor")
    settings = settings_of(problem)
    below = train(problem, settings)
    assert (below.reason, below.epochs < 10_000) == ("objective", True)
    gradient = train(problem, settings._replace(objective_below=None, gradient_below=0.01))
    assert gradient.reason == "gradient"
    adjoint = max(float(np.max(np.abs(s.values[f"dJ/d{n}"]))) for s in [_at_end(gradient)] for n in gradient.parameters)
    assert adjoint < 0.01
    assert train(problem, settings._replace(seconds=0.0)).reason == "time"
    assert train(problem, settings._replace(epochs=3)).reason == "epochs"


def _at_end(trained):
    return solve(parse_problem(checkpoint_text(trained)))


def test_divergence_names_update_and_quantity() -> None:
    """A learning rate far too large is told by the first update and quantity that left the numbers."""
    problem = network(
        output="identity",
        loss="squared_error",
        hidden="identity",
        targets="[[1, 1, 1], [2, 2, 2], [0, 0, 0], [1, 2, 1], [3, 1, 2]]",
    )
    trained = train(
        problem, Settings(epochs=500, learning_rate=problem.network.update.learning_rate._replace(values=1e80))
    )
    assert trained.reason == "diverged"
    fault = trained.fault
    assert fault.kind == "not-finite"
    assert 1 <= fault.update <= 5
    assert fault.quantity in {
        "a1",
        "a2",
        "h1",
        "y",
        "L",
        "J",
        "dJ/dy",
        "dJ/da1",
        "dJ/da2",
        "dJ/dh1",
        "dJ/dW1",
        "W1_new",
    }


def test_growing_objective_is_given_up() -> None:
    """An objective that only grows ends a training before it overflows."""
    trained = train(load_problem("iris"), settings_of(load_problem("iris"))._replace(learning_rate=_rate(1e6)))
    assert trained.fault.kind == "growing"
    assert trained.epochs < 20


def _rate(value: float):
    update = load_problem("xor").network.update
    return update.learning_rate._replace(values=value, texts=repr(value))


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("karpathy", Settings(), "only a `network:`"),
        ("class-targets", Settings(), "no learning rate"),
        ("iris", Settings(epochs=1_000_000, batch_size=1), "at most 50,000,000"),
    ],
)
def test_refusals_come_before_any_work(name: str, settings: Settings, told: str) -> None:
    """What cannot be trained, or not within bounds, is refused with its cost and its limit."""
    if name == "karpathy" and load_problem(name).graph is None:
        pytest.skip("a network by now")
    with pytest.raises(TrainingError, match=told):
        train(load_problem(name), settings)


def test_too_much_arithmetic_is_refused() -> None:
    """Few updates over a large network are counted by their products."""
    text = """
network:
  inputs: [[1], [2]]
  targets: [1, 2]
  layers:
    - {weights: {shape: [800, 1]}, activation: tanh}
    - {weights: {shape: [800, 800]}, activation: tanh}
    - {weights: {shape: [1, 800]}}
  loss: squared_error
  update: {learning_rate: 0.1}
"""
    problem = parse_problem(text)
    with pytest.raises(TrainingError, match="multiplications"):
        train(problem, Settings(epochs=50_000_000))


def small(network: str) -> Problem:
    return parse_problem(f"network: {{{network}, update: {{learning_rate: 0.1}}}}")


def test_what_cannot_be_trained_says_why() -> None:
    """Nothing to make small, and nothing that may change."""
    bare = parse_problem("network: {input: [1], layers: [{weights: [[1]]}]}")
    with pytest.raises(TrainingError, match="has none: give `loss:`"):
        train(bare)
    fixed = small("input: [1], target: [1], layers: [{weights: [[1]], trainable: false}], loss: squared_error")
    with pytest.raises(TrainingError, match="nothing is trained"):
        train(fixed)


def test_too_many_numbers_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows times units is memory."""
    monkeypatch.setattr("bpcli.training.training.MOST_HELD", 1_000)
    with pytest.raises(TrainingError, match="numbers at once"):
        train(load_problem("iris"), Settings(epochs=1))


@pytest.mark.parametrize("shuffle", [False, True])
def test_an_overflow_is_found_again(shuffle: bool) -> None:
    """The update and the quantity are named, in the order in which the instances came the first time."""
    problem = small("inputs: [[1], [2], [3]], targets: [1, 2, 1e300], layers: [{weights: [[1]]}], loss: squared_error")
    seen: list[tuple[int, int]] = []
    settings = Settings(epochs=400, batch_size=1, shuffle=shuffle, seed=3, learning_rate=_rate(1.0))
    trained = train(problem, settings, progress=lambda epoch, epochs, objective: seen.append((epoch, epochs)))
    assert trained.reason == "diverged"
    assert trained.fault is not None
    assert not np.isfinite(trained.history[-1].objective)
    assert seen
    assert all(epochs == 400 for _, epochs in seen)


def test_the_first_updates_stop_within_an_epoch() -> None:
    """As many solutions as were asked for, each of its own instances."""
    problem = load_problem("xor")
    worked = list(worked_steps(problem, Settings(epochs=2, batch_size=1, learning_rate=_rate(0.5)), 3))
    assert len(worked) == 3
    assert [solution["x"] for solution in worked] != [worked[0]["x"]] * 3


def test_updates_allocate_nothing() -> None:
    """Memory does not grow with the number of updates."""
    problem = load_problem("iris")
    settings = settings_of(problem)
    from bpcli.training.training import _Trainer

    trainer = _Trainer(problem, settings)
    trainer._epoch(fresh=False)
    gc.collect()
    tracemalloc.start()
    for load, calls in trainer.loads * 20:
        for call in (*load, *calls):
            call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000


# --- checkpoints -------------------------------------------------------------------------------------------------


def test_checkpoint_starts_where_training_ended(tmp_path) -> None:
    """A checkpoint is a problem with exactly the final parameters; everything else is as it was written."""
    trained = train(load_problem("xor"), settings_of(load_problem("xor"))._replace(epochs=7))
    text = checkpoint_text(trained)
    again = parse_problem(text)
    values = solve(again).values
    for name, value in trained.parameters.items():
        assert np.array_equal(values[name], value)
    assert again.title == trained.problem.title
    assert again.network.training.epochs == trained.problem.network.training.epochs
    more = checkpoint_text(train(again, Settings(epochs=1)))
    assert more.count("bpcli checkpoint") == 1


BLOCK_STYLE = """
title: In block style # a comment
network:
  inputs: [[1, 2]]
  targets: [[1]]
  layers:
    - weights:
        - [0.1, 0.2]   # first unit
        - [0.3, 0.4]

      # the bias is shared
      bias: 0.5
      activation: tanh
    - weights:
      - - 1
        - 2
  loss: squared_error
  update: {learning_rate: 0.1}
"""


def test_checkpoint_of_block_style() -> None:
    """Block sequences are replaced too, and comments beside them stay."""
    trained = train(parse_problem(BLOCK_STYLE), Settings(epochs=2))
    text = checkpoint_text(trained)
    assert "# the bias is shared" in text
    assert "# a comment" in text
    values = solve(parse_problem(text)).values
    for name, value in trained.parameters.items():
        assert np.array_equal(values[name], value)


def test_checkpoint_of_what_is_not_finite_is_refused() -> None:
    """There is no problem file with infinite weights."""
    trained = train(load_problem("xor"), Settings(epochs=1))
    broken = trained._replace(parameters={**trained.parameters, "W1": np.full((2, 2), np.inf)})
    with pytest.raises(CheckpointError):
        checkpoint_text(broken)


# --- curves ------------------------------------------------------------------------------------------------------


def test_curve_in_characters() -> None:
    """A curve fits its width, is logarithmic where it falls far, and has an ASCII form."""
    curve = curve_of("t", [(0, 1.0), (1, 0.1), (2, 0.01)], "epoch", "objective")
    assert curve.logarithmic
    for plain in (False, True):
        lines = curve_lines(curve, 60, ascii=plain)
        assert max(map(len, lines)) <= 60
        assert all(line.isascii() for line in lines) or not plain
        assert lines[0].split()[0] == "1"
        assert lines[-1].split() == ["0", "epoch", "2"]
    assert curve_lines(curve_of("t", [(0, float("nan"))], "epoch", "J"), 60) == []
    assert not curve_of("t", [(0, 1.0), (1, 0.5)], "epoch", "J").logarithmic


def test_curve_as_svg_is_well_formed() -> None:
    """A title with markup in it stays text."""
    from xml.etree import ElementTree

    points = [(i, 1 / (i + 1)) for i in range(5000)]
    root = ElementTree.fromstring(curve_svg(curve_of("<script>&\"'", points, "epoch", "objective")))
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "<script>&\"'"
    assert len(root.find("{http://www.w3.org/2000/svg}polyline").get("points").split()) <= 1000
