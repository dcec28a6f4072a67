"""Variables made after the symbols in force: `a1`, `h1.3`, `Wi1`, `dL/da2`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bpcli.calculus.expr import Apply, Expr, Shape, Variable
from bpcli.document.mathtree import Fenced, Math, Number, Row
from bpcli.notation.conventions import Symbols, ascii_name, derivative_math, place_math, symbol_math

Letters = Mapping[str, str]
"""Role → letter of what a block has beside the usual; `{weights}` stands for the problem's own letter for weights."""


class Names(NamedTuple):
    """Makes the variables of a network. `layers` is how many there are: the last activation is the prediction."""

    symbols: Symbols
    layers: int

    def letter(self, role: str, letters: Letters) -> str:
        symbols = self.symbols._asdict()
        return letters[role].format(**symbols) if role in letters else str(symbols[role])

    def plain(self, role: str, shape: Shape, rank: int, number: int | None = None) -> Variable:
        """A quantity of the whole network: x, or x.2 where there are several."""
        symbol = self.letter(role, {})
        name = ascii_name(symbol)
        if number is not None:
            return Variable(f"{name}.{number}", shape, self._placed(symbol, (number,)), role, rank=rank)
        return Variable(name, shape, symbol_math(symbol), role, rank=rank)

    def of_place(
        self, role: str, place: tuple[int, ...], shape: Shape, rank: int, letters: Letters, told: str = ""
    ) -> Variable:
        """A quantity of a layer. `told` is its role where the letter is that of another one."""
        symbol = self.letter(role, letters)
        name = ascii_name(symbol.replace("_", "") if role in letters else symbol) + ".".join(map(str, place))
        return Variable(name, shape, self._placed(symbol, place), told or role, place=place, rank=rank)

    def prediction(
        self, place: tuple[int, ...], shape: Shape, rank: int, number: int | None, letters: Letters
    ) -> tuple[Variable, dict[str, str]]:
        """What the last layer gives, and its other names."""
        plain = self.of_place("activation", place, shape, rank, letters)
        symbols = self.symbols
        if symbols.prediction == symbols.activation:
            return plain, {}
        symbol = symbols.prediction
        name, math = ascii_name(symbol), symbol_math(symbol)
        if number is not None:
            name, math = f"{name}.{number}", self._placed(symbol, (number,))
        twins = {plain.name: name}
        if number is None and len(place) > 1:
            twins[ascii_name(self.letter("activation", letters)) + str(place[0])] = name
        return Variable(name, shape, math, "activation", place=place, rank=rank), twins

    def _placed(self, symbol: str, place: tuple[int, ...]) -> Math:
        return place_math(symbol, place, self.symbols.layer_index)

    def adjoint(self, output: Variable, of: Variable) -> Variable:
        math: Math = derivative_math(output.math, of.math)
        if self.symbols.delta and of.role == "pre_activation":
            math = self._placed("δ", of.place)
        return Variable(f"d{output.name}/d{of.name}", of.shape, math, "adjoint", place=of.place, of=of, rank=of.rank)


def local_derivative(of: Variable, derivative: Expr) -> Variable:
    """A name for f′(a), which is a line of its own."""
    assert isinstance(derivative, Apply)
    math = derivative.operation.notation.write((of.math,), derivative.inputs)
    rank = of.rank if derivative.shape == of.shape else 2
    return Variable(f"f'({of.name})", derivative.shape, math, "local_derivative", place=of.place, of=of, rank=rank)


def after_updates(math: Math, count: int) -> Math:
    """How a quantity is written after so many updates: a⟨2⟩."""
    return Row((math, Fenced(Number(str(count)), "⟨", "⟩")))
