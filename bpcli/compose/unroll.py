"""Several updates as one straight-line program: the lines of one update again, over what the update before it left.

`@k` means after k updates: `W1@2` are the weights after two, `a1@1` and `dL/dW1@1` are computed with the weights after
one, `m_W1@2` is the moment of the second update. The names of the first update stay what they are: `W1_new` is `W1@1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bpcli.calculus.expr import Array, Variable, variables_of
from bpcli.calculus.program import Binding, Program
from bpcli.compose.built import Built, Given
from bpcli.compose.forms import with_variables
from bpcli.compose.names import after_updates

BEFORE_THE_UPDATE = frozenset({"clipped", "gradient_norm"})
"""Lines of the update that are computed with the parameters before it, like the gradients they are made of."""


def unrolled(built: Built, updates: int) -> Built:
    """The program with so many updates worked one after another; itself where there is one."""
    if updates < 2 or not built.state:
        return built
    return _Unrolling(built).run(updates)


def is_of_the_update(binding: Binding) -> bool:
    """Whether a line has its value after the update: a moment, a new parameter."""
    role = binding.variable.role
    ahead = binding.rule == "look_ahead"
    return binding.phase == "update" and role not in BEFORE_THE_UPDATE and not ahead


class _Unrolling:
    """Writes one update after another; used once."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self.inputs = list(built.program.inputs)
        self.lines = list(built.program.bindings)
        self.values: dict[str, Array] = dict(built.values)
        self.texts: dict[str, Any] = dict(built.texts)
        self.twins = dict(built.twins)
        self.stated = dict(built.stated)
        self.names = {new.name: old for old, new in built.state}

    def run(self, updates: int) -> Built:
        built = self.built
        for binding in built.program.bindings:
            if is_of_the_update(binding):
                self.twins[self._after(binding.variable, 1)] = binding.variable.name
        held = {old.name: new for old, new in built.state}
        for number in range(2, updates + 1):
            held = self._update(number, held)
        return built._replace(
            program=Program(tuple(self.inputs), tuple(self.lines)).check(),
            values=self.values,
            texts=self.texts,
            twins=self.twins,
            stated=self.stated,
            cycle=built,
        )

    def _update(self, number: int, held: Mapping[str, Variable]) -> dict[str, Variable]:
        """The lines of one more update. `held` are the variables in the place of the inputs that updates renew."""
        moved: dict[str, Variable] = dict(held)
        self._take_turn(number, moved)
        for binding in self.built.program.bindings:
            if any(v.name in moved for f in binding.formulas for v in variables_of(f)):
                variable = self._renamed(binding, number, moved)
                moved[binding.variable.name] = variable
                line = with_variables(binding, moved)
                self.lines.append(line._replace(variable=variable, update=number))
        for twin, name in self.built.twins.items():
            if name in moved:
                self.twins[f"{twin}@{number - 1}"] = moved[name].name
        return {old.name: moved[new.name] for old, new in self.built.state}

    def _take_turn(self, number: int, moved: dict[str, Variable]) -> None:
        """Inputs that have another value in this update: its instance, its rate, its given gradients, its number."""
        turn = dict(self.built.turns[number - 1]) if number <= len(self.built.turns) else {}
        by_name = {variable.name: variable for variable in self.built.program.inputs}
        for name, (value, texts) in turn.items():
            moved[name] = self._give(by_name[name], number, Given(value, texts), moved)
        counter = self.built.step_number
        if counter is not None:
            value = self.built.values[counter.name] + (number - 1)
            moved[counter.name] = self._give(counter, number, Given(value, str(int(value))), moved)

    def _give(self, old: Variable, number: int, given: Given, moved: Mapping[str, Variable]) -> Variable:
        value, texts = given
        math = after_updates(old.math, number - 1)
        name = f"{old.name}@{number - 1}"
        of = old.of if old.of is None else moved.get(old.of.name, old.of)
        variable = Variable(name, old.shape, math, old.role, place=old.place, of=of, rank=old.rank)
        self.inputs.append(variable)
        self.values[name], self.texts[name] = np.float64(value) if old.shape == () else value, texts
        return variable

    def _renamed(self, binding: Binding, number: int, moved: Mapping[str, Variable]) -> Variable:
        old = binding.variable
        after = is_of_the_update(binding)
        count = number if after else number - 1
        base = self.names.get(old.name)
        of = old.of if old.of is None else moved.get(old.of.name, old.of)
        math = after_updates(old.math if base is None or old.role == "moment" else base.math, count)
        name = self._after(old, count)
        if old.name in self.built.stated:
            self.stated.pop(name, None)  # what is stated is stated of the first pass
        return Variable(name, old.shape, math, old.role, place=old.place, of=of, rank=old.rank)

    def _after(self, variable: Variable, count: int) -> str:
        """The id of a quantity after so many updates: a new parameter goes by the parameter's own name."""
        base = self.names.get(variable.name)
        name = base.name if base is not None and variable.role != "moment" else variable.name
        return f"{name}@{count}"
