"""Second derivatives of everything that ships, and of every operation that a problem can name."""

from __future__ import annotations

import numpy as np
import pytest
from differences import central_difference

from bpcli import load_problem, parse_problem, solve
from bpcli.inquiry.derive import derive
from bpcli.problem.shipped import shipped_names

random = np.random.default_rng(11)


def agrees_with_differences(solution, of, wrt, tolerance=2e-6):
    """The gradient of Σ G ⊙ v by formulas against central differences of the first derivative G."""
    variable = solution.variables[solution.resolve(of).name]
    direction = random.uniform(-1, 1, variable.shape) if variable.shape else None
    derivation = derive(solution, [wrt], of, direction)
    derivation.program.check()
    values = derivation.evaluate()
    name = derivation.derivatives[0].name

    def first(value):
        return float(derivation.evaluate({wrt: value})[derivation.output.name])

    expected = central_difference(first, solution.values[wrt])
    assert np.shape(values[name]) == np.shape(expected)
    scale = max(1e-3, float(np.max(np.abs(expected))))
    np.testing.assert_allclose(values[name], expected, rtol=tolerance, atol=tolerance * scale)


SMALL = [name for name in shipped_names() if name not in ("digits", "iris")]


@pytest.mark.parametrize("name", SMALL)
def test_shipped_problems(name):
    """The Hessian with respect to each parameter, times a random direction."""
    solution = solve(load_problem(name))
    if solution.output.shape != () or f"d{solution.output.name}/d" not in "".join(solution.variables):
        pytest.skip("no gradient to differentiate")
    parameters = [v for v in solution.built.parameters if v in solution.program.inputs]
    if name == "relu-at-zero":
        parameters = [v for v in parameters if v.layer == 2]  # the first layer stands at a kink
    for variable in parameters:
        agrees_with_differences(solution, f"d{solution.output.name}/d{variable.name}", variable.name)


@pytest.mark.parametrize(
    "activation", ["identity", "sigmoid", "tanh", "softplus", "elu", "relu", "leaky_relu", "softmax"]
)
@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error", "huber", "absolute_error"])
def test_networks(activation, loss):
    """Every activation below every loss, one instance and a batch of two."""
    layer = f"{{weights: [[0.6, -0.4], [0.3, 0.9]], bias: [0.1, -0.2], activation: {activation}}}"
    last = "{weights: [[0.7, -0.8], [0.5, 0.35]], bias: 0.05, activation: tanh}"
    for data in (
        "input: [0.8, -0.5], target: [0.9, -0.4]",
        "inputs: [[0.8, -0.5], [0.3, 0.6]], targets: [[0.9, -0.4], [-0.8, 0.7]]",
    ):
        solution = solve(parse_problem(f"network: {{{data}, layers: [{layer}, {last}], loss: {loss}}}"))
        top = solution.output.name
        for wrt in ("W1", "b2"):
            agrees_with_differences(solution, f"d{top}/d{wrt}", wrt)
        agrees_with_differences(solution, f"d{top}/dW1", "W2")


POSITIVE = ("sum(x ^ y)",)


@pytest.mark.parametrize(
    "formula",
    [
        "sum(softmax(x) * y)", "norm2(x) ^ 3", "dot(x, y) ^ 2", "max(x) ^ 2", "min(x) * sum(y)", "mean(x * x * y)",
        "sum(max(x, y) * x)", "sum(min(x, y) ^ 2)", "x[1] * x[2] ^ 2", "sum(abs(x) ^ 3)", "sum(relu(x) * x * y)",
        "sum(sqrt(1 + x * x))", "sum(log2(2 + x) * log10(3 + y))", "sum(exp(x) / (1 + y * y))", "sum(sin(x) * cos(y))",
        "entropy(softmax(x))", "entropy(softmax(x), 2)", "kl(softmax(x), softmax(y))",
        "cross_entropy(softmax(y), softmax(x))", "sum(tanh(x) ^ 2)", "sum(x ^ y)",
        "binary_cross_entropy(sigmoid(y), sigmoid(x))", "(transpose(x) @ y)[1,1] ^ 2", "sum(leaky_relu(x, 0.2) * y)",
        "sum(softplus(x) * sigmoid(y))", "squared_error(x, y) ^ 2", "half_squared_error(x * x, y)",
    ],
)  # fmt: skip
def test_formulas(formula):
    """Every function that a graph may use."""
    text = f"graph: {{inputs: {{x: [0.7, -0.4, 1.3], y: [0.2, 0.9, -0.6]}}, define: {{L: '{formula}'}}}}"
    if formula in POSITIVE:
        text = text.replace("-", "")
    solution = solve(parse_problem(text))
    for of, wrt in (("x", "x"), ("x", "y"), ("y", "y")):
        if f"dL/d{of}" in solution.variables:
            agrees_with_differences(solution, f"dL/d{of}", wrt)


def test_softmax_jacobian_can_be_differentiated_again_and_again():
    """Softmax has no last derivative: its rules are made of operations that have rules."""
    from bpcli.calculus.backprop import differentiate
    from bpcli.calculus.expr import Variable, evaluate
    from bpcli.calculus.ops.elementary import multiply
    from bpcli.calculus.ops.matrices import total
    from bpcli.calculus.ops.reductions import softmax
    from bpcli.calculus.program import Binding, Program
    from bpcli.document.mathtree import Identifier

    x = Variable("x", (3, 1), Identifier("x"))
    weights = [Variable(f"w{k}", (3, 1), Identifier("w")) for k in range(4)]
    out = Variable("s0", (), Identifier("s"))
    program = Program((x, *weights), (Binding(out, total(multiply(softmax(None)(x), weights[0])), "forward", ""),))
    for order in range(1, 4):
        program = differentiate(
            program, out, [x], lambda of, order=order: Variable(f"d{order}{of.name}", of.shape, Identifier("d"))
        )
        slope = program.variables()[f"d{order}x"]
        start = np.array([[0.2], [-0.5], [0.9]])
        values = {w.name: np.arange(1.0, 4.0).reshape(3, 1) ** k for k, w in enumerate(weights, start=1)}

        def run(at, program=program, values=values):
            known = {**values, "x": at}
            for line in program.bindings:
                known[line.variable.name] = evaluate(line.expr, known)
            return known

        found = run(start)[slope.name]
        expected = central_difference(lambda at, out=out, run=run: float(run(at)[out.name]), start)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
        out = Variable(f"s{order}", (), Identifier("s"))
        program = program.extended([Binding(out, total(multiply(slope, weights[order])), "forward", "")])


def test_what_nothing_changes_with_has_no_gradient():
    """A quantity that a custom function takes and does not use has the gradient 0, not 1."""
    text = """
functions: {"first(p, q)": p + 0 * 1}
graph: {inputs: {a: 2, b: 3}, define: {u: 5 * b, L: 'first(a * a, u)'}}
"""
    solution = solve(parse_problem(text))
    assert solution["dL/da"] == 4
    assert solution["dL/db"] == 0
