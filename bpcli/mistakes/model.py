"""What the catalogue says about a mistake."""

from __future__ import annotations

from typing import NamedTuple

COMMON, FREQUENT, UNUSUAL, RARE = 1, 2, 3, 4
"""How likely a mistake is before anything is known: several that fit are listed in this order."""


class Text(NamedTuple):
    """The words of a `Mistake` in another language; `wrong` is empty where the formula has no words in it."""

    title: str
    cause: str
    looks: str
    hint: str
    wrong: str = ""


class Mistake(NamedTuple):
    """One way of getting a step wrong.

    title       a few words, for a table
    cause       a clause that completes "you wrote …, which is what … gives:"
    wrong       the mistaken formula, in the usual letters
    looks       one sentence: how to recognise it
    hint        one sentence that helps without giving a number away
    likelihood  COMMON … RARE
    convention  as often another convention as a mistake
    sources     where it has been seen (keys of `SOURCES`); none for folklore
    """

    id: str
    title: str
    cause: str
    wrong: str
    looks: str
    hint: str
    likelihood: int = UNUSUAL
    convention: bool = False
    sources: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        return self.id[0]
