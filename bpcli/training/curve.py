"""Loss curves: in characters for the terminal, as SVG, and as PNG where matplotlib is installed.

The scale of the objective is logarithmic where it falls a long way and stays above zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, isfinite, log10
from typing import Any, NamedTuple

from bpcli.diagnostics import BpcliError
from bpcli.document.safe import safe

Point = tuple[float, float]

WORTH_A_LOGARITHM = 20.0
"""Where the largest value is so many times the smallest, a linear scale would show a corner and a flat line."""

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a braille character, from the top, left and right."""


class Curve(NamedTuple):
    """The finite points of a curve, in order; `logarithmic` says how the ordinate is scaled."""

    title: str
    points: tuple[Point, ...]
    abscissa: str
    ordinate: str
    logarithmic: bool

    @property
    def scale(self) -> str:
        """What is drawn upwards, and how."""
        return f"{self.ordinate} (log)" if self.logarithmic else self.ordinate

    def scaled(self) -> list[Point]:
        """Every point between 0 and 1 in both directions."""
        across = _scale([x for x, _ in self.points])
        up = _scale([log10(y) if self.logarithmic else y for _, y in self.points])
        return list(zip(across, up, strict=True))


def curve_of(title: str, points: Sequence[Point], abscissa: str, ordinate: str) -> Curve:
    """A curve through those points that are numbers, under a title that may be any text."""
    finite = tuple((float(x), float(y)) for x, y in points if isfinite(x) and isfinite(y))
    values = [y for _, y in finite]
    least, most = min(values, default=0.0), max(values, default=0.0)
    return Curve(safe(title), finite, abscissa, ordinate, least > 0 and most / least > WORTH_A_LOGARITHM)


def _scale(values: list[float]) -> list[float]:
    least, most = min(values, default=0.0), max(values, default=0.0)
    width = most - least
    return [(value - least) / width if width > 0 else 0.5 for value in values]


def _label(value: float) -> str:
    return f"{value:.3g}"


# --- in characters -----------------------------------------------------------------------------------------------


def curve_lines(curve: Curve, width: int, height: int = 10, *, ascii: bool = False) -> list[str]:  # noqa: A002
    """The curve in lines of at most `width` cells: braille dots, or stars in ASCII."""
    if not curve.points:
        return []
    values = [y for _, y in curve.points]
    labels = [_label(max(values)), _label(min(values))]
    margin = max(map(len, labels))
    columns = max(8, width - margin - 3)
    rows = _plain_rows(curve, columns, height) if ascii else _braille_rows(curve, columns, height)
    axis, corner, stroke = ("|", "+", "-") if ascii else ("│", "└", "─")
    texts = [labels[0], *[""] * (height - 2), labels[1]]
    lines = [f"{text:>{margin}} {axis}{row}".rstrip() for text, row in zip(texts, rows, strict=True)]
    lines.append(" " * (margin + 1) + corner + stroke * columns)
    first, last = _label_of_place(curve.points[0][0]), _label_of_place(curve.points[-1][0])
    middle = curve.abscissa.center(max(0, columns - len(first) - len(last)))
    lines.append(" " * (margin + 2) + first + middle + last)
    return lines


def _label_of_place(value: float) -> str:
    return str(int(value)) if value.is_integer() else _label(value)


def _heights(curve: Curve, columns: int, rows: int) -> list[tuple[int, int] | None]:
    """For each column the lowest and the highest row (from the bottom) that the curve passes."""
    result: list[tuple[int, int] | None] = [None] * columns
    previous: tuple[int, int] | None = None
    for x, y in curve.scaled():
        at, up = min(columns - 1, floor(x * columns)), min(rows - 1, floor(y * rows))
        result[at] = _joined(result[at], up, up)
        if previous is not None:
            for between in range(previous[0] + 1, at):
                share = (between - previous[0]) / (at - previous[0])
                height = round(previous[1] + share * (up - previous[1]))
                result[between] = (height, height)
        previous = (at, up)
    for at in range(1, columns):  # a steep curve is drawn without gaps
        before, here = result[at - 1], result[at]
        if before is not None and here is not None:
            if before[0] > here[1] + 1:
                result[at] = (here[0], before[0] - 1)
            elif before[1] < here[0] - 1:
                result[at] = (before[1] + 1, here[1])
    return result


def _joined(span: tuple[int, int] | None, low: int, high: int) -> tuple[int, int]:
    return (low, high) if span is None else (min(span[0], low), max(span[1], high))


def _plain_rows(curve: Curve, columns: int, rows: int) -> list[str]:
    spans = _heights(curve, columns, rows)
    return [
        "".join("*" if span is not None and span[0] <= row <= span[1] else " " for span in spans)
        for row in reversed(range(rows))
    ]


