"""What CONTRIBUTING.md promises: whatever is added to bpcli is complete only when it is everywhere it belongs."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from typer.main import get_command

import bpcli.compose.network
import bpcli.lesson.telling
import bpcli.messages.en
import bpcli.solution.load
from bpcli.calculus.ops import elementary
from bpcli.calculus.optimizer import FORMS
from bpcli.cli.app import GUIDE, application
from bpcli.cli.language import Language, language_of_locale
from bpcli.compose.blocks import BLOCKS
from bpcli.compose.writing import Block, Flow
from bpcli.document.document import COMMA_LANGUAGES
from bpcli.export import PLATFORMS, SCRIPTS
from bpcli.export.json import solution_to_json
from bpcli.export.scripts import TARGETS, script
from bpcli.grading.codes import ALL_CODES, LATER
from bpcli.grading.grade import Grader
from bpcli.lesson import lesson
from bpcli.messages import LANGUAGES
from bpcli.mistakes import CATALOGUE
from bpcli.mistakes.catalogue import TRANSLATED
from bpcli.problem.codes import CODES
from bpcli.problem.declaration import json_schema
from bpcli.problem.model import BlockForm, ParameterForm
from bpcli.problem.shipped import shipped_names
from bpcli.render import FORMATS, PAGE_FORMATS, render
from bpcli.render.formats import DOCUMENTS, SUFFIXES, function_at
from bpcli.reports.key import filled_sheet
from bpcli.solution.load import load_problem, parse_problem, solve, vocabulary

ROOT = Path(__file__).parent.parent


def _page(name):
    return (ROOT / name).read_text(encoding="utf-8")


README, PAGE, COMMANDS, CONTRIBUTING = map(
    _page, ("README.md", "docs/formats.md", "docs/commands.md", "CONTRIBUTING.md")
)
NAMES = vocabulary()
COMMAND_OF = get_command(application()).commands


# --- what a problem file can name --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["activations", "losses", "optimizers", "presets"])
def test_names_of_networks_are_in_the_readme_and_the_docs(kind):
    """Each activation, loss, optimizer and preset of symbols stands in the table of the README and in the formats."""
    for name in getattr(NAMES, kind):
        assert f"`{name}`" in README or f": {name}" in README, f"{name} is missing in README.md"
        assert f"`{name}`" in PAGE, f"{name} is missing in docs/formats.md"


def test_functions_and_forms_are_in_the_docs():
    """Each function of formulas, each parameter of an activation or optimizer, and each form is in the formats."""
    parameters = {name for table in (NAMES.activations, NAMES.optimizers) for names in table.values() for name in names}
    forms = {form for forms in FORMS.values() for form in forms}
    for name in (*NAMES.functions, *parameters, *forms):
        assert re.search(rf"[`{{ ]{re.escape(name)}[`:(]", PAGE), f"{name} is missing in docs/formats.md"


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_problems_say_what_they_are(name):
    """A shipped problem has a title of its own and a snapshot of its lesson."""
    titles = [load_problem(other).title for other in shipped_names()]
    assert titles.count(load_problem(name).title) == 1
    assert (ROOT / "snapshots" / f"{name}.txt").is_file()


# --- a block -----------------------------------------------------------------------------------------------------

SCALE = BlockForm(
    "scale",
    "Each unit times a number of its own.",
    (ParameterForm("gain", (("units",),), "The number of each unit."),),
    keeps_width=True,
)


def _scale(q, flow):
    """h = g ⊙ x."""
    scaled = elementary.multiply(q["gain"], flow.only)
    return Flow("units", (q.line("activation", scaled, told="stretched", goes_on=True),))


@pytest.fixture
def with_scale(monkeypatch):
    """What a block adds: itself, and its words."""
    blocks = MappingProxyType({**BLOCKS, "scale": Block(SCALE, _scale, MappingProxyType({"gain": "g"}))})
    for module in (bpcli.compose.network, bpcli.lesson.telling, bpcli.solution.load):
        monkeypatch.setattr(module, "BLOCKS", blocks)
    monkeypatch.setitem(bpcli.messages.en.SENTENCES, "role.stretched", "stretched values")
    monkeypatch.setitem(bpcli.messages.en.SENTENCES, "why.role.stretched", "each unit has a gain of its own.")
    vocabulary.cache_clear()
    yield
    vocabulary.cache_clear()


SCALED = """\
title: A block more
network:
  {data}
  layers:
    - scale: {{gain: [3, -2]}}
    - {{weights: [[0.5, 0.25], [1, -1]], activation: tanh}}
  loss: half_squared_error
  update: {{learning_rate: 0.5}}
