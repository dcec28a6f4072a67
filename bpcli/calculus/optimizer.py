"""Update steps as lines of a program: gradient descent, momentum, AdaGrad, RMSProp, Adam, AdamW.

Where textbooks differ the problem names its form. Sources: Polyak (1964) and Sutskever et al. (2013) for momentum,
Duchi et al. (2011) AdaGrad, Hinton's lecture 6e (2012) RMSProp, Kingma and Ba (2015) Adam, Loshchilov and
Hutter (2019) AdamW.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Constant, Expr, Variable
from bpcli.calculus.ops.elementary import add, divide, multiply, power, sqrt, square, subtract
from bpcli.calculus.program import Binding
from bpcli.document.mathtree import Fenced, Identifier, Math, Number, Row, Subscript

OPTIMIZERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gradient_descent": (),
        "momentum": ("momentum", "beta"),
        "rmsprop": ("beta", "epsilon"),
        "adagrad": ("epsilon",),
        "adam": ("beta1", "beta2", "epsilon"),
        "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
    }
)
"""Name → the parameters it takes besides the learning rate."""

FORMS: Mapping[str, tuple[str, ...]] = MappingProxyType({"momentum": ("v = βv + g", "v = βv + (1−β)g", "v = βv + ηg")})
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


class Rule(NamedTuple):
    """An optimizer with its numbers: `parameters` by their names, those left out having their usual values.

    `form` is one of `FORMS`, None for the usual one; `nesterov` makes the step of momentum look ahead.
    """

    optimizer: str
    learning_rate: Constant
    parameters: Mapping[str, Constant] = MappingProxyType({})
    form: str | None = None
    nesterov: bool = False


class UpdateLines(NamedTuple):
    """The lines of one update, the inputs they need (moments, the step number) and what each renews."""

    lines: tuple[Binding, ...]
    inputs: tuple[Variable, ...]
    values: dict[str, Array]
    texts: dict[str, Any]
    state: tuple[tuple[Variable, Variable], ...]


class _Maker:
    """Makes the update lines of one parameter after another."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.lines: list[Binding] = []
        self.inputs: list[Variable] = []
        self.values: dict[str, Array] = {}
        self.texts: dict[str, Any] = {}
        self.state: list[tuple[Variable, Variable]] = []
        self.step: Variable | None = None

    def constant(self, name: str) -> Constant:
        """A parameter of the optimizer under its usual letter."""
        if name in self.rule.parameters:
            return self.rule.parameters[name]
        text = DEFAULTS[self.rule.optimizer, name]
        return Constant(float(text), math=parameter_math(name), texts=text)

    @property
    def rate(self) -> Constant:
        return self.rule.learning_rate

    def complement(self, constant: Constant) -> Expr:
        return subtract(1.0, constant)

    def moment(self, letter: str, of: Variable) -> Variable:
        """What is remembered from the step before: zero at the start."""
        math = _of_parameter(Subscript(Identifier(letter), Identifier("old", upright=True)), of)
        variable = Variable(f"{letter}_{of.name}@0", of.shape, math, "moment", layer=of.layer, of=of, rank=of.rank)
        self.give(variable, np.zeros(of.shape) if of.shape else np.float64(0))
        return variable

    def give(self, variable: Variable, value: Array) -> None:
        self.inputs.append(variable)
        self.values[variable.name] = value
        self.texts[variable.name] = (
            "0" if variable.shape == () else tuple(("0",) * variable.shape[1] for _ in range(variable.shape[0]))
        )

    def remember(self, letter: str, of: Variable, expr: Expr, old: Variable, rule: str) -> Variable:
        variable = Variable(
            f"{letter}_{of.name}",
            of.shape,
            _of_parameter(Identifier(letter), of),
            "moment",
            layer=of.layer,
            of=of,
            rank=of.rank,
        )
        self.lines.append(Binding(variable, expr, "update", rule))
        self.state.append((old, variable))
        return variable

    def corrected(self, letter: str, of: Variable, moment: Variable, beta: Constant) -> Variable:
        """The moment without its bias towards the zero it started from: m / (1 − βᵏ)."""
        variable = Variable(
            f"{letter}hat_{of.name}",
            of.shape,
            _of_parameter(Identifier(letter + "\u0302"), of),
            "moment",
            layer=of.layer,
            of=of,
            rank=of.rank,
        )
        expr = divide(moment, subtract(1.0, power(beta, self.step_number())))
        self.lines.append(Binding(variable, expr, "update", "bias_correction"))
        return variable

    def step_number(self) -> Variable:
        if self.step is None:
            self.step = Variable("k", (), Identifier("k"), "step_number")
            self.inputs.append(self.step)
            self.values["k"] = np.float64(1)
            self.texts["k"] = "1"
        return self.step

    def renew(self, of: Variable, expr: Expr) -> None:
        math = Subscript(of.math, Identifier("new", upright=True))
        variable = Variable(f"{of.name}_new", of.shape, math, f"{of.role}_update", layer=of.layer, of=of, rank=of.rank)
        self.lines.append(Binding(variable, expr, "update", self.rule.optimizer))
        self.state.append((of, variable))


