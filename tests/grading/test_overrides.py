import pytest
from classes import ASKED, SOLUTION, refused, report

from bpcli import ProblemError
from bpcli.classroom.overrides import adjusted, parse_overrides
from bpcli.classroom.results import with_overrides


def overrides(text: str):
    return parse_overrides(text, "overrides.yaml", SOLUTION, ASKED)


def faults(text: str) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        overrides(text)
    assert all(diagnostic.span is not None for diagnostic in caught.value.diagnostics)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def test_a_score_takes_the_place_of_the_score():
    (adjustment,) = overrides("ada: {score: 12.5, reason: on paper}").adjustments
    assert adjusted(report("ada", L="wrong"), adjustment, ASKED).score == 12.5


def test_points_take_the_place_of_points_and_the_rest_stays():
    (adjustment,) = overrides("ada: {points: {L: 1/2, a1: 0}, reason: half right}").adjustments
    before = report("ada", L="wrong")
    after = adjusted(before, adjustment, ASKED)
    points = {answer.id: answer.points for answer in after.answers}
    assert (points["L"], points["a1"], points["h1"]) == (0.5, 0.0, 1.0)
    assert after.score == before.score - 0.5
    assert [answer.verdict for answer in after.answers] == [answer.verdict for answer in before.answers]


def test_points_for_a_question_answered_entry_by_entry():
    before = report("ada")
    (whole,) = (answer for answer in before.answers if answer.id == "a1")
    entries = tuple(
        whole._replace(id=f"a1[{n}]", quantity=f"a1[{n}]", points=0.0, max_points=0.5, verdict="wrong", entries="wrong")
        for n in (1, 2)
    )
    split = before._replace(answers=(*entries, *before.answers[1:]), score=before.score - 1)
    (adjustment,) = overrides("ada: {points: {a1: 1}, reason: fine}").adjustments
    after = adjusted(split, adjustment, ASKED)
    assert after.score == before.score
    assert [answer.points for answer in after.answers[:2]] == [0.5, 0.5]


def test_every_alias_of_a_question_is_understood():
    (adjustment,) = overrides("ada: {points: {dW2: 0, h2: 0}, reason: copied}").adjustments
    assert dict(adjustment.points) == {"dL/dW2": 0.0, "y": 0.0}


@pytest.mark.parametrize(
    ("key", "student", "file", "matches"),
    [
        ("ada", "ada", "x.yaml", True),
        ("ADA", "ada", "x.yaml", True),
        ("ame\u0301lie", "am\u00e9lie", "x.yaml", True),
        ("group7/x.yaml", "ada", "submissions/group7/x.yaml", True),
        ("x.yaml", "ada", "submissions/group7/x.yaml", True),
        ("7/x.yaml", "ada", "submissions/group7/x.yaml", False),
        ("bob", "ada", "x.yaml", False),
    ],
)
def test_students_and_files_are_found(key, student, file, matches):
    given = overrides(f"{key}: {{score: 1, reason: why}}")
    assert (given.of(report(student, file)) is not None) is matches
    assert bool(given.unused([report(student, file)])) is not matches


def test_a_refused_file_can_be_given_a_score():
    (row,) = with_overrides([refused("ada")], overrides("ada: {score: 9, reason: read it by hand}"), ASKED)
    assert row.refused
    assert (row.report.score, row.computed) == (9.0, None)


def test_a_refused_file_has_no_points_to_change():
    (row,) = with_overrides([refused("ada")], overrides("ada: {points: {L: 1}, reason: fine}"), ASKED)
    assert row.report.score is None


def test_one_file_adjusted_twice_is_refused():
    given = overrides("ada: {score: 1, reason: a}\nx.yaml: {score: 2, reason: b}")
    with pytest.raises(ProblemError, match="both about"):
        with_overrides([report("ada", "x.yaml")], given, ASKED)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ada: {score: 1}", ["missing-key"]),
        ("ada: {score: 1, reason: }", ["missing-value"]),
        ("ada: {score: 1, reason: [a]}", ["missing-value"]),
        ("ada: {reason: why}", ["missing-key"]),
        ("ada: {score: 1, points: {L: 1}, reason: why}", ["conflict"]),
        ("ada: {score: x, reason: why}", ["not-a-number"]),
        ("ada: {score: .nan, reason: why}", ["not-a-number"]),
        ("ada: {score: -1, reason: why}", ["out-of-range"]),
        ("ada: {score: 1e999, reason: why}", ["out-of-range"]),
        ("ada: {score: [1], reason: why}", ["wrong-type"]),
        ("ada: {score: , reason: why}", ["not-a-number"]),
        ("ada: {points: {a9: 1}, reason: why}", ["unknown-quantity"]),
        ("ada: {points: {x: 1}, reason: why}", ["unknown-quantity"]),
        ("ada: {points: {y: 1, h2: 1}, reason: why}", ["duplicate-key"]),
        ("ada: {points: 3, reason: why}", ["wrong-type"]),
        ("ada: {scor: 1, reason: why}", ["unknown-key", "missing-key"]),
        ("ada: 12", ["wrong-type"]),
        ("ada: {score: 1, reason: a}\nADA: {score: 2, reason: b}", ["duplicate-key"]),
        ("ada: &a {score: 1, reason: a}", ["anchor"]),
        ("- 1", ["not-a-mapping"]),
        ("", ["empty-file"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, codes):
    if codes == ["empty-file"]:
        with pytest.raises(ProblemError):
            overrides(text)
        return
    assert sorted(faults(text)) == sorted(codes)


def test_reasons_are_short_and_points_are_numbers():
    assert faults(f"ada: {{score: 1, reason: {'x' * 1001}}}") == ["text-too-long"]
    assert overrides(f"ada: {{score: 1, reason: {'x' * 1000}}}").adjustments[0].reason == "x" * 1000
    assert len(faults("ada: {points: {L: many, a1: 1}, reason: fine}")) == 1
