import errno
import os

import pytest
import yaml
from hanging import no_hanging
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcli.diagnostics import Diagnostic, InputError, ProblemError, Span
from bpcli.problem.source import decode, read_source
from bpcli.problem.yaml import Document, MappingNode, Node, ScalarNode, SequenceNode, read_yaml
from bpcli.problem.yaml_errors import explain

needs_libyaml = pytest.mark.skipif(not yaml.__with_libyaml__, reason="libyaml is not there to compare with")


def refused(data: bytes | str, *, pure: bool = False) -> list[tuple[str, int, int]]:
    with pytest.raises(ProblemError) as caught:
        read_yaml(data, "file.yaml", pure=pure)
    return [(d.code, *(d.span[:2] if d.span else (0, 0))) for d in caught.value.diagnostics]


def plain(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


TEXT = """\
title: "a \\"quoted\\" text"  # a comment
'key': é
list: [1e-3, no, 010, [x, y]]
nested:
  - {a: 1, b: }
  - - deep
block: |
  x = 1

  y = 2
folded: >-
  one
  line
plain: goes
  on
"""


def test_scalars_stay_text():
    assert plain(read_yaml(TEXT, "f").root) == {
        "title": 'a "quoted" text',
        "key": "é",
        "list": ["1e-3", "no", "010", ["x", "y"]],
        "nested": [{"a": "1", "b": ""}, [["deep"][0]]],
        "block": "x = 1\n\ny = 2\n",
        "folded": "one line",
        "plain": "goes on",
    }


def test_every_node_has_its_place():
    root = read_yaml(TEXT, "f").root
    places = {key.text: (key.span, value.span) for key, value in root.entries}
    assert places["title"] == (Span(1, 1, 1, 6), Span(1, 8, 1, 27))
    assert places["key"] == (Span(2, 1, 2, 6), Span(2, 8, 2, 9))
    assert places["list"][1] == Span(3, 7, 3, 30)
    assert places["nested"][1] == Span(5, 3, 6, 11)
    assert places["block"][1] == Span(7, 8, 7, 9)
    assert places["plain"][1] == Span(14, 8, 15, 5)
    nested = root.entries[3][1]
    assert isinstance(nested, SequenceNode)
    first = nested.items[0]
    assert isinstance(first, MappingNode)
    assert first.span == Span(5, 5, 5, 16)
    key, nothing = first.entries[1]
    assert nothing.span == key.span == Span(5, 12, 5, 13)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(end):
    document = read_yaml("a: 1\nb:\n  c: 2\n".replace("\n", end).encode(), "f")
    assert document == read_yaml("a: 1\nb:\n  c: 2\n", "f")


def test_one_byte_order_mark_is_no_character():
    assert read_yaml(b"\xef\xbb\xbfa: 1\n", "f") == read_yaml(b"a: 1\n", "f")


def test_tabs_between_words_are_spaces():
    assert plain(read_yaml("a: 1 \t# note\nb: [1,\t2]\t\n\t\nc: 3\n", "f").root) == {
        "a": "1",
        "b": ["1", "2"],
        "c": "3",
    }


CASES = [
    ("", "empty-file", 0, 0),
    ("# only a comment\n", "empty-file", 0, 0),
    ("---\n", "empty-file", 0, 0),
    ("null\n", "empty-file", 0, 0),
    ("hello", "not-a-mapping", 1, 1),
    ("a:1", "not-a-mapping", 1, 1),
    ("- 1", "not-a-mapping", 1, 1),
    ("a: 1\n---\nb: 2", "multiple-documents", 2, 1),
    ("a: &x [*x]", "anchor", 1, 4),
    ("a: *", "anchor", 1, 4),
    ("a: *x*y", "anchor", 1, 4),
    ("%YAML 9.9\n---\n1", "directive", 1, 1),
    ("%TAG ! tag:yaml.org,2002:python/\n---\n!object/apply:os.system [id]", "directive", 1, 1),
    ("a: !!binary aGk=", "tag", 1, 4),
    ("a: !!set {a}", "tag", 1, 4),
    ("a: !!int ''", "tag", 1, 4),
    ("a: !foo 1", "tag", 1, 4),
    ("a: !h!x 1", "tag", 1, 4),
    ("<<: 1", "merge-key", 1, 1),
    ("a: 1\na: 2", "duplicate-key", 2, 1),
    ("a: 1\n'a': 2", "duplicate-key", 2, 1),
    ("é: 1\ne\u0301: 2", "duplicate-key", 2, 1),
    ("? [1,2]\n: 3", "bad-key", 1, 3),
    ("{{x}}: 1", "bad-key", 1, 1),
    ("a:\n\tb: 1", "tab", 2, 1),
    ("a:\t1", "tab", 1, 3),
    ("a:\n\u00a0\u00a0b: 1", "indentation", 2, 1),
    ("a:\n  b: 1\n c: 2", "indentation", 3, 2),
    ('a: "x\nb: 1', "unclosed-quote", 1, 4),
    ("a: 'x\nb: 1", "unclosed-quote", 1, 4),
    ('a: "x\n---\n"', "unclosed-quote", 1, 4),
    ("a: [1,,2]", "missing-value", 1, 7),
    ("a: [1, , 2]", "missing-value", 1, 8),
    ("a: [1, 2", "unclosed-bracket", 1, 4),
    ("a: [1, 2\nb: 3", "unclosed-bracket", 1, 4),
    ("a: {b: 1", "unclosed-bracket", 1, 4),
    ("a: [", "unclosed-bracket", 1, 4),
    ("a: [1,\n", "unclosed-bracket", 1, 4),
    ("a: {b: [1, [2],", "unclosed-bracket", 1, 8),
    ("a: {b: ,", "unclosed-bracket", 1, 4),
    ("a: {b: 1 c: 2}", "yaml-syntax", 1, 11),
    ("a: ]", "yaml-syntax", 1, 4),
    ("a: [1]]", "yaml-syntax", 1, 7),
    ("a: - 1", "yaml-syntax", 1, 4),
    ("a: ? b", "yaml-syntax", 1, 4),
    ("a: b: c", "yaml-syntax", 1, 5),
    ("a: 'x' y", "yaml-syntax", 1, 8),
    ("a: |x\n y", "yaml-syntax", 1, 5),
    ("a: |-#x\n y", "yaml-syntax", 1, 6),
    ("{a: 1} b", "yaml-syntax", 1, 8),
    ("a: @x", "reserved-character", 1, 4),
    ("a: `x", "reserved-character", 1, 4),
    ("a: %x", "reserved-character", 1, 4),
    ("a: 1\nb:1\nc: 2", "missing-space", 2, 1),
    ("a: {b:[1]}", "missing-space", 1, 5),
    ("a: {b:, c: 1}", "missing-space", 1, 5),
    ('a: "\\q"', "bad-escape", 1, 4),
    ('a: "\\xzz"', "bad-escape", 1, 4),
    ('a: "\\ud800"', "bad-escape", 1, 4),
    ('a: "\\U00110000"', "bad-escape", 1, 4),
    ('a: "\\0"', "bad-escape", 1, 4),
    ('a: "\\e[2J"', "bad-escape", 1, 4),
    ('a: "\\ufeff"', "bad-escape", 1, 4),
    ('\n\na: ["x",\n  "\\UFFFFFFFF"]', "bad-escape", 4, 3),
    ("[" * 100_000 + "]" * 100_000, "too-deep", 1, 33),
    ("[" * 30_000, "too-deep", 1, 33),
    ("{a: " * 200_000, "too-deep", 1, 129),
    ("- " * 500_000, "too-deep", 1, 65),
    ("? " * 400_000, "too-deep", 1, 65),
    ("".join(" " * i + "a:\n" for i in range(1400)), "too-deep", 33, 33),
    ("a: " + "[" * 5_000 + "]" * 5_000, "too-deep", 1, 35),
    ("a:\n  - " + "[" * 5_000, "too-deep", 2, 35),
    ("a: [" + "{b: [" * 2_000, "too-deep", 1, 80),
    ("a: [1, " + "[" * 40 + "@", "too-deep", 1, 38),
    ("a: [it's, '[[', \"[\\\"[\", [" + "[" * 40 + "@", "too-deep", 1, 55),
    ("a: ['" + "[" * 40 + "', @]", "reserved-character", 1, 49),
    ("a: [1, # " + "[" * 40 + "\n  @]", "reserved-character", 2, 3),
    ("a: x" + "[" * 40 + ": @", "yaml-syntax", 1, 45),
    ("b: " + "[" * 20 + "]" * 20 + "\na: [" + "[], " * 40 + "@", "reserved-character", 2, 165),
    ("a: [" + "0," * 200_001 + "]", "too-many-nodes", 1, 399_999),
]


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
@pytest.mark.parametrize(("text", "code", "line", "column"), CASES, ids=lambda value: repr(value)[:40])
def test_refusals(text, code, line, column, pure):
    if pure and len(text) > 300_000:
        pytest.skip("slow without libyaml")
    found = refused(text, pure=pure)
    assert found[0] == (code, line, column)


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"name: \xe9", "encoding", 1, 7),
        (b"a: 1\r\nname: \x93x\x94", "encoding", 2, 7),
        (b"a: \xe2\x88", "encoding", 1, 4),
        (b"a: \xc0\xaf", "encoding", 1, 4),
        (b"\xef\xbb\xbfa: \xff", "encoding", 1, 4),
        ("a: 1".encode("utf-16"), "encoding", 0, 0),
        ("a: 1".encode("utf-16-be"), "encoding", 0, 0),
        ("a: 1".encode("utf-16-le"), "encoding", 0, 0),
        ("a: 1".encode("utf-32"), "encoding", 0, 0),
        ("a: 1".encode("utf-32-be"), "encoding", 0, 0),
        (b"\xfe\xff\xff\xff\xff\xff\xff\xff\xdc\x27\x3a\x5b", "encoding", 0, 0),
        (b"\xef\xbb\xbf\xef\xbb\xbfa: 1", "byte-order-mark", 1, 1),
        ("a: 1\nb: \ufeff2".encode(), "byte-order-mark", 2, 4),
        (b"a: 1\x00b: 2", "control-character", 1, 5),
        (b"a: \x1b[2J", "control-character", 1, 4),
        (b"a: x\x7f", "control-character", 1, 5),
        ("a: x\x9b".encode(), "control-character", 1, 5),
        ("a: x\u0085b: y".encode(), "line-separator", 1, 5),
        ("a: x\u2028b: y".encode(), "line-separator", 1, 5),
        (b"%PDF-1.7 \xff", "not-text", 0, 0),
        (b"PK\x03\x04\x00\x00", "not-text", 0, 0),
        (b"\x89PNG\r\n", "not-text", 0, 0),
        (b"a\x00b\x00\x00c", "control-character", 1, 2),
        ("a: \ud800", "encoding", 1, 4),
    ],
)
def test_bytes_that_are_not_our_text(data, code, line, column):
    assert refused(data) == [(code, line, column)]


