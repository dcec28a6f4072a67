"""Who is who in a class: when two names are one student, which names look alike, and a file name for each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from unicodedata import name as character_name
from unicodedata import normalize

MOST_CHARACTERS = 48  # four bytes each, they still fit a file name
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"})
"""Scripts with letters that are drawn like each other's."""

# Letters of other scripts that are drawn as Latin ones.
LATIN_LOOK = str.maketrans(
    "асеорхуіјѕԁһӏԛԝвкмнтαοιενρτυχκϲϳօսոհց",
    "aceopxyijsdhlqwbkmhtaoievptyxkcjounhg",
)

_UNSAFE = re.compile(r"[^\w.+@-]+")


def student_key(student: str) -> str:
    """The same for two spellings of one student's name: letter case and composition of accents do not count."""
    return normalize("NFC", normalize("NFC", student).casefold()).strip()


def look_alike_warnings(students: Iterable[str]) -> tuple[str, ...]:
    """A sentence for every name whose letters come from more than one script, or that is drawn like another."""
    warnings: list[str] = []
    drawn: dict[str, str] = {}
    seen: set[str] = set()
    for student in students:
        key = student_key(student)
        if key in seen:
            continue
        seen.add(key)
        scripts = _scripts(student)
        if len(scripts) > 1:
            told = " and ".join(script.capitalize() for script in scripts)
            warnings.append(f"`{student}` mixes {told} letters")
        look = normalize("NFKC", key).translate(LATIN_LOOK)
        if look in drawn:
            warnings.append(f"`{student}` looks like `{drawn[look]}`, and is another name")
        drawn.setdefault(look, student)
    return tuple(warnings)


def _scripts(text: str) -> list[str]:
    """The scripts that are easily taken for each other, in order of appearance."""
    found: list[str] = []
    for character in text:
        if character.isalpha() and (not character.isascii() or "LATIN" not in found):
            script = character_name(character, "").partition(" ")[0]
            if script in SCRIPTS and script not in found:
                found.append(script)
    return found


class FileNames:
    """File names for students: fit for every system, never twice the same, the same from one run to the next."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, student: str, file: str = "", suffix: str = "") -> str:
        """A name without separators; what had to be changed in it is made up for by a short fingerprint."""
        student = normalize("NFC", student)
        plain = _UNSAFE.sub("_", student)[:MOST_CHARACTERS].strip("._- ")
        fits = plain != "" and plain == student and plain.casefold().partition(".")[0] not in DEVICES
        candidate = plain if fits else f"{plain}-{_fingerprint(student)}".lstrip("-")
        if plain.casefold().partition(".")[0] in DEVICES:
            candidate = f"_{candidate}"
        number = 1
        while student_key(candidate) in self._taken:
            candidate = f"{plain}-{_fingerprint(student, file, *[str(number)] * (number > 1))}".lstrip("-")
            number += 1
        self._taken.add(student_key(candidate))
        return candidate + suffix


def _fingerprint(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
