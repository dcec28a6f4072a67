"""Formulas as text: what is written can be read back, and means the same."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, Variable, evaluate
from bpcli.calculus.ops import elementary, functions
from bpcli.compose.formula import translate
from bpcli.document.mathtree import Identifier
from bpcli.notation.equation import to_math
from bpcli.notation.text import to_text
from bpcli.problem.expression import Place, parse_formula

NAMES = {name: Variable(name, (), Identifier(name)) for name in "abc"}
VALUES = {"a": np.float64(1.3), "b": np.float64(0.7), "c": np.float64(2.1)}
OPERATORS: dict[str, Operation] = {
    "+": elementary.add,
    "-": elementary.subtract,
    "*": elementary.multiply,
    "/": elementary.divide,
    "^": elementary.power,
}
FUNCTIONS: dict[str, Operation] = {"exp": elementary.exp, "tanh": functions.tanh, "abs": elementary.absolute}
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}
ATOM = 5

leaves: st.SearchStrategy[Expr] = st.sampled_from(list(NAMES.values())) | st.integers(1, 9).map(
    lambda n: Constant(float(n), texts=str(n))
)


def grown(below: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    binary = st.tuples(st.sampled_from(list(OPERATORS.values())), below, below).map(lambda t: Apply(t[0], t[1:]))
    unary = st.tuples(st.sampled_from([elementary.negate, *FUNCTIONS.values()]), below).map(
        lambda t: Apply(t[0], t[1:])
    )
    return binary | unary


trees = st.recursive(leaves, grown, max_leaves=12)


def written(expr: Expr) -> tuple[str, int]:
    """Formula text with no more parentheses than its reader needs, written independently of the notation."""
    if isinstance(expr, Variable):
        return expr.name, ATOM
    if isinstance(expr, Constant):
        return str(expr.texts), ATOM
    assert isinstance(expr, Apply)
    for name, operation in FUNCTIONS.items():
        if expr.operation is operation:
            return f"{name}({written(expr.inputs[0])[0]})", ATOM
    if expr.operation is elementary.negate:
        return f"-{enclosed(expr.inputs[0], PRECEDENCE['neg'])}", PRECEDENCE["neg"]
    symbol = next(symbol for symbol, operation in OPERATORS.items() if expr.operation is operation)
    level = PRECEDENCE[symbol]
    to_the_right = symbol == "^"
    left = enclosed(expr.inputs[0], level + 1 if to_the_right else level)
    right = enclosed(expr.inputs[1], PRECEDENCE["neg"] if to_the_right else level + 1)
    return f"{left} {symbol} {right}", level


def enclosed(expr: Expr, least: int) -> str:
    text, level = written(expr)
    return text if level >= least else f"({text})"


def read(text: str) -> Expr:
    return translate(parse_formula(text, Place(1, 1), max_length=None).syntax, NAMES, {})


def value_of(expr: Expr) -> float:
    with np.errstate(all="ignore"):
        return float(evaluate(expr, VALUES))


def same(left: float, right: float) -> bool:
    return (math.isnan(left) and math.isnan(right)) or left == right or math.isclose(left, right, rel_tol=1e-12)


@given(trees)
def test_formula_is_read_as_it_was_written(tree: Expr) -> None:
    """Text with the fewest possible parentheses parses back to a tree of the same value."""
    assert same(value_of(read(written(tree)[0])), value_of(tree))


def reference(text: str) -> float:
    """Python reads these formulas as we do (`^` written `**`)."""
    names: dict[str, Any] = {name: float(value) for name, value in VALUES.items()}
    functions: dict[str, Callable[[float], float]] = {"exp": math.exp, "tanh": math.tanh, "abs": abs}
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, names | functions))


@pytest.mark.parametrize(
    "text",
    [
        "-a^2", "(-a)^2", "a^-2", "a^b^2", "(a^b)^2", "2^-a^2", "a - b - c", "a - (b - c)", "a / b / c", "a / (b / c)",
        "a / b * c", "a * b / c", "-a * b", "a * -b", "a - -b", "--a", "-a - b", "a + b * c ^ 2", "(a + b) * c",
        "exp(-a)^2", "-exp(a)", "abs(a - b) * 3", "2 * (a + b) ^ 2 / c", "a*(b + c)*2",
    ],
)  # fmt: skip
def test_precedence_is_that_of_python(text: str) -> None:
    """Powers bind tightest and to the right, then minus, then products, then sums, each to the left."""
    assert same(value_of(read(text)), reference(text))


def test_both_spellings_of_a_power_are_one() -> None:
    """`**` is `^`, and U+2212 is minus."""
    assert value_of(read("a ** 2 − b")) == value_of(read("a ^ 2 - b"))


# --- the notation of a lesson, read back ---

NAMED = {name: operation for name, operation in FUNCTIONS.items() if name != "abs"}  # |x| has no brackets to read
BESIDE = re.compile(r"(?<=[\w)]) (?=[\w(])")


def grown_for_lessons(below: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    binary = st.tuples(st.sampled_from(list(OPERATORS.values())), below, below).map(lambda t: Apply(t[0], t[1:]))
    unary = st.tuples(st.sampled_from([elementary.negate, *NAMED.values()]), below).map(lambda t: Apply(t[0], t[1:]))
    return binary | unary


@given(st.recursive(leaves, grown_for_lessons, max_leaves=12))
def test_notation_of_a_lesson_means_what_it_says(tree: Expr) -> None:
    """A formula as it is printed reads back to the same value, factors side by side being multiplied."""
    text = to_text(to_math(tree, lambda number: f"{number:g}", pytest.fail), ascii=True)
    assert same(value_of(read(BESIDE.sub(" * ", text))), value_of(tree)), text


def test_factors_side_by_side_in_an_exponent_stay_apart() -> None:
    """`a^(1 a)` and `a^((a + b) a)` keep the space between factors: `aa` would be another name."""
    a = NAMES["a"]
    for tree in (
        elementary.power(a, elementary.multiply(1.0, a)),
        elementary.power(a, elementary.multiply(elementary.add(a, a), elementary.negate(a))),
        elementary.power(a, elementary.multiply(a, a)),
    ):
        text = to_text(to_math(tree, lambda number: f"{number:g}", pytest.fail), ascii=True)
        assert same(value_of(read(BESIDE.sub(" * ", text))), value_of(tree)), text
