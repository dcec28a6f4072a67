"""The kept corpus of the fuzzers, replayed: every input that reached something new, and every crash that was found."""

import importlib.util
import sys
from pathlib import Path

import pytest
from hanging import no_hanging

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"


def load_targets():
    """`fuzz/targets.py`, which needs no fuzzer."""
    spec = importlib.util.spec_from_file_location("fuzz_targets", ROOT / "fuzz" / "targets.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.TARGETS


TARGETS = load_targets()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_replay(name: str) -> None:
    """Every input is read or refused by the rules, soon."""
    inputs = sorted((CORPUS / name).iterdir())
    assert len(inputs) >= 10
    for path in inputs:
        with no_hanging():
            TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_cut_and_broken_inputs(name: str) -> None:
    """The corpus with its ends cut off and single bytes changed."""
    for path in sorted((CORPUS / name).iterdir())[::3]:
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 4)):
            TARGETS[name](data[:at])
            TARGETS[name](data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :])


def test_a_broken_promise_is_noticed() -> None:
    """The targets can fail: a reader that raises what it should not, and a formula with a place out of bounds."""
    from bpcli.diagnostics import Diagnostic, ProblemError, Span

    module = sys.modules["fuzz_targets"]
    for bad in (
        Diagnostic("x y", "no code"),
        Diagnostic("yaml-syntax", ""),
        Diagnostic("yaml-syntax", "too low", Span(9, 1, 9, 2)),
        Diagnostic("yaml-syntax", "backwards", Span(1, 2, 1, 1)),
    ):
        with pytest.raises(AssertionError):
            module._check_refusal(ProblemError("f", "a\n", (bad,)), b"a\n")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda report: report._replace(score=report.max_score + 1),
        lambda report: report._replace(score=float("nan")),
        lambda report: report._replace(answers=(report.answers[0]._replace(points=-1.0), *report.answers[1:])),
        lambda report: report._replace(answers=(report.answers[0]._replace(verdict="wrong"), *report.answers[1:])),
    ],
    ids=["more than all points", "no number", "negative points", "right is called wrong"],
)
def test_a_broken_rule_of_grading_is_noticed(spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker's target can fail: a sheet of right values whose report was spoilt."""
    from bpcli.grading.grade import Grader

    grade = Grader.grade
    all_right = bytes([45])
    TARGETS["checker"](all_right)
    monkeypatch.setattr(Grader, "grade", lambda self, submission: spoil(grade(self, submission)))
    with pytest.raises(AssertionError):
        TARGETS["checker"](all_right)
