"""Update steps as lines of a program: gradient descent, momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW, perceptron.

Where textbooks differ the problem names its form. Sources: Rosenblatt (1958) for the perceptron, Polyak (1964) and
Sutskever et al. (2013) for momentum and Nesterov's look-ahead (Goodfellow, Bengio and Courville 2016, algorithm 8.3,
with the other sign of v), Duchi et al. (2011) AdaGrad, Hinton's lecture 6e (2012) RMSProp, Kingma and Ba (2015) Adam,
Loshchilov and Hutter (2019) AdamW, Pascanu et al. (2013) clipping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import pi
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Variable
from bpcli.calculus.ops.elementary import (
    add,
    cosine,
    divide,
    exp,
    greater,
    lesser,
    multiply,
    negate,
    power,
    sqrt,
    square,
    subtract,
)
from bpcli.calculus.ops.matrices import total
from bpcli.calculus.ops.piecewise import floor
from bpcli.calculus.program import Binding
from bpcli.document.mathtree import Fenced, Identifier, Math, Number, Row, Subscript

OPTIMIZERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gradient_descent": (),
        "momentum": ("momentum", "beta"),
        "nesterov": ("momentum", "beta"),
        "rmsprop": ("beta", "epsilon"),
        "adagrad": ("epsilon",),
        "adam": ("beta1", "beta2", "epsilon"),
        "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
        "perceptron": (),
    }
)
"""Name → the parameters it takes besides the learning rate."""

WITHOUT_GRADIENTS = frozenset({"perceptron"})
"""They go by a rule of their own, not by the gradients of a loss."""

LOOK_AHEAD = "lookahead"
FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"momentum": ("v = βv + g", "v = βv + (1−β)g", "v = βv + ηg"), "nesterov": ("momentum", LOOK_AHEAD)}
)
"""The forms in which textbooks write an optimizer, the usual one first."""

SYMBOLS = {
    "learning_rate": "η",
    "momentum": "β",
    "beta": "β",
    "beta1": "β₁",
    "beta2": "β₂",
    "epsilon": "ε",
    "weight_decay": "λ",
}
DEFAULTS = {
    ("momentum", "beta"): "0.9",
    ("nesterov", "beta"): "0.9",
    ("rmsprop", "beta"): "0.9",
    ("rmsprop", "epsilon"): "1e-8",
    ("adagrad", "epsilon"): "1e-8",
    ("adam", "beta1"): "0.9",
    ("adam", "beta2"): "0.999",
    ("adam", "epsilon"): "1e-8",
    ("adamw", "beta1"): "0.9",
    ("adamw", "beta2"): "0.999",
    ("adamw", "epsilon"): "1e-8",
    ("adamw", "weight_decay"): "0.01",
}


class Falling(NamedTuple):
    """A learning rate that depends on the number of updates made: `step`, `exponential`, `inverse_time`, `cosine`."""

    name: str
    start: Constant
    decay: Constant | None = None
    every: int = 1
    steps: int | None = None


class Rule(NamedTuple):
    """An optimizer with its numbers: `parameters` by their names, those left out having their usual values.

    `form` is one of `FORMS`, None for the usual one; `nesterov` makes the step of momentum look ahead. The learning
    rate is a constant, an input that has another value in each update (a Variable), or a schedule. `start` has the
    moments that are there already (value and texts, by their names), `done` is how many updates came before.
    `ascent` climbs.
    """

    optimizer: str
    learning_rate: Constant | Variable | Falling
    parameters: Mapping[str, Constant] = MappingProxyType({})
    form: str | None = None
    nesterov: bool = False
    clip_norm: Constant | None = None
    clip_value: Constant | None = None
    start: Mapping[str, tuple[Array, Any]] = MappingProxyType({})
    done: int = 0
    ascent: bool = False

    @property
    def looks_ahead(self) -> bool:
        return self.optimizer == "nesterov" and self.form == LOOK_AHEAD


class UpdateLines(NamedTuple):
    """The lines of one update, the inputs they need (moments, the step number) and what each renews."""

    lines: tuple[Binding, ...]
    inputs: tuple[Variable, ...]
    values: dict[str, Array]
    texts: dict[str, Any]
    state: tuple[tuple[Variable, Variable], ...]


class Updates:
    """Makes the lines of an update: the point where gradients are taken first, the parameters' new values last.

    `taken` are the names of the program, for the step number and the learning rate to have others.
    """

    def __init__(self, rule: Rule, taken: Iterable[str] = ()) -> None:
        self.rule = rule
        self.taken = frozenset(taken)
        self.lines: list[Binding] = []
        self.inputs: list[Variable] = []
        self.values: dict[str, Array] = {}
        self.texts: dict[str, Any] = {}
        self.state: list[tuple[Variable, Variable]] = []
        self.moments: dict[str, Variable] = {}
        self.step: Variable | None = None
        self._rate: Constant | Variable | None = None

    # --- what is needed ---

    def constant(self, name: str) -> Constant:
        """A parameter of the optimizer under its usual letter."""
        if name in self.rule.parameters:
            return self.rule.parameters[name]
        text = DEFAULTS[self.rule.optimizer, name]
        return Constant(float(text), math=parameter_math(name), texts=text)

    @property
    def rate(self) -> Expr:
        """η: a number, or the line that works it out of the number of the update."""
        if self._rate is None:
            rate = self.rule.learning_rate
            if isinstance(rate, Falling):
                variable = Variable(self.free("eta"), (), Identifier("η"), "learning_rate")
                self.lines.append(Binding(variable, self._falling(rate), "update", "schedule"))
                rate = variable
            self._rate = rate
        return self._rate

    def _falling(self, rate: Falling) -> Expr:
        """The schedule's formula; the k of the formulas is the number of updates made, one less than the number."""
        made: Expr = subtract(self.step_number(), 1.0)
        if rate.every > 1:
            every = Constant(rate.every, texts=str(rate.every))
            made = floor(divide(made, every))
        if rate.name == "cosine":
            steps = Constant(float(rate.steps or 1), texts=str(rate.steps or 1))
            angle = divide(multiply(Constant(pi, math=Identifier("π")), made), steps)
            return multiply(divide(rate.start, Constant(2.0, texts="2")), add(1.0, cosine(angle)))
        assert rate.decay is not None
        if rate.name == "step":
            return multiply(rate.start, power(rate.decay, made))
        if rate.name == "exponential":
            return multiply(rate.start, exp(negate(multiply(rate.decay, made))))
        return divide(rate.start, add(1.0, multiply(rate.decay, made)))

    def free(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        return name

    def complement(self, constant: Constant) -> Expr:
        return subtract(1.0, constant)

    def moment(self, letter: str, of: Variable) -> Variable:
        """What is remembered from the update before: given, or zero at the start."""
        key = f"{letter}_{of.name}"
        if key not in self.moments:
            math = _of_parameter(Subscript(Identifier(letter), Identifier("old", upright=True)), of)
            variable = Variable(f"{key}@0", of.shape, math, "moment", place=of.place, of=of, rank=of.rank)
            value, texts = self.rule.start.get(key, _zeros(of))
            self.give(variable, value, texts)
            self.moments[key] = variable
        return self.moments[key]

    def give(self, variable: Variable, value: Array, texts: Any) -> None:
        self.inputs.append(variable)
        self.values[variable.name] = value
        self.texts[variable.name] = texts

    def step_number(self) -> Variable:
        """The number of the update, from 1; after updates that came before, one more than those."""
        if self.step is None:
            self.step = Variable(self.free("k"), (), Identifier("k"), "step_number")
            number = self.rule.done + 1
            self.give(self.step, np.float64(number), str(number))
        return self.step

    # --- lines ---

    def bind(self, name: str, of: Variable, math: Math, role: str, expr: Expr, rule: str) -> Variable:
        variable = Variable(name, of.shape, math, role, place=of.place, of=of, rank=of.rank)
        self.lines.append(Binding(variable, expr, "update", rule))
        return variable

    def remember(self, letter: str, of: Variable, expr: Expr, old: Variable, rule: str) -> Variable:
        math = _of_parameter(Identifier(letter), of)
        variable = self.bind(f"{letter}_{of.name}", of, math, "moment", expr, rule)
        self.state.append((old, variable))
        return variable

    def corrected(self, letter: str, of: Variable, moment: Variable, beta: Constant) -> Variable:
        """The moment without its bias towards the zero it started from: m / (1 − βᵏ)."""
        math = _of_parameter(Identifier(letter + "\u0302"), of)
        expr = divide(moment, subtract(1.0, power(beta, self.step_number())))
        return self.bind(f"{letter}hat_{of.name}", of, math, "moment", expr, "bias_correction")

    def renew(self, of: Variable, step: Expr, base: Expr | None = None) -> None:
        """The new value: `step` downhill (or uphill) from `base`, which is the parameter itself unless given."""
        math = Subscript(of.math, Identifier("new", upright=True))
        go = add if self.rule.ascent or self.rule.optimizer == "perceptron" else subtract
        expr = go(of if base is None else base, step)
        variable = self.bind(f"{of.name}_new", of, math, f"{of.role}_update", expr, self.rule.optimizer)
        self.state.append((of, variable))

    def look_ahead(self, parameters: Iterable[Variable]) -> dict[str, Variable]:
        """The point that the velocity leads to, w − ηβv, where Nesterov's gradient is taken."""
        found: dict[str, Variable] = {}
        go = add if self.rule.ascent else subtract
        for of in parameters:
            leap = multiply(multiply(self.rate, self.constant("beta")), self.moment("v", of))
            math = Subscript(of.math, Identifier("ahead", upright=True))
            found[of.name] = self.bind(f"{of.name}_ahead", of, math, of.role, go(of, leap), "look_ahead")
        return found

    def clipped(self, gradients: Mapping[str, Variable], parameters: Iterable[Variable]) -> dict[str, Variable]:
        """The gradients, each entry bounded and all of them together shortened, as the rule asks."""
        told = {of.name: of for of in parameters}
        result = dict(gradients)
        both = self.rule.clip_value is not None and self.rule.clip_norm is not None
        if self.rule.clip_value is not None:
            bound = self.rule.clip_value
            for name, g in result.items():
                expr = lesser(greater(g, negate(bound)), bound)
                result[name] = self._clipped_line(g, told[name], expr, "bounded" if both else "clipped")
        if self.rule.clip_norm is not None:
            squares: Expr | None = None
            for g in result.values():
                part = square(g) if g.shape == () else total(square(g))
                squares = part if squares is None else add(squares, part)
            assert squares is not None
            math = Fenced(Identifier("g"), "‖", "‖")
            norm = Variable(self.free("gradient_norm"), (), math, "gradient_norm")
            self.lines.append(Binding(norm, sqrt(squares), "update", "gradient_norm"))
            share = lesser(Constant(1.0, texts="1"), divide(self.rule.clip_norm, norm))
            for name, g in result.items():
                result[name] = self._clipped_line(gradients[name], told[name], multiply(share, g), "clipped")
        return result

    def _clipped_line(self, gradient: Variable, of: Variable, expr: Expr, word: str) -> Variable:
        math = Row((gradient.math, Subscript(Identifier(""), Identifier(word, upright=True))))
        return self.bind(f"{gradient.name}_{word}", of, math, "clipped", expr, "clipping")

    def renewals(self, parameters: Iterable[Variable], gradients: Mapping[str, Expr]) -> UpdateLines:
        """The lines that take every parameter one step further, with all that was written before them."""
        for parameter in parameters:
            _STEPS[self.rule.optimizer](self, parameter, gradients[parameter.name])
        return UpdateLines(tuple(self.lines), tuple(self.inputs), self.values, self.texts, tuple(self.state))


def _gradient_descent(make: Updates, w: Variable, g: Expr) -> None:
    make.renew(w, multiply(make.rate, g))


def _momentum(make: Updates, w: Variable, g: Expr) -> None:
    beta, rate = make.constant("beta"), make.rate
    forms = FORMS["momentum"]
    form = make.rule.form if make.rule.form in forms else forms[0]
    old = make.moment("v", w)
    added: Expr = g
    if form == forms[1]:
        added = multiply(make.complement(beta), g)
    elif form == forms[2]:
        added = multiply(rate, g)
    v = make.remember("v", w, add(multiply(beta, old), added), old, "velocity")
    # Nesterov's step looks ahead: it adds the gradient once more to the velocity that has just been renewed.
    step: Expr = add(multiply(beta, v), added) if make.rule.nesterov else v
    make.renew(w, step if form == forms[2] else multiply(rate, step))


def _nesterov(make: Updates, w: Variable, g: Expr) -> None:
    beta = make.constant("beta")
    old = make.moment("v", w)
    v = make.remember("v", w, add(multiply(beta, old), g), old, "velocity")
    make.renew(w, multiply(make.rate, v if make.rule.looks_ahead else add(g, multiply(beta, v))))


def _adagrad(make: Updates, w: Variable, g: Expr) -> None:
    old = make.moment("s", w)
    s = make.remember("s", w, add(old, square(g)), old, "squares")
    make.renew(w, _scaled(make, g, s))


def _rmsprop(make: Updates, w: Variable, g: Expr) -> None:
    beta = make.constant("beta")
    old = make.moment("s", w)
    mean = add(multiply(beta, old), multiply(make.complement(beta), square(g)))
    make.renew(w, _scaled(make, g, make.remember("s", w, mean, old, "mean_squares")))


def _adam_direction(make: Updates, w: Variable, g: Expr) -> Expr:
    beta1, beta2 = make.constant("beta1"), make.constant("beta2")
    m_old, s_old = make.moment("m", w), make.moment("s", w)
    m = make.remember("m", w, add(multiply(beta1, m_old), multiply(make.complement(beta1), g)), m_old, "mean_gradient")
    mean = add(multiply(beta2, s_old), multiply(make.complement(beta2), square(g)))
    s = make.remember("s", w, mean, s_old, "mean_squares")
    return _scaled(make, make.corrected("m", w, m, beta1), make.corrected("s", w, s, beta2))


def _adam(make: Updates, w: Variable, g: Expr) -> None:
    make.renew(w, _adam_direction(make, w, g))


def _adamw(make: Updates, w: Variable, g: Expr) -> None:
    direction = _adam_direction(make, w, g)
    decay = multiply(multiply(make.rate, make.constant("weight_decay")), w)
    make.renew(w, direction, subtract(w, decay))


def _perceptron(make: Updates, w: Variable, g: Expr) -> None:
    """w + η (t − y) x: `g` is the correction that the mistake asks for, no gradient."""
    make.renew(w, multiply(make.rate, g))


def _scaled(make: Updates, direction: Expr, squares: Expr) -> Expr:
    """η · direction ⊘ (√squares + ε)."""
    return multiply(make.rate, divide(direction, add(sqrt(squares), make.constant("epsilon"))))


_STEPS: dict[str, Callable[[Updates, Variable, Expr], None]] = {
    "gradient_descent": _gradient_descent,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
    "perceptron": _perceptron,
}


def parameter_math(name: str) -> Math:
    """The letter that a parameter of an optimizer goes by: β₁ for `beta1`."""
    text = SYMBOLS[name]
    letter, digit = text[0], text[1:]
    index = {"₁": "1", "₂": "2"}.get(digit)
    return Subscript(Identifier(letter), Number(index)) if index else Identifier(text)


def _zeros(of: Variable) -> tuple[Array, Any]:
    if of.shape == ():
        return np.float64(0), "0"
    rows, columns = of.shape
    return np.zeros(of.shape), tuple(("0",) * columns for _ in range(rows))


def _of_parameter(name: Math, of: Variable) -> Math:
    """`m(W⁽¹⁾)`: a moment of that parameter."""
    return Row((name, Fenced(of.math)))
