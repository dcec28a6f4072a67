"""Writes the pages of this folder that repeat what the program says: commands, diagnostics, mistakes.

    python docs/build.py

`tests/test_docs.py` compares the pages with what this script would write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from typer.main import get_command

from bpcli.cli.app import application
from bpcli.diagnostics import ProblemError
from bpcli.grading.codes import LATER
from bpcli.mistakes import CATALOGUE, FAMILIES, Mistake
from bpcli.notation.text import to_text
from bpcli.notation.writer import Writer
from bpcli.problem.codes import CODES
from bpcli.problem.present import format_diagnostics
from bpcli.reports.reference import example
from bpcli.solution.load import parse_problem

DOCS = Path(__file__).parent
BAD = DOCS.parent / "tests" / "problems" / "bad"
NOTE = "<!-- Written by docs/build.py from the program itself; change it there. -->\n"
COLUMNS = 80
LONGEST_EXAMPLE = 500


def commands() -> str:
    """Every command with its help."""
    group = get_command(application())
    rows, parts = [], []
    with group.make_context("bpcli", [], resilient_parsing=True, terminal_width=COLUMNS) as top:
        for name, command in group.commands.items():
            with command.make_context(name, [], parent=top, resilient_parsing=True) as context:
                text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
            rows.append(f"| [`bpcli {name}`](#bpcli-{name}) | {_summary(command.help or '')} |")
            parts.append(f"## bpcli {name}\n\n```text\n{text}\n```\n")
    head = "# Commands\n\nWhat `bpcli COMMAND --help` says.\n"
    table = "| command | |\n|---|---|\n" + "\n".join(rows) + "\n"
    return "\n".join([NOTE, head, table, *parts])


def _summary(text: str) -> str:
    """The first paragraph of a help text on one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


def diagnostics() -> str:
    """Every code of an error with what it means and, where there is a short one, an example."""
    examples = _examples()
    head = (
        "# Diagnostics\n\n"
        "A file with mistakes is refused as a whole, with everything that is wrong with it: where, what, and what to\n"
        "do about it. Each message has a code; `bpcli explain CODE` says what is said here.\n"
    )
    return "\n".join(
        [
            NOTE,
            head,
            "## In problem files\n",
            *(_code(code, meaning, examples.get(code)) for code, meaning in CODES.items()),
            "## Later, in answers, and in the files beside them\n",
            *(_code(code, meaning, None) for code, meaning in LATER.items()),
        ]
    )


def _code(code: str, meaning: str, shown: str | None) -> str:
    return f"### {code}\n\n{meaning}\n" + (f"\n```text\n{shown}\n```\n" if shown else "")


def _examples() -> dict[str, str]:
    """For each code the shortest refusal of a bad file of the tests that has this code alone."""
    found: dict[str, str] = {}
    for path in sorted(BAD.glob("*.yaml")):
        try:
            parse_problem(path.read_bytes(), path.name)
        except ProblemError as error:
            codes = {item.code for item in error.diagnostics}
            shown = format_diagnostics(error)
            code = codes.pop()
            if not codes and len(shown) <= LONGEST_EXAMPLE and len(shown) < len(found.get(code, f"{shown} ")):
                found[code] = shown
    return found


def mistakes() -> str:
    """The catalogue: each mistake with the right formula, the mistaken one, and how to recognise it."""
    head = (
        "# Mistakes\n\n"
        f"The {len(CATALOGUE)} mistakes that `bpcli check` tells apart. A mistake is recognised because the mistaken\n"
        "formula, worked with the student's own earlier numbers, gives the number that was written. Say\n"
        "`bpcli mistakes ID` to see one of them worked on a shipped problem.\n"
    )
    parts = [NOTE, head]
    for letter, family in FAMILIES.items():
        parts.append(f"## {family}\n")
        parts += [_mistake(entry) for entry in CATALOGUE.values() if entry.family == letter]
    return "\n".join(parts)


def _mistake(entry: Mistake) -> str:
    found = example(entry.id)
    lines = []
    if found is not None:
        left, right = found.site.binding.variable.math, Writer(found.solution.rounding).math(found.site.right)
        lines.append(f"- Right: `{to_text(left)} = {to_text(right)}`, in `{found.problem}`")
    lines.append(f"- Wrong: `{entry.wrong}`: {entry.cause}.")
    lines.append(f"- How to recognise it: {entry.looks}")
    if entry.convention:
        lines.append("- It may be another convention rather than a mistake.")
    return f"### {entry.id} {entry.title}\n\n" + "\n".join(lines) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands,
    "diagnostics.md": diagnostics,
    "mistakes.md": mistakes,
}
"""The pages that are written here; the others are written by hand."""


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
