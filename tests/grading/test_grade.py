"""Verdicts: right, following from an earlier mistake, wrong, not answered; points; what went wrong first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from grading.sheets import by_id, check, grader_of, others, right_sheet, verdicts, yaml_of

from bpcli import load_problem, parse_problem, solve
from bpcli.diagnostics import ProblemError
from bpcli.grading.grade import Grader, grade
from bpcli.solution.load import rounding_of

SHARED = Path(__file__).parents[3] / "shared" / "published"
SHIPPED = Path(__file__).parents[1] / "published"

# The slope was left out at the output, and everything below is right for that.
SLOPE_LEFT_OUT = {
    **right_sheet("lez5"),
    "dL/da2": "[0.7448, -0.2131]",
    "dL/dW2": "[[0.4539, 0.4645], [-0.1299, -0.1329]]",
    "dL/db2": "[0.7448, -0.2131]",
    "dL/dh1": "[0.1914, 0.2180]",
    "dL/da1": "[0.0456, 0.0512]",
    "dL/dW1": "[[0.0228, 0.0046], [0.0256, 0.0051]]",
    "dL/db1": "[0.0456, 0.0512]",
}
BELOW = ("dL/dW2", "dL/db2", "dL/dh1", "dL/da1", "dL/dW1", "dL/db1")


def with_check(problem: str, settings: str) -> Grader:
    """A shipped problem with other settings for grading."""
    text = load_problem(problem).text
    return Grader(solve(parse_problem(f"{text}\ncheck: {settings}\n", problem)))


def points_of(grader: Grader, answers: dict[str, str]) -> tuple[float | None, float]:
    report = grader.grade(grader.read(yaml_of(answers), "s.yaml"))
    return report.score, report.max_score


# --- following an error through ---


def test_an_error_is_followed_through_to_the_end() -> None:
    report = check("lez5", SLOPE_LEFT_OUT)
    assert report.first_wrong == "dL/da2"
    assert {name for name, verdict in verdicts(report).items() if verdict == "follows"} == set(BELOW)
    assert others(report, "dL/da2", *BELOW) == {"correct"}
    assert (report.score, report.max_score) == (14, 15)


def test_what_follows_is_expected_from_the_students_own_values() -> None:
    answers = by_id(check("lez5", SLOPE_LEFT_OUT))
    assert answers["dL/db2"].expected == pytest.approx([0.7448, -0.2131])
    assert answers["dL/da2"].expected == pytest.approx(grader_of("lez5").solution["dL/da2"])


def test_a_mistake_below_a_mistake_is_wrong() -> None:
    report = check("lez5", {**SLOPE_LEFT_OUT, "dL/dh1": "[0.9, 0.9]"})
    assert verdicts(report)["dL/dh1"] == "wrong"
    assert verdicts(report)["dL/dW2"] == "follows"
    assert report.first_wrong == "dL/da2"


def test_going_back_to_the_right_value_is_correct() -> None:
    report = check("lez5", {**right_sheet("lez5"), "dL/da2": "[0.7448, -0.2131]"})
    assert others(report, "dL/da2") == {"correct"}


def test_the_order_in_the_file_does_not_matter() -> None:
    backwards = dict(reversed(list(SLOPE_LEFT_OUT.items())))
    found, expected = check("lez5", backwards), check("lez5", SLOPE_LEFT_OUT)
    assert list(verdicts(found).items()) == list(verdicts(expected).items())
    assert (found.first_wrong, found.score) == (expected.first_wrong, expected.score)


def test_a_blank_or_invalid_answer_does_not_stop_what_follows() -> None:
    sheet = {**SLOPE_LEFT_OUT, "dL/dh1": "null", "f'(a1)": "abc"}
    found = verdicts(check("lez5", sheet))
    assert (found["dL/dh1"], found["f'(a1)"]) == ("missing", "invalid")
    assert (found["dL/da1"], found["dL/dW1"]) == ("follows", "follows")


def test_a_given_number_that_was_copied_wrongly_is_followed() -> None:
    report = check("uhr-identity", {"x": "[0.5, 9]", "a1": "9"})
    assert verdicts(report)["x"] == "wrong"
    assert by_id(report)["x"].max_points == 0


def test_the_slope_may_be_taken_from_the_activation_or_the_pre_activation() -> None:
    """With a wrong y, σ′(a²) from a² is the true one and y(1 − y) follows; both are right ways of working."""
    for slope, verdict in (("[0.1851, 0.1733]", "correct"), ("[0.2400, 0.2100]", "follows")):
        assert verdicts(check("lez5", {"y": "[0.4, 0.3]", "f'(a2)": slope}))["f'(a2)"] == verdict


def test_the_shortcut_of_a_cross_entropy_follows_from_the_students_own_prediction() -> None:
    right = right_sheet("mac0460-softmax")
    report = check("mac0460-softmax", {**right, "y": "[0.7, 0.3]", "dL/da1": "[-0.3, 0.3]"})
    assert verdicts(report)["y"] == "wrong"
    assert verdicts(report)["dL/da1"] == "follows"


def test_summands_are_graded_and_followed() -> None:
    right = {"terms(a1)": "[[0.075, 0.02], [0.125, 0.03]]", "a1": "[0.445, 0.505]"}
    assert verdicts(check("lez5", right))["terms(a1)"] == "correct"
    slip = {"terms(a1)": "[[0.075, 0.02], [0.125, 0.3]]", "a1": "[0.445, 0.775]"}
    found = verdicts(check("lez5", slip))
    assert (found["terms(a1)"], found["a1"]) == ("wrong", "follows")


TWO_STEPS = """\
network:
  input: [1]
  target: [0]
  layers:
    - {weights: [[2]]}
  loss: half_squared_error
  update: {optimizer: gradient_descent, learning_rate: 0.25, steps: 3}
