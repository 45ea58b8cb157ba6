# Idea: Keep numbers, not tensors: a loss that is kept keeps its graph.
# PyTorch: `loss.item()`, `loss.detach()`
# Trap: `total += loss` runs, but `total` then holds the graph of every step, and the memory grows
#   until the end. Only `total.requires_grad` shows it.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
learning_rate = 0.9
losses = []
total = tensor(0.)
for _ in range(3):
    loss = mse(Y_true, random_inverse @ M1234)
    loss.backward()
    losses.append(loss.item())  # right: a number
    total += loss  # the trap: a sum of three graphs
    with torch.no_grad():
        random_inverse -= learning_rate * random_inverse.grad
    random_inverse.grad.zero_()

for loss in losses:
    print(f"{loss:.4f}")
print(f"sum of the numbers: {sum(losses):.4f}")
print(f"sum of the tensors: {total:.4f}")
print("total requires grad:", total.requires_grad)
total = total.detach()
print("total requires grad, detached:", total.requires_grad)
