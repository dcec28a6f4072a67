"""Runs the application and turns every way it can end into an exit code and a message."""

from __future__ import annotations

import contextlib
import os
import sys

from bpcli.diagnostics import BpcliError, ProblemError
from bpcli.safe import safe

__all__ = ["run"]

INTERRUPTED = 130
INTERNAL = 70


def run(arguments: list[str]) -> int:
    """The exit code of `bpcli arguments…` (see the README for what each means)."""
    try:
        from bpcli.cli.app import app

        app(arguments, prog_name="bpcli", standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1 if end.code else 0
    except ProblemError as error:
        from bpcli.problem.present import format_diagnostics

        return _fail(format_diagnostics(error, outcome=error.outcome), error.exit_code)
    except BpcliError as error:
        return _fail(f"error: {safe(str(error))}", error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except RecursionError:
        return _fail("error: the problem is nested too deeply", INTERNAL)
    except MemoryError:
        return _fail("error: not enough memory for a problem of this size", INTERNAL)
    except Exception as error:
        if os.environ.get("BPCLI_TRACEBACK"):
            raise
        kind = type(error).__name__
        return _fail(
            f"error: bpcli has a bug here ({kind}: {safe(str(error))}); "
            "run it again with BPCLI_TRACEBACK=1 and report what it prints",
            INTERNAL,
        )
    return 0


def _fail(message: str, code: int) -> int:
    stream = sys.stderr
    if stream is not None:
        # Whoever closed standard error does not want to hear of it.
        with contextlib.suppress(OSError, ValueError):
            encoding = getattr(stream, "encoding", None) or "utf-8"
            stream.write(message.encode(encoding, "backslashreplace").decode(encoding) + "\n")
            stream.flush()
    return code
