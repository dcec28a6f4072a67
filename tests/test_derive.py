"""Derived programs: what is printed, and what the derivatives of derivatives are."""

from __future__ import annotations

import numpy as np
import pytest
from differences import central_difference

from bpcli import load_problem, parse_problem, solve
from bpcli.calculus.program import ProgramError
from bpcli.document.document import Table
from bpcli.inquiry.derive import DerivationError, derive, simplifications
from bpcli.lesson.derivation import derivation_document, program_equations
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer
from bpcli.problem.identifiers import UnknownQuantityError
from bpcli.problem.shipped import shipped_names
from bpcli.render import render


def shipped(name):
    return solve(load_problem(name))


def printed(solution, derivation):
    """The derived lines as text, by the names of what they bind."""
    _, derived = program_equations(derivation, Writer(solution.rounding))
    return {to_text(e.left): " = ".join(to_text(link.math) for link in e.links) for e, _ in derived}


def test_the_program_of_a_network_is_extended_by_its_gradients():
    """Only what the gradient asked for needs is printed, as formulas."""
    solution = shipped("lez5")
    derivation = derive(solution, ["W1"])
    assert [v.name for v in derivation.derivatives] == ["dL/dW1"]
    assert printed(solution, derivation) == {
        "∂L/∂y": "y − t",
        "σ′(a⁽²⁾)": "y ⊙ (1 − y)",
        "∂L/∂a⁽²⁾": "∂L/∂y ⊙ σ′(a⁽²⁾)",
        "∂L/∂h⁽¹⁾": "W⁽²⁾ᵀ ∂L/∂a⁽²⁾",
        "σ′(a⁽¹⁾)": "h⁽¹⁾ ⊙ (1 − h⁽¹⁾)",
        "∂L/∂a⁽¹⁾": "∂L/∂h⁽¹⁾ ⊙ σ′(a⁽¹⁾)",
        "∂L/∂W⁽¹⁾": "∂L/∂a⁽¹⁾ xᵀ",
    }


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_program_is_a_program(name):
    """Lines are bound once and use only what stands above them; values are those of the solution."""
    solution = shipped(name)
    if solution.output.shape != ():
        pytest.skip("no number to differentiate")
    derivation = derive(solution)
    derivation.program.check()
    values = derivation.evaluate()
    for variable in derivation.derivatives:
        if variable.name in solution.values and not solution.rounding.each_step:
            np.testing.assert_allclose(values[variable.name], solution.values[variable.name], rtol=1e-12, atol=1e-15)


def test_gradients_by_what_is_given():
    """A quantity that the solution has no gradient for is differentiated by as well."""
    solution = shipped("lez5")
    derivation = derive(solution, ["x", "t"])
    values = derivation.evaluate()
    for name in ("x", "t"):

        def loss(value, name=name):
            return float(derivation.evaluate({name: value})["L"])

        np.testing.assert_allclose(values[f"dL/d{name}"], central_difference(loss, solution.values[name]), rtol=1e-8)


def test_gradient_by_what_the_output_does_not_depend_on_is_zero():
    """The derivative by it is there, and is 0."""
    derivation = derive(shipped("softmax-3class"), ["W"])
    assert np.all(derivation.evaluate()["dL/dW"] == 0)


def test_second_derivatives_by_one_entry():
    """An entry of a gradient is a number, so its gradient is a row of the Hessian."""
    solution = shipped("lez5")
    derivation = derive(solution, ["W1", "b2"], "dL/dW1[1,2]")
    values = derivation.evaluate()
    for name in ("W1", "b2"):

        def slope(value, name=name):
            return float(derivation.evaluate({name: value})["g"])

        found = central_difference(slope, solution.values[name])
        np.testing.assert_allclose(values[f"dg/d{name}"], found, rtol=1e-8, atol=1e-12)


def test_hessian_vector_product_is_symmetric():
    """⟨H v, u⟩ = ⟨v, H u⟩."""
    solution = shipped("mazur")
    u, v = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.3, 1.1, -0.7, 2.0])
    first = derive(solution, ["W1"], "dL/dW1", v).evaluate()["dg/dW1"]
    second = derive(solution, ["W1"], "dL/dW1", u).evaluate()["dg/dW1"]
    assert np.ravel(first) @ u == pytest.approx(np.ravel(second) @ v, rel=1e-12)


def test_known_values_are_named_in_second_derivatives():
    """σ(a) is h where h has that value; transposes of transposes and products with 1 do not appear."""
    lines = printed(shipped("lez5"), derive(shipped("lez5"), ["W1"], "dL/dW1"))
    assert lines["∂g/∂(∂L/∂W⁽¹⁾)"] == "v"
    assert lines["∂g/∂a⁽²⁾"] == "∂g/∂y ⊙ σ′(a⁽²⁾) + ∂g/∂σ′(a⁽²⁾) ⊙ (σ′(a⁽²⁾) ⊙ (1 − 2 y))"
    assert not any("(xᵀ)ᵀ" in line for line in lines.values())


