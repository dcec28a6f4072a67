"""`bpcli quiz` as users run it."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree as ET

import pytest


def test_moodle_to_a_file_and_to_standard_output(bpcli, tmp_path) -> None:
    path = tmp_path / "q.xml"
    assert bpcli("quiz", "lez5", "--to", "moodle", "-o", str(path)).returncode == 0
    shown = bpcli("quiz", "lez5", "--to", "moodle")
    assert shown.stdout == path.read_text(encoding="utf-8")
    assert ET.fromstring(shown.stdout.encode()).tag == "quiz"


def test_canvas_and_prairielearn(bpcli, tmp_path) -> None:
    assert bpcli("quiz", "lez5", "--to", "qti", "-o", str(tmp_path / "q.zip")).returncode == 0
    assert "imsmanifest.xml" in zipfile.ZipFile(tmp_path / "q.zip").namelist()
    folder = tmp_path / "questions" / "lez5"
    assert bpcli("quiz", "lez5", "--to", "prairielearn", "-o", str(folder)).returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["info.json", "question.html", "server.py"]


@pytest.mark.parametrize("to", ["moodle", "qti", "prairielearn"])
def test_what_is_there_stays(bpcli, tmp_path, to: str) -> None:
    path = target = tmp_path / "there"
    if to == "prairielearn":
        target.mkdir()
        path = target / "info.json"
    path.write_text("mine", encoding="utf-8")
    refused = bpcli("quiz", "lez5", "--to", to, "-o", str(target))
    assert refused.returncode == 4
    assert "--force" in refused.stderr
    assert path.read_text(encoding="utf-8") == "mine"


def test_packages_need_a_name(bpcli) -> None:
    for to in ("qti", "prairielearn"):
        ended = bpcli("quiz", "lez5", "--to", to)
        assert ended.returncode == 2
        assert "-o" in ended.stderr
