"""Practice: one quantity at a time, checked at once, with hints that tell more and more."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from bpcli import load_problem, solve
from bpcli.document.document import Equation, Note
from bpcli.grading.grade import Grader
from bpcli.reports.practice import MOST_HINTS, Practice, Progress, numbers_of, progress_from, progress_to


@pytest.fixture(scope="module")
def lez5() -> Practice:
    return Practice(Grader(solve(load_problem("lez5"))))


def typed(practice: Practice, at: int) -> str:
    """The right answer to a question as a learner would type it."""
    value = practice.solution[practice.questions[at].id]
    rows = value if isinstance(value, list) and isinstance(value[0], list) else [value]
    return "; ".join(" ".join(f"{x:.5f}" for x in (row if isinstance(row, list) else [row])) for row in rows)


@pytest.mark.parametrize("name", ["lez5", "mazur", "mac0460-logistic", "mac0460-softmax", "batch-ridge", "layout-xw"])
def test_right_answers_lead_to_the_end(name):
    """Typing the right numbers passes every question."""
    practice = Practice(Grader(solve(load_problem(name))))
    progress = Progress()
    for at in range(len(practice.questions)):
        assert progress.at == at
        progress, outcome = practice.answer(progress, typed(practice, at))
        assert outcome.verdict == "correct", practice.questions[at].id
    assert progress.at == len(practice.questions)


def test_a_wrong_answer_stays_and_names_the_mistake(lez5):
    """The question is asked again, the mistake is named, and the wrong numbers are not built on."""
    progress = Progress()
    names = [item.id for item in lez5.questions]
    for at in range(names.index("dL/da2")):
        progress, _ = lez5.answer(progress, typed(lez5, at))
    later, outcome = lez5.answer(progress, "0.7448 -0.2131")
    assert (outcome.verdict, outcome.passed) == ("wrong", False)
    assert later.at == progress.at
    assert later.answers == progress.answers
    assert later.tries == {"dL/da2": 1}
    assert any("D03" in str(block) for block in outcome.blocks)


def test_a_wrong_answer_that_is_no_known_mistake(lez5):
    """It is said to be wrong, and the second time where help is."""
    first, outcome = lez5.answer(Progress(), "7.1 -3.3")
    _, again = lez5.answer(first, "7.1 -3.3")
    assert (outcome.verdict, again.verdict) == ("wrong", "wrong")
    assert outcome.blocks == (Note((lez5.messages.text("practice.wrong"),), "warning"),)
    assert again.blocks == (Note((lez5.messages.text("practice.wrong-again"),), "warning"),)


def test_what_is_taken_up_again(lez5):
    """The place where it was left; at the end, the first question that was skipped; with none, the end."""
    names = [item.id for item in lez5.questions]
    end = Progress(at=len(names), answers=dict.fromkeys(names[:3] + names[4:], "1"))
    assert lez5.first_open(Progress(at=2)).at == 2
    assert lez5.first_open(end).at == 3
    assert lez5.first_open(end._replace(answers=dict.fromkeys(names, "1"))).at == len(names)


@pytest.mark.parametrize("part", ['"answers": [1]', '"hints": {"a1": "x"}', '"tries": 3', '"at": "2"'])
def test_a_file_of_progress_that_was_changed_is_not_taken(part):
    """Every part of it has its kind."""
    data = json.loads(progress_to(Progress(), "here"))
    data.update(json.loads("{" + part + "}"))
    assert progress_from(json.dumps(data), "here", 15) is None


def test_hints_tell_more_each_time(lez5):
    """The formula, then the numbers in it, then the value; asked again, the last one is repeated."""
    progress, _ = lez5.answer(Progress(), "0.445 0.505")
    lengths = []
    for _ in range(MOST_HINTS + 1):
        progress, (equation,) = lez5.hint(progress)
        assert isinstance(equation, Equation)
        lengths.append(len(equation.links))
    assert lengths == [1, 2, 3, 3]
    assert progress.hints == {"h1": MOST_HINTS}


@pytest.mark.parametrize("at", range(15))
def test_only_the_last_hint_gives_the_answer_away(lez5, at):
    """Before the last hint the value itself is not shown."""
    progress = Progress(at=at)
    worked = None
    for level in range(1, MOST_HINTS + 1):
        progress, (equation,) = lez5.hint(progress)
        if level < MOST_HINTS:
            shown = equation
        else:
            worked = equation
    assert len(shown.links) < len(worked.links) or len(worked.links) == 1


@pytest.mark.parametrize(
    ("text", "shape", "numbers"),
    [
        ("0.1 0.2; 0.3 0.4", (2, 2), [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("[[0.1, 0.2], [0.3, 0.4]]", (2, 2), [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("0.1 0.2 0.3 0.4", (2, 2), [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("0.1; 0.2", (2,), ["0.1", "0.2"]),
        ("0.30", (), "0.30"),
        ("", (2,), []),
    ],
)
def test_numbers_are_taken_apart(text, shape, numbers):
    """Spaces, commas, brackets and semicolons; what the numbers are is the grader's business."""
    assert numbers_of(text, shape) == numbers


