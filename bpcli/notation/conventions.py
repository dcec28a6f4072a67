"""Symbol conventions: which letter names which quantity, after the textbooks that teach backpropagation.

They change names and ids, never numbers. Presets: Goodfellow, Bengio and Courville; Nielsen; Ng; Mitchell; Mazur.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from bpcli.document.mathtree import Fenced, Fraction, Identifier, Math, Number, Operator, Row, Subscript, Superscript


class Symbols(NamedTuple):
    """A symbol for every role. `prediction` equal to `activation` means: the last activation has no other name."""

    input: str = "x"
    target: str = "t"
    pre_activation: str = "a"
    activation: str = "h"
    prediction: str = "y"
    weights: str = "W"
    bias: str = "b"
    loss: str = "L"
    regularizer: str = "Ω"
    objective: str = "J"
    delta: bool = False
    layer_index: str = "superscript"


PRESETS: Mapping[str, Symbols] = MappingProxyType(
    {
        "goodfellow": Symbols(),
        "nielsen": Symbols(
            target="y", pre_activation="z", activation="a", prediction="a^L", loss="C", objective="J", delta=True
        ),
        "ng": Symbols(target="y", pre_activation="z", activation="a", prediction="ŷ"),
        "mitchell": Symbols(pre_activation="net", activation="o", prediction="o", loss="E", delta=True),
        "mazur": Symbols(target="target", pre_activation="net", activation="out", prediction="out", loss="E"),
    }
)

SYMBOL_ROLES = tuple(field for field in Symbols._fields if field not in ("delta", "layer_index"))

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
NAME_OF_GREEK = {letter: name for name, letter in GREEK.items()}
HATS = {"ŷ": "yhat", "ĥ": "hhat", "ẑ": "zhat"}


def symbols_for(
    preset: str, overrides: Mapping[str, str], delta: bool | None, layer_index: str = "superscript"
) -> Symbols:
    """The preset with the problem's own letters put in, and its way of counting layers."""
    symbols = Symbols(**{**PRESETS[preset]._asdict(), **overrides})
    return symbols._replace(delta=symbols.delta if delta is None else delta, layer_index=layer_index)


def ascii_name(symbol: str) -> str:
    """A symbol as it is typed in ids: `ŷ` → `yhat`, `Ω` → `Omega`, `a^L` → `aL`."""
    return "".join(HATS.get(c) or NAME_OF_GREEK.get(c) or c for c in symbol.replace("^", ""))


def symbol_math(symbol: str) -> Math:
    """`net`, `ŷ`, `Ω`, or a letter with a script such as `a^L`."""
    base, _, script = symbol.partition("^")
    identifier = Identifier(base, upright=False)
    return Superscript(identifier, Identifier(script)) if script else identifier


def place_math(symbol: str, place: tuple[int, ...], layer_index: str = "superscript") -> Math:
    """`W⁽²⁾`, and within a layer `h⁽²·³⁾`; `W_i` is a letter with an index of its own."""
    letter, _, index = symbol.partition("_")
    base = symbol_math(letter)
    if index and letter:
        base = Subscript(base, Identifier(index))
    # A place is no decimal number: its points stay points.
    number: Math = Number(str(place[0])) if len(place) == 1 else Identifier(".".join(map(str, place)), upright=True)
    if layer_index == "subscript":
        return Subscript(base, number) if not index else Superscript(base, Fenced(number))
    opening, closing = "[]" if layer_index == "bracket" else "()"
    return Superscript(base, Fenced(number, opening, closing))


def name_math(name: str) -> Math:
    """A name of a graph as mathematics: `w11` → w₁₁, `p_0` → p₀, `eta` → η, `sum_exp` → sum_exp."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    letters = stem.rstrip("_")
    if not letters:
        return Identifier(name)
    if digits and "_" not in letters and (len(letters) <= 3 or letters in GREEK):
        return Subscript(Identifier(GREEK.get(letters, letters)), Number(digits))
    return Identifier(GREEK.get(name, name))


def derivative_math(of: Math, by: Math) -> Math:
    """`∂L/∂W⁽²⁾`, one solid symbol."""
    sign = Operator("∂", "prefix")
    return Fraction(Row((sign, of)), Row((sign, by)), solid=True)


def clashes(symbols: Symbols) -> list[tuple[str, str]]:
    """Pairs of roles that would give two quantities one name: `a` for pre-activations and for activations."""
    alone = ("input", "target", "loss", "regularizer", "objective", "prediction")
    of_layers = ("pre_activation", "activation", "weights", "bias")
    names = {role: ascii_name(getattr(symbols, role)) for role in (*alone, *of_layers)}
    found = [
        (first, second)
        for group in (alone, of_layers)
        for place, first in enumerate(group)
        for second in group[place + 1 :]
        if names[first] == names[second]
    ]
    for role in alone:
        if role == "prediction" and symbols.prediction == symbols.activation:
            continue
        stem = names[role].rstrip("0123456789")
        found.extend((role, other) for other in of_layers if names[role] != stem and stem == names[other])
    return [pair for pair in found if "prediction" not in pair or symbols.prediction != symbols.activation]
