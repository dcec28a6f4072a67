"""What bpcli has made: it may replace that, and nothing else.

A file counts as made here while its content is, byte for byte, something that bpcli has written: the digests of what it
writes are kept where programs keep such things. A file that somebody has written, filled in or changed has another.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bpcli.diagnostics import OutputError
from bpcli.document.safe import safe

DIGITS = 32
MOST_KEPT = 8 * 2**20
"""Bytes of digests; the older half goes when there are more."""


def state_folder() -> Path | None:
    """Where programs keep such things: XDG on POSIX, the local application data on Windows."""
    named = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    if named and Path(named).is_absolute():
        return Path(named) / "bpcli"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ".local" / "state" / "bpcli" if home.is_dir() else None


def refuse_foreign(force: bool, *paths: str | None) -> None:
    """Raises OutputError for the first file that is there, was not made by bpcli, and is not replaced by force.

    Commands ask before any long work, and again when they write. An empty file holds nobody's work.
    """
    for path in paths:
        if path is not None and not force and _is_foreign(path):
            message = f"{safe(path)} is there already, and is not as bpcli made it"
            raise OutputError(f"{message}; choose another name, or replace it with --force")


def _is_foreign(path: str) -> bool:
    if not os.path.isfile(path):  # noqa: PTH113  # says no where a path cannot be followed
        return False
    try:
        return os.path.getsize(path) > 0 and _digest_of_file(path) not in _digests()  # noqa: PTH202
    except OSError:
        return True  # what cannot be read cannot be known


def note(data: bytes) -> None:
    """Keeps the digest of what is about to be written, so that a run that is killed while writing can be repeated."""
    from hashlib import sha256

    path = _register()
    if path is None:
        return
    # Where nothing can be kept, what is written now is somebody's file later on: --force replaces it.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:
            stream.write(sha256(data).hexdigest()[:DIGITS].encode() + b"\n")
        if path.stat().st_size > MOST_KEPT:
            _shorten(path)


def _register() -> Path | None:
    folder = state_folder()
    return folder / "made" if folder is not None else None


def _digests() -> frozenset[bytes]:
    path = _register()
    if path is None or not path.exists():
        return frozenset()
    return frozenset(path.read_bytes().split(b"\n"))


def _digest_of_file(path: str) -> bytes:
    from hashlib import file_digest

    with open(path, "rb") as stream:  # noqa: PTH123
        return file_digest(stream, "sha256").hexdigest()[:DIGITS].encode()


def _shorten(path: Path) -> None:
    kept = path.read_bytes().split(b"\n")
    other = path.with_name(f"{path.name}.{os.getpid()}")
    other.write_bytes(b"\n".join(kept[len(kept) // 2 :]))
    other.replace(path)
