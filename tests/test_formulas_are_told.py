"""The formula of every line is on paper, whatever the line is called."""

from __future__ import annotations

import json

import pytest
from examples import tried
from hypothesis import given
from hypothesis import strategies as st

from bpcli import Solution, parse_problem, solve
from bpcli.calculus.expr import Variable
from bpcli.calculus.ops import functions
from bpcli.calculus.program import Binding
from bpcli.calculus.stages import is_long
from bpcli.diagnostics import BpcliError
from bpcli.document.document import Code, Equation, Strong
from bpcli.document.mathtree import Fenced, Identifier, Math, Number, Root, Subscript, Superscript, Words
from bpcli.document.rounding import Rounding
from bpcli.inquiry.derive import derive
from bpcli.lesson import lesson
from bpcli.lesson.derivation import program_equations
from bpcli.lesson.options import LessonOptions
from bpcli.lesson.steps import StepTeller
from bpcli.messages import LANGUAGES, Messages
from bpcli.notation.writer import Writer
from bpcli.render import render
from bpcli.solution.solution import Step as Solved

NAMES = st.from_regex(r"(x[1-3]?|y[1-3]?|xy|exp[12]|u[12])", fullmatch=True)
FORMULAS = ["{a}^2", "{a}^3", "{a}*{b}", "{a}", "exp({a})", "square({a})", "{a}^{b}", "-{a}", "sqrt({a})", "{a} + {b}"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Superscript(Identifier("x"), Number("2")), Subscript(Identifier("x"), Number("2"))),
        (Number("a"), Words("a")),
        (Root(Identifier("x")), Number("x")),
        (Number("x"), Identifier("x")),
        (Fenced(Superscript(Identifier("x"), Number("2"))), Fenced(Subscript(Identifier("x"), Number("2")))),
        (Strong("a"), Code("a")),
    ],
)
def test_what_is_written_alike_in_parts_is_not_the_same(one: Math, other: Math) -> None:
    """x² is not x₂: two nodes are equal where their class and all that they are made of are."""
    assert one != other
    assert not one == other  # noqa: SIM201 - both operators are asked
    assert one not in [other]
    assert {one: 1}.get(other) is None
    again = type(one)(*one)
    assert one == again
    assert not one != again  # noqa: SIM202
    assert hash(one) == hash(again)


def test_deep_trees_are_compared() -> None:
    def tower(top: Math) -> Math:
        for _ in range(20_000):
            top = Fenced(top)
        return top

    assert tower(Number("1")) == tower(Number("1"))
    assert tower(Number("1")) != tower(Number("2"))


@st.composite
def graphs(draw: st.DrawFn) -> Solution:
    """Graphs whose names look like formulas: `x2: x^2`, `xy: x*y`."""
    names = draw(st.lists(NAMES, min_size=4, max_size=8, unique=True))
    given_names, defined = names[:2], names[2:]
    known = list(given_names)
    define: dict[str, str] = {}
    for name in defined:
        form = draw(st.sampled_from(FORMULAS))
        define[name] = form.format(a=draw(st.sampled_from(known)), b=draw(st.sampled_from(known)))
        known.append(name)
    problem = {"graph": {"inputs": dict.fromkeys(given_names, 1), "define": define}}
    try:
        return solve(parse_problem(json.dumps(problem)))
    except BpcliError:  # numbers that leave the range are another test's matter
        return solve(parse_problem('{"graph": {"inputs": {"x": 1}, "define": {"x2": "x^2"}}}'))


def formula_links(equation: Equation) -> list[Math]:
    return [link.math for link in equation.links]


@tried()
@given(graphs())
def test_the_formula_of_every_line_is_in_its_step_and_in_the_derivation(solution: Solution) -> None:
    """For any graph, whatever its lines are called."""
    writer = Writer(solution.rounding)
    teller = StepTeller(solution, writer, Messages("en"), LessonOptions())
    for step in solution:
        if is_long(step.formula) or isinstance(step.formula, Variable):
            continue
        (told,) = teller.tell(1, step)
        assert writer.math(step.formula) in formula_links(told.body[0])  # type: ignore[union-attr, arg-type]
    derivation = derive(solution)
    computing, differentiating = program_equations(derivation, writer)
    told_lines = {str(equation.left): equation for equation, _ in (*computing, *differentiating)}
    for binding in derivation.program.bindings:
        if writer.math(binding.expr) != binding.variable.math:
            assert writer.math(binding.expr) in formula_links(told_lines[str(binding.variable.math)])


@pytest.mark.parametrize("kind", ["terminal", "latex", "markdown", "html", "typst"])
def test_a_square_called_like_one_is_written(kind: str) -> None:
    """`x2: x^2` is the most natural line there is."""
    solution = solve(parse_problem("graph:\n  inputs: {x: 3}\n  define:\n    x2: x^2\n    y3: x2^3\n"))
    text = render(lesson(solution), kind)
    square, cube = {
        "terminal": ("x₂ = x²", "y₃ = x₂³"),
        "latex": ("x^2", "x_2^3"),
        "markdown": ("x^2", "x_2^3"),
        "html": ("<msup><mi>x</mi><mn>2</mn></msup>", "<msub><mi>x</mi><mn>2</mn></msub>"),
        "typst": ("x^(2)", "x_(2)^(3)"),
    }[kind]
    assert square in text
    assert cube in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["terminal", "latex", "markdown", "html", "typst"])
def test_a_slope_outside_of_layers_has_a_title(language: str, kind: str) -> None:
    """A line for f′(a) of a quantity that belongs to no layer is told like any other."""
    solution = solve(parse_problem("graph:\n  inputs: {x: 3}\n  define:\n    h: tanh(x)\n"))
    x = solution.variables["x"]
    assert functions.tanh.derivative is not None
    slope = functions.tanh.derivative(x)
    name = Variable("f'(x)", (), Identifier("s"), "local_derivative", of=x)
    value = functions.tanh.derivative.forward(solution.values["x"])
    step = Solved(Binding(name, slope, "backward", "local_derivative"), value, value)
    teller = StepTeller(solution, Writer(Rounding()), Messages(language), LessonOptions())
    document = lesson(solution)._replace(blocks=tuple(teller.tell(1, step)), language=language)
    assert "None" not in render(document, kind)


def test_nothing_cannot_stand_in_a_sentence() -> None:
    with pytest.raises(TypeError, match="layer"):
        Messages("en").inline("title.affine", layer=None)
