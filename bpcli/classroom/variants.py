"""A folder of variants: whose problem is which. `bpcli generate` writes it, `bpcli check` reads it.

    variants.yaml        the list: names, students, files and their fingerprints
    problems/NAME.yaml   the problem of each, to hand out
    sheets/NAME.yaml     the blank sheet of each, to hand out; it names the variant
    keys/NAME.md         the worked solution of each, to keep

An answer file says in `variant:` which variant it answers, and otherwise its `student:` (or its file name) does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from typing import NamedTuple, Protocol

from bpcli.classroom.students import student_key
from bpcli.diagnostics import Diagnostic, InputError, ProblemError, Span
from bpcli.document.safe import quoted
from bpcli.grading.grade import Grader
from bpcli.grading.model import Report, Submission
from bpcli.problem.identifiers import nearest
from bpcli.problem.model import Problem
from bpcli.problem.source import decode, read_source
from bpcli.problem.yaml import MappingNode, Node, ScalarNode, read_yaml
from bpcli.solution.load import load_problem, parse_problem, solve
from bpcli.solution.solution import Solution

MANIFEST = "variants.yaml"
FORMAT = "bpcli/variants"
VERSION = "1"
KINDS = {"problem": "problems/{}.yaml", "sheet": "sheets/{}.yaml", "key": "keys/{}.md"}
"""The files of a variant, relative to the folder."""

ADVICE = "make the folder anew with `bpcli generate`"


class Entry(NamedTuple):
    """A variant: its name, whose it is (empty: nobody's yet), and the fingerprints of its files by their kind."""

    name: str
    student: str
    fingerprints: dict[str, str]

    def file(self, kind: str) -> str:
        return KINDS[kind].format(self.name)


class Variants(NamedTuple):
    """What `variants.yaml` says; `path` is the folder."""

    path: str
    title: str
    seed: int
    entries: tuple[Entry, ...]

    def of(self, student: str, name: str = "") -> Entry:
        """The variant that a student's answers belong to. Raises KeyError with a sentence for a student."""
        own = self._by_student(student)
        if name:
            named = next((entry for entry in self.entries if entry.name == name), None)
            if named is None:
                near = _near(name, (entry.name for entry in self.entries))
                raise KeyError(f"there is no variant `{name}`{near}")
            if own is not None and own is not named:
                raise KeyError(f"`{student}` has the variant `{own.name}`, and these are answers to `{name}`")
            return named
        if own is None:
            near = _near(student, (entry.student or entry.name for entry in self.entries))
            raise KeyError(f"`{student}` has no variant{near}; the sheet handed out says `variant: …`")
        return own

    def _by_student(self, student: str) -> Entry | None:
        key = student_key(student)
        if not key:
            return None
        for entry in self.entries:
            if key in (student_key(entry.student or entry.name), student_key(entry.name)):
                return entry
        return None


def _near(name: str, known: Iterable[str]) -> str:
    found = nearest(name, tuple(known))
    return f" (did you mean {' or '.join(f'`{item}`' for item in found)}?)" if found else ""


def is_variants(path: str) -> bool:
    """Whether the path is a folder of variants."""
    return os.path.isfile(os.path.join(path, MANIFEST))  # noqa: PTH113, PTH118  # says no to any name


# --- the list ---


def variants_to_yaml(variants: Variants) -> str:
    """The text of `variants.yaml`."""
    lines = [
        "# Made by bpcli generate: whose variant is which. `bpcli check` reads it.",
        f"format: {FORMAT}",
        f"version: {VERSION}",
        f"title: {quoted(variants.title)}",
        f"seed: {variants.seed}",
        "variants:",
    ]
    for entry in variants.entries:
        lines.append(f"  {quoted(entry.name)}:")
        if entry.student:
            lines.append(f"    student: {quoted(entry.student)}")
        lines += [f"    {kind}: {quoted(fingerprint)}" for kind, fingerprint in entry.fingerprints.items()]
    return "\n".join(lines) + "\n"


def read_variants(folder: str) -> Variants:
    """The list of a folder of variants. Raises InputError or ProblemError where it cannot be read."""
    path = str(Path(folder) / MANIFEST)
    root = read_yaml(read_source(path), path)
    top = {key.text: node for key, node in root.root.entries}
    listed = top.get("variants")
    if _text(top.get("format")) != FORMAT or not isinstance(listed, MappingNode):
        span = Span(1, 1, 1, 2)
        message = "this is not a list of variants"
        raise ProblemError(path, root.text, (Diagnostic("not-variants", message, span, help=ADVICE),))
    if _text(top.get("version")) != VERSION:
        raise InputError(f"{path} was written by another version of bpcli; {ADVICE}")
    entries = []
    for key, node in listed.entries:
        empty = isinstance(node, ScalarNode) and node.is_empty
        if PurePath(key.text).name != key.text or "\\" in key.text or not (empty or isinstance(node, MappingNode)):
            message = f"`{key.text}` cannot be the name of a variant"
            raise ProblemError(path, root.text, (Diagnostic("not-variants", message, key.span, help=ADVICE),))
        pairs = node.entries if isinstance(node, MappingNode) else ()
        fields = {field.text: _text(value) for field, value in pairs}
        entries.append(Entry(key.text, fields.get("student", ""), {k: fields[k] for k in KINDS if k in fields}))
    seed = _text(top.get("seed"))
    return Variants(folder, _text(top.get("title")), int(seed) if seed.isdecimal() else 0, tuple(entries))


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""


# --- grading ---


class ClassGrader(Protocol):
    """Reads and grades the files of a class."""

    @property
    def solution(self) -> Solution:
        """A solution that asks for what every student was asked for."""

    def read(self, data: bytes | str, path: str) -> Submission:
        """The submission in a file's contents. Raises ProblemError for a file that cannot be graded."""

    def grade(self, submission: Submission) -> Report:
        """The report on a submission that was read here."""

    def grader_of(self, path: str) -> Grader:
        """What grades that file."""


def _as_it_is(problem: Problem) -> Problem:
    return problem


def grader_for(problem: str, adapt: Callable[[Problem], Problem] = _as_it_is) -> ClassGrader:
    """What grades the answers to a problem (a file or the name of a shipped one), or to a folder of variants.

    `adapt` may change a problem before it is worked: its language, say.
    """
    if is_variants(problem):
        return VariantGrader(read_variants(problem), adapt)
    return _OneProblem(Grader(solve(adapt(load_problem(problem)))))


class _OneProblem(NamedTuple):
    """A class in which everyone has the same problem."""

    grader: Grader

    @property
    def solution(self) -> Solution:
        return self.grader.solution

    def read(self, data: bytes | str, path: str) -> Submission:
        return self.grader.read(data, path)

    def grade(self, submission: Submission) -> Report:
        return self.grader.grade(submission)

    def grader_of(self, path: str) -> Grader:
        return self.grader


class VariantGrader:
    """A class in which everyone has a variant: each file is graded by the one it answers."""

    def __init__(self, variants: Variants, adapt: Callable[[Problem], Problem] = _as_it_is) -> None:
        if not variants.entries:
            raise InputError(f"{Path(variants.path) / MANIFEST} lists no variants")
        self.variants = variants
        self.adapt = adapt
        self._graders: dict[str, Grader] = {}
        self._of_file: dict[str, Grader] = {}

    @property
    def solution(self) -> Solution:
        """The solution of the first variant, which asks for what all of them ask for."""
        return self._grader(self.variants.entries[0]).solution

    def read(self, data: bytes | str, path: str) -> Submission:
        """The submission in a file's contents. Raises ProblemError for a file that cannot be graded."""
        grader = self._grader(self._entry(data, path))
        submission = grader.read(data, path)
        self._of_file[path] = grader
        return submission

    def grade(self, submission: Submission) -> Report:
        """The report on a submission that was read here."""
        return self._of_file[submission.path].grade(submission)

    def grader_of(self, path: str) -> Grader:
        """The grader of the variant that a file answers; of the first one for a file that could not be read."""
        return self._of_file.get(path) or self._grader(self.variants.entries[0])

    def _entry(self, data: bytes | str, path: str) -> Entry:
        text, student, variant, span = _head(data, path)
        try:
            return self.variants.of(student if variant else student or PurePath(path).stem, variant)
        except KeyError as error:
            diagnostic = Diagnostic("no-variant", str(error.args[0]), span)
            raise ProblemError(path, text, (diagnostic,)) from None

    def _grader(self, entry: Entry) -> Grader:
        if entry.name not in self._graders:
            path = str(Path(self.variants.path) / entry.file("problem"))
            self._graders[entry.name] = Grader(solve(self.adapt(parse_problem(read_source(path), path))))
        return self._graders[entry.name]


def _head(data: bytes | str, path: str) -> tuple[str, str, str, Span | None]:
    """The text of an answer file, its student, its variant, and where it says so."""
    from bpcli.grading.submission import ANSWER_LIMIT

    if PurePath(path).suffix.lower() == ".csv":
        return decode(data, path), "", "", None
    if PurePath(path).suffix.lower() == ".json":
        data = data.replace(b"\t", b" ") if isinstance(data, bytes) else data.replace("\t", " ")
    document = read_yaml(data, path, ANSWER_LIMIT)
    fields = {key.text: node for key, node in document.root.entries}
    student, variant = (fields.get(name) for name in ("student", "variant"))
    shown = variant if isinstance(variant, ScalarNode) and not variant.is_empty else student
    span = shown.span if isinstance(shown, ScalarNode) else None
    return document.text, _written(student), _written(variant), span


def _written(node: Node | None) -> str:
    return "" if isinstance(node, ScalarNode) and node.is_empty else _text(node)
