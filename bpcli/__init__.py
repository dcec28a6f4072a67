"""Backpropagation, worked by hand.

>>> from bpcli import load_problem, solve
>>> solution = solve(load_problem("lez5"))
>>> [step.id for step in solution][:3]
['a1', 'h1', 'a2']
"""

from __future__ import annotations

TYPE_CHECKING = False  # as that of `typing`, which would be half of what is imported before Ctrl-C is listened for
if TYPE_CHECKING:
    from typing import Any

    from bpcli.api import check, rendered, solve
    from bpcli.diagnostics import BpcliError, ProblemError
    from bpcli.grading.model import Report
    from bpcli.solution.load import load_problem, parse_problem
    from bpcli.solution.solution import Solution, Step

__all__ = [
    "BpcliError",
    "ProblemError",
    "Report",
    "Solution",
    "Step",
    "__version__",
    "check",
    "load_problem",
    "parse_problem",
    "rendered",
    "solve",
]

# A constant: asking the installed metadata for it costs more than most commands.
__version__ = "0.1.0"

_HOME = {
    "BpcliError": "diagnostics",
    "ProblemError": "diagnostics",
    "Report": "grading.model",
    "Solution": "solution.solution",
    "Step": "solution.solution",
    "check": "api",
    "load_problem": "solution.load",
    "parse_problem": "solution.load",
    "rendered": "api",
    "solve": "api",
}


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first asked for: the command line starts without numpy and yaml."""
    if name not in _HOME:
        raise AttributeError(f"module 'bpcli' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"bpcli.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
