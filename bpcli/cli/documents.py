"""Writing a document in the format that was asked for: what every command with `--format` and `-o` shares."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bpcli.document.document import Document


class Format(str, Enum):
    """The formats of a document, and JSON for what has its numbers to give."""

    terminal = "terminal"
    markdown = "markdown"
    html = "html"
    latex = "latex"
    typst = "typst"
    pdf = "pdf"
    png = "png"
    svg = "svg"
    json = "json"


FRAGMENTS = ("html", "latex", "typst")


def write_document(
    document: Document,
    format: Enum,  # noqa: A002
    output: str | None,
    width: int | None = None,
    ascii: bool = False,  # noqa: A002
    *,
    fragment: bool = False,
    folded: bool = False,
    force: bool = False,
) -> None:
    """Writes a document in one of the formats of `render` and `render_pages` to a file, or to standard output.

    `width` and `ascii` are for the terminal, `fragment` for HTML, LaTeX and Typst, `folded` for HTML. Pictures of
    several pages are `NAME-1.png`, `NAME-2.png`, ….
    """
    from bpcli.render import PAGE_FORMATS, render

    name = str(format.value)
    refuse_idle_options(name, fragment=fragment, folded=folded)
    if name == "terminal" and output is None:
        from bpcli.cli.output import emit_with
        from bpcli.render.terminal import write_terminal

        emit_with(lambda stream: write_terminal(document, stream, width=width, ascii=ascii or None))
    elif name in PAGE_FORMATS:
        _write_pages(document, name, output, force)
    else:
        options: dict[str, object] = {"width": width or 80, "ascii": ascii} if name == "terminal" else {}
        options |= {key: True for key, wanted in (("fragment", fragment), ("folded", folded)) if wanted}
        from bpcli.cli.output import write_text

        write_text(render(document, name, **options), output, force=force)


def whole(document: Document, format: str) -> str | bytes:  # noqa: A002
    """What is in the one file of a document, in a format of text or in PDF."""
    from bpcli.render import PAGE_FORMATS, render, render_pages

    return render_pages(document, format)[0] if format in PAGE_FORMATS else render(document, format)


def refuse_idle_options(format: str, *, fragment: bool, folded: bool = False) -> None:  # noqa: A002
    """Refuses an option that the format has no use for."""
    if fragment and format not in FRAGMENTS:
        raise typer.BadParameter(f"--fragment is for {', '.join(FRAGMENTS[:-1])} and {FRAGMENTS[-1]}")
    if folded and format != "html":
        raise typer.BadParameter("--folded is for html")


def _write_pages(document: Document, format: str, output: str | None, force: bool) -> None:  # noqa: A002
    from bpcli.cli.made import refuse_foreign
    from bpcli.cli.output import emit_bytes, write_file
    from bpcli.render import render_pages

    if output is None:
        from bpcli.diagnostics import OutputError

        pages = () if _is_terminal() else render_pages(document, format)
        if len(pages) != 1:
            why = f"{len(pages)} pages are as many files" if pages else "it would fill the terminal"
            raise OutputError(f"cannot write {format} to standard output: {why}; name one with -o")
        emit_bytes(pages[0])
        return
    pages = render_pages(document, format)
    names = _page_names(output, len(pages))
    refuse_foreign(force, *names)
    for path, page in zip(names, pages, strict=True):
        write_file(path, page, force=force)


def _page_names(output: str, count: int) -> list[str]:
    """`lesson.png` for one page, `lesson-1.png`, `lesson-2.png`, … for several."""
    if count == 1:
        return [output]
    path = Path(output)
    return [str(path.with_name(f"{path.stem}-{number}{path.suffix}")) for number in range(1, count + 1)]


def _is_terminal() -> bool:
    import sys

    return sys.stdout is not None and sys.stdout.isatty()