"""
ONE = SCALED.format(data="input: [1, 2]\n  target: [0, 1]")
BATCH = SCALED.format(data="inputs: [[1, 2], [0.5, -1]]\n  targets: [[0, 1], [1, 0]]")
OWN = """\
title: A block of the file's own
blocks:
  scale(x): {parameters: [g], define: {h: g * x}}
network:
  input: [1, 2]
  target: [0, 1]
  layers:
    - scale: {g: [3, -2]}
    - {weights: [[0.5, 0.25], [1, -1]], activation: tanh}
  loss: half_squared_error
"""


def _gain_gradient(inputs, targets):
    """By hand: the rule for a product, with the mean over the instances."""
    W, g = np.array([[0.5, 0.25], [1, -1]]), np.array([3, -2])
    found = np.zeros(2)
    for x, t in zip(np.array(inputs, float), np.array(targets, float), strict=True):
        y = np.tanh(W @ (g * x))
        found += x * (W.T @ ((y - t) * (1 - y**2))) / len(inputs)
    return found


@pytest.mark.parametrize(
    ("text", "inputs", "targets"),
    [(ONE, [[1, 2]], [[0, 1]]), (BATCH, [[1, 2], [0.5, -1]], [[0, 1], [1, 0]])],
    ids=["one", "batch"],
)
def test_a_block_is_one_form_and_one_function(with_scale, text, inputs, targets):
    """A block that is registered is solved, told, graded and exported, and nothing else names its kind."""
    solution = solve(parse_problem(text, "scale.yaml"))
    np.testing.assert_allclose(np.ravel(solution["dL/dg1"]), _gain_gradient(inputs, targets), rtol=1e-12)
    told = render(lesson(solution), "terminal", width=100)
    assert "Stretched values" in told
    assert "each unit has a gain of its own." in told
    _is_graded_and_exported(solution)
    assert "scale" in json.dumps(json_schema(vocabulary()))


def test_a_block_of_the_file_needs_no_python():
    """The same block written in the problem file has the same numbers."""
    solution = solve(parse_problem(OWN, "own.yaml"))
    np.testing.assert_allclose(np.ravel(solution["dL/dg1"]), _gain_gradient([[1, 2]], [[0, 1]]), rtol=1e-12)
    _is_graded_and_exported(solution)


def _is_graded_and_exported(solution):
    gradient = f"d{solution.output.name}/dg1"
    grader = Grader(solution)
    report = grader.grade(grader.read(filled_sheet(solution), "key.yaml"))
    assert report.score == report.max_score > 0
    wrong = grader.grade(grader.read(f"answers: {{{gradient}: [9, 9]}}", "wrong.yaml"))
    assert wrong.first_wrong == gradient
    assert gradient in {step["id"] for step in json.loads(solution_to_json(solution))["steps"]}
    for target in TARGETS:
        compile(script(solution, target), target, "exec")
    exec(script(solution, "numpy"), {})  # asserts every number


# --- commands ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(COMMAND_OF))
def test_commands_are_complete(name):
    """A command is in the guide, in the docs and in the README, and its help has an example that begins with it."""
    command = COMMAND_OF[name]
    assert f"  bpcli {name} " in GUIDE
    assert f"## bpcli {name}\n" in COMMANDS
    assert f"bpcli {name}" in README
    assert re.search(rf"Examples?:\s+bpcli {name}\b", command.help), "an example in its help"
    assert all(parameter.help for parameter in command.params if parameter.name != "help"), "help of every option"


# --- diagnostics and mistakes ------------------------------------------------------------------------------------


def test_every_code_is_explained_once():
    """A code means one thing, in one sentence."""
    assert not CODES.keys() & LATER.keys()
    for code, meaning in ALL_CODES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert meaning.endswith(".")


def test_the_number_of_mistakes_is_the_one_that_is_told():
    """Texts that count the mistakes count them right."""
    for name in ("README.md", "CONTRIBUTING.md", "docs/mistakes.md"):
        for count in re.findall(r"(\d+) mistakes", _page(name)):
            assert int(count) == len(CATALOGUE), name


# --- formats and languages ---------------------------------------------------------------------------------------


NO_LESSONS = {"graph", "problems", "train"}
"""Commands that write pictures, lists, and tables as they come, in formats of their own."""


def _choices(command, option):
    (found,) = [item.type.choices for item in COMMAND_OF[command].params if item.name == option]
    return tuple(found)


def test_every_format_can_be_asked_for():
    """What can be rendered is offered wherever documents are written, and each text format has its snapshot."""
    every = {item.name for item in DOCUMENTS}
    one_file = {item.name for item in DOCUMENTS if item.makes != "pictures"}
    offering = {name for name, command in COMMAND_OF.items() if "format" in {item.name for item in command.params}}
    assert offering >= {"solve", "sheet", "key", "check", "derive", "cost", "paths"}
    for command in offering - NO_LESSONS:
        assert every & set(_choices(command, "format")) == (one_file if command == "check" else every), command
    assert {*FORMATS, *PAGE_FORMATS} == every
    for item in DOCUMENTS:
        assert callable(function_at(item.writer))
        assert all(SUFFIXES[suffix] == item.name for suffix in item.suffixes)
        if item.makes == "text":
            assert any((ROOT / "snapshots" / f"lez5{suffix}").is_file() for suffix in item.suffixes)


def test_a_format_is_one_file_and_one_line(tmp_path):
    """A renderer that is on the list is offered by every command and chosen by the name of the file."""
    (tmp_path / "shout.py").write_text("def to_shout(document):\n    return f'{document.language.upper()}!\\n'\n")
    listed = Path(find_spec("bpcli.render.formats").origin).read_text(encoding="utf-8")
    line = '    Format("shout", (".shout",), "shout:to_shout"),\n'
    (tmp_path / "formats.py").write_text(listed.replace("DOCUMENTS = (\n", f"DOCUMENTS = (\n{line}"), encoding="utf-8")
    (tmp_path / "program.py").write_text(
        "import sys, formats\n"
        "sys.modules['bpcli.render.formats'] = formats\n"
        "from bpcli.cli.entry import run\n"
        "for command in ('solve', 'sheet', 'key', 'derive', 'cost'):\n"
        "    assert run([command, 'lez5', '--lang', 'it', '-o', f'{command}.shout']) == 0, command\n"
        "assert run(['paths', 'lez5', 'W1[1,2]', '--lang', 'it', '-o', 'paths.shout']) == 0\n"
        "assert run(['check', 'lez5', 'a.yaml', '--lang', 'it', '-o', 'check.shout']) == 1\n"
    )
    (tmp_path / "a.yaml").write_text("answers: {L: 3}\n")
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    written = {path.name: path.read_text() for path in tmp_path.glob("*.shout")}
    assert written == {
        f"{name}.shout": "IT!\n" for name in ("solve", "sheet", "key", "derive", "cost", "paths", "check")
    }


def test_pictures_platforms_and_scripts_can_be_asked_for():
    """What is drawn, the platforms of a quiz and the libraries of a script are those of their tables."""
    from bpcli.drawing import FORMATS as DRAWN

    assert _choices("graph", "format") == tuple(DRAWN)
    assert _choices("quiz", "to") == tuple(PLATFORMS)
    assert _choices("export", "to") == tuple(SCRIPTS) == TARGETS
    for place in (*SCRIPTS.values(), *(platform.writer for platform in PLATFORMS.values())):
        assert callable(function_at(place))


def test_every_degree_of_feedback_can_be_asked_for():
    """`--feedback` has what a report can leave out."""
    from bpcli.cli.check import Feedback
    from bpcli.reports.report import FEEDBACK

    assert tuple(item.value for item in Feedback) == FEEDBACK


def test_languages_are_the_same_everywhere():
    """Sentences, mistakes, `--lang`, locales and `language:` know the same languages."""
    assert set(COMMA_LANGUAGES) < set(LANGUAGES)
    found = {language_of_locale({"LANG": f"{name}_XX.UTF-8"}) for name in LANGUAGES}
    assert found == {"", *TRANSLATED}
    assert {item.value for item in Language} == {"en", *TRANSLATED} == set(LANGUAGES)
    assert set(json_schema(NAMES)["properties"]["language"]["enum"]) == set(LANGUAGES)


# --- the page itself ---------------------------------------------------------------------------------------------


def test_places_named_in_contributing_exist():
    """Files, folders and tests that CONTRIBUTING.md names are there."""
    for name in re.findall(r"`((?:bpcli|tests|docs|problems|snapshots|benchmarks|fuzz)/[\w/.-]*)`", CONTRIBUTING):
        assert (ROOT / name).exists(), name
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", CONTRIBUTING)
    assert len(named) >= 10
    for name in named:
        assert f"def {name}(" in sources or (ROOT / "tests" / f"{name}.py").is_file(), name


def test_every_room_is_on_the_map():
    """The map of the rooms in CONTRIBUTING.md has every module and package at the top of bpcli."""
    rooms = {
        path.stem for path in (ROOT / "bpcli").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    named = set(re.findall(r"`(\w+?)(?:\.py|/)?`", CONTRIBUTING))
    assert sorted(rooms - {"__init__"} - named) == []
