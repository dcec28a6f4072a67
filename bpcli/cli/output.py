"""Where output goes: standard output, whole or not at all, or a file, the old one or the new one."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from bpcli.diagnostics import OutputError
from bpcli.safe import safe

if TYPE_CHECKING:
    from bpcli.document import Document

__all__ = ["emit", "emit_bytes", "emit_with", "put_document", "refuse_to_overwrite", "write_file", "write_text"]


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


def write_file(path: str, content: str | bytes) -> None:
    """Replaces the file by one with that text or these bytes: a reader sees the complete old one or the new one.

    Raises OutputError and leaves the old file where the new one cannot be written.
    """
    import tempfile

    target = Path(path)
    if target.is_dir():
        raise OutputError(f"cannot write {safe(path)}: it is a folder")
    # A link is written through: its target is replaced, not the link.
    target = target.resolve()
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".bpcli-tmp", dir=target.parent)
    except OSError as error:
        raise OutputError(f"cannot write {safe(path)}: {_reason(error)}") from None
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"cannot write {safe(path)}: {_reason(error)}") from None
        raise


def write_text(text: str, output: str | None) -> None:
    """Text to the file named, or to standard output."""
    if output is None:
        emit(text)
    else:
        write_file(output, text)


def put_document(document: Document, format: str, output: str | None, width: int | None, ascii: bool) -> None:  # noqa: A002
    """A document in one of the formats of `render`; on a terminal with its colours and its width."""
    from bpcli.cli.documents import write_document

    write_document(document, format, output, width, ascii)


def refuse_to_overwrite(output: str | None, *inputs: str) -> None:
    """Raises OutputError where the output would replace a file that is read."""
    if output is None or not Path(output).exists():
        return
    for name in inputs:
        if Path(name).exists() and Path(name).samefile(output):
            raise OutputError(f"cannot write {safe(output)}: it is the file that is read; name another one")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