def update_bindings(rule: Rule, parameters: Iterable[Variable], adjoints: Mapping[str, Variable]) -> UpdateLines:
    """The lines that take every parameter one step of the optimizer further."""
    maker = _Maker(rule)
    for parameter in parameters:
        _STEPS[rule.optimizer](maker, parameter, adjoints[parameter.name])
    return UpdateLines(tuple(maker.lines), tuple(maker.inputs), maker.values, maker.texts, tuple(maker.state))


def _gradient_descent(maker: _Maker, w: Variable, g: Variable) -> None:
    maker.renew(w, subtract(w, multiply(maker.rate, g)))


def _momentum(maker: _Maker, w: Variable, g: Variable) -> None:
    beta, rate = maker.constant("beta"), maker.rate
    form = maker.rule.form or FORMS["momentum"][0]
    old = maker.moment("v", w)
    added: Expr = g
    if form == FORMS["momentum"][1]:
        added = multiply(maker.complement(beta), g)
    elif form == FORMS["momentum"][2]:
        added = multiply(rate, g)
    v = maker.remember("v", w, add(multiply(beta, old), added), old, "velocity")
    # Nesterov's step looks ahead: it adds the gradient once more to the velocity that has just been renewed.
    step: Expr = add(multiply(beta, v), added) if maker.rule.nesterov else v
    maker.renew(w, subtract(w, step if form == FORMS["momentum"][2] else multiply(rate, step)))


def _adagrad(maker: _Maker, w: Variable, g: Variable) -> None:
    old = maker.moment("s", w)
    s = maker.remember("s", w, add(old, square(g)), old, "squares")
    maker.renew(w, subtract(w, _scaled(maker, g, s)))


def _rmsprop(maker: _Maker, w: Variable, g: Variable) -> None:
    beta = maker.constant("beta")
    old = maker.moment("s", w)
    s = maker.remember(
        "s", w, add(multiply(beta, old), multiply(maker.complement(beta), square(g))), old, "mean_squares"
    )
    maker.renew(w, subtract(w, _scaled(maker, g, s)))


def _adam_direction(maker: _Maker, w: Variable, g: Variable) -> Expr:
    beta1, beta2 = maker.constant("beta1"), maker.constant("beta2")
    m_old, s_old = maker.moment("m", w), maker.moment("s", w)
    m = maker.remember(
        "m", w, add(multiply(beta1, m_old), multiply(maker.complement(beta1), g)), m_old, "mean_gradient"
    )
    s = maker.remember(
        "s", w, add(multiply(beta2, s_old), multiply(maker.complement(beta2), square(g))), s_old, "mean_squares"
    )
    return _scaled(maker, maker.corrected("m", w, m, beta1), maker.corrected("s", w, s, beta2))


def _adam(maker: _Maker, w: Variable, g: Variable) -> None:
    maker.renew(w, subtract(w, _adam_direction(maker, w, g)))


def _adamw(maker: _Maker, w: Variable, g: Variable) -> None:
    direction = _adam_direction(maker, w, g)
    decay = multiply(multiply(maker.rate, maker.constant("weight_decay")), w)
    maker.renew(w, subtract(subtract(w, decay), direction))


def _scaled(maker: _Maker, direction: Expr, squares: Expr) -> Expr:
    """η · direction ⊘ (√squares + ε)."""
    return multiply(maker.rate, divide(direction, add(sqrt(squares), maker.constant("epsilon"))))


_STEPS: dict[str, Callable[[_Maker, Variable, Variable], None]] = {
    "gradient_descent": _gradient_descent,
    "momentum": _momentum,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}


def parameter_math(name: str) -> Math:
    """The letter that a parameter of an optimizer goes by: β₁ for `beta1`."""
    text = SYMBOLS[name]
    letter, digit = text[0], text[1:]
    index = {"₁": "1", "₂": "2"}.get(digit)
    return Subscript(Identifier(letter), Number(index)) if index else Identifier(text)


def _of_parameter(name: Math, of: Variable) -> Math:
    """`m(W⁽¹⁾)`: a moment of that parameter."""
    return Row((name, Fenced(of.math)))
