"""The catalogue of bad inputs: 110 entries, each with its variants, how its file is made, and what has to happen.

A case is data; `test_bad_inputs.py` runs it. What stands in `places` is what standard error has to say, in order:
the place and the code of the first refusals of a file (`2:1 duplicate-key`), or any words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PROBLEM, ANSWERS, OVERRIDES, ROSTER, DATA = "p.yaml", "s.yaml", "o.yaml", "r.csv", "d.csv"
COMMANDS = {
    PROBLEM: ("solve", PROBLEM),
    ANSWERS: ("check", "lez5", ANSWERS),
    OVERRIDES: ("check", "lez5", "good.yaml", "--overrides", OVERRIDES, "--csv", "out.csv"),
    ROSTER: ("generate", "uhr-identity", "--roster", ROSTER, "-o", "out"),
}
GOOD_SHEET = "answers: {a1: [0.445, 0.505]}\n"
NETWORK = "network:\n  input: [0.5]\n  target: [1]\n  layers:\n    - {weights: [[0.4]]}\n  loss: squared_error\n"


class Case(NamedTuple):
    """One input and what has to become of it.

    `files` are written before the run: text, bytes, or a function that makes something at the path.
    `said` are words of standard error; `told` of standard output, which is empty unless something is expected there.
    """

    number: int
    label: str
    command: tuple[str, ...]
    code: int
    files: dict[str, str | bytes | Callable[[Path], None]]
    said: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    slow: bool = False

    @property
    def id(self) -> str:
        return f"{self.number:03}-{self.label}"


def _refused(
    number: int, label: str, data: str | bytes, *expected: str, where: tuple[str, ...] = (PROBLEM,), slow: bool = False
) -> Iterator[Case]:
    """A file that is refused as a whole, wherever it stands: `expected` are its places and codes."""
    for name in where:
        said = []
        for text in expected:
            place, _, code = text.rpartition(" ")
            said.append(f"{name}:{place}: error[{code}]" if place else f"{name}: error[{code}]")
        files: dict[str, str | bytes | Callable[[Path], None]] = {name: data}
        if name == OVERRIDES:
            files["good.yaml"] = GOOD_SHEET
        yield Case(number, f"{label}-{name}", COMMANDS[name], 3, files, tuple(said), slow=slow)


EVERYWHERE = (PROBLEM, ANSWERS, OVERRIDES)
TEXTS = (*EVERYWHERE, ROSTER)


def _item(number: int, label: str, value: str, *words: str, verdict: str = "invalid") -> Iterator[Case]:
    """A value in an answer file that concerns its own answer only; and the same value as a weight of a problem."""
    sheet = f"answers:\n  a1: [0.445, 0.505]\n  L: {value}\n"
    told = ('"score": 1.0,', f'"verdict": "{verdict}"', *words)
    yield Case(number, label, ("check", "lez5", ANSWERS, "--format", "json"), 1, {ANSWERS: sheet}, (), told)
    if verdict == "invalid":
        network = NETWORK.replace("[[0.4]]", f"[[{value}]]") if "\n" not in value else ""
        if network and not value.startswith(("[", "{")) and "," not in value:
            yield Case(
                number, f"{label}-weight", COMMANDS[PROBLEM], 3, {PROBLEM: network}, (f"{PROBLEM}:5:19: error[",)
            )


def _accepted(number: int, label: str, value: str, verdict: str = "wrong") -> Iterator[Case]:
    sheet = f"answers:\n  L: {value}\n"
    told = (f'"verdict": "{verdict}"',)
    yield Case(number, label, ("check", "lez5", ANSWERS, "--format", "json"), 1, {ANSWERS: sheet}, (), told)


# --- A. structure ------------------------------------------------------------------------------------------------


def _laughs(levels: int = 9) -> str:
    rows = (f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, levels + 1))
    return "a0: &a0 [lol]\n" + "".join(rows)


def _structure() -> Iterator[Case]:
    yield from _refused(1, "laughs", _laughs(), "1:5 anchor", "2:5 anchor", where=EVERYWHERE)
    quadratic = f"a: &a {'x' * 80_000}\nb: [{','.join(['*a'] * 80_000)}]\n"
    yield from _refused(2, "quadratic", quadratic, "1:4 anchor", where=EVERYWHERE)
    merge = "a0: &a0 {x: 1}\n" + "".join(
        f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
    )
    yield from _refused(3, "merge", merge, "1:5 anchor", where=EVERYWHERE)
    for label, text in {"list": "a: &a [*a]\n", "mapping": "a: &a {b: *a}\n"}.items():
        yield from _refused(4, f"cycle-{label}", text, "1:4 anchor", where=EVERYWHERE)
    yield from _refused(5, "self-merge", "a: &a\n  <<: *a\n  x: 1\n", "1:4 anchor", where=EVERYWHERE)
    yield from _refused(6, "flow", "[" * 100_000 + "]" * 100_000, "1:33 too-deep", where=EVERYWHERE)
    yield from _refused(7, "unclosed", "[" * 30_000, "1:33 too-deep", where=EVERYWHERE)
    yield from _refused(8, "braces", "{a: " * 200_000, "1:129 too-deep", where=EVERYWHERE)
    yield from _refused(9, "dashes", "- " * 500_000, "1:65 too-deep", where=EVERYWHERE)
    yield from _refused(10, "questions", "? " * 400_000, "1:65 too-deep", where=EVERYWHERE)
    stairs = "".join(f"{' ' * i}a:\n" for i in range(1400))
    yield from _refused(11, "stairs", stairs, "33:33 too-deep", where=EVERYWHERE)
    yield from _refused(12, "twice", "w1: 1\nw1: 2\n", "2:1 duplicate-key", where=EVERYWHERE)
    yield from _refused(12, "twice-below", NETWORK + "  loss: huber\n", "7:3 duplicate-key")
    yield from _refused(13, "normal-forms", "é: 1\ne\u0301: 2\n", "2:1 duplicate-key", where=EVERYWHERE)
    yield from _refused(14, "numbers-as-keys", "1: a\n1.0: b\ntrue: c\n", "1:1 unknown-key", "2:1 unknown-key")
    yield from _refused(15, "two-documents", "a: 1\n---\nb: 2\n", "2:1 multiple-documents", where=EVERYWHERE)
    yield from _refused(15, "ended", "a: 1\n...\nb: 2\n", "3:1 yaml-syntax", where=EVERYWHERE)
    for label, text in {
        "nothing": "",
        "comment": "# hello\n",
        "dashes": "---\n",
        "blank": "\n\n  \n",
        "null": "~\n",
    }.items():
        yield from _refused(16, label, text, "empty-file", where=EVERYWHERE)
    yield from _refused(17, "word", "hello\n", "1:1 not-a-mapping", where=EVERYWHERE)
    yield from _refused(17, "no-space", "a:1\n", "1:1 not-a-mapping", where=EVERYWHERE)
    yield from _refused(18, "list", "- 1\n", "1:1 not-a-mapping", where=EVERYWHERE)
    yield from _refused(18, "flow-list", "[1, 2]\n", "1:1 not-a-mapping", where=EVERYWHERE)
    yield from _refused(19, "list-as-key", "? [1,2]\n: 3\n", "1:3 bad-key", where=EVERYWHERE)
    yield from _refused(19, "mapping-as-key", "{{x}}: 1\n", "1:1 bad-key", where=EVERYWHERE)
    yield from _refused(20, "tab", "a:\n\tb: 1\n", "2:1 tab", where=EVERYWHERE)
    yield from _refused(20, "tab-after-colon", "a:\t1\n", "1:3 tab", where=EVERYWHERE)
    yield from _refused(21, "quote", 'a: "x\nb: 1\n', "1:4 unclosed-quote", where=EVERYWHERE)
    yield from _refused(21, "single-quote", "a: 'x\nb: 1\n", "1:4 unclosed-quote", where=EVERYWHERE)
    yield from _refused(22, "comma-comma", "a: [1,,2]\n", "1:7 missing-value", where=EVERYWHERE)
    yield from _refused(22, "comma-space-comma", "a: [1, , 2]\n", "1:8 missing-value", where=EVERYWHERE)
    yield from _refused(23, "list-on-line", "a: - 1\n", "1:4 yaml-syntax", where=EVERYWHERE)
    yield from _refused(23, "no-space-after-dash", "network:\n-1\n-2\n", "2:1 yaml-syntax")
    for label, text in {"at": "a: @x\n", "grave": "a: `x\n", "percent": "a: %x\n"}.items():
        yield from _refused(24, label, text, "1:4 reserved-character", where=EVERYWHERE)
    network = NETWORK.replace("[0.5]", "[1 2 3]")
    yield Case(
        25, "commas", COMMANDS[PROBLEM], 3, {PROBLEM: network}, ("p.yaml:2:11: error[", "are the commas missing?")
    )
    sheet = "answers: {a1: [0.1 0.2]}\n"
    command = (*COMMANDS[ANSWERS], "--format", "json")
    yield Case(25, "commas-answer", command, 1, {ANSWERS: sheet}, (), ('"verdict": "invalid"',))
    tags = {
        "object": ("a: !!python/object/apply:os.system [id]\n", "1:4 tag"),
        "declared": ("%TAG ! tag:yaml.org,2002:python/\n---\n!object/apply:os.system [id]\n", "1:1 directive"),
        "binary": ("a: !!binary aGk=\n", "1:4 tag"),
        "set": ("a: !!set {a}\n", "1:4 tag"),
        "own": ("a: !foo 1\n", "1:4 tag"),
        "timestamp": ("a: !!timestamp x\n", "1:4 tag"),
        "bool": ("a: !!bool maybe\n", "1:4 tag"),
        "int": ("a: !!int ''\n", "1:4 tag"),
        "key": ("!!str a: 1\n", "1:1 tag"),
        "verbatim": ("a: !<tag:yaml.org,2002:str> 1\n", "1:4 tag"),
    }
    for label, (text, place) in tags.items():
        yield from _refused(26, label, text, place, where=EVERYWHERE)
    yield from _refused(27, "directive", "%YAML 9.9\n---\n1\n", "1:1 directive", where=EVERYWHERE)
    yield from _refused(28, "merge-key", "<<: 1\n", "1:1 merge-key", where=EVERYWHERE)
    yield from _refused(28, "equals", "=: 1\n", "1:1 unknown-key", where=(PROBLEM, ANSWERS))
    yield from _refused(29, "anchors", "a: &x 1\nb: &x 2\n", "1:4 anchor", "2:4 anchor", where=EVERYWHERE)
    escapes = {"huge": r"\U00110000", "surrogate": r"\ud800", "unknown": r"\q", "escape": r"\e[2J", "null": r"\0"}
    for label, text in escapes.items():
        yield from _refused(30, label, f'title: "{text}"\n', "1:8 bad-escape", where=EVERYWHERE)
    yield Case(
        *(31, "typo", COMMANDS[ANSWERS], 3, {ANSWERS: "anwsers: {L: 1}\n"}),
        ("s.yaml:1:1: error[unknown-key]", "did you mean `answers`?"),
    )
    yield Case(
        *(31, "typo-problem", COMMANDS[PROBLEM], 3, {PROBLEM: NETWORK.replace("loss", "los")}),
        ("p.yaml:6:3: error[unknown-key]", "did you mean `loss`?"),
    )
    yield from _refused(31, "typo-overrides", "ada: {scores: 1, reason: x}\n", "1:1 missing-key", where=(OVERRIDES,))


# --- B. numbers --------------------------------------------------------------------------------------------------


def _numbers() -> Iterator[Case]:
    for text in ("1e-3", "1E5", "1.0e3", "-2e-4"):
        yield from _accepted(32, text, text)
    yield Case(
        *(32, "json", ("check", "lez5", "s.json", "--format", "json"), 1, {"s.json": '{"answers": {"L": 1e-3}}'}),
        (),
        ('"verdict": "wrong"', '"given": "1e-3"'),
    )
    for text in (".nan", "nan", "NaN", '"nan"', ".inf", "-.Inf", "Infinity", "-inf"):
        yield from _item(33, text.strip('"') + "-quoted" * ('"' in text), text, "is not a finite number")
    for text in ("1e400", "1.0e+400", "-1e999"):
        yield from _item(34, text, text, "is out of range")
    yield from _accepted(35, "1e-400", "1e-400")
    yield from _accepted(35, "5e-324", "5e-324")
    yield Case(
        *(36, "minus-zero", ("solve", PROBLEM, "--format", "json"), 0),
        {PROBLEM: "graph:\n  inputs: {x: -0.0}\n  define: {y: -x*0}\n"},
        (),
        ('"y": 0.0',),
    )
    yield from _item(37, "nines", "9" * 5000, "a number of 5000 characters")
    yield from _item(38, "hexadecimal", "0x" + "f" * 5000, "a number of 5002 characters")
    yield from _item(38, "short-hexadecimal", "0xff", "hexadecimal")
    for text in ("true", "yes", "on", "NO", "False"):
        yield from _item(39, text, text, "is not a number")
    for text in ("no", "y", "n", "on"):
        graph = f"title: {text}\ngraph:\n  inputs: {{{text}: 2}}\n  define: {{z: {text}*3}}\n"
        yield Case(
            40,
            text,
            ("solve", PROBLEM, "--format", "json"),
            0,
            {PROBLEM: graph},
            (),
            (f'"title": "{text}"', f'"{text}": 2'),
        )
    yield from _item(41, "time", "1:30", "looks like a time")
    yield from _item(41, "long-time", "190:20:30", "looks like a time")
    yield from _item(42, "010", "010", "starts with a zero")
    yield from _item(42, "08", "08", "starts with a zero")
    yield from _item(42, "octal", "0o10", "octal")
    yield from _item(42, "binary", "0b11", "binary")
    yield from _item(42, "hexadecimal", "0x1F", "hexadecimal")
    yield from _item(42, "underscore", "1_000", "without `_`")
    for text in ("2024-01-01", "2024-13-45"):
        yield from _item(43, text, text, "looks like a date")
    yield from _item(44, "comma", '"0,5"', "write `0.5`")
    sheet = "answers: {a1: [0,5, 1,2]}\n"
    command = (*COMMANDS[ANSWERS], "--format", "json")
    yield Case(
        44,
        "comma-in-list",
        command,
        1,
        {ANSWERS: sheet},
        (),
        ('"verdict": "invalid"', "a decimal comma makes two numbers"),
    )
    yield Case(
        44, "comma-in-problem", COMMANDS[PROBLEM], 3, {PROBLEM: NETWORK.replace("[0.5]", "[0,5]")}, ("p.yaml:", "0.5")
    )
    for text in ("1/3", "-2/7"):
        yield from _accepted(45, text.replace("/", "over"), text)
    yield from _item(45, "1over0", "1/0", "divides by zero")
    for text in ("½", "²", "π", "pi", "e", "√2"):
        yield from _item(46, text, text, "is not a number")
    for text in ("٣", "１２", "𝟏𝟐"):
        yield from _item(47, text, text, "is not a number")
    yield from _accepted(48, "minus", "−1")
    yield from _item(49, "nbsp", '"1\u00a0"', "U+00A0 NO-BREAK SPACE")
    yield from _item(49, "zero-width", '"\u200b1"', "U+200B")
    yield from _item(49, "space", "1 000", "commas missing")
    yield from _accepted(50, "quoted", '"1.5"')
    yield from _item(51, "comment", "1.5#c", "put a space before `#`")
    yield from _item(52, "smart-quotes", "“1.5”", "U+201C")
    yield from _item(53, "digits", "0." + "1" * 100_000, "characters")
    for text in ("null", "~", "", "Null"):
        yield from _item(54, text or "empty", text, verdict="missing")
    yield from _item(55, "ragged", "[[1,2],[3]]", "rows of different lengths")
    shapes = {
        "short": "[1]",
        "empty": "[]",
        "row": "[[1, 2]]",
        "column": "[[1], [2]]",
        "long": "[1, 2, 3]",
        "number": "1",
    }
    for label, value in shapes.items():
        sheet = f"answers: {{L: 0.3, a1: {value}}}\n"
        yield Case(56, label, command, 1, {ANSWERS: sheet}, (), ('"verdict": "invalid"', "a list of 2 numbers"))
    yield from _refused(56, "deep", f"answers: {{L: {'[' * 65}1{']' * 65}}}\n", "1:44 too-deep", where=(ANSWERS,))
    mixed = {
        "word": ("[1, a]", "`a` is not a number"),
        "bool": ("[true, 2.5]", "`true` is not a number"),
        "none": ("[None, 1]", "`None` is not a number"),
        "list": ("[1, [2]]", "a list of 2 numbers"),
    }
    for label, (value, words) in mixed.items():
        sheet = f"answers: {{a1: {value}}}\n"
        yield Case(57, label, command, 1, {ANSWERS: sheet}, (), ('"verdict": "invalid"', words))


# --- C. bytes ----------------------------------------------------------------------------------------------------


def _random_bytes(count: int) -> bytes:
    import random

    return random.Random(66).randbytes(count)


def _bytes() -> Iterator[Case]:
    ok = b"\xef\xbb\xbf" + GOOD_SHEET.encode()
    yield Case(58, "one-mark", COMMANDS[ANSWERS], 1, {ANSWERS: ok}, (), ("a⁽¹⁾",))
    yield from _refused(58, "two-marks", b"\xef\xbb\xbf\xef\xbb\xbfa: 1\n", "1:1 byte-order-mark", where=TEXTS)
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        text = GOOD_SHEET.encode(encoding)
        mark = "\ufeff".encode(encoding)
        number = 59 if "16" in encoding else 60
        yield from _refused(number, f"{encoding}-mark", mark + text, "encoding", where=TEXTS)
        yield from _refused(60, f"{encoding}-bare", text, "encoding", where=TEXTS)
    yield from _refused(59, "found-by-fuzzing", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xdc\x27:[", "encoding", where=TEXTS)
    broken = {
        "latin1": (b"name: \xe9\n", "1:7"),
        "cp1252": (b"x: \x93x\x94\n", "1:4"),
        "truncated": (b"a: \xe2\x88", "1:4"),
        "overlong": (b"a: \xc0\xaf\n", "1:4"),
        "surrogate": (b"a: \xed\xa0\x80\n", "1:4"),
        "second-line": ("é: 1\nä: ".encode() + b"\xff\n", "2:4"),
    }
    for label, (data, place) in broken.items():
        yield from _refused(61, label, data, f"{place} encoding", where=TEXTS)
    yield from _refused(62, "nul", b"a: 1\x00b: 2\n", "1:5 control-character", where=TEXTS)
    for label, character in {
        "escape": "\x1b",
        "delete": "\x7f",
        "c1": "\x9b",
        "bell": "\x07",
        "form-feed": "\x0c",
    }.items():
        yield from _refused(63, label, f"a: x{character}\n", "1:5 control-character", where=TEXTS)
    for label, end in {"crlf": "\r\n", "cr": "\r"}.items():
        text = "answers:\n  a1: [0.445, 0.505]\n  zz: 1\n".replace("\n", end).encode()
        yield from _refused(64, label, text, "3:3 unknown-quantity", where=(ANSWERS,))
    yield from _refused(64, "mixed", b"a: 1\r\nb: 2\rc: 3\nb: 4\n", "4:1 duplicate-key", where=EVERYWHERE)
    for label, character in {"nel": "\x85", "ls": "\u2028", "ps": "\u2029"}.items():
        yield from _refused(64, label, f"a: x{character}b: y\n", "1:5 line-separator", where=TEXTS)
    yield from _refused(65, "nbsp", "a:\n\u00a0\u00a0b: 1\n", "2:1 indentation", where=EVERYWHERE)
    yield from _refused(65, "zero-width", "\u200ba: 1\n", "1:1 indentation", where=EVERYWHERE)
    yield from _refused(66, "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not-text", where=TEXTS)
    yield from _refused(66, "docx", b"PK\x03\x04\x14\x00\x06\x00", "not-text", where=TEXTS)
    yield from _refused(66, "png", b"\x89PNG\r\n\x1a\n\x00\x00", "not-text", where=TEXTS)
    yield from _refused(66, "pickle", b"\x80\x04\x95\x10\x00\x00\x00", "not-text", where=TEXTS)
    for name in TEXTS:
        files: dict[str, str | bytes | Callable[[Path], None]] = {name: _random_bytes(4096), "good.yaml": GOOD_SHEET}
        yield Case(66, f"random-{name}", COMMANDS[name], 3, files, (f"{name}:1:1: error[encoding]",))

    def sparse(size: int) -> Callable[[Path], None]:
        def make(path: Path) -> None:
            with path.open("wb") as stream:
                stream.truncate(size)

        return make

    for label, size in {"100MB": 100 * 2**20, "1TB": 2**40}.items():
        for name in TEXTS:
            files = {name: sparse(size), "good.yaml": GOOD_SHEET}
            yield Case(67, f"{label}-{name}", COMMANDS[name], 3, files, (f"{name}: error[file-too-large]",))
    megabyte = {
        "comment": "#" * 10**6,
        "blank": "\n" * 10**6,
        "scalar": "a: " + "x" * 10**6,
        "keys": "".join(f"k{i}: 1\n" for i in range(90_000)),
        "spaces": "a:" + " " * 10**6,
        "quotes": '"' * 10**6,
        "colons": ":" * 10**6,
        "flow": "a: [" + "1," * 199_990 + "]",
        "block-scalar": "a: |\n" + "  x\n" * 240_000,
    }
    for label, text in megabyte.items():
        yield Case(
            68,
            label,
            COMMANDS[PROBLEM],
            3,
            {PROBLEM: text},
            (f"{PROBLEM}:" if label not in ("comment", "blank") else PROBLEM,),
        )
    for label, text in megabyte.items():
        yield Case(68, f"{label}-answers", COMMANDS[ANSWERS], 3, {ANSWERS: text}, ("s.yaml",))
    yield Case(68, "roster", COMMANDS[ROSTER], 3, {ROSTER: "a\n" * 2**19}, ("r.csv:2:1: error[duplicate-name]",))
    csv = 'quantity,value\na1,"' + "1 " * 2**18 + '"\n'
    yield Case(68, "csv", ("check", "lez5", "s.csv", "--format", "json"), 1, {"s.csv": csv}, (), ('"invalid"',))
    yield from _refused(68, "lines", "\n" * (2 * 10**6), "1000001:1 file-too-large")
    text = "graph:\n  inputs: {x: 1}\n  define: |\n" + "    q\n" * 990_000
    yield from _refused(68, "not-definitions", text, "4:5 formula-syntax")


# --- D. files and environment ------------------------------------------------------------------------------------


def _fifo(path: Path) -> None:
    import os

    os.mkfifo(path)


def _socket(path: Path) -> None:
    import os
    import socket

    before = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _environment() -> Iterator[Case]:
    odd: dict[str, tuple[Callable[[Path], None], str]] = {
        "fifo": (_fifo, "not a regular file"),
        "socket": (_socket, "cannot read"),
        "folder": (Path.mkdir, "it is a folder"),
        "device": (_link("/dev/zero"), "not a regular file"),
        "dangling": (_link("nowhere"), "it does not exist"),
        "loop": (_link(PROBLEM), "symbolic links"),
    }
    for label, (make, why) in odd.items():
        yield Case(69, label, COMMANDS[PROBLEM], 4, {PROBLEM: make}, (f"cannot read {PROBLEM}", why))
    links = {"fifo": _fifo, "device": _link("/dev/zero"), "passwd": _link("/etc/passwd"), "dangling": _link("nowhere")}
    for label, make in links.items():
        files = {"in/good.yaml": GOOD_SHEET, "in/bad.yaml": make}
        told = ("in/good.yaml", "in/bad.yaml", "bad")
        yield Case(69, f"{label}-in-folder", ("check", "lez5", "in", "--format", "json"), 5, files, (), told)
    yield Case(69, "passwd", COMMANDS[ANSWERS], 3, {ANSWERS: _link("/etc/passwd")}, ("s.yaml:1:1: error[",))
    yield Case(70, "missing", COMMANDS[PROBLEM], 4, {}, ("neither a file nor",))
    yield Case(70, "missing-answers", COMMANDS[ANSWERS], 4, {}, ("it does not exist",))
    names = {
        "bytes": b"bad\xffname.yaml",
        "line": b"new\nline.yaml",
        "dash": b"-rf.yaml",
        "colour": b"\x1b[31mred.yaml",
        "markup": b"[bold]x[i].yaml",
        "bidi": "\u202elmay.yaml".encode(),
        "long": b"a" * 250 + b".yaml",
        "formula": b"=cmd|x.yaml",
    }
    import os

    for label, raw in names.items():
        name = os.fsdecode(raw)
        files = {f"in/{name}": GOOD_SHEET, "in/good.yaml": "answers: {L: 1}\n"}
        yield Case(71, label, ("check", "lez5", "in"), 1, files, (), ("2 graded",))
        yield Case(
            71, f"{label}-refused", ("check", "lez5", f"in/{name}"), 3, {f"in/{name}": "answers: [\n"}, ("error[",)
        )
    two = {"in/ada.yaml": GOOD_SHEET, "in/ADA.json": '{"answers": {}}'}
    yield Case(72, "case", ("check", "lez5", "in"), 5, two, (), ("ambiguous-student",))
    forms = {"in/am\u00e9.yaml": GOOD_SHEET, "in/ame\u0301.json": '{"answers": {}}'}
    yield Case(72, "normal-forms", ("check", "lez5", "in"), 5, forms, (), ("ambiguous-student",))
    litter = {f"in/{name}": "x" for name in (".DS_Store", "Thumbs.db", "~$a.yaml", ".a.yaml.swp", "a.yaml~")}
    yield Case(
        72, "litter", ("check", "lez5", "in"), 1, {"in/a.yaml": GOOD_SHEET, **litter}, ("skipped in/Thumbs.db",), ("a",)
    )
    yield Case(73, "empty-folder", ("check", "lez5", "in"), 4, {"in": Path.mkdir}, ("there are no answer files",))
    bombs = {f"in/b{i}.yaml": "[" * 30_000 if i == 7 else GOOD_SHEET for i in range(20)}
    yield Case(73, "bomb", ("check", "lez5", "in", "--format", "json"), 5, bombs, (), ("too-deep", "in/b19.yaml"))
    yield Case(86, "hashes", ("solve", "lez5", "--format", "json"), 0, {}, (), ('"format": "bpcli/solution"',))


# --- E. texts that want to be more -------------------------------------------------------------------------------

NAUGHTY_ESCAPES = (
    r"\e]52;c;ZXZpbA==\a",
    r"\e]8;;http://evil\e\\x",
    r"\e[2J\e[H",
    r"\e]0;pwn\a",
    r"\x9b31m",
    r"FAIL\b\b\b\bPASS",
    r"score 0\rscore 100",
)
BIDI = ("\u202e0.1 :erocs", "\u2066x\u2069", "a\u200bb", "\U000e0041", "e" + "\u0301" * 1000, "\ufdfa", "👩\u200d🔬")
MARKUP = (
    "[/]",
    "[/x]",
    "[bold]x[/]",
    "[link=javascript:alert(1)]x[/link]",
    "[red",
    "x[i]",
    "[x]",
    r"\[b]",
    ":smile:",
    "[@click=app.bell]",
)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _texts() -> Iterator[Case]:
    for number, text in enumerate(NAUGHTY_ESCAPES):
        sheet = f'student: "{text}"\nanswers: {{L: 1}}\n'
        yield from _refused(87, f"escape-{number}", sheet, "1:10 bad-escape", where=(ANSWERS,))
        yield from _refused(87, f"title-{number}", f'title: "{text}"\n{NETWORK}', "1:8 bad-escape")
    for number, text in enumerate(BIDI):
        command = ("check", "lez5", "in")
        yield Case(
            88,
            f"bidi-{number}",
            command,
            1,
            {"in/a.yaml": f"student: {_quoted(text[:150])}\nanswers: {{L: 1}}\n"},
            (),
            ("L",),
        )
    mixed = {"in/ann.yaml": GOOD_SHEET, "in/аnn.yaml": GOOD_SHEET}
    yield Case(
        89,
        "confusable",
        ("check", "lez5", "in"),
        1,
        mixed,
        ("mixes Cyrillic and Latin letters", "looks like"),
        ("2 graded",),
    )
    for number, text in enumerate(MARKUP):
        sheet = f"student: {_quoted(text)}\nanswers: {{L: 1}}\n"
        command = ("check", "lez5", "in", "--format", "json")
        shown = text.replace("\\", "\\\\")
        yield Case(90, f"markup-{number}", command, 1, {"in/a.yaml": sheet}, (), (shown,))
        yield Case(
            90,
            f"markup-title-{number}",
            ("solve", PROBLEM),
            0,
            {PROBLEM: f"title: {_quoted(text)}\n{NETWORK}"},
            (),
            (text,),
        )
    for number, text in enumerate(
        ("../../x", "/abs", "a/b", "..", ".", "CON", "nul.txt", "a:b", "a.", "-rf", "~", "．．/x")
    ):
        files = {"in/a.yaml": f"student: {_quoted(text)}\nanswers: {{L: 1}}\n"}
        yield Case(97, f"id-{number}", ("check", "lez5", "in", "--format", "json"), 1, files, (), ('"student"',))
    zipped = b"PK\x03\x04" + bytes(100)
    yield Case(98, "zip", ("check", "lez5", "all.zip"), 3, {"all.zip": zipped}, ("all.zip: error[not-text]", "ZIP"))
    yield Case(
        98,
        "zip-in-folder",
        ("check", "lez5", "in"),
        5,
        {"in/all.zip": zipped, "in/a.yaml": GOOD_SHEET},
        (),
        ("unknown-format",),
    )


# --- F. formulas, sizes, loops -----------------------------------------------------------------------------------


def _graph(formula: str, inputs: str = "{x: 2}") -> str:
    return f"graph:\n  inputs: {inputs}\n  define: |\n    y = {formula}\n"


def _network(**changes: str) -> str:
    text = NETWORK
    for old, new in changes.items():
        text = text.replace({"weights": "[[0.4]]", "input": "[0.5]"}[old], new)
    return text


def _formulas() -> Iterator[Case]:
    code = {
        "2**10**7": "6", "0xF**999": "9", "1<<10**9": "10", "'a'*10**9": "9",
        "[x for x in range(10**9)]": "9", "().__class__": "10", "__import__('os').system('id')": "9",
        "x.__class__": "10", "(lambda: 0)()": "10", "f'{1}'": "9", "x:=1": "10", "x;x": "10", "x#c": "10", "*x": "9",
        "...": "9", "b''": "9", "None": "9", "True": "9", "1j": "9", "eval(x)": "9", "x if x else x": "9",
        "x == 1": "9",
        "x and x": "9", "`id`": "9", "$(id)": "9", "open(x)": "9",
    }  # fmt: skip
    for formula in code:
        if formula == "2**10**7":
            yield Case(99, "power", COMMANDS[PROBLEM], 3, {PROBLEM: _graph("9**9**9")}, ("p.yaml:4:", "not-finite"))
            continue
        yield Case(99, formula, COMMANDS[PROBLEM], 3, {PROBLEM: _graph(formula)}, ("p.yaml:4:", "error["))
    for formula in ("ｅｘｐ(x)", "𝐱"):
        yield Case(100, formula, COMMANDS[PROBLEM], 3, {PROBLEM: _graph(formula)}, ("p.yaml:4:9: error[bad-name]",))
    hints = {
        "exp()": "argument-count", "exp(x, x)": "argument-count", "exp(x=1)": "has no `=`", "exp": "function-as-name",
        "sinn(x)": "did you mean `sin`?", "e^-x": "unknown-name", "2x": "write `2*x`", "x²": "write `x^2`",
    }  # fmt: skip
    for formula, words in hints.items():
        yield Case(101, formula, COMMANDS[PROBLEM], 3, {PROBLEM: _graph(formula)}, ("p.yaml:4:", words))
    deep = {
        "brackets": ("(" * 1000 + "x" + ")" * 1000, "formula-too-deep"),
        "minuses": ("-" * 100_000 + "x", "formula-too-deep"),
        "sum": ("x" + "+x" * 100_000, "formula-too-long"),
        "product": ("x" + "*x" * 100_000, "formula-too-long"),
        "powers": ("x" + "**x" * 1000, "formula-too-deep"),
        "digits": ("9" * 5000, "characters"),
        "calls": ("exp(" * 1000 + "x" + ")" * 1000, "formula-too-deep"),
        "open": ("(" * 199, "stops in the middle"),
    }
    for label, (formula, words) in deep.items():
        yield Case(102, label, COMMANDS[PROBLEM], 3, {PROBLEM: _graph(formula)}, ("p.yaml:4:", words))
    yield Case(102, "nested", COMMANDS[PROBLEM], 0, {PROBLEM: _graph("sin(" * 150 + "x" + ")" * 150)}, (), ("y",))
    yield Case(102, "chain", COMMANDS[PROBLEM], 0, {PROBLEM: _graph("x" + "*x/x" * 200)}, (), ("y",))
    poles = {
        "1/x": "0",
        "log(x)": "0",
        "log(x) ": "-1",
        "x^0.5": "-1",
        "exp(x)": "1000",
        "1e308*x": "10",
        "x/x": "0",
        "sqrt(x)": "-1",
    }
    for formula, value in poles.items():
        text = _graph(formula.strip(), f"{{x: {value}}}")
        yield Case(
            103, f"{formula}-{value}", COMMANDS[PROBLEM], 3, {PROBLEM: text}, ("p.yaml:4:", "error[not-finite]", "y")
        )
    wrong = "functions:\n  f(x): {value: x^2, derivative: x}\n" + _graph("f(x)")
    yield Case(104, "derivative", COMMANDS[PROBLEM], 3, {PROBLEM: wrong}, ("p.yaml:2:", "error[wrong-derivative]"))
    shapes = {"huge": "[100000, 100000]", "power": "[1099511627776, 2]", "minus": "[-1, 3]", "zero": "[0, 5]",
              "one": "[10000000000]", "float": "[1e3, 1]", "decimal": "[2.0, 1]", "word": "[true, 1]"}  # fmt: skip
    for label, shape in shapes.items():
        text = NETWORK.replace("[[0.4]]", f"{{shape: {shape}}}")
        yield Case(105, label, COMMANDS[PROBLEM], 3, {PROBLEM: text}, ("p.yaml:5:", "error["))
    many = "network:\n  input: [1]\n  layers:\n" + "    - {weights: {shape: [1400, 1400]}}\n" * 5
    yield Case(105, "sum", COMMANDS[PROBLEM], 3, {PROBLEM: many}, ("p.yaml:4:", "error[out-of-range]", "1000000"))
    budget = {
        "epochs": "  training: {epochs: 1000000000000}\n", "batch": "  training: {batch_size: 0}\n",
        "rate": "  update: {learning_rate: .nan}\n", "minus": "  update: {learning_rate: -1}\n",
        "seed": "  training: {seed: -1}\n", "big-seed": "  training: {seed: 18446744073709551616}\n",
        "word": '  training: {seed: "a"}\n', "steps": "  update: {learning_rate: 0.1, steps: 1000000000000}\n",
    }  # fmt: skip
    for label, text in budget.items():
        yield Case(106, label, COMMANDS[PROBLEM], 3, {PROBLEM: NETWORK + text}, ("p.yaml:7:", "error["))
    layers = NETWORK.replace("    - {weights: [[0.4]]}\n", "    - {weights: [[0.4]]}\n" * 20_000)
    yield Case(106, "layers", COMMANDS[PROBLEM], 3, {PROBLEM: layers}, ("error[out-of-range]", "20000 layers"))
    stepped = NETWORK.replace("[[0.4]]", "{shape: [1400, 1]}").replace("[1]", "[" + "0," * 1400 + "]")
    stepped += "  update: {learning_rate: 0.1, steps: 20000}\n"
    yield Case(
        106, "steps-times-weights", COMMANDS[PROBLEM], 3, {PROBLEM: stepped}, ("error[out-of-range]", "bpcli train")
    )
    rows = {
        PROBLEM: "network: {data: d.csv, layers: [{weights: {shape: [1, 2]}}], loss: squared_error}\n",
        DATA: "a,b,c\n" + "1,2,3\n" * 700_000,
    }
    yield Case(106, "rows", COMMANDS[PROBLEM], 3, rows, ("d.csv:666668:1: error[too-many-nodes]",))
    text = "graph:\n  inputs: {x: 1}\n  define: |\n" + "".join(f"    a{i}=x+1+1\n" for i in range(300_000))
    yield Case(
        106,
        "definitions",
        COMMANDS[PROBLEM],
        3,
        {PROBLEM: text},
        ("p.yaml:250004:5: error[too-many-nodes]",),
        slow=True,
    )
    text = "graph:\n  inputs: {x: 1}\n  define: |\n" + "".join(f"    a{i} = x{'+x' * 900}\n" for i in range(500))
    yield Case(106, "formulas", COMMANDS[PROBLEM], 3, {PROBLEM: text}, ("p.yaml:226:5: error[too-many-nodes]",))
    text = "functions:\n  f0(x): x*x + x\n"
    text += "".join(f"  f{i}(x): f{i - 1}(x) * f{i - 1}(x) - f{i - 1}(x)\n" for i in range(1, 40))
    text += "graph:\n  inputs: {x: 0.5}\n  define:\n    y: f39(x)\n"
    yield Case(106, "functions", COMMANDS[PROBLEM], 3, {PROBLEM: text}, ("p.yaml:7:3: error[formula-too-long]",))
    text = "graph:\n  inputs: {x: 0.5}\n  define:\n    y: " + "max(x, " * 40 + "1" + ")" * 40 + "\n"
    command = ("export", PROBLEM, "--to", "numpy")
    yield Case(106, "nested", command, 3, {PROBLEM: text}, ("more than 20000 characters", "break it into steps"))
    layers = "    - {weights: {shape: [2, 2], seed: 1}, activation: tanh}\n" * 20
    text = f"network:\n  input: [0.5, 1]\n  target: [1, 0]\n  loss: squared_error\n  layers:\n{layers}"
    text += "  update: {learning_rate: 0.001, steps: 20000}\n"
    yield Case(106, "updates", COMMANDS[PROBLEM], 3, {PROBLEM: text}, ("p.yaml:26:11: error[out-of-range]", "3000"))
    text = "network:\n  input: [1, 2]\n  target: [1]\n  loss: squared_error\n  layers:\n"
    text += "".join(f"    - {{weights: {{shape: {shape}}}}}\n" for shape in ("[500, 2]", "[500, 500]", "[1, 500]"))
    command = ("solve", PROBLEM, "--grain", "scalar")
    yield Case(
        106,
        "single-numbers",
        command,
        3,
        {PROBLEM: text},
        (": error[too-large]", "single numbers", "at most 300,000 fit"),
    )
    diverging = NETWORK + "  update: {learning_rate: 1e200, steps: 50}\n"
    yield Case(107, "diverging", COMMANDS[PROBLEM], 3, {PROBLEM: diverging}, ("p.yaml:", "error[not-finite]"))
    training = NETWORK + "  training: {epochs: 5000, learning_rate: 1e200}\n"
    yield Case(107, "training", ("train", PROBLEM, "-o", "t.json"), 3, {PROBLEM: training}, ())
    for label, text in {
        "include": "include: /etc/passwd\n", "above": "include: ../../x\n",
        "web": "include: http://x/y\n", "self": "include: p.yaml\n",
    }.items():  # fmt: skip
        yield from _refused(109, label, text + NETWORK, "1:1 unknown-key")
    for label, name in {
        "data": "/etc/passwd", "data-above": "../d.csv", "data-web": "http://x/d.csv", "data-home": "~/d.csv",
        "data-windows": "..\\\\d.csv", "data-drive": "C:d.csv", "data-dot": "./d.csv",
    }.items():  # fmt: skip
        text = f'network: {{data: "{name}", layers: [{{weights: [[1]]}}], loss: squared_error}}\n'
        yield from _refused(109, label, text, "1:17 data-path")
    link = {
        PROBLEM: "network: {data: d.csv, layers: [{weights: [[1]]}], loss: squared_error}\n",
        DATA: _link("/etc/passwd"),
    }
    yield Case(109, "data-link", COMMANDS[PROBLEM], 3, link, ("p.yaml:1:17: error[data-path]",))
    config = {
        "in/bpcli.toml": "[check]\ntolerance = 1e9\n",
        "in/a.yaml": "answers: {L: 7}\n",
        "bpcli.toml": "tolerance = 9\n",
    }
    yield Case(
        110, "configuration", ("check", "lez5", "in/a.yaml", "--format", "json"), 1, config, (), ('"score": 0.0',)
    )


CASES: tuple[Case, ...] = (
    *_structure(),
    *_numbers(),
    *_bytes(),
    *_environment(),
    *_texts(),
    *_formulas(),
)
"""Other entries are of another form, streams, interruption, escapers: `ELSEWHERE` says where they are."""

ELSEWHERE = {
    74: "tests/trust/test_streams.py::test_poor_encodings",
    75: "tests/trust/test_streams.py::test_no_home",
    76: "tests/trust/test_streams.py::test_odd_terminals",
    77: "tests/trust/test_streams.py::test_a_pipe_that_is_closed_early",
    78: "tests/trust/test_streams.py::test_closed_standard_output",
    79: "tests/trust/test_streams.py::test_full_standard_output",
    80: "tests/trust/test_streams.py::test_practice_with_odd_input",
    81: "tests/grading/test_interruption.py::test_an_interrupted_run_says_so_and_leaves_the_old_files",
    82: "tests/grading/test_interruption.py::test_a_killed_run_leaves_old_or_new_files_and_the_next_one_sweeps",
    83: "tests/trust/test_streams.py::test_every_step_of_writing_may_fail",
    84: "tests/trust/test_streams.py::test_runs_at_the_same_time_leave_whole_files",
    85: "tests/grading/test_class_command.py::test_adjustments_are_shown_everywhere_and_their_file_is_only_read",
    91: "tests/grading/test_exports_grades.py::test_no_text_is_a_formula_and_every_text_comes_back",
    92: "tests/render/test_html.py::test_hostile_text_is_text",
    93: "tests/render/test_markdown.py::test_data_is_shown_as_it_stands",
    94: "tests/render/test_latex_document.py::test_only_our_commands",
    95: "tests/export/test_moodle.py::test_hostile_text_comes_out_as_it_is",
    96: "tests/grading/test_exports_grades.py::test_every_text_makes_valid_json",
    108: "tests/trust/test_portability.py::test_nothing_installed_is_loaded_unasked",
}
