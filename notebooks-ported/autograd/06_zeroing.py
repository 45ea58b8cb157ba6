# Idea: Backward adds, so the gradient is cleared between steps: filled with zeros, or removed.
# PyTorch: `x.grad.zero_()`, `optimizer.zero_grad()`, `x.grad = None`
# Trap: `optimizer.zero_grad()` removes the gradient, so code after it finds None, not zeros. With
#   zeros an optimizer still moves by its momentum; a parameter without a gradient it leaves alone.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
optimizer = torch.optim.SGD([random_inverse], lr=0.9)

mse(Y_true, random_inverse @ M1234).backward()
gradient = random_inverse.grad
print(f"gradient: {gradient[0, 1]:.4f}")
random_inverse.grad.zero_()
print(f"zeroed: {gradient[0, 1]:.4f}")

mse(Y_true, random_inverse @ M1234).backward()
optimizer.zero_grad()
print("defined afterwards:", random_inverse.grad is not None)

mse(Y_true, random_inverse @ M1234).backward()
random_inverse.grad = None
print("defined afterwards:", random_inverse.grad is not None)
