"""What hangs is stopped: after a minute of processor time, where a usual machine takes a moment."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 60.0


@contextmanager
def no_hanging(seconds: float = SECONDS) -> Iterator[None]:
    """Raises AssertionError, with a traceback into what hangs, after so many seconds of this process's own time.

    On systems without such a timer nothing is stopped.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stopped(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"still at work after {seconds:g} seconds of processor time")

    before = signal.signal(signal.SIGPROF, stopped)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
