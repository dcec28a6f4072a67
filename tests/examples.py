"""How many examples a property is tried with: a share of what the profile asks for (`tests/conftest.py`)."""

from __future__ import annotations

from hypothesis import settings


def tried(share: float = 1.0) -> settings:
    """Settings of a property whose examples take longer than usual, so that fewer of them are tried in a short run."""
    count = settings.default.max_examples
    return settings(max_examples=max(1, int(count * share)))
