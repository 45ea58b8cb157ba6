# Idea: Cast or move a tensor first, and ask for gradients afterwards.
# PyTorch: `x.double().requires_grad_(True)`, `x.to(device).requires_grad_(True)`
# Trap: `x.requires_grad_(True).double()` is computed from `x`: no leaf. It gets no gradient, and an
#   optimizer refuses it. To the same dtype, `x.float()` is `x` itself: the mistake shows only later.
import torch
from torch import manual_seed, rand


def show(name, x):
    print(f"{name}: leaf {x.is_leaf}, dtype", str(x.dtype)[6:])


manual_seed(314)
wrong = rand(size=[4], requires_grad=True).double()
show("asked, then cast", wrong)
right = rand(size=[4]).double().requires_grad_(True)
show("cast, then asked", right)
same = rand(size=[4], requires_grad=True).float()
show("asked, then cast to its own dtype", same)

(right ** 2).sum().backward()
print("right has a gradient:", right.grad is not None)
(wrong.detach().requires_grad_(True) ** 2).sum().backward()
print("wrong has a gradient:", wrong.is_leaf and wrong.grad is not None)

# the optimizer
try:
    torch.optim.SGD([wrong], lr=0.5)
    print("no error")
except ValueError as error:
    print("error:", error)
