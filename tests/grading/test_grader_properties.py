"""What holds for every sheet: rules of grading as properties, over made-up sheets of small problems."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from examples import tried
from grading.sheets import by_id, check, grader_of, right_sheet, yaml_of
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.document.rounding import Rounding
from bpcli.grading.model import Report

PROBLEMS = ("lez5", "mac0460-logistic", "cs231n-add-mul")
problems = st.sampled_from(PROBLEMS)
roundings = st.integers(4, 9).map(Rounding) | st.integers(2, 9).map(lambda digits: Rounding(significant=digits))
"""At least what is asked for: the displayed decimals, or two significant digits."""
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.sampled_from(
    ["0", "-0", "1e308", "-1e308", "1e-320", "5e-324", "0.1", "1/3", "-1", "300", "1e16", "0.000"]
)
NOT_FINITE = (".nan", "nan", "NaN", ".inf", "-.inf", "Infinity", "-Infinity", "1e999", "-1e400", "1/0", "∞")


def quantities(problem: str) -> dict[str, Any]:
    """Every quantity and its value."""
    solution = grader_of(problem).solution
    return {step.id: solution[step.id] for step in solution.steps}


def size(value: Any) -> int:
    return sum(map(size, value)) if isinstance(value, list) else 1


def text_of(value: Any, numbers: Sequence[str] | Callable[[float], str]) -> str:
    """The value as it is written, with these texts in the places of its numbers."""
    rest = iter(()) if callable(numbers) else iter(numbers)

    def written(part: Any) -> str:
        if isinstance(part, list):
            return f"[{', '.join(map(written, part))}]"
        return numbers(part) if callable(numbers) else next(rest)

    return written(value)


def numbers_for(value: Any) -> st.SearchStrategy[str]:
    count = size(value)
    return st.lists(NUMBERS, min_size=count, max_size=count).map(lambda numbers: text_of(value, numbers))


@st.composite
def sheets(draw: st.DrawFn, problem: str) -> dict[str, str]:
    """Answers that are right, rounded, made up, or what follows from a number that is off; some are missing."""
    solution, values = grader_of(problem).solution, quantities(problem)
    digits = draw(roundings)
    start = draw(st.sampled_from(sorted(values)))
    off = np.asarray(solution.values[solution.resolve(start).name]) * draw(st.sampled_from([0.5, 0.9, 1.1]))
    changed = solution.reevaluate({solution.resolve(start).name: off})
    sheet = {}
    for name, value in values.items():
        kind = draw(st.sampled_from(("right", "right", "follows", "made up", "missing")))
        if kind == "right":
            sheet[name] = text_of(value, digits.text)
        if kind == "follows":
            entries = np.ravel(changed[solution.resolve(name).name])
            sheet[name] = text_of(value, [digits.text(float(entry)) for entry in entries])
        if kind == "made up":
            sheet[name] = draw(numbers_for(value))
    return sheet


def outcome(report: Report) -> list[tuple[str, str, float]]:
    return [(item.id, item.verdict, item.points) for item in report.answers]


# --- what is right ---


@tried(0.5)
@given(problems, roundings)
def test_right_stays_right_with_fewer_digits(problem: str, digits: Rounding) -> None:
    """A whole sheet of right values, rounded to any number of decimals or of digits."""
    report = check(problem, right_sheet(problem, digits))
    assert {item.verdict for item in report.answers} == {"correct"}
    assert report.score == report.max_score


@tried(0.5)
@given(problems, st.data())
def test_every_answer_may_have_digits_of_its_own(problem: str, data: st.DataObject) -> None:
    """One answer with four decimals beside another with nine."""
    values = quantities(problem)
    drawn = data.draw(st.lists(roundings, min_size=len(values), max_size=len(values)))
    sheet = {name: text_of(values[name], digits.text) for name, digits in zip(values, drawn, strict=True)}
    assert {item.verdict for item in check(problem, sheet).answers} == {"correct"}


@tried(0.5)
@given(problems, st.data())
def test_a_right_answer_more_never_costs_anything(problem: str, data: st.DataObject) -> None:
    """Whatever else is on a sheet, what is right in addition is right and lowers no score."""
    values = quantities(problem)
    sheet = data.draw(sheets(problem))
    added = data.draw(st.sampled_from(sorted(values)))
    sheet.pop(added, None)
    before = check(problem, sheet or "answers:\n")
    after = check(problem, {**sheet, added: text_of(values[added], repr)})
    assert by_id(after)[added].verdict == "correct"
    assert after.score >= before.score


# --- what is not ---


@tried(0.5)
@given(problems, st.data(), st.sampled_from(NOT_FINITE))
def test_what_is_not_finite_is_never_right(problem: str, data: st.DataObject, word: str) -> None:
    """NaN and infinity, in one entry or in all of them, make their answer invalid, and no other one."""
    values = quantities(problem)
    chosen = data.draw(st.sampled_from(sorted(values)))
    count = size(values[chosen])
    numbers = data.draw(st.lists(st.sampled_from([word, "0.5"]), min_size=count, max_size=count))
    assume(word in numbers)
    found = by_id(check(problem, {**right_sheet(problem), chosen: text_of(values[chosen], numbers)}))
    assert found[chosen].verdict == "invalid"
    assert found[chosen].points < found[chosen].max_points
    assert {item.verdict for name, item in found.items() if name != chosen} == {"correct"}


def other_shapes(value: Any) -> list[Any]:
    """The right numbers in shapes that are not the right one."""
    if not isinstance(value, list):
        return [[value, value], [[value, value]], []]
    first = value[0][0] if isinstance(value[0], list) else value[0]
    shapes = [[value], value[:-1], [*value, value[-1]], first, []]
    if isinstance(value[0], list):
        return [*shapes, [row[:-1] for row in value], value[0], [first for row in value for _ in row], [[first]]]
    return [*shapes, [value, value]]


@tried(0.7)
@given(problems, st.data())
def test_another_shape_is_never_right(problem: str, data: st.DataObject) -> None:
    """A bracket more, an entry less, one entry for all, one row for a matrix: nothing is broadcast."""
    values = quantities(problem)
    chosen = data.draw(st.sampled_from(sorted(values)))
    shaped = data.draw(st.sampled_from(other_shapes(values[chosen])))
    text = text_of(shaped, repr)
    (answer,) = (item for name, item in by_id(check(problem, {chosen: text})).items() if name == chosen)
    assert answer.verdict == "invalid", text
    assert answer.points == 0


@tried(0.7)
@given(problems, st.data(), st.sampled_from([2.0, -1.0, 0.5, 1.01, 1e6, 1e-6]))
def test_a_number_that_is_off_is_not_correct(problem: str, data: st.DataObject, factor: float) -> None:
    """One entry of a right sheet is changed: its answer has not all of its points."""
    values = quantities(problem)
    chosen = data.draw(st.sampled_from(sorted(values)))
    entries = [float(entry) for entry in np.ravel(values[chosen])]
    place = data.draw(st.integers(0, len(entries) - 1))
    changed = entries[place] * factor if entries[place] else factor
    texts = [repr(entry) for entry in entries]
    texts[place] = repr(changed)
    found = by_id(check(problem, {**right_sheet(problem), chosen: text_of(values[chosen], texts)}))
    assert found[chosen].verdict != "correct"
    assert found[chosen].points < found[chosen].max_points or found[chosen].verdict == "close"


# --- whatever is written ---


@tried()
@given(problems, st.data())
def test_any_numbers_have_a_score(problem: str, data: st.DataObject) -> None:
    """Whatever the numbers, as large as they get: a score between nothing and everything, and no warning."""
    values = quantities(problem)
    chosen = data.draw(st.sets(st.sampled_from(sorted(values)), max_size=6))
    report = check(problem, {name: data.draw(numbers_for(values[name])) for name in sorted(chosen)} or "answers:\n")
    assert report.score is not None
    assert math.isfinite(report.score)
    assert 0 <= report.score <= report.max_score
    assert all(0 <= item.points <= item.max_points for item in report.answers)
    assert all(item.verdict != "correct" or item.points == item.max_points for item in report.answers)


@pytest.mark.parametrize("huge", ["1e308", "-1e308", "1e155"])
@pytest.mark.parametrize("problem", PROBLEMS)
def test_consequences_that_overflow_are_no_warning(problem: str, huge: str) -> None:
    """What follows from a huge answer is out of range: graded without a word from NumPy."""
    for name, value in quantities(problem).items():
        sheet = {**right_sheet(problem), name: text_of(value, [huge] * size(value))}
        assert by_id(check(problem, sheet))[name].verdict == "wrong"


# --- how it is written ---


@tried(0.5)
@given(problems, st.data())
def test_the_order_of_the_file_does_not_matter(problem: str, data: st.DataObject) -> None:
    """The same answers in another order have the same verdicts."""
    sheet = data.draw(sheets(problem))
    assume(sheet)
    mixed = {name: sheet[name] for name in data.draw(st.permutations(list(sheet)))}
    first, second = check(problem, sheet), check(problem, mixed)
    assert (first.score, first.first_wrong) == (second.score, second.first_wrong)
    assert outcome(first) == outcome(second)


def parsed(text: str) -> Any:
    """Nested lists of the numbers as texts."""
    return json.loads(text, parse_float=str, parse_int=str)


def in_block(sheet: dict[str, str]) -> str:
    def lines(value: Any, indentation: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{indentation}{value}"]
        found = []
        for item in value:
            first, *rest = lines(item, "")
            found += [f"{indentation}- {first}", *(f"{indentation}  {line}" for line in rest)]
        return found

    written = ["answers:"]
    for name, text in sheet.items():
        value = parsed(text)
        written += [f"  {name}: {value}"] if isinstance(value, str) else [f"  {name}:", *lines(value, "    ")]
    return "\n".join(written) + "\n"


def in_json(sheet: dict[str, str]) -> str:
    return '{"answers": {' + ",\n".join(f"{json.dumps(name)}: {text}" for name, text in sheet.items()) + "}}"


def in_csv(sheet: dict[str, str]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(("quantity", "value"))

    def put(name: str, value: Any, places: tuple[int, ...]) -> None:
        if isinstance(value, list):
            for number, item in enumerate(value, start=1):
                put(name, item, (*places, number))
        else:
            writer.writerow((f"{name}[{','.join(map(str, places))}]" if places else name, value))

    for name, text in sheet.items():
        put(name, parsed(text), ())
    return stream.getvalue()


@tried(0.4)
@given(problems, st.data())
def test_the_layout_of_a_file_does_not_matter(problem: str, data: st.DataObject) -> None:
    """In flow or in block style, as JSON or as a table: the same answers have the same verdicts and points."""
    sheet = {name: text for name, text in data.draw(sheets(problem)).items() if "/" not in text}
    assume(sheet)
    flow = check(problem, yaml_of(sheet))
    for text, path in ((in_block(sheet), "s.yaml"), (in_json(sheet), "s.json"), (in_csv(sheet), "s.csv")):
        other = check(problem, text, path)
        assert other.score == pytest.approx(flow.score), text
        assert quantity_of(other.first_wrong) == quantity_of(flow.first_wrong), text
        assert totals(other) == pytest.approx(totals(flow)), text
        found = {quantity_of(entry) for entry, verdict, _ in outcome(other) if verdict not in ("correct", "missing")}
        assert found == {name for name, verdict, _ in outcome(flow) if verdict not in ("correct", "missing")}, text


def quantity_of(identifier: str | None) -> str:
    return (identifier or "").split("[")[0]


def totals(report: Report) -> dict[str, float]:
    """The points of every quantity: a table has a line, and a verdict, for each entry."""
    points: dict[str, float] = {}
    for identifier, _, earned in outcome(report):
        name = quantity_of(identifier)
        points[name] = points.get(name, 0.0) + earned
    return points
