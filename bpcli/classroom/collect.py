"""Which files of a folder are answers: found in a fixed order, and nothing dropped without a word."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from bpcli.classroom.students import student_key
from bpcli.diagnostics import InputError
from bpcli.document.safe import safe
from bpcli.grading.model import Refusal

SUFFIXES = (".yaml", ".yml", ".json", ".csv")

GRADES_HEADER = "file,student,score,max_score"
"""How a table of grades starts: a file that starts so is no answer file."""

LITTER_NAMES = frozenset({"thumbs.db", "desktop.ini", "icon\r", "__macosx", "__pycache__", "node_modules"})
LEFT_BY_EDITORS = ("~", ".swp", ".swo")
LITTER_ENDS = (*LEFT_BY_EDITORS, ".tmp", ".bak", ".orig", ".part", ".crdownload")


class Found(NamedTuple):
    """A file that gets a row. `refusal` says why it is not read."""

    file: str
    refusal: Refusal | None = None

    @property
    def stem(self) -> str:
        """The student's name where the file does not say it."""
        return PurePath(self.file).stem


class Skipped(NamedTuple):
    """A file that gets no row, and why."""

    file: str
    reason: str


class Collected(NamedTuple):
    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]


def collect(paths: Iterable[str], left_out: Mapping[str, str] | None = None) -> Collected:
    """The answer files among paths and in folders, each once: paths as they are given, folders in sorted order.

    `left_out` maps `same_file_key`s of files that are something else (the problem, an output) to what they are.
    A path that is named is followed wherever it leads; inside a folder symbolic links are refused.
    Raises InputError for a path that does not exist.
    """
    walk = _Walk(left_out or {})
    for path in paths:
        if not os.path.lexists(path):
            raise InputError(f"cannot read {safe(path)}: it does not exist")
        if os.path.isdir(path):  # noqa: PTH112
            walk.folder(path)
        else:
            walk.take(Found(path))
    return walk.collected()


def same_file_key(path: str) -> str:
    """Equal for two paths to one file, whether it exists or not."""
    return os.path.normcase(os.path.realpath(path))


class _Walk:
    """Collects; used once."""

    def __init__(self, left_out: Mapping[str, str]) -> None:
        self.left_out = left_out
        self.found: list[Found] = []
        self.skipped: list[Skipped] = []
        self.seen: set[str] = set()

    def take(self, found: Found) -> None:
        key = same_file_key(found.file)
        if key not in self.seen:
            self.seen.add(key)
            self.found.append(found)

    def refuse(self, file: str, code: str, message: str) -> None:
        self.take(Found(file, Refusal(code, file, message)))

    def folder(self, folder: str) -> None:
        entries: list[tuple[tuple[str, ...], str, os.DirEntry[str] | OSError]] = []
        waiting: list[tuple[tuple[str, ...], str]] = [((), folder.rstrip("/" + os.sep) or folder)]
        while waiting:
            parts, path = waiting.pop()
            try:
                with os.scandir(path) as listing:
                    inside = list(listing)
            except OSError as error:
                entries.append((parts, path, error))
                continue
            for entry in inside:
                below, file = (*parts, entry.name), f"{path}/{entry.name}"
                if _is_litter(entry.name):
                    self.skipped.append(Skipped(file, "left by an editor or the system"))
                elif same_file_key(file) in self.left_out:
                    self.skipped.append(Skipped(file, self.left_out[same_file_key(file)]))
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append((below, file))
                else:
                    entries.append((below, file, entry))
        for _, file, what in sorted(entries, key=lambda item: item[0]):
            if isinstance(what, OSError):
                self.refuse(file, "unreadable", f"this folder cannot be read: {what.strerror or what}")
            else:
                self.entry(file, what)

    def entry(self, file: str, entry: os.DirEntry[str]) -> None:
        """A file inside a folder."""
        if entry.is_symlink():
            self.refuse(file, "symbolic-link", "a symbolic link, and these are not followed inside a folder")
            return
        try:
            regular = stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
        except OSError as error:
            self.refuse(file, "unreadable", f"it cannot be read: {error.strerror or error}")
            return
        if not regular:
            self.refuse(file, "not-a-file", "it is not a regular file")
        elif not file.lower().endswith(SUFFIXES):
            self.refuse(file, "unknown-format", f"answers are in files that end in {', '.join(SUFFIXES)}")
        elif _is_output(file):
            self.skipped.append(Skipped(file, "written by bpcli"))
        else:
            self.take(Found(file))

    def collected(self) -> Collected:
        """A scan or a picture beside a student's answers needs no row of its own."""
        answering = {student_key(item.stem) for item in self.found if item.refusal is None}
        kept: list[Found] = []
        for item in self.found:
            refusal = item.refusal
            if refusal and refusal.code == "unknown-format" and student_key(item.stem) in answering:
                self.skipped.append(Skipped(item.file, "not in a format of answers"))
            else:
                kept.append(item)
        return Collected(tuple(kept), tuple(sorted(self.skipped)))


def _is_litter(name: str) -> bool:
    lowered = name.lower()
    if name.startswith((".", "~$")) or (name[:1] == name[-1:] == "#") or lowered in LITTER_NAMES:
        return True
    ending = next((ending for ending in LITTER_ENDS if lowered.endswith(ending)), "")
    # A copy of an answer file that an editor left, and nothing that somebody may have handed in.
    return bool(ending) and (ending in LEFT_BY_EDITORS or lowered.removesuffix(ending).endswith(SUFFIXES))


def _is_output(file: str) -> bool:
    """Whether bpcli wrote it: grades or reports of an earlier run, left in the folder."""
    if not file.lower().endswith((".csv", ".json")):
        return False
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  # seen to be a regular file
            head = stream.read(400).decode("utf-8-sig", "replace")
    except OSError:  # what cannot be read is refused when it is graded
        return False
    return head.startswith((GRADES_HEADER, '{\n "format": "bpcli/'))
