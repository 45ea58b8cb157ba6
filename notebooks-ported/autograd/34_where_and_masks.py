# Idea: `where` chooses entry by entry; backward still goes through both of its branches.
# PyTorch: `torch.where(x > 0, x.sqrt(), 0.)`, `x[x > 0]`, `x.masked_fill(mask, 0.)`
# Trap: the branch that wasn't chosen gets a gradient of 0, and 0 times an infinite derivative is
#   NaN. Make the argument harmless first, with a `where` inside.
import torch
from torch import tensor


def gradient_of(function):
    x = tensor([0., 1., 4.], requires_grad=True)
    y = function(x)
    y.sum().backward()
    print("value:", y.tolist())
    print("gradient:", *(f"{v:.2f}" for v in x.grad.tolist()))


# the trap: forward is right, the gradient has a NaN
gradient_of(lambda x: torch.where(x > 0, x.sqrt(), torch.zeros(3)))

# the way out: no root of 0 is ever taken
gradient_of(lambda x: torch.where(x > 0, torch.where(x > 0, x, torch.ones(3)).sqrt(), torch.zeros(3)))

# a mask: only the chosen entries get a gradient
gradient_of(lambda x: x[x > 0] * 3)
gradient_of(lambda x: (x * 3).masked_fill(x > 2, 0.))

# indices: an entry that is taken twice gets its gradient twice
gradient_of(lambda x: x[tensor([0, 2, 2])])
