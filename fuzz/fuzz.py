"""Runs one target under atheris; see README.md."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import atheris

HERE = Path(__file__).parent
CORPUS = HERE.parent / "tests" / "trust" / "corpus"
MEASURED = {
    "reader": ["bpcli", "yaml"],
    "formula": ["bpcli"],
    "answers": ["bpcli", "yaml"],
    "checker": ["bpcli.grading"],
}
"""The packages in which new branches are looked for."""


def main(name: str, options: list[str]) -> None:
    """`python fuzz.py NAME [MINUTES] [libFuzzer options]`: fuzzes for so many minutes (1 unless said)."""
    # `safe` looks at every character: measured, it would take a third of the time.
    with atheris.instrument_imports(include=MEASURED[name], exclude=["bpcli.document.safe"]):
        from targets import TARGETS

        warnings.simplefilter("error")  # a warning is a finding, too
        for path in sorted((CORPUS / name).iterdir()):  # what is imported when it is first needed, too
            TARGETS[name](path.read_bytes())

    minutes = 1.0
    if options and not options[0].startswith("-"):
        minutes, options = float(options[0]), options[1:]
    if all(option.startswith("-") for option in options):
        options = [*options, str(CORPUS / name)]  # new inputs go to the first folder named
    settings = [
        f"-max_total_time={minutes * 60:.0f}",
        "-timeout=10",
        "-rss_limit_mb=512",
        f"-dict={HERE / 'yaml.dict'}",
    ]
    atheris.Setup([sys.argv[0], *settings, *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