def test_the_byte_is_named():
    with pytest.raises(ProblemError) as caught:
        decode(b"name: \xe9", "f")
    assert caught.value.diagnostics[0].message == "byte 0xe9 at 1:7 is not UTF-8"


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
def test_a_bracket_that_closes_nothing_after_an_anchor(pure):
    assert refused("- &x}!", pure=pure) == [("anchor", 1, 3), ("yaml-syntax", 1, 5)]


def test_words_of_another_parser_still_have_their_place():
    mark = yaml.Mark("f", 4, 0, 4, None, None)
    error = yaml.MarkedYAMLError(problem="something that no version says today", problem_mark=mark)
    found = explain(error, "a: 1\n", Span(1, 1, 1, 2), None)
    assert (found.code, found.span) == ("yaml-syntax", Span(1, 5, 1, 6))


def test_a_duplicate_key_names_the_first():
    with pytest.raises(ProblemError) as caught:
        read_yaml("a: 1\nb: 2\na: 3\nb: 4\n", "f")
    assert [d.related[0].span[:2] for d in caught.value.diagnostics] == [(1, 1), (2, 1)]


@needs_libyaml
@pytest.mark.parametrize("text", [TEXT, "a: 1", "a:", "a: [x: y, z]\n", "- a", "a: 'x\n\n  y'\nb: \"c \\\n  d\"\n"])
def test_both_parsers_give_the_same_nodes(text):
    assert _result(text, pure=False) == _result(text, pure=True)


