"""Variants of a problem: the same question with other numbers, as easy to work by hand and as telling to grade.

A draw (see `redraw`) is accepted when
- every value is finite, and none is far larger than those of the original;
- no unit is saturated: its slope is nowhere so small that the gradient dies in it;
- no unit with a kink is dead (it lets nothing through for any instance) or stands at its kink; in a graph, no more
  nodes than in the original;
- every number asked for can be seen at the digits asked: nothing that the original shows is lost in rounding;
- `lint` finds no more than in the original: the mistakes of the catalogue stay distinguishable.

Draws are tried until one is accepted. The key of each is `seed/name/attempt`: a student's variant depends on the seed
and the student's name, and on no one else's.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

import numpy as np

from bpcli.authoring.lint import lint
from bpcli.authoring.redraw import Redraw, drawer, redrawn, redraws
from bpcli.calculus.expr import Apply, Array, Operation, evaluate, postorder
from bpcli.calculus.ops.reductions import MOST_IN_JACOBIAN
from bpcli.calculus.size import entries
from bpcli.diagnostics import BpcliError, ProblemError, Span
from bpcli.document.safe import quoted, safe
from bpcli.grading.asked import asked
from bpcli.problem.identifiers import UnknownQuantityError, nearest
from bpcli.reports.answer_sheet import blank_sheet
from bpcli.solution.load import parse_problem, solve
from bpcli.solution.solution import Solution

MARK = "Made by bpcli generate"
"""Stands in the first line of every file that is made."""

MOST_ATTEMPTS = 2_000
SATURATED = 0.02
AT_KINK = 0.005
EXACTLY_ZERO = 1e-12
ABOUT_ZERO = ("zero", "zero_input", "dead")
FAR = 100.0
"""No value is larger than this, or than ten times the largest of the original."""

_STUDENT_LINE = re.compile(r"^student:.*$", re.MULTILINE)
_NOTE = re.compile(r"^note *:.*\n(?:[ \t]+.*\n|\n(?=[ \t\n]))*", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z]+[0-9]+")

REASONS = {
    "range": "a value out of range",
    "saturated": "a saturated unit",
    "dead": "a unit that lets nothing through, or stands at its kink",
    "invisible": "a result that rounds to 0 at the digits asked",
    "mistakes": "mistakes that could not be told apart",
    "same": "the numbers of the original",
}


class NoVariantError(BpcliError):
    """No draw was accepted; says why."""

    exit_code = 3


class Variant(NamedTuple):
    """A variant: its name, the text of its problem file, and its solution."""

    name: str
    text: str
    solution: Solution


class _Traits(NamedTuple):
    """What is compared between a draw and the original."""

    largest: float
    saturated: int
    dead: int
    hidden: int
    findings: int


class Recipe(NamedTuple):
    """How variants of one problem are made; `variant` makes them."""

    original: Solution
    redraws: tuple[Redraw, ...]
    traits: _Traits
    allow_dead: bool = False
    drop_note: bool = False
    attempts: int = MOST_ATTEMPTS

    def variant(self, seed: int, name: str) -> Variant:
        """The variant of that name. Raises NoVariantError when no draw is accepted."""
        refused: Counter[str] = Counter()
        for attempt in range(self.attempts):
            draw = drawer(f"{seed}/{name}/{attempt}")
            text = redrawn(self.original.problem, self.redraws, draw)
            text = _marked(_without_note(text) if self.drop_note else text, name, seed)
            found = self._accepted(text)
            if isinstance(found, Solution):
                return Variant(name, text, found)
            refused[found] += 1
        raise NoVariantError(_told(refused, self.attempts))

    def _accepted(self, text: str) -> Solution | str:
        """The solution of a draw, or which condition it fails."""
        try:
            solution = solve(parse_problem(text, self.original.problem.path), self.original.rounding)
        except ProblemError:
            return "range"
        if _given(solution) == _given(self.original):
            return "same"
        largest = _largest(solution)
        if not largest <= max(FAR, 10 * self.traits.largest):
            return "range"
        saturated, dead = _units(solution)
        if saturated > self.traits.saturated:
            return "saturated"
        allowed = 0 if solution.problem.network is not None else self.traits.dead
        if dead > allowed and not self.allow_dead:
            return "dead"
        if _hidden(solution, self.allow_dead) > self.traits.hidden:
            return "invisible"
        return solution if _findings(solution, self.allow_dead) <= self.traits.findings else "mistakes"


def recipe(
    original: Solution, keep: tuple[str, ...] = (), *, allow_dead: bool = False, drop_note: bool = False
) -> Recipe:
    """How variants of a problem are made.

    `keep`: ids of given quantities that stay as they are. `drop_note`: the note is left out, which may speak of the
    original numbers.

    Raises UnknownQuantityError for an id in `keep` that is not given, NoVariantError where nothing can be drawn.
    """
    network = original.problem.network
    if network is not None and network.data is not None:
        raise NoVariantError("the data of this problem are in a file of their own, so it has no variants")
    ways = redraws(original.problem, frozenset(_key(original, identifier) for identifier in keep))
    if not ways:
        raise NoVariantError("this problem has no numbers to draw: all of them are kept, settings, or 0 and 1")
    saturated, dead = _units(original)
    hidden, findings = _hidden(original, allow_dead), _findings(original, allow_dead)
    traits = _Traits(_largest(original), saturated, dead, hidden, findings)
    return Recipe(original, ways, traits, allow_dead, drop_note)


def sheet_of(variant: Variant, student: str = "") -> str:
    """The blank sheet of a variant, in YAML; it names the variant, and the student where that is known."""
    sheet = blank_sheet(variant.solution)
    head = f"variant: {_plain_or_quoted(variant.name)}\n"
    named = _STUDENT_LINE.sub(
        lambda found: head + (f"student: {_plain_or_quoted(student)}" if student else found[0]), sheet, 1
    )
    return f"# {MARK}: the sheet of variant {safe(variant.name)}.\n{named}"


def _plain_or_quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quoted(text)


def _key(solution: Solution, identifier: str) -> Span:
    """Where the numbers of a given quantity stand, by which `redraw` knows them."""
    name = solution.resolve(identifier).name
    variable = next((variable for variable in solution.program.inputs if variable.name == name), None)
    if variable is None:
        given = [variable.name for variable in solution.program.inputs]
        raise UnknownQuantityError(identifier, nearest(identifier, given), f"`{identifier}` is not given, but computed")
    source = solution.built.sources.get(name)
    if source is None:
        raise UnknownQuantityError(identifier, (), f"the numbers of `{identifier}` do not stand in the file")
    return source.numbers.span


def _marked(text: str, name: str, seed: int) -> str:
    """The text with a first line that says what it is, in the place of one that names a schema beside the original."""
    first, _, rest = text.partition("\n")
    if first.startswith("# yaml-language-server:") and "://" not in first:
        text = rest
    return f"# {MARK}: variant {safe(name)}, seed {seed}.\n{text}"


def _without_note(text: str) -> str:
    """Without the key `note` and the indented lines below it."""
    return _NOTE.sub("", text)


def _told(refused: Counter[str], attempts: int) -> str:
    reasons = ", ".join(f"{REASONS[reason]} ({count})" for reason, count in refused.most_common(3))
    way_out = "keep some of its numbers (--keep)"
    if refused.most_common(1)[0][0] == "dead":
        way_out = "allow dead units (--allow-dead)"
    return f"none of {attempts} draws will do: {reasons}; {way_out}, or change the problem"


# --- conditions ---


def _given(solution: Solution) -> dict[str, list[float]]:
    return {v.name: np.ravel(solution.values[v.name]).tolist() for v in solution.program.inputs}


def _largest(solution: Solution) -> float:
    return max(float(np.max(np.abs(step.value))) for step in solution.steps)


def _units(solution: Solution) -> tuple[int, int]:
    """How many units are saturated for some instance, and how many are dead or stand at a kink."""
    saturated = dead = 0
    axis = 1 if solution.problem.conventions.affine == "W x + b" else 0
    for binding in solution.program.bindings:
        if binding.phase != "forward":
            continue
        for node in postorder(binding.expr):
            if not isinstance(node, Apply) or len(node.inputs) != 1:
                continue
            if binding.rule == "activation" and node.operation.derivative is None:
                saturated += _extreme(solution.values[binding.variable.name])
            elif node.operation.derivative is not None and _is_large(node):
                saturated += _extreme(evaluate(node, solution.values))
            elif node.operation.derivative is not None:
                below = np.atleast_2d(evaluate(node.inputs[0], solution.values))
                slope = np.atleast_2d(node.operation.derivative.forward(below))
                if _has_kink(node.operation):
                    dead += int(np.sum(np.all(slope == 0, axis=axis) | np.any(np.abs(below) < AT_KINK, axis=axis)))
                else:
                    saturated += int(np.sum(np.any(np.abs(slope) < SATURATED, axis=axis)))
    return saturated, dead


def _is_large(node: Apply) -> bool:
    """Whether the derivative is a matrix with far more entries than there are values."""
    assert node.operation.derivative is not None
    count = entries(node.operation.derivative.shape(node.shape))
    return count > max(MOST_IN_JACOBIAN**2, entries(node.shape))


def _extreme(probabilities: Array) -> int:
    """Probabilities so near 0 or 1 that next to nothing flows back through them."""
    return int(np.sum((probabilities < SATURATED) | (probabilities > 1 - SATURATED)))


def _has_kink(operation: Operation) -> bool:
    return "at_zero" in dict(operation.parameters)


def _hidden(solution: Solution, allow_zero: bool) -> int:
    """How many numbers asked for are 0 on paper; `allow_zero`: without those that are exactly 0."""
    rounding = solution.rounding
    least = max(EXACTLY_ZERO, 0.0 if rounding.significant is not None else 0.5 * 10.0**-rounding.decimals)
    sizes = np.concatenate([np.abs(np.ravel(solution[item.id])) for item in asked(solution)])
    return int(np.sum((sizes <= least) & ((sizes > EXACTLY_ZERO) | (not allow_zero))))


def _findings(solution: Solution, allow_zero: bool) -> int:
    """What the sheet cannot tell, without what no numbers could change; `allow_zero`: nor what a 0 hides."""
    found = (finding for finding in lint(solution) if not finding.always)
    return sum(not (allow_zero and finding.reason in ABOUT_ZERO) for finding in found)
