"""Loss curves: few points, equal points, none, and the picture that matplotlib draws."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from bpcli.training.curve import curve_lines, curve_of, curve_png, curve_svg


@pytest.mark.parametrize("points", [[], [(1, 0.5)], [(1, 0.5), (2, 0.5), (3, 0.5)], [(1, 1.0), (2, float("nan"))]])
@pytest.mark.parametrize("plain", [False, True])
def test_a_curve_of_few_points_is_drawn(points: list[tuple[float, float]], plain: bool) -> None:
    """In the terminal as many lines as for any other, and as a picture that says its title."""
    curve = curve_of("Loss & more", points, "epoch", "J")
    lines = curve_lines(curve, 40, 8, ascii=plain)
    usual = curve_lines(curve_of("Loss", [(k, 1 / k) for k in range(1, 9)], "epoch", "J"), 40, 8, ascii=plain)
    assert max(map(len, lines), default=0) <= 40
    assert len(lines) <= len(usual)
    svg = ElementTree.fromstring(curve_svg(curve))
    assert "Loss & more" in "".join(svg.itertext())
    finite = [y for _, y in points if y == y]
    if finite:
        assert f"{finite[0]:g}" in "".join(svg.itertext())


class _Figure:
    """What is asked of matplotlib, written down."""

    made: _Figure

    def __init__(self, **_: object) -> None:
        self.told: dict[str, tuple[object, ...]] = {}
        _Figure.made = self

    def add_subplot(self) -> _Figure:
        return self

    def savefig(self, stream, format: str) -> None:  # noqa: A002
        stream.write(format.encode())

    def __getattr__(self, name: str):
        def tell(*values: object, **options: object) -> None:
            self.told[name] = (*values, *options.items())

        return tell


def test_a_png_is_drawn_by_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """The points as they are, and a title that is text, whatever signs it has."""
    monkeypatch.setitem(sys.modules, "matplotlib", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "matplotlib.backends", SimpleNamespace())
    agg = SimpleNamespace(FigureCanvasAgg=lambda figure: None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", agg)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", SimpleNamespace(Figure=_Figure))
    assert curve_png(curve_of("$x$", [(1, 4.0), (2, 2.0)], "epoch", "J")) == b"png"
    told = _Figure.made.told
    assert told["plot"][:2] == ([1.0, 2.0], [4.0, 2.0])
    assert told["set_title"] == ("$x$", ("parse_math", False))
    assert (told["set_xlabel"], told["set_ylabel"]) == (("epoch",), ("J",))
    assert told["set_yscale"] == ("linear",)