def test_softmax_jacobian_by_rows():
    """The gradient of one probability is a row of diag(p) − p pᵀ."""
    solution = solve(parse_problem("graph: {inputs: {z: [0.3, -1.0, 0.8]}, define: {p: softmax(z)}, gradients: []}"))
    p = np.ravel(solution.values["p"])
    for i in range(3):
        row = derive(solution, ["z"], f"p[{i + 1}]").evaluate()["dg/dz"]
        np.testing.assert_allclose(np.ravel(row), p[i] * (np.eye(3)[i] - p), rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"wrt": ["W1[1,2]"]}, "whole quantities"),
        ({"wrt": ["dL/dW1"]}, "forward pass"),
        ({"of": "dL/dW1[3,1]"}, "no entry"),
        ({"of": "L@1"}, "cannot be differentiated"),
        ({"of": "dL/dW1", "direction": [1, 2]}, "needs 4 numbers"),
        ({"direction": [1]}, "--of"),
        ({"of": "L", "direction": [1]}, "no number"),
    ],
)
def test_what_cannot_be_derived_is_refused(arguments, message):
    """With a sentence that says why."""
    with pytest.raises(DerivationError, match=message):
        derive(shipped("lez5"), **arguments)


def test_unknown_quantities_are_refused():
    """An id that names nothing is an error with the nearest ids."""
    with pytest.raises(UnknownQuantityError):
        derive(shipped("lez5"), ["W3"])
    with pytest.raises(UnknownQuantityError):
        derive(shipped("lez5"), of="dL/dW9")


def test_letters_that_are_taken_are_not_used_again():
    """A graph with a g and a v of its own can be differentiated twice."""
    text = "graph: {inputs: {g: [1, 2], v: 3}, define: {L: v * norm2(g)}}"
    derivation = derive(solve(parse_problem(text)), ["g"], "dL/dg")
    try:
        derivation.program.check()
    except ProgramError as error:
        pytest.fail(str(error))
    assert derivation.output.name == "q"


# --- known simplifications ---


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("softmax-3class", {"∂L/∂z": "p − t"}),
        ("what-how-why-bce", {"∂L/∂a⁽²⁾": "y − t"}),
        ("mac0460-logistic", {"∂L/∂z₁": "p₁ − y₁", "∂L/∂z₂": "p₂ − y₂"}),
        ("class-targets", {"∂J/∂a⁽¹⁾": "(1/m) (y − t)"}),
        ("lez5", {}),
    ],
)
def test_known_simplifications(name, found):
    """Softmax with cross-entropy and σ with its binary form come to y − t, in networks and in graphs."""
    solution = shipped(name)
    derivation = derive(solution)
    items = simplifications(solution, derivation.program)
    writer = Writer(solution.rounding)
    assert {to_text(i.line.variable.math): to_text(writer.math(i.formula)) for i in items} == found


def test_targets_that_do_not_sum_to_one_simplify_nothing():
    """y − t supposes that Σ t = 1."""
    text = "graph: {inputs: {z: [1, 2], t: [0.5, 0.9]}, define: {p: softmax(z), L: 'cross_entropy(t, p)'}}"
    solution = solve(parse_problem(text))
    assert simplifications(solution, derive(solution, ["z"]).program) == ()


def test_one_hot_targets_are_told():
    """The proof has both ways in numbers, and a remark for one-hot targets."""
    solution = shipped("softmax-3class")
    text = render(derivation_document(solution, derive(solution)), "terminal", width=100)
    assert "∂L/∂z comes to p − t" in text
    assert "One-hot targets (t)" in text
    assert text.count("−0.335") >= 2


# --- documents ---


def test_values_on_request():
    """The numbers of the derivatives stand at the end where they are asked for."""
    solution = shipped("lez5")
    derivation = derive(solution, ["W1"], "dL/dW1")
    with_values = derivation_document(solution, derivation, with_values=True)
    without = derivation_document(solution, derivation)
    assert (
        sum(isinstance(b, Table) for b in with_values.blocks) == sum(isinstance(b, Table) for b in without.blocks) + 1
    )


@pytest.mark.parametrize(
    ("case", "name", "arguments"),
    [
        ("derive-lez5", "lez5", {}),
        ("derive-lez5-hessian", "lez5", {"wrt": ["W1"], "of": "dL/dW1"}),
        ("derive-mac0460-logistic", "mac0460-logistic", {}),
        ("derive-class-targets", "class-targets", {}),
    ],
)
def test_snapshots(case, name, arguments, snapshots):
    """The document in the terminal, as Markdown and as LaTeX."""
    solution = shipped(name)
    derivation = derive(solution, **arguments)
    document = derivation_document(solution, derivation, with_values=bool(arguments))
    snapshots(case, "txt", render(document, "terminal", width=80))
    snapshots(case, "md", render(document, "markdown"))
    snapshots(case, "tex", render(document, "latex"))
