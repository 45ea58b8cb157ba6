# Idea: A view shares its tensor's storage: an in-place change through it changes the tensor.
# PyTorch: `x[0]`, `x.T`, `x.view(16)`, `x[0].fill_(1)`
# Trap: the base of a view may be a leaf. Then the change needs no_grad, although the view itself
#   isn't a leaf. An index with a list or a mask makes a copy: a change to it is lost.
import torch
from torch import tensor

x = torch.zeros(2, 3)
x[0].fill_(1.)
x.T[2].add_(5.)
x.view(6)[3] = 7.
print(x.tolist())

# a copy: indices in a tensor, or a mask
x[tensor([0])].fill_(9.)
x[x > 6].fill_(9.)
print(x.tolist())

# a computed tensor, changed through a view: backward knows
leaf = torch.ones(3, requires_grad=True)
y = leaf * 2
y[0].mul_(10.)
y.sum().backward()
print("gradient:", leaf.grad.tolist())

# the wrong program: a view of a leaf
try:
    leaf[0].fill_(0.)
    print("no error")
except RuntimeError as error:
    print("error:", error)

# under no_grad, as any update of a leaf
with torch.no_grad():
    leaf[0].fill_(0.)
print("leaf:", leaf.tolist())
