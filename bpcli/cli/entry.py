"""Runs the application and turns every way it can end into an exit code and a message."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from io import StringIO

from bpcli.cli.interrupts import interrupted
from bpcli.diagnostics import BpcliError, OutputError, ProblemError
from bpcli.document.safe import safe

HELP = frozenset({"-h", "--help"})
USAGE = 2
BAD_INPUT = 3
INPUT_OUTPUT = 4
INTERRUPTED = 130
INTERNAL = 70


def run(arguments: list[str]) -> int:
    """The exit code of `bpcli arguments…` (see the README for what each means)."""
    try:
        code = _ended(arguments)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    return INTERRUPTED if interrupted() else code


def _ended(arguments: list[str]) -> int:
    try:
        from bpcli.cli.app import application

        if sys.stdout is None and HELP.intersection(arguments):
            raise OutputError("cannot write: standard output is closed")
        ended = application(arguments)(arguments, prog_name="bpcli", standalone_mode=False)
        return ended if isinstance(ended, int) else 0
    except SystemExit:  # so typer ends where the pipe that help goes to is closed
        return 0
    except ProblemError as error:
        from bpcli.problem.present import format_diagnostics

        return _fail(format_diagnostics(error, outcome=error.outcome), error.exit_code)
    except BpcliError as error:
        return _fail(f"error: {safe(str(error))}", error.exit_code)
    except RecursionError:
        return _fail("error: the problem is nested too deeply", BAD_INPUT)
    except MemoryError:
        return _fail("error: not enough memory for a problem of this size; make its matrices smaller", BAD_INPUT)
    except OSError as error:
        name = f" {safe(os.fsdecode(error.filename))}" if isinstance(error.filename, (str, bytes)) else ""
        return _fail(f"error: cannot read or write{name}: {safe(error.strerror or str(error))}", INPUT_OUTPUT)
    except Exception as error:
        if interrupted():
            raise KeyboardInterrupt from None
        if callable(show := getattr(error, "show", None)):  # how typer says what is wrong with the arguments
            return _fail(_usage(show), getattr(error, "exit_code", USAGE))
        if os.environ.get("BPCLI_TRACEBACK"):
            raise
        kind = type(error).__name__
        return _fail(
            f"error: bpcli has a bug here ({kind}: {safe(str(error))}); "
            "run it again with BPCLI_TRACEBACK=1 and report what it prints",
            INTERNAL,
        )


def _usage(show: Callable[..., None]) -> str:
    """What is wrong with the arguments: it quotes them, so that it is made fit to be shown, line by line."""
    shown = StringIO()
    show(file=shown)
    return "\n".join(map(safe, shown.getvalue().rstrip("\n").split("\n")))


def _fail(message: str, code: int) -> int:
    from bpcli.cli.output import tell

    # Whoever closed standard error does not want to hear of it.
    with contextlib.suppress(OSError, ValueError):
        tell(message)
    return code
