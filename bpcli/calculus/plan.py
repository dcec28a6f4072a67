"""Plans: a program with arrays of fixed shape, compiled to a flat list of numpy calls into arrays that are there.

Training runs the same few lines very many times. A plan decides everything once: which lines are needed, in which
form (the stable one, else the one a person would work with: h ⊙ (1 − h) for σ′(a)), where each value goes, and which
arrays can be used again. What is left is `for call in calls: call()`, and on the common path nothing is allocated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from bpcli.calculus.expr import (
    Apply,
    Array,
    Constant,
    Expr,
    Operation,
    Shape,
    Variable,
    postorder,
    substitute,
    variables_of,
)
from bpcli.calculus.program import Binding, Program

Call: TypeAlias = Callable[[], Any]


class Planner:
    """Makes the calls for the lines of one program.

    `arrays` holds the arrays of the inputs, and of those results that are to go to a certain place (a gradient that is
    a part of one long vector). `state` pairs an input with the line that renews it: the new value takes its place.
    """

    def __init__(
        self, program: Program, arrays: Mapping[str, Array], state: Iterable[tuple[Variable, Variable]] = ()
    ) -> None:
        self.lines = {binding.variable.name: binding for binding in program.bindings}
        self.order = {name: place for place, name in enumerate(self.lines)}
        self.arrays: dict[str, Array] = dict(arrays)
        self.inputs = frozenset(variable.name for variable in program.inputs)
        self.placed = frozenset(arrays) - self.inputs
        self.renews = {new.name: old.name for old, new in state}
        self.done: set[str] = set(self.inputs)
        self._last_use = self._last_uses()
        self._free: dict[Shape, list[Array]] = {}
        self._calls: list[Call] = []
        self._late: list[Call] = []

    def calls_for(self, names: Iterable[str]) -> list[Call]:
        """The calls that compute these quantities and all they need that no earlier calls computed."""
        needed = self.needed_for(names)
        self._calls, self._late = [], []
        for name in sorted(needed, key=self.order.__getitem__):
            self._line(self.lines[name])
        self.done |= needed
        return [*self._calls, *self._late]

    def needed_for(self, names: Iterable[str]) -> set[str]:
        """The lines that these quantities need, themselves among them, and that no earlier calls computed."""
        needed: set[str] = set()
        stack = list(names)
        while stack:
            name = stack.pop()
            if name not in needed and name not in self.done:
                needed.add(name)
                stack.extend(variable.name for variable in variables_of(self.lines[name].formula("planned")))
        return needed

    # --- lines ---

    def _last_uses(self) -> dict[str, str]:
        """For each input the last line that reads it."""
        last: dict[str, str] = {}
        for name, binding in self.lines.items():
            for variable in variables_of(binding.formula("planned")):
                last[variable.name] = name
        return last

    def _line(self, binding: Binding) -> None:
        name = binding.variable.name
        formula = _prepared(binding.formula("planned"))
        old = self.renews.get(name)
        in_place = (
            old is not None
            and isinstance(formula, Apply)
            and formula.operation.elementwise
            and isinstance(formula.operation.forward, np.ufunc)
            and self._last_use.get(old) == name
        )
        out: Array | None = None
        if in_place and old is not None:
            out = self.arrays[old]
        elif name in self.placed:
            out = self.arrays[name]
        result = self._value(formula, out, reusable=not in_place)
        if out is None and (old is not None or self._belongs_to_input(result)):
            out = np.empty(binding.variable.shape)
        if out is not None and result is not out:
            self._calls.append(partial(np.copyto, out, result))
            result = out
        self.arrays[name] = result
        if old is not None and not in_place:
            self._late.append(partial(np.copyto, self.arrays[old], result))

    def _belongs_to_input(self, result: Array) -> bool:
        """Whether a result is only a look at an input that may change before the result is used."""
        return any(np.shares_memory(result, self.arrays[old]) for old in self.renews.values())

    # --- formulas ---

    def _value(self, root: Expr, out: Array | None, reusable: bool) -> Array:
        """The array that will hold the value of a formula; `out` if its last operation can put it there."""
        results: dict[int, Array] = {}
        uses = _uses(root)
        lent: list[Array] = []
        for node in postorder(root):
            if isinstance(node, Variable):
                results[id(node)] = self.arrays[node.name]
                continue
            if isinstance(node, Constant):
                results[id(node)] = node.value
                continue
            assert isinstance(node, Apply)
            inputs = tuple(results[id(item)] for item in node.inputs)
            if node.operation.view is not None:
                results[id(node)] = node.operation.view(inputs[0])
                continue
            target = out if node is root else None
            if target is None and node is root:
                target = np.empty(node.shape)
            if target is None and reusable and out is not None and _goes_in_place(root, node, uses):
                target = out
            if target is None:
                target = self._borrow(node.shape)
                lent.append(target)
            self._emit(node.operation, target, inputs)
            results[id(node)] = target
        if isinstance(root, Apply) and root.operation.view is not None:
            return results[id(root)]  # it may look at a borrowed array, which then is not given back
        for array in lent:
            self._free.setdefault(np.shape(array), []).append(array)
        return results[id(root)]

    def _borrow(self, shape: Shape) -> Array:
        """An array for a value that only this formula needs."""
        waiting = self._free.get(shape)
        return waiting.pop() if waiting else np.empty(shape)

    def _emit(self, operation: Operation, out: Array, inputs: tuple[Array, ...]) -> None:
        if isinstance(operation.forward, np.ufunc):
            self._calls.append(_into(_fast(operation.forward, out, inputs), inputs, out))
        elif operation.calls is not None:
            self._calls.extend(partial(function, *rest) for function, *rest in operation.calls(out, *inputs))
        else:
            self._calls.append(partial(_copied, operation.forward, out, inputs))


def _into(function: Callable[..., Any], inputs: tuple[Array, ...], out: Array) -> Call:
    """The call of a ufunc; where numpy would take the last of three arrays for another operand, `out` is named."""
    if function in (np.maximum, np.minimum):
        return partial(function, *inputs, out=out)
    return partial(function, *inputs, out)


def _fast(function: np.ufunc, out: Array, inputs: tuple[Array, ...]) -> Callable[..., Any]:
    """`np.dot` in place of `np.matmul` for small matrices: the same product, with less to set up."""
    if function is np.matmul and out.size * inputs[0].shape[1] <= 4096:
        return np.dot
    return function


def _copied(forward: Callable[..., Array], out: Array, inputs: tuple[Array, ...]) -> None:
    np.copyto(out, forward(*inputs))


def _uses(root: Expr) -> dict[int, int]:
    """How often each node of a formula is used in it."""
    uses: dict[int, int] = {}
    for node in postorder(root):
        if isinstance(node, Apply):
            for item in node.inputs:
                uses[id(item)] = uses.get(id(item), 0) + 1
    return uses


def _goes_in_place(root: Expr, node: Apply, uses: dict[int, int]) -> bool:
    """Whether `node` is the first operand of a ufunc at the root: its value may stand where the result will."""
    return (
        isinstance(root, Apply)
        and root.inputs[0] is node
        and root.operation.elementwise
        and isinstance(root.operation.forward, np.ufunc)
        and node.shape == root.shape
        and uses[id(node)] == 1
    )


def _prepared(formula: Expr) -> Expr:
    """The formula with custom operations written out, constants computed and factors 1 left out."""

    def replace(node: Expr) -> Expr | None:
        if not isinstance(node, Apply):
            return None
        operation = node.operation
        if operation.is_its_definition and operation.definition is not None:
            return _prepared(operation.definition(*node.inputs))
        if all(isinstance(item, Constant) for item in node.inputs):
            return Constant(operation.forward(*(item.value for item in node.inputs)))  # type: ignore[attr-defined]
        if operation.forward is np.multiply:
            for factor, rest in (node.inputs, node.inputs[::-1]):
                if isinstance(factor, Constant) and np.all(factor.value == 1) and rest.shape == node.shape:
                    return rest
        return None

    return substitute(formula, replace)
