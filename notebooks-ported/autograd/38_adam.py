# Idea: Adam divides by the gradient's recent size; AdamW decays the weights beside it.
# PyTorch: `torch.optim.Adam([x], lr)`, `AdamW(.., weight_decay=0.01)`, `[{"params": [x], "lr": 0.1}]`
# Trap: Adam's weight_decay is added to the gradient and divided with it. AdamW's shrinks the weights
#   directly; its default isn't zero.
import torch
from torch import manual_seed, rand, tensor

M1234 = torch.diag(tensor([1., 2., 3., 4.]))


def descend(name, build, steps=20):
    manual_seed(314)
    x = rand(size=[4, 4], requires_grad=True)
    optimizer = build([x])
    for t in range(steps):
        loss = ((torch.eye(4) - x @ M1234) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if t in [0, 1, 19]:
            print(f"{name} {t}: {x[0, 1]:.5f} {x[3, 3]:.5f}")


descend("Adam", lambda x: torch.optim.Adam(x, lr=0.1))
descend("Adam, decay", lambda x: torch.optim.Adam(x, lr=0.1, weight_decay=0.1))
descend("AdamW, decay", lambda x: torch.optim.AdamW(x, lr=0.1, weight_decay=0.1))

# two groups: the second has a learning rate of its own
a, b = (torch.ones(1, requires_grad=True) for _ in range(2))
groups = [{"params": [a]}, {"params": [b], "lr": 0.01}]
optimizer = torch.optim.Adam(groups, lr=0.1)
(a + b).sum().backward()
optimizer.step()
print(f"groups: {a.item():.4f} {b.item():.4f}")
