import os
import sys
from pathlib import Path

import pytest
from classes import refused, report

from bpcli.classroom.collect import Found, collect, same_file_key
from bpcli.classroom.results import grade_files, refuse_ambiguous
from bpcli.classroom.students import FileNames, look_alike_warnings, student_key
from bpcli.diagnostics import InputError
from bpcli.grading.grade import Grader
from bpcli.grading.model import Refusal
from bpcli.problem.source import read_source

GOOD = "answers: {a1: [0.445, 0.505], L: 0.30}\n"
BOMBS = {
    "deep": b"[" * 100_000,
    "aliases": b"a: &a [1]\nb: [*a, *a]\n",
    "tag": b"!!python/object/apply:os.system [id]\n",
    "bytes": bytes(range(256)),
    "latin": b"student: \xe9\nanswers: {}\n",
    "utf16": "answers: {a1: 1}".encode("utf-16"),
    "empty": b"",
    "huge": b"answers: {a1: [" + b"0.1," * 300_000 + b"1]}\n",
    "pdf": b"%PDF-1.7\n",
    "twice": b"answers: {L: 0.3, L: 0.4}\n",
    "unknown": b"answers: {q9: 1}\n",
    "list": b"- 1\n- 2\n",
    "documents": b"answers: {L: 1}\n---\nanswers: {L: 2}\n",
    "escape": b'answers: {L: "\\e[2J"}\n',
    "long": b"student: " + b"x" * 5_000 + b"\nanswers: {}\n",
    "typo": b"anwsers: {L: 0.3}\n",
    "control": b"answers: {L: \x1b[2J}\n",
    "tab": b"answers:\n\tL: 0.3\n",
    "surrogate": b"student: \xed\xa0\x80\nanswers: {}\n",
    "overflow": b"answers: {zz: [1e400, 9e999]}\n",
}


def names(collected) -> list[str]:
    return [Path(found.file).name for found in collected.files]


def reasons(collected) -> dict[str, str]:
    return {Path(found.file).name: found.refusal.code for found in collected.files if found.refusal}


# --- which files ---