@pytest.mark.parametrize("text", ["!!python/object:os.system", '"]; {a: 1}', "\\u0000", "{x}", "*a", "1e999", "ⅷ"])
def test_whatever_is_typed_is_data(lez5, text):
    """Nothing typed is executed or breaks the sheet; it is just no number."""
    _, outcome = lez5.answer(Progress(), text)
    assert outcome.verdict == "invalid"
    assert not outcome.passed


def test_progress_is_kept_and_read_back():
    """What was kept comes back, for the same problem only; anything else is no progress."""
    progress = Progress({"a1": "1 2"}, {"a1": 2}, {"h1": 1}, 1)
    text = progress_to(progress, "abc")
    assert progress_from(text, "abc", 15) == progress
    assert progress_from(text, "abd", 15) is None
    for broken in ("", "[]", "{}", '{"format": "bpcli/practice"}', text.replace('"at": 1', '"at": "x"')):
        assert progress_from(broken, "abc", 15) is None


def run(lines: str, folder, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "bpcli", "practice", *arguments],
        input=lines, capture_output=True, encoding="utf-8", env=environment, timeout=60,
    )  # fmt: skip


def test_over_a_pipe_and_on_again(tmp_path):
    """Lines from a pipe are answers; the next run goes on where the first one ended."""
    first = run("0.445 0.505\n?\nnonsense 1\n", tmp_path, "lez5")
    assert first.returncode == 0, first.stderr
    assert "✓" in first.stdout
    assert "`nonsense` is not a number" in first.stdout
    assert "h⁽¹⁾ = σ(a⁽¹⁾)" in first.stdout
    second = run("sheet\nquit\n", tmp_path, "lez5")
    assert "1 of 15" in second.stdout
    assert "2/15" in second.stdout
    assert "1/15" in run("quit\n", tmp_path, "lez5", "--fresh").stdout


def test_back_and_skip(tmp_path):
    """A learner goes back and leaves questions out."""
    out = run("skip\nback\nhelp\nquit\n", tmp_path, "lez5").stdout
    assert [line.strip()[:4] for line in out.splitlines() if "/15" in line[:8]] == ["1/15", "2/15", "1/15", "1/15"]


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_interruption_is_clean_and_keeps_the_progress(tmp_path):
    """Ctrl-C ends with exit code 130, without a traceback, and what was done is kept."""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "bpcli", "practice", "lez5"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment,
        # A shell lets what it starts in the background ignore SIGINT, and so would all that follows.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    process.stdin.write("0.445 0.505\n")
    process.stdin.flush()
    deadline = time.monotonic() + 30
    while not list(tmp_path.rglob("practice-*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "1 of 15" in out
    assert "2/15" in run("quit\n", tmp_path, "lez5").stdout


def test_without_a_place_to_keep_it_practice_still_works(tmp_path):
    """A state folder that cannot be made is told once; the session goes on."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = run("0.445 0.505\nquit\n", blocked, "lez5")
    assert done.returncode == 0
    assert "✓" in done.stdout
    assert done.stderr.count("cannot be kept") == 1
