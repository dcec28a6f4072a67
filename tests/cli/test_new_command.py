"""`bpcli new` as users run it."""

from __future__ import annotations

import pytest


def test_the_command_keeps_what_is_there(bpcli, tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    assert bpcli("new", "2-3-1", "--hidden", "tanh", "-o", str(path)).returncode == 0
    assert bpcli("solve", str(path)).returncode == 0
    path.write_text("mine", encoding="utf-8")
    refused = bpcli("new", "2-3-1", "-o", str(path))
    assert refused.returncode == 4
    assert "--force" in refused.stderr
    assert path.read_text(encoding="utf-8") == "mine"
    assert bpcli("new", "--graph", "-o", str(path), "--force").returncode == 0
    assert bpcli("solve", str(path)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--graph"),
        (("2-3-1", "--graph"), "--graph"),
        (("2-0-1",), "layer without units"),
        (("2-3-1", "--output", "mine.yaml"), "-o"),
        (("2-1", "--output", "softmax"), "--output sigmoid"),
        (("2-3-1", "--hidden", "signoid"), "sigmoid"),
        (("2-3-1", "--batch", "-1"), "batch"),
    ],
)
def test_errors_say_what_to_write(bpcli, arguments: tuple[str, ...], told: str) -> None:
    ended = bpcli("new", *arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert not ended.stdout
