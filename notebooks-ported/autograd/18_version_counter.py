# Idea: A tensor that backward still needs mustn't change; a version counter tells.
# PyTorch: `x._version`
# Trap: the error is the good case. A change through `.data` isn't counted, and the gradient is
#   wrong without a word. Out of place, `M = M1234 * 2`, nothing goes wrong.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
loss = mse(Y_true, random_inverse @ M1234)
M1234 *= 2
print(f"version {M1234._version}")

# the wrong program: the gradient of the product needs M1234 as it was
try:
    loss.backward()
    print("no error")
except RuntimeError as error:
    print("error:", error)

# a detached tensor shares the counter
M1234.detach().mul_(0.5)
print(f"version {M1234._version}")

# the data doesn't: twice M1234, twice the gradient
loss = mse(Y_true, random_inverse @ M1234)
right = torch.autograd.grad(loss, random_inverse, retain_graph=True)[0]
M1234.data.mul_(2)
print(f"version {M1234._version}")
loss.backward()
wrong = random_inverse.grad
print(f"right {right[0, 1]:.4f}, wrong {wrong[0, 1]:.4f}")
