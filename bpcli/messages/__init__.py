"""Sentences of the lesson, by key and language. Formulas are never part of a sentence: they are put into its holes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, get_args

from bpcli.document.document import Code, Inline, InlineMath, Strong
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

    def first(self, keys: Iterable[str], holes: Mapping[str, object]) -> str:
        """The first of these keys that has a sentence with something for each of its holes."""
        return next(
            key
            for key in keys
            if key in self.sentences and all(holes.get(hole) is not None for hole in _HOLE.findall(self.sentences[key]))
        )

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
            elif isinstance(value, int):
                parts.append(str(value))
            elif type(value) is tuple:
                parts.extend(value)
            elif isinstance(value, str | InlineMath | Strong | Code):
                parts.append(value)
            else:
                raise TypeError(f"{value!r} cannot stand in the hole {found[1]} of {key}")
            end = found.end()
        parts.append(sentence[end:])
        return tuple(part for part in parts if part != "")
