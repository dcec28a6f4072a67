"""From a path, a name or a text to a `Problem`, and from a `Problem` to its `Solution`."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from types import MappingProxyType

from bpcli.calculus.ops.formulas import FREE, FUNCTIONS
from bpcli.calculus.ops.losses import LOSSES
from bpcli.calculus.ops.registry import ACTIVATIONS
from bpcli.calculus.optimizer import FORMS, OPTIMIZERS
from bpcli.compose.blocks import BLOCKS
from bpcli.compose.built import Built
from bpcli.compose.custom import custom_operations
from bpcli.compose.formula import kinks_of
from bpcli.compose.graph import build_graph
from bpcli.compose.network import build_network
from bpcli.compose.unroll import unrolled
from bpcli.diagnostics import Diagnostic, InputError, ProblemError, Span
from bpcli.document.rounding import Rounding
from bpcli.notation.conventions import PRESETS, SYMBOL_ROLES, clashes, symbols_for
from bpcli.problem.model import Conventions, Display, Problem, Vocabulary
from bpcli.problem.shipped import shipped_path
from bpcli.solution.budget import not_enough_memory, refuse_long_work
from bpcli.solution.solution import NumericError, Solution

MOST_BYTES = 64 * 2**20
STANDARD_INPUT = "-"
DEFAULT_DECIMALS = 4
MOST_WORKED = 3


@cache
def vocabulary() -> Vocabulary:
    """The names that a problem may use."""
    return Vocabulary(
        activations=MappingProxyType(dict(ACTIVATIONS)),
        losses=LOSSES,
        functions=MappingProxyType(dict(FUNCTIONS)),
        optimizers=MappingProxyType(dict(OPTIMIZERS)),
        optimizer_forms=MappingProxyType(dict(FORMS)),
        presets=tuple(PRESETS),
        symbol_roles=SYMBOL_ROLES,
        blocks=MappingProxyType({name: block.form for name, block in BLOCKS.items()}),
        free=FREE,
    )


def parse_problem(text: str | bytes, path: str = "<text>") -> Problem:
    """A problem from the text of a file. Raises ProblemError with everything that is wrong with it."""
    from bpcli.problem.validate import read_problem

    return read_problem(text, path, vocabulary())


def load_problem(source: str | Path) -> Problem:
    """A problem from a file, from standard input (`-`), or a shipped one by its name (`lez5`).

    Raises InputError where nothing can be read, ProblemError where what is read is no problem.
    """
    from bpcli.problem.source import read_source

    name = str(source)
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise InputError("cannot read a problem: standard input is closed")
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError("standard input is larger than the 64 MiB that a problem may have")
        return parse_problem(data, "<stdin>")
    path = Path(name)
    exists = os.path.lexists(path)  # says no to a name that cannot be one
    if not exists and (shipped := shipped_path(name)) is not None:
        path = shipped
    elif not exists:
        raise InputError(_not_found(name))
    return parse_problem(read_source(path, MOST_BYTES), str(path))


def _not_found(name: str) -> str:
    import difflib

    from bpcli.problem.shipped import shipped_names

    near = difflib.get_close_matches(name, shipped_names(), n=3)
    hint = "did you mean " + " or ".join(f"`{item}`" for item in near) + "?" if near else "`bpcli problems` lists them"
    return f"`{name}` is neither a file nor the name of a shipped problem; {hint}"


def build(problem: Problem, updates: int = 1) -> Built:
    """The program of a problem, with so many updates worked. Raises ProblemError for formulas without a meaning."""
    functions, faults = custom_operations(problem.functions, kinks_of(problem.conventions))
    faults.extend(_clashing_symbols(problem.conventions))
    if faults:
        raise ProblemError(problem.path, problem.text, tuple(faults))
    built = build_graph(problem, functions) if problem.network is None else build_network(problem, functions)
    return unrolled(built, updates)


def _clashing_symbols(conventions: Conventions) -> list[Diagnostic]:
    symbols = symbols_for(conventions.preset, conventions.symbols, conventions.delta)

    def told(role: str) -> str:
        return {"pre_activation": "the pre-activation"}.get(role, f"the {role}")

    return [
        Diagnostic(
            "symbol-clash",
            f"`{getattr(symbols, first)}` would name two quantities, {told(first)} and {told(second)}",
            conventions.span,
            help="give one of them another symbol",
        )
        for first, second in clashes(symbols)
    ]


def rounding_of(display: Display) -> Rounding:
    return Rounding(
        decimals=DEFAULT_DECIMALS if display.decimals is None else display.decimals,
        significant=display.significant,
        each_step=display.rounding == "each_step",
    )


def updates_of(problem: Problem, asked: int | None = None) -> int:
    """How many updates are worked line by line: those asked for, else all of a few."""
    update = problem.update
    if update is None:
        return 1
    few = update.steps if update.steps <= MOST_WORKED else 1
    return max(1, min(update.steps, few if asked is None else asked))


def solve(problem: Problem, rounding: Rounding | None = None, updates: int | None = None) -> Solution:
    """Works a problem. `rounding` takes the place of what the problem says about display; `updates` says how many are
    worked line by line (all, unless there are more than `MOST_WORKED`).

    Raises ProblemError for formulas without a meaning, for more work than anybody waits for, and for values that are
    not finite.
    """
    built = build(problem, updates_of(problem, updates))
    refuse_long_work(problem, built)
    try:
        solution = Solution(problem, built, rounding or rounding_of(problem.display))
        if solution.update_steps > 1:
            solution.states()
    except NumericError as error:
        span = _place_of(problem, error.quantity)
        diagnostic = Diagnostic("not-finite", str(error), span, help=error.way_out)
        raise ProblemError(problem.path, problem.text, (diagnostic,)) from None
    except MemoryError:
        raise not_enough_memory(problem, built) from None
    return solution


def _place_of(problem: Problem, quantity: str) -> Span | None:
    """Where the file defines a quantity, or the network it belongs to."""
    if problem.graph is not None:
        return next((d.span for d in problem.graph.definitions if d.name == quantity), problem.graph.span)
    return problem.network.span if problem.network is not None else None
