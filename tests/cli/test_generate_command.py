"""`bpcli generate` and what a class does with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bpcli.solution.load import load_problem, solve

ROSTER = "student,email\ns1234567,a@x\n../../x,b@x\nCON,c@x\nAnn Smith,d@x\n=cmd,e@x\nnull,f@x\n"


def fingerprints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fill(folder: Path, submissions: Path) -> None:
    """Every sheet answered with what the student's own key says."""
    submissions.mkdir()
    for number, sheet in enumerate(sorted((folder / "sheets").iterdir())):
        solution = solve(load_problem(folder / "problems" / sheet.name))
        head = sheet.read_text(encoding="utf-8").partition("answers:")[0]
        text = [f"{head}answers:\n"]
        for step in solution.steps:
            shown = str(nested(solution[step.id], solution.rounding.text)).replace("'", "")
            text.append(f"  {step.id}: {shown}\n")
        (submissions / f"upload_{number}.yaml").write_text("".join(text), encoding="utf-8")


def nested(value, text):
    return [nested(item, text) for item in value] if isinstance(value, list) else text(value)


@pytest.fixture
def roster(tmp_path) -> str:
    path = tmp_path / "class.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return str(path)


def test_a_class_from_roster_to_full_marks(bpcli, tmp_path, roster) -> None:
    folder = tmp_path / "hw"
    made = bpcli("generate", "uhr-identity", "--roster", roster, "--seed", "7", "-o", str(folder))
    assert (made.returncode, made.stdout) == (0, "")
    names = {path.name for path in (folder / "problems").iterdir()}
    assert len(names) == 6
    assert "s1234567.yaml" in names
    assert not any(name.casefold().startswith(("con.", "..", "=")) for name in names)
    assert not (tmp_path.parent / "x").exists()
    submissions = tmp_path / "submissions"
    fill(folder, submissions)
    grades = tmp_path / "grades.csv"
    checked = bpcli("check", str(folder), str(submissions), "--csv", str(grades))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    rows = grades.read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 7
    assert all(",100," in row for row in rows[1:])
    alone = bpcli("check", str(folder), str(min(submissions.iterdir())))
    assert alone.returncode == 0


def test_without_a_roster_the_sheet_knows_its_variant(bpcli, tmp_path) -> None:
    folder = tmp_path / "hw"
    assert bpcli("generate", "uhr-identity", "--count", "3", "-o", str(folder)).returncode == 0
    submissions = tmp_path / "submissions"
    fill(folder, submissions)
    for path, student in zip(sorted(submissions.iterdir()), ("Zoë", "Ann", "Bob"), strict=True):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("student:", f"student: {student}", 1), encoding="utf-8")
    checked = bpcli("check", str(folder), str(submissions), "--format", "json")
    assert checked.returncode == 0, checked.stdout


def test_another_students_answers_are_not_right(bpcli, tmp_path, roster) -> None:
    folder = tmp_path / "hw"
    assert bpcli("generate", "uhr-identity", "--roster", roster, "-o", str(folder)).returncode == 0
    submissions = tmp_path / "submissions"
    fill(folder, submissions)
    for path in submissions.iterdir():
        text = path.read_text(encoding="utf-8")
        if "student: s1234567" in text:
            copied = text.replace("student: s1234567", 'student: "Ann Smith"')
            path.write_text(copied, encoding="utf-8")
            refused = bpcli("check", str(folder), str(path))
            assert refused.returncode == 3
            assert "Ann_Smith" in refused.stderr
            path.write_text(copied.replace("variant: s1234567\n", ""), encoding="utf-8")
            assert bpcli("check", str(folder), str(path)).returncode == 1


def test_the_same_seed_gives_the_same_bytes(bpcli, tmp_path, roster) -> None:
    found = []
    for number, seed in enumerate(("1", "1", "2")):
        folder = tmp_path / f"hw{number}"
        environment = {"PYTHONHASHSEED": str(number)}
        command = ("generate", "uhr-identity", "--roster", roster, "--seed", seed, "-o", str(folder))
        assert bpcli(*command, env=environment).returncode == 0
        found.append(fingerprints(folder))
    assert found[0] == found[1]
    assert found[0].keys() == found[2].keys()
    assert found[0] != found[2]


def test_a_late_student_changes_nobody_elses_variant(bpcli, tmp_path, roster) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    assert bpcli("generate", "uhr-identity", "--roster", roster, "-o", str(first)).returncode == 0
    Path(roster).write_text(ROSTER.replace("student,email\n", "student,email\nlate,z@x\n"), encoding="utf-8")
    assert bpcli("generate", "uhr-identity", "--roster", roster, "-o", str(second)).returncode == 0
    before, after = fingerprints(first), fingerprints(second)
    before.pop("variants.yaml")
    assert before.items() <= after.items()


def test_what_a_person_made_stays(bpcli, tmp_path) -> None:
    folder = tmp_path / "hw"
    command = ("generate", "uhr-identity", "--count", "2", "-o", str(folder))
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    for more in ((), ("--force",)):
        refused = bpcli(*command, *more)
        assert refused.returncode == 4
        assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (folder / "notes.txt").unlink()
    assert bpcli(*command).returncode == 0
    again = bpcli(*command)
    assert again.returncode == 4
    assert "--force" in again.stderr
    before = fingerprints(folder)
    assert bpcli(*command, "--force").returncode == 0
    assert fingerprints(folder) == before
    sheet = folder / "sheets" / "v001.yaml"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("null", "0.5", 1), encoding="utf-8")
    changed = fingerprints(folder)
    refused = bpcli(*command, "--seed", "9", "--force")
    assert refused.returncode == 4
    assert "changed since" in refused.stderr
    assert fingerprints(folder) == changed


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "--count"),
        (("--count", "2", "--roster", "class.csv"), 2, "--roster"),
        (("--count", "0"), 2, "--count"),
        (("--count", "2", "--keep", "a1"), 2, "given"),
        (("--roster", "nowhere.csv"), 4, "nowhere.csv"),
    ],
)
def test_errors_say_what_to_write(bpcli, tmp_path, arguments: tuple[str, ...], code: int, told: str) -> None:
    ended = bpcli("generate", "uhr-identity", *arguments, "-o", str(tmp_path / "hw"))
    assert ended.returncode == code, ended.stderr
    assert told in ended.stderr
    assert not (tmp_path / "hw").exists()
