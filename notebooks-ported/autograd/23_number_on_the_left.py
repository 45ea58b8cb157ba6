# Idea: A number left of a tensor takes a route of its own: `3 / t` isn't `tensor(3.) / t`.
# PyTorch: `3 - t` is `torch.rsub(t, 3)`; `3 / t` is `t.reciprocal() * 3`
# Trap: `3 / t` rounds twice, once in the reciprocal and once in the product. Its last digit may
#   therefore differ from a table, and from tch, although the formula is right. `tensor(3.) / t`
#   rounds once.
import torch
from torch import tensor


def show(expression, x, digits):
    a, b, c = x.tolist()
    print(f"{expression}: {a:.{digits}f} {b:.{digits}f} {c:.{digits}f}")


t = tensor([3., 7., 49.])
difference = 3 - t
show("3 - t", difference, 1)
difference = tensor(3.) - t
show("tensor(3.) - t", difference, 1)
difference = torch.rsub(t, 3)
show("rsub", difference, 1)

ratio = 3 / t
show("3 / t", ratio, 9)
ratio = tensor(3.) / t
show("tensor(3.) / t", ratio, 9)
