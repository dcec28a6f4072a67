"""Ctrl-C, from the first moment: whatever it lands in, the command ends as interrupted.

An import that is interrupted may end in another error than `KeyboardInterrupt`, or in none; so it is remembered.
"""

from __future__ import annotations

import signal
from types import FrameType

_heard: list[int] = []


def listen() -> None:
    """Remembers interruptions from now on. One that is ignored, as under `nohup`, stays ignored."""
    _heard.clear()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def interrupted() -> bool:
    return bool(_heard)


def _interrupt(number: int, _: FrameType | None) -> None:
    _heard.append(number)
    raise KeyboardInterrupt
