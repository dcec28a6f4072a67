"""The catalogue and the diagnoser: every mistake is planted and found, and no cause is named that does not fit."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from graded_networks import PROBLEMS, given, solved, to_significant
from hypothesis import given as draws
from hypothesis import settings
from hypothesis import strategies as st

from bpcli import load_problem, solve
from bpcli.calculus.expr import evaluate
from bpcli.grading.diagnose import Diagnoser
from bpcli.grading.model import Given
from bpcli.mistakes import CATALOGUE, WITHOUT_FORMULA, described, sites, variants
from bpcli.mistakes.entries.auxiliary import AUXILIARY
from bpcli.mistakes.site import same
from bpcli.mistakes.sources import SOURCES
from bpcli.problem.shipped import shipped_names

COUNTS = {
    "F": 25,
    "L": 17,
    "D": 27,
    "G": 24,
    "B": 21,
    "U": 21,
    "S": 29,
    "T": 4,
    "C": 4,
    "A": 4,
    "N": 2,
    "R": 1,
    "P": 1,
}


# --- the catalogue -----------------------------------------------------------------------------------------------


def test_the_catalogue_is_complete():
    """180 entries, numbered without a gap in each family."""
    expected = [f"{letter}{number:02}" for letter, count in COUNTS.items() for number in range(1, count + 1)]
    assert sorted(CATALOGUE) == sorted(expected)
    assert len(CATALOGUE) == 180


@pytest.mark.parametrize("entry", [*CATALOGUE.values(), *AUXILIARY], ids=lambda entry: entry.id)
def test_entries_have_words(entry):
    """What a student reads: a clause, a sentence, a hint without numbers, and known sources."""
    assert entry.title
    assert not entry.title.endswith(".")
    assert not entry.cause.endswith(".")
    assert entry.looks.endswith(".")
    assert entry.hint.endswith((".", "?"))
    assert not re.search(r"\d", entry.hint), "a hint gives no number away"
    assert set(entry.sources) <= SOURCES.keys()


def test_conventions_are_marked():
    assert {"L02", "B16", "D13", "D14", "G12", "G16"} <= {e.id for e in CATALOGUE.values() if e.convention}


# --- every mistake is planted and found --------------------------------------------------------------------------


def _places(identifier):
    """(solution, site, variant, value) for every place of a test problem, then of a shipped one, where it shows."""
    for solution in (*map(solved, PROBLEMS), *map(_shipped, shipped_names())):
        for site, variant in _possible(solution).get(identifier, ()):
            for formula in variant.alternatives or (variant.wrong,):
                with np.errstate(all="ignore"):
                    value = evaluate(formula, solution.values)
                if variant.alternatives:  # the slip is made in one entry
                    one = np.array(solution.values[site.name])
                    one.flat[0] = np.asarray(value).flat[0]
                    value = one
                right = solution.values[site.name]
                if np.all(np.isfinite(value)) and not np.allclose(value, right, rtol=1e-3, atol=1e-9):
                    yield solution, site, variant, value


@cache
def _shipped(name):
    return solve(load_problem(name))


@cache
def _possible(solution):
    """The mistakes of every line, by id."""
    found = {}
    for site in sites(solution):
        for variant in variants(site):
            found.setdefault(variant.id, []).append((site, variant))
    return found


@pytest.mark.parametrize("identifier", sorted(set(CATALOGUE) - WITHOUT_FORMULA))
def test_every_mistake_is_planted_and_found(identifier):
    """At four significant figures the planted id is among those told, and what is told reproduces the answer."""
    places = iter(_places(identifier))
    solution, site, _, value = next(places)
    answer = given(value)
    everything = {step.id: np.zeros(np.shape(step.value)) for step in solution}
    found = Diagnoser(solution).diagnose(site.name, answer, solution.values, everything)
    assert identifier in [match.id for match in found]
    for match in found:
        assert np.all(np.abs(match.value - answer.value) <= answer.half_unit * (1 + 1e-6) + 1e-12)


def test_early_rounding_is_found():
    """F19: the inputs of a step were rounded to one decimal before they were used."""
    solution = solved("deep")
    values = solution.values
    a2 = values["W2"] @ np.round(values["h1"], 1) + values["b2"]
    everything = {step.id: np.zeros(np.shape(step.value)) for step in solution}
    found = Diagnoser(solution).diagnose("a2", given(a2, 6), values, everything)
    assert ("F19", "possible") in [(match.id, match.certainty) for match in found]


@pytest.mark.parametrize("name", [*PROBLEMS, "layout-xw", "layout-xwt", "layout-wx", "adam", "custom-activation"])
def test_no_mistake_is_the_right_formula(name):
    """A variant is another formula than the right one, of the same shape, and can be evaluated."""
    solution = solved(name) if name in PROBLEMS else solve(load_problem(name))
    for site in sites(solution):
        for variant in variants(site):
            for formula in (variant.wrong, *variant.alternatives):
                assert formula.shape == site.right.shape
                assert not same(formula, site.right)
                with np.errstate(all="ignore"):
                    assert np.shape(evaluate(formula, solution.values)) == site.right.shape


# --- the main mistakes, computed without bpcli's formulas --------------------------------------------------------


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _by_hand():
    """A 2-2-2 network in plain numpy, as in the problem `deep`."""
    x, t = np.array([0.5, -0.3]), np.array([0.2, 0.9])
    W1, b1 = np.array([[0.35, -0.2], [0.25, 0.3]]), np.array([0.1, -0.15])
    W2, b2 = np.array([[0.4, 0.45], [-0.5, 0.55]]), np.array([0.6, 0.2])
    a1 = W1 @ x + b1
    h1 = _sigmoid(a1)
    a2 = W2 @ h1 + b2
    y = _sigmoid(a2)
    d2 = (y - t) * y * (1 - y)
    gW2 = np.outer(d2, h1)
    gh = W2.T @ d2
    d1 = gh * h1 * (1 - h1)
    return locals()


HAND = _by_hand()
MAIN = {
    "F01": ("a1", lambda n: n["W1"].T @ n["x"] + n["b1"]),
    "F03": ("a2", lambda n: n["W2"] @ n["h1"]),
    "F04": ("a2", lambda n: n["W2"] @ n["h1"] + n["b1"]),
    "F06": ("h1", lambda n: n["a1"]),
    "F09": ("h1", lambda n: 1 - n["h1"]),
    "F13": ("a2", lambda n: n["W2"] @ n["a1"] + n["b2"]),
    "L01": ("L", lambda n: np.sum((n["y"] - n["t"]) ** 2)),
    "L05": ("L", lambda n: np.sum(n["y"] - n["t"]) / 2),
    "L07": ("L", lambda n: (n["y"][0] - n["t"][0]) ** 2 / 2),
    "L08": ("L", lambda n: np.sum(n["y"] - n["t"]) ** 2 / 2),
    "D01": ("dL/dy", lambda n: n["t"] - n["y"]),
    "D03": ("dL/da2", lambda n: n["y"] - n["t"]),
    "D06": ("dL/da2", lambda n: (n["y"] - n["t"]) * _sigmoid(n["y"]) * (1 - _sigmoid(n["y"]))),
    "D07": ("dL/da2", lambda n: (n["y"] - n["t"]) * n["a2"] * (1 - n["a2"])),
    "D11": ("dL/da2", lambda n: (n["y"] - n["t"]) * (1 - n["y"] ** 2)),
    "D16": ("dL/da2", lambda n: (n["y"] - n["t"]) ** 2 / 2 * n["y"] * (1 - n["y"])),
    "G01": ("dL/dW2", lambda n: np.outer(n["h1"], n["d2"])),
    "G03": ("dL/dW2", lambda n: np.outer(n["d2"], n["y"])),
    "G05": ("dL/dW2", lambda n: np.outer(n["d2"], n["x"])),
    "G07": ("dL/dW2", lambda n: np.outer(n["d2"], [1, 1])),
    "G18": ("dL/dW2", lambda n: np.outer(n["y"] * (1 - n["y"]), n["h1"])),
    "B01": ("dL/dh1", lambda n: n["W2"] @ n["d2"]),
    "B02": ("dL/dh1", lambda n: (n["W2"] - 0.3 * n["gW2"]).T @ n["d2"]),
    "B03": ("dL/dh1", lambda n: np.diag(n["W2"]) * n["d2"]),
    "B04": ("dL/dh1", lambda n: n["W2"][0] * n["d2"][0]),
    "B08": ("dL/dh1", lambda n: n["W2"].T @ (n["y"] - n["t"])),
    "B12": ("dL/da1", lambda n: n["gh"]),
    "B13": ("dL/da1", lambda n: n["gh"] * n["a1"] * (1 - n["a1"])),
    "B14": ("dL/da1", lambda n: n["gh"] * n["y"] * (1 - n["y"])),
    "U01": ("W2_new", lambda n: n["W2"] + 0.3 * n["gW2"]),
    "U02": ("W2_new", lambda n: n["W2"] - n["gW2"]),
    "U03": ("W2_new", lambda n: -0.3 * n["gW2"]),
}


@pytest.mark.parametrize("identifier", MAIN)
def test_the_main_mistakes_by_hand(identifier):
    """The wrong number comes from plain numpy, the sheet is answered to four figures throughout."""
    name, work = MAIN[identifier]
    solution = solved("deep")
    answered = {step.id: to_significant(step.value, 4) for step in solution if step.id != name}
    values = {**solution.values, **{key: numbers for key, (numbers, _, _) in answered.items()}}
    halves = {key: half for key, (_, half, _) in answered.items()}
    value = np.asarray(work(HAND)).reshape(np.shape(solution.values[name]))
    found = Diagnoser(solution).diagnose(name, given(value), values, halves)
    assert identifier in [match.id for match in found]


def test_extra_slope_with_a_cross_entropy():
    """D04: (y − t) y (1 − y) where the slope cancels."""
    solution = solved("logistic")
    y, t = solution.values["y"], solution.values["t"]
    found = Diagnoser(solution).diagnose(
        "dL/da1", given((y - t) * y * (1 - y)), solution.values, {"dL/dy": np.zeros(y.shape)}
    )
    assert [match.id for match in found] == ["D04"]


def test_paths_of_a_scalar_graph():
    """S01 and S04 on `f = (x + y)·x`, worked by hand."""
    from bpcli import parse_problem

    text = "title: t\ngraph:\n  inputs: {x: 1.5, y: 2.25}\n  define: {q: x + y, f: q * x}\n"
    solution = solve(parse_problem(text))
    one_path = Diagnoser(solution).diagnose("df/dx", given(np.float64(3.75)), solution.values, {"df/dq": np.float64(0)})
    assert "S01" in [match.id for match in one_path]
    own_factor = Diagnoser(solution).diagnose("df/dq", given(np.float64(3.75)), solution.values, {})
    assert "S04" in [match.id for match in own_factor]


# --- what is told ------------------------------------------------------------------------------------------------


def test_a_sentence_shows_the_arithmetic():
    solution = solve(load_problem("lez5"))
    values = solution.values
    (first, *others) = Diagnoser(solution).diagnose(
        "dL/da2", given(values["dL/dy"]), values, {"dL/dy": np.zeros((2, 1))}
    )
    assert first.id == "D03"
    assert [match.id for match in others] == ["D05"]
    assert first.certainty == "tied"
    assert first.message.startswith("you wrote (7.448e−01, −2.131e−01); ∂L/∂y gives (0.7448, −0.2131): the slope")


def test_one_cause_that_fits_is_certain_at_four_figures_and_possible_at_one():
    solution = solved("deep")
    values = solution.values
    wrong = values["W2"] @ values["dL/da2"]
    answered = {step.id: np.zeros(np.shape(step.value)) for step in solution}
    (match,) = Diagnoser(solution).diagnose("dL/dh1", given(wrong), values, answered)
    assert (match.id, match.certainty) == ("B01", "certain")
    vague = Diagnoser(solution).diagnose("L", given(2 * values["L"], 1), values, answered)
    assert vague
    assert all(match.certainty != "certain" for match in vague)


def test_a_mistake_further_up_in_a_line_that_was_not_answered():
    """Only the gradient of W1 is asked for; the transpose was forgotten two lines above."""
    solution = solved("deep")
    n = HAND
    wrong = np.outer((n["W2"] @ n["d2"]) * n["h1"] * (1 - n["h1"]), n["x"])
    found = Diagnoser(solution).diagnose("dL/dW1", given(wrong), solution.values, {})
    assert "B01" in [match.id for match in found]
    assert "∂L/∂h⁽¹⁾" in found[0].message


def test_a_restart_from_the_right_values_is_recognised():
    """The student's earlier value is wrong, and the mistake was made on the right one."""
    solution = solved("deep")
    values = {**solution.values, "dL/da2": solution.values["dL/da2"] + 0.2}
    wrong = solution.values["W2"] @ solution.values["dL/da2"]
    found = Diagnoser(solution).diagnose("dL/dh1", given(wrong), values, {"dL/da2": np.full((2, 1), 5e-5)})
    assert [match.id for match in found] == ["B01"]
    assert "right earlier values" in found[0].message


