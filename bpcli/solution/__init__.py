"""A program with its values, and the way to it from a file."""
