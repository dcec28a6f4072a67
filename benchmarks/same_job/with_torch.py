"""The 2-2-2 exercise forward and backward, as one would write it with PyTorch."""

import torch

x, t = torch.tensor([0.5, 0.1]), torch.tensor([0.01, 0.99])
W1 = torch.tensor([[0.15, 0.20], [0.25, 0.30]], requires_grad=True)
b1 = torch.tensor([0.35, 0.35], requires_grad=True)
W2 = torch.tensor([[0.40, 0.45], [0.50, 0.55]], requires_grad=True)
b2 = torch.tensor([0.60, 0.60], requires_grad=True)

a1 = W1 @ x + b1
h1 = torch.sigmoid(a1)
a2 = W2 @ h1 + b2
y = torch.sigmoid(a2)
L = 0.5 * torch.sum((y - t) ** 2)
for value in (a1, h1, a2, y):
    value.retain_grad()
L.backward()

for name, value in {"a1": a1, "h1": h1, "a2": a2, "y": y}.items():
    print(f"{name} =\n{value.detach()}\ngradient\n{value.grad}")
for name, value in {"W1": W1, "b1": b1, "W2": W2, "b2": b2}.items():
    print(f"gradient of {name} =\n{value.grad}")
print(f"L = {L.item():.4f}")
