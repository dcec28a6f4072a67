"""What other programs are given: numbers, quizzes, scripts. The tables name the functions that write them."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PLATFORMS", "SCRIPTS", "Platform"]


class Platform(NamedTuple):
    """A learning platform: `module:function`, from a solution to what it reads.

    `makes` is `text`, `package` (bytes) or `folder` (texts by the names of files). `feedback`: it can say which mistake
    gives the number entered.
    """

    writer: str
    makes: str
    suffix: str = ""
    feedback: bool = False


PLATFORMS = {
    "moodle": Platform("bpcli.export.moodle:solution_to_moodle", "text", ".xml", feedback=True),
    "qti": Platform("bpcli.export.qti:solution_to_qti", "package", ".zip"),
    "prairielearn": Platform("bpcli.export.prairielearn:solution_to_prairielearn", "folder"),
}

SCRIPTS = {
    "numpy": "bpcli.export.scripts.numpy:write",
    "pytorch": "bpcli.export.scripts.pytorch:write",
    "jax": "bpcli.export.scripts.jax:write",
}
"""The library that a script uses → `module:function`, from a solution to the script."""
