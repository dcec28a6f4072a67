"""Runs one target under atheris; see README.md."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

CORPUS = Path(__file__).parent.parent / "tests" / "trust" / "corpus"


def main(name: str) -> None:
    """`python fuzz_NAME.py [MINUTES] [libFuzzer options]`: fuzzes for so many minutes (1 unless said)."""
    with atheris.instrument_imports(include=["bpcli", "yaml"]):
        from targets import TARGETS

        for path in sorted((CORPUS / name).iterdir()):  # what is imported when it is first needed, too
            TARGETS[name](path.read_bytes())

    minutes, options = 1.0, sys.argv[1:]
    if options and not options[0].startswith("-"):
        minutes = float(options[0])
        del options[0]
    if not any(not option.startswith("-") for option in options):
        options.append(str(CORPUS / name))  # new inputs go to the first folder named
    here = Path(__file__).parent
    settings = [
        f"-max_total_time={minutes * 60:.0f}",
        "-timeout=10",
        "-rss_limit_mb=1024",
        f"-dict={here / 'yaml.dict'}",
    ]
    atheris.Setup([sys.argv[0], *settings, *options], TARGETS[name])
    atheris.Fuzz()
