# Idea: `autograd.grad` returns the gradients of chosen tensors and leaves every `grad` alone.
# PyTorch: `torch.autograd.grad(loss, [random_inverse, Y_hat])`
# Trap: a chosen tensor may be a computed one, such as Y_hat here: its gradient is returned, and no
#   retain_grad is needed. A tensor that the loss doesn't depend on is an error, unless
#   allow_unused=True.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
unused = rand(size=[4, 4], requires_grad=True)
Y_hat = random_inverse @ M1234
loss = mse(Y_true, Y_hat)
inputs = [random_inverse, Y_hat, unused]
gradients = torch.autograd.grad(loss, inputs, retain_graph=True, allow_unused=True)
print(f"random_inverse: {gradients[0][0, 1]:.4f}")
print(f"Y_hat: {gradients[1][0, 1]:.4f}")
print("unused has one:", gradients[2] is not None)
print("grad is filled:", random_inverse.grad is not None)

# two wrong programs: an input that requires no gradient, and an output of sixteen numbers
try:
    print(torch.autograd.grad(loss, M1234, retain_graph=True)[0][0, 1])
except RuntimeError as error:
    print("error:", error)
try:
    print(torch.autograd.grad(Y_hat, random_inverse)[0][0, 1])
except RuntimeError as error:
    print("error:", error)
