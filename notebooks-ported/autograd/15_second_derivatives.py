# Idea: A gradient that was made with create_graph can be differentiated again.
# PyTorch: `torch.autograd.grad(loss, x, create_graph=True)`
# Trap: without it, the gradient is a constant, and the second call an error. For this loss the
#   second derivatives are the Hessian of the notebook's problem: 2/16 M1234 M1234.T for each row.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
loss = mse(Y_true, random_inverse @ M1234)
gradient = torch.autograd.grad(loss, random_inverse, create_graph=True)[0]
print("has a graph:", gradient.requires_grad)
for i in range(4):
    output = gradient[0, i]
    second = torch.autograd.grad(output, random_inverse, retain_graph=True)[0]
    by_hand = 2 / 16 * M1234[i, i] ** 2
    print(f"{second[0, i]:.4f} {by_hand:.4f}")

# the wrong program: no create_graph
gradient = torch.autograd.grad(loss, random_inverse)[0]
print("has a graph:", gradient.requires_grad)
try:
    output = gradient[0, 0]
    second = torch.autograd.grad(output, random_inverse)[0]
    print(f"{second[0, 0]:.4f}")
except RuntimeError as error:
    print("error:", error)