AUXILIARY_CASES = {
    "X-sign": ("dL/dW1", lambda v: -v),
    "X-sign-entry": ("dL/dW1", lambda v: v * [[1, -1], [1, 1]]),
    "X-swapped": ("y", lambda v: v[::-1]),
    "X-factor-rate": ("dL/dW1", lambda v: 0.3 * v),
    "X-one-entry": ("dL/dW1", lambda v: v + np.array([[0, 0], [0.0113, 0]])),
}


@pytest.mark.parametrize("identifier", AUXILIARY_CASES)
def test_what_happens_to_right_numbers(identifier):
    name, change = AUXILIARY_CASES[identifier]
    solution = solved("deep")
    answered = {step.id: np.zeros(np.shape(step.value)) for step in solution}
    found = Diagnoser(solution).diagnose(name, given(change(solution.values[name])), solution.values, answered)
    assert [match.id for match in found] == [identifier]
    assert found[0].certainty == "possible"


def test_swapped_digits():
    """0.7448 copied as 0.7484."""
    solution = solve(load_problem("lez5"))
    answer = Given(np.array([[0.7484], [-0.2131]]), np.full((2, 1), 5e-5), [["0.7484"], ["-0.2131"]])
    found = Diagnoser(solution).diagnose("dL/dy", answer, solution.values, {})
    assert [match.id for match in found] == ["X-digits"]


