"""Random graphs of numbers: values and gradients are those that many digits and central differences give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
from examples import tried
from hypothesis import assume, event, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from bpcli import ProblemError, Solution, parse_problem, solve
from bpcli.inquiry.scalar import ScalarRangeError, solve_scalar

DIGITS, STEP = 60, -20
LARGEST = 1e4
"""Beyond this, and under its reciprocal in denominators, numbers say more about rounding than about gradients."""
MODERATE = 100.0
"""Up to this, what cancels in a textbook form leaves the digits that are compared."""
CLOSE = 1e-9

Values = Mapping[str, Any]


class Formula(NamedTuple):
    """A formula as a problem file has it, and what it comes to."""

    text: str
    value: Callable[[Values], Any]


class TooNearError(Exception):
    """At a kink, or at a number that a function has no value for."""


def away(value: Any, least: float = 1e-3) -> Any:
    if abs(value) < least:
        raise TooNearError
    return value


def positive(value: Any) -> Any:
    if value < 1e-3:
        raise TooNearError
    return value


def apart(first: Any, second: Any, chosen: Callable[[Any, Any], Any]) -> Any:
    away(first - second)
    return chosen(first, second)


UNARY: dict[str, Callable[[Any], Any]] = {
    "exp": mp.exp,
    "log": lambda a: mp.log(positive(a)),
    "log2": lambda a: mp.log(positive(a)) / mp.log(2),
    "log10": lambda a: mp.log(positive(a)) / mp.log(10),
    "sqrt": lambda a: mp.sqrt(positive(a)),
    "square": lambda a: a * a,
    "abs": lambda a: abs(away(a)),
    "sin": mp.sin,
    "cos": mp.cos,
    "tanh": lambda a: (mp.exp(a) - mp.exp(-a)) / (mp.exp(a) + mp.exp(-a)),
    "sigmoid": lambda a: 1 / (1 + mp.exp(-a)),
    "softplus": lambda a: mp.log(1 + mp.exp(a)),
    "relu": lambda a: a if away(a) > 0 else 0 * a,
    "leaky_relu": lambda a: a if away(a) > 0 else mpf(0.01) * a,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "({} + {})": lambda a, b: a + b,
    "({} - {})": lambda a, b: a - b,
    "({} * {})": lambda a, b: a * b,
    "({} / {})": lambda a, b: a / away(b),
    "abs({})^({})": lambda a, b: abs(away(a)) ** b,
    "max({}, {})": lambda a, b: apart(a, b, max),
    "min({}, {})": lambda a, b: apart(a, b, min),
}


def name_of(name: str) -> Formula:
    return Formula(name, lambda values: values[name])


def number(value: float) -> Formula:
    return Formula(repr(value), lambda values: mpf(value))


def applied(name: str, inner: Formula) -> Formula:
    return Formula(f"{name}({inner.text})", lambda values: UNARY[name](inner.value(values)))


def joined(pattern: str, first: Formula, second: Formula) -> Formula:
    text = pattern.format(first.text, second.text)
    return Formula(text, lambda values: BINARY[pattern](first.value(values), second.value(values)))


def formulas(names: list[str]) -> st.SearchStrategy[Formula]:
    constants = st.sampled_from([0.5, 2.0, 3.0, 1.25, 0.1]).map(number)
    leaves = st.sampled_from(names).map(name_of) | constants
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(applied, st.sampled_from(sorted(UNARY)), inner)
            | st.builds(joined, st.sampled_from(sorted(BINARY)), inner, inner)
        ),
        max_leaves=5,
    )


class Graph(NamedTuple):
    """Inputs and definitions, in order; the last name is the output."""

    inputs: dict[str, float]
    lines: dict[str, Formula]

    def text(self) -> str:
        given = ", ".join(f"{name}: {value!r}" for name, value in self.inputs.items())
        lines = "".join(f"    {name}: {line.text}\n" for name, line in self.lines.items())
        return f"graph:\n  inputs: {{{given}}}\n  define:\n{lines}"

    def values(self, inputs: Values) -> dict[str, Any]:
        found = dict(inputs)
        for name, line in self.lines.items():
            found[name] = line.value(found)
            if abs(found[name]) > LARGEST:
                raise TooNearError
        return found


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    numbers = st.integers(-30, 30).filter(bool).map(lambda tenths: tenths / 10)
    inputs = {f"x{k}": draw(numbers) for k in range(1, draw(st.integers(1, 4)) + 1)}
    lines: dict[str, Formula] = {}
    for k in range(1, draw(st.integers(1, 6)) + 1):
        lines[f"u{k}"] = draw(formulas([*inputs, *lines]))
    # The output uses whatever is left over, so that every line has a gradient.
    rest = name_of("u1")
    for name in [*lines][1:]:
        rest = joined("({} + {})", rest, applied("tanh", name_of(name)))
    return Graph(inputs, {**lines, "out": rest})


def slopes(graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    """All values, and the slope of the output in every input, with many digits."""
    with mp.workdps(DIGITS):
        given, step = {name: mpf(value) for name, value in graph.inputs.items()}, mpf(10) ** STEP
        found = {}
        for name, value in given.items():
            above, below = (graph.values({**given, name: value + sign * step})["out"] for sign in (1, -1))
            found[name] = (above - below) / (2 * step)
        return graph.values(given), found


def solved(graph: Graph) -> Solution:
    return solve(parse_problem(graph.text()))


@tried(0.5)
@given(graphs())
def test_random_graphs_agree_with_central_differences(graph: Graph) -> None:
    """Every value, and the gradient of the output by every input."""
    try:
        values, gradients = slopes(graph)
    except TooNearError:
        assume(False)
    assume(all(abs(slope) < LARGEST for slope in gradients.values()))
    solution = solved(graph)
    for name, value in values.items():
        if name in graph.lines:
            assert solution[name] == pytest.approx(float(value), rel=CLOSE, abs=CLOSE), graph.text()
    scale = max(1.0, *(abs(float(slope)) for slope in gradients.values()))
    for name, slope in gradients.items():
        assert solution[f"dout/d{name}"] == pytest.approx(float(slope), abs=CLOSE * scale), graph.text()
    event(f"{len(graph.lines)} lines")


@tried(0.5)
@given(graphs())
def test_random_graphs_by_single_numbers(graph: Graph) -> None:
    """The same slopes at scalar grain, where textbook forms are worked as written, while no step of them is huge."""
    try:
        _, gradients = slopes(graph)
        scalar = solve_scalar(solved(graph))
    except (TooNearError, ScalarRangeError):
        assume(False)
    assume(all(abs(value) < MODERATE for value in (*scalar.values, *scalar.gradients)))
    scale = max(1.0, *(abs(float(slope)) for slope in gradients.values()))
    for name, slope in gradients.items():
        (node,) = scalar.program.cells[name]
        assert scalar.gradients[node] == pytest.approx(float(slope), abs=CLOSE * scale), graph.text()


def test_a_value_that_there_is_not_is_refused() -> None:
    """What the references leave out is an error, and not a number."""
    for line in (
        applied("log", number(-1.0)),
        joined("({} / {})", number(1.0), joined("({} - {})", *[name_of("x1")] * 2)),
    ):
        with pytest.raises(TooNearError):
            line.value({"x1": mpf(1)})
        with pytest.raises(ProblemError):
            solved(Graph({"x1": 1.0}, {"out": line}))
