"""A diagnosis in one sentence, with the arithmetic that shows it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bpcli.calculus.expr import Array, Expr, Variable
from bpcli.document.rounding import Rounding
from bpcli.grading.written import Numbers
from bpcli.mistakes import Mistake, described, sentences
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer

MOST_NUMBERS = 6
LONGEST_FORMULA = 70


class Teller:
    """Writes the sentences of one problem."""

    def __init__(self, variables: Mapping[str, Variable], language: str = "en") -> None:
        self.variables = variables
        self.language = language
        self.sentences = sentences(language)
        self.writer = Writer(Rounding(significant=4))

    def formula(self, expr: Expr) -> str:
        """The formula in one line; nothing where it would be too long to help."""
        text = to_text(self.writer.math(expr))
        return text if len(text) <= LONGEST_FORMULA and "round" not in text else ""

    def tell(
        self,
        name: str,
        numbers: Numbers,
        value: Array,
        wrong: Expr | None,
        entry: Mistake,
        key: str,
        hint: Mapping[str, str],
        where: Array | None,
    ) -> str:
        """The sentence for one cause. `where` are the entries it is about; None for all of them."""
        if key == "cause":
            return self._placed(entry.cause, numbers, where)
        if key in ("misread", "unwritten", "multiple", "two"):
            return self._placed(self._solved(key, numbers, entry, hint), numbers, where)
        shown = numbers.known if where is None else where
        formula = hint.get("formula", "")
        if key != "earlier" and wrong is not None:
            formula = self.formula(wrong)
        kind = ("earlier" if formula else "earlier.plain") if key == "earlier" else "formula" if formula else "plain"
        given, gives = _listed(numbers, value, shown)
        sentence = self.sentences[kind].format(
            given=given,
            value=gives,
            formula=formula,
            cause=entry.cause,
            quantity=to_text(self.variables[hint["quantity"]].math) if "quantity" in hint else "",
        )
        if key == "true":
            sentence = self.sentences["true"].format(sentence=sentence)
        if key == "factor":
            sentence = self.sentences["factor"].format(sentence=sentence, factor=hint["factor"])
        if entry.convention:
            sentence = self.sentences["convention"].format(sentence=sentence)
        return self._placed(sentence, numbers, where)

    def shaped(self, entry: Mistake, formula: str) -> str:
        """The sentence for numbers of another shape."""
        kind = "shaped" if formula else "shaped.plain"
        return self.sentences[kind].format(formula=formula, cause=entry.cause)

    def _solved(self, key: str, numbers: Numbers, entry: Mistake, hint: Mapping[str, str]) -> str:
        """What was found by solving, or is made of two: told in a sentence of its own."""
        filled = dict(hint)
        if "quantity" in hint:
            name, bracket, entries = hint["quantity"].partition("[")
            filled["quantity"] = to_text(self.variables[name].math) + bracket + entries
        for which in ("first", "second"):
            if which in hint:
                filled[which] = described(hint[which], self.language).cause
        given, _ = _listed(numbers, numbers.value, numbers.known)
        return self.sentences[key].format(given_numbers=given, cause=entry.cause, **filled)

    def _placed(self, sentence: str, numbers: Numbers, where: Array | None) -> str:
        if where is None or numbers.value.size == 1:
            return sentence
        places = [_place(at, numbers.value.shape) for at in np.argwhere(where)]
        if len(places) > MOST_NUMBERS:
            told = self.sentences["among"].format(count=len(places))
        else:
            told = self.sentences["entry" if len(places) == 1 else "entries"].format(place=", ".join(places))
        return self.sentences["some"].format(where=told, sentence=sentence)


def _place(at: Array, shape: tuple[int, ...]) -> str:
    if 1 in shape or len(shape) == 1:
        return str(int(max(at)) + 1)
    return f"[{int(at[0]) + 1},{int(at[1]) + 1}]"


def _listed(numbers: Numbers, value: Array, shown: Array) -> tuple[str, str]:
    """What was written and what the formula gives, in the same digits; the first few entries of many."""
    picked = numbers.pick(value)
    given: list[str] = []
    gives: list[str] = []
    places = np.argwhere(shown)
    for place in places[:MOST_NUMBERS]:
        at = tuple(place)
        flat = int(np.ravel_multi_index(at, shown.shape))
        text = numbers.texts[flat] if len(numbers.texts) == numbers.value.size else f"{numbers.value[at]:g}"
        given.append(text.replace("-", "−"))
        gives.append(_in_digits(float(picked[at]), float(numbers.half[at])))
    if len(places) > MOST_NUMBERS:
        given.append("…")
        gives.append("…")
    if len(given) == 1:
        return given[0], gives[0]
    return f"({', '.join(given)})", f"({', '.join(gives)})"


def _in_digits(value: float, half: float) -> str:
    """A number to the place that was written; exactly enough digits where a fraction was."""
    if half <= 0.0 or half < 1e-10:
        return f"{value + 0.0:.6g}".replace("-", "−")
    decimals = int(max(0, round(-np.log10(2 * half))))
    text = f"{value:.{decimals}f}" if abs(value) >= 1e-4 or decimals < 8 else f"{value:.3e}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")
