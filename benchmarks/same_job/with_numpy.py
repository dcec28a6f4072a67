"""The 2-2-2 exercise forward and backward, as one would write it with NumPy."""

import numpy as np

x, t = np.array([0.5, 0.1]), np.array([0.01, 0.99])
W1, b1 = np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([0.35, 0.35])
W2, b2 = np.array([[0.40, 0.45], [0.50, 0.55]]), np.array([0.60, 0.60])

a1 = W1 @ x + b1
h1 = 1 / (1 + np.exp(-a1))
a2 = W2 @ h1 + b2
y = 1 / (1 + np.exp(-a2))
L = 0.5 * np.sum((y - t) ** 2)

dy = y - t
da2 = dy * y * (1 - y)
dh1 = W2.T @ da2
da1 = dh1 * h1 * (1 - h1)

for name, value in {
    "a1": a1, "h1": h1, "a2": a2, "y": y, "L": L, "dL/dy": dy, "dL/da2": da2, "dL/dW2": np.outer(da2, h1),
    "dL/db2": da2, "dL/dh1": dh1, "dL/da1": da1, "dL/dW1": np.outer(da1, x), "dL/db1": da1,
}.items():  # fmt: skip
    print(f"{name} =\n{value.round(4)}")
