"""What CONTRIBUTING.md promises: whatever is added to bpcli is complete only when it is everywhere it belongs."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.main import get_command

from bpcli.calculus.optimizer import FORMS
from bpcli.cli.app import GUIDE, application
from bpcli.cli.documents import Format
from bpcli.cli.export import Target
from bpcli.cli.language import Language
from bpcli.grading.codes import ALL_CODES, LATER
from bpcli.messages import LANGUAGES
from bpcli.mistakes import CATALOGUE
from bpcli.mistakes.catalogue import TRANSLATED
from bpcli.problem.codes import CODES
from bpcli.problem.declaration import json_schema
from bpcli.problem.shipped import shipped_names
from bpcli.render import FORMATS, PAGE_FORMATS
from bpcli.solution.load import load_problem, vocabulary

ROOT = Path(__file__).parent.parent


def _page(name):
    return (ROOT / name).read_text(encoding="utf-8")


README, PAGE, COMMANDS, CONTRIBUTING = map(
    _page, ("README.md", "docs/formats.md", "docs/commands.md", "CONTRIBUTING.md")
)
NAMES = vocabulary()


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


# --- commands ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(get_command(application()).commands))
def test_commands_are_complete(name):
    """A command is in the guide, in the docs and in the README, and its help has an example that begins with it."""
    command = get_command(application()).commands[name]
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


def test_every_format_can_be_asked_for():
    """What can be rendered can be asked for, and the other way round; each text format has its snapshots."""
    assert {item.value for item in Format} == {*FORMATS, *PAGE_FORMATS, "json"}
    suffixes = {"terminal": "txt", "markdown": "md", "html": "html", "latex": "tex", "typst": "typ"}
    assert suffixes.keys() == FORMATS.keys()
    for suffix in suffixes.values():
        assert (ROOT / "snapshots" / f"lez5.{suffix}").is_file()
    for place in (*FORMATS.values(), *PAGE_FORMATS.values()):
        assert find_spec(place.partition(":")[0])


def test_every_script_can_be_asked_for():
    """The libraries that scripts are written for are those of `bpcli export`."""
    from bpcli.export.scripts import TARGETS

    assert tuple(item.value for item in Target) == TARGETS


def test_every_degree_of_feedback_can_be_asked_for():
    """`--feedback` has what a report can leave out."""
    from bpcli.cli.check import Feedback
    from bpcli.reports.report import FEEDBACK

    assert tuple(item.value for item in Feedback) == FEEDBACK


def test_languages_are_the_same_everywhere():
    """Sentences, mistakes, `--lang` and `language:` know the same languages."""
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
