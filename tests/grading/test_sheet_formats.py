"""Sheets on paper and as a page: what they show, what they give away, and that a filled-in page has full marks."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from shipped import covering

import bpcli.render
from bpcli import load_problem, parse_problem, solve
from bpcli.cli.entry import run
from bpcli.document.document import Equation, Givens, InlineMath, Step, Table
from bpcli.document.mathtree import BLANK, Fenced, Fraction, Matrix, Number, Root, Row, Subscript, Superscript
from bpcli.grading.asked import asked
from bpcli.grading.grade import Grader
from bpcli.problem.shipped import shipped_names
from bpcli.render import FORMATS, render, render_pages
from bpcli.render.answer_page import answer_file_name, to_answer_page
from bpcli.reports.answer_sheet import LEVELS, blank_sheet, sheet_lines
from bpcli.reports.sheet import paper_sheet, sheet_of_problem

SCRIPT = Path(bpcli.render.__file__).with_name("answer_page.js")
NODE = shutil.which("node")
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    '"onmouseover="alert(1)',
    "</title><img src=x onerror=1>",
    "a\nanswers: {L: 1}",
    "\u2028\u202e\x1b[2J",
)


def changed(more, name="lez5"):
    return solve(parse_problem(f"{load_problem(name).text}\n{more}", "p.yaml"))


def page_of(solution, level="blank", filled=(), **options):
    return to_answer_page(sheet_of_problem(solution, filled, level), solution.problem.path, **options)


class Elements(HTMLParser):
    """The elements of a page, its boxes and its scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.boxes, self.scripts = [], [], [], []
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes.extend(attributes)
        if tag == "script":
            self.scripts.append([dict(attributes), ""])
        if tag == "input" and dict(attributes).get("class") == "box":
            self.boxes.append(dict(attributes))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1][1] += data

    @property
    def data(self):
        return json.loads(self.scripts[0][1])


