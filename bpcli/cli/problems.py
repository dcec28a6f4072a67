"""`bpcli problems` and `bpcli schema`."""

from __future__ import annotations


def problems() -> None:
    """List the problems that ship with bpcli.

    Examples:  bpcli problems   |   bpcli solve mazur
    """
    from bpcli.cli.output import emit
    from bpcli.problem.shipped import shipped_names
    from bpcli.render.layout import display_width
    from bpcli.solution.load import load_problem

    names = shipped_names()
    width = max(map(display_width, names), default=0)
    emit("".join(f"{name.ljust(width)}  {load_problem(name).title}\n" for name in names))


def schema() -> None:
    """Print the JSON Schema (draft-07) of problem files.

    An editor completes and checks a problem file that begins with
    `# yaml-language-server: $schema=problem.schema.json`.

    Example:  bpcli schema > problem.schema.json
    """
    import json

    from bpcli.cli.output import emit
    from bpcli.problem.declaration import json_schema
    from bpcli.solution.load import vocabulary

    emit(json.dumps(json_schema(vocabulary()), indent=2, ensure_ascii=False) + "\n")