def test_one_entry_answered_on_its_own():
    solution = solved("deep")
    value = solution.values["dL/dW2"].T[0, 1]
    numbers, half, texts = to_significant(value, 4)
    answer = Given(np.float64(numbers), np.float64(half), str(texts), (0, 1))
    answered = {step.id: np.zeros(np.shape(step.value)) for step in solution}
    found = Diagnoser(solution).diagnose("dL/dW2", answer, solution.values, answered)
    assert "G01" in [match.id for match in found]


def test_blank_entries_do_not_count():
    solution = solved("deep")
    wrong = solution.values["W2"] @ solution.values["dL/da2"]
    wrong[1] = np.nan
    answer = Given(np.round(wrong, 4), np.full((2, 1), 5e-5), [["", ""]])
    answered = {step.id: np.zeros(np.shape(step.value)) for step in solution}
    assert "B01" in [m.id for m in Diagnoser(solution).diagnose("dL/dh1", answer, solution.values, answered)]


def test_right_answers_and_given_numbers_have_no_mistake():
    solution = solved("deep")
    assert Diagnoser(solution).diagnose("a1", given(solution.values["a1"]), solution.values, {}) == ()
    assert Diagnoser(solution).diagnose("W1", given(solution.values["W1"] + 1), solution.values, {}) == ()


