"""Answer files: what is read, what makes one answer invalid, what refuses the file."""

from __future__ import annotations

import json

import pytest
from grading.sheets import by_id, check, grader_of, others, right_sheet, verdicts, yaml_of

from bpcli.diagnostics import ProblemError
from bpcli.reports.answer_sheet import blank_sheet

MANY = "graph:\n  inputs: {a: 1}\n  define: {v: '3*a', w: 'v*v'}\n"


def refusal(text: str | bytes, path: str = "sheet.yaml", problem: str = "lez5") -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        grader_of(problem).read(text, path)
    return caught.value


def codes(error: ProblemError) -> list[tuple[str, int, int]]:
    return [(d.code, d.span.line, d.span.column) for d in error.diagnostics if d.span is not None]


@pytest.mark.parametrize("problem", ["lez5", "xor", "karpathy", "adam", "layout-xw", "mac0460-softmax"])
def test_a_right_sheet_is_right_in_every_format(problem: str) -> None:
    sheet = right_sheet(problem)
    table = "quantity,value\n" + "".join(f'"{key}","{value}"\n' for key, value in sheet.items())
    data = json.dumps({"answers": {key: json.loads(value) for key, value in sheet.items()}}, indent="\t")
    for text, path in ((yaml_of(sheet), "s.yaml"), (table, "s.csv"), (data, "s.json")):
        report = check(problem, text, path)
        assert others(report) == {"correct"}, path
        assert report.score == report.max_score == len(sheet)
        assert report.first_wrong is None
        assert report.student == "s"


@pytest.mark.parametrize("format", ["yaml", "csv"])
def test_a_blank_sheet_is_read_back_as_nothing_answered(format: str) -> None:  # noqa: A002
    solution = grader_of("mazur").solution
    report = check("mazur", blank_sheet(solution, format), f"sheet.{format}")
    assert others(report) == {"missing"}
    assert report.score == 0.0


@pytest.mark.parametrize("format", ["yaml", "csv"])
def test_a_filled_sheet_is_read_back_as_right(format: str) -> None:  # noqa: A002
    solution = grader_of("mazur").solution
    text = blank_sheet(solution, format, filled=[step.id for step in solution.steps])
    assert others(check("mazur", text, f"sheet.{format}")) == {"correct"}


@pytest.mark.parametrize("text", ["0.3001", "'0.3001'", "+0.3001", "3.001e-1", "30.01E-2", ".3001"])
def test_numbers_are_read_from_their_text(text: str) -> None:
    assert by_id(check("lez5", {"L": text}))["L"].verdict == "correct"


def test_a_typographic_minus_is_a_minus() -> None:
    assert by_id(check("lez5", {"dL/da2": "[0.1379, −0.0369]"}))["dL/da2"].verdict == "correct"


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_what_is_left_empty_is_not_answered(nothing: str) -> None:
    assert by_id(check("lez5", {"L": nothing}))["L"].verdict == "missing"


def test_an_entry_may_be_left_blank() -> None:
    answer = by_id(check("lez5", {"a1": "[0.445, null]"}))["a1"]
    assert (answer.verdict, answer.entries, answer.points) == ("missing", ["correct", "missing"], 0.5)
    assert answer.given == ["0.445", None]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "is not a number"),
        (".nan", "not a finite number"),
        ("Infinity", "not a finite number"),
        ("1e400", "out of range"),
        ("9" * 5000, "5000 characters"),
        ("true", "is not a number"),
        ("1:30", "looks like a time"),
        ("010", "starts with a zero"),
        ("0x1F", "hexadecimal"),
        ("1_000", "without `_`"),
        ("2024-01-01", "looks like a date"),
        ("'0,5'", "decimal comma"),
        ("1/0", "divides by zero"),
        ("½", "write `1/2`"),
        ("π", "3.14159"),
        ("１２", "write `12`"),
        ("[0.3]", "a list of 1 number stands here, and the quantity is a single number"),
        ("{a: 1}", "a mapping"),
        ("[[0.3]]", "a 1×1 matrix"),
        ("[]", "an empty list"),
        ("“0.3”", "typographic quotes"),
        ("0.3#x", "before `#`"),
    ],
)
def test_a_value_that_is_no_number_makes_that_answer_invalid(value: str, message: str) -> None:
    report = check("lez5", {**right_sheet("lez5"), "L": value})
    answer = by_id(report)["L"]
    assert (answer.verdict, answer.points) == ("invalid", 0)
    assert message in answer.message
    assert answer.place is not None
    assert answer.place.line == 6
    assert others(report, "L") == {"correct"}


@pytest.mark.parametrize(
    "value",
    [
        "[[0.445], [0.505]]",
        "[[0.445, 0.505]]",
        "[0.445]",
        "[0.445, 0.505, 0]",
        "0.445",
        "[0,445, 0,505]",
        "[0.445, [1]]",
    ],
)
def test_a_wrong_shape_is_invalid_and_never_broadcast(value: str) -> None:
    report = check("lez5", {**right_sheet("lez5"), "a1": value})
    assert by_id(report)["a1"].verdict == "invalid"
    assert others(report, "a1") == {"correct"}


