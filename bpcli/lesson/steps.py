"""One step of a lesson: its title, its reason, its worked line, and what deserves a remark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Variable, evaluate, postorder
from bpcli.calculus.lower import entry_of
from bpcli.calculus.ops.matrices import entry
from bpcli.calculus.program import Binding
from bpcli.calculus.stages import begun as begun_line
from bpcli.calculus.stages import stages
from bpcli.document.document import Block, Equation, Inline, InlineMath, Link, Note, Step
from bpcli.document.mathtree import Identifier, Math, Operator, Row
from bpcli.lesson.options import LessonOptions
from bpcli.lesson.telling import Telling
from bpcli.messages import Messages
from bpcli.notation.conventions import derivative_math
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution
from bpcli.solution.solution import Step as Solved

MOST_ENTRIES = 36
"""With every entry worked, a larger matrix shows its first ones only (all with `full`)."""


class StepTeller:
    """Tells the steps of one solution; remembers which definitions it has already shown."""

    def __init__(self, solution: Solution, writer: Writer, messages: Messages, options: LessonOptions) -> None:
        self.solution = solution
        self.writer = writer
        self.messages = messages
        self.options = options
        self.rounded = False
        self._defined: set[str] = set()
        self.telling = Telling(solution, messages)

    def tell(self, number: int, step: Solved) -> list[Block]:
        body: list[Block] = [self._chain(step)]
        if self.options.detail == "full":
            body.extend(self._entries(step))
        body.extend(self._remarks(step))
        title, why = self._words(step)
        return [Step(number, step.id, title, why, tuple(body))]

    def begin(self, step: Solved, unknown: Mapping[str, Any]) -> Equation:
        """The line of a step, begun: its formula, and the numbers that are known put into it.

        `unknown` has texts to stand in the place of the numbers of other quantities.
        """
        binding = step.binding
        formulas = binding.shown
        known = begun_line(formulas[-1], self.solution.values, {**self.solution.texts, **unknown})
        chain = self.writer.chain(binding.variable.math, formulas, iter([known]), self._definition(step))
        return _with_chain_rule(chain, binding)

    # --- the worked line ---

    def _chain(self, step: Solved) -> Equation:
        binding = step.binding
        formulas = binding.shown
        worked = formulas[-1]
        if self.options.detail == "brief":
            worked_stages: Iterator[Expr] = iter([Constant(step.exact)])
        else:
            worked_stages = stages(worked, self.solution.values, self.solution.texts)
        equation = self.writer.chain(binding.variable.math, formulas, worked_stages, self._definition(step))
        equation = _with_chain_rule(equation, binding)
        if not _finite(evaluate_quietly(worked, self.solution.values)):
            # The formula as written leaves the range of numbers; only its accurate value can be shown.
            links = [link for link in equation.links if link.relation == "="][: len(formulas)]
            value = self.writer.write(Constant(step.exact))
            equation = equation._replace(links=(*links, Link("≈", value.math)))
        self.rounded = self.rounded or any(link.relation == "≈" for link in equation.links)
        return equation

    def _definition(self, step: Solved) -> Math | None:
        """The textbook form of an activation or its slope, the first time it is used."""
        expr = step.binding.expr
        if not isinstance(expr, Apply) or len(expr.inputs) != 1 or expr.operation.definition is None:
            return None
        if step.rule not in ("activation", "local_derivative", "definition") or expr.operation.name in self._defined:
            return None
        if expr.operation.unfold == "entries":
            return None
        self._defined.add(expr.operation.name)
        shape = () if expr.operation.elementwise else expr.inputs[0].shape
        argument = Variable("z", shape, Identifier(_argument_letter(self.solution)))
        left = self.writer.math(expr.operation(argument))
        right = self.writer.math(expr.operation.definition(argument))
        return None if left == right else Row((left, Operator("=", "relation"), right))

    def _entries(self, step: Solved) -> list[Block]:
        """Every entry of a product of matrices with its own worked line."""
        variable, expr = step.binding.variable, step.binding.expr
        products = [
            n for n in postorder(expr) if isinstance(n, Apply) and n.operation.entry and not n.operation.immediate
        ]
        if variable.shape == () or not products:
            return []
        rows, columns = variable.shape
        places = [(i, j) for i in range(rows) for j in range(columns)]
        shown = places if self.options.full else places[:MOST_ENTRIES]
        blocks: list[Block] = [Note(self.messages.inline("note.entries"), "entries")]
        for i, j in shown:
            formula = entry_of(expr, (i, j))
            left = self.writer.math(entry(i, j)(variable))
            chain = stages(formula, self.solution.values, self.solution.texts)
            blocks.append(self.writer.chain(left, [formula], chain))
        if len(shown) < len(places):
            more = len(places) - len(shown)
            key = "lesson.more.one" if more == 1 else "lesson.more"
            blocks.append(Note(self.messages.inline(key, count=more), "entries"))
        return blocks

    # --- remarks ---

    def _remarks(self, step: Solved) -> list[Block]:
        binding = step.binding
        remarks: list[Block] = []
        if binding.stable is not None and binding.phase == "backward":
            formula = self.writer.math(binding.stable)
            remarks.append(Note(self.messages.inline("note.shortcut", formula=formula)))
            if self.options.detail != "brief":
                chain = stages(binding.stable, self.solution.values, self.solution.texts)
                remarks.append(self.writer.chain(binding.variable.math, [binding.stable], chain))
        remarks.extend(self._kinks(binding))
        remarks.extend(self._choices(binding))
        remarks.extend(self._level(binding))
        if not _finite(step.value):
            around = self._detour(binding)
            remarks.append(
                Note(self.messages.inline("note.unprintable", name=binding.variable.math, formula=around), "warning")
            )
        else:
            remarks.extend(self._digits_lost(step))
        return remarks

    def _detour(self, binding: Binding) -> Math:
        for other in self.solution.program.bindings:
            if other.stable is not None and any(node is binding.variable for node in postorder(other.expr)):
                return self.writer.math(other.stable)
        raise AssertionError("a value that is not finite is refused unless it is gone around")

    def _kinks(self, binding: Binding) -> list[Block]:
        """Entries that stand exactly where an activation has no derivative."""
        remarks: list[Block] = []
        for node in postorder(binding.expr):
            if not isinstance(node, Apply) or node.operation.primal is None or not isinstance(node.inputs[0], Variable):
                continue
            below = node.inputs[0]
            convention = dict(node.operation.parameters).get("at_zero")
            if convention is None:
                continue
            value = self.solution.values[below.name]
            for place in np.argwhere(np.asarray(value) == 0):
                at = entry(int(place[0]), int(place[1]))(below) if below.shape else below
                remarks.append(
                    Note(
                        self.messages.inline(
                            "note.kink", entry=self.writer.math(at), value=self.writer.math(Constant(convention))
                        )
                    )
                )
        return remarks

    def _choices(self, binding: Binding) -> list[Block]:
        """What the bracket of a maximum's slope means, the first time there is one."""
        for node in postorder(binding.expr):
            if isinstance(node, Apply) and "at_tie" in dict(node.operation.parameters):
                if node.operation.name in self._defined:
                    return []
                self._defined.add(node.operation.name)
                return [Note(self.messages.inline("note.choice", choice=self.writer.math(node)))]
        return []

    def _level(self, binding: Binding) -> list[Block]:
        """That a function of steps has no slope, the first time it is differentiated."""
        for node in postorder(binding.expr):
            if isinstance(node, Apply) and node.operation.primal is not None:
                operation = node.operation
                if "level" in dict(operation.parameters) and operation.name not in self._defined:
                    self._defined.add(operation.name)
                    return [Note(self.messages.inline("note.level", slope=self.writer.math(node)))]
        return []

    def _digits_lost(self, step: Solved) -> list[Block]:
        """Where the textbook form, computed as written, shows other digits than the accurate value."""
        binding = step.binding
        if binding.worked is None and binding.stable is None:
            return []
        naive = evaluate_quietly(binding.formula("worked"), self.solution.values)
        shown = self.writer.math(Constant(step.exact))
        written = self.writer.math(Constant(naive))
        if shown == written:
            return []
        if np.any(np.isnan(naive)):
            return [Note(self.messages.inline("note.no_value", value=shown), "warning")]
        return [Note(self.messages.inline("note.textbook", naive=written, value=shown), "warning")]

    # --- words ---

    def _words(self, step: Solved) -> tuple[Inline, Inline]:
        variable, messages = step.binding.variable, self.messages
        of = variable.of
        layer = variable.layer
        holes: dict[str, object] = {
            "layer": layer,
            "below": (layer or 1) - 1,
            "above": (layer or 0) + 1,
            "name": (variable if of is None else of).math,
            "count": self._instances(),
            "function": self._function_name(step),
        }
        title = self.telling.title(step.binding)
        if not self.telling.is_textbook(step.binding):
            forward = step.phase == "forward"
            return title, self.telling.why_forward(step.binding) if forward else self.telling.why_back(step.binding)
        key = self._key(step)
        if step.rule.endswith("_gradient"):
            holes["consumers"] = self._consumers(step.binding)
        why_key = self._why(step, key)
        if why_key == "why.weights_gradient":
            holes["shapes"] = self._shapes(step.binding)
        if why_key.startswith("why.node_gradient"):
            holes["count"] = len(step.binding.contributions)
        why = messages.inline(why_key, **holes) if why_key in messages else ()
        if step.rule in ("weights_gradient", "bias_gradient") and len(step.binding.contributions) > 1:
            why = (*why, *messages.inline("why.regularized"))
        return title, why

    def _function_name(self, step: Solved) -> str:
        name = _operation_name(step)
        key = f"function.{name}"
        return self.messages.text(key) if key in self.messages else name.replace("_", " ")

    def _key(self, step: Solved) -> str:
        """The rule, told more precisely where the words differ."""
        variable = step.binding.variable
        prediction = self.solution.built.prediction
        if step.rule == "activation" and variable is prediction:
            return "prediction"
        if step.rule == "activation_gradient" and variable.of is prediction:
            return "prediction_gradient"
        if step.rule == "local_derivative" and variable.shape != (variable.of.shape if variable.of is not None else ()):
            return "jacobian"
        if step.rule in ("node_gradient", "input_gradient") and not step.binding.contributions:
            return "seed"  # of the output, or of the output at the point ahead
        return step.rule

    def _why(self, step: Solved, key: str) -> str:
        variable, binding = step.binding.variable, step.binding
        if step.rule == "affine":
            first = ".first" if variable.layer == 1 else ""
            has_bias = any(v.role == "bias" and v.layer == variable.layer for v in self.solution.program.inputs)
            return f"why.affine{first}{'' if has_bias else '.no-bias'}"
        if step.rule == "activation":
            special = f"why.activation.{_operation_name(step)}"
            return special if special in self.messages else "why.activation"
        if key in ("seed", "prediction_gradient", "jacobian"):
            return f"why.{key}"
        if step.rule == "pre_activation_gradient":
            return self._why_through(binding)
        if step.rule == "bias_gradient" and variable.of is not None:
            if variable.of.shape == ():
                return "why.bias_gradient.shared"
            return "why.bias_gradient.batch" if self._instances() > 1 else "why.bias_gradient"
        if step.rule in ("node_gradient", "input_gradient"):
            if len(binding.contributions) > 1:
                return f"why.node_gradient.{'twice' if len(binding.contributions) == 2 else 'many'}"
            direct = binding.contributions[0].consumer is self.solution.output
            return f"why.node_gradient.{'direct' if direct else 'one'}"
        if step.rule in ("loss", "objective") and self._instances() > 1:
            return f"why.{step.rule}.batch"
        return f"why.{step.rule}"

    def _why_through(self, binding: Binding) -> str:
        uses = [n for n in postorder(binding.expr) if isinstance(n, Variable) and n.role == "local_derivative"]
        if not uses:
            return "why.pre_activation_gradient.softmax"
        jacobian = uses[0].shape != binding.variable.shape
        return f"why.pre_activation_gradient{'.jacobian' if jacobian else ''}"

    def _instances(self) -> int:
        network = self.solution.problem.network
        return network.input.shape[0] if network is not None and network.batch else 1

    def _consumers(self, binding: Binding) -> Inline:
        """The lines that use a node, one after the other: c, d and e."""
        names = list(dict.fromkeys(contribution.consumer.name for contribution in binding.contributions))
        items: list[Any] = []
        for position, name in enumerate(names):
            if position:
                items.append(f" {self.messages.text('list.and')} " if position == len(names) - 1 else ", ")
            items.append(InlineMath(self.solution.variables[name].math))
        return tuple(items) or ("–",)

    def _shapes(self, binding: Binding) -> str:
        """`(2×1)(1×2) = 2×2` for a product, the shape itself for anything else."""
        variable = binding.variable
        for node in postorder(binding.expr):
            if (
                isinstance(node, Apply)
                and node.operation.entry
                and node.shape == variable.shape
                and len(node.inputs) == 2
            ):
                left, right = (shape_text(item.shape) for item in node.inputs)
                return f"({left})({right}) = {shape_text(variable.shape)}"
        return shape_text(variable.shape)


