"""Blocks that do not fit what comes in: each is told with its place and what to do."""

from __future__ import annotations

import pytest

from bpcli import parse_problem, solve
from bpcli.diagnostics import ProblemError

MISFITS: dict[str, tuple[str, tuple[int, int], str]] = {
    "dense after maps": (
        """\
network:
  input: [[1, 2], [3, 4]]
  target: [1]
  layers:
    - conv: {kernels: [[[1]], [[2]]]}
    - {weights: [[1, 2]]}
  loss: squared_error
""",
        (6, 7),
        "flatten",
    ),
    "kernel too large": (
        """\
network:
  input: [[1, 2], [3, 4]]
  target: [1]
  layers:
    - conv: {kernels: [[1, 2, 3], [1, 2, 3], [1, 2, 3]]}
    - flatten
  loss: squared_error
""",
        (5, 7),
        "3×3 does not fit into 2×2",
    ),
    "channels": (
        """\
network:
  input: [[[1, 2], [3, 4]], [[1, 2], [3, 4]]]
  target: [1]
  layers:
    - conv: {kernels: [[[[1]], [[1]], [[1]]]]}
    - flatten
  loss: squared_error
""",
        (5, 23),
        "3 channels, but 2",
    ),
    "dense width after flatten": (
        """\
network:
  input: [[1, 2], [3, 4]]
  target: [1]
  layers:
    - flatten
    - {weights: [[1, 2, 3]]}
  loss: squared_error
""",
        (6, 17),
        "4 values come in",
    ),
    "dropout": (
        """\
network:
  input: [1, 2]
  target: [1, 2]
  layers:
    - dropout: {mask: [1, 0, 1], keep: 0.5}
  loss: squared_error
""",
        (5, 23),
        "`mask` of layer 1",
    ),
    "gain": (
        """\
network:
  input: [1, 2]
  target: [1, 2]
  layers:
    - layer_norm: {gain: [1, 0, 1]}
  loss: squared_error
""",
        (5, 7),
        "3×1 and 2×1",
    ),
    "batch norm of one": (
        """\
network:
  input: [1, 2]
  target: [1, 2]
  layers:
    - batch_norm
  loss: squared_error
""",
        (5, 7),
        "one instance",
    ),
    "residual": (
        """\
network:
  input: [1, 2]
  target: [1, 2]
  layers:
    - residual: {layers: [{weights: [[1, 2]]}]}
  loss: squared_error
""",
        (5, 7),
        "2×1 and 1×1",
    ),
    "branches sum": (
        """\
network:
  input: [1, 2]
  target: [1]
  layers:
    - branches: {branches: [{layers: [{weights: [[1, 2]]}]}, {layers: []}], combine: sum}
  loss: squared_error
""",
        (5, 7),
        "1×1 and 2×1",
    ),
    "recurrent width": (
        """\
network:
  input: [[1, 2], [1, 2]]
  sequence: true
  target: [1]
  layers:
    - recurrent: {weights: [[1, 2, 3]], recurrent: [[1]]}
  loss: squared_error
""",
        (6, 28),
        "2 values come in at each step",
    ),
    "start": (
        """\
network:
  input: [[1, 2], [1, 2]]
  sequence: true
  target: [1]
  layers:
    - recurrent: {weights: [[1, 2]], recurrent: [[1]], start: [1, 2]}
  loss: squared_error
""",
        (6, 63),
        "`start` is 2",
    ),
    "attention width": (
        """\
network:
  input: [[1, 2], [1, 2]]
  sequence: true
  target: [1]
  layers:
    - attention: {query: [[1]], key: [[1]], value: [[1]]}
  loss: squared_error
""",
        (6, 7),
        "2×2 and 1×1",
    ),
    "heads": (
        """\
network:
  input: [[1, 2], [1, 2]]
  sequence: true
  target: [1]
  layers:
    - attention: {query: [[1], [2]], key: [[1], [2]], value: [[1], [2]], heads: 2}
  loss: squared_error
""",
        (6, 26),
        "1 columns for 2 heads",
    ),
    "embedding": (
        """\
network:
  input: [1, 4]
  target: [[1, 2], [1, 2]]
  layers:
    - embedding: {table: [[1, 2], [3, 4]]}
  loss: squared_error
""",
        (2, 10),
        "no token 4",
    ),
    "target": (
        """\
network:
  input: [[1, 2], [3, 4]]
  target: [1, 2]
  layers:
    - flatten
  loss: squared_error
""",
        (3, 11),
        "target is 2",
    ),
    "upstream": (
        """\
network:
  input: [1, 2]
  upstream: [1, 2]
  layers:
    - {weights: [[1, 2]]}
""",
        (3, 13),
        "`upstream` is 2",
    ),
    "given": (
        """\
network:
  input: [1, 2]
  target: [1]
  given: {z1: [1]}
  layers:
    - {weights: [[1, 2]]}
  loss: squared_error
""",
        (4, 15),
        "`z1`",
    ),
    "own": (
        """\
blocks:
  gate(x): {parameters: [W], define: {y: W @ x}}
network:
  input: [1, 2]
  target: [1]
  layers:
    - gate: {W: [[1, 2, 3]]}
  loss: squared_error
""",
        (2, 42),
        "1×3 and 2×1",
    ),
    "state": (
        """\
network:
  input: [1, 2]
  target: [1]
  layers:
    - {weights: [[1, 2]]}
  loss: squared_error
  update: {learning_rate: 1, optimizer: momentum, state: {v_W1: [1]}}
""",
        (7, 65),
        "`v_W1` is 1",
    ),
    "gradients": (
        """\
network:
  input: [1, 2]
  layers:
    - {weights: [[1, 2]]}
  update: {learning_rate: 1, gradients: {W2: [[1, 2]]}}
""",
        (5, 46),
        "`W2`",
    ),
    "batch to conv": (
        """\
network:
  inputs: [[1, 2], [3, 4]]
  targets: [[1], [2]]
  layers:
    - conv: {kernels: [1, 2]}
  loss: squared_error
""",
        (5, 7),
        "one instance at a time",
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_told_at_its_place(name: str) -> None:
    text, place, told = MISFITS[name]
    with pytest.raises(ProblemError) as caught:
        solve(parse_problem(text))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is not None
    assert diagnostic.span[:2] == place
    assert told in diagnostic.message + diagnostic.help
