"""Expressions as Python: every operation brings its own notation (`Operation.code`), or is written out by definition.

Operands are put into fences everywhere; `ast.unparse` then leaves the ones that are needed. What is written for numpy
is moved to another library by renaming `np` in the syntax tree, never in the text.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from bpcli.calculus.expr import Apply, Array, Constant, Expr, Operation, Variable, postorder
from bpcli.diagnostics import BpcliError
from bpcli.document.mathtree import Identifier

WIDTH = 100
LETTERS = ("z", "u", "v", "w")
DEEPEST = 60
"""Python reads 200 brackets inside each other, and an operation may take three of them."""
_SIGNS = re.compile(r"(\({[01]}\)|[-+*/ ])+")
"""A template of nothing but operands and signs of arithmetic."""
LONGEST = 20_000
"""Characters of a formula that nobody would read."""


class ScriptError(BpcliError):
    """A problem that no script can be written for."""

    exit_code = 3


class Coder:
    """Writes formulas; collects the functions that they call and that the script has to define."""

    def __init__(self, names: Mapping[str, str], function_names: Mapping[str, str]) -> None:
        self.names = names
        self.function_names = function_names
        self.functions: dict[str, str] = {}

    def code(self, expr: Expr) -> str:
        """The formula as Python. Raises ScriptError for one that Python would not read."""
        return _tidy(self._text(_readable(expr), self.names))

    def _text(self, expr: Expr, names: Mapping[str, str]) -> str:
        results: dict[int, str] = {}
        for node in postorder(expr):
            if isinstance(node, Variable):
                results[id(node)] = names[node.name]
            elif isinstance(node, Constant):
                results[id(node)] = _constant(node)
            else:
                assert isinstance(node, Apply)
                text = self._apply(node, tuple(results[id(item)] for item in node.inputs), names)
                if len(text) > LONGEST:  # what is used in several places is written out in each
                    raise ScriptError(f"a formula of more than {LONGEST} characters; break it into steps")
                results[id(node)] = text
        return results[id(expr)]

    def _apply(self, node: Apply, operands: tuple[str, ...], names: Mapping[str, str]) -> str:
        operation = node.operation
        if node.shape == () and all(isinstance(item, Constant) for item in node.inputs):
            # A function of the library may take no plain number, and a number it is. Signs of arithmetic do: 1 − 0.9.
            with np.errstate(all="ignore"):
                value = operation.forward(*(item.value for item in node.inputs))  # type: ignore[attr-defined]
            if not (isinstance(operation.code, str) and _SIGNS.fullmatch(operation.code) and np.isfinite(value)):
                return _constant(Constant(value))
        if callable(operation.code):
            return operation.code(tuple(f"({text})" for text in operands), node.inputs)
        if operation.code:
            return operation.code.format(*(f"({text})" for text in operands))
        assert operation.definition is not None  # every operation has one, or code
        if operation.derivative is not None or operation.is_its_definition:
            return f"{self._function(operation, len(operands))}({', '.join(operands)})"
        below = tuple(
            item if isinstance(item, Variable | Constant) else Variable(f"operand:{place}", item.shape, Identifier("·"))
            for place, item in enumerate(node.inputs)
        )
        held = {f"operand:{place}": f"({text})" for place, text in enumerate(operands)}
        return self._text(operation.definition(*below), {**names, **held})

    def _function(self, operation: Operation, count: int) -> str:
        """The name of a function that the script defines for this operation."""
        name = self.function_names.get(operation.name, operation.name)
        if name not in self.functions:
            self.functions[name] = ""  # its place, before those of the functions it uses are taken
            letters = LETTERS[:count] if count <= len(LETTERS) else tuple(f"z{i}" for i in range(1, count + 1))
            arguments = tuple(Variable(letter, (), Identifier(letter)) for letter in letters)
            assert operation.definition is not None
            definition = _readable(operation.definition(*arguments))
            body = _tidy(self._text(definition, dict(zip(letters, letters, strict=True))))
            del self.functions[name]  # functions stand after those they use
            self.functions[name] = f"def {name}({', '.join(letters)}):\n    return {body}"
        return name


def _readable(expr: Expr) -> Expr:
    """The formula itself. Raises ScriptError for one that Python would not read."""
    depth = _depth(expr)
    if depth > DEEPEST:
        raise ScriptError(
            f"a formula of {depth} operations inside each other is more than Python reads ({DEEPEST}); "
            "break it into steps, or give a part of the problem"
        )
    return expr


def _depth(expr: Expr) -> int:
    """How many operations stand inside each other, at most."""
    depths: dict[int, int] = {}
    for node in postorder(expr):
        below = node.inputs if isinstance(node, Apply) else ()
        depths[id(node)] = 1 + max((depths[id(item)] for item in below), default=-1)
    return depths[id(expr)]


def _tidy(text: str) -> str:
    """The same expression with only the parentheses it needs."""
    return ast.unparse(ast.parse(text, mode="eval"))


def number_text(value: float) -> str:
    """A float in Python; whole numbers without their `.0`."""
    if not math.isfinite(value):
        return f'float("{value}")'
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))


def _constant(node: Constant) -> str:
    if node.shape != ():
        return f"np.array({array_text(node.value)})"
    value = float(node.value)
    text = node.texts if isinstance(node.texts, str) else ""
    numerator, stroke, denominator = text.partition("/")
    plain = all(part.isascii() and part.isdigit() for part in (numerator, denominator))
    if stroke and plain and int(denominator) and int(numerator) / int(denominator) == value:
        return f"({int(numerator)} / {int(denominator)})"
    return f"({number_text(value)})" if value < 0 else number_text(value)


def array_text(value: Array, indent: int = 0) -> str:
    """Nested lists of floats, a row on each line where they do not fit on one."""
    if np.ndim(value) == 0:
        return repr(float(value) + 0.0)
    rows = [[_float_text(item) for item in row] for row in value]
    whole = "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"
    if len(whole) + indent <= WIDTH:
        return whole
    margin = " " * (indent + 4)
    if len(rows[0]) == 1:  # a column, as many of its entries to a line as fit
        return _wrapped([f"[{row[0]}]" for row in rows], indent)
    return "[\n" + "".join(f"{margin}{_wrapped(row, indent + 4)},\n" for row in rows) + " " * indent + "]"


def _float_text(value: Any) -> str:
    return repr(float(value) + 0.0)


def _wrapped(row: list[str], indent: int) -> str:
    if sum(map(len, row)) + 2 * len(row) + indent <= WIDTH:
        return "[" + ", ".join(row) + "]"
    margin, lines, line = " " * (indent + 4), [], ""
    for text in row:
        if line and len(line) + len(text) + indent + 6 > WIDTH:
            lines.append(line)
            line = ""
        line += ("" if not line else " ") + text + ","
    lines.append(line)
    return "[\n" + "".join(f"{margin}{item}\n" for item in lines) + " " * indent + "]"


def renamed(code: str, module: str) -> str:
    """The statements with `np` renamed to another library."""
    if module == "np":
        return code
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if module == "jnp" and isinstance(node, ast.Call) and ast.unparse(node.func) == "np.abs":
            node.func = ast.Name("absolute")
        elif isinstance(node, ast.Name) and node.id == "np":
            node.id = module
        elif isinstance(node, ast.Attribute) and node.attr == "array" and module == "torch":
            node.attr = "tensor"
    return ast.unparse(tree)


def used_names(codes: Iterable[str]) -> frozenset[str]:
    """The names that some code mentions."""
    return frozenset(node.id for code in codes for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))
