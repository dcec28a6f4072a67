"""`bpcli generate`: variants of a problem, a sheet and a key for each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bpcli.cli.options import ProblemSource, identifiers

if TYPE_CHECKING:
    from bpcli.authoring.generate import Variant
    from bpcli.classroom.variants import Entry, Variants

MOST_COUNT = 20_000


def generate(
    problem: ProblemSource,
    output: Annotated[
        str, typer.Option("--output", "-o", help="The folder to make; it must be new or empty.", metavar="FOLDER")
    ],
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="One seed, one set of files.")] = 1,
    count: Annotated[int | None, typer.Option(min=1, max=MOST_COUNT, help="How many: v001, v002, …")] = None,
    roster: Annotated[
        str | None, typer.Option(help="A class list in CSV: one variant for each student.", metavar="FILE")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="Leave these given numbers (x,W1,b1); may be repeated.", metavar="IDS")
    ] = None,
    allow_dead: Annotated[
        bool, typer.Option("--allow-dead", help="Allow ReLU units that let nothing through.")
    ] = False,
    drop_note: Annotated[
        bool, typer.Option("--drop-note", help="Leave out the note, where it speaks of the original numbers.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder of variants again, over what nobody has changed.")
    ] = False,
) -> None:
    """Make variants of a problem: the same question with other numbers, for every student.

    The numbers are short decimals; no unit is saturated or dead, and the known mistakes stay distinguishable. A
    student's variant depends on the seed and the student's name alone. `bpcli check FOLDER submissions/` grades
    every student's sheet by the student's own variant.

    Examples:  bpcli generate lez5 --count 30 -o variants   |   bpcli generate lez5 --roster class.csv --seed 7 -o hw3
    """
    if (count is None) == (roster is None):
        raise typer.BadParameter("say how many (--count 30), or for whom (--roster class.csv)")
    if output == "-":
        raise typer.BadParameter("variants go into a folder", param_hint="-o")
    from bpcli.authoring.generate import recipe
    from bpcli.classroom.variants import Entry, Variants
    from bpcli.cli.progress import progress
    from bpcli.solution.load import load_problem, solve

    named = _names(count, roster)
    folder = Path(output)
    before = _present(folder, force)
    original = solve(load_problem(problem))
    ids = identifiers(keep)
    way = recipe(original, ids, allow_dead=allow_dead, drop_note=drop_note)
    files: dict[str, str] = {}
    entries: list[Entry] = []
    with progress(len(named), f"Making {len(named)} variants") as advance:
        for name, student in named:
            texts = _texts(way.variant(seed, name), student)
            entry = Entry(name, student, {kind: _fingerprint(text) for kind, text in texts.items()})
            entries.append(entry)
            files.update({entry.file(kind): text for kind, text in texts.items()})
            advance()
    made = Variants(output, original.problem.title, seed, tuple(entries))
    left = _protect(folder, files, before)
    _write(folder, files, made)
    _say(made, left, files)


def _names(count: int | None, roster: str | None) -> list[tuple[str, str]]:
    """The name of each variant, and its student."""
    if roster is None:
        assert count is not None
        width = max(3, len(str(count)))
        return [(f"v{number:0{width}}", "") for number in range(1, count + 1)]
    from bpcli.classroom.roster import ROSTER_LIMIT, read_roster
    from bpcli.classroom.students import FileNames
    from bpcli.problem.source import read_source

    names = FileNames()
    return [(names.name(student), student) for student in read_roster(read_source(roster, ROSTER_LIMIT), roster)]


def _texts(variant: Variant, student: str) -> dict[str, str]:
    from bpcli.authoring.generate import MARK, sheet_of
    from bpcli.lesson import lesson
    from bpcli.render import render

    key = render(lesson(variant.solution), "markdown")
    return {
        "problem": variant.text,
        "sheet": sheet_of(variant, student),
        "key": f"<!-- {MARK}: variant {variant.name}. Not to be handed out. -->\n\n{key}",
    }


def _fingerprint(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:16]


# --- the folder ---


def _present(folder: Path, force: bool) -> Variants | None:
    """What an earlier run has left in the folder. Raises OutputError for a folder that is somebody's."""
    from bpcli.classroom.variants import is_variants, read_variants
    from bpcli.diagnostics import BpcliError, OutputError
    from bpcli.document.safe import safe

    shown = safe(str(folder))
    if not os.path.lexists(folder):
        return None
    if not folder.is_dir():
        raise OutputError(f"cannot write into {shown}: it is not a folder")
    try:
        empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise OutputError(f"cannot write into {shown}: {error.strerror or error}") from None
    if empty:
        return None
    if not force:
        advice = "; --force writes over what nobody has changed" if is_variants(str(folder)) else ""
        raise OutputError(f"{shown} is not empty; name a new folder{advice}")
    try:
        return read_variants(str(folder))
    except BpcliError:
        raise OutputError(f"{shown} is not a folder of variants, and --force does not make it one") from None


def _protect(folder: Path, files: dict[str, str], before: Variants | None) -> list[str]:
    """What an earlier run has made and this one does not. Raises OutputError where a person's work is in the way."""
    from bpcli.diagnostics import BpcliError, OutputError
    from bpcli.document.safe import safe
    from bpcli.problem.source import read_source

    entries = before.entries if before is not None else ()
    known = {entry.file(kind): mark for entry in entries for kind, mark in entry.fingerprints.items()}
    changed = []
    for name, text in files.items():
        path = folder / name
        if not os.path.lexists(path):
            continue
        try:
            present = read_source(path).decode("utf-8", "replace").replace("\r\n", "\n")
        except BpcliError:
            present = ""
        if present != text and _fingerprint(present) != known.get(name):
            changed.append(str(path))
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        told = ", ".join(map(safe, changed[:3])) + more
        raise OutputError(f"{told}: changed since bpcli made it, so it is not replaced; move it, or name a new folder")
    return [name for name in known if name not in files and (folder / name).exists()]


def _write(folder: Path, files: dict[str, str], made: Variants) -> None:
    """Writes the variants over what the manifest of an earlier run says was made by it, and nobody has changed."""
    from bpcli.classroom.variants import MANIFEST, variants_to_yaml
    from bpcli.cli.output import make_folder, write_file

    for part in sorted({str(Path(name).parent) for name in files}):
        make_folder(folder / part)
    write_file(
        str(folder / MANIFEST), variants_to_yaml(made), force=True
    )  # first, so that an interrupted run can be repeated
    for name, text in files.items():
        write_file(str(folder / name), text, force=True)


def _say(made: Variants, left: list[str], files: dict[str, str]) -> None:
    """On standard error: what is where, and what an instructor should know."""
    from bpcli.cli.output import tell
    from bpcli.document.safe import safe

    folder = safe(made.path)
    count = len(made.entries)
    told = [
        f"{count} variant{'s' * (count != 1)} in {folder}: hand out problems/ and sheets/, keep keys/",
        f"grade them with: bpcli check {folder} SUBMISSIONS",
    ]
    numbers = [files[entry.file("problem")].partition("\n")[2] for entry in made.entries]
    if same := len(numbers) - len(set(numbers)):
        told.append(f"warning: {same} of them {'have' if same > 1 else 'has'} the numbers of another one")
    if left:
        told.append(f"warning: {len(left)} file{'s' * (len(left) > 1)} of an earlier run are left, such as {left[0]}")
    tell(*told)
