"""Draws the pictures of the README from what bpcli really prints: `python benchmarks/pictures.py`.

`docs/lesson.svg` is the beginning of `bpcli solve lez5`, `docs/report.svg` is `bpcli check` on a sheet in which a slope
was left out. Stand-alone SVG with the reader's own monospaced font, light or dark as the reader's system is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from bpcli import load_problem, solve
from bpcli.render.layout import display_width

DOCS = Path(__file__).parents[1] / "docs"
COLUMNS = 80
LESSON_LINES = 41
REPORT_LINES = 60
CELL, LINE, MARGIN = 8.4, 17.0, 22.0

STYLE = """\
.paper { fill: #fdfcfa; stroke: #d9d6cf; } text { fill: #24272d; white-space: pre;
font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }
.bold { font-weight: 700; } .italic { font-style: italic; } .dim { fill: #77777c; }
.red { fill: #b3261e; } .green { fill: #1d6f42; } .yellow { fill: #8a5a00; } .cyan { fill: #1f5a8c; }
@media (prefers-color-scheme: dark) { .paper { fill: #16181c; stroke: #33363c; } text { fill: #e4e2dd; }
.dim { fill: #8d8f94; } .red { fill: #f0968f; } .green { fill: #7fc79b; } .yellow { fill: #e0b866; }
.cyan { fill: #8fbbe0; } }
"""
CODES = {1: "bold", 2: "dim", 3: "italic", 31: "red", 32: "green", 33: "yellow", 36: "cyan"}


def picture(lines: list[str], title: str) -> str:
    """Coloured terminal lines as SVG; every word stands at its own column, whatever the font."""
    width, height = COLUMNS * CELL + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN
    drawn = [
        f'<rect class="paper" x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>',
    ]
    for row, line in enumerate(lines):
        y = MARGIN + LINE * (row + 0.75)
        for column, word, style in words(line):
            size = display_width(word)
            names = f' class="{style}"' if style else ""
            drawn.append(
                f'<text x="{MARGIN + column * CELL:g}" y="{y:g}" textLength="{size * CELL:g}" '
                f'lengthAdjust="spacingAndGlyphs"{names}>{escape(word)}</text>'
            )
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{escape(title)}">\n<title>{escape(title)}</title>\n'
        f"<style>\n{STYLE}</style>\n{body}\n</svg>\n"
    )


def words(line: str) -> Iterator[tuple[int, str, str]]:
    """The words of a line with their columns and styles."""
    column, style = 0, ""
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        if part.startswith("\x1b"):
            codes = [int(code) for code in part[2:-1].split(";") if code]
            style = " ".join(CODES[code] for code in codes if code in CODES)
            continue
        for word in re.findall(r"\s+|\S+", part):
            if not word.isspace():
                yield column, word, style
            column += display_width(word)


def printed(*arguments: str) -> list[str]:
    """What a command prints on a terminal of 80 columns, with its colours."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "NO_COLOR"},
        "COLUMNS": str(COLUMNS),
        "FORCE_COLOR": "1",
        "TERM": "xterm",
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-m", "bpcli", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return done.stdout.splitlines()


def beginning(lines: list[str], most: int) -> list[str]:
    """The first lines, up to a blank one."""
    if len(lines) <= most:
        return lines
    end = max(place for place, line in enumerate(lines[:most]) if not line.strip())
    return lines[:end]


def wrong_sheet() -> str:
    """Answers for lez5 in which the slope of layer 2 was left out, and everything after follows from that."""
    solution = solve(load_problem("lez5"))
    values = solution.reevaluate({"dL/da2": solution.values["dL/dy"]})
    given = {**values, "dL/da2": solution.values["dL/dy"]}
    lines = ["student: s1234567", "answers:"]
    for name in ("a1", "h1", "a2", "y", "L", "dL/dy", "dL/da2", "dL/dW2", "dL/db2", "dL/dh1", "dL/da1"):
        value = given[name]
        rank = solution.variables[name].rank
        if rank == 0:
            text = f"{float(value):.4f}"
        elif rank == 1:
            text = "[" + ", ".join(f"{float(item):.4f}" for item in value.ravel()) + "]"
        else:
            text = "[" + ", ".join("[" + ", ".join(f"{float(item):.4f}" for item in row) + "]" for row in value) + "]"
        lines.append(f"  {name}: {text}")
    return "\n".join(lines) + "\n"


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    prompt = "\x1b[2m$\x1b[0m "
    lesson = beginning(printed("solve", "lez5"), LESSON_LINES)
    lines = [f"{prompt}bpcli solve lez5", "", *lesson]
    (DOCS / "lesson.svg").write_text(picture(lines, "The beginning of a lesson in the terminal"), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "s1234567.yaml"
        sheet.write_text(wrong_sheet(), encoding="utf-8")
        report = beginning(printed("check", "lez5", str(sheet)), REPORT_LINES)
    lines = [f"{prompt}bpcli check lez5 s1234567.yaml", "", *report]
    (DOCS / "report.svg").write_text(picture(lines, "A graded answer sheet in the terminal"), encoding="utf-8")


if __name__ == "__main__":
    main()
