"""Answer files, closely: where each answer stands, what is said about a fault, and how a shape is told."""

from __future__ import annotations

import math
from typing import Any

import pytest
from grading.sheets import by_id, check, grader_of

from bpcli.diagnostics import Diagnostic, ProblemError
from bpcli.grading.model import Answer, Submission, Written

WIDE = "graph:\n  inputs: {v: [1, 2, 3, 4, 5, 6]}\n  define: {w: 2 * v}\n  gradients: []\n"


def read(text: str | bytes, path: str = "sheet.yaml", problem: str = "lez5") -> Submission:
    return grader_of(problem).read(text, path)


def refused(text: str | bytes, path: str = "sheet.yaml") -> tuple[Diagnostic, ...]:
    with pytest.raises(ProblemError) as caught:
        read(text, path)
    assert caught.value.path == path
    return caught.value.diagnostics


def answer(value: str, identifier: str = "a1", problem: str = "lez5") -> Answer:
    (found,) = read(f"answers:\n  {identifier}: {value}\n", problem=problem).answers
    return found


def fault(value: str, identifier: str = "a1", problem: str = "lez5") -> Diagnostic:
    found = answer(value, identifier, problem)
    assert found.numbers is None
    assert found.fault is not None
    return found.fault


def place(item: Any) -> tuple[int, int]:
    assert item.span is not None
    return item.span.line, item.span.column


# --- a file and its lines ---


@pytest.mark.parametrize("path", ["x/ann.yaml", "x/ann.json", "x/ann.csv"])
def test_a_submission_keeps_its_file_and_its_text(path: str) -> None:
    text = {"yaml": "answers: {L: 0.30}\n", "json": '{"answers": {"L": 0.30}}\n', "csv": "quantity,value\nL,0.30\n"}
    submission = read(text[path.rpartition(".")[2]], path)
    assert (submission.path, submission.student) == (path, "ann")
    assert submission.text == text[path.rpartition(".")[2]]
    (found,) = submission.answers
    assert (found.id, found.numbers, found.fault) == ("L", Written("0.30", 0.3, 0.005), None)


def test_answers_have_their_places() -> None:
    found = read("answers:\n  L: 0.30\n  a1: [0.445, 0.505]\n  y:\n  h1: [0.6, x]\n").answers
    assert [place(item) for item in found] == [(2, 6), (3, 7), (4, 3), (5, 13)]


def test_faults_refuse_the_file_with_its_text() -> None:
    with pytest.raises(ProblemError) as caught:
        read("answers:\n  q7: 1\n", "x/s1.yaml")
    assert (caught.value.path, caught.value.source) == ("x/s1.yaml", "answers:\n  q7: 1\n")


def test_tabs_of_json_are_spaces() -> None:
    for data in ('{\n\t"answers":\t{"L":\t0.30}}', b'{\n\t"answers":\t{"L":\t0.30}}'):
        assert read(data, "s.json").answers[0].numbers == Written("0.30", 0.3, 0.005)


@pytest.mark.parametrize("path", ["s.yaml", "s.json", "s.csv"])
def test_files_of_more_than_a_mebibyte_are_refused(path: str) -> None:
    text = {"s.csv": "quantity,value\n,", "s.yaml": "answers:\n#", "s.json": '{"answers": {}}\n'}[path]
    filler = " " if path == "s.json" else "x"
    (found,) = refused(text.ljust(2**20 + 1, filler), path)
    assert found.code == "file-too-large"
    assert "1 MiB" in found.message
    if path != "s.csv":  # whose last line names nothing
        assert read(text.ljust(2**20, filler), path).answers == ()


# --- keys ---


@pytest.mark.parametrize(("name", "is_long"), [("x" * 200, False), ("x" * 201, True)])
def test_names_may_be_long_but_not_endless(name: str, is_long: bool) -> None:
    text = f"student: {name}\nanswers:\n"
    if not is_long:
        assert read(text).student == name
        return
    (found,) = refused(text)
    assert (found.code, place(found)) == ("text-too-long", (1, 10))
    assert "201 characters" in found.message


def test_unknown_keys_are_told_with_what_was_meant() -> None:
    (found,) = refused("studnt: x\nanswers:\n")
    assert (found.code, place(found)) == ("unknown-key", (1, 1))
    assert "`studnt`" in found.message
    assert "student" in found.help
    assert "indented" not in found.help
    (found,) = refused("anwsers:\n  L: 1\n")
    assert found.help.startswith("answers stand under `answers:`, indented; ")
    assert "did you mean `answers`" in found.help


