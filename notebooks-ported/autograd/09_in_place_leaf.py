# Idea: A leaf is updated in place, and under no_grad.
# PyTorch: `with torch.no_grad(): x.sub_(learning_rate * x.grad)`
# Trap: without no_grad this is an error. `x = x - learning_rate * x.grad` is no error, but the new
#   `x` is computed and no longer a leaf: the next backward leaves no gradient in it.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
learning_rate = 0.9
mse(Y_true, random_inverse @ M1234).backward()

# the wrong program
try:
    random_inverse.sub_(learning_rate * random_inverse.grad)
    print("no error")
except RuntimeError as error:
    print("error:", error)

# the trap
replaced = random_inverse - learning_rate * random_inverse.grad
print("replaced is a leaf:", replaced.is_leaf)

# the update
with torch.no_grad():
    random_inverse.sub_(learning_rate * random_inverse.grad)

print("updated is a leaf:", random_inverse.is_leaf)
print(f"replaced: {replaced[0, 1]:.4f}")
print(f"updated: {random_inverse[0, 1]:.4f}")
