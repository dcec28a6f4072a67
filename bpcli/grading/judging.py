"""Finds the verdicts of one submission, from the first quantity of the solution to the last.

See `grade` for what the verdicts mean; here is in which order the ways are tried in which a number may be right: as it
is, as what the student's own numbers give, with room for what was rounded above the line, in its numbers and inside it,
and last with a digit off or with digits missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from bpcli.calculus.expr import Array, variables_of
from bpcli.grading.answered import Numbers
from bpcli.grading.diagnose import Diagnoser
from bpcli.grading.handwork import by_hand, inner_slack
from bpcli.grading.model import Answer, Match
from bpcli.grading.own import Filled, Own
from bpcli.grading.quantities import Key, Place, Quantities
from bpcli.grading.tolerance import (
    BARE_ZERO,
    CLOSE_DIGITS,
    CLOSE_UNITS,
    SMALL_PART,
    Wanted,
    Way,
    accepts,
    digits_of,
    is_bare_zero,
    is_close,
    is_coarse,
    of_a_machine,
    style_of,
    truncated,
)
from bpcli.problem.model import Check

ROUNDINGS, ROUNDINGS_UNWRITTEN = 20.0, 200.0
"""So many half-units are the most that roundings are looked for in: where all is written, and where it is not."""

MONOTONOUS = 5
"""Of a sheet with fewer numbers nobody can say that they are always the same one."""


class Marking(Protocol):
    """What is known of a problem before any sheet is seen."""

    quantities: Quantities
    check: Check
    wanted: Wanted

    @property
    def diagnoser(self) -> Diagnoser: ...


class Judging:
    """The entries of one submission and the verdicts found for them, quantity by quantity.

    `answers` are where each answer of the sheet belongs, and the answer.
    """

    def __init__(self, grader: Marking, answers: Iterable[tuple[Place, Answer]]) -> None:
        self.grader = grader
        self.quantities = grader.quantities
        self.absolute = grader.check.absolute
        self.relative = grader.check.relative
        self.numbers: dict[Key, Numbers] = {}
        for place, answer in answers:
            key = place.quantity.key
            if key not in self.numbers:
                self.numbers[key] = Numbers(place.quantity)
            self.numbers[key].put(place, answer)
        self.monotonous = False
        self._own: Own | None = None
        self._otherwise: list[Own] | None = None
        self._implied: list[Own] = []
        self._reached: list[tuple[Array, Array]] = []
        self._right: dict[frozenset[Key], Own] = {}

    def judge(self) -> None:
        """Finds the verdict of every entry, from the first quantity of the solution to the last."""
        items = list(self.numbers.values())
        for item in items:
            for truth in item.quantity.truths:
                self._meet(item, truth, "correct", exact_zero=True)
        if not any(item.open or item.misshapen is not None for item in items):
            return
        self.style = style_of(pair for item in items for pair in zip(item.value, item.half, strict=True))
        for item in items:
            for entry in item.open:
                if is_bare_zero(item.value[entry], item.half[entry]):
                    item.half[entry] = self.style.zero
            for truth in item.quantity.truths:
                self._meet(item, truth, "correct")
        self.monotonous = _is_monotonous(items)
        for item in items:
            if item.open:
                self._judge_by_own_values(item)
            if item.open and self._implied:
                self._judge_by_implied_values(item)
            self._diagnose(item)

    def _judge_by_digits(self, item: Numbers, target: Any, verdict: str) -> None:
        """Right but for the last digit, or as far as it goes; `verdict` is that of an answer that is right here."""
        for entry in item.open:
            true, value, half = float(target[entry]), item.value[entry], item.half[entry]
            if of_a_machine(true, value, half):
                item.verdicts[entry] = verdict
                item.machine.add(entry)
            elif is_close(true, value, half):
                item.verdicts[entry] = "close" if verdict == "correct" else verdict
            elif is_coarse(true, value, half):
                item.verdicts[entry] = "coarse"
            elif accepts(true, value, half):
                item.vague.add(entry)

    def _meet(
        self,
        item: Numbers,
        target: Any,
        verdict: str,
        slack: Any = None,
        *,
        told: Any = None,
        exact_zero: bool = False,
        rounded: bool = False,
    ) -> None:
        """Gives `verdict` to the open entries that meet the target; `told` is what they are said to follow as.

        The target is `rounded` where it is what comes out with something rounded on the way.
        """
        accept_cut = self.grader.check.truncation == "accept"
        truths = item.quantity.truths
        for entry in item.open:
            true, value, half = float(target[entry]), item.value[entry], item.half[entry]
            if exact_zero and is_bare_zero(value, half):
                half = BARE_ZERO
            if rounded and half > self.grader.wanted.half(float(item.quantity.truths[0][entry])):
                # With so few digits much comes out that no honest rounding explains; but it may have been one.
                if accepts(true, value, half, 0.0 if slack is None else float(slack[entry])):
                    item.vague.add(entry)
                continue
            written = half
            half = min(half, self.grader.wanted.half(true))
            reach = 0.0 if slack is None else float(slack[entry])
            if reach > SMALL_PART * abs(true):
                continue  # no longer of first order: only what a concrete rounding gives counts
            wide = not any(target is truth for truth in truths) and self._says_nothing(value, written, half, reach)
            if wide and verdict == "correct":
                continue  # right for the student's own numbers, as most numbers would be
            if accepts(true, value, half, reach, self.absolute, self.relative):
                item.verdicts[entry] = verdict
                item.cut.discard(entry)
            elif written <= half and truncated(true, value, half, reach, self.absolute, self.relative):
                item.cut.add(entry)
                if accept_cut:
                    item.verdicts[entry] = verdict
            else:
                continue
            if verdict == "follows":
                if self.monotonous or wide:
                    item.worthless.add(entry)  # most numbers would follow
                if item.expected is item.quantity.truths[0]:
                    item.expected = list(item.expected)
                item.expected[entry] = float((target if told is None else told)[entry])  # type: ignore[index]

    @staticmethod
    def _says_nothing(value: float, written: float, counted: float, reach: float) -> bool:
        """Whether what an answer allows is as wide as the answer itself; of a 0, whether it has too few decimals."""
        return written > counted if value == 0.0 else 2.0 * (written + reach) >= abs(value)

    # --- the student's own values ---

    @property
    def own(self) -> Own:
        if self._own is None:
            given = {key: item for key, item in self.numbers.items() if not key.terms and item.is_answered}
            exact = all(item.is_exact for item in given.values())
            answers = {key: item.used(exact=exact) for key, item in given.items()}
            self._own = Own(self.quantities, answers)
        return self._own

    def _judge_by_own_values(self, item: Numbers) -> None:
        key = item.quantity.key
        if key.name not in self.quantities.bindings:
            return  # a given number that was copied wrongly
        item.rests_on = self._rests_on(key)
        verdict = "follows" if any(self.numbers[below].has_mistake for below in item.rests_on) else "correct"
        for result in self._results(key):
            self._meet(item, np.ravel(result), verdict)
            if not item.open:
                break
        else:
            self._judge_with_slack(item, verdict)
            if item.open and self._may_be_rounding(item):
                self._judge_by_what_was_rounded(item, verdict)
        for truth in item.quantity.truths:
            self._judge_by_digits(item, truth, "correct")
        for result in self._results(key) if item.open else ():
            self._judge_by_digits(item, np.ravel(result), verdict)
        self._find_trivial(item)

    def _judge_by_what_was_rounded(self, item: Numbers, verdict: str) -> None:
        """What comes out with something rounded on the way: above the line, in its numbers, inside it."""
        key = item.quantity.key
        if self.own.has_gaps(key.name, key.moment):
            self._judge_as_rounded(item, verdict)
            if item.open and verdict == "follows":
                right = {below: not numbers.has_mistake for below, numbers in self.numbers.items()}
                self._judge_as_rounded(item, "correct", right)
        if item.open:
            self._judge_by_roundings(item, verdict)
        if item.open:
            self._judge_by_handwork(item, verdict)

    def _may_be_rounding(self, item: Numbers) -> bool:
        """Whether an open entry is near enough to something right for roundings to make up the difference.

        They come to some half-units, of what is written and of what the line is worked from; where a line divides by
        next to nothing they may come to anything.
        """
        name, moment, terms = item.quantity.key
        if terms:
            return True
        times = ROUNDINGS_UNWRITTEN if self.own.has_gaps(name, moment) else ROUNDINGS
        for entry in item.open:
            targets = [float(item.quantity.truths[0][entry])]
            reach = item.half[entry]
            for result, slack in self._reached:
                targets.append(float(result[entry]))
                reach = max(reach, float(slack[entry]))
            size = max(map(abs, targets), default=0.0)
            near = min(abs(target - item.value[entry]) for target in targets)
            if near <= times * reach or reach > SMALL_PART * size or not math.isfinite(near):
                return True
        return False

    def _judge_by_roundings(self, item: Numbers, verdict: str) -> None:
        """The right numbers above, written in one way and used in another: in full, or to some digits more."""
        key = item.quantity.key
        if key.terms or not any(not numbers.has_mistake for numbers in self.numbers.values()):
            return
        for own in self._used_otherwise():
            for result in own.results(key.name, key.moment):
                self._meet(item, np.ravel(result), verdict, rounded=True)
            if not item.open:
                return

    def _used_otherwise(self) -> Iterator[Own]:
        """The sheet with its right numbers in full, and to one digit more, two, three than are written."""
        if self._otherwise is None:
            finer = [Way(self.style.places + more, decimals=True) for more in (1, 2, 3)] if self.style.half else []
            finer += [Way(self.style.digits + more, decimals=False) for more in (1, 2, 3)] if self.style.digits else []
            self._otherwise = [Own(self.quantities, self._used(way)) for way in (None, *finer)]
        yield from self._otherwise

    def _used(self, way: Way | None) -> dict[Key, Filled]:
        answers = dict(self.own.answers)
        for key, own in answers.items():
            numbers = self.numbers[key]
            if own.complete and not numbers.has_mistake:
                true = np.reshape(np.array(numbers.quantity.truths[0]), np.shape(own.value))
                used = true if way is None else way.rounded(true)[0]
                answers[key] = own._replace(value=used if np.shape(own.value) else np.float64(used))
        return answers

    def _judge_by_handwork(self, item: Numbers, verdict: str) -> None:
        """Room for what was rounded inside the line: summands, products, exponentials, constants."""
        name, moment, terms = item.quantity.key
        if terms:
            return
        for route in self.quantities.routes_to(name, moment):
            formula = self.quantities.bindings[name].formula(route)
            values = self.own.values_for(route, moment, formula)
            result = np.ravel(self.own.result(route, name, moment))
            with np.errstate(all="ignore"):
                for way in self.style.ways():
                    self._meet(item, np.ravel(by_hand(formula, values, way)), verdict, told=result, rounded=True)
            if not item.open:
                return
            inside = np.ravel(inner_slack(formula, values, self.style))
            room = np.array([self._room_inside(item, entry) for entry in range(len(inside))])
            reach = np.ravel(self.own.radii(route, moment).through(formula)) + np.minimum(inside, room)
            self._meet(item, result, verdict, reach)
            if not item.open:
                return

    @staticmethod
    def _room_inside(item: Numbers, entry: int) -> float:
        """How much what was rounded inside a line may come to: two units, in an answer that has digits enough."""
        value, half = item.value[entry], item.half[entry]
        enough = value == value and value != 0.0 and digits_of(value, half) >= CLOSE_DIGITS
        return 2.0 * CLOSE_UNITS * half if enough else 0.0

    def _results(self, key: Key) -> Any:
        if key.terms:
            yield from self.own.term_results(key.name, key.moment)
            return
        yield from self.own.results(key.name, key.moment)
        terms = self.numbers.get(Key(key.name, key.moment, terms=True))
        if terms is not None and not any(math.isnan(value) for value in terms.value):
            # Their own summands, added up.
            written = np.array(terms.value).reshape(-1, terms.quantity.shape[-1]).sum(axis=1)
            worked = next(iter(self.own.term_results(key.name, key.moment))).sum(axis=1)
            result = np.ravel(self.own.result("printed", key.name, key.moment))
            yield result + written - worked

    def _judge_with_slack(self, item: Numbers, verdict: str) -> None:
        """Room for what was rounded away on the way: around what the student's values give, and the true value."""
        name, moment, terms = item.quantity.key
        if terms:
            return
        right = {key: not numbers.has_mistake for key, numbers in self.numbers.items()}
        self._reached = []
        for route in self.quantities.routes_to(name, moment):
            formula = self.quantities.bindings[name].formula(route)
            result = np.ravel(self.own.result(route, name, moment))
            slack = np.ravel(self.own.radii(route, moment).through(formula))
            self._reached.append((result, slack))
            self._meet(item, result, verdict, slack)
            if item.open:
                reach = self.own.radii(route, moment, right).through(formula)
                self._meet(item, item.quantity.truths[0], "correct", np.ravel(reach))
            if not item.open:
                return

    def _judge_as_rounded(self, item: Numbers, verdict: str, right: Mapping[Key, bool] | None = None) -> None:
        """Room for what was rounded on the way and not written down: up to what comes out with it rounded.

        Around what the student's values give, or only the `right` ones of them.
        """
        name, moment, terms = item.quantity.key
        own = self.own if right is None else self._right_own(right)
        exact = [np.ravel(result) for result in self._worked(own, item.quantity.key)]
        lows, highs = list(exact), list(exact)
        reach: list[Any] = [0.0] * len(exact)
        if not terms:
            forms = self.quantities.forms(name, moment)
            radii = {route: self.own.radii(route, moment, right) for route, _ in forms}
            reach = [np.ravel(radii[route].through(formula)) for route, formula in forms]
        for rounded in own.rounded(self.style, name, moment):
            for number, result in enumerate(self._worked(rounded, item.quantity.key)):
                # A logarithm of a rounded 0 leads nowhere.
                found = np.where(np.isfinite(result), result, math.nan).ravel()
                self._meet(item, found, verdict, told=exact[number], rounded=True)
                lows[number] = low = np.fmin(lows[number], found)
                highs[number] = high = np.fmax(highs[number], found)
                with np.errstate(all="ignore"):  # what is out of range is never met
                    middle, slack = (low + high) / 2.0, (high - low) / 2.0 + reach[number]
                self._meet(item, middle, verdict, slack, told=exact[number], rounded=True)
                if not item.open:
                    return

    @staticmethod
    def _worked(own: Own, key: Key) -> Iterator[Any]:
        """What a line or its summands are, in each right way of working."""
        return own.term_results(key.name, key.moment) if key.terms else own.results(key.name, key.moment)

    def _right_own(self, right: Mapping[Key, bool]) -> Own:
        """The values that follow from the right answers alone."""
        keys = frozenset(key for key in self.own.answers if right[key])
        if keys not in self._right:
            self._right[keys] = Own(self.quantities, {key: self.own.answers[key] for key in keys})
        return self._right[keys]

    def _rests_on(self, key: Key) -> tuple[Key, ...]:
        """The nearest answered quantities above a line: those that it is worked from."""
        found: dict[Key, None] = {}
        seen: set[Key] = set()
        stack = [key]
        while stack:
            name, moment, _ = top = stack.pop()
            item = self.numbers.get(top)
            if top in seen:
                continue
            seen.add(top)
            if top != key and item is not None and item.is_answered:
                found[top] = None
                if not any(math.isnan(value) for value in item.value):
                    continue
            binding = self.quantities.bindings.get(name)
            if binding is not None:
                used = [variable.name for formula in binding.formulas for variable in variables_of(formula)]
                stack.extend(Key(below, moment) for below in used)
                terms = Key(name, moment, terms=True)
                if terms in self.numbers:
                    stack.append(terms)
            elif moment and name in self.quantities.renewed_by:
                stack.append(Key(self.quantities.renewed_by[name], moment - 1))
        return tuple(found)

    def _find_trivial(self, item: Numbers) -> None:
        """Marks an answer that makes trivial what is below it, and entries that are worth nothing because of one."""
        answered = [value for value in item.value if not math.isnan(value)]
        truth = item.quantity.truths[0]
        if "wrong" in item.verdicts:
            item.trivial = not any(answered) and any(truth)
        from_nothing = any(self.numbers[below].trivial for below in item.rests_on)
        for entry, verdict in enumerate(item.verdicts):
            if verdict == "follows" and (from_nothing or (item.expected[entry] == 0.0 and truth[entry] != 0.0)):
                item.worthless.add(entry)
                item.trivial = item.trivial or from_nothing

    # --- what went wrong ---

    def _diagnose(self, item: Numbers) -> None:
        key = item.quantity.key
        if key.terms or key.name not in self.quantities.bindings:
            return
        if any(entry not in item.vague for entry in item.open):
            item.matches = self._matches(item)
            implied = item.matches[0].implied if item.matches else {}
            if implied:
                answers = dict(self._implied[-1].answers if self._implied else self.own.answers)
                for name, value in implied.items():
                    answers[Key(name, key.moment)] = Filled(value, np.zeros(np.shape(value)), True)
                self._implied.append(Own(self.quantities, answers))
        elif item.misshapen is not None:
            values = self.own.values("printed", key.moment)
            item.matches = self.grader.diagnoser.of_another_shape(key.name, item.misshapen, values)

    def _judge_by_implied_values(self, item: Numbers) -> None:
        """One mistake, one loss: what a mistake named above, in a line that was not written, implies here follows."""
        name, moment, terms = item.quantity.key
        for own in self._implied if not terms else ():
            for route in self.quantities.routes_to(name, moment):
                formula = self.quantities.bindings[name].formula(route)
                reach = np.ravel(own.radii(route, moment).through(formula))
                self._meet(item, np.ravel(own.result(route, name, moment)), "follows", reach)
                if not item.open:
                    return

    def _matches(self, item: Numbers) -> tuple[Match, ...]:
        key = item.quantity.key
        # What was not written and comes later would only repeat what is wrong here.
        later = [line.variable.name for line in self.quantities.lines()]
        later = later[later.index(key.name) + 1 :]
        true = self.quantities.values(key.moment)
        unwritten = {name: true[name] for name in later if Key(name, key.moment) not in self.own.answers}
        values = {**self.own.values("printed", key.moment), **unwritten}
        radii = self.own.radii("printed", key.moment)
        answered = {k.name for k, other in self.numbers.items() if k.moment == key.moment and other.is_answered}
        return self.grader.diagnoser.diagnose(key.name, item.given(), values, radii, answered)


def _is_monotonous(items: Iterable[Numbers]) -> bool:
    """Whether four numbers of five on a sheet are one and the same."""
    counts: dict[float, int] = {}
    for item in items:
        for value in item.value:
            if not math.isnan(value):
                counts[value] = counts.get(value, 0) + 1
    total = sum(counts.values())
    return total >= MONOTONOUS and max(counts.values()) >= 0.8 * total
