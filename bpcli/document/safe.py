"""Text from outside, made fit to be shown: nothing in it can move a cursor, change a colour or reorder a line."""

from __future__ import annotations

ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}

# Letters and marks by category, but drawn as nothing at all.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")

# A letter may carry several accents; a tower of them climbs over its neighbours.
MAX_MARKS = 3


def safe(text: str) -> str:
    r"""Show `text` on one line: what cannot be printed becomes visible, `\x1b` or `⟨U+202E⟩`.

    Applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    from unicodedata import combining

    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if combining(character) else 0
        if not character.isprintable() or character in BLANK or _is_variation(character) or marks > MAX_MARKS:
            shown.append(_visible(character))
        else:
            shown.append(character)
    return "".join(shown)


def quoted(text: str) -> str:
    """Text in the double quotes that YAML and JSON share."""
    import json

    return json.dumps(text, ensure_ascii=False)


def _visible(character: str) -> str:
    code = ord(character)
    if character in ESCAPES:
        return ESCAPES[character]
    if code < 0xA0:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"⟨U+{code:04X}⟩"


def _is_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
