"""Worked lines: numbers put into a formula, then evaluated from the inside out, one layer at a time.

    W x + b  →  [W]·[x] + [b]  →  [Wx] + [b]  →  [Wx + b]

A chain of sums is worked in one stroke. A total, a loss or a softmax first becomes its textbook form with the
numbers in it, so that every summand is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Variable, evaluate, postorder, substitute
from bpcli.calculus.lower import entry_of
from bpcli.calculus.ops.elementary import divide, multiply, negate, sum_of

MOST_SUMMANDS = 6
"""A longer sum is worked at once: written out it would fill the page."""
MOST_PARTS = 600
"""A formula of more names, numbers and operations is not written out: nobody would read it."""
MOST_NESTED = 24
"""Nor is one with more brackets in brackets."""


def numbers_in(formula: Expr, values: Mapping[str, Array], texts: Mapping[str, Any]) -> Expr:
    """`formula` with a number in the place of every name; transposes and single entries are taken at once."""

    def replace(node: Expr) -> Expr | None:
        if isinstance(node, Variable):
            return Constant(values[node.name], texts=texts.get(node.name), variable=node)
        if isinstance(node, Constant) and node.math is not None:
            return Constant(node.value, texts=node.texts)
        if isinstance(node, Apply) and node.operation.immediate and _all_numbers(node):
            return _taken(node)
        return None

    return substitute(formula, replace)


def begun(formula: Expr, values: Mapping[str, Any], texts: Mapping[str, Any]) -> Expr:
    """`formula` with the numbers put in, as the first line of working it: a short total with its summands seen."""
    stage = numbers_in(formula, values, texts)
    if isinstance(stage, Apply) and stage.operation.unfold not in ("", "slices") and _all_numbers(stage):
        unfolded = _unfolded(stage)
        stage = stage if unfolded is None else unfolded
    return _without_signed_zeros(stage)


def is_long(formula: Expr) -> bool:
    """Whether a formula has more parts than are written out."""
    waiting: list[tuple[Expr, int]] = [(formula, 0)]
    count = 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > MOST_PARTS or depth > MOST_NESTED:
            return True
        if isinstance(node, Apply):
            first, *others = node.inputs or (None,)
            if first is not None:
                # a + b + c is one chain, however its sums are nested
                goes_on = others and isinstance(first, Apply) and first.operation is node.operation
                waiting.append((first, depth if goes_on else depth + 1))
            waiting.extend((item, depth + 1) for item in others if item is not None)
    return False


def stages(formula: Expr, values: Mapping[str, Array], texts: Mapping[str, Any]) -> Iterator[Expr]:
    """The worked stages of a formula, from the numbers put in to the value (which comes last)."""
    if is_long(formula):
        yield Constant(evaluate(formula, values))
        return
    stage = numbers_in(formula, values, texts)
    previous: Expr | None = None
    while stage is not previous:
        if not isinstance(stage, Apply) or not (_unfolds_next(stage) or _is_signed_number(stage)):
            yield _without_signed_zeros(stage)
        if not isinstance(stage, Apply):
            return
        previous, stage = stage, _next(stage)


def _all_numbers(node: Apply) -> bool:
    return all(isinstance(item, Constant) for item in node.inputs)


def _taken(node: Apply) -> Constant:
    """A transpose, an entry or a repetition of numbers, keeping the way in which they were written."""
    value = node.operation.forward(*(item.value for item in node.inputs))  # type: ignore[attr-defined]
    source = node.inputs[0]
    texts: Any = None
    if isinstance(source, Constant) and source.texts is not None and source.shape != ():
        moved = node.operation.forward(np.array(source.texts, dtype=object))
        texts = moved if isinstance(moved, str) else tuple(tuple(row) for row in moved)
    elif isinstance(source, Constant) and source.shape == () and np.ndim(value) == 0:
        texts = source.texts
    return Constant(value, texts=texts)


def _unfolds_next(root: Apply) -> bool:
    """Whether a total or a loss of numbers stands here that is about to be written out: its numbers are seen then."""
    return any(
        isinstance(node, Apply) and node.operation.unfold and _all_numbers(node) and _unfolded(node) is not None
        for node in postorder(root)
    )


def _next(root: Apply) -> Expr:
    """One layer further: what has only numbers below it becomes a number (or its textbook form)."""
    inside_chain = _inside_chains(root)
    results: dict[int, Expr] = {}
    for node in postorder(root):
        results[id(node)] = node
        if not isinstance(node, Apply):
            continue
        if _ready(node) and id(node) not in inside_chain:
            results[id(node)] = _worked(node)
            continue
        inputs = tuple(results[id(item)] for item in node.inputs)
        if any(a is not b for a, b in zip(inputs, node.inputs, strict=True)):
            results[id(node)] = Apply(node.operation, inputs)
    return results[id(root)]


def _ready(node: Apply) -> bool:
    """Whether only numbers stand below, a whole chain of sums (and signs before numbers) counting as one operation."""
    stack: list[tuple[Expr, bool]] = [(item, node.operation.chain) for item in node.inputs]
    while stack:
        item, in_chain = stack.pop()
        if isinstance(item, Constant):
            continue
        if isinstance(item, Apply) and in_chain and item.operation.chain:
            stack.extend((below, True) for below in item.inputs)
        elif not _is_signed_number(item):
            return False
    return True


def _is_signed_number(item: Expr) -> bool:
    """−[number]: a sign is not a step of its own."""
    return (
        isinstance(item, Apply)
        and len(item.inputs) == 1
        and item.operation is negate
        and isinstance(item.inputs[0], Constant)
    )


def _without_signed_zeros(stage: Expr) -> Expr:
    """0 for −0, and 0 · ln 0.5 for −0 · ln 0.5: nobody writes a sign before a zero."""

    def unsigned(node: Expr) -> Expr | None:
        is_negative = isinstance(node, Apply) and node.operation is negate
        return node.inputs[0] if is_negative and _leads_with_zero(node.inputs[0]) else None  # type: ignore[attr-defined]

    return substitute(stage, unsigned)


def _leads_with_zero(item: Expr) -> bool:
    while isinstance(item, Apply) and item.operation in (multiply, divide):
        item = item.inputs[0]
    return isinstance(item, Constant) and item.shape == () and item.math is None and float(item.value) == 0.0


def _inside_chains(root: Apply) -> set[int]:
    """The sums that are operands of sums: they are worked with the outermost one."""
    inside: set[int] = set()
    for node in postorder(root):
        if isinstance(node, Apply):
            for item in node.inputs:
                if (node.operation.chain and isinstance(item, Apply) and item.operation.chain) or _is_signed_number(
                    item
                ):
                    inside.add(id(item))
    return inside


def _worked(node: Apply) -> Expr:
    if node.operation.unfold and _all_numbers(node):
        unfolded = _unfolded(node)
        if unfolded is not None:
            return unfolded
    return Constant(_value(node))


def _value(node: Apply) -> Array:
    # What leaves the range of numbers is shown as ∞, or not at all; it needs no warning beside it.
    with np.errstate(all="ignore"):
        return evaluate(node, {})


def _unfolded(node: Apply) -> Expr | None:
    """The textbook form of an operation on numbers; None where it is too long or leaves the range of numbers."""
    operation = node.operation
    size = max((item.shape[0] * item.shape[1] if item.shape else 1) for item in node.inputs)
    if operation.unfold == "slices":
        return _slices(node)
    if operation.definition is not None:
        form = operation.definition(*node.inputs)
        if isinstance(form, Constant) or not np.all(np.isfinite(_value(form))):  # type: ignore[arg-type]
            return None
    else:
        form = node
    if operation.unfold == "definition":
        return form
    if size > MOST_SUMMANDS or node.shape != () or (size == 1 and form is node):
        return None
    written = entry_of(form)
    return None if isinstance(written, Constant) else written


def _slices(node: Apply) -> Expr | None:
    """The sum over the instances of a batch as the sum of their columns (or rows)."""
    source = node.inputs[0]
    axis = int(dict(node.operation.parameters)["axis"])
    assert isinstance(source, Constant)
    count = source.shape[axis]
    if not 1 < count <= MOST_SUMMANDS:
        return None
    parts: list[Expr] = [
        Constant(source.value[k : k + 1, :] if axis == 0 else source.value[:, k : k + 1]) for k in range(count)
    ]
    return sum_of(parts)
