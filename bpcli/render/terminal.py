"""Documents in the terminal.

The page is set in plain lines first, each a list of styled spans; rich only colours them, so that a pipe or a file
never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from bpcli.document.document import (
    Block,
    Document,
    Equation,
    Givens,
    Heading,
    Inline,
    Note,
    Paragraph,
    Step,
    Table,
    Title,
)
from bpcli.render.chains import equation_lines, givens_lines
from bpcli.render.decimal_comma import displayed
from bpcli.render.prose import Line, Page, clean, indent, line_width, wrap, wrap_text
from bpcli.render.tables import table_lines

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

NARROWEST, WIDEST, DEFAULT = 20, 400, 80

STYLES = {
    "title": "bold",
    "source": "dim",
    "rule": "cyan",
    "heading": "bold cyan",
    "number": "dim",
    "step": "bold",
    "strong": "bold",
    "code": "bold",
    "header": "dim",
    "dim": "dim",
    "remark": "dim italic",
    "good": "green",
    "bad": "red",
    "warn": "yellow",
}


def to_terminal_text(
    document: Document,
    *,
    width: int = DEFAULT,
    ascii: bool = False,  # noqa: A002
    color: bool = False,
) -> str:
    """The document as text of the given width: the same on every machine, and without trailing spaces."""
    lines = _lines(document, width, ascii)
    if not color:
        return _plain(lines)
    from io import StringIO

    from rich.console import Console

    stream = StringIO()
    console = Console(
        file=stream,
        width=WIDEST,
        height=100,
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        _environ={},
    )
    _print(lines, console)
    return stream.getvalue()


def write_terminal(
    document: Document,
    stream: TextIO,
    *,
    width: int | None = None,
    ascii: bool | None = None,  # noqa: A002
    color: bool | None = None,
) -> None:
    """Write the document to a stream.

    Where nothing is said, the width is that of the terminal (80 in a pipe), colours are for terminals (and for
    `FORCE_COLOR`; `NO_COLOR` is respected), and ASCII is for streams that cannot carry the text.
    """
    if width is None:
        width = terminal_width(stream)
    lines = _lines(document, width, bool(ascii))
    if ascii is None and not _carries(stream, lines):
        lines = _lines(document, width, True)
    if color is None and not _is_coloured(stream):
        color = False
    if color is False:
        stream.write(_plain(lines))
        return
    from rich.console import Console

    console = Console(
        file=stream,
        width=WIDEST,
        height=100,
        force_terminal=color or None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    _print(lines, console)


def terminal_width(stream: TextIO) -> int:
    """The width to write a stream in: `COLUMNS`, that of the terminal, or 80."""
    import os

    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT
    except (AttributeError, OSError, ValueError):
        return DEFAULT


def _is_coloured(stream: TextIO) -> bool:
    """Whether rich should be asked at all: it knows better which colours a terminal has."""
    import os

    return bool(os.environ.get("FORCE_COLOR")) or (hasattr(stream, "isatty") and stream.isatty())


def _carries(stream: TextIO, lines: Iterable[Line]) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if encoding.lower().replace("-", "").startswith("utf"):
        return True
    try:
        _plain(lines).encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _plain(lines: Iterable[Line]) -> str:
    return "".join(["".join([text for text, _ in line]).rstrip() + "\n" for line in lines])


def _print(lines: Sequence[Line], console: Console) -> None:
    # Our lines already have their width: rich must neither wrap nor crop them.
    console.print(_Coloured(lines), crop=False)


class _Coloured:
    """Styled lines as rich prints them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment
        from rich.style import Style

        styles = {name: Style.parse(definition) for name, definition in STYLES.items()}
        end = Segment.line()
        for line in self.lines:
            text, style = "", ""
            for part, style_of in line:
                if text and style_of != style:
                    yield Segment(text, styles.get(style))
                    text = ""
                text, style = text + part, style_of
            if text := text.rstrip():
                yield Segment(text, styles.get(style))
            yield end


# Blocks