def _braille_rows(curve: Curve, columns: int, rows: int) -> list[str]:
    spans = _heights(curve, 2 * columns, 4 * rows)
    cells = [[0] * columns for _ in range(rows)]
    for at, span in enumerate(spans):
        if span is None:
            continue
        for up in range(span[0], span[1] + 1):
            down = 4 * rows - 1 - up
            cells[down // 4][at // 2] |= DOTS[down % 4][at % 2]
    return ["".join(chr(0x2800 + dots) if dots else " " for dots in row) for row in cells]


# --- as a picture ------------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 60, 56

PAGE, INK, LINE, GRID = "#ffffff", "#1f2328", "#0969da", "#d1d9e0"

STYLE = f"""\
  :root {{ color-scheme: light dark; }}
  .page {{ fill: {PAGE}; }} .ink {{ fill: {INK}; }} .line {{ stroke: {LINE}; }} .grid {{ stroke: {GRID}; }}
  @media (prefers-color-scheme: dark) {{
    .page {{ fill: #0d1117; }} .ink {{ fill: #f0f6fc; }} .line {{ stroke: #4493f8; }} .grid {{ stroke: #3d444d; }}
  }}
  text {{ font: 13px system-ui, sans-serif; }} .title {{ font-size: 16px; font-weight: 600; }}"""


def curve_svg(curve: Curve) -> str:
    """The curve as a picture that stands alone, light or dark as the reader's screen is."""
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    path = " ".join(
        f"{LEFT + x * inner_width:.1f},{TOP + (1 - y) * inner_height:.1f}" for x, y in _thinned(curve.scaled())
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(curve.title)}</title>",
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="ink title" x="{LEFT}" y="24">{escape(curve.title)}</text>',
        f'<text class="ink" x="{LEFT}" y="{TOP - 10}">{escape(curve.scale)}</text>',
    ]
    for share, label in _ticks(curve):
        y = TOP + (1 - share) * inner_height
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text class="ink" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    if curve.points:
        for x, anchor, place in ((LEFT, "start", 0), (WIDTH - RIGHT, "end", -1)):
            label = _label_of_place(curve.points[place][0])
            parts.append(f'<text class="ink" x="{x}" y="{HEIGHT - 32}" text-anchor="{anchor}">{label}</text>')
    centre = LEFT + inner_width // 2
    parts += [
        f'<text class="ink" x="{centre}" y="{HEIGHT - 16}" text-anchor="middle">{escape(curve.abscissa)}</text>',
        f'<polyline class="line" fill="none" stroke-width="2" stroke-linejoin="round" points="{path}"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _ticks(curve: Curve) -> list[tuple[float, str]]:
    """Where lines stand across the picture, and what they are labelled with."""
    values = [y for _, y in curve.points]
    if not values:
        return []
    least, most = min(values), max(values)
    if least == most:
        return [(0.5, _label(least))]
    if not curve.logarithmic:
        return [(share / 4, _label(least + (most - least) * share / 4)) for share in range(5)]
    low, high = log10(least), log10(most)
    inside = [power for power in range(floor(low) + 1, floor(high) + 1) if low <= power <= high]
    ticks = [((power - low) / (high - low), _label(10.0**power)) for power in inside]
    ends = [(0.0, _label(least)), (1.0, _label(most))]
    return [*ticks, *(end for end in ends if all(abs(end[0] - place) > 0.08 for place, _ in ticks))]


def _thinned(points: list[Point], most: int = 1_000) -> list[Point]:
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(index * step)] for index in range(most)]


class PlotError(BpcliError):
    """A picture that needs a library that is not installed."""

    exit_code = 4


def curve_png(curve: Curve) -> bytes:
    """The curve as a PNG picture. Raises PlotError where matplotlib is not installed."""
    from importlib import import_module

    try:
        agg = import_module("matplotlib.backends.backend_agg")
        drawing = import_module("matplotlib.figure")
    except ImportError:
        raise PlotError(
            "a PNG needs matplotlib, which is not installed: pip install 'bpcli[plot]', or name a file ending in .svg"
        ) from None
    from io import BytesIO

    figure = drawing.Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=200, facecolor=PAGE)
    agg.FigureCanvasAgg(figure)

    def write(x: float, y: float, text: str, **options: Any) -> None:
        figure.text(x / WIDTH, 1 - y / HEIGHT, text, color=INK, parse_math=False, **{"size": 9.4, **options})

    write(LEFT, 24, curve.title, size=11.5, weight="bold")
    write(LEFT, TOP - 10, curve.scale)
    write((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, curve.abscissa, ha="center")
    box = (LEFT / WIDTH, BOTTOM / HEIGHT, 1 - (LEFT + RIGHT) / WIDTH, 1 - (TOP + BOTTOM) / HEIGHT)
    axes = figure.add_axes(box, xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()
    for share, label in _ticks(curve):
        axes.axhline(share, color=GRID, linewidth=0.75, clip_on=False)
        write(LEFT - 8, TOP + (1 - share) * (HEIGHT - TOP - BOTTOM) + 4, label, ha="right")
    for x, anchor, place in ((LEFT, "left", 0), (WIDTH - RIGHT, "right", -1)) if curve.points else ():
        write(x, HEIGHT - 32, _label_of_place(curve.points[place][0]), ha=anchor)
    axes.plot(*zip(*_thinned(curve.scaled()), strict=True), color=LINE, linewidth=1.5, clip_on=False)
    stream = BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
