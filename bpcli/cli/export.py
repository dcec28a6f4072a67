"""`bpcli export`: a script that computes the same numbers with NumPy, PyTorch or JAX."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from bpcli.cli.options import Force, Output, ProblemSource, refuse_suffix


class Target(str, Enum):
    numpy = "numpy"
    pytorch = "pytorch"
    jax = "jax"


def export(
    problem: ProblemSource,
    to: Annotated[Target, typer.Option("--to", help="The library that the script uses.")],
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a script that computes loss, gradients and update with another tool, and compares them.

    Examples:  bpcli export lez5 --to pytorch   |   bpcli export mine.yaml --to numpy -o mine.py
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.export.scripts import script
    from bpcli.solution.load import load_problem, rounding_of, solve

    refuse_suffix(output, (".py",))
    refuse_to_overwrite(output, problem, force=force)
    loaded = load_problem(problem)
    # A script has no rounding between its lines.
    solution = solve(loaded, rounding_of(loaded.display)._replace(each_step=False))
    write_text(script(solution, to.value), output, force=force)
