"""`bpcli practice`: a problem worked by the learner, one quantity at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.language import Lang, in_language
from bpcli.cli.options import Ascii, Force, Width, refuse_suffix

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
    force: Force = False,
) -> None:
    """Practise a problem: one quantity at a time, checked at once, with hints.

    Type numbers separated by spaces, rows separated by `;`. Other words: ? (a hint), back, skip, sheet, help, quit.
    What you have done is kept, so that you can stop and go on later.

    Example:  bpcli practice lez5
    """
    if problem == "-":
        raise typer.BadParameter("standard input is where you answer: name a problem file")
    if state == "-":
        raise typer.BadParameter("your progress is kept in a file, not on standard output", param_hint="--state")
    refuse_suffix(state, (".json",), "--state")
    from bpcli.grading.asked import refuse_long_sheet
    from bpcli.grading.grade import Grader
    from bpcli.reports.practice import Practice
    from bpcli.solution.load import load_problem, solve

    loaded = in_language(lang)(load_problem(problem))
    solution = solve(loaded)
    refuse_long_sheet(solution)
    session = Practice(Grader(solution))
    _Session(session, _keeper(state, problem, loaded.text, force), width, ascii).run(fresh)


class _Keeper:
    """Keeps the progress in a file, or nowhere where there is no place for it."""

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        """`path` is a file that may be replaced."""
        self.path = path
        self.fingerprint = fingerprint

    def text(self) -> str:
        """What is in the file; nothing where it is none that was kept here."""
        from bpcli.diagnostics import BpcliError
        from bpcli.problem.source import read_source

        if self.path is None or not os.path.exists(self.path):  # noqa: PTH110
            return ""
        try:
            return read_source(self.path, 2**20).decode("utf-8", "replace")
        except BpcliError:
            return ""

    def load(self, questions: int) -> Progress | None:
        from bpcli.reports.practice import progress_from

        return progress_from(self.text(), self.fingerprint, questions)

    def save(self, progress: Progress) -> bool:
        """Whether the progress is kept; a place that cannot be written is told once and not tried again."""
        from bpcli.cli.output import write_file
        from bpcli.diagnostics import OutputError
        from bpcli.reports.practice import progress_to

        if self.path is None:
            return False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_file(str(self.path), progress_to(progress, self.fingerprint), force=True)
        except (OSError, OutputError) as error:
            sys.stderr.write(f"your progress cannot be kept: {error}\n")
            self.path = None
            return False
        return True


def _keeper(state: str | None, problem: str, text: str, force: bool) -> _Keeper:
    import hashlib

    from bpcli.cli.made import state_folder
    from bpcli.cli.output import refuse_to_overwrite
    from bpcli.reports.practice import progress_from

    fingerprint = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if state is not None:
        keeper = _Keeper(Path(state), fingerprint)
        # Progress that was kept on another machine is gone on with.
        refuse_to_overwrite(state, problem, force=force or progress_from(keeper.text(), fingerprint, 0) is not None)
        return keeper
    folder = state_folder()
    return _Keeper(folder / f"practice-{fingerprint[:16]}.json" if folder else None, fingerprint)


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
