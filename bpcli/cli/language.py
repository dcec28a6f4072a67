"""The language of what a command writes, and how its numbers are displayed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bpcli.document.document import Document
    from bpcli.problem.model import Problem

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(str, Enum):
    en = "en"
    it = "it"
    pt = "pt"


Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="Language of the sentences (by default the problem's, or that of your locale)."),
]
DecimalComma = Annotated[
    bool | None,
    typer.Option(
        "--decimal-comma/--no-decimal-comma", help="Display 0,25 or 0.25 (by default as the language has it)."
    ),
]


def language_of_locale(environment: Mapping[str, str] | None = None) -> str:
    """The language of the locale where it is one of these and not English, else nothing."""
    variables = os.environ if environment is None else environment
    name = next((variables[key] for key in LOCALE_VARIABLES if variables.get(key)), "")
    language = name.replace("-", "_").partition("_")[0].partition(".")[0].partition("@")[0].lower()
    return language if language in {item.value for item in Language} - {Language.en.value} else ""


def in_language(lang: Language | None, *, locale: bool = True) -> Callable[[Problem], Problem]:
    """What gives a problem its language: the option, else what the problem says, else the locale.

    Without `locale` the result is the same on every machine: for files that programs read.
    """

    def adapted(problem: Problem) -> Problem:
        chosen = lang.value if lang is not None else problem.language or (language_of_locale() if locale else "")
        return problem._replace(language=chosen)

    return adapted


def with_comma(document: Document, decimal_comma: bool | None) -> Document:
    """The document with numbers displayed as asked for."""
    return document if decimal_comma is None else document._replace(decimal_comma=decimal_comma)
