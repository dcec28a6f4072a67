"""From a network in a problem file to its program: forward pass, gradients, update step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.backprop import differentiate
from bpcli.calculus.expr import Apply, Array, Constant, Expr, Operation, Shape, Variable, postorder, substitute
from bpcli.calculus.ops import elementary, matrices
from bpcli.calculus.ops.losses import LossForm, loss
from bpcli.calculus.ops.matrices import total
from bpcli.calculus.ops.penalties import l1_penalty, l2_penalty
from bpcli.calculus.ops.reductions import mean_over
from bpcli.calculus.ops.registry import activation
from bpcli.calculus.ops.shortcuts import Shortcut, shortcut
from bpcli.calculus.optimizer import Rule, parameter_math, update_bindings
from bpcli.calculus.program import Binding, Program
from bpcli.document.mathtree import Identifier, Math
from bpcli.notation.conventions import (
    Symbols,
    ascii_name,
    derivative_math,
    layer_math,
    symbol_math,
    symbols_for,
)
from bpcli.problem.model import Layer, Loss, Network, Numbers, Problem, Regularization, Update


class Built(NamedTuple):
    """A program with the numbers it starts from.

    `twins` maps the second name of a quantity to its first (`h2` → `y`); `state` lists the variables that an
    update step renews, each with the variable that holds its new value.
    """

    program: Program
    values: dict[str, Array]
    texts: dict[str, Any]
    output: Variable
    parameters: tuple[Variable, ...]
    twins: dict[str, str]
    state: tuple[tuple[Variable, Variable], ...] = ()
    prediction: Variable | None = None


def as_matrix(numbers: Numbers, shape: Shape) -> tuple[Array, Any]:
    """The numbers as float64 in that shape, and the texts they were written as."""
    values = np.array(numbers.values, dtype=np.float64)
    texts = np.array(numbers.texts, dtype=object)
    if shape == ():
        return np.float64(values.reshape(())), str(texts.reshape(())[()])
    laid_out = texts.reshape(shape)
    return values.reshape(shape), tuple(tuple(row) for row in laid_out)


class _Names:
    """Variables made after the symbols in force."""

    def __init__(self, symbols: Symbols, layers: int) -> None:
        self.symbols = symbols
        self.layers = layers

    def plain(self, role: str, shape: Shape, rank: int) -> Variable:
        symbol = getattr(self.symbols, role)
        return Variable(ascii_name(symbol), shape, symbol_math(symbol), role, rank=rank)

    def of_layer(self, role: str, layer: int, shape: Shape, rank: int) -> Variable:
        symbol = getattr(self.symbols, role)
        math = layer_math(symbol, layer, self.symbols.layer_index)
        return Variable(f"{ascii_name(symbol)}{layer}", shape, math, role, layer=layer, rank=rank)

    def activation(self, layer: int, shape: Shape, rank: int) -> tuple[Variable, dict[str, str]]:
        """The activation of a layer; the last one is the prediction and keeps its other name as a twin."""
        plain = self.of_layer("activation", layer, shape, rank)
        symbols = self.symbols
        if layer < self.layers or symbols.prediction == symbols.activation:
            return plain, {}
        name = ascii_name(symbols.prediction)
        math = symbol_math(symbols.prediction)
        return Variable(name, shape, math, "activation", layer=layer, rank=rank), {plain.name: name}

    def adjoint(self, output: Variable, of: Variable) -> Variable:
        math: Math = derivative_math(output.math, of.math)
        if self.symbols.delta and of.role == "pre_activation":
            math = layer_math("δ", of.layer or 0, self.symbols.layer_index)
        return Variable(f"d{output.name}/d{of.name}", of.shape, math, "adjoint", layer=of.layer, of=of, rank=of.rank)


def local_derivative(of: Variable, derivative: Expr) -> Variable:
    """A name for f′(a), which is a line of its own."""
    assert isinstance(derivative, Apply)
    math = derivative.operation.notation.write((of.math,), derivative.inputs)
    rank = of.rank if derivative.shape == of.shape else 2
    return Variable(f"f'({of.name})", derivative.shape, math, "local_derivative", layer=of.layer, of=of, rank=rank)


def form_of(loss: Loss, axis: int | None) -> LossForm:
    """How a loss is used; `axis` is that of the outputs in a batch."""
    return LossForm(
        loss.name,
        float(loss.factor.values) if loss.factor else 1.0,  # type: ignore[arg-type]
        loss.over_outputs,
        loss.log_base,
        float(loss.delta.values) if loss.delta else 1.0,  # type: ignore[arg-type]
        axis,
        float(loss.margin.values) if loss.margin else 1.0,  # type: ignore[arg-type]
    )


def rule_of(update: Update) -> Rule:
    """The optimizer of a problem file; `momentum` is another name of `beta`."""

    def named(name: str, numbers: Numbers) -> Constant:
        return Constant(numbers.values, math=parameter_math(name), texts=str(numbers.texts))

    parameters = {
        "beta" if name == "momentum" else name: named(name, numbers) for name, numbers in update.parameters.items()
    }
    rate = named("learning_rate", update.learning_rate)
    return Rule(update.optimizer, rate, parameters, update.form, update.nesterov)


def build_network(problem: Problem, functions: Mapping[str, Operation]) -> Built:
    """The whole program of a network problem. `functions` are the custom operations of the file, by name."""
    network = problem.network
    assert network is not None
    conventions = problem.conventions
    symbols = symbols_for(conventions.preset, conventions.symbols, conventions.delta, conventions.layer_index)
    return _Builder(problem, network, _Names(symbols, len(network.layers)), functions).build()


class _Builder:
    """Collects the lines of one network's program; used once."""

    def __init__(self, problem: Problem, network: Network, names: _Names, functions: Mapping[str, Operation]) -> None:
        self.problem = problem
        self.network = network
        self.names = names
        self.functions = functions
        self.columns = problem.conventions.affine == "W x + b"  # instances are columns, and so is one instance
        self.values: dict[str, Array] = {}
        self.texts: dict[str, Any] = {}
        self.twins: dict[str, str] = {}
        self.inputs: list[Variable] = []
        self.lines: list[Binding] = []
        self.parameters: list[Variable] = []

    # --- inputs ---

    def instances_shape(self, units: int, instances: int) -> Shape:
        return (units, instances) if self.columns else (instances, units)

    def give(self, variable: Variable, numbers: Numbers, transposed: bool = False) -> Variable:
        """An input with its numbers; a batch is written with an instance a row, whatever the layout."""
        if transposed and variable.shape != ():
            value, texts = as_matrix(numbers, (variable.shape[1], variable.shape[0]))
            self.values[variable.name] = value.T
            self.texts[variable.name] = tuple(zip(*texts, strict=True))
        else:
            self.values[variable.name], self.texts[variable.name] = as_matrix(numbers, variable.shape)
        self.inputs.append(variable)
        return variable

    def instance_count(self) -> int:
        return self.network.input.shape[0] if self.network.batch else 1

    def give_data(self, role: str, numbers: Numbers) -> Variable:
        count = self.instance_count()
        units = numbers.shape[-1] if len(numbers.shape) > (1 if self.network.batch else 0) else 1
        variable = self.names.plain(role, self.instances_shape(units, count), 2 if self.network.batch else 1)
        return self.give(variable, numbers, transposed=self.columns and self.network.batch)

    def give_classes(self, numbers: Numbers, classes: int) -> Variable:
        """Class numbers as one-hot targets."""
        chosen = np.atleast_1d(np.array(numbers.values, dtype=int))
        one_hot = np.zeros((len(chosen), classes))
        one_hot[np.arange(len(chosen)), chosen] = 1.0
        shape = self.instances_shape(classes, len(chosen))
        variable = self.names.plain("target", shape, 2 if self.network.batch else 1)
        laid_out = one_hot.T if self.columns else one_hot
        self.values[variable.name] = laid_out
        self.texts[variable.name] = tuple(tuple(str(int(v)) for v in row) for row in laid_out)
        self.inputs.append(variable)
        return variable

    # --- lines ---

    def bind(self, variable: Variable, expr: Expr, rule: str, **more: Any) -> Variable:
        self.lines.append(Binding(variable, expr, "forward", rule, **more))
        return variable

    def layer(self, number: int, layer: Layer, below: Variable) -> tuple[Variable, Variable]:
        """The lines of one layer; its pre-activation and its activation."""
        units, fed = layer.weights.shape
        if self.problem.conventions.affine == "x W + b":
            units, fed = fed, units
        rank = 2 if self.network.batch else 1
        shape = self.instances_shape(units, self.instance_count())
        weights = self.give(self.names.of_layer("weights", number, layer.weights.shape, 2), layer.weights)
        product = _affine(self.problem.conventions.affine, weights, below)
        if "weights" in layer.trainable:
            self.parameters.append(weights)
        if layer.bias is not None:
            shared = layer.bias.shape == ()
            bias_shape: Shape = () if shared else ((units, 1) if self.columns else (1, units))
            bias = self.give(self.names.of_layer("bias", number, bias_shape, 0 if shared else 1), layer.bias)
            product = elementary.add(product, bias)
            if "bias" in layer.trainable:
                self.parameters.append(bias)
        a = self.bind(self.names.of_layer("pre_activation", number, shape, rank), product, "affine")
        h, twins = self.names.activation(number, shape, rank)
        self.twins.update(twins)
        return a, self.bind(h, self.activation_of(layer)(a), "activation")

    def activation_of(self, layer: Layer) -> Operation:
        name = layer.activation.name
        if name in self.functions:
            return self.functions[name]
        axis = None if not self.network.batch else (0 if self.columns else 1)
        parameters = {key: float(value.values) for key, value in layer.activation.parameters.items()}  # type: ignore[arg-type]
        return activation(name, parameters, axis=axis, relu_at_zero=self.problem.conventions.relu_at_zero)

    def build(self) -> Built:
        below = self.give_data("input", self.network.input)
        target: Variable | None = None
        if self.network.target is not None and not self.network.class_targets:
            target = self.give_data("target", self.network.target)
        pre_activation = below
        for number, layer in enumerate(self.network.layers, start=1):
            pre_activation, below = self.layer(number, layer, below)
        if self.network.target is not None and target is None:
            target = self.give_classes(self.network.target, below.shape[0 if self.columns else 1])
        if self.network.loss is None or target is None:
            return self.built(self.program(), below, below)
        return self.with_gradients(pre_activation, below, target)

    def program(self) -> Program:
        return Program(tuple(self.inputs), tuple(self.lines))

    def built(self, program: Program, output: Variable, prediction: Variable, state: Any = ()) -> Built:
        return Built(
            with_worked_forms(program).check(),
            self.values,
            self.texts,
            output,
            tuple(self.parameters),
            self.twins,
            tuple(state),
            prediction,
        )

    def with_gradients(self, a: Variable, y: Variable, t: Variable) -> Built:
        form = self.loss_form()
        together = self.shortcut(form, t)
        operation = loss(form)
        batch = self.network.batch
        shape = operation.shape(y.shape, t.shape)
        L = self.names.plain("loss", shape, 1 if batch else 0)
        self.bind(L, operation(y, t), "loss", stable=together.loss(a, t) if together else None)
        output = self.objective(L)
        program = differentiate(
            self.program(),
            output,
            self.parameters,
            lambda of: None if of.role in ("loss", "regularizer", "objective") else self.names.adjoint(output, of),
            local_derivative,
        )
        # Gradients with respect to what is given (x) are no part of the lesson: nothing below needs them.
        for twin, name in list(self.twins.items()):
            self.twins[f"d{output.name}/d{twin}"] = f"d{output.name}/d{name}"
        if together is not None:
            program = _with_stable_gradient(program, together, output, a, y, t)
        state: tuple[tuple[Variable, Variable], ...] = ()
        if self.network.update is not None:
            adjoints = {of.name: program.variables()[f"d{output.name}/d{of.name}"] for of in self.parameters}
            update = update_bindings(rule_of(self.network.update), tuple(self.parameters), adjoints)
            program = program.extended(update.lines, update.inputs)
            self.values.update(update.values)
            self.texts.update(update.texts)
            state = update.state
        return self.built(program, output, y, state)

    def loss_form(self) -> LossForm:
        assert self.network.loss is not None
        return form_of(self.network.loss, None if not self.network.batch else (0 if self.columns else 1))

    def shortcut(self, form: LossForm, t: Variable) -> Shortcut | None:
        """The simplification y − t, where the targets of every instance sum to 1 as it supposes."""
        name = self.network.layers[-1].activation.name
        found = shortcut(name, form) if name not in self.functions else None
        axis = form.axis
        sums_to_one = np.allclose(np.sum(self.values[t.name], axis=axis), 1.0, rtol=0, atol=1e-12)
        return found if name != "softmax" or sums_to_one else None

    def objective(self, L: Variable) -> Variable:
        """J = (mean of L) + λ Ω, where there is a batch or a regulariser; otherwise L itself."""
        network = self.network
        expr: Expr = L
        if network.batch:
            assert network.loss is not None
            over = mean_over(Identifier("m")) if network.loss.over_batch == "mean" else total
            expr = over(L)
        if network.regularization is not None:
            expr = elementary.add(expr, self.penalty(network.regularization))
        if expr is L:
            return L
        return self.bind(self.names.plain("objective", (), 0), expr, "objective")

    def penalty(self, spec: Regularization) -> Expr:
        """λ Ω(θ) over the trained weights, and biases where the problem says so."""
        kinds = ("weights", "bias") if spec.bias else ("weights",)
        chosen = [variable for variable in self.parameters if variable.role in kinds]
        factor = float(spec.factor.values) if spec.factor else 0.5  # type: ignore[arg-type]
        norms: list[tuple[Numbers, Expr]] = []
        if spec.l2 is not None:
            norms.append((spec.l2, l2_penalty(factor)(*chosen)))
        if spec.l1 is not None:
            norms.append((spec.l1, l1_penalty(*chosen)))
        if len(norms) == 1:
            strength, norm = norms[0]
            omega = self.bind(self.names.plain("regularizer", (), 0), norm, "regularizer")
            return elementary.multiply(_named(strength, "λ"), omega)
        weighted = [
            elementary.multiply(_named(strength, sign), norm)
            for (strength, norm), sign in zip(norms, ("λ₂", "λ₁"), strict=True)
        ]
        return self.bind(self.names.plain("regularizer", (), 0), elementary.sum_of(weighted), "regularizer")


