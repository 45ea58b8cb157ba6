# Idea: Equal in one truth, equal entry by entry, and nearly equal are three different calls.
# PyTorch: `torch.equal(x, y)`, `x == y`, `torch.allclose(x, y)`
# Trap: `if x == y:` is an error for more than one entry. NaN isn't equal to itself, so a tensor
#   with a NaN isn't equal to itself either.
import torch
from torch import tensor

x = tensor([0.1, 0.2, 0.3])
y = tensor([0.1, 0.2, 0.30000004])
print("x and x:", torch.equal(x, x))
print("x and y:", torch.equal(x, y))
print("entry by entry:", *(x == y).tolist())
print("nearly:", torch.allclose(x, y))
print("nearly, with no tolerance:", torch.allclose(x, y, rtol=0, atol=0))

# the wrong program: three answers for one question
try:
    if x == y:
        print("no error")
except RuntimeError as error:
    print("error:", error)

# other shapes: not equal, but an entry by entry comparison stretches the smaller one
one = tensor([0.1])
print("x and one:", torch.equal(x, one))
print("entry by entry:", *(x == one).tolist())

# NaN
n = tensor([float("nan"), 1.])
print("NaN:", torch.equal(n, n), torch.allclose(n, n), torch.allclose(n, n, equal_nan=True))

# two dtypes with the same numbers
print("one and one:", torch.equal(tensor([1, 2]), tensor([1., 2.])))