def test_files_come_in_a_fixed_order_and_folders_are_searched(tmp_path):
    for name in ("b.yaml", "a.json", "group2/z.csv", "group1/y.YML", "B.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(GOOD)
    collected = collect([str(tmp_path)])
    assert names(collected) == ["B.yaml", "a.json", "b.yaml", "y.YML", "z.csv"]
    assert collected == collect([str(tmp_path) + os.sep])


def test_a_file_named_twice_is_graded_once(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    assert names(collect([str(tmp_path), str(tmp_path / "a.yaml"), str(tmp_path / "." / "a.yaml")])) == ["a.yaml"]


def test_litter_is_skipped_and_said(tmp_path):
    litter = [".DS_Store", "Thumbs.db", "~$a.yaml", ".a.yaml.swp", "a.yaml~", "#a.yaml#", "desktop.ini", "a.yaml.bak"]
    for name in litter:
        (tmp_path / name).write_bytes(b"\0")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "a.yaml").write_text(GOOD)
    (tmp_path / "a.yaml").write_text(GOOD)
    collected = collect([str(tmp_path)])
    assert names(collected) == ["a.yaml"]
    assert {Path(item.file).name for item in collected.skipped} == {*litter, "__MACOSX"}


def test_a_file_in_another_format_has_a_row_unless_it_lies_beside_the_answers(tmp_path):
    for name in ("a.yaml", "a.pdf", "b.docx"):
        (tmp_path / name).write_text(GOOD)
    collected = collect([str(tmp_path)])
    assert reasons(collected) == {"b.docx": "unknown-format"}
    assert [Path(item.file).name for item in collected.skipped] == ["a.pdf"]


def test_what_bpcli_wrote_is_no_answer_file(tmp_path):
    (tmp_path / "grades.csv").write_text("\ufefffile,student,score,max_score,percent\n", encoding="utf-8")
    (tmp_path / "all.json").write_text('{\n "format": "bpcli/reports",\n "version": 1}')
    (tmp_path / "a.json").write_text('{"answers": {"L": 0.3}}')
    assert names(collect([str(tmp_path)])) == ["a.json"]


def test_what_is_something_else_is_left_out(tmp_path):
    problem = tmp_path / "problem.yaml"
    problem.write_text(GOOD)
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback" / "a.yaml").write_text(GOOD)
    left_out = {same_file_key(str(path)): "known" for path in (problem, tmp_path / "feedback")}
    assert names(collect([str(tmp_path)], left_out)) == []


@pytest.mark.skipif(not hasattr(os, "symlink") or sys.platform == "win32", reason="needs symbolic links")
def test_links_are_refused_in_a_folder_and_followed_when_named(tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_text(GOOD)
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name, target in [("good", outside), ("gone", "nowhere"), ("loop", folder / "loop.yaml"), ("zero", "/dev/zero")]:
        (folder / f"{name}.yaml").symlink_to(target)
    (folder / "tree").symlink_to(tmp_path)
    assert set(reasons(collect([str(folder)])).values()) == {"symbolic-link"}
    assert len(collect([str(folder)]).files) == 5
    assert reasons(collect([str(folder / "good.yaml")])) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert reasons(collect([str(tmp_path)])) == {"pipe.yaml": "not-a-file"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not hold for everybody")
def test_a_folder_that_cannot_be_read_has_a_row(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0)
    try:
        assert reasons(collect([str(tmp_path)])) == {"locked": "unreadable"}
    finally:
        locked.chmod(0o700)


def test_a_path_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        collect([str(tmp_path / "nowhere")])


# --- one by one ---


def graded(paths, solution):
    grader = Grader(solution)

    def read(path):
        return grader.read(read_source(path, 2**20), path)

    return list(grade_files(collect([str(path) for path in paths]).files, read, grader.grade, grader.max_score))


@pytest.fixture(scope="module")
def solution():
    from classes import SOLUTION

    return SOLUTION


def test_bombs_cost_nobody_else_anything(tmp_path, solution):
    for number in range(180):
        (tmp_path / f"s{number:03}.yaml").write_text(GOOD)
    alone = graded([tmp_path], solution)
    for name, data in BOMBS.items():
        (tmp_path / f"{name}.yaml").write_bytes(data)
    together = graded([tmp_path], solution)
    assert len(together) == 200
    assert [item for item in together if item.error is None] == alone
    bad = {Path(item.file).stem: item for item in together if item.error is not None}
    assert bad.keys() == BOMBS.keys()
    assert all(item.score is None and item.error.message and item.error.place for item in bad.values())
    assert {item.error.code for item in bad.values()}.isdisjoint({"internal"})
    assert together == graded([tmp_path], solution)


def test_a_bug_in_one_file_is_told_and_the_others_are_graded():
    def grade(submission):
        if submission == "b.yaml":
            raise ZeroDivisionError("division by zero")
        return report("ok", submission)

    class Named(str):
        student = "someone"

    rows = list(grade_files([Found("a.yaml"), Found("b.yaml"), Found("c.yaml")], Named, grade, 15.0))
    assert [row.error.code if row.error else "" for row in rows] == ["", "internal", ""]
    assert "ZeroDivisionError" in rows[1].error.message


def test_an_interruption_is_not_taken_for_a_bad_file():
    def read(path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(grade_files([Found("a.yaml")], read, lambda submission: submission, 1.0))


def test_a_file_that_vanished_is_refused(tmp_path, solution):
    (tmp_path / "a.yaml").write_text(GOOD)
    found = collect([str(tmp_path)]).files
    (tmp_path / "a.yaml").unlink()
    grader = Grader(solution)
    (row,) = grade_files(found, lambda path: grader.read(read_source(path), path), grader.grade, 1.0)
    assert row.error == Refusal("unreadable", row.file, f"cannot read {row.file}: it does not exist")


# --- who is who ---


@pytest.mark.parametrize(
    ("first", "second"), [("ada", "ada"), ("ada", "ADA"), ("am\u00e9lie", "ame\u0301lie"), ("straße", "STRASSE")]
)
def test_two_files_of_one_student_are_both_refused(first, second):
    rows = refuse_ambiguous([report(first, "1.yaml"), report("bob"), report(second, "2.yaml")])
    assert [row.error.code if row.error else "" for row in rows] == ["ambiguous-student", "", "ambiguous-student"]
    assert [row.score is None for row in rows] == [True, False, True]
    assert "2.yaml" in rows[0].error.message


def test_a_bad_second_file_leaves_it_open_which_one_counts():
    rows = refuse_ambiguous([report("ada", "ada.yaml"), refused("ada", file="ada.json")])
    assert [row.error.code for row in rows] == ["ambiguous-student", "yaml-syntax"]


def test_what_was_never_an_answer_does_not():
    rows = refuse_ambiguous([report("ada"), refused("ada", "symbolic-link", file="x/ada.yaml")])
    assert rows[0].error is None


def test_look_alikes_are_told():
    warnings = look_alike_warnings(["ann", "аnn", "αlex", "bob", "BOB", "李明", "José", "Анна"])
    assert warnings == (
        "`аnn` mixes Cyrillic and Latin letters",
        "`аnn` looks like `ann`, and is another name",
        "`αlex` mixes Greek and Latin letters",
    )


def test_students_with_one_key():
    assert student_key(" Am\u00e9lie") == student_key("AME\u0301LIE")


HOSTILE = (
    *("../../x", "/abs", "a/b", "..", ".", "", "CON", "nul.txt", "com1", "a:b", "a.", " a", "x" * 300, "a\0b"),
    *("．．/x", "-rf", "~", "a\\b", "a\nb", "\x1b[2J", "\ud800", "é" * 200, "*?", "aux", "$HOME", "`id`"),
)


def test_file_names_fit_everywhere_and_are_never_the_same():
    names = FileNames()
    made = [names.name(student, suffix=".md") for student in HOSTILE]
    assert len({name.casefold() for name in made}) == len(HOSTILE)
    for name in made:
        stem = name.removesuffix(".md")
        assert stem
        assert len(name.encode()) <= 255
        assert not set(name) & set('/\\:*?"<>|\0\n\x1b~$`')
        assert stem[0] not in ".- "
        assert stem[-1] not in ". "
        assert stem.partition(".")[0].casefold() not in {"con", "nul", "aux", "com1"}


def test_good_names_stay_and_do_not_depend_on_the_others():
    assert FileNames().name("s1234567") == "s1234567"
    assert FileNames().name("Amélie.Dupont") == "Amélie.Dupont"
    first, second = FileNames(), FileNames()
    second.name("someone/else")
    assert first.name("a/b") == second.name("a/b")


def test_one_name_for_two_files_makes_two_names():
    names = FileNames()
    assert names.name("ada", "1.yaml") != names.name("ADA", "2.yaml")
