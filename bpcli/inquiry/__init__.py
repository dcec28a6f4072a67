"""What can be asked of a solution: derivations, checks, paths, costs."""
