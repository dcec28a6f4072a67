"""Training: gradient descent over a data set, in one batch, in mini-batches or one instance at a time.

The program of one update is compiled once for each size of batch (see `plan`); an epoch runs it over the data. What
is measured is the objective over the whole data set, between epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import prod
from time import perf_counter
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Array, Variable
from bpcli.calculus.fusing import Member, arranged, placed
from bpcli.calculus.plan import Call, Planner
from bpcli.compose.built import Built, Source
from bpcli.compose.instances import data_of, orders, with_rows
from bpcli.diagnostics import BpcliError
from bpcli.problem.model import Network, Numbers, Problem, Update
from bpcli.solution.load import build, rounding_of
from bpcli.solution.solution import Solution

EPOCHS = 100
"""Where the problem does not say how many."""

MOST_UPDATES = 50_000_000
MOST_WORK = 2e13
MOST_HELD = 50_000_000
MEASUREMENTS = 1_000

GROWN = 1e3
GROWN_TIMES = 5

_WEIGHTS = "instance_weight"
"""Training is given up when the objective is 1000 times what it was, five measurements in a row."""


class TrainingError(BpcliError):
    """A problem that cannot be trained, or not within bounds."""

    exit_code = 3


class Settings(NamedTuple):
    """How to train. `seconds` bounds the time; `batch_size` None is the whole data set."""

    epochs: int = EPOCHS
    batch_size: int | None = None
    shuffle: bool = False
    seed: int = 0
    learning_rate: Numbers | None = None
    objective_below: float | None = None
    gradient_below: float | None = None
    seconds: float | None = None


class Measurement(NamedTuple):
    """The objective over all data after some epochs; `accuracy` for classifiers, where it was measured."""

    epoch: int
    objective: float
    accuracy: float | None = None


class Fault(NamedTuple):
    """Where training left the numbers: the first quantity that is not finite, or an objective that only grows."""

    epoch: int
    update: int
    quantity: str
    kind: str  # "not-finite" or "growing"


class Trained(NamedTuple):
    """What training came to. `reason`: `epochs`, `objective`, `gradient`, `time` or `diverged`.

    `variables` are the trained parameters, `parameters` their values; `output` names what was made small (`J`).
    """

    problem: Problem
    settings: Settings
    history: tuple[Measurement, ...]
    epochs: int
    updates: int
    reason: str
    fault: Fault | None
    variables: tuple[Variable, ...]
    parameters: dict[str, Array]
    output: str
    seconds: float
    sources: Mapping[str, Source] = MappingProxyType({})


def settings_of(problem: Problem) -> Settings:
    """What the problem itself says about its training."""
    training = _network(problem).training
    if training is None:
        return Settings()
    return Settings(
        training.epochs,
        training.batch_size,
        training.shuffle,
        training.seed,
        training.learning_rate,
        training.objective_below,
        training.gradient_below,
    )


def train(
    problem: Problem, settings: Settings | None = None, progress: Callable[[int, int, float], None] | None = None
) -> Trained:
    """Trains a network. `progress` is told (epoch, epochs, objective) at every measurement.

    Raises TrainingError for a problem that cannot be trained and for work beyond all bounds, before it begins.
    """
    settings = settings or settings_of(problem)
    trainer = _Trainer(problem, settings)
    with np.errstate(all="ignore"):
        return trainer.run(progress)


def _network(problem: Problem) -> Network:
    if problem.network is None:
        raise TrainingError("a graph of formulas is solved, not trained: only a `network:` is")
    return problem.network


# --- what is trained ---------------------------------------------------------------------------------------------


def _prepared(problem: Problem, settings: Settings) -> Problem:
    """The problem with the update it is trained by. Raises TrainingError where something for that is missing."""
    network = _network(problem)
    if network.loss is None or network.target is None:
        raise TrainingError("training makes a loss small, and this problem has none: give `loss:` and targets")
    update = network.update
    rate = settings.learning_rate
    if update is None and rate is None:
        raise TrainingError("no learning rate: give `update: {learning_rate: 0.1}`, or --learning-rate 0.1")
    if update is None:
        assert rate is not None
        update = Update("gradient_descent", rate, 1, network.span)
    if rate is not None:
        update = update._replace(learning_rate=rate)
    elif isinstance(update.learning_rate, Numbers) and update.learning_rate.shape:
        raise TrainingError(
            "a learning rate for each of a few updates is not one for training: give --learning-rate 0.1"
        )
    if update.gradients or update.optimizer == "perceptron":
        raise TrainingError("training needs the gradients of a loss, and this problem updates by something else")
    return problem._replace(network=network._replace(update=update._replace(steps=1, instances=False)))


# --- one size of batch -------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """The compiled program of one update over a batch of some size."""

    built: Built
    planner: Planner
    inputs: Array  # where the instances go, a row each
    targets: Array
    weights: Array | None  # those of the instances, where the problem weighs them
    forward: list[Call]
    measure: list[Call]
    backward: list[Call]
    update: list[Call]
    vectors: dict[str, tuple[Member, ...]]
    measured: frozenset[str]  # what `forward` and `measure` compute
    updated: frozenset[str]  # what an update computes

    @property
    def whole(self) -> list[Call]:
        return [*self.forward, *self.backward, *self.update]

    @property
    def objective(self) -> float:
        return float(self.planner.arrays[self.built.output.name])


class _Trainer:
    def __init__(self, problem: Problem, settings: Settings) -> None:
        self.problem = _prepared(problem, settings)
        self.settings = settings
        network = _network(self.problem)
        self.network = network
        self.data = data_of(self.problem)
        self.classes = np.argmax(self.data.targets, axis=1)
        one_by_one = problem.update is not None and problem.update.instances
        self.size = min(settings.batch_size or (1 if one_by_one else self.data.rows), self.data.rows)
        self.full = self.size == self.data.rows
        self.shared: dict[str, Array] = {}
        self.state: list[Array] = []
        self._refuse_long_work()
        self.step = self._compiled(self.size)
        rest = self.data.rows % self.size
        self.rest = self._compiled(rest) if rest else None
        self.whole = self.step if self.full else self._compiled(self.data.rows)
        self.orders = orders(settings.shuffle, settings.seed, self.data.rows)
        self.order = np.arange(self.data.rows)
        self.loads = self._loads()

    def _refuse_long_work(self) -> None:
        """Raises TrainingError for training that would take days, before it begins."""
        count, epochs = self.data.rows, self.settings.epochs
        updates = epochs * -(-count // self.size)
        one = build(with_rows(self.problem, self.data, np.arange(1)) if self.network.batch else self.problem)
        weights = sum(max(1, prod(parameter.shape)) for parameter in one.parameters)
        work = 3.0 * epochs * count * weights
        widest = max(prod(binding.variable.shape) for binding in one.program.bindings if binding.phase == "forward")
        if updates > MOST_UPDATES:
            raise TrainingError(
                f"this training makes {updates:,} updates, and at most {MOST_UPDATES:,} are made: "
                "take fewer epochs, or larger batches"
            )
        if work > MOST_WORK:
            raise TrainingError(
                f"this training takes about {work:.1e} multiplications ({epochs:,} epochs × {count:,} instances × "
                f"{weights:,} weights × 3), and at most {MOST_WORK:.0e} are made: take fewer epochs"
            )
        if count * widest > MOST_HELD:
            raise TrainingError(
                f"{count:,} instances in a layer {widest:,} wide are {count * widest:,} numbers at once, "
                f"and at most {MOST_HELD:,} are held: take fewer instances"
            )

    def _compiled(self, size: int) -> _Step:
        problem = self.problem
        if self.network.batch:
            problem = with_rows(problem, self.data, self._representative()[:size])
        built = build(problem)
        if not built.parameters:
            raise TrainingError("nothing is trained: every layer says `trainable: false`")
        arrangement = arranged(built.program, built.parameters, built.state)
        if not self.shared:
            self.shared = self._start(built, placed(arrangement), arrangement.state)
        arrays = dict(self.shared)
        loaded = {}
        for variable in built.program.inputs:
            if variable.role in ("input", "target"):
                rows = np.array(built.values[variable.name])
                if self.network.batch:
                    rows = np.empty((size, rows.size // size))
                columns = rows.T if self.network.batch and variable.shape[1] == size and self._columns else rows
                arrays[variable.name] = columns
                loaded[variable.role] = rows
            elif variable.role == _WEIGHTS:
                loaded[_WEIGHTS] = np.empty((size, 1))
                arrays[variable.name] = loaded[_WEIGHTS].reshape(variable.shape)
        planner = Planner(arrangement.program, arrays, arrangement.state)
        adjoints = [f"d{built.output.name}/d{p.name}" for p in built.parameters]
        news = [new.name for _, new in arrangement.state]
        needed = planner.needed_for([*adjoints, *news])
        forward = planner.calls_for(n for n in planner.lines if n in needed and planner.lines[n].phase == "forward")
        lean = frozenset(planner.done)
        measure = planner.calls_for([built.output.name])
        measured = frozenset(planner.done)
        backward = planner.calls_for(adjoints)
        update = planner.calls_for(news)
        if built.step_number is not None:
            counter = arrays[built.step_number.name]
            update.append(partial(np.add, counter, 1.0, counter))
        inputs, targets = loaded["input"], loaded["target"]
        updated = frozenset(planner.done) - (measured - lean)
        calls = (forward, measure, backward, update)
        weights = loaded.get(_WEIGHTS)
        return _Step(built, planner, inputs, targets, weights, *calls, arrangement.vectors, measured, updated)

    @property
    def _columns(self) -> bool:
        return self.problem.conventions.affine == "W x + b"

    def _representative(self) -> Array:
        """The instances, one whose targets do not sum to 1 (if there is one) first: softmax has its shortcut else."""
        odd = np.abs(np.sum(self.data.targets, axis=1) - 1) > 1e-12
        return np.argsort(~odd, kind="stable")

    def _start(self, built: Built, arrays: dict[str, Array], state: Any) -> dict[str, Array]:
        """Arrays for everything that outlives a batch: parameters, moments, the number of the step."""
        for variable in built.program.inputs:
            if variable.role not in ("input", "target", _WEIGHTS):
                array = arrays.setdefault(variable.name, np.empty(variable.shape))
                array[...] = built.values[variable.name]
        self.state = [arrays[old.name] for old, _ in state]
        if built.step_number is not None:
            self.state.append(arrays[built.step_number.name])
        return arrays

    def _loads(self) -> list[tuple[list[Call], list[Call]]]:
        """For each batch of an epoch: the calls that bring its instances in, and its calls."""
        if not self.network.batch:
            return [([], self.step.whole)]
        np.copyto(self.whole.inputs, self.data.inputs)
        np.copyto(self.whole.targets, self.data.targets)
        weights = self.data.weights
        if weights is not None and self.whole.weights is not None:
            np.copyto(self.whole.weights, weights)
        if self.full:
            return [([], self.step.whole)]
        loads = []
        whole = {id(step): step.whole for step in (self.step, self.rest) if step is not None}
        for start in range(0, self.data.rows, self.size):
            step = self.step if start + self.size <= self.data.rows or self.rest is None else self.rest
            rows = self.order[start : start + self.size]
            load: list[Call] = [
                partial(self.data.inputs.take, rows, 0, step.inputs, "clip"),
                partial(self.data.targets.take, rows, 0, step.targets, "clip"),
            ]
            if weights is not None and step.weights is not None:
                load.append(partial(weights.take, rows, 0, step.weights, "clip"))
            loads.append((load, whole[id(step)]))
        return loads

    # --- running ---

    def run(self, progress: Callable[[int, int, float], None] | None) -> Trained:
        settings, began = self.settings, perf_counter()
        epochs = settings.epochs
        every = max(1, epochs // MEASUREMENTS)
        stops = settings.objective_below is not None or settings.gradient_below is not None
        history: list[Measurement] = []
        kept = self._kept(0)
        grown, epoch, reason, fault = 0, 0, "epochs", None
        while True:
            told = epoch % every == 0 or epoch == epochs
            measured = told or stops
            if measured:
                objective = self._measure()
                if told:
                    history.append(Measurement(epoch, objective, self._accuracy()))
                    if progress is not None:
                        progress(epoch, epochs, objective)
                if not np.isfinite(objective):
                    if not told:
                        history.append(Measurement(epoch, objective))
                    reason, fault = "diverged", self._located(kept, epoch)
                    break
                grown = grown + 1 if objective > GROWN * max(abs(history[0].objective), 1e-9) else 0
                if grown >= GROWN_TIMES:
                    reason, fault = "diverged", Fault(epoch, self._updates(epoch), self._output, "growing")
                    break
                if told:
                    kept = self._kept(epoch)
                if stop := self._stops(objective):
                    reason = stop
                    break
            if epoch == epochs:
                break
            if settings.seconds is not None and perf_counter() - began > settings.seconds:
                reason = "time"
                break
            self._epoch(fresh=measured)
            epoch += 1
        if history[-1].epoch != epoch:
            history.append(Measurement(epoch, self._measure(), self._accuracy()))
        parameters = {p.name: self.shared[p.name].copy() for p in self.step.built.parameters}
        return Trained(
            self.problem,
            settings,
            tuple(history),
            epoch,
            self._updates(epoch),
            reason,
            fault,
            self.step.built.parameters,
            parameters,
            self._output,
            perf_counter() - began,
            self.step.built.sources,
        )

    @property
    def _output(self) -> str:
        return self.step.built.output.name

    def _updates(self, epoch: int) -> int:
        return epoch * len(self.loads)

    def _measure(self) -> float:
        """The objective over all the data, with the parameters as they are."""
        for call in self.whole.forward:
            call()
        for call in self.whole.measure:
            call()
        return self.whole.objective

    def _stops(self, objective: float) -> str:
        below, gradient = self.settings.objective_below, self.settings.gradient_below
        if below is not None and objective < below:
            return "objective"
        if gradient is not None:
            for call in self.whole.backward:
                call()
            arrays = self.whole.planner.arrays
            adjoints = (arrays[f"d{self._output}/d{p.name}"] for p in self.step.built.parameters)
            if max(float(np.max(np.abs(adjoint))) for adjoint in adjoints) < gradient:
                return "gradient"
        return ""

    def _accuracy(self) -> float | None:
        """The share of instances whose class is the predicted one; None where there are no classes."""
        loss = self.network.loss
        prediction = self.whole.built.prediction
        if loss is None or prediction is None or not (self.network.class_targets or "cross_entropy" in loss.name):
            return None
        y, t = self.whole.planner.arrays[prediction.name], self.data.targets
        if t.shape[1] > 1 and loss.name != "binary_cross_entropy":
            right = np.argmax(y, axis=0 if self._columns else 1) == self.classes
        else:
            right = np.all(((y.T if self._columns else y) > 0.5) == (t > 0.5), axis=1)
        return float(np.count_nonzero(right) / right.size)

    def _epoch(self, fresh: bool) -> None:
        """One pass over the data. `fresh`: the forward pass over all of it has just been made."""
        if self.full:
            if not fresh:
                for call in self.step.forward:
                    call()
            for call in self.step.backward:
                call()
            for call in self.step.update:
                call()
            return
        if self.settings.shuffle:
            self.order[:] = next(self.orders)
        for load, calls in self.loads:
            for call in load:
                call()
            for call in calls:
                call()

    # --- divergence ---

    def _kept(self, epoch: int) -> Any:
        return epoch, [array.copy() for array in self.state]

    def _located(self, kept: Any, epoch: int) -> Fault:
        """Goes back to the last measurement that was finite, and watches every update from there."""
        since, state = kept
        for array, old in zip(self.state, state, strict=True):
            array[...] = old
        self.orders = orders(self.settings.shuffle, self.settings.seed, self.data.rows)
        if self.settings.shuffle and not self.full:
            for _ in range(since):
                next(self.orders)
        update = self._updates(since)
        for at in range(since, epoch):
            if self.settings.shuffle and not self.full:
                self.order[:] = next(self.orders)
            for number, (load, calls) in enumerate(self.loads):
                for call in (*load, *calls):
                    call()
                update += 1
                step = self.rest if self.rest is not None and number == len(self.loads) - 1 else self.step
                if quantity := _first_not_finite(step, step.updated):
                    return Fault(at + 1, update, quantity, "not-finite")
        self._measure()
        return Fault(epoch, update, _first_not_finite(self.whole, self.whole.measured) or self._output, "not-finite")


def _first_not_finite(step: _Step, names: frozenset[str]) -> str:
    """The id of the first of these quantities with an entry that is not finite."""
    planner = step.planner
    for name in planner.lines:
        if name in names and not np.all(np.isfinite(planner.arrays[name])):
            wrong = int(np.argmin(np.isfinite(np.ravel(planner.arrays[name]))))
            members = step.vectors.get(name, ())
            return next((m.name for m in reversed(members) if m.start <= wrong), name)
    return ""


# --- the first steps, worked -------------------------------------------------------------------------------------


def worked_steps(problem: Problem, settings: Settings, count: int) -> Iterator[Solution]:
    """The first updates of the training as worked solutions, each with the batch and the parameters it starts from."""
    prepared = _prepared(problem, settings)
    data = data_of(prepared)
    size = min(settings.batch_size or data.rows, data.rows)
    state: dict[str, Array] = {}
    number = 0
    every_order = orders(settings.shuffle and size < data.rows, settings.seed, data.rows)
    while number < count:
        order = next(every_order)
        for start in range(0, data.rows, size):
            if number == count:
                return
            number += 1
            batch = with_rows(prepared, data, order[start : start + size])
            built = build(batch)
            texts = {name: text for name, text in built.texts.items() if name not in state}
            if built.step_number is not None:
                state[built.step_number.name] = np.float64(number)
            built = built._replace(values={**built.values, **state}, texts=texts)
            solution = Solution(batch, built, rounding_of(problem.display))
            yield solution
            state = {old.name: solution.values[new.name] for old, new in built.state}