def _named(numbers: Numbers, symbol: str) -> Constant:
    return Constant(numbers.values, math=Identifier(symbol), texts=str(numbers.texts))


def _affine(layout: str, weights: Expr, below: Expr) -> Expr:
    """The product of a layer in the layout the course uses."""
    products = {
        "W x + b": lambda: matrices.matmul(weights, below),
        "x W + b": lambda: matrices.matmul(below, weights),
        "x W^T + b": lambda: matrices.matmul(below, matrices.transpose(weights)),
    }
    result: Expr = products[layout]()
    return result


def _with_stable_gradient(
    program: Program, together: Shortcut, output: Variable, a: Variable, y: Variable, t: Variable
) -> Program:
    """∂/∂a computed as the multiple of y − t that it is, while the line still reads as the chain rule."""
    upstream: Expr | None = None
    lines: list[Binding] = []
    for binding in program.bindings:
        of = binding.variable.of
        if binding.variable.role == "adjoint" and of is y:
            upstream = binding.contributions[0].seed
        if binding.variable.role == "adjoint" and of is a and upstream is not None:
            binding = binding._replace(stable=together.gradient(upstream, y, t))
        lines.append(binding)
    return Program(program.inputs, tuple(lines))


def with_worked_forms(program: Program) -> Program:
    """Gives each line that uses an f′(a) the formula that a person would work with: h ⊙ (1 − h)."""
    values_of: dict[tuple[int, str], Variable] = {}
    lines: list[Binding] = []
    for binding in program.bindings:
        expr = binding.expr
        if isinstance(expr, Apply) and len(expr.inputs) == 1 and isinstance(expr.inputs[0], Variable):
            values_of[id(expr.operation), expr.inputs[0].name] = binding.variable

        def expanded(node: Expr) -> Expr | None:
            if not isinstance(node, Apply) or node.operation.primal is None or node.operation.expand is None:
                return None
            below = node.inputs[0]
            primal = node.operation.primal()
            known = values_of.get((id(primal), below.name)) if isinstance(below, Variable) else None
            return node.operation.expand(below, known if known is not None else primal(below))

        if binding.phase == "backward" and _uses_derivatives(expr):
            worked = substitute(expr, expanded)
            if worked is not expr:
                binding = binding._replace(worked=worked)
        lines.append(binding)
    return Program(program.inputs, tuple(lines))


def _uses_derivatives(expr: Expr) -> bool:
    return any(isinstance(node, Apply) and node.operation.primal is not None for node in postorder(expr))