@settings(max_examples=150, deadline=None)
@draws(
    st.sampled_from(["deep", "tanh", "relu", "softmax", "logistic", "batch", "fork", "chain"]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)
def test_nothing_is_named_that_does_not_reproduce_the_answer(name, step, seed):
    """Accidental numbers are never certain, and what fits by accident gives the written digits all the same."""
    solution = solved(name)
    site = sites(solution)[step % len(sites(solution))]
    right = np.asarray(solution.values[site.name])
    accident = right * np.random.default_rng(seed).uniform(-2, 2, right.shape) + 0.1234567
    answer = given(accident, 8)
    for match in Diagnoser(solution).diagnose(site.name, answer, solution.values, {}):
        assert match.certainty != "certain"
        assert match.id == "X-one-entry" or np.all(np.abs(match.value - answer.value) <= answer.half_unit * 1.01 + 1e-9)
        described(match.id)


# --- whole sheets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lez5", "mac0460-logistic", "batch-ridge", "layout-xw"])
def test_planted_mistakes_are_located_and_named(name, monkeypatch):
    """The benchmark's measure on some shipped problems."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    from planted import planted

    cases = [case for case in planted(name, 4, every=3) if case.visible]
    assert len(cases) > 50
    assert sum(case.located for case in cases) >= 0.98 * len(cases)
    assert sum(case.id in case.ids for case in cases) >= 0.95 * len(cases)