def _result(text: str, *, pure: bool) -> Document | set[str]:
    try:
        return read_yaml(text, "f", pure=pure)
    except ProblemError as error:
        return {d.code for d in error.diagnostics}


def _diagnostics(data: bytes | str) -> list[tuple[Diagnostic, str]]:
    try:
        read_yaml(data, "f")
    except ProblemError as error:
        return [(diagnostic, error.source) for diagnostic in error.diagnostics]
    return []


# `?` is left out: inside of brackets PyYAML ends a word at it, and libyaml does not.
PIECES = [
    "a: ",
    "b: 1",
    "'q'",
    '"d"',
    "[",
    "]",
    "{",
    "}",
    ",",
    "- ",
    "\n",
    "\n  ",
    "# c",
    "|\n  x\n",
    "0.5",
    "é",
    ":",
    " ",
]


@needs_libyaml
@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_both_parsers_agree_on_what_is_accepted(text):
    fast, pure = _result(text, pure=False), _result(text, pure=True)
    if isinstance(fast, Document) or isinstance(pure, Document):
        assert fast == pure


@settings(max_examples=300)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(data):
    for diagnostic, source in _diagnostics(data):
        assert diagnostic.message
        assert diagnostic.span is None or diagnostic.span.line <= source.count("\n") + 1


