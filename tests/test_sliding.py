"""Convolution and pooling against their definitions, index by index; which of equal entries is the largest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bpcli.calculus.expr import Constant, ShapeError, Variable, evaluate
from bpcli.calculus.ops import algebra, matrices, shaping, windows
from bpcli.document.mathtree import Identifier

random = np.random.default_rng(11)


def slid(x: Any, k: Any, stride: int, above: int, beside: int) -> Any:
    """Σ K[u,v] X[i·s + u − p, j·s + v − p], written out."""
    rows = (x.shape[0] + 2 * above - k.shape[0]) // stride + 1
    columns = (x.shape[1] + 2 * beside - k.shape[1]) // stride + 1
    result = np.zeros((rows, columns))
    for i, j, u, v in np.ndindex(rows, columns, *k.shape):
        row, column = i * stride + u - above, j * stride + v - beside
        if 0 <= row < x.shape[0] and 0 <= column < x.shape[1]:
            result[i, j] += k[u, v] * x[row, column]
    return result


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize(("whole", "kernel"), [((5, 6), (2, 3)), ((4, 4), (3, 3)), ((3, 5), (1, 2))])
def test_convolution_of_pictures(stride: int, padding: int, whole: tuple[int, int], kernel: tuple[int, int]) -> None:
    """No flip, zeros on every side, and the size that textbooks give."""
    x, k = random.normal(size=whole), random.normal(size=kernel)
    found = windows.conv(stride, padding).forward(x, k)
    np.testing.assert_allclose(found, slid(x, k, stride, padding, padding), atol=1e-14)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_convolution_of_signals(stride: int, padding: int) -> None:
    """A signal has zeros at its two ends and none beside it, whichever way it lies."""
    x, k = random.normal(size=(6, 1)), random.normal(size=(3, 1))
    operation = windows.conv(stride, padding)
    expected = slid(x, k, stride, padding, 0)
    np.testing.assert_allclose(operation.forward(x, k), expected, atol=1e-14)
    np.testing.assert_allclose(operation.forward(x.T, k.T), expected.T, atol=1e-14)
    if stride == 1:
        padded = np.pad(x[:, 0], padding)
        np.testing.assert_allclose(expected[:, 0], np.correlate(padded, k[:, 0], mode="valid"), atol=1e-14)


def gradients(x: Any, k: Any, g: Any) -> tuple[Any, Any]:
    """What comes back to the picture and to the kernel."""
    picture, kernel = Variable("X", x.shape, Identifier("X")), Variable("K", k.shape, Identifier("K"))
    operation = windows.conv(1, 0)
    back = operation.backprop(Constant(g), operation(picture, kernel), picture, kernel)
    to_picture, to_kernel = (evaluate(formula, {"X": x, "K": k}) for formula in back)
    return to_picture, to_kernel


def test_gradient_of_the_input_is_the_full_convolution_with_the_kernel_turned_round() -> None:
    """The textbook's rule, where the kernel takes steps of one."""
    x, k, g = random.normal(size=(4, 4)), random.normal(size=(2, 3)), random.normal(size=(3, 2))
    of_picture, _ = gradients(x, k, g)
    turned = k[::-1, ::-1]
    expected = slid(g, turned, 1, k.shape[0] - 1, k.shape[1] - 1)
    np.testing.assert_allclose(of_picture, expected, atol=1e-14)


def test_gradient_of_the_kernel_is_the_convolution_with_the_gradient() -> None:
    x, k, g = random.normal(size=(4, 5)), random.normal(size=(2, 2)), random.normal(size=(3, 4))
    _, of_kernel = gradients(x, k, g)
    expected = slid(x, g, 1, 0, 0)
    np.testing.assert_allclose(of_kernel, expected, atol=1e-14)


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (2, 1), (3, 2), (2, 3)])
def test_pooling_drops_what_sticks_out(size: int, stride: int) -> None:
    """Only whole windows count."""
    x = random.normal(size=(5, 6))
    rows, columns = (5 - size) // stride + 1, (6 - size) // stride + 1
    seen = [
        [x[i * stride : i * stride + size, j * stride : j * stride + size] for j in range(columns)] for i in range(rows)
    ]
    largest = [[np.max(window) for window in row] for row in seen]
    means = [[np.mean(window) for window in row] for row in seen]
    np.testing.assert_array_equal(windows.max_pool(size, stride).forward(x), largest)
    np.testing.assert_allclose(windows.mean_pool(size, stride).forward(x), means, atol=1e-15)


def test_the_first_of_equal_entries_has_the_gradient() -> None:
    """Row by row inside a window; from the left in a row and from the top in a column."""
    x = np.array([[1.0, 2.0, 0.0, 0.0], [2.0, 2.0, 0.0, 0.0]])
    variable = Variable("X", (2, 4), Identifier("X"))

    def gradient(operation: Any, g: Any) -> Any:
        (formula,) = operation.backprop(Constant(g), operation(variable), variable)
        return evaluate(formula, {"X": x})

    pooled = gradient(windows.max_pool(2, 2), np.array([[5.0, 7.0]]))
    np.testing.assert_array_equal(pooled, [[0, 5, 7, 0], [0, 0, 0, 0]])
    in_rows = gradient(windows.row_max, np.array([[3.0], [4.0]]))
    np.testing.assert_array_equal(in_rows, [[0, 3, 0, 0], [4, 0, 0, 0]])
    in_columns = gradient(windows.column_max, np.array([[1.0, 2.0, 3.0, 4.0]]))
    np.testing.assert_array_equal(in_columns, [[0, 2, 3, 4], [1, 0, 0, 0]])


def test_windows_that_do_not_fit_are_refused() -> None:
    """Both shapes are named."""
    for operation, shapes, told in (
        (windows.conv(1, 0), ((2, 2), (3, 2)), "3×2 does not fit into 2×2"),
        (windows.conv(1, 0), ((4, 1), (1, 2)), "1×2 does not fit into 4×1"),
        (windows.max_pool(3, 3), ((2, 4),), "3×3 does not fit into 2×4"),
        (windows.mean_pool(2, 2), ((),), "a number is neither"),
        (shaping.reshape(2, 2), ((2, 3),), "2×3 cannot be laid out as 2×2"),
        (shaping.pick_rows((1, 5)), ((4, 2),), "rows 1, 5 are not all in 4×2"),
        (algebra.inverse, ((2, 3),), "2×3 is not a square matrix"),
        (matrices.axis_sum(1), ((),), "no rows"),
    ):
        with pytest.raises(ShapeError, match=told):
            operation.shape(*shapes)  # type: ignore[operator]
