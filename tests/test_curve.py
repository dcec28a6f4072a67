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
        self.texts: list[str] = []
        self.told: dict[str, tuple[object, ...]] = {}
        _Figure.made = self

    def add_axes(self, box: object, **_: object) -> _Figure:
        return self

    def text(self, x: float, y: float, text: str, *, parse_math: bool, **_: object) -> None:
        assert not parse_math
        self.texts.append(text)

    def savefig(self, stream, format: str) -> None:  # noqa: A002
        stream.write(format.encode())

    def __getattr__(self, name: str):
        def tell(*values: object, **options: object) -> None:
            self.told[name] = (*values, *options.items())

        return tell


CURVES = {
    "linear": [(1, 4.0), (2, 2.0), (3, 1.0)],
    "logarithmic": [(0, 4.0), (1, 0.2), (2, 0.01)],
    "level": [(1, 0.5), (2, 0.5)],
    "empty": [],
}


@pytest.mark.parametrize("points", CURVES.values(), ids=CURVES)
def test_both_pictures_say_the_same(points: list[tuple[float, float]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same line, the same words in the same order, and a title that is text, whatever signs it has."""
    monkeypatch.setitem(sys.modules, "matplotlib", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "matplotlib.backends", SimpleNamespace())
    agg = SimpleNamespace(FigureCanvasAgg=lambda figure: None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", agg)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", SimpleNamespace(Figure=_Figure))
    curve = curve_of("$x$ & y", points, "epoch", "J")
    assert curve_png(curve) == b"png"
    svg = ElementTree.fromstring(curve_svg(curve))
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(_Figure.made.texts) == sorted(texts)
    assert ("J (log)" in texts) == curve.logarithmic
    assert ("J" in texts) != curve.logarithmic
    line = svg.find("{http://www.w3.org/2000/svg}polyline")
    assert len(line.get("points", "").split()) == len(points)
    drawn = _Figure.made.told["plot"]
    assert list(zip(*drawn[:2], strict=True) if points else []) == curve.scaled()


def test_matplotlib_takes_it() -> None:
    pytest.importorskip("matplotlib")
    for points in CURVES.values():
        assert curve_png(curve_of("$x$ & y", points, "epoch", "J")).startswith(b"\x89PNG")