def in_node(code, value):
    """What the script of the page makes of a value."""
    if NODE is None:
        pytest.skip("node is not installed, and the script of the page runs in it")
    program = f"""
        const answers = require({json.dumps(str(SCRIPT))});
        const value = JSON.parse(require("fs").readFileSync(0, "utf8"));
        process.stdout.write(JSON.stringify(({code})(value)));
    """
    done = subprocess.run(
        [NODE, "-e", program], input=json.dumps(value), capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return json.loads(done.stdout)


def filled_in(cases):
    """The answer files of pages, their boxes filled in: (data, student, texts) each."""
    return in_node("(cases) => cases.map((item) => answers.file(...item))", cases)


def typed(solution, data):
    """The texts for the boxes of a page, one after the other."""
    key = json.loads(blank_sheet(solution, "json", [item.id for item in asked(solution)]))["answers"]
    texts = []

    def collect(value):
        if isinstance(value, list):
            for item in value:
                collect(item)
        else:
            texts.append(value)

    for field in data["fields"]:
        if field["given"] is None:
            collect(key[field["id"]])
    return texts


def graded(solution, text):
    grader = Grader(solution)
    return grader.grade(grader.read(text, "lez5.answers.json"))


# --- the page ---


@pytest.fixture(scope="module")
def solutions():
    return {name: solve(load_problem(name)) for name in shipped_names()}


@pytest.mark.parametrize("level", LEVELS)
def test_a_page_filled_in_with_the_values_has_full_marks(solutions, level):
    """For every shipped problem; the student's name has quotes and more in it."""
    cases = []
    for solution in solutions.values():
        data = Elements(page_of(solution, level)).data
        cases.append((data, 'Zoë "0\\" </script> 李', typed(solution, data)))
    for solution, text in zip(solutions.values(), filled_in(cases), strict=True):
        report = graded(solution, text)
        assert report.student == 'Zoë "0\\" </script> 李'
        assert report.score == report.max_score
        assert {answer.verdict for answer in report.answers} == {"correct"}


def test_a_page_saved_untouched_is_the_blank_answer_file(solutions):
    solution = solutions["lez5"]
    data = Elements(page_of(solution)).data
    (text,) = filled_in([(data, "", [""] * 33)])
    assert json.loads(text) == json.loads(blank_sheet(solution, "json"))
    assert {answer.verdict for answer in graded(solution, text).answers} == {"missing"}


def test_every_box_has_the_name_of_its_entry(solutions):
    for solution in solutions.values():
        page = Elements(page_of(solution))
        assert [box["name"] for box in page.boxes] == [box["aria-label"] for box in page.boxes]
        assert all(box["inputmode"] == "decimal" for box in page.boxes)
        names = [name for name, value in _entries(solution)]
        assert [box["name"] for box in page.boxes] == names


def _entries(solution):
    for line in sheet_lines(solution):
        rows, columns = (*line.shape, 0, 0)[:2]
        if not line.shape:
            yield line.id, None
        for i in range(rows):
            for j in range(columns) if columns else (None,):
                yield f"{line.id}[{i + 1}{'' if j is None else f',{j + 1}'}]", None


def test_numbers_are_kept_as_they_were_typed(solutions):
    solution = solutions["lez5"]
    data = Elements(page_of(solution)).data
    texts = [" 0,4450 ", "5.050e-1", "1/3", "−0.50", "0.10", "x", '"', "1,2,3", *[""] * 25]
    (text,) = filled_in([(data, "  ", texts)])
    answers = json.loads(text)["answers"]
    assert json.loads(text)["student"] is None
    assert answers["a1"] == ["0.4450", "5.050e-1"]
    assert answers["h1"] == ["1/3", "−0.50"]
    assert answers["a2"] == ["0.10", "x"]
    assert answers["y"] == ['"', "1,2,3"]
    verdicts = {answer.id: answer.verdict for answer in graded(solution, text).answers}
    assert verdicts["a1"] == "correct"
    assert (verdicts["a2"], verdicts["y"], verdicts["L"]) == ("invalid", "invalid", "missing")


def test_the_page_knows_numbers_as_check_does():
    from bpcli.problem.numbers import NotANumber, parse_number

    texts = [
        "0.5",
        "-2",
        "1e-3",
        "+.5",
        "5.",
        "1/3",
        "−0.1",
        "0",
        "00.5",
        "1e",
        "1/2/3",
        "0x1",
        "nan",
        "1_0",
        "",
        "--1",
    ]

    def known(text):
        try:
            parse_number(text)
        except NotANumber:
            return False
        return True

    assert in_node("(texts) => texts.map(answers.isNumber)", texts) == list(map(known, texts))


def test_the_sign_key_changes_the_sign():
    assert in_node("(texts) => texts.map(answers.negated)", ["0.5", "-0.5", "−2", "", "+1"]) == [
        *("-0.5", "0.5", "2", "-", "-1")
    ]


def test_the_page_fetches_nothing_and_runs_its_own_script_only(solutions):
    text = page_of(solutions["lez5"])
    page = Elements(text)
    _, (attributes, script) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Policy" content="([^"]+)"', text)[1]
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';" in policy
    assert attributes == {}
    assert script == SCRIPT.read_text(encoding="utf-8")
    assert not re.search(r"https?://|\bsrc=|@import|url\(|fetch\(|XMLHttp|innerHTML|eval\(", text)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "action")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_and_names_are_only_text(text):
    problem = load_problem("lez5")
    usual = Elements(page_of(solve(problem)))
    solution = solve(problem._replace(title=text, source=text, note=text))
    page = Elements(page_of(solution, variant=text))
    assert page.elements == usual.elements
    assert page.data["variant"] == text
    assert "\x1b" not in page_of(solution, variant=text)
    student = text.replace("\n", " ")
    (answers,) = filled_in([({**page.data, "variant": None}, student, typed(solution, page.data))])
    report = graded(solution, answers)
    assert report.score == report.max_score
    assert report.student == student.replace("\x1b", "").strip()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("problems/lez5.yaml", "lez5.answers.json"),
        ("<stdin>", "stdin.answers.json"),
        ("../../etc/passwd", "passwd.answers.json"),
        ("C:\\x\\homework 3.yaml", "homework-3.answers.json"),
        ("…", "sheet.answers.json"),
    ],
)
def test_the_saved_file_has_a_name_that_any_system_takes(path, name):
    assert answer_file_name(path) == name


def test_what_is_given_away_is_saved_too(solutions):
    page = Elements(page_of(solutions["lez5"], filled=["a1", "dW2"]))
    assert len(page.boxes) == 33 - 2 - 4
    given = {field["id"]: field["given"] for field in page.data["fields"] if field["given"] is not None}
    assert given == {"a1": ["0.4450", "0.5050"], "dL/dW2": [["0.0840", "0.0860"], ["-0.0225", "-0.0230"]]}


def test_sheets_that_differ_do_not_share_what_was_typed(solutions):
    keys = {Elements(page_of(solution)).data["key"] for solution in solutions.values()}
    assert len(keys) == len(solutions)


# --- on paper ---


