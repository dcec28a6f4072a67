"""PyTorch: the forward pass; the gradients are automatic."""

from __future__ import annotations

from bpcli.calculus.expr import Variable
from bpcli.export.scripts.pieces import TOLERANCE, Pieces, assertions, given, head, line_of, passes, pieces_of, prelude
from bpcli.solution.solution import Solution


def write(solution: Solution) -> str:
    pieces = pieces_of(solution)
    forward = [line_of(pieces, binding, "torch") for binding in pieces.forward]
    update = [line_of(pieces, binding, "torch") for binding in pieces.update]
    functions = prelude(pieces, [*forward, *update], "torch", ("softmax", "log_softmax"))
    imports = ["import torch"]
    mentioned = [name for name in ("log_softmax", "softmax") if any(f"{name}(" in line for line in forward)]
    if mentioned:
        imports.append(f"from torch import {', '.join(mentioned)}")
    parts = ["\n".join([*head(solution, "PyTorch"), *imports, "", "torch.set_default_dtype(torch.float64)"])]
    parts += [f"\n{text}\n" for text in functions]
    parts.append("\n".join(["# Given", *(_given(pieces, variable) for variable in pieces.inputs)]))
    sections = ["\n".join(["# Forward pass", *forward])]
    if pieces.gradients:
        sections.append("\n".join(["# Backward pass", _backward(pieces)]))
    if update:
        sections.append("\n".join(["# Update", "with torch.no_grad():", *(f"    {line}" for line in update)]))
    parts += passes(pieces, sections, "torch.tensor", "{}.requires_grad_()")
    compare = (
        f"torch.testing.assert_close(torch.as_tensor(value).detach(), torch.tensor(known), rtol={TOLERANCE}, "
        f"atol={TOLERANCE})"
    )
    parts.append("\n".join(["# What bpcli found", *assertions(pieces, compare)]))
    return "\n\n".join(parts).replace("\n\n\n\n", "\n\n\n") + "\n"


def _given(pieces: Pieces, variable: Variable) -> str:
    if variable.role == "step_number":
        return given(pieces, variable, "torch.tensor")
    wanted = ", requires_grad=True" if variable in pieces.gradients else ""
    return given(pieces, variable, "torch.tensor", options=wanted, scalars=False)


def _backward(pieces: Pieces) -> str:
    output = pieces.solution.output.name
    names = [pieces.names[v.name] for v in pieces.gradients]
    results = [pieces.names[f"d{output}/d{v.name}"] for v in pieces.gradients]
    left = ", ".join(results) + ("," if len(results) == 1 else "")
    inputs = ", ".join(names) + ("," if len(names) == 1 else "")
    of, seed = pieces.names.get(output, ""), ""
    if pieces.seeded is not None:
        of, given = (pieces.names[name] for name in pieces.seeded)
        seed = f" grad_outputs={given},"
    return f"{left} = torch.autograd.grad({of}, ({inputs}),{seed} materialize_grads=True)"
