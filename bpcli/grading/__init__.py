"""Grading: a student's numbers against the computation, following an error through and naming the mistake."""