def numbers(math):
    """The numbers in a formula, as texts."""
    kind = type(math)
    if kind is Number:
        return {math.text}
    if kind is Matrix:
        return {cell for row in math.rows for cell in row}
    if kind in (Superscript, Subscript):
        return numbers(math.base) | numbers(math.script)
    if kind is Fraction:
        return numbers(math.numerator) | numbers(math.denominator)
    if kind in (Fenced, Root):
        return numbers(math.body)
    return set().union(*map(numbers, math.items)) if kind is Row else set()


def constants(solution):
    """What an average over the inputs multiplies with, and Adam's numbers, for a problem that does not state them."""
    network = solution.problem.network
    inputs = network.input.shape[0] if network and network.batch else 1
    return {f"{1 / inputs:.4f}", "0.9", "0.999", "1e-8"}


@pytest.mark.parametrize("name", shipped_names())
def test_a_sheet_begun_gives_no_computed_number_away(name, solutions):
    """What stands in its lines is given, is a constant of a formula, or is a blank."""
    solution = solutions[name]
    document = paper_sheet(solution, level="half")
    given = {
        text
        for block in document.blocks
        if isinstance(block, Givens)
        for math in block.equations
        for text in numbers(math)
    }
    seen = {
        text
        for block in document.blocks
        if isinstance(block, Step)
        for part in block.body
        if isinstance(part, Equation)
        for link in part.links
        for text in numbers(link.math)
    }
    told = {text for text in seen - given if not re.fullmatch(r"-?\d{1,2}|½|1/\d", text)}
    allowed = {BLANK, *constants(solution)}
    assert {text for text in told if text not in solution.problem.text} <= allowed
    assert BLANK in seen


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", covering())
def test_every_sheet_in_every_format(name, level, solutions):
    document = paper_sheet(solutions[name], level=level)
    for format in FORMATS:  # noqa: A001
        assert render(document, format)


def test_a_worked_sheet_gives_the_forward_pass_away(solutions):
    lines = sheet_lines(solutions["lez5"], level="worked")
    assert [line.id for line in lines if line.given] == ["a1", "h1", "a2", "y", "L"]
    text = render(paper_sheet(solutions["lez5"], level="worked"), "terminal", width=80)
    assert "≈ 0.3001" in text
    assert "0.7448" not in text.partition("Backward pass")[2]


def test_a_worked_sheet_always_leaves_something_to_do(solutions):
    lines = sheet_lines(solutions["mac0460-entropy"], level="worked")
    assert [line.given for line in lines].count(False) == 1
    assert not lines[-1].given


def test_formulas_stand_beside_the_keys_of_a_begun_file(solutions):
    text = blank_sheet(solutions["lez5"], level="half")
    assert "  # ∂L/∂W⁽²⁾ = ∂L/∂a⁽²⁾ h⁽¹⁾ᵀ\n  dL/dW2:" in text
    assert "  # σ′(a⁽²⁾) = y ⊙ (1 − y)\n" in text
    assert graded(solutions["lez5"], text).score == 0


def test_a_page_says_what_each_answer_is_worth_where_that_differs():
    page = page_of(changed("check: {points: {y: 1, L: 2.5}}"))
    assert re.findall(r'class="worth">([^<]*)<', page) == ["points: 1", "points: 2.5"]
    assert 'class="worth"' not in page_of(changed("check: {points: {y: 2, L: 2}}"))


def test_one_entry_is_asked_for_with_its_own_formula():
    solution = changed("check: {points: {'dL/dW2[1,2]': 1, 'terms(a1)': 1, L: 2}}")
    text = render(paper_sheet(solution, level="half"), "terminal", width=100)
    assert "dL/dW2[1,2]" in text
    assert "points: 2" in text
    assert "(∂L/∂W⁽²⁾)₁₂ = (∂L/∂a⁽²⁾)₁ · h⁽¹⁾₂ = ______ · ______ = ______" in text
    assert "terms(a⁽¹⁾) = ⎣______ ______⎦" in text


@pytest.mark.parametrize(
    ("format", "blank"),
    [
        ("terminal", "______"),
        ("markdown", r"\boxed{\rule"),
        ("latex", r"\boxed{\rule"),
        ("html", '<mtext class="blank">'),
        ("typst", "#box(inset"),
    ],
)
def test_there_is_a_box_for_every_number_in_every_format(solutions, format, blank):  # noqa: A002
    text = render(paper_sheet(solutions["lez5"]), format)
    assert text.replace("_" * 40, "").count(blank) == 33


