# Idea: A second name for a tensor, a detached tensor, and a copy differ in what they share: the
#   values, the history, or neither.
# PyTorch: `x`, `x.detach()`, `x.clone()`, `x.detach().clone()`
# Trap: `detach` shares storage, so a "best so far" that is only detached changes with the next
#   step. `clone` has its own storage but stays in the graph: gradients pass through it.
import torch
from torch import manual_seed, rand


def show(name, x):
    shares = x.data_ptr() == random_inverse.data_ptr()
    flags = f"requires grad {x.requires_grad}, leaf {x.is_leaf}"
    print(f"{name}: shares {shares}, {flags}, {x[0, 0]:.4f}")


manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
same = random_inverse
detached = random_inverse.detach()
copied = random_inverse.clone()
best = random_inverse.detach().clone()
with torch.no_grad():
    random_inverse += 1

show("same", same)
show("detached", detached)
show("copied", copied)
show("best", best)

# gradients pass through the copy; the same tensor has the same gradient
(copied * 3).sum().backward()
print(f"gradient of same: {same.grad[0, 0]:.4f}")
print("detached has one:", detached.grad is not None)
