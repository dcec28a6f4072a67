"""`python -m bpcli` and the `bpcli` command."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command line; every way out has its exit code, and none shows a traceback."""
    from bpcli.cli.entry import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
