"""`bpcli paths`: the gradient of one quantity as a sum over paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.documents import Format, refuse_idle_options, write_document
from bpcli.cli.grain import Grain
from bpcli.cli.language import DecimalComma, Lang, in_language, with_comma
from bpcli.cli.options import (
    FORMAT,
    Ascii,
    Decimals,
    Force,
    Fragment,
    Output,
    ProblemSource,
    Width,
    choose_format,
    digits,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from bpcli.solution.solution import Solution


def paths(
    problem: ProblemSource,
    start: Annotated[str, typer.Argument(metavar="FROM", help="Where paths start: b1, W1[1,2].")],
    end: Annotated[str | None, typer.Argument(metavar="TO", help="Where they end (by default at the output).")] = None,
    most: Annotated[int, typer.Option(min=0, max=100_000, help="List at most so many; the others are counted.")] = 20,
    grain: Annotated[
        Grain | None,
        typer.Option(help="Through the problem's own quantities, or through those of `solve --grain scalar`."),
    ] = None,
    format: Annotated[Format | None, FORMAT] = None,  # noqa: A002
    output: Output = None,
    decimals: Decimals = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    fragment: Fragment = False,
    force: Force = False,
) -> None:
    """Show every path from a quantity to the output, the product along each, and their sum: the gradient.

    Examples:  bpcli paths mac0460-logistic b1   |   bpcli paths lez5 W1[1,2]   |   bpcli paths lez5 W1[1,2] h1[1]
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.inquiry.paths import PathError, author_graph, author_nodes, find_paths, scalar_graph
    from bpcli.inquiry.scalar import solve_scalar
    from bpcli.lesson.paths import paths_lesson, paths_to_dict
    from bpcli.solution.load import load_problem, rounding_of
    from bpcli.solution.load import solve as work

    chosen = choose_format(format, output, Format)
    refuse_idle_options(chosen.value, fragment=fragment)
    refuse_to_overwrite(output, problem, force=force)
    loaded = in_language(lang, locale=chosen is not Format.json)(load_problem(problem))
    rounding = digits(rounding_of(loaded.display), decimals)
    solution = work(loaded, rounding)
    scalar = scalar_graph(solve_scalar(solution)) if grain is Grain.scalar else None
    nodes = frozenset(node.name for node in (author_nodes(solution) if scalar is None else scalar.nodes))
    if end is None and solution.output.shape != ():
        raise PathError(
            f"`{solution.output.name}` is no single number; say where paths end, such as one of its entries"
        )
    first, last = (_node(solution, nodes, name) for name in (start, end or solution.output.name))
    graph = author_graph(solution, first) if scalar is None else scalar
    found = find_paths(graph, graph.node(first), graph.node(last), most)
    if chosen is Format.json:
        from bpcli.export.json import indented

        write_text(indented(paths_to_dict(found, rounding)) + "\n", output, force=force)
        return
    document = paths_lesson(found, rounding, loaded.language, loaded.title, loaded.source)
    write_document(with_comma(document, decimal_comma), chosen, output, width, ascii, fragment=fragment, force=force)


def _node(solution: Solution, nodes: Collection[str], identifier: str) -> str:
    """The node that an id names. Raises PathError for what is no node, UnknownQuantityError for an unknown id."""
    from bpcli.inquiry.paths import PathError

    if identifier.strip() in nodes:
        return identifier.strip()
    parts = solution.resolve(identifier)
    variable = solution.variables[parts.name]
    if variable.role == "adjoint" or parts.terms or parts.step is not None:
        raise PathError(f"`{identifier}` is no node of the graph; paths lead from one quantity to another")
    solution.look_up(identifier)
    place = f"[{','.join(map(str, parts.indices))}]" if parts.indices else ""
    known = f"{variable.name}{place}"
    if known in nodes:
        return known
    if any(node.startswith(f"{variable.name}[") for node in nodes):
        entry = "[1,2]" if variable.rank == 2 else "[1]"
        example = f"{variable.name}{entry}"
        raise PathError(f"`{identifier}` has several entries; paths start and end at one, such as {example}")
    raise PathError(f"`{identifier}` is no node of the graph")
