"""A sheet put into the program: what follows from a student's own numbers, and how far roundings carry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from grading.sheets import grader_of

from bpcli.grading.own import Filled, Own
from bpcli.grading.quantities import Key
from bpcli.grading.tolerance import Style, Way

CHAIN = "graph:\n  inputs: {a: 1.26, c: 2}\n  define: {p: a * a, q: 3 * p, r: q + c}\n  gradients: []\n"
PAIRS = "graph:\n  inputs: {v: [1, 2]}\n  define: {u: 2 * v, w: 3 * u}\n  gradients: []\n"
UPDATES = """\
network:
  input: [1]
  target: [0]
  layers:
    - {weights: [[2]]}
  loss: half_squared_error
  update: {optimizer: gradient_descent, learning_rate: 0.25, steps: 3}
"""


def filled(value: Any, half: Any = 0.0) -> Filled:
    """Numbers of one quantity, blanks among them being nan."""
    array = np.float64(value) if np.ndim(value) == 0 else np.array(value, dtype=float)
    return Filled(array, np.broadcast_to(np.float64(half), np.shape(array)), not np.isnan(array).any())


def own(problem: str, answers: dict[Any, Filled], way: Way | None = None, since: int = 0) -> Own:
    keys = {key if isinstance(key, Key) else Key(key): value for key, value in answers.items()}
    return Own(grader_of(problem).quantities, keys, way, since)


# --- what follows from what was written ---


def test_without_answers_everything_has_its_true_value() -> None:
    quantities = grader_of("lez5").quantities
    values = own("lez5", {}).values("printed", 0)
    for name, value in quantities.values(0).items():
        np.testing.assert_allclose(values[name], value, rtol=1e-12)


def test_what_was_written_is_used_and_the_rest_follows() -> None:
    sheet = own(CHAIN, {"p": filled(2.0)})
    values = sheet.values("printed", 0)
    assert (values["a"], values["p"], values["q"], values["r"]) == (1.26, 2.0, 6.0, 8.0)
    assert sheet.result("printed", "p", 0) == pytest.approx(1.26**2)
    assert {name: float(value) for name, value in sheet.all_results("printed", 0).items()} == pytest.approx(
        {"p": 1.26**2, "q": 6.0, "r": 8.0}
    )


def test_a_given_number_may_have_been_copied_wrongly() -> None:
    assert own(CHAIN, {"a": filled(2.0)}).values("printed", 0)["r"] == 14.0
    values = own(PAIRS, {"v": filled([[5.0], [np.nan]])}).values("printed", 0)
    assert values["u"].tolist() == [[10.0], [4.0]]


def test_what_follows_stands_in_for_blanks() -> None:
    sheet = own(PAIRS, {"u": filled([[7.0], [np.nan]])})
    assert sheet.values("printed", 0)["u"].tolist() == [[7.0], [4.0]]
    assert sheet.values("printed", 0)["w"].tolist() == [[21.0], [12.0]]
    assert sheet.result("printed", "u", 0).tolist() == [[2.0], [4.0]]


def test_later_updates_start_from_the_parameters_that_were_written() -> None:
    """2 → 1.5 → 1.125 → 0.84375, each three quarters of the one before."""
    assert own(UPDATES, {}).result("printed", "W1_new", 2) == 0.84375
    written = own(UPDATES, {Key("W1_new", 0): filled([[4.0]])})
    assert [float(written.values("printed", moment)["W1"][0, 0]) for moment in range(3)] == [2.0, 4.0, 3.0]
    later = own(UPDATES, {Key("W1_new", 1): filled([[8.0]])})
    assert [float(later.result("printed", "W1_new", moment)[0, 0]) for moment in range(3)] == [1.5, 1.125, 6.0]
    assert float(later.values("printed", 2)["y"][0, 0]) == 8.0


def test_each_right_way_of_working_a_line_gives_its_result() -> None:
    """With another y beside the true a², σ′(a²) is the true slope or y(1 − y)."""
    sheet = own("lez5", {"y": filled([[0.4], [0.3]])})
    slopes = [np.round(np.ravel(result), 4).tolist() for result in sheet.results("f'(a2)", 0)]
    assert sorted(slopes) == [[0.1851, 0.1733], [0.24, 0.21]]
    assert len(list(own(CHAIN, {}).results("r", 0))) == 1


def test_summands_follow_too() -> None:
    (terms,) = own("lez5", {"x": filled([[1.0], [0.1]])}).term_results("a1", 0)
    np.testing.assert_allclose(terms[:, :2], [[0.15, 0.02], [0.25, 0.03]])


# --- gaps and roundings ---


@pytest.mark.parametrize(
    ("problem", "answers", "line", "moment", "has_gaps"),
    [
        (CHAIN, {}, "q", 0, True),
        (CHAIN, {"p": filled(1.59)}, "q", 0, False),
        (CHAIN, {"p": filled(1.59)}, "r", 0, True),
        (CHAIN, {}, "p", 0, False),  # what is given is no gap
        (PAIRS, {"u": filled([[2.0], [np.nan]])}, "w", 0, True),
        (PAIRS, {"u": filled([[2.0], [4.0]])}, "w", 0, False),
        (UPDATES, {}, "a1", 1, True),
        (UPDATES, {Key("W1_new", 0): filled([[1.5]])}, "a1", 1, False),
        (UPDATES, {Key("W1_new", 0): filled([[1.5]])}, "a1", 2, True),
        (UPDATES, {Key("W1_new", 0): filled([[np.nan]])}, "a1", 1, True),
        (UPDATES, {}, "a1", 0, False),
    ],
)
def test_gaps_are_what_a_line_is_worked_from_and_was_not_written(
    problem: str, answers: dict[Any, Filled], line: str, moment: int, has_gaps: bool
) -> None:
    assert own(problem, answers).has_gaps(line, moment) is has_gaps


def test_only_what_was_not_written_is_rounded() -> None:
    """1.5876 to one decimal is 1.6; what was written stays as it was written."""
    rounded = own(CHAIN, {}, Way(1, decimals=True))
    assert rounded.values("printed", 0)["p"] == 1.6
    assert rounded.values("printed", 0)["q"] == pytest.approx(4.8)
    assert rounded.result("printed", "q", 0) == pytest.approx(4.8)
    assert rounded.result("printed", "p", 0) == pytest.approx(1.5876)
    assert not rounded.halfway
    assert own(CHAIN, {"p": filled(1.59)}, Way(1, decimals=True)).values("printed", 0)["p"] == 1.59


def test_roundings_of_long_ago_are_left_out() -> None:
    """1.125 is rounded from the second update on, 1.5 before it would have been, too."""
    way = Way(1, decimals=True)
    assert float(own(UPDATES, {}, way, since=0).values("printed", 1)["y"][0, 0]) == 1.5
    assert float(own(UPDATES, {}, way, since=0).values("printed", 2)["W1"][0, 0]) == pytest.approx(1.1)
    assert float(own(UPDATES, {}, way, since=2).values("printed", 2)["W1"][0, 0]) == 1.125
    assert float(own(UPDATES, {}, way, since=2).result("printed", "W1_new", 2)[0, 0]) == 1.125 - 0.25 * 1.1


def test_a_sheet_is_rounded_in_the_ways_of_its_style_and_twice_where_something_lies_half_way() -> None:
    styled = Style(0.05, 0)
    plain = list(own(CHAIN, {}).rounded(styled, "r", 0))
    assert [sheet.way for sheet in plain] == [Way(1, True), Way(2, True), Way(3, True)]
    assert [round(float(sheet.values("printed", 0)["p"]), 6) for sheet in plain] == [1.6, 1.59, 1.588]
    half = "graph:\n  inputs: {a: 1.25}\n  define: {p: a * 1, q: 3 * p}\n  gradients: []\n"
    twice = list(own(half, {}).rounded(styled, "q", 0))
    assert [sheet.way for sheet in twice] == [Way(1, True), Way(1, True, even=True), Way(2, True), Way(3, True)]
    assert [round(float(sheet.values("printed", 0)["p"]), 6) for sheet in twice] == [1.3, 1.2, 1.25, 1.25]
    assert [sheet.way for sheet in own(half, {}).rounded(styled, "p", 0)] == [Way(1, True), Way(2, True), Way(3, True)]


# --- how far roundings carry ---


def radii(problem: str, answers: dict[Any, Filled], moment: int = 0, known: Any = None) -> dict[str, float]:
    found = own(problem, answers).radii("printed", moment, known)
    return {name: float(np.max(found[name])) for name in found}


def test_what_was_written_may_be_half_a_unit_off_and_what_follows_accordingly() -> None:
    found = radii(CHAIN, {"p": filled(1.59, 0.005)})
    assert found == pytest.approx({"a": 0.0, "c": 0.0, "p": 0.005, "q": 0.015, "r": 0.015})
    assert radii(CHAIN, {"p": filled(1.59, 0.005), "q": filled(4.8, 0.05)})["r"] == pytest.approx(0.05)
    assert radii(CHAIN, {}) == {"a": 0.0, "c": 0.0, "p": 0.0, "q": 0.0, "r": 0.0}


def test_blanks_are_off_by_what_they_are_worked_from() -> None:
    sheet = own(PAIRS, {"v": filled([[1.0], [2.0]], 0.25), "u": filled([[2.0], [np.nan]], 0.05)})
    found = sheet.radii("printed", 0)
    assert len(found) == 3
    np.testing.assert_allclose(found["u"], [[0.05], [0.5]])
    np.testing.assert_allclose(found["w"], [[0.15], [1.5]])


def test_wrong_answers_make_no_room_around_the_true_values() -> None:
    """p counts where it is right; q is wrong, so that what is below it is as far off as p makes it."""
    answers = {"p": filled(1.59, 0.005), "q": filled(9.0, 0.5)}
    everything = {Key("p"): True, Key("q"): True}
    assert radii(CHAIN, answers, known=everything)["r"] == pytest.approx(0.5)
    assert radii(CHAIN, answers, known={**everything, Key("q"): False})["r"] == 0.0
    assert radii(CHAIN, {"p": filled(1.59, 0.005)}, known={Key("p"): True})["q"] == pytest.approx(0.015)


def test_room_around_true_values_is_worked_at_the_true_values() -> None:
    """d(a²) = 2a · da: with a = 1.26, not with the 5 that was written."""
    answers = {"a": filled(5.0, 0.005)}
    assert radii(CHAIN, answers)["p"] == pytest.approx(2 * 5 * 0.005, rel=1e-2)
    assert radii(CHAIN, answers, known={Key("a"): True})["p"] == pytest.approx(2 * 1.26 * 0.005, rel=1e-2)
    assert radii(CHAIN, answers, known={})["p"] == pytest.approx(2 * 1.26 * 0.005, rel=1e-2)
    assert radii(CHAIN, answers, known={Key("a"): False})["p"] == 0.0


def test_roundings_are_carried_through_updates() -> None:
    answers = {Key("W1_new", 0): filled([[1.5]], 0.05)}
    assert radii(UPDATES, answers, 1)["W1"] == pytest.approx(0.05)
    assert radii(UPDATES, answers, 2)["W1"] == pytest.approx(0.05 + 0.25 * 0.05)
    assert radii(UPDATES, answers, 0)["W1"] == 0.0


def test_roundings_of_more_than_fifty_updates_ago_are_not_carried() -> None:
    many = UPDATES.replace("steps: 3", "steps: 60").replace("0.25", "0.01")
    early, late = ({Key("W1_new", moment): filled([[1.5]], 0.05)} for moment in (6, 7))
    assert radii(many, early, 57)["W1"] == 0.0
    assert radii(many, late, 57)["W1"] > 0.0


# --- routes and overflows ---


def test_every_line_is_worked_on_the_route_that_is_asked_for() -> None:
    """σ′(a²) as it is printed, from a², or from the other y that was written."""
    sheet = own("lez5", {"y": filled([[0.4], [0.3]])})
    for route, slope in (("printed", [0.1851, 0.1733]), ("worked", [0.24, 0.21])):
        np.testing.assert_allclose(np.ravel(sheet.all_results(route, 0)["f'(a2)"]), slope, atol=5e-5)
        np.testing.assert_allclose(np.ravel(sheet.values(route, 0)["f'(a2)"]), slope, atol=5e-5)
    summands = list(sheet.term_results("dL/dh1", 0))
    assert len(summands) == 2
    assert not np.allclose(summands[0], summands[1], rtol=1e-2)
    for route, terms in zip(("printed", "worked"), summands, strict=True):
        np.testing.assert_allclose(terms.sum(axis=1), np.ravel(sheet.result(route, "dL/dh1", 0)))


def test_what_overflows_on_the_way_has_its_value_all_the_same() -> None:
    """y is 1 to the last bit, where 0 is wanted."""
    text = "network:\n  input: [1000]\n  target: [0]\n  layers: [{weights: [[1]], activation: sigmoid}]\n"
    sheet = own(text + "  loss: binary_cross_entropy\n", {})
    assert float(np.ravel(sheet.values("printed", 0)["dL/da1"])[0]) == 1.0
    assert float(np.ravel(sheet.result("printed", "L", 0))[0]) == 1000.0


def test_updates_count_their_steps() -> None:
    """Adam divides by 1 − βᵏ."""
    adam = UPDATES.replace("gradient_descent", "adam")
    quantities = grader_of(adam).quantities
    for moment in range(3):
        for name, value in quantities.values(moment).items():
            np.testing.assert_allclose(own(adam, {}).values("printed", moment)[name], value, rtol=1e-12)


def test_what_was_written_does_not_lie_half_way() -> None:
    half = "graph:\n  inputs: {a: 1.25}\n  define: {p: a * 1, q: 3 * p, r: q + q}\n  gradients: []\n"
    sheets = own(half, {"p": filled(1.25), "q": filled(3.8)}).rounded(Style(0.05, 0), "r", 0)
    assert [sheet.way for sheet in sheets] == [Way(1, True), Way(2, True), Way(3, True)]
