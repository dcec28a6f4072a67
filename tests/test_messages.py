"""Three languages: nothing missing in any of them, nothing left untranslated, numbers displayed as each has them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from shipped import covering

from bpcli import load_problem, solve
from bpcli.cli.language import Language, in_language, language_of_locale, with_comma
from bpcli.document.document import Code, Document, Figures, Inline, InlineMath, Note, Paragraph, Strong, Table, Title
from bpcli.document.mathtree import Identifier, Matrix, Number, Operator, Row, Subscript
from bpcli.grading.grade import Grader
from bpcli.inquiry.cost import cost_of, growth
from bpcli.lesson import LessonOptions, lesson
from bpcli.lesson.costs import cost_document
from bpcli.messages import LANGUAGES, Messages
from bpcli.mistakes import CATALOGUE, FAMILIES, described, families, sentences, words
from bpcli.mistakes.entries.auxiliary import AUXILIARY
from bpcli.notation.latex import to_latex
from bpcli.notation.typst import to_typst
from bpcli.problem.model import Problem
from bpcli.problem.shipped import shipped_names
from bpcli.render import render
from bpcli.render.decimal_comma import displayed, with_decimal_comma
from bpcli.reports.answer_sheet import blank_sheet
from bpcli.reports.reference import mistake_document, mistakes_document
from bpcli.reports.report import FEEDBACK, report_document
from bpcli.solution.solution import Solution

PACKAGE = Path(__file__).parents[1] / "bpcli"
OTHERS = tuple(language for language in LANGUAGES if language != "en")
ENTRIES = {entry.id: entry for entry in (*CATALOGUE.values(), *AUXILIARY)}

HOLE = re.compile(r"\{(\w*)\}")

SAME = {
    "it": {
        "title.loss",
        "graph.loss",
        "convention.loss",
        "convention.batch",
        "class.count-file",
        "sheet.id",
        "table.formula",
        "cost.backpropagation",
        "role.bias",
        "role.kernels",
    },
    "pt": {"sheet.id", "role.kernels"},
}
"""Sentences that are those of English in the other language too."""

WITHOUT_WORDS = {
    "title.of-place",
    "why.definition",
    "paths.path",
    "quiz.number",
    "cost.per-weight",
    "convention.delta",
    "convention.kink.here",
    "optimizer.momentum",
    "optimizer.rmsprop",
    "optimizer.adagrad",
    "optimizer.adam",
    "optimizer.adamw",
}


def table(language: str) -> dict[str, str]:
    return dict(import_module(f"bpcli.messages.{language}").SENTENCES)


def holes(sentence: str) -> list[str]:
    return sorted(set(HOLE.findall(sentence)))


def in_words(language: str, problem: Problem) -> Problem:
    return problem._replace(language=language)


def solved(name: str, language: str) -> Solution:
    return solve(in_words(language, load_problem(name)))


# --- the sentences ---


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_and_no_other(language: str) -> None:
    """In the order of the English ones, too, so that the files can be read side by side."""
    assert set(table(language)) == set(table("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_holes(language: str) -> None:
    english, other = table("en"), table(language)
    assert {key: holes(text) for key, text in other.items()} == {key: holes(text) for key, text in english.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    english, other = table("en"), table(language)
    same = {key for key, text in other.items() if text == english[key]} - WITHOUT_WORDS
    assert same == SAME[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_and_begin_as_the_english_ones(language: str) -> None:
    """A full stop, a colon or a space at an end is part of how sentences are put together."""
    english = table("en")
    for key, text in table(language).items():
        assert text.endswith((".", ":")) == english[key].endswith((".", ":")), key
        assert text.startswith(" ") == english[key].startswith(" "), key
        assert text == text.rstrip(), key
        assert "  " not in text, key


@pytest.mark.parametrize("language", OTHERS)
def test_titles_begin_with_a_capital_and_reasons_do_not(language: str) -> None:
    for key, text in table(language).items():
        if key.startswith(("title.", "heading.")):
            assert text[0].isupper() or text.startswith("{role}"), key
        if key.startswith("why.") and text and text[0] not in "{ ":
            assert text[0].islower(), key


def strings_in_the_code() -> Iterator[str]:
    """Every string of the package but its sentences; the holes of an f-string are `*`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name == "messages" and path.stem != "__init__":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
                yield "".join(map(str, parts))


