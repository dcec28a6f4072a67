"""Numbers at the edge: what is computed stays finite where the textbook formula does not."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from bpcli import ProblemError, Solution, parse_problem, solve
from bpcli.calculus.ops import functions, piecewise, reductions
from bpcli.lesson import lesson
from bpcli.render import render


def network(weights: object, target: object, activation: str, loss: str) -> Solution:
    return solve(
        parse_problem(
            f"network:\n  input: [1]\n  target: {target}\n  layers:\n"
            f"    - {{weights: {weights}, bias: {[0] * len(list(weights))}, activation: {activation}}}\n"  # type: ignore[call-overload]
            f"  loss: {loss}\n"
        )
    )


def graph(inputs: str, *lines: str) -> Solution:
    body = "".join(f"    {line}\n" for line in lines)
    return solve(parse_problem(f"graph:\n  inputs: {{{inputs}}}\n  define:\n{body}"))


@pytest.mark.parametrize(
    ("operation", "value", "expected"),
    [
        (functions.sigmoid, 1000.0, 1.0),
        (functions.sigmoid, -1000.0, 0.0),
        (functions.sigmoid, -40.0, 4.248354255291589e-18),
        (functions.sigmoid.derivative, 1000.0, 0.0),
        (functions.sigmoid.derivative, -40.0, 4.248354255291589e-18),
        (functions.sigmoid.derivative, 40.0, 4.248354255291589e-18),
        (functions.tanh.derivative, 1000.0, 0.0),
        (functions.tanh.derivative, 20.0, 1.6993417021166355e-17),
        (functions.softplus, 1000.0, 1000.0),
        (functions.softplus, -40.0, 4.248354255291589e-18),
        (piecewise.elu(), -1000.0, -1.0),
        (piecewise.elu(), 1000.0, 1000.0),
        (piecewise.elu(), -1e-20, -1e-20),
    ],
)
def test_activations_far_out(operation: object, value: float, expected: float) -> None:
    """σ, tanh, softplus and ELU neither overflow nor lose their digits far from 0."""
    assert operation(np.float64(value)) == pytest.approx(expected, rel=1e-14)  # type: ignore[operator]


def test_softmax_of_large_numbers() -> None:
    """Softmax is shifted before it is exponentiated."""
    np.testing.assert_array_equal(reductions.softmax(None)(np.array([[1000.0], [0.0]])), [[1.0], [0.0]])
    np.testing.assert_allclose(reductions.softmax(0)(np.full((2, 3), -1e5)), 0.5)


def test_cross_entropy_of_a_softmax_that_underflows() -> None:
    """With a = (1000, 0) and the second class right the loss is 1000 and its gradient y − t."""
    solution = network([[1000], [0]], [0, 1], "softmax", "cross_entropy")
    assert solution["L"] == 1000
    assert solution["dL/da1"] == [1, -1]
    assert solution["dL/dW1"] == [[1], [-1]]
    assert [step.id for step in solution if not np.all(np.isfinite(step.value))] == ["dL/dy"]


@pytest.mark.parametrize(("a", "t", "loss", "slope"), [(1000, 0, 1000, 1), (-1000, 1, 1000, -1), (1000, 1, 0, 0)])
def test_binary_cross_entropy_of_a_saturated_sigmoid(a: float, t: float, loss: float, slope: float) -> None:
    """σ(±1000) with its binary cross-entropy: the loss is |a| where the class is missed, the gradient y − t."""
    solution = network([[a]], [t], "sigmoid", "binary_cross_entropy")
    assert solution["L"] == loss
    assert solution["dL/da1"] == [slope]


def test_saturated_batch_in_bits() -> None:
    """Batches and other bases have the same detour."""
    solution = solve(
        parse_problem(
            "network:\n  inputs: [[1000, 0], [0, 1000]]\n  targets: [1, 1]\n"
            "  layers:\n    - {weights: [[1, 0], [0, 1]], activation: softmax}\n"
            "  loss: {name: cross_entropy, log_base: 2}\n"
        )
    )
    assert solution["L"] == pytest.approx([1000 / np.log(2), 0])
    np.testing.assert_allclose(solution["dJ/da1"], np.array([[1, 0], [-1, 0]]) / (2 * np.log(2)))


def test_loss_of_an_overridden_prediction_is_that_of_the_formula() -> None:
    """Put another y in and the loss is that of the y put in, not of the pre-activations it did not come from."""
    solution = network([[2], [1]], [0, 1], "softmax", "cross_entropy")
    values = solution.reevaluate({"y": np.array([[0.5], [0.5]])})
    assert values["L"] == pytest.approx(np.log(2))
    np.testing.assert_allclose(values["dL/dy"], [[0], [-2]])


def test_zero_times_the_logarithm_of_zero_is_zero() -> None:
    """0 log 0 = 0, its limit, in entropies and in losses."""
    solution = solve(
        parse_problem(
            "graph:\n  inputs: {p: [1, 0], q: [0.5, 0.5]}\n  define:\n    H: entropy(p, 2)\n    D: kl(p, q, 2)\n"
            "    CE: cross_entropy(p, q, 2)\n  gradients: []\n"
        )
    )
    assert [solution[name] for name in ("H", "D", "CE")] == [0, 1, 1]


@pytest.mark.parametrize(
    ("inputs", "lines", "quantity", "told"),
    [
        ("x: 1000", ("u: exp(x)", "L: u * 2"), "u", "exp of 1000 gives a number too large"),
        ("x: 0", ("u: x + 0", "L: log(u)"), "L", "log of 0 gives something infinite"),
        ("x: -1", ("L: log(x)",), "L", "log of -1 gives something undefined"),
        ("x: 0", ("L: 1 / x",), "L", "divide of 1, 0 gives something infinite"),
        ("x: -4", ("u: sqrt(x)", "L: u + 1"), "u", "sqrt of -4 gives something undefined"),
        ("x: 1e200", ("L: square(x)",), "L", "square of 1e+200 gives a number too large"),
        ("x: 0", ("L: sqrt(x)",), "dL/dx", "divide of 1, 0 gives something infinite"),
        ("v: [1, 0, 3]", ("u: log(v)", "L: sum(u)"), "u", "log of 0 gives something infinite"),
    ],
)
def test_value_that_is_not_finite_is_an_error_that_names_it(
    inputs: str, lines: tuple[str, ...], quantity: str, told: str
) -> None:
    """The error says which quantity, which operation, and of which numbers."""
    with pytest.raises(ProblemError) as caught:
        graph(inputs, *lines)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "not-finite"
    assert diagnostic.message.startswith(f"`{quantity}` is not a finite number: {told}")
    assert diagnostic.help


def test_logarithm_of_a_prediction_that_is_zero_is_an_error() -> None:
    """Without a softmax below it the cross-entropy has no detour."""
    with pytest.raises(ProblemError, match="`L` is not a finite number"):
        network([[0], [1]], [1, 0], "identity", "cross_entropy")


def test_training_that_diverges_is_an_error() -> None:
    """A learning rate that is far too large ends in an error, not in numbers that are none."""
    with pytest.raises(ProblemError, match="after 15 updates `L` is not a finite number"):
        solve(
            parse_problem(
                "network:\n  input: 1\n  target: 0\n  layers: [{weights: [[1]]}]\n  loss: squared_error\n"
                "  update: {optimizer: gradient_descent, learning_rate: 1e10, steps: 100}\n"
            )
        )


@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("z", [-700.0, -50.0, -37.0, -3.0, 0.5, 20.0, 36.0, 37.0, 50.0, 300.0, 700.0])
def test_sigmoid_with_its_cross_entropy_at_any_z(z, t):
    """−t/y + (1 − t)/(1 − y) and σ(z) − t have their digits where 1 − σ(z) and y − t have none."""
    layers = f"[{{weights: [[{z}]], activation: sigmoid}}]"
    solution = solve(parse_problem(f"network: {{input: 1, target: {t}, layers: {layers}, loss: binary_cross_entropy}}"))
    with mpmath.workdps(700):
        y = 1 / (1 + mpmath.e ** -mpmath.mpf(z))
        at_y, at_a = -t / y + (1 - t) / (1 - y), y - t
        # ulps of y are all that a may cost where it is not saturated
        assert abs(solution["dL/dy"][0] - at_y) <= 1e-10 * abs(at_y)
        assert abs(solution["dL/da1"][0] - at_a) <= max(1e-12 * abs(at_a), 0)
    shown = render(lesson(solution), "terminal", width=100)
    assert "nan" not in shown
    for line in shown.split("!"):
        assert "accurate value is [0]" not in " ".join(line.split())


def test_a_saturated_y_that_is_given_is_taken_at_its_word():
    """What somebody else wrote is not σ(a), so it has nothing to get back from there."""
    text = (
        "network: {input: 1, target: 1, layers: [{weights: [[50]], activation: sigmoid}], loss: binary_cross_entropy}"
    )
    solution = solve(parse_problem(text))
    found = solution.reevaluate({"y": np.array([[1 - 1e-9]])})
    assert found["dL/da1"] == pytest.approx(-1e-9, rel=1e-6)
    assert found["dL/dy"] == pytest.approx(-1, rel=1e-8)
