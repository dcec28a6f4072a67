"""`bpcli practice`: a problem worked by the learner, one quantity at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.language import Lang, in_language
from bpcli.cli.options import Ascii, Width

if TYPE_CHECKING:
    from bpcli.document.document import Block, Document
    from bpcli.reports.practice import Practice, Progress

COMMANDS = {
    "?": "hint", "hint": "hint", "h": "hint",
    "back": "back", "b": "back",
    "skip": "skip", "s": "skip",
    "sheet": "sheet",
    "help": "help",
    "quit": "quit", "q": "quit", "exit": "quit",
}  # fmt: skip

MOST_LINE = 1_000_000
"""Characters of one typed line that are read."""


def practice(
    problem: Annotated[str, typer.Argument(help="A problem file, or the name of a shipped problem.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Start again instead of going on where you left.")] = False,
    state: Annotated[
        str | None, typer.Option("--state", help="Keep your progress in this file.", metavar="FILE")
    ] = None,
    width: Width = None,
    lang: Lang = None,
    ascii: Ascii = False,  # noqa: A002
) -> None:
    """Practise a problem: one quantity at a time, checked at once, with hints.

    Type numbers separated by spaces, rows separated by `;`. Other words: ? (a hint), back, skip, sheet, help, quit.
    What you have done is kept, so that you can stop and go on later.

    Example:  bpcli practice lez5
    """
    if problem == "-":
        raise typer.BadParameter("standard input is where you answer: name a problem file")
    from bpcli.grading.grade import Grader
    from bpcli.reports.practice import Practice
    from bpcli.solution.load import load_problem, solve

    loaded = in_language(lang)(load_problem(problem))
    session = Practice(Grader(solve(loaded)))
    _Session(session, _keeper(state, loaded.text), width, ascii).run(fresh)


class _Keeper:
    """Keeps the progress in a file, or nowhere where there is no place for it."""

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        self.path = path
        self.fingerprint = fingerprint

    def load(self, questions: int) -> Progress | None:
        from bpcli.diagnostics import BpcliError
        from bpcli.problem.source import read_source
        from bpcli.reports.practice import progress_from

        if self.path is None or not os.path.exists(self.path):  # noqa: PTH110
            return None
        try:
            text = read_source(self.path, 2**20).decode("utf-8", "replace")
        except BpcliError:  # not a file that was kept here
            return None
        return progress_from(text, self.fingerprint, questions)

    def save(self, progress: Progress) -> bool:
        """Whether the progress is kept; a place that cannot be written is told once and not tried again."""
        from bpcli.cli.output import write_file
        from bpcli.diagnostics import OutputError
        from bpcli.reports.practice import progress_to

        if self.path is None:
            return False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_file(str(self.path), progress_to(progress, self.fingerprint))
        except (OSError, OutputError) as error:
            sys.stderr.write(f"your progress cannot be kept: {error}\n")
            self.path = None
            return False
        return True


def _keeper(state: str | None, text: str) -> _Keeper:
    import hashlib

    fingerprint = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if state is not None:
        return _Keeper(Path(state), fingerprint)
    folder = _state_folder()
    return _Keeper(folder / "bpcli" / f"practice-{fingerprint[:16]}.json" if folder else None, fingerprint)


def _state_folder() -> Path | None:
    """Where programs keep such things: XDG on POSIX, the local application data on Windows."""
    named = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    if named and Path(named).is_absolute():
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".local" / "state" if home.is_dir() else None


class _Session:
    """The conversation: prints a question, reads a line, says what it came to."""

    def __init__(self, session: Practice, keeper: _Keeper, width: int | None, plain: bool) -> None:
        self.session = session
        self.keeper = keeper
        self.width = width
        self.plain = plain
        self.messages = session.messages
        self.progress = session.start()

    def run(self, fresh: bool) -> None:
        kept = None if fresh else self.keeper.load(len(self.session.questions))
        if kept is not None and kept.at:
            self.progress = self.session.first_open(kept)
            done, total = len(self.progress.answers), len(self.session.questions)
            self.say(self.messages.text("practice.resumed", at=done, total=total))
        else:
            self.say(self.messages.text("practice.welcome"))
        try:
            self.questions()
        except KeyboardInterrupt:
            self.say("")
            self.finish(self.progress)
            raise
        self.finish(self.progress)

    def questions(self) -> None:
        """Asks until everything is answered or the input ends."""
        while self.progress.at < len(self.session.questions):
            self.ask(self.progress)
            line = self.read()
            if line is None:
                self.say("")
                return
            done, self.progress = self.step(self.progress, line.strip())
            self.keeper.save(self.progress)
            if done:
                return

    def step(self, progress: Progress, line: str) -> tuple[bool, Progress]:
        """What a typed line does: whether it ends the session, and the progress after it."""
        word = COMMANDS.get(line.lower())
        if not line or word == "help":
            self.say(self.messages.text("practice.help"))
        elif word == "quit":
            return True, progress
        elif word == "hint":
            progress, blocks = self.session.hint(progress)
            self.show(blocks)
        elif word == "back":
            progress = progress._replace(at=max(progress.at - 1, 0))
        elif word == "skip":
            progress = progress._replace(at=progress.at + 1)
        elif word == "sheet":
            self.show(self.session.summary(progress).blocks)
        else:
            progress, outcome = self.session.answer(progress, line)
            self.show(outcome.blocks)
        return False, progress

    def finish(self, progress: Progress) -> None:
        self.show(self.session.summary(progress).blocks)
        if self.keeper.save(progress) and progress.at < len(self.session.questions):
            self.say(self.messages.text("practice.kept"))

    def ask(self, progress: Progress) -> None:
        from bpcli.document.document import Paragraph
        from bpcli.notation.text import to_text

        self.say("")
        self.show((Paragraph(self.session.question(progress.at)),))
        self.say(f"  {to_text(self.session.symbol(progress.at), ascii=self.plain)} = ", end="")

    def read(self) -> str | None:
        stream = sys.stdin
        if stream is None:
            return None
        try:
            line = stream.readline(MOST_LINE)
        except (OSError, ValueError):
            return None
        if not stream.isatty():
            self.say("")
        return line or None

    def show(self, blocks: tuple[Block, ...]) -> None:
        from bpcli.document.document import Document

        self.write(Document(blocks, self.messages.language))

    def write(self, document: Document) -> None:
        from bpcli.cli.output import emit_with
        from bpcli.render.terminal import write_terminal

        emit_with(lambda stream: write_terminal(document, stream, width=self.width, ascii=self.plain or None))

    def say(self, text: str, end: str = "\n") -> None:
        from bpcli.cli.output import emit
        from bpcli.notation.ascii import ascii_text

        emit((ascii_text(text) if self.plain else text) + end)
