# Idea: Before the first backward there is no gradient: None in Python, undefined in tch.
# PyTorch: `x.grad is None`
# Trap: two kinds of tensors have no gradient after backward either: a leaf that the loss doesn't
#   depend on, and a computed tensor (reading its grad warns). A step over all parameters must
#   expect that.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
unused = rand(size=[4, 4], requires_grad=True)
print("before backward:", random_inverse.grad is not None)

# the wrong program: a gradient used before there is one
try:
    print(random_inverse.grad + M1234)
except TypeError as error:
    print("error:", error)

Y_hat = random_inverse @ M1234
mse(Y_true, Y_hat).backward()
print("after backward:", random_inverse.grad is not None)
print("unused leaf:", unused.grad is not None)
print("computed tensor:", Y_hat.grad is not None)

gradient = random_inverse.grad
if gradient is not None:
    print(f"{gradient[0, 1]:.4f}")
