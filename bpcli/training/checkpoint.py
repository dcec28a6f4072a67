"""Checkpoints: the problem file with the trained parameters in the place of the first ones.

Everything else stays as it was written. Numbers are written with as many digits as bring back the same float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.calculus.expr import Array
from bpcli.diagnostics import BpcliError, Span
from bpcli.training.training import Trained

MARK = "# bpcli checkpoint:"
MOST_PARAMETERS = 150_000


class CheckpointError(BpcliError):
    """Training whose parameters cannot be written as a problem file."""

    exit_code = 4


def checkpoint_text(trained: Trained) -> str:
    """A problem file that starts where the training ended. Raises CheckpointError for a network too large for one."""
    count = sum(np.size(value) for value in trained.parameters.values())
    if count > MOST_PARAMETERS:
        raise CheckpointError(
            f"{count:,} parameters are too many for a problem file: at most {MOST_PARAMETERS:,} are written"
        )
    if any(not np.all(np.isfinite(value)) for value in trained.parameters.values()):
        raise CheckpointError("the parameters are not all finite: a checkpoint of them could not be read")
    problem = trained.problem
    text = problem.text.replace("\r\n", "\n").removeprefix("\ufeff")
    # From the end of the file to its start, so that the places still to be replaced stay where they are.
    for span, written in sorted(_replacements(trained), reverse=True):
        start, end = _offset(text, span.line, span.column), _offset(text, span.end_line, span.end_column)
        kept = _after_value(text[start:end])
        # A list in brackets on a line of its own stands further in than its key; a block sequence need not.
        further = "" if text[:start].rpartition("\n")[2].strip() else "  "
        text = text[:start] + further + written + kept + text[end:]
    last = trained.history[-1]
    epochs = "1 epoch" if trained.epochs == 1 else f"{trained.epochs} epochs"
    name = trained.output
    head = f"{MARK} {epochs}, {name} = {last.objective:.6g}\n"
    lines = text.split("\n")
    if lines and lines[0].startswith(MARK):
        lines = lines[1:]
    return head + "\n".join(lines)


def is_checkpoint(text: str) -> bool:
    """Whether a file was written by `checkpoint_text`."""
    return text.startswith(MARK)


def _replacements(trained: Trained) -> list[tuple[Span, str]]:
    """Each array of the file that was trained, with its new numbers: several parameters may be parts of one."""
    arrays: dict[Span, Any] = {}
    for variable in trained.variables:
        source = trained.sources[variable.name]
        value = np.asarray(trained.parameters[variable.name])
        shape = source.numbers.shape
        if source.numbers.span not in arrays:
            arrays[source.numbers.span] = np.array(source.numbers.values, dtype=np.float64).reshape(shape)
        arrays[source.numbers.span][source.at] = value.reshape(shape[len(source.at) :])
    return [(span, _written(array)) for span, array in arrays.items()]


def _written(value: Array) -> str:
    if np.ndim(value) == 0:
        return _number(value)
    if np.ndim(value) == 1:
        return _list(value)
    return "[" + ", ".join(map(_written, value)) + "]"


def _list(row: Any) -> str:
    return "[" + ", ".join(_number(item) for item in row) + "]"


def _number(value: Any) -> str:
    return repr(float(value) + 0.0)


def _offset(text: str, line: int, column: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1


def _after_value(replaced: str) -> str:
    """What a block sequence has after its last value: line ends, blank lines and comments, which stay."""
    lines = replaced.split("\n")
    kept = len(lines)
    while kept > 1 and (not lines[kept - 1].strip() or lines[kept - 1].lstrip().startswith("#")):
        kept -= 1
    return "\n" + "\n".join(lines[kept:]) if kept < len(lines) else ""
