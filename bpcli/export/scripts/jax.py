"""JAX: the forward pass as a function; its gradient is another function."""

from __future__ import annotations

from bpcli.export.scripts.pieces import TOLERANCE, Pieces, assertions, given, head, line_of, passes, pieces_of, prelude
from bpcli.solution.solution import Solution


def write(solution: Solution) -> str:
    pieces = pieces_of(solution)
    forward = [line_of(pieces, binding, "jnp") for binding in pieces.forward]
    update = [line_of(pieces, binding, "jnp") for binding in pieces.update]
    functions = prelude(pieces, [*forward, *update], "jnp", ("softmax", "log_softmax"))
    imports = ["import jax", "import jax.numpy as jnp", "import numpy as np"]
    mentioned = [name for name in ("log_softmax", "softmax") if any(f"{name}(" in line for line in forward)]
    if mentioned:
        imports.append(f"from jax.nn import {', '.join(mentioned)}")
    parts = ["\n".join([*head(solution, "JAX"), *imports, "", 'jax.config.update("jax_enable_x64", True)'])]
    parts += [f"\n{text}\n" for text in functions]
    arrays = [
        given(pieces, variable, "jnp.array", scalars=variable.role == "step_number") for variable in pieces.inputs
    ]
    parts.append("\n".join(["# Given", *arrays]))
    if pieces.gradients:
        parts.append(_function(pieces, forward))
        sections = ["\n".join(["# Forward and backward pass", _backward(pieces)])]
    else:
        sections = ["\n".join(["# Forward pass", *forward])]
    if update:
        sections.append("\n".join(["# Update", *update]))
    parts += passes(pieces, sections, "jnp.array")
    compare = f"np.testing.assert_allclose(value, known, rtol={TOLERANCE}, atol={TOLERANCE})"
    parts.append("\n".join(["# What bpcli found", *assertions(pieces, compare)]))
    return "\n\n".join(parts).replace("\n\n\n\n", "\n\n\n") + "\n"


def _function(pieces: Pieces, forward: list[str]) -> str:
    arguments = ", ".join(pieces.names[v.name] for v in pieces.gradients)
    body = "".join(f"    {line}\n" for line in forward)
    if pieces.seeded is not None:
        return f"\ndef prediction({arguments}):\n{body}    return {pieces.names[pieces.seeded[0]]}\n"
    return f"\ndef objective({arguments}):\n{body}    return {pieces.names[pieces.solution.output.name]}\n"


def _backward(pieces: Pieces) -> str:
    output = pieces.solution.output.name
    names = [pieces.names[v.name] for v in pieces.gradients]
    results = [pieces.names[f"d{output}/d{v.name}"] for v in pieces.gradients]
    numbers = ", ".join(map(str, range(len(names)))) + ("," if len(names) == 1 else "")
    left = ", ".join(results) + ("," if len(results) == 1 else "")
    if pieces.seeded is not None:
        of, given = (pieces.names[name] for name in pieces.seeded)
        return f"{of}, pull_back = jax.vjp(prediction, {', '.join(names)})\n{left} = pull_back({given})"
    return f"{pieces.names[output]}, ({left}) = jax.value_and_grad(objective, argnums=({numbers}))({', '.join(names)})"
