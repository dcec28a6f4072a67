"""Class lists."""

from __future__ import annotations

import pytest

from bpcli.classroom.roster import read_roster
from bpcli.diagnostics import ProblemError


@pytest.mark.parametrize(
    ("text", "students"),
    [
        ("student\ns1\ns2\n", ("s1", "s2")),
        ("name,student,email\nAnn,s1,a@x\nBob,s2,b@x\n", ("s1", "s2")),
        ("Name;ID number\nAnn;17\nBob;18\n", ("17", "18")),
        ("first\tStudent \nAnn\ts1\n", ("s1",)),
        ("s1\ns2\n\ns3\n", ("s1", "s2", "s3")),
        ('\ufeffstudent\r\n"Smith, Ann"\r\n', ("Smith, Ann",)),
        ("student\n../../x\nCON\n=cmd\n", ("../../x", "CON", "=cmd")),
        ("Ann,1\nBob,2\n", ("Ann", "Bob")),
    ],
)
def test_students_are_found(text: str, students: tuple[str, ...]) -> None:
    assert read_roster(text.encode(), "class.csv") == students


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["empty-file"]),
        ("student\n", ["empty-file"]),
        ("student\nAnn\nANN\n", ["duplicate-name"]),
        ("student\nAnn\u200b\n" + "x" * 300 + "\n", ["bad-student", "bad-student"]),
        ('student\n"Ann\n', ["bad-roster"]),
        ("student\n" + "\n".join(f"s{n}" for n in range(20_001)), ["bad-roster"]),
    ],
)
def test_bad_lists_are_refused(text: str, codes: list[str]) -> None:
    with pytest.raises(ProblemError) as caught:
        read_roster(text.encode(), "class.csv")
    assert [item.code for item in caught.value.diagnostics] == codes