def test_the_page_of_paper_is_typeset(solutions):
    pytest.importorskip("typst")
    for level in LEVELS:
        (pdf,) = render_pages(paper_sheet(solutions["lez5"], level=level), "pdf")
        assert pdf.startswith(b"%PDF")
    assert len(render_pages(paper_sheet(solutions["lez5"]), "png")) == 2


def test_large_arrays_are_named_by_their_shape_on_paper(solutions):
    document = paper_sheet(solutions["digits"])
    rows = [row for block in document.blocks if isinstance(block, Table) for row in block.rows]
    rooms = {row[1].text[0].text: row[-1].text for row in rows}
    assert rooms["dJ/dW1"] == ("… (16×64)",)
    assert isinstance(rooms["J"][0], InlineMath)


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("lez5", "", "Vectors are columns: a⁽¹⁾ = W⁽¹⁾ x + b⁽¹⁾."),
        ("layout-xw", "", "one column for each unit"),
        ("layout-xwt", "", "Vectors are rows"),
        ("lez5", "", "Half the squared errors, summed over the outputs."),
        ("minibatch-logistic", "", "The mean of the losses of its 2 instances."),
        ("minibatch-logistic", "", "Natural: ln, to the base e."),
        ("relu-at-zero", "", "Derivative at 0: ReLU: 0."),
        ("lez5", "conventions: {delta: true}", "δ⁽²⁾ stands for ∂L/∂a⁽²⁾."),
        ("lez5", "display: {rounding: each_step}", "rounded to what is printed before it is used"),
        ("lez5", "display: {significant: 6}", "Significant digits wanted: 6."),
        ("mac0460-softmax", "", "Digits wanted"),
    ],
)
def test_the_conventions_in_force_are_said_in_words(name, more, sentence):
    text = " ".join(render(paper_sheet(changed(more, name)), "terminal", width=200).split())
    assert sentence in text


def test_snapshots(snapshots, solutions):
    solution = solutions["lez5"]
    for format, suffix in (("terminal", "txt"), ("markdown", "md"), ("latex", "tex"), ("typst", "typ")):  # noqa: A001
        options = {"width": 80} if format == "terminal" else {"fragment": True} if suffix != "md" else {}
        snapshots("sheet-lez5", suffix, render(paper_sheet(solution), format, **options))
    for level in LEVELS[1:]:
        snapshots(f"sheet-lez5-{level}", "txt", render(paper_sheet(solution, level=level), "terminal", width=80))
    snapshots("sheet-lez5", "yaml", blank_sheet(solution))
    snapshots("sheet-lez5", "html", page_of(solution))


# --- the command ---


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".json", b'{\n  "student"'),
        (".html", b"<!doctype html>"),
        (".md", b"# A 2-2-2"),
        (".tex", b"\\documentclass"),
        (".typ", b"#set document"),
        (".pdf", b"%PDF"),
    ],
)
def test_the_format_follows_the_name_of_the_file(tmp_path, suffix, start):
    target = tmp_path / f"sheet{suffix}"
    assert run(["sheet", "lez5", "-o", str(target)]) == 0
    assert target.read_bytes().startswith(start)
    assert run(["sheet", "lez5", "--filled", "worked,dL/dy", "-o", str(target)]) == 0


@pytest.mark.parametrize("arguments", [["--filled", "half", "-f", "csv"], ["--filled", "half", "--filled", "worked"]])
def test_what_makes_no_sense_is_a_usage_error(arguments):
    assert run(["sheet", "lez5", *arguments]) == 2


def test_the_page_of_a_variant_says_whose_it_is(tmp_path):
    folder = tmp_path / "v"
    assert run(["generate", "lez5", "--count", "1", "-o", str(folder)]) == 0
    page = tmp_path / "page.html"
    assert run(["sheet", str(folder / "problems" / "v001.yaml"), "-o", str(page)]) == 0
    data = Elements(page.read_text(encoding="utf-8")).data
    assert (data["variant"], data["file"]) == ("v001", "v001.answers.json")
    solution = solve(load_problem(folder / "problems" / "v001.yaml"))
    (text,) = filled_in([(data, "Ada", typed(solution, data))])
    answers = tmp_path / data["file"]
    answers.write_text(text, encoding="utf-8")
    assert run(["check", str(folder), str(answers)]) == 0


@pytest.mark.parametrize(("lang", "word"), [("it", "Convenzioni"), ("pt", "Convenções")])
def test_sheets_speak_the_language_asked_for(capsys, lang, word):
    assert run(["sheet", "lez5", "--lang", lang, "-f", "terminal"]) == 0
    shown = capsys.readouterr().out
    assert word in shown
    assert "0,15" in shown
