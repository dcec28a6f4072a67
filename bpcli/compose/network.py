"""From a network in a problem file to its program: forward pass, gradients, update step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpcli.calculus.backprop import differentiate, sum_to_shape
from bpcli.calculus.expr import (
    Apply,
    Array,
    Constant,
    Expr,
    Operation,
    Shape,
    Variable,
)
from bpcli.calculus.ops import elementary
from bpcli.calculus.ops.losses import LOSSES, LossForm, loss
from bpcli.calculus.ops.matrices import axis_sum, total
from bpcli.calculus.ops.penalties import l1_penalty, l2_penalty
from bpcli.calculus.ops.reductions import mean_over
from bpcli.calculus.ops.registry import activation
from bpcli.calculus.ops.shortcuts import Shortcut, shortcut
from bpcli.calculus.program import Program
from bpcli.compose.blocks import BLOCKS, own_block
from bpcli.compose.built import Built, Given, Source, Turn, as_matrix, laid_out, turned
from bpcli.compose.forms import with_stable_gradient, with_worked_forms
from bpcli.compose.formula import kinks_of
from bpcli.compose.layout import Layout
from bpcli.compose.names import Names, local_derivative
from bpcli.compose.update import Renewal, renewed
from bpcli.compose.writing import Flow, Lines, MisfitError
from bpcli.diagnostics import Diagnostic, ProblemError
from bpcli.document.mathtree import Identifier
from bpcli.notation.conventions import symbols_for
from bpcli.problem.model import Activation, Loss, Network, Numbers, Problem, Regularization

CLASS_LOSS = "cross_entropy"
WEIGHTS = frozenset({"bias", "gain", "start"})
"""Parameters that a regulariser leaves out unless the problem says otherwise."""


def form_of(loss: Loss, axis: int | None) -> LossForm:
    """How a loss is used; `axis` is that of the outputs in a batch."""
    return LossForm(
        loss.name,
        float(loss.factor.values) if loss.factor else 1.0,
        loss.over_outputs,
        loss.log_base,
        float(loss.delta.values) if loss.delta else 1.0,
        axis,
        float(loss.margin.values) if loss.margin else 1.0,
    )


def build_network(problem: Problem, functions: Mapping[str, Operation]) -> Built:
    """The whole program of a network problem. `functions` are the custom operations of the file, by name.

    Raises ProblemError where a block does not fit what comes in.
    """
    assert problem.network is not None
    try:
        return _Builder(problem, problem.network, functions).build()
    except MisfitError as error:
        diagnostic = error.diagnostic
        if diagnostic.span is None:
            diagnostic = diagnostic._replace(span=problem.network.span)
        raise ProblemError(problem.path, problem.text, (diagnostic,)) from None


class _Builder:
    """Collects the lines of one network's program; used once."""

    def __init__(self, problem: Problem, network: Network, functions: Mapping[str, Operation]) -> None:
        conventions = problem.conventions
        self.problem = problem
        self.network = network
        self.functions = functions
        self.layout = Layout(conventions.affine)
        # One instance alone is worked where each update has another one: then there is no batch.
        self.one_by_one = network.update is not None and network.update.instances
        self.batch = network.batch and not self.one_by_one
        symbols = symbols_for(conventions.preset, conventions.symbols, conventions.delta, conventions.layer_index)
        self.names = Names(symbols, len(network.layers))
        blocks = {**BLOCKS, **{block.name: own_block(block) for block in problem.blocks}}
        self.lines = Lines(
            self.names,
            self.layout,
            network.input.shape[0] if self.batch else 0,
            self.activation_of,
            blocks,
            functions,
            kinks_of(conventions),
        )
        self.turns: list[dict[str, Given]] = []

    def activation_of(self, spec: Activation, axis: int | None) -> Operation:
        if spec.name in self.functions:
            return self.functions[spec.name]
        parameters = {key: float(value.values) for key, value in spec.parameters.items()}
        return activation(spec.name, parameters, axis=axis, kinks=kinks_of(self.problem.conventions))

    # --- what is given ---

    def given_data(self, role: str, numbers: Numbers) -> Variable:
        """Input or target: one instance, or a batch written with an instance a row whatever the layout."""
        if self.one_by_one:
            rows = numbers.shape[0]
            units = numbers.shape[1] if len(numbers.shape) > 1 else 1
            variable = self.names.plain(role, self.layout.instances(units), 1)
            instances = [laid_out(numbers.values[k], numbers.texts[k], variable.shape) for k in range(rows)]
            self._take_turns(variable, instances)
            return self.lines.give(variable, instances[0], Source(numbers, role))
        count = self.lines.batch
        if len(numbers.shape) > 1 and not count:
            return self.lines.give(
                variable := self.names.plain(role, numbers.shape, 2),
                as_matrix(numbers, variable.shape),
                Source(numbers, role),
            )
        units = numbers.shape[-1] if len(numbers.shape) > (1 if count else 0) else 1
        variable = self.names.plain(role, self.layout.instances(units, max(1, count)), 2 if count else 1)
        transposed = self.layout.columns and count > 0
        given = as_matrix(numbers, (count, units) if transposed else variable.shape)
        source = Source(numbers, role, transposed=transposed)
        return self.lines.give(variable, turned(given) if transposed else given, source)

    def _take_turns(self, variable: Variable, instances: list[Given]) -> None:
        """Update k uses instance ((k − 1) mod m) + 1."""
        assert self.network.update is not None
        for k in range(self.network.update.steps + 1):
            if k == len(self.turns):
                self.turns.append({})
            self.turns[k][variable.name] = instances[k % len(instances)]

    def given_classes(self, numbers: Numbers, classes: int) -> Variable:
        """Class numbers as one-hot targets."""
        chosen = np.atleast_1d(np.array(numbers.values, dtype=int))
        one_hot = np.zeros((len(chosen), classes))
        one_hot[np.arange(len(chosen)), chosen] = 1.0
        texts = tuple(tuple(str(int(v)) for v in row) for row in one_hot)
        if self.one_by_one:
            variable = self.names.plain("target", self.layout.instances(classes), 1)
            rows = [laid_out(row, text, variable.shape) for row, text in zip(one_hot, texts, strict=True)]
            self._take_turns(variable, rows)
            return self.lines.give(variable, rows[0])
        shape = self.layout.instances(classes, len(chosen))
        variable = self.names.plain("target", shape, 2 if self.batch else 1)
        given = Given(one_hot, texts)
        return self.lines.give(variable, turned(given) if self.layout.columns else given)

    def rows_of(self, role: str, numbers: Numbers) -> tuple[Variable, ...]:
        """The steps of a sequence, one after another: x.1, x.2, …"""
        found = []
        for k in range(numbers.shape[0]):
            row = numbers.values[k], numbers.texts[k]
            variable = self.names.plain(role, self.layout.instances(numbers.shape[1]), 1, k + 1)
            found.append(self.lines.give(variable, laid_out(*row, variable.shape), Source(numbers, role, at=(k,))))
        return tuple(found)

    def channels_of(self, role: str, numbers: Numbers) -> tuple[Variable, ...]:
        """The channels of an input: x.1, x.2, …, matrices or signals."""
        found = []
        for k in range(numbers.shape[0]):
            inner = numbers.shape[1:]
            variable = self.names.plain(role, inner, 2, k + 1)
            given = laid_out(numbers.values[k], numbers.texts[k], inner)
            found.append(self.lines.give(variable, given, Source(numbers, role, at=(k,))))
        return tuple(found)

    def input(self) -> Flow:
        numbers = self.network.input
        first = self.network.layers[0]
        takes = self.lines.blocks[first.kind].form.takes
        if self.batch or self.one_by_one or len(numbers.shape) < 2:
            return Flow("units", (self.given_data("input", numbers),))
        if len(numbers.shape) == 3:
            return Flow("maps", self.channels_of("input", numbers))
        if self.network.sequence and "steps" in takes:
            return Flow("steps", self.rows_of("input", numbers))
        return Flow("matrix", (self.given_data("input", numbers),))

    # --- the program ---

    def build(self) -> Built:
        flow = self.input()
        target: tuple[Variable, ...] = ()
        if self.network.target is not None and not self.network.class_targets and flow.kind == "units":
            target = (self.given_data("target", self.network.target),)
        layers = self.network.layers
        for number, layer in enumerate(layers, start=1):
            flow = self.lines.write(layer, (number,), flow, last=number == len(layers))
        if self.network.target is not None:
            target = self.targets(flow, target)
        predictions = tuple(part for part in flow.parts if isinstance(part, Variable))
        prediction = predictions[0]
        adjoints: dict[str, Expr] = {}
        program = self.program()
        output = prediction
        stated = self.stated(program)
        if self.network.upstream is not None:
            program, output = self.from_upstream(program, predictions)
        elif self.network.loss is not None and target:
            program, output = self.with_loss(predictions, target, stated)
        for of in self.lines.parameters:
            name = f"d{output.name}/d{of.name}"
            if name in program.variables():
                adjoints[of.name] = program.variables()[name]
        state: tuple[tuple[Variable, Variable], ...] = ()
        step_number: Variable | None = None
        turns: tuple[Turn, ...] = tuple(self.turns)
        if self.network.update is not None and self.lines.parameters:
            corrections = self.corrections(flow, target) if self.network.update.optimizer == "perceptron" else None
            renewal = Renewal(self.problem, self.network.update, tuple(self.lines.parameters), adjoints, corrections)
            program, update, turns = renewed(program, renewal, self.lines, turns)
            state, step_number = update.state, update.step_number
        for twin, name in list(self.lines.twins.items()):
            self.lines.twins[f"d{output.name}/d{twin}"] = f"d{output.name}/d{name}"
        return Built(
            with_worked_forms(program).check(),
            self.lines.values,
            self.lines.texts,
            output,
            tuple(self.lines.parameters),
            self.lines.twins,
            state,
            prediction,
            self.lines.sources,
            turns,
            stated,
            step_number=step_number,
        )

    def program(self) -> Program:
        return Program(tuple(self.lines.inputs), tuple(self.lines.bindings))

    def targets(self, flow: Flow, given: tuple[Variable, ...]) -> tuple[Variable, ...]:
        """The targets, one for each part of what the network predicts. Raises MisfitError where they do not fit."""
        numbers = self.network.target
        assert numbers is not None
        predictions = flow.parts
        if self.network.class_targets:
            classes = self.layout.units_of(predictions[0].shape)
            self._check_classes(numbers, classes)
            found: tuple[Variable, ...] = (self.given_classes(numbers, classes),)
        elif given:
            found = given
        elif flow.kind == "steps" and len(numbers.shape) == 2:
            found = self.rows_of("target", numbers)
        else:
            found = (self.given_data("target", numbers),)
        shapes = [part.shape for part in predictions]
        if [variable.shape for variable in found] != shapes:
            expected = "×".join(map(str, shapes[0])) or "a number"
            parts = f"{len(shapes)} parts of {expected}" if len(shapes) > 1 else expected
            shown = "×".join(map(str, numbers.shape)) or "a number"
            message = f"the target is {shown}, but the last layer gives {parts}"
            raise MisfitError(Diagnostic("shape", message, numbers.span, help="give it the shape of the prediction"))
        return found

    def _check_classes(self, numbers: Numbers, classes: int) -> None:
        largest = int(np.max(np.array(numbers.values)))
        if largest >= classes:
            message = f"there is no class {largest}: the last layer has {classes} units"
            advice = f"classes are counted from 0: 0 to {classes - 1}"
            raise MisfitError(Diagnostic("class-index", message, numbers.span, help=advice))

    def stated(self, program: Program) -> dict[str, Array]:
        """The values of computed quantities that the exercise states."""
        found: dict[str, Array] = {}
        variables = program.variables()
        for name, numbers in self.network.given:
            known = self.lines.twins.get(name, name)
            variable = variables.get(known)
            if variable is None or variable in program.inputs:
                what = "is given already" if variable is not None else "is no quantity of the forward pass"
                raise MisfitError(Diagnostic("unknown-name", f"`{name}` {what}", numbers.span))
            count = int(np.prod(variable.shape, dtype=int))
            if int(np.prod(numbers.shape, dtype=int)) != count or (
                len(numbers.shape) == 2 and not self.batch and variable.rank < 2
            ):
                shown = "×".join(map(str, numbers.shape)) or "a number"
                message = f"`{name}` is stated as {shown}, and it has the shape {'×'.join(map(str, variable.shape))}"
                raise MisfitError(Diagnostic("shape", message, numbers.span))
            values = np.array(numbers.values, dtype=np.float64)
            turned_over = self.layout.columns and self.batch
            found[known] = values.T if turned_over and len(numbers.shape) == 2 else values.reshape(variable.shape)
        return found

    def from_upstream(self, program: Program, predictions: tuple[Variable, ...]) -> tuple[Program, Variable]:
        """The gradients that a given gradient at the prediction leads to."""
        assert self.network.upstream is not None
        y = predictions[0]
        if len(predictions) > 1:
            message = "the gradient of several predictions cannot be given"
            raise MisfitError(Diagnostic("shape", message, self.network.upstream.span, help="let one of them go on"))
        L = self.names.plain("objective" if self.batch else "loss", (), 0)
        seed = self.names.adjoint(L, y)
        numbers = self.network.upstream
        transposed = self.batch and self.layout.columns
        shape: Shape = (y.shape[1], y.shape[0]) if transposed else y.shape
        if int(np.prod(numbers.shape, dtype=int)) != int(np.prod(shape, dtype=int)):
            shown = "×".join(map(str, numbers.shape))
            message = f"`upstream` is {shown}, but the last layer gives {'×'.join(map(str, shape))}"
            raise MisfitError(Diagnostic("shape", message, numbers.span))
        given = as_matrix(numbers, shape)
        source = Source(numbers, "upstream", transposed=transposed)
        self.lines.give(seed, turned(given) if transposed else given, source)
        start = Program((*program.inputs, seed), program.bindings)
        extended = differentiate(
            start,
            y,
            self.lines.parameters,
            lambda of: None if of is y else self.names.adjoint(L, of),
            _Derivatives(),
            {y.name: seed},
        )
        return extended, L

    def with_loss(
        self, predictions: tuple[Variable, ...], targets: tuple[Variable, ...], stated: Mapping[str, Array]
    ) -> tuple[Program, Variable]:
        form = self.loss_form()
        together = self.shortcut(form, targets[0]) if len(predictions) == 1 else None
        y, t = predictions[0], targets[0]
        a = self._pre_activation(y) if together is not None else None
        if a is None or y.name in stated or a.name in stated:
            together = None if a is None else together
        operation = self.loss_operation(form)
        terms = [operation(prediction, target) for prediction, target in zip(predictions, targets, strict=True)]
        expr: Expr = terms[0] if len(terms) == 1 else elementary.sum_of(terms)
        L = self.names.plain("loss", expr.shape, 1 if self.batch else 0)
        stable = together.loss(a, t) if together is not None and a is not None else None
        self.lines.bind(L, expr, "loss", stable=stable)
        output = self.objective(L)
        program = differentiate(
            self.program(),
            output,
            self.lines.parameters,
            lambda of: None if of.role in ("loss", "regularizer", "objective") else self.names.adjoint(output, of),
            _Derivatives(),
        )
        # Gradients with respect to what is given (x) are no part of the lesson: nothing below needs them.
        if together is not None and a is not None:
            program = with_stable_gradient(program, together, output, a, y, t)
        return program, output

    def _pre_activation(self, y: Variable) -> Variable | None:
        """What the prediction is the activation of."""
        binding = next(b for b in self.lines.bindings if b.variable is y)
        expr = binding.expr
        if isinstance(expr, Apply) and len(expr.inputs) == 1 and isinstance(expr.inputs[0], Variable):
            return expr.inputs[0]
        return None

    def loss_form(self) -> LossForm:
        assert self.network.loss is not None
        return form_of(self.network.loss, self.layout.unit_axis if self.batch else None)

    def loss_operation(self, form: LossForm) -> Any:
        """The loss of that name, or the sum over the outputs of a function of the file's own."""
        assert self.network.loss is not None
        if form.name in LOSSES and form.name not in self.functions:
            return loss(form)
        function = self.functions[form.name]
        factor = self.network.loss.factor

        def own(y: Expr, t: Expr) -> Expr:
            terms: Expr = function(y, t)
            if form.axis is None:
                summed: Expr = total(terms) if terms.shape != () else terms
            else:
                summed = axis_sum(form.axis)(terms)
            if factor is None:
                return summed
            return elementary.multiply(Constant(factor.values, texts=str(factor.texts)), summed)

        return own

    def shortcut(self, form: LossForm, t: Variable) -> Shortcut | None:
        """The simplification y − t, where the targets of every instance sum to 1 as it supposes."""
        last = self.network.layers[-1]
        spec = last.options.get("activation")
        if spec is None or spec.name in self.functions or form.name not in LOSSES:
            return None
        found = shortcut(spec.name, form)
        axis = form.axis
        given = [turn[t.name].value for turn in self.turns if t.name in turn] or [self.lines.values[t.name]]
        sums_to_one = all(np.allclose(np.sum(value, axis=axis), 1.0, rtol=0, atol=1e-12) for value in given)
        return found if spec.name != "softmax" or sums_to_one else None

    def corrections(self, flow: Flow, targets: tuple[Variable, ...]) -> dict[str, Expr]:
        """What the perceptron adds for a mistake: (t − y) xᵀ for the weights, t − y for the bias."""
        network, bindings = self.network, self.lines.bindings
        span = network.update.span if network.update else network.span
        y = flow.only
        single = len(network.layers) == 1 and network.layers[0].kind == "dense" and flow.kind == "units"
        if not single or not targets:
            advice = "it is the rule of one dense layer: `step` or `sign` units, with a target"
            raise MisfitError(Diagnostic("conflict", "this network is no perceptron", span, help=advice))
        x = next(v for v in self.lines.inputs if v.role == "input")
        missing = elementary.subtract(targets[0], y)
        found: dict[str, Expr] = {}
        for parameter in self.lines.parameters:
            if parameter.role == "weights":
                found[parameter.name] = self.layout.outer(missing, x)
            else:
                found[parameter.name] = sum_to_shape(missing, parameter.shape)
        assert bindings
        return found

    def objective(self, L: Variable) -> Variable:
        """J = (mean of L) + λ Ω, where there is a batch or a regulariser; otherwise L itself."""
        network = self.network
        expr: Expr = L
        if self.batch:
            assert network.loss is not None
            losses: Expr = L
            if network.instance_weights is not None:
                losses = elementary.multiply(self._instance_weights(L.shape), L)
            over = mean_over(Identifier("m")) if network.loss.over_batch == "mean" else total
            expr = over(losses)
        elif network.instance_weights is not None:
            weights = network.instance_weights
            w = self.names.plain("loss", (), 0)
            w = Variable("w", (), Identifier("w"), "instance_weight", rank=0)
            rows = [Given(np.float64(v), str(text)) for v, text in zip(weights.values, weights.texts, strict=True)]
            self._take_turns(w, rows)
            expr = elementary.multiply(self.lines.give(w, rows[0], Source(weights, "instance_weights")), L)
        if network.regularization is not None:
            expr = elementary.add(expr, self.penalty(network.regularization))
        if expr is L:
            return L
        return self.lines.bind(self.names.plain("objective", (), 0), expr, "objective")

    def _instance_weights(self, shape: Shape) -> Variable:
        numbers = self.network.instance_weights
        assert numbers is not None
        w = Variable("w", shape, Identifier("w"), "instance_weight", rank=1)
        return self.lines.give(w, as_matrix(numbers, shape), Source(numbers, "instance_weights"))

    def penalty(self, spec: Regularization) -> Expr:
        """λ Ω(θ) over the trained weights, and biases where the problem says so."""
        chosen = [v for v in self.lines.parameters if spec.bias or v.role.rpartition(".")[2] not in WEIGHTS]
        factor = float(spec.factor.values) if spec.factor else 0.5
        norms: list[tuple[Numbers, Expr]] = []
        if spec.l2 is not None:
            norms.append((spec.l2, l2_penalty(factor)(*chosen)))
        if spec.l1 is not None:
            norms.append((spec.l1, l1_penalty(*chosen)))
        if len(norms) == 1:
            strength, norm = norms[0]
            omega = self.lines.bind(self.names.plain("regularizer", (), 0), norm, "regularizer")
            return elementary.multiply(_named(strength, "λ"), omega)
        weighted = [
            elementary.multiply(_named(strength, sign), norm)
            for (strength, norm), sign in zip(norms, ("λ₂", "λ₁"), strict=True)
        ]
        return self.lines.bind(self.names.plain("regularizer", (), 0), elementary.sum_of(weighted), "regularizer")


class _Derivatives:
    """Names each f′(a) once; a second function of the same quantity goes into the formulas as it is."""

    def __init__(self) -> None:
        self.named: dict[str, Operation] = {}

    def __call__(self, of: Variable, derivative: Expr) -> Variable | None:
        assert isinstance(derivative, Apply)
        if not of.role.endswith("pre_activation") or of.name in self.named:
            return None
        self.named[of.name] = derivative.operation
        return local_derivative(of, derivative)


def _named(numbers: Numbers, symbol: str) -> Constant:
    return Constant(numbers.values, math=Identifier(symbol), texts=str(numbers.texts))
