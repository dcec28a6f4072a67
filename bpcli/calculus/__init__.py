"""The idea: formulas, programs, their gradients and updates; no file, no screen, no language."""

from bpcli.calculus.ops import matrices as matrices  # binds the Python operators of formulas
