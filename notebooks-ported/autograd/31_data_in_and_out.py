# Idea: Numbers go into a tensor as a flat list with a shape, and come out as lists again.
# PyTorch: `tensor(numbers).view(2, 3)`, `x.tolist()`, `x.flatten().tolist()`
# Trap: `view` reads the numbers in the order of the memory. After a transposition that is another
#   order: `view` is an error there, and `reshape` copies.
import torch
from torch import tensor

numbers = [1., 2., 3., 4., 5., 6.]
x = tensor(numbers).view(2, 3)
print("shape:", list(x.shape))
print("rows:", x.tolist())
print("flat:", x.flatten().tolist())
print("one row:", x[1].tolist())
print("one number:", x[1, 2].item())
print("a column:", x[:, 0].tolist())

# a matrix, row by row
y = tensor([[1., 2.], [3., 4.]])
print("rows:", y.tolist())

# the order of the memory
t = x.T
print("strides:", list(t.stride()))
print("transposed, flat:", t.reshape(6).tolist())
try:
    print(t.view(6).tolist())
except RuntimeError as error:
    print("error:", str(error).split("\n")[0])

# the wrong program: a shape that doesn't hold the numbers
try:
    print(tensor(numbers).view(4, 4))
except RuntimeError as error:
    print("error:", error)
