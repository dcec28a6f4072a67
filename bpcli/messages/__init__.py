"""Sentences of the lesson, by key and language. Formulas are never part of a sentence: they are put into its holes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, get_args

from bpcli.document.document import Inline, InlineMath
from bpcli.document.mathtree import Math

__all__ = ["LANGUAGES", "Messages"]

LANGUAGES = ("en", "it", "pt")

_HOLE = re.compile(r"\{(\w+)\}")
_MATH = get_args(Math)


class Messages:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.sentences: Mapping[str, str] = import_module(f"bpcli.messages.{self.language}").SENTENCES

    def __contains__(self, key: str) -> bool:
        return key in self.sentences

    def text(self, key: str, **holes: object) -> str:
        """The sentence with plain text in its holes."""
        return _HOLE.sub(lambda found: str(holes[found[1]]), self.sentences[key])

    def inline(self, key: str, **holes: object) -> Inline:
        """The sentence with text, formulas or other inline parts in its holes."""
        parts: list[Any] = []
        end = 0
        sentence = self.sentences[key]
        for found in _HOLE.finditer(sentence):
            parts.append(sentence[end : found.start()])
            value = holes[found[1]]
            if isinstance(value, _MATH):
                parts.append(InlineMath(value))
            elif type(value) is tuple:
                parts.extend(value)
            elif isinstance(value, str | int):
                parts.append(value if isinstance(value, str) else str(value))
            else:
                parts.append(value)
            end = found.end()
        parts.append(sentence[end:])
        return tuple(part for part in parts if part != "")
