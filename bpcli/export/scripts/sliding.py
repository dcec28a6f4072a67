"""What slides over matrices, as functions of scripts: convolution and pooling, and what their gradients are."""

from __future__ import annotations

__all__ = ["SLIDING"]

SLIDING = {
    "conv": '''\
def conv(x, k, stride, padding):
    """The sums of what lies under the kernel, times the kernel, in all its positions (no flip)."""
    above, beside = padding
    zeros = np.zeros((above, x.shape[1]))
    x = np.concatenate([zeros, x, zeros], 0)
    zeros = np.zeros((x.shape[0], beside))
    x = np.concatenate([zeros, x, zeros], 1)
    rows, columns = (x.shape[0] - k.shape[0]) // stride + 1, (x.shape[1] - k.shape[1]) // stride + 1
    return sum(
        k[u, v] * x[u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]
        for u in range(k.shape[0])
        for v in range(k.shape[1])
    )''',
    "conv_to_input": '''\
def conv_to_input(g, k, stride, padding, shape):
    """Each entry of g times the kernel, added where the kernel lay."""
    above, beside = padding
    result = np.zeros((shape[0] + 2 * above, shape[1] + 2 * beside))
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            result[i * stride : i * stride + k.shape[0], j * stride : j * stride + k.shape[1]] += g[i, j] * k
    return result[above : above + shape[0], beside : beside + shape[1]]''',
    "conv_to_kernel": '''\
def conv_to_kernel(g, x, stride, padding, shape):
    """g times what lay under the kernel, over all its positions."""
    above, beside = padding
    x = np.pad(x, ((above, above), (beside, beside)))
    return sum(
        g[i, j] * x[i * stride : i * stride + shape[0], j * stride : j * stride + shape[1]]
        for i in range(g.shape[0])
        for j in range(g.shape[1])
    )''',
    "max_pool": '''\
def max_pool(x, window, stride):
    """The largest entry under each position of a window, the first of equal ones."""
    rows, columns = (x.shape[0] - window[0]) // stride + 1, (x.shape[1] - window[1]) // stride + 1
    best = None
    for u in range(window[0]):
        for v in range(window[1]):
            here = x[u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]
            best = here if best is None else np.where(here > best, here, best)
    return best''',
    "to_maxima": '''\
def to_maxima(g, x, window, stride):
    """Each entry of g added where the first largest entry of its window of x is."""
    result = np.zeros(x.shape)
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            under = x[i * stride : i * stride + window[0], j * stride : j * stride + window[1]]
            u, v = np.unravel_index(np.argmax(under), window)
            result[i * stride + u, j * stride + v] += g[i, j]
    return result''',
    "taken_at_maxima": '''\
def taken_at_maxima(h, x, window, stride):
    """The entry of h where the first largest entry of each window of x is."""
    rows, columns = (x.shape[0] - window[0]) // stride + 1, (x.shape[1] - window[1]) // stride + 1
    result = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            under = x[i * stride : i * stride + window[0], j * stride : j * stride + window[1]]
            u, v = np.unravel_index(np.argmax(under), window)
            result[i, j] = h[i * stride + u, j * stride + v]
    return result''',
    "mean_pool": '''\
def mean_pool(x, window, stride):
    """The mean of what is under each position of a window."""
    rows, columns = (x.shape[0] - window[0]) // stride + 1, (x.shape[1] - window[1]) // stride + 1
    total = sum(
        x[u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]
        for u in range(window[0])
        for v in range(window[1])
    )
    return total / (window[0] * window[1])''',
    "to_windows": '''\
def to_windows(g, window, stride, shape):
    """Each entry of g shared out evenly over its window."""
    result = np.zeros(shape)
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            result[i * stride : i * stride + window[0], j * stride : j * stride + window[1]] += g[i, j]
    return result / (window[0] * window[1])''',
}
"""Each stands alone; those of a forward pass are written so that automatic differentiation goes through them."""
