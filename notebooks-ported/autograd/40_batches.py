# Idea: Batches that are too large for the memory are taken in parts, and one step follows them all.
# PyTorch: `optimizer.zero_grad()`, `(loss / parts).backward()` for each part, `optimizer.step()`
# Trap: divide each part's mean by the number of parts; otherwise the step is that many times too
#   long. With parts of different sizes, weigh each by its share.
import torch
from torch import manual_seed, rand, tensor


def loss_of(weight, x, y):
    return ((x @ weight - y) ** 2).mean()


manual_seed(314)
x = rand(size=[8, 2])
y = x @ tensor([1., -2.])
whole = torch.zeros(2, requires_grad=True)
in_parts = torch.zeros(2, requires_grad=True)
undivided = torch.zeros(2, requires_grad=True)
one = torch.optim.SGD([whole], lr=0.5)
four = torch.optim.SGD([in_parts], lr=0.5)
wrong = torch.optim.SGD([undivided], lr=0.5)
for t in range(3):
    one.zero_grad()
    loss_of(whole, x, y).backward()
    one.step()
    four.zero_grad()
    wrong.zero_grad()
    for part in range(0, 8, 2):
        rows = slice(part, part + 2)
        (loss_of(in_parts, x[rows], y[rows]) / 4).backward()
        loss_of(undivided, x[rows], y[rows]).backward()
    four.step()
    wrong.step()
    print(t, f"whole {whole[0]:.4f}, in parts {in_parts[0]:.4f}, undivided {undivided[0]:.4f}")
