# Idea: Before the first backward there is no gradient: None in Python, undefined in tch.
# PyTorch: `x.grad is None`
# Trap: a leaf that the loss doesn't depend on has none afterwards either, nor has a computed tensor
#   (reading its grad warns). A step over all parameters must expect that.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
unused = rand(size=[4, 4], requires_grad=True)
print("before backward:", str(random_inverse.grad is not None).lower())

# the wrong program: a gradient used before there is one
try:
    print(random_inverse.grad + M1234)
except TypeError as error:
    print(error)

Y_hat = random_inverse @ M1234
mse(Y_true, Y_hat).backward()
print("after backward:", str(random_inverse.grad is not None).lower())
print("unused leaf:", str(unused.grad is not None).lower())
print("computed tensor:", str(Y_hat.grad is not None).lower())

gradient = random_inverse.grad
if gradient is not None:
    print(f"{gradient[0, 1]:.4f}")