def test_a_shape_that_does_not_fit_is_told_with_both_shapes() -> None:
    message = by_id(check("lez5", {"dL/dW2": "[0.1, 0.2]"}))["dL/dW2"].message
    assert "a list of 2 numbers stands here, and the quantity is a 2×2 matrix" in message
    assert "row by row" in message


def test_one_number_answers_a_quantity_with_one_entry() -> None:
    assert others(check("momentum", {"y": right_sheet("momentum")["y"].strip("[]")}), "y") == {"missing"}
    assert verdicts(check("momentum", {"y": right_sheet("momentum")["y"].strip("[]")}))["y"] == "correct"


def test_a_row_of_a_matrix_and_single_entries_may_be_answered() -> None:
    report = check("lez5", {"dL/dW2[1]": "[0.0840, 0.0860]", "dL/dW2[2,1]": "-0.0225", "dL/dW2[2,2]": "9"})
    found = {key: (a.verdict, a.points, a.max_points) for key, a in by_id(report).items() if "W2" in key}
    assert found == {
        "dL/dW2[1]": ("correct", 0.5, 0.5),
        "dL/dW2[2,1]": ("correct", 0.25, 0.25),
        "dL/dW2[2,2]": ("wrong", 0.0, 0.25),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("answers:\n  a1: [0.445, 0.505]\n  aa9: 1\n", [("unknown-quantity", 3, 3)]),
        ("answers:\n  W7: 1\n  a1[3]: 1\n", [("unknown-quantity", 2, 3), ("unknown-quantity", 3, 3)]),
        ("answers:\n  a1: 1\n  a1: 2\n", [("duplicate-key", 3, 3)]),
        ("answers:\n  y: [1, 1]\n  h2: [1, 1]\n", [("answered-twice", 3, 3)]),
        ("answers:\n  dW2[1,1]: 1\n  dL/dW2: [[1, 1], [1, 1]]\n", [("answered-twice", 3, 3)]),
        ("answers:\n  dL/dW2: [[1, 1], [1, 1]]\n  grad_W2[1,1]: 1\n", [("answered-twice", 3, 3)]),
        ("answers:\n  dL/dW2[1]: [1, 1]\n  dL/dW2[1,2]: 1\n", [("answered-twice", 3, 3)]),
        ("anwsers:\n  L: 1\n", [("unknown-key", 1, 1)]),
        ("L: 0.3\na1: [1, 2]\n", [("unknown-key", 1, 1), ("unknown-key", 2, 1)]),
        ("student: x\n", [("missing-key", 1, 1)]),
        ("answers: [1, 2]\n", [("wrong-type", 1, 10)]),
        ("student: [a]\nanswers:\n  L: 1\n", [("wrong-type", 1, 10)]),
        ("answers: &a {L: 1}\n", [("anchor", 1, 10)]),
        ("answers: {L: !!float 1}\n", [("tag", 1, 14)]),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert codes(refusal(text)) == expected


def test_the_nearest_ids_are_told() -> None:
    (diagnostic,) = refusal("answers:\n  dL/dW3: 1\n").diagnostics
    assert "dL/dW2" in diagnostic.help


def test_answers_without_their_key_are_explained() -> None:
    assert "answers stand under `answers:`" in refusal("L: 0.3\n").diagnostics[0].help


@pytest.mark.parametrize("data", [b"", b"\xff\xfea\x00", b"a: \xe9\n", b"%PDF-1.7", b"x" * (2**20 + 1), b"[" * 5000])
def test_a_file_that_is_no_answer_file_is_refused(data: bytes) -> None:
    for path in ("s.yaml", "s.json", "s.csv"):
        assert refusal(data, path).exit_code == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a1,0.445\n", [("bad-header", 1, 1)]),
        ("quantity;value\nL;0.3\n", [("bad-header", 1, 1)]),
        ("quantity,value\nL,0.3\nL,0.3\n", [("answered-twice", 3, 1)]),
        ('quantity,value\nL,"0.3\n', [("unclosed-quote", 2, 3)]),
        ("quantity,value\nnope,1\n", [("unknown-quantity", 2, 1)]),
    ],
)
def test_a_table_is_refused_with_its_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert codes(refusal(text, "s.csv")) == expected


@pytest.mark.parametrize(
    "line",
    ['a1,"0.445, 0.505"', "a1,0.445,0.505", "a1,0.445 0.505", "a1,[0.445; 0.505]", '"a1" , "[0.445, 0.505]"',
     "a1[1],0.445\na1[2],0.505", "a1,0.445,0.505,,,"],
)  # fmt: skip
def test_lists_in_a_table_are_written_in_many_ways(line: str) -> None:
    report = check("lez5", f"\ufeffQuantity,Value\r\n{line}\r\n,\r\n", "s.csv")
    assert {answer.verdict for answer in report.answers if answer.quantity.startswith("a1")} == {"correct"}


def test_the_student_is_named_by_the_file_or_its_name() -> None:
    grader = grader_of("lez5")
    assert grader.read("student: Ann\nanswers:\n", "x/s1.yaml").student == "Ann"
    assert grader.read("student:\nanswers:\n", "x/s1.yaml").student == "s1"