def test_size_limit_of_the_reader():
    with pytest.raises(ProblemError) as caught:
        read_yaml(b"a: 1\n" * 10, "f", limit=20)
    assert caught.value.diagnostics[0].code == "file-too-large"


def test_a_megabyte_of_anything_is_answered_soon():
    for text in ("# " + "x" * 10**6, "\n" * 10**6, "a: " + "x" * 10**6, "a: '" + "x" * 10**6, "a:\n" + " \t" * 500_000):
        with no_hanging():
            _diagnostics(text)


def test_reading_files(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_bytes(b"a: 1\n")
    assert read_source(str(path)) == b"a: 1\n"
    assert read_source(path, limit=5) == b"a: 1\n"
    with pytest.raises(ProblemError) as caught:
        read_source(str(path), limit=4)
    assert caught.value.diagnostics[0].code == "file-too-large"


def test_a_file_that_grows_while_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "p.yaml"
    path.write_bytes(b"a: 1\n")
    before = path.stat()
    path.write_bytes(b"a: 1\n" * 100)
    monkeypatch.setattr(os, "fstat", lambda _: before)
    with pytest.raises(ProblemError, match="larger than 50 bytes"):
        read_source(path, limit=50)


@pytest.mark.parametrize("function", ["open", "read"])
def test_why_a_file_cannot_be_read(function, tmp_path, monkeypatch):
    path = tmp_path / "p.yaml"
    path.write_bytes(b"a: 1\n")

    def refuse(*_):
        raise (
            PermissionError(errno.EACCES, "Permission denied") if function == "open" else OSError(errno.EIO, "Bad disk")
        )

    monkeypatch.setattr(os, function, refuse)
    with pytest.raises(InputError, match=r"p\.yaml: (permission denied|bad disk)$"):
        read_source(path)


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_what_is_no_regular_file(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "zero").symlink_to("/dev/zero")
    said = {}
    for name in ("fifo", "loop", "dangling", "zero", ".", "missing", "nu\0l", "x" * 300):
        with pytest.raises(InputError) as caught:
            read_source(f"{tmp_path}/{name}")
        said[name] = str(caught.value)
    assert "not a regular file" in said["fifo"]
    assert "not a regular file" in said["zero"]
    assert "folder" in said["."]
    assert "does not exist" in said["missing"]
    assert "does not exist" in said["dangling"]
    assert all(text.startswith("cannot read ") and text.isprintable() for text in said.values())


def test_a_sparse_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "sparse.yaml"
    with path.open("wb") as file:
        file.truncate(2**36)
    with no_hanging(), pytest.raises(ProblemError):
        read_source(str(path))


LEAVES = ["1", "it's", "'[[ {'", '"[\\"["', "b c", "x # ]] [\n ", "[]", "{}"]


@st.composite
def nested_texts(draw):
    """Lists and mappings in brackets, about as deep as is read, at times with a character too many."""
    text = draw(st.sampled_from(LEAVES))
    for depth in range(draw(st.integers(25, 40))):
        before = draw(st.sampled_from(["", *(f"{leaf}, " for leaf in LEAVES)]))
        is_list = draw(st.booleans())
        text = f"[{before}{text}]" if is_list else f"{{k{depth}: {text}, m: {draw(st.sampled_from(LEAVES))}}}"
    at = draw(st.integers(0, len(text)))
    return f"k: {text[:at]}{draw(st.sampled_from(['', '', '@', '[', ']', ': ', ', ']))}{text[at:]}"


@needs_libyaml
@given(nested_texts())
def test_depth_is_told_alike_by_both_parsers(text):
    """However far a parser looks ahead of what it hands out."""
    answers = []
    for pure in (False, True):
        try:
            answers.append(plain(read_yaml(text, "file.yaml", pure=pure).root))
        except ProblemError as error:
            answers.append([(d.code, d.span) for d in error.diagnostics])
    assert answers[0] == answers[1]