"""


def test_later_updates_follow_from_the_students_own_parameters() -> None:
    right = {"W1@1": "1.5", "y@1": "1.5", "W1@2": "1.125", "W1@3": "0.84375"}
    assert {verdicts(check(TWO_STEPS, right))[name] for name in right} == {"correct"}
    wrong = {"W1@1": "1.6", "y@1": "1.6", "W1@2": "1.2", "W1@3": "0.9"}
    found = verdicts(check(TWO_STEPS, wrong))
    assert [found[name] for name in wrong] == ["wrong", "follows", "follows", "follows"]


def test_a_parameter_after_one_update_has_two_names() -> None:
    with pytest.raises(ProblemError, match="a second time"):
        check(TWO_STEPS, {"W1@1": "1.5", "W1_new": "1.5"})


# --- digits ---


def test_fewer_digits_are_enough() -> None:
    assert verdicts(check("lez5", {"L": "0.30", "y": "[0.75, 0.8]"}))["L"] == "correct"


def test_honest_rounding_of_right_earlier_answers_is_right() -> None:
    """The notes round 0.60945 and 0.62363 and print 1.2478 for 1.24772."""
    assert verdicts(check("lez5", {"h1": "[0.6094, 0.6236]", "a2": "[1.1244, 1.2478]"}))["a2"] == "correct"
    assert verdicts(check("lez5", {"a2": "[1.1244, 1.2479]", "h1": "[0.609450, 0.623634]"}))["a2"] == "close"
    assert verdicts(check("lez5", {"a2": "[1.1244, 1.2481]", "h1": "[0.609450, 0.623634]"}))["a2"] == "wrong"


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"L": "0.31"}, "wrong"),
        ({"L": "0.30"}, "correct"),
        ({"L": "0.3"}, "correct"),
        ({"L": "0.307"}, "wrong"),
        ({"dL/da2": "[0.15, -0.04]"}, "wrong"),
        ({"dL/da2": "[0.14, -0.037]"}, "correct"),
        ({"dL/da2": "[0.14, -0.04]"}, "wrong"),  # of −0.0371 one digit does not tell right from wrong
    ],
)
def test_what_was_not_written_down_leaves_only_the_room_that_rounding_it_makes(
    answers: dict[str, str], verdict: str
) -> None:
    assert [verdicts(check("lez5", answers))[name] for name in answers] == [verdict]


CHAIN = "graph:\n  inputs: {a: 1.26}\n  define: {p: a * a, q: 3 * p, r: q + q}\n  gradients: []\n"


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"r": "9.5"}, "correct"),  # 9.5256
        ({"r": "9.6"}, "correct"),  # 1.6 · 3 · 2
        ({"r": "9.4"}, "wrong"),
        ({"r": "9.7"}, "wrong"),
        ({"r": "9.54"}, "correct"),  # 1.59 · 3 · 2
        ({"r": "9.60"}, "wrong"),  # not to two decimals
        ({"p": "1.59", "r": "9.60"}, "wrong"),
        ({"p": "1.588", "r": "9.528"}, "correct"),
        ({"p": "2.0", "r": "12.0"}, "follows"),
        ({"p": "2.04", "q": "null", "r": "12.24"}, "follows"),
    ],
)
def test_numbers_on_the_way_may_have_been_rounded_like_the_sheet(answers: dict[str, str], verdict: str) -> None:
    assert verdicts(check(CHAIN, answers))["r"] == verdict


def test_an_entry_may_have_been_worked_with_rounded_numbers_and_another_not() -> None:
    text = "graph:\n  inputs: {v: [1.26, 1.26]}\n  define: {p: v * v, r: 6 * p}\n  gradients: []\n"
    assert by_id(check(text, {"r": "[9.5, 9.6]"}))["r"].entries == ["correct", "correct"]
    assert by_id(check(text, {"r": "[9.7, 9.6]"}))["r"].entries == ["wrong", "correct"]


def test_rounding_on_the_way_is_followed_through_from_a_mistake() -> None:
    """2.14 instead of 1.5876: q is 0.214 and r 10.70, or 0.21 and 10.50. From the true p it is 0.16 and 8.00."""
    text = "graph:\n  inputs: {a: 1.26}\n  define: {p: a * a, q: p / 10, r: 50 * q}\n  gradients: []\n"
    for r, verdict in (("10.50", "follows"), ("10.60", "follows"), ("10.40", "wrong"), ("8.00", "correct")):
        found = check(text, {"p": "2.14", "r": r})
        assert (verdicts(found)["p"], verdicts(found)["r"]) == ("wrong", verdict)
    answer = by_id(check(text, {"p": "2.14", "r": "10.50"}))["r"]
    assert answer.expected == pytest.approx(10.7)


def test_summands_may_be_worked_with_rounded_numbers() -> None:
    text = """network:
  input: [1.26]
  target: [1]
  layers:
    - {weights: [[1.26]]}
    - {weights: [[50]], bias: [1]}
  loss: half_squared_error
