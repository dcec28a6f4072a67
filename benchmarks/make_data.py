"""Makes the data sets that ship with bpcli: `python benchmarks/make_data.py` writes iris.csv and digits.csv.

Both are drawn at random from what is written here, with a seed, and copied from nowhere.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

PROBLEMS = Path(__file__).parent.parent / "problems" / "classification"

# Centimetres: mean and spread of sepal length, sepal width, petal length, petal width.
SPECIES = {
    "setosa": ((5.0, 0.35), (3.4, 0.35), (1.5, 0.17), (0.25, 0.1)),
    "versicolor": ((5.9, 0.5), (2.8, 0.3), (4.2, 0.42), (1.3, 0.18)),
    "virginica": ((6.6, 0.6), (3.0, 0.3), (5.7, 0.5), (2.1, 0.25)),
}
FLOWERS = 50

GLYPHS = """
..####.. ...##... ..####.. ..####.. ....##.. .######. ..####.. .######. ..####.. ..####..
.##..##. ..###... .##..##. .##..##. ...###.. .##..... .##..... .....##. .##..##. .##..##.
.##..##. .####... .....##. .....##. ..####.. .##..... .##..... ....##.. .##..##. .##..##.
.##..##. ...##... ....##.. ...###.. .##.##.. .#####.. .#####.. ...##... ..####.. ..#####.
.##..##. ...##... ...##... .....##. .######. .....##. .##..##. ...##... .##..##. .....##.
.##..##. ...##... ..##.... .....##. ....##.. .....##. .##..##. ..##.... .##..##. .....##.
.##..##. ...##... .##..... .##..##. ....##.. .##..##. .##..##. ..##.... .##..##. ....##..
..####.. .######. .######. ..####.. ....##.. ..####.. ..####.. ..##.... ..####.. ..###...
"""
IMAGES = 30
SIDE = 8


def iris() -> list[list[object]]:
    draw = Random(1936)
    rows = [
        [*(f"{max(0.1, draw.gauss(mean, spread)):.1f}" for mean, spread in measures), name]
        for name, measures in SPECIES.items()
        for _ in range(FLOWERS)
    ]
    draw.shuffle(rows)
    return [["sepal_length", "sepal_width", "petal_length", "petal_width", "species"], *rows]


def digits() -> list[list[object]]:
    draw = Random(8 * 8)
    lines = [line.split() for line in GLYPHS.split("\n") if line]
    glyphs = [[line[digit] for line in lines] for digit in range(10)]
    rows = [_image(glyph, digit, draw) for digit, glyph in enumerate(glyphs) for _ in range(IMAGES)]
    draw.shuffle(rows)
    return [[*(f"p{i}{j}" for i in range(SIDE) for j in range(SIDE)), "digit"], *rows]


def _image(glyph: list[str], digit: int, draw: Random) -> list[object]:
    """The glyph moved by at most one place, fainter or darker, with noise: ten grey levels."""
    down, right = draw.choice((-1, 0, 0, 1)), draw.choice((-1, 0, 0, 1))
    ink = draw.uniform(0.6, 1.0)
    pixels: list[object] = []
    for i in range(SIDE):
        for j in range(SIDE):
            inside = 0 <= i - down < SIDE and 0 <= j - right < SIDE
            level = ink if inside and glyph[i - down][j - right] == "#" else 0.0
            pixels.append(f"{min(1.0, max(0.0, level + draw.gauss(0, 0.15))):.1f}")
    return [*pixels, digit]


def main() -> None:
    for name, rows in (("iris", iris()), ("digits", digits())):
        with (PROBLEMS / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
