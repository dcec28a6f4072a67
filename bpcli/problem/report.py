"""Where a reader puts what it finds wrong, so that everything is said at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from bpcli.diagnostics import Diagnostic, ProblemError, Related, Span

MAX_DIAGNOSTICS = 100
MAX_CANDIDATES = 2_000
MAX_SUGGESTED_LENGTH = 64


class Report:
    """Collects the diagnostics of one file."""

    __slots__ = ("diagnostics", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.diagnostics: list[Diagnostic] = []

    def add(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        label: str = "",
        related: tuple[Related, ...] = (),
        help: str = "",  # noqa: A002  # the field of Diagnostic
    ) -> None:
        """Note a diagnostic; a file with very many of them is given up."""
        self.put(Diagnostic(code, message, span, label, related, help))

    def put(self, diagnostic: Diagnostic) -> None:
        """Note it once: the lines of a loop are read for each of its numbers."""
        if diagnostic in self.diagnostics:
            return
        self.diagnostics.append(diagnostic)
        if len(self.diagnostics) >= MAX_DIAGNOSTICS:
            message = f"more than {MAX_DIAGNOSTICS - 1} things are wrong; the rest was not read"
            self.diagnostics[-1] = Diagnostic("too-many-errors", message, diagnostic.span)
            raise self.error()

    def fail(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        help: str = "",  # noqa: A002  # the field of Diagnostic
    ) -> NoReturn:
        """Note a diagnostic after which nothing more can be read."""
        self.diagnostics.append(Diagnostic(code, message, span, help=help))
        raise self.error()

    def error(self) -> ProblemError:
        """Everything found so far, in the order of the file."""
        ordered = sorted(self.diagnostics, key=_order)
        return ProblemError(self.path, self.text, tuple(ordered))

    def raise_if_any(self) -> None:
        if self.diagnostics:
            raise self.error()


def _order(item: Diagnostic) -> tuple[bool, tuple[int, ...]]:
    return item.code == "too-many-errors", item.span or (0,)


def shortened(text: str) -> str:
    """A text of the file, short enough for a message."""
    return text if len(text) <= 60 else text[:57] + "…"


def point(line: int, column: int) -> Span:
    """The place of one character."""
    return Span(line, column, line, column + 1)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, if one is alike enough."""
    if len(name) > MAX_SUGGESTED_LENGTH:
        return None
    from difflib import get_close_matches
    from itertools import islice

    # Comparing with every name of a very large graph would take longer than reading it.
    candidates = {item.casefold(): item for item in islice(known, MAX_CANDIDATES)}
    found = get_close_matches(name.casefold(), candidates, n=1)
    return candidates[found[0]] if found else None


def suggestion(name: str, known: Iterable[str], *, listed: bool = True) -> str:
    """Help for an unknown name: ``did you mean `sigmoid`? known: …``."""
    names = sorted(known)
    close = nearest(name, names)
    parts = [f"did you mean `{close}`?"] if close else []
    if listed and names:
        parts.append("known: " + ", ".join(names))
    return " ".join(parts)
