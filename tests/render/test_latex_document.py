"""LaTeX documents: what stands in them, and that LaTeX takes them where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hostile import EVERYTHING

from bpcli import load_problem, solve
from bpcli.document.document import (
    Cell,
    Code,
    Document,
    Equation,
    Heading,
    Link,
    Note,
    Paragraph,
    Step,
    Strong,
    Table,
    Title,
)
from bpcli.document.mathtree import Identifier, Matrix, Operator, Row, Words
from bpcli.lesson import LessonOptions
from bpcli.lesson import lesson as tell
from bpcli.render import render
from bpcli.render.latex import latex_escape

COMMAND = re.compile(r"\\(?:text\w+|ensuremath|textsuperscript|[a-zA-Z]+|.)")
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def compiled(text: str, folder: Path) -> str:
    """The log of a run that must succeed."""
    (folder / "page.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / "page.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


@pytest.mark.parametrize("room", ["messages", "mistakes", "reports", "lesson", "inquiry"])
def test_no_sign_of_ours_is_named_by_its_number(room):
    """✗ and ↳ of a report, like every other sign in our sentences: LaTeX has something for it."""
    package = Path(__file__).parents[2] / "bpcli" / room
    signs = {sign for path in package.rglob("*.py") for sign in path.read_text(encoding="utf-8")}
    assert [sign for sign in sorted(signs) if "U+" in latex_escape(sign)] == []


def test_document_and_fragment(lesson):
    whole, fragment = render(lesson, "latex"), render(lesson, "latex", fragment=True)
    assert whole.startswith(r"\documentclass")
    assert whole.endswith("\\end{document}\n")
    assert r"\documentclass" not in fragment
    assert r"\begin{document}" not in fragment
    assert whole.count(r"\begin{bpstep}") == fragment.count(r"\begin{bpstep}") == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50% done", r"50\% done"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("^^5c", r"\textasciicircum{}\textasciicircum{}5c"),
        ("W⁽²⁾", r"W\textsuperscript{(2)}"),
        ("a -- b", "a -{}- b"),
        ("layer's", r"layer\textquoteright{}s"),
        ("σ", r"\ensuremath{\sigma}"),
        ("中", r"\texttt{U+4E2D}"),
        ("[x]", "{[}x{]}"),
        ("a\n\nb", "a b"),
    ],
)
def test_escape(text, expected):
    assert latex_escape(text) == expected


@pytest.mark.parametrize("hostile", EVERYTHING)
def test_only_our_commands(hostile):
    """Whatever a text holds, what TeX sees are commands of the table and plain characters."""
    written = latex_escape(hostile)
    rest = COMMAND.sub("", written)
    assert not set(rest) & set("\\%#$&_^~\n")
    depth = 0
    for character in re.sub(r"\\[{}]", "", written):
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0


@needs_latex
@pytest.mark.parametrize("name", ["lez5", "adam", "softmax-3class", "micrograd", "mac0460-entropy"])
def test_latex_takes_it_and_nothing_runs_off_the_page(name, tmp_path):
    log = compiled(render(tell(solve(load_problem(name))), "latex"), tmp_path)
    assert "Overfull" not in log


@needs_latex
def test_fragment_in_a_document_of_ones_own(tmp_path, lesson):
    packages = r"\usepackage[T1]{fontenc}\usepackage{amsmath,amssymb,booktabs,graphicx,longtable,xcolor}"
    fragment = render(lesson, "latex", fragment=True)
    (tmp_path / "part.tex").write_text(fragment, encoding="utf-8")
    twice = r"\input{part}" * 2
    compiled(rf"\documentclass{{article}}{packages}\begin{{document}}{twice}\end{{document}}", tmp_path)


@needs_latex
def test_wide_and_high_matrices_shrink(tmp_path):
    wide = Matrix(tuple(tuple(f"{i}.{j:04}" for j in range(60)) for i in range(90)))
    entries = Equation(Identifier("W"), (Link("=", wide), Link("=", Row((wide, Operator("+"), wide)))))
    assert "Overfull" not in compiled(render(Document((entries,)), "latex"), tmp_path)


@needs_latex
def test_hostile_texts_compile(tmp_path):
    blocks: list[object] = []
    for text in EVERYTHING:
        blocks += [
            Title(text, text),
            Heading(text),
            Paragraph((text, Code(text), Strong(text))),
            Equation(Identifier(text), (Link("=", Row((Identifier(text, True), Operator(text), Words(text)))),)),
            Step(1, text, (text,), (text,), (Note((text,)),)),
            Table(((text,), (text,)), ((Cell((text,)), Cell((Code(text),))),), "lr", (text,)),
        ]
    compiled(render(Document(tuple(blocks)), "latex"), tmp_path)  # type: ignore[arg-type]


STATE = (
    r"\makeatletter\edef\%s{\meaning\env@matrix, \the\c@MaxMatrixCols, \the\parindent, \the\parskip, \the\hangindent, "
    r"\the\arraycolsep, \the\LTleft, \the\LTpre, \meaning\current@color, \meaning\section}\makeatother"
)


@needs_latex
@pytest.mark.parametrize("name", ["lez5", "digits"])
def test_a_part_changes_nothing_in_its_host(name, tmp_path):
    """Matrices, colour and lengths of the document around it are those of before."""
    part = render(tell(solve(load_problem(name)), LessonOptions(full=True)), "latex", fragment=True)
    lines = [
        r"\documentclass{article}\usepackage{amsmath,amssymb,booktabs,graphicx,longtable,xcolor}",
        r"\begin{document}\color{blue}%",
        *(STATE % "before", part, STATE % "after", part),
        r"\ifx\before\after\typeout{nothing changed}\else\typeout{\before}\typeout{\after}\fi\end{document}",
    ]
    assert "nothing changed" in compiled("\n".join(lines), tmp_path)


def test_every_entry_of_large_matrices_is_allowed():
    document = tell(solve(load_problem("digits")), LessonOptions(full=True))
    most = int(re.search(r"MaxMatrixCols=(\d+)", render(document, "latex"))[1])  # type: ignore[index]
    assert most >= 64