"""
    assert verdicts(check(text, {"terms(a2)": "[[79.50]]"}))["terms(a2)"] == "correct"
    assert verdicts(check(text, {"terms(a2)": "[[79.60]]"}))["terms(a2)"] == "wrong"


def test_a_parameter_of_before_may_have_been_rounded() -> None:
    """1.5 is 1.5; 1.125 is rounded to 1.12 or 1.13 before it is used."""
    for text, verdict in (("0.84", "correct"), ("0.85", "correct"), ("0.86", "wrong")):
        assert verdicts(check(TWO_STEPS, {"W1@3": text}))["W1@3"] == verdict


def test_what_was_not_written_below_a_mistake_does_not_explain_it() -> None:
    """∂L/∂b² would be the same wrong numbers."""
    answer = by_id(check("lez5", {"dL/da2": "[0.15, -0.04]"}))["dL/da2"]
    assert "X-label" not in [match.id for match in answer.matches]


def test_whole_numbers_leave_no_room_for_rounding() -> None:
    """Half a unit of 1 would make room for −2 beside −3."""
    right = right_sheet("karpathy")
    assert verdicts(check("karpathy", {**right, "dL/da": "-2"}))["dL/da"] == "wrong"
    assert verdicts(check("karpathy", {"dL/dm": "2", "dL/da": "-5"}))["dL/da"] == "wrong"
    assert verdicts(check("karpathy", {"dL/dm": "2", "dL/da": "-6"}))["dL/da"] == "follows"


def test_cut_off_digits_are_reported() -> None:
    answer = by_id(check("lez5", {"y": "[0.7548, 0.7769]", "h1": "[0.6094, 0.6236]", "dL/dy": "[0.744, -0.213]"}))
    assert (answer["dL/dy"].verdict, answer["dL/dy"].message) == ("correct", "the last digit was cut off, not rounded")


def test_a_problem_may_refuse_cut_off_digits() -> None:
    grader = with_check("lez5", "{truncation: reject}")
    report = grader.grade(grader.read("answers:\n  y: [0.75484, 0.77691]\n  dL/dy: [0.744, -0.213]\n", "s.yaml"))
    assert by_id(report)["dL/dy"].entries == ["close", "correct"]


def test_a_tolerance_is_added_to_the_digits() -> None:
    grader = with_check("lez5", "{tolerance: {absolute: 0.01}}")
    report = grader.grade(grader.read("answers:\n  L: 0.3100\n", "s.yaml"))
    assert by_id(report)["L"].verdict == "correct"
    assert verdicts(check("lez5", {"L": "0.3100"}))["L"] == "wrong"


def test_a_problem_that_rounds_at_each_step_accepts_both_ways() -> None:
    text = load_problem("lez5").text + "\ndisplay: {decimals: 2, rounding: each_step}\n"
    grader = Grader(solve(parse_problem(text)))
    exact = right_sheet("lez5")
    assert others(grader.grade(grader.read(yaml_of(exact), "s.yaml"))) == {"correct"}
    shown = {step.id: [f"{v:.2f}" for v in step.value.flat] for step in grader.solution.steps}
    sheet = {"a2": f"[{', '.join(shown['a2'])}]", "y": f"[{', '.join(shown['y'])}]"}
    assert {verdicts(grader.grade(grader.read(yaml_of(sheet), "s.yaml")))[name] for name in sheet} == {"correct"}


# --- nothing from nothing ---


def test_a_lone_zero_is_no_rounding_of_a_number_that_is_not_small() -> None:
    report = check("lez5", {"dL/da2": "[0, 0]", "L": "0"})
    assert (verdicts(report)["dL/da2"], verdicts(report)["L"]) == ("wrong", "wrong")


def test_a_lone_zero_is_rounded_as_the_rest_of_the_sheet_is() -> None:
    small = "graph:\n  inputs: {a: 0.001, b: 12.34}\n  define: {p: a * a, q: a * b, r: b * b}\n  gradients: []\n"
    assert verdicts(check(small, {"p": "0", "q": "0.01", "r": "152.28"}))["p"] == "correct"
    assert verdicts(check(small, {"p": "0", "q": "0", "r": "152.28"}))["q"] == "wrong"


def test_a_trivial_zero_buys_no_points_below_it() -> None:
    zeros = {"dL/da2": "[0, 0]", "dL/dW2": "[[0, 0], [0, 0]]", "dL/db2": "[0, 0]", "dL/dh1": "[0, 0]"}
    zeros |= {"dL/da1": "[0, 0]", "dL/dW1": "[[0, 0], [0, 0]]", "dL/db1": "[0, 0]"}
    report = check("lez5", {**right_sheet("lez5"), **zeros})
    answers = by_id(report)
    assert answers["dL/da2"].verdict == "wrong"
    assert {answers[name].verdict for name in BELOW} == {"follows"}
    assert {answers[name].points for name in BELOW} == {0}
    assert "no points" in answers["dL/dW2"].message


def test_a_trivial_pre_activation_buys_no_points_either() -> None:
    """σ(0) = 0.5 is no zero, but it is not worked for."""
    report = check("lez5", {"a1": "[0, 0]", "h1": "[0.5, 0.5]", "a2": "[1.025, 1.125]"})
    assert [(by_id(report)[name].verdict, by_id(report)[name].points) for name in ("h1", "a2")] == [("follows", 0)] * 2


def test_an_entry_that_is_zero_only_because_it_follows_earns_nothing() -> None:
    report = check("lez5", {**right_sheet("lez5"), "dL/da2": "[0.1378, 0]", "dL/db2": "[0.1378, 0]"})
    assert by_id(report)["dL/db2"].entries == ["correct", "follows"]
    assert by_id(report)["dL/db2"].points == 0.5


def test_a_zero_that_is_true_is_right() -> None:
    assert others(check("relu-at-zero", right_sheet("relu-at-zero"))) == {"correct"}


# --- points ---


def test_entries_share_the_points_of_a_matrix() -> None:
    answer = by_id(check("lez5", {"dL/dW2": "[[0.0840, 0.0860], [-0.0225, 9]]"}))["dL/dW2"]
    assert (answer.verdict, answer.points, answer.entries[1]) == ("wrong", 0.75, ["correct", "wrong"])


def test_the_problem_says_what_is_asked_and_what_it_is_worth() -> None:
    grader = with_check("lez5", "{points: {L: 2, 'dL/dW2[1,2]': 3}}")
    assert points_of(grader, right_sheet("lez5")) == (5, 5)
    assert points_of(grader, {"dL/dW2[1,2]": "0.0860"}) == (3, 5)
    assert points_of(grader, {"dL/dW2": "[[9, 0.0860], [9, 9]]"}) == (3, 5)


def test_following_may_be_worth_less() -> None:
    assert points_of(with_check("lez5", "{follow_through: 0.5}"), SLOPE_LEFT_OUT) == (11, 15)


def test_points_for_what_there_is_not_are_an_error_of_the_problem() -> None:
    with pytest.raises(ProblemError, match="unknown-quantity"):
        with_check("lez5", "{points: {q7: 1}}")


def test_grading_does_not_change_anything() -> None:
    grader = grader_of("lez5")
    submission = grader.read(yaml_of(SLOPE_LEFT_OUT), "s.yaml")
    first = [answer._replace(matches=()) for answer in grader.grade(submission).answers]
    again = [answer._replace(matches=()) for answer in grade(grader.solution, submission).answers]
    assert first == again


@pytest.mark.parametrize("problem", ["batch-ridge", "layout-wx", "layout-xw", "layout-xwt", "class-targets", "adamw"])
def test_layouts_and_batches_are_graded_as_they_are_shown(problem: str) -> None:
    assert others(check(problem, right_sheet(problem))) == {"correct"}


def test_a_deep_graph_with_nothing_written_between_is_graded() -> None:
    lines = "".join(f"    n{k}: n{k - 1} * 1.001\n" for k in range(1, 2001))
    text = f"graph:\n  inputs: {{n0: 1}}\n  define:\n{lines}  gradients: []\n"
    assert verdicts(check(text, {"n1": "1.0", "n2000": "1e9"}))["n2000"] == "wrong"


# --- what has been printed ---


def printed_sheets() -> list[tuple[str, str, list[list[str]]]]:
    paths = [(path, str(path).replace(".printed.", ".problem.")) for path in sorted(SHARED.glob("*.printed.yaml"))]
    paths += [(path, path.stem) for path in sorted(SHIPPED.glob("*.yaml"))]
    return [(path.name, problem, yaml.safe_load(path.read_text(encoding="utf-8"))) for path, problem in paths]


@pytest.mark.parametrize(("name", "problem", "rows"), printed_sheets(), ids=[name for name, _, _ in printed_sheets()])
def test_published_numbers_get_their_verdict(name: str, problem: str, rows: list[list[str]]) -> None:
    """What is right or honestly rounded is right; a mistake in print is wrong, what inherits it follows."""
    loaded = load_problem(problem)
    grader = Grader(solve(loaded, rounding_of(loaded.display)))
    sheets: list[dict[str, str]] = []
    taken: list[set[str]] = []
    for row in rows:  # what is printed twice, with other digits, takes two sheets
        place = grader.quantities.place(row[0])
        canonical = str((place.quantity.key, place.entries or tuple(place.numbers)))
        fits = (number for number, seen in enumerate(taken) if canonical not in seen)
        number = next(fits, len(sheets))
        if number == len(sheets):
            sheets.append({})
            taken.append(set())
        sheets[number][row[0]] = row[1]
        taken[number].add(canonical)
    for sheet in sheets:
        report = grader.grade(grader.read(yaml_of(sheet), "printed.yaml"))
        for identifier, text, kind in rows:
            if sheet.get(identifier) != text:
                continue
            verdict = by_id(report)[identifier].verdict
            enough = {"correct", "close", "coarse"}  # people print fewer digits than are asked for
            if len(re.sub(r"^[-0.]+|\D", "", text)) < 2:
                enough |= {"wrong"}  # a single digit does not tell right from wrong
            allowed = {"correct": enough, "rounded": enough, "inherits": {"follows"}}
            assert verdict in allowed.get(kind, {"wrong", "follows", "close"}), (identifier, text, kind)
        wrong = [identifier for identifier, text, kind in rows if kind == "wrong" and sheet.get(identifier) == text]
        if any(by_id(report)[identifier].verdict == "wrong" for identifier in wrong):
            assert report.first_wrong in wrong
