"""The idea: formulas, programs, their gradients and updates; no file, no screen, no language."""
