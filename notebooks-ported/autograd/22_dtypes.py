# Idea: A number takes the dtype of the tensor that it meets; only a float that meets integers
#   changes it. Two tensors with dimensions give the wider of their dtypes.
# PyTorch: `tensor([1., 2.])` is float32, `tensor([1, 2])` is int64
# Trap: one float64 tensor with dimensions makes every result after it float64. A matrix product
#   doesn't promote: `@` on two dtypes is an error. An integer tensor times 0.5 is float32.
import torch
from torch import tensor


def show(expression, x):
    print(f"{expression}: {str(x.dtype)[6:]}")


floats = tensor([1., 2.])
doubles = tensor([1., 2.], dtype=torch.float64)
counts = tensor([1, 2])
show("floats * 0.1", floats * 0.1)
show("floats * 0-dim float64", floats * tensor(0.1, dtype=torch.float64))
show("floats * doubles", floats * doubles)
show("counts * 2", counts * 2)
show("counts * 0.5", counts * 0.5)
show("counts / 2", counts / 2)
show("counts + floats", counts + floats)

# 0.1 isn't the same number in both
print(f"{tensor(0.1).item():.12f}")
print(f"{tensor(0.1, dtype=torch.float64).item():.12f}")

# the wrong program: a product of two dtypes
try:
    show("floats @ doubles", floats @ doubles)
except RuntimeError as error:
    print("error:", error)
