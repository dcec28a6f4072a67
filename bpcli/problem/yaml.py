"""Text → a tree of nodes with their places.

The tree is built from PyYAML's event stream, never by its constructor: a scalar stays the text it was written as,
and what makes YAML dangerous or misleading (anchors, tags, merge keys, duplicate keys) is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn, TypeAlias

from bpcli.diagnostics import Related, Span
from bpcli.problem.report import Report, point, shortened
from bpcli.problem.source import PROBLEM_LIMIT, decode
from bpcli.problem.yaml_depth import first_too_deep
from bpcli.problem.yaml_errors import HEADER_ADVICE, HEADER_MESSAGE, explain, missing_space

MAX_DEPTH = 32
MAX_NODES = 200_000

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
TAB_INDENTATION = re.compile(r"^ *(\t)[ \t]*[^ \t\n#]", re.MULTILINE)
TAB_AFTER_COLON = re.compile(r"^[^#\n]*?: *(\t)[ \t]*[^ \t\n#]", re.MULTILINE)
ODD_INDENTATION = re.compile(r"^[ \t]*([\xa0\u1680\u2000-\u200b\u202f\u205f\u3000])", re.MULTILINE)

# `{a:[1]}`: PyYAML's own parser reads it, libyaml's does not.
COLON_WITHOUT_SPACE = frozenset({":,", ":[", ":]", ":{", ":}"})
COMMENT_IN_HEADER = re.compile(r"[|>][-+0-9]*#")
# A character beyond U+FFFF as JSON writes it in ASCII: an escape for each half.
HALVES = re.compile(r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(dc|dd|de|df)([0-9a-f]{2})", re.IGNORECASE)
FILLER = "\ufdd1\ufdd1"
"""No character of any text: it keeps the length of a line where two escapes of six become one of ten."""
JOINED = re.compile(rf"\\U([0-9a-f]{{8}}){FILLER}")

DIRECTIVE = re.compile(r"^%", re.MULTILINE)


class ScalarNode(NamedTuple):
    """`style` is the quote or block indicator, one of `'`, `"`, `|`, `>`, and empty for plain text."""

    text: str
    style: str
    span: Span

    @property
    def is_empty(self) -> bool:
        """Nothing was written, or a word for nothing."""
        return not self.style and self.text in ("", "~", "null", "Null", "NULL")


class SequenceNode(NamedTuple):
    items: tuple[Node, ...]
    span: Span


class MappingNode(NamedTuple):
    entries: tuple[tuple[ScalarNode, Node], ...]
    span: Span


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


class Document(NamedTuple):
    """`text` is the decoded file; `root` its mapping."""

    text: str
    root: MappingNode


def node_place(node: Node) -> Span:
    """Where to point for a node: a scalar as a whole, of a collection the first character."""
    span = node.span
    return span if isinstance(node, ScalarNode) else point(span.line, span.column)


def read_yaml(data: bytes | str, path: str, limit: int = PROBLEM_LIMIT, *, pure: bool = False) -> Document:
    """Read one YAML document with a mapping at its top, or raise `ProblemError` with all that is wrong with it.

    `pure` chooses PyYAML's own parser over libyaml's; both give the same.
    """
    if len(data) > limit:
        report = Report(path, "")
        report.fail("file-too-large", f"the file is larger than {limit // 2**20} MiB")
    text = decode(data, path)
    report = Report(path, text)
    _check_lines(text, report)
    root = _build(text, report, pure=pure)
    if root is None or (isinstance(root, ScalarNode) and root.is_empty):
        report.fail("empty-file", "the file is empty")
    if not isinstance(root, MappingNode):
        _refuse_root(root, report)
    report.raise_if_any()
    return Document(text, root)


def _refuse_root(root: ScalarNode | SequenceNode, report: Report) -> NoReturn:
    if isinstance(root, SequenceNode):
        report.fail("not-a-mapping", "expected `key: value` lines, found a list", node_place(root))
    advice = "put a space after `:`" if re.match(r"\w+:\S", root.text) else ""
    report.fail("not-a-mapping", "expected `key: value` lines, found text", node_place(root), help=advice)


def _check_lines(text: str, report: Report) -> None:
    if found := DIRECTIVE.search(text):
        line, column = _line_and_column(text, found.start())
        report.fail("directive", "directives (`%`) are not read", point(line, column), help="remove the line")
    if "\t" in text:
        found = TAB_INDENTATION.search(text) or TAB_AFTER_COLON.search(text)
        if found:
            line, column = _line_and_column(text, found.start(1))
            report.fail("tab", "a tab where YAML wants spaces", point(line, column), help="use spaces")
    if not text.isascii() and (found := ODD_INDENTATION.search(text)):
        from unicodedata import name

        line, column = _line_and_column(text, found.start(1))
        what = f"U+{ord(found[1]):04X} {name(found[1], '')}".rstrip()
        report.fail("indentation", f"indented with {what}", point(line, column), help="use spaces")


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _build(text: str, report: Report, *, pure: bool) -> Node | None:
    import yaml

    # Tabs left here separate or stand in quotes; the two parsers disagree about them. A last line end makes them
    # agree about the end of the file. libyaml takes bytes, which are a quarter of a text with one wide character.
    parsed, end = _with_whole_characters(text).replace("\t", " "), "" if text.endswith("\n") else "\n"
    fast = yaml.__with_libyaml__ and not pure
    source = parsed.encode() + end.encode() if fast else parsed + end
    loader: Any = yaml.CBaseLoader if fast else yaml.BaseLoader
    builder = _Builder(report, text)
    try:
        return builder.build(yaml.parse(source, Loader=loader))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The pure parser lets the errors of `chr` and `int` out, and they know no place.
        mark = getattr(error, "problem_mark", None)
        builder.check_depth_until(mark.index if mark else len(text))
        report.put(explain(error, text, builder.last, builder.innermost))
        raise report.error() from None


def _with_whole_characters(text: str) -> str:
    """The text with the two escapes of a surrogate pair as the one that YAML has for that character."""
    if "\\u" not in text or FILLER in text:
        return text

    def joined(found: re.Match[str]) -> str:
        high, low = int(found[2], 16), int(found[3] + found[4], 16)
        return f"{found[1]}\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}{FILLER}"

    return HALVES.sub(joined, text)


def _as_written(text: str) -> str:
    """A text without quotes as it stands in the file: there the two escapes are none."""

    def halves(found: re.Match[str]) -> str:
        code = int(found[1], 16) - 0x10000
        return f"\\u{0xD800 + code // 0x400:04x}\\u{0xDC00 + code % 0x400:04x}"

    return JOINED.sub(halves, text)


class _Frame:
    """A sequence or mapping that is still open."""

    __slots__ = ("entries", "has_brackets", "items", "key", "keys", "start_mark")

    def __init__(self, event: Any, *, is_mapping: bool) -> None:
        self.start_mark = event.start_mark
        self.has_brackets = bool(event.flow_style)
        self.items: list[Node] = []
        self.entries: list[tuple[ScalarNode, Node]] = []
        self.key: ScalarNode | None = None
        self.keys: dict[str, Span] | None = {} if is_mapping else None


class _Builder:
    """Nodes out of events, without recursion."""

    def __init__(self, report: Report, text: str) -> None:
        self.report = report
        self.text = text
        self.frames: list[_Frame] = []
        self.root: Node | None = None
        self.nodes = 0
        self.last = Span(1, 1, 1, 1)
        self.end = 0
        """Where the last event ends."""

    def build(self, stream: Iterator[Any]) -> Node | None:
        import yaml

        documents = 0
        for event in stream:
            kind = type(event)
            self.end = event.end_mark.index
            if kind is yaml.ScalarEvent:
                self.check_node(event)
                self.attach(self.scalar(event))
                if (
                    not event.style
                    and self.text[event.end_mark.index : event.end_mark.index + 2] in COLON_WITHOUT_SPACE
                ):
                    self.report.put(missing_space(self.place(event)))
                    raise self.report.error()
            elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
                self.check_node(event)
                if len(self.frames) >= MAX_DEPTH:
                    self.refuse_depth(self.place(event))
                self.frames.append(_Frame(event, is_mapping=kind is yaml.MappingStartEvent))
            elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
                self.attach(self.close(event))
            elif kind is yaml.AliasEvent:
                self.refuse_anchor(event, "alias", "*")
                self.attach(ScalarNode("", "'", self.place(event)))
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.report.fail("multiple-documents", "a second document starts here", self.place(event))
        return self.root

    @property
    def innermost(self) -> Span | None:
        """Where the list or mapping begins that is being read."""
        return self.place(self.frames[-1]) if self.frames else None

    def place(self, event: Any) -> Span:
        return point(event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse_depth(self, place: Span) -> NoReturn:
        message = f"lists and mappings nested more than {MAX_DEPTH} levels deep"
        self.report.fail("too-deep", message, place)

    def check_depth_until(self, at: int) -> None:
        """Refuses what is too deep before a place that the parser came to, which is further than what it handed out."""
        brackets = sum(frame.has_brackets for frame in self.frames)
        blocks = len(self.frames) - brackets
        found = first_too_deep(self.text, self.end, at, blocks, brackets, MAX_DEPTH)
        if found is not None:
            self.refuse_depth(point(*_line_and_column(self.text, found)))

    def refuse_anchor(self, event: Any, what: str, sign: str) -> None:
        message = f"`{sign}{shortened(event.anchor)}` is an {what}, and these are not read"
        advice = "write the value out; text that starts with `*` or `&` needs quotes"
        self.report.add("anchor", message, self.place(event), help=advice)

    def check_node(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            advice = "a large graph uses the text form, `define: |`"
            message = f"more than {MAX_NODES} values"
            self.report.fail("too-many-nodes", message, self.place(event), help=advice)
        if event.anchor is not None:
            self.refuse_anchor(event, "anchor", "&")
        if event.tag is not None:
            advice = "write the value alone; text that starts with `!` needs quotes"
            self.report.fail("tag", "tags (`!`) are not read", self.place(event), help=advice)

    def scalar(self, event: Any) -> ScalarNode:
        start, end, style = event.start_mark, event.end_mark, event.style or ""
        line, column = start.line + 1, start.column + 1
        if style in ("|", ">"):
            span = Span(line, column, line, column + 1)
            if header := COMMENT_IN_HEADER.match(self.text, start.index):
                # `|#x`, which libyaml reads and PyYAML's own parser does not.
                at = column + len(header[0]) - 1
                self.report.fail("yaml-syntax", HEADER_MESSAGE, point(line, at), help=HEADER_ADVICE)
        else:
            span = Span(line, column, end.line + 1, end.column + 1)
        self.last = span
        text = event.value
        if FILLER in text and FILLER not in self.text:
            text = text.replace(FILLER, "") if style == '"' else _as_written(text)
        if style == '"' and CONTROL.search(text):
            message = "this escape makes a control character or half of a character"
            self.report.fail("bad-escape", message, point(line, column), help="remove it")
        return ScalarNode(text, style, span)

    def attach(self, node: Node) -> None:
        if not self.frames:
            self.root = node
            return
        frame = self.frames[-1]
        if frame.keys is None:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = self.key(node, frame.keys)
        else:
            if frame.key.text or frame.key.style:
                if isinstance(node, ScalarNode) and not node.text and not node.style:
                    node = node._replace(span=frame.key.span)  # where nothing is, its key is shown
                frame.entries.append((frame.key, node))
            frame.key = None

    def key(self, node: Node, keys: dict[str, Span]) -> ScalarNode:
        """The key as it stands, or an empty one that drops its entry because it has been reported."""
        dropped = ScalarNode("", "", node.span)
        if not isinstance(node, ScalarNode) or not (node.text or node.style):
            self.report.add("bad-key", "a key is a piece of text", node_place(node), help="quote it or name it")
            return dropped
        if node.text == "<<" and not node.style:
            self.report.add("merge-key", "merge keys (`<<`) are not read", node.span, help="write the entries out")
            return dropped
        name = node.text
        if not name.isascii():
            from unicodedata import normalize

            name = normalize("NFC", name)
        if name in keys:
            related = (Related(keys[name], "first here"),)
            message = f"`{shortened(name)}` is here a second time"
            self.report.add("duplicate-key", message, node.span, related=related, help="keep one of them")
            return dropped
        keys[name] = node.span
        return node._replace(text=name) if name is not node.text else node

    def close(self, event: Any) -> Node:
        frame = self.frames.pop()
        line, column = frame.start_mark.line + 1, frame.start_mark.column + 1
        start, end = event.start_mark, event.end_mark
        if start.index != end.index:  # a closing bracket
            end_line, end_column = end.line + 1, end.column + 1
        else:
            last = frame.items[-1] if frame.items else frame.entries[-1][1] if frame.entries else None
            _, _, end_line, end_column = last.span if last else Span(line, column, line, column + 1)
        span = Span(line, column, end_line, end_column)
        if frame.keys is None:
            return SequenceNode(tuple(frame.items), span)
        return MappingNode(tuple(frame.entries), span)
