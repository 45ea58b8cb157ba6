# Idea: `grad` is the gradient itself, not a copy: an in-place operation on it acts.
# PyTorch: `gradient = x.grad`, `gradient *= 0.5`, `gradient.fill_(1)`
# Trap: `gradient * 0.5` makes a new tensor and changes nothing. A list of gradients, one a step,
#   holds one tensor many times unless each step removes the gradient: clone what shall stay.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


def show(name, x):
    print(f"{name}: {x[0, 1]:.4f}")


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
mse(Y_true, random_inverse @ M1234).backward()
gradient = random_inverse.grad
kept, copied = gradient, gradient.clone()
same = gradient.data_ptr() == random_inverse.grad.data_ptr()
print("same storage:", same)

halved = gradient * 0.5
show("halved, out of place", halved)
show("gradient", random_inverse.grad)
gradient *= 0.5
show("gradient, halved in place", random_inverse.grad)

ones = torch.full_like(gradient, 1)
show("filled, out of place", ones)
show("gradient", random_inverse.grad)
gradient.fill_(1)
show("gradient, filled in place", random_inverse.grad)
show("kept", kept)
show("copied", copied)
