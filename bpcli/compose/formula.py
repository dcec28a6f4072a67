"""From formulas as they are written to expressions over named variables, with every fault reported at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, ShapeError, Variable, describe_shape, evaluate
from bpcli.calculus.ops.elementary import negate
from bpcli.calculus.ops.formulas import called
from bpcli.calculus.ops.matrices import as_number, entry, transpose
from bpcli.calculus.ops.piecewise import USUAL, Kinks
from bpcli.calculus.ops.registry import INFIX
from bpcli.calculus.ops.shaping import concat, matrix_of, part
from bpcli.diagnostics import Diagnostic
from bpcli.problem.model import Conventions, Function
from bpcli.problem.syntax import (
    BinaryOperation,
    Call,
    Entry,
    ListLiteral,
    Name,
    NumberLiteral,
    Part,
    Syntax,
    UnaryMinus,
)


class FormulaError(Exception):
    """A formula without a meaning; carries its diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def kinks_of(conventions: Conventions) -> Kinks:
    """What a problem says of the places where functions bend or jump."""
    return Kinks(conventions.relu_at_zero, conventions.step_at_zero)


def translate(
    syntax: Syntax,
    scope: Mapping[str, Expr],
    functions: Mapping[str, Operation],
    kinks: Kinks = USUAL,
) -> Expr:
    """The expression that a formula stands for, built without recursion: a formula may be as long as its file.

    Raises FormulaError where shapes do not fit or an index or a base is not what it must be; names and numbers of
    arguments have been checked by the reader.
    """
    done: list[Expr] = []
    work: list[tuple[Syntax, bool]] = [(syntax, False)]
    while work:
        node, ready = work.pop()
        if isinstance(node, NumberLiteral):
            done.append(Constant(node.value, texts=node.text))
        elif isinstance(node, Name):
            done.append(scope[node.name])
        elif not ready:
            work.append((node, True))
            work.extend((child, False) for child in reversed(_children(node)))
        else:
            count = len(_children(node))
            operands = done[len(done) - count :]
            del done[len(done) - count :]
            done.append(_combined(node, operands, functions, kinks))
    return done[0]


def size_of(syntax: Syntax, written_out: Mapping[str, int] = MappingProxyType({})) -> int:
    """How many names, numbers and operations a formula has, with those of the functions that it calls."""
    return sum(1 + (written_out.get(part.function, 0) if isinstance(part, Call) else 0) for part in parts_of(syntax))


def sizes_written_out(functions: Iterable[Function]) -> dict[str, int]:
    """The size of each function, written out down to names: one may call those above it, again and again."""
    sizes: dict[str, int] = {}
    for function in functions:
        formulas = [item for item in (function.value, function.derivative) if item is not None]
        sizes[function.name] = sum(size_of(formula, sizes) for formula in formulas)
    return sizes


def parts_of(syntax: Syntax) -> Iterator[Syntax]:
    """A formula and all that it is made of, the innermost parts first."""
    found = [syntax]
    for item in found:
        found.extend(_children(item))
    yield from reversed(found)


def _children(node: Syntax) -> tuple[Syntax, ...]:
    if isinstance(node, UnaryMinus | Entry | Part):
        return (node.operand,)
    if isinstance(node, ListLiteral):
        return node.items
    if isinstance(node, BinaryOperation):
        return (node.left, node.right)
    if isinstance(node, Call):
        return node.arguments
    return ()


def _combined(node: Syntax, operands: list[Expr], functions: Mapping[str, Operation], kinks: Kinks) -> Expr:
    """What a part of a formula stands for; a value of one entry is a number wherever a number is asked for."""
    faults: list[ShapeError] = []
    for tried in (operands, [as_number(item) if item.shape == (1, 1) else item for item in operands]):
        try:
            return _meaning(node, tried, functions, kinks)
        except ShapeError as error:
            faults.append(error)
    raise FormulaError(Diagnostic("shape", str(faults[0]), node.span)) from faults[0]


def _meaning(node: Syntax, operands: list[Expr], functions: Mapping[str, Operation], kinks: Kinks) -> Expr:
    result: Any
    if isinstance(node, UnaryMinus):
        result = _negative(operands[0])
    elif isinstance(node, BinaryOperation):
        result = INFIX[node.operator](*operands)
    elif isinstance(node, Entry):
        result = _entry(node, operands[0])
    elif isinstance(node, Part):
        result = part(node.ranges[0], node.ranges[1] if len(node.ranges) == 2 else "entries")(operands[0])
    elif isinstance(node, ListLiteral):
        result = _list(operands)
    else:
        assert isinstance(node, Call)
        result = _called(node, operands, functions, kinks)
    assert isinstance(result, Expr)
    return result


def _list(items: list[Expr]) -> Expr:
    """A vector of numbers, or a matrix of rows; numbers alone are a constant, written as they were."""
    shapes = {item.shape for item in items}
    if len(shapes) > 1 or any(shape != () and shape[1] != 1 for shape in shapes):
        raise ShapeError("a list holds numbers, or lists of numbers, all of one length")
    constants = [item for item in items if isinstance(item, Constant)]
    if len(constants) < len(items):
        return matrix_of(len(items), 1)(*items) if shapes == {()} else concat(*(transpose(item) for item in items))
    if shapes == {()}:
        return Constant([[item.value] for item in constants], texts=tuple((item.texts,) for item in constants))
    rows = tuple(tuple(text for (text,) in item.texts) for item in constants)
    return Constant([np.ravel(item.value) for item in constants], texts=rows)


def _negative(operand: Expr) -> Expr:
    """A minus before a number belongs to the number."""
    if isinstance(operand, Constant) and operand.shape == () and operand.math is None and "/" not in operand.texts:
        text = operand.texts
        return Constant(-operand.value, texts=text[1:] if text.startswith("-") else f"-{text}")
    return negate(operand)


def _entry(node: Entry, operand: Expr) -> Expr:
    if operand.shape == ():
        raise ShapeError("a number has no entries")
    rows, columns = operand.shape
    if len(node.indices) == 2:
        row, column = node.indices
    elif columns == 1:
        row, column = node.indices[0], 1
    elif rows == 1:
        row, column = 1, node.indices[0]
    else:
        raise ShapeError(f"an entry of {describe_shape(operand.shape)} needs two numbers: row and column")
    if not (1 <= row <= rows and 1 <= column <= columns):
        raise ShapeError(f"there is no entry {','.join(map(str, node.indices))} in {describe_shape(operand.shape)}")
    return entry(row - 1, column - 1)(operand)


def _called(node: Call, operands: list[Expr], functions: Mapping[str, Operation], kinks: Kinks) -> Any:
    if node.function in functions:
        return functions[node.function](*operands)

    def number(place: int, allowed: Callable[[float], bool]) -> float:
        value = _plain_number(operands[place])
        span = node.arguments[place].span
        if value is None:
            message = f"argument {place + 1} of `{node.function}` must be a number"
            raise FormulaError(Diagnostic("not-a-number", message, span))
        if not allowed(value):
            message = f"`{node.function}` cannot take {value:g} as argument {place + 1}"
            raise FormulaError(Diagnostic("range", message, span))
        return value

    return called(node.function, tuple(operands), number, kinks)


def _plain_number(expr: Expr) -> float | None:
    """The value of a formula of numbers alone."""
    if isinstance(expr, Variable):
        return None
    if isinstance(expr, Apply):
        try:
            value = evaluate(expr, {})
        except KeyError:
            return None
    else:
        value = expr.value  # type: ignore[attr-defined]
    return float(value) if np.ndim(value) == 0 else None