@pytest.mark.parametrize("text", ["student: x\n", "variant: 2\n"])
def test_a_file_without_answers_is_told_how_to_write_them(text: str) -> None:
    (found,) = refused(text)
    assert (found.code, place(found)) == ("missing-key", (1, 1))
    assert "no `answers:`" in found.message
    assert "a1: [0.445, 0.505]" in found.help


def test_answers_are_lines_of_a_quantity_and_its_value() -> None:
    (found,) = refused("answers: 0.3\n")
    assert (found.code, place(found)) == ("wrong-type", (1, 10))
    assert "`quantity: value`" in found.message
    assert "a1: [0.445, 0.505]" in found.help
    (found,) = refused("student: {a: 1}\nanswers:\n")
    assert (found.code, place(found)) == ("wrong-type", (1, 10))
    assert "is a name" in found.message


def test_a_variant_is_a_key_of_answer_files() -> None:
    assert read("variant: 3\nanswers:\n").answers == ()


# --- ids ---


def test_unknown_quantities_are_told_with_the_nearest_ones() -> None:
    near, far, entry = refused("answers:\n  dL/dW3: 1\n  qqqqqqqqqqqqq: 1\n  a1[7]: 1\n")
    assert "there is no quantity `dL/dW3` in this problem" in near.message
    assert near.help.startswith("did you mean `dL/dW")
    assert near.help.endswith("`?")
    assert " or " in near.help
    assert far.help == ""
    assert "no such entry" in entry.message


def test_a_second_answer_is_told_with_the_first_and_all_of_them_are() -> None:
    """Under another name of it, and an entry of what was answered as a whole."""
    found = refused("answers:\n  y: [1, 1]\n  h2: [1, 1]\n  h2[1]: 1\n")
    assert [(item.code, place(item)) for item in found] == [("answered-twice", (3, 3)), ("answered-twice", (4, 3))]
    for item in found:
        assert [(place(other), other.label) for other in item.related] == [((2, 3), "first here")]
        assert item.help == "keep one of them"
    assert "`h2[1]` is answered a second time" in found[1].message


def test_different_entries_of_a_quantity_are_answered_once_each() -> None:
    parts = read("answers:\n  dW2[1,1]: 1\n  dW2[1,2]: 2\n  dW2[2]: [3, 4]\n").answers
    assert [item.id for item in parts] == ["dW2[1,1]", "dW2[1,2]", "dW2[2]"]
    (found,) = refused("answers:\n  dW2[1,1]: 1\n  dW2[1,2]: 2\n  dW2[1]: [3, 4]\n")
    assert place(found.related[0]) == (2, 3)


# --- numbers ---


@pytest.mark.parametrize(
    ("value", "identifier", "numbers"),
    [
        ("0.30", "L", "0.30"),
        ("−0.5", "L", "−0.5"),
        ("[0.445, 0.505]", "a1", ("0.445", "0.505")),
        ("[[1, 2], [3, 4]]", "dW2", (("1", "2"), ("3", "4"))),
        ("[1, 2]", "dW2[1]", ("1", "2")),
        ("1/3", "dW2[1,2]", "1/3"),
    ],
)
def test_numbers_are_laid_out_as_they_were_written(value: str, identifier: str, numbers: Any) -> None:
    def texts(item: Any) -> Any:
        return item.text if isinstance(item, Written) else tuple(texts(part) for part in item)

    assert texts(answer(value, identifier).numbers) == numbers


def test_a_number_has_its_value_and_its_precision() -> None:
    assert answer("−0.50", "L").numbers == Written("−0.50", -0.5, 0.005)
    assert answer("12e1", "L").numbers == Written("12e1", 120.0, 5.0)
    assert answer("1/4", "L").numbers == Written("1/4", 0.25, 0.0)
    assert answer("-0012345678901234567.5", "L").fault is not None


def test_blanks_are_no_numbers() -> None:
    (first, second) = answer("[, 0.505]".replace("[,", "[null,"), "a1").numbers
    assert (first.text, first.half_unit, math.isnan(first.value)) == ("", 0.0, True)
    assert second.text == "0.505"
    whole = answer("null")
    assert (whole.numbers, whole.fault) == (None, None)


def test_tables_of_a_matrix_are_read_row_by_row() -> None:
    submission = read('quantity,value\ndW2,"1 2 3 4"\na1,"5 6"\nL,7\n', "s.csv")
    assert submission.answers[0].numbers[1][0].text == "3"
    found = read('quantity,value\ndW2,"1 2 3"\n', "s.csv").answers[0].fault
    assert found is not None
    assert found.message == "a list of 3 numbers stands here, and the quantity is a 2×2 matrix"