def keys_asked_for() -> Iterator[str]:
    """The keys named whole in `text("…")` and `inline("…")`, and through `self.words` and `self.messages`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            if node.func.attr in ("text", "inline"):
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value:
                        yield part.value


def test_every_key_is_used() -> None:
    """By its name, or by a name with holes that it fits."""
    strings = set(strings_in_the_code())
    patterns = [
        re.compile(re.escape(text).replace(r"\*", ".+"))
        for text in strings
        if "*" in text and re.fullmatch(r"[a-z]+\.[\w.\-*]+", text)
    ]
    unused = [
        key
        for key in table("en")
        if key not in strings
        and not any(pattern.fullmatch(key) for pattern in patterns)
        and not key.startswith("title.")
    ]
    assert unused == []


def test_every_key_asked_for_is_there() -> None:
    asked = {key for key in keys_asked_for() if re.fullmatch(r"[a-z]+\.[a-z_.\-]+[a-z]", key)}
    assert asked
    assert asked - set(table("en")) == set()


def test_an_unknown_language_is_english() -> None:
    assert Messages("eo").language == "en"
    assert Messages("").text("title.loss") == "Loss"


def test_a_hole_may_stand_elsewhere() -> None:
    messages = Messages("it")
    sentence = messages.inline("paths.count.many", start=Identifier("x"), end=Identifier("L"), count="3")
    assert [part.math.name for part in sentence if isinstance(part, InlineMath)] == ["x", "L"]


# --- the catalogue of mistakes ---


@pytest.mark.parametrize("language", OTHERS)
def test_every_mistake_is_described(language: str) -> None:
    texts = import_module(f"bpcli.mistakes.entries.{language}").TEXTS
    assert set(texts) == set(ENTRIES)
    for identifier, english in ENTRIES.items():
        entry = described(identifier, language)
        assert (entry.id, entry.likelihood, entry.convention, entry.sources) == (
            identifier,
            english.likelihood,
            english.convention,
            english.sources,
        )
        for field in ("title", "cause", "looks", "hint"):
            text = getattr(entry, field)
            assert text, (identifier, field)
            assert text != getattr(english, field), (identifier, field)
        assert not entry.cause.endswith("."), identifier
        assert entry.looks.endswith("."), identifier
        assert entry.hint[-1] == english.hint[-1], identifier


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_word_is_left_in_a_formula(language: str) -> None:
    english = re.compile(r"\b(or|where|with|without|for|place|value|entry|entries|term|terms|asked|already|in the)\b")
    left = [identifier for identifier in ENTRIES if english.search(described(identifier, language).wrong)]
    assert left == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_sentences_of_a_diagnosis_have_the_same_holes(language: str) -> None:
    for english, other in ((sentences(), sentences(language)), (words(), words(language))):
        assert {key: holes(text) for key, text in other.items()} == {key: holes(text) for key, text in english.items()}
    assert families(language).keys() == FAMILIES.keys()


@pytest.mark.parametrize("language", OTHERS)
def test_the_reference(language: str) -> None:
    text = render(mistakes_document(language), "terminal", width=120)
    assert all(described(identifier, language).title[:20] in text for identifier in CATALOGUE)
    assert described("D03", language).hint in " ".join(
        render(mistake_document("D03", language), "terminal", width=200).split()
    )


# --- documents ---


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
@pytest.mark.parametrize("name", covering())
def test_every_problem_can_be_told(name: str, language: str) -> None:
    document = lesson(solved(name, language), LessonOptions(detail="full"))
    assert document.language == language
    for format in ("terminal", "markdown"):  # noqa: A001
        text = render(document, format)
        assert not re.search(r"\{\w+\}", text) or format == "markdown"


def test_italian_lesson(snapshots) -> None:
    snapshots("lez5-it", "txt", render(lesson(solved("lez5", "it")), "terminal", width=80))


def test_portuguese_lesson(snapshots) -> None:
    snapshots("mac0460-logistic-pt", "txt", render(lesson(solved("mac0460-logistic", "pt")), "terminal", width=80))


def sheet(name: str, **changes: object) -> str:
    """A right sheet but for the changes."""
    solution = solve(load_problem(name))
    ids = list(yaml.safe_load(blank_sheet(solution))["answers"])
    answers = yaml.safe_load(blank_sheet(solution, filled=ids))["answers"] | changes
    return yaml.safe_dump({"student": "Rossi 1.5", "answers": answers}, allow_unicode=True)


def checked(language: str, feedback: str = "full", **changes: object) -> str:
    grader = Grader(solved("lez5", language))
    report = grader.grade(grader.read(sheet("lez5", **changes), "rossi.yaml"))
    return render(report_document(report, grader.solution, feedback=feedback), "terminal", width=100)


@pytest.mark.parametrize("language", OTHERS)
def test_report(language: str, snapshots) -> None:
    """The slope left out: told in the language, with its numbers, and the follow-through after it."""
    text = checked(language, **{"dL/da2": [0.7448, -0.2131]})
    assert described("D03", language).title in text
    assert "0,7448" in text
    assert "0.7448" not in text
    assert "Rossi 1.5" in text
    snapshots(f"check-lez5-{language}", "txt", text)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("feedback", FEEDBACK)
def test_no_report_has_an_english_word(language: str, feedback: str) -> None:
    text = checked(language, feedback, **{"dL/da2": [0.7448, -0.2131], "dL/dW1": None, "y": [0.7, 0.8]})
    assert not re.search(r"\b(the|wrong|points|you|quantity|correct|gradient|missing)\b", text)


@pytest.mark.parametrize("language", OTHERS)
def test_a_sheet_keeps_the_point(language: str) -> None:
    """A sheet is read again."""
    solution = solved("lez5", language)
    text = blank_sheet(solution, filled=["y"])
    assert "0.7548" in text
    assert "0,7548" not in text
    assert Messages(language).text("sheet.numbers") in text
    assert yaml.safe_load(text)["answers"]["y"] == [0.7548, 0.7769]


@pytest.mark.parametrize("language", OTHERS)
def test_costs(language: str) -> None:
    solution = solved("lez5", language)
    counted = cost_of(solution.program, solution.built.parameters)
    text = render(cost_document(solution, counted, growth()), "terminal", width=100)
    assert re.search(r"\d,\d\d", text)
    assert not re.search(r"\d\.\d", text.replace("2023", "").split("═")[-1])


# --- the decimal comma ---


def maths_and_texts(document: Document) -> Iterator[tuple[str, str]]:
    """Every number of a document, and every other text that must not change."""
    stack: list[object] = list(document.blocks)
    while stack:
        node = stack.pop()
        if isinstance(node, Number):
            yield "number", node.text
        elif isinstance(node, Matrix):
            yield from (("number", cell) for row in node.rows for cell in row)
        elif isinstance(node, Code | Strong):
            yield "text", node.text
        elif isinstance(node, Identifier):
            yield "text", node.name
        elif isinstance(node, tuple):
            stack.extend(node)
        elif isinstance(node, str) and not isinstance(node, Figures):
            yield "text", node


@pytest.mark.parametrize("name", shipped_names())
def test_no_point_is_left_in_a_number(name: str) -> None:
    document = lesson(solved(name, "it"))
    before, after = list(maths_and_texts(document)), list(maths_and_texts(displayed(document)))
    numbers = [text for kind, text in after if kind == "number"]
    assert not any("." in text for text in numbers)
    assert [text.replace(",", ".") for text in numbers] == [text for kind, text in before if kind == "number"]
    kept = [text for kind, text in before if kind == "text" and text != ","]
    assert [text for kind, text in after if kind == "text" and text not in (",", ";")] == kept


def inline_after(*inline: object) -> Inline:
    document = with_decimal_comma(Document((Paragraph(inline),), "it"))  # type: ignore[arg-type]
    (block,) = document.blocks
    assert isinstance(block, Paragraph)
    return block.text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("you wrote 0.5; 0.25 was expected.", "you wrote 0,5; 0,25 was expected."),
        ("(0.1, −0.2)", "(0,1; −0,2)"),
        ("entries 1, 2: (0.1, 3, …)", "entries 1, 2: (0,1; 3; …)"),
        ("(1, 2)", "(1, 2)"),
        ("max(0, a)", "max(0, a)"),
        ("3.1e-5 of 12", "3,1e-5 of 12"),
        ("1,048,576 paths", "1 048 576 paths"),
        ("version 1.2.3 of a.b", "version 1.2.3 of a.b"),
        ("W1.5", "W1.5"),
        ("It is 0.5.", "It is 0,5."),
    ],
)
def test_figures(written: str, read: str) -> None:
    assert inline_after(Figures(written)) == (read,)


def test_only_numbers_change() -> None:
    parts = ("Chapter 2.3", Code("W1@0.5"), Strong("1.5"), InlineMath(Subscript(Identifier("w.1"), Number("1"))))
    assert inline_after(*parts) == parts


def test_a_list_of_numbers_is_separated_by_semicolons() -> None:
    comma = Operator(",", "postfix")
    row = Row((Number("0.5"), comma, Number("1")))
    names = Row((Identifier("p"), comma, Identifier("q")))
    (first, second) = inline_after(InlineMath(row), InlineMath(names))
    assert first == InlineMath(Row((Number("0,5"), Operator(";", "postfix"), Number("1"))))
    assert second == InlineMath(names)


def test_formats() -> None:
    """A comma in a formula is no separator."""
    assert to_latex(Number("-0,25")) == "-0{,}25"
    assert to_latex(Number("3,1e-5")) == r"3{,}1 \times 10^{-5}"
    assert to_latex(Matrix((("0,5", "1"),))) == r"\begin{bmatrix} 0{,}5 & 1 \end{bmatrix}"
    assert to_typst(Number("-0,25")) == '−"0,25"'
    document = lesson(solved("lez5", "it"))
    assert "0{,}0950" in render(document, "latex")
    assert "0{,}0950" in render(document, "markdown")
    assert "<mn>0,0950</mn>" in render(document, "html")
    assert '"0,0950"' in render(document, "typst")


def test_numbers_stand_under_each_other_with_either_sign() -> None:
    document = lesson(solved("mac0460-softmax", "en"))
    point = render(document, "terminal")
    comma = render(document._replace(decimal_comma=True), "terminal")
    assert re.sub(r"(\d),(\d)", r"\1.\2", comma).splitlines()[4:] == point.splitlines()[4:]


def test_the_language_decides_unless_it_is_said() -> None:
    assert [Document((), language).has_decimal_comma for language in LANGUAGES] == [False, True, True]
    assert with_comma(Document((), "en"), True).has_decimal_comma
    assert not with_comma(Document((), "it"), False).has_decimal_comma
    assert with_comma(Document((), "it"), None).decimal_comma is None


def test_every_block_is_known() -> None:
    blocks = (Title("1.5"), Note((Figures("1.5"),)), Table(((Figures("1.5"),),), (), "l"))
    assert with_decimal_comma(Document(blocks, "it")).blocks == (
        Title("1.5"),
        Note(("1,5",)),
        Table((("1,5",),), (), "l"),
    )


# --- which language ---


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, ""),
        ({"LANG": "it_IT.UTF-8"}, "it"),
        ({"LANG": "pt_BR"}, "pt"),
        ({"LANG": "pt"}, "pt"),
        ({"LANG": "it_IT.UTF-8", "LC_ALL": "C.UTF-8"}, ""),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "pt_PT.UTF-8"}, "pt"),
        ({"LANG": "it_IT.UTF-8", "LC_MESSAGES": ""}, "it"),
        ({"LANG": "italian"}, ""),
        ({"LANG": "de_DE.UTF-8"}, ""),
    ],
)
def test_locale(environment: dict[str, str], language: str) -> None:
    assert language_of_locale(environment) == language


def test_the_option_comes_first_then_the_problem_then_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    silent, english = in_words("", load_problem("lez5")), in_words("en", load_problem("lez5"))
    assert in_language(Language.pt)(english).language == "pt"
    assert in_language(None)(english).language == "en"
    assert in_language(None)(silent).language == "it"
    assert in_language(None, locale=False)(silent).language == ""


def test_a_library_call_does_not_ask_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    assert lesson(solve(load_problem("lez5"))).language == "en"
