"""What is said about a training run: the set-up, the first updates worked, the curve, the outcome."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from bpcli.calculus.expr import Constant
from bpcli.document.document import (
    Block,
    Cell,
    Code,
    Document,
    Figures,
    Givens,
    Heading,
    Inline,
    InlineMath,
    Note,
    Paragraph,
    Table,
    Title,
)
from bpcli.document.mathtree import Identifier, Math, Number
from bpcli.document.rounding import Rounding
from bpcli.lesson import LessonOptions, lesson
from bpcli.lesson.givens import equality
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.problem.model import Problem, Schedule
from bpcli.solution.load import rounding_of
from bpcli.solution.solution import Solution
from bpcli.training.curve import Curve, curve_of
from bpcli.training.training import Measurement, Trained

MOST_ROWS = 14
DIGITS = 5


class TrainingReport(NamedTuple):
    """What stands before the curve, the curve with its heading, and what stands after it."""

    before: Document
    heading: Document
    curve: Curve
    after: Document


def training_report(trained: Trained, worked: Iterable[Solution] = (), *, source: str = "") -> TrainingReport:
    """The report of a training run; `worked` are the first updates as solutions, `source` the problem's name."""
    problem = trained.problem
    messages = Messages(problem.language)
    writer = Writer(rounding_of(problem.display))
    language = messages.language
    before: list[Block] = [Title(problem.title, problem.source)]
    if problem.note:
        before.append(Paragraph((problem.note,)))
    before.append(_setup(trained, messages))
    for number, solution in enumerate(worked, start=1):
        before.append(Heading(messages.text("train.step", number=number)))
        before.extend(_told(solution))
    curve = curve_of(
        problem.title,
        [(m.epoch, m.objective) for m in trained.history],
        messages.text("train.epoch"),
        messages.text("train.objective"),
    )
    key = "train.logarithmic" if curve.logarithmic else "train.curve"
    after: list[Block] = [_outcome(trained, messages), _table(trained, messages)]
    if trained.reason != "diverged":
        after += [Heading(messages.text("train.parameters")), *_parameters(trained, writer)]
    if source:
        first, second = f"bpcli train {source} --show-steps 2", f"bpcli train {source} --checkpoint trained.yaml"
        after.append(Note(messages.inline("train.next", first=Code(first), second=Code(second))))
    return TrainingReport(
        Document(tuple(before), language),
        Document((Heading(messages.text(key)),), language),
        curve,
        Document(tuple(after), language),
    )


def _told(solution: Solution) -> list[Block]:
    """A worked update without the title that the report already has."""
    blocks = lesson(solution, LessonOptions()).blocks
    return [
        block._replace(level=2) if isinstance(block, Heading) else block
        for block in blocks
        if not isinstance(block, Title) and block != Paragraph((solution.problem.note,))
    ]


def _setup(trained: Trained, messages: Messages) -> Paragraph:
    problem, settings = trained.problem, trained.settings
    network = problem.network
    assert network is not None
    assert network.update is not None
    count = _instances(problem)
    size = min(settings.batch_size or count, count)
    batches = messages.text("train.full")
    if size < count:
        updates = -(-count // size)
        key = "train.single" if size == 1 else "train.batches"
        batches = messages.text(key, size=size, updates=updates)
        if settings.shuffle:
            batches += messages.text("train.shuffled", seed=settings.seed)
    given = network.update.learning_rate
    first = given.start if isinstance(given, Schedule) else given
    texts = first.texts if isinstance(first.texts, str) else first.texts[0]
    rate = equality(Identifier("η"), Number(str(texts)))
    instances = messages.text("train.one-instance" if count == 1 else "train.instances", count=count)
    return Paragraph(
        messages.inline(
            "train.setup",
            instances=instances,
            weights=str(sum(np.size(value) for value in trained.parameters.values())),
            optimizer=messages.text(f"optimizer.{network.update.optimizer}"),
            rate=rate,
            batches=batches,
        )
    )


def _instances(problem: Problem) -> int:
    network = problem.network
    assert network is not None
    if network.data is not None:
        return network.data.rows
    return network.input.shape[0] if network.batch else 1


def _outcome(trained: Trained, messages: Messages) -> Block:
    name = Identifier(trained.output)
    if trained.fault is not None:
        fault = trained.fault
        holes = {"update": fault.update, "epoch": fault.epoch, "name": Code(fault.quantity)}
        return Note(messages.inline(f"train.diverged.{fault.kind}", **holes), "warning")
    bounds = {"objective": trained.settings.objective_below, "gradient": trained.settings.gradient_below}
    objective = equality(name, Number(_number(trained.history[-1].objective)))
    return Paragraph(
        messages.inline(
            f"train.stopped.{trained.reason}",
            epochs=trained.epochs,
            updates=trained.updates,
            objective=objective,
            bound=Figures(f"{bounds.get(trained.reason) or 0:g}"),
        )
    )


def _table(trained: Trained, messages: Messages) -> Table:
    rows = _chosen(trained.history)
    counted = any(m.accuracy is not None for m in rows)
    header: list[Inline] = [(messages.text("train.epoch"),), (InlineMath(Identifier(trained.output)),)]
    if counted:
        header.append((messages.text("train.accuracy"),))
    cells = []
    for m in rows:
        row = [Cell((str(m.epoch),)), Cell((InlineMath(Number(_number(m.objective))),))]
        if counted:
            row.append(Cell((_share(m.accuracy),)))
        cells.append(tuple(row))
    return Table(tuple(header), tuple(cells), "rrr"[: len(header)])


def _number(value: float) -> str:
    return Rounding(significant=DIGITS).text(value)


def _share(value: float | None) -> str:
    return Figures("" if value is None else f"{100 * value:.1f} %")


def _chosen(history: tuple[Measurement, ...]) -> list[Measurement]:
    """The measurements nearest after 0, 1, 2, 5, 10, 20, 50, … epochs, and the last; all of a few."""
    if len(history) <= MOST_ROWS:
        return list(history)
    wanted = [0, *(digit * 10**power for power in range(8) for digit in (1, 2, 5))]
    chosen: list[Measurement] = []
    for epoch in wanted:
        found = next((m for m in history if m.epoch >= epoch), None)
        if found is not None and found not in chosen:
            chosen.append(found)
    if history[-1] not in chosen:
        chosen.append(history[-1])
    return chosen


def _parameters(trained: Trained, writer: Writer) -> list[Block]:
    by_layer: dict[int | None, list[Math]] = {}
    for variable in trained.variables:
        value = Constant(trained.parameters[variable.name], variable=variable)
        by_layer.setdefault(variable.layer, []).append(equality(variable.math, writer.math(value)))
    return [Givens(tuple(maths)) for maths in by_layer.values()]
