"""The numbers answered for one quantity, gathered from the lines of a sheet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from grading.sheets import grader_of

from bpcli.diagnostics import Diagnostic
from bpcli.grading.answered import Numbers
from bpcli.grading.model import Answer, Written

NAN = math.nan


def number(text: str) -> Written:
    return Written(text, float(text), 0.5 * 10.0 ** -len(text.partition(".")[2])) if text else Written("", NAN, 0.0)


def numbers(quantity: str, **answers: Any) -> Numbers:
    """What is gathered from answers, each a text or lists of texts, to ids of one quantity."""
    places = grader_of("lez5").quantities
    gathered = Numbers(places.place(quantity).quantity)
    for identifier, texts in (answers.pop("more", {}) | answers).items():
        place = places.place(identifier)
        gathered.put(place, Answer(identifier, read(texts), None))
    return gathered


def read(texts: Any) -> Any:
    if texts is None or isinstance(texts, str):
        return None if texts is None else number(texts)
    return tuple(read(text) for text in texts)


def plain(array: Any) -> Any:
    return [["·" if math.isnan(item) else item for item in row] for row in np.atleast_2d(array).tolist()]


MATRIX = (("0.25", "0.5"), ("0.75", "1.0"))


def test_an_answer_is_gathered_entry_by_entry() -> None:
    whole = numbers("W2", more={"W2": MATRIX})
    assert (whole.value, whole.half) == ([0.25, 0.5, 0.75, 1.0], [0.005, 0.05, 0.005, 0.05])
    assert whole.texts == ["0.25", "0.5", "0.75", "1.0"]
    assert whole.verdicts == ["wrong"] * 4
    parts = numbers("W2", more={"W2[2]": ("0.75", "1.0"), "W2[1,1]": "0.25"})
    assert parts.texts == ["0.25", None, "0.75", "1.0"]
    assert parts.verdicts == ["wrong", "missing", "wrong", "wrong"]
    assert parts.open == [0, 2, 3]


def test_blanks_stay_missing() -> None:
    some = numbers("a1", a1=("0.445", ""))
    assert (some.verdicts, some.texts, some.open) == (["wrong", "missing"], ["0.445", None], [0])
    assert some.is_answered
    none = numbers("a1", a1=None)
    assert (none.verdicts, none.open, none.is_answered) == (["missing", "missing"], [], False)


def test_what_cannot_be_read_is_invalid_and_says_nothing() -> None:
    quantities = grader_of("lez5").quantities
    gathered = Numbers(quantities.place("a1").quantity)
    place = quantities.place("a1[2]")
    gathered.put(place, Answer("a1[2]", None, None, Diagnostic("not-a-number", "`abc` is not a number")))
    assert (gathered.verdicts, gathered.is_answered, gathered.open) == (["missing", "invalid"], False, [])


@pytest.mark.parametrize(
    ("verdict", "is_mistake"), [("wrong", True), ("follows", True), ("correct", False), ("missing", False)]
)
def test_wrong_answers_and_what_follows_from_them_are_mistakes(verdict: str, is_mistake: bool) -> None:
    gathered = numbers("a1", a1=("0.445", "0.505"))
    gathered.verdicts = ["correct", verdict]
    assert gathered.has_mistake is is_mistake


def test_numbers_are_exact_where_the_true_ones_end_there() -> None:
    """a1 is 0.445 and 0.505; L is 0.3000…"""
    assert numbers("a1", a1=("0.445", "0.5050")).is_exact
    assert numbers("a1", a1=("0.445", "")).is_exact
    assert not numbers("a1", a1=("0.445", "0.51")).is_exact
    assert not numbers("L", L="0.300").is_exact


def test_right_numbers_that_end_there_are_used_without_rounding() -> None:
    """0.445 is all of the number; 0.51 may stand for what was worked with."""
    filled = numbers("a1", a1=("0.445", "0.51")).used(exact=False)
    assert (plain(filled.value), plain(filled.half)) == ([[0.445], [0.51]], [[0.0], [0.005]])
    assert filled.complete
    assert plain(numbers("a1", a1=("0.445", "0.51")).used(exact=True).half) == [[0.0], [0.0]]
    partly = numbers("a1", a1=("", "0.51")).used(exact=False)
    assert (plain(partly.value), plain(partly.half), partly.complete) == ([["·"], [0.51]], [[0.0], [0.005]], False)


def test_numbers_are_laid_out_as_the_value_is() -> None:
    assert numbers("W2", more={"W2": MATRIX}).filled().value.tolist() == [[0.25, 0.5], [0.75, 1.0]]
    assert numbers("W2", more={"W2": MATRIX}).filled().half.tolist() == [[0.005, 0.05], [0.005, 0.05]]
    assert numbers("W2", more={"W2": MATRIX}).laid_out() == MATRIX
    assert numbers("a1", a1=("0.445", "0.505")).laid_out() == (("0.445",), ("0.505",))
    scalar = numbers("L", L="0.30")
    assert (scalar.filled().value, scalar.filled().half, scalar.filled().complete) == (0.3, 0.005, True)
    assert scalar.laid_out() == "0.30"


def test_a_single_entry_is_diagnosed_as_one() -> None:
    one = numbers("W2", more={"W2[2,1]": "0.75"}).given()
    assert (float(one.value), float(one.half_unit), one.texts, one.index) == (0.75, 0.005, "0.75", (1, 0))
    below = numbers("a1", more={"a1[2]": "0.51"}).given()
    assert (float(below.value), below.index) == (0.51, (1, 0))


def test_several_entries_are_diagnosed_together() -> None:
    two = numbers("W2", more={"W2[2]": ("0.75", "1.0")}).given()
    assert (plain(two.value), two.index) == ([["·", "·"], [0.75, 1.0]], None)
    assert two.texts == [[None, None], ["0.75", "1.0"]]
    assert numbers("L", L="0.30").given().index is None
    assert numbers("L", L="0.30").given().texts == "0.30"


def test_answers_have_as_many_numbers_as_the_quantity() -> None:
    """What reads a sheet has seen to it: a mistake there is no matter of marks."""
    with pytest.raises(ValueError, match="zip"):
        numbers("a1", a1=("0.445",))
