"""`bpcli new`: what it writes is solved at once, whatever was asked for."""

from __future__ import annotations

from itertools import product

import pytest

from bpcli.authoring.scaffold import OFFERED, Scaffold, ScaffoldError, graph_text, network_text, sizes
from bpcli.calculus.ops.losses import LOSSES
from bpcli.calculus.ops.registry import ACTIVATIONS
from bpcli.solution.load import parse_problem, solve


@pytest.mark.parametrize("units", ["1-1", "2-3-1", "3-4-3", "2-2-2-2", "100-3-2", "2-3-12"])
@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_size_is_solved(units: str, batch: int, seed: int) -> None:
    solution = solve(parse_problem(network_text(Scaffold(sizes(units), batch=batch, seed=seed))))
    shapes = [solution.variables[f"W{n}"].shape for n in range(1, units.count("-") + 1)]
    assert "-".join(map(str, (shapes[0][1], *(rows for rows, _ in shapes)))) == units


@pytest.mark.parametrize(
    ("hidden", "output"),
    [(hidden, output) for hidden, output in product(ACTIVATIONS, ("", *ACTIVATIONS)) if hidden != "softmax"],
)
def test_every_combination_is_solved_or_refused_with_a_way_out(hidden: str, output: str) -> None:
    for loss in ("", *LOSSES):
        wanted = Scaffold((2, 3, 2), hidden, output, loss)
        if loss in ("cross_entropy", "binary_cross_entropy", "kl") and output not in ("", "sigmoid", "softmax"):
            with pytest.raises(ScaffoldError, match="write --output"):
                network_text(wanted)
        else:
            assert len(solve(parse_problem(network_text(wanted)))) > 5, loss


@pytest.mark.parametrize("optimizer", OFFERED)
def test_every_optimizer(optimizer: str) -> None:
    solution = solve(parse_problem(network_text(Scaffold((2, 2, 1), optimizer=optimizer))))
    assert solution.update_steps == 1


@pytest.mark.parametrize(
    ("wanted", "output", "loss"),
    [
        (Scaffold((2, 3, 1)), "sigmoid", "binary_cross_entropy"),
        (Scaffold((2, 3, 2)), "sigmoid", "half_squared_error"),
        (Scaffold((2, 3, 3), output="softmax"), "softmax", "cross_entropy"),
        (Scaffold((2, 3, 1), output="identity"), "identity", "half_squared_error"),
        (Scaffold((2, 3, 3), loss="cross_entropy"), "softmax", "cross_entropy"),
        (Scaffold((2, 3, 1), loss="binary_cross_entropy"), "sigmoid", "binary_cross_entropy"),
    ],
)
def test_sensible_defaults(wanted: Scaffold, output: str, loss: str) -> None:
    settled = wanted.settled()
    assert (settled.output, settled.loss) == (output, loss)


def test_the_quantities_suggested_exist() -> None:
    """Its commented `check:` block works once the comment signs are gone."""
    for batch in (0, 2):
        text = network_text(Scaffold((2, 3, 1), batch=batch))
        text = text.replace("# check:", "check:").replace("#   points:", "  points:")
        problem = parse_problem(text)
        solution = solve(problem)
        assert len(problem.check.points) == 5
        for identifier, _, _ in problem.check.points:
            solution.look_up(identifier)


def test_the_update_suggested_works() -> None:
    text = network_text(Scaffold((2, 3, 1))).replace("# update:", "update:")
    assert "W1_new" in solve(parse_problem(text)).variables


def test_a_graph_is_solved() -> None:
    solution = solve(parse_problem(graph_text(3, "A graph")))
    assert solution.problem.title == "A graph"
    assert "dL/dw1" in solution.variables


def test_one_seed_one_file() -> None:
    wanted = Scaffold((3, 4, 2), seed=5)
    assert network_text(wanted) == network_text(wanted)
    assert network_text(wanted) != network_text(wanted._replace(seed=6))
    assert graph_text(1) != graph_text(2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "2-",
        "-2-3",
        "2–3",
        "2-a-1",
        "2-0-1",
        "2x3",
        "2-1e3",
        "999999-999999",
        "2-101-1",
        "60-60",
        "1" + "-1" * 21,
    ],
)
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ScaffoldError):
        sizes(text)


@pytest.mark.parametrize(
    "title", ['"quoted"', "back\\slash", "a: b # c", "- x", "\x1b[2J", "σ′ ∂", "a\nb", "{x}", "'", "\u202e0.1"]
)
def test_any_title_is_read_back(title: str) -> None:
    from bpcli.document.safe import safe

    for text in (network_text(Scaffold((2, 2, 1), title=title)), graph_text(1, title)):
        assert parse_problem(text).title == safe(title)