def test_one_entry_may_be_written_without_brackets_whatever_the_shape() -> None:
    one = "network:\n  input: [1]\n  target: [0]\n  layers: [{weights: [[2]]}]\n  loss: half_squared_error\n"
    for identifier, depth in (("y", 1), ("dL/dW1", 2)):
        found = by_id(check(one, {identifier: "2"}))[identifier]
        assert np_depth(found.given) == depth
    assert answer("0.4", "dW2[1,2]").numbers == Written("0.4", 0.4, 0.05)


def np_depth(item: Any) -> int:
    return 1 + np_depth(item[0]) if isinstance(item, list) else 0


# --- what is no number, what has another shape ---

SHAPES = {
    "L": "a single number",
    "a1": "a list of 2 numbers",
    "dW2": "a 2×2 matrix",
    "dW2[1]": "a list of 2 numbers",
    "dW2[1,1]": "a single number",
}


@pytest.mark.parametrize(
    ("identifier", "value", "found", "advice"),
    [
        ("a1", "0.445", "a number", "write it as `[…, …]`"),
        ("a1", "1/3", "a number", "write it as `[…, …]`"),
        ("a1", "{x: 1}", "a mapping", "write it as `[…, …]`"),
        ("a1", "[0.445]", "a list of 1 number", "write it as `[…, …]`"),
        ("a1", "[1, 2, 3]", "a list of 3 numbers", "write it as `[…, …]`"),
        ("a1", "[0,445, 0,505]", "a list of 4 numbers", "a decimal comma makes two numbers: write `0.5`, not `0,5`"),
        ("a1", "[[1, 2]]", "a 1×2 matrix", "write it as `[…, …]`"),
        ("a1", "[1, [2]]", "a list with rows of different lengths", "write it as `[…, …]`"),
        ("a1", "[]", "an empty list", "write it as `[…, …]`"),
        ("L", "[0.3]", "a list of 1 number", "write it without brackets"),
        ("L", "[0, 3]", "a list of 2 numbers", "write it without brackets"),
        ("L", "{x: 1}", "a mapping", "write it without brackets"),
        ("dW2", "0.3", "a number", "write it row by row: `[[…, …], […, …]]`"),
        ("dW2", "[1, 2]", "a list of 2 numbers", "write it row by row: `[[…, …], […, …]]`"),
        ("dW2", "[[1, 2]]", "a 1×2 matrix", "write it row by row: `[[…, …], […, …]]`"),
        ("dW2", "[[1, 2], [3]]", "a list with rows of different lengths", "write it row by row: `[[…, …], […, …]]`"),
        ("dW2", "[[1, 2], 3]", "a list with rows of different lengths", "write it row by row: `[[…, …], […, …]]`"),
        ("dW2", "[[1, 2, 3], [4, 5, 6]]", "a 2×3 matrix", "write it row by row: `[[…, …], […, …]]`"),
        ("dW2[1]", "[[1, 2]]", "a 1×2 matrix", "write it as `[…, …]`"),
        ("dW2[1,1]", "[1]", "a list of 1 number", "write it without brackets"),
    ],
)
def test_another_shape_is_told_with_both_shapes(identifier: str, value: str, found: str, advice: str) -> None:
    told = fault(value, f'"{identifier}"')
    assert told.message == f"{found} stands here, and the quantity is {SHAPES[identifier]}"
    assert (told.code, told.help) == ("shape", advice)
    assert place(told) == (2, 3 + len(identifier) + 2 + 2)


def test_long_rows_are_shortened_in_advice() -> None:
    assert fault("1", "w", WIDE).help == "write it as `[…, …, …, …, …]`"
    matrix = "graph:\n  inputs: {v: [[1, 2], [3, 4], [5, 6]]}\n  define: {w: 2 * v}\n  gradients: []\n"
    assert fault("1", "w", matrix).help == "write it row by row: `[[…, …], […, …], …]`"
    four = "graph:\n  inputs: {v: [1, 2, 3, 4]}\n  define: {w: 2 * v}\n  gradients: []\n"
    assert fault("1", "w", four).help == "write it as `[…, …, …, …]`"


def test_a_list_in_the_place_of_a_number_is_told_where_it_stands() -> None:
    told = fault("[[1, [2]], [3, 4]]", "dW2")
    assert (told.message, place(told)) == ("a list stands here in the place of a number", (2, 13))
    told = fault("[[1, {x: 2}], [3, 4]]", "dW2")
    assert (told.message, told.code) == ("a mapping stands here in the place of a number", "shape")


def test_what_is_no_number_is_told_where_it_stands_with_advice() -> None:
    told = fault('[0.445, "0,5"]')
    assert place(told) == (2, 15)
    assert (told.code, told.help) == ("not-a-number", "a decimal comma? write `0.5`")
    assert fault("1e400", "L").code == "out-of-range"
    assert fault("010").message == "`010` starts with a zero"
