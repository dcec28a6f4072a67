"""From a problem to its program."""
