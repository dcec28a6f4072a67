"""Errors as values: a place, a code, a message and a way out.

Readers collect every `Diagnostic` they find and raise them together in one `ProblemError`;
only the command line decides how they are printed and which exit code they give.
"""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A place in a file: lines and columns count from 1, `end_column` is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A second place that explains a diagnostic, with a short label for it."""

    span: Span
    label: str


class Diagnostic(NamedTuple):
    """One thing that is wrong, in lower case and without a full stop.

    `label` stands under the caret of the primary place, `help` says what to do.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    related: tuple[Related, ...] = ()
    help: str = ""


class BpcliError(Exception):
    """Anything bpcli tells a user about; each kind knows its exit code."""

    exit_code = 70


class ProblemError(BpcliError):
    """A problem (or answer) file that cannot be used: every diagnostic found in it at once.

    `source` is the text of the file where it could be decoded, so that the lines can be shown.
    """

    exit_code = 3
    outcome = "Nothing was solved."
    """The last sentence of the refusal: what did not happen."""

    def __init__(self, path: str, source: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(path, source, diagnostics)
        self.path = path
        self.source = source
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        def place(item: Diagnostic) -> str:
            return f"{self.path}:{item.span.line}:{item.span.column}" if item.span else self.path

        return "\n".join(f"{place(d)}: error[{d.code}]: {d.message}" for d in self.diagnostics)


class InputError(BpcliError):
    """A file that cannot be read: it does not exist, is a folder, is not readable."""

    exit_code = 4


class OutputError(BpcliError):
    """A file or a stream that cannot be written."""

    exit_code = 4
