"""`bpcli explain`: what the code of an error means."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(
    code: Annotated[str | None, typer.Argument(help="A code as in error[CODE], or the id of a mistake.")] = None,
) -> None:
    """Explain the code of an error message; without a code, list them all.

    Example:  bpcli explain duplicate-key
    """
    from bpcli.cli.output import emit
    from bpcli.grading.codes import ALL_CODES

    if code is None:
        width = max(map(len, ALL_CODES))
        emit("".join(f"{name.ljust(width)}  {meaning}\n" for name, meaning in ALL_CODES.items()))
        return
    name = code.strip().removeprefix("error[").removesuffix("]")
    if name in ALL_CODES:
        emit(f"{name}: {ALL_CODES[name]}\n")
        return
    from bpcli.cli.mistakes import mistakes
    from bpcli.mistakes import AUXILIARY, CATALOGUE

    if name.upper() in {key.upper() for key in (*CATALOGUE, *AUXILIARY)}:
        mistakes([name])
        return
    from bpcli.problem.identifiers import nearest

    near = nearest(name, ALL_CODES)
    hint = "did you mean " + " or ".join(f"`{item}`" for item in near) + "?" if near else "`bpcli explain` lists them"
    raise typer.BadParameter(f"there is no code `{code}`; {hint}")
