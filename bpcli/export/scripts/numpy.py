"""NumPy: every line of the lesson, forward and backward, as a line of code."""

from __future__ import annotations

from bpcli.export.scripts.pieces import TOLERANCE, assertions, given, head, line_of, passes, pieces_of, prelude
from bpcli.solution.solution import Solution


def write(solution: Solution) -> str:
    pieces = pieces_of(solution)
    phases = {
        "Forward pass": [line_of(pieces, binding) for binding in pieces.forward],
        "Backward pass": [line_of(pieces, binding) for binding in pieces.backward],
        "Update": [line_of(pieces, binding) for binding in pieces.update],
    }
    functions = prelude(pieces, [line for lines in phases.values() for line in lines])
    parts = ["\n".join([*head(solution, "NumPy"), "import numpy as np"])]
    parts += [f"\n{text}\n" for text in functions]
    parts.append("\n".join(["# Given", *(given(pieces, variable, "np.array") for variable in pieces.inputs)]))
    sections = ("\n".join([f"# {title}", *lines]) for title, lines in phases.items() if lines)
    parts += passes(pieces, sections, "np.array")
    compare = f"np.testing.assert_allclose(value, known, rtol={TOLERANCE}, atol={TOLERANCE})"
    parts.append("\n".join(["# What bpcli found", *assertions(pieces, compare)]))
    return "\n\n".join(parts).replace("\n\n\n\n", "\n\n\n") + "\n"
