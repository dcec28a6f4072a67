"""Path → bytes → text: what may be read, and what counts as text."""

from __future__ import annotations

import os
import re
from typing import NoReturn

from bpcli.diagnostics import Diagnostic, InputError, ProblemError
from bpcli.document.safe import safe
from bpcli.problem.report import point

PROBLEM_LIMIT = 64 * 2**20
MOST_LINES = 1_000_000
MOST_WIDE = 16 * 2**20
"""Bytes of a file with characters beyond ASCII: one of them can make all others take four bytes in memory."""

SAVE_AS_UTF8 = "save the file again as UTF-8 (an option of the editor's “Save as”)"

UTF_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
OTHER_FORMATS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
)

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def read_source(path: str | os.PathLike[str], limit: int = PROBLEM_LIMIT) -> bytes:
    """The bytes of a regular file of at most `limit` bytes; never waits for a pipe, never reads a device."""
    path = os.fspath(path)
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {safe(path)}: {_reason(error)}") from None
    try:
        return _read_open(descriptor, path, limit)
    except OSError as error:
        raise InputError(f"cannot read {safe(path)}: {_reason(error)}") from None
    finally:
        os.close(descriptor)


def _read_open(descriptor: int, path: str, limit: int) -> bytes:
    import stat

    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"cannot read {safe(path)}: it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"cannot read {safe(path)}: it is not a regular file")
    if status.st_size > limit:
        raise _too_large(path, limit)
    parts: list[bytes] = []
    wanted = limit + 1  # a file may grow while it is read
    while wanted > 0 and (part := os.read(descriptor, min(wanted, 2**20))):
        parts.append(part)
        wanted -= len(part)
    if wanted <= 0:
        raise _too_large(path, limit)
    return b"".join(parts)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it does not exist"
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return "it is not a path"


def _too_large(path: str, limit: int) -> ProblemError:
    size = f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit} bytes"
    return ProblemError(path, "", (Diagnostic("file-too-large", f"the file is larger than {size}"),))


def decode(data: bytes | str, path: str) -> str:
    """The text of a file: UTF-8 with line feeds as line ends, without a byte order mark and control characters."""
    if isinstance(data, str):
        text = data
    else:
        _refuse_other_formats(data, path)
        if len(data) > MOST_WIDE and not data.isascii():
            message = f"the file is larger than {MOST_WIDE // 2**20} MiB, and not in ASCII"
            raise ProblemError(path, "", (Diagnostic("file-too-large", message, help="make it of several problems"),))
        text = _decode_utf8(data, path)
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_LINES:
        place = point(MOST_LINES + 1, 1)
        raise ProblemError(path, "", (Diagnostic("file-too-large", f"more than {MOST_LINES} lines", place),))
    if found := FORBIDDEN.search(text):
        _refuse_character(text, found.start(), path)
    return text


def _refuse(path: str, text: str, code: str, message: str, at: int | None, advice: str = "") -> NoReturn:
    span = None
    if at is not None:
        line_start = text.rfind("\n", 0, at) + 1
        span = point(text.count("\n", 0, at) + 1, at - line_start + 1)
    raise ProblemError(path, text, (Diagnostic(code, message, span, help=advice),))


def _refuse_other_formats(data: bytes, path: str) -> None:
    for mark, name in UTF_MARKS:
        if data.startswith(mark):
            _refuse(path, "", "encoding", f"the file is {name}, not UTF-8", None, SAVE_AS_UTF8)
    for mark, name in OTHER_FORMATS:
        if data.startswith(mark):
            _refuse(path, "", "not-text", f"this is not a text file: it looks like {name}", None)
    head = data[:64]
    if len(head) >= 4 and head.count(0) * 3 >= len(head):
        pairs = (set(head[0::2]), set(head[1::2]))
        if {0} in pairs or (head.count(0) * 4 >= len(head) * 3):
            name = "UTF-32" if head.count(0) * 2 > len(head) + 2 else "UTF-16"
            _refuse(path, "", "encoding", f"the file looks like {name}, not UTF-8", None, SAVE_AS_UTF8)


def _decode_utf8(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        before = before.replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        rest = data[error.start : error.start + 200].decode("utf-8", "replace").replace("\r", "\n")
        message = f"byte 0x{data[error.start]:02x} at {line}:{column} is not UTF-8"
        _refuse(path, before + rest, "encoding", message, len(before), SAVE_AS_UTF8)


def _refuse_character(text: str, at: int, path: str) -> NoReturn:
    character = text[at]
    code = f"U+{ord(character):04X}"
    if character == "\ufeff":
        _refuse(path, text, "byte-order-mark", f"a second byte order mark ({code})", at, "remove it: it is invisible")
    if character in "\x85\u2028\u2029":
        _refuse(
            path,
            text,
            "line-separator",
            f"{code} separates lines, but not for every reader",
            at,
            "remove it, or end the line",
        )
    if "\ud800" <= character <= "\udfff":
        _refuse(path, text, "encoding", f"half of a surrogate pair ({code})", at, SAVE_AS_UTF8)
    _refuse(path, text, "control-character", f"a control character ({code})", at, "remove it: it is invisible")
