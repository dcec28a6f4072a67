"""`bpcli lint`: which mistakes a problem cannot tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.options import ProblemSource, digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpcli.authoring.lint import Finding


def lint(
    problem: ProblemSource,
    decimals: Annotated[
        int | None, typer.Option(min=0, max=10, help="Decimals of the answers (those of the problem's display).")
    ] = None,
    significant: Annotated[
        int | None, typer.Option(min=1, max=10, help="Significant digits of the answers, in place of decimals.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what no other numbers would show: equal formulas, equal sizes.")
    ] = False,
) -> None:
    """Say which mistakes the numbers of a problem hide, so that its author can change them.

    Example:  bpcli lint mine.yaml --decimals 3
    """
    from bpcli.authoring.lint import lint as look
    from bpcli.cli.output import emit
    from bpcli.cli.progress import progress
    from bpcli.solution.load import load_problem, rounding_of, solve

    loaded = load_problem(problem)
    rounding = digits(rounding_of(loaded.display), decimals, significant)
    solution = solve(loaded)
    with progress(len(solution.program.bindings), "Going through the steps", at_least=100) as advance:
        findings = look(solution, rounding, advance)
    told = [item for item in findings if everything or not item.always]
    lines = [line for item in told for line in _lines(item)]
    hidden = len(findings) - len(told)
    if hidden:
        lines.append(f"{hidden} more that other numbers would not change: --all shows them.")
    emit("\n".join(lines or ["Every mistake shows, and no two look alike."]) + "\n")
    if told:
        raise typer.Exit(1)


def _lines(finding: Finding) -> Iterator[str]:
    from bpcli.mistakes import described
    from bpcli.mistakes.entries.sentences import REASONS

    reason = f" ({REASONS[finding.reason]})" if finding.reason else ""
    if finding.kind == "digits":
        yield f"{finding.quantity}: {REASONS[finding.reason]}"
        return
    names = "  ".join(f"{item} {described(item).title}" for item in finding.ids)
    yield f"{finding.quantity}: {'does not show' if finding.kind == 'invisible' else 'look alike'}: {names}{reason}"
