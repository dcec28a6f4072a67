"""Correctly rounded sheets are never wrong: how many of N random ones the grader calls wrong (it should be none).

    python benchmarks/rounded_sheets.py 10000 [SEED]

A sheet answers a random network or a shipped problem by hand-like work: 2 to 10 decimals or significant digits,
rounded at the end only or at each step, lines worked by the printed formula, by the worked form or around an overflow,
with all quantities written down or only some of them. Also counted: how many planted mistakes are caught, on sheets
of 4 digits and more and on sparse ones of 2 or 3, which leave the most room for rounding.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import evaluate
from bpcli.document.rounding import Rounding
from bpcli.grading.grade import Grader
from bpcli.grading.quantities import ROUTES
from bpcli.problem.shipped import shipped_names
from bpcli.solution.load import load_problem, parse_problem, solve

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", "softmax")
LOSSES = ("half_squared_error", "squared_error", "mean_squared_error", "absolute_error")
OPTIMIZERS = ("gradient_descent", "momentum", "rmsprop", "adagrad", "adam")
OUT_OF_HAND = 1000


class Hand(NamedTuple):
    """How somebody works: digits, whether these are decimals, at each step or not, which way, how much is written."""

    digits: int
    decimals: bool
    each_step: bool
    route: str
    share: float
    half_up: bool

    def text(self, value: float) -> str:
        exact = Decimal(f"{value:.14e}") if value else Decimal(0)
        place = -self.digits if self.decimals else exact.adjusted() - self.digits + 1
        rounded = exact.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP if self.half_up else ROUND_HALF_EVEN)
        return f"{rounded:f}" if -7 < place <= 0 else f"{rounded:e}"


class Sheet(NamedTuple):
    text: str
    hand: Hand
    values: dict[str, Any]


def random_problem(chance: random.Random) -> str:
    sizes = [chance.randint(1, 3) for _ in range(chance.randint(2, 4))]
    batch = chance.random() < 0.2

    def number() -> str:
        return f"{chance.uniform(-1.5, 1.5):.{chance.randint(1, 2)}f}"

    layers = []
    for below, units in pairwise(sizes):
        rows = ", ".join("[" + ", ".join(number() for _ in range(below)) + "]" for _ in range(units))
        bias = f", bias: [{', '.join(number() for _ in range(units))}]" if chance.random() < 0.8 else ""
        layers.append([f"weights: [{rows}]{bias}", chance.choice(ACTIVATIONS[:-1])])
    loss = chance.choice(LOSSES)
    last = sizes[-1]
    kind = chance.random()
    target = [number() for _ in range(last)]
    if kind < 0.25:
        layers[-1][1], loss = "sigmoid", "binary_cross_entropy"
        target = [str(chance.randint(0, 1)) for _ in range(last)]
    elif kind < 0.5 and last > 1:
        layers[-1][1], loss = "softmax", "cross_entropy"
        target = ["1"] + ["0"] * (last - 1)
    instances = chance.randint(2, 3) if batch else 1
    inputs = [f"[{', '.join(number() for _ in range(sizes[0]))}]" for _ in range(instances)]
    lines = ["network:"]
    if batch:
        targets = [f"[{', '.join(target)}]"] * instances
        lines += [f"  inputs: [{', '.join(inputs)}]", f"  targets: [{', '.join(targets)}]"]
    else:
        lines += [f"  input: {inputs[0]}", f"  target: [{', '.join(target)}]"]
    lines += ["  layers:", *(f"    - {{{body}, activation: {name}}}" for body, name in layers), f"  loss: {loss}"]
    if chance.random() < 0.3:
        lines.append("  regularization: {l2: 0.1}")
    if chance.random() < 0.6:
        lines.append(f"  update: {{optimizer: {chance.choice(OPTIMIZERS)}, learning_rate: 0.5}}")
    return "\n".join(lines) + "\n"


def random_hand(chance: random.Random) -> Hand:
    return Hand(
        chance.randint(2, 10),
        chance.random() < 0.5,
        chance.random() < 0.5,
        chance.choice(ROUTES),
        chance.choice((1.0, 1.0, 0.7, 0.4)),
        chance.random() < 0.5,
    )


def worked(grader: Grader, hand: Hand, chance: random.Random) -> Sheet | None:
    """A sheet worked that way, or None where the digits are too few to get through: the logarithm of 0.00, or a
    quotient that is a thousand times what it should be because its denominator is 0.00 + 1e-8."""
    values = dict(grader.quantities.built.values)
    lines = []
    for binding in grader.quantities.lines():
        variable = binding.variable
        with np.errstate(all="ignore"):
            value = np.asarray(evaluate(binding.formula(hand.route), values))
        size = np.abs(grader.quantities.values(0)[variable.name]).max(initial=0.0)
        if not np.isfinite(value).all() or np.abs(value).max(initial=0.0) > OUT_OF_HAND * max(size, 1e-3):
            return None
        texts = [hand.text(float(item)) for item in value.flat]
        used = np.array([float(text) for text in texts]).reshape(value.shape) if hand.each_step else value
        values[variable.name] = used if variable.shape else np.float64(used)
        if chance.random() < hand.share:
            lines.append(f'  "{variable.name}": {laid_out(texts, grader.quantities.place(variable.name).shape)}')
    return Sheet("answers:\n" + "\n".join(lines) + "\n", hand, values) if lines else None


def laid_out(texts: list[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return texts[0]
    if len(shape) == 1:
        return f"[{', '.join(texts)}]"
    columns = shape[1]
    rows = ["[" + ", ".join(texts[row * columns : (row + 1) * columns]) + "]" for row in range(shape[0])]
    return f"[{', '.join(rows)}]"


def graders(chance: random.Random) -> Iterator[tuple[str, Grader]]:
    """Problems without end: shipped ones and random ones, some of which leave the range of numbers and are left out."""
    shipped = [(name, Grader(solve(load_problem(name), Rounding()))) for name in shipped_names()]
    while True:
        if chance.random() < 0.3:
            yield chance.choice(shipped)
            continue
        text = random_problem(chance)
        try:
            yield text, Grader(solve(parse_problem(text)))
        except Exception as error:  # a softmax that underflows, for example
            print(f"left out: {error}", file=sys.stderr)


def count_wrong(
    count: int,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
    missed: Callable[[str], None] = lambda text: None,
) -> tuple[int, Counter[str], Counter[str], Counter[str]]:
    """Sheets with a wrong or invalid answer, verdicts, planted mistakes by kind of sheet, and those caught."""
    chance = random.Random(seed)
    verdicts: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    bad = done = vague = 0
    problems = graders(chance)
    while done < count:
        name, grader = next(problems)
        for _ in range(5):
            sheet = worked(grader, random_hand(chance), chance)
            if sheet is None or done == count:
                continue
            done += 1
            report = grader.grade(grader.read(sheet.text, "sheet.yaml"))
            verdicts.update(answer.verdict for answer in report.answers)
            bad_ones = [answer for answer in report.answers if answer.verdict in ("wrong", "follows", "invalid")]
            # A number with fewer digits than are asked for, which says nothing, is told to be just that.
            wrong = [answer for answer in bad_ones if "too few digits" not in answer.message]
            vague += len(bad_ones) - len(wrong)
            if wrong:
                bad += 1
                first = wrong[0]
                tell(f"{name}\n{sheet.hand}\n{sheet.text}{first.id} {first.verdict}: {first.given}, {first.expected}\n")
            result = with_mistake(sheet, grader, chance)
            if result is not None:
                kind = "usual" if sheet.hand.digits >= 4 else "sparse"
                planted[kind] += 1
                mistaken = grader.grade(grader.read(result[0], "sheet.yaml"))
                is_wrong = any(answer.id == result[1] and answer.verdict == "wrong" for answer in mistaken.answers)
                caught[kind] += is_wrong
                if not is_wrong:
                    missed(f"{name}\n{sheet.hand}\n{result[0]}{result[1]} is not called wrong\n")
    verdicts["wrong"] -= vague
    verdicts["too few digits"] = vague
    return bad, +verdicts, planted, caught


def with_mistake(sheet: Sheet, grader: Grader, chance: random.Random) -> tuple[str, str] | None:
    """The sheet with one answer whose sign is wrong, that is doubled or halved; none on full sheets of few digits."""
    if sheet.hand.digits < 4 and sheet.hand.share == 1.0:
        return None
    lines = sheet.text.splitlines()
    number = chance.randrange(1, len(lines))
    name = lines[number].split('"')[1]
    value = np.asarray(sheet.values[name]) * chance.choice((-1.0, 2.0, 0.5))
    texts = [sheet.hand.text(float(item)) for item in value.flat]
    if np.abs(np.asarray(sheet.values[name])).max() < 20 * 10.0**-sheet.hand.digits:
        return None
    lines[number] = f'  "{name}": {laid_out(texts, grader.quantities.place(name).shape)}'
    return "\n".join(lines) + "\n", name


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    begun = time.perf_counter()
    bad, verdicts, planted, caught = count_wrong(count, seed, print)
    print(f"{count} sheets in {time.perf_counter() - begun:.1f} s: {bad} with an answer that is not called correct")
    print(", ".join(f"{verdict} {number}" for verdict, number in verdicts.most_common()))
    print(f"planted mistakes: {caught['usual']} of {planted['usual']} caught")
    print(f"on sparse sheets of 2 or 3 digits: {caught['sparse']} of {planted['sparse']}")


if __name__ == "__main__":
    main()