def _lines(document: Document, width: int, plain: bool) -> list[Line]:
    document = displayed(document)
    highest = max((block.number for block in document.blocks if type(block) is Step), default=1)
    page = Page(min(max(width, NARROWEST), WIDEST), plain, max(2, len(str(highest))))
    return _blocks(document.blocks, page, 0)


def _blocks(blocks: Iterable[Block], page: Page, at: int) -> list[Line]:
    """Blocks under each other, a blank line between them; a title or a heading belongs to what follows it."""
    lines: list[Line] = []
    before: type[Any] | None = None
    for block in blocks:
        kind = type(block)
        drawn = _BLOCKS[kind](block, page, at)
        if not drawn:
            continue
        if before is not None and (kind is Heading or before not in (Title, Heading)):
            lines.append([])
        lines += drawn
        before = kind
    return lines


def _title(block: Title, page: Page, _at: int) -> list[Line]:
    width = page.measure
    lines = wrap_text(block.text, width, page, "title")
    source = wrap_text(block.source, width, page, "source")
    if len(lines) == len(source) == 1 and (gap := width - line_width(lines[0]) - line_width(source[0])) >= 3:
        lines = [[*lines[0], (" " * gap, ""), *source[0]]]
    else:
        lines += source
    return [*lines, [(("=" if page.ascii else "═") * width, "rule")]]


def _heading(block: Heading, page: Page, at: int) -> list[Line]:
    if block.level > 1:
        return indent(wrap_text(block.text, page.measure - at, page, "heading"), at)
    stroke = "-" if page.ascii else "─"
    lines = wrap_text(block.text, page.measure - 6, page, "heading")
    if not lines:
        return [[(stroke * page.measure, "rule")]]
    lines = [[(stroke * 2 + " " if number == 0 else "   ", "rule"), *line] for number, line in enumerate(lines)]
    rest = page.measure - line_width(lines[-1]) - 1
    lines[-1].append((" " + stroke * rest, "rule"))
    return lines


def _paragraph(block: Paragraph, page: Page, at: int) -> list[Line]:
    margin = at or page.margin
    return indent(wrap(block.text, page.measure - margin, page), margin)


_NOTES = {"remark": ("→", "dim", "remark"), "warning": ("!", "warn", ""), "check": ("✓", "good", "")}


def _note(block: Note, page: Page, at: int) -> list[Line]:
    sign, sign_style, style = _NOTES.get(block.kind, _NOTES["remark"])
    sign = clean(sign, page) + " "
    margin = at or page.margin
    lines = wrap(block.text, page.measure - margin - line_width([(sign, "")]), page, style)
    lead: list[Line] = [[(sign, sign_style), *lines[0]]] if lines else []
    return indent([*lead, *indent(lines[1:], line_width([(sign, "")]))], margin)


def _equation(block: Equation, page: Page, at: int) -> list[Line]:
    margin = at or page.margin
    return indent(equation_lines(block, page.width - margin, page.measure - margin, page), margin)


def _givens(block: Givens, page: Page, at: int) -> list[Line]:
    margin = at or page.margin
    return indent(givens_lines(block, page.width - margin, page.measure - margin, page), margin)


def _table(block: Table, page: Page, at: int) -> list[Line]:
    margin = at or page.margin
    return indent(table_lines(block, page.width - margin, page), margin)


def _step(block: Step, page: Page, _at: int) -> list[Line]:
    """A numbered title with its reason, hanging after the number, and the body under it."""
    hang = page.numbers + 2
    why: Inline = (": ", *block.why) if block.title and block.why else block.why
    words = wrap(why, page.measure - hang, page, lead=block.title, lead_style="step")
    number = f"{block.number:>{page.numbers}}  "
    first: list[Line] = [[(number, "number"), *(words[0] if words else [])]]
    lines = first + indent(words[1:], hang)
    body = _blocks(block.body, page, page.body)
    return [*lines, [], *body] if body else lines


_BLOCKS: dict[type[Any], Callable[[Any, Page, int], list[Line]]] = {
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Note: _note,
    Equation: _equation,
    Givens: _givens,
    Table: _table,
    Step: _step,
}
