"""A class with variants: every sheet is graded by the variant it answers."""

from __future__ import annotations

import pytest

from bpcli.authoring.generate import recipe, sheet_of
from bpcli.classroom.variants import (
    Entry,
    VariantGrader,
    Variants,
    grader_for,
    is_variants,
    read_variants,
    variants_to_yaml,
)
from bpcli.diagnostics import BpcliError, ProblemError
from bpcli.solution.load import load_problem, solve

ENTRIES = (Entry("v1", "Ann", {}), Entry("v2", "Béa", {}), Entry("v3", "", {}))
LIST = Variants("there", 'A "title": #1', 7, ENTRIES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("variants")
    way = recipe(solve(load_problem("uhr-identity")))
    (path / "problems").mkdir()
    (path / "sheets").mkdir()
    for entry in ENTRIES:
        variant = way.variant(1, entry.name)
        (path / entry.file("problem")).write_text(variant.text, encoding="utf-8")
        (path / entry.file("sheet")).write_text(sheet_of(variant, entry.student), encoding="utf-8")
    (path / "variants.yaml").write_text(variants_to_yaml(LIST._replace(path=str(path))), encoding="utf-8")
    return path


def answered(grader: VariantGrader, name: str, head: str) -> str:
    entry = next(entry for entry in ENTRIES if entry.name == name)
    solution = grader._grader(entry).solution
    lines = [f"  {step.id}: {solution[step.id]}" for step in solution.steps]
    return head + "answers:\n" + "\n".join(lines) + "\n"


def test_the_list_is_read_back(folder) -> None:
    assert is_variants(str(folder))
    assert read_variants(str(folder)) == LIST._replace(path=str(folder))


@pytest.mark.parametrize(
    ("head", "path", "name"),
    [
        ("student: Ann\n", "x.yaml", "v1"),
        ("student: ANN\n", "x.yaml", "v1"),
        ("student: Be\u0301a\n", "x.yaml", "v2"),
        ("", "folder/Ann.yaml", "v1"),
        ("", "v2.yaml", "v2"),
        ("variant: v3\nstudent: Carl\n", "x.yaml", "v3"),
        ("variant: v3\n", "Ann.yaml", "v3"),
        ("variant: v1\nstudent: Ann\n", "x.yaml", "v1"),
        ("variant:\nstudent: Ann\n", "x.yaml", "v1"),
    ],
)
def test_a_file_finds_its_variant(folder, head: str, path: str, name: str) -> None:
    grader = VariantGrader(read_variants(str(folder)))
    report = grader.grade(grader.read(answered(grader, name, head), path))
    assert report.score == report.max_score > 5
    assert grader.grader_of(path).solution.problem.path.endswith(f"{name}.yaml")


def test_other_formats_find_theirs(folder) -> None:
    grader = VariantGrader(read_variants(str(folder)))
    assert grader.read('{"student": "Ann",\t"answers": {"a1": 1}}', "x.json").student == "Ann"
    assert grader.read("quantity,value\na1,1\n", "Ann.csv").student == "Ann"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("student: Zed\n", "`Zed` has no variant"),
        ("student: Anne\n", "did you mean `Ann`"),
        ("variant: v9\nstudent: Ann\n", "no variant `v9`"),
        ("variant: v2\nstudent: Ann\n", "has the variant `v1`"),
    ],
)
def test_a_file_without_a_variant_is_refused_with_its_place(folder, head: str, told: str) -> None:
    grader = VariantGrader(read_variants(str(folder)))
    with pytest.raises(ProblemError) as caught:
        grader.read(head + "answers:\n  a1: 1\n", "x.yaml")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "no-variant"
    assert told in diagnostic.message
    assert diagnostic.span is not None
    assert diagnostic.span.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\n",
        "format: bpcli/variants\nversion: 1\nvariants: 3\n",
        "format: bpcli/variants\nversion: 2\nvariants: {a: {student: b}}\n",
        "format: bpcli/variants\nversion: 1\nvariants: {../a: {student: b}}\n",
        'format: bpcli/variants\nversion: 1\nvariants: {"..\\\\a": {student: b}}\n',
        "format: bpcli/variants\nversion: 1\nvariants: {a: b}\n",
        "format: bpcli/variants\nversion: 1\nvariants: {}\n",
    ],
)
def test_a_bad_list_is_refused(tmp_path, text: str) -> None:
    (tmp_path / "variants.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BpcliError):
        grader_for(str(tmp_path))


def test_one_problem_for_everyone() -> None:
    grader = grader_for("uhr-identity")
    report = grader.grade(grader.read("answers: {y: 1}\n", "ann.yaml"))
    assert grader.grader_of("ann.yaml").solution is grader.solution
    assert report.student == "ann"
