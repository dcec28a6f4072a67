"""Texts that do something in a terminal, a browser, a spreadsheet or a typesetter if they are let through."""

from __future__ import annotations

CONTROL = (
    *map(chr, range(0x20)),  # C0
    *map(chr, range(0x7F, 0xA0)),  # DEL and C1
    "\x1b]52;c;ZXZpbA==\a",  # writes the clipboard
    "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",  # a link
    "\x1b[2J\x1b[H",  # clears the screen
    "\x1b]0;title\a",
    "\x1bP+q544e\x1b\\",  # asks the terminal, which answers on standard input
    "\x1b[6n",
    "\x1b[?1049h",
    "\x9b31m",
    "\x9d0;title\x9c",
    "FAIL\b\b\b\bPASS",
    "score 0\rscore 100",
    "a\nb",
    "a\tb",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udcff",
)
PLAIN = (
    # right to left, and what switches direction
    "\u202e0.1 :erocs", "\u202dx\u202c", "\u2066x\u2069", "\u2067x", "\u2068x", "\u200ex", "\u200fx", "\u061cx",
    "שלום", "مرحبا",
    # drawn as nothing
    "a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "\ufeffx", "\u00adx", "\u034fx", "\u115fx", "\u3164x", "\uffa0x",
    "\u180ex", "\u2061x", "\U000e0041\U000e0042", "\ufe0fx", "\U000e0100x", "\u2028x", "\u2029x", "\x85x",
    # wide, tall, joined
    "e" + "\u0301" * 60, "\ufdfa", "👩\u200d🔬", "👨\u200d👩\u200d👧", "🇧🇷", "漢字", "ﾊﾝｶｸ", "Ａｎｎ", "𝐀𝐧𝐧",
    "ẞß", "ŉ",
    "İı", "ﬀ",
    "\u00a0x", "\u2003x", "\u3000x", "x ", " x",
    # look-alikes
    "аnn", "αnn", "Ꭺnn", "𐐀nn",
    # markup of the terminal library
    "[/]", "[/x]", "[bold]x[/]", "[link=javascript:alert(1)]x[/link]", "[red", "x[i]", "[x]", r"\[b]", "end\\",
    ":smile:",
    "[@click=app.bell]x", "[#ff0000]x", "[on red]x[/on red]",
    # spreadsheets
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "=1+1", "＝1", "＋1", "－1", "＠x", '"', '""', "a,b", "a;b",
    "a\"b", "'=1",
    '=HYPERLINK("http://x","y")', "%0A=1", "|x", "DDE",
    # HTML and XML
    "<script>alert(1)</script>", '"onmouseover="alert(1)', "</style><script>x</script>",
    "</title><img src=x onerror=1>",
    "javascript:alert(1)", "-->", "<!--", "]]>", "a]]><script>x", "<![CDATA[", "{{7*7}}", "${7*7}", "<%= 7 %>",
    "&lt;", "&#x0;",
    "&amp;", "<svg onload=alert(1)>", "' onclick='x", "<?xml?>", "<!DOCTYPE x>", "<b>", "</body></html>",
    "&unknown;", "<a href=x>",
    # Markdown
    "a|b", "`x`", "``", "```", "](javascript:alert(1))", "![](http://track/x)", "[a](b)", "# x", "x #", "---",
    "===", "- x", "+ x",
    "* x", "1. x", "12) x", "> x", "$$x$$", "$5 and $6", "*a* **b** _c_ __d__", "~~x~~", "\\*", "a\\|b",
    "    four", "| a | b |",
    "https://x.y", "<https://x.y>", "[^1]", "[x]: http://y", "==x==", ":::", "- [ ] x", "\\", "x\\",
    # LaTeX
    "\\input{/etc/passwd}", "^^5cinput{/etc/passwd}", "\\write18{id}", "\\openout5=x", "\\loop\\iftrue\\repeat",
    "\\end{document}",
    "50% done", "a#b_c^d&e~f$g{h}", "\\verb|x|", "σ′ ∂ −", "\\", "\\\\", "{", "}", "}}", "{{", "$", "$$",
    "\\(x\\)", "\\special{x}",
    "\\csname x\\endcsname", "\\catcode`\\%=12", "~", "^", "_", "#", "&", "%",
    # Typst, Moodle, templates, shells, paths, SQL
    "#read(\"/etc/passwd\")", "#import \"x\"", "#{1}", "{1:NUMERICAL:=100~*0}", "~=x#y{z}:", "@@PLUGINFILE@@",
    "{a}", "%s %d %n",
    "%(x)s", "{0.__class__}", "{x!r}", "$(id)", "`id`", "; rm -rf /", "&& id", "| id", "> /tmp/x", "../../x",
    "/etc/passwd", "..", ".",
    "~root", "C:\\x", "\\\\host\\x", "CON", "nul.txt", "a:b", "a.", "-rf", "--help", "'; DROP TABLE x; --",
    "1' OR '1'='1",
    # words that are values elsewhere
    "null", "true", "no", "NaN", "undefined", "None", "1e3", "0x10", "010", "1:30", "2024-01-01", "__proto__",
    "constructor", "",
)  # fmt: skip
NAUGHTY = tuple(dict.fromkeys(CONTROL + PLAIN))
