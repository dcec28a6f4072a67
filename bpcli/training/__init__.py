"""Epochs and mini-batches, and what they leave."""
