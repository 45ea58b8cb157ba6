# Idea: In Python a name goes on after its use; in Rust a tensor that was given away is gone.
# PyTorch: `y = x * 2`, `z = x + y`
# Trap: two names for one tensor are two names for one storage: an in-place change through one is
#   seen through the other. No line says so.
from torch import tensor


def total(x):
    return x.sum()


x = tensor([1., 2., 3.])
y = x * 2
z = x + y
print(f"z: {total(z):.1f}")

# a function gets the same tensor; x is still there
print(f"x: {total(x):.1f} {total(x):.1f}")

# a second name for one tensor
second = x
second += 1
print(f"x: {total(x):.1f}")

# a copy of its own
third = x.clone()
third += 1
print(f"x: {total(x):.1f}, third: {total(third):.1f}")

# a list holds the same tensors
several = [x, y]
print(f"first in the list: {total(several[0]):.1f}")
print(f"x: {total(x):.1f}")
