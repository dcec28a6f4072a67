"""`python -m bpcli` and the `bpcli` command."""

from __future__ import annotations

import os
import sys

THREADS = "OPENBLAS_NUM_THREADS"
INTERRUPTED = 130


def main() -> None:
    """Runs the command line; every way out has its exit code, and none shows a traceback."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    try:
        leave(code)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _run() -> int:
    from bpcli.cli.interrupts import listen

    listen()
    if sys.argv[1:2] != ["train"]:
        # What is worked by hand is small: threads of numpy that wait for large products cost more than all the rest.
        os.environ.setdefault(THREADS, "1")

    from bpcli.cli.entry import run

    return run(sys.argv[1:])


def leave(code: int) -> None:
    """Ends the process at once: taking numpy apart, object by object, is a fifth of the time of a short command.

    Everything is written by then. A stream that cannot be flushed is left to the usual way out.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