def _with_chain_rule(equation: Equation, binding: Binding) -> Equation:
    """For the gradient of a node: ∂L/∂u = Σ ∂L/∂s · ∂s/∂u first, in symbols, one term for each s that u is used by."""
    terms = binding.contributions
    if not binding.rule.startswith(("node_", "input_")) or not terms or any(t.local is None for t in terms):
        return equation
    if any(not isinstance(t.seed, Variable) for t in terms):
        return equation
    of = binding.variable.of
    assert of is not None
    items: list[Math] = []
    for term in {term.consumer.name: term for term in terms}.values():
        if items:
            items.append(Operator("+"))
        assert isinstance(term.seed, Variable)
        items.extend((term.seed.math, Operator("·"), derivative_math(term.consumer.math, of.math)))
    return equation._replace(links=(Link("=", Row(tuple(items))), *equation.links))


def evaluate_quietly(expr: Expr, values: dict[str, Array]) -> Array:
    with np.errstate(all="ignore"):
        return evaluate(expr, values)


def _finite(value: Array) -> bool:
    return bool(np.isfinite(value).all())


def shape_text(shape: tuple[int, ...]) -> str:
    """`2×3`; `1` for a number."""
    return "×".join(map(str, shape)) if shape else "1"


def _operation_name(step: Solved) -> str:
    expr = step.binding.expr
    return expr.operation.name if isinstance(expr, Apply) else ""


def _argument_letter(solution: Solution) -> str:
    """A letter for the argument in a definition that names nothing else here."""
    taken = set(solution.variables)
    return next(letter for letter in ("z", "u", "s", "r", "q") if letter not in taken)
