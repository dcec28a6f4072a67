"""Strings that must come out as they are."""

from __future__ import annotations

import pytest
from platforms import HOSTILE


@pytest.fixture(params=HOSTILE, ids=ascii)
def hostile(request) -> str:
    return request.param
