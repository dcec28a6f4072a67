"""Where output goes: standard output, whole or not at all, or a file, the old one or the new one."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import typer

from bpcli.cli.made import note, refuse_foreign
from bpcli.diagnostics import OutputError
from bpcli.document.safe import safe

STANDARD_OUTPUT = "-"
"""The name of standard output wherever a file is named."""

TEMPORARY_SUFFIX = ".bpcli-tmp"
MOST_BYTES_OF_NAME = 100
"""So much of a file's name is in that of its temporary file, which has to fit a file system too."""


def emit(text: str) -> None:
    """Text on standard output, in an encoding that may lack some of its characters."""

    def write(stream: TextIO) -> None:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))

    emit_with(write)


def emit_with(write: Callable[[TextIO], None]) -> None:
    """Lets `write` write to standard output.

    A pipe that was closed early ends quietly. Raises OutputError where standard output cannot be written.
    """
    stream = sys.stdout
    if stream is None:
        raise OutputError("cannot write: standard output is closed")
    try:
        write(stream)
        stream.flush()
    except BrokenPipeError:
        _discard_standard_output()
        raise typer.Exit(0) from None
    except OSError as error:
        _discard_standard_output()
        if error.errno in (errno.EPIPE, errno.EINVAL):  # Windows reports a closed pipe as an invalid argument
            raise typer.Exit(0) from None
        raise OutputError(f"cannot write: {os.strerror(error.errno) if error.errno else error}") from None
    except ValueError:
        raise OutputError("cannot write: standard output is closed") from None


def _discard_standard_output() -> None:
    """What is still buffered has nowhere to go; without this Python would complain about it at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def emit_bytes(data: bytes) -> None:
    """Bytes on standard output."""
    emit_with(lambda stream: _write_whole(stream, data))


def _write_whole(stream: TextIO, data: bytes) -> None:
    stream.buffer.write(data)
    stream.buffer.flush()


def write_file(path: str, content: str | bytes, *, force: bool = False) -> None:
    """Replaces the file by one with that text or these bytes: a reader sees the complete old one or the new one.

    `-` is standard output. Raises OutputError and leaves the old file where the new one cannot be written, and where
    bpcli has not made the old one, unless by force.
    """
    import tempfile

    if path == STANDARD_OUTPUT:
        emit(content) if isinstance(content, str) else emit_bytes(content)
        return
    data = content.encode() if isinstance(content, str) else content
    if os.path.isdir(path):  # noqa: PTH112  # says no where a path cannot be followed
        raise OutputError(f"cannot write {safe(path)}: it is a folder")
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        _write_device(path, data)
        return
    refuse_foreign(force, path)
    note(data)
    # A link is written through: its target is replaced, not the link.
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OutputError(f"cannot write {safe(path)}: {os.strerror(errno.ELOOP)}")
    begin = os.fsdecode(os.fsencode(target.name)[:MOST_BYTES_OF_NAME])
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{begin}.", suffix=TEMPORARY_SUFFIX, dir=target.parent)
    except OSError as error:
        raise OutputError(f"cannot write {safe(path)}: {_reason(error)}") from None
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"cannot write {safe(path)}: {_reason(error)}") from None
        raise


def _write_device(path: str, data: bytes) -> None:
    """`/dev/null`, `/dev/stdout` or a named pipe: written to, never replaced by a file."""
    try:
        with open(path, "wb", buffering=0) as stream:  # noqa: PTH123
            view = memoryview(data)
            while view:
                view = view[stream.write(view) :]
    except OSError as error:
        raise OutputError(f"cannot write {safe(path)}: {_reason(error)}") from None


def write_text(text: str, output: str | None, *, force: bool = False) -> None:
    """Text to the file named, or to standard output."""
    write_file(STANDARD_OUTPUT if output is None else output, text, force=force)


def refuse_to_overwrite(output: str | None, *inputs: str, force: bool) -> None:
    """Raises OutputError where the output would replace a file that is read, or one that bpcli has not made.

    Only the second can be had by force.
    """
    if output is None or not os.path.isfile(output):  # noqa: PTH113  # says no where a path cannot be followed
        return
    for name in inputs:
        if os.path.isfile(name) and os.path.samefile(name, output):  # noqa: PTH113, PTH121
            raise OutputError(f"cannot write {safe(output)}: it is the file that is read; name another one")
    refuse_foreign(force, output)


def make_folder(path: str | Path) -> None:
    """The folder, and those above it, where they are not there. Raises OutputError where they cannot be made."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {safe(str(path))}: {_reason(error)}") from None


def tell(*lines: str) -> None:
    """Lines on standard error, in an encoding that may lack some of their characters."""
    stream = sys.stderr
    if stream is not None:
        encoding = getattr(stream, "encoding", None) or "utf-8"
        text = "".join(f"{line}\n" for line in lines)
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
