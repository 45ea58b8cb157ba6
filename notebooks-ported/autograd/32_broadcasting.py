# Idea: Where forward stretches a tensor, backward adds up: the gradient has the leaf's own shape.
# PyTorch: `x + bias` with shapes [4, 4] and [4]
# Trap: shapes that fit by accident broadcast without a word: a column [4, 1] minus a row [4] is a
#   [4, 4], and its mean is another loss.
import torch
from torch import manual_seed, rand


def show(name, x):
    print(name, list(x.shape), [round(v, 4) for v in x.flatten().tolist()])


manual_seed(314)
x = rand(size=[3, 2], requires_grad=True)
bias = torch.zeros(2, requires_grad=True)
factor = torch.tensor(2., requires_grad=True)
column = torch.zeros(3, 1, requires_grad=True)
(factor * x + bias + column).sum().backward()
show("x", x.grad)
show("bias", bias.grad)
show("column", column.grad)
print("factor", list(factor.grad.shape), f"{factor.grad:.4f} {x.sum():.4f}")

# the trap
target, prediction = torch.ones(4), torch.ones(4, 1)
print("difference", list((target - prediction).shape))

# the wrong program: shapes that can't be stretched
try:
    print(x + torch.zeros(3))
except RuntimeError as error:
    print("error:", error)

# in place, the left tensor keeps its shape
try:
    torch.zeros(2).add_(torch.zeros(3, 2))
except RuntimeError as error:
    print("error:", error)
