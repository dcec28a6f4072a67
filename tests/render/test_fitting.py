"""A matrix too wide for a line keeps as many columns as fit."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpcli.document.mathtree import Matrix
from bpcli.render.breaking import with_columns
from bpcli.render.chains import fit
from bpcli.render.layout import draw
from bpcli.render.prose import Page

NUMBERS = st.sampled_from(["0", "0.5", "-0.1234", "12.25", "1e-12", "-1234567.125"])
ROWS = st.integers(3, 30).flatmap(lambda n: st.lists(st.tuples(*[NUMBERS] * n), min_size=1, max_size=3))


@settings(max_examples=50, deadline=None)
@given(ROWS, st.floats(0, 1))
def test_no_column_more_would_fit(rows: list[tuple[str, ...]], share: float) -> None:
    matrix = Matrix(tuple(rows))
    drawings = [draw(with_columns(matrix, kept)) for kept in range(len(rows[0]) - 1)]
    assert drawings[-1] == draw(matrix)
    width = drawings[0].width + int(share * (drawings[-1].width - drawings[0].width))
    assume(width < drawings[-1].width)
    (found,) = fit(matrix, width, Page(width))
    assert found == [drawing for drawing in drawings if drawing.width <= width][-1]
