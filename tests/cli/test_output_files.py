"""Where output goes: streams and files that cannot be written, seen from inside the process."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import pytest

from bpcli.cli.entry import run
from bpcli.cli.output import emit, make_folder, tell, write_file
from bpcli.diagnostics import InputError, OutputError
from bpcli.solution.load import MOST_BYTES, load_problem


class Refusing(io.TextIOWrapper):
    """A stream over a real file that answers every text with an error."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(path.open("wb"), encoding="utf-8")
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


def test_a_pipe_that_windows_reports_as_an_invalid_argument(tmp_path, monkeypatch):
    """There a reader that went away is no broken pipe, and no mistake either."""
    with Refusing(tmp_path / "out", OSError(errno.EINVAL, "Invalid argument")) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert run(["solve", "lez5"]) == 0


def test_another_error_of_standard_output_is_told(tmp_path, monkeypatch, capsys):
    with Refusing(tmp_path / "out", OSError(errno.EIO, "Input/output error")) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert run(["solve", "lez5"]) == 4
    assert "cannot write" in capsys.readouterr().err


def test_a_stream_that_was_closed(monkeypatch):
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(OutputError, match="standard output is closed"):
        emit("text")


def test_without_standard_error_nothing_is_told(monkeypatch):
    """A program without a console has none; what it is told goes nowhere."""
    monkeypatch.setattr(sys, "stderr", None)
    tell("a line")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_that_is_full():
    with pytest.raises(OutputError, match="cannot write /dev/full: No space left"):
        write_file("/dev/full", "text")


def test_a_folder_where_a_file_is(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot make the folder"):
        make_folder(tmp_path / "file" / "below")
    assert (tmp_path / "file").read_text() == "x"


def test_very_much_on_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b" " * (MOST_BYTES + 1))))
    with pytest.raises(InputError, match="larger than the 64 MiB"):
        load_problem("-")


def test_the_encoding_of_standard_error(monkeypatch):
    """What it lacks is written as an escape."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii"))
    tell("∂L")
    assert raw.getvalue().decode() == f"\\u2202L{os.linesep}"
